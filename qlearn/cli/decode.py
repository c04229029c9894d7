"""`qlearn decode`: train decoders for Stim circuits, compare them, and decode event files and pipes."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ._decoding import compared, is_small, named_decoder, read_problem, settings_of, table_rows
from ._terminal import print_json, progress, seed

if TYPE_CHECKING:
    from ..decoders import AbstractDecoder

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
_TUNE = """\
examples:
  qlearn decode tune learnt.qlearn surface_code_bX_d3_r05_center_3_5 --half even --passes 10 --out tuned.qlearn
  qlearn decode tune learnt.qlearn memory.stim --in events.b8 --observables flips.01 --out tuned.qlearn"""
_PREDICT = """\
examples:
  stim detect --in memory.stim --shots 1000 | qlearn decode predict --problem memory.stim > flips.01
  qlearn decode predict --decoder memory.qlearn --in events.b8 --out flips.dets"""
_FORMATS = ("01", "b8", "dets", "hits", "ptb64", "r8")


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "decode", help="train decoders for Stim circuits, compare them, decode event files",
        description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_train(verbs)
    _add_tune(verbs)
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


def _add_tune(verbs: Any) -> None:
    parser = _verb(verbs, "tune", "let a trained decoder go on learning from recorded shots", _TUNE)
    parser.add_argument("decoder", metavar="FILE", help="of a decoder made of networks: mlp or neural-reweighting")
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="what the shots are of")
    parser.add_argument("--model", metavar="NAME", help="error model of a Google folder, for the table")
    _add_recorded(parser)
    parser.add_argument("--passes", type=_count, default=1, metavar="N", help="over the shots (default 1)")
    parser.add_argument("--learning-rate", type=float, default=1e-4, metavar="R", help="at its peak (default 1e-4)")
    parser.add_argument("--seed", type=seed, default=0, help="of the order of training (default 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the tuned decoder is saved")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_run_tune, refuse=parser.error)


def _add_recorded(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--in", dest="events", type=Path, metavar="FILE", help="recorded detection events")
    parser.add_argument("--in-format", "--in_format", choices=_FORMATS, help="(default: the suffix)")
    parser.add_argument("--observables", type=Path, metavar="FILE", help="their flips; without, they follow the events")
    parser.add_argument("--half", choices=("even", "odd"), help="take every second recorded shot")


def _add_compare(verbs: Any) -> None:
    parser = _verb(verbs, "compare", "compare decoders on identical shots", _COMPARE)
    parser.add_argument("problem", metavar="PROBLEM", type=Path)
    parser.add_argument(
        "--decoder", action="append", default=[], metavar="DECODER",
        help="repeatable; plain and correlated matching are always there, maximum likelihood where it is feasible",
    )  # fmt: skip
    parser.add_argument("--model", metavar="NAME", help="error model of a Google folder")
    parser.add_argument("--shots", type=_count, metavar="N", help="fresh ones (default 100000, or those recorded)")
    _add_recorded(parser)
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
        print_json({name: settings_of(cls) for name, cls in classes.items()})
        return 0
    for name, cls in classes.items():
        settings = "".join(f":{key}={json.dumps(value)}" for key, value in settings_of(cls).items())
        print(f"{name}\n    {inspect.getdoc(cls).splitlines()[0]}\n    {settings or 'no settings'}")
    return 0


def _run_train(options: argparse.Namespace) -> int:
    from .. import persistence

    problem = read_problem(options.problem, options.model)
    decoder = named_decoder(options.decoder, options.seed)
    _check_folder(options.out, "decoder")
    if type(decoder).__name__ not in persistence._CODECS:  # said before the work, not after it
        raise ValueError(f"{type(decoder).__name__} cannot be saved; give its name to compare or predict instead.")
    budget = {"n_shots": options.shots, "seconds": options.seconds} if decoder.default_shots else {}
    with progress(f"training {options.decoder}"):
        decoder.fit(problem, **budget)
    persistence.save(decoder, options.out)
    table = None
    if options.test_shots:
        with progress("comparing"):
            table = compared({options.decoder: decoder}, problem, options.seed, n_shots=options.test_shots)
    if options.json:
        trained = {"decoder": repr(decoder), "file": str(options.out), "fit_seconds": decoder.fit_seconds_}
        print_json(trained | {"problem": repr(problem), "comparison": table_rows(table) if table else None})
    else:
        print(f"{decoder!r}\nfitted to {problem!r} in {decoder.fit_seconds_:.1f} s, saved as {options.out}")
        if table:
            print(table)
    return 0


def _run_tune(options: argparse.Namespace) -> int:
    from copy import deepcopy

    from .. import persistence
    from ..decoders.learned import AbstractNeuralDecoder

    _check_folder(options.out, "decoder")
    decoder = named_decoder(options.decoder, options.seed)
    if not isinstance(decoder, AbstractNeuralDecoder):
        raise ValueError(f"{options.decoder} is not made of networks, so it cannot be tuned: {decoder!r}.")
    problem = read_problem(options.problem, options.model, events=options.events, format=options.in_format,
                           observables=options.observables)  # fmt: skip
    if problem.recorded is None:
        options.refuse("tuning needs recorded shots: give --in, or a folder of one of Google's experiments as PROBLEM")
    if not decoder.__sklearn_is_fitted__():
        raise ValueError(f"{options.decoder} is not trained; give a file from `qlearn decode train`.")
    taught = problem.recorded[options.half == "odd" :: 2 if options.half else 1]
    before = deepcopy(decoder)
    with progress(f"tuning {options.decoder}"):
        decoder.fine_tune(taught, passes=options.passes, learning_rate=options.learning_rate, random_state=options.seed)
    persistence.save(decoder, options.out)
    table = None
    if options.half:
        contestants = {options.decoder: before, str(options.out): decoder}
        with progress("comparing"):
            held = problem.recorded[options.half == "even" :: 2]
            table = compared(contestants, problem, options.seed, shots=held)
    if options.json:
        tuned = {"decoder": repr(decoder), "file": str(options.out), "shots": len(taught)}
        print_json(tuned | {"problem": repr(problem), "comparison": table_rows(table) if table else None})
    else:
        print(f"{decoder!r}\ntuned on {len(taught)} shots of {problem!r}, saved as {options.out}")
        print(table or "Tune on one --half to see how it does on the other.")
    return 0


def _check_folder(path: Path, what: str) -> None:
    """Raise ValueError where nothing could be saved, before the work is done."""
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is no folder, so the {what} could not be saved there.")


def _run_compare(options: argparse.Namespace) -> int:
    if options.observables is not None and options.events is None:
        options.refuse("--observables needs --in")
    if options.events is not None and options.shots is not None:
        options.refuse("--shots asks for fresh shots, --in for recorded ones; give one of them")
    problem = read_problem(options.problem, options.model, events=options.events, format=options.in_format,
                       observables=options.observables)  # fmt: skip
    recorded = None if options.shots is not None else problem.recorded
    if options.half and recorded is None:
        options.refuse("--half is for recorded shots")
    if options.half:
        recorded = recorded[options.half == "odd" :: 2]
    n_shots = 100_000 if options.shots is None else options.shots
    budget = {"n_shots": n_shots} if recorded is None else {"shots": recorded}
    decoders = {name: named_decoder(name, options.seed) for name in options.decoder}
    if not (decoders or problem.is_matchable or is_small(problem)):
        options.refuse("errors of this problem do not decompose for matching; give a --decoder, such as bposd")
    with progress("comparing"):
        table = compared(decoders, problem, options.seed, latency_shots=options.latency, **budget)
    if options.json:
        print_json({"problem": repr(problem), "seed": options.seed} | table_rows(table))
    else:
        print({"text": table.__str__, "csv": table.to_csv, "markdown": table.to_markdown}[options.format]())
    return 0


def _run_predict(options: argparse.Namespace) -> int:
    if options.json and options.out is None:
        options.refuse("--json needs --out: standard output holds the predictions")
    decoder = named_decoder(options.decoder, options.seed)
    if not decoder.__sklearn_is_fitted__():
        if options.problem is None:
            options.refuse(f"the decoder {options.decoder} needs --problem, a .stim or .dem file, to be fitted to")
        with progress(f"fitting {options.decoder}"):
            decoder.fit(read_problem(options.problem, options.model))
    if options.out is not None:
        _check_folder(options.out, "predictions")
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
