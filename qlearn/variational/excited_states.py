"""Excited states: one after another by deflation, or several at once from orthogonal states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import seed_sequence, task_generator
from ..circuits import Circuit, parameters
from ..paulis import PauliSum
from .ansatze import AbstractAnsatz
from .energies import EnergyObjective
from .layer import QuantumLayer
from .optimizers import Loop
from .runs import EnergyResult, energies_of, optimizer_for, patience_for, started, zero_projector

__all__ = ["ssvqe", "vqd"]


def vqd(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    n_states: int,
    *,
    penalty: float | None = None,
    n_starts: int = 3,
    max_epochs: int = 300,
    optimizer: Any = None,
    execution: Any = None,
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
        Starts for each state, the first where the ansatz says, the others scattered about it; the best is kept.
    max_epochs : int
        Steps for each.
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default, `Adam()` with shots.
    execution : Adjoint or ParameterShift, optional
        Exact by default.
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
    seed, method = seed_sequence(random_state), optimizer_for(optimizer, execution)
    found: list[EnergyResult] = []
    if penalty is None:
        penalty = 2.0 * float(np.abs(hamiltonian.coefficients).sum())
    for k in range(check_count("n_states", n_states, minimum=1)):
        best = None
        for circuit, start, random in _starts(hamiltonian, ansatz, n_starts, seed, k):
            energy = EnergyObjective(circuit, hamiltonian, execution)
            objective = _Deflated(energy, [_overlap(circuit, earlier, execution) for earlier in found], penalty)
            run = method.run(objective, start, _loop(max_epochs, execution, random))
            if best is None or run.loss_curve[-1] < best[0].loss_curve[-1]:
                best = run, energy, circuit
        run, energy, circuit = best
        (value,) = energies_of(energy.layer, np.empty((1, 0)), run.parameters, task_generator(seed, k))
        found.append(EnergyResult(value, run.parameters, circuit, tuple(run.loss_curve), run.message))
    return found


def ssvqe(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    n_states: int,
    *,
    n_starts: int = 3,
    max_epochs: int = 500,
    optimizer: Any = None,
    execution: Any = None,
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
        Starts, the first where the ansatz says, the others scattered about it; the best is kept.
    max_epochs : int
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default, `Adam()` with shots.
    execution : Adjoint or ParameterShift, optional
        Exact by default.
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
    seed, method = seed_sequence(random_state), optimizer_for(optimizer, execution)
    n_qubits = hamiltonian.n_qubits
    n_states = check_count("n_states", n_states, minimum=1, maximum=1 << n_qubits)
    body, _, _ = started(hamiltonian, ansatz, None, seed)
    inputs = parameters("bit", n_qubits)
    circuit = Circuit(n_qubits)
    for qubit, angle in enumerate(inputs):
        circuit.rx(angle, qubit)
    layer = QuantumLayer(circuit + body, [hamiltonian], inputs, body.parameters, execution)
    bits = (np.arange(n_states)[:, None] >> np.arange(n_qubits - 1, -1, -1)) & 1
    objective = _Weighted(layer, np.pi * bits, np.arange(n_states, 0, -1.0))
    best = None
    for _, start, random in _starts(hamiltonian, ansatz, n_starts, seed):
        run = method.run(objective, start, _loop(max_epochs, execution, random))
        if best is None or run.loss_curve[-1] < best.loss_curve[-1]:
            best = run
    energies = energies_of(layer, np.pi * bits, best.parameters, task_generator(seed, n_starts))
    results = []
    for row, energy in zip(bits, energies, strict=True):
        prepared = Circuit(n_qubits)
        for qubit in np.flatnonzero(row):
            prepared.x(int(qubit))
        results.append(EnergyResult(energy, best.parameters, prepared + body, tuple(best.loss_curve), best.message))
    return results


class _Deflated:
    """An energy plus a penalty for overlaps."""

    n_samples = 1

    def __init__(self, energy: EnergyObjective, overlaps: Sequence[EnergyObjective], penalty: float) -> None:
        self._energy, self._overlaps, self._penalty = energy, overlaps, penalty

    def value(self, point: np.ndarray, rows: Any, random: Any) -> float:
        overlaps = sum(overlap.value(point, rows, random) for overlap in self._overlaps)
        return self._energy.value(point, rows, random) + self._penalty * overlaps

    def value_and_gradient(self, point: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        value, gradient = self._energy.value_and_gradient(point, rows, random)
        for overlap in self._overlaps:
            more, slope = overlap.value_and_gradient(point, rows, random)
            value, gradient = value + self._penalty * more, gradient + self._penalty * slope
        return value, gradient


class _Weighted:
    """A weighted sum of the energies of several inputs."""

    n_samples = 1

    def __init__(self, layer: QuantumLayer, inputs: np.ndarray, weights: np.ndarray) -> None:
        self._layer, self._inputs, self._weights = layer, inputs, weights

    def value(self, point: np.ndarray, rows: Any, random: Any) -> float:
        return float(self._weights @ self._layer.forward(self._inputs, point, random)[:, 0])

    def value_and_gradient(self, point: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        values, gradient, _ = self._layer.differentiate(
            self._inputs, point, lambda _: self._weights[:, None], random_state=random
        )
        return float(self._weights @ values[:, 0]), gradient


def _starts(
    hamiltonian: PauliSum, ansatz: AbstractAnsatz | Circuit, n_starts: int, seed: np.random.SeedSequence, *key: int
) -> Iterator[tuple[Circuit, np.ndarray, np.random.Generator]]:
    """Yield circuit, start and stream of each trial: the first where the ansatz says, the others away from it."""
    for trial in range(check_count("n_starts", n_starts, minimum=1)):
        circuit, start, _ = started(hamiltonian, ansatz, None, task_generator(seed, *key, trial))
        if trial > 0:
            start = start + 0.5 * task_generator(seed, *key, trial, 0).normal(size=len(start))
        yield circuit, start, task_generator(seed, *key, trial, 1)


def _loop(max_epochs: int, execution: Any, random: np.random.Generator) -> Loop:
    patience = patience_for("auto", execution)
    return Loop(max_epochs=max_epochs, tolerance=1e-10, patience=patience, random_state=random)


def _overlap(circuit: Circuit, earlier: EnergyResult, execution: Any) -> EnergyObjective:
    """Return the fidelity with an earlier state, as the chance to find zeros after running that circuit backwards."""
    return EnergyObjective(circuit + earlier.bound_circuit.inverse(), zero_projector(circuit.n_qubits), execution)
