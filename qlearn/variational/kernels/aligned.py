"""A fidelity kernel whose encoding is trained on labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.multiclass import type_of_target

from ..._checks import check_count
from ..._random import seed_sequence, task_generator
from ...circuits import Circuit, parameters
from ..ansatze import AbstractAnsatz, HardwareEfficient
from ..layer import QuantumLayer, without_entanglers
from ..optimizers import AbstractOptimizer, Adam, Loop
from ..parts import chosen
from ..runs import zero_projector
from .base import AbstractQuantumKernel
from .fidelity import fidelities


class AlignedKernel(AbstractQuantumKernel):
    """A fidelity kernel of a re-uploading circuit, trained so that rows of one class are alike and others are not.

    Training maximises the alignment ``sum K T / sqrt(sum K^2 sum T^2)`` with the target T, 1 for equal labels and
    ``-1 / (n_classes - 1)`` for others (products of standardised values for a continuous target), on batches of rows.
    Without labels in `fit` the circuit stays as it starts.

    Parameters
    ----------
    encoding : AbstractEncoding, optional
        By default `AngleEncoding(min_qubits=4)`.
    ansatz : AbstractAnsatz, optional
        Between encodings; by default `HardwareEfficient(n_layers=1)`.
    n_layers : int
        How often the features are encoded, each time scaled by weights of their own.
    optimizer : AbstractOptimizer, optional
        `Adam()` by default.
    max_epochs : int
        Passes over the rows.
    batch_size : int
        Rows whose pairs make one step.
    bandwidth : float
        Multiplies the scaled features.
    scaling : {"auto", "standard", "minmax", "none"} or float
        Of the features, learnt in `fit`, as for `FidelityKernel`.
    entangled : bool
        False takes out all gates on two and more qubits: the separable twin.
    random_state : int, Generator, SeedSequence or None
        Of first weights and batches.

    Attributes
    ----------
    weights_ : ndarray of float
        Of the circuit.
    alignment_curve_ : list of float
        Alignment in each epoch, one entry at least where labels were given.

    References
    ----------
    Hubregtsen et al., Phys. Rev. A 106, 042431 (2022), Eq. (25); Cristianini et al., Advances in Neural Information
    Processing Systems 14 (2001).

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-2, 2, 16)[:, None]
    >>> kernel = ql.variational.AlignedKernel(max_epochs=5, random_state=0).fit(X, np.abs(X[:, 0]) > 1)
    >>> kernel.alignment_curve_[-1] > kernel.alignment_curve_[0]
    True
    """

    _learnt = ("weights", "alignment_curve")

    def __init__(
        self,
        encoding: Any = None,
        ansatz: Any = None,
        *,
        n_layers: int = 2,
        optimizer: Any = None,
        max_epochs: int = 10,
        batch_size: int = 16,
        bandwidth: float = 1.0,
        scaling: Any = "auto",
        entangled: bool = True,
        random_state: Any = None,
    ) -> None:
        self.encoding = encoding
        self.ansatz = ansatz
        self.n_layers = n_layers
        self.optimizer = optimizer
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.bandwidth = bandwidth
        self.scaling = scaling
        self.entangled = entangled
        self.random_state = random_state

    def _learn(self, X: np.ndarray, y: Any) -> None:
        seed = seed_sequence(self.random_state)
        circuit, inputs, weights, n_angles = self._trained_circuit(X.shape[1])
        start = np.ones(len(weights))
        start[:n_angles] = task_generator(seed, 0).uniform(-np.pi, np.pi, n_angles)
        self.layer_ = _layer(circuit, inputs, weights)
        self.weights_, self.alignment_curve_ = start, []
        if y is None or len(X) < 2:
            return
        others = parameters("y", len(inputs))
        back = circuit.inverse().substitute(dict(zip(inputs, others, strict=True)))
        overlaps = _layer(circuit + back, [*inputs, *others], weights)
        objective = _Misalignment(overlaps, self._encoding().inputs(X), _target(np.asarray(y)))
        batch_size = check_count("batch_size", self.batch_size, minimum=2)
        loop = Loop(
            max_epochs=self.max_epochs, batch_size=batch_size, patience=None, random_state=task_generator(seed, 1)
        )  # fmt: skip
        found = chosen("optimizer", self.optimizer, AbstractOptimizer, Adam).run(objective, start, loop)
        self.weights_, self.alignment_curve_ = found.parameters, [-loss for loss in found.loss_curve]

    def _restored(self) -> None:
        circuit, inputs, weights, _ = self._trained_circuit(self.n_features_in_)
        self.layer_, self.alignment_curve_ = _layer(circuit, inputs, weights), self.alignment_curve_.tolist()
        if self.weights_.shape != (len(weights),):
            raise ValueError(f"the kernel has {len(weights)} weights, the file holds {self.weights_.shape}")

    def _trained_circuit(self, n_features: int) -> tuple[Circuit, list, list, int]:
        """Return circuit, inputs, weights and the number of those that are angles of the ansatz."""
        encoding = self._encoding()
        ansatz = chosen("ansatz", self.ansatz, AbstractAnsatz, lambda: HardwareEfficient(n_layers=1))
        n_layers = check_count("n_layers", self.n_layers, minimum=1)
        circuit = Circuit(encoding.width(n_features))
        n_inputs, n_angles = encoding.n_inputs(n_features), ansatz.n_weights(circuit.n_qubits)
        inputs = parameters("x", n_inputs)
        angles = list(parameters("theta", (n_layers - 1) * n_angles)) if n_layers > 1 and n_angles else []
        scales = list(parameters("scale", n_layers * n_inputs))
        for layer in range(n_layers):
            part = scales[layer * n_inputs : (layer + 1) * n_inputs]
            encoding.append(circuit, [scale * x for scale, x in zip(part, inputs, strict=True)], n_features)
            if layer < n_layers - 1:  # what comes after the last encoding does not change overlaps
                ansatz.append(circuit, angles[layer * n_angles : (layer + 1) * n_angles])
        if not self.entangled:
            circuit = without_entanglers(circuit)
        return circuit, list(inputs), [*angles, *scales], len(angles)

    def _features(self, X: np.ndarray) -> np.ndarray:
        return self.layer_.states(self._encoding().inputs(X), self.weights_)

    def _compare(self, left: np.ndarray, right: np.ndarray | None) -> np.ndarray:
        return fidelities(left, right)

    def _is_stateless(self) -> bool:
        return False


def _layer(circuit: Circuit, inputs: list, weights: list) -> QuantumLayer:
    """Return the probability of all qubits being zero at the end."""
    return QuantumLayer(circuit, [zero_projector(circuit.n_qubits)], inputs, weights)


class _Misalignment:
    """Minus the alignment of the kernel of some rows with their target."""

    def __init__(self, layer: QuantumLayer, inputs: np.ndarray, target: np.ndarray) -> None:
        self._layer, self._inputs, self._target, self.n_samples = layer, inputs, target, len(inputs)

    def value(self, point: np.ndarray, rows: Any, random: Any) -> float:
        first, second, inputs = self._pairs(rows)
        return -self._alignment(self._layer.forward(inputs, point), self._target[first, second])[0]

    def value_and_gradient(self, point: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        first, second, inputs = self._pairs(rows)
        target, found = self._target[first, second], {}

        def upstream_of(values: np.ndarray) -> np.ndarray:
            found["alignment"], slope = self._alignment(values, target)
            return -slope

        _, gradient, _ = self._layer.differentiate(inputs, point, upstream_of)
        return -found["alignment"], gradient

    def _pairs(self, rows: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        chosen = np.arange(self.n_samples)[rows]
        i, j = np.triu_indices(len(chosen), 1)
        first, second = chosen[i], chosen[j]
        return first, second, np.hstack([self._inputs[first], self._inputs[second]])

    @staticmethod
    def _alignment(values: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the alignment from the entries above the diagonal, (n_pairs, 1), and its derivatives."""
        kernel = values[:, 0]
        # the diagonal, all ones, is left out: it would only dilute the rest
        product, squares, targets = (float(a @ b) for a, b in ((kernel, target), (kernel, kernel), (target, target)))
        norm = np.sqrt(max(squares * targets, 1e-300))
        return product / norm, (target / norm - product / norm * kernel / max(squares, 1e-300))[:, None]


def _target(y: np.ndarray) -> np.ndarray:
    """Return the ideal kernel."""
    if type_of_target(y).startswith("continuous"):
        values = y.reshape(len(y), -1).astype(float)
        centred = values - values.mean(axis=0)
        centred = centred / (np.abs(centred).max(axis=0) + 1e-300)
        return centred @ centred.T / centred.shape[1]
    if y.ndim == 2 and y.shape[1] > 1:  # the mean of the ideal kernels of the labels
        signs = 2.0 * y - 1.0
        return signs @ signs.T / y.shape[1]
    classes, labels = np.unique(y, return_inverse=True)
    return np.where(labels[:, None] == labels[None, :], 1.0, -1.0 / max(len(classes) - 1, 1))
