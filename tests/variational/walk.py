"""Every estimator and transformer of `qlearn.variational`, found by walking the package, and scikit-learn's verdict."""

import importlib
import inspect
import pkgutil
from collections import Counter

from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import check_estimator

from qlearn import variational
from qlearn.variational import QCNN, IQPEncoding, ProjectedKernel


def estimators():
    """Return every class that learns from data, by name."""
    found = {}
    for info in pkgutil.walk_packages(variational.__path__, "qlearn.variational."):
        for name, value in vars(importlib.import_module(info.name)).items():
            learns = inspect.isclass(value) and issubclass(value, BaseEstimator) and hasattr(value, "fit")
            if learns and value.__module__ == info.name and not name.startswith("_") and not inspect.isabstract(value):
                found[name] = value
    return dict(sorted(found.items()))


def variants():
    """Return settings that change how a class works, by a name for each."""
    return {
        "convolutional circuit": variational.VariationalClassifier(ansatz=QCNN()),
        "separable twin": variational.VariationalRegressor(entangled=False),
        "IQP kernel": variational.QuantumKernelClassifier(variational.FidelityKernel(IQPEncoding(), bandwidth=0.3)),
        "projected kernel": variational.QuantumKernelRegressor(ProjectedKernel()),
        "landmarks": variational.QuantumKernelClassifier(n_landmarks=50, random_state=0),
    }


def checked(estimator):
    """Return how many checks ended in which way, and those that failed, expected or not."""
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failures = [
        (entry["check_name"], repr(entry["exception"])) for entry in results if entry["status"] in ("failed", "xfail")
    ]
    return Counter(entry["status"] for entry in results), failures
