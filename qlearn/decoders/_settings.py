"""Settings of learned decoders, checked before anything is trained."""

from collections.abc import Iterable
from numbers import Real
from typing import Any

from .._checks import check_count


def check_widths(name: str, value: Any) -> tuple[int, ...]:
    """Return the widths of hidden layers, each at least 1."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"`{name}` must be a sequence of widths such as (64, 64), got {value!r}.")
    return tuple(check_count(name, width, minimum=1) for width in value)


def check_positive(name: str, value: Any, *, or_zero: bool = False) -> float:
    """Return a number above 0, or at least 0 with `or_zero`; NaN is refused."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"`{name}` must be a number, got {value!r} of type {type(value).__name__}.")
    if not (value > 0 or (or_zero and value == 0)):
        raise ValueError(f"`{name}` must be {'at least' if or_zero else 'above'} 0, got {value!r}.")
    return float(value)
