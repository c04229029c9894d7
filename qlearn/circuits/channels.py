"""Noise channels: their names, what their data means, and their Kraus operators."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .gates import PAULI_MATRICES, pauli_text_matrix
from .instruction import Instruction

Matrix = np.ndarray


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


_ONE_QUBIT_PAULIS = ("X", "Y", "Z")
TWO_QUBIT_PAULIS: tuple[str, ...] = tuple(a + b for a in "IXYZ" for b in "IXYZ")[1:]
"""The 15 Pauli strings of `pauli_channel2` in Stim's order: IX, IY, IZ, XI, ..., ZZ."""


def _pauli_mixture(paulis: dict[str, float], n_qubits: int) -> list[Matrix]:
    rest = max(0.0, 1.0 - math.fsum(paulis.values()))
    mixture = {"I" * n_qubits: rest, **paulis}
    return [math.sqrt(p) * pauli_text_matrix(text) for text, p in mixture.items() if p > 0.0]


def _amplitude_damping(data: tuple[float, ...]) -> list[Matrix]:
    (gamma,) = data
    return [
        np.array([[1, 0], [0, math.sqrt(1 - gamma)]], dtype=complex),
        np.array([[0, math.sqrt(gamma)], [0, 0]], dtype=complex),
    ]


def _phase_damping(data: tuple[float, ...]) -> list[Matrix]:
    (lam,) = data
    return [
        np.array([[1, 0], [0, math.sqrt(1 - lam)]], dtype=complex),
        np.array([[0, 0], [0, math.sqrt(lam)]], dtype=complex),
    ]


def _thermal_relaxation(data: tuple[float, ...]) -> list[Matrix]:
    """Kraus operators from the Choi matrix, whose only coherent block is spanned by |0><0| and |1><1|."""
    t1, t2, duration, excited = data
    decay, coherence = -math.expm1(-duration / t1), math.exp(-duration / t2)
    up, down = decay * excited, decay * (1 - excited)
    block = np.array([[1 - up, coherence], [coherence, 1 - down]])
    weights, vectors = np.linalg.eigh(block)
    kraus = [math.sqrt(w) * np.diag(v).astype(complex) for w, v in zip(weights, vectors.T, strict=True) if w > 0.0]
    kraus.append(math.sqrt(down) * np.array([[0, 1], [0, 0]], dtype=complex))
    kraus.append(math.sqrt(up) * np.array([[0, 0], [1, 0]], dtype=complex))
    return [k for k in kraus if k.any()] or [PAULI_MATRICES["I"].copy()]


_KRAUS: dict[str, Callable[[tuple[float, ...]], list[Matrix]]] = {
    "amplitude_damping": _amplitude_damping,
    "phase_damping": _phase_damping,
    "thermal_relaxation": _thermal_relaxation,
}

PAULI_CHANNEL_NAMES: frozenset[str] = frozenset(
    ["depolarize1", "depolarize2", "bit_flip", "phase_flip", "pauli_channel1", "pauli_channel2"]
)
"""Names of the channels that are mixtures of Pauli strings."""

QUANTUM_CHANNEL_NAMES: frozenset[str] = frozenset(_KRAUS) | PAULI_CHANNEL_NAMES | {"kraus"}
"""Names of the channels that act on the state; they have Kraus operators."""

CHANNEL_NAMES: frozenset[str] = QUANTUM_CHANNEL_NAMES | {"readout_error"}
"""Names of all noise instructions; `readout_error` acts on the record of the next measurement only."""


def channel_kraus(instruction: Instruction) -> list[Matrix]:
    """Return the Kraus operators of a noise channel.

    Parameters
    ----------
    instruction : Instruction
        A channel that acts on the state, any of `QUANTUM_CHANNEL_NAMES`.

    Returns
    -------
    list of ndarray
        Complex, each of shape (2**k, 2**k) for k qubits, first qubit most significant; the sum of K^dagger K is the
        identity. Operators that vanish are left out.

    Raises
    ------
    ValueError
        If the instruction is not such a channel. A `readout_error` is none: it flips the recorded bit, not the state.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import channel_kraus
    >>> len(channel_kraus(ql.Circuit(1).depolarize1(0.01, 0).instructions[0]))
    4
    """
    name = instruction.name
    data: Any = instruction.data
    if name == "kraus":
        return [np.array(matrix) for matrix in data]
    if name == "readout_error":
        raise ValueError("readout_error flips the recorded bit of the next measurement; it has no Kraus operators.")
    if name in PAULI_CHANNEL_NAMES:
        return _pauli_mixture(channel_paulis(instruction), len(instruction.qubits))
    if name not in _KRAUS:
        raise ValueError(f"{name!r} is not a noise channel; use one of {', '.join(sorted(QUANTUM_CHANNEL_NAMES))}.")
    return _KRAUS[name](data)


def channel_paulis(instruction: Instruction) -> dict[str, float]:
    """Return the probabilities of the non-identity Pauli strings of a Pauli channel.

    Parameters
    ----------
    instruction : Instruction
        A channel of `PAULI_CHANNEL_NAMES`.

    Returns
    -------
    dict of str to float
        Pauli text on the instruction's qubits to probability; zero probabilities are left out.

    Raises
    ------
    ValueError
        If the channel is not a mixture of Pauli strings.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import channel_paulis
    >>> channel_paulis(ql.Circuit(1).bit_flip(0.25, 0).instructions[0])
    {'X': 0.25}
    """
    name = instruction.name
    data: Any = instruction.data
    if name not in PAULI_CHANNEL_NAMES:
        raise ValueError(f"{name!r} is not a mixture of Pauli strings; use `channel_kraus`.")
    texts, probabilities = _ONE_QUBIT_PAULIS, data
    if name == "bit_flip":
        texts = ("X",)
    elif name == "phase_flip":
        texts = ("Z",)
    elif name == "depolarize1":
        probabilities = (data[0] / 3,) * 3
    elif name == "depolarize2":
        texts, probabilities = TWO_QUBIT_PAULIS, (data[0] / 15,) * 15
    elif name == "pauli_channel2":
        texts = TWO_QUBIT_PAULIS
    return {text: p for text, p in zip(texts, probabilities, strict=True) if p > 0.0}
