"""The table of gates: sizes, matrices, inverses.

A matrix index has the first listed qubit as its most significant bit.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .instruction import Instruction

Matrix = np.ndarray


def _constant(rows: Any) -> Matrix:
    matrix = np.array(rows, dtype=complex)
    matrix.setflags(write=False)
    return matrix


PAULI_MATRICES: dict[str, Matrix] = {
    "I": _constant([[1, 0], [0, 1]]),
    "X": _constant([[0, 1], [1, 0]]),
    "Y": _constant([[0, -1j], [1j, 0]]),
    "Z": _constant([[1, 0], [0, -1]]),
}


@dataclass(frozen=True)
class GateSpec:
    """What is known of a gate of fixed size.

    Attributes
    ----------
    name : str
        Lowercase, the name of the `Circuit` method.
    n_qubits : int
    n_angles : int
    matrix : callable
        Takes the sequence of angles (radians) and returns the complex matrix of shape (2**n_qubits, 2**n_qubits).
    inverse : str
        Name of the gate that undoes it.
    inverse_angles : callable
        Takes the angles and returns those of the inverse; works on expressions.
    n_controls : int
        How many of its first qubits are controls of `base`.
    base : str
        The gate on the remaining qubits; the gate itself if it has no controls.

    Examples
    --------
    >>> from qlearn.circuits import GATES
    >>> GATES["cry"].n_qubits, GATES["cry"].n_angles, GATES["cry"].base
    (2, 1, 'ry')
    """

    name: str
    n_qubits: int
    n_angles: int
    matrix: Callable[[Sequence[float]], Matrix]
    inverse: str
    inverse_angles: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    n_controls: int
    base: str

    @property
    def is_hermitian(self) -> bool:
        """Whether the gate is its own inverse."""
        return self.n_angles == 0 and self.inverse == self.name


def _rx(angles: Sequence[float]) -> Matrix:
    c, s = math.cos(angles[0] / 2), math.sin(angles[0] / 2)
    return np.array([[c, -1j * s], [-1j * s, c]])


def _ry(angles: Sequence[float]) -> Matrix:
    c, s = math.cos(angles[0] / 2), math.sin(angles[0] / 2)
    return np.array([[c, -s], [s, c]], dtype=complex)


def _rz(angles: Sequence[float]) -> Matrix:
    half = cmath.exp(0.5j * angles[0])
    return np.array([[half.conjugate(), 0], [0, half]])


def _p(angles: Sequence[float]) -> Matrix:
    return np.array([[1, 0], [0, cmath.exp(1j * angles[0])]])


def _u(angles: Sequence[float]) -> Matrix:
    theta, phi, lam = angles
    c, s = math.cos(theta / 2), math.sin(theta / 2)
    return np.array([[c, -cmath.exp(1j * lam) * s], [cmath.exp(1j * phi) * s, cmath.exp(1j * (phi + lam)) * c]])


def pauli_text_matrix(text: str) -> Matrix:
    """Return the matrix of a Pauli string.

    Parameters
    ----------
    text : str
        Letters I, X, Y, Z, one a qubit, the first the most significant.

    Returns
    -------
    ndarray
        Complex, shape (2**n, 2**n).
    """
    matrix = np.ones((1, 1), dtype=complex)
    for letter in text:
        matrix = np.kron(matrix, PAULI_MATRICES[letter])
    return matrix


def pauli_rotation_matrix(angle: float, text: str) -> Matrix:
    """Return exp(-i angle P / 2) for the Pauli string P.

    Parameters
    ----------
    angle : float
        Radians.
    text : str
        Letters I, X, Y, Z, one a qubit.

    Returns
    -------
    ndarray
        Complex, shape (2**n, 2**n).
    """
    pauli = pauli_text_matrix(text)
    return math.cos(angle / 2) * np.eye(len(pauli)) - 1j * math.sin(angle / 2) * pauli


def _pauli_pair(text: str) -> Callable[[Sequence[float]], Matrix]:
    return lambda angles: pauli_rotation_matrix(angles[0], text)


def _excitation(n_qubits: int) -> Callable[[Sequence[float]], Matrix]:
    low = 2 ** (n_qubits // 2) - 1
    high = low << (n_qubits // 2)

    def matrix(angles: Sequence[float]) -> Matrix:
        c, s = math.cos(angles[0] / 2), math.sin(angles[0] / 2)
        full = np.eye(2**n_qubits, dtype=complex)
        full[low, low] = full[high, high] = c
        full[high, low], full[low, high] = s, -s
        return full

    return matrix


def _controlled(base: Callable[[Sequence[float]], Matrix], n_controls: int) -> Callable[[Sequence[float]], Matrix]:
    def matrix(angles: Sequence[float]) -> Matrix:
        small = base(angles)
        size = len(small)
        full = np.eye(size << n_controls, dtype=complex)
        full[-size:, -size:] = small
        return full

    return matrix


def _fixed(rows: Any) -> Callable[[Sequence[float]], Matrix]:
    matrix = _constant(rows)
    return lambda angles: matrix.copy()


def _negate(angles: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(-angle for angle in angles)


def _negate_swap(angles: tuple[Any, ...]) -> tuple[Any, ...]:
    theta, phi, lam = angles
    return (-theta, -lam, -phi)


_T = cmath.exp(0.25j * math.pi)
_R = math.sqrt(0.5)
_FIXED: dict[str, tuple[int, Any, str]] = {
    "i": (1, [[1, 0], [0, 1]], "i"),
    "x": (1, [[0, 1], [1, 0]], "x"),
    "y": (1, [[0, -1j], [1j, 0]], "y"),
    "z": (1, [[1, 0], [0, -1]], "z"),
    "h": (1, [[_R, _R], [_R, -_R]], "h"),
    "s": (1, [[1, 0], [0, 1j]], "sdg"),
    "sdg": (1, [[1, 0], [0, -1j]], "s"),
    "t": (1, [[1, 0], [0, _T]], "tdg"),
    "tdg": (1, [[1, 0], [0, _T.conjugate()]], "t"),
    "sx": (1, [[0.5 + 0.5j, 0.5 - 0.5j], [0.5 - 0.5j, 0.5 + 0.5j]], "sxdg"),
    "sxdg": (1, [[0.5 - 0.5j, 0.5 + 0.5j], [0.5 + 0.5j, 0.5 - 0.5j]], "sx"),
    "swap": (2, [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], "swap"),
    "iswap": (2, [[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]], "iswapdg"),
    "iswapdg": (2, [[1, 0, 0, 0], [0, 0, -1j, 0], [0, -1j, 0, 0], [0, 0, 0, 1]], "iswap"),
}
_ROTATIONS: dict[str, tuple[int, int, Callable[[Sequence[float]], Matrix]]] = {
    "rx": (1, 1, _rx),
    "ry": (1, 1, _ry),
    "rz": (1, 1, _rz),
    "p": (1, 1, _p),
    "u": (1, 3, _u),
    "rxx": (2, 1, _pauli_pair("XX")),
    "ryy": (2, 1, _pauli_pair("YY")),
    "rzz": (2, 1, _pauli_pair("ZZ")),
    "single_excitation": (2, 1, _excitation(2)),
    "double_excitation": (4, 1, _excitation(4)),
}
_CONTROLLED = {
    1: ["x", "y", "z", "h", "swap", "rx", "ry", "rz", "p"],
    2: ["x", "z", "rx", "ry", "rz", "p"],
}


def _table() -> dict[str, GateSpec]:
    table: dict[str, GateSpec] = {}
    for name, (n_qubits, rows, inverse) in _FIXED.items():
        table[name] = GateSpec(name, n_qubits, 0, _fixed(rows), inverse, tuple, 0, name)
    for name, (n_qubits, n_angles, matrix) in _ROTATIONS.items():
        invert = _negate_swap if name == "u" else _negate
        table[name] = GateSpec(name, n_qubits, n_angles, matrix, name, invert, 0, name)
    for n_controls, bases in _CONTROLLED.items():
        for base in bases:
            spec, name = table[base], "c" * n_controls + base
            table[name] = GateSpec(
                name,
                n_controls + spec.n_qubits,
                spec.n_angles,
                _controlled(spec.matrix, n_controls),
                name,
                spec.inverse_angles,
                n_controls,
                base,
            )
    return table


GATES: dict[str, GateSpec] = _table()
"""Every gate of fixed size by name; `pauli_rotation` and `unitary` have no fixed size and are not in it."""

UNITARY_NAMES: frozenset[str] = frozenset(GATES) | {"pauli_rotation", "unitary"}
"""Names of all instructions that are unitary gates."""


def gate_matrix(instruction: Instruction, angles: Sequence[float] | None = None) -> Matrix:
    """Return the matrix of a gate.

    Parameters
    ----------
    instruction : Instruction
        Any unitary gate.
    angles : sequence of float, optional
        Radians, in place of the instruction's own; needed when those hold parameters.

    Returns
    -------
    ndarray
        Complex, shape (2**k, 2**k) for k qubits; the first listed qubit is the most significant bit of the index.

    Raises
    ------
    ValueError
        If the instruction is not a unitary gate, or an angle is unbound.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import gate_matrix
    >>> gate_matrix(ql.Circuit(2).cx(0, 1).instructions[0]).real
    array([[1., 0., 0., 0.],
           [0., 1., 0., 0.],
           [0., 0., 0., 1.],
           [0., 0., 1., 0.]])
    """
    name = instruction.name
    if name == "unitary":
        return np.array(instruction.data)
    if name not in UNITARY_NAMES:
        raise ValueError(f"{name!r} is not a unitary gate and has no matrix; channels have `channel_kraus`.")
    values = _numbers(instruction, instruction.angles if angles is None else angles)
    if name == "pauli_rotation":
        return pauli_rotation_matrix(values[0], str(instruction.data))
    return GATES[name].matrix(values)


def _numbers(instruction: Instruction, angles: Sequence[Any]) -> list[float]:
    try:
        values = [float(angle) for angle in angles]
    except TypeError as error:
        shown = ", ".join(str(angle) for angle in angles)
        raise ValueError(f"{instruction.name} has the unbound angles ({shown}); pass numbers as `angles`.") from error
    if len(values) != len(instruction.angles):
        raise ValueError(f"{instruction.name} takes {len(instruction.angles)} angles, got {len(values)}.")
    return values
