"""The builder methods: what they append, and that a bad call raises and changes nothing."""

import inspect
import math
import timeit

import numpy as np
import pytest

from qlearn.circuits import GATES, Circuit, Instruction, Parameter, parameters

THETA = Parameter("theta")


@pytest.mark.parametrize("name", list(GATES))
def test_gate_methods_append_their_instruction(name):
    spec = GATES[name]
    qubits = (4, 1, 3, 0)[: spec.n_qubits]
    angles = (0.5, THETA, 2 * THETA)[: spec.n_angles]
    circuit = Circuit(5)
    assert getattr(circuit, name)(*angles, *qubits) is circuit
    assert circuit.instructions == (Instruction(name, qubits, angles),)
    assert type(circuit.instructions[0]) is Instruction
    names = list(inspect.signature(getattr(Circuit, name)).parameters)
    assert len(names) == 1 + spec.n_angles + spec.n_qubits


@pytest.mark.parametrize("name", list(GATES))
def test_gate_methods_accept_numpy_numbers(name):
    spec = GATES[name]
    circuit = Circuit(5)
    angles = [np.float32(0.5), np.int64(1), 2][: spec.n_angles]
    getattr(circuit, name)(*angles, *np.arange(spec.n_qubits, dtype=np.int16))
    (step,) = circuit.instructions
    assert all(type(q) is int for q in step.qubits)
    assert all(type(a) is float for a in step.angles)


@pytest.mark.parametrize("name", list(GATES))
@pytest.mark.parametrize("bad", [5, -1, 10**30, 1.0, "0", None, True, [0]])
def test_gate_methods_refuse_bad_qubits(name, bad):
    spec = GATES[name]
    for place in range(spec.n_qubits):
        qubits = [0, 1, 2, 3][: spec.n_qubits]
        qubits[place] = bad
        circuit = Circuit(5)
        with pytest.raises((ValueError, TypeError), match=name):
            getattr(circuit, name)(*[0.1] * spec.n_angles, *qubits)
        assert len(circuit) == 0


@pytest.mark.parametrize("name", [name for name, spec in GATES.items() if spec.n_qubits > 1])
def test_gate_methods_refuse_a_repeated_qubit(name):
    spec = GATES[name]
    for first in range(spec.n_qubits):
        for second in range(first):
            qubits = [0, 1, 2, 3][: spec.n_qubits]
            qubits[first] = qubits[second]
            circuit = Circuit(5)
            with pytest.raises(ValueError, match="named twice"):
                getattr(circuit, name)(*[0.1] * spec.n_angles, *qubits)
            assert len(circuit) == 0


@pytest.mark.parametrize("name", [name for name, spec in GATES.items() if spec.n_angles])
@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, -math.inf, np.float64("nan"), "0.1", None, 1j, True, [0.1], np.ones(2)]
)
def test_gate_methods_refuse_bad_angles(name, bad):
    spec = GATES[name]
    for place in range(spec.n_angles):
        angles = [0.1] * spec.n_angles
        angles[place] = bad
        circuit = Circuit(5)
        with pytest.raises((ValueError, TypeError), match=f"{name}: an angle must be"):
            getattr(circuit, name)(*angles, *range(spec.n_qubits))
        assert len(circuit) == 0


def test_error_texts():
    circuit = Circuit(3)
    with pytest.raises(ValueError, match=r"cx: Qubit 7 does not exist among 3 qubits; use 0 to 2\."):
        circuit.cx(0, 7)
    with pytest.raises(ValueError, match=r"cx: Qubit 1 is named twice in \(1, 1\)"):
        circuit.cx(1, 1)
    with pytest.raises(TypeError, match="h: a single qubit is needed, got range"):
        circuit.h(range(3))
    with pytest.raises(TypeError, match="the angle comes first"):
        circuit.rx([0], 0.3)
    with pytest.raises(ValueError, match="`n_qubits` must be at least 1, got 0"):
        Circuit(0)
    with pytest.raises(TypeError, match="`n_qubits` must be an integer"):
        Circuit(2.0)


def test_an_expression_without_parameters_becomes_a_number():
    assert Circuit(1).rx(THETA - THETA + 0.5, 0).instructions[0].angles == (0.5,)


def test_pauli_rotation():
    circuit = Circuit(4).pauli_rotation(THETA, "XIY", [3, 0, 1]).pauli_rotation(1, "Z", 2)
    assert circuit.instructions == (
        Instruction("pauli_rotation", (3, 1), (THETA,), "XY"),
        Instruction("pauli_rotation", (2,), (1.0,), "Z"),
    )
    for pauli, qubits, message in [
        ("XQ", [0, 1], "letters I, X, Y, Z"),
        ("xy", [0, 1], "letters I, X, Y, Z"),
        ("XY", [0], "2 letters for 1 qubits"),
        ("II", [0, 1], "global phase"),
        ("", [], "global phase"),
        ("XX", [0, 0], "named twice"),
        ("XX", [0, 9], "Qubit 9 does not exist"),
    ]:
        with pytest.raises(ValueError, match=message):
            circuit.pauli_rotation(0.1, pauli, qubits)
    with pytest.raises(TypeError, match="must be text"):
        circuit.pauli_rotation(0.1, 3, [0])
    assert len(circuit) == 2


def test_unitary():
    matrix = np.array([[0, 1j], [1j, 0]])
    circuit = Circuit(3).unitary(matrix, 2)
    matrix[0, 0] = 7
    (step,) = circuit.instructions
    assert step.data[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        step.data[0, 0] = 1
    for bad, qubits, message in [
        ([[1, 0], [0, 2]], 0, "not unitary: .* by 3"),
        ([[1, 0], [0, math.nan]], 0, "finite"),
        (np.eye(4), 0, r"must have shape \(2, 2\), got \(4, 4\)"),
        (np.eye(8), [0, 1, 2], "acts on 1 or 2 qubits"),
        (np.eye(4), [0, 0], "named twice"),
    ]:
        with pytest.raises(ValueError, match=message):
            circuit.unitary(bad, qubits)
    with pytest.raises(TypeError, match="array of complex numbers"):
        circuit.unitary("abc", 0)
    assert len(circuit) == 1


def test_measure_reset_barrier():
    circuit = Circuit(3).measure().measure(1, key="m").measure([2, 0]).reset(1).barrier().barrier(2, 0)
    assert [(s.name, s.qubits, s.data) for s in circuit] == [
        ("measure", (0, 1, 2), None),
        ("measure", (1,), "m"),
        ("measure", (2, 0), None),
        ("reset", (1,), None),
        ("barrier", (0, 1, 2), None),
        ("barrier", (2, 0), None),
    ]
    assert circuit.n_measurements == 6
    for call, message in [
        (lambda: circuit.measure([]), "at least one qubit"),
        (lambda: circuit.measure([0, 0]), "named twice"),
        (lambda: circuit.measure(0, key=""), "printable text"),
        (lambda: circuit.measure(0, key=3), "printable text"),
        (lambda: circuit.barrier(0, 0), "named twice"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="reset: a single qubit"):
        circuit.reset([0, 1])
    assert len(circuit) == 6


PROBABILITY_CALLS = {
    "depolarize1": lambda c, p: c.depolarize1(p, 0),
    "depolarize2": lambda c, p: c.depolarize2(p, 0, 1),
    "bit_flip": lambda c, p: c.bit_flip(p, 0),
    "phase_flip": lambda c, p: c.phase_flip(p, 0),
    "pauli_channel1": lambda c, p: c.pauli_channel1((0.0, p, 0.0), 0),
    "pauli_channel2": lambda c, p: c.pauli_channel2([0.0] * 14 + [p], 0, 1),
    "amplitude_damping": lambda c, p: c.amplitude_damping(p, 0),
    "phase_damping": lambda c, p: c.phase_damping(p, 0),
    "readout_error": lambda c, p: c.readout_error(0.1, p, 0),
    "thermal_relaxation": lambda c, p: c.thermal_relaxation(1.0, 1.0, 1.0, 0, p),
}


@pytest.mark.parametrize("name", list(PROBABILITY_CALLS))
@pytest.mark.parametrize("bad", [-1e-9, 1.0000001, math.nan, math.inf, "0.1", None, True, 1j])
def test_channels_refuse_what_is_no_probability(name, bad):
    circuit = Circuit(2)
    with pytest.raises((ValueError, TypeError), match=f"{name}: `.*` must be a probability"):
        PROBABILITY_CALLS[name](circuit, bad)
    assert len(circuit) == 0


@pytest.mark.parametrize("name", list(PROBABILITY_CALLS))
def test_channels_store_floats(name):
    for good in (0, 1, np.float32(0.25), 0.5):
        circuit = Circuit(2)
        PROBABILITY_CALLS[name](circuit, good)
        (step,) = circuit.instructions
        assert step.name == name
        assert float(good) in step.data
        assert all(type(value) is float for value in step.data)
        assert circuit.has_noise


def test_channels_refuse_bad_sets():
    circuit = Circuit(2)
    for call, message in [
        (lambda: circuit.pauli_channel1((0.5, 0.3, 0.3), 0), "must sum to at most 1, got 1.1"),
        (lambda: circuit.pauli_channel1((0.5, 0.3), 0), "must be 3 numbers, got 2"),
        (lambda: circuit.pauli_channel2([0.1] * 15, 0, 1), "must sum to at most 1, got 1.5"),
        (lambda: circuit.thermal_relaxation(1.0, 2.1, 0.1, 0), r"t2 must be at most 2 \* t1"),
        (lambda: circuit.thermal_relaxation(0.0, 1.0, 0.1, 0), "must be positive"),
        (lambda: circuit.thermal_relaxation(1.0, 1.0, -0.1, 0), "not negative"),
        (lambda: circuit.thermal_relaxation(math.nan, 1.0, 0.1, 0), "`t1` must be a time"),
        (lambda: circuit.kraus([[[1, 0], [0, 0.5]]], 0), "incomplete: .* by 0.75"),
        (lambda: circuit.kraus([], 0), "at least one operator"),
        (lambda: circuit.kraus([np.eye(4)], 0), r"must have shape \(2, 2\), got \(4, 4\)"),
        (lambda: circuit.kraus([np.full((2, 2), np.nan)], 0), "finite"),
        (lambda: circuit.depolarize2(0.1, 1, 1), "named twice"),
        (lambda: circuit.depolarize1(0.1, 2), "depolarize1: Qubit 2 does not exist"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="must be 3 numbers"):
        circuit.pauli_channel1(0.5, 0)
    assert len(circuit) == 0


def test_kinds_of_circuits():
    assert Circuit(1).h(0).barrier().is_unitary
    noisy = Circuit(1).readout_error(0.1, 0.1, 0)
    assert noisy.has_noise
    assert not noisy.is_unitary
    assert Circuit(1).measure().has_measurement
    assert not Circuit(1).reset(0).is_unitary


def test_equality_copy_and_iteration():
    circuit = Circuit(2).h(0).unitary(np.eye(2), 1).kraus([np.eye(2)], 0)
    twin = circuit.copy()
    assert twin == circuit
    twin.x(0)
    assert twin != circuit
    assert len(circuit) == 3
    assert circuit != Circuit(2).h(0).unitary(np.diag([1, -1]), 1).kraus([np.eye(2)], 0)
    assert Circuit(1) != Circuit(2)
    assert list(circuit) == list(circuit.instructions)
    assert bool(Circuit(1))
    with pytest.raises(TypeError, match="unhashable"):
        hash(circuit)


def test_parameters_follow_appended_gates():
    theta = parameters("theta", 3)
    circuit = Circuit(1).rx(theta[2], 0)
    assert circuit.parameters == (theta[2],)
    circuit.rx(theta[0], 0).rx(0.5, 0)
    assert circuit.parameters == (theta[0], theta[2])


def test_appending_a_gate_is_cheap():
    theta = parameters("theta", 2)
    circuit = Circuit(4)
    seconds = min(timeit.repeat(lambda: circuit.ry(theta[0], 2).cx(0, 1), number=20_000, repeat=5)) / 40_000
    # About 0.45 microseconds on an idle core; the margin is for a busy one.
    assert seconds < 8e-6
