"""Which instructions of a program run together on blocks of a large state."""

import numpy as np
from numba import njit

from .simd import kernel


@kernel
def _count(mask):
    n = 0
    while mask:
        n += 1
        mask &= mask - 1
    return n


@njit(nogil=True, cache=True)
def schedule(masks, lane_bits, n_row_bits, block_bits, n_low):
    """Return (group of each instruction, row bits of each group as masks; 0 for an instruction that needs all rows).

    masks int64: the index bits each instruction touches, all distinct from `n_row_bits` + `lane_bits` bits. Greedy: a
    group takes every instruction that no earlier one left behind blocks, while its bits fit a block. The `n_low`
    lowest row bits are in every block, so that it consists of runs of adjacent rows.
    """
    n = masks.shape[0]
    group = np.full(n, -1, np.int64)
    bits = np.zeros(n, np.int64)
    n_groups, n_left, first = 0, n, 0
    low, everything = (1 << n_low) - 1, (1 << (n_row_bits + lane_bits)) - 1
    while n_left > 0:
        while group[first] >= 0:
            first += 1
        chosen, blocked = low, 0
        if _count(low | (masks[first] >> lane_bits)) > block_bits:
            group[first], bits[n_groups] = n_groups, 0
            n_groups, n_left = n_groups + 1, n_left - 1
            continue
        for i in range(first, n):
            if group[i] >= 0:
                continue
            rows = masks[i] >> lane_bits
            if masks[i] & blocked or _count(chosen | rows) > block_bits:
                blocked |= masks[i]
                if blocked == everything:
                    break
            else:
                chosen |= rows
                group[i] = n_groups
                n_left -= 1
        for bit in range(n_row_bits):
            if _count(chosen) < block_bits:
                chosen |= 1 << bit
        bits[n_groups] = chosen
        n_groups += 1
    return group, bits[:n_groups]
