"""Results, goals and how they are printed."""

import json
import math
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .timing import Timing

GOALS = Path(__file__).with_name("goals.toml")
OURS = "qlearn"


class DisagreementError(Exception):
    """Contestants that should compute the same do not."""


@dataclass(frozen=True)
class Result:
    """One case of a benchmark.

    Attributes
    ----------
    case : str
        What was done.
    threads : int
    times : dict of str to Timing
        Seconds of one `unit`, by contestant; those of ours begin with "qlearn".
    unit : str
        What one time is for, such as "sample" or "call".
    metrics : dict of str to float
        Numbers by the name of their goal in ``goals.toml``, or by any name where there is none.
    notes : list of str
        What a reader must know: what was checked, what was left out and why.
    """

    case: str
    threads: int
    times: dict[str, Timing] = field(default_factory=dict)
    unit: str = "call"
    metrics: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Result":
        fields = json.loads(text)
        fields["times"] = {name: Timing(**timing) for name, timing in fields["times"].items()}
        return cls(**fields)


@dataclass(frozen=True)
class Goal:
    """A claim: `metric` of a benchmark is at least or at most `target`.

    `tolerance` is relative: a number that misses by less counts as met within the spread of such measurements, and is
    printed so.
    """

    target: float
    at_least: bool
    unit: str
    tolerance: float
    source: str

    def verdict(self, value: float) -> str:
        """Return "met", "met within tolerance" or "MISSED by" how much."""
        shortfall = 1 - value / self.target if self.at_least else value / self.target - 1
        if not math.isfinite(value):
            return "not measured"
        if shortfall <= 0:
            return "met"
        if shortfall <= self.tolerance:
            return f"met within tolerance ({shortfall:.0%} short of {self.tolerance:.0%})"
        return f"MISSED by {shortfall:.0%}"

    def __str__(self) -> str:
        return f"goal {'>=' if self.at_least else '<='} {self.target:g} {self.unit}"


def goals(benchmark: str) -> dict[str, Goal]:
    """Return the goals of a benchmark by metric."""
    table = tomllib.loads(GOALS.read_text(encoding="utf-8")).get(benchmark, {})
    found = {}
    for name, entry in table.items():
        (kind,) = {"at_least", "at_most"} & entry.keys()
        found[name] = Goal(float(entry[kind]), kind == "at_least", entry["unit"], entry["tolerance"], entry["source"])
    return found


def speedups(times: dict[str, Timing], ours: str = OURS) -> dict[str, float]:
    """Return how many times longer the best round of each other contestant took than that of `ours`."""
    return {name: timing.best / times[ours].best for name, timing in times.items() if name != ours}


def best_of(times: dict[str, Timing], *libraries: str) -> float:
    """Return the best seconds among the contestants whose names begin with one of `libraries`; NaN without any."""
    found = [timing.best for name, timing in times.items() if name.startswith(libraries)]
    return min(found, default=math.nan)


def check_equal(case: str, expected: Any, found: dict[str, Any], tolerance: float = 1e-8) -> str:
    """Return a note that all results agree.

    Raises
    ------
    DisagreementError
        If one differs from `expected` by more than `tolerance`.
    """
    import numpy as np

    worst = 0.0
    for name, result in found.items():
        difference = float(np.max(np.abs(np.asarray(result) - np.asarray(expected)), initial=0.0))
        if not difference <= tolerance:
            raise DisagreementError(f"{case}: {name} differs by {difference:.2e}, more than {tolerance:g}.")
        worst = max(worst, difference)
    return f"results of {', '.join(found) or 'no peer'} equal ours to {worst:.1e}"


def judged(benchmark: str, result: Result) -> list[tuple[str, float, Goal, str]]:
    """Return (metric, value, goal, verdict) for every metric of a result that has a goal."""
    known = goals(benchmark)
    return [(m, v, known[m], known[m].verdict(v)) for m, v in result.metrics.items() if m in known]


def lines(benchmark: str, result: Result, judge: bool) -> Iterable[str]:
    """Yield the lines that show a result."""
    yield f"{benchmark}: {result.case} | {result.threads} thread{'s' * (result.threads > 1)}"
    ours = [name for name in result.times if name.startswith(OURS)]
    for name, timing in result.times.items():
        ratio = f"{timing.best / result.times[ours[0]].best:9.3g}x" if ours else ""
        first = f", first call {duration(timing.first)}" if math.isfinite(timing.first) else ""
        yield (
            f"  {name:<34}{duration(timing.best):>11} a {result.unit}{ratio}   "
            f"(median {duration(timing.median)}, slowest {duration(timing.slowest)}, {timing.rounds} rounds{first})"
        )
    known = goals(benchmark)
    for name, value in result.metrics.items():
        goal = known.get(name)
        verdict = f"   {goal}: {goal.verdict(value) if judge else 'not judged'}" if goal else ""
        yield f"  {name:<34}{value:>11.4g}{' ' + goal.unit if goal else ''}{verdict}"
    for note in result.notes:
        yield f"  - {note}"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
