"""The scikit-learn face: its own checks, honest folds, and what comes out."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.utils.estimator_checks import check_estimator

import qlearn as ql
from qlearn.search import AnsatzSearchCV, Budget, CircuitAnsatz, LinearReadoutProblem, RandomSearch, SearchProblem
from qlearn.search import estimators as module
from qlearn.variational import LBFGS, AngleEncoding, VariationalClassifier, VariationalRegressor

QUICK = {"optimizer": LBFGS(), "batch_size": None, "max_epochs": 12, "random_state": 0}


def searched(model, **options):
    few = {"budget": Budget(evaluations=60), "strategy": RandomSearch(1, 4), "gates": ("ry", "cx"), "cv": 2}
    return AnsatzSearchCV(model, **{**few, "random_state": 0, **options})


@pytest.mark.parametrize("cls", [VariationalClassifier, pytest.param(VariationalRegressor, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_finds_no_fault(cls):
    results = check_estimator(searched(cls(**QUICK)), on_fail=None)
    assert len(results) > 40
    assert [r["check_name"] for r in results if r["status"] in ("failed", "xfail")] == []


@pytest.fixture
def signs(rng):
    """Two classes that no single qubit can tell apart."""
    X = rng.uniform(-1.5, 1.5, (60, 2))
    return X, np.where(X[:, 0] * X[:, 1] > 0, "same", "other")


def entangling(**options):
    model = VariationalClassifier(AngleEncoding(axes="y"), scaling="none", **QUICK)
    return searched(model, budget=Budget(evaluations=1500), strategy=None, gates=("ry", "cz"), cv=3, **options)


def test_cross_validation_asks_for_entanglement_where_it_helps(signs):
    X, y = signs
    search = entangling().fit(X, y)
    table = search.cv_results_
    assert table["param_max_two_qubit_gates"][0] == 0
    assert table["mean_test_score"][0] < 0.7  # the separable twin
    assert search.best_score_ == table["mean_test_score"].max() > 0.9
    assert search.best_params_ == table["params"][search.best_index_]
    assert table["rank_test_score"][search.best_index_] == 1
    splits = np.stack([table[f"split{i}_test_score"] for i in range(3)])
    assert splits.mean(axis=0) == pytest.approx(table["mean_test_score"])
    used = search.best_estimator_.ansatz.template.counts()
    assert 1 <= used["cz"] <= search.best_params_["max_two_qubit_gates"]
    assert set(used) <= {"ry", "cz"}
    assert search.score(X, y) == search.best_estimator_.score(X, y) > 0.9
    assert search.predict_proba(X).shape == (60, 2)
    again = entangling(n_jobs=2).fit(X, y)
    assert np.array_equal(again.predict_proba(X), search.predict_proba(X))


def test_searches_see_training_rows_only(signs, monkeypatch):
    X, y = signs
    seen = []
    monkeypatch.setattr(
        module, "run", lambda problem, *a, **k: seen.append(problem.X) or ql.search.run(problem, *a, **k)
    )
    folds = KFold(3)
    search = entangling()
    search.set_params(cv=folds, budget=Budget(evaluations=40)).fit(X, y)
    expected = [X[train] for train, _ in folds.split(X)] + [X]
    assert len(seen) == 4
    assert all(np.array_equal(rows, wanted) for rows, wanted in zip(seen, expected))


def test_it_is_one_estimator_among_others(signs):
    X, y = signs
    scores = cross_val_score(entangling().set_params(budget=Budget(evaluations=300)), X, y, cv=2)
    assert scores.shape == (2,)
    X = X[:30]
    targets = np.stack([np.cos(X[:, 0]), 3 + X[:, 1]], axis=1)
    model = searched(VariationalRegressor(**{**QUICK, "max_epochs": 40}), scoring="r2").fit(X, targets)
    assert model.predict(X).shape == (30, 2)
    assert model.score(X, targets) > 0.8
    assert not hasattr(model, "predict_proba")


def test_estimators_without_an_ansatz_are_refused(signs):
    with pytest.raises(TypeError, match="`ansatz`, `encoding` and `scaling`, .* got LogisticRegression"):
        AnsatzSearchCV(LogisticRegression()).fit(*signs)


def test_an_ansatz_is_the_circuit_it_was_made_of():
    theta = ql.parameters("theta", 2)
    circuit = ql.Circuit(2).ry(theta[1], 0).cx(0, 1).rz(2 * theta[0], 1)
    ansatz = CircuitAnsatz(circuit, [0.3, 0.4])
    same = ansatz.circuit(2).bind(ansatz.initial_weights(2))
    assert same == circuit.bind([0.3, 0.4])
    assert CircuitAnsatz(circuit).initial_weights(2, 0).shape == (2,)
    with pytest.raises(ValueError, match="`template` has 2 qubits, got a model on 3"):
        ansatz.circuit(3)
    with pytest.raises(ValueError, match="`values` must have shape"):
        CircuitAnsatz(circuit, [0.3]).initial_weights(2)


def test_the_linear_map_is_that_of_ridge_regression(rng):
    X, targets = rng.uniform(-1, 1, (20, 3)), rng.normal(size=(20, 2))
    problem = LinearReadoutProblem(X, targets, alpha=0.01)
    theta = ql.parameters("theta", 2)
    circuit = ql.Circuit(3).ry(theta[0], 0).cx(0, 1).rx(theta[1], 2).cx(1, 2)
    values = np.array([0.4, -0.7])
    features = problem.expectations(circuit, values)
    intercept, weights = problem.linear_map(features)
    ridge = Ridge(alpha=0.01 * len(X)).fit(features, targets)
    assert weights.T == pytest.approx(ridge.coef_, abs=1e-9)
    assert intercept == pytest.approx(ridge.intercept_, abs=1e-9)
    cost, slopes = problem.cost_and_gradient(circuit, values)
    squares = ((ridge.predict(features) - targets) ** 2).sum(axis=1).mean()
    assert cost == pytest.approx(squares + 0.01 * (ridge.coef_**2).sum())
    assert slopes == pytest.approx(SearchProblem.cost_and_gradient(problem, circuit, values)[1], abs=1e-7)
    other = LinearReadoutProblem(X, targets, alpha=0.02)
    assert other.fingerprint() != problem.fingerprint()
    with pytest.raises(ValueError, match="`alpha` must be positive"):
        LinearReadoutProblem(X, targets, alpha=0.0)


@pytest.mark.parametrize("strategy", [ql.search.Evolution(4), ql.search.SimulatedAnnealing(), ql.search.TreeSearch()])
def test_one_qubit_is_enough_for_a_search(strategy):
    problem = ql.search.EnergyProblem(ql.PauliSum("X + 0.5 * Z"), gates=("ry",))
    result = ql.search.run(problem, strategy, budget=Budget(evaluations=600), random_state=0)
    assert result.best.cost == pytest.approx(-np.sqrt(1.25), abs=1e-6)
