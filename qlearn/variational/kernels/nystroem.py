"""Few landmarks instead of all rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from ..._checks import check_count
from ..._random import generator
from ..parts import chosen
from ..saving import common_data, component_data, component_from_data, decoded, restore_common
from .base import AbstractQuantumKernel
from .fidelity import FidelityKernel

_KERNEL = "kernel."  # before the names of arrays of the kernel


class NystroemFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Rows whose inner products approximate a quantum kernel, from its values at some landmarks.

    Parameters
    ----------
    kernel : AbstractQuantumKernel, optional
        By default `FidelityKernel()`.
    n_landmarks : int
        Rows of X drawn in `fit`; all of them if there are fewer.
    random_state : int, Generator, SeedSequence or None
        Of the landmarks.

    Attributes
    ----------
    kernel_ : AbstractQuantumKernel
        Fitted to all rows, keeping the landmarks.
    landmarks_ : ndarray of float, shape (n_landmarks, n_features)

    References
    ----------
    Williams and Seeger, Advances in Neural Information Processing Systems 13 (2000).

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.random.default_rng(0).normal(size=(50, 2))
    >>> ql.variational.NystroemFeatures(n_landmarks=10, random_state=0).fit_transform(X).shape
    (50, 10)
    """

    def __init__(self, kernel: Any = None, *, n_landmarks: int = 100, random_state: Any = None) -> None:
        self.kernel = kernel
        self.n_landmarks = n_landmarks
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Return the transformer, with landmarks drawn.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like, optional
            Handed to the kernel.

        Returns
        -------
        Self
        """
        X = validate_data(self, X, dtype=np.float64)
        n_landmarks = min(check_count("n_landmarks", self.n_landmarks, minimum=1), len(X))
        drawn = generator(self.random_state).choice(len(X), n_landmarks, replace=False)
        self.landmarks_ = X[np.sort(drawn)]
        self.kernel_ = clone(chosen("kernel", self.kernel, AbstractQuantumKernel, FidelityKernel)).fit(X, y)
        values, vectors = np.linalg.eigh(self.kernel_.matrix(self.landmarks_))
        kept = values > 1e-10 * values[-1]
        self.normalisation_ = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
        self._n_features_out = n_landmarks
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return the features of rows.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_landmarks)
        """
        check_is_fitted(self, "normalisation_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.kernel_.matrix(X, self.landmarks_) @ self.normalisation_

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        params, arrays = common_data(self, "normalisation_")
        params["kernel"], of_kernel = component_data(self.kernel_)
        arrays |= {"landmarks": self.landmarks_, "normalisation": self.normalisation_}
        return params, arrays | {_KERNEL + name: array for name, array in of_kernel.items()}

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        features = cls(**{key: decoded(value) for key, value in params["settings"].items()})
        restore_common(features, params, arrays)
        of_kernel = {name.removeprefix(_KERNEL): array for name, array in arrays.items() if name.startswith(_KERNEL)}
        features.kernel_ = component_from_data(params["kernel"], of_kernel)
        features.landmarks_, features.normalisation_ = arrays["landmarks"], arrays["normalisation"]
        n = len(features.landmarks_)
        if features.landmarks_.shape != (n, features.n_features_in_) or features.normalisation_.shape != (n, n):
            raise ValueError(
                f"{n} landmarks need arrays {(n, features.n_features_in_)} and {(n, n)}, the file holds "
                f"{features.landmarks_.shape} and {features.normalisation_.shape}"
            )
        features._n_features_out = n
        return features
