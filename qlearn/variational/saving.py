"""Estimators as plain data: settings and learnt arrays, from which no code can run."""

from __future__ import annotations

from typing import Any, Self

import networkx as nx
import numpy as np
from sklearn.base import BaseEstimator

from ..paulis import PauliSum
from . import ansatze, encodings, execution, optimizers
from .hybrid import HybridModel
from .preparation import FeatureScaling

_FLAGS = ("is_single", "is_multilabel")  # how targets came
_STATE = "optimizer."  # before the names of arrays of the optimiser


def _components() -> dict[str, type]:
    """Return the classes that settings may hold, by name."""
    from . import kernels  # which saves by this module

    return {
        name: value
        for module in (ansatze, encodings, execution, kernels, optimizers)
        for name in module.__all__
        if isinstance(value := getattr(module, name), type) and issubclass(value, BaseEstimator)
    }


def encoded(value: Any, owner: str, setting: str) -> Any:
    """Return a setting as JSON values; a graph becomes its list of edges.

    Raises
    ------
    TypeError
        If it is no plain data and none of the components of this package.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return {"list": value.tolist()}
    if isinstance(value, (list, tuple)):
        return {"tuple" if isinstance(value, tuple) else "list": [encoded(item, owner, setting) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, (str, int)) for key in value):
        return {"dict": [[key, encoded(item, owner, setting)] for key, item in value.items()]}
    if isinstance(value, nx.Graph):
        edges = value.edges if value.is_directed() else sorted(tuple(sorted(edge)) for edge in value.edges)
        return encoded([tuple(edge) for edge in edges], owner, setting)
    if isinstance(value, PauliSum):
        if np.iscomplexobj(value.coefficients) and np.any(value.coefficients.imag):
            raise TypeError(f"Cannot save {owner}: an observable of `{setting}` has complex coefficients.")
        return {"PauliSum": [value.n_qubits, value.labels(), np.real(value.coefficients).tolist()]}
    name = type(value).__name__
    if _components().get(name) is type(value):
        params = {key: encoded(item, owner, f"{setting}__{key}") for key, item in value.get_params(deep=False).items()}
        return {"component": name, "params": params}
    advice = "set it to None before, and again after loading"
    if setting == "observables":
        advice = "give a list of PauliSum"
    elif setting.startswith("execution"):
        advice = "save `model.with_execution(None)`, and call `with_execution` again after loading"
    raise TypeError(f"Cannot save {owner}: `{setting}` is a {name}, which is not plain data; {advice}.")


def decoded(data: Any) -> Any:
    """Return the setting that `encoded` wrote.

    Raises
    ------
    ValueError
        If it is none, or names an unknown component.
    """
    if not isinstance(data, dict):
        if data is None or isinstance(data, (bool, int, float, str)):
            return data
        raise ValueError(f"a setting is {type(data).__name__}")
    if "component" in data:
        known = _components()
        if data["component"] not in known:
            raise ValueError(f"unknown component {data['component']!r}")
        return known[data["component"]](**{key: decoded(item) for key, item in data["params"].items()})
    ((kind, content),) = data.items()
    if kind == "PauliSum":
        n_qubits, labels, coefficients = content
        return PauliSum(list(zip(labels, coefficients, strict=True)), n_qubits=n_qubits)
    if kind == "dict":
        return {key: decoded(item) for key, item in content}
    if kind not in ("list", "tuple"):
        raise ValueError(f"unknown kind of setting {kind!r}")
    items = [decoded(item) if isinstance(item, dict) else item for item in content]
    return tuple(items) if kind == "tuple" else items


def settings_data(estimator: Any) -> dict[str, Any]:
    """Return the constructor's arguments of an estimator as JSON values."""
    name = type(estimator).__name__
    return {key: encoded(value, name, key) for key, value in estimator.get_params(deep=False).items()}


def common_data(estimator: Any, fitted: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what every fitted estimator has: settings, names and number of features, classes.

    Raises
    ------
    TypeError
        If it lacks the attribute `fitted`.
    """
    if not hasattr(estimator, fitted):
        raise TypeError(f"Cannot save this {type(estimator).__name__}: it is not fitted.")
    params: dict[str, Any] = {"settings": settings_data(estimator), "n_features": int(estimator.n_features_in_)}
    arrays: dict[str, np.ndarray] = {}
    if hasattr(estimator, "feature_names_in_"):
        params["feature_names"] = [str(name) for name in estimator.feature_names_in_]
    for name in _FLAGS:
        if hasattr(estimator, name + "_"):
            params[name] = bool(getattr(estimator, name + "_"))
    if hasattr(estimator, "classes_"):
        if estimator.classes_.dtype.kind in "biuf":
            arrays["classes"] = estimator.classes_
        else:
            params["classes"] = [str(label) for label in estimator.classes_]
    return params, arrays


def restore_common(estimator: Any, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Set what `common_data` gave."""
    estimator.n_features_in_ = int(params["n_features"])
    for name in _FLAGS:
        if name in params:
            setattr(estimator, name + "_", bool(params[name]))
    if "feature_names" in params:
        estimator.feature_names_in_ = np.array(params["feature_names"], dtype=object)
    if "classes" in arrays:
        estimator.classes_ = arrays["classes"]
    elif "classes" in params:
        estimator.classes_ = np.array(params["classes"])


def component_data(component: Any) -> tuple[list[Any], dict[str, np.ndarray]]:
    """Return what a fitted part of an estimator is, and its arrays."""
    name = type(component).__name__
    if _components().get(name) is not type(component):
        raise TypeError(f"Cannot save a fitted {name}, which is none of the components of this package.")
    params, arrays = component._to_data()
    return [name, params], arrays


def component_from_data(data: list[Any], arrays: dict[str, np.ndarray]) -> Any:
    """Return the part that `component_data` wrote.

    Raises
    ------
    ValueError
        If it is none of the components.
    """
    name, params = data
    found = _components().get(name)
    if not hasattr(found, "_from_data"):
        raise ValueError(f"unknown component {name!r}")
    return found._from_data(params, arrays)


class SavedModelMixin:
    """`_to_data` and `_from_data` of estimators around a trained circuit; training goes on after loading as without."""

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        params, arrays = common_data(self, "parameters_")
        params |= {
            "n_outputs": self.model_.n_outputs,
            "stop_reason": self.stop_reason_,
            "seed": [str(self._seed.entropy), list(self._seed.spawn_key)],
            "n_trainings": self._n_trainings,
        }
        arrays |= {_STATE + name: np.asarray(value) for name, value in self.optimizer_state_.items()}
        arrays |= {
            "parameters": self.parameters_,
            "offset": self.scaling_.offset,
            "scale": self.scaling_.scale,
            "loss_curve": np.array(self.loss_curve_, dtype=float),
            "validation_curve": np.array(self.validation_curve_, dtype=float),
        }
        if hasattr(self, "target_scaling_"):
            arrays |= {"target_offset": self.target_scaling_.offset, "target_scale": self.target_scaling_.scale}
        return params, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        model = cls(**{key: decoded(value) for key, value in params["settings"].items()})
        restore_common(model, params, arrays)
        model.scaling_ = FeatureScaling(arrays["offset"], arrays["scale"])
        if {model.scaling_.offset.shape, model.scaling_.scale.shape} != {(model.n_features_in_,)}:
            raise ValueError(f"the scaling must have {model.n_features_in_} features")
        entropy, spawn_key = params["seed"]
        model._seed = np.random.SeedSequence(int(entropy), spawn_key=tuple(spawn_key))
        model._n_trainings = int(params["n_trainings"])
        model._optimizer_kind = type(model.optimizer) if model.optimizer is not None else optimizers.Adam
        layer, front = model._layer(model.n_features_in_)
        model.model_ = HybridModel(layer, int(params["n_outputs"]), front)
        model.parameters_ = arrays["parameters"]
        if model.parameters_.shape != (model.model_.n_parameters,):
            raise ValueError(
                f"the model has {model.model_.n_parameters} parameters, the file holds {model.parameters_.shape}"
            )
        model.optimizer_state_ = {
            name.removeprefix(_STATE): array if array.ndim else array.item()
            for name, array in arrays.items()
            if name.startswith(_STATE)
        }
        model.loss_curve_ = arrays["loss_curve"].tolist()
        model.validation_curve_ = arrays["validation_curve"].tolist()
        model.n_iter_, model.stop_reason_ = len(model.loss_curve_), str(params["stop_reason"])
        if "target_offset" in arrays:
            model.target_scaling_ = FeatureScaling(arrays["target_offset"], arrays["target_scale"])
        return model


class RefittedMixin:
    """`_to_data` and `_from_data` of estimators that are the same again when fitted again: they keep their data."""

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        params, arrays = common_data(self, "training_")
        for place in (self, self.kernel):
            if getattr(place, "random_state", None) is not None and not isinstance(place.random_state, int):
                raise TypeError(f"Cannot save this {type(self).__name__}: `random_state` must be an integer or None.")
        X, targets, weight = self.training_
        return params, {**arrays, "X": X, "targets": targets, "weight": weight}

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        model = cls(**{key: decoded(value) for key, value in params["settings"].items()})
        targets = arrays["targets"]
        restore_common(model, params, arrays)
        if hasattr(model, "classes_") and not model.is_multilabel_:
            targets = model.classes_[targets[:, 0].astype(int)]
        elif params.get("is_single"):
            targets = targets[:, 0]
        model.fit(arrays["X"], targets, sample_weight=arrays["weight"])
        restore_common(model, params, arrays)
        return model
