"""`qlearn design`: which bases to measure, and how often, for given observables and shots."""

import argparse
import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._terminal import progress, seed

if TYPE_CHECKING:
    from ..paulis import PauliSum
    from ..shadows import AbstractScheme, MeasurementScheme

EXAMPLES = """  qlearn design h2.json --shots 1000 --out settings.csv
                               which bases to measure, and how often
"""
_EXAMPLES = """\
examples:
  qlearn design h2.json --shots 1000                          settings to stdout, as CSV
  qlearn design h2.json --scheme derandomised --shots 1000 --out settings.json
  qlearn design h2.txt --shots 500 --out circuits/ --preparation ansatz.qasm
                                                              an OpenQASM 3 circuit for each setting

--out ends in .csv or .json (basis and shots of each setting), .txt (a line for each shot, as Huang et al.),
or is a folder, which must not exist: it gets a circuit for each setting and settings.csv.
Letters stand for qubits from left to right. Measure, write lines of basis,outcome,count, and `qlearn estimate` reads
them. Exit codes: 0 done, 1 failed (the reason is on stderr), 2 not understood."""
_SUFFIXES = (".csv", ".json", ".txt")


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "design",
        help="which bases to measure, and how often",
        description="Settings for measuring observables: a basis letter X, Y, Z for every qubit, and shots for each.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("observables", metavar="OBSERVABLES", type=Path, help="file, as for `qlearn estimate`")
    parser.add_argument("--shots", type=int, required=True, metavar="N", help="in all")
    parser.add_argument("--scheme", default="shadow-grouping", metavar="NAME", help="(default shadow-grouping)")
    parser.add_argument("--list-schemes", action=_ListSchemes, nargs=0, help="name all schemes and leave")
    parser.add_argument("--n-qubits", type=int, metavar="N", help="width, where the observables do not tell")
    parser.add_argument("--out", type=Path, metavar="PATH", help="file or new folder; stdout by default")
    parser.add_argument("--preparation", type=Path, metavar="FILE", help="OpenQASM of the state, for circuits")
    parser.add_argument("--seed", type=seed, default=0, help="of schemes that draw at random (default 0)")
    parser.set_defaults(run=_run_design, refuse=parser.error)


class _ListSchemes(argparse.Action):
    """Prints every scheme with the first line of its documentation."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        for name, kind in _schemes().items():
            print(f"{name:<22}{(kind.__doc__ or '').strip().splitlines()[0]}")
        parser.exit()


def _run_design(options: argparse.Namespace) -> int:
    with progress("loading"):
        from ..shadows import read_observables

        schemes = _schemes()
    if options.scheme not in schemes:
        options.refuse(f"--scheme must be one of {', '.join(schemes)}; got {options.scheme!r}")
    if options.shots < 1:
        options.refuse(f"--shots must be at least 1, got {options.shots}")
    to_folder = options.out is not None and options.out.suffix.lower() not in _SUFFIXES
    if options.preparation is not None and not to_folder:
        options.refuse("--preparation is for circuits; let --out be a folder")
    if to_folder and options.out.exists():
        raise FileExistsError(f"{str(options.out)!r} exists; name a folder that does not.")
    target = _combined(read_observables(options.observables, options.n_qubits))
    kind = schemes[options.scheme]
    scheme = kind(random_state=options.seed) if "random_state" in kind().get_params() else kind()
    with progress("designing"):
        design = scheme.design(target, options.shots)
    if to_folder:
        _write_circuits(options, design)
    elif options.out is None:
        print(_as_csv(design), end="")
    else:
        _write(options.out, design)
    print(f"{design.n_settings} settings, {design.n_shots} shots; {_missing(design, target)}", file=sys.stderr)
    return 0


def _schemes() -> dict[str, "type[AbstractScheme]"]:
    from .. import shadows

    found = {}
    for name in shadows.__all__:
        kind = getattr(shadows, name)
        if isinstance(kind, type) and issubclass(kind, shadows.AbstractScheme) and kind is not shadows.AbstractScheme:
            found[re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()] = kind
    return dict(sorted(found.items()))


def _combined(observables: "dict[str, PauliSum]") -> "PauliSum":
    """Return one sum that weighs every string by the moduli of its coefficients."""
    from ..paulis import PauliSum

    if len(observables) == 1:
        return next(iter(observables.values()))
    weights: dict[str, float] = {}
    for observable in observables.values():
        for label, coefficient in observable.items():
            weights[label] = weights.get(label, 0.0) + abs(coefficient)
    return PauliSum(weights)


def _missing(design: "MeasurementScheme", target: "PauliSum") -> str:
    import numpy as np

    from ..shadows import ShadowData, estimate_terms

    distinct = ShadowData(design.bases, np.zeros((design.n_settings, design.n_qubits), dtype=np.uint8))
    never = int((estimate_terms(distinct, target).n_matches == 0).sum())
    return "every term is measured" if never == 0 else f"{never} of {target.n_terms} terms are never measured"


def _as_csv(design: "MeasurementScheme") -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("basis", "shots"))
    writer.writerows(zip(design.labels(), design.shots_per_setting.tolist(), strict=True))
    return text.getvalue()


def _write(path: Path, design: "MeasurementScheme") -> None:
    from ..persistence import write_atomically

    suffix = path.suffix.lower()
    pairs = list(zip(design.labels(), design.shots_per_setting.tolist(), strict=True))
    if suffix == ".csv":
        text = _as_csv(design)
    elif suffix == ".json":
        text = json.dumps([{"basis": basis, "shots": shots} for basis, shots in pairs], indent=1) + "\n"
    else:
        text = "".join(" ".join(basis) + "\n" for basis, shots in pairs for _ in range(shots))
    write_atomically(str(path.resolve()), text.encode())


def _write_circuits(options: argparse.Namespace, design: "MeasurementScheme") -> None:
    from ..circuits import Circuit

    preparation = None
    if options.preparation is not None:
        preparation = Circuit.from_qasm(options.preparation.read_text(encoding="utf-8"))
    circuits = design.circuits(preparation)
    options.out.mkdir(parents=True)
    (options.out / "settings.csv").write_text(_as_csv(design), encoding="utf-8")
    digits = len(str(len(circuits) - 1))
    for number, circuit in enumerate(circuits):
        (options.out / f"setting_{number:0{digits}}.qasm").write_text(circuit.to_qasm(3), encoding="utf-8")
