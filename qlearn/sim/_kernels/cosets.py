"""Expectation values on one large state: many Pauli terms for every reading of the memory.

A pass serves the terms whose X masks, above the bits of a run of rows, lie in a small subspace. The rows of one coset
of that subspace are gathered into the cache; there each of those terms finds its pairs of rows. In this buffer the
coordinates in the subspace are index bits like all others, and a term has masks on them. What is left of its sign is
the same for all rows of a coset.
"""

import numpy as np
from numba import njit

from .blocks import block_base
from .simd import kernel, lanes_of, load, merged, parity, splat, store, xor_lanes

_SHORTEST = 16  # rows for which skipping a pair's other row pays


@merged
def _copy_runs(source, source_base, target, target_base, n_elements):
    w = lanes_of(source)
    for j in range(0, n_elements, w):
        store(target, target_base + j, load(source, source_base + j))


@merged
def _add_runs(source, source_base, target, target_base, n_elements):
    w = lanes_of(source)
    for j in range(0, n_elements, w):
        store(target, target_base + j, load(target, target_base + j) + load(source, source_base + j))


@merged
def _row_weights(z_masks, first, last, re_parts, im_parts, row, lane_bits, patterns):
    """Return the vectors (re, im) of sum c (-i)^y (-1)^(z . q) over terms first:last for the lanes of one row."""
    w = lanes_of(patterns)
    re, im = splat(patterns, 0.0), splat(patterns, 0.0)
    for t in range(first, last):
        z = z_masks[t]
        sign = 1.0 - 2.0 * parity((z >> lane_bits) & row)
        lanes = load(patterns, (z & (w - 1)) * w)
        re += splat(patterns, sign * re_parts[t]) * lanes
        im += splat(patterns, sign * im_parts[t]) * lanes
    return re, im


@kernel
def _one_term(ket, bra, first, last, x, flip, z_row, crossed, scale, signs, want_bra):
    """Return the sum over rows first:last of (-1)^(z . row) (a c + b d), and add to the bra as much times `scale`.

    a + ib is the row and c + id its partner, or i times its partner where `crossed`.
    """
    w = lanes_of(ket)
    minus = ((1 << w) - 1) * w
    total = splat(ket, 0.0)
    for i in range(first, last):
        j, k = i * 2 * w, (i ^ x) * 2 * w
        a, b = load(ket, j), load(ket, j + w)
        c, d = load(ket, k), load(ket, k + w)
        if flip:
            c, d = xor_lanes(c, flip), xor_lanes(d, flip)
        if crossed:
            c, d = -d, c
        sign = load(signs, parity(z_row & i) * minus)
        total += sign * (a * c + b * d)
        if want_bra:
            f = sign * scale
            store(bra, j, load(bra, j) + f * c)
            store(bra, j + w, load(bra, j + w) + f * d)
    return total


@merged
def _all_pairs(ket, bra, n_rows, x, flip, z_row, crossed, scale, signs, want_bra):
    """Return the sum over all rows; without a bra one of two rows that are each other's partners counts twice."""
    step = 1
    while 2 * step <= x:
        step *= 2
    if want_bra or step < _SHORTEST:
        return _one_term(ket, bra, np.int64(0), n_rows, x, flip, z_row, crossed, scale, signs, want_bra)
    total = splat(ket, 0.0)
    for start in range(0, n_rows, 2 * step):
        total += _one_term(ket, bra, start, start + step, x, flip, z_row, crossed, scale, signs, want_bra)
    return total + total


@kernel
def _several_terms(
    ket, bra, n_rows, x, flip, z_masks, first, last, re_parts, im_parts, lane_bits, patterns, weight, want_bra
):
    """Return the sum over all rows of the terms first:last, which share their X mask, and add to the bra."""
    w = lanes_of(ket)
    scale, total = splat(ket, weight), splat(ket, 0.0)
    for i in range(n_rows):
        j, k = i * 2 * w, (i ^ x) * 2 * w
        a, b = load(ket, j), load(ket, j + w)
        c, d = xor_lanes(load(ket, k), flip), xor_lanes(load(ket, k + w), flip)
        re, im = _row_weights(z_masks, first, last, re_parts, im_parts, i, lane_bits, patterns)
        c, d = re * c - im * d, re * d + im * c
        total += a * c + b * d
        if want_bra:
            store(bra, j, load(bra, j) + scale * c)
            store(bra, j + w, load(bra, j + w) + scale * d)
    return total


@njit(nogil=True, cache=True)
def observe_cosets(
    x_masks, z_masks, re_parts, im_parts, owners, starts, imaginaries, outer_z, offsets, free, run_rows, first, last,
    is_first, lane_bits, state, bra, patterns, signs, weights, values, ket, part, want_bra,
):  # fmt: skip
    """Add what the terms of a pass give on cosets first:last to `values`; with `want_bra` to the weighted bra too.

    `offsets` are the first rows of the runs of the subspace, `free` the row bits whose settings number the cosets.
    Masks are on the bits of the buffer, `outer_z` on rows. The first pass writes the bra, later ones add to it. `ket`
    and `part` are buffers, which a subspace of the lowest bits can do without.
    """
    w = lanes_of(state)
    n_run, n_rows = run_rows * 2 * w, offsets.shape[0] * run_rows
    in_place = True
    for s in range(offsets.shape[0]):
        in_place &= offsets[s] == s * run_rows
    re_signed, im_signed = np.empty_like(re_parts), np.empty_like(im_parts)
    for coset in range(first, last):
        base = block_base(coset, free)
        for t in range(re_parts.shape[0]):
            sign = 1.0 - 2.0 * parity(outer_z[t] & base)
            re_signed[t], im_signed[t] = sign * re_parts[t], sign * im_parts[t]
        if in_place:
            start, stop = base * 2 * w, (base + n_rows) * 2 * w
            ket = state[start:stop]
            if want_bra:
                part = bra[start:stop]
        else:
            for s in range(offsets.shape[0]):
                _copy_runs(state, (base ^ offsets[s]) * 2 * w, ket, s * n_run, n_run)
        if want_bra and (is_first or not in_place):
            for j in range(n_rows * 2 * w):
                part[j] = 0.0
        for g in range(starts.shape[0] - 1):
            t_0, t_1 = starts[g], starts[g + 1]
            owner, x, flip = owners[t_0], x_masks[t_0] >> lane_bits, x_masks[t_0] & (w - 1)
            weight = weights[owner]
            if t_1 - t_0 == 1:
                re, im = _row_weights(z_masks, t_0, t_1, re_signed, im_signed, 0, lane_bits, patterns)
                crossed = imaginaries[g]
                only = im if crossed else re
                scale = only * splat(ket, weight)
                total = only * _all_pairs(
                    ket, part, n_rows, x, flip, z_masks[t_0] >> lane_bits, crossed, scale, signs, want_bra
                )  # fmt: skip
            else:
                total = _several_terms(
                    ket, part, n_rows, x, flip, z_masks, t_0, t_1, re_signed, im_signed, lane_bits, patterns, weight,
                    want_bra,
                )  # fmt: skip
            store(values, 0, total)
            for lane in range(w):
                values[w + owner] += values[lane]
        if want_bra and not in_place:
            for s in range(offsets.shape[0]):
                if is_first:
                    _copy_runs(part, s * n_run, bra, (base ^ offsets[s]) * 2 * w, n_run)
                else:
                    _add_runs(part, s * n_run, bra, (base ^ offsets[s]) * 2 * w, n_run)
