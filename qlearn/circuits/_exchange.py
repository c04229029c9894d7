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
    """To and from Stim."""

    __slots__ = ()

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
