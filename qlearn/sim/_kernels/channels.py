"""Kernels of noise channels on a state buffer: exact maps of a density matrix, random choices of a trajectory.

A density matrix is a state of 2n index bits, row bits high and column bits low; a channel on the virtual qubit (v, r, s)
pairs element P with ``P ^ (v << n | v)`` (both sides flipped) or with one side flipped. Trajectories are pure states,
one in each lane.
"""

import math

from numba import njit

from .layout import C1, C2, C3, SIGN, WANT, R, S, V
from .pairs import low_mask
from .simd import kernel, lanes_of, load, parity, splat, store, xor_lanes

MIX, MIX_TWO, SUPER, CHOOSE = range(4)
# MIX:      one qubit; numbers A00 A01 A10 A11 alpha beta: the map is real, (rho00, rho11) turn with A and
#           (rho01, rho10) with ((alpha, beta), (beta, alpha)). Pauli channels, damping, reset, measurement.
# MIX_TWO:  two-qubit Pauli channel; numbers C[x][t], 4 x 4: weight of the element flipped by x (2 a + b) in class t
# SUPER:    any map of one or two qubits as a matrix on (row bits, column bits); re and im of each entry in turn
# CHOOSE:   Kraus operators of one qubit, of which a trajectory draws one; re and im of each entry in turn
STEP_KIND, STEP_NUMBERS, STEP_COUNT, STEP_DRAW = range(4)


@njit(inline="always")
def _two_parities(row, r, s):
    return parity(row & r) | (parity(row & s) << 1)


@njit(inline="always")
def element_offset(element, lane, lane_bits, w):
    """Return where the real part of an element lies; with lanes as samples, of the given lane."""
    if lane_bits > 0:
        return (element // w) * 2 * w + element % w
    return element * 2 * w + lane


@kernel
def mix(ket, n_rows, n, lane_bits, op, numbers, start, table):
    """Apply a MIX channel to a density matrix on n qubits."""
    w = lanes_of(ket)
    lane_mask = (1 << lane_bits) - 1
    v, s, r_row, r_col = op[V] << n | op[V], op[S] << n | op[S], op[R] << n, op[R]
    for entry in range(8):
        for lane in range(w):
            at = lane & lane_mask
            row = (entry & 1) ^ parity(at & r_row)
            col = ((entry >> 1) & 1) ^ parity(at & r_col)
            sign = 1.0 - 2.0 * (((entry >> 2) & 1) ^ parity(at & s))
            if row != col:
                stay, come = numbers[start + 4], numbers[start + 5]
            else:
                stay, come = numbers[start + 3 * row], numbers[start + 1 + row]
            table[entry * 2 * w + lane] = stay
            table[entry * 2 * w + w + lane] = sign * come
    flip = v & lane_mask
    v, s, r_row, r_col = v >> lane_bits, s >> lane_bits, r_row >> lane_bits, r_col >> lane_bits
    low = low_mask(v)
    step = _two_parities(v, r_row, r_col) | (parity(v & s) << 2)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        entry = _two_parities(a, r_row, r_col) | (parity(a & s) << 2)
        j, k = a * 2 * w, (a ^ v) * 2 * w
        e, f = entry * 2 * w, (entry ^ step) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        stay, come = load(table, e), load(table, e + w)
        store(ket, j, stay * x + come * xor_lanes(u, flip))
        store(ket, j + w, stay * y + come * xor_lanes(t, flip))
        stay, come = load(table, f), load(table, f + w)
        store(ket, k, stay * u + come * xor_lanes(x, flip))
        store(ket, k + w, stay * t + come * xor_lanes(y, flip))


@kernel
def _insert_zero(i, bit):
    low = (1 << bit) - 1
    return ((i & ~low) << 1) | (i & low)


@kernel
def _highest_bit(mask):
    bit = 0
    while mask > 1:
        mask >>= 1
        bit += 1
    return bit


@kernel
def mix_two(ket, n_rows, n, lane_bits, op, numbers, start, table):
    """Apply a MIX_TWO channel to a density matrix on n qubits."""
    w = lanes_of(ket)
    lane_mask = (1 << lane_bits) - 1
    va, vb = op[V] << n | op[V], op[C1] << n | op[C1]
    ra, rb = op[R] << n | op[R], op[C2] << n | op[C2]
    sa, sb = op[S] << n | op[S], op[C3] << n | op[C3]
    for entry in range(16):
        for lane in range(w):
            at = lane & lane_mask
            group = 2 * ((entry & 1) ^ parity(at & ra)) + (((entry >> 1) & 1) ^ parity(at & rb))
            sign_a = 1.0 - 2.0 * (((entry >> 2) & 1) ^ parity(at & sa))
            sign_b = 1.0 - 2.0 * (((entry >> 3) & 1) ^ parity(at & sb))
            for flips in range(4):
                sign = (sign_a if flips & 2 else 1.0) * (sign_b if flips & 1 else 1.0)
                table[(entry * 4 + flips) * w + lane] = sign * numbers[start + 4 * flips + group]
    flip_a, flip_b = va & lane_mask, vb & lane_mask
    va, vb, ra, rb, sa, sb = (
        va >> lane_bits, vb >> lane_bits, ra >> lane_bits, rb >> lane_bits, sa >> lane_bits, sb >> lane_bits
    )  # fmt: skip
    high = _highest_bit(va)
    other = _highest_bit(vb ^ va if (vb >> high) & 1 else vb)
    step_a = _two_parities(va, ra, rb) | (_two_parities(va, sa, sb) << 2)
    step_b = _two_parities(vb, ra, rb) | (_two_parities(vb, sa, sb) << 2)
    for i in range(n_rows >> 2):
        p = _insert_zero(_insert_zero(i, min(high, other)), max(high, other))
        entry = _two_parities(p, ra, rb) | (_two_parities(p, sa, sb) << 2)
        i0, i1, i2, i3 = p * 2 * w, (p ^ vb) * 2 * w, (p ^ va) * 2 * w, (p ^ va ^ vb) * 2 * w
        e0, e1, e2, e3 = entry * 4 * w, (entry ^ step_b) * 4 * w, (entry ^ step_a) * 4 * w, 0
        e3 = (entry ^ step_a ^ step_b) * 4 * w
        for part in range(2):
            j0, j1, j2, j3 = i0 + part * w, i1 + part * w, i2 + part * w, i3 + part * w
            x0, x1, x2, x3 = load(ket, j0), load(ket, j1), load(ket, j2), load(ket, j3)
            _store_mixed(ket, j0, table, e0, x0, x1, x2, x3, flip_a, flip_b)
            _store_mixed(ket, j1, table, e1, x1, x0, x3, x2, flip_a, flip_b)
            _store_mixed(ket, j2, table, e2, x2, x3, x0, x1, flip_a, flip_b)
            _store_mixed(ket, j3, table, e3, x3, x2, x1, x0, flip_a, flip_b)


@kernel
def _store_mixed(ket, at, table, e, own, by_b, by_a, by_both, flip_a, flip_b):
    """Write the weighted sum of an element and those that flips of b, of a and of both bring."""
    w = lanes_of(ket)
    plain = load(table, e) * own + load(table, e + w) * xor_lanes(by_b, flip_b)
    turned = load(table, e + 2 * w) * by_a + load(table, e + 3 * w) * xor_lanes(by_both, flip_b)
    store(ket, at, plain + xor_lanes(turned, flip_a))


@kernel
def super_operator(ket, n_rows, n, lane_bits, op, numbers, start, n_qubits, scratch):
    """Apply a SUPER channel on one or two qubits to a density matrix on n qubits, element by element."""
    w = lanes_of(ket)
    size = 1 << (2 * n_qubits)
    for element in range(n_rows << lane_bits):
        row, col = element >> n, element & ((1 << n) - 1)
        if parity(row & op[R]) | parity(col & op[R]):
            continue
        if n_qubits == 2 and parity(row & op[C2]) | parity(col & op[C2]):
            continue
        for lane in range(w if lane_bits == 0 else 1):
            for i in range(size):
                member, sign = _member(row, col, n, op, n_qubits, i)
                at = element_offset(member, lane, lane_bits, w)
                scratch[2 * i], scratch[2 * i + 1] = sign * ket[at], sign * ket[at + w]
            for i in range(size):
                re, im = 0.0, 0.0
                for k in range(size):
                    c, d = numbers[start + 2 * (i * size + k)], numbers[start + 2 * (i * size + k) + 1]
                    x, y = scratch[2 * k], scratch[2 * k + 1]
                    re += c * x - d * y
                    im += c * y + d * x
                member, sign = _member(row, col, n, op, n_qubits, i)
                at = element_offset(member, lane, lane_bits, w)
                ket[at], ket[at + w] = sign * re, sign * im


@kernel
def _member(row, col, n, op, n_qubits, i):
    """Return index and sign of virtual basis element i = (row bits, column bits) over the all-zero (row, col)."""
    mask = (1 << n_qubits) - 1
    a, sign_a = _side(row, op, n_qubits, i >> n_qubits)
    b, sign_b = _side(col, op, n_qubits, i & mask)
    return a << n | b, 1.0 - 2.0 * (sign_a ^ sign_b)


@kernel
def _side(index, op, n_qubits, bits):
    odd = 0
    if bits & 1 and n_qubits == 2:
        odd ^= op[WANT] ^ parity(index & op[C3])
        index ^= op[C1]
    if (bits >> (n_qubits - 1)) & 1:
        odd ^= op[SIGN] ^ parity(index & op[S])
        index ^= op[V]
    return index, odd


@kernel
def _reduced(ket, n_rows, op, scratch):
    """Write the reduced density matrix of the virtual qubit per lane: rho00, rho11, re and im of rho01."""
    w = lanes_of(ket)
    v, r, s = op[V], op[R], op[S]
    low = low_mask(v)
    zero = splat(ket, 0.0)
    up, down, re, im = zero, zero, zero, zero
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        a ^= v & -parity(a & r)
        sign = splat(ket, 1.0 - 2.0 * (op[SIGN] ^ parity(a & s)))
        j, k = a * 2 * w, (a ^ v) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), sign * load(ket, k), sign * load(ket, k + w)
        up += x * x + y * y
        down += u * u + t * t
        re += x * u + y * t
        im += y * u - x * t
    store(scratch, 0, up)
    store(scratch, w, down)
    store(scratch, 2 * w, re)
    store(scratch, 3 * w, im)


@kernel
def _kraus_weight(numbers, k, up, down, re, im):
    """Return the probability of the Kraus operator at numbers[k:k + 8] in a reduced density matrix."""
    weight = 0.0
    for row in range(0, 8, 4):
        a, b, c, d = numbers[k + row], numbers[k + row + 1], numbers[k + row + 2], numbers[k + row + 3]
        # |(a + ib) psi0 + (c + id) psi1|^2, with psi0 psi1^* = re + i im
        weight += (a * a + b * b) * up + (c * c + d * d) * down
        weight += 2.0 * ((a * c + b * d) * re - (b * c - a * d) * im)
    return weight


@kernel
def choose(ket, n_rows, op, numbers, start, n_kraus, draws, choices, draw, column, scratch):
    """Let every lane draw one Kraus operator by its probability, apply it and normalise."""
    w = lanes_of(ket)
    _reduced(ket, n_rows, op, scratch)
    for lane in range(w):
        up, down, re, im = scratch[lane], scratch[w + lane], scratch[2 * w + lane], scratch[3 * w + lane]
        total = 0.0
        for k in range(n_kraus):
            total += max(0.0, _kraus_weight(numbers, start + 8 * k, up, down, re, im))
        target = draws[draw, column + lane] * total
        chosen, weight, seen = 0, 0.0, 0.0
        for k in range(n_kraus):
            own = max(0.0, _kraus_weight(numbers, start + 8 * k, up, down, re, im))
            if own > 0.0 and (seen <= target or weight == 0.0):
                chosen, weight = k, own
            seen += own
        choices[draw, column + lane] = chosen
        scale = 1.0 / math.sqrt(weight)
        for i in range(8):
            scratch[(4 + i) * w + lane] = scale * numbers[start + 8 * chosen + i]
    _apply_matrix(ket, n_rows, op, scratch, 4 * w)


@kernel
def _apply_matrix(ket, n_rows, op, scratch, at):
    """Apply the 2x2 matrix whose entries, re and im in turn, are the vectors at scratch[at:]."""
    w = lanes_of(ket)
    v, r, s = op[V], op[R], op[S]
    low = low_mask(v)
    ar, ai, br, bi = load(scratch, at), load(scratch, at + w), load(scratch, at + 2 * w), load(scratch, at + 3 * w)
    at += 4 * w
    cr, ci, dr, di = load(scratch, at), load(scratch, at + w), load(scratch, at + 2 * w), load(scratch, at + 3 * w)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        a ^= v & -parity(a & r)
        sign = splat(ket, 1.0 - 2.0 * (op[SIGN] ^ parity(a & s)))
        j, k = a * 2 * w, (a ^ v) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), sign * load(ket, k), sign * load(ket, k + w)
        store(ket, j, ar * x - ai * y + br * u - bi * t)
        store(ket, j + w, ar * y + ai * x + br * t + bi * u)
        store(ket, k, sign * (cr * x - ci * y + dr * u - di * t))
        store(ket, k + w, sign * (cr * y + ci * x + dr * t + di * u))
