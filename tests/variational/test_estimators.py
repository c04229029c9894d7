"""Estimators: promises that go beyond scikit-learn's own checks, which are in `test_conformance`."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlearn as ql
from qlearn import variational
from qlearn.variational.hybrid import binary_cross_entropy
from tests.naive.simulator import statevector


@pytest.mark.parametrize("cls", [variational.VariationalClassifier, variational.QuantumKernelClassifier])
def test_classifiers_learn_three_classes_named_by_text(cls, blobs):
    X, y = blobs
    model = cls(random_state=0).fit(X, y)
    assert model.score(X, y) == 1.0
    assert model.decision_function(X).shape == (60, 3)
    assert set(model.predict(X)) == {"a", "b", "c"}


def test_pipelines_grids_and_data_frames(blobs):
    pandas = pytest.importorskip("pandas")
    X, y = blobs
    frame = pandas.DataFrame(X, columns=["left", "right"])
    pipeline = make_pipeline(StandardScaler(), variational.QuantumKernelClassifier(variational.FidelityKernel()))
    grid = {"quantumkernelclassifier__kernel__bandwidth": [0.5, 1.0], "quantumkernelclassifier__C": [1.0, 10.0]}
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(frame, y)
    assert search.best_score_ > 0.95
    small = variational.VariationalClassifier(
        ansatz=variational.HardwareEfficient(n_layers=1), max_epochs=3, random_state=0
    )
    search = GridSearchCV(small, {"ansatz__n_layers": [1, 2], "optimizer": [None, variational.LBFGS()]}, cv=2)
    assert search.fit(frame, y).best_estimator_.feature_names_in_.tolist() == ["left", "right"]


def test_weights_are_repetitions_and_order_does_not_matter(blobs):
    X, y = blobs
    weight = np.arange(60) % 3
    settings = {"max_epochs": 5, "batch_size": 16, "random_state": 1}
    weighted = variational.VariationalClassifier(**settings).fit(X, y, sample_weight=weight)
    order = np.random.default_rng(0).permutation(int(weight.sum()))
    repeated = variational.VariationalClassifier(**settings).fit(
        np.repeat(X, weight, 0)[order], np.repeat(y, weight)[order]
    )
    assert np.array_equal(weighted.parameters_, repeated.parameters_)


def test_partial_fit_warm_start_and_callbacks(blobs):
    X, y = blobs
    model = variational.VariationalClassifier(random_state=0)
    with pytest.raises(ValueError, match="`classes` must be passed on the first call"):
        model.partial_fit(X, y)
    for _ in range(30):
        model.partial_fit(X, y, classes=["a", "b", "c"])
    assert model.score(X, y) > 0.95
    assert model.n_iter_ == 30
    with pytest.raises(ValueError, match=r"`y` has labels \['d'\] that are not in"):
        model.partial_fit(X, np.full(60, "d"))
    seen = []
    warm = variational.VariationalClassifier(
        max_epochs=4, warm_start=True, random_state=0, callback=lambda epoch, loss, _: seen.append(loss)
    )
    assert len(warm.fit(X, y).fit(X, y).loss_curve_) == 8
    assert seen == warm.loss_curve_
    assert np.mean(seen[4:]) < np.mean(seen[:4])
    stopped = clone(warm).set_params(callback=lambda epoch, loss, _: epoch == 1).fit(X, y)
    assert (stopped.n_iter_, stopped.stop_reason_) == (2, "the callback stopped it")


def test_validation_keeps_the_best_epoch(blobs):
    X, y = blobs
    model = variational.VariationalClassifier(
        validation_fraction=0.25, max_epochs=60, patience=5, tolerance=1e-2, random_state=0
    ).fit(X, y)
    assert model.stop_reason_ == "no improvement in 5 epochs"
    assert len(model.validation_curve_) == model.n_iter_ < 60
    with pytest.raises(ValueError, match=r"`validation_fraction` must lie in \[0, 1\), got 1"):
        clone(model).set_params(validation_fraction=1).fit(X, y)


def test_the_same_seed_gives_the_same_model(blobs):
    X, y = blobs
    first, second, other = (
        variational.VariationalClassifier(max_epochs=3, random_state=seed).fit(X, y).parameters_ for seed in (4, 4, 5)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_regressors_take_several_targets(rng):
    X = rng.uniform(-1, 1, size=(40, 1))
    Y = np.hstack([X**2, 100 + 10 * np.sin(2 * X)])
    for model in (
        variational.VariationalRegressor(max_epochs=150, random_state=0),
        variational.QuantumKernelRegressor(alpha=1e-3),
    ):
        assert model.fit(X, Y).predict(X).shape == (40, 2)
        assert model.score(X, Y) > 0.95
    with pytest.raises(ValueError, match="`y` must have 2 targets as before, got 1"):
        variational.VariationalRegressor(max_epochs=1).fit(X, Y).partial_fit(X, Y[:, 0])


@pytest.mark.parametrize("cls", [variational.VariationalClassifier, variational.DressedClassifier])
def test_classifiers_take_several_labels(cls, rng, tmp_path):
    X = rng.uniform(-1, 1, (60, 2))
    y = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.2, X[:, 0] + X[:, 1] > 0]).astype(int)
    model = cls(random_state=0, max_epochs=60, patience=None, warm_start=True).fit(X, y)
    chances = model.predict_proba(X)
    assert model.predict(X).shape == chances.shape == model.decision_function(X).shape == (60, 3)
    assert (model.predict(X) == y).mean() > 0.95
    np.testing.assert_array_equal(chances > 0.5, model.predict(X))
    np.testing.assert_allclose(np.log(chances / (1 - chances)), model.decision_function(X), atol=1e-9)
    entropy = -np.where(y == 1, np.log(chances), np.log(1 - chances)).sum(axis=1).mean()
    assert entropy == pytest.approx(model.loss_curve_[-1], rel=0.1)
    ql.save(model, tmp_path / "model")
    np.testing.assert_array_equal(ql.load(tmp_path / "model").predict(X), model.predict(X))
    with pytest.raises(ValueError, match="warm_start: `y` must have the classes"):
        model.fit(X, y[:, 0])
    with pytest.raises(ValueError, match="`y` must have 3 columns as before"):
        model.partial_fit(X, y[:, :2])
    with pytest.raises(ValueError, match="a multiclass-multioutput target.*MultiOutputClassifier"):
        cls().fit(X, y + np.arange(60)[:, None] % 3)
    sparse_y = scipy.sparse.csr_array(y)
    again = cls(random_state=0, max_epochs=2).fit(X, sparse_y)
    np.testing.assert_array_equal(again.predict(X), cls(random_state=0, max_epochs=2).fit(X, y).predict(X))


def test_the_binary_cross_entropy_has_the_derivatives_it_gives(rng):
    outputs, targets = rng.normal(size=(4, 3)) * 3, rng.integers(0, 2, (4, 3)).astype(float)
    losses, slopes = binary_cross_entropy(outputs, targets)
    chances = 1 / (1 + np.exp(-outputs))
    expected = -(targets * np.log(chances) + (1 - targets) * np.log(1 - chances)).sum(axis=1)
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    shift = 1e-6 * np.eye(3)
    for label in range(3):
        up, down = (binary_cross_entropy(outputs + s * shift[label], targets)[0] for s in (1, -1))
        np.testing.assert_allclose(slopes[:, label], (up - down) / 2e-6, atol=1e-7)


def test_the_separable_twin_cannot_see_a_parity():
    """The correlation of two bits needs entanglement: products of single-qubit features plus a linear map miss it."""
    X = np.array([[0, 0], [0, np.pi], [np.pi, 0], [np.pi, np.pi]] * 5) + 0.01 * np.arange(20)[:, None]
    y = np.array([0, 1, 1, 0] * 5)
    settings = {"scaling": "none", "max_epochs": 80, "random_state": 2, "patience": None}
    assert variational.VariationalClassifier(**settings).fit(X, y).score(X, y) == 1.0
    assert variational.VariationalClassifier(entangled=False, **settings).fit(X, y).score(X, y) <= 0.75


def test_reuploading_sees_scaled_features_in_every_layer(rng):
    """Against the naive simulator: layer by layer, each input times its own weight."""
    X = rng.normal(size=(8, 2))
    y = np.arange(8) % 2
    model = variational.DataReuploadingClassifier(
        variational.AngleEncoding(), n_layers=2, scaling="none", max_epochs=2, random_state=0
    ).fit(X, y)
    angles, scales = np.split(model.model_.parts(model.parameters_)[0], [8])
    circuit = ql.Circuit(2)
    for layer in range(2):
        for qubit in range(2):
            circuit.ry(float(scales[2 * layer + qubit] * X[3, qubit]), qubit)
        variational.HardwareEfficient(n_layers=1, entangler="cz").append(
            circuit, angles[4 * layer : 4 * layer + 4].tolist()
        )
    state = statevector(circuit)
    z = [np.vdot(state, ql.PauliSum(label).to_dense() @ state).real for label in ("ZI", "IZ")]
    assert np.allclose(model.quantum_features(X)[3], z)
    fixed = variational.DataReuploadingClassifier(trainable_scaling=False, max_epochs=1, random_state=0).fit(X, y)
    assert fixed.model_.layer.n_weights == 4 * 8


def test_dressed_gradients_reach_the_first_map(rng):
    """The whole gradient of a dressed model against finite differences."""
    from qlearn.variational.hybrid import DataObjective, squared_error

    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    model = variational.DressedRegressor(n_qubits=2, max_epochs=1, random_state=0).fit(X, Y)
    objective = DataObjective(model.model_, X, Y, np.arange(1.0, 7.0), squared_error, alpha=0.1)
    point = model.parameters_
    _, gradient = objective.value_and_gradient(point, slice(None), None)
    for k in range(len(point)):
        move = 1e-5 * np.eye(len(point))[k]
        slope = objective.value(point + move, slice(None), None) - objective.value(point - move, slice(None), None)
        assert gradient[k] == pytest.approx(slope / 2e-5, abs=1e-7)
    assert len(gradient) == 12 + 4 + 2 + 6 + 2


def test_shots_and_noise_train(blobs):
    X, y = blobs
    keep = y != "c"
    execution = variational.ParameterShift(n_shots=50, noise=ql.NoiseModel.depolarizing(0.002, 0.01))
    model = variational.VariationalClassifier(
        encoding=variational.AngleEncoding(), ansatz=variational.HardwareEfficient(n_layers=1), execution=execution,
        max_epochs=6, random_state=0,
        optimizer=variational.Adam(0.2),
    )  # fmt: skip
    assert model.fit(X[keep], y[keep]).score(X[keep], y[keep]) > 0.9
    assert model.__sklearn_tags__().non_deterministic


def test_a_trained_model_runs_with_shots_and_noise(blobs):
    X, y = blobs
    model = variational.VariationalClassifier(max_epochs=30, random_state=0).fit(X, y)
    exact = model.quantum_features(X)
    noisy = model.with_execution(variational.ParameterShift(noise=ql.NoiseModel.depolarizing(0.01, 0.05)))
    assert (np.abs(noisy.quantum_features(X)).sum()) < 0.9 * np.abs(exact).sum()
    drawn = model.with_execution(variational.ParameterShift(n_shots=2000)).quantum_features(X)
    assert 0.5 / np.sqrt(2000) < (drawn - exact).std() < 1.1 / np.sqrt(2000)
    assert np.array_equal(model.quantum_features(X), exact)


def test_faults_are_named(blobs):
    X, y = blobs
    with pytest.raises(ValueError, match='`scaling` must be "auto"'):
        variational.VariationalClassifier(scaling="big").fit(X, y)
    with pytest.raises(ValueError, match="got one class"):
        variational.VariationalClassifier().fit(X, np.zeros(60))
    with pytest.raises(ValueError, match="`max_epochs` must be at least 1, got 0"):
        variational.VariationalClassifier(max_epochs=0).fit(X, y)
    with pytest.raises(ValueError, match="warm_start: `y` must have the classes"):
        variational.VariationalClassifier(max_epochs=1, warm_start=True).fit(X, y).fit(X[:40], y[:40])


def test_warm_starts_see_settings_that_changed(blobs):
    X, y = blobs
    model = variational.VariationalClassifier(max_epochs=2, warm_start=True, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="X has 1 features, but VariationalClassifier is expecting 2"):
        model.fit(X[:, :1], y)
    asked = []

    def device(circuit, observables, values, n_shots=None, random_state=None):
        asked.append(len(values))
        return ql.sim.Statevector().expectation(circuit, observables, values)

    copy = model.with_execution(variational.ParameterShift(engine=device))
    copy.set_params(max_epochs=1).fit(X, y)
    assert asked
    assert model.optimizer_state_["count"] == 4
    assert copy.optimizer_state_["count"] == 6
    model.set_params(optimizer=variational.SPSA(), max_epochs=1).fit(X, y)
    assert model.optimizer_state_ == {"count": 1}
    with pytest.raises(ValueError, match="The settings now make a model of .* fit anew with warm_start=False"):
        model.set_params(ansatz=variational.HardwareEfficient(1)).fit(X, y)
