"""Which strings each setting of a pool measures, in blocks of strings that can vary together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..paulis import PauliSum
from .symmetry import Unknowns


class Layout(NamedTuple):
    """The strings that settings measure: one *row* for each string of each setting.

    Attributes
    ----------
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    starts : ndarray of int64, shape (n_settings + 1,)
        Where the rows of each setting begin.
    strings, unknowns : ndarray of int64, shape (n_rows,)
        At most one string of each coset in a setting, and the unknown it tells.
    block_starts : ndarray of int64, shape (n_blocks + 1,)
        Where the rows of each block begin: rows of one setting whose strings have the same x part.
    setting_blocks : ndarray of int64, shape (n_settings + 1,)
        Where the blocks of each setting begin.
    """

    bases: NDArray[np.uint8]
    starts: NDArray[np.int64]
    strings: NDArray[np.int64]
    unknowns: NDArray[np.int64]
    block_starts: NDArray[np.int64]
    setting_blocks: NDArray[np.int64]


def lay_out(unknowns: Unknowns, bases: NDArray[np.uint8]) -> Layout:
    """Return which strings of the unknowns each setting measures.

    Cost: some nanoseconds for each pair of a setting and a string.

    Parameters
    ----------
    unknowns : Unknowns
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    """
    strings = unknowns.strings
    measured_x, measured_z = _words(bases < 2), _words(bases > 0)
    x, z = _words(strings.x), _words(strings.z)
    counts = np.zeros(len(bases), dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    _find_rows(measured_x, measured_z, x, z, unknowns.coset, counts, nothing)
    starts = np.append(0, np.cumsum(counts))
    found = np.empty(starts[-1], dtype=np.int64)
    _find_rows(measured_x, measured_z, x, z, unknowns.coset, counts, found)
    setting = np.repeat(np.arange(len(bases)), counts)
    pattern = x_patterns(strings)[found]
    order = np.lexsort((found, pattern, setting))
    found, pattern = found[order], pattern[order]
    new = np.ones(len(found), dtype=bool)
    new[1:] = (pattern[1:] != pattern[:-1]) | (setting[1:] != setting[:-1])
    block_starts = np.append(np.flatnonzero(new), len(found))
    return Layout(
        bases, starts, found, unknowns.unknown[found], block_starts, np.searchsorted(block_starts[:-1], starts)
    )


def x_patterns(strings: PauliSum) -> NDArray[np.int64]:
    """Return numbers that are equal for strings with equal x part, (n_strings,).

    Parameters
    ----------
    strings : PauliSum
    """
    packed = np.packbits(strings.x, axis=1)
    return np.unique(np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel(), return_inverse=True)[1]


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    octets = np.packbits(bits, axis=1)
    padded = np.zeros((len(octets), 8 * -(-octets.shape[1] // 8)), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view(np.uint64)


@njit(nogil=True, cache=True)
def _find_rows(measured_x, measured_z, x, z, coset, counts, found):
    """Count the rows of each setting; write them too, one setting after the other, where `found` has room.

    A setting has the bits of its letters; a string fits if it has the same ones wherever it acts.
    """
    place = 0
    for s in range(len(measured_x)):
        n, last = 0, -1
        for j in range(len(x)):
            if coset[j] == last:
                continue
            fits = True
            for w in range(x.shape[1]):
                if ((x[j, w] ^ measured_x[s, w]) | (z[j, w] ^ measured_z[s, w])) & (x[j, w] | z[j, w]):
                    fits = False
                    break
            if fits:
                last = coset[j]
                if len(found) > 0:
                    found[place] = j
                place += 1
                n += 1
        counts[s] = n
