"""Density matrices against the naive twin, closed forms and each other."""

import math

import numpy as np
import pytest

import qlearn as ql
from qlearn.sim import DensityMatrix, DensityState, State, Statevector
from tests.naive import simulator as naive
from tests.noisy_circuits import CHANNELS, add_channel, noisy_circuit, random_circuit, random_sum


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4])
@pytest.mark.parametrize("batch", [None, 1, 7])
def test_random_noisy_circuits(rng, n_qubits, batch):
    parameters = ql.parameters("a", 3)
    for _ in range(6):
        circuit = noisy_circuit(rng, n_qubits, int(rng.integers(1, 8)), parameters)
        values = rng.normal(size=(batch or 1, circuit.n_parameters))
        observables = [random_sum(rng, n_qubits) for _ in range(3)]
        engine = DensityMatrix()
        passed = values if batch else values[0]
        matrix = engine.run(circuit, passed).matrix.reshape(-1, 2**n_qubits, 2**n_qubits)
        found = engine.expectation(circuit, observables, passed).reshape(-1, 3)
        for row in range(0, batch or 1, 4):
            reference = naive.density_matrix(circuit, values[row])
            assert abs(matrix[row] - reference).max() < 1e-12
            exact = [naive.expectation(observable, reference).real for observable in observables]
            assert abs(found[row] - exact).max() < 1e-12


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("batch", [1, 8])
def test_each_channel_behind_entangling_gates(rng, name, batch):
    """Alone in the lanes and one sample a lane, in frames that mix all bits."""
    for _ in range(3):
        circuit = random_circuit(rng, 4, 12)
        circuit.ry(0.3, 0).cx(0, 1).cx(1, 2).cz(2, 3).cx(3, 0).rx(0.4, 1)
        add_channel(rng, circuit, (name,))
        circuit.cx(0, 2).ry(0.5, 2)
        reference = naive.density_matrix(circuit)
        matrices = DensityMatrix().run(circuit, np.empty((batch, 0))).matrix
        assert abs(matrices - reference).max() < 1e-12


def test_single_precision(rng):
    for batch in (1, 9):
        circuit = noisy_circuit(rng, 4, 6)
        state = DensityMatrix("single").run(circuit, np.empty((batch, 0)))
        assert state.matrix.dtype == np.complex64
        assert abs(state.matrix - naive.density_matrix(circuit)).max() < 3e-6


def test_unitary_circuits_agree_with_pure_states(rng):
    circuit = random_circuit(rng, 6, 40)
    pure = Statevector().run(circuit)
    mixed = DensityMatrix().run(circuit)
    assert abs(mixed.matrix - np.outer(pure.amplitudes, pure.amplitudes.conj())).max() < 1e-13
    assert mixed.purity() == pytest.approx(1, abs=1e-12)
    assert mixed.entropy([0, 1]) == pytest.approx(pure.entropy([0, 1]), abs=1e-9)
    assert mixed.entropy() == pytest.approx(0, abs=1e-9)


def test_depolarising_gathers_behind_gates():
    """A hundred channels between one-qubit gates multiply: <Z> falls by (1 - 4p/3) each time."""
    circuit = ql.Circuit(2)
    for _ in range(50):
        circuit.rx(0.1, 0).depolarize1(0.01, 0).h(0).h(0).depolarize1(0.02, 0)
    found = DensityMatrix().expectation(circuit, ql.PauliSum("ZI"))
    assert found == pytest.approx(math.cos(5.0) * ((1 - 0.04 / 3) * (1 - 0.08 / 3)) ** 50, abs=1e-13)


@pytest.mark.parametrize("seed", range(3))
def test_threads_change_nothing(seed):
    rng = np.random.default_rng(seed)
    circuit = noisy_circuit(rng, 3, 5, ql.parameters("a", 2))
    values = rng.normal(size=(37, circuit.n_parameters))
    observable = random_sum(rng, 3)
    results = [DensityMatrix(n_jobs=n).expectation(circuit, observable, values) for n in (1, 2, 5)]
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_large_batches_are_cut_into_chunks(rng, monkeypatch):
    monkeypatch.setattr("qlearn.sim.density._CHUNK_ENTRIES", 100)
    circuit = noisy_circuit(rng, 3, 3, ql.parameters("a", 2))
    values = rng.normal(size=(19, circuit.n_parameters))
    observable = random_sum(rng, 3)
    whole = observable.expectation(DensityMatrix().run(circuit, values))
    assert abs(DensityMatrix().expectation(circuit, observable, values) - whole).max() < 1e-13


def test_samples_follow_the_distribution():
    """Chi-square over 8 outcomes at 40,000 shots; a false alarm has probability 1e-4."""
    circuit = ql.Circuit(3).h(0).cx(0, 1).ry(0.8, 2).depolarize2(0.2, 0, 1).readout_error(0.1, 0.3, 2)
    bits = DensityMatrix().sample(circuit, n_shots=40_000, random_state=1)
    exact = np.zeros(8)
    for record, probability in naive.record_distribution(circuit.copy().measure()).items():
        exact[int("".join(map(str, record)), 2)] = probability
    counts = np.bincount(bits @ [4, 2, 1], minlength=8)
    assert ((counts - 40_000 * exact) ** 2 / (40_000 * exact)).sum() < 29.88


def test_records_of_measured_qubits():
    circuit = ql.Circuit(3).x(2).measure([2, 0]).readout_error(1.0, 0.0, 0).measure(0).ry(0.3, 1)
    bits = DensityMatrix().sample(circuit, n_shots=4, random_state=0)
    assert bits.tolist() == [[1, 0, 1]] * 4
    with pytest.raises(ValueError, match="something follows the one of qubit 0; use Trajectories"):
        DensityMatrix().sample(ql.Circuit(2).measure(0).h(0), n_shots=1)


def test_expectation_from_shots_sees_readout_errors():
    """Mean (1 - 2 p01) of Z in |0>; 5 standard errors have a false-alarm rate of 6e-7."""
    circuit = ql.Circuit(1).readout_error(0.2, 0.0, 0)
    assert DensityMatrix().expectation(circuit, ql.PauliSum("Z")) == pytest.approx(1)
    estimate = DensityMatrix().expectation(circuit, ql.PauliSum("Z"), n_shots=10_000, random_state=3)
    assert abs(estimate.value - 0.6) < 5 * estimate.std_error


def test_memory_guard(monkeypatch):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e6")
    with pytest.raises(MemoryError, match=r"DensityMatrix with 10 qubits \(4\*\*10 entries\).*use Trajectories"):
        DensityMatrix().run(ql.Circuit(10).h(0))


def test_precision_is_checked():
    with pytest.raises(ValueError, match='`precision` must be "double" or "single", got \'half\''):
        DensityMatrix("half")


class TestDensityState:
    """Methods of the state against the naive twin."""

    @pytest.fixture
    def states(self, rng):
        vectors = rng.normal(size=(3, 8, 2)) + 1j * rng.normal(size=(3, 8, 2))
        matrices = vectors @ vectors.conj().swapaxes(1, 2)
        return DensityState(matrices / np.trace(matrices, axis1=1, axis2=2)[:, None, None])

    def test_reduced_and_probabilities(self, states):
        for qubits in ([0], [2, 0], [1, 2, 0], []):
            for row in range(3):
                reference = naive.reduced(states.matrix[row], qubits)
                assert abs(states.reduced(qubits)[row] - reference).max() < 1e-14
                assert abs(states.probabilities(qubits)[row] - np.diag(reference).real).max() < 1e-14
        assert np.array_equal(states[1].reduced([1]), states.reduced([1])[1])

    def test_purity_and_entropy(self, states):
        eigenvalues = np.linalg.eigvalsh(states.matrix)
        assert states.purity() == pytest.approx((eigenvalues**2).sum(axis=1))
        assert states.entropy(order=2) == pytest.approx(-np.log((eigenvalues**2).sum(axis=1)))
        kept = eigenvalues.clip(1e-15)
        assert states.entropy() == pytest.approx(-(kept * np.log(kept)).sum(axis=1), abs=1e-9)
        assert states.entropy(order=0) == pytest.approx(np.log([2, 2, 2]))
        assert states.entropy(order=math.inf) == pytest.approx(-np.log(eigenvalues.max(axis=1)))

    def test_fidelity(self, states, rng):
        pure = State.random(3, rng)
        vector = pure.amplitudes
        expected = [(vector.conj() @ m @ vector).real for m in states.matrix]
        assert states.fidelity(pure) == pytest.approx(expected)
        assert states.fidelity(np.outer(vector, vector.conj())) == pytest.approx(expected, abs=1e-7)
        assert states.fidelity(states) == pytest.approx([1, 1, 1], abs=1e-7)
        assert states[0].fidelity(states) == pytest.approx(states.fidelity(states[0].matrix), abs=1e-7)

    def test_expectation_and_variance(self, states, rng):
        observable = random_sum(rng, 3)
        matrix = naive.pauli_sum_matrix(observable)
        mean = [np.trace(matrix @ m).real for m in states.matrix]
        square = [np.trace(matrix @ matrix @ m).real for m in states.matrix]
        assert states.expectation(observable) == pytest.approx(mean)
        assert states.variance([observable])[:, 0] == pytest.approx(np.array(square) - np.array(mean) ** 2)

    def test_samples(self):
        state = DensityState(np.diag([0.0, 0.0, 1.0, 0.0]))
        assert state.sample(2, 0).tolist() == [[1, 0], [1, 0]]
        batch = DensityState(np.array([np.diag([0.5, 0.5])] * 2))
        bits = batch.sample(20, 0)
        assert bits.shape == (2, 20, 1)
        assert not np.array_equal(bits[0], bits[1])

    @pytest.mark.parametrize(
        ("matrix", "message"),
        [
            (np.eye(3) / 3, r"shape \(2\*\*n, 2\*\*n\) or \(batch, 2\*\*n, 2\*\*n\), got \(3, 3\)"),
            (np.eye(2), "must have trace one, got 2"),
            ([[0.5, 1j], [1j, 0.5]], "must be Hermitian"),
            ([[np.nan, 0], [0, 1]], "matrix"),
        ],
    )
    def test_refuses(self, matrix, message):
        with pytest.raises(ValueError, match=message):
            DensityState(matrix)
        with pytest.raises(ValueError, match="`other` must be states of 1 qubits"):
            DensityState(np.eye(2) / 2).fidelity(np.eye(4) / 4)
