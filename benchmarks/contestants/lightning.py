"""PennyLane's lightning.qubit: through QNodes as most users do, and through its device's own methods with tapes."""

from itertools import cycle

import numpy as np
import pennylane as qml
import pennylane.numpy as pnp
import pennylane_lightning  # noqa: F401
from pennylane.devices import ExecutionConfig

from ..workloads import Gate, Terms, Workload
from .samples import Samples

REQUIRES = ("pennylane", "pennylane_lightning")
_FIXED = {"cx": qml.CNOT, "cz": qml.CZ, "ccx": qml.Toffoli}
_ROTATIONS = {
    "rx": qml.RX, "ry": qml.RY, "rz": qml.RZ, "crx": qml.CRX, "cry": qml.CRY, "crz": qml.CRZ,
    "single_excitation": qml.SingleExcitation, "double_excitation": qml.DoubleExcitation,
}  # fmt: skip
_LETTERS = {"X": qml.X, "Y": qml.Y, "Z": qml.Z}


def operation(gate: Gate, row: np.ndarray) -> qml.operation.Operator:
    """Return one gate at one row of values."""
    name, qubits, angle, data = gate
    if angle < 0:
        return _FIXED[name](wires=qubits)
    if name == "pauli_rotation":
        return qml.PauliRot(row[angle], data, wires=qubits)
    return _ROTATIONS[name](row[angle], wires=qubits)


def hamiltonian(terms: Terms) -> qml.operation.Operator:
    """Return the terms as an operator; a single string stays plain."""
    strings = []
    for _, label in terms:
        factors = [_LETTERS[letter](q) for q, letter in enumerate(label) if letter != "I"]
        strings.append(qml.prod(*factors) if len(factors) > 1 else factors[0] if factors else qml.I(0))
    if len(terms) == 1 and terms[0][0] == 1.0:
        return strings[0]
    return qml.Hamiltonian([coefficient for coefficient, _ in terms], strings)


def _sparse(terms: Terms, n_qubits: int) -> qml.operation.Operator:
    matrix = hamiltonian(terms).sparse_matrix(wire_order=range(n_qubits))
    return qml.SparseHamiltonian(matrix.tocsr(), wires=range(n_qubits))


def _adjoint_device(n_qubits: int):
    device = qml.device("lightning.qubit", wires=n_qubits)
    config = ExecutionConfig(gradient_method="adjoint", use_device_gradient=True)
    return device, device.setup_execution_config(config)


def _tape(workload: Workload, observable: qml.operation.Operator, row: np.ndarray) -> qml.tape.QuantumScript:
    operations = [operation(gate, row) for gate in workload.gates]
    return qml.tape.QuantumScript(operations, [qml.expval(observable)], trainable_params=list(range(workload.n_angles)))


def gradients(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def by_node():
        gradient = _gradient_node(workload, hamiltonian(terms))
        rows = [pnp.array(row, requires_grad=True) for row in values]

        def call():
            slopes, results = [], []
            for row in rows:
                slopes.append(gradient(row))
                results.append(gradient.forward)
            return np.array(results), np.array(slopes)

        return call

    def by_tapes():
        device, config = _adjoint_device(workload.n_qubits)
        observable = hamiltonian(terms)

        def call():
            tapes = [_tape(workload, observable, row) for row in values]
            results, slopes = device.execute_and_compute_derivatives(tapes, config)
            return np.array(results), np.array(slopes).reshape(len(tapes), -1)

        return call

    return {"lightning.qubit (QNode)": by_node, "lightning.qubit (tapes)": by_tapes}


def _gradient_node(workload: Workload, observable: qml.operation.Operator):
    device = qml.device("lightning.qubit", wires=workload.n_qubits)

    @qml.qnode(device, diff_method="adjoint")
    def node(row):
        for gate in workload.gates:
            operation(gate, row)
        return qml.expval(observable)

    return qml.grad(node)


def energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare():
        device, observable = qml.device("lightning.qubit", wires=workload.n_qubits), hamiltonian(terms)

        @qml.qnode(device, diff_method=None, interface=None, cache=False)
        def node(row):
            for gate in workload.gates:
                operation(gate, row)
            return qml.expval(observable)

        return lambda: float(node(values))

    return {"lightning.qubit": prepare}


def structures(workloads: list[Workload], terms: Terms, values: list[np.ndarray], threads: int) -> dict:
    def by_node():
        observable, turns = hamiltonian(terms), cycle(zip(workloads, values, strict=True))

        def call():
            workload, row = next(turns)
            gradient = _gradient_node(workload, observable)
            slope = gradient(pnp.array(row, requires_grad=True))
            return float(gradient.forward), np.asarray(slope)

        return call

    def by_tapes(make_observable):
        device, config = _adjoint_device(workloads[0].n_qubits)
        observable, turns = make_observable(), cycle(zip(workloads, values, strict=True))

        def call():
            workload, row = next(turns)
            tape = _tape(workload, observable, row)
            results, slopes = device.execute_and_compute_derivatives([tape], config)
            return float(results[0]), np.array(slopes[0])

        return call

    return {
        "lightning.qubit (QNode)": by_node,
        "lightning.qubit (tape)": lambda: by_tapes(lambda: hamiltonian(terms)),
        "lightning.qubit (tape, sparse H)": lambda: by_tapes(lambda: _sparse(terms, workloads[0].n_qubits)),
    }


def samples(workload: Workload, values: np.ndarray, threads: int, n_shots: int) -> dict:
    def prepare(measurement):
        device = qml.device("lightning.qubit", wires=workload.n_qubits)
        config = device.setup_execution_config()

        def call():
            operations = [operation(gate, values) for gate in workload.gates]
            tape = qml.tape.QuantumScript(operations, [measurement(wires=range(workload.n_qubits))], shots=n_shots)
            (result,) = device.execute([tape], config)
            return Samples(result)

        return call

    return {
        "lightning.qubit (bits)": lambda: prepare(qml.sample),
        "lightning.qubit (counts)": lambda: prepare(qml.counts),
    }
