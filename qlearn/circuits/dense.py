"""The matrix of a small circuit, for checks and for synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .circuit import Circuit
from .gates import UNITARY_NAMES, gate_matrix

MAX_QUBITS = 10


def circuit_matrix(circuit: Circuit, values: Mapping[Any, Any] | ArrayLike | None = None) -> np.ndarray:
    """Return the matrix of a unitary circuit on at most 10 qubits.

    Parameters
    ----------
    circuit : Circuit
        Unitary gates and barriers only.
    values : mapping or array_like, optional
        Numbers for the parameters, as for `Circuit.bind`.

    Returns
    -------
    ndarray
        complex128, shape (2**n_qubits, 2**n_qubits); qubit 0 is the most significant bit of an index.

    Raises
    ------
    ValueError
        If the circuit is wider than 10 qubits, not unitary, or has unbound parameters.

    Notes
    -----
    Costs O(4^n) time a gate and memory. For states of more qubits there are the engines of `qlearn.sim`.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import circuit_matrix
    >>> circuit_matrix(ql.Circuit(1).x(0)).real
    array([[0., 1.],
           [1., 0.]])
    """
    n_qubits = circuit.n_qubits
    if n_qubits > MAX_QUBITS:
        raise ValueError(f"circuit_matrix: at most {MAX_QUBITS} qubits, got {n_qubits}; use an engine of qlearn.sim.")
    if values is not None:
        circuit = circuit.bind(values)
    matrix = np.eye(2**n_qubits, dtype=complex).reshape([2] * n_qubits + [2**n_qubits])
    for index, step in enumerate(circuit.instructions):
        if step.name == "barrier":
            continue
        if step.name not in UNITARY_NAMES:
            raise ValueError(f"circuit_matrix: instruction {index}, {step.name} on {step.qubits}, is not unitary.")
        k = len(step.qubits)
        gate = gate_matrix(step).reshape([2] * (2 * k))
        matrix = np.tensordot(gate, matrix, axes=(range(k, 2 * k), step.qubits))
        matrix = np.moveaxis(matrix, range(k), step.qubits)
    return matrix.reshape(2**n_qubits, 2**n_qubits)
