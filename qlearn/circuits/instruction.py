"""One step of a circuit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .parameters import Expression


class Instruction(NamedTuple):
    """One step of a circuit: a gate, a noise channel, a measurement, a reset or a barrier.

    Circuits make them; they are read, not written.

    Attributes
    ----------
    name : str
        Lowercase, the name of the `Circuit` method that appends it.
    qubits : tuple of int
        In the order of the method; the first is the most significant bit of a matrix index.
    angles : tuple of float or Expression
        Radians.
    data : object
        Depends on the name: the Pauli text of a `pauli_rotation`, the read-only complex matrix of a `unitary`, the
        key (or None) of a `measure`, the tuple of floats of a channel, the tuple of Kraus matrices of a `kraus`;
        None otherwise.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.Circuit(2).cx(0, 1).instructions[0]
    Instruction(name='cx', qubits=(0, 1), angles=(), data=None)
    """

    name: str
    qubits: tuple[int, ...]
    angles: tuple[float | Expression, ...] = ()
    data: object = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instruction):
            return NotImplemented
        return self[:3] == other[:3] and same_data(self.data, other.data)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self) -> int:
        return hash(self[:3])


def same_data(left: Any, right: Any) -> bool:
    """Return whether the data of two instructions are equal, matrices entry by entry.

    Parameters
    ----------
    left, right : object
        Data of instructions.

    Returns
    -------
    bool
    """
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(same_data(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)
