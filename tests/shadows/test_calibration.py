"""Calibrations undo the noise they model, carry their own uncertainty, and are normalised."""

from itertools import product

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import (
    Calibrated,
    InverseProbability,
    MatchRatio,
    MedianOfMeans,
    QubitCalibration,
    ReadoutCalibration,
    ShadowData,
    SupportCalibration,
    Uniform,
    estimate_terms,
)
from tests.naive import shadows as naive

STATE = ql.sim.State.random(3, random_state=2)
OBSERVABLE = ql.PauliSum({"XYI": 0.5, "ZZI": -0.7, "IZX": 0.4, "YII": 0.3, "IIZ": 1.0, "ZXY": 0.6, "III": 0.2})
FLIPS = np.array([[0.02, 0.1], [0.05, 0.05], [0.0, 0.2]])  # p(1|0), p(0|1) of each qubit
SYMMETRIC = np.array([0.05, 0.1, 0.02])


def flipped(data, flips, rng):
    """Return data whose bits were read wrongly with probabilities (n_qubits, 2)."""
    chance = np.where(data.outcomes == 0, flips[:, 0], flips[:, 1])
    outcomes = data.outcomes ^ (rng.random(chance.shape) < chance)
    return ShadowData(data.bases, outcomes, data.shots_per_setting, basis_probabilities=data.basis_probabilities)


def noisy_expectation(density, label, flips):
    """Return the mean product of the noisy outcomes of a string's letters, by all outcomes."""
    basis = [max("XYZ".find(letter), 0) for letter in label]
    total = 0.0
    for bits in product((0, 1), repeat=len(label)):
        value = naive.chance(density, basis, bits)
        for letter, bit, (up, down) in zip(label, bits, flips, strict=True):
            if letter != "I":
                value *= 1 - 2 * up if bit == 0 else -(1 - 2 * down)
        total += value
    return total


def known(bits, n_shots, flips=None, seed=0, basis="ZZZ"):
    """Return data of a basis state."""
    data = ShadowData([basis], np.broadcast_to(bits, (n_shots, len(bits))), [n_shots])
    return data if flips is None else flipped(data, np.asarray(flips), np.random.default_rng(seed))


def exact_factors(rates, n_shots=1000):
    """Return data of |000> in which qubit q was read wrongly in exactly this share of the shots, independently."""
    sizes = [round(1 / rate) for rate in rates]
    rows = [[int(a == 0), int(b == 0), int(c == 0)] for a in range(sizes[0]) for b in range(sizes[1])
            for c in range(sizes[2])]  # fmt: skip
    return ShadowData(["ZZZ"], rows, [len(rows)])


@pytest.mark.parametrize("calibration", [QubitCalibration(), SupportCalibration()])
def test_symmetric_noise_is_undone(calibration):
    rates = [1 / 20, 1 / 10, 1 / 50]
    calibration.fit(exact_factors(rates))
    density = np.outer(STATE.amplitudes, STATE.amplitudes.conj())
    flips = np.column_stack([rates, rates])
    corrected = calibration.correct(OBSERVABLE)
    value = sum(c * noisy_expectation(density, label, flips) for label, c in corrected.items())
    assert value == pytest.approx(STATE.expectation(OBSERVABLE))


def test_confusion_matrices_are_undone():
    matrices = np.array([[[1 - up, down], [up, 1 - down]] for up, down in FLIPS])
    calibration = ReadoutCalibration.from_matrices(matrices)
    np.testing.assert_allclose(calibration.matrices_, matrices)
    density = np.outer(STATE.amplitudes, STATE.amplitudes.conj())
    value = sum(c * noisy_expectation(density, label, FLIPS) for label, c in calibration.correct(OBSERVABLE).items())
    assert value == pytest.approx(STATE.expectation(OBSERVABLE))


def test_matrices_are_learned():
    zero, one = known([0, 0, 0], 100_000, FLIPS), known([1, 1, 1], 100_000, FLIPS, seed=1)
    found = ReadoutCalibration().fit(zero, one).matrices_
    np.testing.assert_allclose(found[:, 1, 0], FLIPS[:, 0], atol=0.005)
    np.testing.assert_allclose(found[:, 0, 1], FLIPS[:, 1], atol=0.005)


@pytest.mark.parametrize("n_groups", [1, 2, 3, 7])
def test_factors_are_normalised(n_groups):
    """A published program divides by the number of groups, not by their size: 3000 for the identity, not 1."""
    zero = Uniform(random_state=0).design(OBSERVABLE, 3000).measure(ql.sim.State.product("000"), random_state=1)
    estimator = MedianOfMeans(n_groups)
    calibration = SupportCalibration(estimator=estimator).fit(zero)
    found = calibration.factors(ql.PauliSum({"III": 1.0, "ZII": 1.0, "ZZI": 1.0}))
    assert found.value[0] == 1.0
    assert abs(found.value[1] - 1) < 4 * found.std_error[1] + 1e-12
    assert abs(found.value[2] - 1) < 4 * found.std_error[2] + 1e-12
    assert 0 < found.std_error[1] < 0.1
    by_ratio = SupportCalibration().fit(zero).factors(ql.PauliSum({"III": 1.0, "ZII": 1.0, "ZZZ": 1.0}))
    assert by_ratio.value.tolist() == [1.0, 1.0, 1.0]


def test_factors_of_depolarised_qubits_are_those_of_robust_shadows():
    """Read wrongly with probability p: ``2 G - 1 = 1 - 2 p``, G the chance of the right outcome."""
    calibration = QubitCalibration().fit(known([0, 0, 0], 200_000, np.column_stack([SYMMETRIC, SYMMETRIC])))
    np.testing.assert_allclose(calibration.factors_.value, 1 - 2 * SYMMETRIC, atol=0.005)


def test_correlated_noise_needs_supports(rng):
    """Two qubits flip together: each alone is noisy, their product is not."""
    rows = np.zeros((1000, 2), dtype=int)
    rows[:100] = 1
    zero = ShadowData(["ZZ"], rows, [1000])
    noisy = ShadowData(["XX"], rows, [1000])  # of |++>
    string = ql.PauliSum("XX")
    right = Calibrated(SupportCalibration().fit(zero)).estimate(noisy, string)
    wrong = Calibrated(QubitCalibration().fit(zero)).estimate(noisy, string)
    assert right.value == pytest.approx(1.0)
    assert wrong.value == pytest.approx(1 / 0.8**2)


def test_the_derivative_by_the_confusion_matrix(rng):
    matrices = np.array([[[1 - up, down], [up, 1 - down]] for up, down in FLIPS])
    calibration = ReadoutCalibration.from_matrices(matrices, n_shots=500)
    _, terms = ql.shadows.estimator.split_identity(OBSERVABLE)
    rows, variance = calibration._expand(terms)
    values = rng.uniform(-1, 1, rows.n_terms)

    def coefficients(parameter, step):
        moved = matrices.copy()
        qubit, column = divmod(parameter, 2)
        moved[qubit, 0, column] += step
        moved[qubit, 1, column] -= step
        return ReadoutCalibration.from_matrices(moved)._expand(terms)[0].coefficients

    spread = [p * (1 - p) / 500 for up, down in FLIPS for p in (up, down)]
    # One rate is 0, whose neighbourhood is one-sided; its spread is 0, too.
    expected = 0.0
    for parameter, one in enumerate(spread):
        if one:
            slope = (coefficients(parameter, 1e-6) - coefficients(parameter, -1e-6)) @ values / 2e-6
            expected += slope**2 * one
    assert variance(values) == pytest.approx(expected, rel=1e-5)
    assert ReadoutCalibration.from_matrices(matrices)._expand(terms)[1](values) == 0


@pytest.mark.parametrize("kind", [QubitCalibration, SupportCalibration])
def test_the_derivative_by_the_factors(rng, kind):
    """The jackknife over the shots of |000> gives the variance of the derivative, but for the floor of `MatchRatio`."""
    flips = np.column_stack([SYMMETRIC, SYMMETRIC])
    zero = known([0, 0, 0], 400, flips)
    _, terms = ql.shadows.estimator.split_identity(OBSERVABLE)
    rows, variance = kind().fit(zero)._expand(terms)
    values = rng.uniform(-1, 1, rows.n_terms)
    left = []
    for shot in range(400):
        part = ShadowData(["ZZZ"], np.delete(zero.outcomes, shot, axis=0), [399])
        left.append(kind().fit(part)._expand(terms)[0].coefficients @ values)
    jackknife = 399 / 400 * np.sum((np.array(left) - np.mean(left)) ** 2)
    assert 0.99 * jackknife < variance(values) < 1.1 * jackknife


@pytest.mark.parametrize("inner", [None, InverseProbability(), MedianOfMeans(5)])
def test_estimates_are_right_and_wider(inner):
    flips = np.column_stack([SYMMETRIC, SYMMETRIC])
    data = Uniform(random_state=0).design(OBSERVABLE, 30_000).measure(STATE, random_state=1)
    noisy = flipped(data, flips, np.random.default_rng(2))
    truth = STATE.expectation(OBSERVABLE)
    calibrations = [
        QubitCalibration().fit(known([0, 0, 0], 3000, flips)),
        SupportCalibration().fit(known([0, 0, 0], 3000, flips)),
        ReadoutCalibration().fit(known([0, 0, 0], 3000, flips), known([1, 1, 1], 3000, flips, seed=1)),
    ]
    for calibration in calibrations:
        found = Calibrated(calibration, inner).estimate(noisy, [OBSERVABLE, OBSERVABLE[:2]])
        assert abs(found.value[0] - truth) < 4 * found.std_error[0]
        exact = Calibrated(calibration, inner)
        assert exact.get_params()["calibration"] is calibration
    sloppy = Calibrated(QubitCalibration().fit(known([0, 0, 0], 60, flips)), inner).estimate(noisy, OBSERVABLE)
    assert sloppy.std_error > 1.25 * found.std_error[0]


def test_terms_and_blocks(tmp_path):
    flips = np.column_stack([SYMMETRIC, SYMMETRIC])
    estimator = Calibrated(QubitCalibration().fit(known([0, 0, 0], 1000, flips)))
    data = Uniform(random_state=0).design(OBSERVABLE, 200).measure(STATE, random_state=1)
    strings = ql.PauliSum({"ZII": 1.0, "III": 1.0, "XYZ": 1.0})
    terms = estimate_terms(data, strings, estimator)
    alone = estimator.estimate(data, ql.PauliSum({"ZII": 1.0}))
    assert (terms.estimate.value[0], terms.estimate.std_error[0]) == (alone.value, alone.std_error)
    assert (terms.estimate.value[1], terms.estimate.std_error[1]) == (1.0, 0.0)
    ql.shadows.write_npz(data, tmp_path / "a.npz")
    blocks = ql.shadows.scan_npz(tmp_path / "a.npz", block_shots=30)
    np.testing.assert_allclose(estimate_terms(blocks, strings, estimator).estimate.value, terms.estimate.value)


def test_noiseless_calibration_changes_nothing():
    data = Uniform(random_state=0).design(OBSERVABLE, 3000).measure(STATE, random_state=1)
    estimator = Calibrated(QubitCalibration().fit(known([0, 0, 0], 10**6)))
    found, plain = estimator.estimate(data, OBSERVABLE), MatchRatio().estimate(data, OBSERVABLE)
    assert found.value == pytest.approx(plain.value)
    assert found.std_error == pytest.approx(plain.std_error, rel=1e-4)


def test_what_cannot_be_calibrated_is_refused():
    with pytest.raises(ValueError, match="No shot measured Z on qubit 1"):
        QubitCalibration().fit(known([0, 0, 0], 100, basis="ZXZ"))
    with pytest.raises(ValueError, match="factor of qubit 0, 0, is less than three"):
        QubitCalibration().fit(ShadowData(["ZZ"], [[0, 0], [1, 0]] * 50, [100]))
    with pytest.raises(ValueError, match="qubit 0 hardly depend on its state"):
        ReadoutCalibration.from_matrices([[[0.5, 0.5], [0.5, 0.5]]])
    with pytest.raises(ValueError, match="columns summing to 1"):
        ReadoutCalibration.from_matrices([[[0.9, 0.1], [0.9, 0.9]]])
    with pytest.raises(ValueError, match="`zero` has 3 qubits, `one` 2"):
        ReadoutCalibration().fit(known([0, 0, 0], 5), known([1, 1], 5, basis="ZZ"))
    calibration = SupportCalibration(max_weight=2).fit(known([0, 0, 0], 50))
    with pytest.raises(ValueError, match="A string has weight 3, `max_weight` is 2"):
        calibration.correct(OBSERVABLE)
    with pytest.raises(ValueError, match="The observable has 1 qubits, the calibration is of 3"):
        calibration.correct(ql.PauliSum("Z"))
    data = ShadowData(["Z"], [[0]])
    with pytest.raises(ValueError, match="The data have 1 qubits, the calibration is of 3"):
        Calibrated(calibration).estimate(data, ql.PauliSum("Z"))
    with pytest.raises(TypeError, match="must be an AbstractCalibration, got int"):
        Calibrated(3).estimate(data, ql.PauliSum("Z"))
    with pytest.raises(Exception, match="not fitted"):
        Calibrated(QubitCalibration()).estimate(data, ql.PauliSum("Z"))


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["qubit", "support", "readout"])
def test_coverage(kind):
    """1000 repeats with a new calibration of 300 shots each: 95 % intervals cover 93 to 97 %; blind ones less."""
    flips = np.column_stack([SYMMETRIC, SYMMETRIC]) if kind != "readout" else FLIPS
    observable = ql.PauliSum({"ZZI": 1.0, "IZX": 0.4, "IIZ": 0.5})
    state = ql.sim.State.product("01+")
    truth, hits, blind = state.expectation(observable), 0, 0
    scheme = ql.shadows.MeasurementScheme(["ZZX", "ZZZ"], [500, 500])
    for seed in range(1000):
        rng = np.random.default_rng([seed, 1])
        data = flipped(scheme.measure(state, random_state=rng), flips, rng)
        zero = flipped(known([0, 0, 0], 300), flips, rng)
        if kind == "readout":
            calibration = ReadoutCalibration().fit(zero, flipped(known([1, 1, 1], 300), flips, rng))
        else:
            calibration = (QubitCalibration() if kind == "qubit" else SupportCalibration()).fit(zero)
        low, high = Calibrated(calibration).estimate(data, observable).interval()
        hits += low <= truth <= high
        corrected = MatchRatio().estimate(data, calibration.correct(observable))
        low, high = corrected.interval()
        blind += low <= truth <= high
    assert 0.93 <= hits / 1000 <= 0.97
    assert blind / 1000 < 0.9
