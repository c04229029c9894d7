"""Linear algebra over GF(2) on rows of bits, with the packed elimination of the Pauli layer."""

import numpy as np

from ..paulis import words
from ..paulis.symmetries import kernel, reduce_rows


def rank(rows: np.ndarray) -> int:
    """Return the rank of a bool matrix."""
    return len(reduce_rows(words.pack(rows), rows.shape[1])[1]) if rows.size else 0


def null_space(rows: np.ndarray) -> np.ndarray:
    """Return a basis, bool (k, n), of the vectors orthogonal to every row of bool (m, n)."""
    return kernel(words.pack(rows), rows.shape[1]) if len(rows) else np.eye(rows.shape[1], dtype=bool)


def row_basis(rows: np.ndarray) -> np.ndarray:
    """Return a basis of the row space in reduced echelon form."""
    if not rows.size:
        return rows[:0]
    return words.unpack(reduce_rows(words.pack(rows), rows.shape[1])[0], rows.shape[1])


def fresh_rows(rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the rows that are independent of `known` and of the rows before them."""
    both = np.concatenate([known, rows])
    if not both.size:
        return rows[:0]
    _, pivots = reduce_rows(words.pack(both.T), len(both))
    return rows[[pivot - len(known) for pivot in pivots if pivot >= len(known)]]


def multiply(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the product of bool matrices over GF(2)."""
    return (left.astype(np.float64) @ right.astype(np.float64)) % 2 == 1


def invert(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of an invertible bool matrix."""
    from ..paulis.symmetries import solve_gf2

    return solve_gf2(matrix, np.eye(len(matrix), dtype=bool))
