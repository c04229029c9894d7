"""One large state, block by block: a block is gathered into the cache, interpreted there and put back.

The state is flat ``[row][re | im][lane]`` in standard order: the low index bits are the lanes, the others the row. A
block holds all rows that differ in its own bits only; `offset[t]` is the row of block row t relative to the block's
base. After a group of operations the frame is undone while storing: true block row t is row `source[t]` of the buffer,
with the signs of `patterns[sign[t]]` on its lanes.
"""

from numba import njit

from .interpreter import backward, fill_coefficients, forward, half_angles, product_start
from .layout import BlockGroup, Terms
from .simd import kernel, lanes_of, load, merged, parity, splat, store, xor_lanes


@njit(nogil=True, cache=True)
def prepare_angles(angle_lanes, half):
    """Write the cosines and sines of half of every angle."""
    half_angles(angle_lanes, angle_lanes.shape[0], half)


@njit(nogil=True, cache=True)
def prepare_operations(table, chain, half, n_half, coefficients):
    """Fill the coefficients of one group of operations."""
    fill_coefficients(table, chain, half, n_half, coefficients)


@njit(nogil=True, cache=True)
def start_block(ket, n_bits, lane_bits, table, coefficients, n_start):
    """Write the product state that `n_start` operations make of |0...0> on the bits of a block."""
    product_start(ket, n_bits, lane_bits, table, coefficients, n_start)


@kernel
def block_base(block, outer):
    """Return the row of the first row of a block: its number spread over the outer bits."""
    base = 0
    for i in range(outer.shape[0]):
        base |= ((block >> i) & 1) << outer[i]
    return base


@merged
def _gather(state, base, group, buffer, signs):
    """Load a block, through the permutation that undoes storing."""
    w = lanes_of(state)
    for t in range(group.offset.shape[0]):
        j, k = group.source[t] * 2 * w, (base | group.offset[t]) * 2 * w
        x, y = load(state, k), load(state, k + w)
        if group.signed:
            sign = load(signs, group.sign[t] * w)
            x, y = sign * x, sign * y
        store(buffer, j, x)
        store(buffer, j + w, y)


@merged
def _scatter(state, base, group, buffer, signs):
    """Store a block in standard order."""
    w = lanes_of(state)
    for t in range(group.offset.shape[0]):
        j, k = group.source[t] * 2 * w, (base | group.offset[t]) * 2 * w
        x, y = load(buffer, j), load(buffer, j + w)
        if group.signed:
            sign = load(signs, group.sign[t] * w)
            x, y = sign * x, sign * y
        store(state, k, x)
        store(state, k + w, y)


@merged
def _copy_in(state, base, group, buffer):
    """Load a block in standard order."""
    w = lanes_of(state)
    for t in range(group.offset.shape[0]):
        j, k = t * 2 * w, (base | group.offset[t]) * 2 * w
        x, y = load(state, k), load(state, k + w)
        store(buffer, j, x)
        store(buffer, j + w, y)


@merged
def _copy_out(state, base, group, buffer):
    """Store a block in standard order."""
    w = lanes_of(state)
    for t in range(group.offset.shape[0]):
        j, k = t * 2 * w, (base | group.offset[t]) * 2 * w
        x, y = load(buffer, j), load(buffer, j + w)
        store(state, k, x)
        store(state, k + w, y)


@merged
def _scaled_template(buffer, template, outer_amplitudes, block):
    """Write the product state of a block: the template times the amplitudes of the outer bits."""
    w = lanes_of(buffer)
    re, im = 1.0, 0.0
    for i in range(outer_amplitudes.shape[0]):
        a, b = outer_amplitudes[i, (block >> i) & 1, 0], outer_amplitudes[i, (block >> i) & 1, 1]
        re, im = re * a - im * b, re * b + im * a
    c, s = splat(buffer, re), splat(buffer, im)
    for j in range(0, template.shape[0], 2 * w):
        x, y = load(template, j), load(template, j + w)
        store(buffer, j, c * x - s * y)
        store(buffer, j + w, c * y + s * x)


@njit(nogil=True, cache=True)
def forward_blocks(
    table, chain, offset, source, sign, signed, outer, direct, coefficients, first, last, lane_bits, state, ket,
    entries, patterns, places, signs, template, outer_amplitudes,
):  # fmt: skip
    """Apply a group to blocks first:last. With a template, blocks start from a product state instead of the memory."""
    group = BlockGroup(table, chain, offset, source, sign, signed, outer, direct)
    w = lanes_of(state)
    n_rows = offset.shape[0]
    if direct:
        n_rows = state.shape[0] // (2 * w)
        forward(state, n_rows, lane_bits, table, coefficients, 0, table.shape[0], entries, patterns, places)
        return
    for block in range(first, last):
        base = block_base(block, outer)
        if template.shape[0] > 0:
            _scaled_template(ket, template, outer_amplitudes, block)
        else:
            _copy_in(state, base, group, ket)
        forward(ket, n_rows, lane_bits, table, coefficients, 0, table.shape[0], entries, patterns, places)
        _scatter(state, base, group, ket, signs)


@njit(nogil=True, cache=True)
def backward_blocks(
    table, chain, offset, source, sign, signed, outer, direct, coefficients, first, last, lane_bits, state, adjoint,
    ket, bra, entries, patterns, places, signs, half, n_half, products, gradients, keep,
):  # fmt: skip
    """Undo a group on blocks first:last of ket and bra and add to `gradients`.

    With `keep` store the result; without, the operations commute and nothing comes before them.
    """
    group = BlockGroup(table, chain, offset, source, sign, signed, outer, direct)
    w = lanes_of(state)
    n_rows = offset.shape[0]
    if direct:
        ket, bra, n_rows, last = state, adjoint, state.shape[0] // (2 * w), first + 1
    for block in range(first, last):
        base = block_base(block, outer)
        if not direct:
            _gather(state, base, group, ket, signs)
            _gather(adjoint, base, group, bra, signs)
        backward(
            ket, bra, n_rows, lane_bits, table, chain, coefficients, 0, table.shape[0],
            0 if keep else table.shape[0], entries, patterns, places, half, n_half, products, gradients,
        )  # fmt: skip
        if keep and not direct:
            _copy_out(state, base, group, ket)
            _copy_out(adjoint, base, group, bra)


@merged
def _fill_weights(terms, first, last, row, lane_bits, patterns):
    """Return the vectors (re, im) of sum c (-i)^y (-1)^(z . q) over terms first:last for the lanes of one row."""
    w = lanes_of(patterns)
    re, im = splat(patterns, 0.0), splat(patterns, 0.0)
    for t in range(first, last):
        z = terms.z[t]
        sign = 1.0 - 2.0 * parity((z >> lane_bits) & row)
        lanes = load(patterns, (z & (w - 1)) * w)
        re += splat(patterns, sign * terms.re[t]) * lanes
        im += splat(patterns, sign * terms.im[t]) * lanes
    return re, im


@njit(nogil=True, cache=True)
def observe_blocks(
    x_masks, z_masks, re_parts, im_parts, owners, starts, imaginaries, first, last, block_rows, lane_bits, state, bra,
    patterns, weights, values, want_bra,
):  # fmt: skip
    """Add the expectation values of blocks first:last to `values`; with `want_bra` write the weighted bra there.

    Terms are sorted by X mask; `terms.start` delimits the groups. Without a bra a pair of blocks is read once and
    counted twice; the block itself stays in the cache while its partners stream by.
    """
    terms = Terms(x_masks, z_masks, re_parts, im_parts, owners, starts, imaginaries)
    w = lanes_of(state)
    for block in range(first, last):
        row_0 = block * block_rows
        if want_bra:
            for j in range(row_0 * 2 * w, (row_0 + block_rows) * 2 * w):
                bra[j] = 0.0
        for g in range(terms.start.shape[0] - 1):
            t_0, t_1 = terms.start[g], terms.start[g + 1]
            x, flip, owner = terms.x[t_0] >> lane_bits, terms.x[t_0] & (w - 1), terms.owner[t_0]
            high = x // block_rows
            partner_block = block ^ high
            if not want_bra and partner_block < block:
                continue
            once, imaginary = t_1 - t_0 == 1, terms.imaginary[g]
            total = splat(state, 0.0)
            re, im = _fill_weights(terms, t_0, t_1, row_0, lane_bits, patterns)
            only = im if imaginary else re
            z_row = terms.z[t_0] >> lane_bits
            for i in range(block_rows):
                q = row_0 + i
                j, k = q * 2 * w, (q ^ x) * 2 * w
                a, b = load(state, j), load(state, j + w)
                c, d = load(state, k), load(state, k + w)
                if flip:
                    c, d = xor_lanes(c, flip), xor_lanes(d, flip)
                if once:
                    f = splat(state, 1.0 - 2.0 * parity(z_row & i)) * only
                    if imaginary:
                        c, d = -(f * d), f * c
                    else:
                        c, d = f * c, f * d
                else:
                    re, im = _fill_weights(terms, t_0, t_1, q, lane_bits, patterns)
                    c, d = re * c - im * d, re * d + im * c
                total += a * c + b * d
                if want_bra:
                    scale = splat(state, weights[owner])
                    store(bra, j, load(bra, j) + scale * c)
                    store(bra, j + w, load(bra, j + w) + scale * d)
            store(values, 0, total)
            pair_sum = 0.0
            for lane in range(w):
                pair_sum += values[lane]
            values[w + owner] += pair_sum * (1.0 if want_bra or high == 0 else 2.0)
