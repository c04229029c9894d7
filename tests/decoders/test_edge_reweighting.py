"""Neural edge reweighting: how close to the optimum, from where it can go on, and what it takes."""

import time

import numpy as np
import pytest
import stim

from qlearn.decoders import (
    DecodingProblem,
    Matching,
    MaximumLikelihood,
    NeuralReweighting,
    _checkpoint,
    _edge_training,
    compare,
    edge_reweighting,
)
from qlearn.decoders._edge_model import EdgeModel
from qlearn.decoders._network import sigmoid
from tests.decoders.conftest import surface_circuit

QUICK = {"hidden": (16,), "least_steps": 20, "edge_batch": 256, "random_state": 3}


@pytest.fixture
def few_shots_to_choose(monkeypatch):
    """Choosing between models takes longer than such small trainings."""
    monkeypatch.setattr(edge_reweighting, "_STACKING_ROWS", 10_000)
    monkeypatch.setattr(edge_reweighting, "_VALIDATION_ROWS", 10_000)


@pytest.fixture(scope="module")
def problem():
    return DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))


@pytest.fixture(scope="module")
def decoder(problem):
    return NeuralReweighting(hidden=(64, 64), least_steps=150, random_state=0).fit(problem, n_shots=150_000)


def test_it_closes_most_of_the_gap(problem, decoder):
    decoders = {"plain": Matching(), "exact": MaximumLikelihood(), "ours": decoder}
    table = compare(decoders, problem, n_shots=150_000, random_state=1)
    assert table["ours"].gap_closed > 0.8
    assert table["ours"].versus_baseline.z < -8


def test_its_probabilities_are_calibrated(problem, decoder):
    detectors, truth = problem.sample(100_000, random_state=2)
    probability = decoder.predict_probability(detectors)[:, 0]
    for low, high in ((0.02, 0.2), (0.2, 0.8), (0.8, 0.98)):
        inside = (probability > low) & (probability < high)
        mean = probability[inside].mean()
        assert truth[inside, 0].mean() == pytest.approx(mean, abs=4 * np.sqrt(mean * (1 - mean) / inside.sum()) + 0.01)


def test_clear_shots_are_left_to_matching(problem, decoder):
    detectors, _ = problem.sample(5000, random_state=1)
    clear = np.abs(decoder._models[0].gap(detectors)) >= decoder._models[0].threshold
    base = Matching(correlated=decoder.bases_ == ["correlated matching"]).fit(problem)
    assert 0.2 < clear.mean() < 0.9
    assert np.array_equal(decoder.predict(detectors)[clear], base.predict(detectors)[clear])


def test_many_detectors_share_weights_and_ask_for_votes(problem, monkeypatch):
    few, many = NeuralReweighting(**QUICK), NeuralReweighting(**QUICK)
    few._prepare(problem)
    assert few._models[0].kinds is None
    assert len(few._features[0]) == 7
    monkeypatch.setattr(edge_reweighting, "_SHARED_FROM", problem.n_detectors)
    monkeypatch.setattr(edge_reweighting, "_VOTES_FROM", problem.n_detectors)
    many._prepare(problem)
    assert len(many._models[0].kinds) > 0
    assert len(many._features[0]) == 8


def test_gradients_of_both_losses_equal_finite_differences(problem, rng):
    model = EdgeModel(problem, 0, (3,))
    network = model.random_network(rng)
    network = network.with_parameters(network.parameters.astype(float) + rng.normal(0, 0.05, len(network.parameters)))
    detectors, observables = problem.sample(300, random_state=0)
    shares, weights = observables[:, 0].astype(float), rng.random(300)
    inputs = model.inputs.of(detectors, with_own=True).astype(float)
    flips = (rng.random((300, len(model.graph.edges))) < 0.1).astype(float)

    def outcome_loss(parameters):
        odds = model.path_sum.log_odds(
            detectors[:, model.graph.detectors], network.with_parameters(parameters).logits(inputs)
        )
        return weights @ (np.logaddexp(0, odds) - shares * odds)

    def edge_loss(parameters):
        logits = network.with_parameters(parameters).logits(inputs)
        return (np.logaddexp(0, logits) - flips * logits).sum() / 300

    for loss, gradient in (
        (outcome_loss, model.outcome_gradient(network, detectors, shares, weights)),
        (edge_loss, model.edge_gradient(network, inputs, flips)),
    ):
        for index in rng.choice(len(gradient), 25, replace=False):
            step = np.zeros(len(gradient))
            step[index] = 1e-5
            difference = loss(network.parameters + step) - loss(network.parameters - step)
            assert gradient[index] == pytest.approx(difference / 2e-5, rel=1e-3, abs=2e-5)


def test_edges_start_near_their_priors_and_blind_to_the_own_side(problem, rng):
    model = EdgeModel(problem, 0, (16,))
    network = model.random_network(rng)
    detectors, _ = problem.sample(200, random_state=0)
    seen, dark = (network.logits(model.inputs.of(detectors, with_own=own)) for own in (True, False))
    assert np.array_equal(seen, dark)
    assert sigmoid(seen).mean(axis=0) == pytest.approx(model.graph.priors, rel=0.5)


def test_an_interrupted_fit_goes_on_as_if_nothing_had_happened(problem, tmp_path, monkeypatch, few_shots_to_choose):
    monkeypatch.setattr(_checkpoint, "_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(_edge_training, "_POOL", 1)
    detectors, _ = problem.sample(4000, random_state=5)
    whole = NeuralReweighting(**QUICK).fit(problem, n_shots=60_000)
    write = _checkpoint.CheckpointFile.write
    for n_writes in (3, 10):  # while edges are learnt, and while outcomes are
        path, written = tmp_path / f"{n_writes}.checkpoint", []

        def interrupted(self, *args, n_writes=n_writes, written=written, **kwargs):
            write(self, *args, **kwargs)
            written.append(args[0]["phase"])
            if len(written) == n_writes:
                raise KeyboardInterrupt

        decoder = NeuralReweighting(**QUICK, checkpoint=path)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(_checkpoint.CheckpointFile, "write", interrupted)
            decoder.fit(problem, n_shots=60_000)
        assert written[-1] == ("edges" if n_writes == 3 else "outcomes")
        decoder.fit(problem, n_shots=60_000)
        assert np.array_equal(decoder.predict_probability(detectors), whole.predict_probability(detectors))
    done = NeuralReweighting(**QUICK, checkpoint=path).fit(problem, n_shots=60_000)
    assert np.array_equal(done.predict_probability(detectors), whole.predict_probability(detectors))
    with pytest.raises(ValueError, match="is not a checkpoint of this training"):
        NeuralReweighting(**QUICK, checkpoint=path).fit(problem, n_shots=50_000)


def test_a_checkpoint_needs_a_seed(problem, tmp_path):
    with pytest.raises(ValueError, match="needs an integer `random_state`"):
        NeuralReweighting(checkpoint=tmp_path / "file").fit(problem, n_shots=100)


def test_threads_do_not_change_the_result(problem, few_shots_to_choose):
    detectors, _ = problem.sample(2000, random_state=5)
    one, two = (NeuralReweighting(**QUICK, n_jobs=n).fit(problem, n_shots=30_000) for n in (1, 2))
    assert np.array_equal(one.predict_probability(detectors), two.predict_probability(detectors))


def test_it_keeps_its_time(problem, few_shots_to_choose):
    start = time.process_time()  # on a busy machine, other work counts towards the time limit only
    NeuralReweighting(**QUICK).fit(problem, seconds=0.5)
    assert time.process_time() - start < 6


def test_a_repetition_code_learns_from_outcomes_alone(few_shots_to_choose):
    circuit = stim.Circuit.generated(
        "repetition_code:memory", rounds=4, distance=5, before_round_data_depolarization=0.1,
        before_measure_flip_probability=0.1,
    )  # fmt: skip
    problem = DecodingProblem.from_circuit(circuit)
    decoder = NeuralReweighting(**QUICK).fit(problem, n_shots=20_000)
    assert not decoder._models[0].is_local
    table = compare({"plain": Matching(), "ours": decoder}, problem, n_shots=50_000, random_state=1)
    assert table["ours"].versus_baseline.z < 2


def test_observables_around_a_loop_are_refused():
    ring = "error(0.1) D0 D1 L0\nerror(0.1) D1 D2\nerror(0.1) D2 D0"
    with pytest.raises(ValueError, match="Observable 0 winds around a loop"):
        NeuralReweighting().fit(DecodingProblem.from_dem(ring), n_shots=100)


def test_hyperedges_are_refused():
    with pytest.raises(ValueError, match="component of 3 detectors"):
        NeuralReweighting().fit(DecodingProblem.from_dem("error(0.1) D0 D1 D2 L0"), n_shots=100)
