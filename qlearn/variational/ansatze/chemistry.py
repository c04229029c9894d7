"""Unitary coupled cluster for molecules on qubits by the Jordan-Wigner map."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from ..._checks import check_count
from ...circuits import Circuit
from ...paulis import PauliSum
from .base import AbstractAnsatz, Weight
from .problem import rotate


class UCCSD(AbstractAnsatz):
    """Unitary coupled cluster with singles and doubles: one Trotter step from the Hartree-Fock state.

    One weight for each excitation that conserves the spin; each becomes two (singles) or eight (doubles) commuting
    Pauli rotations, so nothing is lost within an excitation.

    Parameters
    ----------
    n_electrons : int
        Half of them of each spin.
    spin_order : {"interleaved", "blocked"}
        Of the qubits: up, down, up, ...; or all up, then all down.

    References
    ----------
    Peruzzo et al., Nat. Commun. 5, 4213 (2014); Romero et al., Quantum Sci. Technol. 4, 014008 (2019), Eq. (14).

    Examples
    --------
    >>> import qlearn as ql
    >>> ansatz = ql.variational.UCCSD(n_electrons=2)
    >>> ansatz.n_weights(4), ansatz.circuit(4).counts()
    (3, {'pauli_rotation': 12, 'x': 2})
    """

    def __init__(self, n_electrons: int = 2, spin_order: str = "interleaved") -> None:
        self.n_electrons = n_electrons
        self.spin_order = spin_order

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        occupied = _occupied(circuit.n_qubits, self.n_electrons, self.spin_order)
        for qubit in sorted(occupied):
            circuit.x(qubit)
        for rotations in _excitations(circuit.n_qubits, self.n_electrons, self.spin_order):
            angle = weight()
            for letters, qubits, coefficient in rotations:
                rotate(circuit, letters, coefficient * angle, qubits)

    def initial_weights(self, n_qubits: int, random_state: Any = None) -> np.ndarray:
        """Return zeros: the Hartree-Fock state.

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None
            Not used.

        Returns
        -------
        ndarray of float, shape (n_weights,)
        """
        return np.zeros(self.n_weights(n_qubits))


def _spin_orbitals(n_qubits: int, spin_order: str) -> tuple[list[int], list[int]]:
    if n_qubits % 2:
        raise ValueError(f"Spin orbitals come in pairs; the circuit has {n_qubits} qubits.")
    if spin_order == "interleaved":
        return list(range(0, n_qubits, 2)), list(range(1, n_qubits, 2))
    if spin_order == "blocked":
        return list(range(n_qubits // 2)), list(range(n_qubits // 2, n_qubits))
    raise ValueError(f'`spin_order` must be "interleaved" or "blocked", got {spin_order!r}.')


def _occupied(n_qubits: int, n_electrons: int, spin_order: str) -> set[int]:
    n_electrons = check_count("n_electrons", n_electrons, minimum=2, maximum=n_qubits)
    if n_electrons % 2:
        raise ValueError(f"`n_electrons` must be even, got {n_electrons}: half of each spin.")
    up, down = _spin_orbitals(n_qubits, spin_order)
    return {*up[: n_electrons // 2], *down[: n_electrons // 2]}


@lru_cache(maxsize=32)
def _excitations(
    n_qubits: int, n_electrons: int, spin_order: str
) -> tuple[tuple[tuple[str, tuple[int, ...], float], ...], ...]:
    """Return for each excitation the rotations of exp(theta (T - T^dagger)), singles first."""
    occupied = _occupied(n_qubits, n_electrons, spin_order)
    up = set(_spin_orbitals(n_qubits, spin_order)[0])
    filled, empty = sorted(occupied), sorted(set(range(n_qubits)) - occupied)
    lower = [_annihilator(mode, n_qubits) for mode in range(n_qubits)]
    raise_ = [operator.adjoint() for operator in lower]

    def n_up(modes: tuple[int, ...]) -> int:
        return len(up.intersection(modes))

    found = []
    for i in filled:
        found += [_rotations(raise_[a] @ lower[i]) for a in empty if n_up((a,)) == n_up((i,))]
    for pair in combinations(filled, 2):
        for goal in combinations(empty, 2):
            if n_up(pair) == n_up(goal):
                found.append(_rotations(raise_[goal[0]] @ raise_[goal[1]] @ lower[pair[1]] @ lower[pair[0]]))
    return tuple(found)


def _annihilator(mode: int, n_qubits: int) -> PauliSum:
    tail = "I" * (n_qubits - mode - 1)
    return PauliSum({"Z" * mode + "X" + tail: 0.5, "Z" * mode + "Y" + tail: 0.5j})


def _rotations(operator: PauliSum) -> tuple[tuple[str, tuple[int, ...], float], ...]:
    """Return letters, qubits and c for each Pauli string of T - T^dagger = sum i (-c/2) P."""
    generator = (operator - operator.adjoint()).simplify()
    rotations = []
    for label, coefficient in zip(generator.labels(), generator.coefficients, strict=True):
        places = [(letter, qubit) for qubit, letter in enumerate(label) if letter != "I"]
        letters, qubits = "".join(p[0] for p in places), tuple(p[1] for p in places)
        rotations.append((letters, qubits, -2.0 * float(coefficient.imag)))
    return tuple(rotations)
