"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .budget import Spent
from .candidate import Candidate
from .front import ParetoFront
from .problem import SearchProblem
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

    def __repr__(self) -> str:
        best = f", best {self.front.point(self.best)[0]:.9g}" if len(self.front) else ""
        return (
            f"<SearchResult of {type(self.strategy).__name__}: {len(self.front)} circuits on the front{best}, "
            f"{self.spent.evaluations} evaluations, {self.spent.seconds:.1f} s; {self.ended}>"
        )
