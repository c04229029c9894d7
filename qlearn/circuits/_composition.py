"""Methods that make circuits from circuits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from ._builder import AbstractBuilder, checked_angle, named_qubits, new
from ._dispatch import append_checked
from .gates import GATES
from .instruction import Instruction
from .parameters import Expression, Parameter, ParameterVector, value_map

if TYPE_CHECKING:
    from .circuit import Circuit


class AbstractComposition(AbstractBuilder):
    """Joining, repeating, inverting, relabelling and binding."""

    __slots__ = ()

    parameters: tuple[Parameter, ...]

    def append(self, other: Circuit | Instruction, qubits: Any = None) -> Self:
        """Append all instructions of another circuit, or one instruction; returns the circuit.

        Parameters
        ----------
        other : Circuit or Instruction
            Copied; later changes of it do not show.
        qubits : sequence of int, optional
            Where the qubits of `other` go, one entry for each of them; its first qubit goes to `qubits[0]`. By default
            they keep their numbers. Not allowed with an Instruction.

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If `other` is wider than the circuit, or the number of qubits is wrong.

        Examples
        --------
        >>> import qlearn as ql
        >>> bell = ql.Circuit(2).h(0).cx(0, 1)
        >>> ql.Circuit(4).append(bell, [2, 0]).instructions[1].qubits
        (2, 0)
        """
        if isinstance(other, Instruction):
            if qubits is not None:
                raise ValueError("append: an Instruction has its own qubits; leave `qubits` out.")
            append_checked(self, other)
            return self
        if not isinstance(other, AbstractComposition):
            raise TypeError(f"append: a Circuit or an Instruction is needed, got {type(other).__name__}.")
        if qubits is None:
            if other._n_qubits > self._n_qubits:
                raise ValueError(f"append: a circuit on {other._n_qubits} qubits does not fit on {self._n_qubits}.")
            self._instructions.extend(other._instructions.copy())
        else:
            places = named_qubits("append", qubits, self._n_qubits, count=other._n_qubits)
            self._instructions.extend(_moved(other._instructions.copy(), places))
        return self

    def remap(self, qubits: Any, n_qubits: int | None = None) -> Circuit:
        """Return the circuit with qubit q renamed to `qubits[q]`.

        Parameters
        ----------
        qubits : sequence of int
            One distinct entry for each qubit of the circuit.
        n_qubits : int, optional
            Width of the result; the circuit's own by default.

        Returns
        -------
        Circuit

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit(2).cx(0, 1).remap([3, 1], n_qubits=4).instructions[0].qubits
        (3, 1)
        """
        width = self._n_qubits if n_qubits is None else check_count("n_qubits", n_qubits, minimum=1)
        places = named_qubits("remap", qubits, width, count=self._n_qubits)
        return self._made(_moved(self._instructions, places), width)

    def repeat(self, n_times: int) -> Circuit:
        """Return the circuit `n_times` times in a row, with the same parameters each time.

        Parameters
        ----------
        n_times : int
            0 gives an empty circuit.

        Returns
        -------
        Circuit

        Examples
        --------
        >>> import qlearn as ql
        >>> len(ql.Circuit(2).h(0).cx(0, 1).repeat(3))
        6
        """
        return self._made(self._instructions * check_count("n_times", n_times))

    def inverse(self) -> Circuit:
        """Return the circuit that undoes this one: inverse gates in reverse order.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If an instruction is not unitary; the message names it.

        Examples
        --------
        >>> import qlearn as ql
        >>> [step.name for step in ql.Circuit(2).s(0).cx(0, 1).inverse()]
        ['cx', 'sdg']
        """
        steps = [_inverted(index, step) for index, step in enumerate(self._instructions)]
        return self._made(steps[::-1])

    def bind(self, values: Mapping[Any, Any] | ArrayLike) -> Circuit:
        """Return the circuit with parameters replaced by numbers.

        Parameters
        ----------
        values : mapping or array_like
            Parameter, name or ParameterVector to numbers, for some or all parameters; or one float for each of
            `circuit.parameters`, in that order.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If a name is not a parameter of the circuit, a value is not finite, or the number of values is wrong.

        Examples
        --------
        >>> import qlearn as ql
        >>> theta = ql.parameters("theta", 2)
        >>> circuit = ql.Circuit(1).rx(2 * theta[0], 0).rz(theta[1], 0)
        >>> circuit.bind({theta[0]: 0.25}).instructions[0].angles
        (0.5,)
        """
        if not isinstance(values, Mapping):
            vector = check_array("values", values, shape=(len(self.parameters),))
            values = dict(zip(self.parameters, vector.tolist(), strict=True))
        for name, value in self._known("bind", values).items():
            if isinstance(value, Expression) or np.ndim(value):
                raise ValueError(
                    f"bind: parameter {name!r} needs one number, got {value!r}; for expressions there is `substitute`."
                )
        return self.substitute(values)

    def substitute(self, replacements: Mapping[Any, Any]) -> Circuit:
        """Return the circuit with parameters replaced by other parameters, expressions or numbers.

        Parameters
        ----------
        replacements : mapping
            Parameter, name or ParameterVector to an Expression or number, or (for a vector) a sequence of them. All
            replacements happen at once, so names can be exchanged.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If a name is not a parameter of the circuit, or an angle would get degree above two.

        Examples
        --------
        >>> import qlearn as ql
        >>> a, b = ql.Parameter("a"), ql.Parameter("b")
        >>> ql.Circuit(1).rx(2 * a, 0).substitute({a: b + 1}).instructions[0].angles
        (Expression('2 + 2*b'),)
        """
        known = self._known("substitute", replacements)
        steps = []
        for step in self._instructions:
            if any(isinstance(angle, Expression) for angle in step[2]):
                angles = tuple(
                    checked_angle(step[0], angle.substitute(known)) if isinstance(angle, Expression) else angle
                    for angle in step[2]
                )
                step = step._replace(angles=angles)
            steps.append(step)
        return self._made(steps)

    def _known(self, verb: str, replacements: Mapping[Any, Any]) -> dict[str, Any]:
        """Values by name; a name that the circuit does not have is an error, spare elements of a vector are not."""
        values = value_map(replacements)
        names = {parameter.name for parameter in self.parameters}
        for key in replacements:
            own = [p.name for p in key] if isinstance(key, ParameterVector) else [str(key)]
            if names.isdisjoint(own):
                shown = ", ".join(sorted(names)[:6]) or "none"
                raise ValueError(
                    f"{verb}: the circuit has no parameter {str(getattr(key, 'name', key))!r}; it has {shown}."
                )
        return {name: value for name, value in values.items() if name in names}

    def _made(self, instructions: Iterable[Instruction], n_qubits: int | None = None) -> Circuit:
        """Return a circuit of instructions that are known to be sound: nothing is checked."""
        circuit: Any = type(self)(self._n_qubits if n_qubits is None else n_qubits)  # type: ignore[call-arg]
        circuit._instructions.extend(instructions)
        return circuit

    def __add__(self, other: Any) -> Circuit:
        if not isinstance(other, AbstractComposition):
            return NotImplemented
        self._check_same_width(other)
        return self._made([*self._instructions, *other._instructions])

    def __iadd__(self, other: Any) -> Self:
        if not isinstance(other, AbstractComposition):
            return NotImplemented
        self._check_same_width(other)
        return self.append(other)  # type: ignore[arg-type]

    def _check_same_width(self, other: AbstractComposition) -> None:
        if self._n_qubits != other._n_qubits:
            raise ValueError(
                f"Circuits on {self._n_qubits} and {other._n_qubits} qubits cannot be added; "
                "use `append(other, qubits)` to say where the qubits go."
            )


def _moved(instructions: list[Instruction], places: tuple[int, ...]) -> list[Instruction]:
    return [
        new(Instruction, (name, tuple([places[q] for q in qubits]), angles, data))
        for name, qubits, angles, data in instructions
    ]


def _inverted(index: int, step: Instruction) -> Instruction:
    name, qubits, angles, data = step
    if name in GATES:
        spec = GATES[name]
        return new(Instruction, (spec.inverse, qubits, spec.inverse_angles(angles), None))
    if name == "pauli_rotation":
        return new(Instruction, (name, qubits, (-angles[0],), data))
    if name == "unitary":
        adjoint = np.array(data).conj().T.copy()
        adjoint.setflags(write=False)
        return new(Instruction, (name, qubits, (), adjoint))
    if name == "barrier":
        return step
    raise ValueError(
        f"inverse: instruction {index}, {name} on qubits {qubits}, has no inverse; "
        "remove noise, measurements and resets first."
    )
