"""One large state: forward with <Z0>, and with <H> of 100 random Pauli terms, against lightning, qulacs and Aer.

The layers are those of `adjoint_batch`. Every contestant keeps its built (qulacs: optimised) circuit between calls.
"""

import math

from . import contest, memory
from .contestants import peers
from .options import Options
from .results import Result, best_of
from .workloads import angles, ansatz, random_terms, z_first

WIDTHS, LAYERS, N_TERMS = (20, 22, 24), (2, 10), 100
TRIAL_WIDTH = 15  # the narrowest state that qlearn runs in blocks


def run(options: Options):
    """Yield one result for each width, depth and observable, then peak memory."""
    found, missing = peers(("lightning", "qulacs", "aer"), options)
    widths, depths = ((16,), (1,)) if options.quick else (WIDTHS, LAYERS)
    for n in widths:
        for n_layers in depths:
            for observable in ("<Z0>", "<H>"):
                case = f"n={n}, {n_layers} layers, forward and {observable}"
                if options.wants(case):
                    yield _case(case, n, n_layers, observable, found, missing, options)
    for n in widths:
        for observable in ("<Z0>", "<H>", "amplitudes"):
            case = f"n={n}, 2 layers, forward and {observable}, peak memory"
            if options.wants(case):
                yield _memory(case, n, observable, found, options)


def _terms(observable: str, n: int):
    return random_terms(n, N_TERMS) if observable == "<H>" else z_first(n)


def _case(case, n, n_layers, observable, found, missing, options) -> Result:
    def arguments(width):
        workload = ansatz(width, n_layers if width == n else 2)
        return workload, _terms(observable, width), angles(workload, 1)[0], options.threads

    trial = arguments(12 if options.quick else 18)
    ways = contest.OURS.ways("energies", *arguments(n))
    for peer in found:
        ways |= contest.fastest_ways(peer, "energies", arguments(n), trial)
    times, _, note = contest.compare(case, ways, options, contest.equal_to_ours(case))
    ours = times["qlearn"].best
    depth = "2_layers" if n_layers < 10 else "10_layers"
    metrics = {
        f"speedup_lightning_{depth}": best_of(times, "lightning") / ours,
        "speedup_qulacs": best_of(times, "qulacs") / ours,
        "speedup_aer": best_of(times, "aer") / ours,
    }
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    return Result(case, options.threads, times, "call", metrics, [*filter(None, [note]), *missing])


def _memory(case, n, observable, found, options) -> Result:
    def arguments(width):
        workload = ansatz(width, 2)
        return workload, _terms(observable, width), angles(workload, 1)[0], options.threads

    task = "amplitudes" if observable == "amplitudes" else "energies"
    metrics, trial = {}, arguments(TRIAL_WIDTH)
    for name in ("qlearn", *(peer.name for peer in found if task == "energies")):
        peak = memory.peak_bytes(name, task, trial, arguments(n), options.threads) / (16 << n)
        metrics["peak_states" if name == "qlearn" else f"peak_states of {name}"] = peak
    return Result(case, options.threads, {}, "call", metrics, [f"above the process after a trial at n={TRIAL_WIDTH}"])
