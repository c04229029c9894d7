"""Exact maximum likelihood against enumeration, published values and sampling."""

import itertools

import numpy as np
import pytest

from qlearn.decoders import DecodingProblem, Lookup, Matching, MaximumLikelihood
from qlearn.decoders.maximum_likelihood import outcome_probabilities
from tests.decoders.conftest import surface_circuit

MODEL = """
    error(0.1) D0 L0
    error(0.8) D0 D1 L1
    error(0.5) D1 D2
    error(0.06) D2 L0 L1
    error(0.05) D0 D1 D2
    error(0.03) L1
    error(1) D2
"""


def convolved(problem):
    """Return P(outcome) by adding one mechanism after the other."""
    table = np.zeros(1 << (problem.n_detectors + problem.n_observables))
    table[0] = 1
    index = np.arange(len(table))
    for prior, (detectors, observables) in zip(problem.priors, problem.mechanisms.components()):
        mask = sum(1 << d for d in detectors) + sum(1 << (problem.n_detectors + o) for o in observables)
        table = (1 - prior) * table + prior * table[index ^ mask]
    return table


@pytest.mark.parametrize("kind", ["model", "surface"])
def test_probabilities_equal_a_convolution(kind, small_problem):
    problem = DecodingProblem.from_dem(MODEL) if kind == "model" else small_problem
    assert outcome_probabilities(problem) == pytest.approx(convolved(problem), abs=1e-14)


def test_answers_are_the_likeliest_joint_pattern():
    problem = DecodingProblem.from_dem(MODEL)
    table = convolved(problem).reshape(4, 8)
    decoder = MaximumLikelihood().fit(problem)
    syndromes = np.array(list(itertools.product([0, 1], repeat=3)))[:, ::-1]
    best = decoder.predict(syndromes) @ [1, 2]
    assert table[best, np.arange(8)] == pytest.approx(table.max(axis=0))
    assert decoder.logical_error_rate_ == pytest.approx(1 - table.max(axis=0).sum())


@pytest.mark.parametrize(("rounds", "golden"), [(1, 0.006553), (2, 0.010673)])
def test_published_rates(rounds, golden):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=rounds))
    assert MaximumLikelihood().fit(problem).logical_error_rate_ == pytest.approx(golden, abs=5e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("p", "golden"), [(0.001, 0.000610), (0.003, 0.005365), (0.005, 0.014443), (0.01, 0.052068)])
def test_published_rates_at_24_detectors(p, golden):
    problem = DecodingProblem.from_circuit(surface_circuit(p=p))
    assert MaximumLikelihood().fit(problem).logical_error_rate_ == pytest.approx(golden, abs=5e-7)


def test_no_decoder_is_better():
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))
    detectors, observables = problem.sample(100_000, random_state=2)
    exact = MaximumLikelihood().fit(problem)
    wrong = (exact.predict(detectors) != observables)[:, 0]
    assert wrong.mean() == pytest.approx(exact.logical_error_rate_, abs=4 * np.sqrt(wrong.mean() / len(wrong)))
    for other in (Matching(), Matching(correlated=True), Lookup(random_state=0)):
        rival = (other.fit(problem).predict(detectors) != observables)[:, 0]
        only, rival_only = (wrong & ~rival).sum(), (rival & ~wrong).sum()
        assert only - rival_only < 3 * np.sqrt(only + rival_only)


def test_large_problems_are_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"40 detectors and 1 observables needs 2\*\*41"):
        MaximumLikelihood().fit(DecodingProblem.from_dem("error(0.1) D39 L0"))
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e6")
    with pytest.raises(MemoryError, match="MaximumLikelihood on 24 detectors"):
        MaximumLikelihood().fit(DecodingProblem.from_dem("error(0.1) D23 L0"))
