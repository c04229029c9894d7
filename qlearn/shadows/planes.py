"""Measurement data as bit planes: one bit for each shot, 64 of them to a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._memory import require_memory
from ..paulis import PauliSum

_BLOCK = 2**16


@dataclass(frozen=True, eq=False)
class Planes:
    """Bit planes of measurement data.

    Attributes
    ----------
    letters : ndarray of uint64, shape (3 * n_qubits + 1, n_words)
        Row ``3 * qubit + code``: set where the shot measured this qubit in this letter. The last row has all shots set.
    signs : ndarray of uint64, shape (n_qubits + 1, n_words)
        Row ``qubit``: the measured bit. The last row is zero.
    n_shots : int
    """

    letters: NDArray[np.uint64]
    signs: NDArray[np.uint64]
    n_shots: int

    @classmethod
    def pack(cls, bases: NDArray[np.uint8], outcomes: NDArray[np.uint8], shots: NDArray[np.int64]) -> Planes:
        """Return the planes of data, shots in order.

        Parameters
        ----------
        bases : ndarray of uint8, shape (n_settings, n_qubits)
        outcomes : ndarray of uint8, shape (n_shots, n_qubits)
        shots : ndarray of int64, shape (n_settings,)
        """
        n_shots, n_qubits = outcomes.shape
        n_words = -(-n_shots // 64)
        require_memory(8 * n_words * (4 * n_qubits + 2), f"The bit planes of {n_shots} shots", "fewer shots at a time")
        letters = np.zeros((3 * n_qubits + 1, n_words), dtype=np.uint64)
        signs = np.zeros((n_qubits + 1, n_words), dtype=np.uint64)
        setting = np.repeat(np.arange(len(bases)), shots)
        for start in range(0, n_shots, _BLOCK):
            rows = slice(start, min(start + _BLOCK, n_shots))
            columns = slice(start // 64, -(-rows.stop // 64))
            measured = np.ascontiguousarray(bases[setting[rows]].T)
            signs[:-1, columns] = _words(np.ascontiguousarray(outcomes[rows].T))
            for code in range(3):
                letters[code:-1:3, columns] = _words(measured == code)
            letters[-1, columns] = _words(np.ones((1, measured.shape[1]), dtype=bool))
        return cls(letters, signs, n_shots)


@dataclass(frozen=True, eq=False)
class PlaneRows:
    """Which planes each Pauli string reads: rows ``starts[j]`` to ``starts[j + 1]`` of the two lists.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_terms + 1,)
    letters : ndarray of int64, shape (sum of weights,)
        Rows of `Planes.letters`.
    signs : ndarray of int64, shape (sum of weights,)
        Rows of `Planes.signs`.
    """

    starts: NDArray[np.int64]
    letters: NDArray[np.int64]
    signs: NDArray[np.int64]

    @classmethod
    def of(cls, terms: PauliSum) -> PlaneRows:
        """Return the planes that the strings of a sum read.

        Parameters
        ----------
        terms : PauliSum
        """
        term, qubit = np.nonzero(terms.x | terms.z)
        code = 2 - 2 * terms.x[term, qubit].astype(np.int64) + (terms.x & terms.z)[term, qubit]
        starts = np.zeros(terms.n_terms + 1, dtype=np.int64)
        np.cumsum(np.bincount(term, minlength=terms.n_terms), out=starts[1:])
        return cls(starts, 3 * qubit + code, qubit.astype(np.int64))


def _words(bits: NDArray) -> NDArray[np.uint64]:
    """Return rows of bits as rows of little-endian 64-bit words, padded with zeros."""
    octets = np.packbits(bits, axis=1, bitorder="little")
    padded = np.zeros((len(octets), 8 * -(-octets.shape[1] // 8)), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view("<u8").astype(np.uint64, copy=False)
