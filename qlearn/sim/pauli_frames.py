"""Pauli noise as sign flips of angles: errors never touch the state.

An error is a Pauli string, and a Pauli string E passes a rotation by flipping its angle where the two anticommute:
``exp(-i t P / 2) E = E exp(+-i t P / 2)``. So the errors of a trajectory are carried along as bits of each qubit (its
*frame*), through Clifford gates by their rules, and flip the signs of the angles they meet. Only before a gate that is
neither (controlled rotations, CCX, ...), a channel or the end, the frame is put into the circuit as rotations by 0 or
pi about X and Z. One circuit thus serves all trajectories, each with its own column of angles.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..circuits import opcodes as op
from ..circuits.parameters import Parameter
from ..circuits.program import AngleMap, Channel, Program
from .noisy import touched_qubits

_AXIS = {op.RX: (1, 0), op.RY: (1, 1), op.RZ: (0, 1), op.P: (0, 1)}
_BOTH = {op.RXX: (1, 0), op.RYY: (1, 1), op.RZZ: (0, 1)}
_QUARTER = {op.T: math.pi / 4, op.TDG: -math.pi / 4}
_UNMOVED = (op.X, op.Y, op.Z)
# Steps of the walk over frames; (x, z) of qubit q are entries q and n + q of a list of bit rows.
_ADD, _SWAP, _SIGN, _FLUSH, _DRAW = range(5)


class FramedProgram(NamedTuple):
    """A program whose Pauli channels became columns of angles.

    Attributes
    ----------
    program : Program
        Without Pauli channels; its parameters are its angles.
    source : ndarray of int64, shape (n_angles,)
        Angle of the original program, or -1 for a constant.
    constant : ndarray of float64, shape (n_angles,)
        Value of the angles without a source.
    sign : ndarray of int64, shape (n_angles,)
        Row of the bits of a trajectory that flips the angle's sign, -1 for none.
    switch : ndarray of int64, shape (n_angles,)
        Row of bits that switches a constant angle on, -1 for always on.
    walk : tuple
        Steps that make the rows of bits from the drawn errors.
    draws : _Draws
    n_rows : int
        Number of rows of bits.
    """

    program: Program
    source: np.ndarray
    constant: np.ndarray
    sign: np.ndarray
    switch: np.ndarray
    walk: tuple[tuple[int, ...], ...]
    draws: _Draws
    n_rows: int

    @property
    def n_draws(self) -> int:
        """Number of Pauli channels: uniform numbers that a trajectory takes."""
        return len(self.draws.limits)

    def bits(self, uniform: np.ndarray) -> np.ndarray:
        """Return the rows of bits, uint8 (n_rows, n_trajectories), that uniform numbers lead to.

        Parameters
        ----------
        uniform : ndarray of float64, shape (n_draws, n_trajectories)

        Returns
        -------
        ndarray of uint8
        """
        n_trajectories, n = uniform.shape[1], self.program.n_qubits
        drawn, frame, rows = self.draws.rows(uniform), [0] * (2 * n), []
        for kind, a, b in self.walk:
            if kind == _ADD:
                frame[a] ^= frame[b]
            elif kind == _SWAP:
                frame[a], frame[b] = frame[b], frame[a]
            elif kind == _DRAW:
                frame[a] ^= drawn[b]
            elif kind == _FLUSH:
                rows.append(frame[a])
                frame[a] = 0
            else:
                rows.append(_product(frame, a, b, n))
        n_bytes = -(-n_trajectories // 8)
        packed = np.frombuffer(b"".join(row.to_bytes(n_bytes, "little") for row in rows), dtype=np.uint8)
        return np.unpackbits(packed.reshape(-1, n_bytes), axis=1, count=n_trajectories, bitorder="little")

    def angles(self, table: np.ndarray, bits: np.ndarray) -> np.ndarray:
        """Return the angles of each trajectory, (n_angles, n_trajectories).

        Parameters
        ----------
        table : ndarray of float64, shape (n_original_angles, n_trajectories) or (n_original_angles, 1)
        bits : ndarray of uint8, shape (n_rows, n_trajectories)

        Returns
        -------
        ndarray of float64
        """
        angles = np.empty((len(self.source), bits.shape[1]))
        angles[:] = self.constant[:, None]
        taken = self.source >= 0
        angles[taken] = table[self.source[taken]]
        signed, switched = self.sign >= 0, self.switch >= 0
        angles[signed] *= 1.0 - 2.0 * bits[self.sign[signed]]
        angles[switched] *= bits[self.switch[switched]]
        return angles

    def pull_back(self, gradients: np.ndarray, bits: np.ndarray, n_angles: int) -> np.ndarray:
        """Return derivatives with respect to the original angles, (n_original_angles, n_trajectories).

        Parameters
        ----------
        gradients : ndarray of float64, shape (n_angles, n_trajectories)
        bits : ndarray of uint8, shape (n_rows, n_trajectories)
        n_angles : int
            Number of original angles.

        Returns
        -------
        ndarray of float64
        """
        signs = np.ones_like(gradients)
        signed = self.sign >= 0
        signs[signed] -= 2.0 * bits[self.sign[signed]]
        taken = self.source >= 0
        result = np.zeros((n_angles, gradients.shape[1]))
        np.add.at(result, self.source[taken], (signs * gradients)[taken])  # gates may share an angle
        return result


class _Draws:
    """Which Pauli string each channel draws from a uniform number, as packed rows of bits."""

    def __init__(self, channels: list[Channel]) -> None:
        self.limits = np.ones((len(channels), 15))  # running sums of the probabilities
        self.codes = np.zeros((len(channels), 16), dtype=np.uint8)  # bits xa, za, xb, zb; the last is no error
        self.total = np.zeros(len(channels))
        for i, channel in enumerate(channels):
            texts = list(channel.data)
            sums = np.cumsum([channel.data[text] for text in texts])
            self.limits[i, : len(texts)] = sums
            self.limits[i, len(texts) :] = np.inf
            self.codes[i, : len(texts)] = [_code(text) for text in texts]
            self.total[i] = sums[-1] if texts else 0.0

    def rows(self, uniform: np.ndarray) -> list[int]:
        """Return rows 4 i + k of packed bits (k: xa, za, xb, zb of channel i) as integers."""
        hits = np.zeros((*uniform.shape, 1), dtype=np.uint8)
        channel, trajectory = np.nonzero(uniform < self.total[:, None])
        passed = (uniform[channel, trajectory, None] >= self.limits[channel]).sum(axis=1)
        hits[channel, trajectory, 0] = self.codes[channel, passed]
        bits = (hits >> np.arange(4, dtype=np.uint8)) & 1
        packed = np.packbits(bits.swapaxes(1, 2).reshape(-1, uniform.shape[1]), axis=1, bitorder="little")
        return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _code(text: str) -> int:
    return sum(((letter in "XY") + 2 * (letter in "YZ")) << 2 * i for i, letter in enumerate(text))


def _product(frame: list[int], x: int, z: int, n: int) -> int:
    """Return where the frame anticommutes with the Pauli string of qubit masks x, z."""
    row = 0
    for qubit in range(n):
        if x >> qubit & 1:
            row ^= frame[n + qubit]
        if z >> qubit & 1:
            row ^= frame[qubit]
    return row


def framed_program(program: Program) -> FramedProgram:
    """Return a program with its Pauli channels turned into columns of angles, made once.

    Parameters
    ----------
    program : Program

    Returns
    -------
    FramedProgram
        Its program keeps all other channels, readout errors left out, in order.
    """
    if "framed" not in program.cache:
        program.cache["framed"] = _Rewriter(program).result()
    return program.cache["framed"]


class _Rewriter:
    """Walks the bytecode once, noting what happens to frames and to angles."""

    def __init__(self, program: Program) -> None:
        self.old, self.n = program, program.n_qubits
        self.rows: list[list[int]] = []
        self.angles: list[tuple[int, float, int, int]] = []  # source, constant, sign, switch
        self.walk: list[tuple[int, int, int]] = []
        self.n_bits = 0
        self.maybe: set[int] = set()  # entries of the frame that may be set
        self.noise: list[Channel] = []
        self.channels: list[Channel] = []
        self.n_records = 0

    def result(self) -> FramedProgram:
        for row in self.old.bytecode.tolist():
            self._row(row)
        self._flush(range(self.n))
        source, constant, sign, switch = (
            (np.array(column) for column in zip(*self.angles, strict=True)) if self.angles else (np.empty(0, int),) * 4
        )
        names = [Parameter(f"angle[{i}]") for i in range(len(self.angles))]
        angle_map = AngleMap(names, names)
        angle_map.depends[:] = [s >= 0 and self.old.angle_map.depends[s] for s in source]
        bytecode = np.array(self.rows, dtype=np.int32).reshape(-1, op.N_COLUMNS)
        program = Program(
            self.n, bytecode, self.old.paulis, tuple(self.channels), angle_map, n_records=self.n_records
        )  # fmt: skip
        return FramedProgram(
            program, source, constant.astype(float), sign, switch, tuple(self.walk), _Draws(self.noise), self.n_bits
        )

    def _row(self, row: list[int]) -> None:
        code, a, b = row[:3]
        if code == op.CHANNEL:
            self._channel(self.old.channels[row[3]])
        elif code in _AXIS:
            x, z = _AXIS[code]
            self._rotation(row, x << a, z << a)
        elif code in _BOTH:
            x, z = _BOTH[code]
            self._rotation(row, x << a | x << b, z << a | z << b)
        elif code == op.PAULI_ROTATION:
            self._rotation(row, *(int(mask) for mask in self.old.paulis[a]))
        elif code in _QUARTER:
            self._rotation([op.RZ, a, -1, -1, -1, -1], 0, 1 << a, _QUARTER[code])
        elif not self._clifford(row):
            self._flush(touched_qubits(self.old, row))
            self._emit(row)

    def _clifford(self, row: list[int]) -> bool:
        """Carry the frame through a Clifford gate of one or two qubits; return False if it is none."""
        code, a, b, n = row[0], row[1], row[2], self.n
        if code == op.H:
            self._exchange(a, n + a)
        elif code in (op.S, op.SDG):
            self._add(n + a, a)
        elif code in (op.SX, op.SXDG):
            self._add(a, n + a)
        elif code in (op.CX, op.CY):
            if code == op.CY:
                self._add(n + b, b)
            self._add(b, a)
            self._add(n + a, n + b)
            if code == op.CY:
                self._add(n + b, b)
        elif code == op.CZ:
            self._add(n + a, b)
            self._add(n + b, a)
        elif code in (op.SWAP, op.ISWAP, op.ISWAPDG):
            if code != op.SWAP:
                for entry, other in ((a, a), (b, b), (b, a), (a, b)):
                    self._add(n + entry, other)
            self._exchange(a, b)
            self._exchange(n + a, n + b)
        elif code not in _UNMOVED:
            return False
        self._emit(row)
        return True

    def _channel(self, channel: Channel) -> None:
        if channel.kind == "readout":
            return
        if channel.kind == "pauli":
            draw = 4 * len(self.noise)
            self.noise.append(channel)
            for i, qubit in enumerate(channel.qubits):
                for k, letters in ((0, "XY"), (1, "YZ")):
                    if any(text[i] in letters for text in channel.data):
                        self.walk.append((_DRAW, qubit + k * self.n, draw + 2 * i + k))
                        self.maybe.add(qubit + k * self.n)
            return
        self._flush(channel.qubits)
        data = channel.data
        if channel.kind == "measure":
            data, self.n_records = self.n_records, self.n_records + 1
        self._emit([op.CHANNEL, *(*channel.qubits, -1)[:2], len(self.channels), -1, -1])
        self.channels.append(Channel(channel.kind, channel.qubits, data))

    def _rotation(self, row: list[int], x: int, z: int, constant: float | None = None) -> None:
        """Append a rotation about a Pauli string, its angle flipped where the frame anticommutes."""
        meets = any(
            (x >> q & 1 and self.n + q in self.maybe) or (z >> q & 1 and q in self.maybe) for q in range(self.n)
        )
        sign = self._new_row((_SIGN, x, z)) if meets else -1
        self._emit(row, (row[5], 0.0, sign, -1) if constant is None else (-1, constant, sign, -1))

    def _flush(self, qubits: Any) -> None:
        for qubit in qubits:
            for entry, code in ((qubit, op.RX), (self.n + qubit, op.RZ)):
                if entry in self.maybe:
                    self.maybe.discard(entry)
                    switch = self._new_row((_FLUSH, entry, 0))
                    self._emit([code, qubit, -1, -1, -1, -1], (-1, math.pi, -1, switch))

    def _emit(self, row: list[int], angle: tuple[int, float, int, int] | None = None) -> None:
        if angle is None and row[5] >= 0:
            angle = (row[5], 0.0, -1, -1)
        if angle is not None:
            row = [*row[:5], len(self.angles)]
            self.angles.append(angle)
        self.rows.append(row)

    def _new_row(self, step: tuple[int, int, int]) -> int:
        self.walk.append(step)
        self.n_bits += 1
        return self.n_bits - 1

    def _add(self, target: int, source: int) -> None:
        if source in self.maybe:
            self.walk.append((_ADD, target, source))
            self.maybe.add(target)

    def _exchange(self, first: int, second: int) -> None:
        held = {first, second} & self.maybe
        if held:
            self.walk.append((_SWAP, first, second))
            self.maybe -= held
            self.maybe |= {first + second - entry for entry in held}
