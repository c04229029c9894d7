"""How much a fit may spend, in shots or seconds."""

import math
import time
from collections.abc import Iterator
from numbers import Real

from .._checks import check_count
from .shots import Shots


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

    @property
    def time_progress(self) -> float:
        """Share of the seconds that is spent, 0 where there is no limit."""
        return 0.0 if self.seconds is None else min((time.perf_counter() - self._start) / self.seconds, 1.0)

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, from 0 to 1, by whichever end is nearer."""
        shots = 0.0 if self.n_shots is None else self._spent / max(self.n_shots, 1)
        return min(max(shots, self.time_progress), 1.0)

    def take(self, source: Iterator[Shots]) -> Iterator[Shots]:
        """Yield blocks of `source` until the budget is spent, at least one; the last is cut to the number of shots."""
        while self._spent == 0 or self.progress < 1:
            shots = next(source)
            if self.n_shots is not None and self._spent + len(shots) > self.n_shots:
                shots = shots[: self.n_shots - self._spent]
            self._spent += len(shots)
            yield shots
