"""A million samples of a 16-qubit state, the circuit run included, against Aer and lightning.qubit.

Arrays of bits are compared with arrays or lists of shots and with tables of counts: the fastest of a peer counts.
"""

import math

import numpy as np

from . import contest
from .contestants import peers
from .options import Options
from .results import DisagreementError, Result, best_of
from .workloads import angles, ansatz


def run(options: Options):
    """Yield one result."""
    n, n_shots = (6, 2000) if options.quick else (16, 1_000_000)
    case = f"n={n}, {n_shots} samples, 2 layers"
    if not options.wants(case):
        return
    workload = ansatz(n, 2)
    row = angles(workload, 1)[0]
    found, missing = peers(("aer", "lightning"), options)
    ways = contest.OURS.ways("samples", workload, row, options.threads, n_shots)
    for peer in found:
        ways |= peer.ways("samples", workload, row, options.threads, n_shots)
    chances = _exact_chances(workload, row, n, options)

    def check(results):
        for name, samples in results.items():
            ones, counted = samples.ones(n)
            errors = np.sqrt(chances * (1 - chances) * n_shots) + 1
            worst = float(np.abs((ones - chances * n_shots) / errors).max())
            if counted != n_shots or not worst < 6:
                raise DisagreementError(f"{name}: {counted} shots, a qubit {worst:.1f} standard errors off.")
        return "each qubit's frequency of 1 agrees with the state within 6 standard errors"

    times, _, note = contest.compare(case, ways, options, check)
    ours = best_of(times, "qlearn")
    metrics = {
        "speedup": best_of(times, "aer", "lightning") / ours,
        "speedup_aer": best_of(times, "aer") / ours,
        "speedup_lightning": best_of(times, "lightning") / ours,
    }
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    yield Result(case, options.threads, times, "call", metrics, [note, *missing])


def _exact_chances(workload, row, n, options) -> np.ndarray:
    """Return each qubit's probability of 1, by expectation values of Z."""
    from .contestants.qlearn import circuit, ql

    each = [ql.PauliSum.single(f"Z{q}", n_qubits=n) for q in range(n)]
    return (1 - ql.sim.Statevector(n_jobs=options.threads).expectation(circuit(workload), each, row)) / 2
