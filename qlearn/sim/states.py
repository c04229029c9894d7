"""States that engines return."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._bits import index_bits
from .._random import generator


class State:
    """A pure state, or a batch of them.

    Parameters
    ----------
    amplitudes : ndarray of complex, shape (2**n,) or (batch, 2**n)
        Qubit 0 is the most significant bit of the index.
    """

    def __init__(self, amplitudes: np.ndarray) -> None:
        self.amplitudes = amplitudes
        self.n_qubits = amplitudes.shape[-1].bit_length() - 1

    def sample(self, n_shots: int, random_state: Any = None) -> np.ndarray:
        """Return uint8 (n_shots, n_qubits) measured bits.

        Parameters
        ----------
        n_shots : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray
        """
        probabilities = np.abs(self.amplitudes) ** 2
        draws = generator(random_state).choice(probabilities.size, size=n_shots, p=probabilities / probabilities.sum())
        return index_bits(draws, self.n_qubits)
