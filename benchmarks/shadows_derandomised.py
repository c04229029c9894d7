"""Derandomised design of 1,000 observables of weight two on 50 qubits: 391 settings.

The C++ code of Huang et al. took 0.14 s for it (one core, elsewhere); it has no licence and is not run here.
"""

import numpy as np

import qlearn as ql
from benchmarks.options import Options
from benchmarks.results import Result
from benchmarks.timing import interleaved

THREADS = "one"


def observables(n_qubits=50, n_terms=1000, seed=0):
    """Return distinct strings of two letters with equal coefficients."""
    rng = np.random.default_rng(seed)
    labels = {}
    while len(labels) < n_terms:
        first, second = rng.choice(n_qubits, 2, replace=False)
        label = ["I"] * n_qubits
        label[first], label[second] = rng.choice(list("XYZ"), 2)
        labels["".join(label)] = 1.0
    return ql.PauliSum(labels)


def run(options: Options):
    case = "1,000 observables, 50 qubits, 391 settings"
    if options.wants(case):
        strings = observables(n_terms=50 if options.quick else 1000)
        scheme = ql.shadows.Derandomised()
        design = scheme.design(strings, 391)
        matches = ql.shadows.variance.compatible(design.bases, strings).T @ design.shots_per_setting
        times = interleaved({"qlearn": lambda: scheme.design(strings, 391)}, options.seconds)
        metrics = {"seconds": times["qlearn"].best}
        notes = [f"each string is measured {matches.min()} to {matches.max()} times, {matches.mean():.1f} on average"]
        yield Result(case, options.threads, times, "design", metrics, notes)
