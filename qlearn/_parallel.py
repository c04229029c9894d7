"""Threads of this process, for kernels that release the interpreter lock."""

import operator
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar

__all__ = ["map_threads", "thread_count"]

Task = TypeVar("Task")
Result = TypeVar("Result")


@cache
def _core_count() -> int:
    """Return the cores this process may use: affinity and container quota counted."""
    import joblib

    return joblib.cpu_count()


def thread_count(n_jobs: int | None) -> int:
    """Return how many threads `n_jobs` asks for.

    Parameters
    ----------
    n_jobs : int or None
        A positive number is taken as it is; -1 means all cores, -2 all but one, and so on. None means 1 unless a
        surrounding ``joblib.parallel_config(n_jobs=...)`` says otherwise; inside a joblib worker it is 1.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        If `n_jobs` is not an integer, or 0.
    """
    if n_jobs is None:
        n_jobs = _configured_jobs()
    try:
        count = operator.index(n_jobs)
    except TypeError:
        raise TypeError(f"`n_jobs` must be an integer or None, got {n_jobs!r}.") from None
    if count == 0:
        raise ValueError("`n_jobs` must not be 0; use 1 for no threads, -1 for all cores.")
    return count if count > 0 else max(1, _core_count() + 1 + count)


def _configured_jobs() -> int:
    joblib_parallel = sys.modules.get("joblib.parallel")
    if joblib_parallel is None:  # never imported, hence never configured
        return 1
    _, n_jobs = joblib_parallel.get_active_backend()  # no number of jobs inside a joblib worker
    return 1 if n_jobs is None else n_jobs


class _Pool:
    """The threads of this process: started at first use, and again after a fork, which copies none of them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None

    def executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(max(32, os.cpu_count() or 1), thread_name_prefix="qlearn")
            return self._executor


_POOL = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.forget)


class _Work:
    """A list of tasks that several threads take from until it is empty or one of them fails."""

    def __init__(self, function: Callable[[Any], Any], tasks: list[Any]) -> None:
        self._function = function
        self._tasks = tasks
        self._next = iter(range(len(tasks)))
        self._lock = threading.Lock()
        self.results: list[Any] = [None] * len(tasks)
        self.errors: dict[int, BaseException] = {}

    def _take(self) -> int | None:
        with self._lock:
            return None if self.errors else next(self._next, None)

    def drain(self) -> None:
        while (index := self._take()) is not None:
            try:
                self.results[index] = self._function(self._tasks[index])
            except BaseException as error:  # raised again in the calling thread
                self.errors[index] = error


def map_threads(function: Callable[[Task], Result], tasks: Iterable[Task], n_jobs: int | None) -> list[Result]:
    """Return ``[function(task) for task in tasks]``, computed by `n_jobs` threads.

    The calling thread is one of them. When a task fails, no further one is started, those running are waited for (so
    nothing writes to shared arrays after the return), and the error of the earliest failed task is raised. A call from
    inside a task is fine: it uses idle threads, or none. Cost: about 20 microseconds a helper thread.

    Parameters
    ----------
    function : callable
        Of one task. Gains speed only where it releases the interpreter lock.
    tasks : iterable
        Ideally some more than there are threads.
    n_jobs : int or None
        See `thread_count`.

    Returns
    -------
    list
        In the order of `tasks`, whatever the number of threads.
    """
    todo = list(tasks)
    n_helpers = min(thread_count(n_jobs), len(todo)) - 1 if len(todo) > 1 else 0
    if n_helpers < 1:
        return [function(task) for task in todo]
    work = _Work(function, todo)
    executor = _POOL.executor()
    helpers = [executor.submit(work.drain) for _ in range(n_helpers)]
    try:
        work.drain()
    finally:
        wait([helper for helper in helpers if not helper.cancel()])
    if work.errors:
        raise work.errors[min(work.errors)]
    return work.results
