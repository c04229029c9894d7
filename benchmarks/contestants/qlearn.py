"""Ours."""

from itertools import cycle
from typing import Any

import numpy as np

import qlearn as ql
from qlearn.circuits import opcodes

from ..workloads import Gate, Terms, Workload
from .samples import Samples

REQUIRES = ("qlearn",)
_CODES = {"rx": opcodes.RX, "ry": opcodes.RY, "rz": opcodes.RZ, "cx": opcodes.CX}


def hamiltonian(terms: Terms) -> ql.PauliSum:
    """Return the terms as a PauliSum."""
    return ql.PauliSum({label: coefficient for coefficient, label in terms})


def circuit(workload: Workload) -> ql.Circuit:
    """Return the workload as a Circuit with one parameter for each angle."""
    result = ql.Circuit(workload.n_qubits)
    theta = ql.parameters("theta", workload.n_angles)
    for gate in workload.gates:
        _append(result, gate, theta)
    return result


def _append(result: ql.Circuit, gate: Gate, theta: Any) -> None:
    name, qubits, angle, data = gate
    method = getattr(result, name)
    if name == "pauli_rotation":
        method(theta[angle], data, qubits)
    elif angle >= 0:
        method(theta[angle], *qubits)
    elif data is not None:
        method(data, *qubits)
    else:
        method(*qubits)


def gradients(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        engine, built, observable = ql.sim.Statevector(n_jobs=threads), circuit(workload), hamiltonian(terms)
        return lambda: engine.value_and_gradient(built, observable, values)

    return {"qlearn": prepare}


def energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        engine, built, observable = ql.sim.Statevector(n_jobs=threads), circuit(workload), hamiltonian(terms)
        return lambda: engine.expectation(built, observable, values)

    return {"qlearn": prepare}


def amplitudes(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    """Return the whole final state; `terms` is left alone."""

    def prepare():
        engine, built = ql.sim.Statevector(n_jobs=threads), circuit(workload)
        return lambda: engine.run(built, values).amplitudes

    return {"qlearn": prepare}


def structure(workload: Workload, theta: Any) -> ql.Circuit:
    """Return a circuit of rotations and CX, built as a user would."""
    built = ql.Circuit(workload.n_qubits)
    for name, qubits, angle, _ in workload.gates:
        if name == "cx":
            built.cx(*qubits)
        elif name == "ry":
            built.ry(theta[angle], qubits[0])
        elif name == "rz":
            built.rz(theta[angle], qubits[0])
        else:
            built.rx(theta[angle], qubits[0])
    return built


def structures(workloads: list[Workload], terms: Terms, values: list[np.ndarray], threads: int) -> dict:
    engine, observable = ql.sim.Statevector(n_jobs=threads), hamiltonian(terms)
    theta = ql.parameters("theta", max(workload.n_angles for workload in workloads))

    def by_builder():
        turns = cycle(zip(workloads, values, strict=True))

        def call():
            workload, row = next(turns)
            return engine.value_and_gradient(structure(workload, theta), observable, row)

        return call

    def by_arrays():
        turns = cycle(zip(workloads, values, strict=True))

        def call():
            workload, row = next(turns)
            code = [_CODES[gate[0]] for gate in workload.gates]
            qubits = [gate[1] if len(gate[1]) == 2 else (gate[1][0], -1) for gate in workload.gates]
            program = ql.circuits.Program.from_arrays(
                workload.n_qubits, code, qubits, [gate[2] for gate in workload.gates]
            )
            return engine.value_and_gradient(program, observable, row)

        return call

    return {"qlearn (Circuit)": by_builder, "qlearn (from_arrays)": by_arrays}


def noisy_energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        engine, built, observable = ql.sim.DensityMatrix(n_jobs=threads), circuit(workload), hamiltonian(terms)
        return lambda: engine.expectation(built, observable, values)

    return {"qlearn": prepare}


def trajectories(workload: Workload, terms: Terms, values: np.ndarray, threads: int, n_trajectories: int) -> dict:
    def prepare():
        engine = ql.sim.Trajectories(n_trajectories, n_jobs=threads)
        built, observable, seeds = circuit(workload), hamiltonian(terms), iter(range(1 << 30))

        def call():
            estimate = engine.expectation(built, observable, values, random_state=next(seeds))
            return float(estimate.value), float(estimate.std_error)

        return call

    return {"qlearn": prepare}


def samples(workload: Workload, values: np.ndarray, threads: int, n_shots: int) -> dict:
    def prepare():
        engine, built, seeds = ql.sim.Statevector(n_jobs=threads), circuit(workload), iter(range(1 << 30))
        return lambda: Samples(engine.sample(built, values, n_shots=n_shots, random_state=next(seeds)))

    return {"qlearn (bits)": prepare}
