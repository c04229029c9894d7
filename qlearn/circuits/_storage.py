"""A circuit as plain data and back; what comes back goes through the builder methods and all their checks.

Instructions are stored by column, so that a million gates are a few arrays. An infinite relaxation time is stored as 0,
which no circuit holds, because the file format refuses infinities.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from .._checks import check_array, check_count
from ._dispatch import INSTRUCTION_NAMES, append_checked
from .circuit import Circuit
from .instruction import Instruction
from .parameters import Expression, Parameter

_COLUMNS = ("name", "text", "n_targets", "n_angles", "n_numbers", "n_matrices")


def to_data(circuit: Circuit) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the circuit as values for JSON and arrays.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    params : dict
    arrays : dict of str to ndarray
    """
    names: dict[str, int] = {}
    texts: dict[str, int] = {}
    expressions: dict[Expression, int] = {}
    columns: dict[str, list[int]] = {column: [] for column in _COLUMNS}
    qubits: list[int] = []
    angles: list[float] = []
    places: list[int] = []
    numbers: list[float] = []
    matrices: list[np.ndarray] = []
    for step in circuit.instructions:
        text, values, operators = _parts(step)
        row = (
            names.setdefault(step.name, len(names)),
            -1 if text is None else texts.setdefault(text, len(texts)),
            len(step.qubits),
            len(step.angles),
            len(values),
            len(operators),
        )
        for column, value in zip(_COLUMNS, row, strict=True):
            columns[column].append(value)
        qubits.extend(step.qubits)
        for angle in step.angles:
            is_open = isinstance(angle, Expression)
            angles.append(0.0 if is_open else angle)
            places.append(expressions.setdefault(angle, len(expressions)) if is_open else -1)
        numbers.extend(values)
        matrices.extend(operator.ravel() for operator in operators)
    params = {
        "n_qubits": circuit.n_qubits,
        "names": list(names),
        "texts": list(texts),
        "expressions": [_written(expression) for expression in expressions],
    }
    arrays = {column: np.array(values, dtype=np.int64) for column, values in columns.items()}
    arrays["qubits"] = np.array(qubits, dtype=np.int64)
    arrays["angles"] = np.array(angles, dtype=float)
    arrays["expression"] = np.array(places, dtype=np.int64)
    arrays["numbers"] = np.array(numbers, dtype=float)
    arrays["matrices"] = np.concatenate([np.zeros(0, dtype=complex), *matrices])
    return params, arrays


def from_data(params: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Circuit:
    """Return the circuit that `to_data` took apart.

    Parameters
    ----------
    params : mapping
        From a source that is not trusted.
    arrays : mapping of str to ndarray

    Returns
    -------
    Circuit

    Raises
    ------
    ValueError, TypeError
        If anything is missing, inconsistent, or not allowed in a circuit.
    """
    for key in ("n_qubits", "names", "texts", "expressions"):
        if key not in params:
            raise ValueError(f"The data of a circuit lacks {key!r}.")
    names = _texts("names", params["names"])
    for name in names:
        if name not in INSTRUCTION_NAMES:
            raise ValueError(f"The data of a circuit names the unknown instruction {name!r}.")
    texts = _texts("texts", params["texts"])
    if not isinstance(params["expressions"], list):
        raise TypeError("`expressions` of a circuit must be a list.")
    expressions = [_read(written) for written in params["expressions"]]
    circuit = Circuit(check_count("n_qubits", params["n_qubits"], minimum=1))
    for name, text, angles, step in _rows(_Columns(arrays), len(names), len(texts), len(expressions)):
        opened = tuple(expressions[place] if place >= 0 else angle for angle, place in angles)
        data = texts[text] if text >= 0 else _data(names[name], step)
        append_checked(circuit, Instruction(names[name], step["qubits"], opened, data))
    return circuit


class _Columns:
    """The arrays of a circuit, shapes checked, as lists."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        expected = {*_COLUMNS, "qubits", "angles", "expression", "numbers", "matrices"}
        if set(arrays) != expected:
            raise ValueError(f"The data of a circuit has the arrays {sorted(arrays)}, it needs {sorted(expected)}.")
        self.table = [check_array(key, arrays[key], ("n_steps",), dtype=np.int64).tolist() for key in _COLUMNS]
        if len({len(column) for column in self.table}) != 1:
            raise ValueError("The columns of a circuit have different lengths.")
        if any(value < 0 for column in self.table[2:] for value in column):
            raise ValueError("The data of a circuit has a negative count.")
        self.qubits = check_array("qubits", arrays["qubits"], ("n",), dtype=np.int64).tolist()
        self.angles = check_array("angles", arrays["angles"], ("n",), dtype=float).tolist()
        self.places = check_array("expression", arrays["expression"], ("n",), dtype=np.int64).tolist()
        self.numbers = check_array("numbers", arrays["numbers"], ("n",), dtype=float).tolist()
        self.matrices = check_array("matrices", arrays["matrices"], ("n",), dtype=complex)


def _rows(columns: _Columns, n_names: int, n_texts: int, n_expressions: int) -> Any:
    """Every instruction as (name, text, angles, parts), indices checked against the tables they point into."""
    q = a = v = m = 0
    if len(columns.places) != len(columns.angles):
        raise ValueError("The data of a circuit has angles and expressions of different lengths.")
    for name, text, n_targets, n_angles, n_numbers, n_matrices in zip(*columns.table, strict=True):
        angles = list(zip(columns.angles[a : a + n_angles], columns.places[a : a + n_angles], strict=True))
        size = 0 if n_matrices == 0 or n_targets > 2 else n_matrices * 4**n_targets
        parts = {
            "qubits": tuple(columns.qubits[q : q + n_targets]),
            "numbers": tuple(columns.numbers[v : v + n_numbers]),
            "matrices": columns.matrices[m : m + size],
            "n_matrices": n_matrices,
        }
        q, a, v, m = q + n_targets, a + n_angles, v + n_numbers, m + size
        is_inside = 0 <= name < n_names and -1 <= text < n_texts and all(-1 <= e < n_expressions for _, e in angles)
        if not is_inside or n_targets > len(columns.qubits) or (n_matrices and not size):
            raise ValueError("The data of a circuit points outside its own tables.")
        yield name, text, angles, parts
    found = (len(columns.qubits), len(columns.angles), len(columns.numbers), len(columns.matrices))
    if (q, a, v, m) != found:
        raise ValueError(f"The data of a circuit is cut: it needs arrays of length {(q, a, v, m)}, got {found}.")


def _parts(step: Instruction) -> tuple[str | None, tuple[float, ...], tuple[np.ndarray, ...]]:
    """The data of an instruction as text, numbers and matrices; at most one of them is there."""
    data: Any = step.data
    if step.name == "unitary":
        return None, (), (data,)
    if step.name == "kraus":
        return None, (), data
    if isinstance(data, str):
        return data, (), ()
    numbers = () if data is None else tuple(0.0 if math.isinf(value) else value for value in data)
    return None, numbers, ()


def _data(name: str, parts: dict[str, Any]) -> Any:
    numbers = parts["numbers"]
    if parts["n_matrices"]:
        size = 2 ** len(parts["qubits"])
        if len(parts["matrices"]) != parts["n_matrices"] * size * size:
            raise ValueError("The data of a circuit is cut: matrices are missing.")
        matrices = tuple(parts["matrices"].reshape(-1, size, size))
        return matrices[0] if name == "unitary" and len(matrices) == 1 else matrices
    if name == "thermal_relaxation":
        return (*(math.inf if value == 0.0 else value for value in numbers[:2]), *numbers[2:])
    return numbers or None


def _written(expression: Expression) -> list[list[Any]]:
    return [[[p.name for p in monomial], coefficient] for monomial, coefficient in expression.terms.items()]


def _read(written: Any) -> Expression:
    """An expression from its list of terms, made by the arithmetic of expressions."""
    if not isinstance(written, list) or not written:
        raise ValueError(f"An expression must be a list of terms, got {written!r}.")
    total: Any = 0.0
    for term in written:
        if not isinstance(term, list) or len(term) != 2 or not isinstance(term[0], list) or len(term[0]) > 2:
            raise ValueError(f"A term of an expression must be [[at most two names], coefficient], got {term!r}.")
        product: Any = term[1]
        for name in term[0]:
            product = Parameter(name) * product
        total = product + total
    return total


def _texts(key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"`{key}` of a circuit must be a list of texts.")
    return value
