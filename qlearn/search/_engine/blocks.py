"""Run a skeleton forward and backward: a layer of rotations, then blocks CZ(a, b), rotation of a, rotation of b.

Qubit q is bit n - 1 - q of an index. Slot q is the first rotation of qubit q, slots n + 2k and n + 2k + 1
those of the first and second qubit of block k; the angles of slot j are ``angles[j * width : (j + 1) * width]``: RY and
RZ after it where states are complex. With dE/dt = Re <bra| -i P |ket> for exp(-i t P / 2) and bra = H ket.
"""

import math

import numpy as np

from .dtypes import dot, inner, is_complex, phase, width


@inner
def product(state, prefixes, n, angles):
    """Write the first layer on |0...0>; `prefixes` keeps, from 2**k on, the state of the first k qubits."""
    w = width(state)
    prefixes[1] = 1.0
    for q in range(n):
        c, s = math.cos(0.5 * angles[q * w]), math.sin(0.5 * angles[q * w])
        z = phase(state, angles[q * w + w - 1])
        zero, one = c * z, s / z
        size = 1 << q
        for i in range(size):
            x = prefixes[size + i]
            prefixes[2 * size + 2 * i] = x * zero
            prefixes[2 * size + 2 * i + 1] = x * one
    size = 1 << n
    for i in range(size):
        state[i] = prefixes[size + i]


@inner
def product_gradient(bra, prefixes, n, angles, gradient):
    """Write the gradient of the first layer; `bra`, which belongs after it, is used up."""
    w = width(bra)
    for q in range(n - 1, -1, -1):
        c, s = math.cos(0.5 * angles[q * w]), math.sin(0.5 * angles[q * w])
        z = phase(bra, angles[q * w + w - 1])
        zero, one = c * z, s / z
        turned_zero, turned_one = -s * z, c / z
        size = 1 << q
        slope = 0.0
        twist = 0.0
        for i in range(size):
            x, y = bra[2 * i], bra[2 * i + 1]
            ket = prefixes[size + i]
            slope += dot(x, turned_zero * ket)[0] + dot(y, turned_one * ket)[0]
            if is_complex(bra):
                twist += dot(x, zero * ket)[1] - dot(y, one * ket)[1]
        for i in range(size):
            bra[i] = _overlap(bra[2 * i], bra[2 * i + 1], zero, one)
        gradient[q * w] = slope
        if is_complex(bra):
            gradient[q * w + 1] = twist


@inner
def _overlap(x, y, zero, one):
    """Return the bra left over when one qubit is contracted with (zero, one)."""
    return x * np.conj(zero) + y * np.conj(one)


@inner
def block(state, high, low, angles, first, second):
    """Apply CZ, then the rotations of the qubit with the stride `high` and of the one with the stride `low`."""
    w = width(state)
    ca, sa = math.cos(0.5 * angles[first]), math.sin(0.5 * angles[first])
    cb, sb = math.cos(0.5 * angles[second]), math.sin(0.5 * angles[second])
    za, zb = phase(state, angles[first + w - 1]), phase(state, angles[second + w - 1])
    z00, z01, z10, z11 = za * zb, za / zb, zb / za, 1.0 / (za * zb)
    for i in range(0, state.shape[0], 2 * high):
        for j in range(i, i + high, 2 * low):
            for k in range(j, j + low):
                x00, x01, x10, x11 = state[k], state[k + low], state[k + high], -state[k + high + low]
                y00, y10 = ca * x00 - sa * x10, sa * x00 + ca * x10
                y01, y11 = ca * x01 - sa * x11, sa * x01 + ca * x11
                state[k] = (cb * y00 - sb * y01) * z00
                state[k + low] = (sb * y00 + cb * y01) * z01
                state[k + high] = (cb * y10 - sb * y11) * z10
                state[k + high + low] = (sb * y10 + cb * y11) * z11


@inner
def unblock(ket, bra, high, low, angles, first, second, gradient):
    """Undo a block on both states and write the gradient of its angles."""
    w = width(ket)
    ca, sa = math.cos(0.5 * angles[first]), math.sin(0.5 * angles[first])
    cb, sb = math.cos(0.5 * angles[second]), math.sin(0.5 * angles[second])
    za, zb = phase(ket, -angles[first + w - 1]), phase(ket, -angles[second + w - 1])
    z00, z01, z10, z11 = za * zb, za / zb, zb / za, 1.0 / (za * zb)
    slope_a = 0.0
    slope_b = 0.0
    twist_a = 0.0
    twist_b = 0.0
    for i in range(0, ket.shape[0], 2 * high):
        for j in range(i, i + high, 2 * low):
            for k in range(j, j + low):
                x00, x01 = ket[k] * z00, ket[k + low] * z01
                x10, x11 = ket[k + high] * z10, ket[k + high + low] * z11
                b00, b01 = bra[k] * z00, bra[k + low] * z01
                b10, b11 = bra[k + high] * z10, bra[k + high + low] * z11
                if is_complex(ket):
                    p00, p01, p10, p11 = dot(b00, x00)[1], dot(b01, x01)[1], dot(b10, x10)[1], dot(b11, x11)[1]
                    twist_a += p00 + p01 - p10 - p11
                    twist_b += p00 - p01 + p10 - p11
                slope_a += dot(b10, x00)[0] - dot(b00, x10)[0] + dot(b11, x01)[0] - dot(b01, x11)[0]
                slope_b += dot(b01, x00)[0] - dot(b00, x01)[0] + dot(b11, x10)[0] - dot(b10, x11)[0]
                y00, y10 = ca * x00 + sa * x10, ca * x10 - sa * x00
                y01, y11 = ca * x01 + sa * x11, ca * x11 - sa * x01
                ket[k], ket[k + low] = cb * y00 + sb * y01, cb * y01 - sb * y00
                ket[k + high], ket[k + high + low] = cb * y10 + sb * y11, sb * y10 - cb * y11
                y00, y10 = ca * b00 + sa * b10, ca * b10 - sa * b00
                y01, y11 = ca * b01 + sa * b11, ca * b11 - sa * b01
                bra[k], bra[k + low] = cb * y00 + sb * y01, cb * y01 - sb * y00
                bra[k + high], bra[k + high + low] = cb * y10 + sb * y11, sb * y10 - cb * y11
    gradient[first] = slope_a
    gradient[second] = slope_b
    if is_complex(ket):
        gradient[first + 1] = twist_a
        gradient[second + 1] = twist_b


@inner
def forward(state, prefixes, n, edges, count, angles):
    """Write the state of a skeleton."""
    w = width(state)
    product(state, prefixes, n, angles)
    for k in range(count):
        first = (n + 2 * k) * w
        block(state, 1 << (n - 1 - edges[k, 0]), 1 << (n - 1 - edges[k, 1]), angles, first, first + w)


@inner
def backward(ket, bra, prefixes, n, edges, count, angles, gradient):
    """Write the gradient, from the final ket and bra = H ket; both are used up."""
    w = width(ket)
    for k in range(count - 1, -1, -1):
        first = (n + 2 * k) * w
        high, low = 1 << (n - 1 - edges[k, 0]), 1 << (n - 1 - edges[k, 1])
        unblock(ket, bra, high, low, angles, first, first + w, gradient)
    product_gradient(bra, prefixes, n, angles, gradient)


@inner
def apply_matrix(indptr, indices, data, ket, bra):
    """Write bra = H ket and return the energy; rows are compressed, their indices unsigned (signed ones are slow)."""
    energy = 0.0
    for row in range(ket.shape[0]):
        total = ket[row] * 0.0
        for k in range(indptr[row], indptr[row + 1]):
            total += data[k] * ket[indices[k]]
        bra[row] = total
        energy += dot(ket[row], total)[0]
    return energy
