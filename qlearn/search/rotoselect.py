"""Rotoselect: choose axis and angle of every rotation of a template by closed form, one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .._checks import check_count
from .._random import task_generator
from .adapt import _hamiltonian
from .budget import Allowance, Spent
from .gatelist import Alphabet, Structure, bound
from .optimise import CircuitStrategy
from .problem import SearchProblem
from .strategy import Found, Outcome, Task

__all__ = ["Rotoselect"]


class Rotoselect(CircuitStrategy):
    """Sweep over layered circuits, setting each rotation to the best axis and angle while all others are fixed.

    Needs no gradient: a rotation's cost is a sinusoid in its angle, so seven energies give the best of three axes.
    Templates have one to `max_layers` layers of a rotation on every qubit and entanglers along the coupling graph's
    edges, and are started over from random angles for as long as the budget lasts. Takes problems with a Hamiltonian.

    Parameters
    ----------
    max_layers : int
    n_sweeps : int
        Over one circuit at most; a sweep that gains less than 1e-6 is the last.
    batch : int
        Circuits that are asked for at a time.

    Notes
    -----
    Loses to random search on LiH with four and with six qubits and on the critical Ising chain with six, at 40,000
    evaluations (``python -m benchmarks search_strategies``). It needs no gradient, which that count does not reward.

    References
    ----------
    Ostaszewski, Grant, Benedetti, Quantum 5, 391 (2021), Algorithm 2.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "rz", "cz"), coupling="line")
    >>> budget = ql.search.Budget(evaluations=4000)
    >>> result = ql.search.run(problem, ql.search.Rotoselect(), budget=budget, random_state=0)
    >>> result.best.cost < -3.3
    True
    """

    def __init__(self, max_layers: int = 4, n_sweeps: int = 30, batch: int = 4) -> None:
        self.max_layers, self.n_sweeps, self.batch = max_layers, n_sweeps, batch

    def _begin(self) -> None:
        _hamiltonian(self.problem_, "Rotoselect")
        check_count("max_layers", self.max_layers, minimum=1)
        check_count("n_sweeps", self.n_sweeps, minimum=1)
        check_count("batch", self.batch, minimum=1)
        self.alphabet_ = Alphabet(self.problem_)
        is_real = self.alphabet_.axes == ("ry",)
        self.axes_ = ("ry",) if is_real else ("rx", "ry", "rz")

    def _ask(self) -> list[Task]:
        rng = task_generator(self.seed_, self.n_asked_)
        return [self._template(rng, i) for i in range(self.batch)]

    def _template(self, rng: np.random.Generator, index: int) -> Task:
        n_layers = 1 + (self.n_asked_ * self.batch + index) % self.max_layers
        gates: Structure = []
        for layer in range(n_layers + 1):
            if layer:
                gates += [[self.alphabet_.entangler, list(edge), None] for edge in _chain(self.problem_)]
            for qubit in range(self.problem_.n_qubits):
                axis = self.axes_[int(rng.integers(len(self.axes_)))]
                n_before = sum(gate[2] is not None for gate in gates)
                gates.append([axis, [qubit], [n_before, 1.0]])
        n_angles = sum(gate[2] is not None for gate in gates)
        return _Sweep(gates, rng.uniform(-math.pi, math.pi, n_angles), self.axes_, self.n_sweeps)

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        return [found for outcome in outcomes for found in outcome.found]


def _chain(problem: SearchProblem) -> list[tuple[int, int]]:
    """Return the edges of one layer: neighbours in number where they are coupled, else every edge."""
    line = [(q, q + 1) for q in range(problem.n_qubits - 1)]
    return line if set(line) <= set(problem.edges) else list(problem.edges)


@dataclass(frozen=True)
class _Sweep(Task):
    structure: Structure
    values: np.ndarray
    axes: tuple[str, ...]
    n_sweeps: int

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the circuit after its sweeps."""
        structure = [list(gate) for gate in self.structure]
        values, n_energies, last = self.values.copy(), 0, math.inf

        def energy(place: int, axis: str, index: int, angle: float) -> float:
            nonlocal n_energies
            n_energies += 1
            trial, angles = [*structure], values.copy()
            trial[place] = [axis, structure[place][1], structure[place][2]]
            angles[index] = angle
            return problem.cost(bound(trial, angles, problem.n_qubits), np.zeros(0))

        places = [place for place, gate in enumerate(structure) if gate[2] is not None]
        cost = math.inf
        for _ in range(self.n_sweeps):
            for place in places:
                if n_energies >= allowance.evaluations or allowance.is_late:
                    break
                index = structure[place][2][0]
                zero = energy(place, self.axes[0], index, 0.0)
                options = []
                for axis in self.axes:
                    up, down = (energy(place, axis, index, angle) for angle in (0.5 * math.pi, -0.5 * math.pi))
                    mean, odd = 0.5 * (up + down), 0.5 * (up - down)
                    even = zero - mean
                    options.append((mean - math.hypot(even, odd), axis, math.atan2(-odd, -even)))
                cost, structure[place][0], values[index] = min(options)
            if not last - cost > 1e-6:
                break
            last = cost
        if math.isinf(cost):
            return Outcome((), Spent(n_energies, 0))
        return Outcome((Found(float(cost), structure, values),), Spent(n_energies, 0))
