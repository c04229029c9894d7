"""The naive simulator against closed forms: it is the truth of many other tests, so it is tested by hand."""

import math
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest

from tests.naive import simulator as naive
from tests.naive.matrices import CHANNELS, GATE_NAMES, PAULIS, kraus_of, pauli_matrix, unitary_of

CHANNEL_DATA = {
    "pauli_channel1": (0.1, 0.02, 0.3),
    "pauli_channel2": tuple(0.005 * (k + 1) for k in range(15)),
    "thermal_relaxation": (50.0, 70.0, 10.0, 0.2),
    "kraus": (np.sqrt(0.3) * PAULIS["X"], np.sqrt(0.7) * PAULIS["I"]),
}


def step(name, *qubits, angles=(), data=None):
    return SimpleNamespace(name=name, qubits=qubits, angles=angles, data=data)


def circuit(n_qubits, *steps, parameters=()):
    return SimpleNamespace(n_qubits=n_qubits, instructions=steps, parameters=parameters)


@pytest.mark.parametrize("name", GATE_NAMES)
def test_every_gate_is_unitary(name):
    angles = (0.3, -0.7, 1.1) if name == "u" else (0.4,)
    matrix = unitary_of(name, angles, {"pauli_rotation": "XZY", "unitary": PAULIS["Y"]}.get(name))
    assert np.allclose(matrix.conj().T @ matrix, np.eye(len(matrix)), atol=1e-14)


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_keeps_the_trace(name):
    operators = kraus_of(name, CHANNEL_DATA.get(name, (0.3,)))
    assert np.allclose(sum(k.conj().T @ k for k in operators), np.eye(len(operators[0])), atol=1e-14)


def test_ghz_state():
    state = naive.statevector(circuit(3, step("h", 0), step("cx", 0, 1), step("barrier"), step("cx", 1, 2)))
    expected = np.zeros(8)
    expected[[0, 7]] = 1 / math.sqrt(2)
    assert np.allclose(state, expected, atol=1e-15)
    rho = naive.density_matrix(circuit(3, step("h", 0), step("cx", 0, 1), step("cx", 1, 2)))
    assert np.allclose(rho, np.outer(expected, expected), atol=1e-15)
    assert np.allclose(naive.reduced(state, [2, 0]), np.diag([0.5, 0, 0, 0.5]))


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4])
def test_x_on_one_qubit_sets_its_bit(n_qubits):
    for qubit in range(n_qubits):
        state = naive.statevector(circuit(n_qubits, step("x", qubit)))
        assert np.argmax(np.abs(state)) == 1 << (n_qubits - 1 - qubit)
        label = "".join("Z" if q == qubit else "I" for q in range(n_qubits))
        assert naive.expectation({label: 1.0}, state) == pytest.approx(-1)


def test_first_qubit_is_the_most_significant():
    state = naive.statevector(circuit(3, step("x", 2), step("cx", 2, 0)))
    assert np.argmax(np.abs(state)) == 0b101
    matrix = np.arange(16).reshape(4, 4)
    assert np.array_equal(naive.embed(matrix, (0, 1), 2), matrix)
    swapped = [0, 2, 1, 3]
    assert np.array_equal(naive.embed(matrix, (1, 0), 2), matrix[np.ix_(swapped, swapped)])
    assert np.allclose(naive.embed(PAULIS["Y"], (1,), 3), pauli_matrix("IYI"))


@pytest.mark.parametrize("angle", [0.0, 0.7, math.pi, -2.5, 9.0])
def test_rotations_have_their_closed_form(angle):
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    for letter in "XYZ":
        assert np.allclose(unitary_of("r" + letter.lower(), (angle,)), c * np.eye(2) - 1j * s * PAULIS[letter])
        double = unitary_of("r" + 2 * letter.lower(), (angle,))
        assert np.allclose(double, c * np.eye(4) - 1j * s * pauli_matrix(2 * letter))
    weight_three = unitary_of("pauli_rotation", (angle,), "XZY")
    assert np.allclose(weight_three, c * np.eye(8) - 1j * s * pauli_matrix("XZY"))
    assert np.allclose(unitary_of("u", (angle, -math.pi / 2, math.pi / 2)), unitary_of("rx", (angle,)))
    assert np.allclose(unitary_of("u", (angle, 0, 0)), unitary_of("ry", (angle,)))


def test_gates_are_related_as_in_the_textbook():
    h, s, t, sx = (unitary_of(name) for name in ("h", "s", "t", "sx"))
    x, y, z = (PAULIS[letter] for letter in "XYZ")
    assert np.allclose(t @ t, s)
    assert np.allclose(s @ s, z)
    assert np.allclose(sx @ sx, x)
    assert np.allclose(h @ z @ h, x)
    assert np.allclose(s @ x @ s.conj().T, y)
    assert np.allclose(x @ y - y @ x, 2j * z)
    assert np.allclose(unitary_of("cz"), np.kron(np.eye(2), h) @ unitary_of("cx") @ np.kron(np.eye(2), h))
    # iSWAP is exp(i pi/4 (XX + YY)).
    assert np.allclose(unitary_of("iswap"), unitary_of("rxx", (-math.pi / 2,)) @ unitary_of("ryy", (-math.pi / 2,)))


def test_excitations_turn_in_their_plane():
    single = unitary_of("single_excitation", (math.pi / 2,)) @ [0, 1, 0, 0]
    assert np.allclose(single, [0, math.sqrt(0.5), math.sqrt(0.5), 0])
    double = unitary_of("double_excitation", (math.pi,))
    assert double[0b1100, 0b0011] == pytest.approx(1)
    assert double[0b0011, 0b1100] == pytest.approx(-1)


def test_damping_and_relaxation_act_as_defined():
    plus = step("h", 0)
    rho = naive.density_matrix(circuit(1, plus, step("amplitude_damping", 0, data=(0.36,))))
    assert np.allclose(rho, [[0.68, 0.4], [0.4, 0.32]])
    rho = naive.density_matrix(circuit(1, plus, step("phase_damping", 0, data=(0.36,))))
    assert np.allclose(rho, [[0.5, 0.4], [0.4, 0.5]])
    t1, t2, duration, excited = 30.0, 20.0, 7.0, 0.1
    rho = naive.density_matrix(circuit(1, plus, step("thermal_relaxation", 0, data=(t1, t2, duration, excited))))
    population = excited + (0.5 - excited) * math.exp(-duration / t1)
    coherence = 0.5 * math.exp(-duration / t2)
    assert np.allclose(rho, [[1 - population, coherence], [coherence, population]])


def test_depolarising_mixes_completely_at_its_largest_strength():
    steps = (step("ry", 0, angles=(0.3,)), step("cx", 0, 1), step("depolarize2", 0, 1, data=(15 / 16,)))
    assert np.allclose(naive.density_matrix(circuit(2, *steps)), np.eye(4) / 4)
    assert np.allclose(naive.density_matrix(circuit(1, step("depolarize1", 0, data=(0.75,)))), np.eye(2) / 2)
    ix = naive.density_matrix(circuit(2, step("pauli_channel2", 0, 1, data=(1.0, *[0.0] * 14))))
    assert ix[0b01, 0b01] == pytest.approx(1)


def test_measurement_dephases_and_reset_forgets():
    rho = naive.density_matrix(circuit(1, step("h", 0), step("measure", 0)))
    assert np.allclose(rho, np.eye(2) / 2)
    rho = naive.density_matrix(circuit(2, step("h", 0), step("cx", 0, 1), step("reset", 0)))
    assert np.allclose(rho, np.diag([0.5, 0.5, 0, 0]))


def test_records_of_repeated_and_misread_measurements():
    twice = circuit(2, step("ry", 0, angles=(2 * math.asin(0.6),)), step("measure", 0), step("measure", 1, 0))
    records = naive.record_distribution(twice)
    assert records[(0, 0, 0)] == pytest.approx(0.64)
    assert records[(1, 0, 1)] == pytest.approx(0.36)
    assert sum(records.values()) == pytest.approx(1)
    misread = circuit(1, step("readout_error", 0, data=(0.1, 0.25)), step("measure", 0), step("measure", 0))
    assert naive.record_distribution(misread)[(1, 0)] == pytest.approx(0.1)
    flipped = circuit(1, step("x", 0), step("readout_error", 0, data=(0.1, 0.25)), step("measure", 0))
    assert naive.record_distribution(flipped)[(0,)] == pytest.approx(0.25)


def test_angles_may_be_expressions():
    Named = namedtuple("Named", "name")
    a, b = Named("a"), Named("b")
    expression = SimpleNamespace(terms={(): 1.0, (a,): 2.0, (a, b): -3.0, (b, b): 0.5})
    assert naive.evaluate(expression, {"a": 2.0, "b": 4.0}) == pytest.approx(1 + 4 - 24 + 8)
    turned = circuit(1, step("ry", 0, angles=(expression,)), parameters=(a, b))
    assert np.allclose(naive.statevector(turned, [0.0, 0.0]), [math.cos(0.5), math.sin(0.5)])
    assert np.allclose(naive.statevector(turned, {"a": 0.0, "b": 0.0}), [math.cos(0.5), math.sin(0.5)])


def test_pauli_sums_have_their_matrix():
    expected = [[0.5, 0, 0, 1], [0, -0.5, 1, 0], [0, 1, -0.5, 0], [1, 0, 0, 0.5]]
    assert np.allclose(naive.pauli_sum_matrix({"XX": 1.0, "ZZ": 0.5}), expected)
    bell = np.array([1, 0, 0, 1]) / math.sqrt(2)
    assert naive.expectation({"XX": 1.0, "YY": 2.0, "ZZ": 0.5}, bell) == pytest.approx(-0.5)
    assert naive.expectation({"XX": 1.0, "YY": 2.0}, np.outer(bell, bell)) == pytest.approx(-1)
