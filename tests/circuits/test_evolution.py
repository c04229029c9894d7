"""Product formulas against the matrix exponential."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

from qlearn.circuits import Parameter, circuit_matrix, trotter_circuit
from qlearn.paulis import PauliSum
from tests.naive.matrices import pauli_matrix

TERMS = {"ZZI": 0.7, "IZZ": -0.4, "XII": 0.5, "IXI": 0.3, "IIY": 0.8, "XYZ": 0.25}
HAMILTONIAN = PauliSum(TERMS)
MATRIX = sum(coefficient * pauli_matrix(label) for label, coefficient in TERMS.items())


def error(n_steps, order, time=0.8):
    return np.linalg.norm(
        circuit_matrix(trotter_circuit(HAMILTONIAN, time, n_steps, order)) - expm(-1j * time * MATRIX), 2
    )


@pytest.mark.parametrize(("order", "n_steps"), [(1, 64), (2, 16), (4, 4)])
def test_error_falls_with_the_order(order, n_steps):
    coarse, fine = error(n_steps, order), error(2 * n_steps, order)
    assert math.log2(coarse / fine) == pytest.approx(order, abs=0.1)
    assert coarse < 0.05


def test_higher_orders_are_closer():
    assert error(8, 4) < error(8, 2) / 10 < error(8, 1) / 100


@pytest.mark.parametrize("order", [1, 2, 4])
def test_commuting_terms_are_exact(order, close):
    terms = {"ZZI": 0.7, "IZZ": -0.4, "ZII": 1.3}
    circuit = trotter_circuit(PauliSum(terms), -2.1, 1, order)
    close(circuit_matrix(circuit), expm(2.1j * sum(c * pauli_matrix(p) for p, c in terms.items())))


def test_a_symbolic_time_gives_the_same_circuit(close):
    time = Parameter("t")
    for order in (1, 2, 4):
        symbolic = trotter_circuit(HAMILTONIAN, 2 * time, 3, order)
        assert symbolic.parameters == (time,)
        close(circuit_matrix(symbolic, {"t": 0.4}), circuit_matrix(trotter_circuit(HAMILTONIAN, 0.8, 3, order)))


def test_terms_act_in_the_order_of_the_sum():
    order = HAMILTONIAN.labels()
    circuit = trotter_circuit(HAMILTONIAN, 1.0, 1, 1)
    found = []
    for step in circuit:
        text = step.data or step.name[1:].upper()
        label = ["I"] * 3
        for letter, qubit in zip(text, step.qubits, strict=True):
            label[qubit] = letter
        found.append("".join(label))
    assert found == order


def test_neighbours_are_merged():
    assert len(trotter_circuit(HAMILTONIAN, 1.0, 1, 2)) == 2 * 6 - 1
    assert len(trotter_circuit(HAMILTONIAN, 1.0, 10, 2)) == 10 * (2 * 6 - 2) + 1
    assert len(trotter_circuit(PauliSum({"X": 1.0}), 1.0, 10, 4)) == 1


def test_the_identity_is_a_global_phase():
    assert trotter_circuit(HAMILTONIAN + 3.0, 1.0, 2, 1) == trotter_circuit(HAMILTONIAN, 1.0, 2, 1)
    assert len(trotter_circuit(PauliSum({"II": 2.0}), 1.0, 2)) == 0


def test_bad_input():
    with pytest.raises(ValueError, match="must be Hermitian"):
        trotter_circuit(PauliSum({"X": 1j}), 1.0, 1)
    with pytest.raises(ValueError, match="`order` must be 1, 2 or 4, got 3"):
        trotter_circuit(HAMILTONIAN, 1.0, 1, 3)
    with pytest.raises(ValueError, match="`n_steps` must be at least 1, got 0"):
        trotter_circuit(HAMILTONIAN, 1.0, 0)
    with pytest.raises(ValueError, match="must be finite, got nan"):
        trotter_circuit(HAMILTONIAN, math.nan, 1)
    with pytest.raises(TypeError, match="must be a PauliSum, got ndarray"):
        trotter_circuit(MATRIX, 1.0, 1)
