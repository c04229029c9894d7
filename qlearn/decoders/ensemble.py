"""A vote of matchings whose weights are perturbed."""

import numpy as np
import stim

from .._checks import check_count, check_probability
from .._random import RandomState, seed_sequence, task_generator
from ._budget import Budget
from ._pymatching import MatchingGraph
from .base import AbstractDecoder
from .problem import DecodingProblem

__all__ = ["MatchingEnsemble"]

_LARGEST = 0.49


class MatchingEnsemble(AbstractDecoder):
    """Matchings on perturbed models vote; most shots are settled by the first few, which agree.

    Each member sees every probability multiplied by a factor of its own from a uniform distribution around one, so ties
    and near-ties between matchings of different kinds are decided by how many there are.

    Parameters
    ----------
    n_members : int
        Odd, so that votes are not tied.
    n_first : int
        Members that are asked first; the others vote only on shots where these dissent.
    spread : float
        Half the width of the factors' range.
    correlated : bool
        Whether members match twice, as `Matching`.
    random_state : None, int, Generator or SeedSequence
        Of the factors.

    Notes
    -----
    Learns nothing from shots. Some two thirds of the cost of `n_first` matchings at distance 5 and more. At distance 3
    and low noise it loses to plain matching, as correlated matching does. After Shutty, Newman and Villalonga,
    arXiv:2401.12434.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> ql.decoders.MatchingEnsemble().fit(problem).predict([[True, False], [False, True]]).tolist()
    [[False], [True]]
    """

    def __init__(
        self,
        n_members: int = 15,
        n_first: int = 4,
        spread: float = 0.9,
        correlated: bool = True,
        random_state: RandomState = 0,
    ) -> None:
        self.n_members = n_members
        self.n_first = n_first
        self.spread = spread
        self.correlated = correlated
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        n_members = check_count("n_members", self.n_members, 1)
        if n_members % 2 == 0:
            raise ValueError(f"`n_members` must be odd, so that votes are not tied, got {n_members}.")
        check_count("n_first", self.n_first, 1, n_members)
        check_probability("spread", self.spread)
        seed = seed_sequence(self.random_state)
        self.members_ = [
            MatchingGraph(
                _perturbed(problem.decomposed_model, self.spread, task_generator(seed, member)),
                correlated=self.correlated,
            )
            for member in range(n_members)
        ]

    def vote_shares(self, detectors: np.ndarray) -> np.ndarray:
        """Return the share of members that say flipped, all of them asked.

        Parameters
        ----------
        detectors : array_like
            bool (n_shots, n_detectors).

        Returns
        -------
        ndarray
            float (n_shots, n_observables), from 0 to 1.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            As `predict`.
        """
        detectors = self._checked(detectors)
        return np.mean([member.decode(detectors) for member in self.members_], axis=0)

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        first, others = self.members_[: self.n_first], self.members_[self.n_first :]
        votes = np.sum([member.decode(detectors) for member in first], axis=0)
        disputed = ((votes > 0) & (votes < len(first))).any(axis=1)
        answers = votes > 0
        if disputed.any():
            further = np.sum([member.decode(detectors[disputed]) for member in others], axis=0)
            answers[disputed] = 2 * (votes[disputed] + further) > len(self.members_)
        return answers


def _perturbed(model: stim.DetectorErrorModel, spread: float, random: np.random.Generator) -> stim.DetectorErrorModel:
    """Return the model with other probabilities; those above one half, which are rare, are left as they are."""
    changed = stim.DetectorErrorModel()
    for part in model:
        if part.type == "error" and (prior := part.args_copy()[0]) < _LARGEST:
            factor = random.uniform(1 - spread, 1 + spread)
            changed.append("error", min(prior * factor, _LARGEST), part.targets_copy())
        else:
            changed.append(part)
    return changed
