"""Reading and printing Pauli sums."""

import numpy as np
import pytest

from qlearn.paulis import PauliSum


def terms(pauli_sum):
    return list(pauli_sum.items())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5 * Z0 Z1 - 0.25 * X0 + 1.5", [("ZZ", 0.5), ("XI", -0.25), ("II", 1.5)]),
        ("0.5 ZZII - 0.25 XIIX", [("ZZII", 0.5), ("XIIX", -0.25)]),
        ("(0.5-1j) * Y1 + 2j X0", [("IY", 0.5 - 1j), ("XI", 2j)]),
        ("-Z2", [("IIZ", -1.0)]),
        ("+ZZ-XX", [("ZZ", 1.0), ("XX", -1.0)]),
        ("Z0*Z1 + X0 * Y1", [("ZZ", 1.0), ("XY", 1.0)]),
        ("1e-3*Z0+.5e+1 X0 + 2. Y0", [("Z", 1e-3), ("X", 5.0), ("Y", 2.0)]),
        ("1 ZZ + -0.5 XX", [("ZZ", 1.0), ("XX", -0.5)]),
        ("1 ZZ - -(1+1j) XX", [("ZZ", 1.0), ("XX", 1 + 1j)]),
        ("2Z0Z1\n  + 3 * I", [("ZZ", 2.0), ("II", 3.0)]),
        ("0.5 ZZI \N{MINUS SIGN} 0.25 X2", [("ZZI", 0.5), ("IIX", -0.25)]),
        ("I0 Z1", [("IZ", 1.0)]),
        ("I", [("I", 1.0)]),
        ("Z10", [("I" * 10 + "Z", 1.0)]),
    ],
)
def test_text_is_read_as_written(text, expected):
    assert terms(PauliSum(text)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ZZII": 0.5, "XIIX": -1}, [("ZZII", 0.5), ("XIIX", -1.0)]),
        ({"Z0 Z3": 0.5, "": 2, "I": 1j}, [("ZIIZ", 0.5), ("IIII", 2.0), ("IIII", 1j)]),
        ({"Z1": 1, "XYZ": np.float32(0.5)}, [("IZI", 1.0), ("XYZ", 0.5)]),
        ([("ZZ", 1), ("ZZ", 2)], [("ZZ", 1.0), ("ZZ", 2.0)]),
        ((("X", 1j),), [("X", 1j)]),
        ({" ZZ ": 1}, [("ZZ", 1.0)]),
    ],
)
def test_dicts_and_pairs_keep_terms_and_order(given, expected):
    assert terms(PauliSum(given)) == expected


def test_a_number_and_nothing_need_a_width():
    assert terms(PauliSum(1.5, 2)) == [("II", 1.5)]
    assert PauliSum(None, 3).n_terms == 0
    assert PauliSum("", 3).n_terms == 0
    assert PauliSum({}, 3).n_qubits == 3
    with pytest.raises(ValueError, match=r"`n_qubits` must be given for a sum without terms\."):
        PauliSum()
    with pytest.raises(ValueError, match=r"`n_qubits` must be given when no label names a qubit\."):
        PauliSum(1.5)


def test_another_sum_is_copied_and_its_width_checked():
    first = PauliSum("Z0 + X1")
    assert PauliSum(first) == first
    with pytest.raises(ValueError, match=r"n_qubits is 3, but the sum has 2 qubits; use `extend`\."):
        PauliSum(first, 3)


@pytest.mark.parametrize(
    ("given", "n_qubits", "message"),
    [
        (
            {"ZZ": 1, "ZQII": 1},
            None,
            r'Dense labels must have one length: term 0 "ZZ" has 2 letters, term 1 "ZQII" has 4',
        ),
        ({"IIII": 1, "ZQII": 1}, None, r'Label "ZQII" \(term 1\) has "Q" at position 1; use I, X, Y or Z\.'),
        ({"zz": 1}, None, r'Label "zz" \(term 0\) has "z" at position 0; use I, X, Y or Z\.'),
        ({"Z\u0416": 1}, None, r'has "\u0416" at position 1; use I, X, Y or Z\.'),
        ({"ZZ": 1}, 4, r'Label "ZZ" \(term 0\) has 2 letters, but n_qubits is 4\.'),
        ({"Z0 X5": 1}, 4, r'Label "Z0 X5" \(term 0\) names qubit 5, but n_qubits is 4\.'),
        ({"X1": 1, "Z0 Y2 X0": 1}, None, r'Label "Z0 Y2 X0" \(term 1\) names qubit 0 twice\.'),
        ({"X1": 1, "Z0 W3": 1}, None, r'Label "Z0 W3" \(term 1\) has "W" at position 3; use I, X, Y or Z\.'),
        ({"X1": 1, "ZZ0": 1}, None, r'Label "ZZ0" \(term 1\): "Z" at position 0 has no qubit number'),
        ({"Z0 1": 1}, None, r'Label "Z0 1" \(term 0\): the number at position 3 has no letter before it\.'),
        ({"Z0,Z1": 1}, None, r'Label "Z0,Z1" \(term 0\) has "," at position 2; use I, X, Y or Z\.'),
        ({"Z1\u00b2": 1}, None, r'has "\u00b2" at position 2; use I, X, Y or Z\.'),
        ({"Z9999999999": 1}, None, r"has a qubit number of more than 9 digits\."),
        ({"ZZ": float("nan")}, None, r'The coefficient of term 0 \("ZZ"\) must be finite, got nan\.'),
        ([("X", 1), ("Z", complex(0, float("inf")))], None, r'coefficient of term 1 \("Z"\) must be finite'),
        ("0.5 * Z0 + ? X1", None, r"Cannot read '\+ \? X1' at position 9; write terms such as"),
        ("0.5 Z0 0.25 X1", None, r"Cannot read '0\.25 X1' at position 7"),
        ("Z0 * 0.5", None, r"Cannot read '\* 0\.5' at position 3"),
        ("0.5 * + Z0", None, r"Cannot read '0\.5 \* \+ Z0' at position 0"),
        ("Z0 +", None, r"Cannot read '\+' at position 3"),
        ("(0.5-) Z0", None, r"Cannot read '\(0\.5-\) Z0' at position 0"),
        ("(nan+1j) Z0", None, r"Coefficient \(nan\+1j\) at position 0 must be finite\."),
        ("nan * Z0", None, r'Label "nan   Z0" \(term 0\) has "n" at position 0'),
    ],
)
def test_unreadable_terms_are_named_with_their_place(given, n_qubits, message):
    with pytest.raises(ValueError, match=message):
        PauliSum(given, n_qubits)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["ZZ"], r"Terms must be \(label, coefficient\) pairs, got 'ZZ' as term 0\."),
        ([("ZZ", 1, 2)], r"Terms must be \(label, coefficient\) pairs"),
        ([(3, 1)], r'must be text such as "ZZII" or "Z0 Z3", got 3 of type int as term 0\.'),
        ({"ZZ": "a"}, r"The coefficient of term 0 must be a number, got 'a' of type str\."),
        ({"ZZ": None}, r"The coefficient of term 0 must be a number, got None"),
        ({"ZZ": True}, r"The coefficient of term 0 must be a number, got True"),
        ({"X": 1, "Z": [1, 2]}, r"The coefficient of term 1 must be a number"),
        (b"ZZ", r"Terms must be \(label, coefficient\) pairs, got 90"),
        (object(), r"A PauliSum is made from text, a dict"),
    ],
)
def test_wrong_types_are_named(given, message):
    with pytest.raises(TypeError, match=message):
        PauliSum(given)


def test_a_qubit_number_beyond_memory_is_refused_before_allocation(monkeypatch):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e9")
    with pytest.raises(MemoryError, match=r"A PauliSum of 2 terms on 1000000000 qubits needs"):
        PauliSum({"Z999999999": 1, "X0": 1})


def test_random_text_round_trips_in_both_forms(random_terms):
    rng = np.random.default_rng(1)
    for n_qubits in (1, 3, 64, 65, 130):
        for is_complex in (False, True):
            original = PauliSum(random_terms(rng, 20, n_qubits, is_complex))
            for again in (PauliSum(str(original)), PauliSum(original.to_text(sparse=True), n_qubits)):
                assert again.labels() == original.labels()
                np.testing.assert_array_equal(again.coefficients, original.coefficients)


@pytest.mark.parametrize("value", [-0.0, 1e-320, 1e300, -1.5, 0.1 + 1e-17j, -1e-3 - 2j, 1j, -1j, complex(-0.0, 1)])
def test_awkward_coefficients_round_trip(value):
    original = PauliSum({"ZX": value, "YI": 2.0})
    again = PauliSum(str(original))
    np.testing.assert_array_equal(again.coefficients, original.coefficients)


def test_the_sum_of_no_terms_and_the_identity_round_trip():
    for original in (PauliSum.zero(3), PauliSum.identity(3), PauliSum.identity(70)):
        assert PauliSum(str(original)) == original
    assert PauliSum(PauliSum.zero(3).to_text(sparse=True), 3) == PauliSum.zero(3)


def test_sparse_labels_of_every_term():
    assert PauliSum({"IXYZ": 1, "IIII": 1, "ZIIZ": 1}).labels(sparse=True) == ["X1 Y2 Z3", "I", "Z0 Z3"]


def test_repr_evaluates_when_short_and_stays_short_when_long(random_terms):
    small = PauliSum("0.5 * ZZII - 0.25 * XIIX")
    assert repr(small) == 'PauliSum("0.5 * ZZII - 0.25 * XIIX")'
    assert eval(repr(small)) == small
    rng = np.random.default_rng(2)
    large = PauliSum.from_arrays(rng.random((1000, 100)) < 0.5, rng.random((1000, 100)) < 0.5, rng.normal(size=1000))
    assert len(repr(large)) < 250
    assert repr(large).endswith(' + ...", n_qubits=100, n_terms=1000)')


def test_a_hundred_thousand_terms_on_a_hundred_qubits():
    rng = np.random.default_rng(3)
    x, z = rng.random((2, 100_000, 100)) < 0.3
    large = PauliSum.from_arrays(x, z, rng.normal(size=100_000))
    assert PauliSum(dict(large.items())).labels() == large.labels()
    again = PauliSum(str(2 * large)).simplify()
    assert again == 2 * large
    assert again.n_terms == 100_000


def test_openfermion_reads_the_same_text():
    openfermion = pytest.importorskip("openfermion")
    text = "0.5 * Z0 Z1 - 0.25 * X0 Y3 + 1.5"
    theirs = openfermion.QubitOperator("0.5 [Z0 Z1] + -0.25 [X0 Y3] + 1.5 []")
    matrix = openfermion.get_sparse_operator(theirs, n_qubits=4).toarray()
    np.testing.assert_allclose(PauliSum(text).to_dense(), matrix, atol=1e-14)


def test_qiskit_reads_reversed_labels():
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    ours = PauliSum({"XYZ": 0.5, "IIZ": -0.25j})
    theirs = quantum_info.SparsePauliOp(list(ours.labels()), ours.coefficients)
    np.testing.assert_allclose(ours.to_dense(), theirs.to_matrix(), atol=1e-14)


@pytest.mark.parametrize("label", ["Z0\nX1", "Z0\n(-H.25+0j) -X2"])
def test_a_label_is_one_line(label):
    """A line break inside would hand its factors to the next term."""
    with pytest.raises(ValueError, match=r"\(term 1\) has a line break; give one label for each term"):
        PauliSum([("Z0", 1.0), (label, 1.0), ("Y1", 0.5)])
