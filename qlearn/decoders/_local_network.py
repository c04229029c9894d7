"""A network whose weights are shared by all edges alike, wherever they lie in space and time."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from ._edge_inputs import EdgeInputs
from ._network import sigmoid
from ._observable_graph import ObservableGraph
from .problem import DecodingProblem

_NEAREST = (16, 48, 16)  # other detectors, edges between them, own detectors that an edge sees
_ROWS = 4096  # edges of shots at a time
_LEAST_SHARE = 0.15  # of the edges of a kind that must have a neighbour in a place for the place to count


@dataclass(frozen=True)
class Kind:
    """Edges that are translations of each other, and which inputs each sees.

    Attributes
    ----------
    edges : ndarray
        int (n_edges,).
    seen : ndarray
        int (n_edges, n_places), indices of inputs; one past the last where there is nothing.
    is_own : ndarray
        bool (n_places,), whether a place is a detector of the observable's own.
    n_inputs : int
        Of the network.
    """

    edges: np.ndarray
    seen: np.ndarray
    is_own: np.ndarray
    n_inputs: int

    @cached_property
    def seers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each input, by whom and where it is seen: starts (n_inputs + 1,) of its rows and places."""
        order = np.argsort(self.seen, axis=None, kind="stable")
        rows, places = np.unravel_index(order, self.seen.shape)
        starts = np.searchsorted(self.seen.ravel()[order], np.arange(self.n_inputs + 1))
        return starts, rows, places


class LocalNetwork:
    """For each kind of edge, two layers of rectifiers on what is near, with biases of each edge's own.

    Parameters are views of one float32 vector.
    """

    def __init__(self, kinds: list[Kind], width: int, n_outputs: int, parameters: np.ndarray) -> None:
        self.kinds, self.width, self.n_outputs, self.parameters = kinds, width, n_outputs, parameters
        self._views = _views(kinds, width, parameters)

    @classmethod
    def random(cls, kinds: list[Kind], width: int, logits: np.ndarray, random: np.random.Generator) -> "LocalNetwork":
        """Return a network with He's weights, zero for own detectors and the skip, that gives nearly `logits`."""
        size = sum(sum(map(np.prod, _shapes(kind, width))) for kind in kinds)
        network = cls(kinds, width, len(logits), np.zeros(int(size), dtype=np.float32))
        for kind, (first, _, second, _, last, _, bias) in zip(kinds, network._views):
            first[...] = random.normal(0, np.sqrt(2 / len(first)), first.shape)
            first[kind.is_own] = 0
            second[...] = random.normal(0, np.sqrt(2 / width), second.shape)
            last[...] = random.normal(0, 0.1 / np.sqrt(width), last.shape)
            bias[...] = logits[kind.edges]
        return network

    @property
    def n_inputs(self) -> int:
        """Width of the inputs."""
        return self.kinds[0].n_inputs

    @property
    def layers(self) -> list[list[np.ndarray]]:
        """Of each kind: weights and biases of both layers, weights of the last and of the skip, own biases."""
        return self._views

    def with_parameters(self, parameters: np.ndarray) -> "LocalNetwork":
        """Return the same network with other parameters."""
        return LocalNetwork(self.kinds, self.width, self.n_outputs, parameters)

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, float32 (n, n_edges), for bits (n, n_inputs)."""
        return self.forward(inputs)[1]

    def forward(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what `backward` needs, and the outputs."""
        bits = np.ascontiguousarray(inputs, dtype=np.uint8)
        logits = np.empty((len(inputs), self.n_outputs), dtype=np.float32)
        for kind, views in zip(self.kinds, self._views):
            for part in _parts(len(bits), kind):
                logits[part, kind.edges] = _layers(bits[part], kind, views)[2]
        return bits, logits

    def backward(self, activations: np.ndarray, error: np.ndarray) -> np.ndarray:
        """Return the gradient by the parameters, given that by the outputs, float32 (n, n_outputs)."""
        flat = np.zeros_like(self.parameters)
        error = error.astype(np.float32)
        for kind, views, slopes in zip(self.kinds, self._views, _views(self.kinds, self.width, flat)):
            for part in _parts(len(activations), kind):
                _add_slopes(activations[part], np.ascontiguousarray(error[part, kind.edges]), kind, views, slopes)
        return flat

    def gradient(self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the gradient of the weighted sum of cross-entropies, as a vector like the parameters."""
        activations, logits = self.forward(inputs)
        return self.backward(activations, (sigmoid(logits) - targets) * weights[:, None])


@numba.njit(cache=True, nogil=True)
def _add_seen(bits, starts, rows, places, first, skip, low, logits):
    """Add what the edges of one kind see to the first layer and to the logits; few bits are set."""
    for shot in range(len(bits)):
        for index in np.flatnonzero(bits[shot]):
            for k in range(starts[index], starts[index + 1]):
                row, place = rows[k], places[k]
                logits[shot, row] += skip[place]
                for unit in range(first.shape[1]):
                    low[shot, row, unit] += first[place, unit]


@numba.njit(cache=True, nogil=True)
def _rectified(values, second_bias):
    """Add the biases and cut at zero, in place."""
    for row in range(values.shape[0]):
        for unit in range(values.shape[1]):
            values[row, unit] = max(values[row, unit] + second_bias[unit], np.float32(0))


@numba.njit(cache=True, nogil=True)
def _last_slopes(high, last, error, d_high, d_second_bias):
    """Fill the slopes before the second rectifiers, and add those of its biases."""
    for row in range(high.shape[0]):
        for unit in range(high.shape[1]):
            slope = error[row] * last[unit] if high[row, unit] > 0 else np.float32(0)
            d_high[row, unit] = slope
            d_second_bias[unit] += slope


@numba.njit(cache=True, nogil=True)
def _first_slopes(bits, starts, rows, places, low, d_low, error, d_first, d_first_bias, d_skip):
    """Cut the slopes of the first layer at its rectifiers, and add those of its biases and of what `_add_seen` used."""
    for shot in range(len(bits)):
        for row in range(low.shape[1]):
            for unit in range(low.shape[2]):
                slope = d_low[shot, row, unit] if low[shot, row, unit] > 0 else np.float32(0)
                d_low[shot, row, unit] = slope
                d_first_bias[row, unit] += slope
        for index in np.flatnonzero(bits[shot]):
            for k in range(starts[index], starts[index + 1]):
                row, place = rows[k], places[k]
                d_skip[place] += error[shot, row]
                for unit in range(d_first.shape[1]):
                    d_first[place, unit] += d_low[shot, row, unit]


def _parts(n_shots: int, kind: Kind) -> list[slice]:
    """Return parts of a batch of which the layers stay in the cache."""
    size = max(1, _ROWS // len(kind.edges))
    return [slice(start, start + size) for start in range(0, n_shots, size)]


def _layers(bits: np.ndarray, kind: Kind, views: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both layers of the edges of one kind, (n_shots * n_edges, width), and their logits."""
    first, first_bias, second, second_bias, last, skip, bias = views
    low = np.repeat(first_bias[None], len(bits), axis=0)
    logits = np.repeat(bias[None], len(bits), axis=0)
    _add_seen(bits, *kind.seers, first, skip, low, logits)
    low = np.maximum(low, 0, out=low).reshape(-1, low.shape[-1])
    high = low @ second
    _rectified(high, second_bias)
    logits += (high @ last).reshape(logits.shape)
    return low, high, logits


def _add_slopes(
    bits: np.ndarray, error: np.ndarray, kind: Kind, views: list[np.ndarray], slopes: list[np.ndarray]
) -> None:
    """Add the slopes of the parameters of one kind, given those of its logits, (n_shots, n_edges)."""
    d_first, d_first_bias, d_second, d_second_bias, d_last, d_skip, d_bias = slopes
    low, high, _ = _layers(bits, kind, views)
    flat = error.reshape(-1)
    d_bias += error.sum(axis=0)
    d_last += flat @ high
    d_high = np.empty_like(high)
    _last_slopes(high, views[4], flat, d_high, d_second_bias)
    d_second += low.T @ d_high
    d_low = d_high @ np.ascontiguousarray(views[2].T)
    shape = (*error.shape, -1)
    _first_slopes(bits, *kind.seers, low.reshape(shape), d_low.reshape(shape), error, d_first, d_first_bias, d_skip)


def kinds_of(problem: DecodingProblem, graph: ObservableGraph, inputs: EdgeInputs) -> list[Kind]:
    """Return the edges of an observable by kind: by the way from end to end, in steps of the lattice."""
    places = problem.coordinates / _steps(problem.coordinates)
    own, others = places[graph.detectors], places[graph.others]
    ends = np.array([[pair[0], pair[-1]] for pair in inputs.ends], np.int64).reshape(-1, 2)
    links = others[ends]
    positions = np.concatenate([others, links.mean(axis=1), own])
    ways = np.concatenate([np.zeros_like(others), links[:, 1] - links[:, 0], np.zeros_like(own)])
    sort = np.repeat([0, 1, 2], [len(others), len(links), len(own)])
    n = len(graph.detectors)
    middle, groups = np.empty((len(graph.edges), places.shape[1])), defaultdict(list)
    for edge, (u, v) in enumerate(zip(graph.first, graph.second)):
        other = u if v >= n else v
        middle[edge] = (own[u] + own[other]) / 2
        key = (max(int(v) - n, -1), *_rounded(own[other] - own[u]))
        groups[key].append(edge)
    marks = [(int(s), *_rounded(way)) for s, way in zip(sort, ways)]
    return [_kind(np.array(edges), middle, positions, sort, marks) for edges in groups.values()]


def _kind(edges: np.ndarray, middle: np.ndarray, positions: np.ndarray, sort: np.ndarray, marks: list) -> Kind:
    found: defaultdict[tuple, dict[int, int]] = defaultdict(dict)
    distances = {}
    for row, edge in enumerate(edges):
        away = positions - middle[edge]
        distance = np.sqrt((away**2).sum(axis=1))
        for s, n_nearest in enumerate(_NEAREST):
            of_sort = np.flatnonzero(sort == s)
            for index in of_sort[np.argsort(distance[of_sort], kind="stable")[: 2 * n_nearest]]:
                key = (marks[index], _rounded(away[index]))
                found[key][row] = int(index)
                distances[key] = round(float(distance[index]), 6)
    kept = []
    for s, n_nearest in enumerate(_NEAREST):
        keys = [key for key in found if key[0][0] == s and len(found[key]) >= _LEAST_SHARE * len(edges)]
        kept += sorted(keys, key=lambda key: (distances[key], key))[:n_nearest]
    seen = np.full((len(edges), len(kept)), len(positions), np.int64)
    for place, key in enumerate(kept):
        for row, index in found[key].items():
            seen[row, place] = index
    return Kind(edges, seen, np.array([key[0][0] == 2 for key in kept], dtype=bool), len(positions))


def _steps(coordinates: np.ndarray) -> np.ndarray:
    """Return the step of the lattice along each axis: the middle gap between coordinates that occur."""
    steps = [np.diff(np.unique(column[~np.isnan(column)])) for column in coordinates.T]
    return np.array([np.median(step) if len(step) else 1.0 for step in steps])


def _rounded(vector: np.ndarray) -> tuple[int, ...]:
    return tuple(np.round(4 * vector).astype(int).tolist())


def _shapes(kind: Kind, width: int) -> list[tuple[int, ...]]:
    n_edges, n_places = kind.seen.shape
    return [(n_places, width), (n_edges, width), (width, width), (width,), (width,), (n_places,), (n_edges,)]


def _views(kinds: list[Kind], width: int, flat: np.ndarray) -> list[list[np.ndarray]]:
    """Return, for each kind, weights and biases as views of a vector: two layers, the last one's, skip, own biases."""
    views, start = [], 0
    for kind in kinds:
        views.append([])
        for shape in _shapes(kind, width):
            size = int(np.prod(shape))
            views[-1].append(flat[start : start + size].reshape(shape))
            start += size
    return views
