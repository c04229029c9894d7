"""TreeSearch: Monte-Carlo tree search over the order of entangling blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from .._checks import check_count
from .._random import task_generator
from .blocks_state import Blocks
from .gatelist import Alphabet
from .optimise import CircuitStrategy, Optimise
from .strategy import Found, Outcome, Task

__all__ = ["TreeSearch"]


@dataclass(eq=False)
class _Node:
    """A prefix of blocks: its best angles, its visits, and the best cost found below it."""

    state: Blocks | None
    visits: int = 0
    lowest: float = math.inf
    children: dict[tuple[int, ...], _Node] = field(default_factory=dict)


class TreeSearch(CircuitStrategy):
    """Walk a tree whose edges append one entangling block, by upper confidence bounds on the best cost below.

    Every visit optimises the prefix it reaches, with the angles of its parent, and a random completion of a few blocks;
    the better cost counts for all nodes above. Several walks are asked for at a time, told apart by counting a walk as
    a visit when it starts.

    Parameters
    ----------
    exploration : float
        Weight of the bound; costs are rescaled to [0, 1].
    rollout : int
        Random blocks of the completion.
    max_two_qubit_gates : int, optional
        Twice the number of qubits by default.
    max_iterations : int
        Of BFGS, for each circuit.
    batch : int
        Walks that are asked for at a time.

    Notes
    -----
    Loses to random search on LiH with four and with six qubits at 40,000 evaluations, and is not told apart from it on
    the critical Ising chain with six (``python -m benchmarks search_strategies``).

    References
    ----------
    Kocsis and Szepesvari, ECML 2006 (UCT); Wang, Usman, Parampalli, Hollenberg, Myers, arXiv:2209.06425, for circuits.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=4000)
    >>> result = ql.search.run(problem, ql.search.TreeSearch(), budget=budget, random_state=0)
    >>> result.best.cost < -3.4
    True
    """

    def __init__(
        self,
        exploration: float = 0.3,
        rollout: int = 2,
        max_two_qubit_gates: int | None = None,
        max_iterations: int = 30,
        batch: int = 4,
    ) -> None:
        self.exploration, self.rollout, self.max_two_qubit_gates = exploration, rollout, max_two_qubit_gates
        self.max_iterations, self.batch = max_iterations, batch

    def _begin(self) -> None:
        check_count("batch", self.batch, minimum=1)
        check_count("rollout", self.rollout)
        self.alphabet_ = Alphabet(self.problem_)
        self.most_ = self.alphabet_.most_blocks(self.max_two_qubit_gates)
        rng = task_generator(self.seed_, 2**20)
        self.root_ = _Node(Blocks.first(self.alphabet_, rng, 1.0))
        self.low_, self.high_ = math.inf, -math.inf

    def _ask(self) -> list[Task]:
        rng = task_generator(self.seed_, self.n_asked_)
        self.walks_ = [self._walk(rng) for _ in range(self.batch)]
        return [
            Optimise(self.alphabet_.structure(blocks.blocks), blocks.values, self.max_iterations)
            for _, *pair in self.walks_
            for blocks in pair
        ]

    def _walk(self, rng: np.random.Generator) -> tuple[list[_Node], Blocks, Blocks]:
        """Return the path from the root to a new or last node, its circuit, and one completed at random."""
        path = [self.root_]
        state = self.root_.state
        while path[-1].visits and len(path) <= self.most_ and path[-1].state is not None:
            node = path[-1]
            state = node.state
            edge = self._chosen(rng, node)
            if edge not in node.children:
                node.children[edge] = _Node(None)
            path.append(node.children[edge])
            longer = state.inserted(self.alphabet_, rng, state.size)
            state = Blocks([*longer.blocks[:-1], list(edge)], longer.values)
        for node in path:
            node.visits += 1
        longer = state
        for _ in range(min(self.rollout, self.most_ - state.size)):
            longer = longer.inserted(self.alphabet_, rng, longer.size)
        return path, state, longer

    def _chosen(self, rng: np.random.Generator, node: _Node) -> tuple[int, ...]:
        edges = [tuple(edge) for edge in self.alphabet_.edges]
        fresh = [edge for edge in edges if edge not in node.children]
        if fresh and len(node.children) <= 1.5 * math.sqrt(node.visits):
            return fresh[int(rng.integers(len(fresh)))]
        spread = max(self.high_ - self.low_, 1e-12)

        def bound(edge: tuple[int, ...]) -> float:
            child = node.children[edge]
            value = (self.high_ - min(child.lowest, self.high_)) / spread
            return value + self.exploration * math.sqrt(math.log(node.visits + 1) / max(child.visits, 1))

        return max(node.children, key=bound)

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        news = []
        for i, (path, state, _) in enumerate(self.walks_):
            near, far = (list(outcome.found) for outcome in outcomes[2 * i : 2 * i + 2])
            for found in near:
                path[-1].state = Blocks(state.blocks, found.values)
            for found in [*near, *far]:
                news.append(found)
                self.low_, self.high_ = min(self.low_, found.cost), max(self.high_, found.cost)
                for node in path:
                    node.lowest = min(node.lowest, found.cost)
        return news
