"""`qlearn estimate`: expectation values with errors from a file of measured bits and a file of observables."""

import argparse
import math
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._terminal import bold, print_json, progress

if TYPE_CHECKING:
    from ..shadows import AbstractEstimator, EstimateTable, ShadowBlocks

EXAMPLES = """  qlearn estimate data.csv --qubit-0 left --observables observables.txt
                               expectation values with errors from measured bits
"""
_DESCRIPTION = """\
Expectation values with standard errors from a file of measurements in bases of X, Y, Z.

DATA       .csv   lines of basis,outcome[,count[,setting]], with this header
           .json  counts by basis, {"XZ": {"00": 12, ...}, ...}, such as Qiskit gives
           .txt   Huang et al.: the number of qubits, then a line "X 1 Z -1" for each shot
           .npz   arrays bases and outcomes, or a measurement group of RandomMeas.jl
           .qlearn
OBSERVABLES  a line each, "energy: 0.5 * Z0 Z1 - X2" or "ZZI"; JSON; the text of an OpenFermion operator;
           or a list of Huang et al. Labels have qubit 0 on the left.

Files .csv, .txt and .npz may be larger than the memory. A value is "nan" where no shot measured a term."""
_EXAMPLES = """\
examples:
  qlearn estimate data.csv --qubit-0 left --observables observables.txt
  qlearn estimate counts.json --qubit-0 right --observable "Z0 Z1" --observable "0.5 * X0 - Y1" --csv
  qlearn estimate noisy.npz --observables h2.json --zero zero.npz --json

exit codes: 0 done, 1 failed (the reason is on stderr), 2 not understood"""
_TEXTS = (".csv", ".json")
_ESTIMATORS = ("match-ratio", "inverse-probability", "median-of-means")


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "estimate",
        help="expectation values with errors from a file of measured bits",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", metavar="DATA", type=Path, help="file of measurements")
    parser.add_argument("--observables", metavar="FILE", type=Path, help="file of observables")
    parser.add_argument("--observable", metavar="TEXT", action="append", default=[], help="an observable; repeatable")
    parser.add_argument(
        "--qubit-0", choices=("left", "right"), help="which end of the texts in DATA is qubit 0 (.csv, .json)"
    )
    parser.add_argument(
        "--estimator", choices=_ESTIMATORS, default=_ESTIMATORS[0], help="(default match-ratio, for any settings)"
    )
    parser.add_argument("--groups", type=int, default=10, metavar="N", help="of median-of-means (default 10)")
    parser.add_argument(
        "--unmeasured", choices=("nan", "zero"), default="nan", help="what a term counts that no shot measured"
    )
    parser.add_argument("--zero", metavar="FILE", type=Path, help="calibrate by data of the state |0...0>, as DATA")
    parser.add_argument("--one", metavar="FILE", type=Path, help="and of |1...1>: confusion matrices")
    parser.add_argument(
        "--confidence", type=float, default=0.95, metavar="P", help="of all intervals at once (default 0.95)"
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print as JSON")
    output.add_argument("--csv", action="store_true", help="print as CSV")
    parser.set_defaults(run=_run_estimate, refuse=parser.error)


def _run_estimate(options: argparse.Namespace) -> int:
    if options.observables is None and not options.observable:
        options.refuse("give --observables FILE or --observable TEXT")
    if options.one is not None and options.zero is None:
        options.refuse("--one needs --zero")
    if not 0 < options.confidence < 1:
        options.refuse(f"--confidence must lie between 0 and 1, got {options.confidence}")
    has_texts = options.data.suffix.lower() in _TEXTS
    if has_texts and options.qubit_0 is None:
        options.refuse(f"which end of the texts in {options.data.name} is qubit 0? Give --qubit-0 left, or right")
    if not has_texts and options.qubit_0 is not None:
        options.refuse("--qubit-0 is for .csv and .json; other files tell the order of qubits themselves")
    with progress("loading"):
        from ..shadows import scan_data, tabulate

    with progress("reading"):
        data = scan_data(options.data, qubit_0=options.qubit_0)
        observables = _observables(options, data.n_qubits)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with progress("estimating"):
            table = tabulate(
                data,
                observables,
                _estimator(options),
                confidence=options.confidence,
                unmeasured=options.unmeasured,
            )
    if options.json:
        print_json(_as_json(options, data, table))
    elif options.csv:
        print(table.to_csv(), end="")
    else:
        head, *rows = str(table).splitlines()
        print(bold(head), *rows, sep="\n")
    for text in dict.fromkeys(str(item.message) for item in caught):
        print(f"qlearn: {text}", file=sys.stderr)
    return 0


def _observables(options: argparse.Namespace, n_qubits: int) -> dict[str, Any]:
    from ..paulis import PauliSum
    from ..shadows import read_observables

    found = {} if options.observables is None else read_observables(options.observables, n_qubits)
    for text in options.observable:
        try:
            found[text] = PauliSum(text, n_qubits)
        except (ValueError, TypeError) as error:
            raise ValueError(f"--observable {text!r}: {error}") from error
    return found


def _estimator(options: argparse.Namespace) -> "AbstractEstimator":
    from ..shadows import (
        Calibrated,
        InverseProbability,
        MatchRatio,
        MedianOfMeans,
        QubitCalibration,
        ReadoutCalibration,
        scan_data,
    )

    kinds = {
        "match-ratio": MatchRatio,
        "inverse-probability": InverseProbability,
        "median-of-means": lambda: MedianOfMeans(options.groups),
    }
    estimator = kinds[options.estimator]()
    if options.zero is None:
        return estimator
    known = [
        scan_data(path, qubit_0=options.qubit_0 if path.suffix.lower() in _TEXTS else None)
        for path in (options.zero, options.one)
        if path is not None
    ]
    calibration = QubitCalibration() if options.one is None else ReadoutCalibration()
    return Calibrated(calibration.fit(*known), estimator)


def _as_json(options: argparse.Namespace, data: "ShadowBlocks", table: "EstimateTable") -> dict[str, Any]:
    rows = [
        {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
        for row in table.rows()
    ]
    return {
        "data": str(options.data),
        "n_qubits": data.n_qubits,
        "n_shots": table.estimate.n_shots,
        "estimator": table.estimate.method,
        "confidence": table.confidence,
        "observables": rows,
    }
