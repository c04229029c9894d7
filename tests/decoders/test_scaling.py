"""Fits of error rates: exact on made-up data, the published values on Google's, bootstrap errors that cover."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.decoders import (
    DecodingProblem,
    Matching,
    compare,
    fit_rounds,
    fit_suppression,
    fit_threshold,
    rate_per_round,
)

ROUNDS = np.array([3, 5, 9, 15, 25])


def counts(rate, offset, rounds, n_shots):
    return np.round(n_shots * (1 - offset * (1 - 2 * rate) ** rounds) / 2).astype(int)


def test_rounds_are_recovered():
    fit = fit_rounds(ROUNDS, counts(0.013, 1.02, ROUNDS, 10**9), 10**9)
    assert fit.rate.value == pytest.approx(0.013, rel=1e-6)
    assert fit.offset.value == pytest.approx(1.02, rel=1e-6)
    assert np.allclose(fit.fidelity(ROUNDS), 1 - 2 * fit.error_rates, atol=1e-8)


# decoders.md section 4.3: percent a round and offset, from 3 to 25 rounds.
GOLDEN = {"pymatching": (4.122, 0.023, 1.056), "correlated_matching": (3.721, 0.021, 1.043),
          "belief_matching": (3.235, 0.018, 1.028), "tensor_network_contraction": (3.190, 0.018, 1.034)}  # fmt: skip


def test_published_rates_of_sycamore(sycamore):
    errors = {name: [] for name in GOLDEN}
    rounds = range(1, 26, 2)
    for turns in rounds:
        shots = DecodingProblem.from_google(sycamore / f"surface_code_bX_d3_r{turns:02}_center_3_5").recorded
        for name in GOLDEN:
            errors[name].append(int((shots.predictions[name] != shots.observables).sum()))
    for name, (percent, sigma, offset) in GOLDEN.items():
        fit = fit_rounds(list(rounds), errors[name], 50_000)
        assert len(fit.rounds) == 12
        assert 100 * fit.rate.value == pytest.approx(percent, abs=6e-4)
        assert 100 * fit.rate.std_error == pytest.approx(sigma, rel=0.2)
        assert fit.offset.value == pytest.approx(offset, abs=6e-4)


@pytest.mark.statistical
def test_bootstrap_errors_cover():
    """Within one and two standard errors in 68 % and 95 % of experiments; false alarm below 1e-4."""
    rng, truth, n_shots, n_runs = np.random.default_rng(0), 0.02, 4000, 300
    expected = (1 - 0.99 * (1 - 2 * truth) ** ROUNDS) / 2
    offs = []
    for _ in range(n_runs):
        fit = fit_rounds(ROUNDS, rng.binomial(n_shots, expected), n_shots, n_bootstrap=60, random_state=rng)
        offs.append((fit.rate.value - truth) / fit.rate.std_error)
    offs = np.abs(offs)
    assert 0.57 < (offs < 1).mean() < 0.79
    assert 0.90 < (offs < 2).mean() < 0.99


def test_one_experiment_inverts_by_hand():
    for rate, rounds in ((0.1, 5), (0.0, 3), (0.31, 1)):
        found = rate_per_round(ql.Estimate(rate, 0.001, n_shots=100), rounds)
        assert (1 - (1 - 2 * found.value) ** rounds) / 2 == pytest.approx(rate)
    step = 1e-6
    low, high = (rate_per_round(ql.Estimate(0.1 + s, 0.001, n_shots=9), 5).value for s in (-step, step))
    assert rate_per_round(ql.Estimate(0.1, 0.001, n_shots=9), 5).std_error == pytest.approx(
        0.001 * (high - low) / (2 * step), rel=1e-6
    )


def test_suppression_is_recovered():
    rates = [ql.Estimate(0.1 / 3.5 ** ((d + 1) / 2), 1e-6, n_shots=10) for d in (3, 5, 7)]
    fit = fit_suppression([3, 5, 7], rates)
    assert fit.factor.value == pytest.approx(3.5)
    assert fit.scale.value == pytest.approx(0.1)
    assert fit.rate([3, 9]) == pytest.approx([0.1 / 3.5**2, 0.1 / 3.5**5])


def test_the_error_of_lambda_is_that_of_a_ratio():
    """Two distances: Lambda = e3 / e5, so relative errors add in squares."""
    rates = [ql.Estimate(0.03, 0.0006, n_shots=1), ql.Estimate(0.015, 0.0002, n_shots=1)]
    fit = fit_suppression([3, 5], rates, n_bootstrap=4000)
    assert fit.factor.value == pytest.approx(2.0)
    assert fit.factor.std_error == pytest.approx(2 * np.hypot(0.02, 0.2 / 15), rel=0.06)


def test_a_made_up_threshold_is_recovered():
    d, p = (axis.ravel() for axis in np.meshgrid([5, 7, 9], np.linspace(0.09, 0.11, 5)))
    x = (p - 0.101) * d ** (1 / 1.4)
    rates = 0.2 + 1.6 * x + 1.1 * x**2
    fit = fit_threshold(d, p, np.round(rates * 10**8).astype(int), 10**8, n_bootstrap=10)
    assert fit.threshold.value == pytest.approx(0.101, rel=1e-4)
    assert fit.exponent.value == pytest.approx(1.4, rel=1e-3)
    assert fit.rate(7, [0.1])[0] == pytest.approx(rates[(d == 7) & (np.isclose(p, 0.1))][0], rel=1e-5)


def test_the_toric_code_has_its_threshold():
    """Matching under independent flips: 10.31 %, exponent 1.46 (Wang, Harrington, Preskill 2003)."""
    d, p, errors = [], [], []
    for distance in (5, 7):
        code = ql.codes.toric_code(distance)
        for flip in (0.09, 0.1, 0.105, 0.115):
            # Two of three depolarising errors flip a Z check.
            noise = ql.codes.CircuitNoise.code_capacity(1.5 * flip)
            problem = DecodingProblem.from_circuit(ql.codes.memory_circuit(code, 1, noise=noise))
            table = compare([Matching()], problem, n_shots=8000, random_state=distance)
            d.append(distance)
            p.append(flip)
            errors.append(table.rows[0].n_errors)
    fit = fit_threshold(d, p, errors, 8000)
    assert fit.threshold.std_error < 0.01
    assert abs(fit.threshold.value - 0.1031) < 4 * fit.threshold.std_error + 0.002


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_rounds([1, 3], [10, 20], 100), r"two lengths of at least 3 rounds, got \[3\]"),
        (lambda: fit_rounds([3, 5], [10, 50], 100), "Half of the shots of 5 rounds are wrong"),
        (lambda: fit_rounds([3, 5], [10, 200], 100), "`n_errors` from 0 to `n_shots`"),
        (lambda: fit_rounds([3, 5], [10], 100), r"`n_errors` must have shape \(2,\)"),
        (lambda: rate_per_round(ql.Estimate(0.5, 0.1, n_shots=4), 3), "`rate` must be below one half"),
        (lambda: fit_suppression([3], [ql.Estimate(0.1, 0.1, n_shots=4)]), "needs two distances"),
        (lambda: fit_suppression([3, 5], [ql.Estimate(0.0, 0.0, n_shots=4)] * 2), "must be positive"),
        (lambda: fit_threshold([3, 5], [0.1, 0.1], [1, 1], 10), "two distances and three probabilities"),
        (lambda: fit_threshold([3, 3, 3, 7, 7, 7], [0.1, 0.2, 0.3] * 2, [10, 20, 30, 1, 2, 4], 1000, n_bootstrap=2),
         "The curves do not cross between p = 0.1 and 0.3"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
