"""CSV files of measurement data, one outcome a line. Damaged files are refused with the line."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._checks import check_count
from .._memory import require_memory
from ..persistence import FileFormatError
from .blocks import BLOCK_SHOTS, Block, ShadowBlocks
from .data import LETTERS, ShadowData

_FIELDS = ("setting", "basis", "outcome", "count")
_MAX_COUNT = 10**9


class _Row(NamedTuple):
    setting: str | None
    basis: str
    outcome: str
    count: int


def read_csv(path: str | os.PathLike[str], *, qubit_0: str) -> ShadowData:
    """Return the data of a CSV file with a header and the columns ``basis,outcome`` and perhaps ``count,setting``.

    A line such as ``XYZ,010,12`` says that measuring X, Y, Z gave 0, 1, 0 twelve times. Lines that follow each other
    with the same ``setting`` (any text) are one setting; without that column, lines that follow each other with the
    same basis are.

    Parameters
    ----------
    path : str or path-like
    qubit_0 : {"left", "right"}
        Which end of both texts is qubit 0. Files of Qiskit have it on the right.

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line.
    ValueError
        If `qubit_0` is neither.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "data.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("basis,outcome,count\\nZZ,00,2\\nZZ,11,1\\nXX,01,1\\n")
    >>> ql.shadows.read_csv(path, qubit_0="left")
    <ShadowData: 2 qubits, 2 settings, 4 shots>
    """
    return scan_csv(path, qubit_0=qubit_0).load()


def scan_csv(path: str | os.PathLike[str], *, qubit_0: str, block_shots: int = BLOCK_SHOTS) -> ShadowBlocks:
    """Return the data of a CSV file such as `read_csv` reads, to be read block by block whenever they are needed.

    Parameters
    ----------
    path : str or path-like
        The file must stay where it is.
    qubit_0 : {"left", "right"}
        Which end of both texts is qubit 0.
    block_shots : int
        Most shots in memory at a time.

    Returns
    -------
    ShadowBlocks

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line. Damage further down shows when that block is read.
    ValueError
        If `qubit_0` is neither.
    """
    check_end(qubit_0)
    check_count("block_shots", block_shots, minimum=1)
    first = next(_rows(path), None)
    if first is None:
        raise FileFormatError(f"{os.fspath(path)!r} holds no measurement.")
    return ShadowBlocks(lambda: _csv_blocks(path, qubit_0, block_shots), len(first.basis))


def check_end(qubit_0: str) -> None:
    """Raise ValueError unless `qubit_0` names an end of a text."""
    if qubit_0 not in {"left", "right"}:
        raise ValueError(f'`qubit_0` must be "left" or "right", got {qubit_0!r}.')


def _csv_blocks(path: str | os.PathLike[str], qubit_0: str, block_shots: int) -> Iterator[Block]:
    order = slice(None) if qubit_0 == "left" else slice(None, None, -1)
    lines = _Lines(order)
    previous: tuple[str | None, str] | None = None
    for row in _rows(path):
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
        require_memory(2 * self.n_shots * bits.shape[1], f"{self.n_shots} outcomes", "blocks by `scan_csv`")
        outcomes = np.repeat(bits[:, self.order], self.counts, axis=0)
        return Block(ShadowData(codes[:, self.order], outcomes, self.shots), self.continues)


def _characters(texts: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(len(texts), -1)


def _rows(path: str | os.PathLike[str]) -> Iterator[_Row]:
    """Yield the checked lines of a CSV file."""
    name = os.fspath(path)
    width = None
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = [field.strip() for field in next(reader, [])]
            if not {"basis", "outcome"} <= set(header) <= set(_FIELDS) or len(set(header)) != len(header):
                raise FileFormatError(
                    f"{name!r}, line 1: the header must name basis and outcome, and may name count "
                    f"and setting; got {','.join(header)[:80]!r}."
                )
            for fields in reader:
                if not fields:
                    continue
                where = f"{name!r}, line {reader.line_num}"
                if len(fields) != len(header):
                    raise FileFormatError(f"{where}: {len(header)} fields are expected, got {len(fields)}.")
                row = _checked_row(where, dict(zip(header, map(str.strip, fields), strict=True)))
                width = width or len(row.basis)
                if len(row.basis) != width:
                    raise FileFormatError(f"{where}: {len(row.basis)} qubits after {width} in the lines before.")
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise FileFormatError(f"{name!r}, line {reader.line_num + 1}: it cannot be read ({error}).") from error


def _checked_row(where: str, fields: dict[str, str]) -> _Row:
    basis, outcome, count = fields["basis"], fields["outcome"], fields.get("count", "1")
    if not basis or set(basis) - set(LETTERS):
        raise FileFormatError(f"{where}: the basis must be letters X, Y, Z, got {basis[:80]!r}.")
    if len(outcome) != len(basis) or set(outcome) - {"0", "1"}:
        raise FileFormatError(f"{where}: the outcome must be {len(basis)} zeros and ones, got {outcome[:80]!r}.")
    if not (count.isascii() and count.isdigit() and len(count) < 20) or not 0 < int(count) <= _MAX_COUNT:
        raise FileFormatError(f"{where}: the count must be an integer from 1 to {_MAX_COUNT}, got {count[:80]!r}.")
    return _Row(fields.get("setting"), basis, outcome, int(count))


def write_csv(data: ShadowData, path: str | os.PathLike[str]) -> None:
    """Write data as a CSV file that `read_csv` reads with ``qubit_0="left"``: one line for each distinct outcome.

    The order of the shots of a setting is lost, and so are basis probabilities.

    Parameters
    ----------
    data : ShadowData
    path : str or path-like
        An existing file is replaced.
    """
    ends = np.cumsum(data.shots_per_setting)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_FIELDS)
        for setting, (basis, end, shots) in enumerate(zip(data.bases, ends, data.shots_per_setting, strict=True)):
            text = "".join(LETTERS[code] for code in basis)
            rows, counts = np.unique(data.outcomes[end - shots : end], axis=0, return_counts=True)
            for row, count in zip(rows, counts, strict=True):
                writer.writerow([setting, text, "".join(map(str, row)), count])
