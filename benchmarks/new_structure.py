"""Energy and gradient of an 8-qubit circuit of 140 gates for the 193 terms of H2O, another structure each call.

Building the circuit is inside the call on every side; the Hamiltonian is built once, as a search would.
"""

import math
from itertools import repeat

import numpy as np

import qlearn as ql

from . import contest
from .contestants import peers
from .contestants.qlearn import hamiltonian, structure
from .options import Options
from .results import Result, best_of, check_equal
from .timing import interleaved
from .workloads import angles, random_structure, random_terms, water

THREADS = "one"  # a search runs structures side by side
N_STRUCTURES = 200
CHECKED = 5


def run(options: Options):
    """Yield one result."""
    terms, source = water(), "H2O of TensorRL-QAS"
    if terms is None:
        terms, source = random_terms(8, 193), "random terms because QLEARN_DATA_DIR is not set: not comparable"
    n_gates, n_structures = (20, 4) if options.quick else (140, N_STRUCTURES)
    case = f"8 qubits, {n_gates} gates, {len(terms)} terms ({source})"
    if not options.wants(case):
        return
    rng = np.random.default_rng(0)
    workloads = [random_structure(8, n_gates, rng) for _ in range(n_structures)]
    arguments = (workloads, terms, [angles(workload, 1, 5)[0] for workload in workloads], options.threads)
    found, missing = peers(("qulacs", "lightning"), options)
    ways = contest.OURS.ways("structures", *arguments)
    for peer in found:
        ways |= peer.ways("structures", *arguments)
    check_structures(case, ways)
    times, _, note = contest.compare(case, ways, options, contest.equal_to_ours(case))
    builder, arrays = times["qlearn (Circuit)"].best, times["qlearn (from_arrays)"].best
    qulacs, lightning = best_of(times, "qulacs"), best_of(times, "lightning")
    metrics = {
        "speedup_qulacs": qulacs / builder,
        "speedup_lightning": lightning / builder,
        "speedup_qulacs_from_arrays": qulacs / arrays,
        "speedup_lightning_from_arrays": lightning / arrays,
    }
    if "H2O" not in source:
        metrics = {f"{name} (random terms)": value for name, value in metrics.items()}
    notes = [note, f"{n_structures} structures in turn, the first {CHECKED} checked", *missing]
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    metrics |= _shares(workloads, terms, arguments[2], options)
    yield Result(case, options.threads, times, "call", metrics, notes)


def _shares(workloads, terms, values, options: Options) -> dict[str, float]:
    """Return what share of a call on a `Circuit` each of its parts takes: where the time goes."""
    theta = ql.parameters("theta", max(workload.n_angles for workload in workloads))
    engine, observable = ql.sim.Statevector(n_jobs=options.threads), hamiltonian(terms)
    known = [ql.circuits.Program.from_circuit(structure(workload, theta)) for workload in workloads]

    def every(task):
        return lambda: [task(*arguments) for arguments in zip(workloads, known, values, strict=True)]

    calls = {
        "building": every(lambda workload, *_: structure(workload, theta)),
        "bytecode": every(lambda workload, *_: ql.circuits.Program.from_circuit(structure(workload, theta))),
        "known": every(lambda _, program, row: engine.value_and_gradient(program, observable, row)),
        "whole": every(lambda workload, _, row: engine.value_and_gradient(structure(workload, theta), observable, row)),
    }
    for call in calls.values():
        call()
    best = {name: timing.best for name, timing in interleaved(calls, options.seconds).items()}
    parts = {
        "building the circuit": best["building"],
        "its bytecode": best["bytecode"] - best["building"],
        "lowering": best["whole"] - best["bytecode"] - best["known"],
        "a call on a known structure": best["known"],
    }
    return {f"share of {name}": seconds / best["whole"] for name, seconds in parts.items()}


def check_structures(case: str, ways: dict) -> None:
    """Raise unless all contestants agree on several structures: our two ways share most of their code."""
    calls = {name: prepare() for name, prepare in ways.items()}
    for turn, _ in zip(range(CHECKED), repeat(None), strict=False):
        results = {name: call() for name, call in calls.items()}
        value, gradient = next(iter(results.values()))
        check_equal(f"{case}, structure {turn}", value, {name: result[0] for name, result in results.items()})
        check_equal(f"{case}, structure {turn}", gradient, {name: result[1] for name, result in results.items()})
