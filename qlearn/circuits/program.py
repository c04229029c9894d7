"""The immutable bytecode of a circuit.

Engines interpret a `Program`; nothing is generated or compiled for a particular structure, so that searches can run
millions of different circuits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._checks import check_count
from . import opcodes
from .angle_map import AngleMap
from .channels import Channel
from .circuit import Circuit
from .compilation import compile_columns

_FROM_ARRAYS = np.ones(opcodes.CHANNEL + 1, dtype=bool)  # the opcodes that need no table of their own
_FROM_ARRAYS[[opcodes.PAULI_ROTATION, opcodes.CHANNEL]] = False


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

    def __reduce__(self) -> tuple[type[Program], tuple[Any, ...]]:
        # Made anew: arrays that come back writable would have the kernels compiled again for another type.
        arguments = (
            self.n_qubits, self.bytecode, self.paulis, self.channels, self.angle_map, self.phase,
            self.phase_coefficients, self.n_records,
        )  # fmt: skip
        return type(self), arguments

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
        compiled = compile_columns(circuit._instructions)
        program = cls(
            circuit.n_qubits, compiled.bytecode, compiled.paulis, compiled.channels,
            AngleMap(compiled.angles, circuit.parameters),
            compiled.phase, compiled.phase_coefficients, compiled.n_records,
        )  # fmt: skip
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
        if len(bytecode):
            _check_bytecode(n_qubits, bytecode)
        n_angles = int(bytecode[:, 5].max(initial=-1)) + 1
        return cls(n_qubits, bytecode, np.empty((0, 2), np.int64), (), AngleMap.identity(n_angles))


def _check_bytecode(n_qubits: int, bytecode: np.ndarray) -> None:
    """Raise unless every row is a gate with distinct qubits in range and an angle where it needs one."""
    codes, angles = bytecode[:, 0], bytecode[:, 5]
    if codes.min() < 0 or codes.max() > opcodes.CHANNEL or not _FROM_ARRAYS[codes].all():
        raise ValueError(f"`opcode` must name gates of qlearn.circuits.opcodes, got {sorted(set(codes.tolist()))}.")
    n_used = opcodes.QUBITS[codes]
    wrong = np.zeros(len(codes), dtype=bool)
    for column in range(n_used.max()):
        qubit = bytecode[:, 1 + column]
        bad = (qubit < 0) | (qubit >= n_qubits)
        for other in range(column):
            bad |= qubit == bytecode[:, 1 + other]
        wrong |= bad & (n_used > column)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"Row {row} must name {n_used[row]} distinct qubits below {n_qubits}, got {bytecode[row, 1:5].tolist()}."
        )
    wrong = opcodes.ANGLES[codes] != (angles >= 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"Row {row}: `angle` must be -1 exactly for gates without an angle, got {angles[row]}.")
