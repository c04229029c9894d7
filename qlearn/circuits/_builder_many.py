"""Builder methods of gates on three and more qubits, Pauli rotations and arbitrary unitaries."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ._builder import INFINITY, AbstractBuilder, checked_angle, named_qubits, new
from .instruction import Instruction
from .parameters import Expression, Parameter

UNITARY_TOLERANCE = 1e-8

Angle = float | Expression


class AbstractManyQubitGates(AbstractBuilder):
    """Gates on three or more qubits or of free size, each method appending one instruction."""

    __slots__ = ()

    def ccx(self, control1: int, control2: int, target: int) -> Self:
        """Append X on `target` where both controls are 1 (Toffoli); returns the circuit.

        Parameters
        ----------
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccx(0, 1, 2)
        """
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccx", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccx", (control1, control2, target), (), None)))
        return self

    def ccz(self, control1: int, control2: int, target: int) -> Self:
        """Append Z on `target` where both controls are 1; returns the circuit.

        Parameters
        ----------
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccz(0, 1, 2)
        """
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccz", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccz", (control1, control2, target), (), None)))
        return self

    def cswap(self, control: int, a: int, b: int) -> Self:
        """Append the exchange of `a` and `b` where `control` is 1 (Fredkin); returns the circuit.

        Parameters
        ----------
        control, a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).cswap(0, 1, 2)
        """
        n = self._n_qubits
        if (
            not (type(control) is int and type(a) is int and type(b) is int)
            or not (0 <= control < n and 0 <= a < n and 0 <= b < n)
            or control in (a, b)
            or a == b
        ):
            control, a, b = named_qubits("cswap", (control, a, b), n)
        self._instructions.append(new(Instruction, ("cswap", (control, a, b), (), None)))
        return self

    def ccrx(self, angle: Angle, control1: int, control2: int, target: int) -> Self:
        """Append RX(angle) on `target` where both controls are 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccrx(0.5, 0, 1, 2)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ccrx", angle)
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccrx", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccrx", (control1, control2, target), (angle,), None)))
        return self

    def ccry(self, angle: Angle, control1: int, control2: int, target: int) -> Self:
        """Append RY(angle) on `target` where both controls are 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccry(0.5, 0, 1, 2)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ccry", angle)
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccry", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccry", (control1, control2, target), (angle,), None)))
        return self

    def ccrz(self, angle: Angle, control1: int, control2: int, target: int) -> Self:
        """Append RZ(angle) on `target` where both controls are 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccrz(0.5, 0, 1, 2)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ccrz", angle)
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccrz", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccrz", (control1, control2, target), (angle,), None)))
        return self

    def ccp(self, angle: Angle, control1: int, control2: int, target: int) -> Self:
        """Append diag(1, exp(i angle)) on `target` where both controls are 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control1, control2, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).ccp(0.5, 0, 1, 2)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ccp", angle)
        n = self._n_qubits
        if (
            not (type(control1) is int and type(control2) is int and type(target) is int)
            or not (0 <= control1 < n and 0 <= control2 < n and 0 <= target < n)
            or control1 in (control2, target)
            or control2 == target
        ):
            control1, control2, target = named_qubits("ccp", (control1, control2, target), n)
        self._instructions.append(new(Instruction, ("ccp", (control1, control2, target), (angle,), None)))
        return self

    def double_excitation(self, angle: Angle, a: int, b: int, c: int, d: int) -> Self:
        """Append |0011> -> cos(angle/2) |0011> + sin(angle/2) |1100>; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        a, b, c, d : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(4).double_excitation(0.5, 0, 1, 2, 3)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("double_excitation", angle)
        qubits = (a, b, c, d)
        if not plain_qubits(qubits, self._n_qubits):
            qubits = named_qubits("double_excitation", qubits, self._n_qubits)
        self._instructions.append(new(Instruction, ("double_excitation", qubits, (angle,), None)))
        return self

    def pauli_rotation(self, angle: Angle, pauli: str, qubits: Any) -> Self:
        """Append exp(-i angle P / 2) for the Pauli string P; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        pauli : str
            Letters X, Y, Z (and I), one for each entry of `qubits`; at least one is not I. Letters I are dropped.
        qubits : int or sequence of int

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If the text has other letters, another length than `qubits`, or only I.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit(4).pauli_rotation(0.3, "XZY", [0, 1, 3]).instructions[0].data
        'XZY'
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("pauli_rotation", angle)
        if type(qubits) is not tuple or not plain_qubits(qubits, self._n_qubits):
            qubits = named_qubits("pauli_rotation", qubits, self._n_qubits)
        if type(pauli) is not str or len(pauli) != len(qubits) or pauli.strip("XYZ") or not pauli:
            pauli, qubits = _pauli_and_qubits(pauli, qubits)
        self._instructions.append(new(Instruction, ("pauli_rotation", qubits, (angle,), pauli)))
        return self

    def unitary(self, matrix: ArrayLike, qubits: Any) -> Self:
        """Append an arbitrary unitary on one or two qubits; returns the circuit.

        Parameters
        ----------
        matrix : array_like
            Complex, shape (2, 2) or (4, 4); copied. The first qubit is the most significant bit of the index.
        qubits : int or sequence of int

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If the shape does not fit the qubits, or the matrix is not unitary to 1e-8.

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).unitary([[0, 1j], [1j, 0]], 1)
        """
        checked = named_qubits("unitary", qubits, self._n_qubits)
        data = _unitary_matrix(matrix, len(checked))
        self._instructions.append(new(Instruction, ("unitary", checked, (), data)))
        return self


def plain_qubits(qubits: tuple[Any, ...], n_qubits: int) -> bool:
    """Return whether all are distinct plain ints in range, the common case that needs no further check."""
    for qubit in qubits:
        if type(qubit) is not int or not 0 <= qubit < n_qubits:
            return False
    return len(set(qubits)) == len(qubits)


def _pauli_and_qubits(pauli: Any, qubits: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    if not isinstance(pauli, str):
        raise TypeError(f"pauli_rotation: `pauli` must be text such as 'XZY', got {pauli!r}.")
    if set(pauli) - set("IXYZ"):
        raise ValueError(f"pauli_rotation: `pauli` may hold the letters I, X, Y, Z, got {pauli!r}.")
    if len(pauli) != len(qubits):
        raise ValueError(f"pauli_rotation: {pauli!r} has {len(pauli)} letters for {len(qubits)} qubits {qubits}.")
    kept = [(letter, qubit) for letter, qubit in zip(pauli, qubits, strict=True) if letter != "I"]
    if not kept:
        raise ValueError(
            f"pauli_rotation: {pauli!r} has no X, Y or Z; a rotation about the identity is a global phase."
        )
    return "".join(letter for letter, _ in kept), tuple(qubit for _, qubit in kept)


def _unitary_matrix(matrix: ArrayLike, n_qubits: int) -> np.ndarray:
    try:
        data = np.array(matrix, dtype=complex)
    except (TypeError, ValueError):
        raise TypeError(f"unitary: `matrix` must be an array of complex numbers, got {matrix!r}.") from None
    if n_qubits not in (1, 2):
        raise ValueError(f"unitary: it acts on 1 or 2 qubits, got {n_qubits}; decompose larger matrices first.")
    size = 2**n_qubits
    if data.shape != (size, size):
        raise ValueError(f"unitary: `matrix` on {n_qubits} qubits must have shape ({size}, {size}), got {data.shape}.")
    if not np.isfinite(data).all():
        raise ValueError("unitary: `matrix` must be finite, got NaN or infinity.")
    deviation = float(abs(data.conj().T @ data - np.eye(size)).max())
    if deviation > UNITARY_TOLERANCE:
        raise ValueError(
            f"unitary: `matrix` is not unitary: U^dagger U differs from the identity by {deviation:.2g} "
            f"(at most {UNITARY_TOLERANCE:g}); for a non-unitary map use `kraus`."
        )
    data.setflags(write=False)
    return data
