"""Log-odds of an observable from the odds of edges: all matchings of the events summed, with exact gradients.

Replace both sums, over paths and over pairings, by the largest term and this is minimum-weight perfect matching.
"""

from dataclasses import dataclass

import numba
import numpy as np

_LARGEST_ODDS = 0.6  # beyond, walks back and forth would outweigh paths
_LEAST = 1e-280
_WINDOW = 62  # events that a set of bits can tell apart


@dataclass(frozen=True)
class PathSum:
    """The edges that decide one observable, and how far sums over them go.

    Attributes
    ----------
    n_detectors : int
    first, second : ndarray
        int64 (n_edges,), the ends of each edge, those between two detectors first. A `second` of n_detectors is the
        boundary, n_detectors + 1 the boundary whose edges flip the observable.
    n_inner : int
        Edges between two detectors.
    n_steps : int
        Longest path inside, in edges.
    width : int
        Most partial pairings kept at a time; the lightest are left out.
    least_share : float
        Partial pairings lighter than this share of the heaviest are left out.
    least_link : float
        Two events are not paired with each other where that weighs less than this share of pairing both with the
        boundary, to the same effect.
    """

    n_detectors: int
    first: np.ndarray
    second: np.ndarray
    n_inner: int
    n_steps: int = 8
    width: int = 512
    least_share: float = 1e-6
    least_link: float = 1e-2

    def log_odds(self, detectors: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """Return log P(flipped) - log P(not flipped), float (n_shots,).

        Parameters
        ----------
        detectors : ndarray
            bool (n_shots, n_detectors).
        logits : ndarray
            float (n_shots, n_edges) or (1, n_edges), log-odds that each edge flipped.
        """
        return self._sum(detectors, logits, 0)[0]

    def gradient(self, detectors: np.ndarray, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-odds and their derivatives by the logits, float (n_shots,) and (n_shots, n_edges)."""
        return self._sum(detectors, logits, len(detectors))

    def _sum(self, detectors: np.ndarray, logits: np.ndarray, n_gradients: int) -> tuple[np.ndarray, np.ndarray]:
        logits = np.ascontiguousarray(np.broadcast_to(logits, (len(detectors), len(self.first))), dtype=float)
        result, gradients = np.empty(len(detectors)), np.empty((n_gradients, len(self.first)))
        detectors = np.ascontiguousarray(detectors, dtype=bool)
        limits = (self.n_steps, self.width, self.least_share, self.least_link)
        _sum_shots(detectors, logits, self.first, self.second, self.n_inner, limits, result, gradients)
        return result, gradients


@numba.njit(cache=True, nogil=True)
def _sum_shots(detectors, logits, first, second, n_inner, limits, result, gradients):
    """Fill `result`, and `gradients` if it has rows."""
    n_shots, n = detectors.shape
    n_edges = len(first)
    n_steps, width, least_share, least_link = limits
    odds, plain, flipping = np.empty(n_edges), np.empty(n), np.empty(n)
    table, stamp = np.zeros((_slots(width), 3), np.int64), np.zeros(1, np.int64)
    for shot in range(n_shots):
        events = np.flatnonzero(detectors[shot])
        k = len(events)
        plain[:] = 0.0
        flipping[:] = 0.0
        for e in range(n_edges):
            odds[e] = min(np.exp(logits[shot, e]), _LARGEST_ODDS)
            if second[e] == n:
                plain[first[e]] += odds[e]
            elif second[e] == n + 1:
                flipping[first[e]] += odds[e]
        # Column a: sums over paths from event a to everywhere; the last column: from the boundary.
        paths = np.zeros((n, k + 1))
        for a in range(k):
            paths[events[a], a] = 1.0
        paths[:, k] = plain
        paths = _path_sums(paths, odds, first, second, n_inner, n_steps)
        pairs, to_plain, to_flipping = np.empty((k, k)), np.empty(k), np.zeros(k + 1)
        for a in range(k):
            to_plain[a] = paths[events[a], k]
            for b in range(k):
                pairs[a, b] = paths[events[b], a]
        for q in range(n):
            for a in range(k + 1):
                to_flipping[a] += paths[q, a] * flipping[q]
        d_pairs, d_plain, d_flipping = np.zeros((k, k)), np.zeros(k), np.zeros(k + 1)
        result[shot] = _pairings(
            pairs, to_plain, to_flipping, width, least_share, least_link, table, stamp,
            d_pairs, d_plain, d_flipping, len(gradients) > 0,
        )  # fmt: skip
        if len(gradients) == 0:
            continue
        sources = np.zeros((n, k + 1))
        for q in range(n):
            for a in range(k):
                sources[q, a] = d_plain[a] * plain[q] + d_flipping[a] * flipping[q]
            sources[q, k] = d_flipping[k] * flipping[q]
        for a in range(k):
            for b in range(k):
                sources[events[b], a] += d_pairs[a, b]
        sources = _path_sums(sources, odds, first, second, n_inner, n_steps)
        for e in range(n_edges):
            u, v = first[e], second[e]
            slope = 0.0
            if e < n_inner:
                for a in range(k + 1):
                    slope += sources[u, a] * paths[v, a] + sources[v, a] * paths[u, a]
            elif v == n:
                slope = sources[u, k]
                for a in range(k):
                    slope += d_plain[a] * paths[u, a]
            else:
                for a in range(k + 1):
                    slope += d_flipping[a] * paths[u, a]
            gradients[shot, e] = slope * odds[e] if odds[e] < _LARGEST_ODDS else 0.0


@numba.njit(cache=True, nogil=True)
def _path_sums(columns, odds, first, second, n_inner, n_steps):
    """Return the sum of the powers 0 to `n_steps` of the weighted adjacency applied to the columns."""
    total, current = columns.copy(), columns
    n_columns = columns.shape[1]
    for _ in range(n_steps):
        following = np.zeros_like(columns)
        for e in range(n_inner):
            u, v, w = first[e], second[e], odds[e]
            for a in range(n_columns):
                following[u, a] += w * current[v, a]
                following[v, a] += w * current[u, a]
        total += following
        current = following
    return total


@numba.njit(cache=True, nogil=True)
def _pairings(
    pairs, to_plain, to_flipping, width, least_share, least_link, table, stamp, d_pairs, d_plain, d_flipping, is_wanted
):  # fmt: skip
    """Return the log-odds of the weights, flipped to unflipped, of all ways to pair events with each other or leave
    them to the boundary; if wanted, fill their derivatives.

    Events are settled one by one. A state is the set of later events that are taken already; bit b of it stands for the
    event b places on. Weights are taken relative to the best that each event could have.
    """
    k = len(to_plain)
    best = np.empty(k)
    for a in range(k):
        best[a] = max(to_plain[a] + to_flipping[a], _LEAST)
        for b in range(k):
            if b != a:
                best[a] = max(best[a], np.sqrt(pairs[a, b]))
    moves = np.empty((8 * width, 4), np.int64)  # from, to, event, and its partner: -1 the boundary, -2 an earlier event
    states, weights = np.zeros(4 * width, np.int64), np.empty((4 * width, 2))
    weights[0] = 1.0, to_flipping[k]
    start, end, n_moves = 0, 1, 0
    partners = np.empty(k, np.int64)
    for i in range(k):
        least = _least_weight(weights[start:end], width, least_share)
        n_partners = 0
        for j in range(i + 1, min(k, i + _WINDOW)):
            apart = to_plain[i] * to_plain[j] + to_flipping[i] * to_flipping[j]
            if pairs[i, j] > least_link * apart:
                partners[n_partners] = j
                n_partners += 1
        room = (end - start) * (n_partners + 1)
        states, weights = _extended(states, end + room), _extended(weights, end + room)
        moves = _extended(moves, n_moves + room)
        n_states = end
        stamp[0] += 1
        plain, flipping = to_plain[i] / best[i], to_flipping[i] / best[i]
        for source in range(start, end):
            low, high, taken = weights[source, 0], weights[source, 1], states[source]
            if low + high < least:
                continue
            target = _state(taken >> 1, n_states, states, weights, table, stamp[0])
            n_states = max(n_states, target + 1)
            moves[n_moves] = source, target, i, -2 if taken & 1 else -1
            n_moves += 1
            if taken & 1:
                weights[target, 0] += low
                weights[target, 1] += high
                continue
            weights[target, 0] += low * plain + high * flipping
            weights[target, 1] += high * plain + low * flipping
            for j in partners[:n_partners]:
                bit = 1 << (j - i)
                if taken & bit:
                    continue
                target = _state((taken | bit) >> 1, n_states, states, weights, table, stamp[0])
                n_states = max(n_states, target + 1)
                weight = pairs[i, j] / (best[i] * best[j])
                weights[target, 0] += low * weight
                weights[target, 1] += high * weight
                moves[n_moves] = source, target, i, j
                n_moves += 1
        start, end = end, n_states
    low, high = weights[start, 0], weights[start, 1]
    if is_wanted and min(low, high) > _LEAST:
        derivatives = np.zeros((end, 2))
        derivatives[start] = -1 / low, 1 / high
        _settle_backwards(
            moves[:n_moves], weights, derivatives, pairs, to_plain, to_flipping, best, d_pairs, d_plain, d_flipping
        )
    return np.log(max(high, _LEAST)) - np.log(max(low, _LEAST))


@numba.njit(cache=True, nogil=True)
def _settle_backwards(
    moves, weights, derivatives, pairs, to_plain, to_flipping, best, d_pairs, d_plain, d_flipping
):  # fmt: skip
    """Follow all moves back and add the derivatives by the weights they went with."""
    for m in range(len(moves) - 1, -1, -1):
        source, target, i, j = moves[m]
        low, high = weights[source, 0], weights[source, 1]
        d_low, d_high = derivatives[target, 0], derivatives[target, 1]
        if j == -2:
            derivatives[source, 0] += d_low
            derivatives[source, 1] += d_high
        elif j == -1:
            d_plain[i] += (d_low * low + d_high * high) / best[i]
            d_flipping[i] += (d_low * high + d_high * low) / best[i]
            derivatives[source, 0] += (d_low * to_plain[i] + d_high * to_flipping[i]) / best[i]
            derivatives[source, 1] += (d_high * to_plain[i] + d_low * to_flipping[i]) / best[i]
        else:
            scale = best[i] * best[j]
            d_pairs[i, j] += (d_low * low + d_high * high) / scale
            derivatives[source, 0] += d_low * pairs[i, j] / scale
            derivatives[source, 1] += d_high * pairs[i, j] / scale
    d_flipping[len(to_plain)] = derivatives[0, 1]


@numba.njit(cache=True, nogil=True)
def _state(taken, n_states, states, weights, table, stamp):
    """Return the index of a state among those of this event, which is `n_states` if it is new."""
    mask = len(table) - 1
    slot = ((taken * 0x9E3779B97F4A7C15) >> 20) & mask
    while table[slot, 0] == stamp:
        if table[slot, 1] == taken:
            return table[slot, 2]
        slot = (slot + 1) & mask
    table[slot] = stamp, taken, n_states
    states[n_states] = taken
    weights[n_states] = 0.0, 0.0
    return n_states


@numba.njit(cache=True, nogil=True)
def _slots(width):
    """Return a power of two that all states after one event fit in, with room to spare."""
    slots = 1
    while slots < 2 * _WINDOW * width:
        slots *= 2
    return slots


@numba.njit(cache=True, nogil=True)
def _least_weight(weights, width, least_share):
    """Return the weight below which partial pairings are left out."""
    sums = weights[:, 0] + weights[:, 1]
    least = least_share * sums.max()
    return max(least, np.sort(sums)[-width]) if len(sums) > width else least


@numba.njit(cache=True, nogil=True)
def _extended(array, n_rows):
    """Return an array of at least so many rows that begins with this one."""
    if n_rows <= len(array):
        return array
    longer = np.empty((2 * n_rows, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer
