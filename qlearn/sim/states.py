"""Pure states, alone or in batches: what engines return, and what one asks of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count, check_qubits
from .._memory import require_memory
from .._random import generator
from .abstract_state import AbstractState, renyi
from .sampling import sample_amplitudes, unpack_indices

_R = math.sqrt(0.5)
_LETTERS = {"0": (1, 0), "1": (0, 1), "+": (_R, _R), "-": (_R, -_R), "r": (_R, 1j * _R), "l": (_R, -1j * _R)}
_NORM_TOLERANCE = {np.dtype(np.complex64): 1e-3, np.dtype(np.complex128): 1e-6}


class State(AbstractState):
    """A pure state, or a batch of them.

    Qubit 0 is the most significant bit of an amplitude index. Entropies use the natural logarithm.

    Parameters
    ----------
    amplitudes : array_like of complex, shape (2**n,) or (batch, 2**n)
        Normalised. complex64 and complex128 arrays are kept without a copy.

    Raises
    ------
    ValueError
        If the shape is another, an amplitude is not finite or a state is not normalised.

    Examples
    --------
    >>> import qlearn as ql
    >>> state = ql.sim.State([0.6, 0, 0, 0.8])
    >>> state.probabilities([1]).round(12)
    array([0.36, 0.64])
    >>> state.sample(3, random_state=0).shape
    (3, 2)
    """

    _MEMBER_AXES = 1

    def __init__(self, amplitudes: ArrayLike) -> None:
        array = np.asarray(amplitudes)
        if array.dtype not in _NORM_TOLERANCE:
            array = check_array("amplitudes", array, dtype=complex)
        n_qubits = array.shape[-1].bit_length() - 1 if array.ndim in (1, 2) else -1
        if n_qubits < 0 or array.shape[-1] != 1 << n_qubits:
            raise ValueError(f"`amplitudes` must have shape (2**n,) or (batch, 2**n), got {array.shape}.")
        self._data = np.ascontiguousarray(array)
        self._n_qubits = n_qubits
        norms = self._norms()
        wrong = np.flatnonzero(~(np.abs(norms - 1) <= _NORM_TOLERANCE[array.dtype]))
        if wrong.size:
            row = f" of row {wrong[0]}" if array.ndim == 2 else ""
            raise ValueError(
                f"`amplitudes` must be normalised: the squared norm{row} is {norms[wrong[0]]:.8g}; "
                "divide by its square root."
            )

    def _norms(self) -> np.ndarray:
        rows = self._rows.view(self._data.real.dtype)
        return np.array([float(np.dot(row, row)) for row in rows])

    @property
    def amplitudes(self) -> np.ndarray:
        """Complex, (2**n_qubits,) or (batch, 2**n_qubits)."""
        return self._data

    @property
    def _rows(self) -> np.ndarray:
        return self._data.reshape(-1, 1 << self._n_qubits)

    @classmethod
    def basis(cls, bits: str | ArrayLike) -> State:
        """Return the basis state of given bits.

        Parameters
        ----------
        bits : str or array_like of int
            Such as "0110": one of 0 and 1 for each qubit, qubit 0 first.

        Returns
        -------
        State

        Raises
        ------
        ValueError
            If there is anything but zeros and ones, or nothing.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.basis("10").amplitudes.real
        array([0., 0., 1., 0.])
        """
        letters = list(bits) if isinstance(bits, str) else [str(int(b)) for b in np.asarray(bits).ravel()]
        if not letters or set(letters) - {"0", "1"}:
            raise ValueError(f'`bits` must be zeros and ones such as "0110", got {bits!r}.')
        amplitudes = _zeros(len(letters))
        amplitudes[int("".join(letters), 2)] = 1
        return cls(amplitudes)

    @classmethod
    def product(cls, factors: str | ArrayLike) -> State:
        """Return the product of one-qubit states.

        Parameters
        ----------
        factors : str or array_like of complex, shape (n, 2)
            One for each qubit: letters 0, 1 (Z), +, - (X), r, l (Y eigenvalues +1, -1), or normalised amplitudes.

        Returns
        -------
        State

        Raises
        ------
        ValueError
            If a letter is another one, or the shape is wrong.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.product("0+").amplitudes.real.round(3)
        array([0.707, 0.707, 0.   , 0.   ])
        """
        if isinstance(factors, str):
            if not factors or set(factors) - set(_LETTERS):
                raise ValueError(f"`factors` must consist of the letters {' '.join(_LETTERS)}, got {factors!r}.")
            factors = [_LETTERS[letter] for letter in factors]
        vectors = check_array("factors", factors, shape=("n_qubits", 2), dtype=complex)
        _zeros(len(vectors), allocate=False)
        amplitudes = np.ones(1, dtype=complex)
        for vector in vectors:
            amplitudes = np.multiply.outer(amplitudes, vector).ravel()
        return cls(amplitudes)

    @classmethod
    def ghz(cls, n_qubits: int) -> State:
        """Return (|0...0> + |1...1>) / sqrt(2).

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        State
        """
        amplitudes = _zeros(check_count("n_qubits", n_qubits, minimum=1))
        amplitudes[[0, -1]] = _R
        return cls(amplitudes)

    @classmethod
    def w(cls, n_qubits: int) -> State:
        """Return the equal superposition of all basis states with a single 1.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        State
        """
        amplitudes = _zeros(check_count("n_qubits", n_qubits, minimum=1))
        amplitudes[1 << np.arange(n_qubits)] = 1 / math.sqrt(n_qubits)
        return cls(amplitudes)

    @classmethod
    def random(cls, n_qubits: int, random_state: Any = None, *, batch: int | None = None) -> State:
        """Return Haar-random states.

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None
        batch : int, optional
            How many; without it a single state.

        Returns
        -------
        State
        """
        n_qubits = check_count("n_qubits", n_qubits, minimum=1)
        rows = 1 if batch is None else check_count("batch", batch)
        _zeros(n_qubits, rows, allocate=False)
        normal = generator(random_state).standard_normal((rows, 2 << n_qubits))
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        amplitudes = normal.view(complex)
        return cls(amplitudes if batch is not None else amplitudes[0])

    def _schmidt(self, qubits: tuple[int, ...]) -> np.ndarray:
        """Return the amplitudes as matrices (batch, 2**k, 2**(n-k)), kept qubits first."""
        rest = [q for q in range(self.n_qubits) if q not in qubits]
        tensor = self._rows.reshape(-1, *[2] * self.n_qubits)
        moved = tensor.transpose(0, *[1 + q for q in (*qubits, *rest)])
        return moved.reshape(-1, 1 << len(qubits), 1 << len(rest))

    def reduced(self, qubits: int | Sequence[int]) -> np.ndarray:
        """Return the density matrix of some of the qubits.

        Parameters
        ----------
        qubits : int or sequence of int
            The first is the most significant bit of the matrix index.

        Returns
        -------
        ndarray of complex, shape (2**k, 2**k) or (batch, 2**k, 2**k)

        Raises
        ------
        MemoryLimitError
            If it does not fit.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.sim.State.ghz(3).reduced([0]).real.round(12)
        array([[0.5, 0. ],
               [0. , 0.5]])
        """
        kept = check_qubits(qubits, self.n_qubits)
        matrix_bytes = (len(self._rows) * self._data.itemsize) << 2 * len(kept)
        require_memory(2 * self._data.nbytes + matrix_bytes, f"reduced of {len(kept)} qubits", "fewer qubits")
        matrices = self._schmidt(kept)
        return self._shaped(matrices @ matrices.conj().swapaxes(1, 2))

    def entropy(self, qubits: int | Sequence[int], order: float = 1) -> np.ndarray | float:
        """Return the entanglement entropy between some qubits and the others, natural logarithm.

        Parameters
        ----------
        qubits : int or sequence of int
        order : float
            Of the Renyi entropy ``log(tr rho**order) / (1 - order)``, not negative: 1 von Neumann, 0 the logarithm of
            the Schmidt rank, ``inf`` minus the logarithm of the largest eigenvalue.

        Returns
        -------
        float or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If `order` is negative or NaN.

        Notes
        -----
        Orders below 1 magnify rounding: Schmidt coefficients below 1e-12 (double) count as zero.

        Examples
        --------
        >>> import numpy as np, qlearn as ql
        >>> float((ql.sim.State.ghz(4).entropy([0, 1]) / np.log(2)).round(12))
        1.0
        """
        if not order >= 0:
            raise ValueError(f"`order` must not be negative, got {order}.")
        kept = check_qubits(qubits, self.n_qubits)
        if 2 * len(kept) > self.n_qubits:
            kept = tuple(q for q in range(self.n_qubits) if q not in kept)
        if order < 1:
            coefficients = np.linalg.svd(self._schmidt(kept), compute_uv=False)
            noise = 1e-12 if self._data.dtype == complex else 1e-5
            weights = np.where(coefficients > noise, coefficients, 0.0).astype(float) ** 2
        else:
            matrices = np.asarray(self.reduced(kept)).reshape(-1, 1 << len(kept), 1 << len(kept))
            weights = np.linalg.eigvalsh(matrices).astype(float).clip(0.0)
        return self._shaped(renyi(weights / weights.sum(axis=1, keepdims=True), float(order)))

    def inner(self, other: State | ArrayLike) -> complex | np.ndarray:
        """Return the inner product <self|other>, row by row.

        Parameters
        ----------
        other : State or array_like of complex
            Amplitudes of as many qubits; one state, or as many as there are here (one here meets all there).

        Returns
        -------
        complex, or ndarray of shape (batch,)

        Examples
        --------
        >>> import qlearn as ql
        >>> complex(ql.sim.State.basis("1").inner(ql.sim.State.product("r")).round(6))
        0.707107j
        """
        theirs = np.asarray(getattr(other, "amplitudes", other))
        if theirs.ndim not in (1, 2) or theirs.shape[-1] != 1 << self.n_qubits:
            raise ValueError(
                f"`other` must have shape ({1 << self.n_qubits},) or (batch, {1 << self.n_qubits}), got {theirs.shape}."
            )
        left, right = self._paired(np.atleast_2d(theirs))
        products = np.array([np.vdot(a, b) for a, b in zip(left, right, strict=True)])
        return products if self.is_batch or theirs.ndim == 2 else products[0]

    def _paired(self, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return this batch and another one broadcast against each other."""
        mine = self._rows
        if len(mine) != len(theirs) and 1 not in (len(mine), len(theirs)):
            raise ValueError(f"`other` must have 1 or {len(mine)} states like this one, got {len(theirs)}.")
        n = len(mine) if len(theirs) == 1 else len(theirs)
        return np.broadcast_to(mine, (n, *mine.shape[1:])), np.broadcast_to(theirs, (n, *theirs.shape[1:]))

    def fidelity(self, other: Any) -> float | np.ndarray:
        """Return the fidelity with another state: |<self|other>|**2, or <self|rho|self> with a density matrix.

        Parameters
        ----------
        other : State, density state or array_like of complex
            An object with `amplitudes` or `matrix`, amplitudes (2**n,), or matrices (2**n, 2**n), (batch, 2**n, 2**n).
            A bare two-dimensional array is a matrix; wrap a batch of amplitudes in a State.

        Returns
        -------
        float, or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If the number of qubits or the size of the batch differs.

        Examples
        --------
        >>> import numpy as np, qlearn as ql
        >>> float(ql.sim.State.ghz(2).fidelity(np.eye(4) / 4).round(12))
        0.25
        """
        array = np.asarray(getattr(other, "matrix", getattr(other, "amplitudes", other)))
        if hasattr(other, "amplitudes") or array.ndim == 1:
            return np.abs(self.inner(other)) ** 2
        size = 1 << self.n_qubits
        if array.ndim not in (2, 3) or array.shape[-2:] != (size, size):
            raise ValueError(
                f"`other` must be a State, or a density matrix of shape ({size}, {size}), got shape {array.shape}."
            )
        left, matrices = self._paired(array.reshape(-1, size, size))
        values = np.array([np.vdot(a, m @ a).real for a, m in zip(left, matrices, strict=True)])
        return values if self.is_batch or array.ndim == 3 else values[0]

    def _weights(self) -> np.ndarray:
        weights = self._rows.real**2
        weights += self._rows.imag**2
        return weights

    def _drawn_from(self) -> np.ndarray:
        return self._rows

    def _draw(self, row: np.ndarray, n_shots: int, rng: np.random.Generator) -> np.ndarray:
        return unpack_indices(sample_amplitudes(row, n_shots, rng), self.n_qubits)


def _zeros(n_qubits: int, batch: int = 1, *, allocate: bool = True) -> np.ndarray | None:
    """Return zero amplitudes after a look at the memory."""
    require_memory(16 * batch << n_qubits, f"A state of {n_qubits} qubits", "fewer qubits")
    return np.zeros(1 << n_qubits, dtype=complex) if allocate else None
