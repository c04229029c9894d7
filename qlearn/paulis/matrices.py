"""Dense and sparse matrices of a Pauli sum, and the decomposition of a dense matrix.

Everything goes along XOR diagonals: the entries (r, r ^ x) of the matrix, for one x mask, are the Walsh-Hadamard
transform over r of the coefficients of the strings with that x mask, since <r| P |r ^ x> = (-i)**(x.z) (-1)**(z.r).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._memory import require_memory
from . import words

if TYPE_CHECKING:
    import scipy.sparse

    from .terms import AbstractTerms

_BLOCK_ENTRIES = 2**22
# (-i)**k
_ENTRY_PHASES = np.array([1, -1j, -1, 1j])


def require_dense(n_qubits: int, n_bytes: int, what: str, instead: str) -> None:
    """Raise `MemoryLimitError` (or ValueError beyond 62 qubits) where an array over 2**n_qubits does not fit."""
    if n_qubits > 62:
        raise ValueError(f"{what} for {n_qubits} qubits has no array form; use {instead}.")
    require_memory(n_bytes, f"{what} for {n_qubits} qubits", instead)


def entry_coefficients(terms: "AbstractTerms") -> words.Coefficients:
    """Return c_t (-i)**(x.z): what term t adds to entry (r, r ^ x_t), up to (-1)**(z_t.r); float64 if all are real."""
    x_mask, z_mask, coefficients = terms.masks()
    n_y = np.bitwise_count(x_mask & z_mask)
    if np.isrealobj(coefficients) and not (n_y & 1).any():
        return coefficients * (1.0 - (n_y & 2))
    return coefficients * _ENTRY_PHASES[n_y & 3]


def walsh_hadamard(array: NDArray) -> NDArray:
    """Return the unnormalised transform along the last axis (length 2**n), computed in place on a contiguous array."""
    size = array.shape[-1]
    half = 1
    while half < size:
        pairs = array.reshape(*array.shape[:-1], size // (2 * half), 2, half)
        low, high = pairs[..., 0, :], pairs[..., 1, :]
        low += high
        high *= -2
        high += low
        half *= 2
    return array


def diagonals(terms: "AbstractTerms") -> Iterator[tuple[NDArray[np.int64], NDArray]]:
    """Yield blocks of (x masks (g,), entries (g, 2**n)): entry [k, r] is element (r, r ^ x_k) of the matrix."""
    size = 2**terms.n_qubits
    x_mask, z_mask, _ = terms.masks()
    values = entry_coefficients(terms)
    masks, group = np.unique(x_mask, return_inverse=True)
    order = np.argsort(group, kind="stable")
    step = max(1, _BLOCK_ENTRIES // size)
    bounds = np.searchsorted(group[order], np.arange(0, len(masks) + step, step))
    for block, (start, stop) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        chosen = order[start:stop]
        first = block * step
        entries = np.zeros((min(step, len(masks) - first), size), dtype=values.dtype)
        np.add.at(entries, (group[chosen] - first, z_mask[chosen].astype(np.int64)), values[chosen])
        if len(entries):
            yield masks[first : first + step].astype(np.int64), walsh_hadamard(entries)


def to_dense(terms: "AbstractTerms") -> NDArray:
    """Return the matrix as an array (2**n, 2**n), float64 if every entry is real."""
    size = 2**terms.n_qubits
    require_dense(terms.n_qubits, 24 * 4**terms.n_qubits, "A dense matrix", "`to_sparse` or `apply`")
    matrix = np.zeros((size, size), dtype=entry_coefficients(terms).dtype)
    rows = np.arange(size)
    for masks, entries in diagonals(terms):
        for mask, diagonal in zip(masks, entries, strict=True):
            matrix[rows, rows ^ mask] = diagonal
    return matrix


def to_sparse(terms: "AbstractTerms") -> "scipy.sparse.csr_array":
    """Return the matrix in CSR form without stored zeros, float64 if every entry is real."""
    from scipy.sparse import csr_array

    n_qubits = terms.n_qubits
    size = 2**n_qubits
    n_masks = len(np.unique(terms.masks()[0])) if n_qubits <= 62 else 1
    require_dense(n_qubits, 48 * size * n_masks, f"A sparse matrix with {n_masks} entries a row", "`apply`")
    dtype = entry_coefficients(terms).dtype
    index = np.int32 if size * max(1, n_masks) < 2**31 else np.int64
    data, columns = np.empty((size, n_masks), dtype=dtype), np.empty((size, n_masks), dtype=index)
    rows = np.arange(size, dtype=index)
    filled = 0
    for masks, entries in diagonals(terms):
        done = filled + len(masks)
        data[:, filled:done] = entries.T
        columns[:, filled:done] = rows[:, None] ^ masks.astype(index)
        filled = done
    starts = np.arange(size + 1, dtype=index) * n_masks
    matrix = csr_array((data.ravel(), columns.ravel(), starts.astype(index)), shape=(size, size))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def decompose(matrix: Any) -> tuple[int, words.Words, words.Words, words.Coefficients]:
    """Return the number of qubits and every Pauli string with a coefficient that is not zero."""
    array = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
    n_qubits = _check_matrix(array)
    size = 2**n_qubits
    require_dense(n_qubits, 80 * 4**n_qubits, "Decomposing a matrix", "the terms themselves")
    rows = np.arange(size)
    masks = rows[:, None]
    entries = walsh_hadamard(array.astype(complex)[rows, rows ^ masks]) / size
    n_y = np.bitwise_count(masks & rows)
    coefficients = entries * _ENTRY_PHASES.conj()[n_y & 3]
    x_mask, z_mask = np.nonzero(coefficients)
    return n_qubits, *(m.astype(np.uint64)[:, None] for m in (x_mask, z_mask)), coefficients[x_mask, z_mask]


def _check_matrix(array: NDArray) -> int:
    if array.dtype.kind not in "biufc":
        raise TypeError(f"`matrix` must hold numbers, got dtype {array.dtype}.")
    size = array.shape[0] if array.ndim else 0
    if array.ndim != 2 or array.shape[1] != size or size == 0 or size & (size - 1):
        raise ValueError(f"`matrix` must have shape (2**n, 2**n), got {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError("`matrix` must be finite.")
    return size.bit_length() - 1
