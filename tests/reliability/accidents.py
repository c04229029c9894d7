"""Processes that die in the middle of their work: rows F1, F2 and F3."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from safetensors.numpy import load_file

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


_TRAINING = """
import sys
import qlearn as ql
problem = ql.decoders.DecodingProblem.from_circuit(ql.datasets.load_memory_circuit(3))
print("begun", flush=True)
decoder = ql.decoders.MLPDecoder(hidden=(32,), checkpoint=sys.argv[1], random_state=4)
decoder.fit(problem, n_shots=int(sys.argv[2]))
ql.save(decoder.set_params(checkpoint=None), sys.argv[1] + ".model")
"""
_N_TRAINING_SHOTS = 1_500_000


def killed_searches(count, rng, folder):
    """F1: a search killed with -9 loses no finished task, and resumes to the result it would have had."""
    start = time.perf_counter()
    expected = _finish(_begin(_SEARCH, folder / "whole.db", _N_EVALUATIONS))
    length = time.perf_counter() - start
    outcome = Outcome(max_seconds=300.0)  # an attempt is a second search, not an answer to bad input
    outcome.require(len(json.loads(expected)[0]) > 2)
    for index in range(count):
        store = folder / f"killed{index}.db"
        _kill_after(_begin(_SEARCH, store, _N_EVALUATIONS), rng.random() * length)
        outcome.attempt(f"search {index}", _resumed, store, accepts=partial(_is_whole, expected))
    return outcome


def killed_trainings(count, rng, folder):
    """F2: the training of a decoder killed with -9 resumes from its checkpoint to the same model, bit for bit."""
    start = time.perf_counter()
    expected = _trained(folder / "whole")
    length = time.perf_counter() - start
    outcome = Outcome(max_seconds=300.0)
    outcome.require(len(expected.get("network", b"")) > 1000)
    for index in range(count):
        checkpoint = folder / f"killed{index}"
        _kill_after(_begin(_TRAINING, checkpoint, _N_TRAINING_SHOTS), rng.random() * length)
        outcome.attempt(f"training {index}", _trained, checkpoint, accepts=expected.__eq__)
    return outcome


def _trained(checkpoint):
    _finish(_begin(_TRAINING, checkpoint, _N_TRAINING_SHOTS))
    arrays = load_file(checkpoint.with_name(checkpoint.name + ".model"))  # all but the seconds that fitting took
    return {name: array.tobytes() for name, array in arrays.items()}


def _begin(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    child = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if child.stdout.readline() != "begun\n":
        raise RuntimeError(f"the work did not begin: {child.stderr.read()}")
    return child


def _kill_after(child, seconds):
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=seconds)
    child.send_signal(signal.SIGKILL)
    child.communicate()


def _finish(child):
    out, error = child.communicate(timeout=300)
    if child.returncode:
        raise RuntimeError(f"the work ended with status {child.returncode}: {error[-300:]}")
    return out


def _resumed(store):
    before = _rows(store)
    return before, _finish(_begin(_SEARCH, store, _N_EVALUATIONS)), _rows(store)


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
