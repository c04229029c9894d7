"""Measurement data from other libraries: the state |0>|1>|+> tells every order of qubits from its mirror image."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.interop import cirq as from_cirq
from qlearn.interop import pennylane as from_pennylane
from qlearn.interop import qiskit as from_qiskit
from qlearn.shadows import MeasurementScheme, ShadowData, estimate_terms

SCHEME = MeasurementScheme(["ZZX", "ZZY", "YZZ"], [5, 4, 6])
STRINGS = ql.PauliSum({"ZII": 1.0, "IZI": 1.0, "IIX": 1.0})
PREPARATION = ql.Circuit(3).x(1).h(2)


def is_the_asymmetric_state(data):
    return estimate_terms(data, STRINGS).estimate.value.tolist() == [1.0, -1.0, 1.0]


class BitArray:
    """What Qiskit's does: bits of shape (..., shots, bits), in either order."""

    def __init__(self, bits):
        self.bits, self.num_bits = np.asarray(bits, dtype=bool), np.shape(bits)[-1]

    def to_bool_array(self, order):
        return self.bits if order == "little" else self.bits[..., ::-1]


class Publication:
    def __init__(self, **registers):
        self.data = registers


class Result:
    def __init__(self, counts):
        self.counts = counts

    def get_counts(self):
        return self.counts


COUNTS = [{"010": 3, "110": 0}, {"010": 2, "110": 2}, {"010": 2, "011": 1, "110": 1}]
BITS = [[[0, 1, 0]] * 3, [[0, 1, 0], [0, 1, 1]] * 2]


@pytest.mark.parametrize("bases", [["XZZ", "YZZ", "ZZY"], ["Z Z X"]])
def test_texts_need_their_order(bases):
    with pytest.raises(ValueError, match="Which end of the texts in `bases` is qubit 0|letter ' '"):
        from_qiskit.shadow_data(COUNTS, bases)


@pytest.mark.parametrize(
    "source",
    [
        COUNTS,
        Result(COUNTS),
        [Result(COUNTS[0]), *COUNTS[1:]],
        [{hex(int(text, 2)): n for text, n in counts.items()} for counts in COUNTS],
    ],
)
def test_counts(source):
    data = from_qiskit.shadow_data(source, ["XZZ", "YZZ", "ZZY"], qubit_0="right")
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == [3, 4, 4]
    assert data == from_qiskit.shadow_data(source, [[2, 2, 0], [2, 2, 1], [1, 2, 2]])
    mirrored = from_qiskit.shadow_data(source, ["XZZ", "YZZ", "ZZY"], qubit_0="left")
    assert not is_the_asymmetric_state(mirrored)


@pytest.mark.parametrize(
    ("source", "register"),
    [
        ([BitArray(BITS[0]), BitArray(BITS[1])], None),
        ([Publication(meas=BitArray(BITS[0])), Publication(meas=BitArray(BITS[1]))], None),
        ([Publication(c=BitArray(bits), a=BitArray([[0]])) for bits in BITS], "c"),
    ],
)
def test_arrays_of_bits(source, register):
    data = from_qiskit.shadow_data(source, ["ZZX", "ZZY"], qubit_0="left", register=register)
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == [3, 4]


def test_an_array_of_arrays_of_bits():
    array = BitArray([[[0, 1, 0], [0, 1, 0]], [[0, 1, 0], [0, 1, 1]]])
    data = from_qiskit.shadow_data([Publication(meas=array)], ["ZZX", "ZZY"], qubit_0="left")
    assert data.shots_per_setting.tolist() == [2, 2]
    assert is_the_asymmetric_state(data)


def test_bits_of_other_qubits():
    """Qubits 2, 0, 1 were measured into bits 0, 1, 2."""
    data = from_qiskit.shadow_data([{"100": 4}], ["ZZX"], qubit_0="left", qubits=[2, 0, 1])
    assert is_the_asymmetric_state(data)


def test_qiskit_export_is_read_back():
    data = SCHEME.measure(PREPARATION, random_state=0)
    pairs = from_qiskit.export_shadow_data(data)
    assert [basis for basis, _ in pairs] == ["XZZ", "YZZ", "ZZY"]
    again = from_qiskit.shadow_data([counts for _, counts in pairs], [basis for basis, _ in pairs], qubit_0="right")
    assert from_qiskit.export_shadow_data(again) == pairs
    assert is_the_asymmetric_state(again)


@pytest.mark.parametrize(
    ("source", "keywords", "error", "message"),
    [
        (COUNTS[:2], {"qubit_0": "left"}, ValueError, "results of 2 settings, and 3 bases"),
        ([{"0101": 1}] * 3, {"qubit_0": "left"}, ValueError, "Setting 0 has 4 bits, its basis 3 qubits"),
        (COUNTS, {"qubit_0": "left", "qubits": [0, 0, 1]}, ValueError, r"each of 3 qubits once, got \[0, 0, 1\]"),
        (3, {"qubit_0": "left"}, TypeError, "got int"),
        (["010"], {"qubit_0": "left"}, TypeError, "got str"),
        ([Publication(a=BitArray([[0]]), b=BitArray([[0]]))], {"qubit_0": "left"}, ValueError, "say which `register`"),
    ],
)
def test_what_does_not_fit_is_refused(source, keywords, error, message):
    with pytest.raises(error, match=message):
        from_qiskit.shadow_data(source, ["XZZ", "YZZ", "ZZY"], **keywords)


def test_an_order_without_texts_is_refused():
    with pytest.raises(ValueError, match="for bases given as texts"):
        from_qiskit.shadow_data(COUNTS, SCHEME, qubit_0="left")


class CirqResult:
    def __init__(self, **measurements):
        self.measurements = {key: np.array(bits) for key, bits in measurements.items()}


def test_cirq_results():
    split = [CirqResult(a=[[0], [0]], b=[[1, 0], [1, 0]]), CirqResult(a=[[0], [0]], b=[[1, 0], [1, 1]])]
    assert is_the_asymmetric_state(from_cirq.shadow_data(split, ["ZZX", "ZZY"], qubit_0="left"))
    assert is_the_asymmetric_state(from_cirq.shadow_data([split], ["XZZ", "YZZ"], qubit_0="right"))
    swapped = from_cirq.shadow_data(split, ["ZZX", "ZZY"], qubit_0="left", keys=["b", "a"], qubits=[1, 2, 0])
    assert is_the_asymmetric_state(swapped)
    with pytest.raises(TypeError, match="a cirq.Result is needed, got int"):
        from_cirq.shadow_data([3], ["Z"], qubit_0="left")


def test_pennylane_arrays(rng, make_random):
    data = make_random(rng, 40)
    bits, recipes = from_pennylane.export_shadow_data(data)
    again = from_pennylane.shadow_data(bits, recipes)
    np.testing.assert_array_equal(again.outcomes, data.outcomes)
    np.testing.assert_array_equal(again.bases, data.bases)
    assert from_pennylane.shadow_data(np.stack([bits, recipes])) == again
    state = from_pennylane.shadow_data([[0, 1, 0], [0, 1, 0]], [[2, 2, 0], [2, 2, 0]])
    assert is_the_asymmetric_state(state)
    with pytest.raises(ValueError, match="other probabilities"):
        from_pennylane.export_shadow_data(ShadowData(["Z"], [[0]], basis_probabilities=[[0, 0, 1]]))
    with pytest.raises(ValueError, match="`recipes` must have shape"):
        from_pennylane.shadow_data(bits, recipes[:3])


@pytest.fixture
def make_random():
    def make(rng, n_shots):
        return ShadowData(rng.integers(0, 3, (n_shots, 3)), rng.integers(0, 2, (n_shots, 3)))

    return make


def test_a_run_of_qiskit():
    qiskit = pytest.importorskip("qiskit")
    primitives = pytest.importorskip("qiskit.primitives")
    circuits = [from_qiskit.export_circuit(circuit) for circuit in SCHEME.circuits(PREPARATION)]
    shots = SCHEME.shots_per_setting.tolist()
    result = primitives.StatevectorSampler(seed=0).run(list(zip(circuits, [None] * 3, shots, strict=True))).result()
    data = from_qiskit.shadow_data(result, SCHEME)
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == shots
    counts = [publication.data.c.get_counts() for publication in result]
    assert is_the_asymmetric_state(from_qiskit.shadow_data(counts, SCHEME))
    assert estimate_terms(data, ql.PauliSum("1.0 * IIX")).n_matches[0] == 5
    assert qiskit.__version__


def test_a_run_of_cirq():
    cirq = pytest.importorskip("cirq")
    circuits = [from_cirq.export_circuit(circuit) for circuit in SCHEME.circuits(PREPARATION)]
    results = cirq.Simulator(seed=0).run_batch(circuits, repetitions=SCHEME.shots_per_setting.tolist())
    data = from_cirq.shadow_data(results, SCHEME)
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == SCHEME.shots_per_setting.tolist()
    again = from_cirq.shadow_data(from_cirq.export_shadow_data(data), SCHEME)
    assert again == data


def test_a_run_of_pennylane():
    qml = pytest.importorskip("pennylane")

    @qml.set_shots(300)
    @qml.qnode(qml.device("default.qubit", wires=3, seed=0))
    def run():
        qml.PauliX(1)
        qml.Hadamard(2)
        return qml.classical_shadow(wires=range(3), seed=0)

    measured = run()
    assert is_the_asymmetric_state(from_pennylane.shadow_data(*measured))
    assert is_the_asymmetric_state(from_pennylane.shadow_data(measured))
    shadow = qml.ClassicalShadow(*measured)
    data = from_pennylane.shadow_data(shadow)
    ours = ql.shadows.InverseProbability().estimate(data, ql.PauliSum("1.0 * IIX")).value
    assert ours == pytest.approx(float(shadow.expval(qml.X(2), k=1)))
