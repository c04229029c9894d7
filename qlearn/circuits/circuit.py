"""The circuit: a mutable builder that holds gates, noise and measurements, and nothing that runs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._checks import check_count
from ._builder import named_qubits, new, one_qubit
from ._builder_many import AbstractManyQubitGates
from ._builder_noise import AbstractNoise
from ._builder_single import AbstractSingleQubitGates
from ._builder_two import AbstractTwoQubitGates
from ._composition import AbstractComposition
from ._exchange import AbstractExchange
from ._structure import AbstractStructure
from .channels import CHANNEL_NAMES
from .gates import UNITARY_NAMES
from .instruction import Instruction
from .parameters import Parameter, ordered_parameters

if TYPE_CHECKING:
    from .drawing import Drawing


_angles_of = itemgetter(2)


class Circuit(
    AbstractSingleQubitGates,
    AbstractTwoQubitGates,
    AbstractManyQubitGates,
    AbstractNoise,
    AbstractComposition,
    AbstractExchange,
    AbstractStructure,
):
    """A quantum circuit on `n_qubits` qubits, built by calling methods that each append one instruction.

    Every method returns the circuit, so calls chain. A call with bad arguments raises and leaves the circuit as it
    was. Angles come first, then qubits; angles are numbers (radians) or expressions of `Parameter` objects.

    Parameters
    ----------
    n_qubits : int
        At least 1. Qubit 0 is the leftmost letter of a Pauli string and the most significant bit of a state index.

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 2)
    >>> circuit = ql.Circuit(3).h(0).cx(0, 1).ry(theta[0], 2).rzz(2 * theta[1], 1, 2)
    >>> circuit.n_parameters, len(circuit)
    (2, 4)
    """

    __slots__ = ("_parameters", "_program")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, n_qubits: int) -> None:
        self._n_qubits = check_count("n_qubits", n_qubits, minimum=1)
        self._instructions: list[Instruction] = []
        self._parameters: tuple[int, tuple[Parameter, ...]] = (0, ())
        self._program: tuple[int, Any] = (-1, None)  # instructions are only ever appended: their number is a version

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._n_qubits

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions in order."""
        return tuple(self._instructions)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The distinct parameters: vectors and single names by first appearance, elements of a vector by index."""
        length, found = self._parameters
        if length != len(self._instructions):
            found = ordered_parameters(chain.from_iterable(map(_angles_of, self._instructions)))
            self._parameters = (len(self._instructions), found)
        return found

    @property
    def n_parameters(self) -> int:
        """Number of distinct parameters."""
        return len(self.parameters)

    @property
    def n_measurements(self) -> int:
        """Number of recorded bits."""
        return sum(len(step[1]) for step in self._instructions if step[0] == "measure")

    @property
    def has_measurement(self) -> bool:
        """Whether any qubit is measured."""
        return any(step[0] == "measure" for step in self._instructions)

    @property
    def has_noise(self) -> bool:
        """Whether there is a noise channel (readout error included)."""
        return any(step[0] in CHANNEL_NAMES for step in self._instructions)

    @property
    def is_unitary(self) -> bool:
        """Whether there are only unitary gates and barriers: no noise, measurement or reset."""
        return all(step[0] in UNITARY_NAMES or step[0] == "barrier" for step in self._instructions)

    def measure(self, qubits: Any = None, key: str | None = None) -> Self:
        """Append a measurement in the computational basis; returns the circuit.

        Parameters
        ----------
        qubits : int or sequence of int, optional
            In the order of the recorded bits; all qubits by default.
        key : str, optional
            Name of the group of bits, for exports.

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit(2).h(0).measure(0).cx(0, 1).measure([1, 0], key="end").n_measurements
        3
        """
        checked = range(self._n_qubits) if qubits is None else named_qubits("measure", qubits, self._n_qubits)
        if not checked:
            raise ValueError("measure: name at least one qubit, or none at all to measure every qubit.")
        if key is not None and (not isinstance(key, str) or not key or not key.isprintable()):
            raise ValueError(f"measure: `key` must be printable text or None, got {key!r}.")
        self._instructions.append(new(Instruction, ("measure", tuple(checked), (), key)))
        return self

    def reset(self, qubit: int) -> Self:
        """Append a reset of the qubit to 0; returns the circuit.

        Parameters
        ----------
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).h(0).reset(0)
        """
        self._instructions.append(new(Instruction, ("reset", (one_qubit("reset", qubit, self._n_qubits),), (), None)))
        return self

    def barrier(self, *qubits: int) -> Self:
        """Append a barrier, which separates moments of drawings, depth and idle noise; returns the circuit.

        Parameters
        ----------
        *qubits : int
            All qubits if none is given.

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).h(0).barrier().h(1)
        """
        checked = named_qubits("barrier", qubits, self._n_qubits) if qubits else tuple(range(self._n_qubits))
        self._instructions.append(new(Instruction, ("barrier", checked, (), None)))
        return self

    def decompose(self, basis: Iterable[str] | None = None) -> Circuit:
        """Return the circuit rewritten with the gates in `basis`, equal up to a global phase.

        Parameters
        ----------
        basis : iterable of str, optional
            Names of gates; by default every one-qubit gate and `cx`. See `qlearn.circuits.decompose`.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If a gate cannot be written with the basis.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit(2).rzz(0.3, 0, 1).decompose({"cx", "rz"}).counts()
        {'cx': 2, 'rz': 1}
        """
        from .decomposition import decompose

        return decompose(self, basis)

    def controlled(self, n_controls: int = 1) -> Circuit:
        """Return the circuit that acts as this one where all controls are 1, and as the identity elsewhere.

        Parameters
        ----------
        n_controls : int
            At least 1. The controls are the first qubits of the result; qubit q becomes `q + n_controls`.

        Returns
        -------
        Circuit
            Exact, including the phase that a global phase becomes. See `qlearn.circuits.controlled`.

        Raises
        ------
        ValueError
            If an instruction is not unitary; the message names it.

        Examples
        --------
        >>> import qlearn as ql
        >>> [step.name for step in ql.Circuit(2).ry(0.5, 0).cx(0, 1).controlled()]
        ['cry', 'ccx']
        """
        from .control import controlled

        return controlled(self, n_controls)

    def draw(self, style: str = "text", *, width: int | None = None) -> Drawing:
        """Return a drawing of the circuit, a str that shows itself in a session.

        Parameters
        ----------
        style : str
            `"text"` or `"svg"`.
        width : int, optional
            Characters in a line of text (by default those of the terminal), or pixels of an SVG.

        Returns
        -------
        Drawing

        Examples
        --------
        >>> import qlearn as ql
        >>> theta = ql.parameters("theta", 1)
        >>> ql.Circuit(2).h(0).cx(0, 1).ry(2 * theta[0], 1).draw()
        q0: ─┤H├──●─────────────
                  │
        q1: ──────⊕──┤RY(2θ₀)├──
        """
        from .drawing import draw

        return draw(self, style, width=width)

    def copy(self) -> Circuit:
        """Return an independent circuit with the same instructions.

        Returns
        -------
        Circuit

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).h(0)
        >>> circuit.copy().x(0) == circuit
        False
        """
        twin = Circuit(self._n_qubits)
        twin._instructions = self._instructions.copy()
        twin._parameters = self._parameters
        twin._program = self._program
        return twin

    def __copy__(self) -> Circuit:
        return self.copy()

    def __len__(self) -> int:
        return len(self._instructions)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Instruction]:
        return iter(self.instructions)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Circuit):
            return NotImplemented
        return self._n_qubits == other._n_qubits and self._instructions == other._instructions

    def __repr__(self) -> str:
        parameters = f", {self.n_parameters} parameters" if self.n_parameters else ""
        return f"<Circuit: {self._n_qubits} qubits, {len(self._instructions)} instructions{parameters}>"

    def _repr_html_(self) -> str:
        from .drawing import notebook_html

        return notebook_html(self)

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        from ._storage import to_data

        return to_data(self)

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Circuit:
        from ._storage import from_data

        return from_data(params, arrays)
