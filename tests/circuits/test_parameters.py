"""Parameters and expressions, checked against ordinary arithmetic on numbers."""

import copy
import math
import pickle

import numpy as np
import pytest

from qlearn.circuits import Circuit, Expression, Parameter, ParameterVector, format_terms, parameters, value_map
from qlearn.circuits.parameters import ordered_parameters

X, Y, Z = Parameter("x"), Parameter("y"), Parameter("z")
POINT = {"x": 0.7, "y": -1.9, "z": 3.1}


@pytest.mark.parametrize(
    "build",
    [
        lambda x, y, z: x * y + z,
        lambda x, y, z: 2 - x / 4 - (y - 1) * (x + z),
        lambda x, y, z: -x * x + 3.5,
        lambda x, y, z: (x - y) * (x + y) / 0.3,
        lambda x, y, z: +x - 0 * y,
        lambda x, y, z: np.float64(2.5) * x + np.int64(3) - y * np.int32(2),
        lambda x, y, z: np.float64(2.5) - x,
    ],
)
def test_arithmetic_is_that_of_numbers(build):
    expression = build(X, Y, Z)
    assert isinstance(expression, Expression)
    assert expression.evaluate(POINT) == pytest.approx(build(**POINT), rel=1e-14)
    assert eval(str(expression), dict(POINT)) == pytest.approx(build(**POINT), rel=1e-14)


def test_derivative_against_finite_differences():
    expression = 2 * X * X - 3 * X * Y + Y / 7 + 1
    for parameter in (X, Y, Z):
        step = 1e-6
        above = expression.evaluate({**POINT, parameter.name: POINT[parameter.name] + step})
        below = expression.evaluate({**POINT, parameter.name: POINT[parameter.name] - step})
        assert expression.derivative(parameter).evaluate(POINT) == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_degree_three_is_refused():
    with pytest.raises(ValueError, match="has degree 3; angles are polynomials of degree at most 2"):
        X * Y * Z
    with pytest.raises(ValueError, match="degree 4"):
        (X * Y) * (X * Y)


def test_terms_are_sorted_and_read_only():
    theta = parameters("theta", 12)
    expression = theta[10] * theta[2] + 1
    assert dict(expression.terms) == {(): 1.0, (theta[2], theta[10]): 1.0}
    assert expression.degree == 2
    with pytest.raises(TypeError):
        expression.terms[()] = 3.0


def test_equality_and_hash_go_by_name_and_terms():
    assert Parameter("x") == X
    assert hash(Parameter("x")) == hash(X)
    assert X != Y
    assert X != 1.0
    assert 2 * X / 2 == X
    assert type(2 * X - X) is Parameter
    assert hash(X + Y) == hash(Y + X)
    assert X + Y == Y + X
    assert X + 1 != X
    assert parameters("a", 3)[1] == Parameter("a[1]")


def test_order_is_first_appearance_then_index():
    a, b = parameters("a", 11), parameters("b", 3)
    found = ordered_parameters([b[2], 1.0, a[10] * X, b[0], a[9]])
    assert [p.name for p in found] == ["b[0]", "b[2]", "a[9]", "a[10]", "x"]
    assert Circuit(1).rx(X, 0).ry(a[3], 0).rz(a[1], 0).parameters == (X, a[1], a[3])


def test_evaluation_broadcasts_arrays():
    theta = parameters("theta", 2)
    values = {theta: np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), X: 10.0}
    assert np.array_equal((theta[0] * X + theta[1]).evaluate(values), [12.0, 34.0, 56.0])


def test_substitution():
    assert (X * Y + X).substitute({X: Y, Y: X}) == X * Y + Y
    assert (X * X).substitute({X: Y + 1}) == Y * Y + 2 * Y + 1
    assert (X + Y).substitute({"x": 2, "y": 3}).evaluate({}) == 5
    with pytest.raises(ValueError, match="degree 3"):
        (X * Y).substitute({X: Z * Z})


@pytest.mark.parametrize("value", [X, X * Y + 1, parameters("theta", 3), parameters("theta", 3)[1]])
def test_pickle_and_copy(value):
    for twin in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert twin == value
        assert type(twin) is type(value)
        assert repr(twin) == repr(value)


def test_vectors():
    theta = parameters("theta", 3)
    assert isinstance(theta, ParameterVector)
    assert theta.name == "theta"
    assert [p.index for p in theta] == [0, 1, 2]
    assert theta[1].vector == "theta"
    assert theta[-1] == theta[2]
    assert X.index is None
    assert repr(theta) == "ParameterVector('theta', 3)"
    with pytest.raises(ValueError, match="`length` must be at least 1, got 0"):
        parameters("theta", 0)


@pytest.mark.parametrize("name", ["", " ", "a ", "a\nb", "\x00"])
def test_bad_names(name):
    with pytest.raises(ValueError, match="must be printable text"):
        Parameter(name)


def test_bad_operands():
    with pytest.raises(TypeError):
        X + "1"
    with pytest.raises(TypeError):
        1 / X
    with pytest.raises(TypeError):
        np.ones(2) * X
    with pytest.raises(TypeError):
        True * X
    with pytest.raises(TypeError):
        X * 1j
    with pytest.raises(ZeroDivisionError):
        X / 0
    for bad in (math.nan, math.inf, np.float64("nan")):
        with pytest.raises(ValueError, match="must be finite"):
            X * bad
    with pytest.raises(ValueError, match="became inf"):
        X * 1e200 * 1e200


def test_missing_and_bad_values():
    with pytest.raises(ValueError, match="Parameter 'y' has no value; values were given for 'x'"):
        (X + Y).evaluate({X: 1.0})
    with pytest.raises(ValueError, match="'x' is given two values"):
        value_map({X: 1.0, "x": 2.0})
    with pytest.raises(ValueError, match="'a' has 3 elements, got 2 values"):
        value_map({parameters("a", 3): [1.0, 2.0]})
    with pytest.raises(ValueError, match="must be finite"):
        value_map({X: math.nan})
    with pytest.raises(TypeError, match="must be real numbers"):
        value_map({X: "1"})
    with pytest.raises(TypeError, match="must be a mapping"):
        value_map([1.0])
    with pytest.raises(TypeError, match="Keys of `values`"):
        value_map({3: 1.0})


def test_text():
    assert str(1.5 * X - Y * X / 2 - 1) == "-1 + 1.5*x - 0.5*x*y"
    assert str(X - X) == "0"
    assert repr(2 * X) == "Expression('2*x')"
    assert format_terms((X * math.pi).terms, digits=4) == "3.142*x"
