"""Bit arithmetic on integer arrays: parity, population count, and integers to bit arrays and back."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def popcount(x: ArrayLike) -> NDArray[np.uint8]:
    """Return the number of set bits of each integer.

    Parameters
    ----------
    x : array_like of int
        Any shape, any integer dtype up to 64 bits. Negative numbers count as their two's complement bits.

    Returns
    -------
    ndarray of uint8
        Same shape as `x`.

    Raises
    ------
    TypeError
        If `x` does not hold integers.

    Examples
    --------
    >>> import numpy as np
    >>> from qlearn._bits import popcount
    >>> popcount(np.array([0, 1, 7, 255])).tolist()
    [0, 1, 3, 8]
    """
    return np.bitwise_count(_unsigned(x))


def parity(x: ArrayLike) -> NDArray[np.uint8]:
    """Return the parity (0 or 1) of the set bits of each integer.

    Parameters
    ----------
    x : array_like of int
        Any shape, any integer dtype up to 64 bits.

    Returns
    -------
    ndarray of uint8
        Same shape as `x`.

    Raises
    ------
    TypeError
        If `x` does not hold integers.

    Examples
    --------
    >>> import numpy as np
    >>> from qlearn._bits import parity
    >>> parity(np.array([0, 1, 3, 7])).tolist()
    [0, 1, 0, 1]
    """
    return popcount(x) & np.uint8(1)


def index_bits(index: ArrayLike, n_bits: int) -> NDArray[np.uint8]:
    """Return the bits of each index, most significant (qubit 0) first.

    Parameters
    ----------
    index : array_like of int, shape (...)
        Numbers from 0 to ``2**n_bits - 1``.
    n_bits : int
        Number of bits, 0 to 64.

    Returns
    -------
    ndarray of uint8, shape (..., n_bits)

    Raises
    ------
    TypeError
        If `index` does not hold integers.
    ValueError
        If `n_bits` is not in 0..64, or an index does not fit.

    Examples
    --------
    >>> from qlearn._bits import index_bits
    >>> index_bits([1, 6], 3).tolist()
    [[0, 0, 1], [1, 1, 0]]
    """
    if not 0 <= n_bits <= 64:
        raise ValueError(f"`n_bits` must be from 0 to 64, got {n_bits}.")
    index = _integers(index)
    if index.size and (int(index.min()) < 0 or int(index.max()) >> n_bits):
        worst = int(index.min()) if int(index.min()) < 0 else int(index.max())
        raise ValueError(f"`index` must hold numbers from 0 to 2**{n_bits} - 1, got {worst}.")
    big_endian = np.ascontiguousarray(index, dtype=">u8").view(np.uint8).reshape(*index.shape, 8)
    return np.ascontiguousarray(np.unpackbits(big_endian, axis=-1)[..., 64 - n_bits :])


def bits_index(bits: ArrayLike) -> NDArray[np.int64]:
    """Return the integer each row of bits spells, most significant (qubit 0) first.

    Parameters
    ----------
    bits : array_like of bool or int, shape (..., n_bits)
        Zeros and ones; at most 63 of them in a row.

    Returns
    -------
    ndarray of int64, shape (...)

    Raises
    ------
    ValueError
        If there is no bit axis, a row is longer than 63 bits, or an entry is neither 0 nor 1.

    Examples
    --------
    >>> from qlearn._bits import bits_index
    >>> bits_index([[0, 0, 1], [1, 1, 0]]).tolist()
    [1, 6]
    """
    bits = np.asarray(bits)
    if bits.ndim == 0:
        raise ValueError(f"`bits` must have shape (..., n_bits), got the single value {bits}.")
    n_bits = bits.shape[-1]
    if n_bits > 63:
        raise ValueError(f"`bits` must have at most 63 bits in a row to fit an int64, got {n_bits}.")
    as_bool = bits.astype(bool)
    if bits.dtype != bool and not np.array_equal(as_bool, bits):
        raise ValueError("`bits` must hold zeros and ones only.")
    padded = np.zeros((*bits.shape[:-1], 64), dtype=bool)
    padded[..., 64 - n_bits :] = as_bool
    return np.packbits(padded, axis=-1).view(">i8")[..., 0].astype(np.int64)


def _integers(x: ArrayLike) -> NDArray[np.integer]:
    array = np.asarray(x)
    if array.size == 0 and not np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int64)
    if array.dtype == bool:
        return array.view(np.uint8)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"Bit operations need integers, got dtype {array.dtype}.")
    return array


def _unsigned(x: ArrayLike) -> NDArray[np.unsignedinteger]:
    # np.bitwise_count counts the bits of |x| for signed types, so view them as unsigned first.
    array = _integers(x)
    if np.issubdtype(array.dtype, np.signedinteger):
        return array.astype(array.dtype.newbyteorder("="), copy=False).view(f"u{array.dtype.itemsize}")
    return array
