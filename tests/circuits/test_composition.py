"""Circuits made from circuits, checked with the matrices of the naive twin."""

import numpy as np
import pytest

from qlearn.circuits import Circuit, Instruction, Parameter, circuit_matrix, parameters
from tests.naive import simulator as naive

X, Y = Parameter("x"), Parameter("y")


def everything():
    """A circuit with one instruction of every kind."""
    circuit = Circuit(4).h(0).rx(2 * X + 1, 1).u(0.1, X, Y, 2).cx(0, 3).ccp(X * Y, 0, 1, 2)
    circuit.double_excitation(0.3, 0, 1, 2, 3).pauli_rotation(0.2, "XY", [3, 1]).unitary(np.diag([1, 1j]), 2)
    circuit.barrier(0, 2).depolarize1(0.1, 0).depolarize2(0.1, 3, 1).pauli_channel1((0.1, 0.2, 0.0), 1)
    circuit.pauli_channel2([0.01] * 15, 1, 2).amplitude_damping(0.1, 0).phase_damping(0.2, 0).bit_flip(0.1, 1)
    circuit.phase_flip(0.1, 1).thermal_relaxation(1.0, 1.5, 0.1, 2, 0.05).readout_error(0.1, 0.2, 3)
    circuit.kraus([np.diag([1, 0]), np.diag([0, 1])], 3).reset(1).measure([3, 0], key="end").measure()
    return circuit


def test_circuit_matrix_against_the_twin(rng, random_circuit, close):
    for _ in range(20):
        circuit = random_circuit(rng).barrier()
        close(circuit_matrix(circuit), naive.unitary(circuit))


def test_circuit_matrix_refuses():
    with pytest.raises(ValueError, match="at most 10 qubits, got 11"):
        circuit_matrix(Circuit(11))
    with pytest.raises(ValueError, match="instruction 1, measure on"):
        circuit_matrix(Circuit(2).h(0).measure())
    with pytest.raises(ValueError, match="unbound"):
        circuit_matrix(Circuit(1).rx(X, 0))
    assert np.allclose(circuit_matrix(Circuit(1).p(X, 0), [np.pi]), np.diag([1, -1]))


def test_append_on_chosen_qubits(rng, random_circuit, close):
    small, large = random_circuit(rng, 2, 8), random_circuit(rng, 4, 8)
    joined = large.copy().append(small, [3, 1])
    expected = naive.embed(naive.unitary(small), [3, 1], 4) @ naive.unitary(large)
    close(naive.unitary(joined), expected)
    close(naive.unitary(Circuit(4).append(small)), np.kron(naive.unitary(small), np.eye(4)))


def test_append_an_instruction_goes_through_the_checks():
    circuit = everything()
    again = Circuit(4)
    for step in circuit:
        again.append(step)
    assert again == circuit
    for bad, message in [
        (Instruction("hadamard", (0,)), "no instruction named 'hadamard'"),
        (Instruction("append", (0,)), "no instruction named 'append'"),
        (Instruction("cx", (0, 9)), "Qubit 9 does not exist"),
        (Instruction("cx", (0,)), "acts on 2 qubits, got 1"),
        (Instruction("rx", (0,)), "takes 1 angles, got 0"),
        (Instruction("h", (0,), (0.1,)), "takes 0 angles, got 1"),
        (Instruction("depolarize1", (0,), (), (0.1, 0.2)), "must hold 1 numbers, got 2"),
        (Instruction("depolarize1", (0, 1), (), (0.1,)), "acts on 1 qubits, got 2"),
        (Instruction("barrier", ()), "at least one qubit"),
    ]:
        with pytest.raises(ValueError, match=message):
            again.append(bad)
    with pytest.raises(TypeError, match="data must be a tuple"):
        again.append(Instruction("depolarize1", (0,), (), 0.1))
    assert again == circuit


def test_append_refuses():
    circuit = Circuit(2).h(0)
    for call, message in [
        (lambda: circuit.append(Circuit(3)), "a circuit on 3 qubits does not fit on 2"),
        (lambda: circuit.append(Circuit(2), [0]), "acts on 2 qubits, got 1"),
        (lambda: circuit.append(Circuit(2), [0, 0]), "named twice"),
        (lambda: circuit.append(Circuit(2), [0, 2]), "Qubit 2 does not exist"),
        (lambda: circuit.append(Circuit(1).h(0).instructions[0], [0]), "leave `qubits` out"),
        (lambda: circuit + Circuit(3), "cannot be added; use `append"),
        (lambda: circuit.__iadd__(Circuit(1)), "cannot be added; use `append"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="a Circuit or an Instruction is needed, got str"):
        circuit.append("h 0")
    with pytest.raises(TypeError):
        circuit + 3
    assert len(circuit) == 1


def test_sum_and_repetition(rng, random_circuit, close):
    first, second = random_circuit(rng, 3, 6), random_circuit(rng, 3, 6)
    a, b = naive.unitary(first), naive.unitary(second)
    close(naive.unitary(first + second), b @ a)
    close(naive.unitary(first.repeat(3)), a @ a @ a)
    assert len(first.repeat(0)) == 0
    assert len(first) == 6
    twin = first.copy()
    twin += second
    assert twin == first + second
    first.append(first)
    assert len(first) == 12


def test_remap(rng, random_circuit, close):
    circuit = random_circuit(rng, 3, 10)
    close(naive.unitary(circuit.remap([3, 0, 2], n_qubits=4)), naive.embed(naive.unitary(circuit), [3, 0, 2], 4))
    with pytest.raises(ValueError, match="acts on 3 qubits, got 2"):
        circuit.remap([0, 1])


def test_inverse(rng, random_circuit, close):
    for _ in range(20):
        circuit = random_circuit(rng)
        close(naive.unitary(circuit + circuit.inverse()), np.eye(16))
    symbolic = Circuit(1).u(X, Y, 0.3, 0).p(X * Y, 0)
    close(circuit_matrix(symbolic + symbolic.inverse(), [0.7, -0.2]), np.eye(2))
    with pytest.raises(ValueError, match=r"inverse: instruction 1, reset on qubits \(0,\), has no inverse"):
        Circuit(1).h(0).reset(0).inverse()
    with pytest.raises(ValueError, match="instruction 0, depolarize1"):
        Circuit(1).depolarize1(0.1, 0).inverse()


def test_bind():
    theta = parameters("theta", 3)
    circuit = Circuit(2).rx(2 * theta[1] + X, 0).ry(theta[0], 1).rz(0.5, 0)
    expected = Circuit(2).rx(5.0, 0).ry(0.5, 1).rz(0.5, 0)
    assert circuit.bind({theta: [0.5, 1.0, 9.0], "x": 3}) == expected
    assert circuit.parameters == (theta[0], theta[1], X)
    assert circuit.bind([0.5, 1.0, 3.0]) == expected
    assert circuit.bind({theta[1]: 1.0, theta[0]: np.float64(0.5)}).parameters == (X,)
    assert type(circuit.bind([0.5, 1.0, 3.0]).instructions[0].angles[0]) is float
    for values, message in [
        ({"y": 1.0}, "bind: the circuit has no parameter 'y'; it has theta"),
        ({X: [1.0, 2.0]}, "'x' needs one number"),
        ({X: Y}, "there is `substitute`"),
        ({X: np.nan}, "must be finite"),
        ([1.0], r"must have shape \(3,\)"),
        (np.ones((2, 3)), r"must have shape \(3,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            circuit.bind(values)


def test_substitute():
    circuit = Circuit(1).rx(X + 2 * Y, 0)
    assert circuit.substitute({X: Y, Y: X}) == Circuit(1).rx(Y + 2 * X, 0)
    assert circuit.substitute({X: X * Y}).instructions[0].angles == (X * Y + 2 * Y,)
    with pytest.raises(ValueError, match="no parameter 'z'"):
        circuit.substitute({"z": 1.0})
    with pytest.raises(ValueError, match="degree"):
        Circuit(1).rx(X * Y, 0).substitute({X: X * Y})


def test_counts_and_depth():
    circuit = everything()
    assert circuit.counts()["measure"] == 2
    assert circuit.n_two_qubit_gates == 2
    assert circuit.used_qubits == (0, 1, 2, 3)
    assert Circuit(5).cx(3, 1).barrier().used_qubits == (1, 3)
    assert Circuit(3).depth() == 0
    chain = Circuit(3).h(0).h(1).cx(0, 1).rz(0.1, 2).cx(1, 2).depolarize1(0.1, 2).measure()
    assert chain.depth() == 4
    assert chain.depth(two_qubit=True) == 2
    assert Circuit(2).h(0).h(1).depth() == 1
    assert Circuit(2).h(0).barrier().h(1).depth() == 2
    assert Circuit(2).h(0).measure().depth() == 2
