"""Clifford gates at the end of a circuit, moved into the observables."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import Program
from qlearn.sim.trailing import move_trailing
from tests.random_circuits import append_random_gate, every_gate_circuit, random_sum_labels

ENGINE = ql.sim.Statevector()
CLIFFORD = ("x", "y", "z", "h", "s", "sdg", "cx", "cz", "swap")


@pytest.mark.parametrize("n_qubits", [1, 2, 5])
def test_expectation_values_and_gradients_stay_the_same(rng, n_qubits):
    theta = ql.parameters("a", 3)
    for _ in range(10):
        circuit = every_gate_circuit(rng, n_qubits, theta)
        for _ in range(12):
            append_random_gate(circuit, str(rng.choice(CLIFFORD)), rng)
        observables = [ql.PauliSum(random_sum_labels(rng, n_qubits, 3)) for _ in range(2)]
        program = Program.from_circuit(circuit)
        values, weights = rng.normal(size=circuit.n_parameters), rng.normal(size=2)
        shorter, moved = move_trailing(program, observables)
        assert len(shorter.bytecode) < len(program.bytecode)
        for found, expected in zip(
            ENGINE.vjp(shorter, moved, values, weights), ENGINE.vjp(program, observables, values, weights), strict=True
        ):
            np.testing.assert_allclose(found, expected, atol=1e-12)


def test_only_what_ends_a_circuit_moves():
    circuit = ql.Circuit(3).h(0).cx(0, 1).ry(0.3, 1).cz(1, 2).cx(2, 0)
    observable = ql.PauliSum("ZZI")
    program = Program.from_circuit(circuit)
    shorter, (moved,) = move_trailing(program, [observable])
    assert len(shorter.bytecode) == 3
    assert moved.labels() == ["ZZZ"]  # CX(2, 0) spreads Z0 to Z2; CZ leaves it
    assert ENGINE.expectation(shorter, moved) == pytest.approx(ENGINE.expectation(program, observable))
    assert move_trailing(shorter, [observable]) == (shorter, [observable])


def test_a_circuit_of_clifford_gates_alone_vanishes():
    program = Program.from_circuit(ql.Circuit(16).h(0).cx(0, 15).s(15))
    shorter, _ = move_trailing(program, [])
    assert len(shorter.bytecode) == 0
    bell = ql.PauliSum("X0 Y15", n_qubits=16)
    assert ENGINE.expectation(program, bell) == pytest.approx(1.0)
