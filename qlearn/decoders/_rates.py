"""Counts of errors: their checks, binomial intervals and paired tests."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .._checks import check_array


@dataclass(frozen=True)
class PairedTest:
    """McNemar's test of two decoders on the same shots.

    Attributes
    ----------
    only_first, only_second : int
        Shots that only the one, or only the other, got wrong.
    z : float
        (only_first - only_second) / sqrt(only_first + only_second): negative where the first is better.
    p_value : float
        Two-sided, exact binomial: the chance of so uneven a split between equally good decoders.
    """

    only_first: int
    only_second: int
    z: float
    p_value: float


def paired_test(only_first: int, only_second: int) -> PairedTest:
    """Return McNemar's test of two counts of exclusive errors. McNemar, Psychometrika 12, 153 (1947)."""
    total = only_first + only_second
    if total == 0:
        return PairedTest(0, 0, 0.0, 1.0)
    z = (only_first - only_second) / math.sqrt(total)
    return PairedTest(only_first, only_second, z, float(stats.binomtest(only_first, total).pvalue))


def binomial_interval(n_errors: int, n_shots: int, confidence: float) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson, Biometrika 26, 404 (1934): it covers at least as often as said."""
    tail = (1 - confidence) / 2
    low = stats.beta.ppf(tail, n_errors, n_shots - n_errors + 1) if n_errors else 0.0
    high = stats.beta.ppf(1 - tail, n_errors + 1, n_shots - n_errors) if n_errors < n_shots else 1.0
    return float(low), float(high)


def checked_counts(name: str, first: ArrayLike, n_errors: ArrayLike, n_shots: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return matching integer arrays, each number of errors no more than its shots."""
    places = check_array(name, first, ("n_points",), dtype=np.int64)
    errors = check_array("n_errors", n_errors, places.shape, dtype=np.int64)
    shots = np.broadcast_to(check_array("n_shots", n_shots, None, dtype=np.int64), places.shape)
    if (places < 1).any() or (errors < 0).any() or (shots < 1).any() or (errors > shots).any():
        raise ValueError(f"`{name}` and `n_shots` must be positive, and `n_errors` from 0 to `n_shots`.")
    return places, errors, shots
