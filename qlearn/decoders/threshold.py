"""Thresholds, by finite-size scaling of logical error rates around the crossing of their curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from .._random import RandomState, generator
from ..estimates import Estimate
from ._rates import checked_counts

__all__ = ["ThresholdFit", "fit_threshold"]


@dataclass(frozen=True)
class ThresholdFit:
    """Error rates fitted as a parabola in ``(p - threshold) * distance ** (1 / exponent)``.

    Attributes
    ----------
    threshold : Estimate
        Physical error rate at which distance neither helps nor harms.
    exponent : Estimate
        Of the correlation length (nu).
    coefficients : ndarray
        float (3,), constant term first.
    distances, probabilities, error_rates, std_errors : ndarray
        (n_points,): the data.
    """

    threshold: Estimate
    exponent: Estimate
    coefficients: np.ndarray
    distances: np.ndarray
    probabilities: np.ndarray
    error_rates: np.ndarray
    std_errors: np.ndarray

    def rate(self, distance: float, probabilities: ArrayLike) -> np.ndarray:
        """Return the fitted error rates of one distance.

        Parameters
        ----------
        distance : float
            Of the code.
        probabilities : array_like
            Physical error rates.

        Returns
        -------
        ndarray
        """
        x = _scaled(np.asarray(probabilities, dtype=float), distance, self.threshold.value, self.exponent.value)
        return np.polynomial.Polynomial(self.coefficients)(x)


def fit_threshold(
    distances: ArrayLike,
    probabilities: ArrayLike,
    n_errors: ArrayLike,
    n_shots: ArrayLike,
    *,
    n_bootstrap: int = 100,
    random_state: RandomState = 0,
) -> ThresholdFit:
    """Return the threshold, by finite-size scaling of error rates around the crossing of their curves.

    Parameters
    ----------
    distances, probabilities, n_errors : array_like
        (n_points,): distance, physical error rate and wrong shots of each experiment; two distances and three
        probabilities at least, within some tens of percent of the threshold.
    n_shots : array_like
        int (n_points,), or one number for all.
    n_bootstrap : int
        Resamplings of the counts, for the standard errors.
    random_state : None, int, Generator or SeedSequence
        Of the resampling.

    Returns
    -------
    ThresholdFit

    Raises
    ------
    TypeError, ValueError
        If counts do not fit, there are too few points, or the curves do not cross: the threshold found lies outside
        the probabilities given.

    Notes
    -----
    Wang, Harrington and Preskill, Ann. Phys. 303, 31 (2003), equation 45 without its finite-size correction: take
    distances from 5 on.
    """
    places, errors, shots = checked_counts("distances", distances, n_errors, n_shots)
    p = check_array("probabilities", probabilities, places.shape)
    if len(set(places.tolist())) < 2 or len(set(p.tolist())) < 3:
        raise ValueError("A threshold needs at least two distances and three probabilities.")
    rates = errors / shots
    least = np.clip(rates, 0.5 / shots, 1 - 0.5 / shots)
    deviations = np.sqrt(least * (1 - least) / shots)
    start = np.array([float(np.median(p)), 1.5])
    best = _collapse(places, p, rates, deviations, start)
    if not p.min() <= best[0] <= p.max():
        raise ValueError(
            f"The curves do not cross between p = {p.min():g} and {p.max():g} (the fit says {best[0]:.3g}); "
            "give probabilities on both sides of the threshold."
        )
    random = generator(random_state)
    drawn = random.binomial(shots, rates, (check_count("n_bootstrap", n_bootstrap, 2), len(shots)))
    tried = np.array([_collapse(places, p, row / shots, deviations, best) for row in drawn])
    spread = tried.std(axis=0, ddof=1)
    n_total = int(shots.sum())
    return ThresholdFit(
        threshold=Estimate(best[0], spread[0], n_total, method="finite-size scaling"),
        exponent=Estimate(best[1], spread[1], n_total, method="finite-size scaling"),
        coefficients=_parabola(places, p, rates, deviations, best),
        distances=places,
        probabilities=p,
        error_rates=rates,
        std_errors=np.sqrt(rates * (1 - rates) / shots),
    )


def _collapse(
    distances: np.ndarray, p: np.ndarray, rates: np.ndarray, deviations: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return threshold and exponent; the parabola is solved for at each step, so only two unknowns are searched."""
    from scipy.optimize import least_squares

    def residuals(point: np.ndarray) -> np.ndarray:
        fitted = np.polynomial.Polynomial(_parabola(distances, p, rates, deviations, point))
        return (fitted(_scaled(p, distances, *point)) - rates) / deviations

    bounds = ([0.0, 0.2], [1.0, 20.0])
    return least_squares(residuals, start, bounds=bounds, x_scale=[start[0], 1.0]).x


def _parabola(
    distances: np.ndarray, p: np.ndarray, rates: np.ndarray, deviations: np.ndarray, point: np.ndarray
) -> np.ndarray:
    x = _scaled(p, distances, *point)
    return np.polynomial.polynomial.polyfit(x, rates, 2, w=1 / deviations)


def _scaled(p: np.ndarray, distances: ArrayLike, threshold: float, exponent: float) -> np.ndarray:
    return (p - threshold) * np.asarray(distances, dtype=float) ** (1 / exponent)
