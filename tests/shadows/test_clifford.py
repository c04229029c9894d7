"""Random Clifford unitaries are uniform, and estimates from them agree with matrices and known fidelities."""

import numpy as np
import pytest
import stim
from scipy import stats

import qlearn as ql
from qlearn.persistence import FileFormatError
from qlearn.shadows import CliffordData, CliffordScheme, clifford_expectation, clifford_fidelity
from qlearn.shadows.clifford_data import as_stim, random_tableaux


def ghz(n_qubits):
    circuit = ql.Circuit(n_qubits).h(0)
    for qubit in range(n_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    return circuit


@pytest.mark.parametrize(("n_qubits", "n_elements", "n_draws"), [(1, 6, 6000), (2, 720, 36_000)])
def test_every_symplectic_matrix_is_as_likely(n_qubits, n_elements, n_draws):
    """Chi-square over all of the group; a uniform sampler fails once in 1000 seeds."""
    bits, signs = random_tableaux(n_qubits, n_draws, random_state=0)
    _, counts = np.unique(bits.reshape(n_draws, -1), axis=0, return_counts=True)
    assert len(counts) == n_elements
    assert stats.chisquare(counts).pvalue > 0.001
    assert abs(signs.mean() - 0.5) < 4 * 0.5 / np.sqrt(signs.size)


def test_seeds_repeat():
    first, second = (CliffordScheme.random(5, 3, random_state=seed) for seed in (1, 1))
    assert np.array_equal(first._bits, second._bits)
    assert not np.array_equal(first._bits, CliffordScheme.random(5, 3, random_state=2)._bits)


def undoing(scheme, setting=0):
    """Return the circuit that prepares what the unitary of a setting maps to |0...0>."""
    unitary = as_stim(scheme._bits[setting], scheme._signs[setting])
    return ql.Circuit.from_stim(unitary.inverse().to_circuit("elimination"), scheme.n_qubits)


@pytest.mark.parametrize("n_qubits", [1, 3, 6])
def test_the_unitary_is_applied_before_the_measurement(n_qubits):
    """The state that U maps to |0...0> gives zeros: simulated by Stim, as a state vector, and by the circuits."""
    scheme = CliffordScheme.random(n_qubits, 1, shots_per_setting=20, random_state=n_qubits)
    preparation = undoing(scheme)
    assert not scheme.measure(preparation, random_state=0).outcomes.any()
    state = ql.sim.Statevector().run(preparation)
    assert not scheme.measure(state, random_state=0).outcomes.any()
    (circuit,) = scheme.circuits(preparation)
    assert not circuit.to_stim().compile_sampler(seed=0).sample(20).any()


def dense_values(data, vector):
    """Return ``(2**n + 1) |<b|U|phi>|**2 - 1`` of every shot by matrices."""
    values = []
    for shot, setting in enumerate(data.setting_of_shot):
        unitary = data.unitary(int(setting)).to_unitary_matrix(endian="big")
        index = int("".join(map(str, data.outcomes[shot])), 2)
        values.append((2**data.n_qubits + 1) * abs((unitary @ vector)[index]) ** 2 - 1)
    return np.array(values)


def test_fidelity_is_the_mean_of_the_inverted_channel():
    target = ghz(3)
    scheme = CliffordScheme.random(3, 60, shots_per_setting=2, random_state=0)
    data = scheme.measure(ql.sim.State.w(3), random_state=1)
    values = dense_values(data, ql.sim.State.ghz(3).amplitudes).reshape(60, 2).mean(axis=1)
    mean = clifford_fidelity(data, target, n_groups=1)
    assert mean.value == pytest.approx(values.mean(), abs=1e-5)
    assert mean.std_error == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=1e-5)
    groups = values.reshape(6, 10).mean(axis=1)
    median = clifford_fidelity(data, target, n_groups=6)
    assert median.value == pytest.approx(np.median(groups), abs=1e-5)
    assert median.std_error == pytest.approx(groups.std(ddof=1) * np.sqrt(np.pi / (12 + np.pi - 2)), rel=1e-5)
    assert median.n_shots == 120


def test_fidelity_at_fifty_qubits():
    """A GHZ state whose phase flips with probability 0.3 has fidelity 0.7; that of the flipped one is 0.3."""
    scheme = CliffordScheme.random(50, 150, random_state=0)
    noisy = ghz(50).phase_flip(0.3, 0)
    data = scheme.measure(noisy, random_state=1)
    for target, truth in ((ghz(50), 0.7), (ghz(50).z(0), 0.3), (ghz(50).x(3), 0.0)):
        found = clifford_fidelity(data, target)
        assert found.std_error < 0.4
        assert abs(found.value - truth) < 4 * found.std_error


def test_expectation_values():
    observable = ql.PauliSum({"XXI": 0.5, "ZIZ": 1.0, "IYI": -0.3, "III": 2.0})
    state = ql.sim.State.random(3, random_state=4)
    data = CliffordScheme.random(3, 1500, random_state=0).measure(state, random_state=1)
    for n_groups in (1, 10):
        found = clifford_expectation(data, observable, n_groups)
        assert abs(found.value - state.expectation(observable)) < 4 * found.std_error
        assert 0.01 < found.std_error < 0.2


def test_data_round_trip(tmp_path):
    data = CliffordScheme.random(5, 7, shots_per_setting=2, random_state=0).measure(ghz(5), random_state=1)
    ql.save(data, tmp_path / "a.qlearn")
    assert ql.load(tmp_path / "a.qlearn") == data
    part = data.subset([3, 1])
    assert (part.n_settings, part.n_shots) == (2, 4)
    assert np.array_equal(part.outcomes, data.outcomes[[6, 7, 2, 3]])
    assert part.unitary(0) == data.unitary(3)
    assert repr(data) == "<CliffordData: 5 qubits, 7 settings, 14 shots>"
    assert part != data


def test_tableaux_are_stims():
    table = stim.Tableau.random(4)
    parts = table.to_numpy()
    bits = np.block([[parts[0], parts[1]], [parts[2], parts[3]]])
    data = CliffordData(bits[None], np.concatenate(parts[4:])[None], np.zeros((1, 4), dtype=int))
    assert data.unitary(0) == table


def test_unsuitable_input_is_refused(tmp_path):
    scheme = CliffordScheme.random(2, 3, random_state=0)
    data = scheme.measure(ghz(2), random_state=0)
    broken = data.tableaux.copy()
    broken[1, 0] = broken[1, 1]
    with pytest.raises(ValueError, match="tableau of setting 1 does not keep"):
        CliffordData(broken, data.signs, data.outcomes)
    params, arrays = data._to_data()
    with pytest.raises(ValueError, match="does not keep"):
        CliffordData._from_data(params, arrays | {"tableaux": arrays["tableaux"] ^ 1 << 7})
    with pytest.raises(ValueError, match="`outcomes` has 2 shots"):
        CliffordData(data.tableaux, data.signs, data.outcomes[:2])
    with pytest.raises(ValueError, match="The circuit has 3 qubits, the scheme has 2"):
        scheme.measure(ghz(3))
    with pytest.raises(TypeError, match="`state` must be a single State"):
        scheme.measure("ghz")
    with pytest.raises(ValueError, match="up to 10 qubits, got 11"):
        CliffordScheme.random(11, 1, random_state=0).measure(ql.sim.State.ghz(11))
    with pytest.raises(ValueError, match="must only prepare the state"):
        scheme.measure(ghz(2).measure())
    with pytest.raises(TypeError, match="must be a Clifford Circuit, got State"):
        clifford_fidelity(data, ql.sim.State.ghz(2))
    with pytest.raises(ValueError, match="`target` has 3 qubits"):
        clifford_fidelity(data, ghz(3))
    with pytest.raises(ValueError, match="without measurement and noise"):
        clifford_fidelity(data, ghz(2).measure())
    with pytest.raises(ValueError, match="10 groups need as many settings"):
        clifford_fidelity(data, ghz(2))
    with pytest.raises(TypeError, match="must be CliffordData, got ShadowData"):
        clifford_fidelity(ql.shadows.ShadowData(["ZZ"], [[0, 0]]), ghz(2))
    with pytest.raises(ValueError, match="`observable` has 1 qubits"):
        clifford_expectation(data, ql.PauliSum("Z"))
    with pytest.raises(TypeError, match="Hermitian PauliSum"):
        clifford_expectation(data, ql.PauliSum({"ZZ": 1j}))
    (tmp_path / "a.qlearn").write_bytes(b"x" * 100)
    with pytest.raises(FileFormatError):
        ql.load(tmp_path / "a.qlearn")
