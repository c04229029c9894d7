"""MatchRatio: the mean outcome of the shots that measured a string."""

import numpy as np
from numpy.typing import NDArray

from ..paulis import PauliSum
from .blocks import Facts
from .estimator import AbstractLinearEstimator, Counts, Linear, Measured, Units


class MatchRatio(AbstractLinearEstimator):
    """Estimates each string by the mean outcome of the shots whose bases agree with it.

    Needs no knowledge of how settings were chosen, and given the settings is unbiased for every string that was
    measured. Shots that share a setting are as good as others, so errors add up over shots: with N matches of mean e,
    the variance is about ``(1 - e**2) / N``. As e is itself uncertain, deviations are taken from ``m = S / (N + 2)`` (S
    the sum of outcomes; Laplace's rule of succession), scaled to make their mean square unbiased where the true mean is
    0; and no variance is less than ``(1 - m**2) / N``. So a string that was measured once has error 1, and one whose
    outcomes all agree an error of ``2 / N``, never 0.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ"], [[[0, 0], [1, 1], [0, 0], [0, 1]]])
    >>> ql.shadows.MatchRatio().estimate(data, ql.PauliSum({"ZI": 1.0, "ZZ": 0.5})).value
    0.75
    """

    def _linear(self, facts: Facts, terms: PauliSum, counts: Counts) -> Linear:
        matches, total = counts.matches, counts.matches - 2 * counts.negatives
        at_least_one = np.maximum(matches, 1)
        value = np.where(matches > 0, total / at_least_one, np.nan)
        scale = _spread(at_least_one) / at_least_one
        return Linear(value, scale, -scale * total / (matches + 2))

    def _closed_errors(self, facts: Facts, counts: Counts, linear: Linear) -> NDArray[np.float64] | None:
        return np.sqrt(_residual_variance(counts, linear) + self._unseen(counts, linear))

    def _unseen(self, counts: Counts, linear: Linear) -> NDArray[np.float64]:
        least = (1 - (linear.shift / linear.scale) ** 2) / np.maximum(counts.matches, 1)
        return np.maximum(least - _residual_variance(counts, linear), 0)

    def _units(self, facts: Facts, measured: Measured, linear: Linear) -> Units:
        return Units(are_settings=False, centre=0.0, factor=1.0)


def _residual_variance(counts: Counts, linear: Linear) -> NDArray[np.float64]:
    """Return the sum of the squared deviations of the shots of each string."""
    mean = -linear.shift / linear.scale
    return linear.scale**2 * counts.matches * (1 - 2 * linear.value * mean + mean**2)


def _spread(matches: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the factor that makes the mean square deviation from ``S / (N + 2)`` unbiased at mean 0."""
    return 1 / np.sqrt(1 - 1 / matches + (2 / (matches + 2)) ** 2 / matches)
