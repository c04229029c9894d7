"""Expand bytecode into the few steps that lowering knows."""

import numpy as np

from ...circuits import opcodes as op
from . import layout as at
from .simd import kernel

ROTATE, CX, CZ, SWAP, PAULI, CONDITIONAL, PHASE, EXCITE, CHANNEL = range(9)
# Columns: kind, qubits a, b, c, d (or the masks x, z in a, b), axis, angle row
N_STEP = 7
AXIS_X, AXIS_Y, AXIS_Z = range(3)
MOST_STEPS = 18  # of one instruction: an iSWAP that touches lanes


@kernel
def _put(steps, n, kind, a, b, c, d, axis, angle):
    row = steps[n]
    row[0], row[1], row[2], row[3], row[4], row[5], row[6] = kind, a, b, c, d, axis, angle
    return n + 1


@kernel
def _hadamard(steps, n, q, constants):
    n = _put(steps, n, ROTATE, q, -1, -1, -1, AXIS_Y, constants + at.HALF)
    return _put(steps, n, ROTATE, q, -1, -1, -1, AXIS_X, constants + at.PI)


@kernel
def _cx(steps, n, c, t, constants, with_cz):
    """CX, or CZ between Hadamards where the frame must not mix lanes with rows."""
    if with_cz:
        n = _hadamard(steps, n, t, constants)
        n = _put(steps, n, CZ, c, t, -1, -1, 0, 0)
        return _hadamard(steps, n, t, constants)
    return _put(steps, n, CX, c, t, -1, -1, 0, 0)


@kernel
def _swap(steps, n, a, b, constants, with_cz):
    if with_cz:
        for turn in range(3):
            n = _cx(steps, n, a if turn != 1 else b, b if turn != 1 else a, constants, True)
        return n
    return _put(steps, n, SWAP, a, b, -1, -1, 0, 0)


@kernel
def _fixed_rotation(code, constants):
    """Return (axis, angle row) of a fixed gate that is one rotation up to a phase."""
    if code in (op.X, op.Y, op.Z):
        return code - op.X, constants + at.PI
    if code in (op.S, op.SDG):
        return AXIS_Z, constants + (at.HALF if code == op.S else at.MINUS_HALF)
    if code in (op.T, op.TDG):
        return AXIS_Z, constants + (at.QUARTER if code == op.T else at.MINUS_QUARTER)
    return AXIS_X, constants + (at.HALF if code == op.SX else at.MINUS_HALF)


@kernel
def expand(bytecode, paulis, constants, position, plain_lanes):
    """Return the steps of `bytecode`, int64 (n, N_STEP), all correct up to a global phase."""
    steps = np.empty((MOST_STEPS * bytecode.shape[0] + 1, N_STEP), np.int64)
    n = 0
    for i in range(bytecode.shape[0]):
        code, a, b, c = bytecode[i, 0], bytecode[i, 1], bytecode[i, 2], bytecode[i, 3]
        d, angle = bytecode[i, 4], bytecode[i, 5]
        with_cz = False
        if plain_lanes > 0 and op.CX <= code <= op.CSWAP and b >= 0:
            with_cz = position[a] < plain_lanes or position[b] < plain_lanes
        if code <= op.P:
            n = _put(steps, n, ROTATE, a, -1, -1, -1, min(code, AXIS_Z), angle)
        elif code == op.H:
            n = _hadamard(steps, n, a, constants)
        elif code <= op.SXDG:
            axis, row = _fixed_rotation(code, constants)
            n = _put(steps, n, ROTATE, a, -1, -1, -1, axis, row)
        elif code in (op.CX, op.CY):
            if code == op.CY:
                n = _put(steps, n, ROTATE, b, -1, -1, -1, AXIS_Z, constants + at.MINUS_HALF)
            n = _cx(steps, n, a, b, constants, with_cz)
            if code == op.CY:
                n = _put(steps, n, ROTATE, b, -1, -1, -1, AXIS_Z, constants + at.HALF)
        elif code in (op.CZ, op.CH):
            if code == op.CH:
                n = _put(steps, n, ROTATE, b, -1, -1, -1, AXIS_Y, constants + at.MINUS_QUARTER)
            n = _put(steps, n, CZ, a, b, -1, -1, 0, 0)
            if code == op.CH:
                n = _put(steps, n, ROTATE, b, -1, -1, -1, AXIS_Y, constants + at.QUARTER)
        elif code <= op.ISWAPDG:
            if code != op.SWAP:
                turn = constants + (at.HALF if code == op.ISWAP else at.MINUS_HALF)
                n = _put(steps, n, ROTATE, a, -1, -1, -1, AXIS_Z, turn)
                n = _put(steps, n, ROTATE, b, -1, -1, -1, AXIS_Z, turn)
                n = _put(steps, n, CZ, a, b, -1, -1, 0, 0)
            n = _swap(steps, n, a, b, constants, with_cz)
        elif code <= op.CRZ:
            n = _put(steps, n, CONDITIONAL, b, a, -1, -1, code - op.CRX, angle)
        elif code in (op.CP, op.CCP):
            n = _put(steps, n, PHASE, a, b, c, -1, AXIS_Z, angle)
        elif code <= op.RZZ:
            both = (1 << a) | (1 << b)
            x, z = 0 if code == op.RZZ else both, 0 if code == op.RXX else both
            n = _put(steps, n, PAULI, x, z, -1, -1, 0, angle)
        elif code <= op.CSWAP:
            if code == op.CSWAP:
                with_cz = plain_lanes > 0 and (position[b] < plain_lanes or position[c] < plain_lanes)
                n = _cx(steps, n, c, b, constants, with_cz)
            if code != op.CCZ:
                n = _hadamard(steps, n, c, constants)
            n = _put(steps, n, PHASE, a, b, c, -1, AXIS_Z, constants + at.PI)
            if code != op.CCZ:
                n = _hadamard(steps, n, c, constants)
            if code == op.CSWAP:
                n = _cx(steps, n, c, b, constants, with_cz)
        elif code <= op.CCRZ:
            n = _put(steps, n, CONDITIONAL, c, a, b, -1, code - op.CCRX, angle)
        elif code == op.PAULI_ROTATION:
            n = _put(steps, n, PAULI, paulis[a, 0], paulis[a, 1], -1, -1, 0, angle)
        elif code == op.CHANNEL:
            n = _put(steps, n, CHANNEL, a, b, -1, -1, 0, c)
        else:
            n = _put(steps, n, EXCITE, a, b, c, d, AXIS_Y, angle)
    return steps[:n]
