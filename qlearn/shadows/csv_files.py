"""CSV files of measurement data, one outcome a line. Damaged files are refused with the line."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator

import numpy as np

from ..persistence import FileFormatError
from ._rows import Row, scan_rows
from .blocks import BLOCK_SHOTS, ShadowBlocks
from .data import LETTERS, ShadowData

_FIELDS = ("setting", "basis", "outcome", "count")
_MAX_COUNT = 10**9


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
    return scan_rows(lambda: _rows(path), os.fspath(path), qubit_0, block_shots)


def _rows(path: str | os.PathLike[str]) -> Iterator[Row]:
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


def _checked_row(where: str, fields: dict[str, str]) -> Row:
    basis, outcome, count = fields["basis"], fields["outcome"], fields.get("count", "1")
    if not basis or set(basis) - set(LETTERS):
        raise FileFormatError(f"{where}: the basis must be letters X, Y, Z, got {basis[:80]!r}.")
    if len(outcome) != len(basis) or set(outcome) - {"0", "1"}:
        raise FileFormatError(f"{where}: the outcome must be {len(basis)} zeros and ones, got {outcome[:80]!r}.")
    if not (count.isascii() and count.isdigit() and len(count) < 20) or not 0 < int(count) <= _MAX_COUNT:
        raise FileFormatError(f"{where}: the count must be an integer from 1 to {_MAX_COUNT}, got {count[:80]!r}.")
    return Row(fields.get("setting"), basis, outcome, int(count))


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
