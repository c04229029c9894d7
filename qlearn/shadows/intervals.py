"""Confidence intervals that hold for many observables at once."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array
from ..estimates import Estimate

_N_DRAWS = 40_000


def joint_interval(
    estimate: Estimate, confidence: float = 0.95, *, covariance: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return intervals that hold all true values at once, for normal errors.

    Without the covariance by the union bound, which is right whatever the correlations are. With it, narrower where
    estimates are correlated: all intervals are as many standard errors wide as the largest of the correlated normal
    deviations reaches with the probability asked for (by simulation, to 1 %).

    Parameters
    ----------
    estimate : Estimate
        Of several values; those that are NaN take no part.
    confidence : float
        Probability that none of the intervals misses.
    covariance : array_like of float, shape (n, n), optional
        Of the n values, such as `MatchRatio.covariance` gives.

    Returns
    -------
    low, high : ndarray of float, shape of the values

    Raises
    ------
    ValueError
        If `confidence` does not lie between 0 and 1, or the covariance does not fit.

    Examples
    --------
    >>> import qlearn as ql
    >>> both = ql.Estimate([0.0, 1.0], [0.1, 0.2], n_shots=100)
    >>> low, high = ql.shadows.joint_interval(both)
    >>> high.round(3).tolist()
    [0.224, 1.448]
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}.")
    value, error = np.asarray(estimate.value), np.asarray(estimate.std_error)
    known = np.isfinite(error) & np.isfinite(value)
    if covariance is None:
        width = NormalDist().inv_cdf(1 - (1 - confidence) / (2 * max(1, int(known.sum()))))
    else:
        matrix = check_array("covariance", covariance, (value.size, value.size), finite=False)
        part = known.ravel() & (np.diag(matrix) > 0)
        width = _largest(matrix[np.ix_(part, part)], confidence)
    return value - width * error, value + width * error


def _largest(covariance: NDArray[np.float64], confidence: float) -> float:
    """Return the quantile of the largest modulus of correlated normal numbers in units of their deviations."""
    if not covariance.size:
        return 0.0
    scale = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0))
    rng = np.random.default_rng(0)
    largest = np.empty(_N_DRAWS)
    step = max(1, 2**22 // len(root))
    for start in range(0, _N_DRAWS, step):
        draws = rng.normal(size=(min(step, _N_DRAWS - start), len(root)))
        largest[start : start + len(draws)] = np.abs(draws @ root.T).max(axis=1)
    return float(np.quantile(largest, confidence))
