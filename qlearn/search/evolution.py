"""Evolution: NSGA-II on cost and two-qubit gates, with the mutations of EVQE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._checks import check_count, check_probability
from .._random import task_generator
from .blocks_state import Blocks
from .gatelist import Alphabet
from .optimise import CircuitStrategy, Optimise
from .strategy import Found, Outcome, Task

__all__ = ["Evolution"]


@dataclass(frozen=True)
class _Member:
    blocks: Blocks
    cost: float


class Evolution(CircuitStrategy):
    """Breed a population of circuits that is spread along the front of cost and two-qubit gates.

    Parents win binary tournaments by rank of domination and crowding. A child gets one block appended, one removed, one
    replaced, or its tail from another parent; all its angles are inherited and optimised. The next generation is the
    best of parents and children.

    Parameters
    ----------
    n_population : int
    crossover : float
        Probability that a child gets its tail from a second parent.
    max_two_qubit_gates : int, optional
        Twice the number of qubits by default.
    max_iterations : int
        Of BFGS, for each child.

    Notes
    -----
    Was not seen to beat random search: on LiH with four and with six qubits and on the critical Ising chain with six
    it is not told apart from it at 40,000 evaluations (``python -m benchmarks search_strategies``).

    References
    ----------
    Deb, Pratap, Agarwal, Meyarivan, IEEE Transactions on Evolutionary Computation 6, 182 (2002), sections III.A-C;
    Rattew, Hu, Pistoia, Chen, Wood, arXiv:1910.09694 (EVQE), for the mutations.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=4000)
    >>> result = ql.search.run(problem, ql.search.Evolution(n_population=8), budget=budget, random_state=0)
    >>> result.best.cost < -3.4
    True
    """

    def __init__(
        self,
        n_population: int = 24,
        crossover: float = 0.2,
        max_two_qubit_gates: int | None = None,
        max_iterations: int = 30,
    ) -> None:
        self.n_population, self.crossover = n_population, crossover
        self.max_two_qubit_gates, self.max_iterations = max_two_qubit_gates, max_iterations

    def _begin(self) -> None:
        check_count("n_population", self.n_population, minimum=2)
        check_probability("crossover", self.crossover)
        self.alphabet_ = Alphabet(self.problem_)
        self.most_ = self.alphabet_.most_blocks(self.max_two_qubit_gates)
        self.population_: list[_Member] = []

    def _ask(self) -> list[Task]:
        rng = task_generator(self.seed_, self.n_asked_)
        if not self.population_:
            self.children_ = [self._founder(rng, i) for i in range(self.n_population)]
        else:
            order = _rank_and_crowding(self.population_)
            self.children_ = [self._child(rng, order) for _ in range(self.n_population)]
        return [
            Optimise(self.alphabet_.structure(child.blocks), child.values, self.max_iterations)
            for child in self.children_
        ]

    def _founder(self, rng: np.random.Generator, index: int) -> Blocks:
        made = Blocks.first(self.alphabet_, rng, 1.0)
        for _ in range(index % (self.most_ + 1) if index else 0):
            made = made.inserted(self.alphabet_, rng)
        return made

    def _child(self, rng: np.random.Generator, order: np.ndarray) -> Blocks:
        parent, other = (self.population_[int(min(rng.integers(len(order), size=2)))] for _ in range(2))
        if rng.random() < self.crossover:
            return self._crossed(rng, parent.blocks, other.blocks)
        return parent.blocks.changed(self.alphabet_, rng, self.most_)

    def _crossed(self, rng: np.random.Generator, one: Blocks, other: Blocks) -> Blocks:
        """Return the head of one circuit with the tail of another."""
        n_first = len(one.blocks) - one.size
        head, tail = int(rng.integers(one.size + 1)), int(rng.integers(other.size + 1))
        tail = max(tail, other.size - (self.most_ - head))
        cut, other_cut = one.starts(self.alphabet_)[n_first + head], other.starts(self.alphabet_)[n_first + tail]
        blocks = one.blocks[: n_first + head] + other.blocks[n_first + tail :]
        return Blocks(blocks, np.concatenate([one.values[:cut], other.values[other_cut:]]))

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        news = [found for outcome in outcomes for found in outcome.found]
        members = list(self.population_)
        for child, outcome in zip(self.children_, outcomes):
            members += [_Member(Blocks(child.blocks, found.values), found.cost) for found in outcome.found]
        unique: dict[tuple[int, float], _Member] = {}
        for member in members:
            unique.setdefault((member.blocks.size, round(member.cost, 7)), member)
        members = list(unique.values())
        order = _rank_and_crowding(members)
        self.population_ = [members[i] for i in order[: self.n_population]]
        return news


def _rank_and_crowding(members: list[_Member]) -> np.ndarray:
    """Return the members' indices: undominated ones first, then by how empty it is around them."""
    points = np.array([(member.cost, member.blocks.size) for member in members])
    no_worse = (points[:, None] <= points[None]).all(axis=2)
    better = no_worse & (points[:, None] < points[None]).any(axis=2)
    ranks = np.full(len(points), -1)
    left, rank = np.ones(len(points), dtype=bool), 0
    while left.any():
        front = left & ~(better & left[:, None]).any(axis=0)
        ranks[front] = rank
        left &= ~front
        rank += 1
    crowding = np.zeros(len(points))
    for rank in range(ranks.max() + 1):
        row = np.flatnonzero(ranks == rank)
        for axis in range(2):
            order = row[np.argsort(points[row, axis], kind="stable")]
            spread = points[order[-1], axis] - points[order[0], axis]
            crowding[order[[0, -1]]] = np.inf
            if len(order) > 2 and spread > 0:
                crowding[order[1:-1]] += (points[order[2:], axis] - points[order[:-2], axis]) / spread
    return np.lexsort((np.arange(len(points)), -crowding, ranks))
