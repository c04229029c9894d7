"""Moments, overlaps and fidelities against loops over tuples of explicit matrices, and the jackknife done by hand."""

from itertools import product

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import (
    ShadowData,
    Uniform,
    cross_platform_fidelity,
    fidelity,
    moment,
    overlap,
    p3_ppt,
    purity,
    renyi_entropy,
)
from tests.naive import shadows as naive
from tests.naive.matrices import kron

BELL = ql.sim.State([1 / np.sqrt(2), 0, 0, 1 / np.sqrt(2)])


@pytest.fixture
def make(rng):
    def make(n_settings, n_qubits=2, shots=1):
        counts = np.broadcast_to(shots, n_settings)
        bases = rng.integers(0, 3, (n_settings, n_qubits))
        return ShadowData(bases, rng.integers(0, 2, (counts.sum(), n_qubits)), counts)

    return make


def random_density(rng, n_qubits):
    root = rng.normal(size=(2, 2**n_qubits, 2**n_qubits))
    root = root[0] + 1j * root[1]
    return root @ root.conj().T / np.trace(root @ root.conj().T).real


def test_the_twin_is_unbiased(rng):
    density = random_density(rng, 2)
    mean = sum(
        naive.chance(density, basis, bits) * naive.snapshot(basis, bits) / 9
        for basis in product(range(3), repeat=2)
        for bits in product(range(2), repeat=2)
    )
    np.testing.assert_allclose(mean, density, atol=1e-12)


@pytest.mark.parametrize("order", [2, 3, 4, 5])
@pytest.mark.parametrize("transposed", [(), (1,), (0, 1)])
def test_moments_are_means_over_tuples(make, order, transposed):
    data = make(7, shots=[1, 2, 3, 1, 1, 2, 1])
    shadows = [naive.partial_transpose(shadow, transposed) for shadow in naive.setting_shadows(data)]
    found = moment(data, order, transposed=transposed)
    assert found.value == pytest.approx(naive.moment(shadows, order))
    _, error = naive.jackknife(lambda kept: naive.moment([shadows[k] for k in kept], order), 7)
    assert found.std_error == pytest.approx(error)
    assert found.n_shots == 11


@pytest.mark.parametrize("order", [2, 3, 4])
def test_batches_average_the_shadows_first(make, order):
    data = make(13, n_qubits=1)
    parts = np.array_split(naive.setting_shadows(data), 6)
    shadows = [np.mean(part, axis=0) for part in parts]
    found = moment(data, order, n_batches=6)
    assert found.value == pytest.approx(naive.moment(shadows, order))
    _, error = naive.jackknife(lambda kept: naive.moment([shadows[k] for k in kept], order), 6)
    assert found.std_error == pytest.approx(error)


def test_moments_of_chosen_qubits(make):
    data = make(6, n_qubits=3, shots=2)
    shadows = naive.setting_shadows(data.restrict([2, 0]))
    turned = [naive.partial_transpose(shadow, [1]) for shadow in shadows]
    assert moment(data, 3, [2, 0], transposed=0).value == pytest.approx(naive.moment(turned, 3))


def test_second_moment_is_the_purity_between_settings(make):
    data = make(30, shots=2)
    assert moment(data, 2).value == pytest.approx(purity(data, pairs="between").value)
    assert moment(data, 2).std_error == pytest.approx(purity(data, pairs="between").std_error)


def test_p3_ppt_by_the_jackknife(make):
    data = make(9, shots=2)
    turned = [naive.partial_transpose(shadow, [0]) for shadow in naive.setting_shadows(data)]

    def value(kept):
        chosen = [turned[k] for k in kept]
        return naive.moment(chosen, 2) ** 2 - naive.moment(chosen, 3)

    expected, error = naive.jackknife(value, 9)
    found = p3_ppt(data, [0])
    assert found.value == pytest.approx(expected)
    assert found.std_error == pytest.approx(error)


def test_entanglement_is_seen():
    """A Bell pair has p2 = 1 and p3 = 1/4; a product state p2**2 = p3."""
    scheme = Uniform(100, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 60_000)
    pair = p3_ppt(scheme.measure(BELL, random_state=1), [0], prior=BELL)
    assert abs(pair.value - 0.75) < 5 * pair.std_error
    assert pair.value > 5 * pair.std_error
    apart = p3_ppt(scheme.measure(ql.sim.State.product("0+"), random_state=2), [0])
    assert abs(apart.value) < 5 * apart.std_error


def test_third_renyi_entropy_by_the_jackknife():
    data = Uniform(50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 500).measure(ql.sim.State.ghz(3), 1)
    shadows = naive.setting_shadows(data.restrict([0]))
    value, error = naive.jackknife(lambda kept: np.log(naive.moment([shadows[k] for k in kept], 3)) / -2, 10)
    found = renyi_entropy(data, 0, order=3)
    assert found.value == pytest.approx(value)
    assert found.std_error == pytest.approx(error)
    assert abs(found.value - np.log(2)) < 5 * found.std_error


def pairs_of(shots):
    return [(i, j) for i in range(shots) for j in range(shots) if i != j]


def test_purity_within_settings(make):
    data = make(8, shots=[2, 3, 4, 2, 5, 2, 3, 2])
    assert purity(data).value == pytest.approx(naive.within(data, pairs_of))


def test_overlap_of_common_settings(rng, make):
    data = make(8, shots=3)
    other = ShadowData(data.bases, rng.integers(0, 2, (16, 2)), np.full(8, 2))
    joined = ShadowData(
        data.bases,
        np.concatenate([np.concatenate(rows) for rows in zip(np.split(data.outcomes, 8), np.split(other.outcomes, 8))]),
        np.full(8, 5),
    )

    def value(kept):
        return naive.within(joined.subset(kept), lambda shots: product(range(3), range(3, 5)))

    found = overlap(data, other)
    assert found.value == pytest.approx(value(np.arange(8)))
    assert found.std_error == pytest.approx(naive.jackknife(value, 8)[1])
    assert found.n_shots == 40


def test_cross_platform_fidelity_by_the_jackknife():
    scheme = Uniform(8, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 80)
    data, other = scheme.measure(BELL, random_state=1), scheme.measure(BELL, random_state=2)

    def value(kept):
        a, b = data.subset(kept), other.subset(kept)
        joined = ShadowData(
            a.bases, np.concatenate([a.outcomes.reshape(-1, 8, 2), b.outcomes.reshape(-1, 8, 2)], axis=1)
        )
        cross = naive.within(joined, lambda shots: product(range(8), range(8, 16)))
        return cross / np.sqrt(naive.within(a, pairs_of) * naive.within(b, pairs_of))

    expected, error = naive.jackknife(value, 10)
    found = cross_platform_fidelity(data, other)
    assert found.value == pytest.approx(expected)
    assert found.std_error == pytest.approx(error)


def test_overlap_of_independent_settings(make):
    data, other = make(5, shots=2), make(7)
    first, second = naive.setting_shadows(data), naive.setting_shadows(other)
    values = np.array([[np.trace(a @ b).real for b in second] for a in first])
    found = overlap(data, other)
    assert found.value == pytest.approx(values.mean())
    variance = values.mean(axis=1).var(ddof=1) / 5 + values.mean(axis=0).var(ddof=1) / 7
    assert found.std_error == pytest.approx(np.sqrt(variance))


def test_cross_platform_fidelity():
    scheme = Uniform(100, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 16_000)
    first = scheme.measure(BELL, random_state=1)
    second = scheme.measure(ql.sim.State.product("00"), random_state=2)
    for normalisation in ("geometric", "max"):
        found = cross_platform_fidelity(first, second, normalisation=normalisation)
        assert abs(found.value - 0.5) < 5 * found.std_error
    elsewhere = Uniform(100, random_state=5).design(ql.PauliSum("1.0 * ZZ"), 16_000).measure(BELL, random_state=3)
    found = cross_platform_fidelity(first, elsewhere)
    assert abs(found.value - 1) < 5 * found.std_error
    common = cross_platform_fidelity(first, scheme.measure(BELL, random_state=4))
    assert common.std_error < 0.3 * found.std_error


def test_fidelity_is_the_mean_over_snapshots(rng, make):
    target = ql.sim.State.random(3, random_state=5)
    data = make(10, n_qubits=3, shots=rng.integers(1, 4, 10))
    psi = target.amplitudes
    values = [(psi.conj() @ shadow @ psi).real for shadow in naive.setting_shadows(data)]
    found = fidelity(data, target)
    assert found.value == pytest.approx(np.mean(values))
    assert found.std_error == pytest.approx(np.std(values, ddof=1) / np.sqrt(10))


@pytest.mark.parametrize("as_matrix", [False, True])
def test_a_prior_changes_no_mean(rng, as_matrix):
    """With every basis and infinitely many shots the prior drops out, for the fidelity as for the moments."""
    guess, target = ql.sim.State.random(2, random_state=1), ql.sim.State.random(2, random_state=2)
    prior = np.outer(guess.amplitudes, guess.amplitudes.conj()) if as_matrix else guess
    bases = list(product(range(3), repeat=2))
    data = ShadowData(bases, rng.integers(0, 2, (27, 2)), np.full(9, 3))
    assert fidelity(data, target, prior=prior).value == pytest.approx(fidelity(data, target).value)
    assert purity(data, prior=prior).value == pytest.approx(purity(data).value)
    shadows = naive.setting_shadows(data)
    exact = [
        sum(
            naive.chance(np.outer(guess.amplitudes, guess.amplitudes.conj()), basis, bits) * naive.snapshot(basis, bits)
            for bits in product(range(2), repeat=2)
        )
        for basis in bases
    ]
    density = np.outer(guess.amplitudes, guess.amplitudes.conj())
    shifted = [shadow - known + density for shadow, known in zip(shadows, exact)]
    assert moment(data, 3, prior=prior).value == pytest.approx(naive.moment(shifted, 3))


def test_a_good_prior_shrinks_the_error():
    state = ql.sim.State.random(4, random_state=3)
    data = Uniform(100, random_state=0).design(ql.PauliSum("1.0 * ZZZZ"), 10_000).measure(state, random_state=1)
    for quantity in (purity, lambda data, prior=None: fidelity(data, state, prior=prior)):
        plain, helped = quantity(data), quantity(data, prior=state)
        assert helped.std_error < 0.5 * plain.std_error
        assert abs(helped.value - 1) < 5 * helped.std_error


def test_unsuitable_input_is_refused(make):
    data = make(4)
    with pytest.raises(ValueError, match="order 4 needs 5 settings or batches"):
        moment(data, 4)
    with pytest.raises(ValueError, match="no more batches than settings; got 4 settings, 5 batches"):
        moment(data, 2, n_batches=5)
    with pytest.raises(ValueError, match="`order` must be at least 2, got 1"):
        moment(data, 1)
    with pytest.raises(ValueError, match=r"Qubit 1 is transposed, but not among the chosen qubits \[0\]"):
        moment(data, 2, 0, transposed=1)
    with pytest.raises(ValueError, match='"within", "between" or None'):
        purity(data, pairs="all")
    with pytest.raises(ValueError, match="of two shots or more"):
        purity(data, pairs="within")
    with pytest.raises(ValueError, match="A prior needs pairs within settings"):
        purity(data, prior=BELL)
    with pytest.raises(ValueError, match="`prior` must be one state of 2 qubits"):
        moment(data, 2, prior=ql.sim.State.ghz(3))
    with pytest.raises(ValueError, match="a Hermitian matrix of trace 1 without negative"):
        moment(data, 2, prior=np.eye(4))
    with pytest.raises(ValueError, match="have 2 and 3 qubits"):
        overlap(data, make(4, n_qubits=3))
    with pytest.raises(ValueError, match='"geometric" or "max"'):
        cross_platform_fidelity(data, data, normalisation="mean")
    with pytest.raises(TypeError, match="`target` must be a single State"):
        fidelity(data, np.ones(4))
    with pytest.raises(ValueError, match="`target` has 3 qubits, the data have 2"):
        fidelity(data, ql.sim.State.ghz(3))
    with pytest.raises(ValueError, match="1 to 12 qubits, got 13"):
        moment(make(4, n_qubits=13), 2)


def calibrated_to(rates, n_shots=20_000):
    """Return the calibration by zeros of which qubit q was read wrongly in exactly this share of the shots."""
    rows = np.zeros((n_shots, len(rates)), dtype=int)
    for qubit, rate in enumerate(rates):
        rows[qubit * 4000 : qubit * 4000 + round(rate * n_shots), qubit] = 1
    return ql.shadows.QubitCalibration().fit(ShadowData(["Z" * len(rates)], rows, [n_shots]))


def calibrated_shadows(data, factors):
    """Return the mean of ``prod (1 + 3 s P / factor) / 2`` of every setting."""
    result, ends = [], np.cumsum(data.shots_per_setting)
    for basis, end, shots in zip(data.bases, ends, data.shots_per_setting, strict=True):
        shadow = 0
        for bits in data.outcomes[end - shots : end]:
            single = [naive.snapshot([letter], [bit]) for letter, bit in zip(basis, bits, strict=True)]
            shadow = shadow + kron(
                np.eye(2) / 2 + (one - np.eye(2) / 2) / factor for one, factor in zip(single, factors, strict=True)
            )
        result.append(shadow / shots)
    return result


@pytest.mark.parametrize("order", [2, 3])
def test_calibrated_moments(make, order):
    data, calibration = make(6, n_qubits=2, shots=3), calibrated_to([0.05, 0.1])
    factors = calibration.factors_.value

    def value(factors):
        return naive.moment(calibrated_shadows(data, factors), order)

    np.testing.assert_allclose(factors, [0.9, 0.8])
    found, blind = moment(data, order, calibration=calibration), moment(data, order)
    assert found.value == pytest.approx(value(factors))
    assert found.value != pytest.approx(blind.value)
    slopes = [(value(factors + step) - value(factors - step)) / 2e-4 for step in np.eye(2) * 1e-4]
    shadows = calibrated_shadows(data, factors)
    _, error = naive.jackknife(lambda kept: naive.moment([shadows[k] for k in kept], order), 6)
    assert found.std_error**2 == pytest.approx(error**2 + calibration.propagate(slopes), rel=1e-4)
    assert calibration.propagate(slopes) > 0


def test_calibrated_purity(rng):
    """A GHZ state, read wrongly with known rates: the purity is 1 again, and the entropy 0 within its error."""
    rates = np.array([0.02, 0.05, 0.1])
    state = ql.sim.State.ghz(3)
    clean = Uniform(50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 30_000).measure(state, random_state=1)
    noisy = ShadowData(
        clean.bases, clean.outcomes ^ (rng.random(clean.outcomes.shape) < rates), clean.shots_per_setting
    )
    calibration = calibrated_to(rates)
    found, blind = purity(noisy, calibration=calibration, prior=state), purity(noisy, prior=state)
    assert abs(found.value - 1) < 4 * found.std_error
    assert blind.value < 0.8
    entropy = renyi_entropy(noisy, calibration=calibration, prior=state)
    assert abs(entropy.value) < 4 * entropy.std_error
    same = purity(clean, calibration=calibrated_to([0.0, 0.0, 0.0]))
    assert same.value == pytest.approx(purity(clean).value)
    with pytest.raises(ValueError, match="A calibration needs pairs within settings"):
        purity(noisy, pairs="between", calibration=calibration)
    with pytest.raises(TypeError, match="must be a QubitCalibration, got int"):
        moment(noisy, 2, calibration=3)
    with pytest.raises(ValueError, match="The data have 3 qubits, the calibration is of 2"):
        purity(noisy, calibration=calibrated_to([0.1, 0.1]))
