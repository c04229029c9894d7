"""The conformance suite of strategies, public as `qlearn.testing.check_strategy`."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
from typing import Any

import numpy as np

from ..paulis import PauliSum
from .budget import Allowance, Budget
from .energy import EnergyProblem
from .loop import run
from .result import SearchResult
from .strategy import Outcome, Strategy


def check_strategy(strategy: Strategy, evaluations: int = 1500) -> None:
    """Return if a search strategy keeps the contract of `qlearn.search.Strategy`, raise where it does not.

    Cloning, pickling of tasks, equal results of equal seeds for any number of workers, the budget, the store, true
    costs, the coupling graph and the gate set are checked, on the energy of three qubits in a line. Quality is not,
    beyond never being worse than the best basis state.

    Parameters
    ----------
    strategy : Strategy
    evaluations : int
        For each of the searches, some six of them.

    Raises
    ------
    AssertionError
        At the first breach, with what was expected.
    TypeError
        If it is no strategy.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.testing.check_strategy(ql.search.RandomSearch(), evaluations=300)
    """
    if not isinstance(strategy, Strategy):
        raise TypeError(f"`strategy` must be a Strategy, got {type(strategy).__name__}.")
    settings = strategy.get_params()
    _check_ask_and_tell(strategy)
    budget = Budget(evaluations=evaluations)
    first = run(_line_problem(), strategy, budget=budget, random_state=1)
    _check_found(strategy, first, evaluations)
    for n_jobs in (1, 3):
        again = run(_line_problem(), strategy, budget=budget, random_state=1, n_jobs=n_jobs)
        _check_same(strategy, first, again, f"of one seed must give one result, also with n_jobs={n_jobs}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "study.db")
        run(_line_problem(), strategy, budget=Budget(evaluations=evaluations // 3), random_state=1, store=path)
        resumed = run(_line_problem(), strategy, budget=budget, store=path)
    _check_same(strategy, first, resumed, "that is resumed must end where it would have ended")
    now = strategy.get_params()
    _expect(list(now) == list(settings), strategy, "a search must leave the settings as they were.")
    _expect(not hasattr(strategy, "problem_"), strategy, "a search must work on a clone.")


def _line_problem() -> EnergyProblem:
    hamiltonian = PauliSum({"ZZI": -1.0, "IZZ": -1.0, "XII": -0.7, "IXI": -0.7, "IIX": -0.7, "ZII": 0.2})
    return EnergyProblem(hamiltonian, gates=("ry", "rz", "cx"), coupling="line", reference="111")


def _expect(condition: Any, strategy: Strategy, what: str) -> None:
    if not condition:
        raise AssertionError(f"{strategy!r}: {what}")


def _check_ask_and_tell(strategy: Strategy) -> None:
    from sklearn.base import clone

    problem, own = _line_problem(), clone(strategy)
    own.start(problem, np.random.SeedSequence(3))
    for _ in range(3):
        tasks = own.ask()
        if not tasks:
            break
        _expect(isinstance(tasks, list), strategy, f"`ask` must return a list, got {type(tasks).__name__}.")
        outcomes = []
        for task in tasks:
            copy = pickle.loads(pickle.dumps(task))
            outcomes.append(copy.run(problem, Allowance(60)))
            data = json.loads(json.dumps(outcomes[-1].to_data(), allow_nan=False))
            _expect(Outcome.from_data(data).to_data() == data, strategy, "an outcome must survive a file.")
        for found in own.tell(outcomes):
            proposal = own.proposal(found)
            cost = problem.cost(proposal.circuit, proposal.values)
            _expect(abs(cost - found.cost) < 1e-8, strategy, f"a circuit of cost {cost} is said to have {found.cost}.")
    _expect(len(repr(strategy)) > 0, strategy, "it must have a repr.")


def _check_found(strategy: Strategy, result: SearchResult, evaluations: int) -> None:
    _expect(len(result.front) > 0, strategy, "a search must find something.")
    spent = result.spent.evaluations
    _expect(spent <= evaluations + 300, strategy, f"{evaluations} evaluations were allowed, {spent} were spent.")
    _expect(result.best.cost <= -2.2 + 1e-9, strategy, f"a basis state has the cost -2.2, the best is {result.best}.")
    _expect(result.best.cost >= -2.847113, strategy, f"no state has the cost of {result.best}.")
    for candidate in result.front:
        names = set(candidate.circuit.counts())
        _expect(names <= {"ry", "rz", "cx"}, strategy, f"only ry, rz, cx were allowed, got {sorted(names)}.")


def _check_same(strategy: Strategy, one: SearchResult, other: SearchResult, what: str) -> None:
    rows = [[(c.cost, c.values.tobytes(), c.two_qubit_gates) for c in result.front] for result in (one, other)]
    same = rows[0] == rows[1] and one.spent.evaluations == other.spent.evaluations
    _expect(same, strategy, f"a search {what}; got {one!r} and {other!r}.")
