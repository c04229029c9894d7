"""The slopes of a whole pool at once: what ADAPT asks for at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..paulis import PauliSum


class PoolSlopes:
    """Slopes of the rotations exp(-i t G / 2) of a pool, from one state and one product with the Hamiltonian.

    Strings that flip the same qubits share one product of amplitudes; each is then a sum over it with signs.

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
        masks, z_masks = x @ powers, z @ powers
        self._groups = []
        for mask in np.unique(masks):
            rows = np.flatnonzero(masks == mask)
            self._groups.append((int(mask), z_masks[rows], weights[rows], owners[rows]))
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
        found = np.zeros(self.n_generators)
        for mask, z_masks, weights, owners in self._groups:
            products = bra[self._indices ^ mask].conj() * state
            signs = 1.0 - 2.0 * (np.bitwise_count(self._indices & z_masks[:, None]) & 1)
            np.add.at(found, owners, (weights * (signs @ products)).imag)
        return found
