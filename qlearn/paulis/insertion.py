"""Compiled kernels of sorted insertion: 64 groups are compared at a time, one to a bit."""

import numpy as np
from numba import njit

_NONE = -1


@njit(cache=True, nogil=True)
def _grown(array):
    """Return a copy with twice the rows, zeros after the old ones."""
    larger = np.zeros((2 * array.shape[0], array.shape[1], array.shape[2]), dtype=np.uint64)
    for i in range(array.shape[0]):  # a slice assignment would compile its error messages
        for j in range(array.shape[1]):
            for k in range(array.shape[2]):
                larger[i, j, k] = array[i, j, k]
    return larger


@njit(cache=True, nogil=True)
def _lowest_clear_bit(word):
    bit = 0
    while (word >> np.uint64(bit)) & np.uint64(1):
        bit += 1
    return bit


@njit(cache=True, nogil=True)
def insert_qubit_wise(letters):
    """Put each term into the first group without a conflict; `letters` is x + 2 z.

    ``conflicts[w, q, l]`` holds one bit for each of 64 groups: set where the group has on qubit q a letter beside I
    and l. The groups closed to a term are the union over its qubits, which is full after a few of them.
    """
    n_terms, n_qubits = letters.shape
    full = ~np.uint64(0)
    assignment = np.empty(n_terms, dtype=np.int64)
    conflicts = np.zeros((1, n_qubits, 4), dtype=np.uint64)
    support = np.empty(n_qubits, dtype=np.int64)
    for term in range(n_terms):
        weight = 0
        for q in range(n_qubits):
            if letters[term, q]:
                support[weight] = q
                weight += 1
        word = -1
        closed = full
        # Bits beyond the last group are open, so a new group needs no case of its own.
        while closed == full:
            word += 1
            if word == len(conflicts):
                conflicts = _grown(conflicts)
            closed = np.uint64(0)
            for i in range(weight):
                closed |= conflicts[word, support[i], letters[term, support[i]]]
                if closed == full:
                    break
        bit = _lowest_clear_bit(closed)
        assignment[term] = 64 * word + bit
        for i in range(weight):
            for letter in range(1, 4):
                if letter != letters[term, support[i]]:
                    conflicts[word, support[i], letter] |= np.uint64(1) << np.uint64(bit)
    return assignment


@njit(cache=True, nogil=True)
def insert_commuting(letters):
    """Put each term into the first group with which it commutes; `letters` is x + 2 z.

    Commuting with a group is commuting with generators of what it spans, at most n_qubits of them, so a group keeps
    only those, reduced and linked in a list. Generator number s of 64 groups is one block of bit slices,
    ``pool[block[w, s], q, b]`` with b = 1 for X and 2 for Z bits; see `_find_group`.
    """
    n_terms, n_qubits = letters.shape
    assignment = np.empty(n_terms, dtype=np.int64)
    block = np.full((n_terms // 64 + 1, n_qubits + 1), _NONE, dtype=np.int64)
    pool = np.zeros((1, n_qubits, 3), dtype=np.uint64)
    basis = np.empty((n_terms, n_qubits), dtype=np.uint8)
    pivot, following = np.empty(n_terms, dtype=np.int64), np.full(n_terms, _NONE, dtype=np.int64)
    head, tail = np.full(n_terms, _NONE, dtype=np.int64), np.full(n_terms, _NONE, dtype=np.int64)
    n_generators = np.zeros(n_terms, dtype=np.int64)
    n_blocks = n_rows = 0
    for term in range(n_terms):
        group = _find_group(letters[term], block, pool)
        assignment[term] = group
        basis[n_rows] = letters[term]
        pivot[n_rows] = _reduce(basis, n_rows, pivot, following, head[group])
        if pivot[n_rows] == _NONE:
            continue
        slot = n_generators[group]
        n_generators[group] += 1
        if block[group // 64, slot] == _NONE:
            if n_blocks == len(pool):
                pool = _grown(pool)
            block[group // 64, slot] = n_blocks
            n_blocks += 1
        here = block[group // 64, slot]
        for q in range(n_qubits):
            for part in (1, 2):
                if basis[n_rows, q] & part:
                    pool[here, q, part] |= np.uint64(1) << np.uint64(group % 64)
        if slot == 0:
            head[group] = n_rows
        else:
            following[tail[group]] = n_rows
        tail[group] = n_rows
        n_rows += 1
    return assignment


@njit(cache=True, nogil=True)
def _find_group(letters, block, pool):
    """Return the first group with whose generators a term commutes, looking at 64 groups at a time."""
    full = ~np.uint64(0)
    qubits, parts = np.empty(2 * len(letters), dtype=np.int64), np.empty(2 * len(letters), dtype=np.int64)
    n_parts = 0
    for q in range(len(letters)):
        for part in (1, 2):
            if letters[q] & part:
                # An X bit of the term meets the Z slice, and the other way round.
                qubits[n_parts], parts[n_parts] = q, 3 - part
                n_parts += 1
    word = -1
    closed = full
    while closed == full:
        word += 1
        closed = np.uint64(0)
        slot = 0
        while closed != full and block[word, slot] != _NONE:
            here = block[word, slot]
            odd = np.uint64(0)
            for i in range(n_parts):
                odd ^= pool[here, qubits[i], parts[i]]
            closed |= odd
            slot += 1
    return 64 * word + _lowest_clear_bit(closed)


@njit(cache=True, nogil=True)
def _reduce(basis, target, pivot, following, row):
    """Reduce row `target` by the rows of a list; return the place of its first bit (2 q, or 2 q + 1 for Z), or none."""
    n_qubits = basis.shape[1]
    while row != _NONE:
        if (basis[target, pivot[row] // 2] >> (pivot[row] % 2)) & 1:
            for q in range(n_qubits):
                basis[target, q] ^= basis[row, q]
        row = following[row]
    for q in range(n_qubits):
        if basis[target, q]:
            return 2 * q if basis[target, q] & 1 else 2 * q + 1
    return _NONE
