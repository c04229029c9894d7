"""What estimators do with data before they learn: checking labels, merging equal rows, scaling features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d


def merged_rows(X: np.ndarray, targets: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct rows of data in sorted order, with the sums of their weights.

    Rows of weight zero are dropped. So a weight means exactly a repetition, and no result depends on the order of rows.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    targets : ndarray of shape (n_samples, n_outputs)
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    X, targets, weight : ndarray
    """
    kept = weight > 0
    table = np.hstack([X, targets])[kept]
    rows, place = np.unique(table, axis=0, return_inverse=True)
    total = np.bincount(place.ravel(), weights=weight[kept], minlength=len(rows))
    return rows[:, : X.shape[1]], rows[:, X.shape[1] :], total


def checked_labels(y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return labels as scikit-learn has them, and which there are.

    Parameters
    ----------
    y : ndarray or sparse array, shape (n_samples,), (n_samples, 1) or (n_samples, n_labels)
        Classes, or 0 and 1 in a column for each label.

    Returns
    -------
    y : ndarray
        Without the second axis where it has length one.
    classes : ndarray
        Distinct classes, or the numbers of the columns.

    Raises
    ------
    ValueError
        If these are no classes, or several columns of other things than 0 and 1.
    """
    if sparse.issparse(y):
        y = y.toarray()
    if y.ndim == 1 or y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return y, np.unique(y)
    kind = type_of_target(y)
    if kind != "multilabel-indicator":
        raise ValueError(
            f"`y` of several columns must hold 0 and 1, a column for each label, got a {kind} target; for classes in "
            "each column wrap the classifier in sklearn.multioutput.MultiOutputClassifier."
        )
    return y, np.arange(y.shape[1])


@dataclass(frozen=True)
class FeatureScaling:
    """An affine map of the features, learnt from data.

    Attributes
    ----------
    offset, scale : ndarray of shape (n_features,)
        A feature becomes (feature - offset) * scale.
    """

    offset: np.ndarray
    scale: np.ndarray

    @classmethod
    def learnt(cls, kind: Any, X: np.ndarray, weight: np.ndarray) -> FeatureScaling:
        """Return the map of a kind for some data.

        Parameters
        ----------
        kind : {"standard", "minmax", "none"} or float
            To mean zero and standard deviation one; to [-1, 1]; unchanged; multiplied by a number.
        X : ndarray of shape (n_samples, n_features)
        weight : ndarray of shape (n_samples,)

        Returns
        -------
        FeatureScaling
        """
        n_features = X.shape[1]
        if isinstance(kind, (int, float, np.number)) and not isinstance(kind, bool):
            return cls(np.zeros(n_features), np.full(n_features, float(kind)))
        if kind == "none":
            return cls(np.zeros(n_features), np.ones(n_features))
        if kind == "standard":
            offset = np.average(X, axis=0, weights=weight)
            spread = np.sqrt(np.average((X - offset) ** 2, axis=0, weights=weight))
        elif kind == "minmax":
            low, high = X.min(axis=0), X.max(axis=0)
            offset, spread = (low + high) / 2, (high - low) / 2
        else:
            raise ValueError(f'`scaling` must be "auto", "standard", "minmax", "none" or a number, got {kind!r}.')
        return cls(offset, 1.0 / np.where(spread > 1e-12 * np.abs(offset), np.where(spread == 0, 1, spread), 1.0))

    def __call__(self, X: np.ndarray) -> np.ndarray:
        return (X - self.offset) * self.scale
