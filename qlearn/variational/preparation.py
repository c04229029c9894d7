"""What estimators do with data before they learn: merging equal rows, and scaling features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


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
