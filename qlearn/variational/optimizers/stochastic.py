"""Optimisers that only ask for values: simultaneous perturbation, without and with an estimated metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import AbstractOptimizer


class SPSA(AbstractOptimizer):
    """Simultaneous perturbation: a step along a random direction, two values a step whatever the number of parameters.

    Parameters
    ----------
    learning_rate : float
        Gain of the first step; it falls as ``(k + 1 + stability) ** -0.602``.
    perturbation : float
        Length of the perturbation in every parameter at first; it falls as ``(k + 1) ** -0.101``.
    stability : float
        Steps that delay the fall of the gain.

    References
    ----------
    Spall, IEEE Transactions on Aerospace and Electronic Systems 34, 817 (1998).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.SPSA(learning_rate=0.1)
    SPSA(learning_rate=0.1)
    """

    def __init__(self, learning_rate: float = 0.2, perturbation: float = 0.1, stability: float = 10.0) -> None:
        self.learning_rate = learning_rate
        self.perturbation = perturbation
        self.stability = stability

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        count = state["count"] = state.get("count", -1) + 1
        gain = self.learning_rate * ((1 + self.stability) / (count + 1 + self.stability)) ** 0.602
        loss, gradient = _perturbed(objective, parameters, rows, self.perturbation / (count + 1) ** 0.101, random)
        return parameters - gain * gradient, loss


class QNSPSA(AbstractOptimizer):
    """SPSA with the Fubini-Study metric taken out, itself estimated from four fidelities a step.

    Parameters
    ----------
    learning_rate : float
    perturbation : float
        Length of the perturbation in every parameter.
    regularisation : float
        Weight of the identity that is mixed into the metric.
    max_step : float
        Longest step, in the norm of the parameters.

    References
    ----------
    Gacon, Zoufal, Carleo, Woerner, Quantum 5, 567 (2021), Eqs. (12) to (16).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.QNSPSA(learning_rate=0.05)
    QNSPSA()
    """

    def __init__(
        self,
        learning_rate: float = 0.05,
        perturbation: float = 0.05,
        regularisation: float = 0.1,
        max_step: float = 0.5,
    ) -> None:
        self.learning_rate = learning_rate
        self.perturbation = perturbation
        self.regularisation = regularisation
        self.max_step = max_step

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        count = state["count"] = state.get("count", -1) + 1
        loss, gradient = _perturbed(objective, parameters, rows, self.perturbation, random)
        one, two = (random.integers(2, size=len(parameters)) * 2.0 - 1.0 for _ in range(2))
        width = self.perturbation
        moves = width * np.array([one + two, one, two - one, -one])
        plus_both, plus, minus_both, minus = objective.fidelities(parameters, parameters + moves, rows)
        curvature = (plus_both - plus - minus_both + minus) / (2 * width**2)
        sample = -0.25 * curvature * (np.outer(one, two) + np.outer(two, one))
        mean = state["metric"] = (count * state.get("metric", 0.0) + sample) / (count + 1)
        values, vectors = np.linalg.eigh(mean)
        values = (np.abs(values) + self.regularisation) / (1 + self.regularisation)
        move = self.learning_rate * (vectors @ ((vectors.T @ gradient) / values))
        length = float(np.linalg.norm(move))
        return parameters - move * min(1.0, self.max_step / max(length, 1e-300)), loss


def _perturbed(
    objective: Any, parameters: np.ndarray, rows: Any, width: float, random: np.random.Generator
) -> tuple[float, np.ndarray]:
    """Return the mean of two values along a random direction, and the estimate of the gradient."""
    sign = random.integers(2, size=len(parameters)) * 2.0 - 1.0
    above = objective.value(parameters + width * sign, rows, random)
    below = objective.value(parameters - width * sign, rows, random)
    return (above + below) / 2, (above - below) / (2 * width) * sign
