"""Pauli rotations in the gates of a device: what a clean-up pass can merge and cancel with its neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..circuits import GATES, Circuit, Instruction, decompose

_LADDER = {"h", "rx", "rz", "cx"}
_REAL = {"x", "z", "h", "ry", "cx", "cz", "swap", "ch", "cry", "ccx", "ccz", "ccry", "i", "cswap"}
_QUARTER = 0.5 * math.pi


def has_complex_gates(gates: Iterable[str]) -> bool:
    """Return whether circuits of these gates can leave the real states.

    Parameters
    ----------
    gates : iterable of str

    Returns
    -------
    bool
    """
    return any(name not in _REAL for name in gates if name in GATES)


def put(circuit: Circuit, name: str, qubits: Iterable[int], angles: Iterable[Any], data: Any = None) -> None:
    """Append a gate; by its own method where it is a plain one, which costs half of what `Circuit.append` does.

    Parameters
    ----------
    circuit : Circuit
    name : str
    qubits : iterable of int
    angles : iterable of float or Expression
    data : object, optional
        The word of a Pauli rotation, or a matrix.
    """
    if data is None:
        getattr(circuit, name)(*angles, *qubits)
    elif name == "pauli_rotation":
        circuit.pauli_rotation(*angles, data, tuple(qubits))
    else:
        circuit.append(Instruction(name, tuple(qubits), tuple(angles), data))


def without_pauli_rotations(steps: Iterable[Instruction], gates: frozenset[str]) -> list[Instruction]:
    """Return the steps with every Pauli rotation written by gates on one qubit and CX.

    Parameters
    ----------
    steps : iterable of Instruction
    gates : frozenset of str
        Where they are real, so is what is written; strings with an even number of Y are then left as they are.

    Returns
    -------
    list of Instruction
    """
    written: list[Instruction] = []
    for step in steps:
        if step.name != "pauli_rotation" or len(step.qubits) == 1:
            written.append(step)
        elif has_complex_gates(gates):
            before, qubit, after = _ladder(step.data, tuple(step.qubits))
            written += (*before, Instruction("rz", (qubit,), step.angles), *after)
        else:
            written += _real_rotation(step) if step.data.count("Y") % 2 else [step]
    return written


@lru_cache(maxsize=4096)
def _ladder(word: str, qubits: tuple[int, ...]) -> tuple[tuple[Instruction, ...], int, tuple[Instruction, ...]]:
    """Return what comes before the one RZ with the angle of a rotation, its qubit, and what comes after."""
    circuit = Circuit(max(qubits) + 1).append(Instruction("pauli_rotation", qubits, (1.0,), word))
    steps = decompose(circuit, _LADDER).instructions
    (place,) = (i for i, step in enumerate(steps) if step.name == "rz")
    return steps[:place], steps[place].qubits[0], steps[place + 1 :]


def _real_rotation(step: Instruction) -> list[Instruction]:
    """Return RY and CX for a string with an odd number of Y.

    CZ turns XX into YY, RY(pi/2) turns Z into X, and CZ turns YI into YZ; so the string becomes Y of one qubit.
    """
    root, *ys = [q for q, letter in zip(step.qubits, step.data) if letter == "Y"]
    xs = [q for q, letter in zip(step.qubits, step.data) if letter == "X"] + ys
    inward = [gate for a, b in zip(ys[::2], ys[1::2]) for gate in _cz(a, b)]
    inward += [Instruction("ry", (q,), (-_QUARTER,)) for q in xs]
    inward += [gate for q in step.qubits if q != root for gate in _cz(root, q)]
    outward = [Instruction(name, qubits, tuple(-angle for angle in angles)) for name, qubits, angles, *_ in inward]
    return [*inward, Instruction("ry", (root,), step.angles), *outward[::-1]]


def _cz(control: int, target: int) -> list[Instruction]:
    return [
        Instruction("ry", (target,), (_QUARTER,)),
        Instruction("cx", (control, target), ()),
        Instruction("ry", (target,), (-_QUARTER,)),
    ]
