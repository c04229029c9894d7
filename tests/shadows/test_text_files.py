"""Text files of Huang et al., counts in JSON and files of RandomMeas.jl: read as written, refused when damaged."""

import json

import numpy as np
import pytest

import qlearn as ql
from qlearn.persistence import FileFormatError
from qlearn.shadows import (
    ShadowData,
    estimate_terms,
    read_counts,
    read_data,
    read_randommeas,
    read_text,
    read_text_observables,
    read_text_scheme,
    read_text_subsystems,
    scan_text,
    write_csv,
    write_npz,
    write_randommeas,
    write_text,
)

# The state |0>|1>|+>: every wrong order of qubits or sign of outcomes shows.
ASYMMETRIC = ShadowData(["ZZX", "ZZZ"], [[[0, 1, 0], [0, 1, 0]], [[0, 1, 0], [0, 1, 1]]])
STRINGS = ql.PauliSum({"ZII": 1.0, "IZI": 1.0, "IIX": 1.0})


def is_the_asymmetric_state(data):
    return estimate_terms(data, STRINGS).estimate.value.tolist() == [1.0, -1.0, 1.0]


def test_the_state_is_told_from_its_mirror_image():
    assert is_the_asymmetric_state(ASYMMETRIC)
    assert not is_the_asymmetric_state(ShadowData(["XZZ", "ZZZ"], ASYMMETRIC.outcomes[:, ::-1], [2, 2]))


def write(path, text):
    path.write_text(text)
    return path


def test_text_round_trip(tmp_path, rng, make_data):
    data = make_data(rng, n_settings=40)
    write_text(data, tmp_path / "a.txt")
    assert read_text(tmp_path / "a.txt", shots_per_setting=1) == data
    assert read_data(tmp_path / "a.txt").n_shots == 40
    thrifty = make_data(rng, n_settings=5, shots=3)
    write_text(thrifty, tmp_path / "a.txt")
    assert read_text(tmp_path / "a.txt", shots_per_setting=3) == thrifty
    assert scan_text(tmp_path / "a.txt", shots_per_setting=3, block_shots=4).load() == thrifty


def test_text_of_a_known_state(tmp_path):
    text = "3\nZ 1 Z -1 X 1\n\nZ 1  Z -1 X 1\nZ 1 Z -1 Z +1\nZ 1 Z -1 Z -1\n"
    data = read_text(write(tmp_path / "a.txt", text))
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == [2, 2]
    assert read_text(tmp_path / "a.txt", shots_per_setting=1).n_settings == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the number of qubits is expected"),
        ("X 1\n", "line 1: the number of qubits is expected"),
        ("0\n", "at least one qubit"),
        ("99999999999999999999\n", "The number of qubits must be a whole number"),
        ("2\n", "holds no measurement"),
        ("2\nX 1 Z\n", "line 2: 4 fields are expected, got 3"),
        ("2\nX 1 Z 1\nX 1 Q 1\n", "line 3, qubit 1: a letter X, Y, Z and an outcome"),
        ("2\nX 1 Z 0\n", "line 2, qubit 1: .* got 'Z' '0'"),
        ("1\nXY 1\n", "line 2, qubit 0"),
        ("1\nX 1\nX \xe9\n", "after line"),
    ],
)
def test_text_faults_are_named(tmp_path, text, message):
    (tmp_path / "a.txt").write_bytes(text.encode("latin-1"))
    with pytest.raises(FileFormatError, match=message):
        read_text(tmp_path / "a.txt")


def test_text_settings_must_fit(tmp_path):
    write(tmp_path / "a.txt", "1\nX 1\nX 1\nZ 1\n")
    with pytest.raises(FileFormatError, match="holds 3 shots, no multiple of the 2"):
        read_text(write(tmp_path / "a.txt", "1\nX 1\nX 1\nZ 1\n"), shots_per_setting=2)
    with pytest.raises(FileFormatError, match="line 3: another basis within the 2 lines"):
        read_text(write(tmp_path / "a.txt", "1\nX 1\nZ 1\n"), shots_per_setting=2)


def test_text_observables(tmp_path):
    path = write(tmp_path / "a.txt", "5\n2 X 0 Y 4\n1 Z 3 0.25\n")
    assert read_text_observables(path) == ql.PauliSum({"XIIIY": 1.0, "IIIZI": 0.25})
    assert read_text_subsystems(write(tmp_path / "b.txt", "5\n2 0 3\n1 4\n")) == [(0, 3), (4,)]
    scheme = read_text_scheme(write(tmp_path / "c.txt", "X Y\n[Status 1: 0]\nZ Z\n[Status 2: 1]\n"))
    assert (scheme.labels(), scheme.n_shots) == (["XY", "ZZ"], 2)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_text_observables, "2\n", "holds no observable"),
        (read_text_observables, "2\n1 X 2\n", "line 2: A qubit must be a whole number from 0 to 1, got '2'"),
        (read_text_observables, "2\n2 X 0 Y 0\n", "qubit 0 occurs twice"),
        (read_text_observables, "2\n2 X 0\n", "2 letters with their qubits"),
        (read_text_observables, "2\n1 W 0\n", "a letter X, Y or Z is expected, got 'W'"),
        (read_text_observables, "2\n1 X 0 nan\n", "the weight must be a number, got 'nan'"),
        (read_text_subsystems, "2\n2 0 0\n", "2 different qubits"),
        (read_text_subsystems, "2\n1 -1\n", "A qubit must be"),
        (read_text_scheme, "", "holds no setting"),
        (read_text_scheme, "X Y\nX\n", "line 2: 2 letters"),
        (read_text_scheme, "X Q\n", "line 1: letters X, Y, Z"),
    ],
)
def test_faults_of_lists_are_named(tmp_path, read, text, message):
    with pytest.raises(FileFormatError, match=message):
        read(write(tmp_path / "a.txt", text))


def test_published_example(tmp_path):
    """Five singlets on ten qubits, in the format of the published example: XX = YY = ZZ = -1 on each pair."""
    circuit = ql.Circuit(10)
    for qubit in range(0, 10, 2):
        circuit.x(qubit).x(qubit + 1).h(qubit).cx(qubit, qubit + 1)
    observables = ql.PauliSum({"XX" + 8 * "I": 1.0, 8 * "I" + "YY": 1.0, "IIZZ" + 6 * "I": 1.0})
    data = ql.shadows.Uniform(random_state=0).design(observables, 500).measure(circuit, random_state=1)
    write_text(data, tmp_path / "measurement.txt")
    terms = estimate_terms(read_text(tmp_path / "measurement.txt"), observables)
    assert terms.estimate.value.tolist() == [-1.0, -1.0, -1.0]


def test_counts(tmp_path):
    # Qubit 0 on the right, as Qiskit writes.
    counts = {"XZZ": {"010": 2}, "ZZZ": {"010": 1, "110": 1}}
    data = read_counts(write(tmp_path / "a.json", json.dumps(counts)), qubit_0="right")
    assert is_the_asymmetric_state(data)
    assert data.shots_per_setting.tolist() == [2, 2]
    assert not is_the_asymmetric_state(read_counts(tmp_path / "a.json", qubit_0="left"))
    settings = [{"basis": basis, "counts": found} for basis, found in counts.items()] * 2
    again = read_data(write(tmp_path / "b.json", json.dumps(settings)), qubit_0="right")
    assert (again.n_settings, again.n_shots) == (4, 8)
    assert read_counts(write(tmp_path / "c.json", '{"XX": {"0 1": 3, "11": 0}}'), qubit_0="left").n_shots == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1"),
        ('{"XX": {"00": 1}', "line 1, column"),
        ('{"XX": {"00": 1}, "XX": {"00": 1}}', "the key 'XX' comes twice"),
        ("3", "must hold an object or a list, got int"),
        ('[{"basis": "XX"}]', 'setting 0: an object with "basis" and "counts" is expected'),
        ('{"XQ": {"00": 1}}', "setting 0: the basis must be letters"),
        ('{"XX": 3}', "counts must be an object"),
        ('{"XX": {"00": 1}, "X": {"0": 1}}', "setting 1: 1 qubits after 2"),
        ('{"XX": {"0x2": 1}}', "in binary"),
        ('{"XX": {"012": 1}}', "an outcome must be 2 zeros and ones, got '012'"),
        ('{"XX": {"00": -1}}', "must be a whole number, got -1"),
        ('{"XX": {"00": true}}', "must be a whole number, got True"),
        ('{"XX": {"00": 1e9}}', "must be a whole number"),
        ("{}", "holds no measurement"),
        ("[" * 100_000, "cannot be read|line 1"),
        ('{"XX": {"00": ' + "9" * 5000 + "}}", "cannot be read"),
    ],
)
def test_faults_of_counts_are_named(tmp_path, text, message):
    with pytest.raises(FileFormatError, match=message):
        read_counts(write(tmp_path / "a.json", text), qubit_0="right")


def test_randommeas_round_trip(tmp_path, rng, make_data):
    data = make_data(rng, n_settings=6, shots=4)
    write_randommeas(data, tmp_path / "a.npz")
    found = read_data(tmp_path / "a.npz")
    np.testing.assert_array_equal(found.bases, data.bases)
    np.testing.assert_array_equal(found.outcomes, data.outcomes)
    np.testing.assert_allclose(found.basis_probabilities, 1 / 3)
    with np.load(tmp_path / "a.npz") as file:
        assert (file["measurement_results"].min(), file["measurement_results"].max()) == (1, 2)
        assert (int(file["NU"]), int(file["NM"]), int(file["N"])) == (6, 4, 3)
    with pytest.raises(ValueError, match="as many shots in every setting"):
        write_randommeas(make_data(rng, n_settings=2, shots=[1, 2]), tmp_path / "b.npz")


def test_randommeas_unitaries_are_those_of_its_source(tmp_path):
    """The bras in its rows: of |+>, of |+i>, of |0>; and a row order that swaps the outcomes."""
    plus, plus_i = np.array([1, 1]) / np.sqrt(2), np.array([1, 1j]) / np.sqrt(2)
    write_randommeas(ShadowData(["XYZ"], [[0, 0, 0], [1, 1, 1]], [2]), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        settings = file["measurement_settings"]
    for unitary, ket in zip(settings[0], (plus, plus_i, np.array([1, 0])), strict=True):
        np.testing.assert_allclose(np.abs(unitary @ ket), [1, 0], atol=1e-12)
    np.savez(tmp_path / "b.npz", measurement_results=[[[1, 1, 2]]], measurement_settings=settings[:, :, ::-1])
    assert read_randommeas(tmp_path / "b.npz").outcomes.tolist() == [[1, 1, 0]]
    assert read_randommeas(tmp_path / "b.npz").bases.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("results", "settings", "message"),
    [
        ([[[1]]], np.eye(2)[None, None], "every outcome is 1"),
        ([[[0], [2]]], np.eye(2)[None, None], "must hold 0 and 1, got 0 to 2"),
        ([[[1], [2]]], [[[[0.8, 0.6], [-0.6, 0.8]]]], "the unitary of setting 0, qubit 0 .* measures none"),
        ([[1]], np.eye(2)[None, None], "must have shape"),
        ([[[1], [2]]], np.eye(2)[None], "must have shape"),
    ],
)
def test_faults_of_randommeas_are_named(tmp_path, results, settings, message):
    np.savez(tmp_path / "a.npz", measurement_results=results, measurement_settings=settings)
    with pytest.raises(FileFormatError, match=message):
        read_randommeas(tmp_path / "a.npz")


def test_ambiguous_outcomes_can_be_told(tmp_path):
    np.savez(tmp_path / "a.npz", measurement_results=[[[1]]], measurement_settings=np.eye(2)[None, None])
    assert read_randommeas(tmp_path / "a.npz", first_outcome=1).outcomes.tolist() == [[0]]
    assert read_randommeas(tmp_path / "a.npz", first_outcome=0).outcomes.tolist() == [[1]]
    np.savez(tmp_path / "b.npz", measurement_results=[[[1]]])
    with pytest.raises(FileFormatError, match="holds no measurement_settings"):
        read_randommeas(tmp_path / "b.npz")
    with pytest.raises(ValueError, match="0, 1 or None, got 2"):
        read_randommeas(tmp_path / "a.npz", first_outcome=2)


def test_any_file(tmp_path):
    write_csv(ASYMMETRIC, tmp_path / "a.csv")
    write_npz(ASYMMETRIC, tmp_path / "a.npz")
    ql.save(ASYMMETRIC, tmp_path / "a.qlearn")
    assert is_the_asymmetric_state(read_data(tmp_path / "a.csv", qubit_0="left"))
    for name in ("a.npz", "a.qlearn"):
        assert read_data(tmp_path / name) == ASYMMETRIC
    with pytest.raises(ValueError, match='qubit 0. Say qubit_0="left"'):
        read_data(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"\.npz files tell the order of qubits themselves"):
        read_data(tmp_path / "a.npz", qubit_0="left")
    with pytest.raises(FileFormatError, match="the suffix must be"):
        read_data(write(tmp_path / "a.dat", "1"))
    with pytest.raises(FileNotFoundError):
        read_data(tmp_path / "none.npz")
    ql.save(STRINGS, tmp_path / "b.qlearn")
    with pytest.raises(FileFormatError, match="holds PauliSum, not ShadowData"):
        read_data(tmp_path / "b.qlearn")
