"""Google's Sycamore data, distance 3 over five rounds: learnt from the even shots, tested on the odd ones.

Error models: theirs (p_ij of the even shots), ours by correlations, by moments and refined by gradients, each with
plain and correlated matching. Then edge reweighting, trained on shots of our model and fine-tuned on the even shots
themselves. Needs QLEARN_DATA_DIR. Shipped predictions of other decoders stand beside.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
EXPERIMENT = "surface_code_bX_d3_r05_center_3_5"
N_SEEDS = 5
SETTINGS = {"hidden": (256, 256), "threshold": 20.0}
N_SHOTS, TUNING = 5_000_000, {"passes": 3, "learning_rate": 2e-4}
# Widths of the prior of the moments; passes and learning rates of the refinement.
CHOICES = {"moments": (0.25, 0.5, 1.0, 2.0, 4.0), "refined": ((2, 0.003), (2, 0.01), (5, 0.01), (10, 0.02))}


def run(options: Options):
    """Yield one result for the error models, and one for each seed of the decoder."""
    if "QLEARN_DATA_DIR" not in os.environ:
        yield Result("no data", options.threads, notes=["QLEARN_DATA_DIR is not set; nothing was measured."])
        return
    folder = Path(os.environ["QLEARN_DATA_DIR"]) / "decoders" / "sycamore_qec3v5" / EXPERIMENT
    problem = ql.decoders.DecodingProblem.from_google(folder)
    even, odd = problem.recorded[::2], problem.recorded[1::2]
    models = {
        "circuit": problem,
        "google": ql.decoders.DecodingProblem.from_google(folder, model="pij_from_even_for_odd"),
        "correlations": ql.decoders.estimate_error_model(problem, even, method="correlations"),
    }
    if options.wants("error models"):
        chosen = []
        for name, tried in (("moments", _by_moments), ("refined", _by_gradients)):
            choices = CHOICES[name][: 1 if options.quick else None]
            choice = choices[0] if options.quick else _chosen(problem, even, tried, choices)
            models[name] = tried(problem, even, choice)
            chosen.append(f"{name}: {choice}, chosen on the even shots of {choices}")
        yield _models(models, odd, chosen, options)
    for seed in range(1 if options.quick else N_SEEDS):
        case = f"edge reweighting, seed {seed}"
        if options.wants(case):
            yield _decoder(case, models["correlations"], even, odd, seed, options)


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


def _models(models: dict, odd: ql.decoders.Shots, chosen: list[str], options: Options) -> Result:
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
    notes = chosen + [f"{name}, {kind} matching: {rate:.5f}" for (name, kind), rate in rates.items()]
    notes += [f"shipped {name}: {(bits != odd.observables).mean():.5f}" for name, bits in odd.predictions.items()]
    return Result("error models", options.threads, {}, "shot", metrics, notes)


def _decoder(case: str, model: ql.decoders.DecodingProblem, even, odd, seed: int, options: Options) -> Result:
    decoder = ql.decoders.NeuralReweighting(**SETTINGS, random_state=seed)
    decoder.fit(model, n_shots=2000 if options.quick else N_SHOTS)
    before = _rate(decoder, odd)
    decoder.fine_tune(even, **TUNING, random_state=seed)
    return Result(case, options.threads, {}, "shot", {"edges_rate": _rate(decoder, odd), "before fine-tuning": before})


def _rate(decoder: ql.decoders.AbstractDecoder, shots: ql.decoders.Shots) -> float:
    return float((decoder.predict(shots.detectors) != shots.observables).mean())
