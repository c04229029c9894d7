"""Kernels of noise channels on a state buffer: exact maps of a density matrix, random choices of a trajectory.

A density matrix is a state of 2n index bits, row bits high and column bits low. A channel on the virtual qubit
(v, r, s) mixes element P with ``P ^ (v << n | v)`` (both sides flipped) or with elements where one side is flipped.
Trajectories are pure states, one in each lane. Masks and coefficient tables do not depend on the state: they are made
once, see `qlearn.sim.noisy`.
"""

import math

from numba import njit

from .layout import SIGN, R, S, V
from .pairs import low_mask
from .simd import kernel, lanes_of, load, parity, splat, store, xor_lanes

MIX, MIX_TWO, SUPER, CHOOSE = range(4)
STEP_KIND, STEP_NUMBERS, STEP_MASKS, STEP_COUNT = range(4)  # columns of the table of steps
# MIX:      one qubit; every element stays with one weight and comes to its partner with another.
#           masks v, lane flip, then row, column and sign parity (row parts), entry step; numbers 8 entries x 2 vectors
# MIX_TWO:  two-qubit mixture of Pauli strings. masks va, vb, lane flips a, b, role a, b, sign a, b, entry steps a, b,
#           lower and higher bit that name an orbit; numbers 16 entries x 4 vectors
# SUPER:    any map, as a matrix on the elements of an orbit. masks: how many role masks, those, then flip, sign mask
#           and sign of each member; count: size of the matrix; numbers: re and im of each entry in turn
# CHOOSE:   Kraus operators of one qubit, of which a trajectory draws one; count: how many; numbers: re and im in turn


@njit(inline="always")
def _two_parities(row, a, b):
    return parity(row & a) | (parity(row & b) << 1)


@njit(inline="always")
def element_offset(element, lane, lane_bits, w):
    """Return where the real part of an element lies; with lanes as samples, of the given lane."""
    lane |= element & ((1 << lane_bits) - 1)
    return (element >> lane_bits) * 2 * w + lane


@kernel
def mix(ket, n_rows, masks, first, numbers, start):
    """Apply a MIX channel."""
    w = lanes_of(ket)
    v, flip, row_role, col_role = masks[first], masks[first + 1], masks[first + 2], masks[first + 3]
    s, step = masks[first + 4], masks[first + 5]
    low = low_mask(v)
    for i in range(n_rows >> 1):
        a = ((i & ~low) << 1) | (i & low)
        entry = _two_parities(a, row_role, col_role) | (parity(a & s) << 2)
        j, k = a * 2 * w, (a ^ v) * 2 * w
        e, f = start + entry * 2 * w, start + (entry ^ step) * 2 * w
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        stay, come = load(numbers, e), load(numbers, e + w)
        store(ket, j, stay * x + come * xor_lanes(u, flip))
        store(ket, j + w, stay * y + come * xor_lanes(t, flip))
        stay, come = load(numbers, f), load(numbers, f + w)
        store(ket, k, stay * u + come * xor_lanes(x, flip))
        store(ket, k + w, stay * t + come * xor_lanes(y, flip))


@kernel
def _weighted(numbers, e, own, by_b, by_a, by_both, flip_a, flip_b):
    w = lanes_of(numbers)
    near = load(numbers, e) * own + load(numbers, e + w) * xor_lanes(by_b, flip_b)
    far = load(numbers, e + 2 * w) * xor_lanes(by_a, flip_a)
    return near + far + load(numbers, e + 3 * w) * xor_lanes(by_both, flip_a ^ flip_b)


@kernel
def mix_two(ket, n_rows, masks, first, numbers, start):
    """Apply a MIX_TWO channel."""
    w = lanes_of(ket)
    va, vb, flip_a, flip_b = masks[first], masks[first + 1], masks[first + 2], masks[first + 3]
    ra, rb, sa, sb = masks[first + 4], masks[first + 5], masks[first + 6], masks[first + 7]
    step_a, step_b = masks[first + 8], masks[first + 9]
    lower, higher = (1 << masks[first + 10]) - 1, (1 << masks[first + 11]) - 1
    for i in range(n_rows >> 2):
        p = ((i & ~lower) << 1) | (i & lower)
        p = ((p & ~higher) << 1) | (p & higher)
        entry = _two_parities(p, ra, rb) | (_two_parities(p, sa, sb) << 2)
        e0, e1 = start + entry * 4 * w, start + (entry ^ step_b) * 4 * w
        e2, e3 = start + (entry ^ step_a) * 4 * w, start + (entry ^ step_a ^ step_b) * 4 * w
        for part in range(2):
            shift = part * w
            j0, j1 = p * 2 * w + shift, (p ^ vb) * 2 * w + shift
            j2, j3 = (p ^ va) * 2 * w + shift, (p ^ va ^ vb) * 2 * w + shift
            x0, x1, x2, x3 = load(ket, j0), load(ket, j1), load(ket, j2), load(ket, j3)
            store(ket, j0, _weighted(numbers, e0, x0, x1, x2, x3, flip_a, flip_b))
            store(ket, j1, _weighted(numbers, e1, x1, x0, x3, x2, flip_a, flip_b))
            store(ket, j2, _weighted(numbers, e2, x2, x3, x0, x1, flip_a, flip_b))
            store(ket, j3, _weighted(numbers, e3, x3, x2, x1, x0, flip_a, flip_b))


@kernel
def super_operator(ket, n_elements, lane_bits, masks, first, numbers, start, size, scratch):
    """Apply a SUPER channel of `size` members to an orbit, element by element."""
    w = lanes_of(ket)
    n_roles = masks[first]
    members = first + 1 + n_roles
    for element in range(n_elements):
        odd = 0
        for i in range(first + 1, members):
            odd |= parity(element & masks[i])
        if odd:
            continue
        for lane in range(w if lane_bits == 0 else 1):
            for i in range(size):
                m = members + 3 * i
                at = element_offset(element ^ masks[m], lane, lane_bits, w)
                sign = 1.0 - 2.0 * (masks[m + 2] ^ parity(element & masks[m + 1]))
                scratch[2 * i], scratch[2 * i + 1] = sign * ket[at], sign * ket[at + w]
            for i in range(size):
                re, im = 0.0, 0.0
                for k in range(size):
                    c, d = numbers[start + 2 * (i * size + k)], numbers[start + 2 * (i * size + k) + 1]
                    re += c * scratch[2 * k] - d * scratch[2 * k + 1]
                    im += c * scratch[2 * k + 1] + d * scratch[2 * k]
                m = members + 3 * i
                at = element_offset(element ^ masks[m], lane, lane_bits, w)
                sign = 1.0 - 2.0 * (masks[m + 2] ^ parity(element & masks[m + 1]))
                ket[at], ket[at + w] = sign * re, sign * im


@kernel
def reduce_qubit(ket, n_rows, op, scratch):
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
        x, y, u, t = load(ket, j), load(ket, j + w), load(ket, k), load(ket, k + w)
        up += x * x + y * y
        down += u * u + t * t
        re += sign * (x * u + y * t)
        im += sign * (y * u - x * t)
    store(scratch, 0, up)
    store(scratch, w, down)
    store(scratch, 2 * w, re)
    store(scratch, 3 * w, im)


@kernel
def draw_operator(lanes, lane, uniform, numbers, start, n_kraus, scratch):
    """Return the Kraus operator that a lane draws; write it, normalised, to vectors 4 to 11 of scratch."""
    up, down, re, im = scratch[lane], scratch[lanes + lane], scratch[2 * lanes + lane], scratch[3 * lanes + lane]
    chosen, scale, seen = 0, 0.0, 0.0
    for k in range(n_kraus):
        weight = 0.0
        for row in range(start + 8 * k, start + 8 * k + 8, 4):
            a, b, c, d = numbers[row], numbers[row + 1], numbers[row + 2], numbers[row + 3]
            # |(a + ib) psi0 + (c + id) psi1|^2, with psi0 psi1^* = re + i im
            weight += (a * a + b * b) * up + (c * c + d * d) * down
            weight += 2.0 * ((a * c + b * d) * re - (b * c - a * d) * im)
        if weight > 0.0 and (seen <= uniform * (up + down) or scale == 0.0):
            chosen, scale = k, 1.0 / math.sqrt(weight)
        seen += max(0.0, weight)
    for i in range(8):
        scratch[(4 + i) * lanes + lane] = scale * numbers[start + 8 * chosen + i]
    return chosen


@kernel
def apply_matrix(ket, n_rows, op, scratch):
    """Apply the 2x2 matrix whose entries, re and im in turn, are vectors 4 to 11 of scratch."""
    w = lanes_of(ket)
    v, r, s = op[V], op[R], op[S]
    low = low_mask(v)
    ar, ai, br, bi = load(scratch, 4 * w), load(scratch, 5 * w), load(scratch, 6 * w), load(scratch, 7 * w)
    cr, ci, dr, di = load(scratch, 8 * w), load(scratch, 9 * w), load(scratch, 10 * w), load(scratch, 11 * w)
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
