"""What pure and mixed states share: a batch axis that may be there, outcomes, expectation values."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from .._checks import check_count, check_qubits
from .._memory import require_memory
from .._random import generator, seed_sequence, task_generator
from ..paulis import PauliSum


class AbstractState(ABC):
    """A state or a batch of them; see `State` and `DensityState`."""

    _MEMBER_AXES: ClassVar[int]  # of the numbers of one state
    _data: np.ndarray
    _n_qubits: int

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._n_qubits

    @property
    def is_batch(self) -> bool:
        """Whether there is a batch axis."""
        return self._data.ndim > self._MEMBER_AXES

    def _shaped(self, result: np.ndarray) -> Any:
        return result if self.is_batch else result[0]

    def __len__(self) -> int:
        if not self.is_batch:
            raise TypeError(f"This {type(self).__name__} is a single one, without a batch axis, and has no length.")
        return len(self._data)

    def __getitem__(self, index: int | slice | np.ndarray) -> Self:
        if not self.is_batch:
            raise TypeError(f"This {type(self).__name__} is a single one; only a batch has members.")
        return type(self)(self._data[index])

    def __repr__(self) -> str:
        batch = f"batch of {len(self._data)}, " if self.is_batch else ""
        return f"<{type(self).__name__}: {batch}{self.n_qubits} qubits, {self._data.dtype}>"

    def probabilities(self, qubits: int | Sequence[int] | None = None) -> np.ndarray:
        """Return the probabilities of measured bits.

        Parameters
        ----------
        qubits : int or sequence of int, optional
            Measured qubits; the first is the most significant bit of the outcome. All in order by default.

        Returns
        -------
        ndarray of float, shape (2**k,) or (batch, 2**k)

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.basis("011").probabilities([2, 0])
        array([0., 0., 1., 0.])
        """
        weights = self._weights()
        if qubits is None:
            return self._shaped(weights)
        kept = check_qubits(qubits, self.n_qubits)
        shape, axes = _split(self.n_qubits, kept)
        weights = weights.reshape(-1, *shape)
        summed = weights.sum(axis=tuple(a for a in range(1, weights.ndim) if a not in axes))
        order = np.argsort(np.argsort(kept))
        return self._shaped(summed.reshape(-1, *[2] * len(kept)).transpose(0, *(1 + order)).reshape(-1, 1 << len(kept)))

    def expectation(self, observables: PauliSum | Sequence[PauliSum]) -> np.ndarray | float:
        """Return exact expectation values.

        Parameters
        ----------
        observables : PauliSum or sequence of PauliSum

        Returns
        -------
        float or ndarray, shape (batch, n_observables)
            No batch axis for a single state, no last axis for a single PauliSum.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.ghz(2).expectation([ql.PauliSum("ZZ"), ql.PauliSum("ZI")]).round(12)
        array([1., 0.])
        """
        if isinstance(observables, PauliSum):
            return observables.expectation(self)
        return np.stack([observable.expectation(self) for observable in observables], axis=-1)

    def variance(self, observables: PauliSum | Sequence[PauliSum]) -> np.ndarray | float:
        """Return the variances <O**2> - <O>**2.

        Parameters
        ----------
        observables : PauliSum or sequence of PauliSum
            Hermitian.

        Returns
        -------
        float or ndarray, shape (batch, n_observables)
            No batch axis for a single state, no last axis for a single PauliSum.
        """
        if isinstance(observables, PauliSum):
            return observables.variance(self)
        return np.stack([observable.variance(self) for observable in observables], axis=-1)

    def sample(self, n_shots: int, random_state: Any = None) -> np.ndarray:
        """Return measured bits of all qubits; shots are independent.

        Parameters
        ----------
        n_shots : int
        random_state : int, Generator, SeedSequence or None
            Row i of a batch has its own stream, derived from (seed, i).

        Returns
        -------
        ndarray of uint8, shape (n_shots, n_qubits) or (batch, n_shots, n_qubits)

        Raises
        ------
        MemoryLimitError
            If the bits do not fit.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.basis("011").sample(2).tolist()
        [[0, 1, 1], [0, 1, 1]]
        """
        n_shots = check_count("n_shots", n_shots)
        n_states = len(self._data) if self.is_batch else 1
        n_bytes = n_shots * (n_states * self.n_qubits + self.n_qubits + 40)
        require_memory(n_bytes, f"sample of {n_shots} shots", "fewer shots at a time")
        rows = self._drawn_from()
        if not self.is_batch:
            return self._draw(rows[0], n_shots, generator(random_state))
        seed = seed_sequence(random_state)
        bits = np.empty((len(rows), n_shots, self.n_qubits), dtype=np.uint8)
        for i, row in enumerate(rows):
            bits[i] = self._draw(row, n_shots, task_generator(seed, i))
        return bits

    @abstractmethod
    def _weights(self) -> np.ndarray:
        """Return the probabilities of all outcomes, (batch, 2**n)."""

    @abstractmethod
    def _drawn_from(self) -> np.ndarray:
        """Return the rows, (batch, 2**n), that `_draw` takes one of."""

    @abstractmethod
    def _draw(self, row: np.ndarray, n_shots: int, rng: np.random.Generator) -> np.ndarray:
        """Return uint8 (n_shots, n_qubits)."""


def _split(n_qubits: int, kept: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Return the shape of runs of kept and dropped qubits, and the axes (from 1, batch first) of the kept ones."""
    shape, axes, previous = [], [], None
    for qubit in range(n_qubits):
        is_kept = qubit in kept
        if is_kept == previous:
            shape[-1] *= 2
        else:
            shape.append(2)
            if is_kept:
                axes.append(len(shape))
        previous = is_kept
    return shape, axes


def renyi(weights: np.ndarray, order: float) -> np.ndarray:
    """Return Renyi entropies of distributions (batch, size)."""
    if order == 1:
        return -(weights * np.log(np.where(weights > 0, weights, 1.0))).sum(axis=1)
    if order == math.inf:
        return -np.log(weights.max(axis=1))
    powers = np.where(weights > 0, weights, 1.0) ** order * (weights > 0)
    return np.log(powers.sum(axis=1)) / (1 - order)
