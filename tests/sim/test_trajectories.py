"""Trajectories against density matrices within stated errors, and against themselves for any chunks and threads."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.sim import DensityMatrix, Statevector, Trajectories
from qlearn.sim.pauli_frames import framed_program
from tests.naive import simulator as naive
from tests.noisy_circuits import (
    CHANNELS,
    ONE_QUBIT_CHANNELS,
    PAULI_CHANNELS,
    add_channel,
    clifford_circuit,
    noisy_circuit,
    random_circuit,
    random_sum,
)

STATE_CHANNELS = tuple(name for name in ONE_QUBIT_CHANNELS if name not in PAULI_CHANNELS)


def deviations(estimate, exact):
    """Return (value - exact) / std_error where there is an error, and check the rest."""
    known = estimate.std_error < 1e-9
    assert abs(estimate.value - exact)[known].max(initial=0) < 1e-9
    return ((estimate.value - exact) / np.where(known, 1, estimate.std_error))[~known]


@pytest.mark.parametrize("channels", [PAULI_CHANNELS, ONE_QUBIT_CHANNELS], ids=["pauli", "all"])
def test_random_circuits_agree_with_density_matrices(rng, channels):
    """About 150 numbers; 5 standard errors have a false-alarm rate of 1e-4, the spread below of 1e-6."""
    found = []
    for seed in range(20):
        n_qubits = int(rng.integers(1, 5))
        circuit = noisy_circuit(rng, n_qubits, int(rng.integers(1, 7)), ql.parameters("a", 3), channels)
        values = rng.normal(size=(3, circuit.n_parameters))
        observables = [random_sum(rng, n_qubits) for _ in range(3)]
        exact = DensityMatrix().expectation(circuit, observables, values)
        estimate = Trajectories(2000).expectation(circuit, observables, values, random_state=seed)
        assert estimate.value.shape == (3, 3)
        assert estimate.n_shots == 2000
        found.append(deviations(estimate, exact))
    found = np.concatenate(found)
    assert len(found) > 100
    assert abs(found).max() < 5
    assert 0.7 < found.std() < 1.35


@pytest.mark.parametrize("name", ONE_QUBIT_CHANNELS)
def test_each_channel_behind_entangling_gates(rng, name):
    """15 numbers each; 5 standard errors have a false-alarm rate of 1e-5."""
    circuit = random_circuit(rng, 3, 8)
    circuit.ry(0.7, 0).cx(0, 1).cz(1, 2).cx(2, 0).rx(0.4, 1)
    add_channel(rng, circuit, (name,))
    circuit.cx(1, 2).ry(0.5, 2).ccx(0, 1, 2)
    observables = [random_sum(rng, 3) for _ in range(15)]
    exact = [naive.expectation(o, naive.density_matrix(circuit)).real for o in observables]
    estimate = Trajectories(3000).expectation(circuit, observables, random_state=0)
    assert abs(deviations(estimate, np.array(exact))).max(initial=0) < 5


def test_mean_of_states_is_the_density_matrix(rng):
    """128 entries, each within 6 / sqrt(n_trajectories): false alarms below 1e-6."""
    for channels in (PAULI_CHANNELS, STATE_CHANNELS):
        circuit = noisy_circuit(rng, 3, 5, (), channels)
        amplitudes = Trajectories(4000).run(circuit, random_state=1).amplitudes
        assert np.linalg.norm(amplitudes, axis=1) == pytest.approx(np.ones(4000))
        mean = np.einsum("ti,tj->ij", amplitudes, amplitudes.conj()) / 4000
        assert abs(mean - naive.density_matrix(circuit)).max() < 6 / np.sqrt(4000)


@pytest.mark.parametrize("seed", range(6))
def test_frames_are_exact_trajectory_by_trajectory(seed):
    """Each trajectory's angles give the state that the drawn Pauli strings give, for every gate."""
    rng = np.random.default_rng(seed)
    circuit = noisy_circuit(rng, 4, 12, ql.parameters("a", 3), PAULI_CHANNELS)
    circuit += clifford_circuit(rng, 4, 12, PAULI_CHANNELS)
    values = rng.normal(size=circuit.n_parameters)
    program = ql.circuits.Program.from_circuit(circuit)
    framed = framed_program(program)
    uniform = rng.random((framed.n_draws, 9)) ** 3  # many errors
    angles = framed.angles(program.angle_map.table(values[None]), framed.bits(uniform))
    states = Statevector().run(framed.program, angles.T).amplitudes
    for trajectory in range(9):
        reference = naive.statevector(with_errors(circuit, uniform[:, trajectory]), values)
        assert abs(np.vdot(reference, states[trajectory])) == pytest.approx(1, abs=1e-12)


def with_errors(circuit, uniform):
    """Return the circuit with the Pauli string that each uniform number names in place of each channel."""
    result, draws = ql.Circuit(circuit.n_qubits), iter(uniform)
    for step in circuit:
        if step.name not in PAULI_CHANNELS:
            result.append(step)
            continue
        left = next(draws)
        for text, probability in ql.circuits.channel_paulis(step).items():
            if left < probability:
                for letter, qubit in zip(text, step.qubits, strict=True):
                    getattr(result, letter.lower())(qubit)
                break
            left -= probability
    return result


def test_errors_of_clifford_circuits_cost_one_layer():
    """The kernels run the noiseless circuit plus two rotations of each qubit."""
    noisy = ql.Circuit(3)
    for _ in range(10):
        noisy.h(0).depolarize1(0.1, 0).cx(0, 1).depolarize2(0.1, 0, 1).ry(0.3, 2).cz(1, 2).depolarize1(0.1, 2)
    framed = framed_program(ql.circuits.Program.from_circuit(noisy)).program
    assert len(framed.bytecode) == 40 + 6


@pytest.mark.parametrize("channels", [PAULI_CHANNELS, ONE_QUBIT_CHANNELS], ids=["pauli", "all"])
def test_results_do_not_depend_on_threads_or_chunks(rng, monkeypatch, channels):
    circuit = noisy_circuit(rng, 3, 6, ql.parameters("a", 2), channels)
    values, observable = rng.normal(size=(3, circuit.n_parameters)), random_sum(rng, 3)

    def everything(n_jobs):
        engine = Trajectories(700, n_jobs=n_jobs)
        estimate = engine.expectation(circuit, observable, values, random_state=5)
        states = engine.run(circuit, values[0], random_state=5).amplitudes
        return estimate.value, estimate.std_error, states, engine.sample(circuit, values, n_shots=300, random_state=5)

    first = everything(1)
    monkeypatch.setattr("qlearn.sim.trajectories._CHUNK_ENTRIES", 1000)
    for n_jobs in (1, 3):
        for one, other in zip(first, everything(n_jobs), strict=True):
            assert np.array_equal(one, other)
    more = Trajectories(1000).run(circuit, values[0], random_state=5).amplitudes
    assert np.array_equal(more[:700], first[2])


def test_gradients_are_those_of_the_density_matrix(rng):
    """36 numbers; 5 standard errors have a false-alarm rate of 2e-5."""
    parameters, found = ql.parameters("a", 3), []
    for seed in range(4):
        circuit = noisy_circuit(rng, 3, 6, parameters, PAULI_CHANNELS)
        values = rng.normal(size=(3, circuit.n_parameters))
        observable = random_sum(rng, 3)
        value, gradient = Trajectories(1500).value_and_gradient(circuit, observable, values, random_state=seed)
        plain = Trajectories(1500).expectation(circuit, observable, values, random_state=seed)
        assert value.value == pytest.approx(plain.value, abs=1e-12)
        assert value.std_error == pytest.approx(plain.std_error, abs=1e-12)
        exact = np.empty(gradient.value.shape)
        for i in range(circuit.n_parameters):
            shift = 1e-5 * np.eye(circuit.n_parameters)[i]
            up, down = (DensityMatrix().expectation(circuit, observable, values + s) for s in (shift, -shift))
            exact[:, i] = (up - down) / 2e-5
        found.append(deviations(gradient, exact))
    assert abs(np.concatenate(found)).max() < 5


def test_vjp_weighs_observables(rng):
    circuit = noisy_circuit(rng, 2, 3, ql.parameters("a", 2), PAULI_CHANNELS)
    values = rng.normal(size=circuit.n_parameters)
    sums = [random_sum(rng, 2), random_sum(rng, 2)]
    engine = Trajectories(300)
    found, gradient = engine.vjp(circuit, sums, values, [2.0, -1.0], random_state=0)
    _, joint = engine.value_and_gradient(circuit, 2.0 * sums[0] - sums[1], values, random_state=0)
    assert gradient.value == pytest.approx(joint.value, abs=1e-12)
    assert gradient.std_error == pytest.approx(joint.std_error, abs=1e-12)
    assert found.value.shape == (2,)
    with pytest.raises(ValueError, match=r"`weights` must be finite, of shape \(2,\) or \(1, 2\), got shape \(3,\)"):
        engine.vjp(circuit, sums, values, [1.0, 2.0, 3.0])


def test_gradients_need_noise_that_ignores_the_state():
    circuit = ql.Circuit(1).rx(ql.Parameter("t"), 0).amplitude_damping(0.1, 0)
    with pytest.raises(ValueError, match=r"has a 'kraus' step; use parameter shift"):
        Trajectories().value_and_gradient(circuit, ql.PauliSum("Z"), [0.1])


def test_records_of_mid_circuit_measurements():
    """Chi-square over 16 records at 20,000 shots; a false alarm has probability 1e-4."""
    circuit = ql.Circuit(2).ry(1.1, 0).readout_error(0.05, 0.2, 0).measure(0).h(0).amplitude_damping(0.3, 0)
    circuit.cx(0, 1).measure(0).reset(0).depolarize1(0.3, 0).measure().cx(1, 0)
    bits = Trajectories().sample(circuit, n_shots=20_000, random_state=2)
    exact = naive.record_distribution(circuit)
    counts = np.bincount(bits @ [8, 4, 2, 1], minlength=16)
    expected = np.array([20_000 * exact.get(tuple(int(b) for b in f"{i:04b}"), 0.0) for i in range(16)])
    assert counts[expected == 0].sum() == 0
    kept = expected > 0
    assert ((counts - expected)[kept] ** 2 / expected[kept]).sum() < 44.3


def test_samples_of_all_qubits():
    """Chi-square over 8 outcomes at 40,000 shots; a false alarm has probability 1e-4."""
    circuit = ql.Circuit(3).h(0).cx(0, 1).ry(0.8, 2).depolarize2(0.2, 0, 1).readout_error(0.1, 0.3, 2)
    bits = Trajectories(1, "single").sample(circuit, n_shots=40_000, random_state=1)
    exact = np.zeros(8)
    for record, probability in naive.record_distribution(circuit.copy().measure()).items():
        exact[int("".join(map(str, record)), 2)] = probability
    counts = np.bincount(bits @ [4, 2, 1], minlength=8)
    assert ((counts - 40_000 * exact) ** 2 / (40_000 * exact)).sum() < 29.88


def test_expectation_from_shots():
    """5 standard errors have a false-alarm rate of 6e-7."""
    circuit = ql.Circuit(2).h(0).cx(0, 1).amplitude_damping(0.3, 1).readout_error(0.2, 0.0, 0)
    observable = ql.PauliSum({"ZZ": 1.0, "XX": 0.5})
    estimate = Trajectories().expectation(circuit, observable, n_shots=20_000, random_state=0)
    exact = DensityMatrix().expectation(circuit, observable, n_shots=400_000, random_state=1)
    assert abs(estimate.value - exact.value) < 5 * np.hypot(estimate.std_error, exact.std_error)


def test_without_noise_every_trajectory_is_the_same(rng):
    circuit = random_circuit(rng, 4, 20)
    estimate = Trajectories(10).expectation(circuit, random_sum(np.random.default_rng(1), 4))
    exact = Statevector().expectation(circuit, random_sum(np.random.default_rng(1), 4))
    assert estimate.value == pytest.approx(exact, abs=1e-13)
    assert estimate.std_error < 1e-15
    assert np.isnan(Trajectories(1).expectation(circuit, random_sum(rng, 4)).std_error)


def test_refusals(monkeypatch):
    kraus = ql.Circuit(2).kraus([np.eye(4)], [0, 1])
    with pytest.raises(ValueError, match=r"draws Kraus operators of one qubit.*use DensityMatrix"):
        Trajectories().expectation(kraus, ql.PauliSum("ZZ"))
    circuit = ql.Circuit(1).rx(ql.Parameter("t"), 0)
    with pytest.raises(ValueError, match="takes one row of `values`"):
        Trajectories().run(circuit, [[0.1], [0.2]])
    with pytest.raises(ValueError, match="`n_trajectories`"):
        Trajectories(0)
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e6")
    with pytest.raises(MemoryError, match="Trajectories with 20 qubits"):
        Trajectories().expectation(ql.Circuit(20).h(0), ql.PauliSum("Z0", n_qubits=20))


def test_every_channel_is_covered():
    assert set(PAULI_CHANNELS) | set(STATE_CHANNELS) == set(CHANNELS) - {"kraus2"}
