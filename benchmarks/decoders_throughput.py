"""Microseconds a shot, in batch and one at a time, of learned decoders beside matching, at distances 3 and 5.

Batches are packed bits of 20,000 shots; single shots are shots in turn of the same batch, so quiet ones count as often
as they come. Decoders are fitted to few shots: training changes what they answer, not how long they think.
"""

import time

import numpy as np

import qlearn as ql

from .options import Options
from .results import Result, check_equal
from .timing import first_call, interleaved

THREADS = "one"
P = 0.005


def run(options: Options):
    """Yield one result a distance."""
    for distance in (3, 5):
        case = f"rotated surface code, d = r = {distance}, p = {P}"
        if options.wants(case):
            yield _case(case, distance, options)


def _case(case: str, distance: int, options: Options) -> Result:
    n_shots, n_training = (500, 4000) if options.quick else (20_000, 100_000)
    circuit = ql.codes.surface_memory(distance, distance, noise=ql.codes.CircuitNoise.circuit_level(P))
    problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    detectors, _ = problem.sample(n_shots, random_state=1)
    packed = np.packbits(detectors, axis=1, bitorder="little")
    d = ql.decoders
    ready = {
        "matching": d.Matching().fit(problem),
        "correlated matching": d.Matching(correlated=True).fit(problem),
        "qlearn MLP": d.MLPDecoder(random_state=0).fit(problem, n_shots=n_training),
        "qlearn gap stacking": d.GapStacking(random_state=0).fit(problem, n_shots=n_training),
        "qlearn lookup": d.Lookup(random_state=0).fit(problem, n_shots=n_training),
    }
    calls = {}
    for name, decoder in ready.items():
        calls[name], answers, _ = first_call(lambda decoder=decoder: lambda: decoder.predict_packed(packed))
        unpacked = np.packbits(decoder.predict(detectors), axis=1, bitorder="little")
        check_equal(case, answers, {f"{name} (not packed)": unpacked})
    times = {name: timing.per(n_shots) for name, timing in interleaved(calls, options.seconds).items()}
    plain = times["matching"].best
    metrics = {
        "mlp_over_matching": times["qlearn MLP"].best / plain,
        "gap stacking / matching": times["qlearn gap stacking"].best / plain,
        "lookup / matching": times["qlearn lookup"].best / plain,
    }
    notes = [_latency(name, decoder, packed[: 50 if options.quick else 2000]) for name, decoder in ready.items()]
    return Result(case, options.threads, times, "shot", metrics, notes)


def _latency(name: str, decoder: ql.decoders.AbstractDecoder, packed: np.ndarray) -> str:
    marks = [time.perf_counter()]
    for row in range(len(packed)):
        decoder.predict_packed(packed[row : row + 1])
        marks.append(time.perf_counter())
    half, most, worst = np.percentile(np.diff(marks), [50, 99, 99.9]) * 1e6
    return f"one shot at a time, {name}: median {half:.0f} us, 99 % {most:.0f} us, 99.9 % {worst:.0f} us"
