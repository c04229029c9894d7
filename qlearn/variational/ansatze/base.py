"""What an ansatz is: a circuit of trainable gates on any number of qubits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import networkx as nx
import numpy as np
from sklearn.base import BaseEstimator

from ..._checks import check_count
from ..._random import generator
from ...circuits import Circuit, parameters

Weight = Callable[[], Any]


class AbstractAnsatz(BaseEstimator, ABC):
    """Base of all ansätze: a subclass appends its gates and calls `weight()` for every fresh angle.

    The constructor of a subclass only stores its arguments; the width comes with each call.
    """

    @abstractmethod
    def _append(self, circuit: Circuit, weight: Weight) -> None:
        """Append the gates; each call of `weight` gives the next angle."""

    def n_weights(self, n_qubits: int) -> int:
        """Return the number of trainable angles on so many qubits.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        int
        """
        count = 0

        def weight() -> float:
            nonlocal count
            count += 1
            return 0.0

        self._append(Circuit(check_count("n_qubits", n_qubits, minimum=1)), weight)
        return count

    def append(self, circuit: Circuit, weights: Sequence[Any]) -> Circuit:
        """Append the gates; returns the circuit.

        Parameters
        ----------
        circuit : Circuit
        weights : sequence of float or Expression
            As many as `n_weights` says.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If the number of weights is another.
        """
        expected = self.n_weights(circuit.n_qubits)
        if len(weights) != expected:
            raise ValueError(
                f"{type(self).__name__} has {expected} weights on {circuit.n_qubits} qubits, got {len(weights)}."
            )
        iterator = iter(weights)
        self._append(circuit, lambda: next(iterator))
        return circuit

    def circuit(self, n_qubits: int) -> Circuit:
        """Return the circuit, with its weights as parameters ``theta[0], theta[1], ...``.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        Circuit
        """
        n_weights = self.n_weights(n_qubits)
        return self.append(Circuit(n_qubits), parameters("theta", n_weights) if n_weights else ())

    def initial_weights(self, n_qubits: int, random_state: Any = None) -> np.ndarray:
        """Return where training starts: by default angles drawn uniformly from [-pi, pi).

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of float, shape (n_weights,)
        """
        return generator(random_state).uniform(-np.pi, np.pi, self.n_weights(n_qubits))

    def readout_qubits(self, n_qubits: int) -> tuple[int, ...]:
        """Return the qubits that hold the result: all, unless the ansatz pools.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        tuple of int
        """
        return tuple(range(n_qubits))


def coupled_pairs(coupling: Any, n_qubits: int) -> list[tuple[int, int]]:
    """Return the pairs of qubits that a coupling graph joins, on so many qubits.

    Parameters
    ----------
    coupling : {"ring", "chain", "full"}, networkx.Graph or sequence of pairs
        Edges of a graph must be qubit numbers.
    n_qubits : int

    Returns
    -------
    list of (int, int)
    """
    if isinstance(coupling, nx.Graph):
        coupling = coupling.edges if coupling.is_directed() else sorted(tuple(sorted(edge)) for edge in coupling.edges)
    if isinstance(coupling, str):
        chain = [(qubit, qubit + 1) for qubit in range(n_qubits - 1)]
        named = {
            "chain": chain,
            "ring": [*chain, (n_qubits - 1, 0)] if n_qubits > 2 else chain,
            "full": [(a, b) for a in range(n_qubits) for b in range(a + 1, n_qubits)],
        }
        if coupling not in named:
            raise ValueError(f'`coupling` must be "ring", "chain", "full", a graph or pairs, got {coupling!r}.')
        return named[coupling]
    pairs = [(int(a), int(b)) for a, b in coupling]
    outside = [pair for pair in pairs if not 0 <= min(pair) <= max(pair) < n_qubits]
    if outside:
        raise ValueError(f"`coupling` joins qubits {outside[0]}, but there are {n_qubits} qubits.")
    return pairs
