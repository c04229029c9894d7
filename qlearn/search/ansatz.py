"""CircuitAnsatz: a circuit that a search has found, as an ansatz of `qlearn.variational`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._checks import check_array
from ..circuits import Circuit
from ..variational import AbstractAnsatz

__all__ = ["CircuitAnsatz"]


class CircuitAnsatz(AbstractAnsatz):
    """A fixed circuit as an ansatz: the same gates, new angles for all its parameters.

    Parameters
    ----------
    template : Circuit
        Such as the `ansatz` of a `Candidate`.
    values : array_like of float, optional
        (n_parameters,), where training starts; at random without.

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 2)
    >>> ansatz = ql.search.CircuitAnsatz(ql.Circuit(2).ry(theta[0], 0).cx(0, 1).ry(theta[1], 1), [0.1, 0.2])
    >>> ansatz.n_weights(2), ansatz.initial_weights(2)
    (2, array([0.1, 0.2]))
    """

    def __init__(self, template: Circuit, values: Any = None) -> None:
        self.template, self.values = template, values

    def _append(self, circuit: Circuit, weight: Any) -> None:
        if circuit.n_qubits != self.template.n_qubits:
            raise ValueError(f"`template` has {self.template.n_qubits} qubits, got a model on {circuit.n_qubits}.")
        circuit.append(self.template.substitute({parameter: weight() for parameter in self.template.parameters}))

    def initial_weights(self, n_qubits: int, random_state: Any = None) -> np.ndarray:
        """Return where training starts: `values`, or angles drawn uniformly from [-pi, pi).

        Parameters
        ----------
        n_qubits : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of float, shape (n_weights,)
        """
        if self.values is None:
            return super().initial_weights(n_qubits, random_state)
        return check_array("values", self.values, (self.template.n_parameters,))
