"""Qiskit both ways, held to Qiskit's own unitaries and orders."""

import math

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter, parameters
from qlearn.interop import qiskit as ours
from qlearn.paulis import PauliSum
from qlearn.sim import State, Statevector
from tests.naive import simulator


class Bits:
    """What a sampler holds: X was applied to qubit 0 of 3."""

    num_bits = 3

    def to_bool_array(self, order):
        rows = np.array([[True, False, False], [True, False, False]])
        return rows if order == "little" else rows[:, ::-1]


def test_counts_are_turned_round():
    assert ours.import_bits({"001": 2, "110": 1}).tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 1]]
    assert ours.import_bits({"0 01": 1}).tolist() == [[1, 0, 0]]
    assert ours.import_bits({"0x4": 1}, n_bits=3).tolist() == [[0, 0, 1]]
    assert ours.import_bits({}, n_bits=2).shape == (0, 2)
    assert ours.import_bits(Bits()).tolist() == [[1, 0, 0], [1, 0, 0]]
    assert ours.import_bits({"01": 3}).dtype == np.uint8


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ({"0x3": 1}, ValueError, "hexadecimal; say how many bits"),
        ({"01": 1, "011": 1}, ValueError, r"texts of \[2, 3\] bits"),
        ({"0x3": 1, "0x9": 1}, ValueError, "hexadecimal"),
        ({"02": 1}, ValueError, "'02' is no text of bits"),
        ({"01": -1}, ValueError, "whole number from 0, got -1"),
        ({"01": 0.5}, ValueError, "whole number from 0, got 0.5"),
        ({1: 1}, TypeError, "keys, got 1"),
        ([1], TypeError, "counts or a BitArray are needed, got list"),
    ],
)
def test_bad_counts_are_refused(source, error, message):
    with pytest.raises(error, match=message):
        ours.import_bits(source)


def test_states_by_their_arrays():
    amplitudes = np.arange(1, 9) / np.linalg.norm(np.arange(1, 9))
    state = ours.import_state(amplitudes)
    assert np.allclose(state.amplitudes, amplitudes[[0, 4, 2, 6, 1, 5, 3, 7]])
    with pytest.raises(ValueError, match=r"2\*\*n entries, got 3"):
        ours.import_state(np.ones(3))


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match=r"a qiskit.QuantumCircuit is needed, got str"):
        ours.import_circuit("OPENQASM 2.0;")
    with pytest.raises(TypeError, match="a SparsePauliOp is needed, got dict"):
        ours.import_observable({})


qiskit = pytest.importorskip("qiskit")
from qiskit.circuit import Parameter as TheirParameter  # noqa: E402
from qiskit.circuit import ParameterVector, QuantumCircuit  # noqa: E402
from qiskit.circuit.random import random_circuit as their_random_circuit  # noqa: E402
from qiskit.quantum_info import Operator, SparsePauliOp  # noqa: E402
from qiskit.quantum_info import Statevector as TheirStatevector  # noqa: E402


def theirs(circuit):
    """Return Qiskit's own unitary, in which qubit 0 is the least significant bit, turned round by Qiskit itself."""
    return Operator(circuit.reverse_bits()).data


@pytest.mark.parametrize("n_qubits", range(1, 6))
def test_x_on_every_qubit(n_qubits):
    for qubit in range(n_qubits):
        exported = ours.export_circuit(Circuit(n_qubits).x(qubit))
        assert TheirStatevector(exported).probabilities_dict() == {
            "".join("1" if q == qubit else "0" for q in reversed(range(n_qubits))): 1.0
        }
        theirs_made = QuantumCircuit(n_qubits)
        theirs_made.x(qubit)
        imported = ours.import_circuit(theirs_made)
        assert imported == Circuit(n_qubits).x(qubit)
        state = ours.import_state(TheirStatevector(theirs_made))
        assert state.sample(1, random_state=0)[0].tolist() == [int(q == qubit) for q in range(n_qubits)]
        assert np.allclose(ours.export_state(Statevector().run(imported)).data, TheirStatevector(theirs_made).data)
        counts = TheirStatevector(theirs_made).sample_counts(5)
        assert (ours.import_bits(counts) == np.eye(n_qubits, dtype=int)[qubit]).all()
        label = "".join("X" if q == qubit else "I" for q in range(n_qubits))
        pauli = SparsePauliOp.from_sparse_list([("X", [qubit], 1.0)], n_qubits)
        assert ours.import_observable(pauli) == PauliSum(label)
        assert ours.export_observable(PauliSum(label)) == pauli


@pytest.mark.parametrize("seed", range(25))
def test_random_circuits_both_ways(seed, random_circuit, same_up_to_phase):
    circuit = random_circuit(np.random.default_rng(seed), 1 + seed % 5)
    exported = ours.export_circuit(circuit)
    unitary = simulator.unitary(circuit)
    same_up_to_phase(unitary, theirs(exported))
    same_up_to_phase(unitary, simulator.unitary(ours.import_circuit(exported)))


@pytest.mark.parametrize("seed", range(25))
def test_their_random_circuits(seed, same_up_to_phase):
    circuit = their_random_circuit(4, 10, max_operands=4, seed=seed)
    same_up_to_phase(simulator.unitary(ours.import_circuit(circuit)), theirs(circuit))


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", range(1, 9))
def test_the_engine_gives_their_states(n_qubits, random_circuit):
    from qiskit.quantum_info import Statevector as TheirState

    for seed in range(38):  # 304 circuits in all
        circuit = random_circuit(np.random.default_rng([n_qubits, seed]), n_qubits, n_gates=40)
        state = TheirState(ours.export_circuit(circuit)).reverse_qargs().data
        assert abs(abs(np.vdot(state, Statevector().run(circuit).amplitudes)) - 1) < 1e-10


def test_controls_on_zero_and_subcircuits(same_up_to_phase):
    from qiskit.circuit.library import RXGate, SXGate, XGate

    inner = QuantumCircuit(2, name="inner")
    inner.append(XGate().control(1, ctrl_state=0), [1, 0])
    inner.append(RXGate(0.3).control(1, ctrl_state=0), [0, 1])
    circuit = QuantumCircuit(3)
    circuit.append(inner.to_gate(), [2, 0])
    circuit.append(SXGate().inverse(), [1])
    circuit.append(inner.to_gate().power(2), [1, 2])
    circuit.delay(10, 0)
    same_up_to_phase(simulator.unitary(ours.import_circuit(circuit)), theirs(circuit))


def test_parameters_both_ways(same_up_to_phase):
    theta, x = parameters("theta", 3), Parameter("x")
    circuit = Circuit(2).rx(2 * theta[2] * x - 0.5, 0).u(theta[0], x * x / 3, -x, 1).rzz(theta[0] - theta[2], 0, 1)
    exported = ours.export_circuit(circuit)
    assert [p.name for p in exported.parameters] == ["theta[0]", "theta[2]", "x"]
    assert ours.import_circuit(exported) == circuit
    values = {"theta[0]": 0.3, "theta[2]": -1.1, "x": 0.7}
    bound = exported.assign_parameters({p: values[p.name] for p in exported.parameters})
    same_up_to_phase(simulator.unitary(circuit, values), theirs(bound))


def test_their_parameters():
    a, v = TheirParameter("a"), ParameterVector("v", 2)
    circuit = QuantumCircuit(1)
    circuit.rx(2 * a * v[1] - v[0] / 4 + 1, 0)
    circuit.rz(a, 0)
    circuit.ry((a + 1) * (a - 2), 0)
    circuit.ry(a - a + 0.5, 0)
    ours_a, ours_v = Parameter("a"), parameters("v", 2)
    expected = Circuit(1).rx(2 * ours_a * ours_v[1] - ours_v[0] / 4 + 1, 0).rz(ours_a, 0)
    expected.ry(ours_a * ours_a - ours_a - 2, 0).ry(0.5, 0)
    assert ours.import_circuit(circuit) == expected
    for wrong in (a.sin(), a * a * a, 1 / a, a.exp()):
        bad = QuantumCircuit(1)
        bad.rx(wrong, 0)
        with pytest.raises(ValueError, match="polynomials of degree at most two"):
            ours.import_circuit(bad)


def test_measurements_resets_and_barriers():
    circuit = Circuit(3).h(0).measure([2, 0], key="mid").reset(1).barrier(0, 1).measure(1).x(0).barrier().measure()
    exported = ours.export_circuit(circuit)
    assert [(register.name, register.size) for register in exported.cregs] == [("mid", 2), ("c", 4)]
    assert ours.import_circuit(exported) == circuit
    theirs_made = QuantumCircuit(2)
    theirs_made.h(0)
    theirs_made.measure_all()
    assert ours.import_circuit(theirs_made) == Circuit(2).h(0).barrier().measure(key="meas")


def test_what_has_no_counterpart_is_refused():
    circuit = QuantumCircuit(1, 1)
    with circuit.if_test((0, 1)):
        circuit.x(0)
    with pytest.raises(ValueError, match=r"if_else on qubits .* is classical control"):
        ours.import_circuit(circuit)
    circuit = QuantumCircuit(1)
    with circuit.for_loop(range(3)):
        circuit.x(0)
    with pytest.raises(ValueError, match=r"for_loop on qubits .* is classical control"):
        ours.import_circuit(circuit)
    with pytest.raises(
        ValueError, match=r"Instruction 1, bit_flip on \(0,\), has no counterpart in a circuit of Qiskit"
    ):
        ours.export_circuit(Circuit(1).x(0).bit_flip(0.1, 0))
    opaque = QuantumCircuit(3)
    opaque.append(qiskit.circuit.Gate("magic", 3, []), [0, 1, 2])
    with pytest.raises(ValueError, match=r"magic on qubits \(0, 1, 2\) has no definition"):
        ours.import_circuit(opaque)


def test_phases_of_labels_go_into_coefficients():
    class Operator:
        paulis = qiskit.quantum_info.PauliList(["-iXZ", "-YI", "iZZ"])
        coeffs = np.array([1j, 2.0, -1j])

    assert ours.import_observable(Operator()) == PauliSum({"ZX": 1.0, "IY": -2.0, "ZZ": 1.0})


def test_observables_and_states(hamiltonian):
    observable, matrix = hamiltonian(4)
    exported = ours.export_observable(observable)
    state = State(simulator.statevector(Circuit(4).h(0).cx(0, 2).ry(0.3, 1).rx(0.7, 3)))
    expected = simulator.expectation(observable, state.amplitudes).real
    assert ours.export_state(state).expectation_value(exported).real == pytest.approx(expected)
    assert ours.import_observable(exported) == observable
    assert np.allclose(ours.import_observable(exported).to_dense(), matrix)
    imaginary = PauliSum({"XY": 2j})
    assert ours.import_observable(ours.export_observable(imaginary)) == imaginary


def test_counts_of_a_bell_pair_and_one():
    circuit = ours.export_circuit(Circuit(3).h(0).cx(0, 2).measure())
    from qiskit.primitives import StatevectorSampler

    data = StatevectorSampler(seed=3).run([circuit], shots=200).result()[0].data.c
    for bits in (ours.import_bits(data), ours.import_bits(data.get_counts())):
        assert bits.shape == (200, 3)
        assert (bits[:, 0] == bits[:, 2]).all()
        assert not bits[:, 1].any()
        assert 50 < bits[:, 0].sum() < 150
    assert math.isclose(float(bits.mean()), 2 / 3 * bits[:, 0].mean())
