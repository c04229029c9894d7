"""Settings that are objects: the default where none is given, and a clear word where it is something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def chosen(name: str, value: Any, kind: type, default: Callable[[], Any]) -> Any:
    """Return a setting, or its default where it is None.

    Parameters
    ----------
    name : str
        What the user calls it, for the message.
    value : object or None
    kind : type
        What it must be an instance of.
    default : callable
        Makes the default.

    Returns
    -------
    object

    Raises
    ------
    TypeError
        If it is of another kind, such as a name or a class that was not called.
    """
    if value is None:
        return default()
    if isinstance(value, kind):
        return value
    given = f"the class {value.__name__}, which must be called" if isinstance(value, type) else repr(value)
    raise TypeError(f"`{name}` must be None or an {kind.__name__} such as {default()!r}, got {given}.")
