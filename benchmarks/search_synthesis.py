"""Unitaries of three qubits compiled to CX and rotations: two-qubit gates at an infidelity of 1e-8.

Beside QSearch, whose README has 6 CX for Toffoli and 6 to 7 for the Fourier transform (all pairs coupled); it has no
row for unitaries drawn from the Haar measure. Those need at least 14 (Shende, Markov, Bullock, PRA 69, 062321, 2004),
and the quantum Shannon decomposition takes 20. Seconds are those of the processor.
"""

import time

import numpy as np
from scipy.stats import unitary_group

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
N_SEEDS = 5
INFIDELITY = 1e-8


def fourier() -> np.ndarray:
    """Return the Fourier transform of three qubits, its bits in order."""
    index = np.arange(8)
    return np.exp(2j * np.pi * np.outer(index, index) / 8) / np.sqrt(8)


def cases():
    """Yield name, targets (one a seed), the strategy and the evaluations of each."""
    toffoli = ql.circuits.circuit_matrix(ql.Circuit(3).ccx(0, 1, 2))
    small = ql.search.SimulatedAnnealing(6, n_chains=2, max_iterations=100)
    yield "toffoli", [toffoli] * N_SEEDS, small, 400_000
    yield "qft3", [fourier()] * N_SEEDS, small, 400_000
    generic = [unitary_group.rvs(8, random_state=seed) for seed in range(N_SEEDS)]
    yield "generic3", generic, ql.search.SimulatedAnnealing(14, n_chains=1, max_iterations=1000), 400_000


def run(options: Options):
    """Yield one result for each kind of unitary."""
    for name, targets, strategy, evaluations in cases():
        if not options.wants(name) or (options.quick and name != "toffoli"):
            continue
        sizes, seconds = [], []
        for seed, target in enumerate(targets[: 1 if options.quick else None]):
            start = time.process_time()
            problem = ql.search.UnitarySynthesis(target, gates=("ry", "rz", "cx"))
            budget = ql.search.Budget(evaluations=1000 if options.quick else evaluations)
            watch = _Watch(14 if name == "generic3" else 6)
            result = ql.search.run(problem, strategy, budget=budget, random_state=seed, callback=watch, progress=False)
            reached = [c.two_qubit_gates for c in result.front if c.cost < INFIDELITY]
            sizes.append(min(reached, default=np.inf))
            seconds.append(time.process_time() - start)
        metrics = {f"{name}_gates": float(max(sizes)), f"{name}_seconds": max(seconds)}
        text = ", ".join(f"{size:g} CX in {spent:.1f} s" for size, spent in zip(sizes, seconds))
        yield Result(name, options.threads, {}, "search", metrics, [text])


class _Watch:
    """Ends a search that has a circuit with so few gates."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, now) -> bool:
        return any(c.cost < INFIDELITY and c.two_qubit_gates <= self.size for c in now.front)
