"""Fitted estimators survive as files of plain data, to the last bit of their predictions."""

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn import persistence, variational

MODELS = [
    variational.VariationalClassifier(
        variational.IQPEncoding(n_repeats=1), variational.HardwareEfficient(1, coupling=((0, 1),)), max_epochs=2,
        observables=[ql.PauliSum("ZI"), ql.PauliSum("XX")], optimizer=variational.SPSA(), random_state=3,
    ),
    variational.VariationalRegressor(max_epochs=2, random_state=0),
    variational.DataReuploadingClassifier(max_epochs=2, n_layers=2, scaling=0.5, random_state=0),
    variational.DataReuploadingRegressor(max_epochs=2, random_state=0),
    variational.DressedClassifier(max_epochs=2, random_state=0, entangled=False),
    variational.DressedRegressor(max_epochs=2, random_state=0),
    variational.QuantumKernelClassifier(variational.ProjectedKernel(bandwidth=0.7), class_weight={"a": 2.0}),
    variational.QuantumKernelRegressor(n_landmarks=10, random_state=1),
]  # fmt: skip

TRANSFORMERS = [
    variational.FidelityKernel(variational.IQPEncoding(n_repeats=1), bandwidth=0.5),
    variational.ProjectedKernel(),
    variational.AlignedKernel(max_epochs=2, random_state=0),
    variational.NystroemFeatures(
        variational.AlignedKernel(max_epochs=1, random_state=1), n_landmarks=7, random_state=2
    ),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_predictions_come_back(model, blobs, tmp_path):
    X, y = blobs
    target = y if hasattr(model, "decision_function") else X @ [[1.0, 0.5], [2.0, -1.0]]
    model.fit(X, target)
    ql.save(model, tmp_path / "model")
    again = ql.load(tmp_path / "model")
    assert type(again) is type(model)
    assert np.array_equal(again.predict(X), model.predict(X))
    ask = "decision_function" if hasattr(model, "decision_function") else "predict"
    assert np.array_equal(getattr(again, ask)(X), getattr(model, ask)(X))
    assert repr(again.get_params()) == repr(model.get_params())
    with pytest.raises(ValueError, match="features"):
        again.predict(X[:, :1])


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda transformer: type(transformer).__name__)
def test_transformers_come_back(transformer, blobs, tmp_path):
    X, y = blobs
    transformer.fit(X, y)
    ql.save(transformer, tmp_path / "kernel")
    again = ql.load(tmp_path / "kernel")
    assert type(again) is type(transformer)
    np.testing.assert_allclose(again.transform(X), transformer.transform(X), rtol=0, atol=1e-13)
    assert np.array_equal(again.get_feature_names_out(), transformer.get_feature_names_out())
    with pytest.raises(TypeError, match="it is not fitted"):
        ql.save(type(transformer)(), tmp_path / "other")


@pytest.mark.parametrize("optimizer", [variational.Adam(), variational.QNSPSA(), variational.SPSA()], ids=repr)
def test_training_goes_on_after_loading(optimizer, blobs, tmp_path):
    X, y = blobs
    model = variational.VariationalClassifier(max_epochs=2, optimizer=optimizer, warm_start=True, random_state=0)
    ql.save(model.fit(X, y), tmp_path / "model")
    again = ql.load(tmp_path / "model")
    before = model.parameters_
    for one in (model, again):
        one.fit(X, y)
        one.partial_fit(X, y)
    assert not np.array_equal(model.parameters_, before)
    np.testing.assert_array_equal(again.parameters_, model.parameters_)
    assert again.loss_curve_ == model.loss_curve_


def test_every_estimator_can_be_saved():
    known = {name for name, codec in persistence._CODECS.items() if codec.module == ".variational"}
    assert known == {type(model).__name__ for model in [*MODELS, *TRANSFORMERS]}


def test_what_is_no_data_is_refused(blobs, tmp_path):
    X, y = blobs
    with pytest.raises(TypeError, match="Cannot save this VariationalClassifier: it is not fitted"):
        ql.save(variational.VariationalClassifier(), tmp_path / "model")
    fitted = variational.VariationalClassifier(max_epochs=1, callback=print, random_state=0)
    fitted.set_params(callback=lambda *_: None).fit(X, y)
    with pytest.raises(TypeError, match="`callback` is a function, which is not plain data; set it to None before"):
        ql.save(fitted, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda params, arrays: arrays.update(parameters=np.zeros(3)), "the model has .* parameters, the file holds"),
        (
            lambda params, arrays: params["settings"].update(ansatz={"component": "os", "params": {}}),
            "unknown component",
        ),
        (lambda params, arrays: params["settings"].update(ansatz={"code": []}), "unknown kind of setting"),
        (lambda params, arrays: params["settings"].update(evil=1), "unexpected keyword"),
        (lambda params, arrays: arrays.update(scale=np.ones(3)), "the scaling must have 2 features"),
    ],
)
def test_tampered_files_are_refused(change, message, blobs):
    X, y = blobs
    params, arrays = variational.VariationalClassifier(max_epochs=1, random_state=0).fit(X, y)._to_data()
    change(params, arrays)
    with pytest.raises((ValueError, TypeError), match=message):
        variational.VariationalClassifier._from_data(params, arrays)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda params, arrays: params["kernel"].__setitem__(0, "Adam"), "unknown component 'Adam'"),
        (lambda params, arrays: arrays.update(landmarks=np.zeros((2, 2))), "2 landmarks need"),
        (lambda params, arrays: arrays.update({"kernel.features": np.zeros((2, 3))}), "the file holds"),
        (lambda params, arrays: arrays.update({"kernel.weights": np.zeros(2)}), "the kernel has .* weights"),
    ],
)
def test_tampered_transformers_are_refused(change, message, blobs):
    X, y = blobs
    params, arrays = TRANSFORMERS[-1].fit(X, y)._to_data()
    change(params, arrays)
    with pytest.raises(ValueError, match=message):
        variational.NystroemFeatures._from_data(params, arrays)


def test_graphs_come_back_as_their_edges(blobs, tmp_path):
    X, y = blobs
    graph = nx.Graph([(3, 2), (2, 0), (1, 0)])
    model = variational.VariationalClassifier(
        ansatz=variational.HardwareEfficient(1, coupling=graph), max_epochs=1, random_state=0
    ).fit(X, y)
    ql.save(model, tmp_path / "model")
    assert np.array_equal(ql.load(tmp_path / "model").decision_function(X), model.decision_function(X))


def test_models_of_a_noisy_device_are_saved_without_it(blobs, tmp_path):
    X, y = blobs
    noisy = variational.ParameterShift(noise=ql.NoiseModel.depolarizing(0.01, 0.05))
    model = variational.VariationalClassifier(
        ansatz=variational.HardwareEfficient(1), execution=noisy, max_epochs=1, random_state=0
    ).fit(X[::8], y[::8])
    with pytest.raises(TypeError, match=r"`execution__noise` is a NoiseModel.*model\.with_execution\(None\)"):
        ql.save(model, tmp_path / "model")
    ql.save(model.with_execution(None), tmp_path / "model")
    again = ql.load(tmp_path / "model").with_execution(noisy)
    assert np.array_equal(again.decision_function(X), model.decision_function(X))
    model.set_params(execution=None, observables=lambda n: [ql.PauliSum("Z0", n_qubits=n)])
    with pytest.raises(TypeError, match="`observables` is a function, .*; give a list of PauliSum"):
        ql.save(model, tmp_path / "model")
