"""Job two: a decoder trained for a Stim circuit, beside matching and the optimum."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...report import Report
from .chapter import Chapter, text_table

if TYPE_CHECKING:
    from ...decoders import Comparison, DecodingProblem

_N_TRAINING_SHOTS = 500_000
_N_TEST_SHOTS = 200_000


@dataclass(frozen=True)
class Decoding:
    """Decoders of one memory experiment on identical shots."""

    problem: "DecodingProblem"
    comparison: "Comparison"


def take(seed: np.random.SeedSequence, width: int) -> Chapter:
    """Return the chapter on decoding."""
    found = decode(seed)
    matching, learned, optimal = (found.comparison[name] for name in ("matching", "gap stacking", "maximum likelihood"))
    faults = []
    if learned.n_errors >= matching.n_errors:
        faults.append("the trained decoder is no better than matching")
    if optimal.n_errors > learned.n_errors:
        faults.append("maximum likelihood is not the best decoder")
    title = f"Decode: a surface code with {found.problem.n_detectors} detectors, trained and compared"
    return Chapter(title, _data(found), _text(found), lambda report: _write(found, report), faults)


def decode(seed: np.random.SeedSequence) -> Decoding:
    """Return matching, trained decoders and maximum likelihood on the shots of a distance-3 surface code."""
    from ...datasets import load_memory_circuit
    from ...decoders import DecodingProblem, GapStacking, Lookup, Matching, MaximumLikelihood, compare

    problem = DecodingProblem.from_circuit(load_memory_circuit(3))
    fit_seed, test_seed = seed.generate_state(2)
    decoders = {
        "matching": Matching(),
        "correlated matching": Matching(correlated=True),
        "lookup": Lookup(random_state=int(fit_seed)).fit(problem, n_shots=_N_TRAINING_SHOTS),
        "gap stacking": GapStacking(random_state=int(fit_seed)).fit(problem, n_shots=_N_TRAINING_SHOTS),
        "maximum likelihood": MaximumLikelihood(),
    }
    comparison = compare(decoders, problem, n_shots=_N_TEST_SHOTS, random_state=int(test_seed))
    return Decoding(problem, comparison)


def _rows(found: Decoding) -> list[tuple[str, Any, float | None]]:
    return [(row.name, row.rate, row.gap_closed) for row in found.comparison.rows]


def _text(found: Decoding) -> str:
    rows = [
        (name, f"{rate.value:.5f} ± {rate.std_error:.5f}", "" if closed is None else f"{100 * closed:.0f} %")
        for name, rate, closed in _rows(found)
    ]
    table = text_table(("", "logical errors a shot", "gap to the optimum closed"), rows)
    return f"{table}\n\n   {found.comparison.n_shots} test shots, the same for all and none seen in training."


def _data(found: Decoding) -> dict[str, Any]:
    rows = {
        row.name: {"n_errors": row.n_errors, "rate": float(row.rate.value), "gap_closed": row.gap_closed}
        for row in found.comparison.rows
    }
    return {"n_detectors": found.problem.n_detectors, "n_shots": found.comparison.n_shots, "decoders": rows}


def _write(found: Decoding, report: Report) -> None:
    from ...plot import EstimatesDisplay

    report.text(
        "The memory experiment of a rotated surface code: distance 3, three rounds, 0.5 % circuit noise. Lookup and "
        "gap stacking are trained on fresh samples; maximum likelihood is the best that any decoder can do. The gap is "
        "that between plain matching and maximum likelihood."
    )
    rows = [(name, rate, None if closed is None else f"{100 * closed:.0f} %") for name, rate, closed in _rows(found)]
    report.table(("decoder", "logical errors a shot", "gap closed"), rows)
    display = EstimatesDisplay.from_estimates(
        {name: rate for name, rate, _ in _rows(found)}, label="logical errors a shot (95 % intervals)"
    ).plot()
    report.figure(display, f"Logical error rates on {found.comparison.n_shots} shots, the same for all decoders")
