"""The text files of Huang, Kueng and Preskill's programs: measurements, observables, subsystems, settings.

Every file but that of settings begins with a line that holds the number of qubits; qubits are counted from 0, and
whatever belongs to qubit 0 comes first. Outcomes are 1 and -1, the eigenvalues. Format: the README of
``hsinyuan-huang/predicting-quantum-properties``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from .._checks import check_count
from ..paulis import PauliSum
from ..persistence import FileFormatError
from ._rows import Row, scan_rows
from .blocks import BLOCK_SHOTS, ShadowBlocks
from .data import LETTERS, ShadowData
from .scheme import MeasurementScheme

_BITS = {"1": "0", "+1": "0", "-1": "1"}
_MAX_QUBITS = 10**6


def read_text(path: str | os.PathLike[str], *, shots_per_setting: int | None = None) -> ShadowData:
    """Return the data of a text file of measurements: the number of qubits, then a line such as ``X 1 Z -1`` a shot.

    Parameters
    ----------
    path : str or path-like
    shots_per_setting : int, optional
        How many lines belong to each setting: 1 where every shot had its own random basis. By default, lines that
        follow each other with the same basis are one setting.

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "measurement.txt")
    >>> with open(path, "w") as file:
    ...     _ = file.write("2\\nX 1 Z -1\\nX -1 Z -1\\nY 1 Y 1\\n")
    >>> ql.shadows.read_text(path)
    <ShadowData: 2 qubits, 2 settings, 3 shots>
    """
    return scan_text(path, shots_per_setting=shots_per_setting).load()


def scan_text(
    path: str | os.PathLike[str], *, shots_per_setting: int | None = None, block_shots: int = BLOCK_SHOTS
) -> ShadowBlocks:
    """Return the data of a text file such as `read_text` reads, to be read block by block whenever they are needed.

    Parameters
    ----------
    path : str or path-like
        The file must stay where it is.
    shots_per_setting : int, optional
        See `read_text`.
    block_shots : int
        Most shots in memory at a time.

    Returns
    -------
    ShadowBlocks

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line. Damage further down shows when that block is read.
    """
    if shots_per_setting is not None:
        check_count("shots_per_setting", shots_per_setting, minimum=1)
    return scan_rows(lambda: _shots(path, shots_per_setting), os.fspath(path), "left", block_shots)


def _shots(path: str | os.PathLike[str], shots_per_setting: int | None) -> Iterator[Row]:
    lines = _lines(path)
    n_qubits = _width(path, lines)
    previous, shot = "", -1
    for where, fields in lines:
        if len(fields) != 2 * n_qubits:
            raise FileFormatError(f"{where}: {2 * n_qubits} fields are expected, got {len(fields)}.")
        basis = "".join(fields[::2])
        outcome = "".join(_BITS.get(field, "?") for field in fields[1::2])
        if len(basis) != n_qubits or set(basis) - set(LETTERS) or "?" in outcome:
            qubit, letter, value = next(
                (q, a, b)
                for q, (a, b) in enumerate(zip(fields[::2], fields[1::2], strict=True))
                if a not in ("X", "Y", "Z") or b not in _BITS
            )
            raise FileFormatError(
                f"{where}, qubit {qubit}: a letter X, Y, Z and an outcome 1 or -1 are expected, got "
                f"{letter[:20]!r} {value[:20]!r}."
            )
        shot += 1
        setting = None if shots_per_setting is None else str(shot // shots_per_setting)
        if setting is not None and shot % shots_per_setting and basis != previous:
            raise FileFormatError(f"{where}: another basis within the {shots_per_setting} lines of a setting.")
        previous = basis
        yield Row(setting, basis, outcome, 1)
    if shots_per_setting is not None and (shot + 1) % shots_per_setting:
        raise FileFormatError(
            f"{os.fspath(path)!r} holds {shot + 1} shots, no multiple of the {shots_per_setting} of a setting."
        )


def write_text(data: ShadowData, path: str | os.PathLike[str]) -> None:
    """Write data as a text file that `read_text` reads; basis probabilities are lost.

    Parameters
    ----------
    data : ShadowData
    path : str or path-like
        An existing file is replaced.
    """
    values = np.where(data.outcomes == 0, "1", "-1")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{data.n_qubits}\n")
        for setting, shot in zip(data.setting_of_shot, values, strict=True):
            letters = (LETTERS[code] for code in data.bases[setting])
            file.write(" ".join(f"{letter} {value}" for letter, value in zip(letters, shot, strict=True)) + "\n")


def read_text_observables(path: str | os.PathLike[str]) -> PauliSum:
    """Return the strings of a text file of observables, one a line such as ``2 X 0 Y 4``, with weights.

    The weights are the coefficients.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    PauliSum
        In the order of the file; a line without weight has 1.

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line.
    """
    lines = _lines(path)
    n_qubits = _width(path, lines)
    rows, weights = [], []
    for where, fields in lines:
        weight = _count(where, fields[0], n_qubits, "The number of letters")
        if len(fields) not in (1 + 2 * weight, 2 + 2 * weight):
            raise FileFormatError(f"{where}: {weight} letters with their qubits are expected, got {fields[1:][:9]}.")
        row = np.zeros(n_qubits, dtype=np.uint8)
        for letter, text in zip(fields[1 : 1 + 2 * weight : 2], fields[2 : 2 + 2 * weight : 2], strict=True):
            if letter not in ("X", "Y", "Z"):
                raise FileFormatError(f"{where}: a letter X, Y or Z is expected, got {letter[:20]!r}.")
            qubit = _count(where, text, n_qubits - 1, "A qubit")
            if row[qubit]:
                raise FileFormatError(f"{where}: qubit {qubit} occurs twice.")
            row[qubit] = 1 + LETTERS.index(letter)
        rows.append(row)
        weights.append(_number(where, fields[-1]) if len(fields) == 2 + 2 * weight else 1.0)
    if not rows:
        raise FileFormatError(f"{os.fspath(path)!r} holds no observable.")
    letters = np.array(rows)
    return PauliSum.from_arrays((letters == 1) | (letters == 2), letters >= 2, np.array(weights))


def read_text_subsystems(path: str | os.PathLike[str]) -> list[tuple[int, ...]]:
    """Return the qubits of each subsystem in a text file, one a line such as ``3 0 1 4``: their number, then they.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    list of tuple of int

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line.
    """
    lines = _lines(path)
    n_qubits = _width(path, lines)
    found = []
    for where, fields in lines:
        size = _count(where, fields[0], n_qubits, "The size")
        qubits = tuple(_count(where, text, n_qubits - 1, "A qubit") for text in fields[1:])
        if len(qubits) != size or len(set(qubits)) != size or not size:
            raise FileFormatError(f"{where}: {size} different qubits are expected, got {qubits[:9]}.")
        found.append(qubits)
    return found


def read_text_scheme(path: str | os.PathLike[str]) -> MeasurementScheme:
    """Return the settings that the program for designing measurements printed, one a line such as ``X Y Z``.

    Lines in brackets, such as ``[Status 1: 0]``, are passed over. Every line is a setting with one shot.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    MeasurementScheme

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line.
    """
    bases: list[str] = []
    for where, fields in _lines(path):
        if fields[0].startswith("[") and fields[-1].endswith("]"):
            continue
        basis = "".join(fields)
        if set(basis) - set(LETTERS) or (bases and len(basis) != len(bases[0])):
            expected = f"{len(bases[0])} letters X, Y, Z" if bases else "letters X, Y, Z"
            raise FileFormatError(f"{where}: {expected} are expected, got {basis[:80]!r}.")
        bases.append(basis)
    if not bases:
        raise FileFormatError(f"{os.fspath(path)!r} holds no setting.")
    return MeasurementScheme(bases, np.ones(len(bases), dtype=np.int64))


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the place and the fields of every line that is not blank."""
    name, number = os.fspath(path), 0
    with open(path, encoding="ascii") as file:
        try:
            for number, line in enumerate(file, 1):
                if fields := line.split():
                    yield f"{name!r}, line {number}", fields
        except UnicodeDecodeError as error:
            raise FileFormatError(f"{name!r}, after line {number}: it is no text ({error}).") from error


def _width(path: str | os.PathLike[str], lines: Iterator[tuple[str, list[str]]]) -> int:
    where, fields = next(lines, (f"{os.fspath(path)!r}, line 1", []))
    if len(fields) != 1:
        raise FileFormatError(f"{where}: the number of qubits is expected, got {' '.join(fields)[:80]!r}.")
    n_qubits = _count(where, fields[0], _MAX_QUBITS, "The number of qubits")
    if n_qubits == 0:
        raise FileFormatError(f"{where}: at least one qubit is expected, got 0.")
    return n_qubits


def _count(where: str, text: str, maximum: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > maximum:
        raise FileFormatError(f"{where}: {what} must be a whole number from 0 to {maximum}, got {text[:20]!r}.")
    return int(text)


def _number(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise FileFormatError(f"{where}: the weight must be a number, got {text[:20]!r}.")
    return value
