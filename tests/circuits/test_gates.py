"""Matrices and channels of the table against the naive twin, which writes each from its definition."""

import math

import numpy as np
import pytest

from qlearn.circuits import (
    CHANNEL_NAMES,
    GATES,
    PAULI_CHANNEL_NAMES,
    QUANTUM_CHANNEL_NAMES,
    Circuit,
    Parameter,
    channel_kraus,
    channel_paulis,
    gate_matrix,
)
from qlearn.circuits.gates import pauli_text_matrix
from tests.naive import matrices

ANGLES = [0.7, -2.1, 1.3]
CHANNELS = Circuit(2)
CHANNELS.depolarize1(0.3, 0).depolarize2(0.2, 0, 1).bit_flip(0.1, 0).phase_flip(0.2, 1)
CHANNELS.pauli_channel1((0.1, 0.2, 0.3), 0).pauli_channel2([0.01 * k for k in range(1, 14)] + [0.0, 0.09], 0, 1)
CHANNELS.amplitude_damping(0.3, 0).phase_damping(0.4, 1).thermal_relaxation(50.0, 60.0, 20.0, 0, 0.1)
CHANNELS.kraus([[[1, 0], [0, 0.6]], [[0, 0.8], [0, 0]]], 1)


def superoperator(kraus):
    return sum(np.kron(k, k.conj()) for k in kraus)


@pytest.mark.parametrize("name", list(GATES))
def test_gate_matrices_against_their_definition(name):
    angles = ANGLES[: GATES[name].n_angles]
    expected = matrices.unitary_of(name, angles, None)
    assert abs(GATES[name].matrix(angles) - expected).max() < 1e-14


@pytest.mark.parametrize("name", list(GATES))
def test_inverses_multiply_to_the_identity(name):
    spec = GATES[name]
    angles = tuple(ANGLES[: spec.n_angles])
    inverse = GATES[spec.inverse].matrix(spec.inverse_angles(angles))
    assert abs(inverse @ spec.matrix(angles) - np.eye(2**spec.n_qubits)).max() < 1e-14


@pytest.mark.parametrize("name", list(GATES))
def test_hermitian_gates_are_those_marked(name):
    spec = GATES[name]
    matrix = spec.matrix(ANGLES[: spec.n_angles])
    assert spec.is_hermitian == (abs(matrix - matrix.conj().T).max() < 1e-14)


def test_every_gate_of_the_contract_has_its_size():
    sizes = {
        1: "i x y z h s sdg t tdg sx sxdg rx ry rz p u",
        3: "ccx ccz cswap ccrx ccry ccrz ccp",
        4: "double_excitation",
    }
    sizes[2] = "cx cy cz ch swap iswap iswapdg crx cry crz cp rxx ryy rzz single_excitation"
    expected = {name: size for size, names in sizes.items() for name in names.split()}
    assert {name: spec.n_qubits for name, spec in GATES.items()} == expected


def test_pauli_rotation_against_its_definition():
    step = Circuit(3).pauli_rotation(0.9, "YXZ", [2, 0, 1]).instructions[0]
    assert abs(gate_matrix(step) - matrices.rotation("YXZ", 0.9)).max() < 1e-14


def test_a_table_matrix_cannot_be_spoilt():
    GATES["x"].matrix([])[0, 0] = 5
    assert GATES["x"].matrix([])[0, 0] == 0


def test_gate_matrix_with_other_angles():
    theta = Parameter("theta")
    step = Circuit(1).ry(theta, 0).instructions[0]
    assert np.allclose(gate_matrix(step, [math.pi]), [[0, -1], [1, 0]])
    with pytest.raises(ValueError, match=r"ry has the unbound angles \(theta\)"):
        gate_matrix(step)
    with pytest.raises(ValueError, match="takes 1 angles, got 2"):
        gate_matrix(step, [0.1, 0.2])
    with pytest.raises(ValueError, match="'measure' is not a unitary gate"):
        gate_matrix(Circuit(1).measure().instructions[0])


@pytest.mark.parametrize("step", CHANNELS.instructions, ids=lambda step: step.name)
def test_channels_against_their_definition(step):
    found = superoperator(channel_kraus(step))
    expected = superoperator(matrices.kraus_of(step.name, step.data))
    assert abs(found - expected).max() < 1e-12


def test_all_channels_are_covered_above():
    assert {step.name for step in CHANNELS} == QUANTUM_CHANNEL_NAMES == CHANNEL_NAMES - {"readout_error"}


@pytest.mark.parametrize("step", CHANNELS.instructions, ids=lambda step: step.name)
def test_channels_are_complete_and_sparing(step):
    kraus = channel_kraus(step)
    assert abs(sum(k.conj().T @ k for k in kraus) - np.eye(len(kraus[0]))).max() < 1e-12
    assert all(k.any() for k in kraus)


@pytest.mark.parametrize("step", [s for s in CHANNELS if s.name in PAULI_CHANNEL_NAMES], ids=lambda step: step.name)
def test_pauli_channels_as_mixtures(step):
    paulis = channel_paulis(step)
    rest = 1 - sum(paulis.values())
    mixture = {"I" * len(step.qubits): rest, **paulis}
    expected = sum(p * np.kron(pauli_text_matrix(t), pauli_text_matrix(t).conj()) for t, p in mixture.items())
    assert abs(superoperator(channel_kraus(step)) - expected).max() < 1e-14


@pytest.mark.parametrize(
    ("t1", "t2"), [(50.0, 70.0), (50.0, 100.0), (math.inf, 30.0), (math.inf, math.inf), (20.0, 5.0)]
)
def test_thermal_relaxation_has_its_two_decays(t1, t2):
    duration, excited = 12.0, 0.2
    step = Circuit(1).thermal_relaxation(t1, t2, duration, 0, excited).instructions[0]
    rho = np.array([[0.3, 0.2 - 0.1j], [0.2 + 0.1j, 0.7]])
    after = sum(k @ rho @ k.conj().T for k in channel_kraus(step))
    assert after[1, 1].real == pytest.approx(excited + (0.7 - excited) * math.exp(-duration / t1), abs=1e-14)
    assert abs(after[0, 1] - rho[0, 1] * math.exp(-duration / t2)) < 1e-14


def test_depolarizing_fully_mixes_at_the_stated_strength():
    one = superoperator(channel_kraus(Circuit(1).depolarize1(3 / 4, 0).instructions[0]))
    assert np.allclose((one @ np.array([1, 0, 0, 0])).reshape(2, 2), np.eye(2) / 2)
    kraus = channel_kraus(Circuit(2).depolarize2(15 / 16, 0, 1).instructions[0])
    state = np.diag([1.0, 0, 0, 0])
    assert np.allclose(sum(k @ state @ k.conj().T for k in kraus), np.eye(4) / 4)


def test_what_has_no_kraus_operators_says_so():
    with pytest.raises(ValueError, match="readout_error flips the recorded bit"):
        channel_kraus(Circuit(1).readout_error(0.1, 0.2, 0).instructions[0])
    with pytest.raises(ValueError, match="'h' is not a noise channel"):
        channel_kraus(Circuit(1).h(0).instructions[0])
    with pytest.raises(ValueError, match="not a mixture of Pauli strings"):
        channel_paulis(CHANNELS.instructions[6])
