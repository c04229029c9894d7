"""Run a lowered program with channels over the columns of an angle table; the one entry of noisy simulation.

The buffer holds a density matrix (row bits above column bits), or pure states of which each lane is a trajectory.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from . import layout as at
from .channels import (
    MIX,
    MIX_TWO,
    STEP_COUNT,
    STEP_KIND,
    STEP_MASKS,
    STEP_NUMBERS,
    SUPER,
    apply_matrix,
    draw_operator,
    element_offset,
    mix,
    mix_two,
    reduce_qubit,
    super_operator,
)
from .interpreter import fill_coefficients, forward, half_angles
from .simd import kernel, lanes_of, merged


class Steps(NamedTuple):
    """The channels of a lowered program, see `channels`."""

    table: np.ndarray  # int64 (n_channels, 4)
    masks: np.ndarray  # int64
    numbers: np.ndarray  # of the precision of the state, aligned


class NoisyWork(NamedTuple):
    """Buffers of one thread, as in `layout.Work`."""

    ket: np.ndarray
    angles: np.ndarray
    half: np.ndarray
    coefficients: np.ndarray
    entries: np.ndarray
    patterns: np.ndarray
    places: np.ndarray
    scratch: np.ndarray  # 12 vectors


class Outputs(NamedTuple):
    """Which elements of the final state are wanted, and where results go; arrays without rows are left alone.

    Element ``(i, j)`` of the selection lies at ``rows[i] ^ columns[j]`` and has the product of their signs.
    """

    rows: np.ndarray  # int64
    row_signs: np.ndarray
    columns: np.ndarray  # int64
    column_signs: np.ndarray
    elements: np.ndarray  # complex (n_samples, len(rows) * len(columns))
    choices: np.ndarray  # uint8 (n_channels, columns): Kraus operator that each trajectory drew
    outcomes: np.ndarray  # int64 (n_samples,): number of the row in which a final measurement finds a trajectory


@kernel
def _channel(work, program, op, steps, draws, choices, column):
    w, ket = lanes_of(work.ket), work.ket
    n_rows = 1 << (program.n_bits - program.lane_bits)
    channel = op[at.AUX]
    step = steps.table[channel]
    kind, start, first = step[STEP_KIND], step[STEP_NUMBERS], step[STEP_MASKS]
    if kind == MIX:
        mix(ket, n_rows, steps.masks, first, steps.numbers, start)
    elif kind == MIX_TWO:
        mix_two(ket, n_rows, steps.masks, first, steps.numbers, start)
    elif kind == SUPER:
        super_operator(
            ket, 1 << program.n_bits, program.lane_bits, steps.masks, first, steps.numbers, start, step[STEP_COUNT],
            work.scratch,
        )  # fmt: skip
    else:
        reduce_qubit(ket, n_rows, op, work.scratch)
        for lane in range(w):
            uniform = draws[channel, column + lane]
            choices[channel, column + lane] = draw_operator(
                w, lane, uniform, steps.numbers, start, step[STEP_COUNT], work.scratch
            )
        apply_matrix(ket, n_rows, op, work.scratch)


@merged
def _run(work, program, steps, angles, draws, choices, column):
    """Bring one lane group from |0...0> to its final state."""
    w, lane_bits, table = lanes_of(work.ket), program.lane_bits, program.table
    n_half = angles.shape[0] * w
    for row in range(angles.shape[0]):
        for lane in range(w):
            work.angles[row * w + lane] = angles[row, column if lane_bits > 0 else column + lane]
    half_angles(work.angles, n_half, work.half)
    fill_coefficients(table, program.chain, work.half, n_half, work.coefficients)
    for i in range(work.ket.shape[0]):
        work.ket[i] = 0.0
    for lane in range(w if lane_bits == 0 else 1):
        work.ket[lane] = 1.0
    first = np.int64(0)
    while first < table.shape[0]:
        last = first
        while last < table.shape[0] and table[last, at.KIND] != at.CHANNEL:
            last += 1
        forward(
            work.ket, 1 << (program.n_bits - lane_bits), lane_bits, table, work.coefficients, first, last,
            work.entries, work.patterns, work.places,
        )  # fmt: skip
        if last < table.shape[0]:
            _channel(work, program, table[last], steps, draws, choices, column)
        first = last + 1


@kernel
def _write_elements(ket, lane_bits, lane, sample, out):
    w, n = lanes_of(ket), out.columns.shape[0]
    for t in range(out.elements.shape[1]):
        i, j = t // n, t % n
        offset = element_offset(out.rows[i] ^ out.columns[j], lane, lane_bits, w)
        sign = out.row_signs[i] * out.column_signs[j]
        out.elements[sample, t] = complex(sign * ket[offset], sign * ket[offset + w])


@kernel
def _measure_all(ket, rows, lane, uniform):
    """Return the row at which the running sum of probabilities passes `uniform` times their total."""
    w = lanes_of(ket)
    total, seen, found = 0.0, 0.0, 0
    for turn in range(2):
        for t in range(rows.shape[0]):
            i = rows[t] * 2 * w + lane
            own = ket[i] * ket[i] + ket[i + w] * ket[i + w]
            if turn == 0:
                total += own
            elif own > 0.0 and (seen <= uniform * total):
                found = t
                seen += own
    return found


@njit(nogil=True, cache=True)
def run_noisy(program, steps, angles, first, last, draws, work, out):
    """Run columns first:last of the angle table and write what `out` asks for.

    angles float64 (n_rows, columns); draws float64 (n_channels + 1, columns) of uniform numbers, the last row for the
    final measurement. In a batch (``lane_bits`` 0) first and last are multiples of the number of lanes; columns beyond
    the samples of `out` are padding.
    """
    w, lane_bits = lanes_of(work.ket), program.lane_bits
    for column in range(first, last, w if lane_bits == 0 else 1):
        _run(work, program, steps, angles, draws, out.choices, column)
        for lane in range(w if lane_bits == 0 else 1):
            sample = column + lane
            if sample < out.elements.shape[0]:
                _write_elements(work.ket, lane_bits, lane, sample, out)
            if sample < out.outcomes.shape[0]:
                uniform = draws[draws.shape[0] - 1, sample]
                out.outcomes[sample] = _measure_all(work.ket, out.rows, lane, uniform)
