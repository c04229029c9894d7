"""Google's Sycamore data: learnt from the even shots, tested on the odd ones, beside the shipped predictions.

Error models, at distance 3 over five rounds: theirs (p_ij of the even shots), ours by correlations, by moments and
refined by gradients, each with plain and correlated matching. Then edge reweighting, trained on shots of our model and
fine-tuned on the even shots themselves: over five rounds, at distance 5 also thirteen, and for the rate per round over
3 to 25 rounds. Weights are shared in space and time, and the real shots are gone through often; how often was chosen
on the last fifth of the even shots, at distance 3 over 13 rounds. Needs QLEARN_DATA_DIR.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
PLACES = {3: "3_5", 5: "5_5"}
SHARED = {"shares_weights": True, "threshold": 20.0, "edge_batch": 256, "n_votes": 0}
TUNING = {"passes": 10, "learning_rate": 5e-4}
N_SHOTS = 100_000  # for training, of our model
# distance, rounds, seeds
EXPERIMENTS = [(3, 5, range(5)), (5, 5, range(1)), (5, 13, range(1))]
LENGTHS = {3: range(3, 26, 2), 5: (3, 5, *range(9, 26, 4))}  # by distance
# Percent a round, by distance: twenty networks, over 3 to 25 rounds and, at distance 3, all places and both bases.
PUBLISHED = {3: "2.901 +- .023", 5: "2.748 +- .015"}
# Widths of the prior of the moments; passes and learning rates of the refinement.
CHOICES = {"moments": (0.25, 0.5, 1.0, 2.0, 4.0), "refined": ((2, 0.003), (2, 0.01), (5, 0.01), (10, 0.02))}


def run(options: Options):
    """Yield a result for the error models, one for each experiment and seed, and the rates per round."""
    if "QLEARN_DATA_DIR" not in os.environ:
        yield Result("no data", options.threads, notes=["QLEARN_DATA_DIR is not set; nothing was measured."])
        return
    if options.wants("error models"):
        yield _models(options)
    for distance, n_rounds, seeds in EXPERIMENTS:
        for seed in seeds:
            case = f"edge reweighting, distance {distance}, {n_rounds} rounds, seed {seed}"
            if options.wants(case):
                yield _experiment(case, distance, n_rounds, seed, options)
    for distance, lengths in LENGTHS.items():
        case = f"rates per round, distance {distance}"
        if options.wants(case):
            yield from _per_round(case, distance, list(lengths), options)


def _folder(distance: int, n_rounds: int) -> Path:
    name = f"surface_code_bX_d{distance}_r{n_rounds:02}_center_{PLACES[distance]}"
    return Path(os.environ["QLEARN_DATA_DIR"]) / "decoders" / "sycamore_qec3v5" / name


def _by_moments(problem: ql.decoders.DecodingProblem, shots: ql.decoders.Shots, prior_width: float):
    return ql.decoders.estimate_error_model(problem, shots, method="moments", prior_width=prior_width)


def _by_gradients(problem: ql.decoders.DecodingProblem, shots: ql.decoders.Shots, training: tuple[int, float]):
    start = ql.decoders.estimate_error_model(problem, shots, method="correlations")
    passes, learning_rate = training
    return ql.decoders.refine_error_model(start, shots, passes=passes, learning_rate=learning_rate, random_state=0)


def _chosen(problem: ql.decoders.DecodingProblem, even: ql.decoders.Shots, tried: Callable, choices: tuple) -> Any:
    """Return the choice with which each half of the even shots, taught to, decodes the other half best."""

    def errors(choice: Any) -> float:
        total = 0.0
        for taught, held in ((even[::2], even[1::2]), (even[1::2], even[::2])):
            model = tried(problem, taught, choice)
            total += sum(_rate(ql.decoders.Matching(correlated=c).fit(model), held) for c in (False, True))
        return total

    return min(choices, key=errors)


def _models(options: Options) -> Result:
    folder = _folder(3, 5)
    problem = ql.decoders.DecodingProblem.from_google(folder)
    even, odd = problem.recorded[::2], problem.recorded[1::2]
    models = {
        "circuit": problem,
        "google": ql.decoders.DecodingProblem.from_google(folder, model="pij_from_even_for_odd"),
        "correlations": ql.decoders.estimate_error_model(problem, even, method="correlations"),
    }
    notes = []
    for name, tried in (("moments", _by_moments), ("refined", _by_gradients)):
        choices = CHOICES[name][: 1 if options.quick else None]
        choice = choices[0] if options.quick else _chosen(problem, even, tried, choices)
        models[name] = tried(problem, even, choice)
        notes.append(f"{name}: {choice}, chosen on the even shots of {choices}")
    rates = {
        (name, kind): _rate(ql.decoders.Matching(correlated=kind == "correlated").fit(model), odd)
        for name, model in models.items()
        for kind in ("plain", "correlated")
    }
    metrics = {
        f"{name}_over_google{suffix}": rates[name, kind] / rates["google", kind]
        for name in ("correlations", "moments", "refined")
        for kind, suffix in (("plain", ""), ("correlated", "_correlated"))
    }
    notes += [f"{name}, {kind} matching: {rate:.5f}" for (name, kind), rate in rates.items()]
    notes += [f"shipped {name}: {(bits != odd.observables).mean():.5f}" for name, bits in odd.predictions.items()]
    return Result("error models", options.threads, {}, "shot", metrics, notes)


def _experiment(case: str, distance: int, n_rounds: int, seed: int, options: Options) -> Result:
    start = time.process_time()
    rates = _rates(_folder(distance, n_rounds), seed, options)
    suffix = ("" if distance == 3 else f"_d{distance}") + ("" if n_rounds == 5 else f"_r{n_rounds}")
    metrics = {
        f"edges_rate{suffix}": rates["edge reweighting"],
        f"edges_over_belief{suffix}": rates["edge reweighting"] / rates["shipped belief_matching"],
        "cpu seconds": time.process_time() - start,
    }
    return Result(case, options.threads, {}, "shot", metrics, [f"{name}: {rate:.5f}" for name, rate in rates.items()])


def _per_round(case: str, distance: int, lengths: list[int], options: Options) -> Iterator[Result]:
    """Yield a result for each length as it ends, then the fits."""
    start, by_length = time.process_time(), []
    if options.quick:
        lengths = lengths[:2]
    for n_rounds in lengths:
        begin = time.process_time()
        by_length.append(_rates(_folder(distance, n_rounds), 0, options))
        notes = [f"{name}: {rate:.5f}" for name, rate in by_length[-1].items()]
        seconds = {"cpu seconds": time.process_time() - begin}
        yield Result(f"{case}, {n_rounds} rounds", options.threads, {}, "shot", seconds, notes)
    n_odd = 25_000  # half of each experiment
    fits = {
        name: ql.decoders.fit_rounds(lengths, [round(rates[name] * n_odd) for rates in by_length], n_odd)
        for name in by_length[0]
    }
    ours, belief = (fits[name].rate.value for name in ("edge reweighting", "shipped belief_matching"))
    metrics = {
        f"edges_percent_per_round_d{distance}": 100 * ours,
        f"edges_over_belief_per_round_d{distance}": ours / belief,
        "cpu seconds": time.process_time() - start,
    }
    notes = [
        f"{name}: {100 * fit.rate.value:.3f} ± {100 * fit.rate.std_error:.3f} % a round, offset "
        f"{fit.offset.value:.3f}; " + " ".join(f"{rate:.5f}" for rate in fit.error_rates)
        for name, fit in fits.items()
    ]
    notes.insert(0, f"rounds {lengths}, {N_SHOTS:,} training shots each, tuned by {TUNING}, odd shots")
    notes.append(f"published, not on the same shots: AlphaQubit {PUBLISHED[distance]} % a round (Nature 635, 834)")
    yield Result(case, options.threads, {}, "shot", metrics, notes)


def _rates(folder: Path, seed: int, options: Options) -> dict[str, float]:
    """Return the error rates on the odd shots: learnt, of matching with two error models, and shipped."""
    n_shots, tuning = (2000, TUNING | {"passes": 1}) if options.quick else (N_SHOTS, TUNING)
    decoder = ql.decoders.NeuralReweighting(**SHARED, random_state=seed)
    problem = ql.decoders.DecodingProblem.from_google(folder)
    even, odd = problem.recorded[::2], problem.recorded[1::2]
    model = ql.decoders.estimate_error_model(problem, even, method="correlations")
    google = ql.decoders.DecodingProblem.from_google(folder, model="pij_from_even_for_odd")
    rates = {"before fine-tuning": _rate(decoder.fit(model, n_shots=n_shots), odd)}
    decoder.fine_tune(even, **tuning, random_state=decoder.random_state)
    rates["edge reweighting"] = _rate(decoder, odd)
    for name, source in (("our p_ij", model), ("Google's p_ij", google)):
        rates[f"matching, {name}"] = _rate(ql.decoders.Matching().fit(source), odd)
        rates[f"correlated matching, {name}"] = _rate(ql.decoders.Matching(correlated=True).fit(source), odd)
    shipped = {f"shipped {name}": float((bits != odd.observables).mean()) for name, bits in odd.predictions.items()}
    return rates | shipped


def _rate(decoder: ql.decoders.AbstractDecoder, shots: ql.decoders.Shots) -> float:
    return float((decoder.predict(shots.detectors) != shots.observables).mean())
