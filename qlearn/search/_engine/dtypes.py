"""What differs between real and complex states, resolved while a kernel compiles.

A skeleton has one angle a slot (RY) on real states and two (RY, then RZ) on complex ones. The same kernels serve both:
these functions vanish, or not, with the type of the state.
"""

import cmath

from numba import njit, types
from numba.extending import overload

MATH = {"contract", "reassoc", "nsz", "arcp"}  # NaN and infinity keep their meaning
# Always merged into the caller: a copy of its own would round otherwise, and a process that has just compiled would use
# it where one that loads the compiled kernels does not.
inner = njit(
    nogil=True, fastmath=MATH, error_model="numpy", forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
entry = njit(nogil=True, fastmath={"contract", "nsz"}, error_model="numpy", cache=True)


def is_complex(state):
    """Return whether amplitudes are complex."""


def width(state):
    """Return the angles of one slot: 1 or 2."""


def phase(state, angle):
    """Return exp(-i angle / 2), or 1 for a real state."""


def dot(bra, ket):
    """Return the product conj(bra) * ket as (real part, imaginary part)."""


@overload(is_complex, inline="always")
def _is_complex(state):
    found = isinstance(state.dtype, types.Complex)
    return (lambda state: True) if found else (lambda state: False)


@overload(width, inline="always")
def _width(state):
    return (lambda state: 2) if isinstance(state.dtype, types.Complex) else (lambda state: 1)


@overload(phase, inline="always")
def _phase(state, angle):
    if isinstance(state.dtype, types.Complex):
        return lambda state, angle: cmath.exp(-0.5j * angle)
    return lambda state, angle: 1.0


@overload(dot)
def _dot(bra, ket):
    if isinstance(bra, types.Complex):

        def product(bra, ket):
            return bra.real * ket.real + bra.imag * ket.imag, bra.real * ket.imag - bra.imag * ket.real

        return product
    return lambda bra, ket: (bra * ket, 0.0)
