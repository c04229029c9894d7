"""qlearn._bits against Python's own integers."""

import numpy as np
import pytest

from qlearn._bits import bits_index, index_bits, parity, popcount


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.int64, np.uint64])
def test_popcount_and_parity_match_python_integers(dtype):
    info = np.iinfo(dtype)
    rng = np.random.default_rng(0)
    values = rng.integers(0, info.max, size=200, dtype=dtype, endpoint=True)
    values[:2] = 0, info.max
    expected = [int(v).bit_count() for v in values]
    assert popcount(values).tolist() == expected
    assert parity(values).tolist() == [e % 2 for e in expected]
    assert popcount(values).dtype == np.uint8


def test_popcount_of_a_negative_number_counts_its_twos_complement():
    assert popcount(np.array([-1, -2], dtype=np.int64)).tolist() == [64, 63]
    assert popcount(np.array([-1], dtype=np.int8)).tolist() == [8]


def test_popcount_keeps_shape_and_takes_scalars_and_bools():
    assert popcount(np.zeros((3, 0, 2), dtype=int)).shape == (3, 0, 2)
    assert int(popcount(7)) == 3
    assert parity(np.array([True, False])).tolist() == [1, 0]


def test_popcount_of_non_contiguous_and_big_endian_input():
    values = np.arange(20, dtype=np.int64).reshape(4, 5)[:, ::2]
    expected = [[int(v).bit_count() for v in row] for row in values]
    assert popcount(values).tolist() == expected
    assert popcount(values.astype(">i8")).tolist() == expected


def test_popcount_refuses_floats():
    with pytest.raises(TypeError, match=r"Bit operations need integers, got dtype float64\."):
        popcount([0.5])


@pytest.mark.parametrize("n_bits", [0, 1, 5, 31, 62, 63])
def test_index_bits_round_trip_and_text_form(n_bits):
    rng = np.random.default_rng(n_bits)
    index = rng.integers(0, 2**n_bits, size=(6, 3)) if n_bits else np.zeros((6, 3), dtype=int)
    bits = index_bits(index, n_bits)
    assert bits.shape == (6, 3, n_bits)
    assert bits.dtype == np.uint8
    for value, row in zip(index.ravel(), bits.reshape(18, n_bits), strict=True):
        text = "".join(map(str, row))
        assert text == (format(int(value), f"0{n_bits}b") if n_bits else "")
    np.testing.assert_array_equal(bits_index(bits), index)
    assert bits_index(bits).dtype == np.int64


def test_index_bits_of_a_scalar_and_of_the_largest_uint64():
    assert index_bits(5, 4).tolist() == [0, 1, 0, 1]
    assert index_bits(np.array([2**64 - 1], dtype=np.uint64), 64).all()


def test_index_bits_errors():
    with pytest.raises(ValueError, match=r"`n_bits` must be from 0 to 64, got 65\."):
        index_bits([1], 65)
    with pytest.raises(ValueError, match=r"numbers from 0 to 2\*\*3 - 1, got 8\."):
        index_bits([1, 8], 3)
    with pytest.raises(ValueError, match=r"numbers from 0 to 2\*\*3 - 1, got -1\."):
        index_bits([-1, 8], 3)


def test_bits_index_errors():
    with pytest.raises(ValueError, match=r"got the single value 1\."):
        bits_index(1)
    with pytest.raises(ValueError, match=r"at most 63 bits in a row to fit an int64, got 64\."):
        bits_index(np.zeros((2, 64), dtype=bool))
    with pytest.raises(ValueError, match=r"zeros and ones only"):
        bits_index([0, 2])
