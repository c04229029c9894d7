"""The network and its training against finite differences and closed forms."""

import numpy as np
import pytest

from qlearn.decoders._network import Adam, Network, n_parameters
from qlearn.decoders._syndrome_table import SyndromeTable
from qlearn.decoders._training import outcome_gradient, train
from qlearn.decoders.shots import Shots


def loss(network, inputs, targets, counts):
    logits = network.logits(inputs).astype(float)
    each = np.logaddexp(0, logits) - targets * logits
    return (each * (counts / counts.sum())[:, None]).sum()


@pytest.mark.parametrize("sizes", [(5, 7, 6, 2), (5, 1), (3, 4, 1)])
def test_gradient_equals_finite_differences(rng, sizes):
    network = Network(sizes, rng.normal(size=n_parameters(sizes)))
    inputs = rng.normal(size=(9, sizes[0]))
    targets, counts = rng.random((9, sizes[-1])), rng.integers(1, 9, 9).astype(float)
    gradient = network.gradient(inputs, targets, counts / counts.sum())
    for index in range(len(gradient)):
        keep, ends = network.parameters[index], []
        for step in (1e-5, -1e-5):
            network.parameters[index] = keep + step
            ends.append(loss(network, inputs, targets, counts))
        network.parameters[index] = keep
        assert gradient[index] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-7)


def test_training_finds_the_log_odds_of_each_row(rng):
    inputs = np.eye(4, dtype=np.float32)
    shares = np.array([[0.1], [0.5], [0.9], [0.3]], np.float32)
    counts = np.array([1000.0, 10.0, 100.0, 1.0])
    optimiser = Adam(Network.random((4, 8, 1), rng), rate=0.05, averaging=0.99)
    settings = {"n_steps": 1500, "batch_size": 64, "random": rng}
    train(optimiser, outcome_gradient(optimiser, inputs, shares), counts, progress=lambda done: done, **settings)
    learnt = 1 / (1 + np.exp(-optimiser.averaged().logits(inputs)))
    assert learnt == pytest.approx(shares, abs=0.03)


def test_training_weighs_rows_by_their_counts(rng):
    inputs = np.zeros((3, 1), np.float32)  # nothing tells the rows apart
    shares, counts = np.array([[0.9], [0.2], [0.1]], np.float32), np.array([100.0, 10.0, 1.0])
    optimiser = Adam(Network.random((1, 1), rng), rate=0.05, averaging=0.99)
    train(
        optimiser,
        outcome_gradient(optimiser, inputs, shares),
        counts,
        n_steps=800,
        batch_size=64,
        progress=lambda done: done,
        random=rng,
    )
    learnt = 1 / (1 + np.exp(-optimiser.averaged().logits(inputs[:1])))
    assert learnt == pytest.approx((counts @ shares / counts.sum())[None], abs=0.02)


def test_training_goes_through_equal_rows_evenly(rng):
    optimiser, seen = Adam(Network.random((1, 1), rng), rate=0.1), []

    def gradient(rows, weights):
        seen.extend(rows.tolist())
        return np.zeros_like(optimiser.network.parameters)

    train(optimiser, gradient, np.ones(1000), n_steps=30, batch_size=100, progress=lambda done: done, random=rng)
    assert np.array_equal(np.bincount(seen, minlength=1000), np.full(1000, 3))
    assert sorted(seen[:100]) != seen[:100]


def test_training_stops_when_the_time_is_up(rng):
    optimiser = Adam(Network.random((1, 1), rng), rate=0.1)
    before = optimiser.network.parameters.copy()
    inputs, counts = np.ones((1, 1), np.float32), np.ones(1)
    train(
        optimiser,
        outcome_gradient(optimiser, inputs, inputs),
        counts,
        n_steps=9,
        batch_size=1,
        progress=lambda done: 1.0,
        random=rng,
    )
    assert np.array_equal(before, optimiser.network.parameters)


def test_syndrome_tables_count(rng):
    parts = [Shots(rng.random((500, 9)) < 0.1, rng.random((500, 2)) < 0.4) for _ in range(3)]
    table = SyndromeTable(9, 2, 10_000)
    table.add(parts[:1])
    table.add(parts[1:])
    detectors = np.vstack([part.detectors for part in parts])
    observables = np.vstack([part.observables for part in parts])
    assert table.counts.sum() == 1500
    assert len(table) == len(np.unique(detectors, axis=0))
    for syndrome, count, share in zip(table.detectors, table.counts, table.shares):
        same = (detectors == syndrome).all(axis=1)
        assert count == same.sum()
        assert share == pytest.approx(observables[same].mean(axis=0))


def test_a_full_table_keeps_the_latest_shots(rng):
    table = SyndromeTable(16, 1, 600)
    parts = [Shots(rng.random((500, 16)) < 0.5, np.zeros((500, 1), bool)) for _ in range(2)]
    table.add(parts[:1])
    table.add(parts[1:])
    assert table.counts.sum() == 500
    assert {tuple(row) for row in table.detectors} == {tuple(row) for row in parts[1].detectors}
