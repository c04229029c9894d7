"""Features as amplitudes, and as bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractEncoding


class AmplitudeEncoding(AbstractEncoding):
    """Features as the real amplitudes of log2(n_features) qubits, prepared exactly.

    A row is padded with zeros to a power of two and divided by its norm; a row of zeros becomes the state 0...0.

    Parameters
    ----------
    n_qubits : int, optional
        By default as few as hold the features.

    Notes
    -----
    The circuit has 2**n - 1 rotations and about as many CX. Multiplexed rotations: the angles of all branches, in Gray
    code order by a Walsh transform.

    References
    ----------
    Mottonen, Vartiainen, Bergholm, Salomaa, Quantum Inf. Comput. 5, 467 (2005), Section 3.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.AmplitudeEncoding()
    >>> state = ql.sim.Statevector().run(encoding.circuit(3), encoding.inputs([[3.0, 0.0, -4.0]]))
    >>> np.allclose(state.amplitudes, [0.6, 0.0, -0.8, 0.0])
    True
    """

    scaling: ClassVar[str] = "none"

    def __init__(self, n_qubits: int | None = None) -> None:
        self.n_qubits = n_qubits

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        needed = max(1, (n_features - 1).bit_length())
        if self.n_qubits is None:
            return needed
        return check_count("n_qubits", self.n_qubits, minimum=needed)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        n_qubits = self.width(X.shape[1])
        amplitudes = np.zeros((len(X), 1 << n_qubits))
        amplitudes[:, : X.shape[1]] = X
        amplitudes[~amplitudes.any(axis=1), 0] = 1.0
        angles = []
        for _ in range(n_qubits):
            pairs = amplitudes.reshape(len(X), -1, 2)
            angles.append(2.0 * np.arctan2(pairs[:, :, 1], pairs[:, :, 0]))
            # signs live in the deepest level only
            amplitudes = np.hypot(pairs[:, :, 0], pairs[:, :, 1])
        return np.hstack([_multiplexed(branch) for branch in reversed(angles)])

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        start = 0
        for target in range(circuit.n_qubits):
            size = 1 << target
            for position in range(size):
                circuit.ry(inputs[start + position], target)
                if target:
                    # the bit that changes between this word of the Gray code and the next
                    changed = (position + 1 & -(position + 1)).bit_length() - 1
                    circuit.cx(target - 1 - min(changed, target - 1), target)
            start += size


def _multiplexed(angles: np.ndarray) -> np.ndarray:
    """Return the angles of the rotations between the CX from those of each branch, both (n_samples, 2**k)."""
    size = angles.shape[1]
    index = np.arange(size)
    gray = index ^ (index >> 1)
    signs = 1.0 - 2.0 * (np.bitwise_count(index[:, None] & gray[None, :]) & 1)
    return angles @ signs / size


class BasisEncoding(AbstractEncoding):
    """Features as bits: a qubit is 1 where its feature exceeds a threshold.

    Parameters
    ----------
    threshold : float
        In the unit of the features (after the scaling of a model, by default none).

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.BasisEncoding()
    >>> engine = ql.sim.Statevector()
    >>> engine.run(encoding.circuit(2), encoding.inputs([[1.0, 0.0]])).probabilities().round(6)
    array([[0., 0., 1., 0.]])
    """

    scaling: ClassVar[str] = "none"

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        return n_features

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return np.pi * (X > self.threshold)

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        for qubit, angle in enumerate(inputs):
            circuit.rx(angle, qubit)
