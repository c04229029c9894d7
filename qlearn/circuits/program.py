"""The immutable bytecode of a circuit, and the map from its parameters to its angles.

Engines interpret a `Program`; nothing is generated or compiled for a particular structure, so that searches can run
millions of different circuits. What is not a gate of the bytecode (`u`, `unitary`) is expanded here; noise channels,
measurements and resets become numbered `Channel` entries.
"""

from __future__ import annotations

import math
import operator
from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .._checks import check_array, check_count
from . import opcodes
from .channels import CHANNEL_NAMES, PAULI_CHANNEL_NAMES, channel_kraus, channel_paulis
from .circuit import Circuit
from .instruction import Instruction
from .opcodes import OPCODES
from .parameters import Expression, Parameter, value_map
from .synthesis import euler_zyz, kak

# Global phase of each gate relative to the rotations that the engines use for it.
_PHASES = {
    "x": math.pi / 2, "y": math.pi / 2, "z": math.pi / 2, "h": math.pi / 2, "s": math.pi / 4, "sdg": -math.pi / 4,
    "t": math.pi / 8, "tdg": -math.pi / 8, "sx": math.pi / 4, "sxdg": -math.pi / 4,
    "iswap": math.pi / 2, "iswapdg": -math.pi / 2,
    "ccx": math.pi / 2 + math.pi / 2, "cswap": math.pi / 2 + math.pi / 2,
}  # fmt: skip
_IGNORED = {"i", "barrier"}
_NO_QUBITS = (-1, -1, -1, -1)
_COLUMN = np.arange(4)
_FROM_ARRAYS = np.ones(opcodes.CHANNEL + 1, dtype=bool)  # the opcodes that need no table of their own
_FROM_ARRAYS[[opcodes.PAULI_ROTATION, opcodes.CHANNEL]] = False


class Channel(NamedTuple):
    """One step that is not unitary: what it is, where, and its data.

    Attributes
    ----------
    kind : str
        "pauli", "kraus", "measure", "reset" or "readout".
    qubits : tuple of int
        One or two.
    data : object
        Pauli texts to probabilities; Kraus matrices; the number of the recorded bit; None; (p01, p10).
    """

    kind: str
    qubits: tuple[int, ...]
    data: Any


class AngleMap:
    """The angles of a program as polynomials of degree two in its parameters.

    Parameters
    ----------
    angles : sequence of float or Expression
        One for each column of the angle table.
    parameters : sequence of Parameter
        Order of the columns of `values`.
    """

    def __init__(self, angles: Sequence[float | Expression], parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.n_angles = len(angles)
        self.constant = np.zeros(self.n_angles)
        self._is_identity = len(angles) == len(self.parameters) and all(map(operator.is_, angles, self.parameters))
        if self._is_identity:
            self.depends = np.ones(self.n_angles, dtype=bool)
            return
        index = {parameter.name: i for i, parameter in enumerate(self.parameters)}
        linear: list[tuple[int, int, float]] = []
        quadratic: list[tuple[int, int, int, float]] = []
        for row, angle in enumerate(angles):
            if type(angle) is float:
                self.constant[row] = angle
            elif type(angle) is Parameter:
                linear.append((row, index[angle.name], 1.0))
            else:
                for monomial, coefficient in angle.terms.items():  # type: ignore[union-attr]
                    if not monomial:
                        self.constant[row] = coefficient
                    elif len(monomial) == 1:
                        linear.append((row, index[monomial[0].name], coefficient))
                    else:
                        first, second = monomial
                        quadratic.append((row, index[first.name], index[second.name], coefficient))
        self._linear, self._quadratic = linear, quadratic
        self.depends = np.zeros(self.n_angles, dtype=bool)
        self.depends[[entry[0] for entry in linear] + [entry[0] for entry in quadratic]] = True

    @staticmethod
    @lru_cache(maxsize=64)
    def identity(n_angles: int) -> AngleMap:
        """Return the map of a program whose parameters are its angles, in order.

        Parameters
        ----------
        n_angles : int

        Returns
        -------
        AngleMap
        """
        angles = [Parameter(f"angle[{i}]") for i in range(n_angles)]
        return AngleMap(angles, angles)

    @cached_property
    def _jacobian(self) -> sparse.csr_array:
        rows, columns, coefficients = zip(*self._linear, strict=True) if self._linear else ((), (), ())
        shape = (self.n_angles, len(self.parameters))
        return sparse.csr_array((np.array(coefficients, dtype=float), (rows, columns)), shape=shape)

    @cached_property
    def _single(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Rows, columns and coefficients when no angle has two linear terms."""
        rows = [entry[0] for entry in self._linear]
        if len(set(rows)) != len(rows):
            return None
        columns, coefficients = [entry[1] for entry in self._linear], [entry[2] for entry in self._linear]
        return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp), np.array(coefficients, dtype=float)

    @cached_property
    def _products(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        rows, first, second, coefficients = zip(*self._quadratic, strict=True)
        return np.array(rows), np.array(first), np.array(second), np.array(coefficients)

    def values(self, values: Any) -> tuple[np.ndarray, bool]:
        """Return `values` as a float array (batch, n_parameters), and whether they had a batch axis.

        Parameters
        ----------
        values : array_like, mapping or None
            (n_parameters,), (batch, n_parameters), or {Parameter, name or ParameterVector: number or array}.

        Returns
        -------
        values : ndarray
        batched : bool

        Raises
        ------
        ValueError
            If the number of values is wrong, one is missing, or one is not finite.
        """
        n = len(self.parameters)
        if values is None:
            if n:
                names = ", ".join(p.name for p in self.parameters[:5]) + (", ..." if n > 5 else "")
                raise ValueError(f"The circuit has {n} unbound parameters ({names}); pass `values` for them.")
            return np.empty((1, 0)), False
        if isinstance(values, Mapping):
            return self._from_mapping(values)
        array_ = check_array("values", values)
        if array_.ndim not in (1, 2) or array_.shape[-1] != n:
            raise ValueError(
                f"`values` must have shape ({n},) or (batch, {n}), one column for each parameter, got {array_.shape}."
            )
        return np.atleast_2d(array_), array_.ndim == 2

    def _from_mapping(self, values: Mapping[Any, Any]) -> tuple[np.ndarray, bool]:
        known = value_map(values)
        missing = [p.name for p in self.parameters if p.name not in known]
        if missing:
            raise ValueError(f"No value for {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''} in `values`.")
        columns = [check_array(p.name, known[p.name]) for p in self.parameters]
        if not columns:
            return np.empty((1, 0)), False
        batched = any(column.ndim for column in columns)
        return np.stack(np.broadcast_arrays(*[np.atleast_1d(column) for column in columns]), axis=-1), batched

    def table(self, values: np.ndarray) -> np.ndarray:
        """Return the angles at some parameter values.

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)

        Returns
        -------
        ndarray of shape (n_angles, batch)
        """
        if self._is_identity:
            return values.T
        if self._single is not None:
            rows, columns, coefficients = self._single
            table = np.empty((self.n_angles, len(values)))
            table[:] = self.constant[:, None]
            table[rows] += coefficients[:, None] * values.T[columns]
        else:
            table = self._jacobian @ values.T + self.constant[:, None]
        if self._quadratic:
            rows, first, second, coefficients = self._products
            np.add.at(table, rows, coefficients[:, None] * values.T[first] * values.T[second])
        return table

    def pull_back(self, values: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the parameters, (batch, n_parameters).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
        gradients : ndarray of shape (n_angles, batch)
            Derivatives with respect to the angles.

        Returns
        -------
        ndarray
        """
        if self._is_identity:
            return np.ascontiguousarray(gradients.T)
        result = np.ascontiguousarray((self._jacobian.T @ gradients).T)
        if self._quadratic:
            rows, first, second, coefficients = self._products
            weighted = (coefficients[:, None] * gradients[rows]).T
            np.add.at(result, (slice(None), first), weighted * values[:, second])
            np.add.at(result, (slice(None), second), weighted * values[:, first])
        return result


class Program:
    """Immutable bytecode of a circuit.

    Make one with `from_circuit`, or with `from_arrays` when a search writes bytecode itself.

    Attributes
    ----------
    n_qubits : int
    bytecode : ndarray of int32, shape (n, 6)
        Rows ``(opcode, q0, q1, q2, q3, angle)``, see `qlearn.circuits.opcodes`.
    paulis : ndarray of int64, shape (m, 2)
        Qubit masks (bit q is qubit q) of the X and Z parts of the Pauli rotations.
    channels : tuple of Channel
        Noise, measurements and resets, by number.
    angle_map : AngleMap
    phase : float
        Global phase in radians that the bytecode leaves out.
    phase_coefficients : ndarray of shape (n_angles,)
        The part of that phase that is linear in the angles.
    n_records : int
        Number of measured bits.

    Examples
    --------
    >>> import qlearn as ql
    >>> program = ql.circuits.Program.from_circuit(ql.Circuit(2).h(0).rzz(0.3, 0, 1))
    >>> program.bytecode.shape, program.n_angles
    ((2, 6), 1)
    """

    def __init__(
        self,
        n_qubits: int,
        bytecode: np.ndarray,
        paulis: np.ndarray,
        channels: tuple[Channel, ...],
        angle_map: AngleMap,
        phase: float = 0.0,
        phase_coefficients: np.ndarray | None = None,
        n_records: int = 0,
    ) -> None:
        self.n_qubits, self.bytecode, self.paulis, self.channels = n_qubits, bytecode, paulis, channels
        self.angle_map, self.phase, self.n_records = angle_map, phase, n_records
        self.phase_coefficients = np.zeros(angle_map.n_angles) if phase_coefficients is None else phase_coefficients
        bytecode.setflags(write=False)
        self.cache: dict[Any, Any] = {}  # engines keep their lowered forms here

    @property
    def n_angles(self) -> int:
        """Number of columns of the angle table."""
        return self.angle_map.n_angles

    @classmethod
    def from_circuit(cls, circuit: Circuit) -> Program:
        """Return the program of a circuit; compiled once, then kept with the circuit until it grows.

        Parameters
        ----------
        circuit : Circuit
            At most 62 qubits.

        Returns
        -------
        Program

        Raises
        ------
        ValueError
            If the circuit is too wide for a simulator that stores amplitudes.
        """
        version, program = circuit._program
        if version == len(circuit):
            return program
        if circuit.n_qubits > 62:
            raise ValueError(f"Programs have at most 62 qubits, got {circuit.n_qubits}; use the Stabilizer engine.")
        program = _Compiler(circuit).program()
        circuit._program = (len(circuit), program)
        return program

    @classmethod
    def from_arrays(cls, n_qubits: int, opcode: Any, qubits: Any, angle: Any) -> Program:
        """Return a program of unitary gates whose parameters are its angles, in order.

        Parameters
        ----------
        n_qubits : int
        opcode : array_like of int, shape (n,)
            From `qlearn.circuits.opcodes`, without `PAULI_ROTATION` and `CHANNEL`.
        qubits : array_like of int, shape (n, k) with k <= 4
            Padded with -1.
        angle : array_like of int, shape (n,)
            Column of `values` that each gate uses; -1 for gates without an angle.

        Returns
        -------
        Program
            With ``n_parameters = max(angle) + 1``.

        Raises
        ------
        ValueError
            If an opcode, a qubit or an angle is out of range, or a gate names a qubit twice.

        Examples
        --------
        >>> import qlearn as ql
        >>> from qlearn.circuits import opcodes as op
        >>> program = ql.circuits.Program.from_arrays(2, [op.RY, op.CX], [[0, -1], [0, 1]], [0, -1])
        >>> program.n_angles
        1
        """
        n_qubits = check_count("n_qubits", n_qubits, minimum=1, maximum=62)
        bytecode = np.full((len(opcode), opcodes.N_COLUMNS), -1, dtype=np.int32)
        bytecode[:, 0], bytecode[:, 5] = opcode, angle
        qubits = np.asarray(qubits, dtype=np.int32).reshape(len(opcode), -1)
        bytecode[:, 1 : 1 + qubits.shape[1]] = qubits
        _check_bytecode(n_qubits, bytecode)
        n_angles = int(bytecode[:, 5].max(initial=-1)) + 1
        return cls(n_qubits, bytecode, np.empty((0, 2), np.int64), (), AngleMap.identity(n_angles))


def _check_bytecode(n_qubits: int, bytecode: np.ndarray) -> None:
    """Raise unless every row is a gate with distinct qubits in range and an angle where it needs one."""
    codes, qubits, angles = bytecode[:, 0], bytecode[:, 1:5], bytecode[:, 5]
    if codes.size == 0:
        return
    if codes.min() < 0 or codes.max() > opcodes.CHANNEL or not _FROM_ARRAYS[codes].all():
        raise ValueError(f"`opcode` must name gates of qlearn.circuits.opcodes, got {sorted(set(codes.tolist()))}.")
    n_used = opcodes.QUBITS[codes]
    wrong = ((qubits < 0) | (qubits >= n_qubits)) & (_COLUMN < n_used[:, None])
    for column in range(1, int(n_used.max())):
        equal = (qubits[:, :column] == qubits[:, column : column + 1]).any(axis=1)
        wrong[:, column] |= equal & (n_used > column)
    if wrong.any():
        row = int(np.argmax(wrong.any(axis=1)))
        raise ValueError(
            f"Row {row} must name {n_used[row]} distinct qubits below {n_qubits}, got {qubits[row].tolist()}."
        )
    wrong = opcodes.ANGLES[codes] != (angles >= 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"Row {row}: `angle` must be -1 exactly for gates without an angle, got {angles[row]}.")


class _Compiler:
    """Collects bytecode while walking a circuit."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.rows: list[int] = []
        self.angles: list[float | Expression] = []
        self.paulis: list[tuple[int, int]] = []
        self.channels: list[Channel] = []
        self.phase = 0.0
        self.phase_terms: list[tuple[int, float]] = []
        self.n_records = 0

    def program(self) -> Program:
        """Return the finished program."""
        rows, angles = self.rows, self.angles
        for name, qubits, own_angles, data in self.circuit._instructions:
            code = OPCODES.get(name, -1)
            if code < 0 or data is not None:
                self._special(name, qubits, own_angles, data)
                continue
            slot = -1
            if own_angles:
                slot = len(angles)
                angles += own_angles
                if code == opcodes.P:
                    self.phase_terms.append((slot, 0.5))
            elif name in _PHASES:
                self.phase += _PHASES[name]
            if len(qubits) == 1:
                rows += (code, qubits[0], -1, -1, -1, slot)
            else:
                rows += (code, *qubits, *_NO_QUBITS[len(qubits) :], slot)
        bytecode = np.frombuffer(array("i", rows), dtype=np.int32).reshape(-1, opcodes.N_COLUMNS).copy()
        angle_map = AngleMap(angles, self.circuit.parameters)
        coefficients = np.zeros(len(angles))
        for slot, coefficient in self.phase_terms:
            coefficients[slot] += coefficient
        paulis = np.array(self.paulis, dtype=np.int64).reshape(-1, 2)
        return Program(
            self.circuit.n_qubits, bytecode, paulis, tuple(self.channels), angle_map,
            self.phase, coefficients, self.n_records,
        )  # fmt: skip

    def _gate(self, code: int, qubits: tuple[int, ...], angle: float | Expression | None = None) -> int:
        slot = -1
        if angle is not None:
            slot = len(self.angles)
            self.angles.append(angle)
        self.rows += (code, *qubits, *_NO_QUBITS[len(qubits) :], slot)
        return slot

    def _special(self, name: str, qubits: tuple[int, ...], angles: tuple, data: Any) -> None:
        """Expand what is not one row of bytecode."""
        if name in _IGNORED:
            return
        if name == "u":
            self._u(qubits[0], *angles)
        elif name == "unitary":
            self._unitary(qubits, data)
        elif name == "pauli_rotation":
            x = sum(1 << q for q, letter in zip(qubits, data, strict=True) if letter in "XY")
            z = sum(1 << q for q, letter in zip(qubits, data, strict=True) if letter in "YZ")
            if x == z == 0:
                self.phase_terms.append((len(self.angles), -0.5))
                self.angles += angles
                return
            acting = data.replace("I", "")
            if len(acting) == 1:  # an ordinary rotation, which merges with its neighbours
                self._gate(OPCODES["r" + acting.lower()], (qubits[data.index(acting)],), angles[0])
                return
            self._gate(opcodes.PAULI_ROTATION, (len(self.paulis),), angles[0])
            self.paulis.append((x, z))
        else:
            self._channel(name, qubits, data)

    def _u(self, qubit: int, theta: Any, phi: Any, lam: Any) -> None:
        for code, angle in ((opcodes.RZ, lam), (opcodes.RY, theta), (opcodes.RZ, phi)):
            slot = self._gate(code, (qubit,), angle)
            if code == opcodes.RZ:
                self.phase_terms.append((slot, 0.5))

    def _unitary(self, qubits: tuple[int, ...], matrix: np.ndarray) -> None:
        if len(qubits) == 1:
            self._euler(qubits[0], matrix)
            return
        before, (a, b, c), after, phase = kak(matrix)
        self.phase += phase
        for qubit, part in zip(qubits, before, strict=True):
            self._euler(qubit, part)
        for code, coefficient in ((opcodes.RXX, a), (opcodes.RYY, b), (opcodes.RZZ, c)):
            self._gate(code, qubits, -2.0 * float(coefficient))
        for qubit, part in zip(qubits, after, strict=True):
            self._euler(qubit, part)

    def _euler(self, qubit: int, matrix: np.ndarray) -> None:
        theta, phi, lam, phase = euler_zyz(matrix)
        self._gate(opcodes.RZ, (qubit,), float(lam))
        self._gate(opcodes.RY, (qubit,), float(theta))
        self._gate(opcodes.RZ, (qubit,), float(phi))
        self.phase += phase

    def _channel(self, name: str, qubits: tuple[int, ...], data: Any) -> None:
        if name == "measure":
            for qubit in qubits:
                self._add_channel(Channel("measure", (qubit,), self.n_records))
                self.n_records += 1
        elif name == "reset":
            self._add_channel(Channel("reset", qubits, None))
        elif name == "readout_error":
            self._add_channel(Channel("readout", qubits, tuple(data)))
        elif name in PAULI_CHANNEL_NAMES:
            paulis = channel_paulis(Instruction(name, qubits, (), data))
            self._add_channel(Channel("pauli", qubits, paulis))
        elif name in CHANNEL_NAMES:
            kraus = tuple(channel_kraus(Instruction(name, qubits, (), data)))
            self._add_channel(Channel("kraus", qubits, kraus))
        else:
            raise ValueError(f"Instruction {name!r} has no bytecode.")

    def _add_channel(self, channel: Channel) -> None:
        q0, q1 = (*channel.qubits, -1)[:2]
        self.rows += (opcodes.CHANNEL, q0, q1, len(self.channels), -1, -1)
        self.channels.append(channel)
