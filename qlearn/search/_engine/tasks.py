"""The tasks of the structure search: starts, moves, and taking free angles out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..._random import task_generator
from ..budget import Allowance, Spent
from ..problem import SearchProblem
from ..strategy import Found, Outcome, Task
from .entering import Level
from .landscape import Bench, Landscape
from .moves import MOVES
from .skeleton import Edge, Skeleton, ordered
from .starts import spread
from .trim import trimmed

_MOST_LAYERS = 3


@dataclass(frozen=True)
class Start(Task):
    """Optimise product states: one near a basis state, or random ones."""

    landscape: Landscape
    seed: tuple[np.random.SeedSequence, int]
    bits: tuple[int, ...] | None

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the product states, descended.

        Parameters
        ----------
        problem : SearchProblem
            Not looked at: the landscape is the problem.
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        landscape = self.landscape
        bench = Bench(landscape, task_generator(self.seed[0], 0, self.seed[1]), allowance)
        n, width = landscape.n_qubits, landscape.width
        if self.bits is None:
            rows = bench.rng.normal(0.0, 1.5, (12, n, width))
        else:
            rows = np.zeros((5, n, width))
            rows[:, :, 0] = np.pi * np.array(self.bits)
            rows[1:] += bench.rng.normal(0.0, 0.3, (4, n, width))
        return _outcome(bench, bench.descended([Skeleton((), row) for row in rows], 200))


@dataclass(frozen=True)
class LayeredStart(Task):
    """Optimise one to three layers, each of the same edges in the order in which they spread from one of them."""

    landscape: Landscape
    seed: tuple[np.random.SeedSequence, int]
    layer: tuple[Edge, ...]
    most: int

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the circuits, descended from random angles.

        Parameters
        ----------
        problem : SearchProblem
            Not looked at: the landscape is the problem.
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        landscape = self.landscape
        bench = Bench(landscape, task_generator(self.seed[0], 0, self.seed[1]), allowance)
        skeletons = []
        for n_layers in range(1, 1 + min(_MOST_LAYERS, self.most // len(self.layer))):
            for root in self.layer:
                edges = spread(self.layer, root) * n_layers
                angles = bench.rng.normal(0.0, 0.5, (landscape.n_qubits + 2 * len(edges), landscape.width))
                skeletons.append(Skeleton(edges, angles))
        return _outcome(bench, [(ordered(made), energy) for made, energy in bench.descended(skeletons, 200)])


@dataclass(frozen=True)
class Move(Task):
    """One move on one elite of one archive."""

    landscape: Landscape
    seed: tuple[np.random.SeedSequence, int, int]
    name: str
    archive: int
    elite: Skeleton
    energy: float
    level: Level

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return what the move found.

        Parameters
        ----------
        problem : SearchProblem
            Not looked at: the landscape is the problem.
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        bench = Bench(self.landscape, task_generator(self.seed[0], *self.seed[1:]), allowance)
        return _outcome(bench, MOVES[self.name](bench, self.elite, self.energy, self.level))


@dataclass(frozen=True)
class Trim(Task):
    """Take free angles out of a circuit of the front."""

    landscape: Landscape
    elite: Skeleton
    energy: float

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the circuit with fewer free angles.

        Parameters
        ----------
        problem : SearchProblem
            Not looked at: the landscape is the problem.
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        bench = Bench(self.landscape, np.random.default_rng(0), allowance)
        return _outcome(bench, [trimmed(bench, self.elite, self.energy)])


def _outcome(bench: Bench, found: list[tuple[Skeleton, float]]) -> Outcome:
    items = tuple(Found(energy, [list(edge) for edge in s.edges], s.angles) for s, energy in found)
    return Outcome(items, Spent(int(bench.spent[0]), int(bench.spent[1])))
