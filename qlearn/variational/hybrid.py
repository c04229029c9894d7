"""Classical-quantum-classical models as one function of a flat vector of parameters, and their mean loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from scipy.special import expit

from .layer import QuantumLayer
from .shot_gradients import shot_gradient

Loss = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def cross_entropy(outputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cross entropy of softmax(outputs) for each sample, and its derivatives by the outputs.

    Parameters
    ----------
    outputs : ndarray of shape (batch, n_classes)
    targets : ndarray of shape (batch, n_classes)
        Probabilities, rows of the identity for labels.

    Returns
    -------
    losses : ndarray of shape (batch,)
    derivatives : ndarray of shape (batch, n_classes)
    """
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    chances = np.exp(shifted)
    total = chances.sum(axis=1, keepdims=True)
    return (targets * (np.log(total) - shifted)).sum(axis=1), chances / total - targets


def binary_cross_entropy(outputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the cross entropies of sigmoid(outputs) for each sample, and its derivatives by the outputs.

    Parameters
    ----------
    outputs : ndarray of shape (batch, n_labels)
    targets : ndarray of shape (batch, n_labels)
        Probabilities, 0 or 1 for labels.

    Returns
    -------
    losses : ndarray of shape (batch,)
    derivatives : ndarray of shape (batch, n_labels)
    """
    return (np.logaddexp(0.0, outputs) - targets * outputs).sum(axis=1), expit(outputs) - targets


def squared_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return half the squared error of each sample, and its derivatives by the outputs.

    Parameters
    ----------
    outputs, targets : ndarray of shape (batch, n_outputs)

    Returns
    -------
    losses : ndarray of shape (batch,)
    derivatives : ndarray of shape (batch, n_outputs)
    """
    difference = outputs - targets
    return 0.5 * (difference**2).sum(axis=1), difference


class HybridModel:
    """A layer of expectation values between linear maps: [tanh of a linear map,] circuit, linear map.

    Parameters
    ----------
    layer : QuantumLayer
    n_outputs : int
        Of the last linear map.
    n_features : int, optional
        Features of a first linear map, whose results go through ``pi/2 tanh`` into the circuit; without it the inputs
        are those of the circuit.

    Attributes
    ----------
    n_parameters : int
        Length of the flat vector: weights of the circuit, then matrix and offset of the last map, then of the first.
    """

    def __init__(self, layer: QuantumLayer, n_outputs: int, n_features: int | None = None) -> None:
        self.layer, self.n_outputs, self.n_features = layer, n_outputs, n_features
        shapes = [(layer.n_weights,), (n_outputs, layer.n_outputs), (n_outputs,)]
        if n_features is not None:
            shapes += [(layer.n_inputs, n_features), (layer.n_inputs,)]
        ends = list(accumulate(math.prod(shape) for shape in shapes))
        self._parts = [(slice(a, b), shape) for a, b, shape in zip([0, *ends[:-1]], ends, shapes, strict=True)]
        self.n_parameters = ends[-1]

    def parts(self, parameters: np.ndarray) -> list[np.ndarray]:
        """Return views of the parts of a flat vector.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)

        Returns
        -------
        list of ndarray
            Circuit weights, matrix and offset of the last map, matrix and offset of the first where there is one.
        """
        return [parameters[part].reshape(shape) for part, shape in self._parts]

    def initial(self, weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return parameters to start from: given circuit weights, random matrices, offsets zero.

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
        random : numpy.random.Generator

        Returns
        -------
        ndarray of shape (n_parameters,)
        """
        parameters = np.zeros(self.n_parameters)
        parts = self.parts(parameters)
        parts[0][:] = weights
        for matrix in parts[1::2]:
            matrix[:] = random.normal(size=matrix.shape) / np.sqrt(max(matrix.shape[1], 1))
        return parameters

    def outputs(self, parameters: np.ndarray, inputs: np.ndarray, random_state: Any = None) -> np.ndarray:
        """Return the outputs for each sample.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        inputs : ndarray of shape (batch, n_inputs)
            Or (batch, n_features) where there is a first map.
        random_state : int, Generator, SeedSequence or None
            Of shots.

        Returns
        -------
        ndarray of shape (batch, n_outputs)
        """
        _, matrix, offset, *_ = self.parts(parameters)
        return self.expectations(parameters, inputs, random_state) @ matrix.T + offset

    def expectations(self, parameters: np.ndarray, inputs: np.ndarray, random_state: Any = None) -> np.ndarray:
        """Return the expectation values for each sample.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        inputs : ndarray of shape (batch, n_inputs)
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of shape (batch, n_observables)
        """
        return self.layer.forward(self.circuit_inputs(parameters, inputs), self.parts(parameters)[0], random_state)

    def circuit_inputs(self, parameters: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        """Return what the circuit gets: the results of the first linear map where there is one.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        inputs : ndarray of shape (batch, n_inputs)

        Returns
        -------
        ndarray of shape (batch, n_circuit_inputs)
        """
        _, _, _, *front = self.parts(parameters)
        return 0.5 * np.pi * np.tanh(inputs @ front[0].T + front[1]) if front else inputs

    def differentiate(
        self, parameters: np.ndarray, inputs: np.ndarray, targets: np.ndarray, shares: np.ndarray, loss: Loss,
        random_state: Any = None,
    ) -> tuple[float, np.ndarray]:  # fmt: skip
        """Return the weighted loss and its gradient.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        inputs : ndarray of shape (batch, n_inputs)
        targets : ndarray of shape (batch, n_outputs)
        shares : ndarray of shape (batch,)
            Weights of the samples.
        loss : callable
            From outputs and targets to losses and derivatives.
        random_state : int, Generator, SeedSequence or None
            Of shots.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        """
        weights, matrix, offset, *front = self.parts(parameters)
        hidden = np.tanh(inputs @ front[0].T + front[1]) if front else None
        found: dict[str, Any] = {}

        def upstream_of(values: np.ndarray) -> np.ndarray:
            losses, derivatives = loss(values @ matrix.T + offset, targets)
            found["loss"], found["derivatives"] = float(losses @ shares), derivatives * shares[:, None]
            return found["derivatives"] @ matrix

        values, by_weights, by_inputs = self.layer.differentiate(
            inputs if hidden is None else 0.5 * np.pi * hidden, weights, upstream_of,
            by_inputs=hidden is not None, random_state=random_state,
        )  # fmt: skip
        pieces = [by_weights, *_head_gradient(found["derivatives"], values)]
        if hidden is not None:
            before = 0.5 * np.pi * by_inputs * (1.0 - hidden**2)
            pieces += [(before.T @ inputs).ravel(), before.sum(axis=0)]
        return found["loss"], np.concatenate(pieces)


def _head_gradient(derivatives: np.ndarray, values: np.ndarray) -> list[np.ndarray]:
    """Return the gradients by matrix and offset of the last map."""
    return [(derivatives.T @ values).ravel(), derivatives.sum(axis=0)]


class DataObjective:
    """The mean loss of a model over rows of data, with a ridge on its matrices.

    Parameters
    ----------
    model : HybridModel
    inputs, targets : ndarray of shape (n_samples, ...)
    sample_weight : ndarray of shape (n_samples,)
    loss : callable
    alpha : float
        Strength of the ridge: half of it times the squared entries of the classical matrices is added.
    """

    curvature = None  # no bound is known

    def __init__(
        self, model: HybridModel, inputs: np.ndarray, targets: np.ndarray, sample_weight: np.ndarray, loss: Loss,
        alpha: float = 0.0,
    ) -> None:  # fmt: skip
        self.model, self.inputs, self.targets, self.sample_weight = model, inputs, targets, sample_weight
        self.loss, self.n_samples = loss, len(inputs)
        ridge = np.zeros(model.n_parameters)
        for matrix in model.parts(ridge)[1::2]:
            matrix[:] = alpha
        self._ridge = ridge

    def value(self, parameters: np.ndarray, rows: Any, random: Any) -> float:
        """Return the loss on some rows.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        random : numpy.random.Generator

        Returns
        -------
        float
        """
        outputs = self.model.outputs(parameters, self.inputs[rows], random)
        losses = self.loss(outputs, self.targets[rows])[0]
        return float(losses @ self._shares(rows)) + 0.5 * float(self._ridge @ parameters**2)

    def value_and_gradient(self, parameters: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        """Return the loss on some rows and its gradient.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        random : numpy.random.Generator

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        """
        value, gradient = self.model.differentiate(
            parameters, self.inputs[rows], self.targets[rows], self._shares(rows), self.loss, random
        )
        return value + 0.5 * float(self._ridge @ parameters**2), gradient + self._ridge * parameters

    @property
    def n_circuit_weights(self) -> int:
        """How many parameters are weights of the circuit; they come first."""
        return self.model.layer.n_weights

    def shot_gradient(
        self, parameters: np.ndarray, shots: Sequence[int], random: np.random.Generator, rows: Any,
        term_sampling: str = "proportional",
    ) -> tuple[np.ndarray, np.ndarray, float, int]:  # fmt: skip
        """Return the gradient on some rows, with a number of shots of its own for each weight of the circuit.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        shots : sequence of int, shape (n_circuit_weights,)
            For each shifted circuit of a weight and a row.
        random : numpy.random.Generator
        rows : slice or ndarray of int
        term_sampling : {"proportional", "random"}
            How shots go to the terms of the observables.

        Returns
        -------
        gradient : ndarray of shape (n_parameters,)
        variance : ndarray of shape (n_circuit_weights,)
            Of one shot: the squared standard error times the shots.
        value : float
            The loss, from as many shots a row as a weight has at most.
        n_shots : int
            Spent in all.
        """
        layer, execution = self.model.layer, self.model.layer.execution
        if self.model.n_features is not None:
            raise TypeError("A first linear map has no shots of its own; train with Adam or SPSA.")
        weights, matrix, offset = self.model.parts(parameters)
        inputs, most = self.inputs[rows], int(np.max(shots))
        if not hasattr(execution, "estimate"):
            raise TypeError("Shots for each component need execution=ParameterShift(...).")
        values, _ = execution.estimate(
            layer.prepared, layer.observables, layer.angles(inputs, weights), random, most
        )  # fmt: skip
        losses, derivatives = self.loss(values @ matrix.T + offset, self.targets[rows])
        shares = self._shares(rows)
        derivatives = derivatives * shares[:, None]
        by_weights, variance, spent = shot_gradient(
            layer, inputs, weights, derivatives @ matrix, shots, random, term_sampling
        )  # fmt: skip
        gradient = np.concatenate([by_weights, *_head_gradient(derivatives, values)]) + self._ridge * parameters
        value = float(losses @ shares) + 0.5 * float(self._ridge @ parameters**2)
        return gradient, variance, value, spent + most * len(inputs)

    def metric(self, parameters: np.ndarray, rows: Any, approximation: str | None, n_samples: int) -> np.ndarray:
        """Return the Fubini-Study metric of the circuit weights, averaged over the first of some rows.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        approximation : {"block_diagonal", "diagonal", None}
        n_samples : int

        Returns
        -------
        ndarray of shape (n_weights, n_weights)
        """
        inputs = self.model.circuit_inputs(parameters, self.inputs[rows][:n_samples])
        return self.model.layer.metric(inputs, self.model.parts(parameters)[0], approximation)

    def fidelities(self, parameters: np.ndarray, others: np.ndarray, rows: Any) -> np.ndarray:
        """Return the overlaps of the states with those at other parameters, averaged over some rows.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        others : ndarray of shape (n_points, n_parameters)
        rows : slice or ndarray of int

        Returns
        -------
        ndarray of shape (n_points,)
        """
        states, *found = (
            self.model.layer.states(self.model.circuit_inputs(point, self.inputs[rows]), self.model.parts(point)[0])
            for point in (parameters, *others)
        )
        return np.array([(np.abs((states.conj() * other).sum(axis=1)) ** 2).mean() for other in found])

    def _shares(self, rows: Any) -> np.ndarray:
        weight = self.sample_weight[rows]
        return weight / weight.sum()
