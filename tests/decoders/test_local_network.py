"""The network of shared weights against one written out in full, and the translations it finds."""

import numpy as np
import pytest

from qlearn.decoders import DecodingProblem, NeuralReweighting
from qlearn.decoders._edge_model import EdgeModel
from tests.decoders.conftest import surface_circuit


@pytest.fixture(scope="module")
def problem():
    return DecodingProblem.from_circuit(surface_circuit(distance=3, rounds=4))


@pytest.fixture
def model(problem):
    return EdgeModel(problem, 0, (5,), shares_weights=True)


def written_out(network, bits):
    """Return the logits of the network, layer by layer in double precision, from parameters laid out as it says."""
    bits = np.hstack([bits, np.zeros((len(bits), 1))]).astype(float)
    logits, start = np.full((len(bits), network.n_outputs), np.nan), 0

    def taken(*shape):
        nonlocal start
        start += int(np.prod(shape))
        return network.parameters[start - int(np.prod(shape)) : start].reshape(shape).astype(float)

    for kind in network.kinds:
        (n_edges, n_places), width = kind.seen.shape, network.width
        first, first_bias, second = taken(n_places, width), taken(n_edges, width), taken(width, width)
        second_bias, last, skip, bias = taken(width), taken(width), taken(n_places), taken(n_edges)
        near = bits[:, kind.seen]
        low = np.maximum(near @ first + first_bias, 0)
        high = np.maximum(low @ second + second_bias, 0)
        logits[:, kind.edges] = high @ last + near @ skip + bias
    assert start == len(network.parameters)
    return logits


def test_outputs_and_slopes_equal_those_written_out(model, rng):
    network = model.random_network(rng)
    network.parameters += rng.normal(0, 0.2, len(network.parameters)).astype(np.float32)
    bits = (rng.random((20, len(model.inputs))) < 0.2).astype(np.float32)
    assert network.logits(bits) == pytest.approx(written_out(network, bits), abs=1e-4)
    error = rng.normal(size=(20, network.n_outputs)).astype(np.float32)
    slopes = network.backward(network.forward(bits)[0], error)
    exact = network.parameters.astype(float)
    for index in rng.choice(len(exact), 60, replace=False):
        ends = []
        for step in (1e-6, -1e-6):
            moved = exact.copy()
            moved[index] += step
            ends.append((error * written_out(network.with_parameters(moved), bits)).sum())
        assert slopes[index] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-3, abs=1e-3)


def test_it_starts_at_the_priors_and_blind_to_the_own_side(model, problem, rng):
    network = model.random_network(rng)
    detectors, _ = problem.sample(50, random_state=0)
    seen, dark = (network.logits(model.inputs.of(detectors, with_own=own)) for own in (True, False))
    assert np.array_equal(seen, dark)
    assert seen.mean(axis=0) == pytest.approx(model.graph.prior_logits, abs=0.5)


def test_kinds_are_translations(model, problem):
    places = problem.coordinates[model.graph.detectors]
    n = len(places)
    assert sorted(np.concatenate([kind.edges for kind in model.kinds])) == list(range(len(model.graph.edges)))
    everything = np.concatenate([model.graph.others, np.zeros(len(model.inputs.ends), int), model.graph.detectors])
    for kind in model.kinds:
        ends = model.graph.first[kind.edges], model.graph.second[kind.edges]
        inner = ends[1] < n
        assert inner.all() or not inner.any()
        if inner.all():
            assert len(np.unique(places[ends[1]] - places[ends[0]], axis=0)) == 1
        for place in np.flatnonzero(kind.is_own):
            there = kind.seen[:, place] < len(everything)
            ways = problem.coordinates[everything[kind.seen[there, place]]] - places[ends[0][there]]
            assert len(np.unique(ways, axis=0)) == 1


def test_it_learns(problem):
    decoder = NeuralReweighting(hidden=(8,), shares_weights=True, least_steps=20, random_state=0)
    decoder.fit(problem, n_shots=100_000)
    detectors, observables = problem.sample(20_000, random_state=1)
    static = decoder._models[0].path_sum.log_odds(
        detectors[:, decoder._models[0].graph.detectors], decoder._models[0].graph.prior_logits[None]
    )
    wrong = (decoder.predict(detectors) != observables).mean()
    assert wrong < 0.95 * ((static > 0) != observables[:, 0]).mean()
