"""A circuit as a differentiable function of inputs and weights, for whole batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit, Parameter
from ..paulis import PauliSum
from ..sim import Statevector
from ..sim.gradients import fubini_study_metric
from ..sim.gradients.evaluation import AngleForm
from .angles import AngleTable
from .execution import AbstractExecution, Adjoint
from .parts import chosen

__all__ = ["QuantumLayer", "without_entanglers"]


class QuantumLayer:
    """Expectation values as a function of inputs, which each sample has its own of, and of weights, which all share.

    Parameters
    ----------
    circuit : Circuit
    observables : sequence of PauliSum
    inputs, weights : sequence of Parameter
        Between them all parameters of the circuit.
    execution : Adjoint or ParameterShift, optional
        Exact by default.

    Attributes
    ----------
    n_inputs, n_weights, n_outputs : int

    Examples
    --------
    >>> import qlearn as ql
    >>> x, w = ql.parameters("x", 1), ql.parameters("w", 2)
    >>> circuit = ql.Circuit(1).ry(w[0] * x[0] + w[1], 0)
    >>> layer = ql.variational.QuantumLayer(circuit, [ql.PauliSum("Z")], x, w)
    >>> layer.forward(np.array([[0.0], [1.0]]), np.array([np.pi, 0.0])).round(6)
    array([[ 1.],
           [-1.]])
    """

    def __init__(
        self,
        circuit: Circuit,
        observables: Sequence[PauliSum],
        inputs: Sequence[Parameter],
        weights: Sequence[Parameter],
        execution: Any = None,
    ) -> None:
        self.circuit, self.observables = circuit, list(observables)
        self.execution = chosen("execution", execution, AbstractExecution, Adjoint)
        self.n_inputs, self.n_weights, self.n_outputs = len(inputs), len(weights), len(self.observables)
        self._angles = AngleTable(circuit, inputs, weights)
        form = AngleForm(circuit)
        self.freed_circuit = form.circuit
        of_weights = self._angles.of_weights
        self._rules = {
            by_inputs: [(int(k), form.frequencies[k]) for k in np.flatnonzero(of_weights | by_inputs)]
            for by_inputs in (False, True)
        }
        self.prepared = self.execution.prepared(form.circuit)

    def __getstate__(self) -> dict[str, Any]:
        # a program is compiled again where it is needed: its arrays must be read-only, which pickles forget
        return {**self.__dict__, "prepared": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.prepared = self.execution.prepared(self.freed_circuit)

    def angles(self, inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the angles of the circuit for each sample.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)

        Returns
        -------
        ndarray of shape (batch, n_angles)
        """
        return self._angles.table(inputs, weights)

    def forward(self, inputs: np.ndarray, weights: np.ndarray, random_state: Any = None) -> np.ndarray:
        """Return the expectation values for each sample.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)
        random_state : int, Generator, SeedSequence or None
            Of shots.

        Returns
        -------
        ndarray of float, shape (batch, n_outputs)
        """
        return self.execution.expectation(self.prepared, self.observables, self.angles(inputs, weights), random_state)

    def differentiate(
        self,
        inputs: np.ndarray,
        weights: np.ndarray,
        upstream_of: Callable[[np.ndarray], np.ndarray],
        *,
        by_inputs: bool = False,
        random_state: Any = None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return the expectation values, and the gradients of a function of them by weights and inputs.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)
        upstream_of : callable
            From the expectation values (batch, n_outputs) to the derivatives of the function by them.
        by_inputs : bool
            Whether the gradient by the inputs is wanted.
        random_state : int, Generator, SeedSequence or None
            Of shots.

        Returns
        -------
        outputs : ndarray of shape (batch, n_outputs)
        weight_gradient : ndarray of shape (n_weights,)
            Summed over the batch.
        input_gradient : ndarray of shape (batch, n_inputs) or None
        """
        outputs, gradient = self.execution.differentiate(
            self.prepared, self.observables, self.angles(inputs, weights), upstream_of,
            self.rules(by_inputs), random_state,
        )  # fmt: skip
        by_weights = self.weight_gradient(inputs, weights, gradient)
        return outputs, by_weights, self._angles.input_gradient(inputs, weights, gradient) if by_inputs else None

    def rules(self, by_inputs: bool = False) -> list[tuple[int, tuple[float, ...]]]:
        """Return the angles that depend on weights (or on anything), with their frequencies.

        Parameters
        ----------
        by_inputs : bool
            Whether angles of inputs alone are wanted too.

        Returns
        -------
        list of (int, tuple of float)
        """
        return self._rules[by_inputs]

    def weight_jacobian(self, sample: np.ndarray) -> np.ndarray:
        """Return the derivatives of the angles by the weights for one sample.

        Parameters
        ----------
        sample : ndarray of shape (n_inputs,)

        Returns
        -------
        ndarray of shape (n_angles, n_weights)
        """
        return self._angles.weight_jacobian(sample)

    def weight_gradient(self, inputs: np.ndarray, weights: np.ndarray, by_angles: np.ndarray) -> np.ndarray:
        """Return the gradient by the weights, summed over the samples, from that by the angles.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)
        by_angles : ndarray of float, shape (batch, n_angles)

        Returns
        -------
        ndarray of shape (n_weights,)
        """
        return self._angles.weight_gradient(inputs, weights, by_angles)

    def metric(self, inputs: np.ndarray, weights: np.ndarray, approximation: str | None) -> np.ndarray:
        """Return the Fubini-Study metric of the weights, averaged over the samples; exact, without noise.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)
        approximation : {"block_diagonal", "diagonal", None}

        Returns
        -------
        ndarray of shape (n_weights, n_weights)
        """
        by_angles = fubini_study_metric(self.freed_circuit, self.angles(inputs, weights), approximation=approximation)
        jacobians = [self.weight_jacobian(sample) for sample in inputs]
        return np.mean([j.T @ g @ j for j, g in zip(jacobians, by_angles, strict=True)], axis=0)

    def states(self, inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the exact states, without noise.

        Parameters
        ----------
        inputs : ndarray of float, shape (batch, n_inputs)
        weights : ndarray of float, shape (n_weights,)

        Returns
        -------
        ndarray of complex, shape (batch, 2**n_qubits)
        """
        return Statevector().run(self.freed_circuit, self.angles(inputs, weights)).amplitudes


def without_entanglers(circuit: Circuit) -> Circuit:
    """Return the circuit without its gates on two and more qubits: the separable twin.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    Circuit

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.without_entanglers(ql.Circuit(2).h(0).cx(0, 1).ry(0.3, 1)).counts()
    {'h': 1, 'ry': 1}
    """
    twin = Circuit(circuit.n_qubits)
    for step in circuit.instructions:
        if len(step.qubits) == 1:
            twin.append(step)
    return twin


def z_observables(qubits: Sequence[int], n_qubits: int) -> list[PauliSum]:
    """Return Z on each of the qubits."""
    return [PauliSum(f"Z{qubit}", n_qubits=n_qubits) for qubit in qubits]
