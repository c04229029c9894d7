"""Rewriting with other gates: the matrix stays the same, and only gates of the basis are left."""

import numpy as np
import pytest
from scipy.stats import unitary_group

from qlearn.circuits import GATES, Circuit, Parameter, circuit_matrix, decompose_with_phase
from tests.naive import simulator as naive

BASES = {
    "default": None,
    "superconducting": {"rz", "sx", "cx"},
    "cz": {"rz", "ry", "cz"},
    "ions": {"rx", "ry", "rxx"},
    "rzz": {"rz", "ry", "rzz"},
    "rx rz": {"rx", "rz", "cz"},
    "rx ry": {"rx", "ry", "cx"},
    "hadamard": {"h", "rz", "cx"},
    "p": {"p", "sx", "cx"},
    "u": {"u", "cx"},
    "u cp": {"u", "cp"},
}


@pytest.mark.parametrize("basis", BASES.values(), ids=list(BASES))
def test_every_gate_in_every_basis(basis, rng, random_circuit, close):
    for name in [*GATES, "pauli_rotation", "unitary", "unitary"]:
        circuit = random_circuit(rng, 4, 1, [name])
        rewritten, phase = decompose_with_phase(circuit, basis)
        # Rewritten circuits are long; `circuit_matrix` is itself tested against the twin.
        close(np.exp(1j * phase) * circuit_matrix(rewritten), naive.unitary(circuit))
        allowed = basis or {n for n, s in GATES.items() if s.n_qubits == 1} | {"cx"}
        assert set(rewritten.counts()) <= allowed


@pytest.mark.parametrize("basis", [None, {"rz", "sx", "cx"}], ids=["default", "superconducting"])
def test_random_circuits(basis, rng, random_circuit, close):
    for _ in range(5):
        circuit = random_circuit(rng)
        rewritten, phase = decompose_with_phase(circuit, basis)
        close(np.exp(1j * phase) * naive.unitary(rewritten), naive.unitary(circuit))
        assert circuit.decompose(basis) == rewritten


@pytest.mark.parametrize(
    ("name", "n_cx"), [("i", 0), ("cx", 1), ("cz", 1), ("iswap", 2), ("swap", 3), ("rxx", 2), ("cp", 2)]
)
def test_two_qubit_unitaries_take_the_fewest_cx(name, n_cx, rng, close):
    core = np.eye(4) if name == "i" else GATES[name].matrix([0.7] * GATES[name].n_angles)
    for _ in range(5):
        sides = [np.kron(*unitary_group.rvs(2, size=2, random_state=rng)) for _ in range(2)]
        circuit = Circuit(2).unitary(sides[0] @ core @ sides[1], [1, 0])
        rewritten, phase = decompose_with_phase(circuit)
        assert rewritten.counts().get("cx", 0) == n_cx
        close(np.exp(1j * phase) * naive.unitary(rewritten), naive.unitary(circuit))


def test_costs_from_the_literature():
    def cx(circuit):
        return circuit.decompose().counts()["cx"]

    assert cx(Circuit(2).unitary(unitary_group.rvs(4, random_state=0), [0, 1])) == 3
    assert cx(Circuit(3).ccx(0, 1, 2)) == 6
    assert cx(Circuit(4).double_excitation(0.3, 0, 1, 2, 3)) == 14
    assert Circuit(2).cx(0, 1).decompose({"rx", "ry", "rxx"}).counts()["rxx"] == 1
    assert cx(Circuit(4).pauli_rotation(0.3, "XYZX", range(4))) == 6


def test_clifford_and_t_gates_have_words(close):
    circuit = Circuit(3).x(0).y(0).z(1).s(0).sdg(1).tdg(0).sx(0).sxdg(1).cy(0, 1).cz(0, 1).swap(0, 1).ccx(0, 1, 2)
    rewritten, phase = decompose_with_phase(circuit, {"h", "t", "cx"})
    assert set(rewritten.counts()) == {"h", "t", "cx"}
    close(np.exp(1j * phase) * naive.unitary(rewritten), naive.unitary(circuit))


def test_parameters_stay_open(close):
    x, y = Parameter("x"), Parameter("y")
    circuit = Circuit(3).u(x, y, x * y, 0).cp(x, 0, 1).ccp(y, 0, 1, 2).p(2 * x, 2).crx(y, 1, 2)
    rewritten, phase = decompose_with_phase(circuit, {"rz", "sx", "cx"})
    values = {"x": 0.3, "y": -1.2}
    left = np.exp(1j * phase.evaluate(values)) * circuit_matrix(rewritten, values)
    close(left, circuit_matrix(circuit, values))


@pytest.mark.parametrize(("name", "basis"), [("cx", {"ry", "cz"}), ("cz", {"ry", "cx"}), ("swap", {"ry", "cz"})])
def test_real_gates_need_no_others(name, basis, close):
    circuit = getattr(Circuit(2), name)(0, 1)
    rewritten, phase = decompose_with_phase(circuit, basis)
    assert set(rewritten.counts()) == basis
    close(np.exp(1j * phase) * naive.unitary(rewritten), naive.unitary(circuit))


def test_everything_else_stays():
    circuit = Circuit(2).swap(0, 1).depolarize1(0.1, 0).barrier().readout_error(0.1, 0.1, 0).measure().reset(0)
    kept = [step for step in circuit.decompose() if step.name != "cx"]
    assert kept == list(circuit)[1:]
    assert Circuit(2).swap(0, 1).decompose({"swap"}) == Circuit(2).swap(0, 1)


def test_what_cannot_be_written_says_so():
    with pytest.raises(ValueError, match=r"swap on qubits \(0, 1\) cannot be written with ry, rz; add one of cx, cz"):
        Circuit(2).swap(0, 1).decompose({"rz", "ry"})
    with pytest.raises(ValueError, match="rx on qubits .* cannot be written with h, s; add two of rx, ry, rz, or u"):
        Circuit(1).rx(0.1, 0).decompose({"h", "s"})
    with pytest.raises(ValueError, match="'cnot', which is no gate"):
        Circuit(1).decompose({"cnot"})
    with pytest.raises(TypeError, match="must be a set of gate names"):
        Circuit(1).decompose("cx")
