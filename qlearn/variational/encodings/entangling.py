"""Encodings whose gates carry products of features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractEncoding, folded_width


class IQPEncoding(AbstractEncoding):
    """Hadamards and diagonal gates: RZ of each feature, RZZ of products of two, repeated.

    Features beyond the number of qubits follow in further blocks of Hadamards and diagonal gates.

    Parameters
    ----------
    n_repeats : int
        Of the whole sequence.
    pairs : {"all", "neighbours"}
        Of qubits that get a product.
    n_qubits : int, optional
        By default one a feature, at most eight.

    References
    ----------
    Havlicek et al., Nature 567, 209 (2019).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.IQPEncoding(n_repeats=1).circuit(n_features=3).counts()
    {'h': 3, 'rz': 3, 'rzz': 3}
    """

    def __init__(self, n_repeats: int = 2, pairs: str = "all", n_qubits: int | None = None) -> None:
        self.n_repeats = n_repeats
        self.pairs = pairs
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
        return folded_width(self.n_qubits, n_features)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        first, second = np.array(self._pairs(X.shape[1]), dtype=int).reshape(-1, 2).T
        return np.hstack([X, self._product(X[:, first], X[:, second])])

    def _product(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return first * second

    def _pairs(self, n_features: int) -> list[tuple[int, int]]:
        if self.pairs not in ("all", "neighbours"):
            raise ValueError(f'`pairs` must be "all" or "neighbours", got {self.pairs!r}.')
        n_qubits, pairs = self.width(n_features), []
        for start in range(0, n_features, n_qubits):
            block = range(start, min(start + n_qubits, n_features))
            reach = len(block) if self.pairs == "all" else 2
            pairs += [(i, j) for i in block for j in block if i < j < i + reach]
        return pairs

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        n_qubits, pairs = circuit.n_qubits, self._pairs(n_features)
        for _ in range(check_count("n_repeats", self.n_repeats, minimum=1)):
            for start in range(0, n_features, n_qubits):
                stop = min(start + n_qubits, n_features)
                for qubit in range(n_qubits):
                    circuit.h(qubit)
                for feature in range(start, stop):
                    circuit.rz(inputs[feature], feature - start)
                for k, (i, j) in enumerate(pairs):
                    if start <= i < stop:
                        circuit.rzz(inputs[n_features + k], i - start, j - start)


class ZZEncoding(IQPEncoding):
    """The ZZ feature map: as `IQPEncoding`, with twice each feature and 2 (pi - x_i) (pi - x_j) for pairs.

    Parameters
    ----------
    n_repeats : int
        Of the whole sequence.
    pairs : {"all", "neighbours"}
        Of qubits that get a product.
    n_qubits : int, optional
        By default one a feature, at most eight.

    References
    ----------
    Havlicek et al., Nature 567, 209 (2019); the same state as Qiskit's ``zz_feature_map`` up to a global phase.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.ZZEncoding(n_repeats=1).inputs([[1.0, 2.0]]).round(6)
    array([[2.      , 4.      , 4.889653]])
    """

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        raw = super()._inputs(X)
        return np.hstack([2.0 * X, raw[:, X.shape[1] :]])

    def _product(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        # P(2a) between two CX is RZZ(2a) up to a global phase
        return 2.0 * (np.pi - first) * (np.pi - second)


class HamiltonianEncoding(AbstractEncoding):
    """Evolution of a Heisenberg chain whose couplings are the features, from a fixed product state.

    Parameters
    ----------
    n_steps : int
        Of the product formula.
    time : float
        Of the whole evolution: feature i couples qubits i and i + 1 by (XX + YY + ZZ) / 2.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), encoding E3.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.HamiltonianEncoding(n_steps=2)
    >>> encoding.width(3), encoding.circuit(3).counts()["rzz"]
    (4, 6)
    """

    def __init__(self, n_steps: int = 4, time: float = 2.0) -> None:
        self.n_steps = n_steps
        self.time = time

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        return n_features + 1

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        n_steps = check_count("n_steps", self.n_steps, minimum=1)
        for qubit in range(circuit.n_qubits):
            # a generic product state, different for every qubit: golden angles
            circuit.ry(2.399963 * (qubit + 1) % np.pi, qubit).rz(2.399963 * (qubit + 1) ** 2 % np.pi, qubit)
        for _ in range(n_steps):
            for qubit, coupling in enumerate(inputs):
                angle = coupling * (self.time / n_steps)
                circuit.rxx(angle, qubit, qubit + 1).ryy(angle, qubit, qubit + 1).rzz(angle, qubit, qubit + 1)
