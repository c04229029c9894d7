"""All archives of a structure search: which of them to work on, where in it, and when two become one."""

from __future__ import annotations

import numpy as np

from .archive import Archive, Entry

_POLISHING = ("replace", "delete")  # the moves that the best circuit of every size in every archive has


class Archives:
    """Some archives, the lowest energy seen for each number of edges, and where each archive is worked on.

    Parameters
    ----------
    members : list of Archive
    most : int
        Edges at most.
    width : float
        Energies closer than this are one.
    """

    def __init__(self, members: list[Archive], most: int, width: float) -> None:
        self.members, self.width = members, width
        self.best = np.full(most + 1, np.inf)
        self._walks = [(0, 0) for _ in members]  # the next number of edges to work on, and where to turn back

    def shares(self) -> np.ndarray:
        """Return how often to choose each archive: by the part of the front that it reaches, and by its own progress.

        A low state of another symmetry can hold the front from the start and lead nowhere.

        Returns
        -------
        ndarray
            float (n_archives,), of sum 1.
        """
        lowest = np.minimum.accumulate(self.best)
        is_front = np.append(True, lowest[1:] < lowest[:-1] - self.width)
        reached = np.full(len(self.members), 0.05)
        for i, archive in enumerate(self.members):
            for n_edges in np.flatnonzero(is_front):
                row = archive.rows[n_edges]
                reached[i] += bool(row) and row[0].energy <= lowest[n_edges] + self.width
        reached += 0.15 * reached.sum() / len(reached)
        rates = np.array([records / max(cost, 1e-9) for records, cost in (a.progress for a in self.members)])
        return 0.5 * reached / reached.sum() + 0.5 * rates / rates.sum()

    def next_size(self, index: int, rng: np.random.Generator) -> int:
        """Return the number of edges at which it is the turn of an archive: up to a random size, and up again.

        Parameters
        ----------
        index : int
            Of the archive.
        rng : Generator

        Returns
        -------
        int
        """
        archive = self.members[index]
        n_edges, end = self._walks[index]
        while n_edges > end or not archive.rows[n_edges]:
            n_edges, end = (n_edges + 1, end) if n_edges < end else (0, int(rng.integers(archive.top + 1)))
        self._walks[index] = (n_edges + 1, end)
        return n_edges

    def unpolished(self) -> list[tuple[int, Entry, str]]:
        """Return what the fronts of all archives lack: archive, circuit and move.

        Returns
        -------
        list of (int, Entry, str)
        """
        return [
            (index, entry, name)
            for index, archive in enumerate(self.members)
            for entry in archive.front(self.width)
            for name in _POLISHING
            if 0 < len(entry.skeleton.edges) <= archive.top and name not in entry.moved
        ]

    def merge(self) -> None:
        """Make one of archives that have met: apart they would do the same work twice."""
        kept: list[Archive] = []
        for archive in self.members:
            known = next((other for other in kept if other.meets(archive)), None)
            if known is None:
                kept.append(archive)
            else:
                known.absorb(archive)
        if len(kept) < len(self.members):
            self.members = kept
            self._walks = [(0, 0) for _ in kept]
