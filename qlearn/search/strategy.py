"""What every strategy is: asked for tasks, told their outcomes; and what tasks and outcomes are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from .budget import Allowance, Spent
from .problem import SearchProblem

__all__ = ["Found", "Outcome", "Strategy", "Task"]


@dataclass(frozen=True)
class Found:
    """A structure with its best angles and cost, as plain data.

    Attributes
    ----------
    cost : float
    structure : object
        JSON data that the strategy can turn into a circuit.
    values : ndarray of float
        The angles of the structure.
    inverse_hessian : ndarray of float, shape (n_values, n_values), optional
        Of the cost in those angles, as far as the descent got to know it: for a strategy that goes on from there.
    """

    cost: float
    structure: Any
    values: np.ndarray
    inverse_hessian: np.ndarray | None = None

    def _to_data(self) -> list[Any]:
        data = [self.cost, self.structure, np.asarray(self.values).tolist()]
        return data if self.inverse_hessian is None else [*data, self.inverse_hessian.tolist()]

    @classmethod
    def _from_data(cls, cost: float, structure: Any, values: list, inverse: list | None = None) -> Found:
        known = None if inverse is None else np.array(inverse, dtype=float)
        return cls(float(cost), structure, np.array(values, dtype=float), known)


@dataclass(frozen=True)
class Outcome:
    """What a task found and spent.

    Attributes
    ----------
    found : tuple of Found
        Perhaps none.
    spent : Spent
    """

    found: tuple[Found, ...]
    spent: Spent

    def to_data(self) -> dict[str, Any]:
        """Return the outcome as JSON data; floats keep every bit.

        Returns
        -------
        dict
        """
        return {
            "found": [item._to_data() for item in self.found],
            "spent": [self.spent.n_energies, self.spent.n_gradients, self.spent.seconds],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Outcome:
        """Return the outcome that `to_data` wrote.

        Parameters
        ----------
        data : dict

        Returns
        -------
        Outcome
        """
        found = tuple(Found._from_data(*item) for item in data["found"])
        n_energies, n_gradients, seconds = data["spent"]
        return cls(found, Spent(int(n_energies), int(n_gradients), float(seconds)))


class Task(ABC):
    """A piece of work that needs nothing but itself: it can run in any thread or process, in any order."""

    @abstractmethod
    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return what was found, having spent no more than allowed.

        Parameters
        ----------
        problem : SearchProblem
        allowance : Allowance

        Returns
        -------
        Outcome
            A function of the task, the problem and the evaluations allowed only, unless the deadline cut it short.
        """


@dataclass(frozen=True)
class Proposal:
    """A circuit with parameters, and the values found for them; what a structure becomes.

    Attributes
    ----------
    circuit : Circuit
    values : ndarray of float
        In the order of ``circuit.parameters``.
    """

    circuit: Any
    values: np.ndarray = field(repr=False)


class Strategy(BaseEstimator, ABC):
    """Base of all strategies: `run` clones it, starts it on a problem, then asks and tells in turn.

    A subclass stores its constructor's arguments under their names and nothing else; what it learns gets names that end
    in ``_``. Its state must be a function of problem, seed and the outcomes it was told, so that a search can resume by
    telling it again what was stored.
    """

    def start(self, problem: SearchProblem, seed: np.random.SeedSequence) -> None:
        """Begin a search.

        Parameters
        ----------
        problem : SearchProblem
        seed : numpy.random.SeedSequence
            All randomness is derived from it by `qlearn._random.task_generator`.

        Raises
        ------
        TypeError, ValueError
            If the strategy cannot work on such a problem; the message says which can.
        """
        if not isinstance(problem, SearchProblem):
            raise TypeError(f"`problem` must be a SearchProblem, got {type(problem).__name__}.")
        self.problem_, self.seed_, self.n_asked_ = problem, seed, 0
        self._start()

    def ask(self) -> list[Task]:
        """Return the next tasks; an empty list where the strategy has nothing left to try.

        Their number must not depend on the number of workers: it would change the result.

        Returns
        -------
        list of Task
        """
        tasks = self._ask()
        self.n_asked_ += 1
        return tasks

    def tell(self, outcomes: Sequence[Outcome]) -> list[Found]:
        """Learn from the outcomes of the tasks last asked for, in their order.

        Parameters
        ----------
        outcomes : sequence of Outcome

        Returns
        -------
        list of Found
            Those that may be news for the front.
        """
        return self._tell(list(outcomes))

    @abstractmethod
    def proposal(self, found: Found) -> Proposal:
        """Return the circuit of a structure with the parameter values that were found.

        Parameters
        ----------
        found : Found

        Returns
        -------
        Proposal
        """

    def known(self) -> list[Found]:
        """Return the circuits that the strategy still has at hand, on the front or not, in any order.

        Returns
        -------
        list of Found
            Empty where it keeps none.
        """
        return []

    def notes(self) -> list[str]:
        """Return lines about the search for its report.

        Returns
        -------
        list of str
        """
        return []

    @abstractmethod
    def _start(self) -> None: ...

    @abstractmethod
    def _ask(self) -> list[Task]: ...

    @abstractmethod
    def _tell(self, outcomes: list[Outcome]) -> list[Found]: ...
