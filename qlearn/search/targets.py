"""StatePreparation and UnitarySynthesis: circuits that make a given state, or act as a given matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array
from ..circuits import Circuit, Instruction
from ..paulis import PauliSum
from ..sim import Statevector
from .energy import EnergyProblem
from .problem import SearchProblem

__all__ = ["StatePreparation", "UnitarySynthesis"]

_MOST_STATE, _MOST_UNITARY = 7, 3  # qubits: the projector has up to 4**n Pauli strings


class StatePreparation(EnergyProblem):
    """Find circuits that prepare a state: the cost is the infidelity, 1 - |<target|psi>|**2.

    Parameters
    ----------
    target : array_like
        complex (2**n,), normalised; n at most 7. Qubit 0 is the most significant bit of the index.
    gates, coupling, objectives, name : object
        As of `EnergyProblem`; the cost is called "infidelity".

    Examples
    --------
    >>> import qlearn as ql
    >>> w_state = np.array([0, 1, 1, 0, 1, 0, 0, 0]) / np.sqrt(3)
    >>> problem = ql.search.StatePreparation(w_state, gates=("ry", "cx"))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=30_000, target=1e-9), random_state=0)
    >>> result.best.cost < 1e-9
    True
    """

    cost_name = "infidelity"

    def __init__(
        self,
        target: ArrayLike,
        *,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        state = check_array("target", target, (None,), complex)
        n_qubits = len(state).bit_length() - 1
        if len(state) != 1 << n_qubits or not 1 <= n_qubits <= _MOST_STATE:
            raise ValueError(f"`target` must have 2**n amplitudes, n from 1 to {_MOST_STATE}, got {len(state)}.")
        if abs(np.linalg.norm(state) - 1.0) > 1e-8:
            raise ValueError(f"`target` must be normalised, got the norm {np.linalg.norm(state)}.")
        projector = PauliSum.from_matrix(np.eye(len(state)) - np.outer(state, state.conj()))
        super().__init__(
            _hermitian(projector), gates=gates, coupling=coupling, objectives=objectives,
            name=name or f"preparation of a state on {n_qubits} qubits",
        )  # fmt: skip

    def exact_cost(self) -> float:
        """Return 0: some circuit prepares the state.

        Returns
        -------
        float
        """
        return 0.0


class UnitarySynthesis(SearchProblem):
    """Find circuits that act as a matrix, up to a phase: the cost is 1 - |tr(target+ V)|**2 / 4**n.

    Computed on the state that the circuit makes of one half of n Bell pairs. The compiled structure search, whose
    circuits start from |0...0>, does not take it.

    Parameters
    ----------
    target : array_like
        complex (2**n, 2**n), unitary; n at most 3.
    gates, coupling, objectives, name : object
        As of `EnergyProblem`; the cost is called "infidelity".

    Examples
    --------
    >>> import qlearn as ql
    >>> swap = ql.circuits.circuit_matrix(ql.Circuit(2).swap(0, 1))
    >>> problem = ql.search.UnitarySynthesis(swap)
    >>> round(problem.cost(ql.Circuit(2).cx(0, 1).cx(1, 0).cx(0, 1), np.zeros(0)), 9)
    0.0
    """

    cost_name = "infidelity"
    starts_at_zero = False

    def __init__(
        self,
        target: ArrayLike,
        *,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        matrix = check_array("target", target, ("dimension", "dimension"), complex)
        n_qubits = len(matrix).bit_length() - 1
        if len(matrix) != 1 << n_qubits or not 1 <= n_qubits <= _MOST_UNITARY:
            raise ValueError(f"`target` must be 2**n by 2**n, n from 1 to {_MOST_UNITARY}, got {matrix.shape}.")
        if np.abs(matrix @ matrix.conj().T - np.eye(len(matrix))).max() > 1e-8:
            raise ValueError("`target` must be unitary.")
        choi = matrix.ravel() / np.sqrt(len(matrix))  # amplitude of (output, input)
        projector = PauliSum.from_matrix(np.eye(len(choi)) - np.outer(choi, choi.conj()))
        super().__init__(n_qubits, gates=gates, coupling=coupling, objectives=objectives)
        self.pairs, self._engine = _hermitian(projector), Statevector()
        self._last: tuple[tuple[Instruction, ...], Circuit] = ((), Circuit(2 * n_qubits))
        self._name = name or f"synthesis of a unitary on {n_qubits} qubits"

    @property
    def name(self) -> str:
        """A few words for tables."""
        return self._name

    def _identity(self) -> tuple[Any, ...]:
        return (np.asarray(self.pairs.coefficients).tobytes(),)

    def cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the infidelity of a circuit.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        return float(self._engine.expectation(self._on_pairs(circuit), self.pairs, values))

    def cost_and_gradient(self, circuit: Circuit, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the infidelity and its adjoint gradient.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        (float, ndarray of shape (n_parameters,))
        """
        value, gradient = self._engine.value_and_gradient(self._on_pairs(circuit), self.pairs, values)
        return float(value), gradient

    def _on_pairs(self, circuit: Circuit) -> Circuit:
        """Return the circuit after the Bell pairs; a descent asks for the same one again and again."""
        n, steps = self.n_qubits, circuit.instructions
        if steps and steps == self._last[0]:
            return self._last[1]
        whole = Circuit(2 * n)
        for q in range(n):
            whole.h(q).cx(q, n + q)
        for step in steps:
            whole.append(Instruction(*step))
        self._last = (steps, whole)
        return whole

    def exact_cost(self) -> float:
        """Return 0: some circuit acts as the matrix.

        Returns
        -------
        float
        """
        return 0.0


def _hermitian(terms: PauliSum) -> PauliSum:
    """Return a Hermitian sum with real coefficients."""
    return PauliSum.from_arrays(terms.x, terms.z, np.real(terms.coefficients))
