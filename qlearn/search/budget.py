"""What a search may spend, and what it has spent."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from numbers import Real

from .._checks import check_count

__all__ = ["Budget", "Spent"]

GRADIENT_COST = 3  # energies that one gradient, with its energy, counts for


@dataclass(frozen=True)
class Spent:
    """What was spent: energies, gradients and seconds.

    Attributes
    ----------
    n_energies, n_gradients : int
        Costs computed alone, and together with their gradient.
    seconds : float
        Wall time.
    """

    n_energies: int = 0
    n_gradients: int = 0
    seconds: float = 0.0

    @property
    def evaluations(self) -> int:
        """The one number in which budgets are compared: energies, plus three for each gradient."""
        return self.n_energies + GRADIENT_COST * self.n_gradients

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.n_energies + other.n_energies, self.n_gradients + other.n_gradients, self.seconds + other.seconds
        )


@dataclass(frozen=True)
class Budget:
    """Limits of a search; it ends at the first one reached.

    Parameters
    ----------
    seconds : float, optional
        Wall time. A run that ends by time is not reproducible to the last bit; one that ends by evaluations is.
    evaluations : int, optional
        Energies, a gradient (which comes with its energy) counting as three: one measure for all strategies.
    target : float, optional
        Cost at or below which the search may stop, for those who know what is good enough.

    Raises
    ------
    ValueError, TypeError
        If there is neither `seconds` nor `evaluations`, or a number is out of range.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.search.Budget(seconds=60, evaluations=100_000)
    Budget(seconds=60, evaluations=100000, target=None)
    """

    seconds: float | None = None
    evaluations: int | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.evaluations is None:
            raise ValueError("A Budget needs `seconds` or `evaluations`: a search has no end of its own.")
        if self.seconds is not None and not (_is_number(self.seconds) and 0 < self.seconds < math.inf):
            raise ValueError(f"`seconds` must be a positive number, got {self.seconds!r}.")
        if self.evaluations is not None:
            check_count("evaluations", self.evaluations, minimum=1)
        if self.target is not None and not (_is_number(self.target) and math.isfinite(self.target)):
            raise ValueError(f"`target` must be a finite number, got {self.target!r}.")

    def evaluations_left(self, spent: Spent) -> int:
        """Return how many evaluations are left, a very large number where there is no limit.

        Parameters
        ----------
        spent : Spent

        Returns
        -------
        int
        """
        return 2**62 if self.evaluations is None else max(0, self.evaluations - spent.evaluations)

    def seconds_left(self, spent: Spent) -> float:
        """Return how many seconds are left, infinity where there is no limit.

        Parameters
        ----------
        spent : Spent

        Returns
        -------
        float
        """
        return math.inf if self.seconds is None else max(0.0, self.seconds - spent.seconds)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


class Allowance:
    """What one piece of work may spend: evaluations, and the moment at which it must end.

    Attributes
    ----------
    evaluations : int
    deadline : float
        In the seconds of ``time.time()``, which processes share.
    """

    def __init__(self, evaluations: int, deadline: float = math.inf) -> None:
        self.evaluations, self.deadline = evaluations, deadline

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline < math.inf and time.time() >= self.deadline
