"""Files of observables: text, JSON, the text of OpenFermion, the lists of Huang et al."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from .._checks import check_count
from ..paulis import PauliSum
from ..persistence import FileFormatError
from ._strict_json import parse_json
from .text_files import read_text_observables

_MAX_BYTES = 2**28
_FACTORS = re.compile(r"\s*(?:[IXYZ]\d{1,9}(?:\s+[IXYZ]\d{1,9})*)?\s*", re.ASCII)
_OPENFERMION = re.compile(
    r"\s*(?P<sign>[+-]?)\s*(?P<number>\([^()\[\]]*\)|[^\[\]()\s+]*)\s*\[(?P<factors>[^\[\]]*)\]\s*"
)


def read_observables(path: str | os.PathLike[str], n_qubits: int | None = None) -> dict[str, PauliSum]:
    """Return the observables of a file by name.

    The content tells the format:

    - text, one observable a line, ``energy: 0.5 * ZZI - 1.2 * X0 Y2`` or without name; ``#`` begins a comment;
    - JSON: an object of observables by name or a list of them, each a text as above or an object of coefficients by
      label, ``{"energy": {"ZZI": 0.5}}``; a single object of coefficients; or ``{"paulis": [{"label": ..., "coeff":
      {"real": ..., "imag": ...}}]}``;
    - the text of an OpenFermion operator, ``0.5 [Z0 Z1] + ...``, which is one observable;
    - a list of Huang et al. (see `read_text_observables`), each string one observable, weights left out.

    Parameters
    ----------
    path : str or path-like
    n_qubits : int, optional
        Width of all observables; by default that of the widest. Labels such as "ZZI", qubit 0 on the left, must have
        it; texts with numbers such as "Z0 Z1" fit any.

    Returns
    -------
    dict of str to PauliSum
        In the order of the file; an observable without name is called by its text.

    Raises
    ------
    FileFormatError
        If the file cannot be understood; the message names the line.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "observables.txt")
    >>> with open(path, "w") as file:
    ...     _ = file.write("energy: 0.5 * Z0 Z1 - 0.25 * X2\\nXXI  # a stabiliser\\n")
    >>> ql.shadows.read_observables(path)
    {'energy': PauliSum("0.5 * ZZI - 0.25 * IIX"), 'XXI': PauliSum("1.0 * XXI")}
    """
    name = os.fspath(path)
    if n_qubits is not None:
        check_count("n_qubits", n_qubits, minimum=1)
    text = _text(name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if re.fullmatch(r"\s*\d+\s*", first):
        strings = read_text_observables(path)
        found = {label: PauliSum({label: 1.0}) for label in strings.labels()}
    elif re.match(r"\s*[{[]", first):
        found = _from_json(name, text, n_qubits)
    elif "[" in text:
        found = {os.path.basename(name): _from_openfermion(name, text, n_qubits)}
    else:
        found = _from_lines(name, text, n_qubits)
    if not found:
        raise FileFormatError(f"{name!r} holds no observable.")
    width = n_qubits or max(observable.n_qubits for observable in found.values())
    for key, observable in found.items():
        if observable.n_qubits != width:
            raise FileFormatError(f"{name!r}: {key[:80]!r} has {observable.n_qubits} qubits, {width} are expected.")
    return found


def _text(name: str) -> str:
    with open(name, "rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise FileFormatError(f"{name!r} is larger than {_MAX_BYTES} bytes, too large for a list of observables.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{name!r}, byte {error.start}: it is no text.") from error


def _from_lines(name: str, text: str, n_qubits: int | None) -> dict[str, PauliSum]:
    parts = []
    for number, line in enumerate(text.splitlines(), 1):
        body = line.split("#")[0].strip()
        if body:
            title, _, terms = body.rpartition(":")
            parts.append((f"{name!r}, line {number}", title.strip() or body, terms.strip()))
    return _read_all(parts, n_qubits)


def _read_all(parts: list[tuple[str, str, Any]], n_qubits: int | None) -> dict[str, PauliSum]:
    """Return observables from (where, name, terms); those that only number their qubits get the common width."""
    found: dict[str, PauliSum] = {}
    for where, title, terms in parts:
        if title in found:
            raise FileFormatError(f"{where}: the name {title[:80]!r} comes twice.")
        found[title] = _read(where, terms, n_qubits)
    if n_qubits is None and found:
        width = max(observable.n_qubits for observable in found.values())
        for where, title, terms in parts:
            if found[title].n_qubits != width:
                found[title] = _read(where, terms, width)
    return found


def _read(where: str, terms: Any, n_qubits: int | None) -> PauliSum:
    try:
        observable = PauliSum(terms, n_qubits)
    except (ValueError, TypeError) as error:
        raise FileFormatError(f"{where}: {error}") from error
    if not observable.is_hermitian():
        raise FileFormatError(f"{where}: the observable must be Hermitian; its coefficients are complex.")
    return observable


def _from_json(name: str, text: str, n_qubits: int | None) -> dict[str, PauliSum]:
    content = parse_json(name, text)
    if isinstance(content, list):
        pairs = [(item if isinstance(item, str) else f"observable {k}", item) for k, item in enumerate(content)]
    elif set(content) == {"paulis"}:
        pairs = [(os.path.basename(name), _label_coefficient(name, content["paulis"]))]
    elif content and all(isinstance(value, (int, float)) for value in content.values()):
        pairs = [(os.path.basename(name), content)]
    else:
        pairs = list(content.items())
    for title, terms in pairs:
        if not isinstance(terms, (str, dict)):
            raise FileFormatError(f"{name!r}, {title[:80]!r}: a text or an object is expected, got {str(terms)[:80]}.")
    return _read_all([(f"{name!r}, {title[:80]!r}", title, terms) for title, terms in pairs], n_qubits)


def _label_coefficient(name: str, items: Any) -> dict[str, complex]:
    found: dict[str, complex] = {}
    try:
        for item in items:
            coefficient = complex(item["coeff"]["real"], item["coeff"]["imag"])
            found[item["label"]] = found.get(item["label"], 0) + coefficient
    except (TypeError, KeyError) as error:
        raise FileFormatError(
            f'{name!r}: "paulis" must hold objects with "label" and "coeff", the latter with "real" and "imag".'
        ) from error
    return found


def _from_openfermion(name: str, text: str, n_qubits: int | None) -> PauliSum:
    terms = [
        (factors or "I0", coefficient) for factors, coefficient in _openfermion_terms(name, text.replace("\r", ""))
    ]
    return _read(repr(name), terms, n_qubits)


def _openfermion_terms(name: str, text: str) -> Iterator[tuple[str, complex]]:
    position, end, is_first = 0, len(text.rstrip()), True
    while position < end:
        match = _OPENFERMION.match(text, position)
        line = text.count("\n", 0, position) + 1
        if match is None or not (is_first or match["sign"]) or not _FACTORS.fullmatch(match["factors"]):
            raise FileFormatError(
                f"{name!r}, line {line}: a term such as 0.5 [X0 Y3] is expected, joined by +, got "
                f"{text[position : position + 30].strip()!r}."
            )
        try:
            value = complex(match["number"].replace(" ", "") or "1")
        except ValueError:
            line = text.count("\n", 0, match.start("number")) + 1
            raise FileFormatError(f"{name!r}, line {line}: {match['number'][:30]!r} is no number.") from None
        yield match["factors"].strip(), -value if match["sign"] == "-" else value
        position, is_first = match.end(), False
