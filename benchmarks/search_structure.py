"""Fronts of the structure search: the worst of five seeds at each number of two-qubit gates, and when it came there.

Errors are against exact diagonalisation, computed after the search; mHa for molecules, 1e-3 of the coupling for chains.
Every circuit counts its state preparation, and was measured by the Statevector engine. Kernels are compiled before, and
seconds are those of the processor on one thread, so that other work on the machine does not count.
"""

import math
import time
from typing import NamedTuple

import qlearn as ql

from .options import Options
from .results import Result
from .timing import Timing

THREADS = "one"
N_SEEDS = 5


class Case(NamedTuple):
    """A problem, seconds for each seed, and what to reach: numbers of gates and errors."""

    name: str
    seconds: float
    levels: dict[int, float]


CASES = [
    Case("lih_4q_2.2", 2.0, {3: 0.3}),
    Case("lih_4q_3.4", 2.0, {3: 1.6, 5: 0.001}),
    Case("lih_6q_2.2", 5.0, {6: 1.6, 7: 0.3}),
    Case("lih_6q_3.4", 5.0, {8: 1.6}),
    Case("beh2_6q_legacy", 1.0, {3: 0.058}),
    Case("beh2_6q", 2.0, {3: 0.058}),
    Case("h2o_8q_legacy", 30.0, {6: 0.175, 7: 0.0755}),
    Case("h2o_8q", 20.0, {5: 1.6}),
    Case("heisenberg_6q", 10.0, {13: 0.01}),
    Case("xxz_6q", 10.0, {13: 0.01}),
    Case("tfim_8q", 40.0, {14: 1.62}),
    Case("tfim_6q", 10.0, {10: 0.209}),
    Case("tfim_10q", 40.0, {17: 5.64}),
    Case("heisenberg_8q", 20.0, {13: 51.0}),
    Case("h2o_10q_legacy", 20.0, {6: 0.25}),
    Case("lih_12q_2.2", 30.0, {9: 1.6}),
    Case("lih_12q_legacy", 30.0, {3: 10.0, 8: 1.6}),
]


def problem(name: str):
    """Return a problem and its exact energy."""
    kind, size, *rest = name.split("_")
    if kind in ("heisenberg", "xxz", "tfim"):
        n = int(size[:-1])
        chain = ql.datasets.make_heisenberg_chain
        hamiltonian = {
            "heisenberg": lambda: chain(n), "xxz": lambda: chain(n, (1.0, 1.0, 0.5)),
            "tfim": lambda: ql.datasets.make_ising_chain(n),
        }[kind]()  # fmt: skip
        return ql.search.EnergyProblem(hamiltonian, gates=("ry", "cz")), float(hamiltonian.ground_state().energies[0])
    names = {"lih": "LiH", "beh2": "BeH2", "h2o": "H2O"}
    distance = {"beh2": 1.33, "h2o": None}[kind] if kind != "lih" else 3.4 if "legacy" in rest else float(rest[0])
    options = {"encoding": "parity", "tapered": True} if size == "4q" else {"n_orbitals": int(size[:-1]) // 2}
    basis = "6-31g" if size == "10q" else "sto-3g"
    unit = "bohr" if "legacy" in rest else "angstrom"
    molecule = ql.datasets.load_molecule(names[kind], distance, unit=unit, basis=basis, **options)
    task = ql.search.EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    return task, molecule.exact_energy


def run(options: Options):
    """Yield one result for each problem."""
    for case in CASES:
        if not options.wants(case.name) or (options.quick and case.name != "lih_4q_2.2"):
            continue
        yield _measure(case, *problem(case.name), options)


def _measure(case: Case, task, exact: float, options: Options) -> Result:
    warm = ql.search.Budget(evaluations=20_000)
    start = time.perf_counter()
    ql.search.run(task, budget=warm, random_state=99)
    first = time.perf_counter() - start
    results, clocks = [], []
    for seed in range(2 if options.quick else N_SEEDS):
        clocks.append(_Clock(case.levels, exact, 0.5 if options.quick else case.seconds))
        budget = ql.search.Budget(seconds=3600)
        results.append(ql.search.run(task, budget=budget, random_state=seed, callback=clocks[-1]))
    metrics, notes = {}, []
    for size, goal in case.levels.items():
        errors = [1e3 * (_cost(result, size) - exact) for result in results]
        moments = [clock.moments[size] for clock in clocks]
        label = f"{case.name}_{size}cx".replace(".", "_")
        metrics[f"{label}_error"], metrics[f"{label}_seconds"] = max(errors), max(moments)
        texts = ", ".join(f"{error:.4g}" for error in errors)
        notes.append(f"<= {size} gates: errors {texts}; reached {goal} after {_seconds(moments)} s")
    metrics["evaluations_per_second"] = sum(r.spent.evaluations for r in results) / sum(c.elapsed for c in clocks)
    timing = Timing.of([clock.elapsed for clock in clocks], first)
    return Result(case.name, options.threads, {"qlearn": timing}, "search", metrics, [*notes, *_front(results, exact)])


class _Clock:
    """Notes when a search first has a circuit of each size with its goal, and ends it."""

    def __init__(self, levels: dict[int, float], exact: float, seconds: float) -> None:
        self.levels, self.exact, self.seconds = levels, exact, seconds
        self.moments = dict.fromkeys(levels, math.inf)
        self.start, self.elapsed = time.process_time(), 0.0

    def __call__(self, now) -> bool:
        self.elapsed = time.process_time() - self.start
        for size, goal in self.levels.items():
            if math.isinf(self.moments[size]) and 1e3 * (_cost(now, size) - self.exact) <= goal:
                self.moments[size] = self.elapsed
        return self.elapsed > self.seconds


def _cost(result, size: int) -> float:
    return min((c.cost for c in result.front if c.two_qubit_gates <= size), default=math.inf)


def _seconds(moments: list[float]) -> str:
    return ", ".join("-" if math.isinf(moment) else f"{moment:.2f}" for moment in moments)


def _front(results, exact: float) -> list[str]:
    sizes = sorted({c.two_qubit_gates for result in results for c in result.front})
    lines = []
    for size in sizes:
        errors = sorted(1e3 * (_cost(result, size) - exact) for result in results)
        lines.append(
            f"{size:3} gates: best {errors[0]:.4g}, median {errors[len(errors) // 2]:.4g}, worst {errors[-1]:.4g}"
        )
    return lines
