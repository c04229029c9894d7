"""Sums over all matchings of detection events, by enumeration."""

import numpy as np


def matching_weights(detectors, first, second, odds):
    """Return the weights, unflipped and flipped, of all ways to pair the events of one shot with each other or with a
    boundary; between two ends, all walks count, each with the product of the odds of its edges.

    `second` is n for the boundary, n + 1 for the boundary whose edges flip. A path from boundary to boundary may come
    on top, once.
    """
    n = len(detectors)
    adjacency, plain, flipping = np.zeros((n, n)), np.zeros(n), np.zeros(n)
    for u, v, w in zip(first, second, odds):
        if v < n:
            adjacency[u, v] += w
            adjacency[v, u] += w
        elif v == n:
            plain[u] += w
        else:
            flipping[u] += w
    walks = np.linalg.inv(np.eye(n) - adjacency)

    def pairings(events):
        """Yield (weight, parity) of every way to pair the events."""
        if not events:
            yield 1.0, 0
            return
        event, *others = events
        for weight, parity in pairings(others):
            yield weight * (walks[event] @ plain), parity
            yield weight * (walks[event] @ flipping), 1 - parity
        for partner in others:
            left = [other for other in others if other != partner]
            for weight, parity in pairings(left):
                yield weight * walks[event, partner], parity

    sums = [0.0, 0.0]
    across = flipping @ walks @ plain
    for weight, parity in pairings(list(np.flatnonzero(detectors))):
        sums[parity] += weight
        sums[1 - parity] += weight * across
    return sums
