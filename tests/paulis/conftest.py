"""An independent truth for Pauli sums: Kronecker products of 2 x 2 matrices, written out."""

import functools
import os
from pathlib import Path

import numpy as np
import pytest

MATRICES = {
    "I": np.eye(2, dtype=complex),
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.array([[1, 0], [0, -1]], dtype=complex),
}


def _kron(terms, n_qubits):
    total = np.zeros((2**n_qubits, 2**n_qubits), dtype=complex)
    for label, coefficient in terms:
        total += coefficient * functools.reduce(np.kron, [MATRICES[letter] for letter in label], np.eye(1))
    return total


def _random_terms(rng, n_terms, n_qubits, is_complex=False):
    labels = ["".join(rng.choice(list("IXYZ"), size=n_qubits)) for _ in range(n_terms)]
    coefficients = rng.normal(size=n_terms)
    if is_complex:
        coefficients = coefficients + 1j * rng.normal(size=n_terms)
    return list(zip(labels, coefficients.tolist(), strict=True))


@pytest.fixture
def kron():
    """Return kron(terms, n_qubits): the matrix of (label, coefficient) pairs."""
    return _kron


@pytest.fixture
def random_terms():
    """Return random_terms(rng, n_terms, n_qubits, is_complex=False): (label, coefficient) pairs, repeats allowed."""
    return _random_terms


@pytest.fixture
def data_folder():
    """Return the folder of real data, or skip."""
    folder = os.environ.get("QLEARN_DATA_DIR")
    if not folder or not (Path(folder) / "search").is_dir():
        pytest.skip("QLEARN_DATA_DIR does not point to the data folder")
    return Path(folder)
