"""Exact maximum likelihood at distance 3 over 3 rounds: the published ceilings to all digits, and the time to get them.

Both uses of the table are held to plain matching and to each other on the same shots: no decoder may beat the optimum.
"""

import time

import qlearn as ql

from .options import Options
from .results import Result
from .timing import Timing

THREADS = "one"
# decoders.md section 4.1: exact rates, printed to six digits.
GOLDEN = {0.001: 0.000610, 0.003: 0.005365, 0.005: 0.014443, 0.01: 0.052068}


def run(options: Options):
    """Yield one result a noise strength."""
    rounds = 1 if options.quick else 3
    for p, golden in GOLDEN.items():
        case = f"rotated surface code, d = 3, {rounds} rounds, p = {p}"
        if options.wants(case):
            yield _case(case, p, golden, rounds, options)


def _case(case: str, p: float, golden: float, rounds: int, options: Options) -> Result:
    circuit = ql.codes.surface_memory(3, rounds, noise=ql.codes.CircuitNoise.circuit_level(p))
    problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    start, processor = time.perf_counter(), time.process_time()
    exact = ql.decoders.MaximumLikelihood().fit(problem)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    n_shots = 2000 if options.quick else 200_000
    contestants = {"matching": ql.decoders.Matching(), "correlated": ql.decoders.Matching(correlated=True)}
    table = ql.decoders.compare(contestants | {"exact": exact}, problem, n_shots=n_shots, random_state=0)
    rate, sampled = exact.logical_error_rate_, table["exact"].rate
    metrics = {
        "seconds": seconds,
        "seconds of processor time": processor,
        "rate": rate,
        "standard errors from the sampled rate": abs(sampled.value - rate) / max(sampled.std_error, 1e-12),
    }
    if not options.quick:
        metrics["deviation"] = abs(rate - golden)
    notes = [f"published {golden}", str(table).replace("\n", "\n    ")]
    return Result(case, options.threads, {"qlearn (fit)": Timing.of([seconds])}, "fit", metrics, notes)
