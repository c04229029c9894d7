"""Kernels against closed forms, and low-rank features against the full kernel."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.svm import SVC

import qlearn as ql
from qlearn import variational
from qlearn.variational.kernels import fidelities
from tests.naive.simulator import statevector


def test_fidelities_against_the_naive_simulator(rng):
    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(4, 3))
    encoding = variational.ZZEncoding()
    kernel = variational.FidelityKernel(encoding, scaling="none").fit(X)
    circuit = encoding.circuit(3)
    left, right = (np.stack([statevector(circuit, row) for row in encoding.inputs(rows)]) for rows in (X, Y))
    assert np.allclose(kernel.matrix(X, Y), abs(left.conj() @ right.T) ** 2, atol=1e-12)
    symmetric = kernel.matrix(X)
    assert np.allclose(symmetric, abs(left.conj() @ left.T) ** 2, atol=1e-12)
    assert np.array_equal(symmetric, symmetric.T)
    assert np.allclose(kernel.transform(Y), kernel.matrix(Y, X))
    assert np.allclose(fidelities(left), fidelities(left, left))


def test_the_default_kernel_is_nearly_that_of_svc(rng):
    """To leading order in the distance: 1 - k equals that of exp(-gamma d^2) with gamma = 1 / (n_features var)."""
    X = rng.normal(size=(40, 4)) * 3 + 1
    near = X[:1] + 0.02 * rng.normal(size=(5, 4))
    kernel = variational.FidelityKernel().fit(X)
    gamma = 1 / (4 * X.var())
    expected = gamma * ((near - X[0]) ** 2).sum(axis=1)
    assert np.allclose(1 - kernel.matrix(near, X[:1])[:, 0], expected, rtol=1e-3)


def test_the_separable_twin_is_a_product(rng):
    X = rng.normal(size=(5, 2))
    twin = variational.FidelityKernel(variational.IQPEncoding(n_repeats=1), entangled=False, scaling="none").fit(X)
    difference = X[:, None, :] - X[None, :, :]
    assert np.allclose(twin.matrix(X), np.prod(np.cos(difference / 2) ** 2, axis=2))


def test_projected_kernel_uses_reduced_states(rng):
    X = rng.normal(size=(4, 2))
    encoding = variational.IQPEncoding()
    kernel = variational.ProjectedKernel(encoding, gamma=0.7, scaling="none").fit(X)
    states = [statevector(encoding.circuit(2), row).reshape(2, 2) for row in encoding.inputs(X)]
    reduced = np.array([[s @ s.conj().T, s.T @ s.T.conj().T] for s in states])
    distance = np.array([[(abs(a - b) ** 2).sum() for b in reduced] for a in reduced])
    assert np.allclose(kernel.matrix(X), np.exp(-0.7 * distance))
    with pytest.raises(ValueError, match='`gamma` must be "scale" or a number'):
        variational.ProjectedKernel(gamma="wide").fit(X)


def test_all_landmarks_give_the_kernel_back(rng):
    X = rng.normal(size=(20, 2))
    kernel = variational.FidelityKernel(bandwidth=2.0)
    features = variational.NystroemFeatures(kernel, n_landmarks=20).fit_transform(X)
    assert np.allclose(features @ features.T, kernel.fit(X).matrix(X), atol=1e-6)
    many = rng.normal(size=(300, 2))
    y = (many**2).sum(axis=1) > 1.5
    assert variational.QuantumKernelClassifier(n_landmarks=30, random_state=0).fit(many, y).score(many, y) > 0.95
    target = np.sin(many[:, 0])
    full, low = (variational.QuantumKernelRegressor(n_landmarks=n, random_state=0) for n in (None, 60))
    assert np.allclose(low.fit(many, target).predict(many), full.fit(many, target).predict(many), atol=0.05)


def test_shots_scatter_as_binomials(rng):
    X = rng.normal(size=(60, 2))
    exact = variational.FidelityKernel().fit(X).matrix(X)
    drawn = variational.FidelityKernel(n_shots=400, random_state=0).fit(X).matrix(X)
    assert np.array_equal(drawn, drawn.T)
    assert np.allclose(np.diag(drawn), 1.0)
    off = np.triu_indices(60, 1)
    scores = (drawn - exact)[off] / np.sqrt(np.maximum(exact * (1 - exact), 1e-3)[off] / 400)
    assert 0.9 < scores.std() < 1.1


def test_kernels_without_anything_to_learn_work_inside_svc(rng):
    X = rng.normal(size=(30, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    kernel = variational.FidelityKernel(scaling=1.0)
    assert SVC(kernel=kernel, C=100).fit(X, y).score(X, y) > 0.9
    with pytest.raises(ValueError, match="not fitted yet"):
        variational.FidelityKernel().matrix(X)


def test_balanced_classes_and_named_weights(rng):
    X = np.concatenate([rng.normal(size=(80, 1)), 1.5 + rng.normal(size=(8, 1))])
    y = np.array(["many"] * 80 + ["few"] * 8)
    plain = variational.QuantumKernelClassifier().fit(X, y)
    balanced = variational.QuantumKernelClassifier(class_weight="balanced").fit(X, y)
    named = variational.QuantumKernelClassifier(class_weight={"few": 10.0, "many": 1.0}).fit(X, y)
    counts = [int((model.predict(X) == "few").sum()) for model in (plain, balanced, named)]
    assert counts[0] < min(counts[1:])
    repeated = variational.QuantumKernelClassifier(class_weight="balanced").fit(np.repeat(X, 2, 0), np.repeat(y, 2))
    weighted = variational.QuantumKernelClassifier(class_weight="balanced").fit(X, y, sample_weight=np.full(88, 2))
    assert np.allclose(repeated.decision_function(X), weighted.decision_function(X))


def test_alignment_trains_the_kernel(rng):
    X = rng.uniform(-2, 2, size=(40, 1))
    y = np.where(np.abs(X[:, 0]) > 1, "out", "in")
    kernel = variational.AlignedKernel(max_epochs=15, random_state=0).fit(X, y)
    target = np.where(y[:, None] == y[None, :], 1.0, -1.0)
    above = np.triu_indices(40, 1)

    def alignment(matrix):
        k, t = matrix[above], target[above]
        return (k @ t) / np.sqrt((k @ k) * (t @ t))

    untrained = variational.AlignedKernel(random_state=0).fit(X)
    assert alignment(kernel.matrix(X)) > alignment(untrained.matrix(X)) + 0.1
    assert len(kernel.alignment_curve_) == 15
    assert untrained.alignment_curve_ == []
    assert variational.QuantumKernelClassifier(kernel).fit(X, y).score(X, y) > 0.9


def test_alignment_gradients_against_differences(rng):
    from qlearn.variational.kernels.aligned import _Misalignment, _target

    kernel = variational.AlignedKernel(
        variational.AngleEncoding(), n_layers=2, max_epochs=1, random_state=0, scaling="none"
    )
    X, y = rng.normal(size=(5, 2)), np.array([0, 1, 1, 2, 0])
    kernel.fit(X, y)
    circuit, inputs, weights, _ = kernel._trained_circuit(2)
    from qlearn.circuits import parameters
    from qlearn.variational import QuantumLayer
    from qlearn.variational.runs import zero_projector

    others = parameters("y", 2)
    whole = circuit + circuit.inverse().substitute(dict(zip(inputs, others, strict=True)))
    layer = QuantumLayer(whole, [zero_projector(2)], [*inputs, *others], weights)
    states = kernel.layer_.states(X, kernel.weights_)
    overlaps = abs(states.conj() @ states.T) ** 2
    first, second = np.triu_indices(5, 1)
    pairs = np.hstack([X[first], X[second]])
    assert np.allclose(layer.forward(pairs, kernel.weights_)[:, 0], overlaps[first, second])
    objective = _Misalignment(layer, X, _target(y))
    _, gradient = objective.value_and_gradient(kernel.weights_, slice(None), None)
    for k in range(len(gradient)):
        move = 1e-5 * np.eye(len(gradient))[k]
        slope = objective.value(kernel.weights_ + move, slice(None), None)
        slope -= objective.value(kernel.weights_ - move, slice(None), None)
        assert gradient[k] == pytest.approx(slope / 2e-5, abs=1e-7)


@pytest.mark.parametrize("n_landmarks", [None, 40])
def test_machines_take_several_labels(n_landmarks, rng, tmp_path):
    X = rng.uniform(-1, 1, (60, 2))
    y = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.2, np.ones(60), np.zeros(60)]).astype(int)
    weight = rng.integers(1, 4, 60)
    model = variational.QuantumKernelClassifier(n_landmarks=n_landmarks, C=10.0, random_state=0)
    model.fit(X, y, sample_weight=weight)
    assert (model.predict(X) == y).mean() > 0.95
    assert (model.predict(X)[:, 2:] == [1, 0]).all()
    for label in range(2):
        alone = clone(model).fit(X, y[:, label], sample_weight=weight)
        np.testing.assert_allclose(model.decision_function(X)[:, label], alone.decision_function(X), atol=1e-6)
    ql.save(model, tmp_path / "model")
    np.testing.assert_array_equal(ql.load(tmp_path / "model").decision_function(X), model.decision_function(X))
    with pytest.raises(ValueError, match="a multiclass-multioutput target.*MultiOutputClassifier"):
        model.fit(X, y + np.arange(60)[:, None] % 3)


def test_alignment_with_several_labels_is_the_mean_of_theirs(rng):
    from qlearn.variational.kernels.aligned import _target

    y = rng.integers(0, 2, (8, 3))
    np.testing.assert_allclose(_target(y), np.mean([_target(column) for column in y.T], axis=0))
    model = variational.QuantumKernelClassifier(variational.AlignedKernel(max_epochs=1, random_state=0))
    assert model.fit(rng.normal(size=(8, 2)), y).predict(rng.normal(size=(5, 2))).shape == (5, 3)
