"""Builder methods of the one-qubit gates."""

from __future__ import annotations

from typing import Self

from ._builder import INFINITY, AbstractBuilder, checked_angle, new, one_qubit
from .instruction import Instruction
from .parameters import Expression, Parameter

Angle = float | Expression


class AbstractSingleQubitGates(AbstractBuilder):
    """One-qubit gates, each method appending one instruction."""

    __slots__ = ()

    def i(self, qubit: int) -> Self:
        """Append the identity, which marks a wait; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).i(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("i", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("i", (qubit,), (), None)))
        return self

    def x(self, qubit: int) -> Self:
        """Append Pauli X; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).x(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("x", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("x", (qubit,), (), None)))
        return self

    def y(self, qubit: int) -> Self:
        """Append Pauli Y; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).y(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("y", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("y", (qubit,), (), None)))
        return self

    def z(self, qubit: int) -> Self:
        """Append Pauli Z; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).z(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("z", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("z", (qubit,), (), None)))
        return self

    def h(self, qubit: int) -> Self:
        """Append the Hadamard gate; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).h(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("h", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("h", (qubit,), (), None)))
        return self

    def s(self, qubit: int) -> Self:
        """Append S = diag(1, i); returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).s(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("s", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("s", (qubit,), (), None)))
        return self

    def sdg(self, qubit: int) -> Self:
        """Append the inverse of S, diag(1, -i); returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).sdg(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("sdg", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("sdg", (qubit,), (), None)))
        return self

    def t(self, qubit: int) -> Self:
        """Append T = diag(1, exp(i pi/4)); returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).t(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("t", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("t", (qubit,), (), None)))
        return self

    def tdg(self, qubit: int) -> Self:
        """Append the inverse of T, diag(1, exp(-i pi/4)); returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).tdg(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("tdg", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("tdg", (qubit,), (), None)))
        return self

    def sx(self, qubit: int) -> Self:
        """Append the square root of X, exp(i pi/4) RX(pi/2); returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).sx(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("sx", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("sx", (qubit,), (), None)))
        return self

    def sxdg(self, qubit: int) -> Self:
        """Append the inverse of the square root of X; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).sxdg(0)
        """
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("sxdg", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("sxdg", (qubit,), (), None)))
        return self

    def rx(self, angle: Angle, qubit: int) -> Self:
        """Append RX(angle) = exp(-i angle X / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).rx(0.5, 0)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("rx", angle)
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("rx", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("rx", (qubit,), (angle,), None)))
        return self

    def ry(self, angle: Angle, qubit: int) -> Self:
        """Append RY(angle) = exp(-i angle Y / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).ry(0.5, 0)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ry", angle)
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("ry", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("ry", (qubit,), (angle,), None)))
        return self

    def rz(self, angle: Angle, qubit: int) -> Self:
        """Append RZ(angle) = exp(-i angle Z / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).rz(0.5, 0)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("rz", angle)
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("rz", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("rz", (qubit,), (angle,), None)))
        return self

    def p(self, angle: Angle, qubit: int) -> Self:
        """Append the phase gate diag(1, exp(i angle)); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).p(0.5, 0)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("p", angle)
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("p", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("p", (qubit,), (angle,), None)))
        return self

    def u(self, theta: Angle, phi: Angle, lam: Angle, qubit: int) -> Self:
        """Append U(theta, phi, lam) = exp(i (phi + lam) / 2) RZ(phi) RY(theta) RZ(lam); returns the circuit.

        Parameters
        ----------
        theta, phi, lam : float or Expression
            Radians, as in Qiskit's U gate.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).u(0.1, 0.2, 0.3, 0)
        """
        if type(theta) is not Parameter and (type(theta) is not float or not -INFINITY < theta < INFINITY):
            theta = checked_angle("u", theta)
        if type(phi) is not Parameter and (type(phi) is not float or not -INFINITY < phi < INFINITY):
            phi = checked_angle("u", phi)
        if type(lam) is not Parameter and (type(lam) is not float or not -INFINITY < lam < INFINITY):
            lam = checked_angle("u", lam)
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit("u", qubit, self._n_qubits)
        self._instructions.append(new(Instruction, ("u", (qubit,), (theta, phi, lam), None)))
        return self
