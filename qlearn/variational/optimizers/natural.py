"""Gradient descent in the geometry of quantum states."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import AbstractOptimizer


class NaturalGradient(AbstractOptimizer):
    """Gradient descent with the Fubini-Study metric of the circuit taken out.

    Parameters of classical maps have the identity as their metric.

    Parameters
    ----------
    learning_rate : float
    approximation : {"block_diagonal", "diagonal", None}
        Of the metric: by layers of commuting gates, its diagonal, or exact.
    regularisation : float
        Added to the diagonal of the metric.
    n_samples : int
        Rows over which the metric of a model of data is averaged.

    References
    ----------
    Stokes, Izaac, Killoran, Carleo, Quantum 4, 269 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.NaturalGradient(learning_rate=0.1)
    NaturalGradient()
    """

    def __init__(
        self,
        learning_rate: float = 0.1,
        approximation: str | None = "block_diagonal",
        regularisation: float = 1e-2,
        n_samples: int = 8,
    ) -> None:
        self.learning_rate = learning_rate
        self.approximation = approximation
        self.regularisation = regularisation
        self.n_samples = n_samples

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        loss, gradient = objective.value_and_gradient(parameters, rows, random)
        metric = objective.metric(parameters, rows, self.approximation, self.n_samples)
        n_quantum = len(metric)
        move = gradient.copy()
        system = metric + self.regularisation * np.eye(n_quantum)
        move[:n_quantum] = np.linalg.solve(system, gradient[:n_quantum])
        return parameters - self.learning_rate * move, loss
