"""Confidence: gaps that order shots, calibration that comes true, post-selection by hand."""

import numpy as np
import pytest

from qlearn.decoders import (
    Calibrated,
    Confidence,
    DecodingProblem,
    GapMatching,
    Matching,
    MaximumLikelihood,
    assess_confidence,
)
from qlearn.decoders.maximum_likelihood import outcome_probabilities

from .conftest import surface_circuit

CHAIN = "error(0.1) D0\nerror(0.12) D0 D1\nerror(0.07) D1 L0"


def test_on_a_chain_the_gap_is_exact():
    """A syndrome of a repetition code has two explanations, so the gap is the true log-odds."""
    problem = DecodingProblem.from_dem(CHAIN)
    decoder = GapMatching().fit(problem)
    syndromes = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    table = outcome_probabilities(problem).reshape(2, 4)
    index = syndromes @ [1, 2]
    exact = table[1, index] / table[:, index].sum(axis=0)
    assert decoder.predict_probability(syndromes)[:, 0] == pytest.approx(exact, abs=1e-6)


def test_gaps_answer_as_matching(surface_problem):
    detectors, _ = surface_problem.sample(5000, random_state=0)
    answers = GapMatching().fit(surface_problem).predict(detectors)
    assert (answers == Matching().fit(surface_problem).predict(detectors)).mean() > 0.999


def test_calibration_undoes_a_wrong_temperature():
    class Hot(GapMatching):
        """Three times too sure."""

        def _log_odds(self, detectors):
            return 3 * super()._log_odds(detectors)

    problem = DecodingProblem.from_dem(CHAIN)
    decoder = Calibrated(Hot(), random_state=0).fit(problem, n_shots=200_000)
    assert decoder.scales_ == pytest.approx([1 / 3], rel=0.03)


def test_calibration_comes_true():
    """On shots of another stream. Plain gaps at distance 5 and p = 1 % are too sure: scales of 0.77."""
    problem = DecodingProblem.from_circuit(surface_circuit(5, 5, 0.01))
    raw = GapMatching().fit(problem)
    scaled = Calibrated(raw, random_state=0).fit(problem, n_shots=20_000)
    before, after = (
        assess_confidence(each, problem, n_shots=30_000, random_state=1).reliability(20) for each in (raw, scaled)
    )
    assert before.n_shots.sum() == after.n_shots.sum() == 30_000
    assert before.error > 0.015
    assert after.error < 0.007
    detectors, _ = problem.sample(3000, random_state=2)
    assert np.array_equal(scaled.predict(detectors), raw.predict(detectors))


def test_post_selection_by_hand():
    confidence = np.array([0.9, 0.5, 0.7, 0.7, 0.99])
    wrong = np.array([True, True, False, True, False])
    curve = Confidence(confidence, wrong).post_selection([1.0, 0.5, 0.2])
    assert curve.kept == pytest.approx([1.0, 0.8, 0.2])  # the two of 0.7 stay together
    assert curve.thresholds == pytest.approx([0.5, 0.7, 0.99])
    assert curve.rates == pytest.approx([0.6, 0.5, 0.0])
    assert (curve.low <= curve.rates).all()
    assert (curve.rates <= curve.high).all()


def test_equally_sure_shots_make_one_point():
    found = Confidence(np.repeat([0.6, 0.9], [10, 90]), np.arange(100) < 5)
    curve = found.post_selection()
    assert curve.kept == pytest.approx([1.0, 0.9])
    assert curve.thresholds == pytest.approx([0.6, 0.9])
    assert curve.rates == pytest.approx([0.05, 0.0])
    assert repr(found) == "Confidence(100 shots, 87.00 % sure, 95.00 % right)"


def test_discarding_the_least_sure_helps(surface_problem):
    found = assess_confidence(GapMatching().fit(surface_problem), surface_problem, n_shots=40_000, random_state=0)
    curve = found.post_selection([1.0, 0.9])
    assert curve.rates[1] < 0.5 * curve.rates[0]
    assert curve.rates[0] == found.wrong.mean()


def test_reliability_by_hand():
    confidence = np.repeat([0.6, 0.9], [10, 30])
    wrong = np.concatenate([np.arange(10) < 3, np.arange(30) < 3])
    found = Confidence(confidence, wrong).reliability(4)
    assert found.confidence == pytest.approx([0.6, 0.9])
    assert found.correct == pytest.approx([0.7, 0.9])
    assert found.error == pytest.approx(0.25 * 0.1)


def test_several_observables_multiply():
    problem = DecodingProblem.from_dem("error(0.1) D0\nerror(0.1) D1\nerror(0.2) D0 L0\nerror(0.3) D1 L1")
    found = assess_confidence(GapMatching().fit(problem), problem, n_shots=20_000, random_state=0)
    bins = found.reliability(3)
    assert (bins.low <= bins.confidence).all()
    assert (bins.confidence <= bins.high).all()


def test_misuse_is_named(surface_problem):
    with pytest.raises(TypeError, match="`decoder` must have probabilities, got MaximumLikelihood"):
        assess_confidence(MaximumLikelihood(), surface_problem, n_shots=5)
    with pytest.raises(TypeError, match="`base` must be a decoder with probabilities, got Matching"):
        Calibrated(Matching()).fit(surface_problem)
    with pytest.raises(ValueError, match="`kept` must hold shares above 0"):
        Confidence(np.array([0.5]), np.array([True])).post_selection([0.0])
    with pytest.raises(ValueError, match="at least one probability"):
        Confidence(np.array([]), np.array([], dtype=bool))
    with pytest.raises(ValueError, match=r"`wrong` must have shape \(1,\)"):
        Confidence(np.array([0.5]), np.array([True, False]))
