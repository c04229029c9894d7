"""Logical error rates per round, from experiments of different lengths."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_count
from .._random import RandomState, generator
from ..estimates import Estimate
from ._rates import checked_counts

__all__ = ["RoundsFit", "fit_rounds", "rate_per_round"]

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
    turns, errors, shots = checked_counts("rounds", rounds, n_errors, n_shots)
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
