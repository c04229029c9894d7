"""Minimum-weight perfect matching, the baseline of the field."""

import numpy as np

from ._budget import Budget
from ._pymatching import MatchingGraph
from .base import AbstractDecoder
from .problem import DecodingProblem

__all__ = ["Matching"]


class Matching(AbstractDecoder):
    """Minimum-weight perfect matching by PyMatching (sparse blossom), plain or correlated.

    Parameters
    ----------
    correlated : bool
        Match twice, reweighting edges by the first pass's matches: better than plain on large codes, worse at distance
        3 and low noise, so compare with both.

    Notes
    -----
    Needs a model that decomposes into edges. Cost about 1 µs a shot at distance 3, 4 µs at distance 5, three times that
    when correlated. Higgott and Gidney, arXiv:2303.15933; the second pass follows Fowler, arXiv:1310.0863.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> ql.decoders.Matching().fit(problem).predict([[True, False], [False, True]])
    array([[False],
           [ True]])
    """

    def __init__(self, correlated: bool = False) -> None:
        self.correlated = correlated

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        self.graph_ = MatchingGraph(problem.decomposed_model, correlated=self.correlated)

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        return self.graph_.decode(detectors)

    def _predict_packed(self, packed: np.ndarray) -> np.ndarray:
        return self.graph_.decode_packed(packed)
