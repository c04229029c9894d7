"""Ansätze made from the Hamiltonian whose ground state they look for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._checks import check_array, check_count
from ..._random import generator
from ...circuits import Circuit
from ...paulis import PauliSum
from .base import AbstractAnsatz, Weight, coupled_pairs

# Basso, Farhi, Marwaha, Villalonga, Zhou, arXiv:2110.14206, Table 4: optimal for large girth and degree.
_FIXED = {
    1: ((0.5000,), (0.3927,)),
    2: ((0.3817, 0.6655), (0.4960, 0.2690)),
    3: ((0.3297, 0.5688, 0.6406), (0.5500, 0.3675, 0.2109)),
    4: ((0.2949, 0.5144, 0.5586, 0.6429), (0.5710, 0.4176, 0.3028, 0.1729)),
    5: ((0.2705, 0.4804, 0.5074, 0.5646, 0.6397), (0.5899, 0.4492, 0.3559, 0.2643, 0.1486)),
}


class QAOA(AbstractAnsatz):
    """Alternating evolution under a diagonal cost and a mixer, from the mixer's ground state.

    Weights are gamma_1, beta_1, gamma_2, ...: each layer is ``exp(-i gamma H)`` and then the mixer by beta.

    Parameters
    ----------
    cost : PauliSum
        Diagonal; its least value is looked for.
    n_layers : int
    mixer : {"x", "xy"}
        "x" turns every qubit; "xy" swaps on a ring, which keeps the number of ones of `start`.
    start : array_like of float, shape (n_qubits,), optional
        Probability of one for each qubit at the beginning, such as a relaxed solution; the mixer "x" then turns about
        that product state (warm start), and leaves a qubit of probability 0 or 1 alone. With "xy" these are bits. By
        default 1/2.

    References
    ----------
    Farhi, Goldstone, Gutmann, arXiv:1411.4028; Hadfield et al., Algorithms 12, 34 (2019), for mixers; Egger, Marecek,
    Woerner, Quantum 5, 479 (2021), for warm starts.

    Examples
    --------
    >>> import qlearn as ql
    >>> ansatz = ql.variational.QAOA(ql.PauliSum("ZZI + IZZ"), n_layers=2)
    >>> ansatz.n_weights(3), ansatz.circuit(3).counts()
    (4, {'rx': 6, 'rzz': 4, 'h': 3})
    """

    def __init__(self, cost: PauliSum, n_layers: int = 1, mixer: str = "x", start: Any = None) -> None:
        self.cost = cost
        self.n_layers = n_layers
        self.mixer = mixer
        self.start = start

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        if circuit.n_qubits != self.cost.n_qubits:
            raise ValueError(f"`cost` acts on {self.cost.n_qubits} qubits, the circuit has {circuit.n_qubits}.")
        terms = list(_pauli_rotations(self.cost))
        if any(set(letters) - {"Z"} for letters, _, _ in terms):
            raise ValueError("`cost` must be diagonal, made of I and Z only; use HamiltonianVariational for others.")
        tilt = self._tilt(circuit.n_qubits)
        self._prepare(circuit, tilt)
        for _ in range(check_count("n_layers", self.n_layers, minimum=1)):
            gamma = weight()
            for letters, qubits, coefficient in terms:
                rotate(circuit, letters, 2.0 * coefficient * gamma, qubits)
            beta = weight()
            self._mix(circuit, beta, tilt)

    def _tilt(self, n_qubits: int) -> np.ndarray | None:
        """Return the angles of RY that prepare the product state to start from, None for 1/2 everywhere."""
        if self.start is None:
            if self.mixer == "xy":
                raise ValueError('mixer="xy" keeps the number of ones, so it needs `start`, a bit for each qubit.')
            return None
        chances = check_array("start", self.start, (n_qubits,))
        if not ((chances >= 0) & (chances <= 1)).all():
            raise ValueError("`start` must hold probabilities between 0 and 1.")
        if self.mixer == "x" and np.isin(chances, (0, 1)).all():
            raise ValueError(
                'mixer="x" never leaves a `start` of zeros and ones; keep away from them: np.clip(start, 0.25, 0.75).'
            )
        return 2.0 * np.arcsin(np.sqrt(chances))

    def _prepare(self, circuit: Circuit, tilt: np.ndarray | None) -> None:
        for qubit in range(circuit.n_qubits):
            if tilt is None:
                circuit.h(qubit)
            else:
                circuit.ry(float(tilt[qubit]), qubit)

    def _mix(self, circuit: Circuit, beta: Any, tilt: np.ndarray | None) -> None:
        if self.mixer == "xy":
            for a, b in coupled_pairs("ring", circuit.n_qubits):
                circuit.rxx(beta, a, b).ryy(beta, a, b)
        elif self.mixer == "x":
            for qubit in range(circuit.n_qubits):
                if tilt is None:
                    circuit.rx(2.0 * beta, qubit)
                else:
                    angle = float(tilt[qubit])
                    circuit.ry(-angle, qubit).rz(2.0 * beta, qubit).ry(angle, qubit)
        else:
            raise ValueError(f'`mixer` must be "x" or "xy", got {self.mixer!r}.')

    def initial_weights(self, n_qubits: int, random_state: Any = None) -> np.ndarray:
        """Return a linear ramp: the cost is turned on while the mixer is turned off.

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None
            Of a small scatter, 0.01 of each angle's standard deviation.

        Returns
        -------
        ndarray of float, shape (2 * n_layers,)
        """
        # in units of the cost: a typical step of the energy turns by about one radian
        scale = float(np.sqrt((np.abs(self.cost.coefficients) ** 2).sum() / max(n_qubits, 1))) or 1.0
        done = (np.arange(self.n_layers) + 0.5) / self.n_layers
        # the plus state is the top of the mixer sum X, so the mixer turns the other way
        sign = -1.0 if self.start is None and self.mixer == "x" else 1.0
        weights = np.ravel(np.column_stack([0.7 * done / scale, sign * 0.7 * (1 - done)]))
        return weights + 0.01 * generator(random_state).normal(size=len(weights))

    def fixed_weights(self, degree: float) -> np.ndarray:
        """Return angles known to be good for MaxCut on graphs with few short cycles, up to five layers.

        Parameters
        ----------
        degree : float
            Mean degree of the graph, whose cost is ``sum w (Z Z - 1) / 2`` with w = 1.

        Returns
        -------
        ndarray of float, shape (2 * n_layers,)

        Raises
        ------
        ValueError
            For more than five layers.

        References
        ----------
        Basso, Farhi, Marwaha, Villalonga, Zhou, arXiv:2110.14206, Table 4.
        """
        if self.n_layers not in _FIXED:
            raise ValueError(f"Fixed angles are known for 1 to {len(_FIXED)} layers, got {self.n_layers}.")
        gammas, betas = _FIXED[self.n_layers]
        scaled = 2.0 * np.array(gammas) / np.sqrt(degree)
        return np.ravel(np.column_stack([scaled, -np.array(betas)]))


class HamiltonianVariational(AbstractAnsatz):
    """Layers of evolution under the parts of a Hamiltonian, one weight for each part and layer.

    Parts are groups of terms that commute qubit by qubit, such as the couplings and the field of an Ising chain.

    Parameters
    ----------
    hamiltonian : PauliSum
    n_layers : int
    start : {"plus", "zero"}
        State of every qubit at the beginning.

    References
    ----------
    Wecker, Hastings, Troyer, Phys. Rev. A 92, 042303 (2015).

    Examples
    --------
    >>> import qlearn as ql
    >>> ansatz = ql.variational.HamiltonianVariational(ql.PauliSum("ZZI + IZZ + XII + IXI + IIX"), n_layers=3)
    >>> ansatz.n_weights(3)
    6
    """

    def __init__(self, hamiltonian: PauliSum, n_layers: int = 2, start: str = "plus") -> None:
        self.hamiltonian = hamiltonian
        self.n_layers = n_layers
        self.start = start

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        if circuit.n_qubits != self.hamiltonian.n_qubits:
            raise ValueError(
                f"`hamiltonian` acts on {self.hamiltonian.n_qubits} qubits, the circuit has {circuit.n_qubits}."
            )
        if self.start not in ("plus", "zero"):
            raise ValueError(f'`start` must be "plus" or "zero", got {self.start!r}.')
        if self.start == "plus":
            for qubit in range(circuit.n_qubits):
                circuit.h(qubit)
        groups: dict[int, list] = {}
        assignment = self.hamiltonian.qubit_wise_groups().assignment
        for group, term in zip(assignment.tolist(), _all_terms(self.hamiltonian), strict=True):
            if term[0]:
                groups.setdefault(group, []).append(term)
        for _ in range(check_count("n_layers", self.n_layers, minimum=1)):
            for group in groups.values():
                angle = weight()
                for letters, qubits, coefficient in group:
                    rotate(circuit, letters, 2.0 * coefficient * angle, qubits)

    def initial_weights(self, n_qubits: int, random_state: Any = None) -> np.ndarray:
        """Return small angles: the circuit starts near its first state.

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of float, shape (n_weights,)
        """
        return generator(random_state).uniform(0.05, 0.15, self.n_weights(n_qubits))


def rotate(circuit: Circuit, letters: str, angle: Any, qubits: tuple[int, ...]) -> None:
    """Append exp(-i angle P / 2), by a named gate where there is one."""
    names = {"X": "rx", "Y": "ry", "Z": "rz", "XX": "rxx", "YY": "ryy", "ZZ": "rzz"}
    if letters in names:
        getattr(circuit, names[letters])(angle, *qubits)
    else:
        circuit.pauli_rotation(angle, letters, qubits)


def _all_terms(hamiltonian: PauliSum) -> list[tuple[str, tuple[int, ...], float]]:
    """Return letters without I, qubits and coefficient of every term; no letters for the identity."""
    terms = []
    for label, coefficient in zip(hamiltonian.labels(), hamiltonian.coefficients.real.tolist(), strict=True):
        places = [(letter, qubit) for qubit, letter in enumerate(label) if letter != "I"]
        terms.append(("".join(p[0] for p in places), tuple(p[1] for p in places), coefficient))
    return terms


def _pauli_rotations(hamiltonian: PauliSum) -> list[tuple[str, tuple[int, ...], float]]:
    return [term for term in _all_terms(hamiltonian) if term[0] and term[2]]
