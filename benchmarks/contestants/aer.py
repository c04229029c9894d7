"""Qiskit Aer. Rightmost letter of a label is its qubit 0, so labels are reversed."""

from itertools import count

import numpy as np
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator
from qiskit_aer.noise import depolarizing_error

from ..workloads import Terms, Workload
from .samples import Samples

REQUIRES = ("qiskit", "qiskit_aer")


def circuit(workload: Workload, row: np.ndarray) -> QuantumCircuit:
    """Return the workload as a QuantumCircuit at fixed angles, noise as instructions in it."""
    result = QuantumCircuit(workload.n_qubits)
    errors: dict = {}
    for name, qubits, angle, data in workload.gates:
        if name.startswith("depolarize"):
            if (name, data) not in errors:
                # Aer's parameter is the weight of the maximally mixed state
                weight = data * (4 / 3 if name == "depolarize1" else 16 / 15)
                errors[name, data] = depolarizing_error(weight, len(qubits)).to_instruction()
            result.append(errors[name, data], qubits)
        elif angle >= 0:
            getattr(result, name)(float(row[angle]), *qubits)
        else:
            getattr(result, name)(*qubits)
    return result


def operator(terms: Terms) -> SparsePauliOp:
    """Return the terms as a SparsePauliOp."""
    return SparsePauliOp.from_list([(label[::-1], coefficient) for coefficient, label in terms])


def _with_energy(workload: Workload, terms: Terms, values: np.ndarray, per_shot: bool = False) -> QuantumCircuit:
    result = circuit(workload, values)
    result.save_expectation_value(operator(terms), range(workload.n_qubits), label="energy", pershot=per_shot)
    return result


def energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        simulator = AerSimulator(method="statevector", max_parallel_threads=threads)
        job = _with_energy(workload, terms, values)
        return lambda: float(simulator.run(job, shots=1).result().data(0)["energy"])

    return {"aer (statevector)": prepare}


def noisy_energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        simulator = AerSimulator(method="density_matrix", max_parallel_threads=threads)
        job = _with_energy(workload, terms, values)
        return lambda: float(simulator.run(job, shots=1).result().data(0)["energy"])

    return {"aer (density_matrix)": prepare}


def trajectories(workload: Workload, terms: Terms, values: np.ndarray, threads: int, n_trajectories: int) -> dict:
    # `shot_branching_enable` is left out: Aer 0.18 averages its branches without their weights, so means are wrong.
    def prepare():
        simulator = AerSimulator(method="statevector", max_parallel_threads=threads, max_parallel_shots=threads)
        # shot i runs with seed + i: runs whose seeds are closer than their shots repeat each other
        job, seeds = _with_energy(workload, terms, values), count(0, n_trajectories)
        single = _with_energy(workload, terms, values, per_shot=True)
        n_single = 4 * n_trajectories
        shots = simulator.run(single, shots=n_single, seed_simulator=1 << 40).result().data(0)["energy"]
        if len(shots) != n_single:
            raise RuntimeError(f"Aer returned {len(shots)} values for {n_single} shots.")
        error = float(np.std(shots, ddof=1) / np.sqrt(n_trajectories))

        def call():
            result = simulator.run(job, shots=n_trajectories, seed_simulator=next(seeds)).result()
            return float(result.data(0)["energy"]), error

        return call

    return {"aer (statevector shots)": prepare}


def samples(workload: Workload, values: np.ndarray, threads: int, n_shots: int) -> dict:
    def prepare(memory):
        simulator = AerSimulator(method="statevector", max_parallel_threads=threads)
        job, seeds = circuit(workload, values), iter(range(1 << 30))
        job.measure_all()

        def call():
            result = simulator.run(job, shots=n_shots, memory=memory, seed_simulator=next(seeds)).result()
            data = result.data(0)
            return Samples(data["memory"] if memory else data["counts"], reverse=True)

        return call

    return {"aer (counts)": lambda: prepare(False), "aer (memory)": lambda: prepare(True)}
