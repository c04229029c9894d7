"""What recorded bits say: which qubit each one reads, at which readout error, and whether anything follows it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..circuits import opcodes
from ..circuits.program import Program
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
