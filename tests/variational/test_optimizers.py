"""Every optimiser on energies whose minimum is known, the loop that all run in, and exact details of each."""

import numpy as np
import pytest

import qlearn as ql
from qlearn import variational
from qlearn.variational.energies import EnergyObjective
from qlearn.variational.optimizers import Loop


def two_qubits():
    """An energy with minimum -sqrt(2) - 1 over product states turned about Y, and its circuit."""
    theta = ql.parameters("theta", 3)
    circuit = ql.Circuit(2).ry(theta[0], 0).ry(theta[1], 1).rz(theta[2], 0)
    return circuit, ql.PauliSum("Z0 + X0 + 0.5 * Z1 - 0.5 * I")


EXACT = -np.sqrt(2) - 1.0


@pytest.mark.parametrize(
    ("optimizer", "steps", "error"),
    [
        (variational.LBFGS(), 100, 1e-9),
        (variational.Adam(0.1), 300, 1e-4),
        (variational.NaturalGradient(0.2), 80, 1e-4),
        (variational.NaturalGradient(0.2, approximation=None), 80, 1e-4),
        (variational.Rotosolve(), 30, 1e-6),
        (variational.SPSA(0.5), 300, 0.05),
        (variational.QNSPSA(0.05), 300, 0.05),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "step") else None,
)
def test_every_optimiser_finds_the_minimum(optimizer, steps, error):
    circuit, observable = two_qubits()
    found = variational.vqe(
        observable, circuit, initial=[0.4, 0.3, 0.2], optimizer=optimizer, max_epochs=steps, patience=None,
        random_state=0,
    )  # fmt: skip
    assert -1e-12 < found.energy - EXACT < error
    assert len(found.loss_curve) <= steps
    again = variational.vqe(
        observable, circuit, initial=[0.4, 0.3, 0.2], optimizer=optimizer, max_epochs=steps, patience=None,
        random_state=0,
    )  # fmt: skip
    assert again.energy == found.energy


def test_rotosolve_sweeps_are_exact_coordinate_minima():
    circuit, observable = two_qubits()
    objective = EnergyObjective(circuit, observable)
    point, _ = variational.Rotosolve().step(objective, np.array([0.4, 0.3, 0.2]), None, {}, np.random.default_rng(0))
    grid = np.linspace(-np.pi, np.pi, 20001)
    # the last coordinate of the sweep is at its minimum given the others
    points = np.repeat(point[None], len(grid), axis=0)
    points[:, 2] = grid
    assert objective.value(point) <= objective.values(points).min() + 1e-12
    shared = EnergyObjective(ql.Circuit(1).ry(2 * ql.Parameter("a"), 0), ql.PauliSum("Z"))
    with pytest.raises(TypeError, match="Rotosolve needs an energy whose weights each are the angle"):
        variational.Rotosolve().step(shared, np.zeros(1), None, {}, np.random.default_rng(0))


def test_adam_steps_are_those_of_the_paper():
    class Slope:
        n_samples = 1

        def value_and_gradient(self, point, rows, random):
            return 0.0, np.array([3.0, -0.1])

    state = {}
    point, _ = variational.Adam(0.01).step(Slope(), np.zeros(2), None, state, None)
    assert np.allclose(point, [-0.01, 0.01], atol=1e-7)
    slowing = variational.Adam(0.01, decay=1.0)
    state = {}
    point, _ = slowing.step(Slope(), np.zeros(2), None, state, None)
    assert np.allclose(slowing.step(Slope(), point, None, state, None)[0], [-0.015, 0.015], atol=1e-7)


def test_natural_gradient_of_one_qubit_is_closed_form():
    """RY then RZ: the metric is diag(1, sin^2) / 4, so RZ moves by the gradient over that."""
    theta = ql.parameters("theta", 2)
    circuit = ql.Circuit(1).ry(theta[0], 0).rz(theta[1], 0)
    point = np.array([0.7, 0.3])
    slope = np.array([np.cos(0.7) * np.cos(0.3), -np.sin(0.7) * np.sin(0.3)])
    metric = np.diag([0.25, np.sin(0.7) ** 2 / 4]) + 0.01 * np.eye(2)
    for approximation in (None, "block_diagonal"):
        optimizer = variational.NaturalGradient(1.0, approximation=approximation, regularisation=0.01)
        moved, _ = optimizer.step(EnergyObjective(circuit, ql.PauliSum("X")), point, None, {}, None)
        assert np.allclose(moved, point - np.linalg.solve(metric, slope))


def test_qnspsa_estimates_the_metric():
    """The mean of many samples is the Fubini-Study metric, to finite-difference error."""
    theta = ql.parameters("theta", 2)
    objective = EnergyObjective(ql.Circuit(1).ry(theta[0], 0).rz(theta[1], 0), ql.PauliSum("X"))
    optimizer, state, random = variational.QNSPSA(learning_rate=1e-9), {}, np.random.default_rng(1)
    point = np.array([0.7, 0.3])
    for _ in range(400):
        optimizer.step(objective, point, None, state, random)
    expected = np.diag([0.25, np.sin(0.7) ** 2 / 4])
    # diagonal entries are contaminated by the off-diagonal one with random signs, of size 0.1 / sqrt(400)
    assert np.allclose(state["metric"], expected, atol=0.03)


def test_icans_spends_shots_where_the_slope_is_uncertain():
    circuit, observable = two_qubits()
    execution = variational.ParameterShift(n_shots=1000)
    found = variational.vqe(
        observable, circuit, initial=[0.4, 0.3, 0.2], optimizer=variational.ICANS(min_shots=20), max_epochs=60,
        patience=None, execution=execution, random_state=0,
    )  # fmt: skip
    assert found.energy.n_shots == 1000
    assert abs(found.energy.value - EXACT) < 0.05 + 4 * found.energy.std_error
    objective = EnergyObjective(circuit, observable, execution)
    random, state = np.random.default_rng(0), {}
    point = np.array([0.4, 0.3, 0.2])
    point, _ = variational.ICANS(min_shots=20).step(objective, point, None, state, random)
    assert state["n_shots"] == 6 * 20 + 20
    assert set(np.log2(state["shots"]) % 1) == {0.0}
    with pytest.raises(ValueError, match=r"`learning_rate` must lie between 0 and 0\.8, got 5"):
        variational.ICANS(learning_rate=5).step(objective, point, None, {}, random)
    with pytest.raises(TypeError, match="Shots for each component need execution=ParameterShift"):
        variational.VariationalClassifier(optimizer=variational.ICANS()).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.statistical
def test_shot_gradients_state_their_variance():
    """Spread of 300 gradients against the stated one: within 25 %, which fails by chance below 1e-6."""
    circuit, observable = two_qubits()
    objective = EnergyObjective(circuit, observable, variational.ParameterShift(n_shots=1))
    random, point, shots = np.random.default_rng(3), np.array([0.4, 0.3, 0.9]), np.array([40, 80, 160])
    found = [objective.shot_gradient(point, shots, random)[:2] for _ in range(300)]
    slopes = np.array([slope for slope, _ in found])
    stated = np.mean([variance for _, variance in found], axis=0) / shots
    assert np.allclose(slopes.var(axis=0, ddof=1), stated, rtol=0.25)
    exact = EnergyObjective(circuit, observable).value_and_gradient(point)[1]
    assert (np.abs(slopes.mean(axis=0) - exact) < 4.5 * np.sqrt(stated / 300)).all()


@pytest.mark.parametrize("optimizer", [variational.NaturalGradient(), variational.QNSPSA(), variational.SPSA()])
def test_models_of_data_train_with_other_optimisers(optimizer, blobs):
    X, y = blobs
    model = variational.VariationalClassifier(
        ansatz=variational.HardwareEfficient(n_layers=1), optimizer=optimizer, max_epochs=10, random_state=0
    ).fit(X, y)
    assert np.mean(model.loss_curve_[-3:]) < model.loss_curve_[0]


def test_the_loop_cuts_every_row_once_and_refuses_nonsense():
    loop = Loop(batch_size=4, random_state=0)
    parts = loop.batches(10)
    assert sorted(map(len, parts)) == [2, 4, 4]
    assert sorted(np.concatenate(parts)) == list(range(10))
    assert loop.batches(4) == [slice(None)]
    with pytest.raises(ValueError, match="`tolerance` must be finite and not negative, got -1"):
        Loop(tolerance=-1)
    with pytest.raises(ValueError, match="`batch_size` must be at least 1, got 0"):
        Loop(batch_size=0)


def test_training_stops_at_losses_that_are_not_finite():
    class Broken(variational.Adam):
        def step(self, objective, parameters, rows, state, random):
            return parameters, np.nan

    circuit, observable = two_qubits()
    found = variational.vqe(observable, circuit, optimizer=Broken())
    assert (found.message, len(found.loss_curve)) == ("the loss is not finite", 1)
