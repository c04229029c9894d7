"""Controlled circuits against the block-diagonal matrix, global phase included."""

import numpy as np
import pytest

from qlearn.circuits import GATES, Circuit, Parameter, circuit_matrix
from tests.naive import simulator as naive


def block_diagonal(matrix, n_controls):
    full = np.eye(len(matrix) << n_controls, dtype=complex)
    full[-len(matrix) :, -len(matrix) :] = matrix
    return full


@pytest.mark.parametrize("name", [*GATES, "pauli_rotation", "unitary"])
def test_every_gate(name, rng, random_circuit, close):
    for n_controls in (1, 2, 3):
        circuit = random_circuit(rng, 4, 2, [name])
        result = circuit.controlled(n_controls)
        close(circuit_matrix(result), block_diagonal(naive.unitary(circuit), n_controls))


def test_random_circuits(rng, random_circuit, close):
    for _ in range(5):
        circuit = random_circuit(rng, 3, 15).barrier()
        close(naive.unitary(circuit.controlled()), block_diagonal(naive.unitary(circuit), 1))


def test_parameters_stay_open(close):
    x, y = Parameter("x"), Parameter("y")
    circuit = Circuit(3).u(x, y, 0.3, 0).p(x * y, 1).ccry(2 * x, 0, 1, 2).rxx(y, 0, 2)
    values = {"x": 0.4, "y": 1.1}
    for n_controls in (1, 2):
        result = circuit_matrix(circuit.controlled(n_controls), values)
        close(result, block_diagonal(circuit_matrix(circuit, values), n_controls))


def test_gates_with_a_controlled_form_take_it():
    circuit = Circuit(3).x(0).ry(0.1, 1).cx(0, 2).swap(0, 1).h(2).crz(0.2, 1, 0).i(0)
    assert [step.name for step in circuit.controlled()] == ["cx", "cry", "ccx", "cswap", "ch", "ccrz"]
    assert circuit.controlled().instructions[2].qubits == (0, 1, 3)


def test_what_is_not_unitary_is_refused():
    with pytest.raises(ValueError, match=r"controlled: instruction 1, measure on qubits \(0,\), is not unitary"):
        Circuit(1).h(0).measure().controlled()
    with pytest.raises(ValueError, match="`n_controls` must be at least 1, got 0"):
        Circuit(1).controlled(0)
