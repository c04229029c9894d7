"""Ground states, excited states and given states, by training circuits on energies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import seed_sequence, task_generator
from ..circuits import Circuit, parameters
from ..estimates import Estimate
from ..paulis import PauliSum
from .ansatze import AbstractAnsatz
from .energies import EnergyObjective
from .execution import Adjoint, ParameterShift
from .layer import QuantumLayer
from .optimizers import LBFGS, Loop

__all__ = ["EnergyResult", "learn_state", "ssvqe", "vqd", "vqe"]

_MOST_PROJECTED = 12  # qubits of a projector on one basis state, which has 2**n terms
_MOST_DENSE = 7  # qubits of a projector on an arbitrary state, which has 4**n terms


@dataclass(frozen=True)
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


def vqe(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    *,
    initial: Any = None,
    optimizer: Any = None,
    max_epochs: int = 200,
    tolerance: float = 1e-9,
    patience: int | None = 5,
    execution: Any = None,
    callback: Any = None,
    random_state: Any = None,
) -> EnergyResult:
    """Return the state of lowest energy that an ansatz finds.

    Parameters
    ----------
    hamiltonian : PauliSum
    ansatz : AbstractAnsatz or Circuit
    initial : array_like of float, optional
        Parameters to start from; by default those of the ansatz, or small random ones for a circuit.
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default; with shots take `ICANS`, `Adam`, `SPSA` or `QNSPSA`.
    max_epochs : int
        Steps.
    tolerance : float
        Improvement of the energy that counts for `patience`, in the unit of the Hamiltonian.
    patience : int or None
        Steps without improvement after which it stops.
    execution : Adjoint or ParameterShift, optional
        Exact by default.
    callback : callable, optional
        ``callback(step, energy, parameters)``; a true answer stops.
    random_state : int, Generator, SeedSequence or None
        Of first parameters, shots and perturbations.

    Returns
    -------
    EnergyResult

    Raises
    ------
    ValueError
        If the widths differ, or `initial` has another length.

    References
    ----------
    Peruzzo et al., Nat. Commun. 5, 4213 (2014).

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    >>> result = ql.variational.vqe(molecule.hamiltonian, ql.variational.UCCSD(n_electrons=2))
    >>> bool(abs(result.energy - molecule.exact_energy) < 1e-8)
    True
    """
    circuit, start, seed = _started(hamiltonian, ansatz, initial, random_state)
    objective = EnergyObjective(circuit, hamiltonian, execution)
    loop = Loop(
        max_epochs=max_epochs, tolerance=tolerance, patience=patience, callback=callback,
        random_state=task_generator(seed, 1),
    )  # fmt: skip
    found = (LBFGS() if optimizer is None else optimizer).run(objective, start, loop)
    energy = _final_energy(objective, found.parameters, task_generator(seed, 2))
    return EnergyResult(energy, found.parameters, circuit, tuple(found.loss_curve), found.message)


def vqd(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    n_states: int,
    *,
    penalty: float | None = None,
    n_starts: int = 3,
    max_epochs: int = 300,
    random_state: Any = None,
) -> list[EnergyResult]:
    """Return the lowest states one after another, each pushed away from those before it.

    Parameters
    ----------
    hamiltonian : PauliSum
    ansatz : AbstractAnsatz or Circuit
    n_states : int
    penalty : float, optional
        Energy added for a full overlap with a state before; by default twice the sum of the absolute coefficients,
        which is more than any gap.
    n_starts : int
        Random starts for each state; the best is kept.
    max_epochs : int
        Steps for each.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    list of EnergyResult
        By rising order of search; `loss_curve` includes the penalty.

    Raises
    ------
    ValueError
        On more than 12 qubits.

    References
    ----------
    Higgott, Wang, Brierley, Quantum 3, 156 (2019): overlaps by running the earlier circuit backwards.

    Examples
    --------
    >>> import qlearn as ql
    >>> ising = ql.datasets.make_ising_chain(2, field=0.7)
    >>> found = ql.variational.vqd(ising, ql.variational.HardwareEfficient(2), 2, random_state=0)
    >>> exact = ising.ground_state(k=2).energies
    >>> bool(np.allclose([state.energy for state in found], exact, atol=1e-4))
    True
    """
    seed = seed_sequence(random_state)
    found: list[EnergyResult] = []
    if penalty is None:
        penalty = 2.0 * float(np.abs(hamiltonian.coefficients).sum())
    for k in range(check_count("n_states", n_states, minimum=1)):
        best = None
        for trial in range(check_count("n_starts", n_starts, minimum=1)):
            circuit, start, _ = _started(hamiltonian, ansatz, None, task_generator(seed, k, trial))
            energy = EnergyObjective(circuit, hamiltonian)
            objective = _Deflated(energy, [_overlap(circuit, earlier) for earlier in found], penalty)
            run = LBFGS().run(objective, start, Loop(max_epochs=max_epochs, tolerance=1e-10, patience=5))
            if best is None or run.loss_curve[-1] < best[0].loss_curve[-1]:
                best = run, energy.value(run.parameters), circuit
        run, value, circuit = best
        found.append(EnergyResult(value, run.parameters, circuit, tuple(run.loss_curve), run.message))
    return found


def ssvqe(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    n_states: int,
    *,
    n_starts: int = 3,
    max_epochs: int = 500,
    random_state: Any = None,
) -> list[EnergyResult]:
    """Return the lowest states at once: one circuit turns basis states, which stay orthogonal, into them.

    Parameters
    ----------
    hamiltonian : PauliSum
    ansatz : AbstractAnsatz or Circuit
        Acts on the basis states 0...00, 0...01, 0...10, ...; it must not prepare a state itself.
    n_states : int
    n_starts : int
        Random starts; the best is kept.
    max_epochs : int
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    list of EnergyResult
        One a state, in the order of their weights n_states, ..., 2, 1; circuits hold the basis state.

    References
    ----------
    Nakanishi, Mitarai, Fujii, Phys. Rev. Research 1, 033062 (2019), the weighted variant.

    Examples
    --------
    >>> import qlearn as ql
    >>> ising = ql.datasets.make_ising_chain(2, field=0.7)
    >>> found = ql.variational.ssvqe(ising, ql.variational.HardwareEfficient(3), 2, random_state=0)
    >>> exact = ising.ground_state(k=2).energies
    >>> bool(np.allclose([state.energy for state in found], exact, atol=1e-4))
    True
    """
    seed = seed_sequence(random_state)
    n_qubits = hamiltonian.n_qubits
    n_states = check_count("n_states", n_states, minimum=1, maximum=1 << n_qubits)
    body, _, _ = _started(hamiltonian, ansatz, None, seed)
    inputs = parameters("bit", n_qubits)
    circuit = Circuit(n_qubits)
    for qubit, angle in enumerate(inputs):
        circuit.rx(angle, qubit)
    layer = QuantumLayer(circuit + body, [hamiltonian], inputs, body.parameters)
    bits = (np.arange(n_states)[:, None] >> np.arange(n_qubits - 1, -1, -1)) & 1
    objective = _Weighted(layer, np.pi * bits, np.arange(n_states, 0, -1.0))
    best = None
    for trial in range(check_count("n_starts", n_starts, minimum=1)):
        start = _started(hamiltonian, ansatz, None, task_generator(seed, trial))[1]
        run = LBFGS().run(objective, start, Loop(max_epochs=max_epochs, tolerance=1e-10, patience=5))
        if best is None or run.loss_curve[-1] < best.loss_curve[-1]:
            best = run
    energies = layer.forward(np.pi * bits, best.parameters)[:, 0]
    results = []
    for row, energy in zip(bits, energies, strict=True):
        prepared = Circuit(n_qubits)
        for qubit in np.flatnonzero(row):
            prepared.x(int(qubit))
        results.append(
            EnergyResult(float(energy), best.parameters, prepared + body, tuple(best.loss_curve), best.message)
        )
    return results


def learn_state(
    target: Any,
    ansatz: AbstractAnsatz | Circuit,
    *,
    initial: Any = None,
    optimizer: Any = None,
    max_epochs: int = 300,
    random_state: Any = None,
) -> EnergyResult:
    """Return the circuit of an ansatz that comes closest to a state; `energy` is minus the fidelity.

    Parameters
    ----------
    target : Circuit, State or array_like
        A circuit without parameters (at most 12 qubits), or the amplitudes (at most 7).
    ansatz : AbstractAnsatz or Circuit
    initial : array_like of float, optional
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default.
    max_epochs : int
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    EnergyResult

    Examples
    --------
    >>> import qlearn as ql
    >>> found = ql.variational.learn_state(ql.sim.State.ghz(3), ql.variational.HardwareEfficient(2), random_state=0)
    >>> round(-found.energy, 6)
    1.0
    """
    if isinstance(target, Circuit):
        observable = -1.0 * zero_projector(target.n_qubits)
    else:
        amplitudes = np.asarray(getattr(target, "amplitudes", target), dtype=complex)
        n_qubits = amplitudes.size.bit_length() - 1
        if amplitudes.ndim != 1 or amplitudes.size != 1 << n_qubits or n_qubits > _MOST_DENSE:
            raise ValueError(
                f"`target` must have 2**n amplitudes, n at most {_MOST_DENSE}, got shape {amplitudes.shape}; "
                "pass a circuit for more qubits."
            )
        amplitudes = amplitudes / np.linalg.norm(amplitudes)
        observable = -1.0 * PauliSum.from_matrix(np.outer(amplitudes, amplitudes.conj()))
    circuit, start, seed = _started(observable, ansatz, initial, random_state)
    measured = circuit + target.inverse() if isinstance(target, Circuit) else circuit
    objective = EnergyObjective(measured, observable)
    loop = Loop(max_epochs=max_epochs, tolerance=1e-10, patience=5, random_state=task_generator(seed, 1))
    found = (LBFGS() if optimizer is None else optimizer).run(objective, start, loop)
    value = objective.value(found.parameters)
    return EnergyResult(value, found.parameters, circuit, tuple(found.loss_curve), found.message)


class _Deflated:
    """An energy plus a penalty for overlaps."""

    n_samples = 1

    def __init__(self, energy: EnergyObjective, overlaps: Sequence[EnergyObjective], penalty: float) -> None:
        self._energy, self._overlaps, self._penalty = energy, overlaps, penalty

    def value_and_gradient(self, point: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        value, gradient = self._energy.value_and_gradient(point)
        for overlap in self._overlaps:
            more, slope = overlap.value_and_gradient(point)
            value, gradient = value + self._penalty * more, gradient + self._penalty * slope
        return value, gradient


class _Weighted:
    """A weighted sum of the energies of several inputs."""

    n_samples = 1

    def __init__(self, layer: QuantumLayer, inputs: np.ndarray, weights: np.ndarray) -> None:
        self._layer, self._inputs, self._weights = layer, inputs, weights

    def value_and_gradient(self, point: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        values, gradient, _ = self._layer.differentiate(self._inputs, point, lambda _: self._weights[:, None])
        return float(self._weights @ values[:, 0]), gradient


def _started(
    hamiltonian: PauliSum, ansatz: AbstractAnsatz | Circuit, initial: Any, random_state: Any
) -> tuple[Circuit, np.ndarray, np.random.SeedSequence]:
    """Return the circuit, the parameters to start from, and the seed."""
    seed = seed_sequence(random_state)
    circuit = ansatz if isinstance(ansatz, Circuit) else ansatz.circuit(hamiltonian.n_qubits)
    if circuit.n_qubits != hamiltonian.n_qubits:
        raise ValueError(f"The circuit has {circuit.n_qubits} qubits, the observable {hamiltonian.n_qubits}.")
    random = task_generator(seed, 0)
    if initial is not None:
        start = np.array(initial, dtype=float)
        if start.shape != (circuit.n_parameters,):
            raise ValueError(f"`initial` must have shape ({circuit.n_parameters},), got {start.shape}.")
    elif isinstance(ansatz, Circuit):
        start = 0.1 * random.normal(size=circuit.n_parameters)
    else:
        start = ansatz.initial_weights(circuit.n_qubits, random)
    return circuit, start, seed


def _final_energy(objective: EnergyObjective, point: np.ndarray, random: np.random.Generator) -> Any:
    execution = objective.layer.execution
    if isinstance(execution, Adjoint) or not isinstance(execution, ParameterShift):
        return objective.value(point)
    table = objective.layer.angles(np.empty((1, 0)), point)
    value, variance = execution.estimate(
        objective.layer.prepared, objective.layer.observables, table, random, execution.n_shots
    )
    if execution.n_shots is None:
        return float(value[0, 0])
    return Estimate(float(value[0, 0]), float(np.sqrt(variance[0, 0])), execution.n_shots, "shots")


def _overlap(circuit: Circuit, earlier: EnergyResult) -> EnergyObjective:
    """Return the fidelity with an earlier state, as the chance to find zeros after running that circuit backwards."""
    return EnergyObjective(circuit + earlier.bound_circuit.inverse(), zero_projector(circuit.n_qubits))


def zero_projector(n_qubits: int) -> PauliSum:
    """Return |0...0><0...0| as the mean of all strings of I and Z."""
    if n_qubits > _MOST_PROJECTED:
        raise ValueError(f"Overlaps with states are for at most {_MOST_PROJECTED} qubits here, got {n_qubits}.")
    z = ((np.arange(1 << n_qubits)[:, None] >> np.arange(n_qubits)) & 1).astype(bool)
    return PauliSum.from_arrays(np.zeros_like(z), z, np.full(len(z), 1.0 / len(z)))
