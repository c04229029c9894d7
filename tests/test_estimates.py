"""Estimate: propagation of errors, intervals, printing."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from qlearn import Estimate


def test_fields_are_clean_and_frozen():
    scalar = Estimate(np.float32(0.5), 1, np.int64(10), "shadows")
    assert (type(scalar.value), type(scalar.std_error), type(scalar.n_shots)) == (float, float, int)
    given = np.array([1.0, 2.0])
    many = Estimate(given, [0.1, 0.2], 10)
    given[0] = 9
    assert np.array_equal(many.value, [1, 2])
    with pytest.raises(ValueError, match="read-only"):
        many.value[0] = 3
    with pytest.raises(AttributeError):
        scalar.value = 1.0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 2.0], 0.1, 10), ValueError, r"`std_error` must have shape \(2,\), got \(\)"),
        ((1.0, -0.1, 10), ValueError, "`std_error` must not be negative, got -0.1"),
        ((1.0, 0.1, -1), ValueError, "`n_shots` must be at least 0"),
        ((1.0, 0.1, 1.5), TypeError, "`n_shots` must be an integer"),
        ((1j, 0.1, 10), TypeError, "`value` must be real"),
        (("a", 0.1, 10), TypeError, "`value` must hold numbers"),
    ],
)
def test_bad_fields_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Estimate(*arguments)


def test_an_unknown_error_is_allowed():
    assert math.isnan(Estimate(1.0, float("nan"), 1).std_error)


@pytest.mark.parametrize("confidence", [0.5, 0.6827, 0.95, 0.999])
def test_intervals_are_those_of_the_normal_distribution(confidence):
    low, high = Estimate([1.0, -2.0], [0.1, 0.3], 100).interval(confidence)
    expected = norm.interval(confidence, [1.0, -2.0], [0.1, 0.3])
    assert np.allclose([low, high], expected, rtol=1e-12)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, float("nan")])
def test_intervals_refuse_what_is_no_confidence(confidence):
    with pytest.raises(ValueError, match="`confidence` must lie between 0 and 1, got "):
        Estimate(1.0, 0.1, 10).interval(confidence)


def test_intervals_cover_the_truth_as_often_as_they_say(rng):
    """Binomial(20000, 0.9) leaves 0.9 +- 0.0106 with probability 6e-7."""
    samples = rng.normal(0.3, 1.0, size=(20_000, 50))
    estimates = Estimate(samples.mean(axis=1), np.full(20_000, 1 / math.sqrt(50)), 50)
    low, high = estimates.interval(0.9)
    assert abs(np.mean((low < 0.3) & (0.3 < high)) - 0.9) < 0.0106


def test_sums_of_independent_estimates(rng):
    a, b = Estimate(1.0, 0.3, 10, "shadows"), Estimate(2.0, 0.4, 20, "groups")
    total, difference = a + b, a - b
    assert (total.value, total.std_error, total.n_shots, total.method) == (3.0, 0.5, 30, "shadows, groups")
    assert (difference.value, difference.std_error) == (-1.0, 0.5)
    assert sum([a, b]).std_error == 0.5
    assert (a + Estimate(0.0, 0.0, 5, "shadows")).method == "shadows"
    samples = rng.normal(1.0, 0.3, 100_000) - rng.normal(2.0, 0.4, 100_000)
    assert samples.std() == pytest.approx(difference.std_error, rel=0.02)


def test_an_estimate_is_not_independent_of_itself():
    a = Estimate(1.0, 0.3, 10)
    with pytest.raises(ValueError, match=r"write 2 \* estimate"):
        a + a
    with pytest.raises(ValueError, match="not independent of itself"):
        a - a


def test_numbers_shift_and_scale():
    a = Estimate(2.0, 0.5, 10, "shadows")
    cases = [
        (3 + a, 5.0, 0.5),
        (a - 1, 1.0, 0.5),
        (1 - a, -1.0, 0.5),
        (-2 * a, -4.0, 1.0),
        (a * np.float64(2), 4.0, 1.0),
        (np.float64(2) * a, 4.0, 1.0),
        (np.int64(1) + a, 3.0, 0.5),
        (a / -4, -0.5, 0.125),
        (-a, -2.0, 0.5),
    ]
    for found, value, std_error in cases:
        assert found == Estimate(value, std_error, 10, "shadows")


def test_arrays_shift_and_scale():
    weights = np.array([1.0, -2.0])
    for found in (Estimate(2.0, 0.5, 10) * weights, weights * Estimate(2.0, 0.5, 10)):
        assert np.array_equal(found.value, [2, -4])
        assert np.array_equal(found.std_error, [0.5, 1])
    shifted = weights + Estimate(2.0, 0.5, 10)
    assert np.array_equal(shifted.value, [3, 0])
    assert np.array_equal(shifted.std_error, [0.5, 0.5])


@pytest.mark.parametrize("other", ["1", None, 1j, True])
def test_other_things_do_not_combine(other):
    for operation in (lambda a: a + other, lambda a: other - a, lambda a: a * other, lambda a: a / other):
        with pytest.raises(TypeError):
            operation(Estimate(1.0, 0.1, 10))


def test_products_of_estimates_are_refused():
    with pytest.raises(TypeError):
        _ = Estimate(1.0, 0.1, 10) * Estimate(2.0, 0.1, 10)


def test_float_is_refused():
    with pytest.raises(TypeError, match=r"would lose its error; use \.value"):
        float(Estimate(1.0, 0.1, 10))


def test_equality_compares_everything():
    a = Estimate([1.0, float("nan")], [0.1, float("nan")], 10, "m")
    assert a == Estimate([1.0, float("nan")], [0.1, float("nan")], 10, "m")
    for other in (Estimate([1.0, 2.0], [0.1, float("nan")], 10, "m"), Estimate(1.0, 0.1, 10, "m"), 1.0):
        assert a != other
    assert Estimate(1.0, 0.1, 10, "m") != Estimate(1.0, 0.1, 11, "m")
    assert Estimate(1.0, 0.1, 10, "m") != Estimate(1.0, 0.1, 10)
    assert Estimate(1.0, 0.1, 10) != Estimate(1.0, 0.2, 10)


@pytest.mark.parametrize(
    ("value", "std_error", "shown"),
    [
        (-1.1368, 0.0042, "-1.137 ± 0.004"),
        (1.23456, 0.0123, "1.235 ± 0.012"),
        (0.5, 0.0951, "0.50 ± 0.10"),
        (12.3, 3.0, "12 ± 3"),
        (1234.5, 120.0, "1234.5 ± 1.2e+02"),
        (0.5, 0.0, "0.5 ± 0"),
        (0.5, float("nan"), "0.5 ± nan"),
        (1e-20, 3e-21, "1e-20 ± 3e-21"),
    ],
)
def test_printing_rounds_to_the_error(value, std_error, shown):
    assert repr(Estimate(value, std_error, 1000)) == f"{shown} (1000 shots)"


def test_printing_of_arrays_and_single_shots():
    assert str(Estimate(1.0, 0.5, 1)) == "1.0 ± 0.5 (1 shot)"
    many = Estimate(np.arange(8.0).reshape(2, 4), np.full((2, 4), 0.5), 9)
    assert repr(many) == (
        "Estimate of shape (2, 4): [0.0 ± 0.5, 1.0 ± 0.5, 2.0 ± 0.5, 3.0 ± 0.5, 4.0 ± 0.5, 5.0 ± 0.5, ...] (9 shots)"
    )
