"""Pauli rotations in gates of one and two qubits, against their matrices."""

import itertools

import numpy as np
import pytest
import scipy.linalg

import qlearn as ql
from qlearn.circuits import Instruction
from qlearn.search.pauli_gates import without_pauli_rotations
from qlearn.search.tidy import tidy

REAL, COMPLEX = frozenset({"ry", "cx"}), frozenset({"ry", "rz", "cx"})


def rotation(word, angle=0.7):
    return ql.Circuit(len(word)).append(Instruction("pauli_rotation", tuple(range(len(word))), (angle,), word))


@pytest.mark.parametrize("gates", [REAL, COMPLEX])
def test_rotations_are_matrix_exponentials(gates):
    n_written = 0
    for word in map("".join, itertools.product("XYZ", repeat=4)):
        if gates == REAL and word.count("Y") % 2 == 0:
            assert without_pauli_rotations(rotation(word), gates) == list(rotation(word))
            continue
        circuit = ql.Circuit(4)
        for step in without_pauli_rotations(rotation(word), gates):
            circuit.append(step)
        exact = scipy.linalg.expm(-0.35j * ql.PauliSum(word).to_dense())
        assert np.allclose(ql.circuits.circuit_matrix(circuit), exact, atol=1e-12)
        assert gates == COMPLEX or set(circuit.counts()) == {"ry", "cx"}
        n_written += 1
    assert n_written == (40 if gates == REAL else 81)


@pytest.mark.parametrize("gates", [REAL, COMPLEX])
def test_tidying_cancels_what_neighbouring_rotations_share(gates):
    twice = rotation("YXXX", 0.3).append(rotation("YXXX", 0.4))
    ansatz, values = tidy(twice, gates, starts_at_zero=False)
    assert ansatz.n_two_qubit_gates == 6
    assert np.allclose(
        np.abs(
            np.trace(ql.circuits.circuit_matrix(ansatz.bind(values)).T @ ql.circuits.circuit_matrix(rotation("YXXX")))
        ),
        16,
    )
    assert len(values) == 1


def test_real_gates_have_all_baselines():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    problem = ql.search.EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    result = ql.search.run(problem, budget=ql.search.Budget(evaluations=500), random_state=0)
    rows = {name: candidate for name, candidate, _ in result.report().baselines}
    for name in ("ADAPT, qubit pool", "UCCSD, one step", "best product state", "CI-guided doubles, 1", "reference"):
        assert rows[name] is not None
        assert set(rows[name].circuit.counts()) <= {"ry", "cx"}
    assert rows["ADAPT, qubit pool"].cost == pytest.approx(molecule.exact_energy, abs=1e-7)
    assert rows["UCCSD, one step"].cost == pytest.approx(molecule.exact_energy, abs=1e-7)
