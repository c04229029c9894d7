"""Sums over matchings against enumeration, finite differences and matching; the graphs and samples they stand on."""

from dataclasses import replace

import numpy as np
import pytest

from qlearn.decoders import DecodingProblem, MaximumLikelihood
from qlearn.decoders._edge_samples import EdgeSampler
from qlearn.decoders._observable_graph import ObservableGraph
from qlearn.decoders._path_sum import PathSum
from tests.decoders.conftest import surface_circuit
from tests.naive.matchings import matching_weights

N_DETECTORS = 7


@pytest.fixture
def random_graph(rng):
    """A random graph of seven detectors with both boundaries, as exact as it goes, and log-odds of its edges."""
    pairs = [(u, v) for u in range(N_DETECTORS) for v in range(u + 1, N_DETECTORS) if rng.random() < 0.6]
    ends = pairs + [(u, N_DETECTORS + side) for u in range(N_DETECTORS) for side in (0, 1) if rng.random() < 0.5]
    first, second = np.array(ends, np.int64).T.copy()
    exact = {"n_steps": 80, "width": 10_000, "least_share": 0.0, "least_link": 0.0}
    return PathSum(N_DETECTORS, first, second, len(pairs), **exact), rng.normal(-3, 0.7, len(ends))


def test_sum_equals_enumeration(random_graph):
    paths, logits = random_graph
    detectors = (np.arange(2**N_DETECTORS)[:, None] >> np.arange(N_DETECTORS)) & 1 == 1
    found = paths.log_odds(detectors, logits[None])
    rough = PathSum(N_DETECTORS, paths.first, paths.second, paths.n_inner).log_odds(detectors, logits[None])
    for shot, row in enumerate(detectors):
        low, high = matching_weights(row, paths.first, paths.second, np.exp(logits))
        assert found[shot] == pytest.approx(np.log(high) - np.log(low), abs=1e-9)
    assert rough == pytest.approx(found, abs=0.05)


def test_gradient_equals_finite_differences(random_graph, rng):
    paths, logits = random_graph
    detectors = rng.random((6, N_DETECTORS)) < [[0.0], [0.3], [0.4], [0.5], [0.8], [1.0]]
    logits = logits + rng.normal(0, 0.2, (6, len(logits)))
    odds, slopes = paths.gradient(detectors, logits)
    assert np.array_equal(odds, paths.log_odds(detectors, logits))
    for edge in range(logits.shape[1]):
        step = np.zeros(logits.shape[1])
        step[edge] = 1e-5
        difference = paths.log_odds(detectors, logits + step) - paths.log_odds(detectors, logits - step)
        assert slopes[:, edge] == pytest.approx(difference / 2e-5, abs=1e-7)


def test_edges_at_the_bound_of_odds_have_no_slope(random_graph):
    paths, logits = random_graph
    logits[3] = 2.0
    _, slopes = paths.gradient(np.ones((1, N_DETECTORS), bool), logits[None])
    assert slopes[0, 3] == 0
    assert (slopes[0] != 0).sum() > 5


def test_narrow_sums_keep_the_heaviest_pairings(random_graph):
    paths, logits = random_graph
    detectors = np.ones((1, N_DETECTORS), bool)
    exact = paths.log_odds(detectors, logits[None])
    errors = [abs(replace(paths, width=w).log_odds(detectors, logits[None]) - exact)[0] for w in (1, 8, 64)]
    assert errors[0] > errors[2]
    assert errors[2] < 1e-9  # 64 sets of later events are all there are


@pytest.mark.parametrize("basis", ["x", "z"])
def test_the_cold_limit_is_matching(basis):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01, basis=basis))
    graph = ObservableGraph.of(problem, 0)
    detectors = problem.sample(400, random_state=0)[0][:, graph.detectors]
    unflipped, flipped = graph.gap_matching().weights(detectors)
    paths = replace(graph.path_sum(), least_link=0.0, least_share=0.0)
    cold = paths.log_odds(detectors, 30 * graph.prior_logits[None]) / 30
    assert cold == pytest.approx(unflipped - flipped, abs=0.15)
    assert np.abs(cold - unflipped + flipped).mean() < 0.05


def test_the_graph_of_an_observable_is_its_part_of_the_edges():
    problem = DecodingProblem.from_circuit(surface_circuit())
    graph = ObservableGraph.of(problem, 0)
    assert (len(graph.detectors), len(graph.others), len(graph.edges), graph.n_inner) == (16, 8, 55, 39)
    components = problem.edges.components()
    for u, v, edge, prior in zip(graph.first, graph.second, graph.edges, graph.priors):
        detectors, observables = components[edge]
        inside = tuple(sorted(int(graph.detectors[q]) for q in (u, v) if q < 16))
        assert inside == detectors
        assert (v == 17) == (observables == (0,))
        assert prior == problem.edges.priors[edge]
    outside = {d for edge in set(range(len(components))) - set(graph.edges.tolist()) for d in components[edge][0]}
    assert outside == set(graph.others.tolist())


def test_moving_the_observable_changes_nothing(small_problem, rng):
    added = rng.random(8) < 0.5
    lines = []
    for prior, (detectors, observables) in zip(small_problem.edges.priors, small_problem.edges.components()):
        flips = (len(observables) + added[list(detectors)].sum()) % 2
        lines.append(f"error({prior}) " + " ".join(f"D{d}" for d in detectors) + " L0" * flips)
    moved = ObservableGraph.of(DecodingProblem.from_dem("\n".join(lines)), 0)
    plain = ObservableGraph.of(small_problem, 0)
    assert np.array_equal(plain.detectors, moved.detectors)
    detectors = small_problem.sample(200, random_state=0)[0]
    sums = [g.path_sum().log_odds(detectors[:, g.detectors], g.prior_logits[None]) for g in (plain, moved)]
    signs = [np.where(g.flips(detectors), -1, 1) for g in (plain, moved)]
    expected = sums[0] * np.where((detectors & added).sum(axis=1) % 2 == 1, -1, 1) * signs[0]
    assert sums[1] * signs[1] == pytest.approx(expected, abs=1e-9)


def test_observables_around_a_loop_are_refused():
    ring = "error(0.1) D0 D1 L0\nerror(0.1) D1 D2\nerror(0.1) D2 D0"
    with pytest.raises(ValueError, match="Observable 0 winds around a loop"):
        ObservableGraph.of(DecodingProblem.from_dem(ring), 0)


def test_sampled_edges_explain_the_detectors(rng):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.02))
    shots = EdgeSampler(problem, np.arange(len(problem.edges))).sample(40_000, rng)
    edges = shots.edges.astype(int)
    assert np.array_equal(edges @ problem.edges.check_matrix.T.toarray() % 2, shots.detectors)
    assert np.array_equal(edges @ problem.edges.logical_matrix.T.toarray() % 2, shots.observables)
    assert not shots.log_weights.any()
    sigma = np.sqrt(problem.edges.priors / 40_000)
    assert np.abs(shots.edges.mean(axis=0) - problem.edges.priors).max() < (5 * sigma).max()
    rates = problem.sample(40_000, random_state=0)[0].mean(axis=0)
    assert shots.detectors.mean(axis=0) == pytest.approx(rates, abs=5 * np.sqrt(2 * 0.25 / 40_000))
    some = EdgeSampler(problem, np.array([5, 2])).sample(10, rng)
    assert some.edges.shape == (10, 2)
    assert some[2:5].edges.shape == (3, 2)


def test_boosted_errors_are_weighed_back(rng):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.001))
    exact = MaximumLikelihood().fit(problem)
    plain, boosted = (EdgeSampler(problem, np.arange(0), boost).sample(200_000, rng) for boost in (1.0, 3.0))
    assert boosted.detectors.mean() > 2.5 * plain.detectors.mean()
    weights = np.exp(boosted.log_weights)
    for feature in ("detectors", "observables"):
        means = weights @ getattr(boosted, feature) / weights.sum()
        assert means == pytest.approx(getattr(plain, feature).mean(axis=0), abs=1.5e-3)
    wrong = (exact.predict(boosted.detectors) != boosted.observables)[:, 0]
    assert weights @ wrong / weights.sum() == pytest.approx(exact.logical_error_rate_, rel=0.1)


def test_certain_and_frequent_errors_are_sampled(rng):
    problem = DecodingProblem.from_dem("error(1) D0\nerror(0.7) D1 L0\nerror(0.1) D0 D1 ^ D2")
    shots = EdgeSampler(problem, np.arange(4)).sample(20_000, rng)
    assert shots.edges[:, 0].all()
    assert shots.edges.mean(axis=0)[1:] == pytest.approx([0.7, 0.1, 0.1], abs=0.02)
    assert np.array_equal(shots.detectors[:, 2], shots.edges[:, 3])
