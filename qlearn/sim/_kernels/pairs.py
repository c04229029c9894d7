"""Apply one operation of a lowered program to a state, forward, or backward with its gradient.

A state is ``buffer[row][re | im][lane]``, flat. An operation pairs row a with row ``a ^ v``; `fast_*` kernels serve the
unconditional operations whose virtual qubit flips no lane, `general_*` all others through a table of coefficients
chosen by the parities of the row. Backward kernels take ket and bra after the operation, undo it on both and return the
three inner products ``Im <bra| X, Y, Z |ket>`` of the virtual qubit, from which every angle of the merged chain gets
its derivative (dE/dt = Im <bra|P|ket> for exp(-i t P / 2) and bra = O ket).
"""

from numba import njit

from .layout import C1, C2, C3, SIGN, WANT, R, S, V
from .simd import kernel, lanes_of, load, parity, splat, store, xor_lanes

TABLE_ENTRY = 7  # vectors per table entry: a.re, a.im, b.re, b.im and the weights of the X, Y, Z inner products
N_TABLE = 32


@njit(inline="always")
def low_mask(mask):
    """Return all bits below the highest set bit of a non-zero mask."""
    mask |= mask >> 1
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    mask |= mask >> 16
    mask |= mask >> 32
    return mask >> 1


@njit(inline="always")
def lane_sign(array, patterns, mask):
    """Return the vector of (-1)**parity(lane & mask)."""
    return load(patterns, mask * lanes_of(array))


@kernel
def fast_pair(ket, n_rows, v, r, s, ar, ai, br, bi):
    """Apply the 2x2 matrix ((a, b), (-b*, a*)) to every pair of rows."""
    w = lanes_of(ket)
    low = low_mask(v)
    if s == 0:
        for i in range(n_rows >> 1):
            a = ((i & ~low) << 1) | (i & low)
            a ^= v & -parity(a & r)
            j, k = a * 2 * w, (a ^ v) * 2 * w
            x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
            store(ket, j, ar * x - ai * y + br * u - bi * t)
            store(ket, j + w, ar * y + ai * x + br * t + bi * u)
            store(ket, k, ar * u + ai * t - br * x - bi * y)
            store(ket, k + w, ar * t - ai * u - br * y + bi * x)
        return
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        a ^= v & -parity(a & r)
        sign = splat(ket, 1.0 - 2.0 * parity(a & s))
        cr, ci = sign * br, sign * bi
        j, k = a * 2 * w, (a ^ v) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        store(ket, j, ar * x - ai * y + cr * u - ci * t)
        store(ket, j + w, ar * y + ai * x + cr * t + ci * u)
        store(ket, k, ar * u + ai * t - cr * x - ci * y)
        store(ket, k + w, ar * t - ai * u - cr * y + ci * x)


@kernel
def fast_pair_back(ket, bra, n_rows, v, r, s, ar, ai, br, bi, products):
    """Undo `fast_pair` on ket and bra; add Im <bra|X,Y,Z|ket> to the three vectors of `products`."""
    w = lanes_of(ket)
    low = low_mask(v)
    gx, gy, gz = load(products, 0), load(products, w), load(products, 2 * w)
    cr, ci = br, bi
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        a ^= v & -parity(a & r)
        j, k = a * 2 * w, (a ^ v) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        p, q, m, o = load(bra, j), load(bra, j + w), load(bra, k), load(bra, k + w)
        if s != 0:
            sign = splat(ket, 1.0 - 2.0 * parity(a & s))
            cr, ci = sign * br, sign * bi
            gx += sign * (p * t - q * u + m * y - o * x)
            gy += sign * (m * x + o * y - p * u - q * t)
        else:
            gx += p * t - q * u + m * y - o * x
            gy += m * x + o * y - p * u - q * t
        gz += p * y - q * x - m * t + o * u
        store(ket, j, ar * x + ai * y - cr * u + ci * t)
        store(ket, j + w, ar * y - ai * x - cr * t - ci * u)
        store(ket, k, ar * u - ai * t + cr * x + ci * y)
        store(ket, k + w, ar * t + ai * u + cr * y - ci * x)
        store(bra, j, ar * p + ai * q - cr * m + ci * o)
        store(bra, j + w, ar * q - ai * p - cr * o - ci * m)
        store(bra, k, ar * m - ai * o + cr * p + ci * q)
        store(bra, k + w, ar * o + ai * m + cr * q - ci * p)
    store(products, 0, gx)
    store(products, w, gy)
    store(products, 2 * w, gz)


@kernel
def pair_products(ket, bra, n_rows, v, r, products):
    """Write Im <bra|X,Y,Z|ket> of a virtual qubit without signs, leaving ket and bra alone."""
    w = lanes_of(ket)
    low = low_mask(v)
    zero = splat(ket, 0.0)
    gx, gy, gz = zero, zero, zero
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        a ^= v & -parity(a & r)
        j, k = a * 2 * w, (a ^ v) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        p, q, m, o = load(bra, j), load(bra, j + w), load(bra, k), load(bra, k + w)
        gx += p * t - q * u + m * y - o * x
        gy += m * x + o * y - p * u - q * t
        gz += p * y - q * x - m * t + o * u
    store(products, 0, gx)
    store(products, w, gy)
    store(products, 2 * w, gz)


@kernel
def fast_diagonal(ket, n_rows, r, ar, ai):
    """Multiply role-0 rows by a and role-1 rows by a*."""
    w = lanes_of(ket)
    for row in range(n_rows):
        j = row * 2 * w
        im = splat(ket, 1.0 - 2.0 * parity(row & r)) * ai
        x, y = load(ket, j), load(ket, j + w)
        store(ket, j, ar * x - im * y)
        store(ket, j + w, ar * y + im * x)


@kernel
def fast_diagonal_back(ket, bra, n_rows, r, ar, ai, products):
    """Undo `fast_diagonal` on ket and bra; add Im <bra|Z|ket> to the third vector of `products`."""
    w = lanes_of(ket)
    gz = load(products, 2 * w)
    for row in range(n_rows):
        j = row * 2 * w
        sign = splat(ket, 1.0 - 2.0 * parity(row & r))
        im = sign * ai
        x, y, p, q = load(ket, j), load(ket, j + w), load(bra, j), load(bra, j + w)
        gz += sign * (p * y - q * x)
        store(ket, j, ar * x + im * y)
        store(ket, j + w, ar * y - im * x)
        store(bra, j, ar * p + im * q)
        store(bra, j + w, ar * q - im * p)
    store(products, 2 * w, gz)


@kernel
def fill_table(table, patterns, op, lane_bits, ar, ai, br, bi, is_phase):
    """Write the coefficient vectors for every combination of row parities.

    Entry number: bit 0 the role parity, bit 1 the sign parity, bits 2 to 4 the three conditions (which come in order).
    """
    w = lanes_of(table)
    lane_mask = (1 << lane_bits) - 1
    role_lanes = lane_sign(table, patterns, op[R] & lane_mask)
    sign_lanes = lane_sign(table, patterns, op[S] & lane_mask)
    one = splat(table, 1.0)
    n_entries = 4 << ((op[C1] != 0) + (op[C2] != 0) + (op[C3] != 0))
    for entry in range(n_entries):
        at = entry * TABLE_ENTRY * w
        role = splat(table, 1.0 - 2.0 * (entry & 1)) * role_lanes
        sign = splat(table, 1.0 - 2.0 * (((entry >> 1) & 1) ^ op[SIGN])) * sign_lanes
        active = splat(table, 1.0 * ((entry >> 2) == op[WANT]))
        if (op[C1] | op[C2] | op[C3]) & lane_mask:
            for lane in range(w):
                seen = parity(lane & op[C1] & lane_mask) | (parity(lane & op[C2] & lane_mask) << 1)
                seen |= parity(lane & op[C3] & lane_mask) << 2
                table[at + lane] = 1.0 * ((entry >> 2) ^ seen == op[WANT])
            active = load(table, at)
        if is_phase:
            role = one
        store(table, at, one + active * (ar - one))
        store(table, at + w, active * role * ai)
        store(table, at + 2 * w, active * sign * role * br)
        store(table, at + 3 * w, active * sign * bi)
        store(table, at + 4 * w, active * sign)
        store(table, at + 5 * w, -(active * role * sign))
        store(table, at + 6 * w, splat(table, -2.0) * active if is_phase else active * role)


@njit(inline="always")
def conditions_of(row, c1, c2, c3):
    """Return what the conditions see in a row, to be compared with what they want."""
    return parity(row & c1) | (parity(row & c2) << 1) | (parity(row & c3) << 2)


@njit(inline="always")
def entry_of(row, r, s, c1, c2, c3):
    """Return the table entry of a row, see `fill_table`."""
    entry = parity(row & r) | (parity(row & s) << 1)
    if (c1 | c2 | c3) != 0:
        entry |= conditions_of(row, c1, c2, c3) << 2
    return entry


@kernel
def decided_by_row(op, lane_bits):
    """Return whether an operation's conditions do not depend on the lane, so that whole rows can be skipped."""
    return (op[C1] | op[C2] | op[C3]) & ((1 << lane_bits) - 1) == 0


@njit(inline="always")
def spread(i, bit):
    """Return number i with a zero put in at a bit."""
    return ((i & -bit) << 1) | (i & (bit - 1))


@njit(inline="always")
def active_row(i, bit, c1, want):
    """Return the i-th row whose parity with c1 is the lowest bit of `want`; `bit` is the highest of c1, 0 for none."""
    if bit == 0:
        return i
    row = spread(i, bit)
    return row | (bit & -(parity(row & c1) ^ (want & 1)))


@kernel
def general_pair(ket, n_rows, op, lane_bits, table):
    w = lanes_of(ket)
    flip = op[V] & ((1 << lane_bits) - 1)
    v, r, s = op[V] >> lane_bits, op[R] >> lane_bits, op[S] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    low = low_mask(v)
    step = entry_of(v, r, s, c1, c2, c3)
    skip, want = decided_by_row(op, lane_bits), op[WANT]
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        entry = entry_of(a, r, s, c1, c2, c3)
        if skip and entry >> 2 != want:
            continue
        j, k = a * 2 * w, (a ^ v) * 2 * w
        e, f = entry * TABLE_ENTRY * w, (entry ^ step) * TABLE_ENTRY * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        sx, sy, su, st = xor_lanes(x, flip), xor_lanes(y, flip), xor_lanes(u, flip), xor_lanes(t, flip)
        ar, ai, br, bi = load(table, e), load(table, e + w), load(table, e + 2 * w), load(table, e + 3 * w)
        store(ket, j, ar * x - ai * y + br * su - bi * st)
        store(ket, j + w, ar * y + ai * x + br * st + bi * su)
        ar, ai, br, bi = load(table, f), load(table, f + w), load(table, f + 2 * w), load(table, f + 3 * w)
        store(ket, k, ar * u - ai * t + br * sx - bi * sy)
        store(ket, k + w, ar * t + ai * u + br * sy + bi * sx)


@kernel
def general_pair_back(ket, bra, n_rows, op, lane_bits, table, products):
    w = lanes_of(ket)
    flip = op[V] & ((1 << lane_bits) - 1)
    v, r, s = op[V] >> lane_bits, op[R] >> lane_bits, op[S] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    low = low_mask(v)
    step = entry_of(v, r, s, c1, c2, c3)
    skip, want = decided_by_row(op, lane_bits), op[WANT]
    gx, gy, gz = load(products, 0), load(products, w), load(products, 2 * w)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        entry = entry_of(a, r, s, c1, c2, c3)
        if skip and entry >> 2 != want:
            continue
        j, k = a * 2 * w, (a ^ v) * 2 * w
        e, f = entry * TABLE_ENTRY * w, (entry ^ step) * TABLE_ENTRY * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        p, q, m, o = load(bra, j), load(bra, j + w), load(bra, k), load(bra, k + w)
        sx, sy, su, st = xor_lanes(x, flip), xor_lanes(y, flip), xor_lanes(u, flip), xor_lanes(t, flip)
        gx += load(table, e + 4 * w) * (p * st - q * su) + load(table, f + 4 * w) * (m * sy - o * sx)
        gy += load(table, e + 5 * w) * (p * su + q * st) + load(table, f + 5 * w) * (m * sx + o * sy)
        gz += load(table, e + 6 * w) * (p * y - q * x) + load(table, f + 6 * w) * (m * t - o * u)
        sp, sq, sm, so = xor_lanes(p, flip), xor_lanes(q, flip), xor_lanes(m, flip), xor_lanes(o, flip)
        ar, ai, br, bi = load(table, e), load(table, e + w), load(table, e + 2 * w), load(table, e + 3 * w)
        store(ket, j, ar * x + ai * y - br * su + bi * st)
        store(ket, j + w, ar * y - ai * x - br * st - bi * su)
        store(bra, j, ar * p + ai * q - br * sm + bi * so)
        store(bra, j + w, ar * q - ai * p - br * so - bi * sm)
        ar, ai, br, bi = load(table, f), load(table, f + w), load(table, f + 2 * w), load(table, f + 3 * w)
        store(ket, k, ar * u + ai * t - br * sx + bi * sy)
        store(ket, k + w, ar * t - ai * u - br * sy - bi * sx)
        store(bra, k, ar * m + ai * o - br * sp + bi * sq)
        store(bra, k + w, ar * o - ai * m - br * sq - bi * sp)
    store(products, 0, gx)
    store(products, w, gy)
    store(products, 2 * w, gz)


@kernel
def lane_pair(ket, n_rows, op, lane_bits, table):
    w = lanes_of(ket)
    flip = op[V] & ((1 << lane_bits) - 1)
    r, s = op[R] >> lane_bits, op[S] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    for row in range(n_rows):
        e, j = entry_of(row, r, s, c1, c2, c3) * TABLE_ENTRY * w, row * 2 * w
        x, y = load(ket, j), load(ket, j + w)
        sx, sy = xor_lanes(x, flip), xor_lanes(y, flip)
        ar, ai, br, bi = load(table, e), load(table, e + w), load(table, e + 2 * w), load(table, e + 3 * w)
        store(ket, j, ar * x - ai * y + br * sx - bi * sy)
        store(ket, j + w, ar * y + ai * x + br * sy + bi * sx)


@kernel
def lane_pair_back(ket, bra, n_rows, op, lane_bits, table, products):
    w = lanes_of(ket)
    flip = op[V] & ((1 << lane_bits) - 1)
    r, s = op[R] >> lane_bits, op[S] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    gx, gy, gz = load(products, 0), load(products, w), load(products, 2 * w)
    for row in range(n_rows):
        e, j = entry_of(row, r, s, c1, c2, c3) * TABLE_ENTRY * w, row * 2 * w
        x, y, p, q = load(ket, j), load(ket, j + w), load(bra, j), load(bra, j + w)
        sx, sy, sp, sq = xor_lanes(x, flip), xor_lanes(y, flip), xor_lanes(p, flip), xor_lanes(q, flip)
        gx += load(table, e + 4 * w) * (p * sy - q * sx)
        gy += load(table, e + 5 * w) * (p * sx + q * sy)
        gz += load(table, e + 6 * w) * (p * y - q * x)
        ar, ai, br, bi = load(table, e), load(table, e + w), load(table, e + 2 * w), load(table, e + 3 * w)
        store(ket, j, ar * x + ai * y - br * sx + bi * sy)
        store(ket, j + w, ar * y - ai * x - br * sy - bi * sx)
        store(bra, j, ar * p + ai * q - br * sp + bi * sq)
        store(bra, j + w, ar * q - ai * p - br * sq - bi * sp)
    store(products, 0, gx)
    store(products, w, gy)
    store(products, 2 * w, gz)


@kernel
def general_diagonal(ket, n_rows, op, lane_bits, table):
    """Multiply every element by its table coefficient a."""
    w = lanes_of(ket)
    r = op[R] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    skip, want = decided_by_row(op, lane_bits), op[WANT]
    bit = low_mask(c1) + 1 if skip and c1 != 0 else 0
    for i in range(n_rows >> (bit != 0)):
        row = active_row(i, bit, c1, want)
        entry = entry_of(row, r, 0, c1, c2, c3)
        if skip and entry >> 2 != want:
            continue
        e, j = entry * TABLE_ENTRY * w, row * 2 * w
        x, y, ar, ai = load(ket, j), load(ket, j + w), load(table, e), load(table, e + w)
        store(ket, j, ar * x - ai * y)
        store(ket, j + w, ar * y + ai * x)


@kernel
def general_diagonal_back(ket, bra, n_rows, op, lane_bits, table, products):
    """Undo `general_diagonal` on ket and bra; add the weighted Im <bra|ket> to the third vector of `products`."""
    w = lanes_of(ket)
    r = op[R] >> lane_bits
    c1, c2, c3 = op[C1] >> lane_bits, op[C2] >> lane_bits, op[C3] >> lane_bits
    gz = load(products, 2 * w)
    skip, want = decided_by_row(op, lane_bits), op[WANT]
    bit = low_mask(c1) + 1 if skip and c1 != 0 else 0
    for i in range(n_rows >> (bit != 0)):
        row = active_row(i, bit, c1, want)
        entry = entry_of(row, r, 0, c1, c2, c3)
        if skip and entry >> 2 != want:
            continue
        e, j = entry * TABLE_ENTRY * w, row * 2 * w
        x, y, p, q = load(ket, j), load(ket, j + w), load(bra, j), load(bra, j + w)
        ar, ai = load(table, e), load(table, e + w)
        gz += load(table, e + 6 * w) * (p * y - q * x)
        store(ket, j, ar * x + ai * y)
        store(ket, j + w, ar * y - ai * x)
        store(bra, j, ar * p + ai * q)
        store(bra, j + w, ar * q - ai * p)
    store(products, 2 * w, gz)
