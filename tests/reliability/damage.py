"""Damaged copies of good data."""


def cut(data, rng):
    """Return the data up to a random place."""
    return data[: rng.integers(len(data) + 1)]


def flipped(data, rng):
    """Return the data with one bit turned over."""
    damaged = bytearray(data)
    damaged[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def overwritten(data, rng):
    """Return the data with up to eight random bytes in a row."""
    damaged, start = bytearray(data), int(rng.integers(len(data)))
    damaged[start : start + 8] = rng.bytes(min(8, len(data) - start))
    return bytes(damaged)


def spliced(data, rng):
    """Return the data with a piece of it doubled."""
    start, stop = sorted(rng.integers(len(data) + 1, size=2))
    return data[:stop] + data[start:]


def noise(data, rng):
    """Return random bytes, as many."""
    return rng.bytes(len(data))


KINDS = (cut, flipped, overwritten, spliced, noise)
