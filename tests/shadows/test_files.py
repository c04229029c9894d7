"""Plain files: what is written is read, and damage is named with its place."""

import io

import numpy as np
import pytest

from qlearn.persistence import FileFormatError
from qlearn.shadows import ShadowData, read_csv, read_npz, write_csv, write_npz


@pytest.fixture
def data(rng):
    shots = [2, 3, 1]
    return ShadowData(["XYZ", "ZZX", "ZZX"], rng.integers(0, 2, (6, 3)), shots)


def counted(data):
    ends = np.cumsum(data.shots_per_setting)
    return [
        (basis.tolist(), sorted(data.outcomes[end - shots : end].tolist()))
        for basis, end, shots in zip(data.bases, ends, data.shots_per_setting, strict=True)
    ]


def test_csv_round_trip(data, tmp_path):
    write_csv(data, tmp_path / "a.csv")
    assert counted(read_csv(tmp_path / "a.csv", qubit_0="left")) == counted(data)


def test_csv_from_the_right_is_reversed(data, tmp_path):
    write_csv(data, tmp_path / "a.csv")
    mirrored = read_csv(tmp_path / "a.csv", qubit_0="right")
    assert counted(mirrored.restrict([2, 1, 0])) == counted(data)
    with pytest.raises(ValueError, match='"left" or "right", got \'little\''):
        read_csv(tmp_path / "a.csv", qubit_0="little")


def test_csv_without_setting_column_joins_runs(tmp_path):
    (tmp_path / "a.csv").write_text("outcome, basis\n01,XX\n00,XX\n11,ZZ\n01,XX\n\n")
    data = read_csv(tmp_path / "a.csv", qubit_0="left")
    assert data.shots_per_setting.tolist() == [2, 1, 1]
    assert data.bases.tolist() == [[0, 0], [2, 2], [0, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("basis,outcome\nXX,01\nXX,0\n", "line 3: the outcome must be 2 zeros and ones, got '0'"),
        ("basis,outcome\nXX,01\nXX,02\n", "line 3: the outcome must be 2"),
        ("basis,outcome\nXQ,01\n", "line 2: the basis must be letters X, Y, Z, got 'XQ'"),
        ("basis,outcome\nXX,01\nZXX,000\n", "line 3: 3 qubits after 2"),
        ("basis,outcome,count\nXX,01,0\n", "line 2: the count must be an integer from 1 to 1000000000, got '0'"),
        ("basis,outcome,count\nXX,01,-3\n", "got '-3'"),
        ("basis,outcome,count\nXX,01," + "9" * 5000 + "\n", "line 2: the count must be"),
        ("basis,outcome\nXX,01,7\n", "line 2: 2 fields are expected, got 3"),
        ("basis,result\nXX,01\n", "line 1: the header must name basis and outcome"),
        ("basis,outcome,basis\n", "line 1: the header"),
        ("", "line 1: the header"),
        ("basis,outcome\n", "holds no measurement"),
        ('basis,outcome\nXX,"01\n', "it cannot be read"),
        ("basis,outcome\nXX,\xff\udcff\n", "it cannot be read"),
    ],
)
def test_csv_faults_are_named(tmp_path, text, message):
    (tmp_path / "a.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileFormatError, match=message):
        read_csv(tmp_path / "a.csv", qubit_0="left")


def test_npz_round_trip(data, tmp_path):
    write_npz(data, tmp_path / "a.npz")
    assert read_npz(tmp_path / "a.npz") == data


def test_every_truncation_of_an_npz_is_refused(data, tmp_path):
    whole = io.BytesIO()
    np.savez_compressed(whole, bases=data.bases, outcomes=data.outcomes, shots_per_setting=data.shots_per_setting)
    whole = whole.getvalue()
    for length in range(0, len(whole), 7):
        (tmp_path / "a.npz").write_bytes(whole[:length])
        with pytest.raises(FileFormatError):
            read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"bases": [[0]]}, "must hold bases and outcomes"),
        ({"bases": [[0]], "outcomes": [[0]], "extra": [1]}, "it holds bases, outcomes, extra"),
        ({"bases": [[0]], "outcomes": [[7]]}, "got 7 in shot 0, qubit 0"),
        ({"bases": np.array([[{}]], dtype=object), "outcomes": [[0]]}, "cannot be read"),
    ],
)
def test_npz_faults_are_named(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FileFormatError, match=message):
        read_npz(tmp_path / "a.npz")


def test_a_single_array_is_no_npz(tmp_path):
    with open(tmp_path / "a.npz", "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(FileFormatError, match="no npz file"):
        read_npz(tmp_path / "a.npz")
