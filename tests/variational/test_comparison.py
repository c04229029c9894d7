"""A model beside its separable twin and classical baselines."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qlearn.variational import (
    AngleEncoding,
    FidelityKernel,
    IQPEncoding,
    QuantumKernelClassifier,
    QuantumKernelRegressor,
    VariationalClassifier,
    compare_baselines,
    separable_twin,
)


def test_twins_lose_their_entanglers_wherever_they_are():
    model = make_pipeline(PCA(2), QuantumKernelClassifier(FidelityKernel(IQPEncoding())))
    twin = separable_twin(model)
    assert twin[-1].kernel.entangled is False
    assert model[-1].kernel.entangled is True
    assert separable_twin(QuantumKernelRegressor()).kernel.entangled is False
    assert separable_twin(make_pipeline(PCA(2), QuantumKernelClassifier()))[-1].kernel.entangled is False
    with pytest.raises(TypeError, match="SVC has no setting `entangled`"):
        separable_twin(SVC())


def test_the_table_shows_that_a_parity_needs_entanglement():
    """Neither the twin nor a linear model sees a parity; the folds are those of scikit-learn."""
    bits = np.array([[0, 0], [0, np.pi], [np.pi, 0], [np.pi, np.pi]] * 8)
    X, y = bits + 0.01 * np.arange(32)[:, None], np.array([0, 1, 1, 0] * 8)
    model = VariationalClassifier(AngleEncoding(), scaling="none", max_epochs=80, patience=None, random_state=2)
    found = compare_baselines(model, X, y, cv=3)
    assert list(found.scores) == [
        "VariationalClassifier", "separable twin", "logistic regression", "support vectors",
    ]  # fmt: skip
    assert np.array_equal(found.scores["VariationalClassifier"], cross_val_score(model, X, y, cv=3))
    expected = cross_val_score(make_pipeline(StandardScaler(), SVC()), X, y, cv=3)
    assert np.array_equal(found.scores["support vectors"], expected)
    gain, error = found.difference("separable twin")
    assert gain > 0.2
    assert f"{gain:+.3f} +- {error:.3f}" in repr(found)


def test_pipelines_targets_and_labels(rng):
    X = rng.uniform(-1, 1, (40, 3))
    targets = np.column_stack([X[:, 0], X[:, 1] ** 2])
    found = compare_baselines(make_pipeline(PCA(2), QuantumKernelRegressor()), X, targets, cv=2)
    assert list(found.scores) == ["QuantumKernelRegressor", "separable twin", "ridge regression", "support vectors"]
    labels = (targets > 0.3).astype(int)
    found = compare_baselines(QuantumKernelClassifier(), X, labels, cv=2, scoring="f1_micro")
    assert all(np.isfinite(row).all() for row in found.scores.values())
    with pytest.raises(ValueError, match="at least two folds, got 1"):
        compare_baselines(QuantumKernelClassifier(), X, labels[:, 0], cv=[(np.arange(30), np.arange(30, 40))])
