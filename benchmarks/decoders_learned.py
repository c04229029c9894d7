"""Learned decoders at distances 3, 5 and 7 beside both kinds of matching and, at distance 3, the optimum.

Shots for training, choosing and testing come from streams of their own; all decoders see the same test shots. Seconds
are those of the processor, for machines that others use too.
"""

import time

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
# distance, p, basis, decoder, training shots, seed, test shots
CASES = [
    (3, 0.005, "Z", "edges", 2_000_000, 0, 1_000_000),
    (3, 0.005, "Z", "edges", 2_000_000, 1, 1_000_000),
    (3, 0.001, "Z", "edges", 12_000_000, 0, 4_000_000),
    (3, 0.001, "Z", "edges", 12_000_000, 1, 4_000_000),
    (5, 0.005, "Z", "edges", 9_000_000, 0, 1_000_000),
    (5, 0.005, "X", "edges", 9_000_000, 0, 1_000_000),
    (7, 0.005, "Z", "edges", 8_000_000, 0, 400_000),
    (7, 0.005, "X", "edges", 8_000_000, 0, 400_000),
    (3, 0.005, "Z", "gaps", 500_000, 0, 1_000_000),
    (5, 0.005, "Z", "gaps", 50_000, 0, 1_000_000),
    (3, 0.005, "Z", "perceptron", 4_000_000, 0, 1_000_000),
]
# More to learn edges from: there are three times as many as at distance 5.
SETTINGS = {("edges", 7): {"edge_share": 0.3}}
DECODERS = {
    "edges": ql.decoders.NeuralReweighting,
    "gaps": ql.decoders.GapStacking,
    "perceptron": ql.decoders.MLPDecoder,
}


def run(options: Options):
    """Yield a result for each case."""
    for distance, p, basis, kind, n_shots, seed, n_test in CASES:
        case = f"{kind}, d = r = {distance}, memory {basis}, p = {p}, {n_shots:,} shots, seed {seed}"
        if options.wants(case):
            sizes = (2000, 2000) if options.quick else (n_shots, n_test)
            yield _case(case, distance, p, basis, kind, seed, sizes, options)


def _case(
    case: str, distance: int, p: float, basis: str, kind: str, seed: int, sizes: tuple[int, int], options: Options
) -> Result:
    noise = ql.codes.CircuitNoise.circuit_level(p)
    circuit = ql.codes.surface_memory(distance, distance, basis=basis, noise=noise)
    problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    start = time.process_time()
    learned = DECODERS[kind](**SETTINGS.get((kind, distance), {}), random_state=seed).fit(problem, n_shots=sizes[0])
    seconds = time.process_time() - start
    decoders = {
        "plain": ql.decoders.Matching(),
        "correlated": ql.decoders.Matching(correlated=True),
        "learned": learned,
    }
    if distance == 3:
        decoders["exact"] = ql.decoders.MaximumLikelihood()
    table = ql.decoders.compare(decoders, problem, n_shots=sizes[1], random_state=1000)
    against = table.pair("learned", "correlated")
    metrics = {
        f"{kind}_cpu_seconds_d{distance}": seconds,
        f"{kind}_over_correlated_d{distance}": table["learned"].n_errors / max(table["correlated"].n_errors, 1),
        f"{kind}_z_d{distance}": -against.z,
        f"{kind}_rate_d{distance}": table["learned"].rate.value,
    }
    if table["learned"].gap_closed is not None:
        metrics[f"{kind}_gap_closed"] = table["learned"].gap_closed
    return Result(case, options.threads, {}, "shot", metrics, [str(table).replace("\n", "\n    ")])
