"""What the modules of several libraries share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit, Expression, Instruction, Parameter
from ..paulis import PauliSum

PI = float(np.pi)


def positions(labels: Iterable[Hashable], order: Sequence[Hashable] | None, what: str) -> dict[Hashable, int]:
    """Return the qubit of each label.

    Parameters
    ----------
    labels : iterable
        All that occur.
    order : sequence, optional
        The label of qubit 0, 1, ...; by default a whole number that is not negative stands for itself, and if any
        other label occurs, labels are numbered as they come.
    what : str
        What the labels are called, for the message.

    Returns
    -------
    dict of label to int

    Raises
    ------
    ValueError
        If a label is missing in `order`, or comes twice there.
    """
    found = list(dict.fromkeys(labels))
    if order is None:
        if all(isinstance(label, (int, np.integer)) and label >= 0 for label in found):
            return {label: int(label) for label in found}
        return {label: place for place, label in enumerate(found)}
    places = {label: place for place, label in enumerate(order)}
    if len(places) != len(order):
        raise ValueError(f"`{what}` names one twice: {list(order)}.")
    for label in found:
        if label not in places:
            raise ValueError(f"{label!r} is not among `{what}` {list(order)}.")
    return places


def width(places: Mapping[Hashable, int], order: Sequence[Hashable] | None, n_qubits: int | None = None) -> int:
    """Return how many qubits there are.

    Parameters
    ----------
    places : mapping of label to int
    order : sequence, optional
    n_qubits : int, optional
        Asked for.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If fewer are asked for than occur.
    """
    least = len(order) if order is not None else max(places.values(), default=-1) + 1
    if n_qubits is None:
        return least
    if n_qubits < least:
        raise ValueError(f"`n_qubits` is {n_qubits}, but {least} qubits occur.")
    return n_qubits


def pauli_sum(terms: Iterable[tuple[Iterable[tuple[int, str]], complex]], n_qubits: int) -> PauliSum:
    """Return a sum of Pauli strings.

    Parameters
    ----------
    terms : iterable of (pairs, coefficient)
        Each pair is a qubit and one of the letters I, X, Y, Z.
    n_qubits : int

    Returns
    -------
    PauliSum
        Terms in the order given.
    """
    rows = [(list(pairs), complex(coefficient)) for pairs, coefficient in terms]
    if not rows:
        return PauliSum.zero(n_qubits)
    x = np.zeros((len(rows), n_qubits), dtype=bool)
    z = np.zeros((len(rows), n_qubits), dtype=bool)
    for row, (pairs, _) in enumerate(rows):
        for qubit, letter in pairs:
            x[row, qubit] = letter in "XY"
            z[row, qubit] = letter in "YZ"
    coefficients = np.array([coefficient for _, coefficient in rows])
    return PauliSum.from_arrays(x, z, coefficients.real if not coefficients.imag.any() else coefficients)


def placed_letters(label: str) -> list[tuple[int, str]]:
    """Return qubit and letter of everything but I in a label.

    Parameters
    ----------
    label : str

    Returns
    -------
    list of (int, str)
    """
    return [(qubit, letter) for qubit, letter in enumerate(label) if letter != "I"]


def plain(coefficient: complex) -> complex:
    """Return a number as Python's own, real where it is.

    Parameters
    ----------
    coefficient : number

    Returns
    -------
    float or complex
    """
    number = complex(coefficient)
    return number if number.imag else number.real


def as_number(step: Instruction, angle: Any, library: str) -> float:
    """Return an angle that must be a number.

    Parameters
    ----------
    step : Instruction
        For the message.
    angle : float or Expression
    library : str

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If it holds a parameter.
    """
    if isinstance(angle, Expression):
        raise ValueError(
            f"{step.name} on {step.qubits} has the unbound angle {angle}, and {library} has no open parameters; "
            "call `bind` first."
        )
    return float(angle)


def no_counterpart(index: int, step: Instruction, library: str) -> ValueError:
    """Return the error to raise for an instruction that the other library lacks.

    Parameters
    ----------
    index : int
        Of the instruction.
    step : Instruction
    library : str

    Returns
    -------
    ValueError
    """
    return ValueError(
        f"Instruction {index}, {step.name} on {step.qubits}, has no counterpart in a circuit of {library}; take it out."
    )


def polynomial(terms: Iterable[tuple[Sequence[str], float]]) -> Any:
    """Return an angle from monomials.

    Parameters
    ----------
    terms : iterable of (sequence of str, float)
        Names of the factors, and the coefficient.

    Returns
    -------
    float or Expression
    """
    total: Any = 0.0
    for names, coefficient in terms:
        product: Any = float(coefficient)
        for name in names:
            product = product * Parameter(name)
        total = total + product
    if isinstance(total, Expression) and not total.parameters:
        return total.evaluate({})
    return total


def matches(value: Any, target: float) -> bool:
    """Return whether a value is a number (not a symbol) equal to `target`.

    Parameters
    ----------
    value : object
    target : float

    Returns
    -------
    bool
    """
    return isinstance(value, (int, float, np.integer, np.floating)) and abs(float(value) - target) < 1e-12


def append_joined(circuit: Circuit, steps: Sequence[tuple[int, str | None, int]]) -> None:
    """Append single measurements, those into consecutive bits of one register as one instruction.

    Parameters
    ----------
    circuit : Circuit
    steps : sequence of (qubit, key, bit)
    """
    start = 0
    for stop in range(1, len(steps) + 1):
        follows = (
            stop < len(steps)
            and steps[stop][1:] == (steps[stop - 1][1], steps[stop - 1][2] + 1)
            and steps[stop][0] not in [qubit for qubit, _, _ in steps[start:stop]]
        )
        if not follows and stop > start:
            circuit.measure([qubit for qubit, _, _ in steps[start:stop]], key=steps[start][1])
            start = stop
