"""Expand bytecode into the few steps that lowering knows, by a table of templates, all up to a global phase.

A template row is ``(kind, qubits..., axis, angle)`` with qubits as columns of the bytecode row and the angle as the
gate's own or one of the constants of `layout`.
"""

import numpy as np

from ...circuits import opcodes as op
from . import layout as at
from .simd import kernel

ROTATE, CX, CZ, SWAP, PAULI, CONDITIONAL, PHASE, EXCITE, CHANNEL = range(9)
# Columns of a step: kind, qubits a, b, c, d (masks x, z in a, b for PAULI), axis, angle row
N_STEP = 7
AXIS_X, AXIS_Y, AXIS_Z = range(3)
_OWN = -1  # the gate's own angle
_MOST_ROWS = 5
_MOST_COPIES = 15  # steps of a SWAP that touches lanes


def _rotations(qubit, *turns):
    return [(ROTATE, qubit, -1, -1, -1, axis, angle) for axis, angle in turns]


_H = ((AXIS_Y, at.HALF), (AXIS_X, at.PI))  # H = i RX(pi) RY(pi/2)


def _gate(kind, *qubits, axis=0, angle=_OWN):
    return [(kind, *qubits, *[-1] * (4 - len(qubits)), axis, angle)]


def _rows():
    rows = {op.RX + axis: _rotations(0, (axis, _OWN)) for axis in range(3)}
    rows |= {op.X + axis: _rotations(0, (axis, at.PI)) for axis in range(3)}
    rows |= {op.P: _rotations(0, (AXIS_Z, _OWN)), op.H: _rotations(0, *_H)}
    for code, axis, angle in [
        (op.S, AXIS_Z, at.HALF), (op.SDG, AXIS_Z, at.MINUS_HALF), (op.T, AXIS_Z, at.QUARTER),
        (op.TDG, AXIS_Z, at.MINUS_QUARTER), (op.SX, AXIS_X, at.HALF), (op.SXDG, AXIS_X, at.MINUS_HALF),
    ]:  # fmt: skip
        rows[code] = _rotations(0, (axis, angle))
    cx, cz, swap = _gate(CX, 0, 1), _gate(CZ, 0, 1), _gate(SWAP, 0, 1)
    rows |= {op.CX: cx, op.CZ: cz, op.SWAP: swap}
    rows[op.CY] = _rotations(1, (AXIS_Z, at.MINUS_HALF)) + cx + _rotations(1, (AXIS_Z, at.HALF))
    rows[op.CH] = _rotations(1, (AXIS_Y, at.MINUS_QUARTER)) + cz + _rotations(1, (AXIS_Y, at.QUARTER))
    for code, turn in (op.ISWAP, at.HALF), (op.ISWAPDG, at.MINUS_HALF):
        rows[code] = _rotations(0, (AXIS_Z, turn)) + _rotations(1, (AXIS_Z, turn)) + cz + swap
    for axis in range(3):
        rows[op.CRX + axis] = _gate(CONDITIONAL, 1, 0, axis=axis)
        rows[op.CCRX + axis] = _gate(CONDITIONAL, 2, 0, 1, axis=axis)
        rows[op.RXX + axis] = _gate(PAULI, 0, 1, axis=axis)
    rows[op.CCZ] = _gate(PHASE, 0, 1, 2, axis=AXIS_Z, angle=at.PI)
    # X = i RX(pi); Hadamards around CCZ would keep the target's rotations from running together
    rows[op.CCX] = _gate(CONDITIONAL, 2, 0, 1, axis=AXIS_X, angle=at.PI) + _gate(
        PHASE, 0, 1, axis=AXIS_Z, angle=at.HALF
    )
    rows[op.CSWAP] = _gate(CX, 2, 1) + rows[op.CCX] + _gate(CX, 2, 1)
    rows |= {op.CP: _gate(PHASE, 0, 1, axis=AXIS_Z), op.CCP: _gate(PHASE, 0, 1, 2, axis=AXIS_Z)}
    rows |= {op.SINGLE_EXCITATION: _gate(EXCITE, 0, 1, axis=AXIS_Y)}
    rows |= {op.DOUBLE_EXCITATION: _gate(EXCITE, 0, 1, 2, 3, axis=AXIS_Y)}
    rows |= {op.PAULI_ROTATION: _gate(PAULI, 0, axis=3), op.CHANNEL: _gate(CHANNEL, 0, 1)}
    return rows


def _table():
    rows = _rows()
    table = np.full((len(rows), max(map(len, rows.values())), N_STEP), -1, dtype=np.int64)
    for code, steps in rows.items():
        table[code, : len(steps)] = steps
    return table


TEMPLATES = _table()  # (opcode, step, column); a kind of -1 ends a template
MOST_STEPS = TEMPLATES.shape[1] + _MOST_COPIES


@kernel
def expand(bytecode, paulis, constants, position, plain_lanes, templates, steps):
    """Write the steps of `bytecode` to int64 (MOST_STEPS * n, N_STEP); return their number.

    Where CX or SWAP touch an index bit below `plain_lanes`, CX becomes CZ between Hadamards and SWAP three of those.
    """
    n = 0
    for i in range(bytecode.shape[0]):
        template = templates[np.int64(bytecode[i, 0])]
        for t in range(template.shape[0]):
            kind, axis, constant = template[t, 0], template[t, 5], template[t, 6]
            if kind < 0:
                break
            copies = 1
            if kind in (CX, SWAP):
                a, b = np.int64(bytecode[i, 1 + template[t, 1]]), np.int64(bytecode[i, 1 + template[t, 2]])
                if position[a] < plain_lanes or position[b] < plain_lanes:
                    copies = 5 if kind == CX else 15
            for copy in range(copies):
                step = steps[n]
                n += 1
                step[0], step[5] = kind, axis
                for column in range(1, 5):
                    slot = template[t, column]
                    step[column] = np.int64(bytecode[i, 1 + slot]) if slot >= 0 else -1
                step[6] = constants + constant if constant >= 0 else np.int64(bytecode[i, 5])
                if kind == CHANNEL:
                    step[6] = np.int64(bytecode[i, 3])
                elif kind == PAULI and axis == 3:
                    step[1], step[2] = paulis[step[1], 0], paulis[step[1], 1]
                elif kind == PAULI:
                    both = (np.int64(1) << step[1]) | (np.int64(1) << step[2])
                    step[1] = both if axis != AXIS_Z else 0
                    step[2] = both if axis != AXIS_X else 0
                elif copies > 1:
                    turn, part = copy // 5, copy % 5  # H(target) CZ H(target), the middle one of three reversed
                    if turn == 1:
                        step[1], step[2] = step[2], step[1]
                    if part == 2:
                        step[0] = CZ
                    else:
                        step[0], step[1], step[2] = ROTATE, step[2], -1
                        step[5] = AXIS_Y if part in (0, 3) else AXIS_X
                        step[6] = constants + (at.HALF if part in (0, 3) else at.PI)
    return n
