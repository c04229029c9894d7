"""Learned decoders: how close to the optimum they come, and what they never do."""

import time

import numpy as np
import pytest
from sklearn.base import clone

import qlearn as ql
from qlearn.decoders import (
    DecodingProblem,
    GapStacking,
    Matching,
    MaximumLikelihood,
    MLPDecoder,
    NeuralReweighting,
    compare,
)
from tests.decoders.conftest import surface_circuit


@pytest.fixture(scope="module")
def problem():
    return DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))


def test_gap_stacking_closes_most_of_the_gap(problem):
    decoder = GapStacking(random_state=0).fit(problem, n_shots=300_000)
    assert decoder.choices_ == ["network"]
    decoders = {"plain": Matching(), "exact": MaximumLikelihood(), "stack": decoder}
    table = compare(decoders, problem, n_shots=100_000, random_state=1)
    assert table["stack"].gap_closed > 0.5  # 0.57 to 0.71 over seeds of training
    assert table["stack"].versus_baseline.z < -5
    probability = decoder.predict_probability(problem.sample(100_000, random_state=2)[0])[:, 0]
    truth = problem.sample(100_000, random_state=2)[1][:, 0]
    for low, high in ((0.02, 0.2), (0.2, 0.8), (0.8, 0.98)):
        inside = (probability > low) & (probability < high)
        sigma = 0.5 / np.sqrt(inside.sum())
        assert probability[inside].mean() == pytest.approx(truth[inside].mean(), abs=4 * sigma)


def test_gap_stacking_leaves_clear_shots_to_matching(problem):
    decoder = GapStacking(threshold=2.0, random_state=0).fit(problem, n_shots=20_000)
    detectors, _ = problem.sample(5000, random_state=1)
    clear = np.abs(decoder._features[0].gap(detectors)) >= 2.0
    base = Matching(correlated=decoder.bases_ == ["correlated matching"]).fit(problem)
    assert 0.3 < clear.mean() < 1
    assert np.array_equal(decoder.predict(detectors)[clear], base.predict(detectors)[clear])


def test_gap_stacking_without_outcomes_to_learn_from_stays_matching():
    decoder = GapStacking(random_state=0).fit(DecodingProblem.from_dem("error(0.1) D0\nerror(1e-9) D0 L0"), n_shots=50)
    assert decoder.choices_ == ["plain matching"]
    assert not decoder.predict([[True], [False]]).any()


@pytest.mark.parametrize("residual", [False, True])
def test_mlp_closes_some_of_the_gap(problem, residual):
    decoder = MLPDecoder((64, 64), residual, learning_rate=5e-3, passes=100, random_state=0).fit(
        problem, n_shots=600_000
    )
    decoders = {"plain": Matching(), "exact": MaximumLikelihood(), "mlp": decoder}
    table = compare(decoders, problem, n_shots=100_000, random_state=1)
    assert table["mlp"].gap_closed > 0.2


def test_mlp_keeps_its_time(small_problem):
    decoder = MLPDecoder((32,), random_state=0).fit(small_problem, seconds=0.5)
    assert decoder.fit_seconds_ < 4
    assert decoder.predict(small_problem.sample(100)[0]).shape == (100, 1)


@pytest.mark.parametrize("code", [ql.codes.colour_code(3), ql.codes.toric_code(2)], ids=["colour", "toric"])
def test_gap_stacking_learns_from_votes_where_observables_wind(code, tmp_path):
    circuit = ql.codes.memory_circuit(code, 2, noise=ql.codes.CircuitNoise.circuit_level(0.005))
    problem = DecodingProblem.from_circuit(circuit)
    decoder = GapStacking(hidden=(32,), passes=5, random_state=0).fit(problem, n_shots=60_000)
    decoders = {"plain": Matching(), "exact": MaximumLikelihood(), "stack": decoder}
    table = compare(decoders, problem, n_shots=50_000, random_state=1)
    assert table["stack"].gap_closed > 0.6
    detectors, _ = problem.sample(500, random_state=2)
    gaps = decoder._features[0].gap(detectors)
    assert np.array_equal(gaps < 0, Matching().fit(problem).predict(detectors)[:, 0])
    ql.save(decoder, tmp_path / "votes.qlearn")
    assert np.array_equal(
        ql.load(tmp_path / "votes.qlearn").predict_probability(detectors), decoder.predict_probability(detectors)
    )


@pytest.mark.parametrize(
    ("decoder", "seconds"),
    [(GapStacking(random_state=0), 1.5), (NeuralReweighting((32,), n_jobs=1, random_state=0), 4.0)],
    ids=["gaps", "edges"],
)
def test_a_budget_in_seconds_covers_all_of_the_training(surface_problem, decoder, seconds, monkeypatch):
    """Features of the shots and the choice between models included, in seconds of the processor."""
    clone(decoder).fit(surface_problem, n_shots=2000)  # compiles
    monkeypatch.setattr(time, "perf_counter", time.process_time)
    assert 0.6 * seconds < clone(decoder).fit(surface_problem, seconds=seconds).fit_seconds_ < 1.6 * seconds
