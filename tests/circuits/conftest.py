"""Random circuits for the tests of this folder."""

import numpy as np
import pytest
from scipy.stats import unitary_group

from qlearn.circuits import GATES, Circuit


def make_random_circuit(rng, n_qubits=4, n_gates=25, names=None):
    """Return a circuit of random gates, among them Pauli rotations and unitaries unless `names` are given."""
    names = list(names or [*GATES, "pauli_rotation", "unitary"])
    circuit = Circuit(n_qubits)
    while len(circuit) < n_gates:
        name = names[rng.integers(len(names))]
        size = GATES[name].n_qubits if name in GATES else int(rng.integers(1, 4 if name == "pauli_rotation" else 3))
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


@pytest.fixture
def random_circuit():
    """The function that makes random circuits."""
    return make_random_circuit


@pytest.fixture
def close():
    """A check that two matrices agree to 1e-12."""

    def check(left, right):
        assert abs(np.asarray(left) - np.asarray(right)).max() < 1e-12

    return check
