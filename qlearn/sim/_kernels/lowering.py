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
N_ROWS, N_LINKS, N_LATE, TOUCHED = range(4)  # counts, and the index bits that rows so far touch
_ALL_AXES = 7
_FEWEST_CUT, _FEWEST_GROUPED = 6, 3  # a group costs as much as about five cuts save, or two single operations


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
    row[at.R] = frame[R_, a]
    if step[5] != AXIS_Z:
        row[at.V], row[at.S], row[at.SIGN] = frame[V_, a], frame[S_, a], frame[SIGN_, a]
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
    phase, v, s = image(x, np.int64(0), frame)
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
def _masks(row):
    """Return all index bits that an operation touches."""
    return row[at.V] | row[at.R] | row[at.S] | row[at.C1] | row[at.C2] | row[at.C3]


@merged
def _starts(row, touched):
    """Return whether an operation sees |0> on a plain bit of its own."""
    v, r = row[at.V], row[at.R]
    plain = row[at.KIND] <= at.DIAGONAL and row[at.C1] == 0 and row[at.S] == 0 and row[at.SIGN] == 0
    return plain and row[at.FLAGS] & at.GROUPED == 0 and v == r and r & (r - 1) == 0 and touched & r == 0


@merged
def _mark_start(table, n_operations):
    """Move the operations that see |0> on their own plain bit to the front; return how many there are."""
    touched, n_start = 0, 0
    for i in range(n_operations):
        row = table[i]
        masks = _masks(row)
        if row[at.KIND] == at.CHANNEL:
            return n_start
        if _starts(row, touched):
            for column in range(at.N_COLUMNS):
                moved = row[column]
                for j in range(i, n_start, -1):
                    table[j, column] = table[j - 1, column]
                table[n_start, column] = moved
            n_start += 1
        touched |= masks
    return n_start


def lower(bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero, lane_bits=0, group=True):
    """Return ``(table, chain, frame, n_start)`` for the rows of `bytecode`.

    bytecode int32 (n, 6); paulis int64 (m, 2) of qubit masks (bit q is qubit q); trainable bool (n_angles + 5,);
    position int64 (n_qubits,) gives each qubit's index bit. CX and SWAP that touch an index bit below `plain_lanes`
    are rewritten with CZ, so that the frame never mixes lanes with rows. With `from_zero` the first `n_start`
    operations act on |0> and on different bits. With `group`, chains are cut into rotations about one axis where that
    helps, and diagonal operations gather in groups that one pass applies; index bits below `lane_bits` are lanes.
    """
    bytecode, paulis = bytecode.copy(), paulis.copy()  # read-only arrays would be another type to compile for
    most, n_qubits = MOST_STEPS * len(bytecode) + 1, len(position)
    steps, nodes = np.empty((most, N_STEP), np.int64), np.empty((most, 3), np.int64)
    chain, table = np.empty((most, 2), np.int64), np.empty((most + n_qubits, at.N_COLUMNS), np.int64)
    frame, pending = np.zeros((4, n_qubits), np.int64), np.zeros((3, n_qubits), np.int64)
    late = np.empty((at.MOST_GROUPED + 1, at.N_COLUMNS), np.int64)
    counts = np.zeros(4, np.int64)
    n_start = _lower(
        bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero, lane_bits, group, TEMPLATES,
        steps, nodes, chain, table, frame, pending, late, counts,
    )  # fmt: skip
    return table[: counts[N_ROWS]].copy(), chain[: counts[N_LINKS]].copy(), frame, n_start


@merged
def _new_row(table, counts):
    """Return the next row of the table, cleared."""
    row = table[counts[N_ROWS]]
    for column in range(at.N_COLUMNS):
        row[column] = 0
    row[at.CHAIN_START] = counts[N_LINKS]
    return row


@kernel
def _copy_row(row, target):
    """Write a row to another place; a loop, because copies of arrays take seconds to compile."""
    for column in range(at.N_COLUMNS):
        target[column] = row[column]


@kernel
def _append(table, counts, row):
    """Append a row."""
    _copy_row(row, table[counts[N_ROWS]])
    counts[N_ROWS] += 1


@kernel
def _rejoin(table, row):
    """Give a diagonal operation back to the turn it was cut from, right behind which it belongs."""
    turn = table[row[at.AUX] - 1]
    turn[at.CHAIN_STOP] = row[at.CHAIN_STOP]
    turn[at.FLAGS] = (turn[at.FLAGS] & ~(at.TURN_X | at.TURN_Y)) | (row[at.FLAGS] & at.TRAINABLE)


@kernel
def _append_group(table, late, counts):
    """Append the waiting diagonal operations, as a group where that pays."""
    n = 0
    for i in range(counts[N_LATE]):
        if late[i, at.AUX] > 0 and counts[N_LATE] < _FEWEST_CUT:
            _rejoin(table, late[i])
        else:
            _copy_row(late[i], late[n])
            n += 1
    for i in range(n - 1, -1, -1):  # later qubits are lower bits: rows next to each other come after each other
        late[i, at.AUX] = 0
        if n >= _FEWEST_GROUPED:
            late[i, at.FLAGS] |= at.GROUPED
            late[i, at.AUX] = n if i in (0, n - 1) else 0
        _append(table, counts, late[i])
    counts[N_LATE] = 0


@kernel
def _append_group_before(row, table, late, counts):
    """Append the waiting operations where the row behind the end stands; return where it stands then."""
    spare = late[at.MOST_GROUPED]
    _copy_row(row, spare)
    _append_group(table, late, counts)
    _copy_row(spare, table[counts[N_ROWS]])
    return table[counts[N_ROWS]]


@kernel
def _make_wait(late, counts, row, lane_bits):
    """Let a diagonal operation wait for others if its mask is independent of theirs; return whether it does.

    V of the waiting operations are the duals of their masks R on row bits.
    """
    n, rows = counts[N_LATE], row[at.R] >> lane_bits
    rest = rows
    for i in range(n):
        if parity(rows & (late[i, at.V] >> lane_bits)):
            rest ^= late[i, at.R] >> lane_bits
    if rest == 0:
        return False
    bit = rest & -rest
    dual = bit
    for i in range(n):
        if parity(bit & (late[i, at.R] >> lane_bits)):
            dual ^= late[i, at.V] >> lane_bits
    for i in range(n):
        if parity(rows & (late[i, at.V] >> lane_bits)):
            late[i, at.V] ^= dual << lane_bits
    _copy_row(row, late[n])
    late[n, at.V] = dual << lane_bits
    counts[N_LATE] = n + 1
    return True


@kernel
def _finish(table, chain, late, counts, stop, lane_bits, from_zero, group):
    """Close the row behind the end of the table: append it, or let it wait."""
    row = table[counts[N_ROWS]]
    row[at.CHAIN_STOP], counts[N_LINKS] = stop, stop
    touched = counts[TOUCHED]
    counts[TOUCHED] |= _masks(row)
    if not group or (from_zero and _starts(row, touched)):
        counts[N_ROWS] += 1
        return
    kind = row[at.KIND]
    if kind == at.DIAGONAL and row[at.C1] == 0:
        if counts[N_LATE] == at.MOST_GROUPED:
            row = _append_group_before(row, table, late, counts)
        if not _make_wait(late, counts, row, lane_bits):
            if row[at.AUX] > 0:
                _rejoin(table, row)
            else:
                counts[N_ROWS] += 1
        return
    if kind == at.PAIR:
        axes = 0
        for link in range(row[at.CHAIN_START], stop):
            axes |= 1 << chain[link, 0]
        row[at.FLAGS] |= at.TURN_X * (axes == 1 << AXIS_X) | at.TURN_Y * (axes == 1 << AXIS_Y)
    disturbed = kind == at.CHANNEL
    for i in range(counts[N_LATE]):
        disturbed |= kind == at.PAIR and parity(row[at.V] & late[i, at.R]) == 1
    if disturbed:
        _append_group_before(row, table, late, counts)
    counts[N_ROWS] += 1


@kernel
def _emit_chain(q, table, chain, nodes, frame, pending, trainable, late, counts, lane_bits, from_zero, group):
    """Append the rotations that wait on a qubit: as one operation, or as one for each axis.

    A turn about X or Y before rotations about Z is cheaper on its own, if those join a group.
    """
    first = pending[0, q]
    n_changes, last_axis, node = 0, nodes[first, 0], first
    while node >= 0:
        n_changes += nodes[node, 0] != last_axis
        last_axis, node = nodes[node, 0], nodes[node, 2]
    v, r, s, sign = frame[V_, q], frame[R_, q], frame[S_, q], frame[SIGN_, q]
    starts = from_zero and v == r and s == 0 and sign == 0 and r & (r - 1) == 0 and counts[TOUCHED] & r == 0
    cut = group and n_changes == 1 and last_axis == AXIS_Z and not starts and v & ((1 << lane_bits) - 1) == 0
    node = first
    while node >= 0:
        row, axes, link = _new_row(table, counts), 0, counts[N_LINKS]
        while node >= 0 and (axes == 0 or not cut or axes == 1 << nodes[node, 0]):
            chain[link, 0], chain[link, 1] = nodes[node, 0], nodes[node, 1]
            row[at.FLAGS] |= at.TRAINABLE * trainable[nodes[node, 1]]
            axes |= 1 << nodes[node, 0]
            link, node = link + 1, nodes[node, 2]
        row[at.V], row[at.R], row[at.S] = v, r, s
        row[at.KIND] = at.DIAGONAL if axes == 1 << AXIS_Z else at.PAIR
        row[at.SIGN] = 0 if axes == 1 << AXIS_Z else sign
        if cut and axes == 1 << AXIS_Z:
            row[at.AUX] = counts[N_ROWS]  # the turn is the row before
        _finish(table, chain, late, counts, link, lane_bits, from_zero, group)
    pending[0, q], pending[2, q] = -1, 0


@kernel
def _ends_layer(step, pending):
    """Return whether a step sends all chains off, so that their rotations about Z can join one group before it."""
    if step[0] not in (PAULI, CONDITIONAL, EXCITE):
        return False
    needed, n_cuts = False, 0
    for q in range(pending.shape[1]):
        axes = pending[2, q]
        needed |= axes & ~_commuting_axes(step, q) != 0
        n_cuts += axes & (1 << AXIS_Z) != 0 and axes != 1 << AXIS_Z
    return needed and n_cuts >= _FEWEST_CUT


@njit(nogil=True, cache=True)
def _lower(
    bytecode, paulis, n_angles, trainable, position, plain_lanes, from_zero, lane_bits, group, templates,
    steps, nodes, chain, table, frame, pending, late, counts,
):  # fmt: skip
    """Fill chain, table, frame and counts; return the number of start operations.

    pending holds, for each qubit, the first and last node of its chain and the set of its axes; a node is an axis, an
    angle row and the next node. late holds the diagonal operations that wait to form a group.
    """
    n_steps = expand(bytecode, paulis, n_angles, position, plain_lanes, templates, steps)
    n_qubits = position.shape[0]
    for q in range(n_qubits):
        pending[0, q] = -1
        frame[V_, q] = frame[R_, q] = 1 << position[q]
    n_nodes = 0
    for i in range(n_steps + 1):
        every = i == n_steps or (group and _ends_layer(steps[i], pending))
        for q in range(n_qubits if every or steps[i, 0] != ROTATE else 0):
            axes = pending[2, q]
            if axes != 0 and (every or axes & ~_commuting_axes(steps[i], q) != 0):
                _emit_chain(
                    q, table, chain, nodes, frame, pending, trainable, late, counts, lane_bits, from_zero, group
                )
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
        row, link = _new_row(table, counts), counts[N_LINKS]
        if kind == CHANNEL:
            _set_channel(row, step, frame)
        else:
            row[at.FLAGS] = at.TRAINABLE * trainable[step[6]]
            chain[link, 0], chain[link, 1] = step[5], step[6]
            if kind == PAULI:
                _set_pauli(row, chain, link, a, b, frame)
            elif kind == EXCITE:
                _set_excitation(row, step, frame)
            else:
                _set_conditional(row, step, frame)
            link += 1
        _finish(table, chain, late, counts, link, lane_bits, from_zero, group)
    _append_group(table, late, counts)
    return _mark_start(table, counts[N_ROWS]) if from_zero else 0
