"""What recorded bits say: which qubit each one reads, at which error, and what such errors do to expectation values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..circuits import opcodes
from ..circuits.program import Program
from ..paulis import PauliSum
from .noisy import touched_qubits


class Readout(NamedTuple):
    """The bits that a shot of a program gives: its records, or all qubits at the end where it measures nothing.

    Attributes
    ----------
    qubits : ndarray of int64, shape (n_bits,)
    channels : ndarray of int64, shape (n_bits,)
        Number of the measuring channel in the program, -1 for the end.
    errors : ndarray of float64, shape (n_bits, 2)
        Probabilities to read 1 where the bit is 0, and 0 where it is 1.
    disturbed : int
        A qubit that something acts on after its measurement, -1 if there is none.
    """

    qubits: np.ndarray
    channels: np.ndarray
    errors: np.ndarray
    disturbed: int


def readout_of(program: Program) -> Readout:
    """Return what the bits of a program read.

    Parameters
    ----------
    program : Program

    Returns
    -------
    Readout
    """
    waiting = {}
    records: list[tuple[int, int, np.ndarray]] = []
    measured, disturbed = set(), -1
    for row in program.bytecode.tolist():
        channel = program.channels[row[3]] if row[0] == opcodes.CHANNEL else None
        if channel is not None and channel.kind == "readout":
            qubit = channel.qubits[0]
            waiting[qubit] = then_misread(waiting.get(qubit), *channel.data)
        elif channel is not None and channel.kind == "measure":
            qubit = channel.qubits[0]
            records.append((qubit, row[3], waiting.pop(qubit, np.zeros(2))))
            measured.add(qubit)
        elif measured and disturbed < 0:
            disturbed = next((qubit for qubit in touched_qubits(program, row) if qubit in measured), -1)
    if not program.n_records:
        records = [(qubit, -1, waiting.get(qubit, np.zeros(2))) for qubit in range(program.n_qubits)]
    qubits, channels, errors = zip(*records, strict=True)
    return Readout(np.array(qubits), np.array(channels), np.array(errors), disturbed)


def then_misread(before: np.ndarray | None, p01: float, p10: float) -> np.ndarray:
    """Return the readout error (p01, p10) of one error after another.

    Parameters
    ----------
    before : ndarray of float64, shape (2,), or None
        The first error; None for none.
    p01, p10 : float
        The second one acts on the bit that the first would have read.

    Returns
    -------
    ndarray of float64, shape (2,)
    """
    first = np.zeros(2) if before is None else before
    return np.array([first[0] * (1 - p10) + (1 - first[0]) * p01, first[1] * (1 - p01) + (1 - first[1]) * p10])


def misread(bits: np.ndarray, errors: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return bits as they are read.

    Parameters
    ----------
    bits : ndarray of uint8, shape (..., n_bits)
    errors : ndarray of float64, shape (n_bits, 2)
        Probabilities to flip a 0 and a 1.
    uniform : ndarray of float64, shape (..., n_bits)
        Numbers in [0, 1): a bit flips where its own is below its probability.

    Returns
    -------
    ndarray of uint8
    """
    return bits ^ (uniform < np.where(bits == 0, errors[:, 0], errors[:, 1])).astype(np.uint8)


def misread_strings(values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Return the expectation values of all Pauli strings as they are read.

    Parameters
    ----------
    values : ndarray of float, shape (batch, 4**n)
        Letters I, X, Y, Z are the digits 0 to 3, qubit 0 first.
    errors : ndarray of float64, shape (n, 2)
        Probabilities to flip a 0 and a 1.

    Returns
    -------
    ndarray of float, shape (batch, 4**n)
    """
    for qubit, (scale, offset) in enumerate(zip(*_line(errors))):
        parts = values.reshape(len(values), 4**qubit, 4, -1)
        values = np.concatenate([parts[:, :, :1], scale * parts[:, :, 1:] + offset * parts[:, :, :1]], axis=2)
    return values.reshape(len(values), -1)


def as_read(observable: PauliSum, errors: np.ndarray) -> PauliSum:
    """Return the sum whose value is what shots with readout errors average to for an observable.

    Parameters
    ----------
    observable : PauliSum
    errors : ndarray of float64, shape (n_qubits, 2)
        As in `Readout`: Z is read as (1 - p01 - p10) Z + p10 - p01.

    Returns
    -------
    PauliSum
    """
    scales, offsets = _line(errors)
    return _put(observable, scales, offsets)


def corrected(observable: PauliSum, errors: np.ndarray) -> PauliSum:
    """Return the sum whose value from shots with readout errors averages to that of an observable.

    Parameters
    ----------
    observable : PauliSum
    errors : ndarray of float64, shape (n_qubits, 2)
        As in `Readout`.

    Returns
    -------
    PauliSum
        With up to 2**k terms for a string of weight k where the two errors of a qubit differ.

    Raises
    ------
    ValueError
        If a readout tells nothing about its qubit.
    """
    scales, offsets = _line(errors)
    if (scales <= 0.0).any():
        qubit = int(np.argmin(scales))
        raise ValueError(f"Qubit {qubit} is misread with {errors[qubit].tolist()}: that tells nothing about it.")
    return _put(observable, 1.0 / scales, -offsets / scales)


def _line(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 1.0 - errors.sum(axis=1), errors[:, 1] - errors[:, 0]


def _put(observable: PauliSum, scales: np.ndarray, offsets: np.ndarray) -> PauliSum:
    """Return the sum with every letter of qubit q replaced by itself times scales[q], plus offsets[q]."""
    x, z, coefficients = observable.x, observable.z, observable.coefficients
    for qubit in np.flatnonzero((scales != 1.0) | (offsets != 0.0)):
        acts = x[:, qubit] | z[:, qubit]
        scaled = np.where(acts, scales[qubit], 1.0) * coefficients
        if offsets[qubit] == 0.0:
            coefficients = scaled
            continue
        rest_x, rest_z = x[acts], z[acts]
        rest_x[:, qubit] = rest_z[:, qubit] = False
        rows = np.vstack([x, rest_x]), np.vstack([z, rest_z])
        whole = PauliSum.from_arrays(*rows, np.concatenate([scaled, offsets[qubit] * coefficients[acts]])).simplify()
        x, z, coefficients = whole.x, whole.z, whole.coefficients
    return PauliSum.from_arrays(x, z, coefficients)
