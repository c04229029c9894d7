"""A circuit on its way to the front, with all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..circuits import Circuit

__all__ = ["Candidate"]


@dataclass(frozen=True, eq=False, repr=False)
class Candidate:
    """A tidied circuit, the values of its parameters, and its objectives.

    Attributes
    ----------
    ansatz : Circuit
        In the gates of the problem, from |0...0>; the preparation of the reference is part of it and is counted.
    values : ndarray of float, shape (n_parameters,)
        In the order of ``ansatz.parameters``.
    objectives : dict of str to float
        The noiseless cost, the noisy one where there is noise, two_qubit_gates, depth and n_parameters; all computed
        on the finished circuit by the engines of `qlearn.sim`, whatever found it.
    cost_name : str
        Which of the objectives is the noiseless cost.
    evaluations : int
        Spent by the search when it was found.
    seconds : float
        After the start of the search.
    """

    ansatz: Circuit
    values: np.ndarray
    objectives: dict[str, float]
    cost_name: str
    evaluations: int = 0
    seconds: float = field(default=0.0)

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit with numbers in place of parameters."""
        return self.ansatz.bind(self.values) if self.ansatz.n_parameters else self.ansatz

    @property
    def cost(self) -> float:
        """The noiseless cost."""
        return self.objectives[self.cost_name]

    @property
    def two_qubit_gates(self) -> int:
        """Gates on two qubits or more."""
        return int(self.objectives["two_qubit_gates"])

    @property
    def depth(self) -> int:
        """Layers of gates."""
        return int(self.objectives["depth"])

    @property
    def n_parameters(self) -> int:
        """Free angles: those that are no multiple of a quarter turn."""
        return int(self.objectives["n_parameters"])

    def __repr__(self) -> str:
        shape = f"{self.two_qubit_gates} two-qubit gates, depth {self.depth}, {self.n_parameters} parameters"
        return f"<Candidate: {self.cost_name} {self.cost:.9g}, {shape}>"
