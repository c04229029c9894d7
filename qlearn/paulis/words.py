"""Pauli strings as rows of 64-bit words: packing, merging equal rows, and the phase of a product.

A string on n qubits is two bit rows, x and z, with (1, 1) meaning Y: the Hermitian string, no hidden phase. A row is
packed right-aligned into ``ceil(n / 64)`` words, so bit ``n - 1 - q`` of the whole is qubit q and, for n <= 64, the
single word is a mask that acts directly on amplitude indices.
"""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Coefficients = NDArray[np.float64] | NDArray[np.complex128]

# Odd constants with well-mixed bits (the golden ratio and the finaliser of splitmix64).
_GOLDEN = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xBF58476D1CE4E5B9)

# i**k, exactly.
PHASES = np.array([1, 1j, -1, -1j])


def n_words(n_qubits: int) -> int:
    """Return how many 64-bit words hold one bit per qubit (at least one)."""
    return max(1, -(-n_qubits // 64))


def pack(bits: NDArray[np.bool_]) -> Words:
    """Return bool rows (n_rows, n_qubits) as uint64 rows (n_rows, n_words)."""
    n_rows, n_qubits = bits.shape
    width = 64 * n_words(n_qubits)
    padded = np.zeros((n_rows, width), dtype=bool)
    padded[:, width - n_qubits :] = bits
    return np.packbits(padded, axis=1).view(">u8").astype(np.uint64)


def unpack(words: Words, n_qubits: int) -> NDArray[np.bool_]:
    """Return uint64 rows (n_rows, n_words) as bool rows (n_rows, n_qubits)."""
    octets = words.astype(">u8").view(np.uint8)
    bits = np.unpackbits(octets, axis=1)
    return np.ascontiguousarray(bits[:, bits.shape[1] - n_qubits :]).view(bool)


def row_popcount(words: Words) -> NDArray[np.int64]:
    """Return the number of set bits of each row (the last axis)."""
    return np.bitwise_count(words).sum(axis=-1, dtype=np.int64)


def group_rows(rows: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (first, inverse): where each distinct row first appears, in that order, and the group of every row.

    Sorts one 64-bit hash per row; rows whose hashes meet are compared in full, so the answer is exact.
    """
    hashes = _row_hash(rows)
    if not _has_repeats(np.sort(hashes)):
        every = np.arange(len(rows))
        return every, every
    order = np.argsort(hashes)
    same = hashes[order[1:]] == hashes[order[:-1]]
    met = np.flatnonzero(same)
    if (rows[order[met]] != rows[order[met + 1]]).any():
        order = np.lexsort(rows.T)
        same = (rows[order[1:]] == rows[order[:-1]]).all(axis=1)
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    first = np.minimum.reduceat(order, starts)
    rank = np.argsort(first)
    number = np.empty(len(starts), dtype=np.int64)
    number[rank] = np.arange(len(starts))
    inverse = np.empty(len(rows), dtype=np.int64)
    inverse[order] = np.repeat(number, np.diff(np.append(starts, len(rows))))
    return first[rank], inverse


def _has_repeats(ordered: Words) -> bool:
    return bool((ordered[1:] == ordered[:-1]).any())


def _row_hash(rows: Words) -> Words:
    if rows.shape[1] == 1:
        return rows[:, 0]
    value = np.zeros(len(rows), dtype=np.uint64)
    for column in range(rows.shape[1]):
        value = (value ^ rows[:, column]) * np.uint64((_GOLDEN * (2 * column + 1)) % 2**64)
        value ^= value >> np.uint64(29)
        value *= _MIX
        value ^= value >> np.uint64(32)
    return value


def merge(x: Words, z: Words, coefficients: Coefficients) -> tuple[Words, Words, Coefficients]:
    """Return the distinct strings in order of first appearance, their coefficients added up; exact zeros go."""
    if len(coefficients) > 1:
        first, inverse = group_rows(np.concatenate((x, z), axis=1))
        if len(first) < len(coefficients):
            x, z, coefficients = x[first], z[first], _sum_groups(coefficients, inverse, len(first))
    keep = coefficients != 0
    if keep.all():
        return x, z, coefficients
    return x[keep], z[keep], coefficients[keep]


def _sum_groups(coefficients: Coefficients, group: NDArray[np.int64], n_groups: int) -> Coefficients:
    if np.isrealobj(coefficients):
        return np.bincount(group, coefficients, n_groups)
    total = np.empty(n_groups, dtype=complex)
    total.real = np.bincount(group, coefficients.real, n_groups)
    total.imag = np.bincount(group, coefficients.imag, n_groups)
    return total


def product_phase(x1: Words, z1: Words, x2: Words, z2: Words) -> NDArray[np.uint8]:
    """Return k (0 to 3) with P1 P2 = i**k P3, P3 being the string of the XORed bits; rows broadcast.

    With P = i**(x.z) X**x Z**z, moving X**x2 through Z**z1 costs (-1)**(z1.x2), and the phases i**(x.z) of the two
    factors and of the result make up the rest.
    """
    exponent = row_popcount(x1 & z1) + row_popcount(x2 & z2) + 2 * row_popcount(z1 & x2)
    exponent = exponent - row_popcount((x1 ^ x2) & (z1 ^ z2))
    return (exponent & 3).astype(np.uint8)


def anticommute(x1: Words, z1: Words, x2: Words, z2: Words) -> NDArray[np.bool_]:
    """Return where two strings anticommute; rows broadcast, the word axis is last."""
    overlap = (x1[..., 0] & z2[..., 0]) ^ (z1[..., 0] & x2[..., 0])
    for word in range(1, x1.shape[-1]):
        overlap = overlap ^ (x1[..., word] & z2[..., word]) ^ (z1[..., word] & x2[..., word])
    # Parity adds up over words, so one count of the XORed words does.
    return (np.bitwise_count(overlap) & 1).astype(bool)


def real_if_exact(coefficients: Coefficients) -> Coefficients:
    """Return float64 coefficients where every imaginary part is exactly zero, complex128 ones otherwise."""
    if np.iscomplexobj(coefficients) and not coefficients.imag.any():
        return np.ascontiguousarray(coefficients.real)
    return coefficients
