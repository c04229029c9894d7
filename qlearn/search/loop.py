"""The one loop of all strategies: it owns budget, seeds, workers, the store, the front and the history."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .._parallel import thread_count
from .._random import seed_sequence
from .budget import Allowance, Budget, Spent
from .candidate import Candidate
from .front import ParetoFront
from .problem import SearchProblem
from .result import SearchResult, Step
from .store import StudyStore
from .strategy import Found, Outcome, Strategy, Task
from .structure import StructureSearch

__all__ = ["run"]

_MOST_IDLE = 20  # steps in a row without an evaluation


def run(
    problem: SearchProblem,
    strategy: Strategy | None = None,
    *,
    budget: Budget,
    random_state: Any = None,
    store: str | os.PathLike[str] | None = None,
    resume: bool = True,
    n_jobs: int | None = None,
    callback: Callable[[SearchResult], Any] | None = None,
    progress: bool | None = None,
) -> SearchResult:
    """Return what a strategy finds within a budget.

    Parameters
    ----------
    problem : SearchProblem
    strategy : Strategy, optional
        A StructureSearch by default. It is cloned: the object itself stays as it was.
    budget : Budget
        Evaluations are shared out among the tasks that run side by side; a task stops within a line search, some ten
        energies, of its share, or within milliseconds of the last second.
    random_state : int, Generator, SeedSequence or None
        Equal seeds, problems, strategies and budgets in evaluations give equal results to the last bit, whatever
        `n_jobs`. None takes the seed of the store, if it has one.
    store : str or path-like, optional
        File (sqlite) that gets every finished task at once: a killed search loses only what was running.
    resume : bool
        Whether a search in the store is gone on with, to the result it would have had; else such a file is refused.
    n_jobs : int or None
        Workers: threads, or what a surrounding ``joblib.parallel_config`` says (processes, Dask, Ray).
    callback : callable, optional
        Called with the result so far after every step; if it returns True the search ends.
    progress : bool, optional
        Show a line on stderr; by default where stderr is a terminal.

    Returns
    -------
    SearchResult
        Also after an interrupt from the keyboard: the search may be stopped at any time.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or the store belongs to another search.
    RuntimeError
        If a strategy reports a cost that the engines of `qlearn.sim` do not find.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_heisenberg_chain(3), gates=("ry", "cz"), coupling="line")
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=10_000), random_state=0)
    >>> round(result.best.cost, 6)
    -4.0
    """
    if not isinstance(problem, SearchProblem):
        raise TypeError(f"`problem` must be a SearchProblem, such as EnergyProblem, got {type(problem).__name__}.")
    if not isinstance(budget, Budget):
        raise TypeError(f"`budget` must be a Budget, such as Budget(seconds=60), got {type(budget).__name__}.")
    strategy = StructureSearch() if strategy is None else strategy
    if not isinstance(strategy, Strategy):
        raise TypeError(f"`strategy` must be a Strategy, such as StructureSearch(), got {type(strategy).__name__}.")
    if random_state is None and store is not None:
        random_state = StudyStore.known_seed(store)
    seed = seed_sequence(random_state)
    strategy = type(strategy)(**strategy.get_params(deep=False))  # as `clone`, but pools are not copied term by term
    study = None
    if store is not None:
        study = StudyStore(store, _header(problem, strategy, seed), resume=resume)
    try:
        return _Search(problem, strategy, budget, seed, study, thread_count(n_jobs), callback, progress).run()
    finally:
        if study is not None:
            study.close()


def _header(problem: SearchProblem, strategy: Strategy, seed: np.random.SeedSequence) -> dict[str, Any]:
    entropy = seed.entropy if isinstance(seed.entropy, (int, type(None))) else [int(word) for word in seed.entropy]
    return {
        "problem": problem.fingerprint(),
        "strategy": type(strategy).__name__,
        "settings": repr(sorted(strategy.get_params(deep=False).items())),
        "seed": [entropy, [int(word) for word in seed.spawn_key]],
    }


class _Search:
    """One search while it runs."""

    def __init__(
        self,
        problem: SearchProblem,
        strategy: Strategy,
        budget: Budget,
        seed: np.random.SeedSequence,
        study: StudyStore | None,
        n_workers: int,
        callback: Callable[[SearchResult], Any] | None,
        progress: bool | None,
    ) -> None:
        self.problem, self.strategy, self.budget, self.seed = problem, strategy, budget, seed
        self.study, self.n_workers, self.callback = study, n_workers, callback
        self.is_shown = sys.stderr.isatty() if progress is None else progress
        self.front = ParetoFront(problem.objectives, resolution=problem.resolution)
        self.history: list[Step] = []
        self.spent = Spent()
        self.began, self.earlier = time.perf_counter(), 0.0

    @property
    def elapsed(self) -> float:
        """Seconds, those before a break included."""
        return self.earlier + time.perf_counter() - self.began

    def run(self) -> SearchResult:
        ended = "the strategy had nothing left to try"
        with _bar(self.budget, self.is_shown) as show:
            try:
                self.strategy.start(self.problem, self.seed)
                step = n_idle = 0
                while tasks := self.strategy.ask():
                    before = self.spent.evaluations
                    self._step(step, tasks)
                    step += 1
                    show(self.spent, self.front)
                    n_idle = 0 if self.spent.evaluations > before else n_idle + 1
                    stop = self._is_over() or ("the strategy spent nothing any more" if n_idle == _MOST_IDLE else "")
                    if stop:
                        ended = stop
                        break
            except KeyboardInterrupt:
                ended = "interrupted"
        return self.result(ended)

    def result(self, ended: str) -> SearchResult:
        return SearchResult(self.problem, self.strategy, self.front, tuple(self.history), self.spent, self.seed, ended)

    def _is_over(self) -> str:
        if self.budget.evaluations_left(self.spent) == 0:
            return "the evaluations were spent"
        if self.budget.seconds_left(self.spent) == 0.0:
            return "the time was over"
        target = self.budget.target
        if target is not None and len(self.front) and self.front.point(self.front.best())[0] <= target:
            return "the target was reached"
        if self.callback is not None and self.callback(self.result("running")) is True:
            return "the callback said so"
        return ""

    def _step(self, step: int, tasks: Sequence[Task]) -> None:
        """Have tasks done, or taken from the store, and learn from them."""
        left = self.budget.evaluations_left(self.spent)
        allowed = [left] * len(tasks)
        if left < 2**62:
            allowed = [left // len(tasks) + (i < left % len(tasks)) for i in range(len(tasks))]
        known = self.study.get(step, allowed) if self.study else [None] * len(tasks)
        outcomes: list[Outcome | None] = [None if item is None else item[0] for item in known]
        for item in known:
            if item is not None:
                self.earlier = max(self.earlier, item[1] - (time.perf_counter() - self.began))
        waiting = [i for i, outcome in enumerate(outcomes) if outcome is None and allowed[i] > 0]
        if self.study and waiting:
            self.study.forget_after(step)  # later outcomes rest on those that are done now
        left_seconds = self.budget.seconds_left(Spent(seconds=self.elapsed))
        deadline = time.time() + left_seconds
        for i, outcome in self._done([(i, tasks[i], Allowance(allowed[i], deadline)) for i in waiting]):
            outcomes[i] = outcome
            if self.study:
                self.study.put(step, i, allowed[i], self.elapsed, outcome)
        done = [outcome if outcome is not None else Outcome((), Spent()) for outcome in outcomes]
        for outcome in done:
            self.spent += Spent(outcome.spent.n_energies, outcome.spent.n_gradients)
        self.spent = Spent(self.spent.n_energies, self.spent.n_gradients, self.elapsed)
        changed = [self._record(found) for found in self.strategy.tell(done)]
        if len(self.front) and (any(changed) or not self.history):
            best = self.front.point(self.front.best())[0]
            self.history.append(Step(self.spent.evaluations, self.spent.seconds, best, len(self.front)))

    def _done(self, work: list[tuple[int, Task, Allowance]]) -> Iterator[tuple[int, Outcome]]:
        """Yield the outcomes of tasks as they come."""
        if self.n_workers == 1 or len(work) < 2:
            for item in work:
                yield _run_task(self.problem, *item)
            return
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=self.n_workers, prefer="threads", return_as="generator_unordered")
        yield from parallel(delayed(_run_task)(self.problem, *item) for item in work)

    def _record(self, found: Found) -> bool:
        """Offer what was found to the front, tidied and measured anew."""
        proposal = self.strategy.proposal(found)
        ansatz, values = self.problem.tidy(proposal.circuit, proposal.values)
        objectives = self.problem.measure(ansatz, values)
        cost = objectives[self.problem.cost_name]
        if not abs(cost - found.cost) <= 1e-6 * max(1.0, abs(cost)):
            raise RuntimeError(
                f"{type(self.strategy).__name__} reports the cost {found.cost!r} for a circuit that has {cost!r}: "
                "its own evaluation or its export is wrong."
            )
        candidate = Candidate(
            ansatz, values, objectives, self.problem.cost_name, self.spent.evaluations, self.spent.seconds
        )
        return self.front.add(candidate)


def _run_task(problem: SearchProblem, index: int, task: Task, allowance: Allowance) -> tuple[int, Outcome]:
    return index, task.run(problem, allowance)


class _bar:  # noqa: N801
    """A line on stderr with the share of the budget that is spent, or nothing."""

    def __init__(self, budget: Budget, is_shown: bool) -> None:
        self.budget, self.bar = budget, None
        if is_shown:
            from tqdm import tqdm

            unit, total = ("evals", budget.evaluations) if budget.evaluations else ("s", budget.seconds)
            self.bar = tqdm(total=total, unit=unit, unit_scale=True, file=sys.stderr, leave=False, mininterval=0.2)

    def __enter__(self) -> Callable[[Spent, ParetoFront], None]:
        return self.show

    def show(self, spent: Spent, front: ParetoFront) -> None:
        if self.bar is None:
            return
        self.bar.n = spent.evaluations if self.budget.evaluations else spent.seconds
        if len(front):
            self.bar.set_postfix_str(
                f"best {front.point(front.best())[0]:.6f}, {len(front)} on the front", refresh=False
            )
        self.bar.update(0)

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()
