"""What enters an archive: the energies that newcomers must beat, and the descents that decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .batch import Batch
from .landscape import Bench
from .skeleton import Skeleton, ordered

Found = list[tuple[Skeleton, float]]
FIRST, SECOND, LAST = 12, 40, 200  # iterations of BFGS: on all, on the best, on those that enter the archive
N_SECOND = 8
SAME = 1e-6  # energies closer than this share of the scale belong to one circuit


@dataclass(frozen=True)
class Level:
    """What a move may know of the archive: by number of edges, the energy to beat and the best one."""

    cuts: np.ndarray
    best: np.ndarray

    @property
    def most(self) -> int:
        """Largest number of edges allowed."""
        return len(self.cuts) - 1

    @property
    def spread(self) -> float:
        """What all edges together have won so far."""
        return float(self.best[0] - self.best[-1])

    def lowered(self, found: Found) -> Level:
        """Return the level once some skeletons are known."""
        best = self.best.copy()
        for skeleton, energy in found:
            best[len(skeleton.edges)] = min(best[len(skeleton.edges)], energy)
        return Level(self.cuts, np.minimum.accumulate(best))


def _distinct(energies: np.ndarray, width: float, most: int) -> np.ndarray:
    """Return the indices of the lowest energies that differ by more than a width."""
    kept: list[int] = []
    for i in np.argsort(energies, kind="stable"):
        if np.isnan(energies[i]) or len(kept) == most:
            break
        if not kept or energies[i] - energies[kept[-1]] > width:
            kept.append(int(i))
    return np.array(kept, dtype=np.int64)


def refine(bench: Bench, batch: Batch, level: Level) -> Found:
    """Return what enters the archive out of candidates of one size: all get a short descent, few a long one."""
    if not batch.size or batch.counts[0] > level.most:
        return []
    width = SAME * bench.landscape.scale
    energies = bench.descend(batch, FIRST, level.cuts[batch.counts])
    batch = batch.take(_distinct(energies, width, N_SECOND))
    if not batch.size:
        return []
    energies = bench.descend(batch, SECOND)
    kept = _distinct(energies, width, N_SECOND)
    return polish(bench, batch.take(kept), energies[kept], level)


def polish(bench: Bench, batch: Batch, energies: np.ndarray, level: Level) -> Found:
    """Return those that enter the archive, descended as far as they go."""
    entering = batch.take(np.flatnonzero(energies < level.cuts[batch.counts] - SAME * bench.landscape.scale))
    if not entering.size:
        return []
    energies = bench.descend(entering, LAST)
    return [(ordered(entering.skeleton(b)), float(energies[b])) for b in np.flatnonzero(~np.isnan(energies))]
