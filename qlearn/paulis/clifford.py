"""Clifford gates acting on Pauli sums, and the circuit that makes a commuting group diagonal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._checks import check_qubits
from . import words

if TYPE_CHECKING:
    from .sum import PauliSum

Gate = tuple[str, tuple[int, ...]]

_ARITY = {"i": 1, "x": 1, "y": 1, "z": 1, "h": 1, "s": 1, "sdg": 1, "cx": 2, "cz": 2, "swap": 2}


def conjugate_by(terms: "PauliSum", gates: Iterable[Gate]) -> "PauliSum":
    """Return U H U† for the circuit U of `gates`; see `PauliSum.conjugate_by`."""
    # One row per qubit, so that a gate reads and writes contiguous memory.
    x, z = terms.x.T.copy(), terms.z.T.copy()
    sign = np.zeros(terms.n_terms, dtype=bool)
    for name, qubits in gates:
        if name not in _ARITY:
            raise ValueError(f"Gate {name!r} is not one of the Clifford gates {', '.join(_ARITY)}.")
        checked = check_qubits(qubits, terms.n_qubits)
        if len(checked) != _ARITY[name]:
            raise ValueError(f"Gate {name!r} acts on {_ARITY[name]} qubits, got {checked}.")
        _apply_gate(name, checked, x, z, sign)
    coefficients = np.where(sign, -terms.coefficients, terms.coefficients)
    return terms._from_words(terms.n_qubits, words.pack(x.T), words.pack(z.T), coefficients)


def _apply_gate(name: str, qubits: tuple[int, ...], x: NDArray, z: NDArray, sign: NDArray) -> None:
    """Conjugate strings in place, row q of x and z being qubit q (Aaronson, Gottesman, PRA 70, 052328, section III)."""
    a, b = qubits[0], qubits[-1]
    if name in ("x", "y", "z"):
        sign ^= {"x": z[a], "y": x[a] ^ z[a], "z": x[a]}[name]
    elif name == "h":
        sign ^= x[a] & z[a]
        x[a], z[a] = z[a].copy(), x[a].copy()
    elif name in ("s", "sdg"):
        sign ^= x[a] & (z[a] if name == "s" else ~z[a])
        z[a] ^= x[a]
    elif name == "cx":
        sign ^= x[a] & z[b] & ~(x[b] ^ z[a])
        x[b] ^= x[a]
        z[a] ^= z[b]
    elif name == "cz":
        sign ^= x[a] & x[b] & (z[a] ^ z[b])
        z[a] ^= x[b]
        z[b] ^= x[a]
    elif name == "swap":
        x[[a, b]], z[[a, b]] = x[[b, a]], z[[b, a]]


def diagonalise(terms: "PauliSum") -> tuple[list[Gate], "PauliSum"]:
    """Return (gates, diagonal) with U H U† diagonal; see `PauliSum.diagonalise`."""
    x, z = terms.x.T.copy(), terms.z.T.copy()
    gates: list[Gate] = []
    free = np.ones(terms.n_qubits, dtype=bool)
    scratch = np.zeros(terms.n_terms, dtype=bool)

    def add(name: str, *qubits: int) -> None:
        gates.append((name, qubits))
        _apply_gate(name, qubits, x, z, scratch)

    while (x & free[:, None]).any():
        pivot, row = (int(i) for i in np.argwhere(x & free[:, None])[0])
        others = free.copy()
        others[pivot] = False
        for qubit in np.flatnonzero(x[:, row] & others).tolist():
            add("cx", pivot, qubit)
        if z[pivot, row]:
            add("s", pivot)
        for qubit in np.flatnonzero(z[:, row] & others).tolist():
            add("cz", pivot, qubit)
        # The row is now X on the pivot, up to pivots before it; multiplying others by it clears their X there.
        x[pivot] = False
        free[pivot] = False
    gates += [("h", (int(qubit),)) for qubit in np.flatnonzero(~free)]
    diagonal = conjugate_by(terms, gates)
    if diagonal.x.any():
        raise ValueError(f"Only commuting terms have a common diagonal form; {_first_conflict(terms)} do not commute.")
    return gates, diagonal


def _first_conflict(terms: "PauliSum") -> str:
    for row in range(terms.n_terms):
        against = np.flatnonzero(~terms[row].commutes(terms)[0])
        if len(against):
            first, second = terms[[row, int(against[0])]].labels(sparse=True)
            return f"{first} and {second}"
    return "they"
