"""Input checks: good values come back clean, bad ones get a message that says what arrived."""

import numpy as np
import pytest

from qlearn._checks import check_array, check_count, check_probability, check_qubits, missing_extra


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_count_accepts_every_integer_type(value):
    count = check_count("n_shots", value, 0, 10)
    assert count == 3
    assert type(count) is int


@pytest.mark.parametrize("value", [3.0, "3", None, True, np.True_, np.array([3])])
def test_count_refuses_what_is_no_integer(value):
    with pytest.raises(TypeError, match="`n_shots` must be an integer, got "):
        check_count("n_shots", value)


def test_count_refuses_what_is_out_of_range():
    with pytest.raises(ValueError, match="`n_shots` must be at least 0, got -1"):
        check_count("n_shots", -1)
    with pytest.raises(ValueError, match="`n_qubits` must lie between 1 and 62, got 63"):
        check_count("n_qubits", 63, 1, 62)
    assert check_count("n_shots", 0) == 0
    assert check_count("n_qubits", 62, 1, 62) == 62
    assert check_count("n_qubits", 1, 1, 62) == 1


@pytest.mark.parametrize(
    ("qubits", "expected"),
    [(2, (2,)), (np.int64(2), (2,)), ([0, 2], (0, 2)), (range(3), (0, 1, 2)), (np.array([1, 0]), (1, 0)), ([], ())],
)
def test_qubits_become_a_tuple_of_ints(qubits, expected):
    found = check_qubits(qubits, 3)
    assert found == expected
    assert all(type(qubit) is int for qubit in found)


def test_qubits_name_the_offender():
    with pytest.raises(ValueError, match="Qubit 3 does not exist among 3 qubits; use 0 to 2"):
        check_qubits([0, 3], 3)
    with pytest.raises(ValueError, match="Qubit -1 does not exist"):
        check_qubits(-1, 3)
    with pytest.raises(ValueError, match=r"Qubit 1 is named twice in \(1, 0, 1\)"):
        check_qubits([1, 0, 1], 3)
    assert check_qubits([1, 1], 3, distinct=False) == (1, 1)
    with pytest.raises(TypeError, match=r"A qubit must be an integer, got 1\.0 of type float"):
        check_qubits([0, 1.0], 3)
    with pytest.raises(TypeError, match="sequence of integers, got '01'"):
        check_qubits("01", 3)
    with pytest.raises(TypeError, match="sequence of integers, got True"):
        check_qubits(True, 3)


@pytest.mark.parametrize("value", [0, 1, 0.25, np.float32(0.25)])
def test_probability_comes_back_as_float(value):
    assert check_probability("p", value) == value
    assert type(check_probability("p", value)) is float


@pytest.mark.parametrize("value", [-1e-9, 1.0000001, float("nan"), float("inf")])
def test_probability_refuses_what_is_none(value):
    with pytest.raises(ValueError, match="`p` must be a probability between 0 and 1, got "):
        check_probability("p", value)


@pytest.mark.parametrize("value", ["0.5", None, True, 0.5j, [0.5]])
def test_probability_refuses_other_types(value):
    with pytest.raises(TypeError, match="`p` must be a probability, got "):
        check_probability("p", value)


def test_array_of_the_right_kind_is_not_copied():
    values = np.ones((4, 3))[:, ::-1]
    assert check_array("values", values, ("batch", 3)) is values


@pytest.mark.parametrize(
    ("given", "dtype", "expected"),
    [
        ([1, 2], float, [1.0, 2.0]),
        ([1.0, 2.0], int, [1, 2]),
        ([1, 0], bool, [True, False]),
        ([True, False], np.uint8, [1, 0]),
        ([1.5, 2], complex, [1.5, 2]),
        ([1.0 + 2**-40], np.float32, [1.0]),
        ([], float, []),
        (3, float, 3.0),
    ],
)
def test_array_converts_without_loss(given, dtype, expected):
    array = check_array("values", given, dtype=dtype)
    assert array.dtype == dtype
    assert np.array_equal(array, expected)


@pytest.mark.parametrize(
    ("given", "dtype", "message"),
    [
        ([1.5], int, "must hold integers that fit int64, got float64"),
        ([256], np.uint8, "must hold integers that fit uint8"),
        ([-1], np.uint8, "must hold integers that fit uint8"),
        ([2], bool, "must hold 0 or 1"),
        ([np.nan], int, "must hold integers"),
        ([1j], float, "must be real, got complex numbers"),
        ([1j], int, "must hold integers"),
        (["a"], float, "must hold numbers, got list of dtype <U1"),
        ([None], float, "must hold numbers"),
        ({"a": 1}, float, "must hold numbers, got dict"),
    ],
)
def test_array_refuses_conversions_that_lose(given, dtype, message):
    with pytest.raises(TypeError, match=f"`values` {message}"):
        check_array("values", given, dtype=dtype)


def test_array_refuses_ragged_rows():
    with pytest.raises(ValueError, match="must be a rectangular array"):
        check_array("values", [[1, 2], [3]])


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ((4000, 5), ("shots", 6), r"`x` must have shape \(shots, 6\), got \(4000, 5\)"),
        ((6,), ("shots", 6), r"must have shape \(shots, 6\), got \(6,\)"),
        ((2, 6, 1), ("shots", 6), r"got \(2, 6, 1\)"),
        ((2,), (3,), r"must have shape \(3,\), got \(2,\)"),
        ((2, 3), ("n", "n"), r"must have shape \(n, n\), got \(2, 3\)"),
        ((2, 3), (None, 4), r"must have shape \(any, 4\), got \(2, 3\)"),
        ((2,), (), r"must have shape \(\), got \(2,\)"),
    ],
)
def test_array_names_the_shape_it_wants(given, shape, message):
    with pytest.raises(ValueError, match=message):
        check_array("x", np.zeros(given), shape)


def test_array_accepts_shapes_that_fit():
    assert check_array("x", np.zeros((3, 3)), ("n", "n")).shape == (3, 3)
    assert check_array("x", np.zeros((0, 6)), ("shots", 6)).shape == (0, 6)
    assert check_array("x", 1.0, ()).shape == ()
    assert check_array("x", np.zeros((2, 5)), (None, None)).shape == (2, 5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_array_names_the_place_of_what_is_not_finite(bad):
    values = np.zeros((3, 4))
    values[1, 2] = bad
    with pytest.raises(ValueError, match=r"`values` must be finite, got -?(nan|inf) at index \(1, 2\)"):
        check_array("values", values)
    with pytest.raises(ValueError, match="must be finite"):
        check_array("values", values.astype(complex), dtype=complex)
    assert check_array("values", values, finite=False) is values
    with pytest.raises(ValueError, match=r"must be finite, got nan\."):
        check_array("value", float("nan"))


def test_missing_extra_gives_the_line_to_type():
    error = missing_extra("TorchLayer", "torch", "torch")
    assert isinstance(error, ImportError)
    assert str(error) == 'TorchLayer needs torch: pip install "qlearn[torch]".'
    assert error.name == "torch"
