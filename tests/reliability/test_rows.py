"""Every row of the reliability table with a small count, and the table's own honesty."""

import numpy as np
import pytest

from tests.reliability.outcome import Outcome
from tests.reliability.rows import ROWS


@pytest.mark.parametrize("name", ROWS)
def test_nothing_is_lost(name, tmp_path):
    row = ROWS[name]
    outcome = row.run(row.few, np.random.default_rng(7), tmp_path)
    assert outcome.faults == []
    assert outcome.tried in (row.few, 2 * row.few)  # some attempt twice


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: (_ for _ in ()).throw(ValueError()), "ValueError without a word"),
        (lambda: 3, "accepted what it should have refused"),
    ],
)
def test_faults_are_counted(action, fault):
    outcome = Outcome()
    outcome.attempt("x", action)
    outcome.attempt("y", lambda: int("no number"))
    assert outcome.faults == [f"x: {fault}"]
    assert (outcome.tried, outcome.survived) == (2, 1)


def test_slow_answers_are_faults():
    outcome = Outcome(max_seconds=-1.0)
    outcome.attempt("x", int, "3", accepts=lambda result: result == 3)
    assert "took" in outcome.faults[0]
