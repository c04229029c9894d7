"""What an encoding is: a map from rows of features to angles, and a circuit that takes those angles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from ..._checks import check_array, check_count
from ...circuits import Circuit, parameters

MAX_DEFAULT_QUBITS = 8


class AbstractEncoding(BaseEstimator, ABC):
    """Base of all encodings.

    Whatever is not a polynomial of degree two in the features is computed by `inputs` outside the circuit; the circuit
    sees the results as its parameters, so that a model may scale them by weights. The constructor of a subclass only
    stores its arguments; the width of the circuit follows from the number of features.

    `scaling` is what models do to features by default before they reach `inputs`: "standard", "minmax" (to [-1, 1]) or
    "none".
    """

    scaling: ClassVar[str] = "standard"

    @abstractmethod
    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """

    @abstractmethod
    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        """Append the gates, with angles from `inputs`."""

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return X

    def inputs(self, X: Any) -> np.ndarray:
        """Return the inputs of the circuit for each row of features.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_inputs)
        """
        return self._inputs(check_array("X", X, ("n_samples", "n_features")))

    def n_inputs(self, n_features: int) -> int:
        """Return the number of inputs of the circuit for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        return self._inputs(np.zeros((1, n_features))).shape[1]

    def append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> Circuit:
        """Append the gates of the encoding; returns the circuit.

        Parameters
        ----------
        circuit : Circuit
            Of `width(n_features)` qubits.
        inputs : sequence of float or Expression
            As many as `n_inputs(n_features)`.
        n_features : int

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If the numbers of qubits or inputs do not fit.
        """
        expected = (self.width(n_features), self.n_inputs(n_features))
        if (circuit.n_qubits, len(inputs)) != expected:
            raise ValueError(
                f"{type(self).__name__} puts {n_features} features on {expected[0]} qubits by {expected[1]} inputs, "
                f"got {circuit.n_qubits} qubits and {len(inputs)} inputs."
            )
        self._append(circuit, inputs, n_features)
        return circuit

    def circuit(self, n_features: int) -> Circuit:
        """Return the circuit, with its inputs as parameters ``x[0], x[1], ...``.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        Circuit
        """
        return self.append(Circuit(self.width(n_features)), parameters("x", self.n_inputs(n_features)), n_features)


def folded_width(n_qubits: int | None, n_features: int) -> int:
    """Return `n_qubits`, or by default one qubit a feature up to eight."""
    n_features = check_count("n_features", n_features, minimum=1)
    if n_qubits is None:
        return min(n_features, MAX_DEFAULT_QUBITS)
    return check_count("n_qubits", n_qubits, minimum=1)


def append_rotation(circuit: Circuit, axis: str, angle: Any, qubit: int) -> None:
    """Append a rotation about "x", "y" or "z"."""
    if axis not in ("x", "y", "z"):
        raise ValueError(f'An axis must be "x", "y" or "z", got {axis!r}.')
    getattr(circuit, f"r{axis}")(angle, qubit)
