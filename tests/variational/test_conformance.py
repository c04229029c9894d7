"""scikit-learn's own checks find no fault in any estimator or transformer of the package; none is expected to fail."""

import pytest
from sklearn.base import BaseEstimator

from qlearn import variational
from tests.variational.walk import checked, estimators, variants


@pytest.mark.parametrize("name", estimators())
def test_scikit_learn_finds_no_fault(name):
    assert name in variational.__all__, f"add {name} to qlearn/variational/__init__.py"
    cls = estimators()[name]
    # the benchmark `variational_checks` does the same with as many epochs as are the default
    is_trained = "max_epochs" in cls().get_params()
    counts, failures = checked(cls(max_epochs=30) if is_trained else cls())
    assert failures == []
    assert counts["passed"] > 40


@pytest.mark.slow
@pytest.mark.parametrize("name", variants())
def test_scikit_learn_finds_no_fault_in_other_settings(name):
    counts, failures = checked(variants()[name])
    assert failures == []
    assert counts["passed"] > 40


def test_all_kinds_are_found():
    assert {"DressedClassifier", "DataReuploadingRegressor", "AlignedKernel", "NystroemFeatures"} <= set(estimators())


class Careless(BaseEstimator):
    """An estimator that does not look at its data."""

    def fit(self, X, y=None):
        self.mean_ = X[0, 0]
        return self


def test_a_careless_estimator_is_found_out():
    counts, failures = checked(Careless())
    assert counts["failed"] > 5
    assert "check_n_features_in" in dict(failures)
