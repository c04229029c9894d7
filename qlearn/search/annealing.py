"""SimulatedAnnealing: chains of small changes, worse ones accepted while the temperature is high."""

from __future__ import annotations

import math

import numpy as np

from .._checks import check_count
from .._random import task_generator
from .blocks_state import Blocks
from .gatelist import Alphabet
from .optimise import CircuitStrategy, Optimise
from .strategy import Found, Outcome, Task

__all__ = ["SimulatedAnnealing"]


class SimulatedAnnealing(CircuitStrategy):
    """Anneal several circuits side by side, each with its own limit of two-qubit gates, so that they span the front.

    A step inserts, deletes or replaces one block, optimises all angles from the inherited ones, and is accepted by the
    rule of Metropolis. The temperature falls by a constant factor and starts again when it has fallen a thousandfold.

    Parameters
    ----------
    max_two_qubit_gates : int, optional
        Limit of the last chain; twice the number of qubits by default.
    n_chains : int
        Chains, with limits spread evenly.
    temperature : float
        The first one, as a share of the drop in cost from the first to the best circuit so far.
    n_steps : int
        Steps in which the temperature falls a thousandfold.
    max_iterations : int
        Of BFGS, for each step.

    Notes
    -----
    At 40,000 evaluations it beats random search on the critical Ising chain with six qubits, and is not told apart from
    it on LiH with four and with six (``python -m benchmarks search_strategies``).

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi, Science 220, 671 (1983).

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=3000)
    >>> result = ql.search.run(problem, ql.search.SimulatedAnnealing(), budget=budget, random_state=0)
    >>> result.best.cost < -3.4
    True
    """

    def __init__(
        self,
        max_two_qubit_gates: int | None = None,
        n_chains: int = 4,
        temperature: float = 0.1,
        n_steps: int = 100,
        max_iterations: int = 30,
    ) -> None:
        self.max_two_qubit_gates, self.n_chains, self.temperature = max_two_qubit_gates, n_chains, temperature
        self.n_steps, self.max_iterations = n_steps, max_iterations

    def _begin(self) -> None:
        check_count("n_chains", self.n_chains, minimum=1)
        check_count("n_steps", self.n_steps, minimum=1)
        self.alphabet_ = Alphabet(self.problem_)
        most = self.alphabet_.most_blocks(self.max_two_qubit_gates)
        self.limits_ = [max(min(1, most), round(most * (i + 1) / self.n_chains)) for i in range(self.n_chains)]
        self.states_: list[Blocks | None] = [None] * self.n_chains
        self.costs_ = np.full(self.n_chains, np.inf)
        self.first_ = self.lowest_ = math.inf

    def _ask(self) -> list[Task]:
        rng = task_generator(self.seed_, self.n_asked_)
        self.trials_ = []
        for state, limit in zip(self.states_, self.limits_):
            self.trials_.append(self._first(limit, rng) if state is None else state.changed(self.alphabet_, rng, limit))
        asked = self.trials_
        if self.n_asked_ == 0:
            asked = [*self.trials_, Blocks.first(self.alphabet_, rng, 1.0)]  # where every front begins
        return [Optimise(self.alphabet_.structure(trial.blocks), trial.values, self.max_iterations) for trial in asked]

    def _first(self, limit: int, rng: np.random.Generator) -> Blocks:
        """Return a random circuit of the most blocks: small ones may gain nothing, so that none would grow."""
        made = Blocks.first(self.alphabet_, rng, 1.0)
        for _ in range(limit):
            made = made.inserted(self.alphabet_, rng)
        return made

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        rng = task_generator(self.seed_, 2**20, self.n_asked_)
        level = 1000.0 ** (-((self.n_asked_ - 1) % self.n_steps) / self.n_steps)
        news = [found for outcome in outcomes for found in outcome.found]
        for i, outcome in enumerate(outcomes[: self.n_chains]):
            chance = rng.random()
            for found in outcome.found:
                if math.isinf(self.first_):
                    self.first_ = found.cost
                self.lowest_ = min(self.lowest_, found.cost)
                heat = self.temperature * level * max(self.first_ - self.lowest_, 1e-12)
                if found.cost <= self.costs_[i] or chance < math.exp(-(found.cost - self.costs_[i]) / heat):
                    self.states_[i] = Blocks(self.trials_[i].blocks, found.values)
                    self.costs_[i] = found.cost
        return news
