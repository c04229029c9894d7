"""Optimisers that follow gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import AbstractOptimizer, Loop, TrainingResult


class Adam(AbstractOptimizer):
    """Adaptive moments.

    Parameters
    ----------
    learning_rate : float
    beta1, beta2 : float
        Decay of the averages of gradients and of their squares.
    decay : float
        Step k uses ``learning_rate / (1 + decay * k)``.

    References
    ----------
    Kingma and Ba, arXiv:1412.6980, Algorithm 1.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.Adam(learning_rate=0.1)
    Adam(learning_rate=0.1)
    """

    def __init__(
        self, learning_rate: float = 0.05, beta1: float = 0.9, beta2: float = 0.999, decay: float = 0.0
    ) -> None:
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.decay = decay

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        loss, gradient = objective.value_and_gradient(parameters, rows, random)
        count = state["count"] = state.get("count", 0) + 1
        mean = state["mean"] = self.beta1 * state.get("mean", 0.0) + (1 - self.beta1) * gradient
        square = state["square"] = self.beta2 * state.get("square", 0.0) + (1 - self.beta2) * gradient**2
        unbiased = mean / (1 - self.beta1**count)
        spread = np.sqrt(square / (1 - self.beta2**count)) + 1e-8
        rate = self.learning_rate / (1 + self.decay * (count - 1))
        return parameters - rate * unbiased / spread, loss


class LBFGS(AbstractOptimizer):
    """Quasi-Newton on all rows at once, by SciPy; needs exact values. One iteration counts as an epoch.

    Parameters
    ----------
    memory : int
        Pairs of steps and gradients that are kept.
    gradient_tolerance : float
        Largest entry of the gradient at which it stops.

    References
    ----------
    Byrd, Lu, Nocedal, Zhu, SIAM J. Sci. Comput. 16, 1190 (1995).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.LBFGS(memory=20)
    LBFGS(memory=20)
    """

    def __init__(self, memory: int = 10, gradient_tolerance: float = 1e-6) -> None:
        self.memory = memory
        self.gradient_tolerance = gradient_tolerance

    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        found, first = self._minimize(objective, parameters, rows, random, 1, None)
        return found.x, first

    def run(
        self, objective: Any, parameters: np.ndarray, loop: Loop, state: dict[str, Any] | None = None
    ) -> TrainingResult:
        """Return the result of a training.

        Parameters
        ----------
        objective : Objective
        parameters : ndarray of shape (n_parameters,)
        loop : Loop
        state : dict, optional
            Not used.

        Returns
        -------
        TrainingResult
        """
        result = TrainingResult(np.array(parameters, dtype=float))

        def note(intermediate_result: Any) -> None:
            result.parameters = np.array(intermediate_result.x)
            if loop.record(result, float(intermediate_result.fun)):
                raise StopIteration

        found, first = self._minimize(objective, result.parameters, slice(None), loop.random, loop.max_epochs, note)
        if not result.loss_curve:
            loop.record(result, first)
        if np.abs(found.jac).max(initial=0.0) <= self.gradient_tolerance:
            result.message = "the gradient is below the tolerance"
        return loop.finish(result)

    def _minimize(
        self, objective: Any, parameters: np.ndarray, rows: Any, random: Any, max_iterations: int, note: Any
    ) -> Any:
        from scipy.optimize import minimize

        losses: list[float] = []

        def slope(point: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = objective.value_and_gradient(point, rows, random)
            losses.append(value)
            return value, gradient

        options = {
            "maxiter": max_iterations, "maxcor": self.memory, "gtol": self.gradient_tolerance, "ftol": 0.0,
            "maxfun": 20 * max_iterations + 20,
        }  # fmt: skip
        found = minimize(slope, parameters, jac=True, method="L-BFGS-B", callback=note, options=options)
        return found, losses[0]
