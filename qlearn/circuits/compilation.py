"""From the instructions of a circuit to the columns of its bytecode.

Most circuits hold only gates that are one row of bytecode each: their columns are taken out of the instructions as a
whole. What is not such a gate (`u`, `unitary`, Pauli rotations, noise, measurements) is expanded first.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any, NamedTuple

import numpy as np

from . import opcodes
from .channels import CHANNEL_NAMES, PAULI_CHANNEL_NAMES, Channel, channel_kraus, channel_paulis
from .instruction import Instruction
from .opcodes import OPCODES
from .parameters import Expression
from .synthesis import euler_zyz, kak

# Global phase of each gate relative to the rotations that the engines use for it, and its slope in the gate's angle.
_PHASES = np.zeros(opcodes.CHANNEL + 1)
_PHASES[[opcodes.X, opcodes.Y, opcodes.Z, opcodes.H]] = np.pi / 2
_PHASES[[opcodes.ISWAP, opcodes.ISWAPDG]] = np.pi / 2, -np.pi / 2
_PHASES[[opcodes.S, opcodes.SX]] = np.pi / 4
_PHASES[[opcodes.SDG, opcodes.SXDG]] = -np.pi / 4
_PHASES[[opcodes.T, opcodes.TDG]] = np.pi / 8, -np.pi / 8
_SLOPES = np.zeros(opcodes.CHANNEL + 1)
_SLOPES[opcodes.P] = 0.5

_CHANNEL = "channel"  # the name of an expanded step
_CODES = OPCODES | {_CHANNEL: opcodes.CHANNEL}
_ONE_ROW = frozenset(OPCODES) - {"pauli_rotation"}
_IGNORED = {"i", "barrier"}

Angle = float | Expression
Step = tuple[str, tuple[int, ...], tuple[Angle, ...]]


class Columns(NamedTuple):
    """What a circuit compiles to, see `Program`."""

    bytecode: np.ndarray
    angles: list[Angle]
    paulis: np.ndarray
    channels: tuple[Channel, ...]
    phase: float
    phase_coefficients: np.ndarray
    n_records: int


def compile_columns(instructions: Sequence[Instruction]) -> Columns:
    """Return the bytecode of some instructions with its tables.

    Parameters
    ----------
    instructions : sequence of Instruction

    Returns
    -------
    Columns
    """
    special = _Special()
    names, qubits, angles = _transposed(instructions)
    if not _ONE_ROW.issuperset(names):
        names, qubits, angles = _transposed(special.expanded(instructions))
    codes = np.frombuffer(array("i", map(_CODES.__getitem__, names)), dtype=np.int32)
    bytecode = np.full((len(codes), opcodes.N_COLUMNS), -1, dtype=np.int32)
    bytecode[:, 0] = codes
    for column, places in enumerate(zip_longest(*qubits, fillvalue=-1), start=1):
        bytecode[:, column] = array("i", places)
    flat = list(chain.from_iterable(angles))
    with_angle = np.flatnonzero(opcodes.ANGLES[codes])
    bytecode[with_angle, 5] = np.arange(len(flat))
    slopes = _SLOPES[codes[with_angle]]
    if special.phases:
        slopes = np.append(slopes, np.full(len(special.phases), -0.5))
    return Columns(
        bytecode,
        flat + special.phases,
        np.array(special.paulis, dtype=np.int64).reshape(-1, 2),
        tuple(special.channels),
        special.phase + float(_PHASES[codes].sum()),
        slopes,
        special.n_records,
    )


def _transposed(steps: Sequence[tuple]) -> tuple[tuple, tuple, tuple]:
    """Return names, qubits and angles of all steps."""
    return tuple(zip(*steps, strict=True))[:3] if steps else ((), (), ())  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def _masks(letters: str, qubits: tuple[int, ...]) -> tuple[int, int]:
    """Return the qubits that a Pauli string flips, and those whose sign it asks for, as bits."""
    x = sum(1 << q for q, letter in zip(qubits, letters, strict=True) if letter in "XY")
    z = sum(1 << q for q, letter in zip(qubits, letters, strict=True) if letter in "YZ")
    return x, z


class _Special:
    """Expands the instructions that are not one row of bytecode, and collects the tables that their rows refer to."""

    def __init__(self) -> None:
        self.paulis: list[tuple[int, int]] = []
        self.channels: list[Channel] = []
        self.phase = 0.0
        self.phases: list[Angle] = []  # angles t of rotations about the identity: the global phase -t/2
        self.n_records = 0

    def expanded(self, instructions: Sequence[Instruction]) -> list[Step]:
        """Return steps that are one row of bytecode each; the qubits of the special ones are what their row holds."""
        steps: list[Step] = []
        for name, qubits, angles, data in instructions:
            if name in _ONE_ROW:
                steps.append((name, qubits, angles))
            elif name not in _IGNORED:
                steps += self._steps(name, qubits, angles, data)
        return steps

    def _steps(self, name: str, qubits: tuple[int, ...], angles: tuple, data: Any) -> Iterator[Step]:
        if name == "u":
            theta, phi, lam = angles
            return iter([("p", qubits, (lam,)), ("ry", qubits, (theta,)), ("p", qubits, (phi,))])
        if name == "unitary":
            return self._unitary(qubits, data)
        if name == "pauli_rotation":
            return self._pauli_rotation(qubits, angles, data)
        return self._channel(name, qubits, data)

    def _pauli_rotation(self, qubits: tuple[int, ...], angles: tuple, letters: str) -> Iterator[Step]:
        acting = letters.replace("I", "")
        if not acting:
            self.phases += angles
        elif len(acting) == 1:  # an ordinary rotation, which merges with its neighbours
            yield "r" + acting.lower(), (qubits[letters.index(acting)],), angles
        else:
            yield "pauli_rotation", (len(self.paulis),), angles
            self.paulis.append(_masks(letters, qubits))

    def _unitary(self, qubits: tuple[int, ...], matrix: np.ndarray) -> Iterator[Step]:
        if len(qubits) == 1:
            yield from self._euler(qubits[0], matrix)
            return
        before, coefficients, after, phase = kak(matrix)
        self.phase += phase
        for qubit, part in zip(qubits, before, strict=True):
            yield from self._euler(qubit, part)
        for name, coefficient in zip(("rxx", "ryy", "rzz"), coefficients, strict=True):
            yield name, qubits, (-2.0 * float(coefficient),)
        for qubit, part in zip(qubits, after, strict=True):
            yield from self._euler(qubit, part)

    def _euler(self, qubit: int, matrix: np.ndarray) -> Iterator[Step]:
        theta, phi, lam, phase = euler_zyz(matrix)
        self.phase += phase
        for name, angle in (("rz", lam), ("ry", theta), ("rz", phi)):
            yield name, (qubit,), (float(angle),)

    def _channel(self, name: str, qubits: tuple[int, ...], data: Any) -> Iterator[Step]:
        if name == "measure":
            for qubit in qubits:
                yield self._row(Channel("measure", (qubit,), self.n_records))
                self.n_records += 1
        elif name == "reset":
            yield self._row(Channel("reset", qubits, None))
        elif name == "readout_error":
            yield self._row(Channel("readout", qubits, tuple(data)))
        elif name in PAULI_CHANNEL_NAMES:
            yield self._row(Channel("pauli", qubits, channel_paulis(Instruction(name, qubits, (), data))))
        elif name in CHANNEL_NAMES:
            yield self._row(Channel("kraus", qubits, tuple(channel_kraus(Instruction(name, qubits, (), data)))))
        else:
            raise ValueError(f"Instruction {name!r} has no bytecode.")

    def _row(self, channel: Channel) -> Step:
        q0, q1 = (*channel.qubits, -1)[:2]
        self.channels.append(channel)
        return _CHANNEL, (q0, q1, len(self.channels) - 1), ()
