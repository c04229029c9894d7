"""MeasurementScheme: which bases to measure and how often; and what every way of designing one shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .._checks import check_array, check_count
from .._random import RandomState, generator
from ..circuits import Circuit
from ..paulis import PauliSum
from ..sim import DensityState, StabilizerState, State
from .data import LETTERS, ShadowData, as_bases, as_basis_probabilities
from .estimator import split_identity
from .measurement import measure_density, measure_stabilizer, measure_state


class MeasurementScheme:
    """Settings to measure, each so many times.

    Parameters
    ----------
    bases : array_like of int, shape (n_settings, n_qubits), or sequence of str
        0 = X, 1 = Y, 2 = Z; or texts such as "XYZ".
    shots_per_setting : array_like of int, shape (n_settings,)
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        With what probability X, Y and Z were drawn on each qubit, where settings were drawn at random.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.MeasurementScheme(["ZZ", "XX"], [3, 2])
    >>> scheme
    <MeasurementScheme: 2 qubits, 2 settings, 5 shots>
    >>> data = scheme.measure(ql.sim.State.ghz(2), random_state=0)
    >>> ql.shadows.estimate(data, ql.PauliSum("1.0 * XX + 1.0 * ZZ")).value
    2.0
    """

    def __init__(
        self, bases: ArrayLike, shots_per_setting: ArrayLike, *, basis_probabilities: ArrayLike | None = None
    ) -> None:
        self._bases = as_bases(bases)
        shots = check_array("shots_per_setting", shots_per_setting, (len(self._bases),), np.int64)
        if (shots < 0).any():
            raise ValueError(f"`shots_per_setting` must not be negative, got {shots.min()}.")
        self._shots = shots
        self._basis_probabilities = None
        if basis_probabilities is not None:
            self._basis_probabilities = as_basis_probabilities(basis_probabilities, self.n_qubits)

    @property
    def bases(self) -> NDArray[np.uint8]:
        """Letters of each setting, uint8 (n_settings, n_qubits): 0 = X, 1 = Y, 2 = Z."""
        return self._bases

    @property
    def shots_per_setting(self) -> NDArray[np.int64]:
        """Shots of each setting, int64 (n_settings,)."""
        return self._shots

    @property
    def basis_probabilities(self) -> NDArray[np.float64] | None:
        """Probabilities of X, Y, Z on each qubit, (n_qubits, 3), or None where settings were not drawn that way."""
        return self._basis_probabilities

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._bases.shape[1]

    @property
    def n_settings(self) -> int:
        """Number of settings."""
        return len(self._bases)

    @property
    def n_shots(self) -> int:
        """Number of shots in all."""
        return int(self._shots.sum())

    def __repr__(self) -> str:
        return f"<MeasurementScheme: {self.n_qubits} qubits, {self.n_settings} settings, {self.n_shots} shots>"

    def labels(self) -> list[str]:
        """Return the settings as texts.

        Returns
        -------
        list of str
        """
        return ["".join(LETTERS[code] for code in basis) for basis in self._bases]

    def circuits(self, preparation: Circuit | None = None) -> list[Circuit]:
        """Return one circuit for each setting: the preparation, the change of basis, the measurement of all qubits.

        Parameters
        ----------
        preparation : Circuit, optional
            On as many qubits.

        Returns
        -------
        list of Circuit

        Examples
        --------
        >>> import qlearn as ql
        >>> (circuit,) = ql.shadows.MeasurementScheme(["YX"], [10]).circuits()
        >>> [step.name for step in circuit]
        ['sdg', 'h', 'h', 'measure']
        """
        if preparation is None:
            preparation = Circuit(self.n_qubits)
        self._check_width("The preparation", preparation.n_qubits)
        circuits = []
        for basis in self._bases:
            circuit = preparation.copy()
            for qubit, code in enumerate(basis.tolist()):
                if code == 1:
                    circuit.sdg(qubit)
                if code != 2:
                    circuit.h(qubit)
            circuits.append(circuit.measure())
        return circuits

    def measure(
        self, state: State | DensityState | StabilizerState | Circuit, random_state: RandomState = None
    ) -> ShadowData:
        """Return simulated outcomes.

        Parameters
        ----------
        state : State, DensityState, StabilizerState or Circuit
            A pure or mixed state; or a stabilizer state or a Clifford circuit, Pauli noise included, which Stim runs
            at any width.
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ShadowData

        Raises
        ------
        TypeError, ValueError
            If it is none of these, a batch, or of another width.

        Notes
        -----
        A mixed state is drawn as an ensemble of its eigenvectors, a new one for every shot.

        Examples
        --------
        >>> import qlearn as ql
        >>> noisy = ql.Circuit(2).h(0).cx(0, 1).depolarize2(0.3, 0, 1)
        >>> scheme = ql.shadows.MeasurementScheme(["ZZ"], [2000])
        >>> for state in (noisy, ql.sim.DensityMatrix().run(noisy)):
        ...     data = scheme.measure(state, random_state=0)
        ...     print(round(ql.shadows.estimate(data, ql.PauliSum("ZZ")).value, 1))
        0.7
        0.7
        """
        rng = generator(random_state)
        measure = {
            Circuit: measure_stabilizer, StabilizerState: measure_stabilizer, DensityState: measure_density,
            State: measure_state,
        }.get(type(state))  # fmt: skip
        if measure is None or getattr(state, "is_batch", False):
            raise TypeError(
                "`state` must be a single State, DensityState or StabilizerState, or a Clifford Circuit, "
                f"got {state!r:.60}."
            )
        self._check_width("The circuit" if isinstance(state, Circuit) else "The state", state.n_qubits)
        outcomes = measure(state, self._bases, self._shots, rng)
        return ShadowData(self._bases, outcomes, self._shots, basis_probabilities=self._basis_probabilities)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MeasurementScheme):
            return NotImplemented
        mine, theirs = self._to_data()[1], other._to_data()[1]
        return mine.keys() == theirs.keys() and all(np.array_equal(mine[key], theirs[key]) for key in mine)

    __hash__ = None  # type: ignore[assignment]

    def _to_data(self) -> tuple[dict[str, Any], dict[str, NDArray]]:
        arrays = {"bases": self._bases, "shots_per_setting": self._shots}
        if self._basis_probabilities is not None:
            arrays["basis_probabilities"] = self._basis_probabilities
        return {}, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, NDArray]) -> MeasurementScheme:
        return cls(**params, **arrays)

    def _check_width(self, name: str, n_qubits: int) -> None:
        if n_qubits != self.n_qubits:
            raise ValueError(f"{name} has {n_qubits} qubits, the scheme has {self.n_qubits}.")


class AbstractScheme(BaseEstimator, ABC):
    """A way to choose settings for an observable and a number of shots; a subclass gives `_design`."""

    def design(self, hamiltonian: PauliSum, n_shots: int) -> MeasurementScheme:
        """Return which settings to measure, and how often.

        Parameters
        ----------
        hamiltonian : PauliSum
            Hermitian; its coefficients weigh the terms.
        n_shots : int
            At least 1.

        Returns
        -------
        MeasurementScheme
            With `n_shots` shots in all.

        Raises
        ------
        TypeError, ValueError
            If the observable is no Hermitian PauliSum with a term beside the identity.
        """
        return self._design(check_hamiltonian(hamiltonian), check_count("n_shots", n_shots, minimum=1))

    @abstractmethod
    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        """Return the scheme for distinct strings without identity."""


def check_hamiltonian(hamiltonian: PauliSum) -> PauliSum:
    """Return the terms of a Hermitian sum beside the identity, equal strings merged.

    Parameters
    ----------
    hamiltonian : PauliSum

    Raises
    ------
    TypeError, ValueError
        If it is no Hermitian PauliSum, or has no such term.
    """
    if not isinstance(hamiltonian, PauliSum):
        raise TypeError(f"`hamiltonian` must be a PauliSum, got {type(hamiltonian).__name__}.")
    if np.iscomplexobj(hamiltonian.coefficients):
        raise ValueError("`hamiltonian` must be Hermitian; its coefficients are complex.")
    _, terms = split_identity(hamiltonian)
    if terms.n_terms == 0:
        raise ValueError("`hamiltonian` must have a term beside the identity; there is nothing to measure.")
    return terms


def merge_settings(bases: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the distinct settings in order of first appearance, and how often each appears."""
    _, first, inverse = np.unique(bases, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return bases[first[order]], np.bincount(inverse.ravel(), minlength=len(first))[order]


def round_shots(shares: NDArray[np.float64], n_shots: int) -> NDArray[np.int64]:
    """Return whole numbers that sum to `n_shots`, in proportion to `shares`, by largest remainder."""
    exact = shares * (n_shots / shares.sum())
    whole = np.floor(exact).astype(np.int64)
    largest = np.argsort(whole - exact, kind="stable")[: n_shots - int(whole.sum())]
    whole[largest] += 1
    return whole
