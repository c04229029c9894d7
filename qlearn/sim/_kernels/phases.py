"""Groups of commuting diagonal operations in one pass over the state, whatever their number.

Let y_j be the parity of a row with the mask R_j of operation j. The masks are independent, so y runs over all numbers,
and the phase of a row is the product of two table entries: one for the low half of the bits of y, one for the high
half. The row with a given y is the XOR of the dual masks V_j of its bits, again one table entry for each half. The
derivatives of all angles come from the sums of Im <bra|ket> over equal halves of y.
"""

from .layout import MOST_GROUPED, SIGN, R, V
from .pairs import lane_sign
from .simd import kernel, lanes_of, load, parity, splat, store

_ENTRIES = 1 << (MOST_GROUPED // 2)  # in the table of one half
_SUMS = 4 * _ENTRIES  # vectors before the sums of the low half; those of the high half follow
N_PHASE_VECTORS = 6 * _ENTRIES
N_PLACES = 2 * _ENTRIES


@kernel
def phase_tables(entries, patterns, table, first, count, lane_bits, coefficients):
    """Write the phases of both halves of y for operations first : first + count."""
    w = lanes_of(entries)
    n_low = (count + 1) >> 1
    for half in range(2):
        start, begin, end = half * 2 * _ENTRIES * w, first + half * n_low, first + n_low + half * (count - n_low)
        store(entries, start, splat(entries, 1.0))
        store(entries, start + w, splat(entries, 0.0))
        size = 2 * w
        for i in range(begin, end):
            role = lane_sign(entries, patterns, table[i, R] & ((1 << lane_bits) - 1))
            role = splat(entries, 1.0 - 2.0 * table[i, SIGN]) * role
            c, s = load(coefficients, i * 4 * w), role * load(coefficients, (i * 4 + 1) * w)
            for j in range(start, start + size, 2 * w):
                x, y = load(entries, j), load(entries, j + w)
                store(entries, j + size, c * x + s * y)
                store(entries, j + size + w, c * y - s * x)
                store(entries, j, c * x - s * y)
                store(entries, j + w, c * y + s * x)
            size *= 2


@kernel
def phase_places(places, table, first, count, lane_bits, w):
    """Write where the row with y = e lies, relative to y = 0, for both halves of y; return the row bits involved."""
    n_low, pivots = (count + 1) >> 1, 0
    for half in range(2):
        start, begin, end = half * _ENTRIES, first + half * n_low, first + n_low + half * (count - n_low)
        places[start] = 0
        size = 1
        for i in range(begin, end):
            dual = table[i, V] >> lane_bits
            pivots |= dual
            for e in range(start, start + size):
                places[e + size] = places[e] ^ (dual * 2 * w)
            size *= 2
    return pivots


@kernel
def _parities(row, table, first, count, lane_bits):
    """Return y of a row."""
    y = 0
    for i in range(count):
        y |= parity(row & (table[first + i, R] >> lane_bits)) << i
    return y


@kernel
def phases(ket, n_rows, lane_bits, table, first, count, entries, places):
    """Multiply every row by its phase."""
    w = lanes_of(ket)
    n_low = (count + 1) >> 1
    pivots = phase_places(places, table, first, count, lane_bits, w)
    start = 0
    while start < n_rows:
        y = _parities(start, table, first, count, lane_bits)
        y_low, y_high = (y & ((1 << n_low) - 1)) * 2 * w, y >> n_low
        for h in range(1 << (count - n_low)):
            base, i = (start * 2 * w) ^ places[_ENTRIES + h], (2 * _ENTRIES + (h ^ y_high) * 2) * w
            a, b = load(entries, i), load(entries, i + w)
            for e in range(1 << n_low):
                i, j = (e * 2 * w) ^ y_low, base ^ places[e]
                c, d, x, t = load(entries, i), load(entries, i + w), load(ket, j), load(ket, j + w)
                re, im = a * c - b * d, a * d + b * c
                store(ket, j, re * x - im * t)
                store(ket, j + w, re * t + im * x)
        start = ((start | pivots) + 1) & ~pivots


@kernel
def phases_back(ket, bra, n_rows, lane_bits, table, first, count, entries, places):
    """Undo `phases` on ket and bra; write the sums of Im <bra|ket> over the rows of equal halves of y to `entries`."""
    w = lanes_of(ket)
    n_low = (count + 1) >> 1
    pivots = phase_places(places, table, first, count, lane_bits, w)
    zero = splat(ket, 0.0)
    for i in range(1 << n_low):
        store(entries, (_SUMS + i) * w, zero)
        store(entries, (_SUMS + _ENTRIES + i) * w, zero)
    start = 0
    while start < n_rows:
        y = _parities(start, table, first, count, lane_bits)
        y_low, y_high = y & ((1 << n_low) - 1), y >> n_low
        for h in range(1 << (count - n_low)):
            base, i = (start * 2 * w) ^ places[_ENTRIES + h], (2 * _ENTRIES + (h ^ y_high) * 2) * w
            a, b = load(entries, i), load(entries, i + w)
            total = zero
            for e in range(1 << n_low):
                i, j = (e ^ y_low) * w, base ^ places[e]
                c, d, x, t = load(entries, 2 * i), load(entries, 2 * i + w), load(ket, j), load(ket, j + w)
                p, q = load(bra, j), load(bra, j + w)
                re, im = a * c - b * d, a * d + b * c
                weight = p * t - q * x
                total += weight
                i += _SUMS * w
                store(entries, i, load(entries, i) + weight)
                store(ket, j, re * x + im * t)
                store(ket, j + w, re * t - im * x)
                store(bra, j, re * p + im * q)
                store(bra, j + w, re * q - im * p)
            i = (_SUMS + _ENTRIES + (h ^ y_high)) * w
            store(entries, i, load(entries, i) + total)
        start = ((start | pivots) + 1) & ~pivots


@kernel
def phase_product(entries, number, count):
    """Return Im <bra|Z|ket> of one operation of a group from the sums that `phases_back` left."""
    w = lanes_of(entries)
    n_low = (count + 1) >> 1
    start, n, bit = _SUMS, n_low, number
    if number >= n_low:
        start, n, bit = _SUMS + _ENTRIES, count - n_low, number - n_low
    total = splat(entries, 0.0)
    for e in range(1 << n):
        value = load(entries, (start + e) * w)
        total = total - value if (e >> bit) & 1 else total + value
    return total
