"""Expectation values of Pauli sums and the bra ``sum_o weight_o O_o |ket>`` that adjoint gradients start from.

A sum is stored by groups of equal X mask: ``<q| O |q ^ x> = re[q] + i im[q]`` in tables over the index q. In a batch
the state stays in the program's frame and rows are found through the frame's permutation; one state is brought to
standard order first.
"""

import numpy as np
from numba import njit

from .simd import kernel, lanes_of, load, merged, splat, store, xor_lanes


@njit(nogil=True, cache=True)
def frame_permutation(frame, position):
    """Return (index, sign): standard basis state t is ``sign[t]`` times buffer element ``index[t]``.

    Qubit q is bit ``n - 1 - q`` of t. Cost O(2^n).
    """
    n = position.shape[0]
    index = np.zeros(1 << n, np.int64)
    sign = np.ones(1 << n, np.float64)
    for q in range(n - 1, -1, -1):
        bit = 1 << (n - 1 - q)
        v, s, k = frame[0, q], frame[2, q], frame[3, q]
        for t in range(bit):
            p = index[t]
            odd = k
            masked = p & s
            while masked:
                odd ^= 1
                masked &= masked - 1
            index[t | bit] = p ^ v
            sign[t | bit] = -sign[t] if odd else sign[t]
    return index, sign


@njit(nogil=True, cache=True)
def pauli_tables(x_masks, z_masks, re, im, group, n_groups, n_bits):
    """Return (n_groups, 2**n_bits) tables of <q|O|q ^ x> for the terms of each group, real and imaginary.

    A Walsh-Hadamard transform per group: cost independent of the number of terms.
    """
    size = 1 << n_bits
    table_re, table_im = np.zeros((n_groups, size)), np.zeros((n_groups, size))
    for term in range(x_masks.shape[0]):
        x, z = x_masks[term], z_masks[term]
        n_y, odd = 0, 0
        both = x & z
        while both:
            n_y += 1
            odd ^= 1
            both &= both - 1
        # <q|P|q^x> = i^n_y (-1)^(z . (q ^ x)) = i^n_y (-1)^n_y (-1)^(z . q)
        sign = -1.0 if odd else 1.0
        c, d = sign * re[term], sign * im[term]
        quarter = n_y & 3
        if quarter == 1:
            c, d = -d, c
        elif quarter == 2:
            c, d = -c, -d
        elif quarter == 3:
            c, d = d, -c
        table_re[group[term], z] += c
        table_im[group[term], z] += d
    for g in range(n_groups):
        for table in (table_re, table_im):
            row = table[g]
            step = 1
            while step < size:
                for start in range(0, size, 2 * step):
                    for i in range(start, start + step):
                        a, b = row[i], row[i + step]
                        row[i], row[i + step] = a + b, a - b
                step *= 2
    return table_re, table_im


@merged
def _observe_one(ket, bra, n_rows, groups, g, index, sign, weights, values, want_bra):
    """Add one group, its total in a register."""
    w = lanes_of(ket)
    x, owner = groups.x[g], groups.owner[g]
    weight = load(weights, owner * w)
    total = splat(ket, 0.0)
    for q in range(n_rows):
        p = q ^ x
        f = splat(ket, groups.re[g, q] * sign[q] * sign[p])
        j, k = index[q] * 2 * w, index[p] * 2 * w
        a, b, c, d = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        re, im = f * c, f * d
        if groups.is_complex[g]:
            h = splat(ket, groups.im[g, q] * sign[q] * sign[p])
            re, im = re - h * d, im + h * c
        total += a * re + b * im
        if want_bra:
            store(bra, j, load(bra, j) + weight * re)
            store(bra, j + w, load(bra, j + w) + weight * im)
    store(values, owner * w, load(values, owner * w) + total)


@merged
def _observe_together(ket, bra, n_rows, groups, first, last, index, sign, weights, values, want_bra):
    """Add real groups first:last of one X mask, such as Z on each qubit: a row is read once for all of them."""
    w = lanes_of(ket)
    x = groups.x[first]
    for q in range(n_rows):
        p = q ^ x
        signs = sign[q] * sign[p]
        j, k = index[q] * 2 * w, index[p] * 2 * w
        a, b, c, d = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        product, slope = a * c + b * d, splat(ket, 0.0)
        for g in range(first, last):
            f, at = splat(ket, groups.re[g, q] * signs), groups.owner[g] * w
            store(values, at, load(values, at) + f * product)
            if want_bra:
                slope += f * load(weights, at)
        if want_bra:
            store(bra, j, load(bra, j) + slope * c)
            store(bra, j + w, load(bra, j + w) + slope * d)


@kernel
def observe_batch(ket, bra, n_rows, groups, index, sign, weights, values, want_bra):
    """Lanes are samples: add to values[o] (one vector each) and, if wanted, write the weighted bra."""
    w = lanes_of(ket)
    if want_bra:
        for j in range(n_rows * 2 * w):
            bra[j] = 0.0
    g = 0
    while g < groups.x.shape[0]:
        last = g
        while last < groups.x.shape[0] and groups.x[last] == groups.x[g] and not groups.is_complex[last]:
            last += 1
        if last - g > 1:
            _observe_together(ket, bra, n_rows, groups, g, last, index, sign, weights, values, want_bra)
        else:
            last = g + 1
            _observe_one(ket, bra, n_rows, groups, g, index, sign, weights, values, want_bra)
        g = last


@kernel
def gather_lanes(source, target, n_elements, index, sign):
    """Write to target, in standard order, a state whose elements lie at `index` with `sign` in source."""
    w = lanes_of(source)
    for t in range(n_elements):
        p, s = index[t], sign[t]
        at, to = (p // w) * 2 * w + p % w, (t // w) * 2 * w + t % w
        target[to], target[to + w] = s * source[at], s * source[at + w]


@kernel
def scatter_lanes(source, target, n_elements, index, sign):
    """Undo `gather_lanes`."""
    w = lanes_of(source)
    for t in range(n_elements):
        p, s = index[t], sign[t]
        to, at = (p // w) * 2 * w + p % w, (t // w) * 2 * w + t % w
        target[to], target[to + w] = s * source[at], s * source[at + w]


@merged
def _observe_group(ket, bra, n_rows, x, flip, f_re, f_im, is_complex, weight, want_bra):
    """Return the vector whose lanes sum to the group's expectation value; add its part of the bra."""
    w = lanes_of(ket)
    total = splat(ket, 0.0)
    scale = splat(ket, weight)
    for q in range(n_rows):
        j, k = q * 2 * w, (q ^ x) * 2 * w
        a, b = load(ket, j), load(ket, j + w)
        c, d = xor_lanes(load(ket, k), flip), xor_lanes(load(ket, k + w), flip)
        f = load(f_re, q * w)
        re, im = f * c, f * d
        if is_complex:
            h = load(f_im, q * w)
            re, im = re - h * d, im + h * c
        total += a * re + b * im
        if want_bra:
            store(bra, j, load(bra, j) + scale * re)
            store(bra, j + w, load(bra, j + w) + scale * im)
    return total


@kernel
def observe_lanes(ket, bra, n_rows, lane_bits, groups, weights, values, want_bra):
    """One state in standard order: add lane sums to values[o] and, if wanted, write the weighted bra."""
    w = lanes_of(ket)
    if want_bra:
        for j in range(n_rows * 2 * w):
            bra[j] = 0.0
    for g in range(groups.x.shape[0]):
        flip, x, owner = groups.x[g] & (w - 1), groups.x[g] >> lane_bits, groups.owner[g]
        weight = weights[owner * w]
        total = _observe_group(
            ket, bra, n_rows, x, flip, groups.re[g], groups.im[g], groups.is_complex[g], weight, want_bra
        )
        store(values, owner * w, load(values, owner * w) + total)
