"""How sure a decoder is, and what that is worth: post-selection curves and reliability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from .._random import RandomState
from ._rates import binomial_interval
from .base import AbstractSoftDecoder
from .comparison import judged_blocks
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["Confidence", "PostSelection", "Reliability", "assess_confidence"]

_LEVEL = 0.95


@dataclass(frozen=True)
class PostSelection:
    """Error rates once the least sure shots are discarded.

    Attributes
    ----------
    kept : ndarray
        float (n_points,): share of the shots that stay.
    thresholds : ndarray
        float (n_points,): least confidence among those.
    rates, low, high : ndarray
        float (n_points,): their logical error rate, and its interval of Clopper and Pearson at 95 %.
    """

    kept: np.ndarray
    thresholds: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Reliability:
    """What came true, by confidence; equal numbers of shots a bin.

    Attributes
    ----------
    confidence : ndarray
        float (n_bins,): mean in the bin.
    correct, low, high : ndarray
        float (n_bins,): share of shots decoded correctly, and its 95 % interval.
    n_shots : ndarray
        int (n_bins,).
    """

    confidence: np.ndarray
    correct: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_shots: np.ndarray

    @property
    def error(self) -> float:
        """Mean distance between confidence and share correct, weighted by shots: the expected calibration error."""
        return float(np.average(np.abs(self.confidence - self.correct), weights=self.n_shots))


@dataclass(frozen=True, eq=False)
class Confidence:
    """A decoder's confidence in each of some shots, and whether it was right.

    Parameters
    ----------
    confidence : ndarray
        float (n_shots,): probability, by the decoder, that all its answers to a shot are right.
    wrong : ndarray
        bool (n_shots,): whether any was wrong.

    Raises
    ------
    TypeError, ValueError
        If lengths differ or a confidence is no probability.

    Examples
    --------
    >>> found = ql.decoders.Confidence(np.array([0.9, 0.6, 0.8, 0.99]), np.array([False, True, False, False]))
    >>> found.post_selection([1.0, 0.75]).rates
    array([0.25, 0.  ])
    """

    confidence: np.ndarray
    wrong: np.ndarray

    def __post_init__(self) -> None:
        confidence = check_array("confidence", self.confidence, ("n_shots",))
        if len(confidence) == 0 or (confidence < 0).any() or (confidence > 1).any():
            raise ValueError("`confidence` must hold at least one probability between 0 and 1, and nothing else.")
        object.__setattr__(self, "confidence", confidence)
        object.__setattr__(self, "wrong", check_array("wrong", self.wrong, confidence.shape, dtype=bool))

    def __repr__(self) -> str:
        sure, right = 100 * self.confidence.mean(), 100 * (1 - self.wrong.mean())
        return f"Confidence({len(self.wrong)} shots, {sure:.2f} % sure, {right:.2f} % right)"

    def post_selection(self, kept: ArrayLike | None = None) -> PostSelection:
        """Return error rates of the surest shots.

        Parameters
        ----------
        kept : array_like, optional
            Shares of the shots to keep, above 0, at most 1; by default from all down to one in ten. Shots that are as
            sure as the last one kept stay too, so a share may come out larger.

        Returns
        -------
        PostSelection
        """
        shares = np.linspace(1, 0.1, 46) if kept is None else check_array("kept", kept, ("n_points",))
        if (shares <= 0).any() or (shares > 1).any():
            raise ValueError(f"`kept` must hold shares above 0 and at most 1, got {shares.tolist()}.")
        order = np.argsort(-self.confidence, kind="stable")
        confidence, errors = self.confidence[order], np.cumsum(self.wrong[order])
        n_shots = len(order)
        at_least = np.maximum(np.ceil(shares * n_shots).astype(int), 1)
        n_kept = np.searchsorted(-confidence, -confidence[at_least - 1], side="right")
        if kept is None:  # where many shots are equally sure, steps of our own would meet the same ones again
            n_kept = np.unique(n_kept)[::-1]
        counted = errors[n_kept - 1]
        low, high = _intervals(counted, n_kept)
        return PostSelection(n_kept / n_shots, confidence[n_kept - 1], counted / n_kept, low, high)

    def reliability(self, n_bins: int = 10) -> Reliability:
        """Return how often the decoder is right, by how sure it is.

        Parameters
        ----------
        n_bins : int
            Of about equally many shots each; equal confidences share a bin.

        Returns
        -------
        Reliability
        """
        edges = np.quantile(self.confidence, np.linspace(0, 1, check_count("n_bins", n_bins, 1) + 1)[1:-1])
        place = np.searchsorted(np.unique(edges), self.confidence, side="right")
        counts = np.bincount(place)
        used = counts > 0
        right = np.bincount(place, weights=~self.wrong)[used].astype(int)
        mean = np.bincount(place, weights=self.confidence)[used] / counts[used]
        low, high = _intervals(right, counts[used])
        return Reliability(mean, right / counts[used], low, high, counts[used])


def assess_confidence(
    decoder: AbstractSoftDecoder,
    problem: DecodingProblem,
    *,
    n_shots: int | None = None,
    shots: Shots | None = None,
    random_state: RandomState = None,
) -> Confidence:
    """Return how sure a decoder is of test shots, and where it was wrong.

    Parameters
    ----------
    decoder : AbstractSoftDecoder
        Fitted.
    problem : DecodingProblem
        What is decoded.
    n_shots : int, optional
        Fresh shots, from the test stream.
    shots : Shots, optional
        Recorded shots instead.
    random_state : None, int, Generator or SeedSequence
        Of the fresh shots.

    Returns
    -------
    Confidence
        The product over observables, as if they were independent.

    Raises
    ------
    TypeError, ValueError
        If the decoder has no probabilities or is not fitted, or as `compare`.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.GapMatching().fit(problem)
    >>> found = ql.decoders.assess_confidence(decoder, problem, n_shots=1000, random_state=0)
    >>> found.post_selection([1.0, 0.7]).rates.round(2)
    array([0.03, 0.  ])
    """
    if not isinstance(decoder, AbstractSoftDecoder):
        raise TypeError(f"`decoder` must have probabilities, got {type(decoder).__name__}; see AbstractSoftDecoder.")
    confidence, wrong = [], []
    for block in judged_blocks(problem, n_shots, shots, random_state):
        probability = decoder.predict_probability(block.detectors)
        confidence.append(np.maximum(probability, 1 - probability).prod(axis=1))
        wrong.append(((probability > 0.5) != block.observables).any(axis=1))
    return Confidence(np.concatenate(confidence), np.concatenate(wrong))


def _intervals(counted: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array([binomial_interval(int(k), int(n), _LEVEL) for k, n in zip(counted, total)])
    return ends[:, 0], ends[:, 1]
