"""Observables from every text format, and the messages for damaged ones."""

import json

import pytest

import qlearn as ql
from qlearn.persistence import FileFormatError
from qlearn.shadows import read_observables

ENERGY = ql.PauliSum({"ZZI": 0.5, "IIX": -0.25, "III": 1.0})


def read(tmp_path, text, n_qubits=None):
    (tmp_path / "a.txt").write_text(text)
    return read_observables(tmp_path / "a.txt", n_qubits)


@pytest.mark.parametrize(
    "text",
    [
        "energy: 0.5 * Z0 Z1 - 0.25 * X2 + 1\nY1\n",
        "# both\n\nenergy : 0.5 ZZI - 0.25 IIX + 1 III\nY1 # a letter",
        json.dumps({"energy": {"ZZI": 0.5, "IIX": -0.25, "III": 1}, "Y1": "Y1"}),
        json.dumps({"energy": "0.5 * Z0 Z1 - 0.25 * X2 + 1", "Y1": {"IYI": 1}}),
    ],
)
def test_named_observables(tmp_path, text):
    found = read(tmp_path, text)
    assert list(found) == ["energy", "Y1"]
    assert found["energy"].is_close(ENERGY)
    assert found["Y1"] == ql.PauliSum({"IYI": 1.0})
    assert read(tmp_path, text, 3)["Y1"].n_qubits == 3


@pytest.mark.parametrize(
    "text",
    [
        "1.0 [] +\n0.5 [Z0 Z1] +\n(-0.25+0j) [X2]",
        "0.5 [Z0 Z1] - 0.25 [X2] + [ ]\n",
        json.dumps({"ZZI": 0.5, "IIX": -0.25, "III": 1}),
        json.dumps({"paulis": [{"label": label, "coeff": {"real": c, "imag": 0.0}} for label, c in ENERGY.items()]}),
    ],
)
def test_a_single_observable(tmp_path, text):
    found = read(tmp_path, text)
    assert list(found) == ["a.txt"]
    assert found["a.txt"].is_close(ENERGY)


def test_openfermion_writes_what_is_read(tmp_path):
    openfermion = pytest.importorskip("openfermion")
    operator = openfermion.QubitOperator("X0 Y3", 0.5) - openfermion.QubitOperator("Z1", 2.0) + 0.125
    found = read(tmp_path, str(operator))["a.txt"]
    assert found == ql.interop.openfermion.import_observable(operator)


def test_a_list_is_unnamed(tmp_path):
    assert list(read(tmp_path, '["ZZI", {"XII": 2.0}]')) == ["ZZI", "observable 1"]
    found = read(tmp_path, "3\n2 X 0 Y 2\n1 Z 1 0.5\n")
    assert found == {"XIY": ql.PauliSum({"XIY": 1.0}), "IZI": ql.PauliSum({"IZI": 1.0})}


@pytest.mark.parametrize(
    ("text", "n_qubits", "message"),
    [
        ("", None, "holds no observable"),
        ("# nothing\n", None, "holds no observable"),
        ("ZZ\n0.5 * QQ\n", None, "line 2"),
        ("a: ZZ\na: XX\n", None, "line 2: the name 'a' comes twice"),
        ("ZZ\nZZZ\n", None, "line 1"),
        ("ZZ", 3, "line 1"),
        ("X5", 3, "names qubit 5"),
        ("1j * ZZ", None, "line 1: the observable must be Hermitian"),
        ('{"a": {"ZZ": 1}, "a": {"XX": 1}}', None, "comes twice"),
        ('{"a": 3, "b": "ZZ"}', None, "'a': a text or an object is expected"),
        ('{"ZZ": NaN}', None, "finite"),
        ('{"paulis": [{"label": "ZZ"}]}', None, '"label" and "coeff"'),
        ("[{", None, "line 1, column"),
        ("0.5 [Z0] 0.25 [Z1]", None, "line 1: a term such as"),
        ("0.5 [Z0] +\nx [Z1]", None, "line 2: 'x' is no number"),
        ("0.5 [Q0]", None, "Q0"),
        ("0.5 [Z0\n(-H.25+0j) -X2]", None, "line 1: a term such as"),
        ("2\n1 X 0\n", 3, "'XI' has 2 qubits, 3 are expected"),
    ],
)
def test_faults_are_named(tmp_path, text, n_qubits, message):
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, text, n_qubits)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ZZ\n\xff\xfe")
    with pytest.raises(FileFormatError, match="byte 3: it is no text"):
        read_observables(tmp_path / "a.txt")
