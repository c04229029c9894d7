"""The ensemble: members, votes, escalation, gain at distance 5."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.decoders import DecodingProblem, Matching, MatchingEnsemble

from .conftest import surface_circuit


@pytest.fixture(scope="module")
def problem():
    return DecodingProblem.from_circuit(surface_circuit(5, 5, 0.005))


def test_without_spread_all_members_are_correlated_matching(problem):
    detectors, _ = problem.sample(2000, random_state=1)
    ensemble = MatchingEnsemble(3, n_first=1, spread=0.0).fit(problem)
    assert np.array_equal(ensemble.predict(detectors), Matching(correlated=True).fit(problem).predict(detectors))


def test_votes_are_those_of_the_members(problem):
    """Dissent among the first asks all; without dissent their answer stands, whatever the others say."""
    detectors, _ = problem.sample(3000, random_state=2)
    ensemble = MatchingEnsemble(7, n_first=3, random_state=5).fit(problem)
    votes = np.array([member.decode(detectors)[:, 0] for member in ensemble.members_])
    first = votes[:3]
    expected = np.where(first.all(axis=0), True, np.where(first.any(axis=0), votes.sum(axis=0) > 3.5, False))
    assert (first.any(axis=0) & ~first.all(axis=0)).sum() > 20
    assert np.array_equal(ensemble.predict(detectors)[:, 0], expected)


def test_shares_of_votes_ask_all_members(problem):
    detectors, _ = problem.sample(1000, random_state=2)
    ensemble = MatchingEnsemble(5, n_first=1, random_state=5).fit(problem)
    shares = ensemble.vote_shares(detectors)
    votes = sum(member.decode(detectors).astype(int) for member in ensemble.members_)
    assert np.array_equal(np.rint(5 * shares), votes)
    assert ((shares > 0) & (shares < 1)).any()
    with pytest.raises(ValueError, match="`detectors`"):
        ensemble.vote_shares(detectors[:, 1:])


def test_probabilities_are_spread_as_asked(problem):
    from qlearn.decoders.ensemble import _perturbed

    model = problem.decomposed_model
    changed = _perturbed(model, 0.9, np.random.default_rng(0))
    ratios = np.array([
        new.args_copy()[0] / old.args_copy()[0] for new, old in zip(changed, model) if old.type == "error"
    ])  # fmt: skip
    assert [part.targets_copy() for part in changed] == [part.targets_copy() for part in model]
    assert 0.1 <= ratios.min() < 0.13
    assert 1.87 < ratios.max() <= 1.9
    assert abs(ratios.mean() - 1) < 6 * 0.52 / np.sqrt(len(ratios))


def test_it_beats_plain_matching_at_distance_5(problem):
    """Published: .0103 against .0143; a false alarm needs 5 standard errors of the paired difference."""
    table = ql.decoders.compare([Matching(), MatchingEnsemble()], problem, n_shots=20_000, random_state=0)
    assert table.rows[1].versus_baseline.z < -4


def test_bad_settings_are_named(small_problem):
    for settings, message in (
        ({"n_members": 4}, "`n_members` must be odd"),
        ({"n_first": 0}, "`n_first` must lie between 1 and 15"),
        ({"n_members": 3}, "`n_first` must lie between 1 and 3, got 4"),
        ({"spread": 1.5}, "`spread` must be a probability"),
    ):
        with pytest.raises(ValueError, match=message):
            MatchingEnsemble(**settings).fit(small_problem)
