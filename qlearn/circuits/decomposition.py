"""Rewriting circuits with the gates of a given set."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ._rules import RULES, Rule
from .circuit import Circuit
from .gates import GATES, UNITARY_NAMES
from .instruction import Instruction
from .parameters import Expression

DEFAULT_BASIS: frozenset[str] = frozenset(name for name, spec in GATES.items() if spec.n_qubits == 1) | {"cx"}
"""All one-qubit gates of the table, and CX."""


def decompose(circuit: Circuit, basis: Iterable[str] | None = None) -> Circuit:
    """Return the circuit rewritten with the gates in `basis`, equal up to a global phase.

    Parameters
    ----------
    circuit : Circuit
        Noise, measurements, resets and barriers stay as they are, as do gates of the basis; angles may hold parameters.
    basis : iterable of str, optional
        Names of gates; by default every one-qubit gate of the table and `cx`.

    Returns
    -------
    Circuit

    Raises
    ------
    ValueError
        If a name is no gate, or a gate of the circuit cannot be written with the basis by the rules known here.

    See Also
    --------
    decompose_with_phase : also returns the global phase.

    Notes
    -----
    Two-qubit unitaries take the fewest CX there are, 0 to 3. Other gates take their textbook circuits, without
    optimisation across gates.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import decompose
    >>> decompose(ql.Circuit(2).swap(0, 1), {"h", "cz"}).counts()
    {'h': 6, 'cz': 3}
    """
    return decompose_with_phase(circuit, basis)[0]


def decompose_with_phase(circuit: Circuit, basis: Iterable[str] | None = None) -> tuple[Circuit, float | Expression]:
    """Return the rewritten circuit and the global phase, with circuit = exp(i phase) * rewritten.

    Parameters
    ----------
    circuit : Circuit
    basis : iterable of str, optional
        As for `decompose`.

    Returns
    -------
    rewritten : Circuit
    phase : float or Expression
        Radians; an Expression where it depends on parameters.

    Raises
    ------
    ValueError
        As for `decompose`.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import decompose_with_phase
    >>> angle = ql.Parameter("angle")
    >>> decompose_with_phase(ql.Circuit(1).p(angle, 0), {"rz"})[1]
    Expression('0.5*angle')
    """
    names = _checked_basis(DEFAULT_BASIS if basis is None else basis)
    rules = _chosen_rules(names)
    result = Circuit(circuit.n_qubits)
    phase: Any = 0.0
    # A stack instead of recursion: the rules of one gate are short, but circuits are not.
    waiting = list(reversed(circuit.instructions))
    while waiting:
        step = waiting.pop()
        name, qubits, angles, data = step
        if name in names or name not in UNITARY_NAMES:
            result._instructions.append(step)
            continue
        rule = rules.get(_kind(step))
        if rule is None:
            raise ValueError(_cannot(step, names))
        scratch = Circuit(circuit.n_qubits)
        phase = phase + rule.write(scratch, qubits, angles, data)
        waiting.extend(reversed(scratch._instructions))
    if isinstance(phase, Expression) and not phase.parameters:
        phase = phase.evaluate({})
    return result, phase


def _kind(step: Instruction) -> str:
    return f"unitary{len(step.qubits)}" if step.name == "unitary" else step.name


def _checked_basis(basis: Iterable[str]) -> frozenset[str]:
    if isinstance(basis, str):
        raise TypeError(f"`basis` must be a set of gate names, got the text {basis!r}.")
    names = frozenset(basis)
    for name in names:
        if name not in UNITARY_NAMES:
            raise ValueError(
                f"`basis` holds {name!r}, which is no gate; use names from {', '.join(sorted(UNITARY_NAMES))}."
            )
    return names


@lru_cache(maxsize=64)
def _chosen_rules(basis: frozenset[str]) -> dict[str, Rule]:
    """For every gate that can be written with the basis, the first rule of the shortest chain.

    Gates become available in rounds, each from gates of earlier rounds only, so that rewriting ends.
    """
    available = set(basis)
    chosen: dict[str, Rule] = {}
    while True:
        found: dict[str, Rule] = {}
        for rule in RULES:
            if rule.gate not in available and rule.gate not in found and rule.needs <= available:
                found[rule.gate] = rule
        if not found:
            return chosen
        chosen.update(found)
        available.update(found)


def _cannot(step: Instruction, basis: frozenset[str]) -> str:
    entangling = basis & {"cx", "cz", "cp", "rzz", "rxx"}
    if len(step.qubits) > 1 and not entangling:
        hint = "add one of cx, cz, cp, rzz, rxx"
    elif len(step.qubits) > 1 and step.name not in ("unitary", "pauli_rotation"):
        hint = "add one-qubit gates such as h, rz and ry"
    else:
        hint = "add two of rx, ry, rz, or u"
    names = ", ".join(sorted(basis)) or "no gate"
    return f"decompose: {step.name} on qubits {step.qubits} cannot be written with {names}; {hint}."
