"""Light undetected errors of a circuit, found at random: an upper bound where no search by steps gets through."""

import numpy as np
import stim

from ..paulis import words
from . import _linear

_SETS = 30
_LIGHTEST = 1000  # columns of an echelon form whose pairs are looked at


def lightest_found(circuit: stim.Circuit) -> int:
    """Return the fewest mechanisms seen to flip an observable and no detector; ValueError where no set does.

    In an echelon form of the check matrix, its columns in random order, every free column with the pivots it needs is
    an undetected error, and so is the sum of two: Lee and Brickell, Eurocrypt 1988.
    """
    checks, logicals = _matrices(circuit)
    random = np.random.default_rng(0)
    orders = (random.permutation(checks.shape[1]) for _ in range(_SETS))
    return min(_lightest_of(checks[:, order], logicals[:, order]) for order in orders)


def _lightest_of(checks: np.ndarray, logicals: np.ndarray) -> int:
    n = checks.shape[1]
    reduced, pivots = _linear.reduce_rows(words.pack(checks), n)
    rows, pivots = words.unpack(reduced, n)[: len(pivots)], np.asarray(pivots, dtype=int)
    free = np.setdiff1d(np.arange(n), pivots)
    needed = rows[:, free].astype(np.float32)
    flips = (logicals[:, pivots].astype(np.float32) @ needed + logicals[:, free]) % 2 == 1
    if not flips.any():
        raise ValueError("No errors flip an observable unseen.")
    weights = 1 + needed.sum(axis=0)
    best = weights[flips.any(axis=0)].min()
    light = np.argsort(weights, kind="stable")[:_LIGHTEST]
    pairs = weights[light, None] + weights[light] - 2 * (needed[:, light].T @ needed[:, light])
    kinds = np.unique(flips[:, light], axis=1, return_inverse=True)[1].ravel()
    pairs[kinds[:, None] == kinds] = np.inf  # two errors of the same effect flip nothing together
    return int(min(best, pairs.min()))


def _matrices(circuit: stim.Circuit) -> tuple[np.ndarray, np.ndarray]:
    """Return which detectors and which observables each mechanism flips, bool (n, n_mechanisms)."""
    model = circuit.detector_error_model(flatten_loops=True, approximate_disjoint_errors=True)
    errors = [part.targets_copy() for part in model if part.type == "error"]
    checks = np.zeros((model.num_detectors, len(errors)), dtype=bool)
    logicals = np.zeros((model.num_observables, len(errors)), dtype=bool)
    for column, targets in enumerate(errors):
        for target in targets:
            table = checks if target.is_relative_detector_id() else logicals
            table[target.val, column] ^= True
    return checks, logicals
