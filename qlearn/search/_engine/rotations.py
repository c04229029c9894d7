"""Which Pauli rotation to put in where: by slope first, then by the exact drop over its one angle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .batch import Batch
from .landscape import Bench
from .skeleton import Skeleton, copied, inverse, turn, with_operations

_N_KEPT = 60  # rotations, best slopes per edge, whose exact drop is computed
_QUARTER = 0.5 * np.pi


class Inserted(NamedTuple):
    """A skeleton with a rotation put in: what it wins, and where its blocks are."""

    drop: float
    skeleton: Skeleton
    position: int
    n_edges: int


def promising_rotations(bench: Bench, elite: Skeleton, energy: float) -> list[Inserted]:
    """Return rotations at their exact best angles, best drop per edge first.

    Parameters
    ----------
    bench : Bench
    elite : Skeleton
    energy : float
        Of `elite`.

    Returns
    -------
    list of Inserted
    """
    pool = bench.landscape.pool
    made = []
    for position, string in _steepest(bench, elite):
        operations, root = bench.landscape.operations(string)
        skeleton, middle = with_operations(copied(elite), position, operations)
        whole, _ = with_operations(skeleton, middle, inverse(operations))
        made.append((whole, middle, root, position, int(pool.costs[string])))
    if not made:
        return []
    trials = [_rotated(*parts[:3], angle) for parts in made for angle in (_QUARTER, -_QUARTER)]
    ranked = []
    for (skeleton, middle, root, *place), (up, down) in zip(made, bench.energies(Batch.of(trials)).reshape(-1, 2)):
        # E(t) = mean + even cos t + odd sin t, exactly
        if np.isinf(up) or np.isinf(down):
            break
        mean, odd = 0.5 * (up + down), 0.5 * (up - down)
        even = energy - mean
        drop = float(even + np.hypot(even, odd))
        ranked.append(Inserted(drop, _rotated(skeleton, middle, root, float(np.arctan2(-odd, -even))), *place))
    return sorted(ranked, key=lambda item: -2 * item.drop / item.n_edges)


def _steepest(bench: Bench, elite: Skeleton) -> list[tuple[int, int]]:
    """Return (position, string) of the steepest rotations per edge.

    The same string with the same slope at several positions counts once, at the earliest: nearer to the start more of
    it can be pruned.
    """
    if bench.is_spent:
        return []
    slopes = np.abs(bench.rotation_gradients(elite))
    if np.isnan(slopes).any():
        return []
    score = slopes * (2.0 / bench.landscape.pool.costs)
    n_best = min(8 * _N_KEPT, score.size)
    best = np.argpartition(-score.ravel(), n_best - 1)[:n_best]
    best = best[np.lexsort((best, -score.ravel()[best]))]
    resolution = 1e-7 * bench.landscape.scale
    chosen: dict[tuple[int, int], tuple[int, int]] = {}
    for flat in best:
        position, string = divmod(int(flat), slopes.shape[1])
        if slopes[position, string] < 10 * resolution:
            break
        key = (string, round(slopes[position, string] / resolution))
        if key in chosen or len(chosen) < _N_KEPT:
            chosen[key] = min(chosen.get(key, (position, string)), (position, string))
    return list(chosen.values())


def _rotated(skeleton: Skeleton, position: int, qubit: int, angle: float) -> Skeleton:
    copy = copied(skeleton)
    turn(copy, position, "ry", qubit, angle)
    return copy
