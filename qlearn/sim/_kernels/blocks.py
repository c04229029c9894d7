"""One large state, block by block: a block is gathered into the cache, interpreted there and put back.

The state is flat ``[row][re | im][lane]`` in standard order: the low index bits are the lanes, the others the row. A
block holds all rows that differ in its own bits only; `offset[t]` is the row of block row t relative to the block's
base. After a group of operations the frame is undone while storing: true block row t is row `source[t]` of the buffer,
with the signs of `patterns[sign[t]]` on its lanes.
"""

import numpy as np
from numba import njit

from .interpreter import backward, fill_coefficients, forward, half_angles, product_start
from .layout import BlockGroup
from .simd import kernel, lanes_of, load, merged, splat, store


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
        forward(state, n_rows, lane_bits, table, coefficients, np.int64(0), table.shape[0], entries, patterns, places)
        return
    for block in range(first, last):
        base = block_base(block, outer)
        if template.shape[0] > 0:
            _scaled_template(ket, template, outer_amplitudes, block)
        else:
            _copy_in(state, base, group, ket)
        forward(ket, n_rows, lane_bits, table, coefficients, np.int64(0), table.shape[0], entries, patterns, places)
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
            ket, bra, n_rows, lane_bits, table, chain, coefficients, np.int64(0), table.shape[0],
            0 if keep else table.shape[0], entries, patterns, places, half, n_half, products, gradients,
        )  # fmt: skip
        if keep and not direct:
            _copy_out(state, base, group, ket)
            _copy_out(adjoint, base, group, bra)
