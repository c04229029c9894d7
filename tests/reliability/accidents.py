"""Processes that die in the middle of their work: rows F1 and F3."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import qlearn as ql
from tests.reliability.outcome import Outcome

_ROOT = Path(ql.__file__).parents[1]
_N_EVALUATIONS = 150_000
_SEARCH = """
import json, sys
import qlearn as ql
problem = ql.search.EnergyProblem(ql.datasets.make_heisenberg_chain(5), gates=("ry", "cx"))
print("begun", flush=True)
result = ql.search.run(
    problem, budget=ql.search.Budget(evaluations=int(sys.argv[2])), random_state=3, store=sys.argv[1], progress=False
)
front = [[c.cost, c.two_qubit_gates, c.depth, c.values.tolist()] for c in result.front]
print(json.dumps([front, result.spent.evaluations]))
"""


def killed_searches(count, rng, folder):
    """F1: a search killed with -9 loses no finished task, and resumes to the result it would have had."""
    start = time.perf_counter()
    expected = _finish(_begin(folder / "whole.db"))
    length = time.perf_counter() - start
    outcome = Outcome()
    outcome.require(len(json.loads(expected)[0]) > 2)
    for index in range(count):
        store = folder / f"killed{index}.db"
        _kill_after(_begin(store), rng.random() * length)
        outcome.attempt(f"search {index}", _resumed, store, accepts=partial(_is_whole, expected))
        # What the attempt measures is a second search, not an answer to bad input: its time is no fault.
    outcome.faults = [fault for fault in outcome.faults if ": took " not in fault]
    return outcome


def _begin(store):
    command = [sys.executable, "-c", _SEARCH, str(store), str(_N_EVALUATIONS)]
    child = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if child.stdout.readline() != "begun\n":
        raise RuntimeError(f"the search did not begin: {child.stderr.read()}")
    return child


def _kill_after(child, seconds):
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=seconds)
    child.send_signal(signal.SIGKILL)
    child.communicate()


def _finish(child):
    out, error = child.communicate(timeout=300)
    if child.returncode:
        raise RuntimeError(f"the search ended with status {child.returncode}: {error[-300:]}")
    return out


def _resumed(store):
    before = _rows(store)
    return before, _finish(_begin(store)), _rows(store)


def _rows(store):
    if not store.exists():
        return {}
    with contextlib.closing(sqlite3.connect(store)) as connection:
        try:
            rows = connection.execute("SELECT step, task, elapsed, data FROM outcomes").fetchall()
        except sqlite3.OperationalError:  # killed before there was a table
            return {}
    return {(step, task): (elapsed, data) for step, task, elapsed, data in rows}


def _is_whole(expected, found):
    before, result, after = found
    return result == expected and all(after[key] == row for key, row in before.items())


def cut_stores(count, rng, folder):
    """F3: a store cut at any byte is resumed to the same end, or refused with a reason; never silently wrong."""
    problem = ql.search.EnergyProblem(ql.datasets.make_heisenberg_chain(3), gates=("ry", "cx"))
    whole = folder / "whole.db"
    expected = _front(problem, whole)
    data = whole.read_bytes()
    outcome = Outcome()
    outcome.require(_front(problem, whole) == expected)
    for index in range(count):
        path = folder / f"cut{index}.db"
        path.write_bytes(data[: int(rng.integers(len(data)))])
        for attempt in ("first", "second"):
            outcome.attempt(f"{attempt} resume of cut {index}", _front, problem, path, accepts=expected.__eq__)
    return outcome


def _front(problem, store):
    result = ql.search.run(
        problem, budget=ql.search.Budget(evaluations=6_000), random_state=1, store=store, progress=False
    )
    return [(c.cost, c.two_qubit_gates, c.values.tolist()) for c in result.front]
