"""Exact independent draws from the outcome distribution of a state."""

from __future__ import annotations

import numpy as np
from numba import njit

# States up to this size have one entry of the table for each amplitude; larger ones one for each block of amplitudes,
# so that sampling needs little memory beside the state.
_TABLE_BITS = 20
_BLOCK = 16
_TABLE_SHOTS = 1024


def sample_indices(probabilities: np.ndarray, n_shots: int, rng: np.random.Generator) -> np.ndarray:
    """Return independent draws of an index with the given probabilities.

    Parameters
    ----------
    probabilities : ndarray of float, shape (size,)
        Not negative, not all zero; divided by their sum.
    n_shots : int
    rng : numpy.random.Generator
        Advanced by `n_shots` doubles.

    Returns
    -------
    ndarray of int64, shape (n_shots,)
        An index of probability zero never occurs.

    Notes
    -----
    O(size) once; then O(log(size)) a draw by inversion for few draws, O(1) by the alias method for many (Walker 1977;
    Vose, IEEE Transactions on Software Engineering 17, 972 (1991)).

    Examples
    --------
    >>> import numpy as np
    >>> from qlearn.sim.sampling import sample_indices
    >>> sample_indices(np.array([0.0, 1.0, 0.0]), 4, np.random.default_rng(0)).tolist()
    [1, 1, 1, 1]
    """
    uniform = rng.random(n_shots)
    size = len(probabilities)
    if n_shots < max(_TABLE_SHOTS, size // 8):
        cumulative = np.cumsum(probabilities, dtype=float)
        # rounding up to the total would name an index past the end
        targets = np.minimum(uniform * cumulative[-1], np.nextafter(cumulative[-1], 0.0))
        return np.searchsorted(cumulative, targets, side="right").astype(np.int64)
    threshold = probabilities * (size / probabilities.sum(dtype=float))
    index = np.empty(n_shots, dtype=np.int64)
    _draw_aliased(threshold, np.arange(size, dtype=np.int32), np.empty(size, dtype=np.int32), uniform, index)
    return index


def sample_amplitudes(amplitudes: np.ndarray, n_shots: int, rng: np.random.Generator) -> np.ndarray:
    """Return independent draws of a basis state with the probabilities that amplitudes give.

    Parameters
    ----------
    amplitudes : ndarray of complex, shape (2**n,)
    n_shots : int
    rng : numpy.random.Generator
        Advanced by `n_shots` doubles, twice as many above 20 qubits.

    Returns
    -------
    ndarray of int64, shape (n_shots,)

    Notes
    -----
    As `sample_indices`; above 20 qubits in two steps, block and member, for which one byte an amplitude suffices.
    """
    parts = np.ascontiguousarray(amplitudes).view(amplitudes.real.dtype).reshape(-1, 2)
    if len(parts) <= 1 << _TABLE_BITS:
        return sample_indices(np.einsum("ij,ij->i", parts, parts, dtype=float), n_shots, rng)
    blocks = parts.reshape(-1, 2 * _BLOCK)
    weights = np.einsum("ij,ij->i", blocks, blocks, dtype=float)
    index = sample_indices(weights, n_shots, rng)
    _choose_member(parts, weights, rng.random(n_shots), index)
    return index


def unpack_indices(index: np.ndarray, n_bits: int) -> np.ndarray:
    """Return the bits of indices, uint8 (n, n_bits), most significant first.

    Parameters
    ----------
    index : ndarray of int64, shape (n,)
        From 0 to ``2**n_bits - 1``.
    n_bits : int

    Returns
    -------
    ndarray of uint8
    """
    if n_bits in (8, 16, 32):
        return np.unpackbits(index.astype(f">u{n_bits // 8}").view(np.uint8)).reshape(-1, n_bits)
    bits = np.empty((len(index), n_bits), dtype=np.uint8)
    _unpack(index, bits)
    return bits


@njit(cache=True, nogil=True)
def _draw_aliased(threshold, alias, waiting, uniform, index):
    """Fill `index`; `threshold` comes as probabilities times their number, `alias` as 0, 1, 2, ..."""
    size = len(threshold)
    n_small, n_large = 0, 0
    for i in range(size):
        if threshold[i] < 1.0:
            waiting[n_small] = i
            n_small += 1
        else:
            n_large += 1
            waiting[size - n_large] = i
    while n_small > 0 and n_large > 0:
        n_small -= 1
        small, large = waiting[n_small], waiting[size - n_large]
        alias[small] = large
        threshold[large] = (threshold[large] + threshold[small]) - 1.0
        if threshold[large] < 1.0:
            n_large -= 1
            waiting[n_small] = large
            n_small += 1
    # what is left has threshold 1 up to rounding, and is its own alias
    for i in range(len(uniform)):
        scaled = uniform[i] * size
        j = min(int(scaled), size - 1)
        index[i] = j if scaled - j < threshold[j] else alias[j]


@njit(cache=True, nogil=True)
def _choose_member(parts, weights, uniform, index):
    """Turn the numbers of blocks in `index` into numbers of amplitudes."""
    for i in range(len(index)):
        start = index[i] * _BLOCK
        target, passed, found = uniform[i] * weights[index[i]], 0.0, start
        for j in range(start, start + _BLOCK):
            re, im = float(parts[j, 0]), float(parts[j, 1])
            weight = re * re + im * im
            if weight > 0.0:
                # the last possible member stays where rounding leaves the target unpassed
                found = j
                passed += weight
                if passed > target:
                    break
        index[i] = found


@njit(cache=True, nogil=True)
def _unpack(index, bits):
    n_bits = bits.shape[1]
    for i in range(len(index)):
        for q in range(n_bits):
            bits[i, q] = (index[i] >> (n_bits - 1 - q)) & 1
