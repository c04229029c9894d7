"""The least weight of a logical operator: by shortest paths, by meeting in the middle, or a bound at random."""

from math import comb

import numpy as np
import stim

from ..paulis import words
from . import _linear
from .distance import Distance

_MAX_ERRORS = 4_000_000
_INFORMATION_SETS = 300


def least_logical(errors: np.ndarray, checks: np.ndarray, logicals: np.ndarray) -> Distance:
    """Return the least number of qubits on which an error flips a logical operator and no check.

    Parameters
    ----------
    errors : ndarray
        bool (n_qubits, n_kinds, n_bits): the bits of each error on each qubit.
    checks, logicals : ndarray
        bool (n, n_bits): an error flips those that it shares an odd number of bits with.
    """
    if len(logicals) == 0:
        raise ValueError("The code has no logical qubit, so it has no distance.")
    single = errors.reshape(-1, errors.shape[2])
    if errors.shape[1] == 1 and checks.sum(axis=0).max(initial=0) <= 2:
        return Distance(_shortest_path(_linear.multiply(single, checks.T), _linear.multiply(single, logicals.T)), True)
    checks = _linear.row_basis(checks)
    bound = _by_information_sets(errors, checks, logicals)
    half = sum(comb(len(errors), weight) * errors.shape[1] ** weight for weight in range(bound // 2 + 1))
    if len(checks) > 64 or len(logicals) > 64 or half > _MAX_ERRORS:
        return Distance(bound, False)
    keys, effects = (
        words.pack(_linear.multiply(single, rows.T))[:, 0].reshape(errors.shape[:2]) for rows in (checks, logicals)
    )
    return Distance(_by_meeting(keys, effects, bound), True)


def _shortest_path(syndromes: np.ndarray, flips: np.ndarray) -> int:
    """Where each error flips at most two checks, errors are edges and Stim finds the shortest path."""
    model = stim.DetectorErrorModel()
    for flipped, observables in zip(syndromes, flips):
        targets = [stim.target_relative_detector_id(int(d)) for d in np.flatnonzero(flipped)]
        targets += [stim.target_logical_observable_id(int(o)) for o in np.flatnonzero(observables)]
        if observables.any() and not flipped.any():
            return 1
        if targets:
            model.append("error", 0.1, targets)
    return len(model.shortest_graphlike_error())


def _by_information_sets(errors: np.ndarray, checks: np.ndarray, logicals: np.ndarray) -> int:
    """Rows of echelon forms in random orders of the qubits are light: Pryadko et al., JOSS 7, 4120 (2022)."""
    n_qubits, _, n_bits = errors.shape
    rng = np.random.default_rng(0)
    space = _linear.null_space(checks)
    per_qubit = n_bits // n_qubits
    best = n_qubits
    for _ in range(_INFORMATION_SETS):
        order = rng.permutation(n_qubits)
        columns = (order[:, None] + n_qubits * np.arange(per_qubit)).ravel()
        reduced, _ = _linear.reduce_rows(words.pack(space[:, columns]), n_bits)
        rows = np.zeros((len(reduced), n_bits), dtype=bool)
        rows[:, columns] = words.unpack(reduced, n_bits)
        acting = _linear.multiply(rows, logicals.T).any(axis=1)
        weights = rows.reshape(len(rows), per_qubit, n_qubits).any(axis=1).sum(axis=1)
        best = min(best, int(weights[acting].min(initial=best)))
    return best


def _by_meeting(keys: np.ndarray, effects: np.ndarray, bound: int) -> int:
    """Return the exact distance, given as words the syndrome and the effect of every error on every qubit."""
    layers = [(np.zeros(1, np.uint64), np.zeros(1, np.uint64), np.full(1, -1))]
    for weight in range(1, bound):
        if len(layers) <= -(-weight // 2):
            layers.append(_one_more(layers[-1], keys, effects))
        if _meet(layers[-(-weight // 2)], layers[weight // 2]):
            return weight
    return bound


def _one_more(layer: tuple, keys: np.ndarray, effects: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the errors of one qubit more, each set of qubits once: the last qubit always grows."""
    before, flips, last = layer
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for qubit in range(len(keys)):
        old = last < qubit
        for key, effect in zip(keys[qubit], effects[qubit]):
            parts.append((before[old] ^ key, flips[old] ^ effect, np.full(int(old.sum()), qubit)))
    return tuple(np.concatenate(column) for column in zip(*parts))


def _meet(larger: tuple, smaller: tuple) -> bool:
    """Return whether two errors have one syndrome and different effects; no lighter pair does."""
    order = np.lexsort((smaller[1], smaller[0]))
    keys, effects = smaller[0][order], smaller[1][order]
    if larger is smaller:
        return bool(((keys[1:] == keys[:-1]) & (effects[1:] != effects[:-1])).any())
    # Equal syndromes of the smaller ones have equal effects, or a lighter pair would have been found.
    place = np.minimum(np.searchsorted(keys, larger[0]), len(keys) - 1)
    return bool(((keys[place] == larger[0]) & (effects[place] != larger[1])).any())
