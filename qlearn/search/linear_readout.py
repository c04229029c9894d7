"""LinearReadoutProblem: circuits whose expectation values a linear map can make into the targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array
from ..paulis import PauliSum
from ..variational import AbstractEncoding
from .data import DataProblem

__all__ = ["LinearReadoutProblem"]


class LinearReadoutProblem(DataProblem):
    """Find circuits that are good features: the cost is the squared error of the best linear map of all <Z>.

    The linear map, with an intercept, is computed in closed form for each set of angles (ridge regression), so that a
    search spends its two-qubit gates on what no linear map can do. One column of targets a class, 0 or 1, makes it a
    problem of classification.

    Parameters
    ----------
    X : array_like
        (n_samples, n_features), scaled as the encoding wants it.
    targets : array_like
        (n_samples, n_outputs).
    encoding : AbstractEncoding, optional
        RY of feature j on qubit j by default.
    alpha : float
        Weight of the squared linear map in the cost.
    gates : iterable of str
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    objectives : sequence of str, optional
        As of `EnergyProblem`; the cost is called "loss".
    name : str, optional

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.random.default_rng(0).uniform(-1.5, 1.5, (40, 2))
    >>> problem = ql.search.LinearReadoutProblem(X, np.sin(X[:, :1]) * np.sin(X[:, 1:]), gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=2000)
    >>> result = ql.search.run(problem, ql.search.RandomSearch(), budget=budget, random_state=0)
    >>> result.front.best(two_qubit_gates=0).cost > 0.1, result.best.cost < 0.01
    (True, True)
    """

    def __init__(
        self,
        X: ArrayLike,
        targets: ArrayLike,
        *,
        encoding: AbstractEncoding | None = None,
        alpha: float = 1e-4,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        table = check_array("targets", targets, ("n_samples", "n_outputs"))
        if not alpha > 0:
            raise ValueError(f"`alpha` must be positive: it keeps the linear map finite; got {alpha!r}.")
        self.alpha = float(alpha)
        super().__init__(X, table, None, gates, coupling, objectives, name, encoding)

    def _identity(self) -> tuple[Any, ...]:
        return (*super()._identity(), self.alpha)

    def _readouts(self) -> list[PauliSum]:
        return [PauliSum.single(f"Z{q}", n_qubits=self.n_qubits) for q in range(self.n_qubits)]

    def linear_map(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the best linear map from expectation values to the targets.

        Parameters
        ----------
        outputs : ndarray of float, shape (n_samples, n_qubits)

        Returns
        -------
        intercept : ndarray of float, shape (n_outputs,)
        weights : ndarray of float, shape (n_qubits, n_outputs)
        """
        centre, mean = outputs.mean(axis=0), self.targets.mean(axis=0)
        features = outputs - centre
        gram = features.T @ features / len(features) + self.alpha * np.eye(features.shape[1])
        weights = np.linalg.solve(gram, features.T @ (self.targets - mean) / len(features))
        return mean - centre @ weights, weights

    def _loss(self, outputs: np.ndarray) -> tuple[float, np.ndarray]:
        # the map is the best there is, so that its own change does not show in the slope
        intercept, weights = self.linear_map(outputs)
        rest = outputs @ weights + intercept - self.targets
        loss = (rest**2).sum() / len(rest) + self.alpha * (weights**2).sum()
        return float(loss), 2.0 * rest @ weights.T / len(rest)
