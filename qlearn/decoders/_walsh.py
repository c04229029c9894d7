"""The Walsh-Hadamard transform in place: blocks that fit the cache first, then four rows a pass through memory."""

import numba
import numpy as np

_CACHED = 1 << 14


@numba.njit(cache=True, nogil=True)
def walsh_hadamard(values: np.ndarray) -> None:
    """Replace a float array, its length a power of two, by sum_k (-1)**(j . k) values[k]."""
    n = len(values)
    block = min(n, _CACHED)
    for start in range(0, n, block):
        stride = 1
        while stride < block:
            for low in range(start, start + block, 2 * stride):
                for j in range(low, low + stride):
                    a, b = values[j], values[j + stride]
                    values[j], values[j + stride] = a + b, a - b
            stride *= 2
    stride = block
    while 4 * stride <= n:
        for low in range(0, n, 4 * stride):
            for j in range(low, low + stride):
                a, b = values[j], values[j + stride]
                c, d = values[j + 2 * stride], values[j + 3 * stride]
                a, b, c, d = a + b, a - b, c + d, c - d
                values[j], values[j + stride] = a + c, b + d
                values[j + 2 * stride], values[j + 3 * stride] = a - c, b - d
        stride *= 4
    if stride < n:
        for j in range(stride):
            a, b = values[j], values[j + stride]
            values[j], values[j + stride] = a + b, a - b
