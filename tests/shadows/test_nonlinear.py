"""Purity and entropy: unbiased by enumeration, errors by brute-force jackknife, published data."""

import itertools

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import ShadowData, Uniform, purity, renyi_entropy

HALF = {0: np.array([[0, 1], [1, 0]]), 1: np.array([[0, -1j], [1j, 0]]), 2: np.diag([1, -1])}


def chances(density, n_qubits):
    """Yield (basis, outcome, probability of the outcome) for all of them."""
    for basis in itertools.product(range(3), repeat=n_qubits):
        for outcome in itertools.product((0, 1), repeat=n_qubits):
            projector = np.eye(1)
            for letter, bit in zip(basis, outcome, strict=True):
                projector = np.kron(projector, (np.eye(2) + (1 - 2 * bit) * HALF[letter]) / 2)
            yield basis, outcome, np.trace(density @ projector).real


@pytest.fixture(scope="module")
def density():
    return ql.sim.State.random(3, random_state=5).reduced([0, 1])


def test_pairs_between_settings_are_unbiased(density):
    """The mean over all pairs of snapshots; three settings of which the third is averaged over, too."""
    snapshots = list(chances(density, 2))
    weight = np.array([chance for *_, chance in snapshots]) / 9
    kernel = np.empty((36, 36))
    shadows = []
    for basis, outcome, _ in snapshots:
        local = [(np.eye(2) + 3 * (1 - 2 * bit) * HALF[letter]) / 2 for letter, bit in zip(basis, outcome, strict=True)]
        shadows.append(np.kron(*local))
    for i, j in itertools.product(range(36), repeat=2):
        kernel[i, j] = np.trace(shadows[i] @ shadows[j]).real
    exact = np.trace(density @ density).real
    assert weight @ kernel @ weight == pytest.approx(exact)
    for rows in ([0, 7, 35], [12, 12, 30], [3, 20, 21]):
        data = ShadowData([snapshots[i][0] for i in rows], [snapshots[i][1] for i in rows])
        expected = np.mean([kernel[i, j] for i, j in itertools.combinations(rows, 2)])
        assert purity(data).value == pytest.approx(expected)


def test_pairs_within_settings_are_unbiased(density):
    """The mean over all bases and all pairs of outcomes is the purity; a shot is never paired with itself."""
    by_basis = {}
    for basis, outcome, chance in chances(density, 2):
        by_basis.setdefault(basis, []).append((outcome, chance))
    mean = 0.0
    for basis, outcomes in by_basis.items():
        for (first, p), (second, q) in itertools.product(outcomes, repeat=2):
            data = ShadowData([basis] * 2, [[first, second]] * 2)
            mean += p * q * purity(data).value / 9
    assert mean == pytest.approx(np.trace(density @ density).real)


@pytest.mark.parametrize("shots", [1, 3, (1, 3)])
def test_errors_are_those_of_the_jackknife(shots):
    rng = np.random.default_rng(0)
    counts = np.full(30, shots) if isinstance(shots, int) else rng.integers(1, 4, 30)
    data = ShadowData(rng.integers(0, 3, (30, 2)), rng.integers(0, 2, (counts.sum(), 2)), counts)
    whole = purity(data)
    without = np.array([purity(data.subset(np.arange(30) != s)).value for s in range(30)])
    assert whole.std_error == pytest.approx(np.sqrt(29 / 30 * ((without - without.mean()) ** 2).sum()))


def test_entropy_is_corrected_by_the_jackknife():
    data = Uniform(20, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 2000).measure(ql.sim.State.ghz(3), 1)
    value = purity(data, [0, 2]).value
    without = np.array([-np.log(purity(data.subset(np.arange(100) != s), [0, 2]).value) for s in range(100)])
    entropy = renyi_entropy(data, [0, 2])
    assert entropy.value == pytest.approx(-100 * np.log(value) - 99 * without.mean())
    assert abs(entropy.value - np.log(2)) < 5 * entropy.std_error


def test_entropy_of_a_negative_purity_is_nan():
    data = ShadowData(["Z"] * 3, [[0], [1], [0]])
    assert purity(data).value < 0
    with pytest.warns(UserWarning, match="measure more"):
        assert np.isnan(renyi_entropy(data).value)


def test_unsuitable_data_are_refused():
    biased = ShadowData(["Z"] * 3, [[0]] * 3, basis_probabilities=[[0, 0, 1]])
    with pytest.raises(ValueError, match="drawn uniformly"):
        purity(biased)
    with pytest.raises(ValueError, match="at least 3 settings"):
        purity(ShadowData(["Z"] * 2, [[0]] * 2))
    with pytest.raises(ValueError, match="1 to 62 qubits, got 63"):
        purity(ShadowData(["Z" * 63] * 3, np.zeros((3, 63), dtype=int)))
    with pytest.raises(ValueError, match="Qubit 4 does not exist"):
        purity(biased, 4)


def test_published_mixed_state(data_dir):
    """QuCumber's two-qubit state of purity .4375 from 100 shots in each of the nine bases: within 4 errors."""
    folder = data_dir / "shadows" / "qucumber" / "Tutorial3_TrainDensityMatrix"
    if not folder.is_dir():
        pytest.skip("the QuCumber data are not in QLEARN_DATA_DIR")
    bases = ["".join(line.split()) for line in (folder / "N2_W_state_100_samples_bases.txt").read_text().splitlines()]
    outcomes = np.loadtxt(folder / "N2_W_state_100_samples_data.txt", dtype=int)
    labels = sorted(set(bases))
    order = np.argsort(np.array(bases), kind="stable")
    data = ShadowData(labels, outcomes[order], [bases.count(label) for label in labels])
    found = purity(data)
    assert abs(found.value - 0.4375) < 4 * found.std_error
    yy = ql.shadows.estimate(data, ql.PauliSum("1.0 * YY"))
    assert abs(yy.value - 0.5) < 4 * yy.std_error


@pytest.mark.statistical
@pytest.mark.parametrize(("shots", "n_shots"), [(20, 3000), (1, 500)])
def test_coverage(shots, n_shots):
    """1000 repeats: 95 % intervals of the purity of two of three qubits cover 93 to 97.5 %."""
    state, string = ql.sim.State.random(3, random_state=1), ql.PauliSum("1.0 * ZZZ")
    density = state.reduced([0, 1])
    truth, hits = np.trace(density @ density).real, 0
    for seed in range(1000):
        data = Uniform(shots, random_state=seed).design(string, n_shots).measure(state, random_state=seed + 10**6)
        low, high = purity(data, [0, 1]).interval()
        hits += low <= truth <= high
    assert 0.93 <= hits / 1000 <= 0.975
