"""What every chapter returns, and tables of numbers as text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...estimates import Estimate
from ...report import Report


@dataclass(frozen=True)
class Chapter:
    """The results of one chapter: as data, as text for the terminal, and as sections of the report.

    `faults` says which known values it missed: the tour also checks the installation.
    """

    title: str
    data: dict[str, Any]
    text: str
    write: Callable[[Report], Any]
    faults: list[str] = field(default_factory=list)


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in columns: the first to the left, the others to the right."""
    cells = [list(headers), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = []
    for row in cells:
        numbers = (value.rjust(width) for value, width in zip(row[1:], widths[1:]))
        lines.append("   " + "  ".join([row[0].ljust(widths[0]), *numbers]).rstrip())
    return "\n".join(lines)


def estimate_data(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as plain data."""
    return {"value": float(estimate.value), "std_error": float(estimate.std_error), "n_shots": estimate.n_shots}
