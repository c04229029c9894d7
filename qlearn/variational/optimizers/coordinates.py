"""Optimisers for energies that treat parameters one by one."""

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

    def step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        """Return the parameters after a sweep, and the energy before it.

        Parameters
        ----------
        objective : EnergyObjective
        parameters : ndarray of shape (n_parameters,)
        rows : slice
        state : dict
        random : numpy.random.Generator

        Returns
        -------
        parameters : ndarray of shape (n_parameters,)
        loss : float
        """
        if not getattr(objective, "is_sinusoidal", False):
            raise TypeError(
                "Rotosolve needs an energy whose weights each are the angle of one Pauli rotation; use another one."
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

    For energies by `ParameterShift`; its `n_shots` is not used. Shots are rounded up to powers of two, so that few
    engine calls cover all components. Within a component they are spread over the terms in proportion to
    their coefficients.

    Parameters
    ----------
    learning_rate : float, optional
        By default the inverse of the objective's `lipschitz`; must be below twice that.
    min_shots : int
        For each shifted circuit.
    max_shots : int
        For each shifted circuit.
    decay : float
        Of the running averages of gradient and variance.
    bias : float
        Keeps shots finite where a component of the gradient vanishes.

    References
    ----------
    Kubler, Arrasmith, Cincio, Coles, Quantum 4, 263 (2020), Algorithm 1 (iCANS1).

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
    ) -> None:
        self.learning_rate = learning_rate
        self.min_shots = min_shots
        self.max_shots = max_shots
        self.decay = decay
        self.bias = bias

    def step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        """Return the next parameters, and the energy at the old ones from as many shots as a component had at most.

        Parameters
        ----------
        objective : EnergyObjective
        parameters : ndarray of shape (n_parameters,)
        rows : slice
        state : dict
            ``state["n_shots"]`` counts all shots.
        random : numpy.random.Generator

        Returns
        -------
        parameters : ndarray of shape (n_parameters,)
        loss : float
        """
        if not hasattr(objective, "shot_gradient"):
            raise TypeError("ICANS needs an energy; models of data train with Adam or SPSA under shots.")
        lipschitz = objective.lipschitz
        rate = 1.0 / lipschitz if self.learning_rate is None else self.learning_rate
        if not 0 < rate * lipschitz < 2:
            raise ValueError(f"`learning_rate` must lie between 0 and {2 / lipschitz:g}, got {rate!r}.")
        shots = state.get("shots", np.full(len(parameters), self.min_shots))
        gradient, variance, loss, spent = objective.shot_gradient(parameters, shots, random)
        state["n_shots"] = state.get("n_shots", 0) + spent
        count = state["count"] = state.get("count", 0) + 1
        # running averages, without their bias to zero
        averages = []
        for name, value in (("slope", gradient), ("variance", variance)):
            state[name] = self.decay * state.get(name, 0.0) + (1 - self.decay) * value
            averages.append(state[name] / (1 - self.decay**count))
        slope, spread = averages
        wanted = 2 * lipschitz * rate / (2 - lipschitz * rate) * spread / (slope**2 + self.bias * self.decay**count)
        gain = (rate - lipschitz * rate**2 / 2) * slope**2 - lipschitz * rate**2 / (2 * np.maximum(wanted, 1)) * spread
        gain = gain / np.maximum(wanted, self.min_shots)
        most = max(float(wanted[np.argmax(gain)]), self.min_shots)
        chosen = np.clip(wanted, self.min_shots, min(most, self.max_shots))
        state["shots"] = (2 ** np.ceil(np.log2(chosen))).astype(int)
        return parameters - rate * gradient, loss
