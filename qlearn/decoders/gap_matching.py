"""Matching that says how sure it is, by its complementary gap."""

import numpy as np

from ._budget import Budget
from ._gaps import ForcedMatching
from .base import AbstractSoftDecoder
from .problem import DecodingProblem

__all__ = ["GapMatching"]


class GapMatching(AbstractSoftDecoder):
    """Plain matching, with its complementary gap for the log-odds of each observable.

    The gap is how many nats the best matching with the observable flipped weighs more than the best without. It ranks
    shots well, but takes one matching for all that agree with it, so its probabilities are too sure: see `Calibrated`.

    Notes
    -----
    Learns nothing from shots; two matchings a shot and observable. Needs a matching graph on which no observable winds
    around a loop. Gidney, Newman, Brooks and Jones, arXiv:2312.04522.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.GapMatching().fit(problem)
    >>> decoder.predict_probability([[False, True]]).round(3)
    array([[0.9]])
    """

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        self.forced_ = [ForcedMatching(problem, k, correlated=False) for k in range(problem.n_observables)]

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        weights = [matching.weights(detectors) for matching in self.forced_]
        return np.column_stack([unflipped - flipped for unflipped, flipped in weights])
