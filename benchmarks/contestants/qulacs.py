"""Qulacs. Its rotations are exp(+i angle P / 2) and its qubit 0 is the least significant; labels name qubits, so only
the sign of angles changes here."""

from itertools import cycle

import numpy as np
import qulacs
from qulacs.circuit import QuantumCircuitOptimizer

from ..workloads import Terms, Workload

REQUIRES = ("qulacs",)


def observable(terms: Terms, n_qubits: int) -> qulacs.Observable:
    """Return the terms as an Observable."""
    result = qulacs.Observable(n_qubits)
    for coefficient, label in terms:
        result.add_operator(coefficient, " ".join(f"{p} {q}" for q, p in enumerate(label) if p != "I"))
    return result


def _parametric(workload: Workload, row: np.ndarray) -> qulacs.ParametricQuantumCircuit:
    circuit = qulacs.ParametricQuantumCircuit(workload.n_qubits)
    add_rx, add_ry = circuit.add_parametric_RX_gate, circuit.add_parametric_RY_gate
    add_rz, add_cx = circuit.add_parametric_RZ_gate, circuit.add_CNOT_gate
    for name, qubits, angle, _ in workload.gates:
        if name == "cx":
            add_cx(*qubits)
        elif name == "ry":
            add_ry(qubits[0], -row[angle])
        elif name == "rz":
            add_rz(qubits[0], -row[angle])
        else:
            add_rx(qubits[0], -row[angle])
    return circuit


def _fixed(workload: Workload, row: np.ndarray) -> qulacs.QuantumCircuit:
    circuit = qulacs.QuantumCircuit(workload.n_qubits)
    for name, qubits, angle, _ in workload.gates:
        if name == "cx":
            circuit.add_CNOT_gate(*qubits)
        else:
            getattr(circuit, f"add_{name.upper()}_gate")(qubits[0], -row[angle])
    return circuit


class _Adjoint:
    """Value and gradient with one application of the observable for both."""

    def __init__(self, terms: Terms, n_qubits: int) -> None:
        self.observable = observable(terms, n_qubits)
        self.ket, self.bra, self.work = (qulacs.QuantumState(n_qubits) for _ in range(3))

    def __call__(self, circuit: qulacs.ParametricQuantumCircuit) -> tuple[float, np.ndarray]:
        self.ket.set_zero_state()
        circuit.update_quantum_state(self.ket)
        self.observable.apply_to_state(self.work, self.ket, self.bra)
        value = qulacs.state.inner_product(self.ket, self.bra).real
        return value, -2.0 * np.array(circuit.backprop_inner_product(self.bra))


class _Backprop:
    """Value by an expectation value of its own, gradient by `backprop`."""

    def __init__(self, terms: Terms, n_qubits: int) -> None:
        self.observable, self.ket = observable(terms, n_qubits), qulacs.QuantumState(n_qubits)

    def __call__(self, circuit: qulacs.ParametricQuantumCircuit) -> tuple[float, np.ndarray]:
        self.ket.set_zero_state()
        circuit.update_quantum_state(self.ket)
        value = self.observable.get_expectation_value(self.ket)
        return value, -np.array(circuit.backprop(self.observable))


def gradients(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare(method):
        run = method(terms, workload.n_qubits)
        circuit = _parametric(workload, values[0])

        def call():
            results = []
            for row in values:
                for i, angle in enumerate(row):
                    circuit.set_parameter(i, -angle)
                results.append(run(circuit))
            return np.array([value for value, _ in results]), np.array([slope for _, slope in results])

        return call

    return {
        "qulacs (backprop)": lambda: prepare(_Backprop),
        "qulacs (backprop_inner_product)": lambda: prepare(_Adjoint),
    }


def structures(workloads: list[Workload], terms: Terms, values: list[np.ndarray], threads: int) -> dict:
    def prepare(method):
        run, turns = method(terms, workloads[0].n_qubits), cycle(zip(workloads, values, strict=True))

        def call():
            workload, row = next(turns)
            return run(_parametric(workload, row))

        return call

    return {
        "qulacs (backprop)": lambda: prepare(_Backprop),
        "qulacs (backprop_inner_product)": lambda: prepare(_Adjoint),
    }


def energies(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    def prepare(block_size):
        circuit, sum_ = _fixed(workload, values), observable(terms, workload.n_qubits)
        if block_size:
            QuantumCircuitOptimizer().optimize(circuit, block_size)
        state = qulacs.QuantumState(workload.n_qubits)

        def call():
            state.set_zero_state()
            circuit.update_quantum_state(state)
            return sum_.get_expectation_value(state)

        return call

    return {
        "qulacs": lambda: prepare(0),
        "qulacs (circuit optimised before)": lambda: prepare(2),
    }
