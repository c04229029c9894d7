"""How logical error rates scale: per round, with distance, and around the threshold, each with bootstrap errors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from .._random import RandomState, generator
from ..estimates import Estimate

__all__ = [
    "RoundsFit",
    "SuppressionFit",
    "ThresholdFit",
    "fit_rounds",
    "fit_suppression",
    "fit_threshold",
    "rate_per_round",
]

_LEAST_FIDELITY = 1e-6


@dataclass(frozen=True)
class RoundsFit:
    """Fidelity 1 - 2 E after R rounds, fitted as ``offset * (1 - 2 * rate) ** R``.

    Attributes
    ----------
    rate : Estimate
        Logical error rate per round.
    offset : Estimate
        Fidelity at zero rounds, above 1 where the first and last rounds are better than the others.
    rounds : ndarray
        int (n_points,), those fitted.
    error_rates, std_errors : ndarray
        float (n_points,): logical error rates per shot and their standard errors.
    """

    rate: Estimate
    offset: Estimate
    rounds: np.ndarray
    error_rates: np.ndarray
    std_errors: np.ndarray

    def fidelity(self, rounds: ArrayLike) -> np.ndarray:
        """Return the fitted 1 - 2 E.

        Parameters
        ----------
        rounds : array_like
            Any numbers.

        Returns
        -------
        ndarray
        """
        return self.offset.value * (1 - 2 * self.rate.value) ** np.asarray(rounds, dtype=float)


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


def rate_per_round(rate: Estimate, rounds: int) -> Estimate:
    """Return the error rate per round that gives a rate per shot, with no offset for first and last rounds.

    Parameters
    ----------
    rate : Estimate
        Logical error rate per shot, below one half.
    rounds : int
        Of the experiment.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If the rate is one half or more: nothing is left to tell rounds apart.

    Examples
    --------
    >>> ql.decoders.rate_per_round(ql.Estimate(0.1, 0.001, n_shots=90_000), 5)
    0.0218 ± 0.0002 (90000 shots)
    """
    rounds, value = check_count("rounds", rounds, 1), float(rate.value)
    if not 0 <= value < 0.5:
        raise ValueError(f"`rate` must be below one half, got {value}; with that no round can be told from another.")
    fidelity = 1 - 2 * value
    slope = fidelity ** (1 / rounds - 1) / rounds
    per_round = (1 - fidelity ** (1 / rounds)) / 2
    return Estimate(per_round, slope * float(rate.std_error), rate.n_shots, method="errors a round")


def fit_rounds(
    rounds: ArrayLike,
    n_errors: ArrayLike,
    n_shots: ArrayLike,
    *,
    min_rounds: int = 3,
    n_bootstrap: int = 200,
    random_state: RandomState = 0,
) -> RoundsFit:
    """Return the logical error rate per round, from experiments of different lengths.

    Parameters
    ----------
    rounds, n_errors : array_like
        int (n_points,): length and wrong shots of each experiment.
    n_shots : array_like
        int (n_points,), or one number for all.
    min_rounds : int
        Shorter experiments are left out: their first and last rounds are most of them.
    n_bootstrap : int
        Resamplings of the counts, for the standard errors.
    random_state : None, int, Generator or SeedSequence
        Of the resampling.

    Returns
    -------
    RoundsFit

    Raises
    ------
    TypeError, ValueError
        If counts do not fit, fewer than two lengths are left, or half of an experiment's shots are wrong.

    Notes
    -----
    Weighted least squares on log(1 - 2 E), offset free. Google Quantum AI, Nature 614, 676 (2023), methods.

    Examples
    --------
    >>> fit = ql.decoders.fit_rounds([5, 9, 13], [1180, 1952, 2621], 10_000)
    >>> fit.rate
    0.0284 ± 0.0011 (30000 shots)
    """
    turns, errors, shots = _counts("rounds", rounds, n_errors, n_shots)
    kept = turns >= check_count("min_rounds", min_rounds, 1)
    turns, errors, shots = turns[kept], errors[kept], shots[kept]
    if len(set(turns.tolist())) < 2:
        raise ValueError(f"A fit needs two lengths of at least {min_rounds} rounds, got {sorted(set(turns.tolist()))}.")
    if (2 * errors >= shots).any():
        worst = int(turns[np.argmax(errors / shots)])
        raise ValueError(f"Half of the shots of {worst} rounds are wrong, so they tell nothing; leave them out.")
    random = generator(random_state)
    best = _log_fidelity_line(turns, errors / shots, shots)
    drawn = random.binomial(shots, errors / shots, (check_count("n_bootstrap", n_bootstrap, 2), len(shots)))
    tried = np.array([_log_fidelity_line(turns, row / shots, shots) for row in drawn])
    n_total = int(shots.sum())
    deviations = tried.std(axis=0, ddof=1)
    rates = errors / shots
    return RoundsFit(
        rate=Estimate(best[0], deviations[0], n_total, method="errors a round, offset free"),
        offset=Estimate(best[1], deviations[1], n_total, method="fidelity at no rounds"),
        rounds=turns,
        error_rates=rates,
        std_errors=np.sqrt(rates * (1 - rates) / shots),
    )


def _log_fidelity_line(rounds: np.ndarray, rates: np.ndarray, shots: np.ndarray) -> tuple[float, float]:
    fidelity = np.maximum(1 - 2 * rates, _LEAST_FIDELITY)
    # A count of zero has no variance of its own; half an error stands in.
    least = np.clip(rates, 0.5 / shots, 1 - 0.5 / shots)
    weights = fidelity / (2 * np.sqrt(least * (1 - least) / shots))
    slope, intercept = np.polyfit(rounds, np.log(fidelity), 1, w=weights)
    return (1 - math.exp(slope)) / 2, math.exp(intercept)


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
    places, errors, shots = _counts("distances", distances, n_errors, n_shots)
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


def _counts(name: str, first: ArrayLike, n_errors: ArrayLike, n_shots: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return matching integer arrays, each number of errors no more than its shots."""
    places = check_array(name, first, ("n_points",), dtype=np.int64)
    errors = check_array("n_errors", n_errors, places.shape, dtype=np.int64)
    shots = np.broadcast_to(check_array("n_shots", n_shots, None, dtype=np.int64), places.shape)
    if (places < 1).any() or (errors < 0).any() or (shots < 1).any() or (errors > shots).any():
        raise ValueError(f"`{name}` and `n_shots` must be positive, and `n_errors` from 0 to `n_shots`.")
    return places, errors, shots
