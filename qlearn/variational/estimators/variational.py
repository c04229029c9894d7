"""An encoding, then a trained ansatz, then a linear map of expectation values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...circuits import Circuit, Parameter, parameters
from ..encodings import AbstractEncoding, default_encoding
from ..parts import chosen
from .base import AbstractVariationalModel, VariationalClassifierMixin, VariationalRegressorMixin
from .documentation import documented


@dataclass(eq=False, repr=False)
class _Variational(AbstractVariationalModel):
    encoding: Any = None
    ansatz: Any = None

    def _encoding(self) -> Any:
        return chosen("encoding", self.encoding, AbstractEncoding, default_encoding)

    def _architecture(self, n_features: int) -> tuple[Circuit, list[Parameter], list[Parameter], int | None]:
        encoding, ansatz = self._encoding(), self._ansatz()
        circuit = Circuit(encoding.width(n_features))
        inputs = parameters("x", encoding.n_inputs(n_features))
        n_weights = ansatz.n_weights(circuit.n_qubits)
        weights = parameters("theta", n_weights) if n_weights else ()
        encoding.append(circuit, inputs, n_features)
        ansatz.append(circuit, weights)
        return circuit, list(inputs), list(weights), None


@documented
class VariationalClassifier(VariationalClassifierMixin, _Variational):
    """A classifier by a trained circuit: encoding, ansatz, softmax of a linear map of expectation values.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`: one feature a qubit, four to eight qubits.
    ansatz : AbstractAnsatz, optional
        By default `HardwareEfficient()`, three layers.
    {training}

    {learnt}

    Examples
    --------
    >>> import qlearn as ql
    >>> from sklearn.datasets import make_moons
    >>> X, y = make_moons(40, noise=0.1, random_state=0)
    >>> model = ql.variational.VariationalClassifier(max_epochs=20, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.8)
    True
    """


@documented
class VariationalRegressor(VariationalRegressorMixin, _Variational):
    """A regressor by a trained circuit: encoding, ansatz, linear map of expectation values; any number of targets.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`: one feature a qubit, four to eight qubits.
    ansatz : AbstractAnsatz, optional
        By default `HardwareEfficient()`, three layers.
    {training}

    {learnt}

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> model = ql.variational.VariationalRegressor(max_epochs=60, random_state=0).fit(X, X[:, 0] ** 2)
    >>> bool(model.score(X, X[:, 0] ** 2) > 0.8)
    True
    """
