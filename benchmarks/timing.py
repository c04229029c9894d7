"""Timing in turn: every contestant once a round, so that what disturbs the machine disturbs all."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_SHORTEST = 0.02  # seconds a single measurement lasts at least
_MOST_ROUNDS = 25
_PATIENCE = 3.0  # rounds may take this many times the seconds asked for, to have three


@dataclass(frozen=True)
class Timing:
    """Seconds of one unit of work: best, median and slowest of `rounds`, and the first call where it was kept."""

    best: float
    median: float
    slowest: float
    rounds: int
    first: float = math.nan

    @classmethod
    def of(cls, seconds: list[float], first: float = math.nan) -> "Timing":
        return cls(min(seconds), statistics.median(seconds), max(seconds), len(seconds), first)

    def per(self, units: float) -> "Timing":
        """Return the time of one of `units` equal parts; the first call is left whole."""
        return Timing(self.best / units, self.median / units, self.slowest / units, self.rounds, self.first)


def measure(call: Callable[[], Any], loops: int) -> float:
    """Return seconds a call, over `loops` of them; a call that measures itself (in another process) is asked to."""
    if hasattr(call, "measure"):
        return call.measure(loops)
    was_enabled = gc.isenabled()
    gc.disable()
    start = time.perf_counter()
    for _ in range(loops):
        call()
    seconds = (time.perf_counter() - start) / loops
    if was_enabled:
        gc.enable()
    return seconds


def interleaved(calls: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Timing]:
    """Return the timing of every call; all have been called once before.

    One call of each is timed to choose how many loops a measurement has and how many rounds fit into `seconds`: at
    least three, fewer only where three would take several times as long.
    """
    once = {name: measure(call, 1) for name, call in calls.items()}
    loops = {name: max(1, math.ceil(_SHORTEST / max(duration, 1e-7))) for name, duration in once.items()}
    a_round = sum(loops[name] * once[name] for name in calls)
    rounds = min(_MOST_ROUNDS, math.floor(seconds / a_round))
    rounds = max(rounds, min(3, max(1, math.floor(_PATIENCE * seconds / a_round))))
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds):
        names = list(calls) if turn % 2 == 0 else list(reversed(calls))
        for name in names:
            taken[name].append(measure(calls[name], loops[name]))
    for name, duration in once.items():
        if loops[name] == 1:  # as good a measurement as the others
            taken[name].append(duration)
    return {name: Timing.of(durations) for name, durations in taken.items()}


def first_call(prepare: Callable[[], Callable[[], Any]]) -> tuple[Callable[[], Any], Any, float]:
    """Return what `prepare` returns, the result of calling it once, and the seconds of both."""
    if hasattr(prepare, "first"):
        return prepare.first()
    start = time.perf_counter()
    call = prepare()
    result = call()
    return call, result, time.perf_counter() - start
