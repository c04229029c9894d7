"""OpenQASM against Qiskit: it reads what we write, and we read what it writes."""

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter, parameters
from tests.naive import simulator

qiskit = pytest.importorskip("qiskit")
qasm2 = pytest.importorskip("qiskit.qasm2")
qasm3 = pytest.importorskip("qiskit.qasm3")


def theirs(circuit):
    """Return the unitary with our qubit order: Qiskit's qubit 0 is the least significant bit."""
    from qiskit.quantum_info import Operator

    return Operator(circuit.reverse_bits()).data


def assert_same_up_to_phase(left, right):
    overlap = np.vdot(left, right) / len(left)
    assert abs(left * overlap - right).max() < 1e-9


@pytest.mark.parametrize("seed", range(15))
def test_qiskit_reads_version_2(seed, random_circuit):
    circuit = random_circuit(np.random.default_rng(seed), 4, 25)
    assert_same_up_to_phase(simulator.unitary(circuit), theirs(qasm2.loads(circuit.to_qasm(2))))


@pytest.mark.parametrize("seed", range(8))
def test_qiskit_reads_version_3(seed, random_circuit):
    pytest.importorskip("qiskit_qasm3_import")
    circuit = random_circuit(np.random.default_rng(seed), 4, 25)
    assert_same_up_to_phase(simulator.unitary(circuit), theirs(qasm3.loads(circuit.to_qasm(3))))


def test_qiskit_reads_parameters_and_measurements():
    pytest.importorskip("qiskit_qasm3_import")
    theta, x = parameters("theta", 2), Parameter("x")
    circuit = Circuit(3).rx(2 * theta[1] * x - 0.5, 0).ryy(theta[0] / 4, 2, 0).cry(-x, 0, 1)
    measured = qasm3.loads(circuit.copy().measure([2, 0], key="mid").reset(1).barrier(0, 1).measure().to_qasm())
    assert [(register.name, register.size) for register in measured.cregs] == [("mid", 2), ("c", 3)]
    read = qasm3.loads(circuit.to_qasm())
    values = {"theta__0": 0.3, "theta__1": -1.2, "x_": 0.8}
    assert {parameter.name for parameter in read.parameters} == set(values)
    bound = read.assign_parameters({p: values[p.name] for p in read.parameters})
    ours = simulator.unitary(circuit, {"theta[0]": 0.3, "theta[1]": -1.2, "x": 0.8})
    assert_same_up_to_phase(ours, theirs(bound))


def random_qiskit(seed, n_qubits=4):
    from qiskit.circuit.random import random_circuit

    return random_circuit(n_qubits, 12, max_operands=4, seed=seed)


@pytest.mark.parametrize("seed", range(25))
def test_we_read_what_qiskit_writes_as_version_2(seed):
    circuit = random_qiskit(seed)
    assert_same_up_to_phase(simulator.unitary(Circuit.from_qasm(qasm2.dumps(circuit))), theirs(circuit))


@pytest.mark.parametrize("seed", range(25))
def test_we_read_what_qiskit_writes_as_version_3(seed):
    circuit = random_qiskit(seed)
    assert_same_up_to_phase(simulator.unitary(Circuit.from_qasm(qasm3.dumps(circuit))), theirs(circuit))


def test_we_read_parameters_and_measurements_of_qiskit():
    a, b = qiskit.circuit.Parameter("a"), qiskit.circuit.ParameterVector("b", 2)
    circuit = qiskit.QuantumCircuit(2)
    circuit.rx(2 * a + b[1], 0)
    circuit.rzz(a * b[0] / 3, 0, 1)
    circuit.measure_all()
    read = Circuit.from_qasm(qasm3.dumps(circuit))
    assert read.instructions[-1] == Circuit(2).measure(key="meas").instructions[0]
    assert [step.name for step in read][-2:] == ["barrier", "measure"]
    bound = circuit.remove_final_measurements(inplace=False).assign_parameters({a: 0.3, b: [0.7, -1.1]})
    values = {p.name: 0.3 if p.name == "a" else 0.7 if "0" in p.name else -1.1 for p in read.parameters}
    unitary = Circuit(2)
    for step in read.bind({p: values[p.name] for p in read.parameters}):
        if step.name not in ("barrier", "measure"):
            unitary.append(step)
    assert_same_up_to_phase(simulator.unitary(unitary), theirs(bound))
