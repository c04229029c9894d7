"""What searches for states share: where they start, how energies are had at the end, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import check_array
from .._random import seed_sequence, task_generator
from ..circuits import Circuit
from ..estimates import Estimate
from ..paulis import PauliSum
from .ansatze import AbstractAnsatz, HardwareEfficient
from .execution import AbstractExecution, Adjoint, ParameterShift
from .layer import QuantumLayer
from .optimizers import LBFGS, AbstractOptimizer, Adam
from .parts import chosen

_MOST_PROJECTED = 12  # qubits of a projector on one basis state, which has 2**n terms


@dataclass(frozen=True, repr=False)
class EnergyResult:
    """Where a search for a state ended.

    Attributes
    ----------
    energy : float or Estimate
        Of the last circuit; an Estimate from fresh shots where there are shots.
    parameters : ndarray of float, shape (n_parameters,)
        In the order of ``circuit.parameters``.
    circuit : Circuit
        With its parameters open; `bound_circuit` fills them in.
    loss_curve : tuple of float
        Energy after each epoch, as the optimiser met it.
    message : str
        Why it ended.
    """

    energy: Any
    parameters: np.ndarray
    circuit: Circuit
    loss_curve: tuple[float, ...]
    message: str

    @property
    def bound_circuit(self) -> Circuit:
        """The circuit at its last parameters."""
        return self.circuit.bind(self.parameters) if self.circuit.n_parameters else self.circuit

    def __repr__(self) -> str:
        energy = self.energy if isinstance(self.energy, Estimate) else f"{self.energy:.9g}"
        return (
            f"<{type(self).__name__}: energy {energy}, {len(self.parameters)} parameters, "
            f"{len(self.loss_curve)} steps: {self.message}>"
        )


def started(
    hamiltonian: PauliSum, ansatz: AbstractAnsatz | Circuit, initial: Any, random_state: Any
) -> tuple[Circuit, np.ndarray, np.random.SeedSequence]:
    """Return the circuit, the parameters to start from, and the seed."""
    if not isinstance(hamiltonian, PauliSum):
        hint = "; pass its `hamiltonian`" if hasattr(hamiltonian, "hamiltonian") else ""
        raise TypeError(f"The observable must be a PauliSum, got {type(hamiltonian).__name__}{hint}.")
    if not isinstance(ansatz, Circuit):
        ansatz = chosen("ansatz", ansatz, AbstractAnsatz, HardwareEfficient)
    seed = seed_sequence(random_state)
    circuit = ansatz if isinstance(ansatz, Circuit) else ansatz.circuit(hamiltonian.n_qubits)
    if circuit.n_qubits != hamiltonian.n_qubits:
        raise ValueError(f"The circuit has {circuit.n_qubits} qubits, the observable {hamiltonian.n_qubits}.")
    if not circuit.n_parameters:
        raise ValueError("The circuit has no parameters, so there is nothing to train.")
    random = task_generator(seed, 0)
    if initial is not None:
        start = check_array("initial", initial, (circuit.n_parameters,)).copy()
    elif isinstance(ansatz, Circuit):
        start = 0.1 * random.normal(size=circuit.n_parameters)
    else:
        start = ansatz.initial_weights(circuit.n_qubits, random)
    return circuit, start, seed


def optimizer_for(optimizer: Any, execution: Any) -> AbstractOptimizer:
    """Return the optimiser, by default a quasi-Newton method, or one that bears scatter where results scatter."""
    return chosen("optimizer", optimizer, AbstractOptimizer, Adam if _scatters(execution) else LBFGS)


def patience_for(patience: Any, execution: Any) -> int | None:
    """Return the steps without improvement to stop after: where results scatter, those say nothing."""
    if patience != "auto":
        return patience
    return None if _scatters(execution) else 5


def _scatters(execution: Any) -> bool:
    return chosen("execution", execution, AbstractExecution, Adjoint).is_stochastic


def energies_of(layer: QuantumLayer, inputs: np.ndarray, point: np.ndarray, random: np.random.Generator) -> list[Any]:
    """Return the value of the first observable for each row of inputs, as an Estimate where there are shots."""
    execution = layer.execution
    if not isinstance(execution, ParameterShift):
        return layer.forward(inputs, point)[:, 0].tolist()
    n_shots, table = execution.n_shots, layer.angles(inputs, point)
    values, variances = execution.estimate(layer.prepared, layer.observables, table, random, n_shots)
    if n_shots is None:
        return values[:, 0].tolist()
    errors = np.sqrt(variances[:, 0])
    return [Estimate(float(v), float(e), n_shots, "shots") for v, e in zip(values[:, 0], errors, strict=True)]


def zero_projector(n_qubits: int) -> PauliSum:
    """Return |0...0><0...0| as the mean of all strings of I and Z."""
    if n_qubits > _MOST_PROJECTED:
        raise ValueError(f"Overlaps with states are for at most {_MOST_PROJECTED} qubits here, got {n_qubits}.")
    z = ((np.arange(1 << n_qubits)[:, None] >> np.arange(n_qubits)) & 1).astype(bool)
    return PauliSum.from_arrays(np.zeros_like(z), z, np.full(len(z), 1.0 / len(z)))
