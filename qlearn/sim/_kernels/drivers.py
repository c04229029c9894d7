"""Run a lowered program over the columns of an angle table: values, gradients, final states.

These are the only kernels called from Python; Numba caches them on disk. A column is a sample. In a batch
(``lane_bits`` 0) the lanes are samples, and ranges of columns are multiples of the number of lanes. Arguments are
flat, in the order of the named tuples of `layout`: Numba recognises arrays in C, but named tuples in Python.
"""

import numpy as np
from numba import njit

from . import layout
from .interpreter import backward, fill_coefficients, forward, half_angles, product_start
from .observables import gather_lanes, observe_batch, observe_lanes, scatter_lanes
from .simd import lanes_of, merged


@merged
def _fill(program, angles, column, work):
    """Fill the coefficients of one lane group."""
    w = lanes_of(work.ket)
    n_half = angles.shape[0] * w
    for row in range(angles.shape[0]):
        for lane in range(w):
            work.angles[row * w + lane] = angles[row, column if program.lane_bits > 0 else column + lane]
    half_angles(work.angles, n_half, work.half)
    fill_coefficients(program.table, program.chain, work.half, n_half, work.coefficients)


@merged
def _run(program, work):
    """Run the program forward with coefficients filled before."""
    product_start(work.ket, program.n_bits, program.lane_bits, program.table, work.coefficients, program.n_start)
    forward(
        work.ket, 1 << (program.n_bits - program.lane_bits), program.lane_bits, program.table, work.coefficients,
        program.n_start, program.table.shape[0], work.entries, work.patterns, work.places,
    )  # fmt: skip


@merged
def _observe(program, work, order, groups, want_bra):
    """Write the expectation values of one lane group and, if wanted, the bra."""
    for i in range(work.values.shape[0]):
        work.values[i] = 0.0
    lane_bits = program.lane_bits
    n_rows = 1 << (program.n_bits - lane_bits)
    if lane_bits == 0:
        observe_batch(work.ket, work.bra, n_rows, groups, order.index, order.sign, work.weights, work.values, want_bra)
        return
    n = order.index.shape[0]
    gather_lanes(work.ket, work.standard, n, order.index, order.sign)
    observe_lanes(work.standard, work.standard_bra, n_rows, lane_bits, groups, work.weights, work.values, want_bra)
    if want_bra:
        scatter_lanes(work.standard_bra, work.bra, n, order.index, order.sign)


@merged
def _take_rows(source, target, column, lane_bits, w):
    """Copy one vector per row of the flat `source` to the columns of `target`."""
    for row in range(target.shape[0]):
        if lane_bits > 0:
            target[row, column] = source[row * w]
        else:
            for lane in range(w):
                target[row, column + lane] = source[row * w + lane]


@njit(nogil=True, cache=True)
def evaluate(
    table, chain, n_start, n_bits, lane_bits, angles, first, last,
    ket, bra, standard, standard_bra, angle_lanes, half, coefficients, entries, patterns, places, products,
    gradient_lanes, value_lanes, weight_lanes, index, sign, x, owner, is_complex, re, im,
    weights, values, gradients, want_gradient, kept, is_kept,
):  # fmt: skip
    """Write expectation values, and if wanted the vector-Jacobian product, of columns first:last.

    angles float64 (n_rows, batch); weights and values (n_observables, batch); gradients (n_angles, batch);
    kept (n_lane_groups, state size) takes the final states, or gives them if `is_kept`; no rows if not wanted.
    """
    program = layout.Lowered(table, chain, n_start, n_bits, lane_bits)
    work = layout.Work(
        ket, bra, standard, standard_bra, angle_lanes, half, coefficients, entries, patterns, places, products,
        gradient_lanes, value_lanes, weight_lanes,
    )  # fmt: skip
    order, groups = layout.Order(index, sign), layout.Groups(x, owner, is_complex, re, im)
    w = lanes_of(ket)
    n_half = angles.shape[0] * w
    for column in range(first, last, w if lane_bits == 0 else 1):
        _fill(program, angles, column, work)
        group = column if lane_bits > 0 else column // w
        if is_kept:
            for i in range(kept.shape[1]):
                ket[i] = kept[group, i]
        else:
            _run(program, work)
            if kept.shape[0] > 0:
                for i in range(kept.shape[1]):
                    kept[group, i] = ket[i]
        for o in range(values.shape[0]):
            for lane in range(w):
                work.weights[o * w + lane] = weights[o, column if lane_bits > 0 else column + lane]
        _observe(program, work, order, groups, want_gradient)
        if lane_bits > 0:
            for o in range(values.shape[0]):
                values[o, column] = 0.0
                for lane in range(w):
                    values[o, column] += work.values[o * w + lane]
        else:
            _take_rows(work.values, values, column, lane_bits, w)
        if want_gradient:
            for i in range(n_half):
                work.gradients[i] = 0.0
            backward(
                work.ket, work.bra, 1 << (program.n_bits - lane_bits), lane_bits, program.table, program.chain,
                work.coefficients, np.int64(0), program.table.shape[0], program.n_start, work.entries, work.patterns,
                work.places, work.half, n_half, work.products, work.gradients,
            )  # fmt: skip
            _take_rows(work.gradients, gradients, column, lane_bits, w)


@njit(nogil=True, cache=True)
def run_states(
    table, chain, n_start, n_bits, lane_bits, angles, first, last,
    ket, bra, standard, standard_bra, angle_lanes, half, coefficients, entries, patterns, places, products,
    gradient_lanes, value_lanes, weight_lanes, index, sign, amplitudes,
):  # fmt: skip
    """Write the final states of columns first:last, in standard order, to amplitudes complex (batch, 2**n)."""
    program = layout.Lowered(table, chain, n_start, n_bits, lane_bits)
    work = layout.Work(
        ket, bra, standard, standard_bra, angle_lanes, half, coefficients, entries, patterns, places, products,
        gradient_lanes, value_lanes, weight_lanes,
    )  # fmt: skip
    w = lanes_of(ket)
    for column in range(first, last, w if lane_bits == 0 else 1):
        _fill(program, angles, column, work)
        _run(program, work)
        for t in range(index.shape[0]):
            p, s = index[t], sign[t]
            if lane_bits > 0:
                at = (p // w) * 2 * w + p % w
                amplitudes[column, t] = complex(s * ket[at], s * ket[at + w])
            else:
                for lane in range(min(w, amplitudes.shape[0] - column)):
                    at = p * 2 * w + lane
                    amplitudes[column + lane, t] = complex(s * ket[at], s * ket[at + w])
