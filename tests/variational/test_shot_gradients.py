"""Gradients with shots of its own for each weight: unbiased and with the stated spread, for energies and for data."""

import numpy as np
import pytest

import qlearn as ql
from qlearn import variational
from qlearn.variational import ParameterShift, QuantumLayer
from qlearn.variational.energies import EnergyObjective
from qlearn.variational.shot_gradients import shot_gradient

INPUTS, WEIGHTS = np.array([[0.3, -0.7], [1.1, 0.2]]), np.array([0.4, 1.0, -0.6])
UPSTREAM = np.array([[1.0, -0.5], [0.3, 0.8]])


def layer(**settings):
    """A layer whose observables need three bases, with a constant and an angle that mixes data and weights."""
    x, w = ql.parameters("x", 2), ql.parameters("w", 3)
    circuit = ql.Circuit(2).ry(w[0] * x[0] + w[1], 0).rx(x[1], 1).cx(0, 1).ry(w[2], 1).rz(2 * w[2], 0)
    observables = [ql.PauliSum("Z0 + 0.3 * I + 0.4 * X0 X1"), ql.PauliSum("0.8 * Y1 - Z0 Z1")]
    return QuantumLayer(circuit, observables, x, w, ParameterShift(**settings))


def exact(**settings):
    return layer(**settings).differentiate(INPUTS, WEIGHTS, lambda _: UPSTREAM)[1]


@pytest.mark.parametrize("term_sampling", ["proportional", "random"])
def test_many_shots_give_the_gradient(term_sampling):
    shots = np.array([40_000, 80_000, 40_000])
    gradient, variance, spent = shot_gradient(
        layer(), INPUTS, WEIGHTS, UPSTREAM, shots, np.random.default_rng(0), term_sampling
    )
    assert (np.abs(gradient - exact()) < 5 * np.sqrt(variance / shots)).all()
    # two points an angle: one angle takes the larger number of its two weights, two have 40,000; both rows
    assert spent == 2 * 2 * (80_000 + 2 * 40_000)


@pytest.mark.statistical
@pytest.mark.parametrize("noise", [None, ql.NoiseModel.depolarizing(0.01, 0.03)])
@pytest.mark.parametrize("term_sampling", ["proportional", "random"])
def test_gradients_are_unbiased_and_state_their_spread(term_sampling, noise):
    """Mean of 400 within 4.5 standard errors, spread within 30 % of the stated one: false alarm below 1e-4."""
    settings = {} if noise is None else {"noise": noise}
    subject, random, shots = layer(**settings), np.random.default_rng(2), np.array([24, 24, 48])
    found = [shot_gradient(subject, INPUTS, WEIGHTS, UPSTREAM, shots, random, term_sampling)[:2] for _ in range(400)]
    gradients, stated = np.array([g for g, _ in found]), np.mean([v for _, v in found], axis=0) / shots
    assert (np.abs(gradients.mean(axis=0) - exact(**settings)) < 4.5 * np.sqrt(stated / 400)).all()
    # the first weight shares its angle with the second, so that all have the shots they asked for but for its double
    assert np.allclose(gradients.var(axis=0, ddof=1), stated, rtol=0.3)


def test_fewer_shots_than_groups_need_random_sampling():
    subject, random, shots = layer(), np.random.default_rng(0), np.array([2, 2, 2])
    found = [shot_gradient(subject, INPUTS, WEIGHTS, UPSTREAM, shots, random, "random")[0] for _ in range(300)]
    error = np.std(found, axis=0, ddof=1) / np.sqrt(300)
    assert (np.abs(np.mean(found, axis=0) - exact()) < 5 * error).all()
    with pytest.raises(ValueError, match="`n_shots` must be at least 6, two for each of 3 groups"):
        shot_gradient(subject, INPUTS, WEIGHTS, UPSTREAM, shots, random)


def test_adaptive_shots_train_a_classifier(blobs):
    X, y = blobs
    optimizer = variational.ICANS(min_shots=2, max_shots=256, decay=0.9)
    model = variational.VariationalClassifier(
        ansatz=variational.HardwareEfficient(1), optimizer=optimizer, execution=ParameterShift(n_shots=100),
        max_epochs=6, batch_size=10, patience=None, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert model.loss_curve_[-1] < 0.7 * model.loss_curve_[0]
    shots = model.optimizer_state_["shots"]
    assert len(shots) == model.model_.layer.n_weights
    assert max(shots) > 2  # slopes have fallen, so they need more than at first
    # at least what every weight asks for at the least
    assert model.optimizer_state_["n_shots"] > 6 * 60 * (2 * len(shots) * 2 + 2)


def test_rosalin_finds_a_ground_state():
    ising = ql.datasets.make_ising_chain(3)
    circuit = variational.HardwareEfficient(1, rotations=("ry",), coupling="chain")
    found = variational.vqe(
        ising, circuit, optimizer=variational.ICANS(min_shots=4, term_sampling="random"), max_epochs=60,
        execution=ParameterShift(n_shots=2000), patience=None, random_state=1,
    )  # fmt: skip
    reachable = variational.vqe(ising, circuit, random_state=1).energy
    assert found.energy.value - reachable < 0.15 + 4 * found.energy.std_error


def test_what_cannot_be_is_said(blobs):
    X, y = blobs
    shots = ParameterShift(n_shots=10)
    with pytest.raises(TypeError, match="A first linear map has no shots of its own"):
        variational.DressedClassifier(optimizer=variational.ICANS(), execution=shots).fit(X, y)
    with pytest.raises(ValueError, match='`term_sampling` must be "proportional" or "random", got \'best\''):
        variational.VariationalClassifier(optimizer=variational.ICANS(term_sampling="best"), execution=shots).fit(X, y)
    with pytest.raises(ValueError, match="`learning_rate` must be positive, got 0"):
        variational.VariationalClassifier(optimizer=variational.ICANS(0), execution=shots).fit(X, y)
    circuit, none = ql.Circuit(1).ry(ql.Parameter("a"), 0), np.random.default_rng(0)

    def device(circuit, observables, values, *, n_shots, random_state):
        return ql.sim.Statevector().expectation(
            circuit, observables, values, n_shots=n_shots, random_state=random_state
        )  # fmt: skip

    objective = EnergyObjective(circuit, ql.PauliSum("Z"), ParameterShift(engine=device))
    gradient, variance, *_ = objective.shot_gradient(np.array([0.5]), [4000], none)
    assert abs(gradient[0] + np.sin(0.5)) < 5 * np.sqrt(variance[0] / 4000)
    with pytest.raises(TypeError, match="cannot sample, which adaptive shots need"):
        objective.shot_gradient(np.array([0.5]), [4000], none, term_sampling="random")
