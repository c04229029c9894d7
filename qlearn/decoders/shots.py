"""Shots: detectors with their observables, recorded or sampled, and the streams they are drawn in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import stim

from .._checks import check_array
from .._random import RandomState, seed_sequence

__all__ = ["Shots"]

STREAMS = ("train", "validation", "test")
_BLOCK_BITS = 2**24


@dataclass(frozen=True, eq=False)
class Shots:
    """Detector data with the observables that were flipped, and predictions that came with them.

    Indexing with a slice, a mask or an array of indices selects shots.

    Parameters
    ----------
    detectors : ndarray
        bool (n_shots, n_detectors).
    observables : ndarray
        bool (n_shots, n_observables).
    predictions : dict of str to ndarray
        Other decoders' answers to these shots, each bool (n_shots, n_observables).

    Raises
    ------
    TypeError, ValueError
        If an array is not of bits, or the numbers of shots differ.

    Examples
    --------
    >>> shots = ql.decoders.Shots(np.eye(4, dtype=bool), np.ones((4, 1), dtype=bool))
    >>> len(shots[1::2])
    2
    """

    detectors: np.ndarray
    observables: np.ndarray
    predictions: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        detectors = check_array("detectors", self.detectors, ("n_shots", "n_detectors"), dtype=bool)
        observables = check_array("observables", self.observables, (len(detectors), "n_observables"), dtype=bool)
        predictions = {
            name: check_array(f"predictions[{name!r}]", value, observables.shape, dtype=bool)
            for name, value in self.predictions.items()
        }
        for name, value in (("detectors", detectors), ("observables", observables), ("predictions", predictions)):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.detectors)

    def __getitem__(self, index: slice | np.ndarray) -> "Shots":
        if isinstance(index, (int, np.integer)):
            index = slice(index, index + 1 or None)
        chosen = {name: value[index] for name, value in self.predictions.items()}
        return Shots(self.detectors[index], self.observables[index], chosen)


def pack(bits: np.ndarray) -> np.ndarray:
    """Return rows of bits as bytes, uint8 (n_shots, ceil(n_bits / 8)), little-endian in the byte as Stim packs."""
    return np.packbits(bits, axis=1, bitorder="little")


def distinct_rows(packed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of one row of each kind, and for every row the number of its kind."""
    keys = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse


def block_length(n_detectors: int) -> int:
    """Return the shots in a block: a power of two that keeps its bits, one a byte, near 16 MiB."""
    fitting = _BLOCK_BITS // max(n_detectors, 1)
    return 1 << min(max(fitting.bit_length() - 1, 8), 14)


def blocks(
    source: stim.Circuit | stim.DetectorErrorModel, stream: str, random_state: RandomState, first: int = 0
) -> Iterator[Shots]:
    """Yield blocks of shots without end, from the block numbered `first`.

    Block b of a stream depends on the seed, the stream and b only; streams of one seed share no block.
    """
    if stream not in STREAMS:
        raise ValueError(f"`stream` must be one of {', '.join(STREAMS)}, got {stream!r}.")
    seed, key, size = seed_sequence(random_state), STREAMS.index(stream), block_length(source.num_detectors)
    number = first
    while True:
        child = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, key, number), pool_size=seed.pool_size)
        yield _block(source, int(child.generate_state(1, np.uint64)[0] >> np.uint64(1)), size)
        number += 1


def _block(source: stim.Circuit | stim.DetectorErrorModel, seed: int, size: int) -> Shots:
    if isinstance(source, stim.Circuit):
        sampler = source.compile_detector_sampler(seed=seed)
        return Shots(*sampler.sample(size, separate_observables=True))
    detectors, observables, _ = source.compile_sampler(seed=seed).sample(size)
    return Shots(detectors, observables)
