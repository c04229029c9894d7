"""Run one row in this process: ``python -m tests.reliability ROW COUNT SEED`` prints its outcome as JSON."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tests.reliability.rows import ROWS

name, count, seed = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    outcome = ROWS[name].run(int(count), np.random.default_rng(int(seed)), Path(folder))
sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
