"""The encoding again in every layer, its inputs scaled by trained weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..._checks import check_count
from ...circuits import Circuit, Parameter, parameters
from ..ansatze import AbstractAnsatz, HardwareEfficient
from ..encodings import AbstractEncoding, default_encoding
from ..parts import chosen
from .base import AbstractVariationalModel, VariationalClassifierMixin, VariationalRegressorMixin
from .documentation import documented


@dataclass(eq=False, repr=False)
class _DataReuploading(AbstractVariationalModel):
    encoding: Any = None
    ansatz: Any = None
    n_layers: int = field(default=4, kw_only=True)
    trainable_scaling: bool = field(default=True, kw_only=True)

    def _encoding(self) -> Any:
        return chosen("encoding", self.encoding, AbstractEncoding, default_encoding)

    def _ansatz(self) -> Any:
        return chosen("ansatz", self.ansatz, AbstractAnsatz, _one_layer)

    def _architecture(self, n_features: int) -> tuple[Circuit, list[Parameter], list[Parameter], int | None]:
        encoding, ansatz = self._encoding(), self._ansatz()
        n_layers = check_count("n_layers", self.n_layers, minimum=1)
        circuit = Circuit(encoding.width(n_features))
        n_inputs, n_angles = encoding.n_inputs(n_features), ansatz.n_weights(circuit.n_qubits)
        inputs = parameters("x", n_inputs)
        angles = list(parameters("theta", n_layers * n_angles)) if n_angles else []
        scales = list(parameters("scale", n_layers * n_inputs)) if self.trainable_scaling else []
        for layer in range(n_layers):
            seen = inputs
            if scales:
                part = scales[layer * n_inputs : (layer + 1) * n_inputs]
                seen = [scale * x for scale, x in zip(part, inputs, strict=True)]
            encoding.append(circuit, seen, n_features)
            ansatz.append(circuit, angles[layer * n_angles : (layer + 1) * n_angles])
        return circuit, list(inputs), [*angles, *scales], None

    def _initial_weights(self, n_qubits: int, n_weights: int, random: np.random.Generator) -> np.ndarray:
        ansatz = self._ansatz()
        weights = np.ones(n_weights)
        angles = [ansatz.initial_weights(n_qubits, random) for _ in range(self.n_layers)]
        weights[: sum(map(len, angles))] = np.concatenate(angles)
        return weights


def _one_layer() -> HardwareEfficient:
    return HardwareEfficient(n_layers=1, entangler="cz")


@documented
class DataReuploadingClassifier(VariationalClassifierMixin, _DataReuploading):
    """A classifier by a circuit that sees its data in every layer, each time scaled by trained weights.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`: one feature a qubit, four to eight qubits.
    ansatz : AbstractAnsatz, optional
        Of one layer; by default `HardwareEfficient(n_layers=1, entangler="cz")`: CZ leaves alone what Z is measured on,
        so that a result still hangs on few features.
    {training}
    n_layers : int
        How often encoding and ansatz follow each other.
    trainable_scaling : bool
        Whether each input of each layer is multiplied by a weight of its own, 1 at first.

    {learnt}

    References
    ----------
    Perez-Salinas, Cervera-Lierta, Gil-Fuster, Latorre, Quantum 4, 226 (2020); Schuld, Sweke, Meyer, Phys. Rev. A 103,
    032430 (2021): frequencies of the inputs grow with the layers.

    Examples
    --------
    >>> import qlearn as ql
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(40, noise=0.05, factor=0.4, random_state=0)
    >>> model = ql.variational.DataReuploadingClassifier(max_epochs=30, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """


@documented
class DataReuploadingRegressor(VariationalRegressorMixin, _DataReuploading):
    """A regressor by a circuit that sees its data in every layer, each time scaled by trained weights.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`: one feature a qubit, four to eight qubits.
    ansatz : AbstractAnsatz, optional
        Of one layer; by default `HardwareEfficient(n_layers=1, entangler="cz")`: CZ leaves alone what Z is measured on,
        so that a result still hangs on few features.
    {training}
    n_layers : int
        How often encoding and ansatz follow each other.
    trainable_scaling : bool
        Whether each input of each layer is multiplied by a weight of its own, 1 at first.

    {learnt}

    References
    ----------
    Schuld, Sweke, Meyer, Phys. Rev. A 103, 032430 (2021): such models are partial Fourier series.

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> model = ql.variational.DataReuploadingRegressor(max_epochs=60, random_state=0).fit(X, np.sin(4 * X[:, 0]))
    >>> bool(model.score(X, np.sin(4 * X[:, 0])) > 0.8)
    True
    """
