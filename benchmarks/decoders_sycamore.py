"""Google's Sycamore data, distance 3 over five rounds: learnt from the even shots, tested on the odd ones.

Error models: theirs (p_ij of the even shots), ours by correlations and by moments, each with plain and correlated
matching. Then edge reweighting, trained on shots of our model and fine-tuned on the even shots themselves. Needs
QLEARN_DATA_DIR. Shipped predictions of other decoders stand beside.
"""

import os
from pathlib import Path

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
EXPERIMENT = "surface_code_bX_d3_r05_center_3_5"
N_SEEDS = 5
SETTINGS = {"hidden": (256, 256), "threshold": 20.0}
N_SHOTS, TUNING = 5_000_000, {"passes": 3, "learning_rate": 2e-4}


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
        "moments": ql.decoders.estimate_error_model(problem, even, method="moments"),
    }
    if options.wants("error models"):
        yield _models(models, odd, options)
    for seed in range(1 if options.quick else N_SEEDS):
        case = f"edge reweighting, seed {seed}"
        if options.wants(case):
            yield _decoder(case, models["correlations"], even, odd, seed, options)


def _models(models: dict, odd: ql.decoders.Shots, options: Options) -> Result:
    rates = {
        (name, kind): _rate(ql.decoders.Matching(correlated=kind == "correlated").fit(model), odd)
        for name, model in models.items()
        for kind in ("plain", "correlated")
    }
    metrics = {
        f"{name}_over_google": rates[name, "plain"] / rates["google", "plain"] for name in ("correlations", "moments")
    }
    notes = [f"{name}, {kind} matching: {rate:.5f}" for (name, kind), rate in rates.items()]
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
