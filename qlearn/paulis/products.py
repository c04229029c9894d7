"""Products of Pauli sums, block by block, with exact phases."""

from typing import TYPE_CHECKING

import numpy as np

from .._memory import require_memory
from . import words

if TYPE_CHECKING:
    from .terms import AbstractTerms

_BLOCK_PAIRS = 2**18

Triple = tuple[words.Words, words.Words, words.Coefficients]


def multiply(left: "AbstractTerms", right: "AbstractTerms", pairs: str) -> Triple:
    """Return the merged terms of ``left @ right``, summed over "all", "commuting" or "anticommuting" pairs.

    Memory is that of the merged result plus one block of pairs; time is that of sorting the pairs.
    """
    width = left._x_words.shape[1]
    rows = max(1, _BLOCK_PAIRS // max(1, right.n_terms))
    result: Triple = left._x_words[:0], left._z_words[:0], left._coefficients[:0]
    pending: list[Triple] = []
    n_pending = 0
    for start in range(0, left.n_terms, rows):
        part = words.merge(*_block(left, right, slice(start, start + rows), pairs))
        pending.append(part)
        n_pending += len(part[2])
        # Merging only once the new terms match the old ones in number keeps the total sorting work n log n.
        if n_pending > max(4 * _BLOCK_PAIRS, len(result[2])):
            require_memory(64 * width * (n_pending + len(result[2])), "The product of two sums", "smaller sums")
            result = _join([result, *pending])
            pending, n_pending = [], 0
    return _join([result, *pending])


def _join(parts: list[Triple]) -> Triple:
    if sum(len(part[2]) > 0 for part in parts) == 1:
        return next(part for part in parts if len(part[2]))
    return words.merge(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _block(left: "AbstractTerms", right: "AbstractTerms", rows: slice, pairs: str) -> Triple:
    x1, z1 = left._x_words[rows, None], left._z_words[rows, None]
    x2, z2 = right._x_words[None], right._z_words[None]
    phases = words.PHASES[words.product_phase(x1, z1, x2, z2)]
    coefficients = phases * (left._coefficients[rows, None] * right._coefficients)
    x, z = (x1 ^ x2).reshape(-1, x1.shape[-1]), (z1 ^ z2).reshape(-1, x1.shape[-1])
    if pairs == "all":
        return x, z, coefficients.ravel()
    keep = (words.anticommute(x1, z1, x2, z2) == (pairs == "anticommuting")).ravel()
    return x[keep], z[keep], coefficients.ravel()[keep]
