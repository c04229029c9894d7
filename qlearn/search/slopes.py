"""The slopes of a whole pool at once: what ADAPT asks for at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..paulis import PauliSum

_MOST_AMPLITUDES = 2**18  # at work at a time


class PoolSlopes:
    """Slopes of the rotations exp(-i t G / 2) of a pool, from one state and one product with the Hamiltonian.

    Strings that flip the same qubits share one product of amplitudes; a transform of it gives the sums with all signs.

    Parameters
    ----------
    generators : sequence of PauliSum
        At least one.
    """

    def __init__(self, generators: Sequence[PauliSum]) -> None:
        self.n_generators = len(generators)
        self.n_strings = sum(g.n_terms for g in generators)
        n = generators[0].n_qubits
        powers = 1 << np.arange(n - 1, -1, -1)
        x, z = (np.concatenate([getattr(g, name) for g in generators]) for name in "xz")
        owners = np.repeat(np.arange(len(generators)), [g.n_terms for g in generators])
        phases = np.array([1, 1j, -1, -1j])[(x & z).sum(axis=1) % 4]
        weights = np.concatenate([np.asarray(g.coefficients) for g in generators]) * phases
        self._masks, self._groups = np.unique(x @ powers, return_inverse=True)
        self._z_masks, self._weights, self._owners = z @ powers, weights, owners
        self._indices = np.arange(1 << n)

    def __call__(self, bra: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Return Im <bra|G|state> for each generator.

        Parameters
        ----------
        bra, state : ndarray of complex, shape (2**n_qubits,)
            The Hamiltonian applied to the state, and the state.

        Returns
        -------
        ndarray of float, shape (n_generators,)
        """
        n_columns = max(1, _MOST_AMPLITUDES // len(state))
        sums = np.empty(self.n_strings, dtype=complex)
        for first in range(0, len(self._masks), n_columns):
            masks = self._masks[first : first + n_columns]
            products = _transformed(bra.conj()[self._indices[:, None] ^ masks] * state[:, None])
            here = np.flatnonzero((self._groups >= first) & (self._groups < first + n_columns))
            sums[here] = products[self._z_masks[here], self._groups[here] - first]
        return np.bincount(self._owners, (self._weights * sums).imag, self.n_generators)


def _transformed(columns: np.ndarray) -> np.ndarray:
    """Return the Walsh-Hadamard transform of each column: entry z is the sum with the signs (-1)**parity(j & z)."""
    size, n_columns = columns.shape
    stride = 1
    while stride < size:
        pairs = columns.reshape(-1, 2, stride * n_columns)
        columns = np.empty_like(pairs)
        np.add(pairs[:, 0], pairs[:, 1], out=columns[:, 0])
        np.subtract(pairs[:, 0], pairs[:, 1], out=columns[:, 1])
        stride *= 2
    return columns.reshape(size, n_columns)
