"""Compiled kernels over bit planes: count matches, add up values shot by shot."""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_BLOCK = 512


@intrinsic
def count_ones(typing_context, word):
    def codegen(context, builder, sig, args):
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), codegen


@intrinsic
def _trailing_zeros(typing_context, word):
    def codegen(context, builder, sig, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), codegen


@njit(nogil=True, cache=True)
def _match(letters, signs, rows, sign_rows, first, mask, parity):
    """Write where shots match a string, and the parity of its bits, for the words from `first` on."""
    width = len(mask)
    one, zero = len(letters) - 1, len(signs) - 1
    for w in range(width):
        mask[w] = letters[one, first + w]
        parity[w] = 0
    for i in range(0, len(rows), 2):
        # An odd one out is paired with the planes of all ones and of all zeros.
        b_row, d_row = one, zero
        if i + 1 < len(rows):
            b_row, d_row = rows[i + 1], sign_rows[i + 1]
        a, b = letters[rows[i], first : first + width], letters[b_row, first : first + width]
        c, d = signs[sign_rows[i], first : first + width], signs[d_row, first : first + width]
        for w in range(width):
            mask[w] &= a[w] & b[w]
            parity[w] ^= c[w] ^ d[w]


@njit(nogil=True, cache=True)
def _count_four(a, b, c, d, e, f, g, h):
    """Return matches and negatives where the planes a, b, c, d match and e, f, g, h are the signs."""
    matches = np.uint64(0)
    negatives = np.uint64(0)
    for w in range(len(a)):
        mask = a[w] & b[w] & c[w] & d[w]
        matches += count_ones(mask)
        negatives += count_ones(mask & (e[w] ^ f[w] ^ g[w] ^ h[w]))
    return matches, negatives


@njit(nogil=True, cache=True)
def _count_two(a, b, c, d):
    matches = np.uint64(0)
    negatives = np.uint64(0)
    for w in range(len(a)):
        mask = a[w] & b[w]
        matches += count_ones(mask)
        negatives += count_ones(mask & (c[w] ^ d[w]))
    return matches, negatives


@njit(nogil=True, cache=True)
def _count_many(letters, signs, rows, sign_rows):
    matches = np.uint64(0)
    negatives = np.uint64(0)
    n_words = letters.shape[1]
    mask, parity = np.empty(_BLOCK, dtype=np.uint64), np.empty(_BLOCK, dtype=np.uint64)
    for first in range(0, n_words, _BLOCK):
        width = min(_BLOCK, n_words - first)
        _match(letters, signs, rows, sign_rows, first, mask[:width], parity[:width])
        for w in range(width):
            matches += count_ones(mask[w])
            negatives += count_ones(mask[w] & parity[w])
    return matches, negatives


@njit(nogil=True, cache=True)
def count_matches(letters, signs, starts, rows, sign_rows, matches, negatives):
    """Write for each Pauli string how many shots measured all its letters, and in how many of them it was -1.

    Strings up to weight four, nearly all there are, pass over the planes once without writing anything.
    """
    one, zero = len(letters) - 1, len(signs) - 1
    for term in range(len(starts) - 1):
        begin, weight = starts[term], starts[term + 1] - starts[term]
        if weight > 4:
            found = _count_many(letters, signs, rows[begin : begin + weight], sign_rows[begin : begin + weight])
        elif weight > 2:
            last, last_sign = (rows[begin + 3], sign_rows[begin + 3]) if weight == 4 else (one, zero)
            found = _count_four(
                letters[rows[begin]], letters[rows[begin + 1]], letters[rows[begin + 2]], letters[last],
                signs[sign_rows[begin]], signs[sign_rows[begin + 1]], signs[sign_rows[begin + 2]], signs[last_sign],
            )  # fmt: skip
        else:
            a, c = (rows[begin], sign_rows[begin]) if weight > 0 else (one, zero)
            b, d = (rows[begin + 1], sign_rows[begin + 1]) if weight > 1 else (one, zero)
            found = _count_two(letters[a], letters[b], signs[c], signs[d])
        matches[term], negatives[term] = found


@njit(nogil=True, cache=True)
def add_values(letters, signs, starts, rows, sign_rows, scale, shift, values):
    """Add ``scale[j] * outcome + shift[j]`` to the value of every shot that matches string j, for all strings."""
    n_words = letters.shape[1]
    mask, parity = np.empty(_BLOCK, dtype=np.uint64), np.empty(_BLOCK, dtype=np.uint64)
    for first in range(0, n_words, _BLOCK):
        width = min(_BLOCK, n_words - first)
        for term in range(len(starts) - 1):
            span = slice(starts[term], starts[term + 1])
            _match(letters, signs, rows[span], sign_rows[span], first, mask[:width], parity[:width])
            positive, negative = shift[term] + scale[term], shift[term] - scale[term]
            for w in range(width):
                left = mask[w]
                while left:
                    bit = _trailing_zeros(left)
                    shot = 64 * (first + w) + np.int64(bit)
                    values[shot] += negative if (parity[w] >> bit) & np.uint64(1) else positive
                    left &= left - np.uint64(1)
