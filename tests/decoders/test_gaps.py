"""Complementary gaps against ordinary matching."""

import numpy as np
import pytest

from qlearn.decoders import DecodingProblem, Matching
from qlearn.decoders._gap_features import GapFeatures, curved, voters
from qlearn.decoders._gaps import ForcedMatching
from qlearn.decoders._pymatching import MatchingGraph
from tests.decoders.conftest import surface_circuit


@pytest.mark.parametrize("basis", ["x", "z"])
def test_the_lighter_class_is_ordinary_matching(basis):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=3, p=0.01, basis=basis))
    detectors, _ = problem.sample(4000, random_state=0)
    unflipped, flipped = ForcedMatching(problem, 0, correlated=False).weights(detectors)
    graph = MatchingGraph(problem.decomposed_model, correlated=False)
    assert np.minimum(unflipped, flipped) == pytest.approx(graph.weights(detectors), abs=1e-5)
    clear = np.abs(flipped - unflipped) > 1e-6
    assert clear.mean() > 0.9
    assert np.array_equal((flipped < unflipped)[clear], graph.decode(detectors)[clear, 0])


def test_an_observable_inside_is_moved_to_the_boundary(small_problem):
    # The observable is redefined as itself times some detectors: its edges are then inner ones as well.
    added = np.array([1, 0, 0, 1, 0, 1, 1, 0], bool)
    lines = []
    for prior, (detectors, observables) in zip(small_problem.edges.priors, small_problem.edges.components()):
        flips = (len(observables) + added[list(detectors)].sum()) % 2
        lines.append(f"error({prior}) " + " ".join(f"D{d}" for d in detectors) + " L0" * flips)
    moved = DecodingProblem.from_dem("\n".join(lines))
    assert any(len(d) == 2 and o for d, o in moved.edges.components())
    detectors, _ = small_problem.sample(500, random_state=0)
    low, high = ForcedMatching(moved, 0, correlated=False).weights(detectors)
    clear = np.abs(high - low) > 1e-6
    assert np.array_equal((high < low)[clear], Matching().fit(moved).predict(detectors)[clear, 0])


def test_an_observable_that_the_syndrome_decides_has_a_wide_gap():
    problem = DecodingProblem.from_dem("error(0.1) D0 L0\nerror(0.1) D0 D1\nerror(0.1) D1 L0")
    low, high = ForcedMatching(problem, 0, correlated=False).weights(np.array([[0, 0], [1, 0], [1, 1]], bool))
    assert high - low == pytest.approx(np.log(1e9 - 1) * np.array([1, -1, 1]), rel=1e-3)


def test_observables_around_a_loop_are_refused():
    ring = "error(0.1) D0 D1 L0\nerror(0.1) D1 D2\nerror(0.1) D2 D0"
    with pytest.raises(ValueError, match="Observable 0 winds around a loop"):
        ForcedMatching(DecodingProblem.from_dem(ring), 0, correlated=False)


def test_votes_stand_behind_the_gaps(small_problem):
    detectors, _ = small_problem.sample(400, random_state=0)
    answers = Matching(correlated=True).fit(small_problem).predict(detectors)[:, 0]
    without, having = (GapFeatures(small_problem, 0, 8.0, voters(small_problem, n)) for n in (0, 5))
    shares = voters(small_problem, 5).vote_shares(detectors)[:, 0]
    assert (len(without), len(having)) == (7, 8)
    assert np.array_equal(having.of(detectors, answers)[:, :7], without.of(detectors, answers))
    assert np.array_equal(having.of(detectors, answers)[:, 7], 2 * shares - 1)
    assert having.of(detectors[:0], answers[:0]).shape == (0, 8)
    for n, message in ((4, "`n_votes` must be odd"), (-1, "`n_votes` must be at least 0")):
        with pytest.raises(ValueError, match=message):
            voters(small_problem, n)


def test_functions_of_the_gaps_stand_beside_the_features(rng):
    features = rng.normal(0, 4, (50, 7))
    found = curved(features)
    plain, correlated = features[:, 2], features[:, 5]
    assert np.array_equal(found[:, :7], features)
    assert found[:, 7:9] == pytest.approx(np.column_stack([plain**2, correlated**2]) * np.sign(features[:, [2, 5]]))
    assert found[:, 9] == pytest.approx((np.exp(plain) - 1) / (np.exp(plain) + 1))
    assert np.array_equal(found[:, 11] < 0, plain < 0)
