"""The task of every strategy that builds circuits: lower the cost of a structure by BFGS with exact gradients."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from .budget import Allowance, Spent
from .gatelist import Structure, bound, build, canonical
from .problem import SearchProblem
from .strategy import Found, Outcome, Proposal, Strategy, Task

_FIRST_STEP, _STEP = 0.5, 1.0  # radians, the length of a step at most
_SMALL, _SMALL_GAIN = 1e-6, 1e-11  # slope and gain at which a descent ends
_MOST_TRIALS = 12


class _OverError(Exception):
    """The allowance is used up."""


@dataclass(frozen=True)
class Optimise(Task):
    """Lower the cost of one structure from given values.

    Parameters
    ----------
    structure : list
        As in `qlearn.search.gatelist`.
    initial : ndarray of float
        One row, or several: the best end counts.
    max_iterations : int
    """

    structure: Structure
    initial: np.ndarray
    max_iterations: int

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the structure with the best values found.

        Parameters
        ----------
        problem : SearchProblem
        allowance : Allowance

        Returns
        -------
        Outcome
        """
        lowered = Lowering(problem, build(self.structure, problem.n_qubits), allowance)
        for row in np.atleast_2d(self.initial):
            lowered.from_values(row, self.max_iterations)
        if lowered.values is None:
            return Outcome((), lowered.spent)
        return Outcome((Found(lowered.cost, self.structure, lowered.values),), lowered.spent)


class Lowering:
    """Quasi-Newton descent of one circuit's cost, counted, that keeps the best point met.

    Parameters
    ----------
    problem : SearchProblem
    circuit : Circuit
    allowance : Allowance
    """

    def __init__(self, problem: SearchProblem, circuit: Any, allowance: Allowance) -> None:
        self.problem, self.circuit, self.allowance = problem, circuit, allowance
        self.spent = Spent()
        self.cost, self.values = np.inf, None
        self.inverse: np.ndarray | None = None

    def from_values(self, values: np.ndarray, max_iterations: int, inverse: np.ndarray | None = None) -> None:
        """Descend from a point.

        Parameters
        ----------
        values : ndarray of float
        max_iterations : int
        inverse : ndarray of float, shape (n_parameters, n_parameters), optional
            Of the Hessian there, positive definite, as far as it is known; `self.inverse` is the one at the end.
        """
        self.inverse = inverse
        try:
            if len(values):
                self._descend(np.array(values, dtype=float), max_iterations)
            else:
                self._note(self.problem.cost(self.circuit, values), values, Spent(1, 0))
        except _OverError:
            pass

    def _descend(self, point: np.ndarray, max_iterations: int) -> None:
        """Follow BFGS with a dense inverse Hessian (Nocedal and Wright, algorithm 6.1) and a backtracking search.

        SciPy's L-BFGS-B would do, but wakes the threads of BLAS for every one of these small steps.
        """
        cost, slope = self._slope(point)
        is_known = self.inverse is not None
        inverse = self.inverse if is_known else np.eye(len(point))
        for iteration in range(max_iterations):
            is_blind = iteration == 0 and not is_known
            step = -inverse @ slope
            step *= min(1.0, (_FIRST_STEP if is_blind else _STEP) / max(float(np.linalg.norm(step)), 1e-300))
            descent = float(step @ slope)
            if np.abs(slope).max() < _SMALL or not descent < 0.0:
                return
            length = 1.0
            for _ in range(_MOST_TRIALS):
                lower, lower_slope = self._slope(point + length * step)
                if lower <= cost + 1e-4 * length * descent:
                    break
                guess = -0.5 * descent * length / ((lower - cost) / length - descent)
                length = float(np.clip(guess, 0.1 * length, 0.6 * length))
            else:
                return
            point, change = point + length * step, lower_slope - slope
            gain, cost, slope = cost - lower, lower, lower_slope
            if gain < _SMALL_GAIN:
                return
            inverse = self.inverse = _updated(inverse, length * step, change, is_blind)

    def _slope(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        if self.spent.evaluations >= self.allowance.evaluations or self.allowance.is_late:
            raise _OverError
        cost, gradient = self.problem.cost_and_gradient(self.circuit, values)
        self._note(cost, values, Spent(0, 1))
        return cost, gradient

    def _note(self, cost: float, values: np.ndarray, spent: Spent) -> None:
        self.spent += spent
        if cost < self.cost:
            self.cost, self.values = float(cost), np.array(values)


def _updated(inverse: np.ndarray, step: np.ndarray, change: np.ndarray, is_first: bool) -> np.ndarray:
    """Return the inverse Hessian improved by a step and the change of slope it made."""
    sy, yy = float(step @ change), float(change @ change)
    if not sy > 1e-12 * yy:
        return inverse
    if is_first:
        inverse = np.eye(len(step)) * (sy / yy)
    product = inverse @ change
    outer = np.outer(product, step)
    return inverse + np.outer(step, step) * ((1.0 + float(product @ change) / sy) / sy) - (outer + outer.T) / sy


class CircuitStrategy(Strategy):
    """Base of strategies whose structures are lists of gates, with a record of what was tried."""

    def _start(self) -> None:
        self.seen_: set[str] = set()
        self._begin()

    def proposal(self, found: Found) -> Proposal:
        """Return the circuit of a list of gates.

        Parameters
        ----------
        found : Found

        Returns
        -------
        Proposal
        """
        return Proposal(bound(found.structure, found.values, self.problem_.n_qubits), np.zeros(0))

    def _is_new(self, structure: Structure) -> bool:
        """Return whether no structure of this canonical form was asked for, and remember it."""
        key = canonical(structure)
        is_new = key not in self.seen_
        self.seen_.add(key)
        return is_new

    @abstractmethod
    def _begin(self) -> None: ...
