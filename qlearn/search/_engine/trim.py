"""Take free angles out of a skeleton: what works as well at a quarter turn needs no parameter."""

from __future__ import annotations

import numpy as np

from .batch import Batch
from .landscape import Bench
from .skeleton import Skeleton

TOLERANCE = 3e-8  # energy that may be lost, as a share of the scale
_ITERATIONS = 40
_QUARTER = 0.5 * np.pi


def trimmed(bench: Bench, skeleton: Skeleton, energy: float) -> tuple[Skeleton, float]:
    """Return the skeleton with as many angles as possible at multiples of a quarter turn, and its energy.

    Angles are tried in the order of what their change alone would cost, many together while that goes well; all
    others are optimised again each time.

    Parameters
    ----------
    bench : Bench
    skeleton : Skeleton
    energy : float
        Of `skeleton`.

    Returns
    -------
    (Skeleton, float)
    """
    batch = Batch.of([skeleton])
    size = skeleton.angles.size
    rounded = _QUARTER * np.round(batch.angles[0] / _QUARTER)
    trials = batch.take(np.zeros(size, dtype=np.int64))
    trials.angles[np.arange(size), np.arange(size)] = rounded[:size]
    free = np.ones(batch.angles.shape, dtype=np.bool_)
    limit = energy + TOLERANCE * bench.landscape.scale
    places = np.argsort(bench.energies(trials), kind="stable")
    n_tried = size  # all at once where that works, else fewer
    while len(places) and not bench.is_spent:
        n_tried = min(n_tried, len(places))
        tried = places[:n_tried]
        trial, mask = batch.take(np.zeros(1, dtype=np.int64)), free.copy()
        trial.angles[0, tried] = _QUARTER * np.round(trial.angles[0, tried] / _QUARTER)
        mask[0, tried] = False
        found = float(bench.descend(trial, _ITERATIONS, free=mask)[0])
        if found <= limit:
            batch, free, energy = trial, mask, found
            places, n_tried = places[n_tried:], 2 * n_tried
        elif n_tried > 1:
            n_tried //= 2
        else:
            places = places[1:]
    return batch.skeleton(0), energy
