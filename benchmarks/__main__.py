"""List or run benchmarks, see `benchmarks`."""

import argparse
import ast
import json
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import machine
from .options import Options, core_count, pinned_environment
from .results import Result, judged

FOLDER = Path(__file__).parent


def scripts() -> dict[str, ast.Module]:
    """Return the scripts by name: the modules here that define ``run``."""
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))}
    return {
        name: tree
        for name, tree in trees.items()
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)
    }


def thread_counts(tree: ast.Module) -> list[int]:
    """Return the numbers of threads that a script asks for by its ``THREADS``."""
    asked = "each"
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "THREADS":
            asked = ast.literal_eval(node.value)
    return sorted({1, core_count()}) if asked == "each" else [1]


def run_script(name: str, options: Options) -> tuple[list[Result], bool]:
    """Run a script in a child process; return its results and whether it came to its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.jsonl"
        path.touch()
        code = subprocess.run(
            [sys.executable, "-m", "benchmarks.child", name, options.to_json(), str(path)],
            env=pinned_environment(options.threads),
            cwd=FOLDER.parent,
            check=False,
        ).returncode
        found = [Result.from_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if code:
        print(f"{name}: ended with status {code}; what it had measured is kept.", flush=True)
    return found, code == 0


def print_summary(found: dict[str, list[Result]]) -> int:
    """Print every goal once a case and return how many were missed."""
    rows = []
    for name, results in found.items():
        for result in results:
            for metric, value, goal, verdict in judged(name, result):
                rows.append((verdict.startswith("MISSED"), name, metric, result, value, goal, verdict))
    print(f"\n{sum(not row[0] for row in rows)} of {len(rows)} goals met")
    for _, name, metric, result, value, goal, verdict in rows:
        where = f"{result.case} | {result.threads} thr."
        print(f"  {verdict:<36} {name}.{metric} = {value:.3g} {goal.unit} ({goal}) | {where}")
    return sum(row[0] for row in rows)


def _speed() -> str:
    """Return what one thread of this machine does at best, measured in a pinned process."""
    code = (
        "from benchmarks import machine, options; options.pin_processors(1); "
        "print(f'{machine.matrix_product_gflops():.0f} GF/s in a float64 matrix product, '"
        "f'{machine.copy_bandwidth():.0f} GB/s copying')"
    )
    command = [sys.executable, "-c", code]
    environment = pinned_environment(1)
    return subprocess.run(
        command, env=environment, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()  # fmt: skip


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="scripts to run, or all; none lists them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write machine, results and verdicts")
    parser.add_argument("--quick", action="store_true", help="tiny cases, nothing judged")
    parser.add_argument("--case", default="", metavar="TEXT", help="only cases whose name contains TEXT")
    parser.add_argument("--seconds", type=float, default=10.0, help="aim for the rounds of one case")
    parser.add_argument("--threads", type=int, nargs="*", help="instead of one and all")
    parser.add_argument(
        "--peer-python", action="append", default=[], metavar="PEER=PATH",
        help="interpreter of a peer with an environment of its own, such as tensorcircuit=/path/bin/python",
    )  # fmt: skip
    return parser.parse_args(arguments)


def main() -> int:
    """Return 0, 1 if a goal was missed, 2 if a script did not come to its end."""
    given, known = parse(), scripts()
    unknown = set(given.names) - set(known) - {"all"}
    if unknown or not given.names:
        for name, tree in known.items():
            print(f"{name:<22} {(ast.get_docstring(tree) or '').splitlines()[0]}")
        if unknown:
            print(f"There is no {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2 if unknown else 0
    described = {**machine.describe(), "one thread reaches": _speed()}
    for key, value in described.items():
        print(f"{key:<20} {value}", flush=True)
    print()
    base = Options(given.quick, 1, given.seconds, given.case, dict(entry.split("=", 1) for entry in given.peer_python))
    found: dict[str, list[Result]] = {}
    complete, start = True, time.perf_counter()
    for name in known if "all" in given.names else given.names:
        found[name] = []
        for threads in given.threads or thread_counts(known[name]):
            results, ended = run_script(name, replace(base, threads=threads))
            found[name] += results
            complete &= ended
    print(f"\n{time.perf_counter() - start:.0f} s in all, load at the end: {machine.describe()['load']}")
    missed = 0 if given.quick else print_summary(found)
    if given.json:
        given.json.write_text(_as_json(described, found, given.quick), encoding="utf-8")
    return 2 if not complete else int(missed > 0)


def _as_json(described: dict[str, str], found: dict[str, list[Result]], quick: bool) -> str:
    benchmarks = {
        name: [
            {
                **asdict(result),
                "goals": [
                    {"metric": metric, "value": value, "goal": str(goal), "source": goal.source, "verdict": verdict}
                    for metric, value, goal, verdict in judged(name, result)
                ],
            }
            for result in results
        ]
        for name, results in found.items()
    }
    return json.dumps(_finite({"machine": described, "quick": quick, "benchmarks": benchmarks}), indent=1)


def _finite(data: Any) -> Any:
    """Return nested data with null for numbers that JSON does not know."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


if __name__ == "__main__":
    sys.exit(main())
