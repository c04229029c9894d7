"""Random circuits, and the comparison of unitaries, for the tests of this folder."""

import numpy as np
import pytest
from scipy.stats import unitary_group

from qlearn.circuits import GATES, Circuit


@pytest.fixture
def random_circuit():
    """The function that makes circuits of every kind of gate."""

    def make(rng, n_qubits=4, n_gates=25):
        names = [*GATES, "pauli_rotation", "unitary"]
        circuit = Circuit(n_qubits)
        while len(circuit) < n_gates:
            name = names[rng.integers(len(names))]
            size = GATES[name].n_qubits if name in GATES else int(rng.integers(1, 3))
            if size > n_qubits:
                continue
            qubits = tuple(int(q) for q in rng.permutation(n_qubits)[:size])
            if name == "pauli_rotation":
                circuit.pauli_rotation(rng.uniform(-7, 7), "".join(rng.choice(list("XYZ"), size)), qubits)
            elif name == "unitary":
                circuit.unitary(unitary_group.rvs(2**size, random_state=rng), qubits)
            else:
                getattr(circuit, name)(*rng.uniform(-7, 7, GATES[name].n_angles), *qubits)
        return circuit

    return make


@pytest.fixture
def same_up_to_phase():
    """A check that two unitaries agree up to a global phase."""

    def check(left, right, tolerance=1e-7):
        overlap = np.vdot(left, right) / len(left)
        assert abs(np.asarray(left) * overlap - right).max() < tolerance

    return check


@pytest.fixture
def hamiltonian(rng):
    """The function that makes a random sum of Pauli strings, with the dense matrix it must be."""
    from qlearn.paulis import PauliSum
    from tests.naive import simulator

    def make(n_qubits, n_terms=6):
        labels = {"".join(rng.choice(list("IXYZ"), n_qubits)): float(rng.normal()) for _ in range(n_terms)}
        labels["I" * n_qubits] = 0.25
        return PauliSum(labels), simulator.pauli_sum_matrix(PauliSum(labels))

    return make
