"""`QuantumKernelClassifier` where a user of scikit-learn has `SVC`."""

import pickle

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qlearn.variational import FidelityKernel, IQPEncoding, ProjectedKernel, QuantumKernelClassifier


def search(model):
    name = type(model).__name__.lower()
    return GridSearchCV(make_pipeline(StandardScaler(), model), {f"{name}__C": [0.1, 1.0, 10.0]}, cv=3, n_jobs=2)


USES = {
    "grid search with two jobs": search,
    "calibrated": lambda model: CalibratedClassifierCV(model, cv=3),
    "bagged": lambda model: BaggingClassifier(model, n_estimators=3, random_state=0),
    "one against the rest": OneVsRestClassifier,
    "after PCA": lambda model: make_pipeline(PCA(2), model),
    "voting": lambda model: VotingClassifier([("kernel", model), ("linear", LogisticRegression())]),
}


@pytest.mark.parametrize("use", USES)
def test_it_takes_the_place_of_svc(use, blobs):
    X, y = blobs
    ours, theirs = (USES[use](model).fit(X, y) for model in (QuantumKernelClassifier(), SVC()))
    assert ours.score(X, y) >= theirs.score(X, y) - 0.05
    again = pickle.loads(pickle.dumps(ours))
    assert np.array_equal(again.predict(X), ours.predict(X))


def test_grids_reach_into_kernels_and_encodings(blobs):
    X, y = blobs
    model = QuantumKernelClassifier(FidelityKernel(IQPEncoding()))
    grid = {
        "kernel": [FidelityKernel(IQPEncoding()), ProjectedKernel(IQPEncoding())],
        "kernel__encoding__n_repeats": [1, 2],
        "kernel__bandwidth": [0.3, 1.0],
    }
    found = GridSearchCV(model, grid, cv=3).fit(X, y)
    assert len(found.cv_results_["params"]) == 8
    assert found.best_score_ > 0.9


def test_scores_weights_and_importances(blobs):
    X, y = blobs
    binary = y == "a"
    assert cross_val_score(QuantumKernelClassifier(), X, binary, scoring="roc_auc", cv=3).mean() > 0.95
    model = QuantumKernelClassifier(class_weight="balanced").fit(X, binary, sample_weight=np.linspace(0.5, 2, 60))
    found = permutation_importance(model, X, binary, n_repeats=3, random_state=0).importances_mean
    assert found.shape == (2,)
    assert found.max() > 0.1


@pytest.mark.parametrize("load", [load_digits, load_breast_cancer, load_wine])
def test_more_features_than_qubits_are_as_good_as_with_svc(load):
    X, y = (part[:600] for part in load(return_X_y=True))
    ours, theirs = (
        cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3).mean()
        for model in (QuantumKernelClassifier(), SVC())
    )
    assert ours > theirs - 0.02
