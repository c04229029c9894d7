"""Samples as libraries give them, and how often each qubit was 1 in them."""

from typing import Any

import numpy as np


class Samples:
    """An array of bits (n_shots, n_qubits) or a table of counts; nothing is computed until asked.

    Parameters
    ----------
    raw : ndarray or dict
        Counts by hexadecimal text or text of 0 and 1.
    reverse : bool
        Whether the rightmost bit of a text is qubit 0.
    """

    def __init__(self, raw: Any, reverse: bool = False) -> None:
        self.raw, self.reverse = raw, reverse

    def ones(self, n_qubits: int) -> tuple[np.ndarray, int]:
        """Return how often each qubit was 1, and the number of shots."""
        if isinstance(self.raw, np.ndarray):
            return self.raw.reshape(-1, n_qubits).sum(axis=0, dtype=np.int64), self.raw.size // n_qubits
        counted = self.raw.items() if isinstance(self.raw, dict) else ((text, 1) for text in self.raw)
        totals, n_shots = np.zeros(n_qubits, dtype=np.int64), 0
        for text, count in counted:
            index = int(text, 16) if str(text).startswith("0x") else int(text, 2)
            totals += count * (index >> np.arange(n_qubits - 1, -1, -1) & 1)
            n_shots += int(count)
        return totals[::-1] if self.reverse else totals, n_shots
