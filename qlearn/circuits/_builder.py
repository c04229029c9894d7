"""What every family of builder methods stands on: the storage, and the slow paths of the checks.

The methods are explicit and repetitive on purpose: searches append millions of gates, so each body checks its
arguments inline and calls a helper here only for what is not a plain int in range or a plain finite float.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from .._checks import check_qubits
from .instruction import Instruction
from .parameters import Expression, Parameter

INFINITY = math.inf
new = tuple.__new__


class AbstractBuilder:
    """The list of instructions that the builder methods append to."""

    __slots__ = ("_instructions", "_n_qubits")

    _instructions: list[Instruction]
    _n_qubits: int


def named_qubits(name: str, qubits: Any, n_qubits: int, count: int | None = None) -> tuple[int, ...]:
    """Return `qubits` as distinct ints in range; errors name the gate.

    Parameters
    ----------
    name : str
        The method, for the message.
    qubits : int or iterable of int
    n_qubits : int
        Width of the circuit.
    count : int, optional
        How many there must be.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError
        If a qubit is not an integer.
    ValueError
        If a qubit is out of range or named twice, or their number is wrong.
    """
    try:
        checked = check_qubits(qubits, n_qubits)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    if count is not None and len(checked) != count:
        raise ValueError(f"{name}: it acts on {count} qubits, got {len(checked)}: {checked}.")
    return checked


def one_qubit(name: str, qubit: Any, n_qubits: int) -> int:
    """Return `qubit` as an int in range.

    Parameters
    ----------
    name : str
        The method, for the message.
    qubit : int or numpy integer
    n_qubits : int
        Width of the circuit.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If it is not a single integer.
    ValueError
        If it is out of range.
    """
    if isinstance(qubit, Iterable) and np.ndim(qubit) > 0:
        raise TypeError(f"{name}: a single qubit is needed, got {qubit!r}; call the method once for each qubit.")
    return named_qubits(name, (qubit,), n_qubits)[0]


def checked_angle(name: str, angle: Any) -> float | Expression:
    """Return `angle` as a finite float or an Expression with parameters.

    Parameters
    ----------
    name : str
        The method, for the message.
    angle : float or Expression
        Any real number type; an expression without parameters becomes a float.

    Returns
    -------
    float or Expression

    Raises
    ------
    TypeError
        If it is neither a real number nor an Expression.
    ValueError
        If it is NaN or infinite.
    """
    if isinstance(angle, Expression):
        if type(angle) is Parameter or angle.parameters:
            return angle
        return angle.evaluate({})
    if isinstance(angle, np.ndarray) and angle.ndim == 0:
        angle = angle[()]
    if not isinstance(angle, Real) or isinstance(angle, (bool, np.bool_)):
        hint = " (the angle comes first, then the qubits)" if isinstance(angle, (list, tuple, range)) else ""
        raise TypeError(f"{name}: an angle must be a real number or an Expression, got {angle!r}{hint}.")
    number = float(angle)
    if not math.isfinite(number):
        raise ValueError(f"{name}: an angle must be finite, got {number}.")
    return number
