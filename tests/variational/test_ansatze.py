"""Ansätze: counts, symmetries and shapes that follow from their definitions."""

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn.variational import ansatze
from tests.naive.simulator import statevector

ALL = [
    getattr(ansatze, name)()
    for name in ("HardwareEfficient", "StronglyEntangling", "Brickwork", "Equivariant", "TreeTensor", "MERA", "QCNN")
]


@pytest.mark.parametrize("ansatz", ALL, ids=lambda ansatz: type(ansatz).__name__)
@pytest.mark.parametrize("n_qubits", [1, 2, 3, 5, 8])
def test_every_ansatz_works_on_any_width(ansatz, n_qubits):
    circuit = ansatz.circuit(n_qubits)
    assert circuit.n_parameters == ansatz.n_weights(n_qubits) == len(ansatz.initial_weights(n_qubits, 0))
    assert set(ansatz.readout_qubits(n_qubits)) <= set(range(n_qubits))
    with pytest.raises(ValueError, match=rf"{type(ansatz).__name__} has \d+ weights on {n_qubits} qubits"):
        ansatz.append(ql.Circuit(n_qubits), np.zeros(circuit.n_parameters + 1))


def test_hardware_efficient_follows_the_coupling():
    graph = nx.Graph([(0, 2), (1, 2)])
    circuit = ansatze.HardwareEfficient(n_layers=1, coupling=graph, entangler="cz", rotations=("rx",)).circuit(3)
    assert [step.qubits for step in circuit if step.name == "cz"] == [(0, 2), (1, 2)]
    weighted = ansatze.HardwareEfficient(n_layers=2, entangler="rzz", coupling="full")
    assert weighted.n_weights(4) == 2 * (8 + 6)
    with pytest.raises(ValueError, match=r"`coupling` joins qubits \(0, 2\), but there are 2 qubits"):
        ansatze.HardwareEfficient(coupling=graph).circuit(2)
    with pytest.raises(ValueError, match='`entangler` must be "cx"'):
        ansatze.HardwareEfficient(entangler="swap").circuit(2)
    with pytest.raises(ValueError, match="`rotations` must be"):
        ansatze.HardwareEfficient(rotations=("h",)).circuit(2)
    with pytest.raises(ValueError, match="`coupling` must be"):
        ansatze.HardwareEfficient(coupling="star").circuit(2)


def test_equivariant_commutes_with_permutations(rng):
    ansatz = ansatze.Equivariant(n_layers=3)
    weights = ansatz.initial_weights(4, 1)
    order = [2, 0, 3, 1]
    amplitudes = rng.normal(size=16) + 1j * rng.normal(size=16)
    prepared = ql.Circuit(4)
    for qubit, angle in enumerate(rng.normal(size=4)):
        prepared.ry(angle, qubit).rz(angle**2, qubit)

    def permuted(state):
        return state.reshape([2] * 4).transpose(order).reshape(-1)

    turned_after = permuted(statevector(prepared + ansatz.circuit(4), weights))
    moved = prepared.remap([order.index(q) for q in range(4)], 4)
    turned_before = statevector(moved + ansatz.circuit(4), weights)
    assert np.allclose(turned_after, turned_before)
    assert amplitudes.shape == (16,)


def test_strongly_entangling_is_pennylanes():
    """Ranges grow 1, 2, ... modulo n - 1, as in StronglyEntanglingLayers."""
    circuit = ansatze.StronglyEntangling(n_layers=3).circuit(3)
    pairs = [step.qubits for step in circuit if step.name == "cx"]
    assert pairs == [(0, 1), (1, 2), (2, 0), (0, 2), (1, 0), (2, 1), (0, 1), (1, 2), (2, 0)]
    assert ansatze.StronglyEntangling(n_layers=1).circuit(2).counts()["cx"] == 1


def test_trees_read_out_few_qubits():
    assert ansatze.TreeTensor().circuit(8).counts()["cx"] == 7
    assert ansatze.MERA().circuit(8).counts()["cx"] == 7 + 3 + 1
    assert ansatze.QCNN().readout_qubits(8) == (7,)
    assert ansatze.QCNN(n_readout=2).readout_qubits(6) == (3, 5)


def test_the_tree_shields_its_root():
    """What a pooled qubit did after its last gate does not reach the readout."""
    ansatz = ansatze.TreeTensor()
    weights = ansatz.initial_weights(4, 0)
    root = ql.PauliSum("IIIZ")
    engine = ql.sim.Statevector()
    plain = engine.expectation(ansatz.circuit(4), root, weights)
    assert engine.expectation(ansatz.circuit(4).x(0), root, weights) == pytest.approx(plain, abs=1e-12)
