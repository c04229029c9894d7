"""Light undetected errors of a circuit, found for certain: all sets of up to four mechanisms, met in the middle."""

import numpy as np
import stim

MOST_MECHANISMS = 4000  # eight million pairs of them, some 600 MB
WIDEST = 4


def lightest_unseen(circuit: stim.Circuit, below: int) -> int | None:
    """Return the fewest mechanisms, under `below` and at most 4, that flip an observable and no detector.

    None where there are no such few, so that `below` is the distance if it is at most 5 and an error of that weight is
    known. Detectors are compared by random 64-bit keys: different sets are taken for equal with a chance near 1e-6.
    """
    keys, flips = _mechanisms(circuit)
    if len(keys) > MOST_MECHANISMS:
        raise ValueError(f"{len(keys)} mechanisms are more than the {MOST_MECHANISMS} whose pairs are looked at.")
    if below > 1 and flips[keys == 0].any():
        return 1
    if below > 2 and _disagree(keys, flips):
        return 2
    if below <= 3:
        return None
    first, second = np.triu_indices(len(keys), 1)
    pairs = keys[first] ^ keys[second], flips[first] ^ flips[second]
    if _disagree_with(keys, flips, *pairs):
        return 3
    return 4 if below > WIDEST and _disagree(*pairs) else None


def count_mechanisms(circuit: stim.Circuit) -> int:
    """Return how many different effects the errors of a circuit have."""
    return len(_mechanisms(circuit)[0])


def _mechanisms(circuit: stim.Circuit) -> tuple[np.ndarray, np.ndarray]:
    """Return a key of the detectors and the observables' bits of each effect, uint64."""
    model = circuit.detector_error_model(flatten_loops=True, approximate_disjoint_errors=True)
    random = np.random.default_rng(0)
    names = random.integers(1, 2**64, model.num_detectors, dtype=np.uint64)
    observables = random.integers(1, 2**64, model.num_observables, dtype=np.uint64)
    effects = set()
    for part in model:
        if part.type == "error":
            key = flip = np.uint64(0)
            for target in part.targets_copy():
                if target.is_relative_detector_id():
                    key ^= names[target.val]
                elif target.is_logical_observable_id():
                    flip ^= observables[target.val]
            effects.add((int(key), int(flip)))
    table = np.array(sorted(effects), np.uint64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _disagree(keys: np.ndarray, flips: np.ndarray) -> bool:
    """Return whether equal keys come with different observables."""
    order = np.argsort(keys, kind="stable")
    keys, flips = keys[order], flips[order]
    return bool(((keys[1:] == keys[:-1]) & (flips[1:] != flips[:-1])).any())


def _disagree_with(keys: np.ndarray, flips: np.ndarray, others: np.ndarray, other_flips: np.ndarray) -> bool:
    """Return whether a key, of distinct ones in ascending order, comes with different observables among the others."""
    place = np.minimum(np.searchsorted(keys, others), len(keys) - 1)
    return bool(((keys[place] == others) & (flips[place] != other_flips)).any())
