"""Support vector classification and ridge regression with quantum kernels."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..parts import chosen
from ..preparation import FeatureScaling, checked_labels, merged_rows
from ..saving import RefittedMixin
from .base import AbstractQuantumKernel
from .fidelity import FidelityKernel
from .nystroem import NystroemFeatures


class QuantumKernelClassifier(RefittedMixin, ClassifierMixin, BaseEstimator):
    """A support vector classifier with a quantum kernel: takes the place of SVC() in any pipeline.

    Parameters
    ----------
    kernel : AbstractQuantumKernel, optional
        By default `FidelityKernel()`.
    C : float
        Inverse strength of regularisation.
    class_weight : dict or "balanced", optional
        As for SVC.
    n_landmarks : int, optional
        Train a linear machine on so many Nystroem features, for more rows than a full kernel matrix can take.
    random_state : int, Generator, SeedSequence or None
        Of the landmarks.

    Attributes
    ----------
    kernel_ : AbstractQuantumKernel or NystroemFeatures
        Fitted.
    machines_ : list of SVC or LinearSVC
        Trained on the kernel matrix: one, or one for each of several labels.

    Examples
    --------
    >>> import qlearn as ql
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(60, noise=0.05, factor=0.4, random_state=0)
    >>> float(ql.variational.QuantumKernelClassifier().fit(X, y).score(X, y))
    1.0
    """

    def __init__(
        self,
        kernel: Any = None,
        *,
        C: float = 1.0,
        class_weight: Any = None,
        n_landmarks: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.kernel = kernel
        self.C = C
        self.class_weight = class_weight
        self.n_landmarks = n_landmarks
        self.random_state = random_state

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
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True)
        y, self.classes_ = checked_labels(y)
        self.is_multilabel_ = y.ndim == 2
        targets = y if self.is_multilabel_ else np.searchsorted(self.classes_, y)[:, None]
        weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        X, targets, weight = merged_rows(X, targets, weight)
        if not len(X):
            raise ValueError("`sample_weight` must have a positive entry; no class can be learnt from no sample.")
        self.training_ = X, targets, weight
        columns = targets.astype(int).T
        if not self.is_multilabel_ and len(np.unique(columns)) < 2:
            raise ValueError("Training needs at least two classes among samples of positive weight, got one class.")
        self.kernel_ = _fitted_kernel(self, X, targets if self.is_multilabel_ else columns[0])
        features = _training_features(self, X)
        self.machines_ = [self._machine(features, column, weight) for column in columns]
        self.n_iter_ = max(int(np.max(machine.n_iter_)) for machine in self.machines_)
        return self

    def _machine(self, features: np.ndarray, labels: np.ndarray, weight: np.ndarray) -> Any:
        """Return the machine trained on one column of labels."""
        from sklearn.svm import SVC, LinearSVC

        if np.all(labels == labels[0]):
            return _SameForAll(int(labels[0]))
        class_weight = self.class_weight
        if isinstance(class_weight, dict) and not self.is_multilabel_:
            class_weight = dict(enumerate(compute_class_weight(class_weight, classes=self.classes_, y=self.classes_)))
        elif class_weight == "balanced":
            # counts with weights, so that a weight stays the same as repetition
            totals = np.bincount(labels, weights=weight)
            class_weight = {k: weight.sum() / (np.count_nonzero(totals) * t) for k, t in enumerate(totals) if t}
        if self.n_landmarks is None:
            machine = SVC(C=self.C, kernel="precomputed", class_weight=class_weight)
        else:
            machine = LinearSVC(C=self.C, class_weight=class_weight, dual="auto", random_state=0)
        return machine.fit(features, labels, sample_weight=weight)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the decision values.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes) or (n_samples, n_labels)
            (n_samples,) for two classes: positive for the second.
        """
        values = self._ask("decision_function", X)
        return np.stack(values, axis=1) if self.is_multilabel_ else values[0]

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row, or 1 for each label that it has.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,), or of int, shape (n_samples, n_labels)
        """
        check_is_fitted(self, "machines_")
        if self.is_multilabel_:
            return (self.decision_function(X) > 0).astype(int)
        return self.classes_[self._ask("predict", X)[0]]

    def _ask(self, method: str, X: Any) -> list[np.ndarray]:
        """Return what a method of every machine says."""
        check_is_fitted(self, "machines_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        features = self.kernel_.transform(X)
        return [getattr(machine, method)(features) for machine in self.machines_]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = tags.classifier_tags.multi_label = True
        tags.non_deterministic = getattr(self.kernel, "n_shots", None) is not None
        return tags


class _SameForAll:
    """Takes the place of a machine for a label that all rows have, or none."""

    n_iter_ = 0

    def __init__(self, label: int) -> None:
        self.label = label

    def decision_function(self, features: np.ndarray) -> np.ndarray:
        """Return 1 for each row of features where all have the label, else -1."""
        return np.full(len(features), 2.0 * self.label - 1.0)


class QuantumKernelRegressor(RefittedMixin, RegressorMixin, BaseEstimator):
    """Ridge regression with a quantum kernel, about the mean of the targets; any number of targets.

    Parameters
    ----------
    kernel : AbstractQuantumKernel, optional
        By default `FidelityKernel()`.
    alpha : float
        Strength of the ridge, positive.
    n_landmarks : int, optional
        Regress on so many Nystroem features, for more rows than a full kernel matrix can take.
    random_state : int, Generator, SeedSequence or None
        Of the landmarks.

    Attributes
    ----------
    kernel_ : AbstractQuantumKernel or NystroemFeatures
        Fitted.
    coefficients_ : ndarray of float, shape (n_kernel_features, n_targets)

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.linspace(-1, 1, 30)[:, None]
    >>> model = ql.variational.QuantumKernelRegressor(alpha=1e-3).fit(X, np.sin(2 * X[:, 0]))
    >>> bool(model.score(X, np.sin(2 * X[:, 0])) > 0.99)
    True
    """

    def __init__(
        self, kernel: Any = None, *, alpha: float = 0.1, n_landmarks: int | None = None, random_state: Any = None
    ) -> None:
        self.kernel = kernel
        self.alpha = alpha
        self.n_landmarks = n_landmarks
        self.random_state = random_state

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
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        if not 0 < self.alpha < np.inf:
            raise ValueError(f"`alpha` must be positive and finite, got {self.alpha!r}.")
        self.is_single_ = np.ndim(y) == 1
        weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        X, targets, weight = merged_rows(X, np.asarray(y, dtype=float).reshape(len(X), -1), weight)
        if not len(X):
            raise ValueError("`sample_weight` must have a positive entry.")
        self.training_ = X, targets, weight
        self.kernel_ = _fitted_kernel(self, X, targets)
        self.target_scaling_ = FeatureScaling(np.average(targets, axis=0, weights=weight), np.ones(targets.shape[1]))
        centred = self.target_scaling_(targets)
        features = _training_features(self, X)
        if self.n_landmarks is None:
            # minimises sum w (y - K a)^2 + alpha a K a
            root = np.sqrt(weight)[:, None]
            system = root * features * root.T + self.alpha * np.eye(len(X))
            self.coefficients_ = root * np.linalg.solve(system, root * centred)
        else:
            weighted = features * weight[:, None]
            system = features.T @ weighted + self.alpha * np.eye(features.shape[1])
            self.coefficients_ = np.linalg.solve(system, weighted.T @ centred)
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
        check_is_fitted(self, "coefficients_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        found = self.kernel_.transform(X) @ self.coefficients_ + self.target_scaling_.offset
        return found[:, 0] if self.is_single_ else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.non_deterministic = getattr(self.kernel, "n_shots", None) is not None
        return tags


def _fitted_kernel(machine: Any, X: np.ndarray, y: np.ndarray) -> Any:
    kernel = clone(chosen("kernel", machine.kernel, AbstractQuantumKernel, FidelityKernel))
    if machine.n_landmarks is not None:
        kernel = NystroemFeatures(kernel, n_landmarks=machine.n_landmarks, random_state=machine.random_state)
    return kernel.fit(X, y)


def _training_features(machine: Any, X: np.ndarray) -> np.ndarray:
    """Return the kernel matrix of the rows themselves, symmetric even from shots, or their Nystroem features."""
    return machine.kernel_.transform(X) if machine.n_landmarks is not None else machine.kernel_.matrix(X)
