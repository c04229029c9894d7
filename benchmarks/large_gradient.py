"""Adjoint gradient of <Z0> at n = 20 with 80 parameters, against lightning.qubit and qulacs; peak memory."""

import math

from . import contest, memory
from .contestants import peers
from .options import Options
from .results import Result, best_of
from .workloads import angles, ansatz, random_terms, z_first

TRIAL_WIDTH = 15  # the narrowest state that qlearn runs in blocks


def run(options: Options):
    """Yield one result for <Z0> and one for 20 random terms, then peak memory."""
    n = 15 if options.quick else 20
    found, missing = peers(("lightning", "qulacs"), options)
    workload = ansatz(n, 2)
    values = angles(workload, 1)
    for observable, terms in (("<Z0>", z_first(n)), ("<H> of 20 random terms", random_terms(n, 20))):
        case = f"n={n}, {workload.n_angles} parameters, {observable}"
        if not options.wants(case):
            continue
        arguments = (workload, terms, values, options.threads)
        ways = contest.OURS.ways("gradients", *arguments)
        for peer in found:
            ways |= peer.ways("gradients", *arguments)
        times, _, note = contest.compare(case, ways, options, contest.equal_to_ours(case))
        # the claim is about <Z0>
        names = ("speedup_lightning", "speedup_qulacs") if observable == "<Z0>" else ("lightning, H", "qulacs, H")
        metrics = {
            names[0]: best_of(times, "lightning") / times["qlearn"].best,
            names[1]: best_of(times, "qulacs") / times["qlearn"].best,
        }
        metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
        yield Result(case, options.threads, times, "call", metrics, [*filter(None, [note]), *missing])
    case = f"n={n}, {workload.n_angles} parameters, peak memory"
    if options.wants(case):
        yield _memory(case, n, found, options)


def _memory(case, n, found, options) -> Result:
    def arguments(width):
        workload = ansatz(width, 2)
        return workload, z_first(width), angles(workload, 1), options.threads

    metrics, trial = {}, arguments(TRIAL_WIDTH)
    for name in ("qlearn", *(peer.name for peer in found)):
        peak = memory.peak_bytes(name, "gradients", trial, arguments(n), options.threads) / (16 << n)
        metrics["peak_states" if name == "qlearn" else f"peak_states of {name}"] = peak
    return Result(case, options.threads, {}, "call", metrics, [f"above the process after a trial at n={TRIAL_WIDTH}"])
