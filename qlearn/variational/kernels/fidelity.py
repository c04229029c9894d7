"""The overlap of encoded states as a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._checks import check_count
from ..._random import generator
from ..encodings import ring_encoding
from .base import AbstractQuantumKernel


class FidelityKernel(AbstractQuantumKernel):
    """k(x, y) = |<psi(x)|psi(y)>|^2, from one state for each row and one matrix product.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding("y", min_qubits=4, ring=True)`: one feature a qubit, four to eight qubits; from the
        ninth feature on the qubits again, joined by CX between the rounds, so that all features count as in SVC().
    bandwidth : float
        Multiplies the scaled features: small values make wide, smooth kernels.
    scaling : {"auto", "standard", "minmax", "none"} or float
        Of the features, learnt in `fit`. "auto" divides the features of rotations by their
        ``sqrt(n_features * variance) / 2``, as ``gamma="scale"`` of SVC does; other encodings get what they ask for.
    entangled : bool
        False takes out all gates on two and more qubits: the separable twin.
    n_shots : int, optional
        Entries become relative frequencies of so many shots, as if measured by running each encoding backwards on the
        other state.
    n_jobs : int, optional
        Threads.
    random_state : int, Generator, SeedSequence or None
        Of the shots.

    Attributes
    ----------
    features_ : ndarray of complex, shape (n_samples, 2**n_qubits)
        States of the rows of `fit`.

    Notes
    -----
    N simulations instead of N**2 circuits, and N**2 * 2**n operations of a matrix product, half of them for a symmetric
    matrix.

    References
    ----------
    Havlicek et al., Nature 567, 209 (2019); Shaydulin and Wild, Phys. Rev. A 106, 042407 (2022), for the bandwidth.

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.array([[0.0], [1.0], [2.0]])
    >>> kernel = ql.variational.FidelityKernel(ql.variational.AngleEncoding(), scaling="none").fit(X)
    >>> np.allclose(kernel.matrix(X), np.cos((X - X.T) / 2) ** 2)
    True
    """

    _default_encoding = staticmethod(ring_encoding)

    def __init__(
        self,
        encoding: Any = None,
        *,
        bandwidth: float = 1.0,
        scaling: Any = "auto",
        entangled: bool = True,
        n_shots: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.encoding = encoding
        self.bandwidth = bandwidth
        self.scaling = scaling
        self.entangled = entangled
        self.n_shots = n_shots
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _features(self, X: np.ndarray) -> np.ndarray:
        return self._states(X)

    def _compare(self, left: np.ndarray, right: np.ndarray | None) -> np.ndarray:
        exact = fidelities(left, right)
        if self.n_shots is None:
            return exact
        n_shots = check_count("n_shots", self.n_shots, minimum=1)
        random = generator(self.random_state)
        drawn = random.binomial(n_shots, np.clip(exact, 0.0, 1.0)) / n_shots
        return drawn if right is not None else np.triu(drawn) + np.triu(drawn, 1).T

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.n_shots is not None
        return tags


def fidelities(left: np.ndarray, right: np.ndarray | None = None) -> np.ndarray:
    """Return |<a|b>|^2 for all pairs of states; among the first set alone without a second.

    Parameters
    ----------
    left : ndarray of complex, shape (n, dimension)
    right : ndarray of complex, shape (m, dimension), optional

    Returns
    -------
    ndarray of float, shape (n, m)
    """
    from scipy.linalg import blas

    if right is not None:
        overlaps = left @ right.conj().T
        return overlaps.real**2 + overlaps.imag**2
    # herk fills the upper triangle with half the work of a product, and leaves zeros below
    overlaps = blas.zherk(1.0, np.asarray(left, dtype=complex).T, trans=2)
    upper = overlaps.real**2
    upper += overlaps.imag**2
    symmetric = upper + upper.T
    np.fill_diagonal(symmetric, np.diagonal(upper))
    return symmetric
