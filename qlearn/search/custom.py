"""CustomProblem: whatever cost a user can compute of a circuit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit
from .problem import SearchProblem

__all__ = ["CustomProblem"]


class CustomProblem(SearchProblem):
    """Find circuits with a small cost of the user's own.

    Parameters
    ----------
    cost : callable
        ``cost(circuit, values) -> float``. It must be a function at the top of a module to be sent to processes.
    n_qubits : int
    gradient : callable, optional
        ``gradient(circuit, values) -> (float, ndarray)``, cost and slopes; central differences without.
    gates : iterable of str
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    objectives : sequence of str, optional
        As of `EnergyProblem`; the cost is called "cost".
    name : str
        Also tells one study store from another.

    Examples
    --------
    >>> import qlearn as ql
    >>> def bunching(circuit, values):
    ...     state = ql.sim.Statevector().run(circuit, values)
    ...     return 1 - float(np.abs(state.amplitudes[-1]) ** 2)
    >>> problem = ql.search.CustomProblem(bunching, 2, gates=("ry", "cx"))
    >>> budget = ql.search.Budget(evaluations=300)
    >>> result = ql.search.run(problem, ql.search.RandomSearch(), budget=budget, random_state=0)
    >>> result.best.cost < 1e-6
    True
    """

    def __init__(
        self,
        cost: Callable[[Circuit, np.ndarray], float],
        n_qubits: int,
        *,
        gradient: Callable[[Circuit, np.ndarray], tuple[float, np.ndarray]] | None = None,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str = "custom cost",
    ) -> None:
        for label, function in (("cost", cost), ("gradient", gradient)):
            if function is not None and not callable(function):
                raise TypeError(f"`{label}` must be callable, got {type(function).__name__}.")
        super().__init__(n_qubits, gates=gates, coupling=coupling, objectives=objectives)
        self._cost, self._gradient, self._name = cost, gradient, name

    @property
    def name(self) -> str:
        """A few words for tables."""
        return self._name

    def _identity(self) -> tuple[Any, ...]:
        return (self._name, self.n_qubits)

    def cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the user's cost.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        found = float(self._cost(circuit, values))
        if not np.isfinite(found):
            raise ValueError(f"The cost of {circuit!r} is {found}; it must be finite.")
        return found

    def cost_and_gradient(self, circuit: Circuit, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the user's cost and gradient.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        (float, ndarray of shape (n_parameters,))
        """
        if self._gradient is None:
            return super().cost_and_gradient(circuit, values)
        cost, slopes = self._gradient(circuit, values)
        return float(cost), np.asarray(slopes, dtype=float)
