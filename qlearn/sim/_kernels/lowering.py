"""Lower a program's bytecode to operations on virtual qubits (see `layout`).

One-qubit gates collect in a chain per qubit and become one operation when an entangling gate needs their order fixed.
CX, CZ and SWAP only update the *frame*: the images ``(-1)**sign X^v Z^s`` of every X and ``Z^r`` of every Z under
conjugation by the entangling gates seen so far. The true state is the frame applied to the state in the buffer.
"""

import numpy as np
from numba import njit

from . import layout as at
from .expansion import (
    AXIS_X,
    AXIS_Y,
    AXIS_Z,
    CHANNEL,
    CONDITIONAL,
    CX,
    CZ,
    EXCITE,
    MOST_STEPS,
    N_STEP,
    PAULI,
    PHASE,
    ROTATE,
    SWAP,
    TEMPLATES,
    expand,
)  # fmt: skip
from .simd import kernel, merged, parity

V_, R_, S_, SIGN_ = range(4)  # rows of the frame
_ALL_AXES = 7


@kernel
def image(x, z, frame):
    """Return (phase, v, s): the Hermitian Pauli string with qubit masks x, z maps to ``i**phase X^v Z^s``."""
    phase, v, s = 0, 0, 0
    for q in range(frame.shape[1]):
        in_x, in_z = (x >> q) & 1, (z >> q) & 1
        if in_x:
            phase += 2 * (frame[SIGN_, q] + parity(s & frame[V_, q])) + in_z
            v ^= frame[V_, q]
            s ^= frame[S_, q]
        if in_z:
            s ^= frame[R_, q]
    return phase & 3, v, s


@merged
def _commuting_axes(step, q):
    """Return the set (bit mask) of rotation axes on qubit q that commute with a step; all if it leaves q alone."""
    kind, a, b, c, d = step[0], step[1], step[2], step[3], step[4]
    if kind in (ROTATE, SWAP):
        return _ALL_AXES
    if kind == PAULI:
        in_x, in_z = (a >> q) & 1, (b >> q) & 1
        return _ALL_AXES if in_x + in_z == 0 else (1 << AXIS_Z if in_x == 0 else 1 << (AXIS_X + in_z))
    if q not in (a, b, c, d):
        return _ALL_AXES
    if kind in (EXCITE, CHANNEL):
        return 0
    if kind == CX:
        return 1 << AXIS_Z if q == a else 1 << AXIS_X
    if kind == CONDITIONAL and q == a:
        return 1 << step[5]
    return 1 << AXIS_Z


@merged
def _update_frame(kind, a, b, frame, pending):
    """Conjugate the frame with CX, CZ or SWAP of qubits a and b."""
    if kind == CX:
        frame[SIGN_, a] ^= frame[SIGN_, b] ^ parity(frame[S_, a] & frame[V_, b])
        frame[V_, a] ^= frame[V_, b]
        frame[S_, a] ^= frame[S_, b]
        frame[R_, b] ^= frame[R_, a]
    elif kind == CZ:
        frame[S_, a] ^= frame[R_, b]
        frame[S_, b] ^= frame[R_, a]
    else:
        for row in range(4):
            frame[row, a], frame[row, b] = frame[row, b], frame[row, a]
        for row in range(3):
            pending[row, a], pending[row, b] = pending[row, b], pending[row, a]


@merged
def _set_pauli(row, chain, link, x, z, frame):
    """Fill an operation for the rotation about a Pauli string; its virtual X or Y is that string."""
    phase, v, s = image(x, z, frame)
    role = v  # any bit of v will do; the highest is a row bit if there is one
    while role & (role - 1):
        role &= role - 1
    odd = phase & 1
    row[at.V], row[at.SIGN] = v, phase >> 1
    if v == 0:
        row[at.KIND], row[at.R], chain[link, 0] = at.DIAGONAL, s, AXIS_Z
    else:
        row[at.KIND], row[at.R], chain[link, 0] = at.PAIR, role, AXIS_Y if odd else AXIS_X
        row[at.S] = s ^ role if odd else s


@merged
def _set_conditional(row, step, frame):
    """Fill an operation that acts where its control qubits are one."""
    kind, a, b, c = step[0], step[1], step[2], step[3]
    if kind == PHASE:
        row[at.KIND], row[at.C1], row[at.C2], row[at.WANT] = at.PHASE, frame[R_, a], frame[R_, b], 3
        if c >= 0:
            row[at.C3], row[at.WANT] = frame[R_, c], 7
        return
    row[at.KIND] = at.DIAGONAL if step[5] == AXIS_Z else at.PAIR
    row[at.V], row[at.R], row[at.S] = frame[V_, a], frame[R_, a], frame[S_, a]
    row[at.SIGN] = 0 if step[5] == AXIS_Z else frame[SIGN_, a]
    row[at.C1], row[at.WANT] = frame[R_, b], 1
    if c >= 0:
        row[at.C2], row[at.WANT] = frame[R_, c], 3


@merged
def _set_excitation(row, step, frame):
    """Fill the rotation between |0..1..> and |1..0..>: Y of the virtual qubit (X...X, Z_a) where occupations fit."""
    a, b, c, d = step[1], step[2], step[3], step[4]
    x = (1 << a) | (1 << b)
    if c >= 0:
        x |= (1 << c) | (1 << d)
    phase, v, s = image(x, 0, frame)
    row[at.KIND], row[at.V], row[at.R], row[at.S], row[at.SIGN] = at.PAIR, v, frame[R_, a], s, phase >> 1
    row[at.C1], row[at.WANT] = frame[R_, a] ^ frame[R_, b], 1
    if c >= 0:
        row[at.C2], row[at.C3], row[at.WANT] = frame[R_, c] ^ frame[R_, d], frame[R_, a] ^ frame[R_, c], 4


@merged
def _set_channel(row, step, frame):
    """Fill the marker of a channel with the images of its one or two qubits."""
    a, b = step[1], step[2]
    row[at.KIND], row[at.AUX] = at.CHANNEL, step[6]
    row[at.V], row[at.R], row[at.S], row[at.SIGN] = frame[V_, a], frame[R_, a], frame[S_, a], frame[SIGN_, a]
    if b >= 0:
        row[at.C1], row[at.C2], row[at.C3], row[at.WANT] = frame[V_, b], frame[R_, b], frame[S_, b], frame[SIGN_, b]


@merged
def _mark_start(table, n_operations):
    """Move the operations that see |0> on their own plain bit to the front; return how many there are."""
    touched, n_start = 0, 0
    for i in range(n_operations):
        row = table[i]
        v, r = row[at.V], row[at.R]
        masks = v | r | row[at.S] | row[at.C1] | row[at.C2] | row[at.C3]
        plain = row[at.KIND] <= at.DIAGONAL and row[at.C1] == 0 and row[at.S] == 0 and row[at.SIGN] == 0
        if row[at.KIND] == at.CHANNEL:
            return n_start
        if plain and v == r and r & (r - 1) == 0 and touched & r == 0:
            for column in range(at.N_COLUMNS):
                moved = row[column]
                for j in range(i, n_start, -1):
                    table[j, column] = table[j - 1, column]
                table[n_start, column] = moved
            n_start += 1
        touched |= masks
    return n_start


def lower(bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero):
    """Return ``(table, chain, frame, n_start)`` for the rows of `bytecode`.

    bytecode int32 (n, 6); paulis int64 (m, 2) of qubit masks (bit q is qubit q); trainable bool (n_angles + 5,);
    position int64 (n_qubits,) gives each qubit's index bit. CX and SWAP that touch an index bit below `plain_lanes`
    are rewritten with CZ, so that the frame never mixes lanes with rows. With `from_zero` the first `n_start`
    operations act on |0> and on different bits.
    """
    bytecode, paulis = bytecode.copy(), paulis.copy()  # read-only arrays would be another type to compile for
    most, n_qubits = MOST_STEPS * len(bytecode) + 1, len(position)
    steps, nodes = np.empty((most, N_STEP), np.int64), np.empty((most, 3), np.int64)
    chain, table = np.empty((most, 2), np.int64), np.empty((most + n_qubits, at.N_COLUMNS), np.int64)
    frame, pending = np.zeros((4, n_qubits), np.int64), np.zeros((3, n_qubits), np.int64)
    n_rows, n_links, n_start = _lower(
        bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero, TEMPLATES,
        steps, nodes, chain, table, frame, pending,
    )  # fmt: skip
    return table[:n_rows].copy(), chain[:n_links].copy(), frame, n_start


@merged
def _new_row(table, n_rows, n_links):
    """Return the next row of the table, cleared."""
    row = table[n_rows]
    for column in range(at.N_COLUMNS):
        row[column] = 0
    row[at.CHAIN_START] = n_links
    return row


@njit(nogil=True, cache=True)
def _lower(
    bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero, templates,
    steps, nodes, chain, table, frame, pending,
):  # fmt: skip
    """Fill chain, table and frame; return the numbers of rows, links and start operations.

    pending holds, for each qubit, the first and last node of its chain and the set of its axes; a node is an axis, an
    angle row and the next node.
    """
    n_steps = expand(bytecode, paulis, n_angles, position, plain_lanes, templates, steps)
    n_qubits = position.shape[0]
    for q in range(n_qubits):
        pending[0, q] = -1
        frame[V_, q] = frame[R_, q] = 1 << position[q]
    n_rows, n_links, n_nodes = 0, 0, 0
    for i in range(n_steps + 1):
        for q in range(n_qubits if i == n_steps or steps[i, 0] != ROTATE else 0):
            axes = pending[2, q]
            if axes == 0 or (i < n_steps and axes & ~_commuting_axes(steps[i], q) == 0):
                continue
            row = _new_row(table, n_rows, n_links)
            n_rows += 1
            node = pending[0, q]
            while node >= 0:
                chain[n_links, 0], chain[n_links, 1] = nodes[node, 0], nodes[node, 1]
                row[at.FLAGS] |= at.TRAINABLE * trainable[nodes[node, 1]]
                n_links += 1
                node = nodes[node, 2]
            row[at.CHAIN_STOP] = n_links
            row[at.V], row[at.R], row[at.S] = frame[V_, q], frame[R_, q], frame[S_, q]
            row[at.KIND] = at.DIAGONAL if axes == 1 << AXIS_Z else at.PAIR
            row[at.SIGN] = 0 if axes == 1 << AXIS_Z else frame[SIGN_, q]
            pending[0, q], pending[2, q] = -1, 0
        if i == n_steps:
            break
        step = steps[i]
        kind, a, b = step[0], step[1], step[2]
        if kind == ROTATE:
            nodes[n_nodes, 0], nodes[n_nodes, 1], nodes[n_nodes, 2] = step[5], step[6], -1
            if pending[0, a] < 0:
                pending[0, a] = n_nodes
            else:
                nodes[pending[1, a], 2] = n_nodes
            pending[1, a] = n_nodes
            pending[2, a] |= 1 << step[5]
            n_nodes += 1
            continue
        if kind in (CX, CZ, SWAP):
            _update_frame(kind, a, b, frame, pending)
            continue
        row = _new_row(table, n_rows, n_links)
        n_rows += 1
        if kind == CHANNEL:
            row[at.CHAIN_STOP] = n_links
            _set_channel(row, step, frame)
            continue
        row[at.CHAIN_STOP] = n_links + 1
        row[at.FLAGS] = at.TRAINABLE * trainable[step[6]]
        chain[n_links, 0], chain[n_links, 1] = step[5], step[6]
        if kind == PAULI:
            _set_pauli(row, chain, n_links, a, b, frame)
        elif kind == EXCITE:
            _set_excitation(row, step, frame)
        else:
            _set_conditional(row, step, frame)
        n_links += 1
    n_start = _mark_start(table, n_rows) if from_zero else 0
    return n_rows, n_links, n_start
