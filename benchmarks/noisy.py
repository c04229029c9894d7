"""Noisy circuits, depolarising after every gate: density matrix at n = 6, 1,000 trajectories at n = 12.

Against PennyLane's default.mixed and Aer. The circuit has four layers of `adjoint_batch`, the observable is the
transverse-field Ising ring. Depolarising acts on every qubit of the gate; with "pairs", CX gets the two-qubit channel.
Trajectories are compared at equal statistical error: a time counts times the square of its standard error. Aer does not
tell its error, so it is taken from the results of its single shots; ours from a run of four times as many trajectories
too, so that the error of the error matters little; both outside the times.
"""

import math
from dataclasses import replace

import numpy as np

from . import contest
from .contestants import peers
from .options import Options
from .results import DisagreementError, Result, best_of
from .timing import Timing
from .workloads import angles, ansatz, ising, with_noise

PROBABILITY = 0.01
N_TRAJECTORIES = 1000


def run(options: Options):
    """Yield the exact cases, then trajectories."""
    found, missing = peers(("default_mixed", "aer"), options)
    n, n_layers = (3, 1) if options.quick else (6, 4)
    for pairs in (False, True):
        case = f"density matrix, n={n}, {n_layers} layers{', pairs' if pairs else ''}"
        if options.wants(case):
            yield _exact(case, n, n_layers, pairs, found, missing, options)
    n, n_layers = (4, 1) if options.quick else (12, 4)
    n_trajectories = 50 if options.quick else N_TRAJECTORIES
    case = f"{n_trajectories} trajectories, n={n}, {n_layers} layers"
    if options.wants(case):
        yield _sampled(case, n, n_layers, n_trajectories, found, missing, options)


def _exact(case, n, n_layers, pairs, found, missing, options) -> Result:
    workload = with_noise(ansatz(n, n_layers), PROBABILITY, pairs)
    arguments = (workload, ising(n), angles(workload, 1)[0], options.threads)
    ways = contest.OURS.ways("noisy_energies", *arguments)
    for peer in found:
        ways |= peer.ways("noisy_energies", *arguments)
    times, _, note = contest.compare(case, ways, options, contest.equal_to_ours(case))
    suffix = " (pairs)" if pairs else ""  # the claim is about depolarising qubits, which default.mixed has natively
    metrics = {
        f"speedup_density_default_mixed{suffix}": best_of(times, "default.mixed") / times["qlearn"].best,
        f"speedup_density_aer{suffix}": best_of(times, "aer") / times["qlearn"].best,
    }
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    return Result(case, options.threads, times, "call", metrics, [*filter(None, [note]), *missing])


def _sampled(case, n, n_layers, n_trajectories, found, missing, options) -> Result:
    workload = with_noise(ansatz(n, n_layers), PROBABILITY)
    arguments = (workload, ising(n), angles(workload, 1)[0], options.threads, n_trajectories)
    ways = contest.OURS.ways("trajectories", *arguments)
    for peer in found:
        ways |= peer.ways("trajectories", *arguments)
    times, results, note = contest.compare(case, ways, options, agree_within_errors)
    errors = {name: result[1] for name, result in results.items()}
    (many,) = contest.OURS.ways("trajectories", *arguments[:-1], 4 * n_trajectories).values()
    errors["qlearn"] = 2 * many()()[1]
    scaled = {name: _at_equal_error(timing, errors[name]) for name, timing in times.items()}
    reference = scaled["qlearn"].best
    metrics = {"speedup_trajectories_aer": best_of(scaled, "aer") / reference}
    metrics |= {f"standard error of {name}": error for name, error in errors.items()}
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    return Result(case, options.threads, times, "call", metrics, [note, "the speedup is at equal error", *missing])


def _at_equal_error(timing: Timing, error: float) -> Timing:
    return replace(timing.per(1 / error**2))


def agree_within_errors(results: dict[str, tuple[float, float]]) -> str:
    """Return a note that all means agree within five of their standard errors (false alarm below 1e-6 a pair)."""
    (_, (mean, error)), *others = results.items()
    worst = 0.0
    for name, (other, other_error) in others:
        distance = abs(mean - other) / float(np.hypot(error, other_error))
        if not distance < 5:
            raise DisagreementError(f"{name} is {distance:.1f} standard errors away from ours.")
        worst = max(worst, distance)
    return f"means agree within {worst:.1f} standard errors" if others else "no peer to compare with"
