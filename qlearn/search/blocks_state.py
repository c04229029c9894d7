"""Circuits of blocks on their way through a search: their angles move with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .gatelist import Alphabet


@dataclass(frozen=True)
class Blocks:
    """A first layer of rotations, then blocks, with the values of their angles.

    Attributes
    ----------
    blocks : list of list of int
        As `Alphabet.structure` takes them, the first layer included.
    values : ndarray of float
    """

    blocks: list[list[int]]
    values: np.ndarray

    @property
    def size(self) -> int:
        """Number of entangling blocks."""
        return sum(len(block) == 2 for block in self.blocks)

    @classmethod
    def first(cls, alphabet: Alphabet, rng: np.random.Generator, width: float = 0.3) -> Blocks:
        """Return the first layer alone, at the reference but for random angles.

        Parameters
        ----------
        alphabet : Alphabet
        rng : numpy.random.Generator
        width : float
            Standard deviation of the angles, radians.

        Returns
        -------
        Blocks
        """
        axes = alphabet.first_axes
        values = rng.normal(0.0, width, (alphabet.n_qubits, len(axes)))
        values[:, axes.index("ry")] += np.pi * np.array(alphabet.bits)
        return cls(alphabet.first_layer(), values.ravel())

    def starts(self, alphabet: Alphabet) -> np.ndarray:
        """Return the place of each block's first value, and the number of values.

        Parameters
        ----------
        alphabet : Alphabet

        Returns
        -------
        ndarray of int
        """
        return np.concatenate([[0], np.cumsum([alphabet.block_size(block) for block in self.blocks])]).astype(int)

    def inserted(self, alphabet: Alphabet, rng: np.random.Generator, place: int | None = None) -> Blocks:
        """Return the circuit with one more random block.

        Parameters
        ----------
        alphabet : Alphabet
        rng : numpy.random.Generator
        place : int, optional
            Among the entangling blocks; at random by default.

        Returns
        -------
        Blocks
        """
        at = len(self.blocks) - self.size
        at += int(rng.integers(self.size + 1)) if place is None else place
        block = alphabet.random_block(rng)
        cut = self.starts(alphabet)[at]
        new = rng.normal(0.0, 0.3, alphabet.block_size(block))
        return Blocks([*self.blocks[:at], block, *self.blocks[at:]], np.insert(self.values, cut, new))

    def deleted(self, alphabet: Alphabet, place: int) -> Blocks:
        """Return the circuit without one entangling block.

        Parameters
        ----------
        alphabet : Alphabet
        place : int
            Among the entangling blocks.

        Returns
        -------
        Blocks
        """
        at = len(self.blocks) - self.size + place
        starts = self.starts(alphabet)
        values = np.delete(self.values, np.arange(starts[at], starts[at + 1]))
        return Blocks(self.blocks[:at] + self.blocks[at + 1 :], values)

    def changed(self, alphabet: Alphabet, rng: np.random.Generator, most: int) -> Blocks:
        """Return the circuit with a block inserted, deleted, replaced or moved, and its angles jittered.

        Parameters
        ----------
        alphabet : Alphabet
        rng : numpy.random.Generator
        most : int
            Entangling blocks at most.

        Returns
        -------
        Blocks
        """
        kind = int(rng.integers(3))
        if self.size == 0 or (kind == 0 and self.size < most):
            made = self.inserted(alphabet, rng) if most else self
        else:
            made = self.deleted(alphabet, int(rng.integers(self.size)))
            if kind != 1:
                made = made.inserted(alphabet, rng)
        return Blocks(made.blocks, made.values + rng.normal(0.0, 0.05, len(made.values)))
