"""Published predictions reproduced: PyMatching's at distance 13, Google's on Sycamore, and its error rates per round.

Needs ``QLEARN_DATA_DIR``.
"""

import os
import re
from pathlib import Path

import numpy as np

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
# decoders.md section 4.3: percent a round from 3 to 25 rounds, distances 3 and 5; the last two are decoded here.
PER_ROUND = {
    "pymatching": (4.122, 4.390),
    "correlated_matching": (3.721, 3.655),
    "belief_matching": (3.235, 3.126),
    "tensor_network_contraction": (3.190, 2.968),
    "p_ij, plain": (4.016, 4.405),
    "p_ij, correlated": (3.660, 3.553),
}
_NAMES = ("surface_code_rotated_memory_x_13_0.01", "no_buckets_predictions_pymatching")


def run(options: Options):
    """Yield the stored predictions, then each distance of Sycamore."""
    if "QLEARN_DATA_DIR" not in os.environ:
        yield Result("nothing", options.threads, notes=["QLEARN_DATA_DIR is not set"])
        return
    root = Path(os.environ["QLEARN_DATA_DIR"]) / "decoders"
    case = "PyMatching's stored predictions, d = 13"
    if options.wants(case):
        yield _stored(case, root / "pymatching_data", options)
    for distance in (3,) if options.quick else (3, 5):
        case = f"Sycamore, d = {distance}"
        if options.wants(case):
            yield _sycamore(case, distance, root / "sycamore_qec3v5", options)


def _stored(case: str, folder: Path, options: Options) -> Result:
    problem = ql.decoders.DecodingProblem.from_files(
        model=folder / f"{_NAMES[0]}.dem", detectors=folder / f"{_NAMES[0]}_1000_shots.b8", appended=True, n_shots=1000
    )
    metrics = {}
    for suffix, correlated in (("v0.7_exact", False), ("_correlated", True)):
        golden = np.loadtxt(folder / f"{_NAMES[0]}_1000_shots_{_NAMES[1]}{suffix}.txt", dtype=int) == 1
        predicted = ql.decoders.Matching(correlated=correlated).fit(problem).predict(problem.recorded.detectors)
        metrics[f"agreement_{'correlated' if correlated else 'plain'}"] = float((predicted[:, 0] == golden).mean())
    return Result(case, options.threads, {}, "shot", metrics)


def _sycamore(case: str, distance: int, folder: Path, options: Options) -> Result:
    errors: dict[str, list[int]] = {name: [] for name in PER_ROUND}
    rounds, agreement = [], []
    folders = sorted(folder.glob(f"surface_code_bX_d{distance}_r*"))
    for path in folders[1:4] if options.quick else folders:
        problem = ql.decoders.DecodingProblem.from_google(path)
        shots = problem.recorded
        rounds.append(int(re.search(r"_r(\d+)_", path.name)[1]))
        for name, predicted in shots.predictions.items():
            errors[name].append(int((predicted != shots.observables).sum()))
        ours = ql.decoders.Matching().fit(problem).predict(shots.detectors)
        agreement.append(float((ours == shots.predictions["pymatching"]).mean()))
        for name, correlated in (("p_ij, plain", False), ("p_ij, correlated", True)):
            errors[name].append(_crosswise(path, shots, correlated))
    fits = {name: ql.decoders.fit_rounds(rounds, counts, len(shots)) for name, counts in errors.items()}
    least = 15 if distance == 3 else 5  # beyond, ties between equal weights are broken otherwise
    metrics = {"agreement_sycamore": min(a for a, turns in zip(agreement, rounds) if turns <= least)}
    column = (3, 5).index(distance)
    off = {name: abs(100 * fits[name].rate.value - PER_ROUND[name][column]) for name in fits}
    if not options.quick:
        metrics["percent_off_shipped"] = max(off[name] for name in list(PER_ROUND)[:4])
        metrics["percent_off_decoded"] = max(off[name] for name in list(PER_ROUND)[4:])
    notes = [
        f"{name}: {100 * fit.rate.value:.3f} ± {100 * fit.rate.std_error:.3f} % a round, "
        f"offset {fit.offset.value:.3f}; published {PER_ROUND[name][column]}"
        for name, fit in fits.items()
    ]
    notes.append(f"least agreement with the shipped matching over all lengths: {min(agreement):.5f}")
    return Result(case, options.threads, {}, "shot", metrics, notes)


def _crosswise(path: Path, shots: ql.decoders.Shots, correlated: bool) -> int:
    """Return the errors of matching where each half is decoded by the model learnt from the other."""
    total = 0
    for name, half in (("pij_from_odd_for_even", shots[0::2]), ("pij_from_even_for_odd", shots[1::2])):
        problem = ql.decoders.DecodingProblem.from_google(path, model=name)
        predicted = ql.decoders.Matching(correlated=correlated).fit(problem).predict(half.detectors)
        total += int((predicted != half.observables).sum())
    return total
