"""Votes of perturbed matchings as features, for observables that cannot be forced and so have no gap."""

import numpy as np

from ._gap_features import AbstractFeatures, GapFeatures, voters
from ._gaps import winds
from ._pymatching import MatchingGraph
from .ensemble import MatchingEnsemble
from .problem import DecodingProblem

_N_VOTES = 15
_LEAST_GAP = 1e-3  # where the votes are against plain matching


class VoteFeatures(AbstractFeatures):
    """What `GapFeatures` gives, with the log-odds of votes in the place of gaps.

    The seven numbers are, for plain and for correlated matching, the weight of the best matching, the share of votes
    and the logarithm of their ratio, and the answer of ordinary correlated matching.
    """

    def __init__(self, problem: DecodingProblem, observable: int, threshold: float) -> None:
        self._observable, self._threshold = observable, threshold
        self._plain, self._correlated = (
            MatchingGraph(problem.decomposed_model, correlated=correlated) for correlated in (False, True)
        )
        self._votes = [
            MatchingEnsemble(_N_VOTES, n_first=1, correlated=correlated).fit(problem) for correlated in (False, True)
        ]

    def __len__(self) -> int:
        return 7

    def gap(self, detectors: np.ndarray) -> np.ndarray:
        """Return the log-odds of the votes against a flip, with the sign of plain matching, at most 3.4."""
        flipped = self._plain.decode(detectors)[:, self._observable]
        odds = _log_ratio(self._votes[0].vote_shares(detectors)[:, self._observable])
        return np.where(flipped, -1, 1) * np.maximum(np.where(flipped, -odds, odds), _LEAST_GAP)

    def of(self, detectors: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return the features, float (n_shots, 7); `answers` are those of ordinary correlated matching."""
        if len(detectors) == 0:
            return np.zeros((0, len(self)))
        columns = []
        for matching, votes in zip((self._plain, self._correlated), self._votes):
            share = votes.vote_shares(detectors)[:, self._observable]
            columns += [matching.weights(detectors), share, _log_ratio(share)]
        return np.column_stack([*columns, np.where(answers, 1.0, -1.0)])


def features_of(problem: DecodingProblem, threshold: float, n_votes: int) -> list[AbstractFeatures]:
    """Return the features of each observable: gaps where it can be forced, else votes."""
    ensemble = voters(problem, n_votes)
    return [
        VoteFeatures(problem, k, threshold) if winds(problem, k) else GapFeatures(problem, k, threshold, ensemble)
        for k in range(problem.n_observables)
    ]


def _log_ratio(share: np.ndarray) -> np.ndarray:
    """Return the log-odds of the votes against a flip, as if either side had half a vote more."""
    flipped = _N_VOTES * share
    return np.log((_N_VOTES - flipped + 0.5) / (flipped + 0.5))
