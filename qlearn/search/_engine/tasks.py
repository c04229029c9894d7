"""The tasks of the structure search: starts, moves, and taking free angles out."""

from __future__ import annotations

from abc import abstractmethod
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
class BenchTask(Task):
    """Work on a bench of its own, which counts what it spends; a subclass writes `found`."""

    landscape: Landscape
    seed: tuple  # a SeedSequence and the numbers of its stream

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return what was found, and what it took.

        Parameters
        ----------
        problem : SearchProblem
            Not looked at: the landscape is the problem.
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        bench = Bench(self.landscape, task_generator(*self.seed), allowance)
        items = tuple(Found(energy, [list(edge) for edge in s.edges], s.angles) for s, energy in self.found(bench))
        return Outcome(items, Spent(int(bench.spent[0]), int(bench.spent[1])))

    @abstractmethod
    def found(self, bench: Bench) -> list[tuple[Skeleton, float]]:
        """Return circuits with their energies."""


@dataclass(frozen=True)
class Start(BenchTask):
    """Optimise product states: one near a basis state, or random ones."""

    bits: tuple[int, ...] | None

    def found(self, bench: Bench) -> list[tuple[Skeleton, float]]:
        """Return the product states, descended."""
        n, width = self.landscape.n_qubits, self.landscape.width
        if self.bits is None:
            rows = bench.rng.normal(0.0, 1.5, (12, n, width))
        else:
            rows = np.zeros((5, n, width))
            rows[:, :, 0] = np.pi * np.array(self.bits)
            rows[1:] += bench.rng.normal(0.0, 0.3, (4, n, width))
        return bench.descended([Skeleton((), row) for row in rows], 200)


@dataclass(frozen=True)
class LayeredStart(BenchTask):
    """Optimise one to three layers, each of the same edges in the order in which they spread from one of them."""

    layer: tuple[Edge, ...]
    most: int

    def found(self, bench: Bench) -> list[tuple[Skeleton, float]]:
        """Return the circuits, descended from random angles."""
        n, width = self.landscape.n_qubits, self.landscape.width
        skeletons = []
        for n_layers in range(1, 1 + min(_MOST_LAYERS, self.most // len(self.layer))):
            for root in self.layer:
                edges = spread(self.layer, root) * n_layers
                skeletons.append(Skeleton(edges, bench.rng.normal(0.0, 0.5, (n + 2 * len(edges), width))))
        return [(ordered(made), energy) for made, energy in bench.descended(skeletons, 200)]


@dataclass(frozen=True)
class Move(BenchTask):
    """One move on one elite of one archive."""

    name: str
    archive: int
    elite: Skeleton
    energy: float
    level: Level

    def found(self, bench: Bench) -> list[tuple[Skeleton, float]]:
        """Return what the move found."""
        return MOVES[self.name](bench, self.elite, self.energy, self.level)


@dataclass(frozen=True)
class Trim(BenchTask):
    """Take free angles out of a circuit of the front."""

    elite: Skeleton
    energy: float

    def found(self, bench: Bench) -> list[tuple[Skeleton, float]]:
        """Return the circuit with fewer free angles."""
        return [trimmed(bench, self.elite, self.energy)]
