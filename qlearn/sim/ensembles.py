"""Trajectories in blocks: their random numbers, and means over them that do not depend on how they are run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .._random import task_generator

BLOCK = 256
"""Trajectories that share a random stream. Part of what a seed means: another number gives other results."""


class Block(NamedTuple):
    """Neighbouring trajectories of one row of values.

    Attributes
    ----------
    row : int
        Row of values.
    first : int
        Number of the first trajectory.
    columns : slice
        Where they lie among the columns of their part.
    """

    row: int
    first: int
    columns: slice


class Part(NamedTuple):
    """Trajectories that run together, one in each column.

    Attributes
    ----------
    blocks : list of Block
    owner : ndarray of int64, shape (n_columns,)
        Row of values of each column.
    uniform : ndarray of float64, shape (n_draws, n_columns)
    """

    blocks: list[Block]
    owner: np.ndarray
    uniform: np.ndarray


def parts(
    n_rows: int, n_trajectories: int, n_draws: int, most_columns: int, seed: np.random.SeedSequence
) -> Iterator[Part]:
    """Yield all trajectories of all rows of values with their random numbers.

    The numbers of a trajectory depend on the seed, its row and its own number only.

    Parameters
    ----------
    n_rows, n_trajectories : int
    n_draws : int
        Uniform numbers that each trajectory needs.
    most_columns : int
        Columns of a part, rounded up to whole blocks.
    seed : SeedSequence

    Yields
    ------
    Part
    """
    waiting = [(row, first) for row in range(n_rows) for first in range(0, n_trajectories, BLOCK)]
    step = max(1, -(-most_columns // BLOCK))
    for start in range(0, len(waiting), step):
        blocks, numbers, column = [], [], 0
        for row, first in waiting[start : start + step]:
            size = min(BLOCK, n_trajectories - first)
            blocks.append(Block(row, first, slice(column, column + size)))
            column += size
            # always for a whole block, so that a trajectory keeps its numbers when others are added
            numbers.append(task_generator(seed, row, first // BLOCK).random((n_draws, BLOCK))[:, :size])
        owner = np.repeat([block.row for block in blocks], [b.columns.stop - b.columns.start for b in blocks])
        yield Part(blocks, owner, np.concatenate(numbers, axis=1))


class Moments:
    """Running means and squared deviations of each row of values, merged block by block in a fixed order.

    Parameters
    ----------
    n_rows, n_values : int
    """

    def __init__(self, n_rows: int, n_values: int) -> None:
        self.counts = np.zeros(n_rows)
        self.means = np.zeros((n_rows, n_values))
        self.squares = np.zeros((n_rows, n_values))

    def add(self, row: int, samples: np.ndarray) -> None:
        """Merge in samples (n, n_values) of one row.

        Parameters
        ----------
        row : int
        samples : ndarray

        References
        ----------
        Chan, Golub and LeVeque, The American Statistician 37, 242 (1983): equation 2.1.
        """
        n, before = len(samples), self.counts[row]
        mean = samples.mean(axis=0)
        shift = mean - self.means[row]
        self.counts[row] += n
        self.means[row] += shift * (n / self.counts[row])
        self.squares[row] += ((samples - mean) ** 2).sum(axis=0) + shift**2 * (before * n / self.counts[row])

    def std_errors(self) -> np.ndarray:
        """Return the standard errors of the means, NaN after a single sample.

        Returns
        -------
        ndarray of shape (n_rows, n_values)
        """
        n = self.counts[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(n > 1, np.sqrt(self.squares / (n - 1) / n), np.nan)
