"""What all variational estimators share: from data to a trained model, and from rows to outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..._random import seed_sequence, task_generator
from ...circuits import Circuit, Parameter
from ..ansatze import AbstractAnsatz, HardwareEfficient
from ..hybrid import DataObjective, HybridModel, binary_cross_entropy, cross_entropy, squared_error
from ..layer import QuantumLayer, without_entanglers, z_observables
from ..optimizers import AbstractOptimizer, Adam, Loop
from ..parts import chosen
from ..preparation import FeatureScaling, checked_labels, merged_rows
from ..saving import SavedModelMixin


@dataclass(eq=False, repr=False, kw_only=True)
class AbstractVariationalModel(SavedModelMixin, BaseEstimator, ABC):
    """Base of estimators around a trained circuit; a subclass says which circuit.

    A subclass adds its own settings, `ansatz` among them, as fields of a dataclass: the constructors that come of it
    store what they get and nothing else, as scikit-learn wants.
    """

    observables: Any = None
    entangled: bool = True
    scaling: Any = "auto"
    optimizer: Any = None
    max_epochs: int = 100
    batch_size: int | None = 32
    alpha: float = 1e-4
    tolerance: float = 1e-4
    patience: int | None = 10
    validation_fraction: float = 0.0
    execution: Any = None
    warm_start: bool = False
    callback: Any = None
    random_state: Any = None

    _optimizer_kind = None  # whose state `optimizer_state_` is

    @abstractmethod
    def _architecture(self, n_features: int) -> tuple[Circuit, list[Parameter], list[Parameter], int | None]:
        """Return circuit, inputs, weights, and the number of features of a first linear map (None without one)."""

    @abstractmethod
    def _encoding(self) -> Any:
        """Return the encoding whose `inputs` are computed, None for a first linear map."""

    def _ansatz(self) -> Any:
        return chosen("ansatz", self.ansatz, AbstractAnsatz, HardwareEfficient)

    def _initial_weights(self, n_qubits: int, n_weights: int, random: np.random.Generator) -> np.ndarray:
        """Return the weights of the circuit to start from."""
        return self._ansatz().initial_weights(n_qubits, random)

    def _build(self, X: np.ndarray, weight: np.ndarray, n_outputs: int) -> None:
        """Set the scaling, the model and the parameters to start from."""
        encoding = self._encoding()
        kind = self.scaling
        if isinstance(kind, str) and kind == "auto":
            kind = "standard" if encoding is None else encoding.scaling
        self.scaling_ = FeatureScaling.learnt(kind, X, weight)
        layer, front = self._layer(X.shape[1])
        self.model_ = HybridModel(layer, n_outputs, front)
        random = task_generator(self._seed, 0)
        initial = self._initial_weights(layer.circuit.n_qubits, layer.n_weights, random)
        self.parameters_ = self.model_.initial(initial, random)
        self.optimizer_state_: dict[str, Any] = {}

    def _layer(self, n_features: int) -> tuple[QuantumLayer, int | None]:
        """Return the layer, and the number of features of a first linear map (None without one)."""
        circuit, inputs, weights, front = self._architecture(n_features)
        if not self.entangled:
            circuit = without_entanglers(circuit)
        observables = self.observables
        if observables is None:
            observables = z_observables(self._ansatz().readout_qubits(circuit.n_qubits), circuit.n_qubits)
        elif callable(observables):
            observables = observables(circuit.n_qubits)
        return QuantumLayer(circuit, observables, inputs, weights, self.execution), front

    def _train(self, X: np.ndarray, targets: np.ndarray, weight: np.ndarray, loss: Any, max_epochs: int) -> None:
        """Train the parameters from where they are."""
        if not 0 <= self.alpha < np.inf:
            raise ValueError(f"`alpha` must be finite and not negative, got {self.alpha!r}.")
        inputs = self._inputs(X)
        train, held = self._split(len(X))
        objective = DataObjective(self.model_, inputs[train], targets[train], weight[train], loss, self.alpha)
        validate = None
        if held is not None:
            held_out = DataObjective(self.model_, inputs[held], targets[held], weight[held], loss)
            shots = task_generator(self._seed, 3)

            def validate(parameters: np.ndarray) -> float:
                return held_out.value(parameters, slice(None), shots)

        loop = Loop(
            max_epochs=max_epochs, batch_size=self.batch_size, tolerance=self.tolerance, patience=self.patience,
            validate=validate, callback=self.callback, random_state=task_generator(self._seed, 1, self._n_trainings),
        )  # fmt: skip
        self._n_trainings += 1
        optimizer = chosen("optimizer", self.optimizer, AbstractOptimizer, Adam)
        if self._optimizer_kind not in (None, type(optimizer)):
            self.optimizer_state_ = {}  # of another optimiser
        self._optimizer_kind = type(optimizer)
        found = optimizer.run(objective, self.parameters_, loop, self.optimizer_state_)
        self.parameters_, self.stop_reason_ = found.parameters, found.message
        self.loss_curve_ = [*self.loss_curve_, *found.loss_curve]
        self.validation_curve_ = [*self.validation_curve_, *found.validation_curve]
        self.n_iter_ = len(self.loss_curve_)

    def _split(self, n_samples: int) -> tuple[Any, Any]:
        if not self.validation_fraction:
            return slice(None), None
        if not 0 < self.validation_fraction < 1:
            raise ValueError(f"`validation_fraction` must lie in [0, 1), got {self.validation_fraction!r}.")
        n_held = max(1, round(self.validation_fraction * n_samples))
        if n_held >= n_samples:
            raise ValueError(f"{n_samples} distinct samples are too few to hold some out for validation.")
        order = task_generator(self._seed, 2).permutation(n_samples)
        return order[n_held:], order[:n_held]

    def _start(self) -> None:
        self._seed = seed_sequence(self.random_state)
        self._n_trainings = 0
        self.loss_curve_: list[float] = []
        self.validation_curve_: list[float] = []

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        scaled = self.scaling_(X)
        encoding = self._encoding()
        return scaled if encoding is None else encoding.inputs(scaled)

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "parameters_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.model_.outputs(self.parameters_, self._inputs(X), task_generator(self._seed, 4))

    def quantum_features(self, X: Any) -> np.ndarray:
        """Return the expectation values of the trained circuit, before the last linear map.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_observables)
        """
        check_is_fitted(self, "parameters_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.model_.expectations(self.parameters_, self._inputs(X), task_generator(self._seed, 4))

    def with_execution(self, execution: Any) -> Self:
        """Return a copy of the fitted model whose circuit runs in another way, such as with shots or noise.

        Parameters
        ----------
        execution : Adjoint, ParameterShift or None
            None is exact.

        Returns
        -------
        Self
            With the same parameters; this model is unchanged.
        """
        check_is_fitted(self, "parameters_")
        other = copy(self)
        other.execution, other.optimizer_state_ = execution, dict(self.optimizer_state_)
        other._rebuild()
        return other

    def _rebuild(self) -> None:
        """Make the model anew from the settings, which may have changed, around the same parameters."""
        layer, front = self._layer(self.n_features_in_)
        model = HybridModel(layer, self.model_.n_outputs, front)
        if model.n_parameters != len(self.parameters_):
            raise ValueError(
                f"The settings now make a model of {model.n_parameters} parameters, it was trained with "
                f"{len(self.parameters_)}; fit anew with warm_start=False."
            )
        self.model_ = model

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = bool(getattr(self.execution, "is_stochastic", False))
        return tags


class VariationalClassifierMixin(ClassifierMixin):
    """Fitting and predicting classes: by softmax of the outputs, or by a sigmoid for each of several labels."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Return the classifier, trained.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like, shape (n_samples,), or of 0 and 1, shape (n_samples, n_labels)
            One of several classes for each row, or any number of labels.
        sample_weight : array_like of float, shape (n_samples,), optional
            An integer weight is the same as so many copies of the row.

        Returns
        -------
        Self
        """
        is_warm = self.warm_start and hasattr(self, "parameters_")
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, reset=not is_warm)
        y, classes = checked_labels(y)
        if is_warm and not (np.array_equal(classes, self.classes_) and self.is_multilabel_ == (y.ndim == 2)):
            raise ValueError(f"warm_start: `y` must have the classes {self.classes_} as before, got {classes}.")
        self.classes_, self.is_multilabel_ = classes, y.ndim == 2
        if is_warm:
            self._rebuild()
        return self._learn(X, y, sample_weight, is_warm, self.max_epochs)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Return the classifier after one more epoch on these rows.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            The scaling of features is learnt from the first call.
        y : array_like, shape (n_samples,), or of 0 and 1, shape (n_samples, n_labels)
        classes : array_like, optional
            All labels that will ever come; needed in the first call unless `y` has a column for each.
        sample_weight : array_like of float, shape (n_samples,), optional

        Returns
        -------
        Self
        """
        is_first = not hasattr(self, "parameters_")
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, reset=is_first)
        y, found = checked_labels(y)
        if classes is None and is_first and y.ndim == 1:
            raise ValueError("`classes` must be passed on the first call to partial_fit.")
        if classes is not None:
            classes = np.unique(classes)
        elif is_first:
            classes = found
        if is_first:
            self.classes_, self.is_multilabel_ = classes, y.ndim == 2
        elif classes is not None and not np.array_equal(classes, self.classes_):
            raise ValueError(f"`classes` must be those of the first call, {self.classes_}, got {classes!r}.")
        unknown = np.setdiff1d(found, self.classes_)
        if len(unknown):
            raise ValueError(f"`y` has labels {unknown} that are not in `classes` {self.classes_}.")
        if self.is_multilabel_ and found.shape != self.classes_.shape:
            raise ValueError(f"`y` must have {len(self.classes_)} columns as before, got shape {y.shape}.")
        return self._learn(X, y, sample_weight, not is_first, 1)

    def _learn(self, X: np.ndarray, y: np.ndarray, sample_weight: Any, is_warm: bool, max_epochs: int) -> Self:
        if self.is_multilabel_:
            targets, loss = np.asarray(y, dtype=float), binary_cross_entropy
        elif len(self.classes_) < 2:
            raise ValueError(f"Training needs at least two classes, got one class: {self.classes_.tolist()[0]!r}.")
        else:
            targets, loss = np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)], cross_entropy
        weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        X, targets, weight = merged_rows(X, targets, weight)
        if not len(X):
            raise ValueError("`sample_weight` must have a positive entry; no class can be learnt from no sample.")
        if not is_warm:
            self._start()
            self._build(X, weight, len(self.classes_))
        self._train(X, targets, weight, loss, max_epochs)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the logits.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes)
            For two classes the difference, (n_samples,): positive for the second.
        """
        outputs = self._outputs(X)
        is_one = len(self.classes_) == 2 and not self.is_multilabel_
        return outputs[:, 1] - outputs[:, 0] if is_one else outputs

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class or label.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes)
        """
        outputs = self._outputs(X)
        return expit(outputs) if self.is_multilabel_ else softmax(outputs, axis=1)

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class of each row, or 1 for each label that is more probable than not.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,), or of int, shape (n_samples, n_labels)
        """
        outputs = self._outputs(X)
        return (outputs > 0).astype(int) if self.is_multilabel_ else self.classes_[outputs.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = tags.classifier_tags.multi_label = True
        return tags


class VariationalRegressorMixin(RegressorMixin):
    """Fitting and predicting numbers, by squared error of standardised targets."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Return the regressor, trained.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like of float, shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array_like of float, shape (n_samples,), optional
            An integer weight is the same as so many copies of the row.

        Returns
        -------
        Self
        """
        is_warm = self.warm_start and hasattr(self, "parameters_")
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, reset=not is_warm)
        if is_warm:
            self._rebuild()
        return self._learn(X, y, sample_weight, is_warm, self.max_epochs)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Return the regressor after one more epoch on these rows.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            The scaling of features and targets is learnt from the first call.
        y : array_like of float, shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array_like of float, shape (n_samples,), optional

        Returns
        -------
        Self
        """
        is_first = not hasattr(self, "parameters_")
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, reset=is_first)
        return self._learn(X, y, sample_weight, not is_first, 1)

    def _learn(self, X: np.ndarray, y: np.ndarray, sample_weight: Any, is_warm: bool, max_epochs: int) -> Self:
        weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        targets = np.asarray(y, dtype=float).reshape(len(X), -1)
        X, targets, weight = merged_rows(X, targets, weight)
        if not len(X):
            raise ValueError("`sample_weight` must have a positive entry.")
        if not is_warm:
            self._start()
            self.is_single_ = np.ndim(y) == 1
            self.target_scaling_ = FeatureScaling.learnt("standard", targets, weight)
            self._build(X, weight, targets.shape[1])
        elif targets.shape[1] != self.model_.n_outputs:
            raise ValueError(f"`y` must have {self.model_.n_outputs} targets as before, got {targets.shape[1]}.")
        self._train(X, self.target_scaling_(targets), weight, squared_error, max_epochs)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the predicted targets of each row.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples,) or (n_samples, n_targets)
        """
        outputs = self._outputs(X) / self.target_scaling_.scale + self.target_scaling_.offset
        return outputs[:, 0] if self.is_single_ else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
