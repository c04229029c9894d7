"""The moves of the structure search: from one skeleton to better ones with about as many edges.

Every move returns skeletons with their energies after descent, any number of them; the archive decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .batch import N_VARIANTS, Batch, deletions, insertions
from .landscape import Bench
from .rotations import promising_rotations
from .skeleton import Edge, Skeleton, ordered

Found = list[tuple[Skeleton, float]]
_FIRST, _SECOND, _LAST = 12, 40, 200  # iterations of BFGS: on all, on the best, on those that enter the archive
_N_SECOND = 8
_MOST_CANDIDATES = 300
_MOST_PAIRS = 60
_N_SHORT, _N_SHORTER = 6, 2  # circuits with an edge less that pruning descends shortly, and then further
_NEAR, _NEAR_SHARE = 2e-3, 0.05  # of the scale, and of what was won: how far pruning may leave the archive
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
    energies = bench.descend(batch, _FIRST, level.cuts[batch.counts])
    batch = batch.take(_distinct(energies, width, _N_SECOND))
    if not batch.size:
        return []
    energies = bench.descend(batch, _SECOND)
    kept = _distinct(energies, width, _N_SECOND)
    return polish(bench, batch.take(kept), energies[kept], level)


def polish(bench: Bench, batch: Batch, energies: np.ndarray, level: Level) -> Found:
    """Return those that enter the archive, descended as far as they go."""
    entering = batch.take(np.flatnonzero(energies < level.cuts[batch.counts] - SAME * bench.landscape.scale))
    if not entering.size:
        return []
    energies = bench.descend(entering, _LAST)
    return [(ordered(entering.skeleton(b)), float(energies[b])) for b in np.flatnonzero(~np.isnan(energies))]


def insert_edge(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Put one edge in anywhere."""
    places = [
        (position, edge)
        for position in range(len(elite.edges) + 1)
        for edge in bench.landscape.edges
        if position == 0 or set(edge) & set(elite.edges[position - 1])
    ]
    return refine(bench, insertions(elite, _sampled(bench, places, _MOST_CANDIDATES), bench.rng), level)


def replace_edge(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Put another edge in the place of one, or swap neighbouring edges."""
    count = len(elite.edges)
    shorter = deletions(elite)
    best = bench.energies(shorter).reshape(count, N_VARIANTS).argmin(axis=1)
    batches = []
    for position in range(count):
        rest = shorter.skeleton(N_VARIANTS * position + int(best[position]))
        others = [(position, edge) for edge in bench.landscape.edges if edge != elite.edges[position]]
        others = _sampled(bench, others, max(1, _MOST_CANDIDATES // count))
        if others:
            batches.append(insertions(rest, others, bench.rng))
    swapped = [_swapped(elite, position) for position in range(count - 1) if _meet(elite, position)]
    if swapped:
        batch = Batch.of(swapped)
        batches.append(batch._replace(angles=batch.angles + bench.rng.normal(0.0, 0.03, batch.angles.shape)))
    return refine(bench, Batch.joined(batches), level) if batches else []


def delete_edges(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Take one edge out, or two at once: those of a rotation come in pairs, of which one alone is worth nothing."""
    singles = deletions(elite)
    found = refine(bench, singles, level)
    pairs = [
        deletions(singles.skeleton(b)).take(
            np.arange(b // N_VARIANTS * N_VARIANTS, N_VARIANTS * len(elite.edges) - N_VARIANTS)
        )
        for b in range(singles.size - N_VARIANTS)
    ]
    if not pairs or bench.is_spent:
        return found
    batch = Batch.joined(pairs)
    order = np.argsort(bench.energies(batch), kind="stable")[:_MOST_PAIRS]
    return found + refine(bench, batch.take(order), level)


def large_neighbourhood(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Take one to three edges out at random and put as many in, 64 times."""
    edges = bench.landscape.edges
    batches = []
    for _ in range(64):
        copy = elite
        n_changes = int(bench.rng.integers(1, 1 + min(3, len(elite.edges))))
        for _ in range(n_changes):
            copy = deletions(copy).skeleton(int(bench.rng.integers(N_VARIANTS * len(copy.edges))))
        for _ in range(n_changes - 1):
            copy = insertions(copy, [_place(bench, copy, edges)], bench.rng).skeleton(0)
        batches.append(insertions(copy, [_place(bench, copy, edges)], bench.rng))
    return refine(bench, Batch.joined(batches), level)


def insert_rotation(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Put in the Pauli rotations that promise the largest drop per edge, then take edges out again."""
    found: Found = []
    for skeleton, _ in _rotations(bench, elite, energy):
        found += _pruned(bench, skeleton, level)
    return found


def insert_stripped_rotation(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Do the same, but first leave out the edges that do nothing yet."""
    found: Found = []
    for skeleton, value in _rotations(bench, elite, energy):
        if not bench.is_spent:
            found += _pruned(bench, _stripped(bench, skeleton, value), level)
    return found


def _rotations(bench: Bench, elite: Skeleton, energy: float) -> list[tuple[Skeleton, float]]:
    """Return skeletons with one more rotation, of different promise, and their energies."""
    scale = bench.landscape.scale
    drops: list[tuple[Skeleton, float]] = []
    seen = set()
    for gain, cost, skeleton in promising_rotations(bench, elite, energy):
        key = (round(gain / (1e-9 * scale)), cost)
        if gain > SAME * scale and key not in seen:
            seen.add(key)
            drops.append((skeleton, energy - gain))
        if len(drops) == _N_SECOND:
            break
    return drops


def _stripped(bench: Bench, skeleton: Skeleton, energy: float) -> Skeleton:
    """Return the skeleton without the edges that do nothing to its energy."""
    while skeleton.edges:
        shorter = deletions(skeleton)
        same = np.flatnonzero(np.abs(bench.energies(shorter) - energy) < 1e-8 * bench.landscape.scale)
        if not len(same):
            break
        skeleton = shorter.skeleton(int(same[0]))
    return skeleton


def _pruned(bench: Bench, skeleton: Skeleton, level: Level) -> Found:
    """Return what enters the archive on the way down from a large skeleton, one edge at a time."""
    near = min(_NEAR * bench.landscape.scale, _NEAR_SHARE * level.spread)
    found: Found = []
    current = Batch.of([skeleton])
    energy = float(bench.descend(current, _SECOND)[0])
    while not (bench.is_spent or np.isnan(energy)):
        n_edges = int(current.counts[0])
        if n_edges <= level.most:
            found += polish(bench, current, np.array([energy]), level)
            if energy > min(level.cuts[n_edges] + near, level.best[n_edges] + 2.5 * near):
                break
        if n_edges == 0:
            break
        shorter = deletions(current.skeleton(0))
        order = np.argsort(bench.energies(shorter), kind="stable")[:_N_SHORT]
        shorter = shorter.take(order)
        shorter = shorter.take(np.argsort(bench.descend(shorter, _FIRST), kind="stable")[:_N_SHORTER])
        energies = bench.descend(shorter, _SECOND)
        best = int(np.argmin(np.where(np.isnan(energies), np.inf, energies)))
        current, energy = shorter.take(np.array([best])), float(energies[best])
    return found


def _sampled(bench: Bench, items: list[tuple[int, Edge]], most: int) -> list[tuple[int, Edge]]:
    if len(items) <= most:
        return items
    return [items[i] for i in bench.rng.choice(len(items), most, replace=False)]


def _place(bench: Bench, skeleton: Skeleton, edges: tuple[Edge, ...]) -> tuple[int, Edge]:
    return int(bench.rng.integers(len(skeleton.edges) + 1)), edges[int(bench.rng.integers(len(edges)))]


def _meet(skeleton: Skeleton, position: int) -> bool:
    """Return whether an edge and the next one are different and share a qubit."""
    one, other = skeleton.edges[position : position + 2]
    return one != other and bool(set(one) & set(other))


def _swapped(skeleton: Skeleton, position: int) -> Skeleton:
    edges = list(skeleton.edges)
    edges[position : position + 2] = edges[position + 1], edges[position]
    return Skeleton(tuple(edges), skeleton.angles)


MOVES: dict[str, Callable[[Bench, Skeleton, float, Level], Found]] = {
    "stripped": insert_stripped_rotation,
    "rotation": insert_rotation,
    "insert": insert_edge,
    "replace": replace_edge,
    "delete": delete_edges,
    "large": large_neighbourhood,
}
GROWING = ("stripped", "rotation", "insert")  # those that a circuit without edges can have
