"""What a quantum kernel is: a transformer that can also give matrices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from ...circuits import Circuit
from ...sim import Statevector
from ..encodings import AbstractEncoding, default_encoding
from ..layer import without_entanglers
from ..parts import chosen
from ..preparation import FeatureScaling
from ..saving import common_data, decoded, restore_common


class AbstractQuantumKernel(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):
    """Base of quantum kernels: `fit` keeps the rows of X, `transform` compares with them, `matrix` compares two sets.

    A subclass turns rows into what it compares (`_features`), and compares (`_compare`). Kernels that have nothing to
    learn, because their `scaling` is "none" or a number, can be called without `fit`, so ``SVC(kernel=kernel)`` works.
    What else `fit` learns is named in `_learnt`, without the underscore behind.
    """

    _learnt: tuple[str, ...] = ()
    _default_encoding: Any = staticmethod(default_encoding)

    @abstractmethod
    def _features(self, X: np.ndarray) -> np.ndarray:
        """Return one row for each row of scaled features."""

    @abstractmethod
    def _compare(self, left: np.ndarray, right: np.ndarray | None) -> np.ndarray:
        """Return the kernel matrix of two sets of features; None means the first again."""

    def _learn(self, X: np.ndarray, y: Any) -> None:
        """Learn from scaled features; nothing by default."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Return the kernel, with the scaling learnt and the rows of X kept for `transform`.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like, optional
            Labels, for kernels that are trained.

        Returns
        -------
        Self
        """
        X = validate_data(self, X, dtype=np.float64)
        self.scaling_ = self._scaling(X)
        scaled = self.scaling_(X)
        self._learn(scaled, y)
        self.features_ = self._features(scaled)
        self._after(self.features_)
        self._n_features_out = len(X)
        return self

    def _after(self, features: np.ndarray) -> None:
        """Learn from the features of the rows; nothing by default."""

    def transform(self, X: Any) -> np.ndarray:
        """Return the kernel between rows and those of `fit`.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_fitted)
        """
        check_is_fitted(self, "features_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self._compare(self._features(self.scaling_(X)), self.features_)

    def matrix(self, X: Any, Y: Any = None) -> np.ndarray:
        """Return the kernel between two sets of rows, scaled as in `fit`.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        Y : array_like of float, shape (n_others, n_features), optional
            X by default.

        Returns
        -------
        ndarray of float, shape (n_samples, n_others)
            Symmetric without `Y`.

        Raises
        ------
        NotFittedError
            Before `fit`, where the scaling is learnt.
        """
        is_fitted = hasattr(self, "scaling_")
        if not is_fitted and not self._is_stateless():
            raise NotFittedError(
                f"This {type(self).__name__} is not fitted yet, and learns in `fit`. Fit it first; or take "
                "QuantumKernelClassifier, which does; or, as the kernel of SVC, one that learns nothing, a "
                'FidelityKernel with scaling="none" or a number.'
            )
        left, right = (
            None if rows is None else validate_data(self, rows, dtype=np.float64, reset=False)
            if is_fitted else check_array(rows, dtype=np.float64) for rows in (X, Y)
        )  # fmt: skip
        scaling = self.scaling_ if is_fitted else self._scaling(left)
        left, right = (None if rows is None else self._features(scaling(rows)) for rows in (left, right))
        return self._compare(left, right)

    def __call__(self, X: Any, Y: Any = None) -> np.ndarray:
        return self.matrix(X, Y)

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        params, arrays = common_data(self, "features_")
        arrays |= {"features": self.features_, "offset": self.scaling_.offset, "scale": self.scaling_.scale}
        return params, arrays | {name: np.asarray(getattr(self, name + "_")) for name in self._learnt}

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        kernel = cls(**{key: decoded(value) for key, value in params["settings"].items()})
        restore_common(kernel, params, arrays)
        kernel.scaling_ = FeatureScaling(arrays["offset"], arrays["scale"])
        for name in cls._learnt:
            setattr(kernel, name + "_", arrays[name] if arrays[name].ndim else arrays[name].item())
        kernel._restored()
        kernel.features_ = arrays["features"]
        expected = kernel._features(kernel.scaling_(np.zeros((1, kernel.n_features_in_))))
        if kernel.features_.shape[1:] != expected.shape[1:] or kernel.features_.dtype != expected.dtype:
            raise ValueError(
                f"a row has features {expected.shape[1:]} of {expected.dtype}, the file holds "
                f"{kernel.features_.shape[1:]} of {kernel.features_.dtype}"
            )
        kernel._n_features_out = len(kernel.features_)
        return kernel

    def _restored(self) -> None:
        """Make what follows from the settings and what was learnt; nothing by default."""

    def _is_stateless(self) -> bool:
        """Return whether nothing is learnt in `fit`."""
        return self.scaling == "none" or not isinstance(self.scaling, str)

    def _encoding(self) -> Any:
        return chosen("encoding", self.encoding, AbstractEncoding, self._default_encoding)

    def _scaling(self, X: np.ndarray) -> FeatureScaling:
        """Return the map of features; "auto" makes the kernel of angles nearly that of SVC()."""
        kind, encoding = self.scaling, self._encoding()
        if not 0 < self.bandwidth < np.inf:
            raise ValueError(f"`bandwidth` must be positive and finite, got {self.bandwidth!r}.")
        if not (isinstance(kind, str) and kind == "auto"):
            found = FeatureScaling.learnt(kind, X, np.ones(len(X)))
        elif encoding.scaling != "standard":
            found = FeatureScaling.learnt(encoding.scaling, X, np.ones(len(X)))
        else:
            # prod cos^2(d_i / 2) is exp(-|d|^2 / 4) to leading order, so d = 2 sqrt(gamma) (x - y)
            n_features = X.shape[1]
            copies = max(1.0, encoding.width(n_features) / n_features)
            factor = 2.0 * self.bandwidth / np.sqrt(n_features * copies * (float(X.var()) or 1.0))
            return FeatureScaling(X.mean(axis=0), np.full(n_features, factor))
        return found if encoding.scaling == "none" else FeatureScaling(found.offset, found.scale * self.bandwidth)

    def _circuit(self, n_features: int) -> Circuit:
        circuit = self._encoding().circuit(n_features)
        return circuit if self.entangled else without_entanglers(circuit)

    def _states(self, X: np.ndarray) -> np.ndarray:
        """Return the states of the encoded rows, (n_samples, 2**n_qubits)."""
        circuit, inputs = self._circuit(X.shape[1]), self._encoding().inputs(X)
        columns = [parameter.index for parameter in circuit.parameters]
        return Statevector(n_jobs=self.n_jobs).run(circuit, inputs[:, columns]).amplitudes
