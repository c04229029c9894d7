"""Schemes: simulated outcomes against exact probabilities, circuits, checks."""

import itertools

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import MeasurementScheme, Uniform
from qlearn.shadows.scheme import merge_settings, round_shots


def exact_probabilities(state, basis):
    """Return the outcome distribution of one setting from projectors."""
    bits = itertools.product((0, 1), repeat=state.n_qubits)
    chances = []
    for outcome in bits:
        operator = np.eye(1)
        for letter, bit in zip(basis, outcome, strict=True):
            operator = np.kron(operator, (np.eye(2) + (1 - 2 * bit) * ql.PauliSum({letter: 1.0}).to_dense()) / 2)
        chances.append((state.amplitudes.conj() @ operator @ state.amplitudes).real)
    return np.array(chances)


def test_outcomes_follow_the_state():
    """27 settings: chi-square below the quantile that is passed once in a million."""
    state = ql.sim.State.random(3, random_state=0)
    labels = ["".join(basis) for basis in itertools.product("XYZ", repeat=3)]
    data = MeasurementScheme(labels, [2000] * 27).measure(state, random_state=1)
    statistic = 0.0
    for row, label in enumerate(labels):
        seen = np.bincount(data.outcomes[2000 * row : 2000 * row + 2000] @ [4, 2, 1], minlength=8)
        expected = 2000 * exact_probabilities(state, label)
        statistic += ((seen - expected) ** 2 / expected).sum()
    from scipy import stats

    assert 0.5 * 189 < statistic < stats.chi2.ppf(1 - 1e-6, 189)


@pytest.mark.parametrize(("state", "label"), [("+r0", "XYZ"), ("-l1", "XYZ"), ("0r+", "ZYX")])
def test_eigenstates_give_their_signs(state, label):
    data = MeasurementScheme([label], [50]).measure(ql.sim.State.product(state), random_state=0)
    expected = [1 if letter in "-l1" else 0 for letter in state]
    assert (data.outcomes == expected).all()


def test_stim_and_states_agree_on_every_stabilizer():
    circuit = ql.Circuit(3).h(0).cx(0, 1).s(1).cx(1, 2).h(2).sdg(0)
    state = ql.sim.Statevector().run(circuit)
    labels = ["".join(basis) for basis in itertools.product("XYZ", repeat=3)]
    scheme = MeasurementScheme(labels, [40] * 27)
    strings = ql.PauliSum(dict.fromkeys(map("".join, itertools.product("IXYZ", repeat=3)), 1.0))
    exact = np.array([state.expectation(string) for string in strings])
    for source in (circuit, state):
        terms = ql.shadows.estimate_terms(scheme.measure(source, random_state=0), strings)
        sure = np.abs(exact) > 0.5
        np.testing.assert_allclose(terms.estimate.value[sure], exact[sure], atol=1e-12)
        assert np.abs(terms.estimate.value[~sure]).max() < 0.9


def test_wide_stabilizer_states():
    circuit = ql.Circuit(120).h(0)
    for qubit in range(119):
        circuit.cx(qubit, qubit + 1)
    data = MeasurementScheme(["X" * 120, "Z" * 120], [30, 30]).measure(circuit, random_state=0)
    total = ql.PauliSum({"X" * 120: 1.0, "Z0 Z119": 1.0}, n_qubits=120)
    assert ql.shadows.estimate(data, total).value == 2.0


def test_stabilizer_states_measure_as_their_circuits():
    circuit = ql.Circuit(3).h(0).cx(0, 1).s(1).cx(1, 2).sdg(0)
    scheme = MeasurementScheme(["XXY", "ZZZ", "YIX".replace("I", "Z")], [50, 50, 50])
    state = ql.sim.Stabilizer().run(circuit)
    assert scheme.measure(state, random_state=0) == scheme.measure(circuit, random_state=0)
    wide = ql.Circuit(110).h(0)
    for qubit in range(109):
        wide.cx(qubit, qubit + 1)
    data = MeasurementScheme(["X" * 110], [20]).measure(ql.sim.Stabilizer().run(wide), random_state=0)
    assert ql.shadows.estimate(data, ql.PauliSum({"X" * 110: 1.0})).value == 1.0


def test_mixed_states_follow_their_matrix():
    """A noisy circuit, 27 settings: chi-square below the quantile that is passed once in a million."""
    from scipy import stats

    circuit = ql.Circuit(3).ry(0.7, 0).cx(0, 1).rx(0.4, 2).cx(1, 2).amplitude_damping(0.3, 1).depolarize2(0.2, 0, 2)
    state = ql.sim.DensityMatrix().run(circuit)
    labels = ["".join(basis) for basis in itertools.product("XYZ", repeat=3)]
    data = MeasurementScheme(labels, [2000] * 27).measure(state, random_state=1)
    statistic = 0.0
    for row, label in enumerate(labels):
        seen = np.bincount(data.outcomes[2000 * row : 2000 * row + 2000] @ [4, 2, 1], minlength=8)
        expected = []
        for bits in itertools.product((0, 1), repeat=3):
            operator = np.eye(1)
            for letter, bit in zip(label, bits, strict=True):
                operator = np.kron(operator, (np.eye(2) + (1 - 2 * bit) * ql.PauliSum({letter: 1.0}).to_dense()) / 2)
            expected.append(2000 * np.trace(operator @ state.matrix).real)
        statistic += ((seen - expected) ** 2 / np.array(expected)).sum()
    assert 0.5 * 189 < statistic < stats.chi2.ppf(1 - 1e-6, 189)
    assert data == MeasurementScheme(labels, [2000] * 27).measure(state, random_state=1)


@pytest.mark.parametrize("version", [2, 3])
def test_circuits_travel_as_qasm(version):
    """Every setting as OpenQASM and back gives the outcomes of the scheme."""
    preparation = ql.Circuit(3).h(0).cx(0, 1).s(1).cx(1, 2)
    scheme = MeasurementScheme(["XYZ", "YYX", "ZXX"], [1, 1, 1])
    for label, circuit in zip(scheme.labels(), scheme.circuits(preparation), strict=True):
        back = ql.Circuit.from_qasm(circuit.to_qasm(version))
        bits = ql.sim.Stabilizer().sample(back, n_shots=4000, random_state=0)
        seen = np.bincount(bits @ [4, 2, 1], minlength=8) / 4000
        exact = exact_probabilities(ql.sim.Statevector().run(preparation), label)
        assert np.abs(seen - exact).max() < 6 * 0.5 / np.sqrt(4000)


def test_circuits_measure_what_the_scheme_measures():
    state = ql.Circuit(2).ry(0.7, 0).cx(0, 1).rx(0.3, 1)
    scheme = MeasurementScheme(["XY", "YZ", "ZX"], [1, 1, 1])
    for label, circuit in zip(scheme.labels(), scheme.circuits(state), strict=True):
        without = ql.Circuit(2)
        for step in circuit.instructions[:-1]:
            getattr(without, step.name)(*step.angles, *step.qubits)
        found = ql.sim.Statevector().run(without).probabilities()
        np.testing.assert_allclose(found, exact_probabilities(ql.sim.Statevector().run(state), label), atol=1e-12)


def test_same_seed_same_outcomes():
    state, scheme = ql.sim.State.random(4, random_state=0), MeasurementScheme(["XYZX"], [100])
    assert scheme.measure(state, random_state=5) == scheme.measure(state, random_state=5)
    assert scheme.measure(state, random_state=5) != scheme.measure(state, random_state=6)


def test_uniform_settings_share_shots():
    scheme = Uniform(shots_per_setting=10, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 95)
    assert scheme.shots_per_setting.tolist() == [10] * 9 + [5]
    data = scheme.measure(ql.sim.State.ghz(2), random_state=0)
    np.testing.assert_array_equal(data.basis_probabilities, np.full((2, 3), 1 / 3))
    counts = np.bincount(Uniform(random_state=1).design(ql.PauliSum("1.0 * Z"), 9000).bases.ravel(), minlength=3)
    assert np.abs(counts - 3000).max() < 5 * np.sqrt(2000)


@pytest.mark.parametrize(
    ("hamiltonian", "n_shots", "message"),
    [
        (ql.PauliSum("2.0 * II"), 5, "nothing to measure"),
        (ql.PauliSum({"ZZ": 1j}), 5, "must be Hermitian"),
        ("ZZ", 5, "must be a PauliSum, got str"),
        (ql.PauliSum("1.0 * ZZ"), 0, "`n_shots` must be at least 1, got 0"),
    ],
)
def test_wrong_questions_are_refused(hamiltonian, n_shots, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Uniform().design(hamiltonian, n_shots)


def test_wrong_states_are_refused():
    scheme = MeasurementScheme(["ZZ"], [1])
    with pytest.raises(TypeError, match="must be a single State, DensityState or StabilizerState, or a Clif"):
        scheme.measure(ql.sim.State.random(2, batch=3))
    with pytest.raises(ValueError, match="The state has 3 qubits, the scheme has 2"):
        scheme.measure(ql.sim.State.ghz(3))
    with pytest.raises(ValueError, match="only prepare the state"):
        scheme.measure(ql.Circuit(2).h(0).measure())
    with pytest.raises(ValueError, match="must not be negative"):
        MeasurementScheme(["ZZ"], [-1])


def test_helpers():
    bases, counts = merge_settings(np.array([[2, 2], [0, 1], [2, 2]], dtype=np.uint8))
    assert (bases.tolist(), counts.tolist()) == ([[2, 2], [0, 1]], [2, 1])
    assert round_shots(np.array([0.5, 0.3, 0.2]), 9).tolist() == [4, 3, 2]
    assert round_shots(np.ones(3), 2).sum() == 2


def test_schemes_can_be_saved(tmp_path):
    hamiltonian = ql.PauliSum({"ZZ": 1.0, "XX": 0.5})
    for scheme in (Uniform(random_state=0).design(hamiltonian, 5), MeasurementScheme(["ZZ", "XY"], [3, 0])):
        ql.save(scheme, tmp_path / "scheme.qlearn")
        assert ql.load(tmp_path / "scheme.qlearn") == scheme
    other = MeasurementScheme(["ZZ", "XY"], [3, 1])
    assert scheme not in (other, Uniform(random_state=0).design(hamiltonian, 5), "ZZ")
