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

    Angles are tried in the order of what their change alone would cost; all others are optimised again each time.

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
    for place in np.argsort(bench.energies(trials), kind="stable"):
        if bench.is_spent:
            break
        trial, mask = batch.take(np.zeros(1, dtype=np.int64)), free.copy()
        trial.angles[0, place] = _QUARTER * np.round(trial.angles[0, place] / _QUARTER)
        mask[0, place] = False
        found = float(bench.descend(trial, _ITERATIONS, free=mask)[0])
        if found <= limit:
            batch, free, energy = trial, mask, found
    return batch.skeleton(0), energy
