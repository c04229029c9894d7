"""MaxCutProblem: the largest cut of a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..circuits import NoiseModel
from ..paulis import PauliSum
from .candidate import Candidate
from .energy import EnergyProblem

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["MaxCutProblem"]


class MaxCutProblem(EnergyProblem):
    """Find circuits whose measured bits cut many edges: the cost is minus the mean weight of the cut.

    A product state can hold the largest cut, so the front says little about entanglement; the interest is in
    ``Adapt(pool="qaoa")`` and in noise.

    Parameters
    ----------
    graph : networkx.Graph
        Qubit i is the i-th of the sorted nodes, or of the nodes as they come where they cannot be sorted.
    weight : str, optional
        Name of the edge attribute; 1 by default.
    gates, coupling, noise, objectives, name : object
        As of `EnergyProblem`.

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> problem = ql.search.MaxCutProblem(nx.cycle_graph(5))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=3000), random_state=0)
    >>> round(result.best.cost, 6), problem.cut(result.best)[1]
    (-4.0, 4.0)
    """

    def __init__(
        self,
        graph: nx.Graph,
        *,
        weight: str | None = None,
        gates: Iterable[str] = ("rx", "ry", "rz", "cx"),
        coupling: Any = None,
        noise: NoiseModel | None = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        try:
            nodes = sorted(graph.nodes)
        except TypeError:
            nodes = list(graph.nodes)
        place = {node: q for q, node in enumerate(nodes)}
        self.cut_edges = []
        for a, b, data in graph.edges(data=True):
            value = 1.0 if weight is None else float(data[weight])
            if a == b or not np.isfinite(value):
                raise ValueError(f"The graph must have no loops and finite weights, got the edge {(a, b, value)}.")
            self.cut_edges.append((place[a], place[b], value))
        if not self.cut_edges:
            raise ValueError("The graph has no edge to cut.")
        n = len(nodes)
        terms = PauliSum.zero(n)
        for a, b, value in self.cut_edges:
            terms = terms + 0.5 * value * (PauliSum.single(f"Z{a} Z{b}", n_qubits=n) - PauliSum.identity(n))
        super().__init__(
            terms.simplify(), gates=gates, coupling=coupling, noise=noise, objectives=objectives,
            name=name or f"MaxCut of {n} nodes, {len(self.cut_edges)} edges",
        )  # fmt: skip

    def cut(self, candidate: Candidate, n_shots: int = 1000, random_state: Any = 0) -> tuple[np.ndarray, float]:
        """Return the best cut among samples of a circuit.

        Parameters
        ----------
        candidate : Candidate
        n_shots : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        bits : ndarray of uint8, shape (n_nodes,)
            The side of each node.
        weight : float
            Of the edges that are cut.
        """
        samples = np.unique(self._engine.sample(candidate.circuit, n_shots=n_shots, random_state=random_state), axis=0)
        weights = sum(value * (samples[:, a] != samples[:, b]) for a, b, value in self.cut_edges)
        best = int(np.argmax(weights))
        return samples[best], float(weights[best])
