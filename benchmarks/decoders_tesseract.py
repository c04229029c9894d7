"""Edge reweighting beside tesseract at distance 5, on test shots where plain matching is unsure: errors and time.

Tesseract takes tens of milliseconds for such a shot, so few are judged. They are chosen by the plain gap, which knows
the syndrome only. The ratio is one of processor time, for machines that others use too. Needs the extra ``decoders``.
"""

import time

import numpy as np

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
P, NATS = 0.005, 6.0
N_SHOTS, N_UNSURE, N_TIMED = 5_000_000, 4000, 1000  # a third of the training of decoders_learned


def run(options: Options):
    """Yield one result."""
    case = f"unsure shots, d = r = 5, p = {P}, trained on {N_SHOTS:,} shots"
    if not options.wants(case):
        return
    noise = ql.codes.CircuitNoise.circuit_level(P)
    problem = ql.decoders.DecodingProblem.from_circuit(ql.codes.surface_memory(5, 5, noise=noise))
    try:
        tesseract = ql.decoders.Tesseract(beam=15).fit(problem)
    except ImportError as error:
        yield Result("no tesseract", options.threads, notes=[str(error)])
        return
    start = time.process_time()
    edges = ql.decoders.NeuralReweighting(random_state=0).fit(problem, n_shots=2000 if options.quick else N_SHOTS)
    seconds = time.process_time() - start
    shots, n_drawn = _unsure_shots(problem, 50 if options.quick else N_UNSURE)
    decoders = {
        "plain": ql.decoders.Matching(),
        "correlated": ql.decoders.Matching(correlated=True),
        "edges": edges,
        "tesseract, beam 15": tesseract,
    }
    table = ql.decoders.compare(decoders, problem, shots=shots)
    ours, theirs = table["edges"], table["tesseract, beam 15"]
    metrics = {
        "edges_z_against_tesseract": table.pair("edges", "tesseract, beam 15").z,
        "edges_over_tesseract": ours.n_errors / max(theirs.n_errors, 1),
        "tesseract_time_ratio": _processor_time(tesseract, shots[:N_TIMED]) / _processor_time(edges, shots[:N_TIMED]),
        "training cpu seconds": seconds,
    }
    notes = [f"{len(shots)} of the first {n_drawn} test shots have a plain gap below {NATS} nats"]
    yield Result(case, options.threads, {}, "shot", metrics, [*notes, str(table).replace("\n", "\n    ")])


def _processor_time(decoder: ql.decoders.AbstractDecoder, shots: ql.decoders.Shots) -> float:
    start = time.process_time()
    decoder.predict(shots.detectors)
    return time.process_time() - start


def _unsure_shots(problem: ql.decoders.DecodingProblem, n_shots: int) -> tuple[ql.decoders.Shots, int]:
    """Return the first unsure shots of the test stream, and after how many they were found."""
    detectors, observables = problem.sample(8 * n_shots, stream="test", random_state=1000)
    probability = ql.decoders.GapMatching().fit(problem).predict_probability(detectors)[:, 0]
    unsure = np.flatnonzero(np.minimum(probability, 1 - probability) > 1 / (1 + np.exp(NATS)))[:n_shots]
    return ql.decoders.Shots(detectors[unsure], observables[unsure]), int(unsure[-1]) + 1
