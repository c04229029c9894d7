"""The Clifford engine against state vectors, density matrices and the naive twin."""

import math

import numpy as np
import pytest
import stim

import qlearn as ql
from qlearn.sim import DensityMatrix, Stabilizer, Statevector
from tests.naive import simulator as naive
from tests.noisy_circuits import PAULI_CHANNELS, clifford_circuit, random_sum

NOISE = (*PAULI_CHANNELS, "reset", "measure", "phase_damping")


@pytest.mark.parametrize("n_qubits", [1, 2, 4, 6])
def test_random_clifford_circuits(rng, n_qubits):
    for _ in range(10):
        circuit = clifford_circuit(rng, n_qubits, int(rng.integers(1, 40)))
        observables = [random_sum(rng, n_qubits, 5) for _ in range(3)]
        found = Stabilizer().expectation(circuit, observables)
        assert found == pytest.approx(Statevector().expectation(circuit, observables), abs=1e-12)
        state = naive.statevector(circuit)
        assert found == pytest.approx([naive.expectation(o, state).real for o in observables], abs=1e-12)
        assert Stabilizer().run(circuit).expectation(observables) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 2, 4])
def test_noise_is_exact(rng, n_qubits):
    for _ in range(15):
        circuit = clifford_circuit(rng, n_qubits, int(rng.integers(1, 15)), NOISE)
        observables = [random_sum(rng, n_qubits, 8) for _ in range(3)]
        found = Stabilizer().expectation(circuit, observables)
        assert found == pytest.approx(DensityMatrix().expectation(circuit, observables), abs=1e-12)


@pytest.mark.parametrize("name", NOISE)
def test_each_channel(rng, name):
    """All Pauli strings of two qubits, behind and before entangling gates."""
    labels = [a + b for a in "IXYZ" for b in "IXYZ"][1:]
    for _ in range(6):
        circuit = clifford_circuit(rng, 2, 6, (name,), 0.5)
        rho = naive.density_matrix(circuit)
        exact = [naive.expectation(ql.PauliSum(label), rho).real for label in labels]
        found = Stabilizer().expectation(circuit, [ql.PauliSum(label) for label in labels])
        assert found == pytest.approx(exact, abs=1e-12)


def compare_with_stim(seed, n_circuits, largest):
    """Hold random circuits against Stim's own simulator: the tableau that the gate names of Stim give."""
    rng = np.random.default_rng(seed)
    for _ in range(n_circuits):
        n_qubits = int(rng.integers(1, largest + 1))
        circuit, written = stim_circuit(rng, n_qubits, int(rng.integers(1, 6 * n_qubits)))
        simulator = stim.TableauSimulator()
        simulator.set_num_qubits(n_qubits)
        simulator.do(written)
        strings = [simulator.canonical_stabilizers()[int(i)] for i in rng.integers(n_qubits, size=3)]
        strings += [stim.PauliString.random(n_qubits) for _ in range(2)]
        labels = [str(string)[1:].replace("_", "I") for string in strings]
        expected = [simulator.peek_observable_expectation(string * string.sign) for string in strings]
        assert any(expected[:3])
        assert Stabilizer().expectation(circuit, [ql.PauliSum(label) for label in labels]).tolist() == expected
        # an identity channel sends the same circuit through the other path
        noisy = circuit.depolarize1(0.0, 0)
        assert Stabilizer().expectation(noisy, [ql.PauliSum(label) for label in labels]).tolist() == expected


def stim_circuit(rng, n_qubits, n_gates):
    """Return the same random circuit twice: ours, and written for Stim by the names of the gates alone."""
    names = {"h": "H", "s": "S", "sdg": "S_DAG", "sx": "SQRT_X", "cx": "CX", "cz": "CZ", "swap": "SWAP", "y": "Y"}
    ours, theirs = ql.Circuit(n_qubits), stim.Circuit()
    while len(ours) < n_gates:
        name = str(rng.choice(list(names)))
        size = 2 if name in ("cx", "cz", "swap") else 1
        if size <= n_qubits:
            qubits = [int(q) for q in rng.permutation(n_qubits)[:size]]
            getattr(ours, name)(*qubits)
            theirs.append(names[name], qubits)
    return ours, theirs


def test_clifford_circuits_against_stim():
    compare_with_stim(0, 30, 50)


@pytest.mark.slow
def test_a_thousand_clifford_circuits_against_stim():
    compare_with_stim(1, 1000, 50)


def test_samples_follow_the_distribution():
    """Chi-square over 16 records at 20,000 shots; a false alarm has probability 1e-4."""
    circuit = ql.Circuit(2).h(0).readout_error(0.05, 0.2, 0).measure(0).sx(0).depolarize1(0.3, 0).cx(0, 1)
    circuit.reset(0).readout_error(0.1, 0.0, 0).bit_flip(0.2, 0).readout_error(0.0, 0.3, 0).measure([1, 0])
    circuit.measure(1)
    bits = Stabilizer().sample(circuit, n_shots=20_000, random_state=2)
    assert bits.dtype == np.uint8
    exact = naive.record_distribution(circuit)
    counts = np.bincount(bits @ [8, 4, 2, 1], minlength=16)
    expected = np.array([20_000 * exact.get(tuple(int(b) for b in f"{i:04b}"), 0.0) for i in range(16)])
    assert counts[expected < 1e-9].sum() == 0
    kept = expected > 1e-9
    assert ((counts - expected)[kept] ** 2 / expected[kept]).sum() < 44.3


def test_expectation_from_shots():
    """Four numbers; 5 standard errors have a false-alarm rate of 2e-6."""
    circuit = ql.Circuit(3).h(0).cx(0, 1).sx(2).cz(1, 2).depolarize2(0.2, 0, 1).depolarize1(0.1, 2)
    observables = [ql.PauliSum({"ZZI": 1.0, "XXZ": -0.5, "IIY": 0.25, "III": 2.0}), ql.PauliSum("YYZ")]
    estimate = Stabilizer().expectation(circuit, observables, n_shots=20_000, random_state=0)
    exact = Stabilizer().expectation(circuit, observables)
    assert (abs(estimate.value - exact) < 5 * estimate.std_error).all()
    biased = circuit.readout_error(0.0, 0.5, 0).readout_error(0.0, 0.5, 1)
    other = Stabilizer().expectation(biased, ql.PauliSum("ZZI"), n_shots=20_000, random_state=0)
    reference = DensityMatrix().expectation(biased, ql.PauliSum("ZZI"), n_shots=200_000, random_state=1)
    assert abs(other.value - reference.value) < 5 * np.hypot(other.std_error, reference.std_error)
    with pytest.raises(ValueError, match="The circuit measures already"):
        Stabilizer().expectation(ql.Circuit(1).measure(), ql.PauliSum("Z"), n_shots=10)


def test_batches_of_clifford_angles(rng):
    parameters = ql.parameters("a", 3)
    circuit = ql.Circuit(3).ry(parameters[0], 0).rzz(parameters[1], 0, 1).h(1).cx(1, 2).rx(2 * parameters[2], 2)
    values = rng.integers(-4, 5, size=(9, 3)) * np.pi / 2
    observables = [random_sum(rng, 3) for _ in range(2)]
    found = Stabilizer().expectation(circuit, observables, values)
    assert found == pytest.approx(Statevector().expectation(circuit, observables, values), abs=1e-12)
    assert Stabilizer().sample(circuit, values, n_shots=5, random_state=0).shape == (9, 5, 3)


def test_hundreds_of_qubits():
    circuit = ql.Circuit(300).h(0)
    for qubit in range(299):
        circuit.cx(qubit, qubit + 1)
    ends = ql.PauliSum("Z0 Z299", n_qubits=300) + ql.PauliSum("X" * 300)
    assert Stabilizer().expectation(circuit, ends) == 2
    bits = Stabilizer().sample(circuit, n_shots=50, random_state=0)
    assert (bits == bits[:, :1]).all()
    assert 0 < bits[:, 0].sum() < 50
    state = Stabilizer().run(circuit)
    assert state.entropy(range(100)) == pytest.approx(math.log(2))
    assert state.entropy([]) == 0
    assert (state.sample(5, 0) == state.sample(5, 0)).all()


def test_entropy_of_random_states(rng):
    for _ in range(5):
        circuit = clifford_circuit(rng, 5, 30)
        state, pure = Stabilizer().run(circuit), Statevector().run(circuit)
        for qubits in ([0], [1, 3], [4, 0, 2]):
            assert state.entropy(qubits) == pytest.approx(float(pure.entropy(qubits)), abs=1e-9)


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        (ql.Circuit(2).h(0).t(1), r"instruction 1, t on \(1,\).*use .*Statevector"),
        (ql.Circuit(1).rx(0.3, 0), r"instruction 0, rx on \(0,\).*Statevector"),
        (ql.Circuit(1).amplitude_damping(0.1, 0), r"amplitude_damping on \(0,\).*DensityMatrix or Trajectories"),
    ],
)
def test_other_circuits_are_refused(circuit, message):
    with pytest.raises(ValueError, match=message):
        Stabilizer().expectation(circuit, ql.PauliSum("Z0", n_qubits=circuit.n_qubits))


def test_run_needs_a_pure_state():
    with pytest.raises(ValueError, match="use expectation or sample, or DensityMatrix for the mixed state"):
        Stabilizer().run(ql.Circuit(1).reset(0))
    with pytest.raises(ValueError, match="takes one row of `values`"):
        Stabilizer().run(ql.Circuit(1).rx(ql.Parameter("t"), 0), [[0.0]])
    with pytest.raises(TypeError, match="`circuit` must be a Circuit"):
        Stabilizer().run(ql.circuits.Program.from_circuit(ql.Circuit(1)))
