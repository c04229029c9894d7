"""Rotations about one axis: half the arithmetic of a general 2x2 unitary, and one inner product instead of three.

With the plane (re or im) as one more index bit, below those of the row, a rotation turns pairs of real vectors into
each other: about Y those of equal planes, about X those of different ones. The sign of the sine is the parity of the
index with one mask. Up to three operations whose pairing masks are independent run together on quadruples or octets of
vectors, which fit the registers: fewer passes over the state, and fewer addresses to compute for each product.

Where the partner lies in other lanes, a shuffle brings it over, and where conditions choose rows, the others are
skipped: both one operation at a time.
"""

import numpy as np

from .layout import C1, C2, C3, FLAGS, KIND, PAIR, SIGN, TURN_X, TURN_Y, WANT, R, S, V
from .pairs import conditions_of, decided_by_row, lane_sign, low_mask
from .simd import kernel, lanes_of, load, merged, parity, splat, store, xor_lanes

MOST_TOGETHER = 3
_PAIRS = 4  # of each operation in an octet
_SIGNS = 2 * _PAIRS  # vectors before the signs; sines and signs are there by the parity of the octet, then by the pair
_SLOT = 2 * _SIGNS
N_TURN_VECTORS = MOST_TOGETHER * _SLOT


@kernel
def _shape(op, lane_bits):
    """Return (mask of the pairing, mask of the sign, lanes flipped); masks of vector numbers, the plane lowest."""
    by_x = 1 if op[FLAGS] & TURN_X else 0
    r, s = op[R] >> lane_bits, op[S] >> lane_bits
    signs = s if by_x else s ^ r
    return (op[V] >> lane_bits) << 1 | by_x, signs << 1 | by_x, op[V] & ((1 << lane_bits) - 1)


@kernel
def is_turn(op, lane_bits):
    """Return whether an operation is a rotation about X or Y, of whole rows, that pairs different vectors."""
    turns = op[KIND] == PAIR and op[FLAGS] & (TURN_X | TURN_Y) != 0
    if op[C1] != 0:
        return turns and decided_by_row(op, lane_bits) and op[V] & ((1 << lane_bits) - 1) == 0
    return turns and (op[V] >> lane_bits != 0 or op[FLAGS] & TURN_X != 0)


@kernel
def turns_together(table, first, step, most, lane_bits):
    """Return how many operations from the turn `first` on, going by `step` (1 or -1), run together."""
    v_0, _, flip = _shape(table[first], lane_bits)
    v_1, n = 0, 1
    if table[first, C1] != 0:
        return n
    while flip == 0 and n < most and n < MOST_TOGETHER and is_turn(table[first + n * step], lane_bits):
        v, _, flip = _shape(table[first + n * step], lane_bits)
        if flip or table[first + n * step, C1] != 0 or v in (v_0, v_1, v_0 ^ v_1):
            break
        v_1 = v
        n += 1
    return n


@kernel
def _high_bit(mask):
    return low_mask(mask) + 1


@kernel
def _next_start(start, pivots):
    """Return the next number without any bit of the pivots."""
    return ((start | pivots) + 1) & ~pivots


@merged
def _entry(i, start, signs, w):
    """Return where the sines of operation i lie for the quadruple or octet that begins at `start`."""
    return (i * _SLOT + parity(start & signs) * _PAIRS) * w


@kernel
def turn_tables(entries, patterns, table, first, count, lane_bits, coefficients):
    """Write the sines and signs of operations first : first + count for every pair of a quadruple or octet."""
    w = lanes_of(entries)
    lane_mask = (1 << lane_bits) - 1
    for i in range(count):
        op, c, at = table[first + i], (first + i) * 4 * w, i * _SLOT * w
        sign = splat(entries, 1.0 - 2.0 * op[SIGN]) * lane_sign(entries, patterns, op[S] & lane_mask)
        if op[FLAGS] & TURN_X:
            sign, sine = -sign, load(coefficients, c + 3 * w)
        else:
            sign, sine = sign * lane_sign(entries, patterns, op[R] & lane_mask), load(coefficients, c + 2 * w)
        sine = sign * sine
        _, signs, _ = _shape(op, lane_bits)
        for pair in range(_PAIRS):
            odd, bit = 0, 0
            for k in range(count):
                if k != i or count == 1:  # alone: pair 1 is the partner's
                    v, _, _ = _shape(table[first + k], lane_bits)
                    odd ^= ((pair >> bit) & 1) & parity(v & signs)
                    bit += 1
            for o in range(2):
                factor = splat(entries, 1.0 - 2.0 * (o ^ odd))
                store(entries, at + (o * _PAIRS + pair) * w, factor * sine)
                store(entries, at + (_SIGNS + o * _PAIRS + pair) * w, factor * sign)


@kernel
def _one(ket, n, lane_bits, op, c, entries):
    """Rotate pairs of vectors."""
    w = lanes_of(ket)
    v, signs, flip = _shape(op, lane_bits)
    pivots, start = _high_bit(v), 0
    while start < n:
        at, j, k = _entry(0, start, signs, w), start * w, (start ^ v) * w
        x, y = load(ket, j), load(ket, k)
        p, q = y, x
        if flip:
            p, q = xor_lanes(y, flip), xor_lanes(x, flip)
        store(ket, j, c * x + load(entries, at) * p)
        store(ket, k, c * y + load(entries, at + w) * q)
        start = _next_start(start, pivots)


@kernel
def _one_back(ket, bra, n, lane_bits, op, c, entries):
    """Undo `_one` on ket and bra; return Im <bra|P|ket> of its axis."""
    w = lanes_of(ket)
    v, signs, flip = _shape(op, lane_bits)
    pivots, start, g = _high_bit(v), 0, splat(ket, 0.0)
    while start < n:
        at, j, k = _entry(0, start, signs, w), start * w, (start ^ v) * w
        x, y, p, q = load(ket, j), load(ket, k), load(bra, j), load(bra, k)
        s, t, m, o = y, x, q, p
        if flip:
            s, t, m, o = xor_lanes(y, flip), xor_lanes(x, flip), xor_lanes(q, flip), xor_lanes(p, flip)
        g -= load(entries, at + _SIGNS * w) * (p * s) + load(entries, at + (_SIGNS + 1) * w) * (q * t)
        b, d = load(entries, at), load(entries, at + w)
        store(ket, j, c * x - b * s)
        store(ket, k, c * y - d * t)
        store(bra, j, c * p - b * m)
        store(bra, k, c * q - d * o)
        start = _next_start(start, pivots)
    return g


@merged
def _where(op, lane_bits):
    """Return what finds the pairs of rows that a conditional turn acts on: masks of conditions, what they want, pivots.

    A pair is met at its row without the highest bit of V; the highest other bit of the first condition follows from it.
    """
    v, c1, c2, c3 = op[V] >> lane_bits, op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    pivot = _high_bit(v)
    return c1, c2, c3, op[WANT], pivot, _high_bit(c1 & ~pivot)


@kernel
def _one_where(ket, n_rows, lane_bits, op, c, entries):
    """Rotate the pairs of rows that fit the conditions, both planes at once."""
    w = lanes_of(ket)
    v, signs, _ = _shape(op, lane_bits)
    c1, c2, c3, want, pivot, other = _where(op, lane_bits)
    start = 0
    while start < n_rows:
        row = start | (other & -(parity(start & c1) ^ (want & 1)))
        start = _next_start(start, pivot | other)
        if conditions_of(row, c1, c2, c3) != want:
            continue
        at, also = _entry(0, 2 * row, signs, w), _entry(0, 2 * row + 1, signs, w)
        j, k = 2 * row * w, ((2 * row) ^ v) * w
        m, o = (2 * row + 1) * w, ((2 * row + 1) ^ v) * w
        x, y, u, t = load(ket, j), load(ket, k), load(ket, m), load(ket, o)
        store(ket, j, c * x + load(entries, at) * y)
        store(ket, k, c * y + load(entries, at + w) * x)
        store(ket, m, c * u + load(entries, also) * t)
        store(ket, o, c * t + load(entries, also + w) * u)


@kernel
def _one_where_back(ket, bra, n_rows, lane_bits, op, c, entries):
    """Undo `_one_where` on ket and bra; return Im <bra|P|ket> of its axis on those rows."""
    w = lanes_of(ket)
    v, signs, _ = _shape(op, lane_bits)
    c1, c2, c3, want, pivot, other = _where(op, lane_bits)
    start, g = 0, splat(ket, 0.0)
    while start < n_rows:
        row = start | (other & -(parity(start & c1) ^ (want & 1)))
        start = _next_start(start, pivot | other)
        if conditions_of(row, c1, c2, c3) != want:
            continue
        for plane in range(2):
            at = _entry(0, 2 * row + plane, signs, w)
            j, k = (2 * row + plane) * w, ((2 * row + plane) ^ v) * w
            x, y, p, q = load(ket, j), load(ket, k), load(bra, j), load(bra, k)
            b, d = load(entries, at), load(entries, at + w)
            g -= load(entries, at + _SIGNS * w) * (p * y) + load(entries, at + (_SIGNS + 1) * w) * (q * x)
            store(ket, j, c * x - b * y)
            store(ket, k, c * y - d * x)
            store(bra, j, c * p - b * q)
            store(bra, k, c * q - d * p)
    return g


@merged
def _turned(c, b, x, y):
    return c * x + b * y, c * y - b * x


@merged
def _undone(entries, at, w, c, g, x, y, p, q):
    """Return a pair of ket and bra turned back, and the inner product so far with theirs added."""
    b = load(entries, at)
    g = g + load(entries, at + _SIGNS * w) * (q * x - p * y)
    return g, c * x - b * y, c * y + b * x, c * p - b * q, c * q + b * p


@merged
def _turned_four(entries, at_0, at_1, w, c_0, c_1, x_0, x_1, x_2, x_3):
    """Return a quadruple turned by two operations."""
    x_0, x_1 = _turned(c_0, load(entries, at_0), x_0, x_1)
    x_2, x_3 = _turned(c_0, load(entries, at_0 + w), x_2, x_3)
    x_0, x_2 = _turned(c_1, load(entries, at_1), x_0, x_2)
    x_1, x_3 = _turned(c_1, load(entries, at_1 + w), x_1, x_3)
    return x_0, x_1, x_2, x_3


@merged
def _undone_four(entries, at_0, at_1, w, c_0, c_1, g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3):
    """Return the inner products so far and a quadruple of ket and bra turned back by two operations."""
    g_1, x_0, x_2, p_0, p_2 = _undone(entries, at_1, w, c_1, g_1, x_0, x_2, p_0, p_2)
    g_1, x_1, x_3, p_1, p_3 = _undone(entries, at_1 + w, w, c_1, g_1, x_1, x_3, p_1, p_3)
    g_0, x_0, x_1, p_0, p_1 = _undone(entries, at_0, w, c_0, g_0, x_0, x_1, p_0, p_1)
    g_0, x_2, x_3, p_2, p_3 = _undone(entries, at_0 + w, w, c_0, g_0, x_2, x_3, p_2, p_3)
    return g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3


@merged
def _load_four(state, j_0, j_1, j_2, j_3):
    return load(state, j_0), load(state, j_1), load(state, j_2), load(state, j_3)


@merged
def _store_four(state, j_0, j_1, j_2, j_3, x_0, x_1, x_2, x_3):
    store(state, j_0, x_0)
    store(state, j_1, x_1)
    store(state, j_2, x_2)
    store(state, j_3, x_3)


@kernel
def _pivots(v_0, v_1, v_2):
    """Return the pivots of up to three independent masks; zero stands for none."""
    pivots = _high_bit(v_0)
    rest = v_1 ^ v_0 if v_1 & pivots else v_1
    pivot = _high_bit(rest)
    if v_2 == 0:
        return pivots | pivot
    other = v_2 ^ v_0 if v_2 & pivots else v_2
    return pivots | pivot | _high_bit(other ^ rest if other & pivot else other)


@kernel
def _two(ket, n, lane_bits, table, first, coefficients, entries):
    """Rotate quadruples of vectors by operations first : first + 2."""
    w = lanes_of(ket)
    v_0, signs_0, _ = _shape(table[first], lane_bits)
    v_1, signs_1, _ = _shape(table[first + 1], lane_bits)
    pivots, start = _pivots(v_0, v_1, np.int64(0)), 0
    c_0, c_1 = load(coefficients, first * 4 * w), load(coefficients, (first + 1) * 4 * w)
    while start < n:
        j_0, j_1, j_2, j_3 = start * w, (start ^ v_0) * w, (start ^ v_1) * w, (start ^ v_0 ^ v_1) * w
        x_0, x_1, x_2, x_3 = _load_four(ket, j_0, j_1, j_2, j_3)
        at_0, at_1 = _entry(0, start, signs_0, w), _entry(1, start, signs_1, w)
        x_0, x_1, x_2, x_3 = _turned_four(entries, at_0, at_1, w, c_0, c_1, x_0, x_1, x_2, x_3)
        _store_four(ket, j_0, j_1, j_2, j_3, x_0, x_1, x_2, x_3)
        start = _next_start(start, pivots)


@kernel
def _two_back(ket, bra, n, lane_bits, table, first, coefficients, entries):
    """Undo `_two` on ket and bra; return Im <bra|P|ket> of the axes."""
    w = lanes_of(ket)
    v_0, signs_0, _ = _shape(table[first], lane_bits)
    v_1, signs_1, _ = _shape(table[first + 1], lane_bits)
    pivots, start = _pivots(v_0, v_1, np.int64(0)), 0
    c_0, c_1 = load(coefficients, first * 4 * w), load(coefficients, (first + 1) * 4 * w)
    g_0, g_1 = splat(ket, 0.0), splat(ket, 0.0)
    while start < n:
        j_0, j_1, j_2, j_3 = start * w, (start ^ v_0) * w, (start ^ v_1) * w, (start ^ v_0 ^ v_1) * w
        x_0, x_1, x_2, x_3 = _load_four(ket, j_0, j_1, j_2, j_3)
        p_0, p_1, p_2, p_3 = _load_four(bra, j_0, j_1, j_2, j_3)
        at_0, at_1 = _entry(0, start, signs_0, w), _entry(1, start, signs_1, w)
        g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3 = _undone_four(
            entries, at_0, at_1, w, c_0, c_1, g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3
        )  # fmt: skip
        _store_four(ket, j_0, j_1, j_2, j_3, x_0, x_1, x_2, x_3)
        _store_four(bra, j_0, j_1, j_2, j_3, p_0, p_1, p_2, p_3)
        start = _next_start(start, pivots)
    return g_0, g_1


@kernel
def _three(ket, n, lane_bits, table, first, coefficients, entries):
    """Rotate octets of vectors by operations first : first + 3."""
    w = lanes_of(ket)
    v_0, signs_0, _ = _shape(table[first], lane_bits)
    v_1, signs_1, _ = _shape(table[first + 1], lane_bits)
    v_2, signs_2, _ = _shape(table[first + 2], lane_bits)
    pivots, start, v_3 = _pivots(v_0, v_1, v_2), 0, v_0 ^ v_1
    c_0, c_1 = load(coefficients, first * 4 * w), load(coefficients, (first + 1) * 4 * w)
    c_2 = load(coefficients, (first + 2) * 4 * w)
    while start < n:
        far = start ^ v_2
        j_0, j_1, j_2, j_3 = start * w, (start ^ v_0) * w, (start ^ v_1) * w, (start ^ v_3) * w
        j_4, j_5, j_6, j_7 = far * w, (far ^ v_0) * w, (far ^ v_1) * w, (far ^ v_3) * w
        x_0, x_1, x_2, x_3 = _load_four(ket, j_0, j_1, j_2, j_3)
        x_4, x_5, x_6, x_7 = _load_four(ket, j_4, j_5, j_6, j_7)
        at_0, at_1 = _entry(0, start, signs_0, w), _entry(1, start, signs_1, w)
        x_0, x_1, x_2, x_3 = _turned_four(entries, at_0, at_1, w, c_0, c_1, x_0, x_1, x_2, x_3)
        x_4, x_5, x_6, x_7 = _turned_four(
            entries, at_0 + 2 * w, at_1 + 2 * w, w, c_0, c_1, x_4, x_5, x_6, x_7
        )  # fmt: skip
        at_2 = _entry(2, start, signs_2, w)
        x_0, x_4 = _turned(c_2, load(entries, at_2), x_0, x_4)
        x_1, x_5 = _turned(c_2, load(entries, at_2 + w), x_1, x_5)
        x_2, x_6 = _turned(c_2, load(entries, at_2 + 2 * w), x_2, x_6)
        x_3, x_7 = _turned(c_2, load(entries, at_2 + 3 * w), x_3, x_7)
        _store_four(ket, j_0, j_1, j_2, j_3, x_0, x_1, x_2, x_3)
        _store_four(ket, j_4, j_5, j_6, j_7, x_4, x_5, x_6, x_7)
        start = _next_start(start, pivots)


@kernel
def _three_back(ket, bra, n, lane_bits, table, first, coefficients, entries):
    """Undo `_three` on ket and bra; return Im <bra|P|ket> of the axes."""
    w = lanes_of(ket)
    v_0, signs_0, _ = _shape(table[first], lane_bits)
    v_1, signs_1, _ = _shape(table[first + 1], lane_bits)
    v_2, signs_2, _ = _shape(table[first + 2], lane_bits)
    pivots, start, v_3 = _pivots(v_0, v_1, v_2), 0, v_0 ^ v_1
    c_0, c_1 = load(coefficients, first * 4 * w), load(coefficients, (first + 1) * 4 * w)
    c_2 = load(coefficients, (first + 2) * 4 * w)
    g_0, g_1, g_2 = splat(ket, 0.0), splat(ket, 0.0), splat(ket, 0.0)
    while start < n:
        far = start ^ v_2
        j_0, j_1, j_2, j_3 = start * w, (start ^ v_0) * w, (start ^ v_1) * w, (start ^ v_3) * w
        j_4, j_5, j_6, j_7 = far * w, (far ^ v_0) * w, (far ^ v_1) * w, (far ^ v_3) * w
        x_0, x_1, x_2, x_3 = _load_four(ket, j_0, j_1, j_2, j_3)
        x_4, x_5, x_6, x_7 = _load_four(ket, j_4, j_5, j_6, j_7)
        p_0, p_1, p_2, p_3 = _load_four(bra, j_0, j_1, j_2, j_3)
        p_4, p_5, p_6, p_7 = _load_four(bra, j_4, j_5, j_6, j_7)
        at_2 = _entry(2, start, signs_2, w)
        g_2, x_0, x_4, p_0, p_4 = _undone(entries, at_2, w, c_2, g_2, x_0, x_4, p_0, p_4)
        g_2, x_1, x_5, p_1, p_5 = _undone(entries, at_2 + w, w, c_2, g_2, x_1, x_5, p_1, p_5)
        g_2, x_2, x_6, p_2, p_6 = _undone(entries, at_2 + 2 * w, w, c_2, g_2, x_2, x_6, p_2, p_6)
        g_2, x_3, x_7, p_3, p_7 = _undone(entries, at_2 + 3 * w, w, c_2, g_2, x_3, x_7, p_3, p_7)
        at_0, at_1 = _entry(0, start, signs_0, w), _entry(1, start, signs_1, w)
        g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3 = _undone_four(
            entries, at_0, at_1, w, c_0, c_1, g_0, g_1, x_0, x_1, x_2, x_3, p_0, p_1, p_2, p_3
        )  # fmt: skip
        g_0, g_1, x_4, x_5, x_6, x_7, p_4, p_5, p_6, p_7 = _undone_four(
            entries, at_0 + 2 * w, at_1 + 2 * w, w, c_0, c_1, g_0, g_1, x_4, x_5, x_6, x_7, p_4, p_5, p_6, p_7
        )  # fmt: skip
        _store_four(ket, j_0, j_1, j_2, j_3, x_0, x_1, x_2, x_3)
        _store_four(ket, j_4, j_5, j_6, j_7, x_4, x_5, x_6, x_7)
        _store_four(bra, j_0, j_1, j_2, j_3, p_0, p_1, p_2, p_3)
        _store_four(bra, j_4, j_5, j_6, j_7, p_4, p_5, p_6, p_7)
        start = _next_start(start, pivots)
    return g_0, g_1, g_2


@kernel
def turn(ket, n_rows, lane_bits, table, first, count, coefficients, entries):
    """Apply operations first : first + count, whose tables are filled."""
    if count == 3:
        _three(ket, 2 * n_rows, lane_bits, table, first, coefficients, entries)
    elif count == 2:
        _two(ket, 2 * n_rows, lane_bits, table, first, coefficients, entries)
    else:
        c = load(coefficients, first * 4 * lanes_of(ket))
        if table[first, C1] != 0:
            _one_where(ket, n_rows, lane_bits, table[first], c, entries)
        else:
            _one(ket, 2 * n_rows, lane_bits, table[first], c, entries)


@kernel
def turn_back(ket, bra, n_rows, lane_bits, table, first, count, coefficients, entries):
    """Undo `turn` on ket and bra; return Im <bra|P|ket> of the axes of up to three operations."""
    g_0, g_1, g_2 = splat(ket, 0.0), splat(ket, 0.0), splat(ket, 0.0)
    if count == 3:
        g_0, g_1, g_2 = _three_back(ket, bra, 2 * n_rows, lane_bits, table, first, coefficients, entries)
    elif count == 2:
        g_0, g_1 = _two_back(ket, bra, 2 * n_rows, lane_bits, table, first, coefficients, entries)
    else:
        c = load(coefficients, first * 4 * lanes_of(ket))
        if table[first, C1] != 0:
            g_0 = _one_where_back(ket, bra, n_rows, lane_bits, table[first], c, entries)
        else:
            g_0 = _one_back(ket, bra, 2 * n_rows, lane_bits, table[first], c, entries)
    return g_0, g_1, g_2
