"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .budget import Spent
from .candidate import Candidate
from .front import ParetoFront
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
