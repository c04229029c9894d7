"""The moves that put a Pauli rotation into a skeleton: whole, or pruned to what of it is worth its edges."""

from __future__ import annotations

import numpy as np

from .batch import N_VARIANTS, Batch, deletions
from .entering import FIRST, LAST, N_SECOND, SAME, SECOND, Found, Level, polish
from .landscape import Bench
from .rotations import Inserted, promising_rotations
from .skeleton import Skeleton, ordered

_N_GROWN, _N_TRIED = 8, 3  # rotations that a growing circuit strips, and then descends shortly to keep one
_N_SHORT, _N_SHORTER = 6, 2  # circuits with an edge less that pruning descends shortly, and then further
_NEAR, _NEAR_SHARE = 2e-3, 0.05  # of the scale, and of what was won: how far pruning may leave the archive


def insert_rotation(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Put in the Pauli rotations that promise the largest drop per edge, then take edges out again."""
    found: Found = []
    for rotation in _rotations(bench, elite, energy, N_SECOND):
        found += _pruned(bench, rotation.skeleton, level.lowered(found))
    return found


def insert_stripped_rotation(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Do the same, but first leave out the edges that do nothing yet."""
    found: Found = []
    for rotation in _rotations(bench, elite, energy, N_SECOND):
        if not bench.is_spent:
            stripped = _stripped(bench, rotation.skeleton, energy - rotation.drop)
            found += _pruned(bench, stripped, level.lowered(found))
    return found


def grow(bench: Bench, elite: Skeleton, energy: float, level: Level) -> Found:
    """Put in one Pauli rotation, without its edges that do nothing, and keep it whole: the cheapest way to a size."""
    count = len(elite.edges)
    made = []
    for rotation in _rotations(bench, elite, energy, _N_GROWN):
        if bench.is_spent:
            break
        new = range(rotation.position, rotation.position + rotation.n_edges)
        stripped = _stripped(bench, rotation.skeleton, energy - rotation.drop, new)
        if count < len(stripped.edges) <= level.most:
            made.append((stripped, rotation.drop / (len(stripped.edges) - count)))
    if not made:
        return []
    made.sort(key=lambda item: -item[1])
    batch = Batch.of([skeleton for skeleton, _ in made[:_N_TRIED]])
    energies = bench.descend(batch, FIRST)
    best = np.argsort((energies - energy) / (batch.counts - count), kind="stable")[:1]
    return polish(bench, batch.take(best), energies[best], level)


def _rotations(bench: Bench, elite: Skeleton, energy: float, most: int) -> list[Inserted]:
    """Return skeletons with one more rotation, of different promise."""
    scale = bench.landscape.scale
    kept: list[Inserted] = []
    seen = set()
    for rotation in promising_rotations(bench, elite, energy):
        key = (round(rotation.drop / (1e-9 * scale)), rotation.n_edges)
        if rotation.drop > SAME * scale and key not in seen:
            seen.add(key)
            kept.append(rotation)
        if len(kept) == most:
            break
    return kept


def _stripped(bench: Bench, skeleton: Skeleton, energy: float, new: range | None = None) -> Skeleton:
    """Return the skeleton without the edges, all or those at some positions, that do nothing to its energy."""
    width = 1e-8 * bench.landscape.scale
    positions = np.arange(len(skeleton.edges)) if new is None else np.array(new)
    n_removed = 1
    while n_removed and len(positions):
        n_removed = 0
        rows = (N_VARIANTS * positions[:, None] + np.arange(N_VARIANTS)).ravel()
        shorter = deletions(skeleton).take(rows)
        changes = np.abs(bench.energies(shorter) - energy).reshape(-1, N_VARIANTS)
        kept = []
        for position, change in zip(positions, changes):  # each may depend on those before
            if change.min() < width:
                row = N_VARIANTS * (int(position) - n_removed) + int(change.argmin())
                shorter = deletions(skeleton).take(np.array([row]))
                if abs(bench.energies(shorter)[0] - energy) < width:
                    skeleton = shorter.skeleton(0)
                    n_removed += 1
                    continue
            kept.append(position - n_removed)
        positions = np.array(kept, dtype=np.int64)
    return skeleton


def _pruned(bench: Bench, skeleton: Skeleton, level: Level) -> Found:
    """Return what enters the archive on the way down from a large skeleton, one edge at a time."""
    scale = bench.landscape.scale
    near = max(SAME * scale, min(_NEAR * scale, _NEAR_SHARE * level.spread))
    found: Found = []
    current = Batch.of([skeleton])
    energy = float(bench.descend(current, SECOND)[0])
    while not (bench.is_spent or np.isnan(energy)):
        n_edges = int(current.counts[0])
        if n_edges <= level.most:
            if energy > min(level.cuts[n_edges] + near, level.best[n_edges] + 2.5 * near):
                break
            if energy < level.cuts[n_edges] - SAME * scale:
                energy = float(bench.descend(current, LAST)[0])
                found.append((ordered(current.skeleton(0)), energy))
        if n_edges == 0:
            break
        shorter = deletions(current.skeleton(0))
        order = np.argsort(bench.energies(shorter), kind="stable")[:_N_SHORT]
        shorter = shorter.take(order)
        shorter = shorter.take(np.argsort(bench.descend(shorter, FIRST), kind="stable")[:_N_SHORTER])
        energies = bench.descend(shorter, SECOND)
        best = int(np.argmin(np.where(np.isnan(energies), np.inf, energies)))
        current, energy = shorter.take(np.array([best])), float(energies[best])
    return found
