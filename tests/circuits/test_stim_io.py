"""Stim in and out, against Stim's tableaus and samples and the naive simulator."""

import itertools
import math
import re
import time

import numpy as np
import pytest
import stim

from qlearn.circuits import Circuit, Parameter
from qlearn.circuits.stim_in import _WORDS
from qlearn.circuits.stim_io import from_stim, to_stim
from tests.naive import simulator

HALF = math.pi / 2
PLAIN = ["i", "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "iswap", "iswapdg"]
TURNED = {  # name: (qubits, the smallest angle at which it is Clifford)
    "rx": (1, HALF), "ry": (1, HALF), "rz": (1, HALF), "p": (1, HALF), "rxx": (2, HALF), "ryy": (2, HALF),
    "rzz": (2, HALF), "crx": (2, math.pi), "cry": (2, math.pi), "crz": (2, math.pi), "cp": (2, math.pi),
    "ccrx": (3, 2 * math.pi), "ccry": (3, 2 * math.pi), "ccrz": (3, 2 * math.pi), "ccp": (3, 2 * math.pi),
    "single_excitation": (2, math.pi), "double_excitation": (4, 4 * math.pi),
}  # fmt: skip


def random_clifford(rng, n_qubits, n_gates):
    """Return a circuit of Clifford gates of every kind that the exporter takes."""
    circuit = Circuit(n_qubits)
    kinds = [*PLAIN, *TURNED, "pauli_rotation", "u", "unitary"]
    while len(circuit) < n_gates:
        name = kinds[rng.integers(len(kinds))]
        order = tuple(int(q) for q in rng.permutation(n_qubits))
        turns = int(rng.integers(-9, 10))
        if name == "pauli_rotation":
            size = int(rng.integers(1, n_qubits + 1))
            circuit.pauli_rotation(turns * HALF, "".join(rng.choice(list("XYZ"), size)), order[:size])
        elif name == "u":
            circuit.u(*(float(k) * HALF for k in rng.integers(-4, 5, 3)), order[0])
        elif name == "unitary":
            size = min(n_qubits, int(rng.integers(1, 3)))
            matrix = stim.Tableau.random(size).to_unitary_matrix(endian="big") * np.exp(1j * turns)
            circuit.unitary(matrix / np.linalg.norm(matrix[0]), order[:size])
        elif name in TURNED:
            size, unit = TURNED[name]
            if size <= n_qubits:
                getattr(circuit, name)(turns * unit, *order[:size])
        else:
            size = 1 if name in PLAIN[:9] else 2
            if size <= n_qubits:
                getattr(circuit, name)(*order[:size])
    return circuit


def same_up_to_phase(left, right):
    """Return whether two vectors or matrices are equal up to a global phase, at single precision (Stim's)."""
    place = np.unravel_index(np.argmax(abs(left)), left.shape)
    return np.allclose(left * (right[place] / left[place]), right, atol=2e-6)


def probabilities_of(stim_circuit, n_shots=40_000, seed=5):
    """Return {record: frequency} of samples."""
    bits = stim_circuit.compile_sampler(seed=seed).sample(n_shots).astype(int)
    records, counts = np.unique(bits, axis=0, return_counts=True)
    return {tuple(record): count / n_shots for record, count in zip(records.tolist(), counts, strict=True)}


def assert_distributions_agree(measured, exact, n_shots=40_000):
    """Every record within 5.5 standard errors: false alarm under 1e-5 for the few hundred records tested here."""
    for record in {*measured, *exact}:
        p = exact.get(record, 0.0)
        error = math.sqrt(p * (1 - p) / n_shots) + 1e-9
        assert abs(measured.get(record, 0.0) - p) < 5.5 * error, record


@pytest.mark.parametrize("seed", range(60))
def test_random_clifford_circuits_have_the_amplitudes_that_stim_finds(seed):
    rng = np.random.default_rng(seed)
    circuit = random_clifford(rng, 1 + seed % 5, 25)
    exported = to_stim(circuit)
    assert exported.num_qubits == circuit.n_qubits
    found = exported.to_tableau().to_unitary_matrix(endian="big")
    assert same_up_to_phase(found, simulator.unitary(circuit))


@pytest.mark.parametrize("seed", range(10))
def test_wide_circuits_come_back_with_the_same_tableau(seed):
    rng = np.random.default_rng(seed)
    exported = to_stim(random_clifford(rng, 40, 300))
    again = to_stim(from_stim(exported))
    assert again.to_tableau() == exported.to_tableau()


@pytest.mark.parametrize(
    "name", [n for n, d in stim.gate_data().items() if d.is_unitary and n not in ("SPP", "SPP_DAG", "II")]
)
def test_every_unitary_gate_of_stim_is_read(name):
    data = stim.gate_data(name)
    size = len(data.tableau)
    circuit = from_stim(f"{name} {' '.join(map(str, range(size)))}")
    assert same_up_to_phase(data.tableau.to_unitary_matrix(endian="big"), simulator.unitary(circuit))


def test_the_table_of_gates_is_complete():
    unitary = {name for name, data in stim.gate_data().items() if data.is_unitary}
    assert unitary == {*_WORDS, "SPP", "SPP_DAG", "II"}


def test_pauli_product_rotations_are_read():
    text = "SPP X0*Y1 !Z2\nSPP_DAG !X1*X2*Y0 Z0*X1*Z0"
    found = stim.Circuit(text).to_tableau().to_unitary_matrix(endian="big")
    assert same_up_to_phase(found, simulator.unitary(from_stim(text)))


@pytest.mark.parametrize(
    "text",
    [
        "H 0\nCX 0 1\nM 0 1",
        "H 0\nS 0\nMY 0\nSQRT_X 1\nMY 1\nRY 2\nS_DAG 2\nMX 2\nMPP X0*Y0*X1*Y1 Y0*X0*X1*Y1",
        "H 0\nY_ERROR(0.2) 0\nMX 0\nY_ERROR(0.3) 1\nM 1",
        "H 0\nCX 0 1\nM !0 1 1 0",
        "H 0\nS 0\nH 1\nMX(0.1) 0 !1\nMY 0 1\nM 0",
        "H 0\nMR(0.2) !0 1\nM 0\nX 1\nMRX !1 0\nMRY 0 1\nMX 1\nMY !0",
        "RX 0\nRY 1\nMX 0\nMY 1\nH 0\nR 0\nM 0",
        "H 0\nCX 0 1 1 2\nMPP(0.05) X0*X1*X2 !Z0*Z1 Y0*Y1*X2 Z0*X1*Z0",
        "H 0\nMXX 0 1\nMYY !0 2\nMZZ(0.1) 1 !2",
        "H 0\nCX 0 1\nX_ERROR(0.1) 0\nY_ERROR(0.2) 1\nZ_ERROR(0.3) 0\nDEPOLARIZE1(0.2) 0\nDEPOLARIZE2(0.3) 0 1\nM 1",
        "H 0\nPAULI_CHANNEL_1(0.1,0.2,0.3) 0\nPAULI_CHANNEL_2(0.01,0.02,0.03,0.04,0.05,0.06,0.01,0.02,0.03,0.04,0.05,"
        "0.06,0.07,0.08,0.09) 0 1\nM 0\nMX 1",
        "E(0.3) X0 Y1\nE(0.2) Z2\nE(0.2) Y2 X0\nE(0.1)\nM 0 1\nMX 2",
        "H 0\nREPEAT 3 {\n TICK\n CX 0 1\n REPEAT 2 {\n  M(0.1) 0\n  H 0\n }\n}\nM 1",
        "I_ERROR(0.1) 0\nII_ERROR(0.1) 0 1\nII 0 1\nH 0\nM 0 1\nDETECTOR(1, 2) rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-2]\n"
        "SHIFT_COORDS(1)\nQUBIT_COORDS(3) 1",
    ],
)  # fmt: skip
def test_records_have_the_distribution_that_stim_samples(text):
    exact = simulator.record_distribution(from_stim(text))
    assert_distributions_agree(probabilities_of(stim.Circuit(text)), exact)
    assert_distributions_agree(probabilities_of(to_stim(from_stim(text)), seed=6), exact)


def test_own_noise_and_measurements_are_written():
    circuit = Circuit(3).h(0).cx(0, 1).bit_flip(0.1, 0).phase_flip(0.2, 1).depolarize1(0.1, 0).depolarize2(0.2, 0, 1)
    circuit.pauli_channel1((0.1, 0.2, 0.05), 2).pauli_channel2([0.01 * k for k in range(1, 10)] + [0.0] * 6, 2, 0)
    circuit.phase_damping(0.4, 0).thermal_relaxation(math.inf, 2.0, 0.3, 1).thermal_relaxation(3.0, 2.0, 0.3, 0, 0.5)
    circuit.kraus([math.sqrt(0.3) * np.kron([[0, 1], [1, 0]], np.diag([1, -1])), math.sqrt(0.7) * np.eye(4)], [0, 2])
    circuit.readout_error(0.1, 0.1, 0).readout_error(0.2, 0.2, 0).measure([1, 0]).h(0).h(2).reset(1).barrier(
        0
    ).measure()
    assert_distributions_agree(probabilities_of(to_stim(circuit)), simulator.record_distribution(circuit))


def test_barriers_and_unused_qubits():
    exported = to_stim(Circuit(4).h(0).barrier(0, 1).rx(0.0, 3))
    assert str(exported) == "QUBIT_COORDS 3\nH 0\nTICK"
    again = from_stim(exported)
    assert (again.n_qubits, [step.name for step in again]) == (4, ["h", "barrier"])
    assert again.instructions[1].qubits == (0, 1, 2, 3)
    assert from_stim("H 0", n_qubits=3).n_qubits == 3


def test_angles_are_multiples_of_a_quarter_turn_to_1e9():
    assert str(to_stim(Circuit(1).rx(HALF + 9e-10, 0))) == "SQRT_X 0"
    assert str(to_stim(Circuit(2).pauli_rotation(-HALF, "XY", (1, 0)))) == "SPP_DAG X1*Y0"
    with pytest.raises(ValueError, match=r"instruction 0, rx on \(0,\), has the angle .* use a multiple of pi/2"):
        to_stim(Circuit(1).rx(HALF + 1e-8, 0))


def test_values_bind_parameters():
    a = Parameter("a")
    circuit = Circuit(1).rz(2 * a, 0)
    assert str(to_stim(circuit, [HALF / 2])) == "S 0"
    assert str(circuit.to_stim({a: HALF})) == "Z 0"
    with pytest.raises(ValueError, match=r"rz on \(0,\), has the unbound angle 2\*a; pass `values`"):
        circuit.to_stim()


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        (Circuit(1).h(0).t(0), r"instruction 1, t on \(0,\), is no Clifford gate at all"),
        (Circuit(3).ccx(0, 2, 1), r"ccx on \(0, 2, 1\), is no Clifford gate at all"),
        (Circuit(2).ch(0, 1), "is no Clifford gate at all"),
        (Circuit(2).crx(HALF, 0, 1), "is no Clifford gate at the angle 1.57"),
        (Circuit(4).double_excitation(2 * math.pi, 0, 1, 2, 3), "is no Clifford gate at the angle"),
        (Circuit(1).u(0.1, 0, 0, 0), "is no Clifford gate; use Statevector"),
        (Circuit(1).amplitude_damping(0.1, 0), "is no mixture of Pauli strings.*DensityMatrix or Trajectories"),
        (Circuit(1).readout_error(0.1, 0.2, 0).measure(), r"qubit 0 with p01=0.1 and p10=0.2.*error\(0.15, 0.15"),
    ],
)  # fmt: skip
def test_what_stim_has_not_is_refused(circuit, message):
    with pytest.raises(ValueError, match=message):
        to_stim(circuit)


def test_readout_errors_that_are_never_read_do_not_matter():
    assert str(to_stim(Circuit(1).readout_error(0.1, 0.2, 0).x(0))) == "X 0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CX rec[-1] 0", "depends on a record or a sweep bit"),
        ("CZ sweep[0] 1", "depends on a record or a sweep bit"),
        ("MPAD 0 1", "MPAD has no counterpart"),
        ("HERALDED_ERASE(0.1) 0", "HERALDED_ERASE has no counterpart"),
        ("E(0.1) X0\nELSE_CORRELATED_ERROR(0.1) X1", "ELSE_CORRELATED_ERROR has no counterpart"),
        ("E(0.1) X0 X1 X2", r"`E\(0.1\) X0 X1 X2`: the error acts on 3 qubits"),
        ("MPP X0*X0", "a product that is the identity cannot be measured"),
        ("MPP X0*Z0", "anti-Hermitian"),
        ("HELLO 0", "Stim cannot read the text: Gate not found: 'HELLO'"),
        ("X_ERROR(1.5) 0", "Stim cannot read the text"),
        ("H 0\0", "NUL"),
        ("DETECTOR", "pass `n_qubits` for a circuit that names none"),
        ("H 1000000", "a circuit needs 1 to 1000000 qubits, this one names 1000001"),
        ("REPEAT 2 {\n" * 100_000 + "H 0\n" + "}\n" * 100_000, "blocks are nested 100000 deep, over the limit of 100"),
        ("X[}] 0 # }\nREPEAT 2 {\n" * 101 + "H 0\n" + "}\n" * 101, "nested 101 deep"),
        ("REPEAT 100000000000 {\nM 0\n}", "unrolls to 200000000000 targets, over the limit of 10000000"),
        ("REPEAT 1000000 {\nREPEAT 1000000 {\nM 0\n}\n}", "unrolls to 2000000000000 targets"),
        ("REPEAT 1000000000000 {\n}", "cannot read|unrolls"),
        ("REPEAT 2 {\nH 0\n", "cannot read"),
    ],
)  # fmt: skip
def test_hostile_and_unreadable_texts_are_refused_at_once(text, message):
    start = time.process_time()
    with pytest.raises(ValueError, match=message):
        from_stim(text)
    assert time.process_time() - start < 1.0


def test_nesting_of_a_circuit_object_is_bounded_too():
    circuit = stim.Circuit("H 0")
    for _ in range(102):
        outer = stim.Circuit()
        outer.append(stim.CircuitRepeatBlock(1, circuit))
        circuit = outer
    with pytest.raises(ValueError, match="nested deeper than 100"):
        from_stim(circuit)


def test_arguments_are_checked():
    with pytest.raises(TypeError, match=r"`source` must be a stim.Circuit or its text, got bytes"):
        from_stim(b"H 0")
    with pytest.raises(ValueError, match="names qubit 4, but `n_qubits` is 3"):
        Circuit.from_stim("H 4", 3)
    with pytest.raises(ValueError, match="over the limit of 20000000"):
        from_stim("H 0\n" * 5_000_001)


def test_every_truncation_of_a_text_is_read_or_refused():
    text = str(
        stim.Circuit.generated(
            "surface_code:rotated_memory_z", distance=3, rounds=3, after_clifford_depolarization=0.01
        )
    )
    for stop in range(0, len(text), 7):
        try:
            from_stim(text[:stop])
        except ValueError as error:
            assert re.match("from_stim: ", str(error))


def test_generated_memories_keep_their_detectors_quiet():
    """A noiseless surface-code memory, through us and back, with Stim's own detectors put on again."""
    original = stim.Circuit.generated("surface_code:rotated_memory_x", distance=3, rounds=4)
    again = to_stim(from_stim(original))
    assert again.num_measurements == original.num_measurements
    annotated = again.copy()
    record = []
    for part in original.flattened():
        record.extend([part.name] * part.num_measurements)
        if part.name in ("DETECTOR", "OBSERVABLE_INCLUDE"):
            places = [len(record) + target.value - again.num_measurements for target in part.targets_copy()]
            annotated.append(part.name, [stim.target_rec(place) for place in places], part.gate_args_copy())
    detectors, observables = annotated.compile_detector_sampler(seed=1).sample(200, separate_observables=True)
    assert detectors.shape[1] == original.num_detectors
    assert not detectors.any()
    assert not observables.any()


def test_long_texts_are_written_quickly():
    circuit = Circuit(10)
    for i, j in itertools.islice(itertools.cycle(itertools.permutations(range(10), 2)), 100_000):
        circuit.cx(i, j)
    start = time.process_time()
    assert len(to_stim(circuit).flattened()) >= 1
    assert time.process_time() - start < 2.0
