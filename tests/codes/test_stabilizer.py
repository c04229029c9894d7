"""Codes by their checks: logical operators, exact distances against brute force, errors."""

from itertools import product

import numpy as np
import pytest
import stim

import qlearn as ql
from qlearn.codes import CSSCode, StabilizerCode, _least_weight

FIVE = ["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]
HAMMING = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
SHOR = (
    [[1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 1]],
    np.repeat(np.kron(np.eye(3, dtype=int), np.ones((1, 3), int)), 2, axis=0) * np.tile([[1, 1, 0], [0, 1, 1]], (3, 3)),
)


def brute_force_distance(code):
    """Return the least weight of a Pauli string that commutes with all checks and is no product of them."""
    checks = [stim.PauliString(label) for label in code.labels()]
    n = code.n_qubits
    group = {str(p)[1:] for p in products(checks, n)}
    weights = []
    for letters in product("_XYZ", repeat=n):
        pauli = stim.PauliString("".join(letters))
        if all(pauli.commutes(check) for check in checks) and str(pauli)[1:] not in group:
            weights.append(pauli.weight)
    return min(weights)


def products(checks, n):
    for choice in product([0, 1], repeat=len(checks)):
        total = stim.PauliString(n)
        for chosen, check in zip(choice, checks):
            if chosen:
                total *= check
        yield total


def random_code(n, k, seed):
    """Return the code that a random Clifford makes of n - k single Z."""
    tableau = stim.Tableau.random(n) if seed is None else stim.Tableau.from_circuit(random_clifford(n, seed))
    return StabilizerCode([str(tableau.z_output(i))[1:].replace("_", "I") for i in range(n - k)])


def random_clifford(n, seed):
    rng = np.random.default_rng(seed)
    circuit = stim.Circuit(f"I {n - 1}")
    for _ in range(6 * n):
        a, b = rng.choice(n, 2, replace=False)
        circuit.append(str(rng.choice(["CX", "CZ"])), [a, b])
        circuit.append(str(rng.choice(["H", "S", "SQRT_X"])), [a])
    return circuit


@pytest.mark.parametrize("seed", range(8))
def test_distances_equal_brute_force(seed):
    code = random_code(5 + seed % 2, 1 + seed % 3, seed)
    found = code.distance()
    assert found.is_exact
    assert found.value == brute_force_distance(code)


@pytest.mark.parametrize("code", [StabilizerCode(FIVE), CSSCode(HAMMING, HAMMING), random_code(6, 1, 3)])
def test_meeting_in_the_middle_needs_no_good_bound(code, monkeypatch):
    """Odd and even weights are found though the bound says nothing."""
    monkeypatch.setattr(_least_weight, "_by_information_sets", lambda errors, *_: len(errors))
    assert code.distance() == (brute_force_distance(code), True)


@pytest.mark.parametrize(
    ("code", "parameters"),
    [(StabilizerCode(FIVE), "[[5,1,3]]"), (CSSCode(HAMMING, HAMMING), "[[7,1,3]]"), (CSSCode(*SHOR), "[[9,1,3]]"),
     (StabilizerCode(["XXXX", "ZZZZ"]), "[[4,2,2]]")],
)  # fmt: skip
def test_textbook_codes(code, parameters):
    assert code.parameters == parameters


def test_a_code_without_logical_qubits_has_no_distance_to_show():
    assert StabilizerCode(["XX", "ZZ"]).parameters == "[[2,0]]"


@pytest.mark.parametrize("code", [StabilizerCode(FIVE), CSSCode(HAMMING, HAMMING), random_code(9, 4, 1)])
def test_logical_operators_are_independent_pairs(code):
    strings = [as_pauli(row) for row in (*code.logical_x, *code.logical_z)]
    checks = [stim.PauliString(label) for label in code.labels()]
    k = code.n_logical
    assert len(strings) == 2 * k
    assert all(logical.commutes(check) for logical in strings for check in checks)
    for i, first in enumerate(strings):
        for j, second in enumerate(strings):
            assert first.commutes(second) == (abs(i - j) != k)


def as_pauli(row):
    x, z = np.split(row, 2)
    return stim.PauliString.from_numpy(xs=x, zs=z)


def test_a_css_code_and_its_stabilisers_agree():
    css = ql.codes.surface_code(3)
    general = StabilizerCode(css.labels())
    assert general.parameters == css.parameters == "[[9,1,3]]"
    errors = ["XIIIIIIII", "IIIIYIIII", "ZIIIIIIIZ"]
    assert np.array_equal(general.syndrome(errors), css.syndrome(errors))
    for error, row in zip(errors, css.syndrome(errors)):
        pauli = stim.PauliString(error)
        assert [not pauli.commutes(stim.PauliString(check)) for check in css.labels()] == row.tolist()


def test_a_bound_is_labelled():
    code = ql.codes.bivariate_bicycle_code(12, 6)
    assert code.distance("X") == (12, False)


def test_x_and_z_distances_differ():
    code = ql.codes.repetition_code(5)
    assert code.distance("X") == (5, True)
    assert code.distance("Z") == (1, True)
    assert code.distance() == (1, True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StabilizerCode(["XX", "ZI"]), "Checks 0 and 1 anticommute"),
        (lambda: CSSCode([[1, 0]], [[1, 1]]), "Checks 0 and 1 anticommute"),
        (lambda: CSSCode([[1, 1]], [[1, 1, 0]]), r"`z_checks` must have shape \(n_checks, 2\)"),
        (lambda: StabilizerCode(np.zeros((1, 3), bool)), "X bits and Z bits for every qubit, got 3 columns"),
        (lambda: StabilizerCode(["XX", "ZZ"]).distance(), "no logical qubit, so it has no distance"),
        (lambda: CSSCode(HAMMING, HAMMING).distance("Y"), "`kind` must be 'X' or 'Z', got 'Y'"),
        (lambda: CSSCode(HAMMING, HAMMING, logical_x=[[1, 0, 0, 0, 0, 0, 0]], logical_z=[[1] * 7]),
         "A logical operator anticommutes with a check"),
        (lambda: CSSCode([[1, 1]], [[1, 1]], coordinates=[[0, 0]]), r"`coordinates` must have shape \(2, any\)"),
        (lambda: StabilizerCode(["ZZ"], schedule=[[0, 0]]), "`schedule` row 0 must name each qubit of check 0 once"),
        (lambda: StabilizerCode(["ZZI", "IZZ"], schedule=[[1, 0], [1, 2]]), "`schedule` slot 0 uses a qubit twice"),
        (lambda: StabilizerCode(["XXXX", "ZZZZ"], logical_x=np.eye(8)[:2], logical_z=np.eye(8)[2:4]), "anticommutes"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
