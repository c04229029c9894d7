"""One case: every way prepared, called once, checked against ours, then timed in turn."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from . import timing
from .contestants import Library
from .options import Options
from .results import check_equal

OURS = Library("qlearn")


def compare(
    case: str,
    ways: Mapping[str, Callable[[], Any]],
    options: Options,
    check: Callable[[dict[str, Any]], str],
    units: Mapping[str, float] | None = None,
) -> tuple[dict[str, timing.Timing], dict[str, Any], str]:
    """Return timings, first results and the note of the check.

    Parameters
    ----------
    case : str
        For messages.
    ways : mapping
        `prepare` by contestant, ours first.
    options : Options
    check : callable
        Takes the results by contestant; raises if they are not as they should be, else returns a note.
    units : mapping, optional
        Units of work in one call, by contestant; one where it names none.
    """
    calls, results, first = {}, {}, {}
    for name, prepare in ways.items():
        calls[name], results[name], first[name] = timing.first_call(prepare)
    note = check(results)
    measured = timing.interleaved(calls, 0.2 if options.quick else options.seconds)
    units = units or {}
    return (
        {name: replace(taken.per(units.get(name, 1)), first=first[name]) for name, taken in measured.items()},
        results,
        note,
    )


def equal_to_ours(case: str, tolerance: float = 1e-8) -> Callable[[dict[str, Any]], str]:
    """Return a check that all numbers are those of the first contestant (as many of them as there are)."""

    def check(results: dict[str, Any]) -> str:
        (_, ours), *others = results.items()
        note = ""
        for name, found in others:
            parts = found if isinstance(found, tuple) else (found,)
            for expected, part in zip(ours if isinstance(ours, tuple) else (ours,), parts, strict=True):
                n = len(part) if getattr(part, "ndim", 0) else None
                note = check_equal(case, expected if n is None else expected[:n], {name: part}, tolerance)
        return f"values{' and gradients' if isinstance(ours, tuple) else ''} agree to {tolerance:g}" if note else ""

    return check


def fastest_ways(
    library: Any, task: str, arguments: tuple[Any, ...], trial_arguments: tuple[Any, ...]
) -> dict[str, Callable[[], Any]]:
    """Return the fastest way of a library on a smaller trial, for cases too long to time every way."""
    trial = library.ways(task, *trial_arguments)
    if len(trial) < 2:
        return library.ways(task, *arguments)
    seconds = {}
    for name, prepare in trial.items():
        call, _, _ = timing.first_call(prepare)
        seconds[name] = min(timing.measure(call, 1) for _ in range(3))
    best = min(seconds, key=seconds.__getitem__)
    return {name: way for name, way in library.ways(task, *arguments).items() if name == best}
