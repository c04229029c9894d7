"""Random streams: from a user's `random_state` to generators that depend on (task, chunk) and on nothing else."""

import operator
from typing import Any

import numpy as np

__all__ = ["RandomState", "generator", "seed_sequence", "task_generator"]

RandomState = int | np.integer | np.random.Generator | np.random.SeedSequence | np.random.RandomState | None


def _seed(random_state: Any) -> int | None:
    """Return the integer seed that `random_state` is, or None for None; everything else is an error."""
    if random_state is None:
        return None
    try:
        seed = None if isinstance(random_state, (bool, np.bool_)) else operator.index(random_state)
    except TypeError:
        seed = None
    if seed is None:
        raise TypeError(
            "`random_state` must be None, an integer, or NumPy's Generator, SeedSequence or RandomState, "
            f"got {random_state!r} of type {type(random_state).__name__}."
        )
    if seed < 0:
        raise ValueError(f"`random_state` must not be negative, got {seed}.")
    return seed


def generator(random_state: RandomState) -> np.random.Generator:
    """Return the generator that `random_state` stands for.

    Parameters
    ----------
    random_state : None, int, Generator, SeedSequence or RandomState
        None draws fresh entropy; a Generator is returned as it is, so that calls go on in its stream.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    TypeError, ValueError
        If `random_state` is none of these, or a negative integer.
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    return np.random.default_rng(seed_sequence(random_state))


def seed_sequence(random_state: RandomState) -> np.random.SeedSequence:
    """Return the seed sequence from which the streams of a computation are derived.

    Parameters
    ----------
    random_state : None, int, Generator, SeedSequence or RandomState
        None draws fresh entropy. A Generator or RandomState is advanced by four draws, so passing it twice gives two
        different sequences; a SeedSequence is returned as it is, so passing it twice gives the same one.

    Returns
    -------
    numpy.random.SeedSequence

    Raises
    ------
    TypeError, ValueError
        If `random_state` is none of these, or a negative integer.
    """
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence([int(word) for word in random_state.integers(0, 2**32, size=4)])
    if isinstance(random_state, np.random.RandomState):
        return np.random.SeedSequence(random_state.randint(0, 2**32, size=4, dtype=np.uint64).tolist())
    return np.random.SeedSequence(_seed(random_state))


def task_generator(seed: np.random.SeedSequence, *key: int) -> np.random.Generator:
    """Return the generator of one piece of work: a function of `seed` and `key` only.

    Results that draw from these do not depend on the number of threads, the order of work or the size of chunks, as
    long as a key names the same work. Streams of different keys are independent; they coincide with those of
    ``seed.spawn``, so use one or the other.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        From `seed_sequence`.
    *key : int
        Such as ``task, chunk``; each >= 0.

    Returns
    -------
    numpy.random.Generator
    """
    child = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key), pool_size=seed.pool_size)
    return np.random.default_rng(child)
