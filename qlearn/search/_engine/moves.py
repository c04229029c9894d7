"""The moves of the structure search: from one skeleton to others, by one or a few edges; and the table of all moves.

Every move returns skeletons with their energies after descent, any number of them; the archive decides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .batch import N_VARIANTS, Batch, deletions, insertions
from .entering import Found, Level, refine
from .landscape import Bench
from .rotation_moves import grow, insert_rotation, insert_stripped_rotation
from .skeleton import Edge, Skeleton

_MOST_CANDIDATES = 300
_MOST_TRIALS, _MOST_PAIRS = 2000, 60  # pairs of edges whose energies are computed, and that descend


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
    if batch.size > _MOST_TRIALS:
        batch = batch.take(bench.rng.choice(batch.size, _MOST_TRIALS, replace=False))
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
    "grow": grow,
    "stripped": insert_stripped_rotation,
    "rotation": insert_rotation,
    "insert": insert_edge,
    "replace": replace_edge,
    "delete": delete_edges,
    "large": large_neighbourhood,
}
GROWING = ("grow", "stripped", "rotation", "insert")  # those that a circuit without edges can have
