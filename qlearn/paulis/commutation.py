"""Which strings commute, as a matrix, computed on packed words in blocks."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._memory import require_memory
from . import words

if TYPE_CHECKING:
    from .terms import AbstractTerms

_BLOCK_PAIRS = 2**18


def commutation_matrix(left: "AbstractTerms", right: "AbstractTerms", qubit_wise: bool) -> NDArray[np.bool_]:
    """Return bool (left.n_terms, right.n_terms): where two strings commute, as a whole or qubit by qubit."""
    shape = left.n_terms, right.n_terms
    require_memory(shape[0] * shape[1], f"A commutation matrix of {shape[0]} x {shape[1]} terms", "slices of the terms")
    matrix = np.empty(shape, dtype=bool)
    rows = max(1, _BLOCK_PAIRS // max(1, shape[1]))
    conflict = qubit_wise_conflict if qubit_wise else words.anticommute
    for start in range(0, shape[0], rows):
        part = slice(start, start + rows)
        x, z = left._x_words[part, None], left._z_words[part, None]
        np.logical_not(conflict(x, z, right._x_words[None], right._z_words[None]), out=matrix[part])
    return matrix


def qubit_wise_conflict(x1: words.Words, z1: words.Words, x2: words.Words, z2: words.Words) -> NDArray[np.bool_]:
    """Return where two strings have different letters, neither I, on some qubit; rows broadcast, word axis last."""
    both = (x1 | z1) & (x2 | z2)
    return (both & ((x1 ^ x2) | (z1 ^ z2))).any(axis=-1)
