"""The layer, its angle table and both executions, against finite differences and each other."""

import pickle

import numpy as np
import pytest

import qlearn as ql
from qlearn.variational import Adjoint, ParameterShift, QuantumLayer
from tests.naive.simulator import statevector


def example(execution=None, n_observables=2):
    """A layer with every kind of monomial in its angles."""
    x, w = ql.parameters("x", 2), ql.parameters("w", 4)
    circuit = ql.Circuit(2).ry(w[0] * x[0] + w[1], 0).rx(x[1], 1).rzz(x[0] * x[1] + 0.3, 0, 1)
    circuit.crx(w[2] * w[3] + 2 * w[0], 0, 1).rz(w[2] - 0.5, 0).ry(x[0] * x[0], 1).rx(w[1] * w[1], 0)
    observables = [ql.PauliSum("ZI"), ql.PauliSum("XY") * 0.5 + ql.PauliSum("IZ")][:n_observables]
    return QuantumLayer(circuit, observables, x, w, execution)


def slow(layer, inputs, weights):
    """Return the outputs by the naive simulator."""
    results = []
    for row in inputs:
        names = {f"x[{i}]": v for i, v in enumerate(row)} | {f"w[{i}]": v for i, v in enumerate(weights)}
        state = statevector(layer.circuit, names)
        results.append([np.vdot(state, o.to_dense() @ state).real for o in layer.observables])
    return np.array(results)


@pytest.mark.parametrize("execution", [Adjoint(), Adjoint(n_jobs=2), ParameterShift()])
@pytest.mark.parametrize("n_observables", [1, 2])
def test_values_and_gradients(execution, n_observables, rng):
    layer = example(execution, n_observables)
    inputs, weights = rng.normal(size=(5, 2)), rng.normal(size=4)
    assert np.allclose(layer.forward(inputs, weights), slow(layer, inputs, weights), atol=1e-12)
    upstream = rng.normal(size=(5, n_observables))

    def total(inputs, weights):
        return float((slow(layer, inputs, weights) * upstream).sum())

    outputs, by_weights, by_inputs = layer.differentiate(inputs, weights, lambda _: upstream, by_inputs=True)
    assert np.allclose(outputs, slow(layer, inputs, weights), atol=1e-12)
    step = 1e-5
    for k in range(4):
        move = step * np.eye(4)[k]
        slope = (total(inputs, weights + move) - total(inputs, weights - move)) / (2 * step)
        assert by_weights[k] == pytest.approx(slope, abs=1e-8)
    for i, j in np.ndindex(5, 2):
        move = np.zeros((5, 2))
        move[i, j] = step
        slope = (total(inputs + move, weights) - total(inputs - move, weights)) / (2 * step)
        assert by_inputs[i, j] == pytest.approx(slope, abs=1e-8)
    assert layer.differentiate(inputs, weights, lambda _: upstream)[2] is None


def test_weight_jacobian_is_that_of_the_angles(rng):
    x, w = ql.parameters("x", 1), ql.parameters("w", 2)
    layer = QuantumLayer(ql.Circuit(1).ry(w[0] * x[0] + 3 * w[1], 0).rz(x[0], 0), [ql.PauliSum("Z")], x, w)
    assert np.allclose(layer.weight_jacobian(np.array([0.7])), [[0.7, 3.0], [0.0, 0.0]])


def test_layers_pickle(rng):
    layer = example()
    inputs, weights = rng.normal(size=(3, 2)), rng.normal(size=4)
    again = pickle.loads(pickle.dumps(layer))
    assert np.array_equal(again.forward(inputs, weights), layer.forward(inputs, weights))


@pytest.mark.slow
def test_single_precision_is_close(rng):
    layer = example()
    inputs, weights = rng.normal(size=(3, 2)), rng.normal(size=4)
    single = example(Adjoint(precision="single")).forward(inputs, weights)
    assert np.allclose(single, layer.forward(inputs, weights), atol=1e-5)
    assert not np.array_equal(single, layer.forward(inputs, weights))


def test_unknown_parameters_are_named():
    x = ql.parameters("x", 1)
    with pytest.raises(ValueError, match="'y' is a parameter of the circuit, but neither an input nor a weight"):
        QuantumLayer(ql.Circuit(1).ry(ql.Parameter("y"), 0), [ql.PauliSum("Z")], x, ())


def test_noise_scales_expectation_values(rng):
    """Depolarising with total probability p shrinks Z of one qubit by 1 - 4 p / 3."""
    x, w = ql.parameters("x", 1), ql.parameters("w", 1)
    circuit = ql.Circuit(1).ry(w[0] * x[0], 0)
    noise = ql.NoiseModel.depolarizing(0.03, 0.0)
    layer = QuantumLayer(circuit, [ql.PauliSum("Z")], x, w, ParameterShift(noise=noise))
    inputs, weights = rng.normal(size=(4, 1)), np.array([0.8])
    shrink = 1 - 4 * 0.03 / 3
    assert np.allclose(layer.forward(inputs, weights), shrink * np.cos(0.8 * inputs))
    _, gradient, _ = layer.differentiate(inputs, weights, lambda values: np.ones(values.shape))
    assert gradient[0] == pytest.approx(-shrink * float((inputs * np.sin(0.8 * inputs)).sum()))


def test_a_device_sees_circuits_and_shots():
    """Any callable is an executor: it gets circuits whose parameters are angles, and all points at once."""
    seen = []

    def device(circuit, observables, values, *, n_shots, random_state):
        seen.append((type(circuit).__name__, values.shape, n_shots))
        return ql.sim.Statevector().expectation(circuit, observables, values)

    execution = ParameterShift(n_shots=10, engine=device)
    layer = example(execution)
    layer.differentiate(np.zeros((3, 2)), np.zeros(4), lambda values: np.ones(values.shape))
    # angles of weights: ry, crx (four terms), rz, rx
    assert seen == [("Circuit", (3, 7), 10), ("Circuit", (30, 7), 10)]
    assert execution.is_stochastic
    assert not ParameterShift().is_stochastic


@pytest.mark.statistical
def test_shot_gradients_with_device_noise_are_unbiased():
    """Mean of 400 gradients within 4 standard errors in all 4 weights: false alarm below 3e-4."""
    noise = ql.NoiseModel.depolarizing(0.01, 0.03)
    inputs, weights = np.array([[0.3, -0.7]]), np.array([0.4, 1.0, -0.6, 0.9])
    upstream = np.array([[1.0, -0.5]])
    exact = example(ParameterShift(noise=noise)).differentiate(inputs, weights, lambda _: upstream)[1]
    layer = example(ParameterShift(n_shots=50, noise=noise))
    generator = np.random.default_rng(5)
    found = np.array(
        [layer.differentiate(inputs, weights, lambda _: upstream, random_state=generator)[1] for _ in range(400)]
    )
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - exact) < 4 * error).all()
