"""What the verbs of `qlearn decode` share: problems from files, decoders by name, and tables with the baselines."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..decoders import AbstractDecoder, Comparison, DecodingProblem, Shots

_EXACT_BITS = 25


def read_problem(
    path: Path, model: str | None, *, events: Path | None = None, format: str | None = None,
    observables: Path | None = None,
) -> "DecodingProblem":  # fmt: skip
    """Return the problem of a circuit, an error model or a folder of Google's, with recorded shots where there are."""
    from ..decoders import DecodingProblem

    if path.is_dir():
        if events is not None:
            raise ValueError("A folder holds its own events; leave --in out.")
        return DecodingProblem.from_google(path, model)
    if model is not None:
        raise ValueError("--model names an error model of a Google folder; give a .dem file as PROBLEM instead.")
    if path.suffix not in (".stim", ".dem"):
        raise ValueError(f"PROBLEM must be a .stim file, a .dem file or a folder, got {path}.")
    where = {"circuit" if path.suffix == ".stim" else "model": path}
    appended = events is not None and observables is None
    return DecodingProblem.from_files(
        **where, detectors=events, detectors_format=format, observables=observables, appended=appended
    )


def compared(
    decoders: "dict[str, AbstractDecoder]", problem: "DecodingProblem", random_state: int, *,
    n_shots: int | None = None, shots: "Shots | None" = None, latency_shots: int = 0,
) -> "Comparison":  # fmt: skip
    """Return the table, with both kinds of matching and the optimum first where they can be had."""
    from ..decoders import Matching, MaximumLikelihood, compare

    contestants: dict[str, Any] = {}
    if problem.is_matchable:
        contestants |= {"matching": Matching(), "matching:correlated=true": Matching(correlated=True)}
    if is_small(problem):
        contestants["maximum-likelihood"] = MaximumLikelihood()
    return compare(
        contestants | decoders, problem, n_shots=n_shots, shots=shots, latency_shots=latency_shots,
        random_state=random_state,
    )  # fmt: skip


def is_small(problem: "DecodingProblem") -> bool:
    """Return whether the optimum is a matter of seconds."""
    return problem.n_detectors + problem.n_observables <= _EXACT_BITS


def table_rows(table: "Comparison") -> dict[str, Any]:
    """Return the table as JSON."""
    rows = [
        {
            "decoder": row.name,
            "errors": row.n_errors,
            "rate": row.rate.value,
            "std_error": row.rate.std_error,
            "interval": row.interval,
            "z": row.versus_baseline.z,
            "p_value": row.versus_baseline.p_value,
            "gap_closed": row.gap_closed,
            "gap_closed_error": row.gap_closed_error,
            "microseconds": row.microseconds,
            "latency": row.latency,
            "fit_seconds": row.fit_seconds,
        }
        for row in table.rows
    ]
    return {"shots": table.n_shots, "baseline": table.baseline, "software": table.software, "decoders": rows}


def named_decoder(text: str, random_state: int) -> "AbstractDecoder":
    """Return the decoder that a file holds or a name with settings stands for, with the seed where it takes one."""
    if Path(text).is_file():
        from .. import persistence
        from ..decoders import AbstractDecoder

        loaded = persistence.load(text)
        if not isinstance(loaded, AbstractDecoder):
            raise ValueError(f"{text} holds no decoder but {type(loaded).__name__}.")
        return loaded
    from ..decoders._names import decoder_classes

    name, *pairs = text.split(":")
    classes = decoder_classes()
    if name not in classes:
        raise ValueError(f"There is no decoder file or name {name!r}; names are {', '.join(classes)}.")
    settings = dict(_setting(classes[name], pair) for pair in pairs)
    if "random_state" in settings_of(classes[name]):
        settings.setdefault("random_state", random_state)
    return classes[name](**settings)


def _setting(cls: type, pair: str) -> tuple[str, Any]:
    from ..decoders._names import decoder_name

    key, equals, text = pair.partition("=")
    known = [name for name in settings_of(cls) if name not in ("base", "decoder")]
    if not equals or key not in known:
        raise ValueError(
            f"{pair!r} is no setting of {decoder_name(cls)}; write KEY=VALUE with one of {', '.join(known)}."
        )
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    return key, tuple(value) if isinstance(value, list) else value


def settings_of(cls: type) -> dict[str, Any]:
    """Return the settings of a decoder with their defaults."""
    import inspect

    return {name: parameter.default for name, parameter in inspect.signature(cls).parameters.items()}
