"""Interpret a lowered program on one state buffer: angles to coefficients, forward, backward.

`coefficients` holds, for every operation, the four vectors (a.re, a.im, b.re, b.im) of the matrix ((a, b), (-b*, a*))
that its chain of rotations makes; `half` holds the cosines, then the sines, of half of every angle.
"""

import math

import numpy as np
from numba import njit

from . import layout as at
from .pairs import (
    N_TABLE,
    TABLE_ENTRY,
    fast_diagonal,
    fast_diagonal_back,
    fast_pair,
    fast_pair_back,
    fill_table,
    general_diagonal,
    general_diagonal_back,
    general_pair,
    general_pair_back,
    lane_pair,
    lane_pair_back,
    lane_sign,
    pair_products,
)
from .phases import N_PHASE_VECTORS, phase_product, phase_tables, phases, phases_back
from .simd import kernel, lanes_of, load, merged, splat, store
from .turns import N_TURN_VECTORS, is_turn, turn, turn_back, turn_tables, turns_together

N_ENTRIES = max(N_TABLE * TABLE_ENTRY, N_PHASE_VECTORS, N_TURN_VECTORS)  # vectors of `entries`
_TWO_OVER_PI = 0.6366197723675814
_PI_1, _PI_2, _PI_3 = 1.5707962512969971, 7.549789415861596e-08, 5.390302858158119e-15  # pi/2 in three parts
_ROUND = 6755399441055744.0  # adding and subtracting 1.5 * 2**52 rounds to an integer
_LARGEST_FAST_ANGLE = 1e5


@njit(nogil=True, fastmath={"contract"})
def half_angles(angles, n, half):
    """Write cos(angle/2) to half[:n] and sin(angle/2) to half[n:2n]; branch-free, so that LLVM vectorises it.

    Reduction by pi/2 in three parts and the minimax polynomials of Moshier's Cephes; error below 3e-16 for
    |angle| < 1e5, libm beyond. NaN and infinity give NaN.
    """
    is_large = False  # LLVM vectorises a disjunction, not a maximum
    for i in range(n):
        x = 0.5 * angles[i]
        is_large |= not abs(x) < _LARGEST_FAST_ANGLE
        k = (x * _TWO_OVER_PI + _ROUND) - _ROUND
        t = ((x - k * _PI_1) - k * _PI_2) - k * _PI_3
        z = t * t
        sine = 1.58962301576546568060e-10
        sine = sine * z - 2.50507477628578072866e-8
        sine = sine * z + 2.75573136213857245213e-6
        sine = sine * z - 1.98412698295895385996e-4
        sine = sine * z + 8.33333333332211858878e-3
        sine = sine * z - 1.66666666666666307295e-1
        sine = t + t * z * sine
        cosine = -1.13585365213876817300e-11
        cosine = cosine * z + 2.08757008419747316778e-9
        cosine = cosine * z - 2.75573141792967388112e-7
        cosine = cosine * z + 2.48015872888517045348e-5
        cosine = cosine * z - 1.38888888888730564116e-3
        cosine = cosine * z + 4.16666666666665929218e-2
        cosine = 1.0 - 0.5 * z + z * z * cosine
        quadrant = k - 4.0 * math.floor(0.25 * k)
        odd = (quadrant == 1.0) | (quadrant == 3.0)
        c = sine if odd else cosine
        s = cosine if odd else sine
        half[i] = -c if (quadrant == 1.0) | (quadrant == 2.0) else c
        half[n + i] = -s if quadrant >= 2.0 else s
    if is_large:
        for i in range(n):
            half[i], half[n + i] = math.cos(0.5 * angles[i]), math.sin(0.5 * angles[i])


@kernel
def fill_coefficients(table, chain, half, n_half, coefficients):
    """Multiply every chain of rotations into the coefficients of its operation."""
    w = lanes_of(coefficients)
    for i in range(table.shape[0]):
        op = table[i]
        out = i * 4 * w
        zero = splat(coefficients, 0.0)
        ar, ai, br, bi = splat(coefficients, 1.0), zero, zero, zero
        if op[at.KIND] == at.PHASE:
            link = chain[op[at.CHAIN_START], 1] * w
            c, s = load(half, link), load(half, n_half + link)
            ar, ai = c * c - s * s, c * s + c * s
        else:
            for link in range(op[at.CHAIN_START], op[at.CHAIN_STOP]):
                axis, angle = chain[link, 0], chain[link, 1] * w
                c, s = load(half, angle), load(half, n_half + angle)
                if axis == 0:
                    ar, ai, br, bi = c * ar + s * bi, c * ai + s * br, c * br - s * ai, c * bi - s * ar
                elif axis == 1:
                    ar, ai, br, bi = c * ar + s * br, c * ai - s * bi, c * br - s * ar, c * bi + s * ai
                else:
                    ar, ai, br, bi = c * ar + s * ai, c * ai - s * ar, c * br + s * bi, c * bi - s * br
        if op[at.FLAGS] & at.CONJUGATE:
            ai, bi = -ai, -bi
        store(coefficients, out, ar)
        store(coefficients, out + w, ai)
        store(coefficients, out + 2 * w, br)
        store(coefficients, out + 3 * w, bi)


@kernel
def product_start(ket, n_bits, lane_bits, table, coefficients, n_start):
    """Write the product state that the first `n_start` operations make of |0...0>."""
    w = lanes_of(ket)
    for lane in range(w):
        ket[lane] = 1.0 if lane_bits == 0 or lane == 0 else 0.0
        ket[w + lane] = 0.0
    for bit in range(n_bits):
        found = -1
        for i in range(n_start):
            if table[i, at.R] == 1 << bit:
                found = i
        c = found * 4 * w
        if bit < lane_bits:
            for lane in range(1 << bit):
                x, y, upper = ket[lane], ket[w + lane], lane + (1 << bit)
                if found >= 0:
                    ar, ai, br, bi = (
                        coefficients[c], coefficients[c + w], coefficients[c + 2 * w], coefficients[c + 3 * w]
                    )  # fmt: skip
                    ket[upper], ket[w + upper] = -br * x - bi * y, bi * x - br * y
                    ket[lane], ket[w + lane] = ar * x - ai * y, ar * y + ai * x
            continue
        n_low = 1 << (bit - lane_bits)
        if found < 0:
            for j in range(n_low * 2 * w, n_low * 4 * w):
                ket[j] = 0.0
            continue
        ar, ai = load(coefficients, c), load(coefficients, c + w)
        br, bi = load(coefficients, c + 2 * w), load(coefficients, c + 3 * w)
        for row in range(n_low):
            j, k = row * 2 * w, (row + n_low) * 2 * w
            x, y = load(ket, j), load(ket, j + w)
            store(ket, k, -(br * x + bi * y))
            store(ket, k + w, bi * x - br * y)
            store(ket, j, ar * x - ai * y)
            store(ket, j + w, ar * y + ai * x)


@kernel
def forward(ket, n_rows, lane_bits, table, coefficients, first, last, entries, patterns, places):
    """Apply operations first:last to the state."""
    w = lanes_of(ket)
    i = first
    while i < last:
        op = table[i]
        c = i * 4 * w
        i += 1
        ar, ai = load(coefficients, c), load(coefficients, c + w)
        br, bi = load(coefficients, c + 2 * w), load(coefficients, c + 3 * w)
        lane_mask = (1 << lane_bits) - 1
        flip = splat(ket, 1.0 - 2.0 * op[at.SIGN])
        role = lane_sign(ket, patterns, op[at.R] & lane_mask)
        if op[at.KIND] == at.DIAGONAL and op[at.AUX] > 0:
            count = op[at.AUX]
            phase_tables(entries, patterns, table, i - 1, count, lane_bits, coefficients)
            phases(ket, n_rows, lane_bits, table, i - 1, count, entries, places)
            i += count - 1
        elif is_turn(op, lane_bits):
            count = turns_together(table, i - 1, np.int64(1), last - i + 1, lane_bits)
            turn_tables(entries, patterns, table, i - 1, count, lane_bits, coefficients)
            turn(ket, n_rows, lane_bits, table, i - 1, count, coefficients, entries)
            i += count - 1
        elif op[at.C1] != 0 or (op[at.KIND] == at.PAIR and op[at.V] & lane_mask):
            if op[at.KIND] == at.DIAGONAL:
                ai = flip * ai
            fill_table(entries, patterns, op, lane_bits, ar, ai, br, bi, op[at.KIND] == at.PHASE)
            if op[at.KIND] != at.PAIR:
                general_diagonal(ket, n_rows, op, lane_bits, entries)
            elif op[at.V] >> lane_bits == 0:
                lane_pair(ket, n_rows, op, lane_bits, entries)
            else:
                general_pair(ket, n_rows, op, lane_bits, entries)
        elif op[at.KIND] == at.PAIR:
            sign = flip * lane_sign(ket, patterns, op[at.S] & lane_mask)
            v, r, s = op[at.V] >> lane_bits, op[at.R] >> lane_bits, op[at.S] >> lane_bits
            fast_pair(ket, n_rows, v, r, s, ar, role * ai, sign * role * br, sign * bi)
        else:
            fast_diagonal(ket, n_rows, op[at.R] >> lane_bits, ar, flip * role * ai)


@merged
def _backward_one(ket, bra, n_rows, lane_bits, op, ar, ai, br, bi, entries, patterns, products):
    """Undo one operation on ket and bra and write its inner products with X, Y, Z."""
    w = lanes_of(ket)
    lane_mask = (1 << lane_bits) - 1
    flip = splat(ket, 1.0 - 2.0 * op[at.SIGN])
    role = lane_sign(ket, patterns, op[at.R] & lane_mask)
    if op[at.C1] != 0 or (op[at.KIND] == at.PAIR and op[at.V] & lane_mask):
        if op[at.KIND] == at.DIAGONAL:
            ai = flip * ai
        fill_table(entries, patterns, op, lane_bits, ar, ai, br, bi, op[at.KIND] == at.PHASE)
        if op[at.KIND] == at.PAIR and op[at.V] >> lane_bits == 0:
            lane_pair_back(ket, bra, n_rows, op, lane_bits, entries, products)
        elif op[at.KIND] == at.PAIR:
            general_pair_back(ket, bra, n_rows, op, lane_bits, entries, products)
        else:
            general_diagonal_back(ket, bra, n_rows, op, lane_bits, entries, products)
            if op[at.KIND] == at.DIAGONAL:
                store(products, 2 * w, flip * load(products, 2 * w))
    elif op[at.KIND] == at.PAIR:
        sign = flip * lane_sign(ket, patterns, op[at.S] & lane_mask)
        v, r, s = op[at.V] >> lane_bits, op[at.R] >> lane_bits, op[at.S] >> lane_bits
        fast_pair_back(ket, bra, n_rows, v, r, s, ar, role * ai, sign * role * br, sign * bi, products)
        store(products, 0, sign * load(products, 0))
        store(products, w, sign * role * load(products, w))
        store(products, 2 * w, role * load(products, 2 * w))
    else:
        fast_diagonal_back(ket, bra, n_rows, op[at.R] >> lane_bits, ar, flip * role * ai, products)
        store(products, 2 * w, flip * role * load(products, 2 * w))


@merged
def _chain_gradient(op, chain, half, n_half, lane_bits, products, gradients):
    """Distribute the inner products of one operation to the angles of its chain.

    Walking back over a rotation by t about one axis turns the other two components by t.
    """
    w = lanes_of(products)
    if lane_bits > 0:
        for axis in range(3):
            total = products[axis * w]
            for lane in range(1, w):
                total += products[axis * w + lane]
            store(products, axis * w, splat(products, total))
    gx, gy, gz = load(products, 0), load(products, w), load(products, 2 * w)
    for link in range(op[at.CHAIN_STOP] - 1, op[at.CHAIN_START] - 1, -1):
        axis, angle = chain[link, 0], chain[link, 1] * w
        c, s = load(half, angle), load(half, n_half + angle)
        cos, sin = c * c - s * s, c * s + c * s
        if axis == 0:
            store(gradients, angle, load(gradients, angle) + gx)
            gy, gz = cos * gy + sin * gz, cos * gz - sin * gy
        elif axis == 1:
            store(gradients, angle, load(gradients, angle) + gy)
            gz, gx = cos * gz + sin * gx, cos * gx - sin * gz
        else:
            store(gradients, angle, load(gradients, angle) + gz)
            gx, gy = cos * gx + sin * gy, cos * gy - sin * gx


@kernel
def _phase_gradients(
    table, first, count, chain, half, n_half, lane_bits, entries, patterns, products, gradients
):  # fmt: skip
    """Distribute the sums of a group of diagonal operations to the angles of each."""
    w = lanes_of(products)
    for number in range(count):
        op = table[first + number]
        if op[at.FLAGS] & at.TRAINABLE:
            role = lane_sign(products, patterns, op[at.R] & ((1 << lane_bits) - 1))
            role = splat(products, 1.0 - 2.0 * op[at.SIGN]) * role
            store(products, 2 * w, role * phase_product(entries, number, count))
            _chain_gradient(op, chain, half, n_half, lane_bits, products, gradients)


@kernel
def backward(
    ket,
    bra,
    n_rows,
    lane_bits,
    table,
    chain,
    coefficients,
    first,
    last,
    n_start,
    entries,
    patterns,
    places,
    half,
    n_half,
    products,
    gradients,
):
    """Walk operations last-1 down to first; add the derivatives of <bra|ket> per angle to `gradients`.

    The first `n_start` operations commute and nothing comes before them: they need not be undone.
    """
    w = lanes_of(ket)
    i = last
    while i > first:
        i -= 1
        op = table[i]
        if op[at.KIND] == at.DIAGONAL and op[at.AUX] > 0:
            count = op[at.AUX]
            i -= count - 1
            phase_tables(entries, patterns, table, i, count, lane_bits, coefficients)
            phases_back(ket, bra, n_rows, lane_bits, table, i, count, entries, places)
            _phase_gradients(table, i, count, chain, half, n_half, lane_bits, entries, patterns, products, gradients)
            continue
        zero = splat(ket, 0.0)
        store(products, 0, zero)
        store(products, w, zero)
        store(products, 2 * w, zero)
        if is_turn(op, lane_bits):
            count = turns_together(table, i, np.int64(-1), i - first + 1, lane_bits)
            i -= count - 1
            turn_tables(entries, patterns, table, i, count, lane_bits, coefficients)
            g_0, g_1, g_2 = turn_back(ket, bra, n_rows, lane_bits, table, i, count, coefficients, entries)
            for k in range(count):
                g = g_0 if k == 0 else (g_1 if k == 1 else g_2)
                axis = w if table[i + k, at.FLAGS] & at.TURN_Y else 0
                store(products, axis, g)
                if table[i + k, at.FLAGS] & at.TRAINABLE:
                    _chain_gradient(table[i + k], chain, half, n_half, lane_bits, products, gradients)
                store(products, axis, zero)
            continue
        c = i * 4 * w
        ar, ai = load(coefficients, c), load(coefficients, c + w)
        br, bi = load(coefficients, c + 2 * w), load(coefficients, c + 3 * w)
        if i < n_start and op[at.KIND] == at.PAIR and op[at.V] >> lane_bits != 0:
            pair_products(ket, bra, n_rows, op[at.V] >> lane_bits, op[at.R] >> lane_bits, products)
        else:
            _backward_one(ket, bra, n_rows, lane_bits, op, ar, ai, br, bi, entries, patterns, products)
        if op[at.FLAGS] & at.TRAINABLE:
            _chain_gradient(op, chain, half, n_half, lane_bits, products, gradients)
