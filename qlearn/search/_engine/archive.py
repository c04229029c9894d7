"""Archives of the structure search: the best distinct skeletons for each number of edges."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .entering import Level
from .skeleton import Skeleton

_TWINS = 3  # circuits of one energy that an archive keeps, if their edges differ
_DELAY = 1  # energies whose turn comes before that of a twin
_AHEAD = 3  # edges beyond the smallest best circuit: a plateau may have to be crossed


@dataclass(eq=False)
class Entry:
    """A skeleton in an archive, its energy, and the moves it has had.

    Attributes
    ----------
    skeleton : Skeleton
    energy : float
    moved : set of str
    """

    skeleton: Skeleton
    energy: float
    moved: set[str] = field(default_factory=set)


class Archive:
    """The best distinct skeletons for each number of edges, grown from one start.

    Parameters
    ----------
    n_kept : int
        Energies kept for each number of edges.
    most : int
        Edges at most.
    width : float
        Energies closer than this are one.
    worth : float
        Share of all that was won: less is not worth more edges.
    stays_apart : bool
        Whether it never becomes one with another, as one that began elsewhere and would lose what it is for.
    """

    def __init__(self, n_kept: int, most: int, width: float, worth: float = 0.0, *, stays_apart: bool = False) -> None:
        self.n_kept, self.width, self.worth, self.stays_apart = n_kept, width, worth, stays_apart
        self.rows: list[list[Entry]] = [[] for _ in range(most + 1)]
        self.progress = [1.0, 1.0]  # own records and evaluations, both decaying

    @property
    def top(self) -> int:
        """Largest number of edges to work on: somewhat more than the smallest nearly lowest circuit has."""
        best = np.array([row[0].energy if row else np.inf for row in self.rows])
        smallest = int(np.flatnonzero(best <= best.min() + max(self.width, self.worth * self._won))[0])
        largest = int(np.flatnonzero(np.isfinite(best))[-1])
        return min(smallest + _AHEAD, largest)

    @property
    def ungrown(self) -> list[Entry]:
        """The circuits that are worth their edges and have not grown, smallest first."""
        front = self.front(max(self.width, self.worth * self._won))
        return [
            entry for entry in front if "grow" not in entry.moved and len(entry.skeleton.edges) < len(self.rows) - 1
        ]

    def front(self, least: float) -> list[Entry]:
        """Return the circuits that are lower than all smaller ones, smallest first.

        Parameters
        ----------
        least : float
            By how much.

        Returns
        -------
        list of Entry
        """
        found: list[Entry] = []
        lowest = np.inf
        for row in self.rows:
            if row and row[0].energy < lowest - least:
                lowest = row[0].energy
                found.append(row[0])
        return found

    @property
    def _won(self) -> float:
        """What all edges together have won."""
        return self.rows[0][0].energy - min(row[0].energy for row in self.rows if row) if self.rows[0] else 0.0

    def level(self) -> Level:
        """Return the energies that newcomers must beat.

        Returns
        -------
        Level
        """
        full = [len(row) and self._ranks(row)[-1][0] + 1 == self.n_kept for row in self.rows]
        cuts = [row[-1].energy if is_full else np.inf for row, is_full in zip(self.rows, full)]
        best = np.minimum.accumulate([row[0].energy if row else np.inf for row in self.rows])
        return Level(np.array(cuts), best)

    def elites(self, n_edges: int) -> list[Entry]:
        """Return the skeletons with a number of edges in the order of their turn: by energy, twins later.

        Parameters
        ----------
        n_edges : int

        Returns
        -------
        list of Entry
        """
        row = self.rows[n_edges]
        turns = [rank + _DELAY * twin for rank, twin in self._ranks(row)]
        return [row[i] for i in np.argsort(turns, kind="stable")]

    def _ranks(self, row: list[Entry]) -> list[tuple[int, int]]:
        """Return for each skeleton the number of lower energies, and its number among those of one energy."""
        found: list[tuple[int, int]] = []
        for i, entry in enumerate(row):
            rank, twin = found[-1] if found else (-1, 0)
            is_twin = i > 0 and entry.energy - row[i - 1].energy <= self.width
            found.append((rank, twin + 1) if is_twin else (rank + 1, 0))
        return found

    def add(self, skeleton: Skeleton, energy: float) -> bool:
        """Take a skeleton in, if it is good enough and new, and return whether its energy is new too.

        Parameters
        ----------
        skeleton : Skeleton
        energy : float

        Returns
        -------
        bool
        """
        row = self.rows[len(skeleton.edges)]
        near = [entry for entry in row if abs(entry.energy - energy) <= self.width]
        same = [entry for entry in near if entry.skeleton.edges == skeleton.edges]
        if same or len(near) >= _TWINS:
            known = (same or near)[0]
            if energy < known.energy:  # the same circuit, descended a little further
                known.skeleton, known.energy = skeleton, energy
                row.sort(key=lambda entry: entry.energy)
            return False
        entry = Entry(skeleton, energy)
        row.append(entry)
        self._cut(row)
        return entry in row and not near

    def _cut(self, row: list[Entry]) -> None:
        """Sort a row and leave the lowest energies."""
        row.sort(key=lambda entry: entry.energy)
        del row[sum(rank < self.n_kept for rank, _ in self._ranks(row)) :]

    def meets(self, other: Archive) -> bool:
        """Return whether both have arrived at the same entangled circuit, and neither stays apart.

        Parameters
        ----------
        other : Archive

        Returns
        -------
        bool
        """
        if self.stays_apart or other.stays_apart:
            return False
        pairs = zip(self.rows[1:], other.rows[1:])
        return any(abs(a.energy - b.energy) <= self.width for row, others in pairs for a in row for b in others)

    def absorb(self, other: Archive) -> None:
        """Take in what another archive has, with the moves it has had.

        Parameters
        ----------
        other : Archive
        """
        for row, others in zip(self.rows, other.rows):
            for entry in others:
                near = [known for known in row if abs(known.energy - entry.energy) <= self.width]
                if len(near) < _TWINS and all(known.skeleton.edges != entry.skeleton.edges for known in near):
                    row.append(entry)
            self._cut(row)
