"""ClassificationProblem and RegressionProblem: circuits that read data."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from ..circuits import Circuit, Instruction, Parameter
from ..paulis import PauliSum
from ..sim import Statevector
from .problem import SearchProblem

__all__ = ["ClassificationProblem", "RegressionProblem"]


class DataProblem(SearchProblem):
    """Base of problems with a data set: the circuit follows an encoding, and <Z> of qubit 0 is the output."""

    cost_name = "loss"
    starts_at_zero = False

    def __init__(
        self, X: ArrayLike, targets: np.ndarray, n_qubits: int | None, gates: Iterable[str], coupling: Any,
        objectives: Sequence[str] | None, name: str | None,
    ) -> None:  # fmt: skip
        self.X = check_array("X", X, ("n_samples", "n_features"))
        if len(self.X) != len(targets) or not len(targets):
            raise ValueError(f"`X` and `y` must have equal lengths, at least 1, got {len(self.X)} and {len(targets)}.")
        n_features = self.X.shape[1]
        n_qubits = n_features if n_qubits is None else check_count("n_qubits", n_qubits, minimum=1)
        super().__init__(n_qubits, gates=gates, coupling=coupling, objectives=objectives)
        self.targets, self._name = targets, name
        self._features = [Parameter(f"feature{j}") for j in range(n_features)]
        self._engine = Statevector()
        self._readout = PauliSum.single("Z0", n_qubits=n_qubits)

    @property
    def name(self) -> str:
        """A few words for tables."""
        return self._name or f"{type(self).__name__} of {len(self.X)} samples on {self.n_qubits} qubits"

    def _identity(self) -> tuple[Any, ...]:
        return (self.n_qubits, self.X.tobytes(), self.targets.tobytes())

    def encoded(self, circuit: Circuit) -> Circuit:
        """Return the encoding, RY of feature j on qubit j modulo the number of qubits, followed by a circuit.

        Parameters
        ----------
        circuit : Circuit

        Returns
        -------
        Circuit
        """
        whole = Circuit(self.n_qubits)
        for j, feature in enumerate(self._features):
            whole.ry(feature, j % self.n_qubits)
        for step in circuit:
            whole.append(Instruction(*step))
        return whole

    def output(self, circuit: Circuit, values: np.ndarray, X: ArrayLike | None = None) -> np.ndarray:
        """Return <Z> of qubit 0 for each sample.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)
        X : array_like, optional
            (n_samples, n_features); the training data by default.

        Returns
        -------
        ndarray of float, shape (n_samples,)
        """
        data = self.X if X is None else check_array("X", X, ("n_samples", self.X.shape[1]))
        return self._engine.expectation(self.encoded(circuit), self._readout, self._rows(circuit, values, data))

    def cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the mean loss over the training data.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        return float(self._loss(self.output(circuit, values))[0].mean())

    def cost_and_gradient(self, circuit: Circuit, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss and its gradient, in one backward pass for all samples.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        (float, ndarray of shape (n_parameters,))
        """
        rows = self._rows(circuit, values, self.X)
        found, slopes = self._engine.value_and_gradient(self.encoded(circuit), self._readout, rows)
        losses, weights = self._loss(found)
        n_features = self.X.shape[1]
        return float(losses.mean()), (weights[:, None] * slopes[:, n_features:]).mean(axis=0)

    def _rows(self, circuit: Circuit, values: np.ndarray, data: np.ndarray) -> np.ndarray:
        return np.concatenate([data, np.broadcast_to(values, (len(data), circuit.n_parameters))], axis=1)

    @abstractmethod
    def _loss(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss of each sample and its derivative by the output."""


class ClassificationProblem(DataProblem):
    """Find circuits that tell two classes apart: the cost is the logistic loss of 4 <Z> of qubit 0.

    Parameters
    ----------
    X : array_like
        (n_samples, n_features), angles: scale them to about [-pi, pi].
    y : array_like
        (n_samples,), two different labels.
    n_qubits : int, optional
        One a feature by default.
    gates : iterable of str
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    objectives : sequence of str, optional
        As of `EnergyProblem`; the cost is called "loss".
    name : str, optional

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.random.default_rng(0).uniform(-3, 3, (40, 2))
    >>> problem = ql.search.ClassificationProblem(X, X[:, 0] * X[:, 1] > 0, gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=3000)
    >>> result = ql.search.run(problem, ql.search.Evolution(n_population=6), budget=budget, random_state=0)
    >>> bool((problem.predict(result.best, X) == (X[:, 0] * X[:, 1] > 0)).mean() > 0.85)
    True
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        n_qubits: int | None = None,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        self.classes, places = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes) != 2:
            raise ValueError(f"`y` must have two different labels, got {len(self.classes)}.")
        super().__init__(X, 1.0 - 2.0 * places.ravel(), n_qubits, gates, coupling, objectives, name)

    def _loss(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        margin = 4.0 * self.targets * output
        return np.logaddexp(0.0, -margin), -4.0 * self.targets / (1.0 + np.exp(margin))

    def predict(self, candidate: Any, X: ArrayLike) -> np.ndarray:
        """Return the labels that a circuit gives to data.

        Parameters
        ----------
        candidate : Candidate
        X : array_like
            (n_samples, n_features).

        Returns
        -------
        ndarray, shape (n_samples,)
        """
        return self.classes[(self.output(candidate.ansatz, candidate.values, X) < 0).astype(int)]


class RegressionProblem(DataProblem):
    """Find circuits whose <Z> of qubit 0 follows a function: the cost is the mean squared error.

    Parameters
    ----------
    X : array_like
        (n_samples, n_features), angles: scale them to about [-pi, pi].
    y : array_like
        (n_samples,), between -1 and 1.
    n_qubits : int, optional
        One a feature by default.
    gates : iterable of str
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    objectives : sequence of str, optional
        As of `EnergyProblem`; the cost is called "loss".
    name : str, optional

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-3, 3, 30)[:, None]
    >>> problem = ql.search.RegressionProblem(X, np.cos(X[:, 0] + 0.5), n_qubits=2, gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=500)
    >>> result = ql.search.run(problem, ql.search.RandomSearch(), budget=budget, random_state=0)
    >>> result.best.cost < 1e-9
    True
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        n_qubits: int | None = None,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        targets = check_array("y", y, ("n_samples",))
        if np.abs(targets).max(initial=0.0) > 1.0:
            raise ValueError("`y` must lie between -1 and 1, the range of <Z>; scale it.")
        super().__init__(X, targets, n_qubits, gates, coupling, objectives, name)

    def _loss(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rest = output - self.targets
        return rest**2, 2.0 * rest

    def predict(self, candidate: Any, X: ArrayLike) -> np.ndarray:
        """Return the values that a circuit gives to data.

        Parameters
        ----------
        candidate : Candidate
        X : array_like
            (n_samples, n_features).

        Returns
        -------
        ndarray of float, shape (n_samples,)
        """
        return self.output(candidate.ansatz, candidate.values, X)
