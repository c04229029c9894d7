"""Mixed states, alone or in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._bits import index_bits
from .._checks import check_array, check_qubits
from .._memory import require_memory
from .abstract_state import AbstractState, renyi
from .sampling import sample_indices

_TOLERANCE = {np.dtype(np.complex64): 1e-3, np.dtype(np.complex128): 1e-6}


class DensityState(AbstractState):
    """A mixed state, or a batch of them.

    Qubit 0 is the most significant bit of both matrix indices. Entropies use the natural logarithm.

    Parameters
    ----------
    matrix : array_like of complex, shape (2**n, 2**n) or (batch, 2**n, 2**n)
        Hermitian, of trace one. complex64 and complex128 arrays are kept without a copy.

    Raises
    ------
    ValueError
        If the shape is another, or a matrix is not finite, not Hermitian or not of trace one.

    Examples
    --------
    >>> import numpy as np, qlearn as ql
    >>> state = ql.sim.DensityState(np.diag([0.75, 0.25]))
    >>> round(float(state.purity()), 4), state.probabilities().tolist()
    (0.625, [0.75, 0.25])
    """

    _MEMBER_AXES = 2

    def __init__(self, matrix: ArrayLike) -> None:
        array = np.asarray(matrix)
        if array.dtype not in _TOLERANCE:
            array = check_array("matrix", array, dtype=complex)
        n_qubits = array.shape[-1].bit_length() - 1 if array.ndim in (2, 3) else -1
        if n_qubits < 0 or array.shape[-2:] != (1 << n_qubits, 1 << n_qubits):
            raise ValueError(f"`matrix` must have shape (2**n, 2**n) or (batch, 2**n, 2**n), got {array.shape}.")
        self._data, self._n_qubits = array, n_qubits
        tolerance = _TOLERANCE[array.dtype]
        traces = np.trace(self._matrices, axis1=1, axis2=2)
        wrong = np.flatnonzero(~(np.abs(traces - 1) <= tolerance))
        if wrong.size:
            raise ValueError(f"`matrix` must have trace one, got {traces[wrong[0]]:.8g}; divide by it.")
        for one in self._matrices:
            if not np.abs(one - one.conj().T).max() <= tolerance:
                raise ValueError("`matrix` must be Hermitian: it differs from its conjugate transpose.")

    @property
    def matrix(self) -> np.ndarray:
        """Complex, (2**n_qubits, 2**n_qubits) or (batch, 2**n_qubits, 2**n_qubits)."""
        return self._data

    @property
    def _matrices(self) -> np.ndarray:
        return self._data.reshape(-1, 1 << self._n_qubits, 1 << self._n_qubits)

    def reduced(self, qubits: int | Sequence[int]) -> np.ndarray:
        """Return the density matrix of some of the qubits.

        Parameters
        ----------
        qubits : int or sequence of int
            The first is the most significant bit of the matrix index.

        Returns
        -------
        ndarray of complex, shape (2**k, 2**k) or (batch, 2**k, 2**k)
        """
        kept, n = check_qubits(qubits, self.n_qubits), self.n_qubits
        rest = [q for q in range(n) if q not in kept]
        require_memory(2 * self._data.nbytes, f"reduced of {len(kept)} qubits", "a smaller batch")
        axes = [1 + q for q in (*kept, *rest)] + [1 + n + q for q in (*kept, *rest)]
        tensor = self._matrices.reshape(-1, *[2] * (2 * n)).transpose(0, *axes)
        size, others = 1 << len(kept), 1 << len(rest)
        return self._shaped(np.einsum("bijkj->bik", tensor.reshape(-1, size, others, size, others)))

    def purity(self) -> float | np.ndarray:
        """Return tr(rho**2): one for pure states, 2**-n for the maximally mixed one.

        Returns
        -------
        float, or ndarray of shape (batch,)
        """
        return self._shaped(np.einsum("bij,bij->b", self._matrices.conj(), self._matrices).real)

    def entropy(self, qubits: int | Sequence[int] | None = None, order: float = 1) -> float | np.ndarray:
        """Return the entropy of the state of some qubits, or of all, natural logarithm.

        Of a mixed state it is no measure of entanglement.

        Parameters
        ----------
        qubits : int or sequence of int, optional
        order : float
            Of the Renyi entropy ``log(tr rho**order) / (1 - order)``, not negative; 1 is von Neumann.

        Returns
        -------
        float or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If `order` is negative or NaN.

        Examples
        --------
        >>> import numpy as np, qlearn as ql
        >>> float((ql.sim.DensityState(np.eye(4) / 4).entropy() / np.log(2)).round(12))
        2.0
        """
        if not order >= 0:
            raise ValueError(f"`order` must not be negative, got {order}.")
        matrices = self._matrices if qubits is None else np.asarray(self.reduced(qubits))
        size = matrices.shape[-1]
        weights = np.linalg.eigvalsh(matrices.reshape(-1, size, size)).astype(float)
        weights[weights < (1e-12 if matrices.dtype == complex else 1e-5)] = 0.0
        return self._shaped(renyi(weights / weights.sum(axis=1, keepdims=True), float(order)))

    def fidelity(self, other: Any) -> float | np.ndarray:
        """Return the fidelity ``(tr sqrt(sqrt(rho) sigma sqrt(rho)))**2`` with another state.

        Parameters
        ----------
        other : DensityState, State or array_like of complex
            One state, or as many as there are here; a bare array is a matrix, or the amplitudes (2**n,) of a state.

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
        >>> mixed = ql.sim.DensityState(np.eye(2) / 2)
        >>> round(float(mixed.fidelity([1.0, 0.0])), 12), round(float(mixed.fidelity(mixed)), 12)
        (0.5, 1.0)
        """
        theirs = np.asarray(getattr(other, "matrix", getattr(other, "amplitudes", other)))
        size, is_pure = 1 << self.n_qubits, hasattr(other, "amplitudes") or theirs.ndim == 1
        rows = theirs.reshape(-1, *theirs.shape[-1:]) if is_pure else theirs.reshape(-1, *theirs.shape[-2:])
        if (
            rows.shape[1:] not in ((size,), (size, size))
            or 1 not in (len(rows), len(self._matrices))
            and len(rows) != len(self._matrices)
        ):
            raise ValueError(
                f"`other` must be states of {self.n_qubits} qubits, 1 or {len(self._matrices)} of them, "
                f"got shape {theirs.shape}."
            )
        if is_pure:
            values = np.einsum("bi,bij,bj->b", rows.conj(), self._matrices, rows).real
        else:
            root = _square_root(self._matrices)
            weights = np.linalg.eigvalsh(root @ rows @ root).clip(0.0)
            values = np.sqrt(weights).sum(axis=1) ** 2
        return values if self.is_batch or len(rows) > 1 else values[0]

    def _weights(self) -> np.ndarray:
        return np.diagonal(self._matrices, axis1=1, axis2=2).real.clip(0.0)

    def _drawn_from(self) -> np.ndarray:
        return self._weights()

    def _draw(self, row: np.ndarray, n_shots: int, rng: np.random.Generator) -> np.ndarray:
        return index_bits(sample_indices(row, n_shots, rng), self.n_qubits)


def _square_root(matrices: np.ndarray) -> np.ndarray:
    weights, vectors = np.linalg.eigh(matrices)
    return (vectors * np.sqrt(weights.clip(0.0))[:, None, :]) @ vectors.conj().swapaxes(1, 2)
