"""What a search returns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..circuits import Circuit
from .budget import Spent
from .candidate import Candidate
from .front import ParetoFront
from .gatelist import canonical
from .problem import SearchProblem
from .report import SearchReport
from .strategy import Strategy

__all__ = ["SearchResult", "Step"]


class Step(NamedTuple):
    """A moment at which the front changed.

    Parameters
    ----------
    evaluations : int
        Spent until then.
    seconds : float
    best : float
        Lowest value of the first objective.
    front_size : int
    """

    evaluations: int
    seconds: float
    best: float
    front_size: int


@dataclass(frozen=True, eq=False, repr=False)
class SearchResult:
    """The front of a search, its history and what it cost.

    Attributes
    ----------
    problem : SearchProblem
    strategy : Strategy
        The clone that did the work, with all it learned.
    front : ParetoFront
    history : tuple of Step
        One entry whenever the front changed.
    spent : Spent
    seed : numpy.random.SeedSequence
    ended : str
        Why it ended.
    """

    problem: SearchProblem
    strategy: Strategy = field(repr=False)
    front: ParetoFront
    history: tuple[Step, ...]
    spent: Spent
    seed: np.random.SeedSequence
    ended: str

    @property
    def best(self) -> Candidate:
        """The candidate of lowest first objective."""
        return self.front.best()

    def near_best(self, within: float) -> list[Candidate]:
        """Return all circuits that the strategy still knows whose noiseless cost is nearly the lowest.

        The front has one circuit for each number of gates; others of the same size may be easier to train, or suit a
        device better (`most_trainable`). A StructureSearch knows several of each size, other strategies the front only.

        Parameters
        ----------
        within : float
            Of the lowest cost of the front, in its unit.

        Returns
        -------
        list of Candidate
            Those of the front first; the others by two-qubit gates, then by cost. Tidied and measured like those of
            the front, circuits of equal gates once.

        Examples
        --------
        >>> import qlearn as ql
        >>> problem = ql.search.EnergyProblem(ql.datasets.make_heisenberg_chain(4), gates=("ry", "cx"))
        >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=20_000), random_state=0)
        >>> len(result.near_best(0.01)) > len([c for c in result.front if c.cost <= result.best.cost + 0.01])
        True
        """
        if not (0 <= within < math.inf):
            raise ValueError(f"`within` must be finite and not negative, got {within!r}.")
        most = min(candidate.cost for candidate in self.front) + within
        found = {_gates(candidate.ansatz): candidate for candidate in self.front if candidate.cost <= most}
        others = []
        for item in self.strategy.known():
            if item.cost <= most:
                proposal = self.strategy.proposal(item)
                ansatz, values = self.problem.tidy(proposal.circuit, proposal.values)
                if _gates(ansatz) not in found:
                    objectives = self.problem.measure(ansatz, values)
                    found[_gates(ansatz)] = Candidate(ansatz, values, objectives, self.problem.cost_name)
                    others.append(found[_gates(ansatz)])
        others.sort(key=lambda candidate: (candidate.two_qubit_gates, candidate.cost))
        return [candidate for candidate in self.front if candidate.cost <= most] + others

    def report(self, *, baselines: bool = True, random_state: int = 0) -> SearchReport:
        """Return a table of the front beside the baselines, with the exact answer where it can be computed.

        Baselines are the reference, the best product state, CI-guided doubles, hardware-efficient layers, UCCSD where
        it applies, and ADAPT and random search with the evaluations of this search, or twice its seconds (at least 20)
        where those end first.

        Parameters
        ----------
        baselines : bool
            Whether to compute them.
        random_state : int
            Of the baselines.

        Returns
        -------
        SearchReport

        Examples
        --------
        >>> import qlearn as ql
        >>> problem = ql.search.EnergyProblem(ql.PauliSum("XX + ZZ"), gates=("ry", "cx"), reference="01")
        >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=2000), random_state=0)
        >>> round(result.report().exact, 9)
        -2.0
        """
        from .baselines import baselines as compute

        rows = tuple(compute(self, random_state)) if baselines else ()
        title = (
            f"{self.problem.name}: {type(self.strategy).__name__}, {self.spent.evaluations} evaluations "
            f"({self.spent.n_energies} energies, {self.spent.n_gradients} gradients), {self.spent.seconds:.1f} s; "
            f"{self.ended}"
        )
        exact = self.problem.exact_cost()
        notes = ("One evaluation is an energy; a gradient counts as three.", *self.strategy.notes())
        return SearchReport(title, self.problem.cost_name, tuple(self.front), rows, exact, notes)

    def __repr__(self) -> str:
        best = f", best {self.front.point(self.best)[0]:.9g}" if len(self.front) else ""
        return (
            f"<SearchResult of {type(self.strategy).__name__}: {len(self.front)} circuits on the front{best}, "
            f"{self.spent.evaluations} evaluations, {self.spent.seconds:.1f} s; {self.ended}>"
        )


def _gates(circuit: Circuit) -> str:
    """Return a text that circuits share which differ by their angles, or by the order of gates on different qubits."""
    return canonical([[step.name, list(step.qubits), None] for step in circuit])
