"""Features through Chebyshev polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractEncoding


class ChebyshevEncoding(AbstractEncoding):
    """A tower of rotations by multiples of arccos x: expectation values are Chebyshev polynomials of the features.

    Parameters
    ----------
    order : int
        Qubits a feature; qubit k of a feature turns by 2 (k + 1) arccos x.

    Notes
    -----
    Models bring features to [-1, 1] first; what lies outside is clipped.

    References
    ----------
    Kyriienko, Paine, Elfving, Phys. Rev. A 103, 052416 (2021), Eq. (8), the Chebyshev tower.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.ChebyshevEncoding(order=3)
    >>> z = [ql.PauliSum(label) for label in ("ZII", "IZI", "IIZ")]
    >>> ql.sim.Statevector().expectation(encoding.circuit(1), z, encoding.inputs([[0.5]])).round(6)
    array([[-0.5, -0.5,  1. ]])
    """

    scaling: ClassVar[str] = "minmax"

    def __init__(self, order: int = 2) -> None:
        self.order = order

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        return n_features * check_count("order", self.order, minimum=1)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return np.arccos(np.clip(X, -1.0, 1.0))

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        for qubit in range(circuit.n_qubits):
            feature, k = divmod(qubit, self.order)
            circuit.ry(2.0 * (k + 1) * inputs[feature], qubit)
