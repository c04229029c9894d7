"""Distinct syndromes with how often each came and what it flipped: samples, compressed without loss."""

import numpy as np

from .shots import Shots, distinct_rows, pack


class SyndromeTable:
    """Grows by shots; rows are packed detectors, in the order of their bytes.

    At distance 3 a million shots hold thirty thousand syndromes, and training on rows is that much cheaper. Where
    nearly every shot is its own syndrome it costs a sort. Past `max_rows` only the latest shots are kept.
    """

    def __init__(self, n_detectors: int, n_observables: int, max_rows: int) -> None:
        self.n_detectors, self.max_rows = n_detectors, max_rows
        self._packed = np.zeros((0, -(-n_detectors // 8)), dtype=np.uint8)
        self.counts, self.n_taken = np.zeros(0), 0
        self._flips = np.zeros((0, n_observables))

    def __len__(self) -> int:
        return len(self.counts)

    def add(self, shots: list[Shots], weights: np.ndarray | None = None) -> None:
        """Take in shots; each counts as one, or has a weight, float (n_shots,)."""
        weights = np.ones(sum(map(len, shots))) if weights is None else weights
        flips = np.concatenate([part.observables for part in shots])
        fresh = _summed(np.concatenate([pack(part.detectors) for part in shots]), weights, flips * weights[:, None])
        self.n_taken += len(weights)
        if len(self) and len(self) + len(fresh[1]) <= self.max_rows:
            old = (self._packed, self.counts, self._flips)
            fresh = _summed(*(np.concatenate(pair) for pair in zip(old, fresh)))
        else:
            self.n_taken = len(weights)
        self._packed, self.counts, self._flips = fresh

    @property
    def repeats(self) -> bool:
        """Whether most shots are of a syndrome that came before, so that going over the rows again does no harm."""
        return 2 * len(self) < self.n_taken

    def restart(self, shots: list[Shots], weights: np.ndarray | None = None) -> None:
        """Forget all rows and take in these shots."""
        self.counts, self.n_taken = self.counts[:0], 0
        self.add(shots, weights)

    def state(self) -> dict[str, np.ndarray]:
        """Return the rows as arrays for a file."""
        rows = {"packed": self._packed, "counts": self.counts, "flips": self._flips}
        return rows | {"n_taken": np.array(self.n_taken)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take the rows that `state` gave."""
        self._packed, self.counts, self._flips = state["packed"], state["counts"], state["flips"]
        self.n_taken = int(state["n_taken"])

    @property
    def detectors(self) -> np.ndarray:
        """Syndromes, bool (n_rows, n_detectors)."""
        return np.unpackbits(self._packed, axis=1, count=self.n_detectors, bitorder="little").view(bool)

    @property
    def shares(self) -> np.ndarray:
        """Share of each row's shots that flipped each observable, float (n_rows, n_observables)."""
        return self._flips / self.counts[:, None]


def _summed(packed: np.ndarray, counts: np.ndarray, flips: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distinct rows with the sums of their counts and flips."""
    first, inverse = distinct_rows(packed)
    sums = [np.bincount(inverse, weights=column, minlength=len(first)) for column in (counts, *flips.T)]
    return packed[first], sums[0], np.column_stack(sums[1:]) if len(sums) > 1 else np.zeros((len(first), 0))
