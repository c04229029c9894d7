"""From packed Pauli strings to labels and text."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_LETTERS = np.frombuffer(b"IXZY", dtype=np.uint8)


def dense_labels(x: NDArray[np.bool_], z: NDArray[np.bool_]) -> list[str]:
    """Return one letter per qubit for each term: "ZZII"."""
    n_terms, n_qubits = x.shape
    if n_qubits == 0:
        return [""] * n_terms
    text = _LETTERS[x.view(np.uint8) + 2 * z.view(np.uint8)].tobytes().decode("ascii")
    return [text[start : start + n_qubits] for start in range(0, n_terms * n_qubits, n_qubits)]


def sparse_labels(x: NDArray[np.bool_], z: NDArray[np.bool_]) -> list[str]:
    """Return the letters that are not I, each with its qubit: "Z0 Z3"; the identity is "I"."""
    terms, qubits = np.nonzero(x | z)
    letters = _LETTERS[x[terms, qubits].astype(np.uint8) + 2 * z[terms, qubits].astype(np.uint8)]
    names = [f"{chr(letter)}{qubit}" for letter, qubit in zip(letters.tolist(), qubits.tolist(), strict=True)]
    ends = np.searchsorted(terms, np.arange(len(x)), side="right").tolist()
    labels, start = [], 0
    for end in ends:
        labels.append(" ".join(names[start:end]) or "I")
        start = end
    return labels


def sum_text(labels: Sequence[str], coefficients: Iterable[float | complex]) -> str:
    """Return "0.5 * ZZII - 0.25 * XIIX"; numbers keep every digit."""
    pieces: list[str] = []
    for label, value in zip(labels, coefficients, strict=True):
        number = _number(value)
        negative = number.startswith("-")
        sign = ("-" if negative else "") if not pieces else (" - " if negative else " + ")
        number = number[1:] if negative else number
        pieces.append(f"{sign}{number} * {label}" if label else f"{sign}{number}")
    return "".join(pieces)


def _number(value: float | complex) -> str:
    if isinstance(value, complex) and value.imag:
        # Written in parts because repr(complex) hides a negative zero.
        return f"({value.real!r}{value.imag:+}j)"
    return repr(value.real)
