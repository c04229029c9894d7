"""Probabilities that come true as often as they say, by one temperature for each observable."""

import numpy as np
from sklearn.base import clone

from .._random import RandomState, seed_sequence
from ._budget import Budget
from .base import AbstractSoftDecoder
from .gap_matching import GapMatching
from .problem import DecodingProblem

__all__ = ["Calibrated"]

_BOUNDS = (-4.0, 4.0)  # of the logarithm of the scale


class Calibrated(AbstractSoftDecoder):
    """Another decoder's answers, with its log-odds scaled to be right on fresh shots.

    Parameters
    ----------
    base : AbstractSoftDecoder, optional
        GapMatching() by default. It is cloned and fitted, unless it is fitted already.
    random_state : None, int, Generator or SeedSequence
        Of the validation shots that the scales, ``scales_``, are fitted to.

    Notes
    -----
    The scale that makes observed flips likeliest: Guo, Pleiss, Sun and Weinberger, ICML 2017, section 4.2. It is
    positive, so that no answer changes.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.Calibrated(random_state=0).fit(problem, n_shots=20_000)
    >>> decoder.scales_.round(1)
    array([1.])
    """

    default_shots = 100_000

    def __init__(self, base: AbstractSoftDecoder | None = None, random_state: RandomState = None) -> None:
        self.base = base
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        base = GapMatching() if self.base is None else self.base
        if not isinstance(base, AbstractSoftDecoder):
            raise TypeError(f"`base` must be a decoder with probabilities, got {type(base).__name__}.")
        self.base_ = base if base.__sklearn_is_fitted__() else clone(base).fit(problem)
        odds, flips = [], []
        seed = seed_sequence(self.random_state)
        for shots in budget.take(problem.blocks(stream="validation", random_state=seed)):
            odds.append(self.base_._distinct_log_odds(shots.detectors))
            flips.append(shots.observables)
        columns = zip(np.concatenate(odds).T, np.concatenate(flips).T)
        self.scales_ = np.array([_scale(each, flipped) for each, flipped in columns])

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        return self.scales_ * self.base_._distinct_log_odds(detectors)


def _scale(odds: np.ndarray, flipped: np.ndarray) -> float:
    """Return the factor of log-odds under which what happened is likeliest."""
    from scipy.optimize import minimize_scalar

    signed = np.where(flipped, odds, -odds)

    def loss(log_scale: float) -> float:
        return float(np.logaddexp(0, -np.exp(log_scale) * signed).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_BOUNDS, method="bounded").x))
