"""Every strategy against random search at an equal budget of evaluations: the area below the front, over seeds.

The measure is the hypervolume of the front of error against two-qubit gates on a logarithmic scale of the error (from
that of the reference down to 1e-3 mHa, gates up to three for each qubit), as a share of the whole. A strategy beats
random where the 95 % interval of its mean difference from random search, seed by seed, lies above zero. A longer case
on LiH shows what a tenfold budget changes for the default strategy.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

import qlearn as ql

from .options import Options
from .results import Result
from .search_structure import problem

THREADS = "one"
N_SEEDS = 5
FLOOR = 1e-6  # Hartree, or units of the coupling
LONG = ("random", "structure")


class Case(NamedTuple):
    """A problem, the evaluations of each search, and the strategies."""

    problem: str
    evaluations: int
    strategies: tuple[str, ...] = ()


CASES = [
    Case("lih_4q_3.4", 40_000),
    Case("lih_6q_2.2", 40_000),
    Case("tfim_6q", 40_000),
    Case("lih_6q_2.2", 400_000, LONG),
]


def strategies() -> dict[str, ql.search.Strategy]:
    """Return the strategies by name, with their defaults; ADAPT with two pools."""
    return {
        "random": ql.search.RandomSearch(),
        "structure": ql.search.StructureSearch(),
        "adapt": ql.search.Adapt(),
        "adapt_minimal": ql.search.Adapt(pool="minimal"),
        "annealing": ql.search.SimulatedAnnealing(),
        "evolution": ql.search.Evolution(),
        "tree": ql.search.TreeSearch(),
        "rotoselect": ql.search.Rotoselect(),
    }


def run(options: Options):
    """Yield one result for each problem and budget."""
    for case in CASES:
        name = f"{case.problem}, {case.evaluations} evaluations"
        if options.wants(name) and not (options.quick and case != CASES[0]):
            yield _measure(name, case, options)


def _measure(name: str, case: Case, options: Options) -> Result:
    task, exact = problem(case.problem)
    seeds = range(2 if options.quick else N_SEEDS)
    budget = ql.search.Budget(evaluations=2000 if options.quick else case.evaluations)
    shares, errors = {}, {}
    for label, strategy in strategies().items():
        if case.strategies and label not in case.strategies:
            continue
        results = [ql.search.run(task, strategy, budget=budget, random_state=seed, progress=False) for seed in seeds]
        shares[label] = np.array([_share(result.front, exact, task) for result in results])
        errors[label] = sorted(1e3 * (result.best.cost - exact) for result in results)
    metrics, notes = {}, [f"{len(seeds)} seeds; interval of the mean difference, 95 %"]
    for label, found in shares.items():
        text = f"{label:<14} share {found.mean():.3f}, best error median {errors[label][len(seeds) // 2]:.4g}"
        if label != "random":
            low, high = _interval(found - shares["random"])
            metrics[f"{label}_over_random"] = low
            verdict = "beats random" if low > 0 else "loses to random" if high < 0 else "not told apart from random"
            text += f"; difference {low:+.3f} to {high:+.3f}: {verdict}"
        notes.append(text)
    return Result(name, options.threads, {}, "search", metrics, notes)


def _share(front, exact: float, task) -> float:
    """Return the share of the box above the front, gates against the logarithm of the error."""
    most = 3 * task.n_qubits
    start = float(ql.sim.Statevector().expectation(task.start_circuit(), task.hamiltonian)) - exact
    top, floor = math.log10(start), math.log10(FLOOR)
    levels = np.full(most + 1, top)
    for candidate in front:
        level = math.log10(max(candidate.cost - exact, FLOOR))
        if candidate.two_qubit_gates <= most:
            gates = candidate.two_qubit_gates
            levels[gates:] = np.minimum(levels[gates:], level)
    return float(np.mean((top - levels) / (top - floor)))


def _interval(differences: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of the mean by Student's distribution."""
    spread = stats.sem(differences) * stats.t.ppf(0.975, len(differences) - 1)
    return float(differences.mean() - spread), float(differences.mean() + spread)
