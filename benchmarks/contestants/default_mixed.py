"""PennyLane's default.mixed: density matrices."""

from itertools import product

import numpy as np
import pennylane as qml

from ..workloads import Gate, Terms, Workload
from .lightning import hamiltonian, operation

REQUIRES = ("pennylane",)
_PAULIS = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]


def _two_qubit_depolarising(probability: float) -> list[np.ndarray]:
    pairs = [np.kron(a, b).astype(complex) for a, b in product(_PAULIS, repeat=2)]
    return [np.sqrt(1 - probability) * pairs[0], *(np.sqrt(probability / 15) * pair for pair in pairs[1:])]


def _step(gate: Gate, row: np.ndarray) -> qml.operation.Operator:
    if gate.name == "depolarize1":
        return qml.DepolarizingChannel(gate.data, wires=gate.qubits)
    if gate.name == "depolarize2":
        return qml.QubitChannel(_two_qubit_depolarising(gate.data), wires=gate.qubits)
    return operation(gate, row)


def noisy_energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def by_node():
        device, observable = qml.device("default.mixed", wires=workload.n_qubits), hamiltonian(terms)

        @qml.qnode(device, diff_method=None, interface=None, cache=False)
        def node(row):
            for gate in workload.gates:
                _step(gate, row)
            return qml.expval(observable)

        return lambda: float(node(values))

    def by_tape():
        device, observable = qml.device("default.mixed", wires=workload.n_qubits), hamiltonian(terms)
        config = device.setup_execution_config()

        def call():
            steps = [_step(gate, values) for gate in workload.gates]
            (result,) = device.execute([qml.tape.QuantumScript(steps, [qml.expval(observable)])], config)
            return float(result)

        return call

    return {"default.mixed (QNode)": by_node, "default.mixed (tape)": by_tape}
