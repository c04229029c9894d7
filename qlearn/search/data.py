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
from ..variational import AbstractEncoding, AngleEncoding
from .problem import SearchProblem

__all__ = ["ClassificationProblem", "RegressionProblem"]


class DataProblem(SearchProblem):
    """Base of problems with a data set: the circuit follows an encoding, and expectation values are its outputs.

    A subclass says which observables are read (`_readouts`), and what the loss of their values is.
    """

    cost_name = "loss"
    starts_at_zero = False

    def __init__(
        self, X: ArrayLike, targets: np.ndarray, n_qubits: int | None, gates: Iterable[str], coupling: Any,
        objectives: Sequence[str] | None, name: str | None, encoding: AbstractEncoding | None = None,
    ) -> None:  # fmt: skip
        self.X = check_array("X", X, ("n_samples", "n_features"))
        if len(self.X) != len(targets) or not len(targets):
            raise ValueError(f"`X` and `y` must have equal lengths, at least 1, got {len(self.X)} and {len(targets)}.")
        n_features = self.X.shape[1]
        if encoding is None:
            n_qubits = n_features if n_qubits is None else check_count("n_qubits", n_qubits, minimum=1)
            encoding = AngleEncoding(axes="y", n_qubits=n_qubits)
        n_qubits = encoding.width(n_features)
        super().__init__(n_qubits, gates=gates, coupling=coupling, objectives=objectives)
        self.targets, self._name, self.encoding = targets, name, encoding
        self._parameters = [Parameter(f"feature{j}") for j in range(encoding.n_inputs(n_features))]
        self._inputs = encoding.inputs(self.X)
        self._engine = Statevector()

    @property
    def name(self) -> str:
        """A few words for tables."""
        return self._name or f"{type(self).__name__} of {len(self.X)} samples on {self.n_qubits} qubits"

    def _identity(self) -> tuple[Any, ...]:
        return (self.n_qubits, repr(self.encoding), self.X.tobytes(), self.targets.tobytes())

    def encoded(self, circuit: Circuit) -> Circuit:
        """Return the encoding of the features, followed by a circuit.

        Parameters
        ----------
        circuit : Circuit

        Returns
        -------
        Circuit
        """
        whole = Circuit(self.n_qubits)
        self.encoding.append(whole, self._parameters, self.X.shape[1])
        for step in circuit:
            whole.append(Instruction(*step))
        return whole

    def expectations(self, circuit: Circuit, values: np.ndarray, X: ArrayLike | None = None) -> np.ndarray:
        """Return the expectation values that are read, for each sample.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)
        X : array_like, optional
            (n_samples, n_features); the training data by default.

        Returns
        -------
        ndarray of float, shape (n_samples, n_readouts)
        """
        inputs = self._inputs
        if X is not None:
            inputs = self.encoding.inputs(check_array("X", X, ("n_samples", self.X.shape[1])))
        return self._engine.expectation(self.encoded(circuit), self._readouts(), _rows(inputs, values))

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
        return self._loss(self.expectations(circuit, values))[0]

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
        whole, rows = self.encoded(circuit), _rows(self._inputs, values)
        loss, weights = self._loss(self._engine.expectation(whole, self._readouts(), rows))
        slopes = self._engine.vjp(whole, self._readouts(), rows, weights)[1]
        return loss, slopes[:, self._inputs.shape[1] :].sum(axis=0)

    @abstractmethod
    def _readouts(self) -> list[PauliSum]:
        """Return the observables."""

    @abstractmethod
    def _loss(self, outputs: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss and its derivatives by the outputs (n_samples, n_readouts)."""


def _rows(inputs: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.concatenate([inputs, np.broadcast_to(values, (len(inputs), len(values)))], axis=1)


class FirstQubitProblem(DataProblem):
    """Base of problems whose output is <Z> of qubit 0."""

    def _readouts(self) -> list[PauliSum]:
        return [PauliSum.single("Z0", n_qubits=self.n_qubits)]

    def _loss(self, outputs: np.ndarray) -> tuple[float, np.ndarray]:
        losses, slopes = self._sample_losses(outputs[:, 0])
        return float(losses.mean()), slopes[:, None] / len(slopes)

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
        return self.expectations(circuit, values, X)[:, 0]

    @abstractmethod
    def _sample_losses(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss of each sample and its derivative by the output."""


class ClassificationProblem(FirstQubitProblem):
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

    def _sample_losses(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


class RegressionProblem(FirstQubitProblem):
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

    def _sample_losses(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
