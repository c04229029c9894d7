"""A Gaussian kernel of the states of single qubits."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from ...paulis import PauliSum
from ...sim import Statevector
from .base import AbstractQuantumKernel


class ProjectedKernel(AbstractQuantumKernel):
    """k(x, y) = exp(-gamma sum_q ||rho_q(x) - rho_q(y)||^2) with the state rho_q of each qubit alone.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`.
    gamma : {"scale"} or float
        "scale" is 2 / (n_values * variance) of the Pauli expectation values of the rows of `fit`.
    bandwidth : float
        Multiplies the scaled features.
    scaling : {"auto", "standard", "minmax", "none"} or float
        Of the features, learnt in `fit`, as for `FidelityKernel`.
    entangled : bool
        False takes out all gates on two and more qubits: the separable twin.
    n_jobs : int, optional
        Threads.

    Attributes
    ----------
    features_ : ndarray of float, shape (n_samples, 3 * n_qubits)
        X, Y, Z of each qubit for the rows of `fit`.
    gamma_ : float

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), Eq. (9). ||rho - sigma||^2 is half the squared distance of the Bloch
    vectors.

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.array([[0.0], [np.pi]])
    >>> one_qubit = ql.variational.AngleEncoding()
    >>> kernel = ql.variational.ProjectedKernel(one_qubit, gamma=1.0, scaling="none").fit(X)
    >>> np.allclose(kernel.matrix(X), [[1.0, np.exp(-2.0)], [np.exp(-2.0), 1.0]])
    True
    """

    _learnt = ("gamma",)

    def __init__(
        self,
        encoding: Any = None,
        *,
        gamma: Any = "scale",
        bandwidth: float = 1.0,
        scaling: Any = "auto",
        entangled: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.encoding = encoding
        self.gamma = gamma
        self.bandwidth = bandwidth
        self.scaling = scaling
        self.entangled = entangled
        self.n_jobs = n_jobs

    def _features(self, X: np.ndarray) -> np.ndarray:
        circuit, inputs = self._circuit(X.shape[1]), self._encoding().inputs(X)
        columns = [parameter.index for parameter in circuit.parameters]
        n_qubits = circuit.n_qubits
        letters = [PauliSum(f"{letter}{q}", n_qubits=n_qubits) for q in range(n_qubits) for letter in "XYZ"]
        return Statevector(n_jobs=self.n_jobs).expectation(circuit, letters, inputs[:, columns])

    def _after(self, features: np.ndarray) -> None:
        if isinstance(self.gamma, str):
            if self.gamma != "scale":
                raise ValueError(f'`gamma` must be "scale" or a number, got {self.gamma!r}.')
            self.gamma_ = 2.0 / (features.shape[1] * (float(features.var()) or 1.0))
        else:
            self.gamma_ = float(self.gamma)

    def _is_stateless(self) -> bool:
        return super()._is_stateless() and not isinstance(self.gamma, str)

    def _compare(self, left: np.ndarray, right: np.ndarray | None) -> np.ndarray:
        return rbf_kernel(left, right, gamma=(self.gamma_ if hasattr(self, "gamma_") else float(self.gamma)) / 2.0)
