"""The part of a matching graph that decides one observable, and what can be seen beside it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import stim
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from ._gaps import ForcedMatching, detectors_to_add
from ._path_sum import PathSum
from .problem import DecodingProblem

_MARGIN = 3  # edges by which a path may be longer than the shortest that any detector needs
_LEAST_STEPS = 8
_TRUSTED_EDGES = 1.8
_MANY = 200  # detectors, from which on lighter pairings are left out: in a shot of 25 rounds that moves 6e-4 nats
_LEAST_SHARE_OF_MANY = 1e-4


@dataclass(frozen=True)
class ObservableGraph:
    """Detectors connected to edges that flip one observable, and the edges between them.

    Attributes
    ----------
    n_all : int
        Detectors of the problem.
    moved : ndarray
        bool (n_all,), detectors whose parity added to the observable takes it off all inner edges.
    detectors : ndarray
        int (n_detectors,), those inside.
    others : ndarray
        int, all other detectors: they tell of errors that flip edges on both sides.
    edges : ndarray
        int (n_edges,), the edges inside, as indices into ``problem.edges``; those between two detectors first.
    first, second : ndarray
        int64 (n_edges,), their ends as `PathSum` wants them.
    n_inner : int
        How many have two detectors.
    priors : ndarray
        float (n_edges,).
    """

    n_all: int
    moved: np.ndarray
    detectors: np.ndarray
    others: np.ndarray
    edges: np.ndarray
    first: np.ndarray
    second: np.ndarray
    n_inner: int
    priors: np.ndarray

    @classmethod
    def of(cls, problem: DecodingProblem, observable: int) -> "ObservableGraph":
        """Return the graph of one observable, without edges where nothing flips it; ValueError where it winds round."""
        moved = detectors_to_add(problem, observable)
        components = problem.edges.components()
        seen = [edge for edge, (detectors, _) in enumerate(components) if detectors]
        ends = np.array([[components[edge][0][0], components[edge][0][-1]] for edge in seen], np.int64).reshape(-1, 2)
        is_inner = ends[:, 0] != ends[:, 1]
        flips = np.array([observable in components[edge][1] for edge in seen], dtype=bool)
        flips ^= moved[ends[:, 0]] ^ (is_inner & moved[ends[:, 1]])
        adjacency = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(problem.n_detectors,) * 2)
        part = connected_components(adjacency, directed=False)[1]
        # Where every way out flips the observable, all detectors are added to it, and none does.
        plain_ways, ways = ends[~is_inner & ~flips, 0], ends[~is_inner & flips, 0]
        turned = np.isin(part, part[ways]) & ~np.isin(part, part[plain_ways])
        moved = moved ^ turned
        flips ^= turned[ends[:, 0]] & ~is_inner
        inside = np.isin(part, part[ends[flips, 0]])
        kept = np.flatnonzero(inside[ends[:, 0]])
        kept = kept[np.argsort(~is_inner[kept], kind="stable")]
        detectors = np.flatnonzero(inside)
        place = np.cumsum(inside) - 1
        outer = len(detectors) + flips[kept]
        edges = np.array(seen, np.int64)[kept]
        return cls(
            n_all=problem.n_detectors,
            moved=moved,
            detectors=detectors,
            others=np.flatnonzero(~inside),
            edges=edges,
            first=place[ends[kept, 0]].astype(np.int64),
            second=np.where(is_inner[kept], place[ends[kept, 1]], outer).astype(np.int64),
            n_inner=int(is_inner[kept].sum()),
            priors=problem.edges.priors[edges],
        )

    @cached_property
    def prior_logits(self) -> np.ndarray:
        """Log-odds of the edges before anything is seen, float (n_edges,)."""
        priors = np.clip(self.priors, 1e-12, 1 - 1e-12)
        return np.log(priors / (1 - priors))

    def threshold(self) -> float:
        """Return the gap in nats from which on matching may be trusted: so many edges more cost the other answer."""
        return _TRUSTED_EDGES * float(np.median(-self.prior_logits)) if len(self.priors) else 0.0

    def path_sum(self) -> PathSum:
        """Return the sum over paths, long enough to reach each boundary from everywhere."""
        n = len(self.detectors)
        limits = {"least_share": _LEAST_SHARE_OF_MANY} if n >= _MANY else {}
        return PathSum(n, self.first, self.second, self.n_inner, self._n_steps(), **limits)

    def _n_steps(self) -> int:
        n = len(self.detectors)
        graph = coo_array((np.ones(len(self.first)), (self.first, self.second)), shape=(n + 2, n + 2)).tocsr()
        # Away from the boundaries only, so that no path leads across one.
        hops = dijkstra(graph.T, directed=True, unweighted=True, indices=[n, n + 1]) if n else np.zeros((2, 0))
        inner = graph[:n, :n]
        reach = []
        for side in (0, 1):
            start = np.flatnonzero(hops[side][:n] == 1)
            if len(start):
                away = dijkstra(inner, directed=False, unweighted=True, indices=start, min_only=True)
                reach.append(away[np.isfinite(away)].max())
        return max(int(max(reach, default=0)) + _MARGIN, _LEAST_STEPS)

    def gap_matching(self) -> ForcedMatching:
        """Return plain matching of these edges alone, with the observable forced either way."""
        model = stim.DetectorErrorModel()
        for u, v, prior in zip(self.first.tolist(), self.second.tolist(), self.priors.tolist()):
            targets = [stim.target_relative_detector_id(q) for q in (u, v) if q < len(self.detectors)]
            flips = [stim.target_logical_observable_id(0)] if v == len(self.detectors) + 1 else []
            model.append("error", prior, targets + flips)
        return ForcedMatching(DecodingProblem.from_dem(model), 0, correlated=False)

    def flips(self, detectors: np.ndarray) -> np.ndarray:
        """Return the parity by which the observable was moved, bool (n_shots,)."""
        return (detectors & self.moved).sum(axis=1) % 2 == 1
