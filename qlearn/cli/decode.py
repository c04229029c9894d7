"""`qlearn decode`: train decoders for Stim circuits, compare them, and decode event files and pipes."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ._terminal import print_json, progress, seed

if TYPE_CHECKING:
    from ..decoders import AbstractDecoder, Comparison, DecodingProblem, Shots

EXAMPLES = """  qlearn decode train memory.stim --decoder gap-stacking --out memory.qlearn
                               train a decoder, and see how far it is from the best
  stim detect --in memory.stim --shots 1000 --out_format b8 |
    qlearn decode predict --decoder memory.qlearn --in-format b8
"""
_HELP = """\
A PROBLEM is a .stim circuit, a .dem error model, or a folder of one of Google's surface-code experiments.
A DECODER is a file from `qlearn decode train`, or a name with settings, such as matching, matching:correlated=true or
mlp:hidden=[64,64]; `qlearn decode list` lists the names."""
_TRAIN = """\
examples:
  qlearn decode train memory.stim --out memory.qlearn
  qlearn decode train memory.stim --decoder mlp:hidden=[64,64] --seconds 60 --seed 1 --out mlp.qlearn --json"""
_COMPARE = """\
examples:
  qlearn decode compare memory.stim --decoder memory.qlearn --shots 200000
  qlearn decode compare memory.stim --decoder bposd --decoder tesseract --latency 1000 --format markdown
  qlearn decode compare surface_code_bX_d3_r05_center_3_5 --model pij_from_even_for_odd --half odd
  qlearn decode compare memory.stim --in events.b8 --observables flips.01"""
_PREDICT = """\
examples:
  stim detect --in memory.stim --shots 1000 | qlearn decode predict --problem memory.stim > flips.01
  qlearn decode predict --decoder memory.qlearn --in events.b8 --out flips.dets"""
_FORMATS = ("01", "b8", "dets", "hits", "ptb64", "r8")
_EXACT_BITS = 25


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "decode", help="train decoders for Stim circuits, compare them, decode event files",
        description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_train(verbs)
    _add_compare(verbs)
    _add_predict(verbs)
    listed = verbs.add_parser("list", help="names of decoders and their settings")
    listed.add_argument("--json", action="store_true", help="print as JSON")
    listed.set_defaults(run=_run_list)


def _verb(verbs: Any, name: str, help: str, examples: str) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name, help=help, description=_HELP, epilog=f"{examples}\n\nexit codes: 0 done, 1 failed, 2 not understood",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip


def _add_train(verbs: Any) -> None:
    parser = _verb(verbs, "train", "train a decoder and save it", _TRAIN)
    parser.add_argument("problem", metavar="PROBLEM", type=Path)
    parser.add_argument("--decoder", default="gap-stacking", metavar="DECODER", help="(default gap-stacking)")
    parser.add_argument("--model", metavar="NAME", help="error model of a Google folder")
    parser.add_argument("--shots", type=_count, metavar="N", help="for training (default: what the decoder asks for)")
    parser.add_argument("--seconds", type=float, metavar="T", help="for training")
    parser.add_argument("--test-shots", type=_count, default=100_000, metavar="N", help="(default 100000; 0 for none)")
    parser.add_argument("--seed", type=seed, default=0, help="of training and test shots (default 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the decoder is saved")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_run_train)


def _add_compare(verbs: Any) -> None:
    parser = _verb(verbs, "compare", "compare decoders on identical shots", _COMPARE)
    parser.add_argument("problem", metavar="PROBLEM", type=Path)
    parser.add_argument(
        "--decoder", action="append", default=[], metavar="DECODER",
        help="repeatable; plain and correlated matching are always there, maximum likelihood where it is feasible",
    )  # fmt: skip
    parser.add_argument("--model", metavar="NAME", help="error model of a Google folder")
    parser.add_argument("--shots", type=_count, metavar="N", help="fresh ones (default 100000, or those recorded)")
    parser.add_argument("--in", dest="events", type=Path, metavar="FILE", help="recorded detection events instead")
    parser.add_argument("--in-format", "--in_format", choices=_FORMATS, help="(default: the suffix)")
    parser.add_argument("--observables", type=Path, metavar="FILE", help="their flips; without, they follow the events")
    parser.add_argument("--half", choices=("even", "odd"), help="take every second recorded shot")
    parser.add_argument("--latency", type=_count, default=0, metavar="N", help="decode N shots one at a time, too")
    parser.add_argument("--seed", type=seed, default=0, help="of fresh shots and of training (default 0)")
    parser.add_argument("--format", choices=("text", "csv", "markdown"), default="text", help="(default text)")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_run_compare, refuse=parser.error)


def _add_predict(verbs: Any) -> None:
    parser = _verb(verbs, "predict", "decode detection events from a file or a pipe", _PREDICT)
    parser.add_argument("--decoder", default="matching", metavar="DECODER", help="(default matching)")
    parser.add_argument("--problem", metavar="PROBLEM", type=Path, help="for a decoder that is a name")
    parser.add_argument("--model", metavar="NAME", help="error model of a Google folder")
    parser.add_argument("--in", dest="events", type=Path, metavar="FILE", help="(default: standard input)")
    parser.add_argument("--in-format", "--in_format", choices=_FORMATS, help="(default: the suffix, or 01)")
    parser.add_argument("--appended", action="store_true", help="each shot ends with its observables; count the errors")
    parser.add_argument("--out", type=Path, metavar="FILE", help="(default: standard output)")
    parser.add_argument("--out-format", "--out_format", choices=_FORMATS, help="(default: the suffix, or 01)")
    parser.add_argument("--seed", type=seed, default=0, help="of a decoder that is trained on the way (default 0)")
    parser.add_argument("--json", action="store_true", help="print a summary as JSON; needs --out")
    parser.set_defaults(run=_run_predict, refuse=parser.error)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"must be an integer >= 0, got {text!r}")
    return int(text)


def _run_list(options: argparse.Namespace) -> int:
    import inspect

    from ..decoders._names import decoder_classes

    classes = decoder_classes()
    if options.json:
        print_json({name: _settings(cls) for name, cls in classes.items()})
        return 0
    for name, cls in classes.items():
        settings = "".join(f":{key}={json.dumps(value)}" for key, value in _settings(cls).items())
        print(f"{name}\n    {inspect.getdoc(cls).splitlines()[0]}\n    {settings or 'no settings'}")
    return 0


def _run_train(options: argparse.Namespace) -> int:
    from .. import persistence

    problem = _problem(options.problem, options.model)
    decoder = _decoder(options.decoder, options.seed)
    if not options.out.parent.is_dir():
        raise ValueError(f"{options.out.parent} is no folder, so the decoder could not be saved there.")
    if type(decoder).__name__ not in persistence._CODECS:  # said before the work, not after it
        raise ValueError(f"{type(decoder).__name__} cannot be saved; give its name to compare or predict instead.")
    budget = {"n_shots": options.shots, "seconds": options.seconds} if decoder.default_shots else {}
    with progress(f"training {options.decoder}"):
        decoder.fit(problem, **budget)
    persistence.save(decoder, options.out)
    table = None
    if options.test_shots:
        with progress("comparing"):
            table = _compared({options.decoder: decoder}, problem, options.seed, n_shots=options.test_shots)
    if options.json:
        trained = {"decoder": repr(decoder), "file": str(options.out), "fit_seconds": decoder.fit_seconds_}
        print_json(trained | {"problem": repr(problem), "comparison": _rows(table) if table else None})
    else:
        print(f"{decoder!r}\nfitted to {problem!r} in {decoder.fit_seconds_:.1f} s, saved as {options.out}")
        if table:
            print(table)
    return 0


def _run_compare(options: argparse.Namespace) -> int:
    if options.observables is not None and options.events is None:
        options.refuse("--observables needs --in")
    if options.events is not None and options.shots is not None:
        options.refuse("--shots asks for fresh shots, --in for recorded ones; give one of them")
    problem = _problem(options.problem, options.model, events=options.events, format=options.in_format,
                       observables=options.observables)  # fmt: skip
    recorded = None if options.shots is not None else problem.recorded
    if options.half and recorded is None:
        options.refuse("--half is for recorded shots")
    if options.half:
        recorded = recorded[options.half == "odd" :: 2]
    n_shots = 100_000 if options.shots is None else options.shots
    budget = {"n_shots": n_shots} if recorded is None else {"shots": recorded}
    decoders = {name: _decoder(name, options.seed) for name in options.decoder}
    if not (decoders or problem.is_matchable or _is_small(problem)):
        options.refuse("errors of this problem do not decompose for matching; give a --decoder, such as bposd")
    with progress("comparing"):
        table = _compared(decoders, problem, options.seed, latency_shots=options.latency, **budget)
    if options.json:
        print_json({"problem": repr(problem), "seed": options.seed} | _rows(table))
    else:
        print({"text": table.__str__, "csv": table.to_csv, "markdown": table.to_markdown}[options.format]())
    return 0


def _run_predict(options: argparse.Namespace) -> int:
    if options.json and options.out is None:
        options.refuse("--json needs --out: standard output holds the predictions")
    decoder = _decoder(options.decoder, options.seed)
    if not decoder.__sklearn_is_fitted__():
        if options.problem is None:
            options.refuse(f"the decoder {options.decoder} needs --problem, a .stim or .dem file, to be fitted to")
        with progress(f"fitting {options.decoder}"):
            decoder.fit(_problem(options.problem, options.model))
    if options.out is not None and not options.out.parent.is_dir():
        raise ValueError(f"{options.out.parent} is no folder, so the predictions could not be written there.")
    in_format = options.in_format or _suffix(options.events)
    with _input(options.events) as source, _output(options.out) as sink:
        n_shots, n_wrong = _predict(decoder, source, sink, in_format, options)
    summary = {"decoder": repr(decoder), "shots": n_shots, "errors": n_wrong}
    if options.json:
        print_json(summary)
    elif n_wrong is not None:
        print(f"{n_wrong} of {n_shots} shots wrong", file=sys.stderr)
    return 0


def _predict(
    decoder: "AbstractDecoder", source: BinaryIO, sink: BinaryIO, in_format: str, options: argparse.Namespace
) -> tuple[int, int | None]:
    """Decode block by block; return how many shots there were and how many were wrong, where that is known."""
    from ..decoders._shot_files import shot_bytes, stream_shots

    out_format = options.out_format or _suffix(options.out)
    n_appended = decoder.n_observables_ if options.appended else 0
    n_shots = n_wrong = 0
    for bits in stream_shots(source, decoder.n_detectors_, n_appended, in_format):
        detectors, observables = bits[:, : decoder.n_detectors_], bits[:, decoder.n_detectors_ :]
        predicted = decoder.predict(detectors)
        sink.write(shot_bytes(predicted, out_format, "L"))
        n_shots += len(bits)
        n_wrong += int((predicted != observables).any(axis=1).sum()) if options.appended else 0
    sink.flush()
    return n_shots, n_wrong if options.appended else None


@contextlib.contextmanager
def _input(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdin.buffer
    else:
        with path.open("rb") as file:
            yield file


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    """Yield where predictions go; a file appears under its name only once it is complete."""
    if path is None:
        yield sys.stdout.buffer
        return
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            yield file
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _suffix(path: Path | None) -> str:
    suffix = "" if path is None else path.suffix.lstrip(".")
    return suffix if suffix in _FORMATS else "01"


def _problem(
    path: Path, model: str | None, *, events: Path | None = None, format: str | None = None,
    observables: Path | None = None,
) -> "DecodingProblem":  # fmt: skip
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


def _compared(
    decoders: "dict[str, AbstractDecoder]", problem: "DecodingProblem", random_state: int, *,
    n_shots: int | None = None, shots: "Shots | None" = None, latency_shots: int = 0,
) -> "Comparison":  # fmt: skip
    """Return the table, with both kinds of matching and the optimum first where they can be had."""
    from ..decoders import Matching, MaximumLikelihood, compare

    contestants: dict[str, Any] = {}
    if problem.is_matchable:
        contestants |= {"matching": Matching(), "matching:correlated=true": Matching(correlated=True)}
    if _is_small(problem):
        contestants["maximum-likelihood"] = MaximumLikelihood()
    return compare(
        contestants | decoders, problem, n_shots=n_shots, shots=shots, latency_shots=latency_shots,
        random_state=random_state,
    )  # fmt: skip


def _is_small(problem: "DecodingProblem") -> bool:
    """Return whether the optimum is a matter of seconds."""
    return problem.n_detectors + problem.n_observables <= _EXACT_BITS


def _rows(table: "Comparison") -> dict[str, Any]:
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


def _decoder(text: str, random_state: int) -> "AbstractDecoder":
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
    if "random_state" in _settings(classes[name]):
        settings.setdefault("random_state", random_state)
    return classes[name](**settings)


def _setting(cls: type, pair: str) -> tuple[str, Any]:
    from ..decoders._names import decoder_name

    key, equals, text = pair.partition("=")
    known = [name for name in _settings(cls) if name not in ("base", "decoder")]
    if not equals or key not in known:
        raise ValueError(
            f"{pair!r} is no setting of {decoder_name(cls)}; write KEY=VALUE with one of {', '.join(known)}."
        )
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    return key, tuple(value) if isinstance(value, list) else value


def _settings(cls: type) -> dict[str, Any]:
    import inspect

    return {name: parameter.default for name, parameter in inspect.signature(cls).parameters.items()}
