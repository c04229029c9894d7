"""How much a fit may spend, in shots or seconds."""

import math
import time
from collections.abc import Callable, Iterator
from numbers import Real
from typing import TypeVar

from .._checks import check_count

Block = TypeVar("Block")


class Budget:
    """Shots and seconds for one fit; the clock starts with the object."""

    def __init__(self, n_shots: int | None, seconds: float | None, default_shots: int) -> None:
        if n_shots is not None:
            n_shots = check_count("n_shots", n_shots, minimum=1)
        if seconds is not None:
            if isinstance(seconds, bool) or not isinstance(seconds, Real) or not 0 < seconds < math.inf:
                raise ValueError(f"`seconds` must be a positive number, got {seconds!r}.")
            seconds = float(seconds)
        self.seconds = seconds
        self.n_shots = default_shots if n_shots is None and seconds is None else n_shots
        self._start = time.perf_counter()
        self._spent = 0

    def state(self) -> list[float]:
        """Return the shots and seconds spent."""
        return [self._spent, time.perf_counter() - self._start]

    def restore(self, state: list[float]) -> None:
        """Go on where an interrupted fit had spent so much."""
        self._spent, self._start = int(state[0]), time.perf_counter() - float(state[1])

    def reserve(self, share: float) -> float:
        """Keep this share of the seconds for what follows the shots; return it, infinite where there is no limit."""
        if self.seconds is None:
            return math.inf
        kept = share * self.seconds
        self.seconds -= kept
        return kept

    @property
    def time_progress(self) -> float:
        """Share of the seconds that is spent, 0 where there is no limit."""
        return 0.0 if self.seconds is None else min((time.perf_counter() - self._start) / self.seconds, 1.0)

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, from 0 to 1, by whichever end is nearer."""
        shots = 0.0 if self.n_shots is None else self._spent / max(self.n_shots, 1)
        return min(max(shots, self.time_progress), 1.0)

    def take(self, source: Iterator[Block], until: float = 1.0) -> Iterator[Block]:
        """Yield blocks of `source` until this share of the budget is spent, at least one.

        The last block, of shots of any kind that has a length and can be sliced, is cut to the number of shots.
        """
        end = None if self.n_shots is None else max(round(until * self.n_shots), self._spent + 1)
        first = True
        while first or (self.progress < until and (end is None or self._spent < end)):
            shots, first = next(source), False
            if end is not None and self._spent + len(shots) > end:
                shots = shots[: end - self._spent]
            self._spent += len(shots)
            yield shots


def affordable(work: Callable[[], object], n_shots: int, seconds: float) -> float:
    """Return how many shots can be worked on in so many seconds, given the work on some, which is done twice."""
    if seconds == math.inf:
        return math.inf
    work()  # what is slow once is not counted
    start = time.perf_counter()
    work()
    return n_shots * seconds / max(time.perf_counter() - start, 1e-6)
