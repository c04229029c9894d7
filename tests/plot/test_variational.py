"""Pictures of variational models show the numbers they were given."""

import warnings

import numpy as np
import pytest

import qlearn as ql
from qlearn.variational import EnergyObjective


def test_learning_curves_of_models_and_results(rng):
    X = rng.normal(size=(20, 2))
    model = ql.variational.VariationalClassifier(max_epochs=3, validation_fraction=0.2, random_state=0)
    model.fit(X, X[:, 0] > 0)
    result = ql.variational.vqe(ql.PauliSum("Z"), ql.Circuit(1).ry(ql.Parameter("a"), 0), random_state=0)
    display = ql.plot.LearningCurveDisplay.from_estimators({"model": model, "energy": result}).plot()
    lines = [line.get_ydata() for line in display.ax_.lines]
    np.testing.assert_allclose(lines[0], model.loss_curve_)
    np.testing.assert_allclose(lines[1], model.validation_curve_)
    np.testing.assert_allclose(lines[2], result.loss_curve)
    assert display.ax_.lines[1].get_linestyle() == "--"
    with pytest.raises(ValueError, match=r"`validation` names \['b'\]"):
        ql.plot.LearningCurveDisplay({"a": [1.0]}, {"b": [1.0]})


def test_boundaries_are_predictions(rng):
    X = rng.normal(size=(30, 2))
    y = np.where(X[:, 0] > 0, "right", "left")
    model = ql.variational.QuantumKernelClassifier().fit(X, y)
    display = ql.plot.BoundaryDisplay.from_estimator(model, X, y, n_points=9).plot()
    corner = model.predict([[display.x[0], display.y[-1]]])[0]
    assert display.names[display.classes[-1, 0]] == corner
    assert sum(len(line.get_xdata()) for line in display.ax_.lines) == 30
    with pytest.raises(ValueError, match="`points` and `labels` come together"):
        ql.plot.BoundaryDisplay([0], [0], [[0]], ["a"], points=[[0, 0]])


def test_landscapes_hold_the_function():
    theta = ql.parameters("theta", 2)
    objective = EnergyObjective(ql.Circuit(2).ry(theta[0], 0).ry(theta[1], 1), ql.PauliSum("Z0 + 0.5 * Z1"))
    path = np.array([[0.1, 0.2], [np.pi, np.pi]])
    display = ql.plot.LandscapeDisplay.from_function(objective.values, [0.0, 0.0], n_points=5, path=path).plot()
    x, y = np.meshgrid(display.x, display.y)
    np.testing.assert_allclose(display.values, np.cos(x) + 0.5 * np.cos(y), atol=1e-12)
    np.testing.assert_allclose(display.ax_.lines[0].get_xdata(), path[:, 0])


def test_gradient_variances_are_means_over_parameters():
    rows = [ql.Estimate(np.array([0.1, 0.3]), np.array([0.01, 0.03]), 10) for _ in range(2)]
    display = ql.plot.GradientVarianceDisplay.from_estimates([2, 4], {"a": rows}).plot()
    np.testing.assert_allclose(display.variances["a"], [0.2, 0.2])
    np.testing.assert_allclose(display.ax_.lines[0].get_xdata(), [2, 4])


def test_fisher_spectra_are_medians_with_bands():
    rows = np.array([[3.0, 1.0, 0.0], [5.0, 2.0, 1e-3], [4.0, 1.5, 0.0]])
    display = ql.plot.FisherSpectrumDisplay({"a": rows, "b": rows[:, :2]}).plot()
    np.testing.assert_allclose(display.ax_.lines[0].get_ydata(), [4.0, 1.5, 1e-12])
    np.testing.assert_allclose(display.ax_.lines[1].get_xdata(), [1, 2])
    band = display.ax_.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1e-12, 5.0)
    with pytest.raises(ValueError, match=r"The spectrum 'none' is empty, of shape \(0, 3\)"):
        ql.plot.FisherSpectrumDisplay({"none": rows[:0]})


def test_expressibility_is_drawn_against_entanglement():
    reach, entangled = ql.Estimate(0.2, 0.02, 100), ql.Estimate(0.7, 0.01, 100)
    display = ql.plot.ExpressibilityDisplay({"a": reach, "b": reach}, {"a": entangled, "b": entangled}).plot()
    assert [tuple(line.lines[0].get_xydata()[0]) for line in display.ax_.containers] == [(0.7, 0.2)] * 2
    assert display.ax_.get_yscale() == "log"
    with pytest.raises(ValueError, match=r"must have the same names, got \['a'\] and \['c'\]"):
        ql.plot.ExpressibilityDisplay({"a": reach}, {"c": entangled})


def test_algebras_are_computed_for_every_width():
    def ising(n):
        bonds = sum(
            (ql.PauliSum(f"Z{q} Z{q + 1}", n_qubits=n) for q in range(1, n - 1)), ql.PauliSum("Z0 Z1", n_qubits=n)
        )
        return [bonds, sum((ql.PauliSum(f"X{q}", n_qubits=n) for q in range(1, n)), ql.PauliSum("X0", n_qubits=n))]

    def universal(n):
        return [ql.PauliSum(f"{a}{q}", n_qubits=n) for q in range(n) for a in "XZ"] + ising(n)[:1]

    display = ql.plot.AlgebraDisplay.from_generators([2, 3, 4], {"Ising": ising, "universal": universal}).plot()
    ising_line, universal_line, most = display.ax_.get_lines()
    # an open chain of n spins: n^2 (Larocca et al., Proposition 1)
    np.testing.assert_array_equal(ising_line.get_ydata(), [4, 9, 16])
    np.testing.assert_array_equal(universal_line.get_ydata(), [15, 63, 255])
    np.testing.assert_array_equal(most.get_ydata(), universal_line.get_ydata())
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()][:2] == ["Ising", "universal"]


def test_boundaries_of_frames_and_of_what_is_no_classifier(rng):
    pandas = pytest.importorskip("pandas")
    X, y = rng.normal(size=(20, 2)), np.repeat(["down", "up"], 10)
    frame = pandas.DataFrame(X, columns=["left", "right"])
    model = ql.variational.QuantumKernelClassifier().fit(frame, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of names of columns that are missing
        display = ql.plot.BoundaryDisplay.from_estimator(model, frame, y, n_points=5).plot()
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("left", "right")
    with pytest.raises(TypeError, match="must be a fitted classifier; this QuantumKernelRegressor has no `classes_`"):
        ql.plot.BoundaryDisplay.from_estimator(ql.variational.QuantumKernelRegressor(), X, y)
    with pytest.raises(ValueError, match=r"`y` has classes \['in'\] that the model does not know, \['down', 'up'\]"):
        ql.plot.BoundaryDisplay.from_estimator(model, frame, np.full(20, "in"))


def test_a_path_that_leaves_the_landscape_is_cut_off():
    path = [[0.0, 0.0], [9.0, 9.0], [0.5, 0.5]]
    display = ql.plot.LandscapeDisplay([0, 1], [0, 2], [[0.0, 0.5], [0.5, 1.0]], path).plot()
    assert (display.ax_.get_xlim(), display.ax_.get_ylim()) == ((0, 1), (0, 2))
    with pytest.raises(ValueError, match="`directions` must lie between 0 and 2, got 7"):
        ql.plot.LandscapeDisplay.from_function(lambda grid: grid[:, 0], [0.0, 0.0, 0.0], directions=(0, 7))


def test_ranks_are_whole_numbers():
    display = ql.plot.FisherSpectrumDisplay({"a": np.ones((2, 3))}).plot()
    ticks = display.ax_.get_xticks()
    assert np.array_equal(ticks, np.round(ticks))
