"""From lines of text files, each a basis and an outcome, to blocks of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._checks import check_count
from .._memory import require_memory
from ..persistence import FileFormatError
from .blocks import Block, ShadowBlocks
from .data import ShadowData


class Row(NamedTuple):
    """A basis in letters X, Y, Z with one outcome in letters 0, 1, as long, and how often it occurred.

    Rows that follow each other with equal `setting` and `basis` belong to one setting.
    """

    setting: str | None
    basis: str
    outcome: str
    count: int


def scan_rows(rows: Callable[[], Iterator[Row]], name: str, qubit_0: str, block_shots: int) -> ShadowBlocks:
    """Return blocks of the checked rows of a file.

    Parameters
    ----------
    rows : callable
        Reads the file from its start.
    name : str
        Of the file, for messages.
    qubit_0 : {"left", "right"}
        Which end of the texts is qubit 0.
    block_shots : int
    """
    check_end(qubit_0)
    check_count("block_shots", block_shots, minimum=1)
    first = next(rows(), None)
    if first is None:
        raise FileFormatError(f"{name!r} holds no measurement.")
    order = slice(None) if qubit_0 == "left" else slice(None, None, -1)
    return ShadowBlocks(lambda: _blocks(rows(), order, block_shots), len(first.basis))


def check_end(qubit_0: str) -> None:
    """Raise ValueError unless `qubit_0` names an end of a text."""
    if qubit_0 not in {"left", "right"}:
        raise ValueError(f'`qubit_0` must be "left" or "right", got {qubit_0!r}.')


def _blocks(rows: Iterator[Row], order: slice, block_shots: int) -> Iterator[Block]:
    lines = _Lines(order)
    previous: tuple[str | None, str] | None = None
    for row in rows:
        left, goes_on = row.count, (row.setting, row.basis) == previous
        previous = row.setting, row.basis
        while left:
            taken = min(left, block_shots - lines.n_shots)
            lines.add(row.basis, row.outcome, taken, goes_on)
            left, goes_on = left - taken, True
            if lines.n_shots == block_shots:
                yield lines.block()
                lines = _Lines(order)
    if lines.n_shots:
        yield lines.block()


class _Lines:
    """The texts of one block."""

    def __init__(self, order: slice) -> None:
        self.order = order
        self.bases: list[str] = []
        self.shots: list[int] = []
        self.outcomes: list[str] = []
        self.counts: list[int] = []
        self.n_shots = 0
        self.continues = False

    def add(self, basis: str, outcome: str, count: int, goes_on: bool) -> None:
        if not self.bases:
            self.continues = goes_on
        if not (goes_on and self.bases):
            self.bases.append(basis)
            self.shots.append(0)
        self.outcomes.append(outcome)
        self.counts.append(count)
        self.shots[-1] += count
        self.n_shots += count

    def block(self) -> Block:
        codes, bits = _characters(self.bases) - ord("X"), _characters(self.outcomes) - ord("0")
        require_memory(2 * self.n_shots * bits.shape[1], f"{self.n_shots} outcomes", "smaller blocks")
        outcomes = np.repeat(bits[:, self.order], self.counts, axis=0)
        return Block(ShadowData(codes[:, self.order], outcomes, self.shots), self.continues)


def _characters(texts: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(len(texts), -1)
