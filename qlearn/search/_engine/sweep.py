"""Gradients of many Pauli rotations at every position of a skeleton, from one forward and one backward pass.

A rotation exp(-i t P / 2) put in at a position changes the energy by Re <bra| -i P |ket> t to first order, ket and bra
taken at that position. Strings of one X mask x share the vector f[j] = conj(bra[j ^ x]) ket[j]; its sum over j with the
signs (-1)**parity(j & z) gives the string with the Z mask z, and a Walsh-Hadamard transform gives all of them.
"""

import numpy as np

from .blocks import apply_matrix, forward, unblock
from .dtypes import dot, entry, inner, width

_FEW = 2  # Z masks, up to which plain signed sums beat the transform
_LOW = 8  # the transform leaves the bits below for last, where they are far apart: neighbours do not vectorise
_NOTHING = 1e-24  # of the squared norm of bra: where symmetries make a whole X mask vanish


@inner
def _parity(bits):
    bits ^= bits >> 16
    bits ^= bits >> 8
    bits ^= bits >> 4
    bits ^= bits >> 2
    return (bits ^ (bits >> 1)) & 1


@inner
def _butterflies(values, stride):
    """Replace pairs at a distance of `stride`, and then of its doubles, by sum and difference; two distances a pass."""
    size = values.shape[0]
    while 2 * stride < size:
        for i in range(0, size, 4 * stride):
            one, two = values[i : i + stride], values[i + stride : i + 2 * stride]
            three, four = values[i + 2 * stride : i + 3 * stride], values[i + 3 * stride : i + 4 * stride]
            for j in range(stride):
                a, b = one[j] + two[j], one[j] - two[j]
                c, d = three[j] + four[j], three[j] - four[j]
                one[j], two[j], three[j], four[j] = a + c, b + d, a - c, b - d
        stride *= 4
    if stride < size:
        one, two = values[:stride], values[stride:]
        for j in range(stride):
            one[j], two[j] = one[j] + two[j], one[j] - two[j]


@inner
def _transform(values, other):
    """Write the Walsh-Hadamard transform of `values`, which are used up, to `other`: entry z at place(z)."""
    size = values.shape[0]
    low = min(_LOW, size)
    part = size // low
    _butterflies(values, low)
    for i in range(part):
        for k in range(low):
            other[k * part + i] = values[i * low + k]
    _butterflies(other, part)


@inner
def _place(z, size):
    low = min(_LOW, size)
    return (z % low) * (size // low) + z // low


@inner
def _position(ket, bra, masks, firsts, z_masks, n_y, values, other, norm, found):
    """Write the gradients of all strings at one position; the strings of mask i are firsts[i] to firsts[i + 1]."""
    size = ket.shape[0]
    for i in range(masks.shape[0]):
        x = masks[i]
        for kind in range(2):  # strings with an odd number of Y take the real part, with an even one the imaginary part
            n_here = 0
            for k in range(firsts[i], firsts[i + 1]):
                n_here += (n_y[k] & 1) == 1 - kind
            if n_here == 0:
                continue
            weight = 0.0
            for j in range(size):
                values[j] = dot(bra[j ^ x], ket[j])[kind]
                weight += values[j] * values[j]
            if n_here > _FEW and weight > _NOTHING * norm:
                _transform(values, other)
            for k in range(firsts[i], firsts[i + 1]):
                if (n_y[k] & 1) != 1 - kind:
                    continue
                z = z_masks[k]
                total = 0.0
                if weight > _NOTHING * norm:
                    if n_here > _FEW:
                        total = other[_place(z, size)]
                    else:
                        for j in range(size):
                            total += values[j] * (1.0 - 2.0 * _parity(j & z))
                # -i * i**n_y is -i, 1, i, -1; Re(-i f) = Im f
                found[k] = total if (n_y[k] & 3) < 2 else -total


@entry
def rotation_gradients(n, indptr, indices, data, edges, count, angles, masks, firsts, z_masks, n_y, work, found):
    """Write the gradient of each string at each position, (count + 1, n_strings), and return the energy."""
    size = 1 << n
    ket, bra, prefixes = work[:size], work[size : 2 * size], work[2 * size : 4 * size]
    values, other, slopes = np.empty(size), np.empty(size), np.empty(angles.shape[0])
    w = width(work)
    forward(ket, prefixes, n, edges, count, angles)
    energy = apply_matrix(indptr, indices, data, ket, bra)
    norm = 0.0
    for j in range(size):
        norm += dot(bra[j], bra[j])[0]
    for k in range(count, -1, -1):
        _position(ket, bra, masks, firsts, z_masks, n_y, values, other, norm, found[k])
        if k > 0:
            first = (n + 2 * k - 2) * w
            high, low = 1 << (n - 1 - edges[k - 1, 0]), 1 << (n - 1 - edges[k - 1, 1])
            unblock(ket, bra, high, low, angles, first, first + w, slopes)
    return energy
