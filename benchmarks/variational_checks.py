"""scikit-learn's `check_estimator` on every estimator and transformer, on this version and on others.

The classes come from walking the package. No check is expected to fail. Other versions of scikit-learn are given as
``--peer-python scikit-learn-1.6=/path/bin/python``, environments in which this package is installed too.
"""

import json
import subprocess
import sys
from pathlib import Path

import sklearn

from tests.variational.walk import checked, estimators, variants

from .options import Options
from .results import Result

THREADS = "one"


def run(options: Options):
    """Yield one result for each version of scikit-learn."""
    pythons = {"this": sys.executable}
    pythons |= {name: path for name, path in options.peer_python.items() if name.startswith("scikit-learn")}
    for name, python in pythons.items():
        if options.wants(name):
            yield _case(python, options.quick)


def _case(python: str, is_quick: bool) -> Result:
    command = [python, "-m", "benchmarks.variational_checks", *(["quick"] if is_quick else [])]
    folder = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    rows, totals = [], {"passed": 0, "failed": 0, "xfail": 0, "skipped": 0}
    for name, (counts, failures) in found["checks"].items():
        totals = {status: total + counts.get(status, 0) for status, total in totals.items()}
        rows.append(f"{name:<38} {counts.get('passed', 0)} passed, {counts.get('skipped', 0)} skipped, {failures}")
    bad = totals["failed"] + totals["xfail"]
    metrics = {"share_passed": totals["passed"] / (totals["passed"] + bad), "checks": float(totals["passed"] + bad)}
    case = f"scikit-learn {found['version']}, {len(rows)} estimators and settings"
    return Result(case, 1, {}, "check", metrics, [*rows, ", ".join(f"{n} {status}" for status, n in totals.items())])


def main(is_quick: bool) -> None:
    """Print the counts of this version as one line."""
    subjects = {name: cls() for name, cls in estimators().items()} | variants()
    if is_quick:
        subjects = {name: subjects[name] for name in ("FidelityKernel", "landmarks")}
    checks = {name: checked(subject) for name, subject in subjects.items()}
    print(json.dumps({"version": sklearn.__version__, "checks": checks}))


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
