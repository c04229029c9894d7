"""Pauli strings that commute with every term of a sum, by linear algebra over GF(2)."""

import numpy as np
from numpy.typing import NDArray

from . import words
from .sum import PauliSum


def find_symmetries(hamiltonian: PauliSum, diagonal_only: bool) -> PauliSum:
    """Return a largest set of independent, commuting strings that commute with every term.

    Those made of Z come first; unless `diagonal_only`, others are added while any commutes with all before it.
    """
    n_qubits = hamiltonian.n_qubits
    chosen = kernel(hamiltonian._x_words, n_qubits)
    chosen = np.concatenate((np.zeros_like(chosen), chosen), axis=1)
    if not diagonal_only:
        both = words.pack(np.concatenate((hamiltonian.z, hamiltonian.x), axis=1))
        chosen = _complete(chosen, kernel(both, 2 * n_qubits), n_qubits)
    return PauliSum.from_arrays(chosen[:, :n_qubits], chosen[:, n_qubits:], np.ones(len(chosen)))


def _complete(chosen: NDArray[np.bool_], space: NDArray[np.bool_], n_qubits: int) -> NDArray[np.bool_]:
    """Return `chosen` with vectors (x, z) of the span of `space` added until none commutes with all and is new."""
    while True:
        swapped = np.concatenate((chosen[:, n_qubits:], chosen[:, :n_qubits]), axis=1)
        overlaps = _multiply(swapped, space.T)
        inside = _multiply(kernel(words.pack(overlaps), len(space)), space)
        # The first vector whose pivot lies beyond the chosen ones is independent of them.
        _, pivots = reduce_rows(words.pack(np.concatenate((chosen, inside)).T), len(chosen) + len(inside))
        fresh = [pivot - len(chosen) for pivot in pivots if pivot >= len(chosen)]
        if not fresh:
            return chosen
        chosen = np.concatenate((chosen, inside[fresh[:1]]))


def _multiply(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return (left.astype(np.int64) @ right.astype(np.int64) & 1).astype(bool)


def reduce_rows(rows: words.Words, n_columns: int) -> tuple[words.Words, list[int]]:
    """Return the reduced row echelon form over GF(2) of packed rows, without zero rows, and its pivot columns."""
    rows = rows[words.group_rows(rows)[0]] if len(rows) else rows.copy()
    offset = 64 * rows.shape[1] - n_columns
    pivots: list[int] = []
    for column in range(n_columns):
        word, shift = divmod(offset + column, 64)
        has = (rows[:, word] >> np.uint64(63 - shift)) & np.uint64(1) != 0
        below = np.flatnonzero(has[len(pivots) :])
        if len(below) == 0:
            continue
        rank, source = len(pivots), len(pivots) + int(below[0])
        rows[[rank, source]] = rows[[source, rank]]
        has[source] = has[rank]
        has[rank] = False
        rows[has] ^= rows[rank]
        pivots.append(column)
    return rows[: len(pivots)], pivots


def kernel(rows: words.Words, n_columns: int) -> NDArray[np.bool_]:
    """Return a basis, bool (k, n_columns), of the vectors orthogonal over GF(2) to every packed row."""
    reduced, pivots = reduce_rows(rows, n_columns)
    matrix = words.unpack(reduced, n_columns)
    free = [column for column in range(n_columns) if column not in set(pivots)]
    basis = np.zeros((len(free), n_columns), dtype=bool)
    basis[np.arange(len(free)), free] = True
    basis[:, pivots] = matrix[:, free].T
    return basis


def solve_gf2(matrix: NDArray[np.bool_], right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the solution, bool (k, m), of an invertible k x k system over GF(2) with m right-hand sides."""
    k = len(matrix)
    if k == 0:
        return right.copy()
    joined = words.pack(np.concatenate((matrix, right), axis=1))
    # Equal rows cannot occur in an invertible system, so dropping repeats loses nothing.
    reduced, _ = reduce_rows(joined, k + right.shape[1])
    return words.unpack(reduced, k + right.shape[1])[:k, k:]
