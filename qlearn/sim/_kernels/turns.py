"""Rotations about one axis: half the arithmetic of a general 2x2 unitary, and one inner product instead of three.

A rotation about Y turns the planes (re, re) and (im, im) of two partner rows into each other, one about X the planes
(re, im) and (im, re), with another sign where the first plane is re. So every plane of a row has one partner, and the
sign of the sine depends on the plane and on the parity of the row with one mask: both are looked up. Two such
operations make quadruples of planes that fit the registers, and halve the traffic with the cache.
"""

from .layout import FLAGS, SIGN, TURN_X, R, S, V
from .pairs import lane_sign, low_mask
from .simd import kernel, lanes_of, load, merged, parity, splat, store

_SLOT = 8  # vectors for each operation: sines by row parity and plane, then the signs alone


@kernel
def turn_table(entries, slot, patterns, op, lane_bits, b_re, b_im):
    """Write the sines and signs of one operation."""
    w = lanes_of(entries)
    lane_mask, at = (1 << lane_bits) - 1, slot * _SLOT * w
    sign, sine = splat(entries, 1.0 - 2.0 * op[SIGN]) * lane_sign(entries, patterns, op[S] & lane_mask), b_im
    first = -sign  # where the first plane is re
    if op[FLAGS] & TURN_X == 0:
        sign, sine = sign * lane_sign(entries, patterns, op[R] & lane_mask), b_re
        first = sign
    store(entries, at, first * sine)
    store(entries, at + w, sign * sine)
    store(entries, at + 2 * w, -(first * sine))
    store(entries, at + 3 * w, -(sign * sine))
    store(entries, at + 4 * w, first)
    store(entries, at + 5 * w, sign)
    store(entries, at + 6 * w, -first)
    store(entries, at + 7 * w, -sign)


@merged
def _shape(op, lane_bits):
    """Return (partner mask, mask of the sign, whether planes are exchanged) of an operation."""
    r, s = op[R] >> lane_bits, op[S] >> lane_bits
    by_x = op[FLAGS] & TURN_X != 0
    return op[V] >> lane_bits, s if by_x else s ^ r, 1 if by_x else 0


@kernel
def turn(ket, n_rows, lane_bits, op, c, entries):
    """Rotate every pair of rows."""
    w = lanes_of(ket)
    v, signs, exchange = _shape(op, lane_bits)
    low = low_mask(v)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        odd = parity(a & signs)
        for plane in range(2):
            j, k = (2 * a + plane) * w, (2 * (a ^ v) + (plane ^ exchange)) * w
            b, x, y = load(entries, (2 * odd + plane) * w), load(ket, j), load(ket, k)
            store(ket, j, c * x + b * y)
            store(ket, k, c * y - b * x)


@kernel
def turn_back(ket, bra, n_rows, lane_bits, op, c, entries):
    """Undo `turn` on ket and bra; return Im <bra|P|ket> of its axis."""
    w = lanes_of(ket)
    v, signs, exchange = _shape(op, lane_bits)
    low = low_mask(v)
    g = splat(ket, 0.0)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        odd = parity(a & signs)
        for plane in range(2):
            j, k, at = (2 * a + plane) * w, (2 * (a ^ v) + (plane ^ exchange)) * w, (2 * odd + plane) * w
            b, x, y, p, q = load(entries, at), load(ket, j), load(ket, k), load(bra, j), load(bra, k)
            g += load(entries, at + 4 * w) * (q * x - p * y)
            store(ket, j, c * x - b * y)
            store(ket, k, c * y + b * x)
            store(bra, j, c * p - b * q)
            store(bra, k, c * q + b * p)
    return g


@merged
def _quadruples(v_1, v_2):
    """Return the masks of the bits below the two pivots of a pair of partner masks, the larger first."""
    low = low_mask(v_1)
    high_bit = low + 1
    other = v_2 ^ v_1 if v_2 & high_bit else v_2
    return max(low, low_mask(other)), min(low, low_mask(other))


@kernel
def turn_two(ket, n_rows, lane_bits, op_1, op_2, c_1, c_2, entries):
    """Apply two turns with different partner masks, the first from slot 0 and the second from slot 1."""
    w = lanes_of(ket)
    v_1, signs_1, exchange_1 = _shape(op_1, lane_bits)
    v_2, signs_2, exchange_2 = _shape(op_2, lane_bits)
    high, low = _quadruples(v_1, v_2)
    flip_1, flip_2 = parity(v_2 & signs_1), parity(v_1 & signs_2)
    for i in range(n_rows >> 2):
        a = ((i & ~low) << 1) | (i & low)
        a = ((a & ~high) << 1) | (a & high)
        odd_1, odd_2 = parity(a & signs_1), parity(a & signs_2)
        for plane in range(2):
            plane_1, plane_2 = plane ^ exchange_1, plane ^ exchange_2
            j_0, j_1 = (2 * a + plane) * w, (2 * (a ^ v_1) + plane_1) * w
            j_2, j_3 = (2 * (a ^ v_2) + plane_2) * w, (2 * (a ^ v_1 ^ v_2) + (plane_1 ^ exchange_2)) * w
            x, y, u, t = load(ket, j_0), load(ket, j_1), load(ket, j_2), load(ket, j_3)
            b, d = load(entries, (2 * odd_1 + plane) * w), load(entries, (2 * (odd_1 ^ flip_1) + plane_2) * w)
            x, y, u, t = c_1 * x + b * y, c_1 * y - b * x, c_1 * u + d * t, c_1 * t - d * u
            b = load(entries, (_SLOT + 2 * odd_2 + plane) * w)
            d = load(entries, (_SLOT + 2 * (odd_2 ^ flip_2) + plane_1) * w)
            store(ket, j_0, c_2 * x + b * u)
            store(ket, j_2, c_2 * u - b * x)
            store(ket, j_1, c_2 * y + d * t)
            store(ket, j_3, c_2 * t - d * y)


@kernel
def turn_two_back(ket, bra, n_rows, lane_bits, op_1, op_2, c_1, c_2, entries):
    """Undo `turn_two` on ket and bra; return Im <bra|P|ket> of both axes."""
    w = lanes_of(ket)
    v_1, signs_1, exchange_1 = _shape(op_1, lane_bits)
    v_2, signs_2, exchange_2 = _shape(op_2, lane_bits)
    high, low = _quadruples(v_1, v_2)
    flip_1, flip_2 = parity(v_2 & signs_1), parity(v_1 & signs_2)
    g_1, g_2 = splat(ket, 0.0), splat(ket, 0.0)
    for i in range(n_rows >> 2):
        a = ((i & ~low) << 1) | (i & low)
        a = ((a & ~high) << 1) | (a & high)
        odd_1, odd_2 = parity(a & signs_1), parity(a & signs_2)
        for plane in range(2):
            plane_1, plane_2 = plane ^ exchange_1, plane ^ exchange_2
            j_0, j_1 = (2 * a + plane) * w, (2 * (a ^ v_1) + plane_1) * w
            j_2, j_3 = (2 * (a ^ v_2) + plane_2) * w, (2 * (a ^ v_1 ^ v_2) + (plane_1 ^ exchange_2)) * w
            x, y, u, t = load(ket, j_0), load(ket, j_1), load(ket, j_2), load(ket, j_3)
            p, q, m, o = load(bra, j_0), load(bra, j_1), load(bra, j_2), load(bra, j_3)
            at, to = (_SLOT + 2 * odd_2 + plane) * w, (_SLOT + 2 * (odd_2 ^ flip_2) + plane_1) * w
            b, d = load(entries, at), load(entries, to)
            g_2 += load(entries, at + 4 * w) * (m * x - p * u) + load(entries, to + 4 * w) * (o * y - q * t)
            x, u, y, t = c_2 * x - b * u, c_2 * u + b * x, c_2 * y - d * t, c_2 * t + d * y
            p, m, q, o = c_2 * p - b * m, c_2 * m + b * p, c_2 * q - d * o, c_2 * o + d * q
            at, to = (2 * odd_1 + plane) * w, (2 * (odd_1 ^ flip_1) + plane_2) * w
            b, d = load(entries, at), load(entries, to)
            g_1 += load(entries, at + 4 * w) * (q * x - p * y) + load(entries, to + 4 * w) * (o * u - m * t)
            store(ket, j_0, c_1 * x - b * y)
            store(ket, j_1, c_1 * y + b * x)
            store(ket, j_2, c_1 * u - d * t)
            store(ket, j_3, c_1 * t + d * u)
            store(bra, j_0, c_1 * p - b * q)
            store(bra, j_1, c_1 * q + b * p)
            store(bra, j_2, c_1 * m - d * o)
            store(bra, j_3, c_1 * o + d * m)
    return g_1, g_2
