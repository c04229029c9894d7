"""Run a lowered program with channels over the columns of an angle table; the one entry of noisy simulation.

With ``n_columns`` (the column bits) positive the buffer is a density matrix, row bits above column bits; with zero it
holds pure states, one trajectory in each lane.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from . import layout as at
from .channels import (
    MIX,
    MIX_TWO,
    STEP_COUNT,
    STEP_DRAW,
    STEP_KIND,
    STEP_NUMBERS,
    SUPER,
    choose,
    element_offset,
    mix,
    mix_two,
    super_operator,
)
from .interpreter import fill_coefficients, forward, half_angles, product_start
from .observables import observe_batch
from .simd import kernel, lanes_of, merged


class NoisyWork(NamedTuple):
    """Buffers of one thread, as in `layout.Work`."""

    ket: np.ndarray
    angles: np.ndarray
    half: np.ndarray
    coefficients: np.ndarray
    entries: np.ndarray
    patterns: np.ndarray
    scratch: np.ndarray  # 64 vectors
    values: np.ndarray
    weights: np.ndarray


class Outputs(NamedTuple):
    """Where results go; an array without rows is not written."""

    values: np.ndarray  # float64 (n_observables, columns)
    states: np.ndarray  # complex (batch, 2**n or 4**n), standard order
    probabilities: np.ndarray  # float64 (batch, 2**n) of a density matrix
    choices: np.ndarray  # uint8 (n_draws, columns): Kraus operator drawn by each CHOOSE step
    outcomes: np.ndarray  # int64 (batch,): basis state that a trajectory is found in at the end


@kernel
def _channel(work, program, n_columns, op, steps, numbers, draws, choices, column):
    step = steps[op[at.AUX]]
    n_rows = 1 << (program.n_bits - program.lane_bits)
    start = step[STEP_NUMBERS]
    if step[STEP_KIND] == MIX:
        mix(work.ket, n_rows, n_columns, program.lane_bits, op, numbers, start, work.scratch)
    elif step[STEP_KIND] == MIX_TWO:
        mix_two(work.ket, n_rows, n_columns, program.lane_bits, op, numbers, start, work.scratch)
    elif step[STEP_KIND] == SUPER:
        super_operator(
            work.ket, n_rows, n_columns, program.lane_bits, op, numbers, start, step[STEP_COUNT], work.scratch
        )
    else:
        choose(
            work.ket, n_rows, op, numbers, start, step[STEP_COUNT], draws, choices, step[STEP_DRAW], column,
            work.scratch,
        )  # fmt: skip


@merged
def _run(work, program, n_columns, steps, numbers, angles, draws, choices, column):
    """Bring one lane group from |0...0> to its final state."""
    w, lane_bits, table = lanes_of(work.ket), program.lane_bits, program.table
    n_half = angles.shape[0] * w
    for row in range(angles.shape[0]):
        for lane in range(w):
            work.angles[row * w + lane] = angles[row, column if lane_bits > 0 else column + lane]
    half_angles(work.angles, n_half, work.half)
    fill_coefficients(table, program.chain, work.half, n_half, work.coefficients)
    product_start(work.ket, program.n_bits, lane_bits, table, work.coefficients, program.n_start)
    first = program.n_start
    while first <= table.shape[0]:
        last = first
        while last < table.shape[0] and table[last, at.KIND] != at.CHANNEL:
            last += 1
        forward(
            work.ket, 1 << (program.n_bits - lane_bits), lane_bits, table, work.coefficients, first, last,
            work.entries, work.patterns,
        )  # fmt: skip
        if last < table.shape[0]:
            _channel(work, program, n_columns, table[last], steps, numbers, draws, choices, column)
        first = last + 1


@kernel
def _observe_density(ket, n, lane_bits, groups, order, column, lane, values):
    """Write Tr(O rho) of every observable for one sample."""
    w = lanes_of(ket)
    for o in range(values.shape[0]):
        values[o, column] = 0.0
    for g in range(groups.x.shape[0]):
        total = 0.0
        for q in range(1 << n):
            p = q ^ groups.x[g]
            sign = order.sign[q] * order.sign[p]
            i = element_offset(order.index[p] << n | order.index[q], lane, lane_bits, w)
            total += sign * (groups.re[g, q] * ket[i] - groups.im[g, q] * ket[i + w])
        values[groups.owner[g], column] += total


@kernel
def _write_state(ket, n_columns, lane_bits, order, column, lane, states):
    w, mask = lanes_of(ket), (1 << n_columns) - 1
    for t in range(states.shape[1]):
        row, col = t >> n_columns, t & mask
        i = element_offset(order.index[row] << n_columns | order.index[col], lane, lane_bits, w)
        sign = order.sign[row] * order.sign[col]
        states[column, t] = complex(sign * ket[i], sign * ket[i + w])


@kernel
def _write_probabilities(ket, n, lane_bits, order, column, lane, probabilities):
    for t in range(probabilities.shape[1]):
        i = element_offset(order.index[t] << n | order.index[t], lane, lane_bits, lanes_of(ket))
        probabilities[column, t] = ket[i]


@kernel
def _measure_all(ket, order, column, lane, target, outcomes):
    """Write the basis state at which the running sum of probabilities passes `target` times their total."""
    w = lanes_of(ket)
    total = 0.0
    for t in range(order.index.shape[0]):
        i = order.index[t] * 2 * w + lane
        total += ket[i] * ket[i] + ket[i + w] * ket[i + w]
    target *= total
    seen, found = 0.0, 0
    for t in range(order.index.shape[0]):
        i = order.index[t] * 2 * w + lane
        own = ket[i] * ket[i] + ket[i + w] * ket[i + w]
        if own > 0.0:
            found = t
        seen += own
        if seen > target:
            break
    outcomes[column] = found


@njit(nogil=True, cache=True)
def run_noisy(program, n_columns, steps, numbers, angles, first, last, n_samples, draws, work, order, groups, out):
    """Run columns first:last of the angle table and write what `out` asks for.

    angles float64 (n_rows, columns); draws float64 (n_draws, columns) of uniform numbers, the last row for the final
    measurement. In a batch (``lane_bits`` 0) first and last are multiples of the number of lanes; columns from
    `n_samples` on are padding.
    """
    w, lane_bits = lanes_of(work.ket), program.lane_bits
    for column in range(first, last, w if lane_bits == 0 else 1):
        _run(work, program, n_columns, steps, numbers, angles, draws, out.choices, column)
        if n_columns == 0 and out.values.shape[0] > 0:
            for i in range(work.values.shape[0]):
                work.values[i] = 0.0
            observe_batch(
                work.ket, work.ket, 1 << program.n_bits, groups, order.index, order.sign, work.weights, work.values,
                False,
            )  # fmt: skip
        for lane in range(min(w if lane_bits == 0 else 1, n_samples - column)):
            sample = column + lane
            if n_columns > 0 and out.values.shape[0] > 0:
                _observe_density(work.ket, n_columns, lane_bits, groups, order, sample, lane, out.values)
            elif out.values.shape[0] > 0:
                for o in range(out.values.shape[0]):
                    out.values[o, sample] = work.values[o * w + lane]
            if out.states.shape[0] > 0:
                _write_state(work.ket, n_columns, lane_bits, order, sample, lane, out.states)
            if out.probabilities.shape[0] > 0:
                _write_probabilities(work.ket, n_columns, lane_bits, order, sample, lane, out.probabilities)
            if out.outcomes.shape[0] > 0:
                _measure_all(work.ket, order, sample, lane, draws[draws.shape[0] - 1, sample], out.outcomes)
