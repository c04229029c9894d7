"""Plain files of measurement data: CSV with one outcome a line, and npz. Damaged files are refused with the place."""

from __future__ import annotations

import csv
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..persistence import FileFormatError
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
    if qubit_0 not in {"left", "right"}:
        raise ValueError(f'`qubit_0` must be "left" or "right", got {qubit_0!r}.')
    bases: list[str] = []
    outcomes: list[str] = []
    counts: list[int] = []
    shots: list[int] = []
    previous: tuple[str | None, str] | None = None
    for row in _rows(path):
        if (row.setting, row.basis) != previous:
            previous = row.setting, row.basis
            bases.append(row.basis)
            shots.append(0)
        outcomes.append(row.outcome)
        counts.append(row.count)
        shots[-1] += row.count
    if not bases:
        raise FileFormatError(f"{os.fspath(path)!r} holds no measurement.")
    order = slice(None) if qubit_0 == "left" else slice(None, None, -1)
    codes = np.frombuffer("".join(bases).encode(), dtype=np.uint8).reshape(len(bases), -1) - ord("X")
    bits = np.frombuffer("".join(outcomes).encode(), dtype=np.uint8).reshape(len(outcomes), -1) - ord("0")
    return ShadowData(codes[:, order], np.repeat(bits[:, order], counts, axis=0), shots)


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
    if not (count.isascii() and count.isdigit()) or not 0 < int(count) <= _MAX_COUNT:
        raise FileFormatError(f"{where}: the count must be a positive integer, got {count[:80]!r}.")
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


def read_npz(path: str | os.PathLike[str]) -> ShadowData:
    """Return the data of an npz file with the arrays ``bases`` and ``outcomes``.

    Arrays ``shots_per_setting`` and ``basis_probabilities`` are read if there; all are those of `ShadowData`, with
    qubit 0 in column 0. No code in the file can run.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged or an array is missing or wrong; the message names the array and the place.
    """
    name = os.fspath(path)
    known = {"bases", "outcomes", "shots_per_setting", "basis_probabilities"}
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise FileFormatError(f"{name!r} is no npz file but a single array.")
        with loaded as file:
            missing = {"bases", "outcomes"} - set(file.files)
            if missing or set(file.files) - known:
                raise FileFormatError(
                    f"{name!r} must hold bases and outcomes, and may hold shots_per_setting and "
                    f"basis_probabilities; it holds {', '.join(file.files)[:200]}."
                )
            arrays = {key: file[key] for key in file.files}
        return ShadowData(**arrays)
    except FileFormatError:
        raise
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise FileFormatError(f"{name!r} cannot be read: {error}") from error


def write_npz(data: ShadowData, path: str | os.PathLike[str]) -> None:
    """Write data as a compressed npz file that `read_npz` reads.

    Parameters
    ----------
    data : ShadowData
    path : str or path-like
        An existing file is replaced.
    """
    arrays = {"bases": data.bases, "outcomes": data.outcomes, "shots_per_setting": data.shots_per_setting}
    if data.basis_probabilities is not None:
        arrays["basis_probabilities"] = data.basis_probabilities
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays)
