"""Probabilities that come true as often as they say, by one temperature for each observable."""

from typing import Any

import numpy as np
from sklearn.base import clone

from .._checks import check_array
from .._random import RandomState, seed_sequence
from ._budget import Budget
from ._checkpoint import prefixed, without_prefix
from ._names import decoder_classes, decoder_name
from .base import AbstractSoftDecoder
from .gap_matching import GapMatching
from .learned import AbstractLearnedDecoder, Data, restored_setting, saved_setting
from .problem import DecodingProblem

__all__ = ["Calibrated"]

_BOUNDS = (-4.0, 4.0)  # of the logarithm of the scale


class Calibrated(AbstractLearnedDecoder, AbstractSoftDecoder):
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
    positive, so that no answer changes. A file brings the base back fitted.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.Calibrated(random_state=0).fit(problem, n_shots=20_000)
    >>> decoder.scales_.round(1)
    array([1.])
    """

    default_shots = 100_000
    _fitted_parts = ("base",)

    def __init__(self, base: AbstractSoftDecoder | None = None, random_state: RandomState = None) -> None:
        self.base = base
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        self._problem = problem.with_recorded(None)
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

    def _state(self) -> Data:
        base, scales = self.base_, {"scales": self.scales_}
        if isinstance(base, AbstractLearnedDecoder):
            header, arrays = base._to_data()
            return {"learned": decoder_name(type(base)), "data": header}, scales | prefixed("base", arrays)
        if base.fingerprint_ != self._problem.fingerprint:
            raise ValueError(f"{base!r} was fitted to another problem than it was calibrated on, and cannot be saved.")
        return {"base": saved_setting(base)}, scales

    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        if "learned" in params:
            cls = decoder_classes().get(params["learned"])
            if cls is None or not issubclass(cls, AbstractLearnedDecoder):
                raise ValueError(f"its base {params['learned']!r} is no decoder that can be saved.")
            base = cls._from_data(params["data"], without_prefix("base", arrays))
        else:
            base = restored_setting("base", params["base"]).fit(problem)
        widths = problem.n_detectors, problem.n_observables
        if not isinstance(base, AbstractSoftDecoder) or (base.n_detectors_, base.n_observables_) != widths:
            raise ValueError(
                f"its base {base!r} gives no probabilities for {widths[0]} detectors and {widths[1]} observables."
            )
        self.base = self.base_ = base
        self.scales_ = check_array("scales", arrays["scales"], (problem.n_observables,))
        if not (self.scales_ > 0).all():
            raise ValueError(f"its scales must be positive, got {self.scales_.tolist()}.")

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        return self.scales_ * self.base_._distinct_log_odds(detectors)


def _scale(odds: np.ndarray, flipped: np.ndarray) -> float:
    """Return the factor of log-odds under which what happened is likeliest."""
    from scipy.optimize import minimize_scalar

    signed = np.where(flipped, odds, -odds)

    def loss(log_scale: float) -> float:
        return float(np.logaddexp(0, -np.exp(log_scale) * signed).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_BOUNDS, method="bounded").x))
