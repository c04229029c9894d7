"""Optimisers that treat parameters one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .base import AbstractOptimizer


class Rotosolve(AbstractOptimizer):
    """Exact minimisation over one parameter after another: energies are sines of the angle of a Pauli rotation.

    For energies only, where each weight is the angle of one such rotation. A step is a sweep over all parameters, two
    values each.

    References
    ----------
    Ostaszewski, Grant, Benedetti, Quantum 5, 391 (2021), Algorithm 1; Nakanishi, Fujii, Todo, Phys. Rev. Research 2,
    043158 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.Rotosolve()
    Rotosolve()
    """

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        if not getattr(objective, "is_sinusoidal", False):
            raise TypeError(
                "Rotosolve needs an energy whose weights each are the angle of one Pauli rotation; for other "
                "circuits and for models of data take Adam, LBFGS or SPSA."
            )
        point = parameters.copy()
        first = middle = objective.value(point, rows, random)
        for k in range(len(point)):
            moved = np.repeat(point[None], 2, axis=0)
            moved[:, k] += (0.5 * np.pi, -0.5 * np.pi)
            above, below = objective.values(moved, random)
            # E(x) = mean + amplitude sin(x + phase)
            mean = (above + below) / 2
            phase = math.atan2(middle - mean, above - mean)
            amplitude = math.hypot(middle - mean, above - mean)
            point[k] = (point[k] - 0.5 * np.pi - phase + np.pi) % (2 * np.pi) - np.pi
            middle = mean - amplitude
        return point, first


class ICANS(AbstractOptimizer):
    """Gradient descent that gives every component of the gradient the shots with the largest expected gain.

    For energies and models of data by `ParameterShift`, whose `n_shots` is not used. Shots are rounded up to powers of
    two, so that few engine calls cover all components. The classical map of a model has no shots of its own. A training
    counts all shots in its state, as `n_shots`.

    Parameters
    ----------
    learning_rate : float, optional
        For an energy the inverse of the objective's `curvature` by default; it must be below twice that. For a model of
        data 0.2 by default, and its inverse is taken for the curvature.
    min_shots : int
        For each shifted circuit; at least two for each group of commuting terms, unless `term_sampling` is "random".
    max_shots : int
        For each shifted circuit.
    decay : float
        Of the running averages of gradient and variance.
    bias : float
        Keeps shots finite where a component of the gradient vanishes.
    term_sampling : {"proportional", "random"}
        How the shots of a circuit go to groups of commuting terms: in proportion to their coefficients, or drawn with
        these chances (Rosalin), which allows fewer shots than there are groups.

    References
    ----------
    Kubler, Arrasmith, Cincio, Coles, Quantum 4, 263 (2020), Algorithm 1 (iCANS1); Arrasmith, Cincio, Somma, Coles,
    arXiv:2004.06252 (Rosalin).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.ICANS(min_shots=10)
    ICANS(min_shots=10)
    """

    def __init__(
        self,
        learning_rate: float | None = None,
        min_shots: int = 30,
        max_shots: int = 100_000,
        decay: float = 0.99,
        bias: float = 1e-6,
        term_sampling: str = "proportional",
    ) -> None:
        self.learning_rate = learning_rate
        self.min_shots = min_shots
        self.max_shots = max_shots
        self.decay = decay
        self.bias = bias
        self.term_sampling = term_sampling

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        if not hasattr(objective, "shot_gradient"):
            raise TypeError(f"ICANS needs an objective with gradients from shots; {type(objective).__name__} has none.")
        rate, curvature = self._rate(objective.curvature)
        shots = state.get("shots", np.full(objective.n_circuit_weights, self.min_shots))
        gradient, variance, loss, spent = objective.shot_gradient(parameters, shots, random, rows, self.term_sampling)
        state["n_shots"] = state.get("n_shots", 0) + spent
        count = state["count"] = state.get("count", 0) + 1
        # running averages, without their bias to zero
        averages = []
        for name, value in (("slope", gradient[: len(variance)]), ("variance", variance)):
            state[name] = self.decay * state.get(name, 0.0) + (1 - self.decay) * value
            averages.append(state[name] / (1 - self.decay**count))
        state["shots"] = self._shots(rate, curvature, *averages, self.bias * self.decay**count)
        return parameters - rate * gradient, loss

    def _rate(self, curvature: float | None) -> tuple[float, float]:
        """Return the learning rate and the curvature that the numbers of shots are made for."""
        if curvature is None:
            rate = 0.2 if self.learning_rate is None else self.learning_rate
            if not rate > 0:
                raise ValueError(f"`learning_rate` must be positive, got {rate!r}.")
            return rate, 1.0 / rate
        rate = 1.0 / curvature if self.learning_rate is None else self.learning_rate
        if not 0 < rate * curvature < 2:
            raise ValueError(f"`learning_rate` must lie between 0 and {2 / curvature:g}, got {rate!r}.")
        return rate, curvature

    def _shots(
        self, rate: float, curvature: float, slope: np.ndarray, spread: np.ndarray, bias: float
    ) -> np.ndarray:  # fmt: skip
        """Return the shots of each component for the next step."""
        if not len(slope):
            return np.empty(0, dtype=int)
        wanted = 2 * curvature * rate / (2 - curvature * rate) * spread / (slope**2 + bias)
        gain = (rate - curvature * rate**2 / 2) * slope**2
        gain = (gain - curvature * rate**2 / (2 * np.maximum(wanted, 1)) * spread) / np.maximum(wanted, self.min_shots)
        most = max(float(wanted[np.argmax(gain)]), self.min_shots)
        chosen = np.clip(wanted, self.min_shots, min(most, self.max_shots))
        return (2 ** np.ceil(np.log2(chosen))).astype(int)
