"""Suppression: how logical error rates fall with distance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from .._random import RandomState, generator
from ..estimates import Estimate

__all__ = ["SuppressionFit", "fit_suppression"]


@dataclass(frozen=True)
class SuppressionFit:
    """Error rates fitted as ``scale / factor ** ((distance + 1) / 2)``.

    Attributes
    ----------
    factor : Estimate
        By which two more of distance lower the rate (Lambda): above 1 below the threshold.
    scale : Estimate
        Prefactor.
    distances : ndarray
        int (n_points,).
    rates, std_errors : ndarray
        float (n_points,).
    """

    factor: Estimate
    scale: Estimate
    distances: np.ndarray
    rates: np.ndarray
    std_errors: np.ndarray

    def rate(self, distances: ArrayLike) -> np.ndarray:
        """Return the fitted error rates.

        Parameters
        ----------
        distances : array_like
            Any numbers.

        Returns
        -------
        ndarray
        """
        return self.scale.value * self.factor.value ** (-(np.asarray(distances, dtype=float) + 1) / 2)


def fit_suppression(
    distances: ArrayLike, rates: Sequence[Estimate], *, n_bootstrap: int = 1000, random_state: RandomState = 0
) -> SuppressionFit:
    """Return how error rates fall with distance.

    Parameters
    ----------
    distances : array_like
        int (n_points,), at least two different ones.
    rates : sequence of Estimate
        Error rates, such as ``fit_rounds(...).rate``, with their standard errors.
    n_bootstrap : int
        Resamplings of the rates from normal distributions, for the standard errors.
    random_state : None, int, Generator or SeedSequence
        Of the resampling.

    Returns
    -------
    SuppressionFit

    Raises
    ------
    TypeError, ValueError
        If lengths differ, fewer than two distances are there, or a rate or its error is not positive.

    Notes
    -----
    Weighted least squares on log(rate). Google Quantum AI, Nature 614, 676 (2023).

    Examples
    --------
    >>> rates = [ql.Estimate(0.0303, 0.0002, n_shots=50_000), ql.Estimate(0.0291, 0.0002, n_shots=50_000)]
    >>> ql.decoders.fit_suppression([3, 5], rates).factor
    1.041 ± 0.010 (100000 shots)
    """
    places = check_array("distances", distances, ("n_points",), dtype=np.int64)
    values = check_array("rates", [float(rate.value) for rate in rates], (len(places),))
    errors = check_array("std_errors of `rates`", [float(rate.std_error) for rate in rates], (len(places),))
    if len(set(places.tolist())) < 2:
        raise ValueError(f"Suppression needs two distances, got {sorted(set(places.tolist()))}.")
    if (values <= 0).any() or (errors <= 0).any():
        raise ValueError("Every rate and standard error must be positive; take more shots where no error was seen.")
    best = _suppression(places, values, errors)
    random = generator(random_state)
    # Relative errors, so that no draw is negative.
    drawn = values * np.exp(
        random.normal(0, errors / values, (check_count("n_bootstrap", n_bootstrap, 2), len(values)))
    )
    deviations = np.array([_suppression(places, row, errors) for row in drawn]).std(axis=0, ddof=1)
    n_shots = sum(rate.n_shots for rate in rates)
    return SuppressionFit(
        factor=Estimate(best[0], deviations[0], n_shots, method="Lambda"),
        scale=Estimate(best[1], deviations[1], n_shots, method="prefactor of suppression"),
        distances=places,
        rates=values,
        std_errors=errors,
    )


def _suppression(distances: np.ndarray, rates: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    slope, intercept = np.polyfit((distances + 1) / 2, np.log(rates), 1, w=rates / errors)
    return math.exp(-slope), math.exp(intercept)
