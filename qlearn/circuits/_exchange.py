"""Methods that write a circuit in other languages, and read it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from ._builder import AbstractBuilder

if TYPE_CHECKING:
    import stim

    from .circuit import Circuit


class AbstractExchange(AbstractBuilder):
    """To and from OpenQASM and Stim."""

    __slots__ = ()

    def to_qasm(self, version: int = 3) -> str:
        """Return the circuit as OpenQASM text, equal up to a global phase.

        Parameters
        ----------
        version : {2, 3}
            Open parameters need version 3, where they become inputs.

        Returns
        -------
        str
            See `qlearn.circuits.qasm_out.to_qasm`.

        Raises
        ------
        ValueError
            If there is noise, or a parameter is open and the version is 2; the message names the instruction.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.Circuit(2).h(0).cx(0, 1).measure().to_qasm(2))
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[2];
        creg c[2];
        h q[0];
        cx q[0], q[1];
        measure q -> c;
        """
        from .qasm_out import to_qasm

        return to_qasm(self, version)  # type: ignore[arg-type]

    @staticmethod
    def from_qasm(text: str) -> Circuit:
        """Return a circuit read from OpenQASM 2 or 3.

        Parameters
        ----------
        text : str
            The program itself, never the name of a file. Nothing in it makes the reader open a file.

        Returns
        -------
        Circuit
            Equal up to a global phase. See `qlearn.circuits.qasm_in.from_qasm` for what is read, and the limits.

        Raises
        ------
        TypeError
            If `text` is no str.
        ValueError
            With line and column, if the text is no OpenQASM of this subset, or too large.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit.from_qasm('OPENQASM 3; include "stdgates.inc"; input float t; qubit[2] q; crx(2*t) q[0], q[1];')
        <Circuit: 2 qubits, 1 instructions, 1 parameters>
        """
        from .qasm_in import from_qasm

        return from_qasm(text)

    def to_stim(self, values: Mapping[Any, Any] | ArrayLike | None = None) -> stim.Circuit:
        """Return the circuit in Stim's language; qubits keep their index and records their order.

        Parameters
        ----------
        values : mapping or array_like, optional
            Numbers for the parameters, as for `bind`.

        Returns
        -------
        stim.Circuit
            Equal up to a global phase. See `qlearn.circuits.stim_io.to_stim`.

        Raises
        ------
        ValueError
            If a parameter is unbound, a gate is not Clifford, a channel is no mixture of Pauli strings, or a readout
            error is asymmetric; the message names the instruction.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.Circuit(2).ry(np.pi / 2, 0).cz(0, 1).measure().to_stim())
        SQRT_Y 0
        CZ 0 1
        M 0 1
        """
        from .stim_out import to_stim

        return to_stim(self, values)  # type: ignore[arg-type]

    @staticmethod
    def from_stim(source: stim.Circuit | str, n_qubits: int | None = None) -> Circuit:
        """Return a circuit read from Stim; qubits keep their index and records their order.

        Parameters
        ----------
        source : stim.Circuit or str
            The circuit, or its text. Text is never taken as the name of a file.
        n_qubits : int, optional
            Width; by default the largest qubit that is named, plus one.

        Returns
        -------
        Circuit
            Loops unrolled, annotations (detectors, observables, coordinates) dropped. See
            `qlearn.circuits.stim_io.from_stim`.

        Raises
        ------
        TypeError
            If `source` is neither a Stim circuit nor text.
        ValueError
            If the text is no Stim circuit, too large, or holds an instruction without a counterpart here.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit.from_stim("H 0\\nCX 0 1\\nM 0 1").counts()
        {'h': 1, 'cx': 1, 'measure': 1}
        """
        from .stim_in import from_stim

        return from_stim(source, n_qubits)
