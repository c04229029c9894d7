"""Decompositions of one- and two-qubit unitaries, checked by multiplying them out."""

import math

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import unitary_group

from qlearn.circuits import GATES, euler_zyz, kak

X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1.0, -1.0]).astype(complex)
PAIRS = [np.kron(P, P) for P in (X, Y, Z)]
PRECISION = 1e-12


def rebuilt_one(theta, phi, lam, phase):
    return np.exp(1j * phase) * expm(-0.5j * phi * Z) @ expm(-0.5j * theta * Y) @ expm(-0.5j * lam * Z)


def rebuilt_two(result):
    core = expm(1j * sum(value * pair for value, pair in zip(result.interaction, PAIRS, strict=True)))
    return np.exp(1j * result.phase) * np.kron(*result.after) @ core @ np.kron(*result.before)


def local(rng):
    return np.kron(unitary_group.rvs(2, random_state=rng), unitary_group.rvs(2, random_state=rng))


def special_two_qubit_unitaries():
    rng = np.random.default_rng(0)
    cases = {name: spec.matrix([0.37] * spec.n_angles) for name, spec in GATES.items() if spec.n_qubits == 2}
    for angle in (1e-16, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-3, math.pi / 2, math.pi - 1e-9, math.pi):
        cases[f"rzz {angle}"] = GATES["rzz"].matrix([angle])
        cases[f"cp {angle}"] = GATES["cp"].matrix([angle])
        cases[f"near swap {angle}"] = GATES["swap"].matrix([]) @ GATES["rxx"].matrix([angle])
        cases[f"near product {angle}"] = local(rng) @ GATES["ryy"].matrix([angle]) @ local(rng)
    cases["identity"] = np.eye(4)
    cases["minus identity"] = -np.eye(4)
    cases["i identity"] = 1j * np.eye(4)
    cases["sqrt swap"] = expm(1j * math.pi / 8 * sum(PAIRS))
    cases["product"] = local(rng)
    cases["diagonal"] = np.diag(np.exp(1j * np.array([0.1, 0.7, 2.0, -1.0])))
    for first in PAIRS:
        cases[f"pauli pair {first[0]}"] = first
    for count in range(50):
        for name in ("cx", "swap", "iswap"):
            cases[f"dressed {name} {count}"] = local(rng) @ GATES[name].matrix([]) @ local(rng)
    return cases


SPECIAL = special_two_qubit_unitaries()


@pytest.mark.parametrize("name", [name for name, spec in GATES.items() if spec.n_qubits == 1])
def test_euler_angles_of_gates(name):
    matrix = GATES[name].matrix([0.3] * GATES[name].n_angles)
    assert abs(rebuilt_one(*euler_zyz(matrix)) - matrix).max() < PRECISION


def test_euler_angles_of_random_and_nearly_diagonal_unitaries():
    rng = np.random.default_rng(1)
    for matrix in unitary_group.rvs(2, size=50, random_state=rng):
        assert abs(rebuilt_one(*euler_zyz(matrix)) - matrix).max() < PRECISION
    for angle in (0.0, 1e-17, 1e-15, 1e-12, 1e-8, math.pi - 1e-8, math.pi - 1e-15, math.pi):
        matrix = np.exp(0.4j) * expm(-0.45j * Z) @ expm(-0.5j * angle * Y) @ expm(-0.35j * Z)
        assert abs(rebuilt_one(*euler_zyz(matrix)) - matrix).max() < PRECISION


@pytest.mark.parametrize("name", ["x", "y", "z", "s", "t", "i"])
def test_a_free_euler_angle_is_zero(name):
    assert euler_zyz(GATES[name].matrix([]))[2] == pytest.approx(0.0, abs=1e-15)


def test_kak_of_random_unitaries():
    rng = np.random.default_rng(2)
    for matrix in unitary_group.rvs(4, size=200, random_state=rng):
        check_kak(matrix)


@pytest.mark.parametrize("name", list(SPECIAL))
def test_kak_of_special_unitaries(name):
    check_kak(SPECIAL[name])


def check_kak(matrix):
    result = kak(matrix)
    assert abs(rebuilt_two(result) - matrix).max() < PRECISION
    assert abs(result.matrix() - matrix).max() < PRECISION
    for factor in (*result.before, *result.after):
        assert abs(factor.conj().T @ factor - np.eye(2)).max() < PRECISION
        assert abs(np.linalg.det(factor) - 1) < PRECISION
    a, b, c = result.interaction
    assert math.pi / 4 + 1e-12 >= a >= b >= abs(c)
    assert a < math.pi / 4 - 1e-9 or c > -1e-9


@pytest.mark.parametrize(
    ("name", "expected"),
    [("cx", (1, 0, 0)), ("cz", (1, 0, 0)), ("swap", (1, 1, 1)), ("iswap", (1, 1, 0)), ("iswapdg", (1, 1, 0))],
)
def test_known_interactions(name, expected):
    interaction = kak(GATES[name].matrix([])).interaction
    assert np.allclose(np.array(interaction) * 4 / math.pi, expected, atol=1e-12)


def test_interaction_is_a_local_invariant():
    rng = np.random.default_rng(3)
    for matrix in unitary_group.rvs(4, size=50, random_state=rng):
        dressed = local(rng) @ matrix @ local(rng)
        assert np.allclose(kak(matrix).interaction, kak(dressed).interaction, atol=1e-10)


def test_what_is_not_unitary_is_refused():
    with pytest.raises(ValueError, match=r"must have shape \(2, 2\), got \(4, 4\)"):
        euler_zyz(np.eye(4))
    with pytest.raises(ValueError, match="not unitary"):
        kak(2 * np.eye(4))
    with pytest.raises(ValueError, match="not unitary"):
        kak(np.full((4, 4), np.nan))
