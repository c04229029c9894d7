"""Builder methods of the two-qubit gates."""

from __future__ import annotations

from typing import Self

from ._builder import INFINITY, AbstractBuilder, checked_angle, named_qubits, new
from .instruction import Instruction
from .parameters import Expression, Parameter

Angle = float | Expression


class AbstractTwoQubitGates(AbstractBuilder):
    """Two-qubit gates, each method appending one instruction."""

    __slots__ = ()

    def cx(self, control: int, target: int) -> Self:
        """Append X on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).cx(0, 1)
        """
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("cx", (control, target), n)
        self._instructions.append(new(Instruction, ("cx", (control, target), (), None)))
        return self

    def cy(self, control: int, target: int) -> Self:
        """Append Y on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).cy(0, 1)
        """
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("cy", (control, target), n)
        self._instructions.append(new(Instruction, ("cy", (control, target), (), None)))
        return self

    def cz(self, control: int, target: int) -> Self:
        """Append Z on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).cz(0, 1)
        """
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("cz", (control, target), n)
        self._instructions.append(new(Instruction, ("cz", (control, target), (), None)))
        return self

    def ch(self, control: int, target: int) -> Self:
        """Append the Hadamard gate on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).ch(0, 1)
        """
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("ch", (control, target), n)
        self._instructions.append(new(Instruction, ("ch", (control, target), (), None)))
        return self

    def swap(self, a: int, b: int) -> Self:
        """Append the exchange of qubits `a` and `b`; returns the circuit.

        Parameters
        ----------
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).swap(0, 1)
        """
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("swap", (a, b), n)
        self._instructions.append(new(Instruction, ("swap", (a, b), (), None)))
        return self

    def iswap(self, a: int, b: int) -> Self:
        """Append iSWAP = exp(i pi/4 (XX + YY)); returns the circuit.

        Parameters
        ----------
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).iswap(0, 1)
        """
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("iswap", (a, b), n)
        self._instructions.append(new(Instruction, ("iswap", (a, b), (), None)))
        return self

    def iswapdg(self, a: int, b: int) -> Self:
        """Append the inverse of iSWAP, exp(-i pi/4 (XX + YY)); returns the circuit.

        Parameters
        ----------
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).iswapdg(0, 1)
        """
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("iswapdg", (a, b), n)
        self._instructions.append(new(Instruction, ("iswapdg", (a, b), (), None)))
        return self

    def crx(self, angle: Angle, control: int, target: int) -> Self:
        """Append RX(angle) on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).crx(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("crx", angle)
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("crx", (control, target), n)
        self._instructions.append(new(Instruction, ("crx", (control, target), (angle,), None)))
        return self

    def cry(self, angle: Angle, control: int, target: int) -> Self:
        """Append RY(angle) on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).cry(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("cry", angle)
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("cry", (control, target), n)
        self._instructions.append(new(Instruction, ("cry", (control, target), (angle,), None)))
        return self

    def crz(self, angle: Angle, control: int, target: int) -> Self:
        """Append RZ(angle) on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).crz(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("crz", angle)
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("crz", (control, target), n)
        self._instructions.append(new(Instruction, ("crz", (control, target), (angle,), None)))
        return self

    def cp(self, angle: Angle, control: int, target: int) -> Self:
        """Append diag(1, exp(i angle)) on `target` where `control` is 1; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        control, target : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).cp(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("cp", angle)
        n = self._n_qubits
        if (
            type(control) is not int
            or type(target) is not int
            or not 0 <= control < n
            or not 0 <= target < n
            or control == target
        ):
            control, target = named_qubits("cp", (control, target), n)
        self._instructions.append(new(Instruction, ("cp", (control, target), (angle,), None)))
        return self

    def rxx(self, angle: Angle, a: int, b: int) -> Self:
        """Append RXX(angle) = exp(-i angle XX / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).rxx(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("rxx", angle)
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("rxx", (a, b), n)
        self._instructions.append(new(Instruction, ("rxx", (a, b), (angle,), None)))
        return self

    def ryy(self, angle: Angle, a: int, b: int) -> Self:
        """Append RYY(angle) = exp(-i angle YY / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).ryy(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("ryy", angle)
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("ryy", (a, b), n)
        self._instructions.append(new(Instruction, ("ryy", (a, b), (angle,), None)))
        return self

    def rzz(self, angle: Angle, a: int, b: int) -> Self:
        """Append RZZ(angle) = exp(-i angle ZZ / 2); returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).rzz(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("rzz", angle)
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("rzz", (a, b), n)
        self._instructions.append(new(Instruction, ("rzz", (a, b), (angle,), None)))
        return self

    def single_excitation(self, angle: Angle, a: int, b: int) -> Self:
        """Append the Givens rotation |01> -> cos(angle/2) |01> + sin(angle/2) |10>; returns the circuit.

        Parameters
        ----------
        angle : float or Expression
            Radians.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).single_excitation(0.5, 0, 1)
        """
        if type(angle) is not Parameter and (type(angle) is not float or not -INFINITY < angle < INFINITY):
            angle = checked_angle("single_excitation", angle)
        n = self._n_qubits
        if type(a) is not int or type(b) is not int or not 0 <= a < n or not 0 <= b < n or a == b:
            a, b = named_qubits("single_excitation", (a, b), n)
        self._instructions.append(new(Instruction, ("single_excitation", (a, b), (angle,), None)))
        return self
