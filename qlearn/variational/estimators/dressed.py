"""A linear map into the circuit, and another out of it, trained together with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._checks import check_count
from ...circuits import Circuit, Parameter, parameters
from .base import AbstractVariationalModel, VariationalClassifierMixin, VariationalRegressorMixin
from .documentation import documented


@dataclass(eq=False, repr=False)
class _Dressed(AbstractVariationalModel):
    n_qubits: int = 4
    ansatz: Any = None

    def _encoding(self) -> None:
        return None

    def _architecture(self, n_features: int) -> tuple[Circuit, list[Parameter], list[Parameter], int | None]:
        ansatz, circuit = self._ansatz(), Circuit(check_count("n_qubits", self.n_qubits, minimum=1))
        inputs = parameters("x", circuit.n_qubits)
        for qubit, angle in enumerate(inputs):
            # at zero the qubit is unbiased, and most sensitive to the angle
            circuit.h(qubit).ry(angle, qubit)
        n_weights = ansatz.n_weights(circuit.n_qubits)
        weights = parameters("theta", n_weights) if n_weights else ()
        ansatz.append(circuit, weights)
        return circuit, list(inputs), list(weights), n_features


@documented
class DressedClassifier(VariationalClassifierMixin, _Dressed):
    """A classical-quantum-classical classifier: linear map, angles ``pi/2 tanh``, circuit, linear map.

    Any number of features on a few qubits. All three parts are trained together.

    Parameters
    ----------
    n_qubits : int
        Results of the first linear map, one a qubit.
    ansatz : AbstractAnsatz, optional
        By default `HardwareEfficient()`, three layers.
    {training}

    {learnt}

    References
    ----------
    Mari, Bromley, Izaac, Schuld, Killoran, Quantum 4, 340 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = ql.variational.DressedClassifier(n_qubits=3, max_epochs=15, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """


@documented
class DressedRegressor(VariationalRegressorMixin, _Dressed):
    """A classical-quantum-classical regressor: linear map, angles ``pi/2 tanh``, circuit, linear map.

    Parameters
    ----------
    n_qubits : int
        Results of the first linear map, one a qubit.
    ansatz : AbstractAnsatz, optional
        By default `HardwareEfficient()`, three layers.
    {training}

    {learnt}

    References
    ----------
    Mari, Bromley, Izaac, Schuld, Killoran, Quantum 4, 340 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> model = ql.variational.DressedRegressor(n_qubits=2, max_epochs=80, random_state=0).fit(X, X[:, 0] ** 2)
    >>> bool(model.score(X, X[:, 0] ** 2) > 0.8)
    True
    """
