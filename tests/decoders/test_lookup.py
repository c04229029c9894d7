"""The lookup table against counting by hand and against the optimum."""

import numpy as np
import pytest

from qlearn.decoders import DecodingProblem, Lookup, Matching, MaximumLikelihood


def test_approaches_the_optimum(small_problem):
    detectors, observables = small_problem.sample(200_000, random_state=1)

    def rate(decoder):
        return (decoder.predict(detectors) != observables).mean()

    exact, matching = rate(MaximumLikelihood().fit(small_problem)), rate(Matching().fit(small_problem))
    lookup = rate(Lookup(random_state=0).fit(small_problem, n_shots=400_000))
    assert exact <= lookup < exact + 0.1 * (matching - exact)


def test_keeps_only_syndromes_on_which_it_differs(small_problem):
    decoder = Lookup(random_state=0).fit(small_problem, n_shots=200_000)
    base = decoder.base_.predict_packed(decoder.syndromes_)
    assert 0 < len(decoder.syndromes_) < 256
    assert (base != decoder.answers_).any(axis=1).all()


def test_margin_decides_how_much_evidence_is_needed():
    # Half of the errors on D0 flip L0, so counts disagree with matching by chance only.
    problem = DecodingProblem.from_dem("error(0.3) D0 L0\nerror(0.2) D0 D1\nerror(0.2) D1\nerror(0.1) D0 D1 L0")
    bold = Lookup(margin=0.0, random_state=0).fit(problem, n_shots=50)
    shy = Lookup(margin=1000.0, random_state=0).fit(problem, n_shots=50)
    every = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], bool)
    assert np.array_equal(shy.predict(every), Matching().fit(problem).predict(every))
    shots = next(problem.blocks(random_state=0))[:50]
    for syndrome in every:
        seen = shots.observables[(shots.detectors == syndrome).all(axis=1), 0]
        if 2 * seen.sum() != len(seen):
            assert bold.predict(syndrome[None])[0, 0] == (2 * seen.sum() > len(seen))


def test_forgets_rare_patterns_when_full(small_problem):
    detectors, observables = small_problem.sample(100_000, random_state=1)
    full = Lookup(max_patterns=20, random_state=0).fit(small_problem, n_shots=200_000)
    free = Lookup(random_state=0).fit(small_problem, n_shots=200_000)
    assert not np.array_equal(full.syndromes_, free.syndromes_)
    matching = Matching().fit(small_problem).predict(detectors) != observables
    assert (full.predict(detectors) != observables).sum() < matching.sum()


def test_problems_without_edges_fall_back_on_belief_propagation():
    pytest.importorskip("ldpc")
    problem = DecodingProblem.from_dem("error(0.1) D0 D1 D2 L0\nerror(0.1) D0\nerror(0.1) D1\nerror(0.1) D2")
    decoder = Lookup(random_state=0).fit(problem, n_shots=20_000)
    detectors, observables = problem.sample(20_000, random_state=1)
    assert type(decoder.base_).__name__ == "BPOSD"
    best = MaximumLikelihood().fit(problem).predict(detectors)
    assert (decoder.predict(detectors) != observables).mean() <= (best != observables).mean() + 0.002


def test_a_base_that_is_no_decoder_is_named(small_problem):
    with pytest.raises(TypeError, match=r"`base` must be a decoder such as Matching\(\), got 'mwpm'"):
        Lookup(base="mwpm").fit(small_problem, n_shots=10)
