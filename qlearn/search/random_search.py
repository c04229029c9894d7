"""RandomSearch: circuits drawn at random, the baseline that a strategy has to beat at equal evaluations."""

from __future__ import annotations

import numpy as np

from .._checks import check_count
from .._random import task_generator
from .gatelist import Alphabet
from .optimise import CircuitStrategy, Optimise
from .strategy import Found, Outcome, Task

__all__ = ["RandomSearch"]

_MOST_DRAWS = 10  # until a circuit is tried again, from other angles


class RandomSearch(CircuitStrategy):
    """Draw circuits of random entangling blocks, seldom one twice, and optimise each from random angles.

    Parameters
    ----------
    max_two_qubit_gates : int, optional
        Entanglers at most, each number equally likely; twice the number of qubits by default.
    max_iterations : int
        Of BFGS, for each circuit.
    batch : int
        Circuits that are asked for at a time.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=3000)
    >>> result = ql.search.run(problem, ql.search.RandomSearch(), budget=budget, random_state=0)
    >>> result.best.cost < -3.4
    True
    """

    def __init__(self, max_two_qubit_gates: int | None = None, max_iterations: int = 100, batch: int = 4) -> None:
        self.max_two_qubit_gates, self.max_iterations, self.batch = max_two_qubit_gates, max_iterations, batch

    def _begin(self) -> None:
        check_count("batch", self.batch, minimum=1)
        self.alphabet_ = Alphabet(self.problem_)
        self.most_ = self.alphabet_.most_blocks(self.max_two_qubit_gates)

    def _ask(self) -> list[Task]:
        rng = task_generator(self.seed_, self.n_asked_)
        return [self._drawn(rng) for _ in range(self.batch)]

    def _drawn(self, rng: np.random.Generator) -> Task:
        for _ in range(_MOST_DRAWS):
            n_blocks = int(rng.integers(self.most_ + 1))
            blocks = self.alphabet_.first_layer() + [self.alphabet_.random_block(rng) for _ in range(n_blocks)]
            structure = self.alphabet_.structure(blocks)
            if self._is_new(structure):
                break
        n_angles = sum(self.alphabet_.block_size(block) for block in blocks)
        return Optimise(structure, rng.uniform(-np.pi, np.pi, n_angles), self.max_iterations)

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        return [found for outcome in outcomes for found in outcome.found]
