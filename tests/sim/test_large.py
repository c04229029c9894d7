"""The block-by-block engine of large states against the plain one."""

import pickle

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import Program
from qlearn.sim import large, spare_memory, term_passes
from qlearn.sim.spare_memory import SpareMemory
from tests.random_circuits import every_gate_circuit, random_circuit, random_sum_labels

ENGINE = ql.sim.Statevector()
PARAMETERS = ql.parameters("a", 4)


def run_large(circuit, values, observables, weights, dtype="float64", n_jobs=1):
    """Return amplitudes with their phase, expectation values, and the gradient, all from blocks."""
    program = Program.from_circuit(circuit)
    plan = large.LargePlan(program, np.dtype(dtype))
    state = large.LargeState(plan, values[None], n_jobs)
    state.run()
    phase = program.phase + program.phase_coefficients @ program.angle_map.table(values[None])[:, 0] + plan.sign_phase
    amplitudes = np.empty(2**circuit.n_qubits, dtype=complex)
    state.amplitudes(amplitudes)
    amplitudes *= np.exp(1j * phase)
    alone, _ = state.observe(observables, None)
    together, bra = state.observe(observables, weights)
    np.testing.assert_allclose(alone, together, atol=1e-12 if dtype == "float64" else 1e-4)
    gradient = program.angle_map.pull_back(values[None], state.gradient(bra)[:, None])[0]
    return amplitudes, alone, gradient


def problem(rng, circuit):
    values = rng.normal(size=circuit.n_parameters)
    labels = ["".join(rng.choice(list("IXYZ"), circuit.n_qubits, p=[0.6, 0.2, 0.1, 0.1])) for _ in range(6)]
    observables = [
        ql.PauliSum({label: float(rng.normal()) for label in labels}),
        ql.PauliSum(random_sum_labels(rng, circuit.n_qubits, 3)),
    ]
    return values, observables, rng.normal(size=2)


def assert_equal_to_plain(rng, circuit, tolerance=1e-12, **options):
    values, observables, weights = problem(rng, circuit)
    amplitudes, expectations, gradient = run_large(circuit, values, observables, weights, **options)
    expected, expected_gradient = ENGINE.vjp(circuit, observables, values, weights)
    np.testing.assert_allclose(amplitudes, ENGINE.run(circuit, values).amplitudes, atol=tolerance)
    np.testing.assert_allclose(expectations, expected, atol=tolerance)
    np.testing.assert_allclose(gradient, expected_gradient, atol=tolerance)


@pytest.mark.parametrize("block_bytes", [2**12, 2**13, 2**18])
@pytest.mark.parametrize("n_qubits", [9, 11])
def test_every_gate_equals_the_plain_engine(rng, monkeypatch, n_qubits, block_bytes):
    monkeypatch.setattr(large, "_BLOCK_BYTES", block_bytes)
    for _ in range(4):
        assert_equal_to_plain(rng, every_gate_circuit(rng, n_qubits, PARAMETERS))
        assert_equal_to_plain(rng, random_circuit(rng, n_qubits, 40, PARAMETERS))


def test_single_precision(rng, monkeypatch):
    monkeypatch.setattr(large, "_BLOCK_BYTES", 2**12)
    circuit = every_gate_circuit(rng, 10, PARAMETERS)
    assert_equal_to_plain(rng, circuit, tolerance=1e-4, dtype="float32")


def test_rotations_wider_than_a_block_and_empty_circuits(rng, monkeypatch):
    monkeypatch.setattr(large, "_BLOCK_BYTES", 2**12)
    wide = ql.Circuit(12).pauli_rotation(0.3, "XYZXYZXYZXYZ", range(12)).ry(PARAMETERS[0], 3).cx(3, 11)
    assert_equal_to_plain(rng, wide.pauli_rotation(PARAMETERS[1], "Z" * 12, range(12)))
    assert_equal_to_plain(rng, ql.Circuit(9))
    assert_equal_to_plain(rng, ql.Circuit(9).ry(PARAMETERS[0], 0).h(8).rx(0.2, 4))


@pytest.mark.parametrize("run_bits", [0, 2, 9])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_many_terms_need_many_readings(rng, monkeypatch, run_bits, dtype):
    monkeypatch.setattr(large, "_BLOCK_BYTES", 2**11)
    monkeypatch.setattr(large, "_RUN_ROW_BITS", run_bits)
    n = 12
    circuit = random_circuit(rng, n, 40, PARAMETERS)
    values = rng.normal(size=circuit.n_parameters)
    labels = ["".join(rng.choice(list("IXYZ"), n)) for _ in range(40)]
    masks = ["".join("IX"[bit] for bit in rng.integers(0, 2, n)) for _ in range(4)]
    for mask in masks * 5:  # terms of equal X mask, an odd or even number of Y
        labels.append("".join({"I": "IZ", "X": "XY"}[letter][rng.integers(2)] for letter in mask))
    sums = [
        ql.PauliSum([(label, rng.normal()) for label in labels]),
        ql.PauliSum([("I" * n, 0.5), ("Z" * n, -0.3)]),
        ql.PauliSum([], n_qubits=n),
    ]
    plan = large.LargePlan(Program.from_circuit(circuit), np.dtype(dtype))
    passes = term_passes.term_passes(
        term_passes.pauli_terms(sums), plan.lane_bits, plan.n_row_bits, min(run_bits, plan.n_row_bits), 3
    )
    assert sum(len(one.terms.x) for one in passes) == sums[0].n_terms + 2
    assert len(passes) > 3 if run_bits < 3 else len(passes) == 1
    state = large.LargeState(plan, values[None], 1)
    state.run()
    amplitudes, bra = np.empty(2**n, dtype=complex), np.empty(2**n, dtype=complex)
    state.amplitudes(amplitudes)
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    weights = rng.normal(size=3)
    found, state.state = state.observe(sums, weights)
    state.amplitudes(bra)
    images = [one.apply(amplitudes) for one in sums]
    np.testing.assert_allclose(found, [np.vdot(amplitudes, image).real for image in images], atol=tolerance)
    np.testing.assert_allclose(bra, weights @ np.array(images), atol=tolerance)
    alone, nothing = large.LargeState.observe(state, sums[2:], weights[2:])
    assert alone == [0.0] and not nothing.any()


def test_results_do_not_depend_on_threads(rng, monkeypatch):
    monkeypatch.setattr(large, "_BLOCK_BYTES", 2**12)
    circuit = every_gate_circuit(rng, 12, PARAMETERS)
    values, observables, weights = problem(rng, circuit)
    one = run_large(circuit, values, observables, weights)
    for n_jobs in (2, 3):
        for got, expected in zip(run_large(circuit, values, observables, weights, n_jobs=n_jobs), one, strict=True):
            assert np.array_equal(got, expected)


def test_the_engine_uses_blocks_from_15_qubits(rng):
    circuit = random_circuit(rng, 15, 30, PARAMETERS)
    values, observables, weights = problem(rng, circuit)
    amplitudes, expectations, gradient = run_large(circuit, values, observables, weights)
    got, got_gradient = ENGINE.vjp(circuit, observables, values[None], weights)
    np.testing.assert_allclose(ENGINE.run(circuit, values).amplitudes, amplitudes, atol=1e-13)
    np.testing.assert_allclose(got[0], expectations, atol=1e-13)
    np.testing.assert_allclose(got_gradient[0], gradient, atol=1e-13)
    assert ("large", np.dtype(float)) in Program.from_circuit(circuit).cache


def test_memory_of_one_state_serves_the_next(rng):
    engine, taken = ql.sim.Statevector(), []
    take = engine._spare.take
    engine._spare.take = lambda size, dtype: taken.append(take(size, dtype)) or taken[-1]
    for n_qubits in (15, 15, 16, 15):
        circuit = every_gate_circuit(rng, n_qubits, PARAMETERS)
        values, observables, weights = problem(rng, circuit)
        found = engine.vjp(circuit, observables, np.stack([values, -values]), np.stack([weights, weights]))
        for row, sign in enumerate((1, -1)):
            expected = ql.sim.Statevector().vjp(circuit, observables, sign * values, weights)
            np.testing.assert_array_equal(found[0][row], expected[0])
            np.testing.assert_array_equal(found[1][row], expected[1])
    assert len({id(state) for state in taken[:4]}) == 1
    assert [state.size for state in taken[::2]] == [2 << 15, 2 << 15, 2 << 16, 2 << 15]


def test_spare_memory_is_given_once_and_not_kept_where_large_or_pickled(monkeypatch):
    spare = SpareMemory()
    state = spare.take(64, np.dtype(float))
    spare.give(state)
    assert spare.take(64, np.dtype(float)) is state
    assert spare.take(64, np.dtype(float)) is not state
    spare.give(state)
    assert spare.take(64, np.dtype(np.float32)).dtype == np.float32
    spare.give(state)
    assert pickle.loads(pickle.dumps(spare)).take(64, np.dtype(float)) is not state
    monkeypatch.setattr(spare_memory, "_LARGEST_KEPT", state.nbytes - 1)
    spare = SpareMemory()
    spare.give(state)
    assert spare.take(64, np.dtype(float)) is not state
