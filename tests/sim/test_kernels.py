"""The compiled kernels below the engines: vectors, trigonometry, frames."""

import re

import numpy as np
import pytest
from numba import njit

from qlearn.circuits import Circuit, Program, parameters
from qlearn.sim import Statevector
from qlearn.sim._kernels import layout, simd
from qlearn.sim._kernels.interpreter import half_angles
from qlearn.sim._kernels.lowering import lower
from qlearn.sim._kernels.observables import frame_permutation
from qlearn.sim.lowering import lowered
from tests.naive import simulator as naive


@njit
def _half_angles(angles, half):
    half_angles(angles, angles.shape[0], half)


@njit
def _permuted(source, target, flip):
    simd.store(target, 0, simd.xor_lanes(simd.load(source, 0), flip))


@njit
def _axpy(x, y):
    for j in range(0, x.shape[0], simd.lanes_of(x)):
        simd.store(y, j, simd.load(x, j) * simd.load(x, j) + simd.load(y, j))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_lanes_are_permuted_by_exclusive_or(dtype):
    lanes = simd.LANES[np.dtype(dtype)]
    source, target = np.arange(lanes, dtype=dtype), np.empty(lanes, dtype=dtype)
    for flip in range(lanes):
        _permuted(source, target, flip)
        assert target.tolist() == [lane ^ flip for lane in range(lanes)]


def test_the_portable_permutation_is_the_same(monkeypatch):
    monkeypatch.setattr(simd, "_SHUFFLE", "")

    @njit
    def permuted(source, target, flip):
        simd.store(target, 0, simd.xor_lanes(simd.load(source, 0), flip))

    for dtype, lanes in simd.LANES.items():
        source, target = np.arange(lanes, dtype=dtype), np.empty(lanes, dtype=dtype)
        for flip in range(lanes):
            permuted(source, target, flip)
            assert target.tolist() == [lane ^ flip for lane in range(lanes)]


def test_vector_arithmetic_becomes_vector_instructions():
    x, y = np.ones(16), np.ones(16)
    _axpy(x, y)
    assert y.tolist() == [2.0] * 16
    if "fma" not in simd.host_features():
        pytest.skip("this processor has no fused multiply-add")
    (assembly,) = _axpy.inspect_asm().values()
    assert re.search(r"vfmadd\w*pd", assembly)


def test_half_angles_are_accurate(rng):
    angles = np.concatenate([rng.uniform(-200, 200, 4001), rng.uniform(-2e5, 2e5, 100), np.arange(-20, 21) * np.pi / 2])
    half = np.empty(2 * angles.size)
    _half_angles(angles, half)
    np.testing.assert_allclose(half[: angles.size], np.cos(angles / 2), atol=4e-16, rtol=0)
    np.testing.assert_allclose(half[angles.size :], np.sin(angles / 2), atol=4e-16, rtol=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_half_angles_keep_what_is_not_a_number(bad):
    half = np.empty(6)
    _half_angles(np.array([1.0, bad, 2.0]), half)
    assert np.isnan(half[[1, 4]]).all()
    np.testing.assert_allclose(half[[0, 2]], np.cos([0.5, 1.0]), atol=1e-15)


def test_frames_of_entanglers_are_signed_permutations(rng):
    names = ("cx", "cz", "swap")
    for n_qubits in (2, 3, 5):
        circuit = Circuit(n_qubits)
        for _ in range(30):
            getattr(circuit, str(rng.choice(names)))(*(int(q) for q in rng.permutation(n_qubits)[:2]))
        program = Program.from_circuit(circuit)
        position = np.arange(n_qubits - 1, -1, -1)
        table, _, frame, _ = lower(program.bytecode, program.paulis, 0, np.zeros(5, dtype=np.bool_), position, 0, False)
        assert len(table) == 0
        index, sign = frame_permutation(frame, position)
        matrix = np.zeros((2**n_qubits, 2**n_qubits))
        matrix[np.arange(2**n_qubits), index] = sign
        np.testing.assert_allclose(matrix, naive.unitary(circuit), atol=1e-14)


def test_one_qubit_gates_merge_and_entanglers_vanish():
    circuit = Circuit(2).h(0).t(0).rx(0.3, 0).cx(0, 1).ry(0.1, 1).rx(0.2, 1).swap(0, 1)
    kernel = lowered(Program.from_circuit(circuit), 0).kernel
    assert len(kernel.table) == 2
    assert kernel.n_start == 1


def _layers(n_qubits, rng):
    circuit = Circuit(n_qubits)
    for q in range(n_qubits):
        circuit.h(q)
    for _ in range(3):
        for q in range(n_qubits):
            circuit.rx(rng.normal(), q) if rng.random() < 0.5 else circuit.ry(rng.normal(), q)
            circuit.rz(rng.normal(), q)
        for q in range(n_qubits):
            circuit.cx(q, (q + 1) % n_qubits)
            if rng.random() < 0.3:
                circuit.rzz(rng.normal(), q, (q + 2) % n_qubits).cz(q, (q + 1) % n_qubits)
    return circuit


@pytest.mark.parametrize("lane_bits", [0, 2])
def test_diagonal_operations_gather_in_groups_with_dual_masks(rng, lane_bits):
    kernel = lowered(Program.from_circuit(_layers(9, rng)), lane_bits).kernel
    sizes, i = [], 0
    while i < len(kernel.table):
        size = max(1, kernel.table[i, layout.AUX])
        group = kernel.table[i : i + size]
        if size > 1:
            sizes.append(size)
            assert (group[:, layout.KIND] == layout.DIAGONAL).all()
            assert group[-1, layout.AUX] == size
            seen = np.bitwise_count((group[:, None, layout.V] & group[None, :, layout.R]) >> lane_bits) % 2
            assert np.array_equal(seen, np.eye(size))
        i += size
    assert max(sizes) >= 6


@pytest.mark.parametrize("n_qubits", [3, 4, 7])
@pytest.mark.parametrize("n_samples", [1, 6])
def test_turns_and_groups_equal_the_naive_twin(rng, n_qubits, n_samples):
    circuit = _layers(n_qubits, rng)
    theta = parameters("t", 1)
    circuit.rx(theta[0], 0)
    values = rng.normal(size=(n_samples, 1))
    states = Statevector().run(circuit, values).amplitudes
    expected = [naive.unitary(circuit.bind(row))[:, 0] for row in values]
    np.testing.assert_allclose(states, expected, atol=1e-12)
