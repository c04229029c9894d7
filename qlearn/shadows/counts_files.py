"""JSON files of counts by basis, such as a loop over Qiskit circuits leaves behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..persistence import FileFormatError
from ._rows import Row, scan_rows
from ._strict_json import parse_json
from .blocks import BLOCK_SHOTS
from .data import LETTERS, ShadowData

_MAX_COUNT = 10**9


def read_counts(path: str | os.PathLike[str], *, qubit_0: str) -> ShadowData:
    """Return the data of a JSON file of counts by basis.

    Either an object of counts by basis, ``{"XZ": {"00": 12, "01": 3}, ...}``, or a list of settings,
    ``[{"basis": "XZ", "counts": {"00": 12}}, ...]``, in which a basis may come several times.

    Parameters
    ----------
    path : str or path-like
    qubit_0 : {"left", "right"}
        Which end of all texts is qubit 0: the right one of counts and labels of Qiskit.

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged; the message names the line or the setting.
    ValueError
        If `qubit_0` is neither.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "counts.json")
    >>> with open(path, "w") as file:
    ...     _ = file.write('{"XZ": {"00": 12, "01": 3}, "ZZ": {"11": 5}}')
    >>> ql.shadows.read_counts(path, qubit_0="right")
    <ShadowData: 2 qubits, 2 settings, 20 shots>
    """
    name = os.fspath(path)
    settings = _settings(name, _load(path, name))
    return scan_rows(lambda: _rows(name, settings), name, qubit_0, BLOCK_SHOTS).load()


def _load(path: str | os.PathLike[str], name: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return parse_json(name, file.read())
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{name!r}, byte {error.start}: it is no text.") from error


def _settings(name: str, content: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (where, basis, counts) of every setting."""
    if isinstance(content, dict):
        content = [{"basis": basis, "counts": counts} for basis, counts in content.items()]
    if not isinstance(content, list):
        raise FileFormatError(f"{name!r} must hold an object or a list, got {type(content).__name__}.")
    found = []
    for number, item in enumerate(content):
        where = f"{name!r}, setting {number}"
        if not isinstance(item, dict) or set(item) != {"basis", "counts"}:
            raise FileFormatError(f'{where}: an object with "basis" and "counts" is expected, got {str(item)[:80]}.')
        basis, counts = item["basis"], item["counts"]
        if not isinstance(basis, str) or not basis or set(basis) - set(LETTERS):
            raise FileFormatError(f"{where}: the basis must be letters X, Y, Z, got {str(basis)[:80]!r}.")
        if not isinstance(counts, dict):
            raise FileFormatError(f"{where}: counts must be an object, got {str(counts)[:80]}.")
        found.append((where, basis, counts))
    return found


def _rows(name: str, settings: list[tuple[str, str, dict[str, Any]]]) -> Iterator[Row]:
    width = len(settings[0][1]) if settings else 0
    for number, (where, basis, counts) in enumerate(settings):
        if len(basis) != width:
            raise FileFormatError(f"{where}: {len(basis)} qubits after {width} in the settings before.")
        for text, count in counts.items():
            bits = text.replace(" ", "")
            if text[:2] in ("0x", "0X"):
                raise FileFormatError(f"{where}: write {text[:20]!r} in binary; its number of bits is not told.")
            if len(bits) != width or set(bits) - {"0", "1"}:
                raise FileFormatError(f"{where}: an outcome must be {width} zeros and ones, got {text[:80]!r}.")
            if type(count) is not int or not 0 <= count <= _MAX_COUNT:
                raise FileFormatError(f"{where}: the count of {text!r} must be a whole number, got {str(count)[:80]}.")
            yield Row(str(number), basis, bits, count)
