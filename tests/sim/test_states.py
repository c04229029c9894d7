"""States: every number held against dense linear algebra, samples against exact distributions."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import logm

import qlearn as ql
from qlearn.sim import State
from qlearn.sim.sampling import sample_amplitudes, sample_indices, unpack_indices
from tests.naive.matrices import kron, pauli_matrix


def dense_reduced(amplitudes, qubits, n_qubits):
    """Trace out qubits by summing over every pair of basis states."""
    size = 2 ** len(qubits)
    result = np.zeros((size, size), dtype=complex)
    for i in range(2**n_qubits):
        for j in range(2**n_qubits):
            a, b = format(i, f"0{n_qubits}b"), format(j, f"0{n_qubits}b")
            if all(a[q] == b[q] for q in range(n_qubits) if q not in qubits):
                row, column = int("".join(a[q] for q in qubits), 2), int("".join(b[q] for q in qubits), 2)
                result[row, column] += amplitudes[i] * amplitudes[j].conj()
    return result


@pytest.mark.parametrize("qubits", [[0], [2, 0], [1, 3], [3, 1, 0], [2, 3, 1], [0, 1, 2, 3], [2, 3]])
def test_reduced_and_marginals_match_sums_over_basis_states(qubits):
    states = State.random(4, 3, batch=3)
    for i, row in enumerate(states.amplitudes):
        dense = dense_reduced(row, qubits, 4)
        assert abs(states.reduced(qubits)[i] - dense).max() < 1e-14
        assert abs(State(row).reduced(qubits) - dense).max() < 1e-14
        assert abs(states.probabilities(qubits)[i] - dense.diagonal().real).max() < 1e-14


def test_a_single_qubit_may_be_named_without_a_list():
    state = State.basis("10")
    assert state.probabilities(0).tolist() == [0, 1]
    assert state.reduced(1).real.tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("order", [1, 2, 0.5, 3, math.inf])
@pytest.mark.parametrize("qubits", [[0], [3, 1], [0, 2, 4]])
def test_entropy_matches_the_eigenvalues_of_the_dense_density_matrix(order, qubits):
    states = State.random(5, 8, batch=2)
    values = states.entropy(qubits, order)
    for row, value in zip(states.amplitudes, values, strict=True):
        rho = dense_reduced(row, qubits, 5)
        if order == 1:
            want = -np.trace(rho @ logm(rho)).real if len(qubits) < 3 else None
        if order == math.inf:
            want = -math.log(np.linalg.eigvalsh(rho).max())
        elif order != 1:
            p = np.linalg.eigvalsh(rho).clip(1e-300)
            want = math.log((p[p > 1e-13] ** order).sum()) / (1 - order)
        if want is not None:
            assert value == pytest.approx(want, abs=1e-10)


def test_entropies_with_closed_forms():
    assert State.ghz(6).entropy([0, 3]) == pytest.approx(math.log(2))
    assert State.ghz(6).entropy([0, 3], 0.3) == pytest.approx(math.log(2))
    assert State.ghz(6).entropy([1], 0) == pytest.approx(math.log(2))
    p = 2 / 5
    assert State.w(5).entropy([0, 4]) == pytest.approx(-p * math.log(p) - (1 - p) * math.log(1 - p))
    assert State.w(5).entropy([0, 4], 2) == pytest.approx(-math.log(p**2 + (1 - p) ** 2))
    # zero whatever the order, though rounding to a small power is not small
    vectors = State.random(1, 0, batch=6).amplitudes
    for order in (0, 0.1, 1, 2, math.inf):
        assert abs(State.product(vectors).entropy([1, 4], order)) < 1e-9


def test_fidelity_and_inner_products():
    a, b = State.random(3, 0, batch=4), State.random(3, 1, batch=4)
    want = [np.vdot(x, y) for x, y in zip(a.amplitudes, b.amplitudes, strict=True)]
    assert np.allclose(a.inner(b), want, atol=1e-15)
    assert np.allclose(a.fidelity(b), np.abs(want) ** 2)
    assert a[2].inner(b[2]) == pytest.approx(want[2])
    assert a[1].fidelity(b).shape == (4,) and a.fidelity(b[1]).shape == (4,)
    rho = b[0].reduced([0, 1, 2]) * 0.7 + 0.3 * np.eye(8) / 8
    assert a[0].fidelity(rho) == pytest.approx((a[0].amplitudes.conj() @ rho @ a[0].amplitudes).real)
    assert a.fidelity(np.stack([rho] * 4)).shape == (4,)
    assert a[0].fidelity(b[0].amplitudes) == pytest.approx(abs(want[0]) ** 2)


def test_fidelity_takes_objects_with_a_matrix():
    class Mixed:
        matrix = np.eye(4) / 4

    assert State.ghz(2).fidelity(Mixed()) == pytest.approx(0.25)


def test_expectation_and_variance_match_matrices():
    states = State.random(3, 5, batch=2)
    sums = [ql.PauliSum({"XYZ": 0.5, "ZZI": -1.5, "III": 0.25}), ql.PauliSum({"IYI": 2.0})]
    matrices = [0.5 * pauli_matrix("XYZ") - 1.5 * pauli_matrix("ZZI") + 0.25 * np.eye(8), 2 * pauli_matrix("IYI")]
    for i, row in enumerate(states.amplitudes):
        for j, matrix in enumerate(matrices):
            mean = np.vdot(row, matrix @ row).real
            assert states.expectation(sums)[i, j] == pytest.approx(mean)
            assert states.variance(sums)[i, j] == pytest.approx(np.vdot(row, matrix @ matrix @ row).real - mean**2)
            assert states[i].expectation(sums[j]) == pytest.approx(mean)


def test_named_states():
    assert np.array_equal(State.basis("0110").amplitudes, np.eye(16)[6])
    assert np.array_equal(State.basis([1, 0]).amplitudes, np.eye(4)[2])
    r = math.sqrt(0.5)
    vectors = {"0": [1, 0], "1": [0, 1], "+": [r, r], "-": [r, -r], "r": [r, 1j * r], "l": [r, -1j * r]}
    for text in ("0+", "1-r", "lr0"):
        want = kron([np.array(vectors[letter]).reshape(1, 2) for letter in text])[0]
        assert abs(State.product(text).amplitudes - want).max() < 1e-15
    for letter, pauli in (("+", "X"), ("r", "Y"), ("0", "Z")):
        assert State.product(letter).expectation(ql.PauliSum(pauli)) == pytest.approx(1)
    assert np.flatnonzero(State.w(3).amplitudes).tolist() == [1, 2, 4]
    assert State.ghz(2).amplitudes.real == pytest.approx([r, 0, 0, r])


def test_random_states_are_haar_distributed():
    # |<0|psi>|**2 has distribution 1 - (1 - x)**(d - 1); the phase is uniform
    states = State.random(3, 11, batch=4000)
    x = np.abs(states.amplitudes[:, 5]) ** 2
    assert stats.kstest(x, lambda t: 1 - (1 - t) ** 7).pvalue > 1e-4
    assert stats.kstest(np.angle(states.amplitudes[:, 2]), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-4
    assert np.array_equal(State.random(3, 11).amplitudes, State.random(3, 11).amplitudes)


@pytest.mark.parametrize("n_shots", [500, 200_000])
def test_samples_follow_the_probabilities(n_shots):
    # false alarm rate 1e-4 for each of two
    state = State.random(4, 2)
    bits = state.sample(n_shots, random_state=5)
    counts = np.bincount(bits @ [8, 4, 2, 1], minlength=16)
    assert stats.chisquare(counts, n_shots * state.probabilities()).pvalue > 1e-4


@pytest.mark.parametrize("n_shots", [1000, 100_000])
def test_shots_are_independent_of_their_order(n_shots):
    bits = State.random(3, 4).sample(n_shots, random_state=1)
    index = bits @ [4, 2, 1]
    table = np.histogram2d(index[:-1], index[1:], bins=8)[0]
    assert stats.chi2_contingency(table).pvalue > 1e-4


@pytest.mark.parametrize("n_shots", [50, 5000])
def test_impossible_outcomes_never_occur(n_shots):
    weights = np.zeros(64)
    weights[[3, 40, 62]] = [1e-30, 0.5, 0.5]
    drawn = sample_indices(weights, n_shots, np.random.default_rng(0))
    assert set(drawn.tolist()) == {40, 62}


def test_the_least_and_the_largest_uniform_number_name_possible_outcomes():
    class Extremes:
        def random(self, n):
            return np.resize([0.0, np.nextafter(1.0, 0.0)], n)

    for n_shots in (2, 5000):
        drawn = sample_indices(np.array([0.0, 0.1, 0.2, 0.0]), n_shots, Extremes())
        assert set(drawn.tolist()) <= {1, 2}


def test_large_states_are_sampled_by_blocks():
    # 21 qubits: the support is three scattered amplitudes, two of them in one block
    amplitudes = np.zeros(2**21, dtype=np.complex64)
    amplitudes[[7, 9, 2**20 + 5]] = np.sqrt([0.2, 0.3, 0.5])
    for n_shots in (2000, 300_000):
        drawn = sample_amplitudes(amplitudes, n_shots, np.random.default_rng(3))
        counts = [np.count_nonzero(drawn == i) for i in (7, 9, 2**20 + 5)]
        assert sum(counts) == n_shots
        assert stats.chisquare(counts, n_shots * np.array([0.2, 0.3, 0.5])).pvalue > 1e-4
    assert State(amplitudes).sample(3, 0).shape == (3, 21)


@pytest.mark.parametrize("n_bits", [1, 5, 8, 12, 16, 32, 40])
def test_indices_unpack_to_bits(n_bits):
    index = np.random.default_rng(0).integers(0, 2**n_bits, size=20)
    texts = ["".join(map(str, row)) for row in unpack_indices(index, n_bits)]
    assert texts == [format(i, f"0{n_bits}b") for i in index]


def test_rows_of_a_batch_have_their_own_streams():
    states = State.random(4, 0, batch=3)
    bits = states.sample(40, random_state=9)
    assert bits.shape == (3, 40, 4) and bits.dtype == np.uint8
    assert np.array_equal(states[:2].sample(40, random_state=9), bits[:2])
    same = State(np.stack([states.amplitudes[0]] * 2)).sample(40, random_state=9)
    assert not np.array_equal(same[0], same[1])
    assert states.sample(0, 1).shape == (3, 0, 4)


def test_single_precision_is_kept():
    state = ql.sim.Statevector("single").run(ql.Circuit(2).h(0).cx(0, 1))
    assert state.amplitudes.dtype == np.complex64
    assert state.entropy([0]) == pytest.approx(math.log(2), abs=1e-6)
    assert state.sample(10, 0).shape == (10, 2)


def test_engine_samples_are_those_of_the_states():
    theta = ql.parameters("t", 2)
    circuit = ql.Circuit(2).ry(theta[0], 0).cx(0, 1).rx(theta[1], 1)
    values = np.random.default_rng(0).normal(size=(3, 2))
    engine = ql.sim.Statevector()
    bits = engine.sample(circuit, values, n_shots=50, random_state=4)
    assert np.array_equal(bits, engine.run(circuit, values).sample(50, random_state=4))


@pytest.mark.parametrize(
    ("amplitudes", "message"),
    [
        ([1, 0, 0], r"shape \(2\*\*n,\) or \(batch, 2\*\*n\), got \(3,\)"),
        (np.ones((1, 1, 2)), r"got \(1, 1, 2\)"),
        ([1, 1], "must be normalised: the squared norm is 2; divide"),
        ([[1, 0], [0.5, 0]], "squared norm of row 1 is 0.25"),
        ([np.nan, 0], "must be finite"),
        (np.array([np.nan, 0], dtype=complex), "must be normalised"),
    ],
)
def test_bad_amplitudes_are_refused(amplitudes, message):
    with pytest.raises(ValueError, match=message):
        State(amplitudes)


def test_bad_questions_are_refused():
    state = State.ghz(3)
    with pytest.raises(ValueError, match="Qubit 3 does not exist"):
        state.probabilities([0, 3])
    with pytest.raises(ValueError, match="Qubit 1 is named twice"):
        state.reduced([1, 1])
    with pytest.raises(ValueError, match="`order` must not be negative, got -1"):
        state.entropy([0], -1)
    with pytest.raises(ValueError, match="zeros and ones"):
        State.basis("012")
    with pytest.raises(ValueError, match="letters 0 1"):
        State.product("0x")
    with pytest.raises(ValueError, match="`n_shots` must be at least 0"):
        state.sample(-1)
    with pytest.raises(ValueError, match=r"`other` must have shape \(8,\)"):
        state.inner(State.ghz(2))
    with pytest.raises(ValueError, match="`other` must have 1 or 2 states like this one, got 3"):
        State.random(1, 0, batch=2).fidelity(State.random(1, 0, batch=3))
    with pytest.raises(ValueError, match=r"density matrix of shape \(8, 8\), got shape \(4, 4\)"):
        state.fidelity(np.eye(4))
    with pytest.raises(TypeError, match="single"):
        len(state)
    with pytest.raises(MemoryError, match="needs"):
        State.ghz(50)
