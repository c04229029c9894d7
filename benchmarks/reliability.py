"""Hostile and damaged input, accidents, and more than fits: what was tried and what was survived, row by row.

Each row runs in a process of its own, so that a crash of the interpreter is counted as one. The rows are those that
``tests/reliability`` runs with small counts.
"""

import json
import subprocess
import sys

from tests.reliability.rows import ROWS

from .options import Options
from .results import Result

THREADS = "one"
_SEED = 20261122


def run(options: Options):
    """Yield one case a row."""
    for name, row in ROWS.items():
        case = f"{name} {row.title}"
        if options.wants(case):
            yield _row(name, case, row.few if options.quick else row.many)


def _row(name, case, count):
    command = [sys.executable, "-m", "tests.reliability", name, str(count), str(_SEED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        notes = [f"the process ended with status {done.returncode}: {done.stderr.strip()[-300:]}"]
        return Result(case, 1, metrics={"survived_share": 0.0}, notes=notes)
    outcome = json.loads(done.stdout)
    tried, faults = outcome["tried"], outcome["faults"]
    metrics = {
        "survived_share": (tried - len(faults)) / tried,
        "tried": tried,
        "survived": tried - len(faults),
        "slowest attempt (s)": outcome["slowest"],
    }
    return Result(case, 1, metrics=metrics, notes=faults[:5])
