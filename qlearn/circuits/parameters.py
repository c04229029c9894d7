"""Parameters of circuits, and polynomials of degree at most two in them.

Degree two is enough for `weight * feature + bias`, and small enough that every angle has an exact, cheap Jacobian.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from .._checks import check_count

_ELEMENT = re.compile(r"(.+)\[(0|[1-9][0-9]{0,8})\]", re.DOTALL)


def _is_number(value: object) -> bool:
    return type(value) is float or (isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_)))


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"Coefficients of an expression must be finite, got {number}.")
    return number


class Expression:
    """A polynomial of degree at most two in `Parameter` objects, made by arithmetic on them.

    Adding, subtracting and multiplying expressions and numbers, and dividing by numbers, gives expressions. Both
    `Parameter` and the results of arithmetic are expressions. Two expressions are equal if their terms are.

    Raises
    ------
    ValueError
        If a product would have degree three, or a coefficient is not finite.

    Examples
    --------
    >>> import qlearn as ql
    >>> weight, feature, bias = ql.Parameter("w"), ql.Parameter("x"), ql.Parameter("b")
    >>> angle = weight * feature + bias
    >>> angle
    Expression('b + w*x')
    >>> angle.evaluate({"w": 2.0, "x": 3.0, "b": 0.5})
    6.5
    """

    __slots__ = ()
    # numpy scalars and arrays then leave `number * expression` to the methods below.
    __array_ufunc__ = None

    # Not an ABC: isinstance with one costs half a microsecond, and builders ask for every angle.
    @property
    def terms(self) -> Mapping[tuple[Parameter, ...], float]:
        """Coefficients by monomial: `()`, `(p,)` or `(p, q)` sorted by (name, index); read-only."""
        raise NotImplementedError

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The distinct parameters, sorted by (name, index)."""
        terms = self.terms
        if len(terms) == 1:
            (monomial,) = terms
            if len(monomial) < 2:
                return monomial
        return tuple(sorted({p for monomial in terms for p in monomial}, key=_sort_key))

    @property
    def degree(self) -> int:
        """The highest degree of a term: 0, 1 or 2."""
        return max((len(monomial) for monomial in self.terms), default=0)

    def evaluate(self, values: Mapping[Any, Any]) -> Any:
        """Return the number (or array) that the expression takes at `values`.

        Parameters
        ----------
        values : mapping
            Parameter, name or ParameterVector to a number or an array; arrays broadcast. For a vector the last axis
            runs over its elements. Names that do not occur are ignored.

        Returns
        -------
        float or ndarray

        Raises
        ------
        ValueError
            If a parameter of the expression has no value.

        Examples
        --------
        >>> import qlearn as ql
        >>> theta = ql.parameters("theta", 2)
        >>> (theta[0] + 2 * theta[1]).evaluate({theta: [1.0, 10.0]})
        21.0
        """
        known = value_map(values)
        total: Any = 0.0
        for monomial, coefficient in self.terms.items():
            product: Any = coefficient
            for parameter in monomial:
                if parameter.name not in known:
                    raise ValueError(f"Parameter {parameter.name!r} has no value; values were given for {_few(known)}.")
                product = product * known[parameter.name]
            total = total + product
        return float(total) if np.ndim(total) == 0 else np.asarray(total)

    def derivative(self, parameter: Parameter) -> Expression:
        """Return the partial derivative with respect to `parameter`, an expression of lower degree.

        Parameters
        ----------
        parameter : Parameter

        Returns
        -------
        Expression

        Examples
        --------
        >>> import qlearn as ql
        >>> x, y = ql.Parameter("x"), ql.Parameter("y")
        >>> (x * x + 3 * x * y).derivative(x)
        Expression('2*x + 3*y')
        """
        if not isinstance(parameter, Parameter):
            raise TypeError(f"`parameter` must be a Parameter, got {type(parameter).__name__}.")
        found: dict[tuple[Parameter, ...], float] = {}
        for monomial, coefficient in self.terms.items():
            power = monomial.count(parameter)
            if power:
                rest = list(monomial)
                rest.remove(parameter)
                found[tuple(rest)] = found.get(tuple(rest), 0.0) + power * coefficient
        return _simplest(found)

    def substitute(self, replacements: Mapping[Any, Any]) -> Expression:
        """Return the expression with parameters replaced by numbers or other expressions.

        Parameters
        ----------
        replacements : mapping
            Parameter, name or ParameterVector to a number, an Expression, or (for a vector) a sequence of them.

        Returns
        -------
        Expression
            Without parameters if all were replaced by numbers.

        Raises
        ------
        ValueError
            If the result would have degree above two.

        Examples
        --------
        >>> import qlearn as ql
        >>> x, y = ql.Parameter("x"), ql.Parameter("y")
        >>> (2 * x + 1).substitute({x: y / 4})
        Expression('1 + 0.5*y')
        """
        known = value_map(replacements)
        total: Expression = _Polynomial({})
        for monomial, coefficient in self.terms.items():
            product: Expression = _Polynomial({(): coefficient})
            for parameter in monomial:
                product = product * known.get(parameter.name, parameter)
            total = total + product
        return total

    def __add__(self, other: Any) -> Expression:
        if isinstance(other, Expression):
            terms = dict(self.terms)
            for monomial, coefficient in other.terms.items():
                terms[monomial] = terms.get(monomial, 0.0) + coefficient
            return _simplest(terms)
        if _is_number(other):
            terms = dict(self.terms)
            terms[()] = terms.get((), 0.0) + _finite(other)
            return _simplest(terms)
        return NotImplemented

    __radd__ = __add__

    def __mul__(self, other: Any) -> Expression:
        if _is_number(other):
            factor = _finite(other)
            return _simplest({monomial: coefficient * factor for monomial, coefficient in self.terms.items()})
        if not isinstance(other, Expression):
            return NotImplemented
        terms: dict[tuple[Parameter, ...], float] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                monomial = left + right
                if len(monomial) > 2:
                    raise ValueError(
                        f"({self}) * ({other}) has degree {len(monomial)}; angles are polynomials of degree at most 2. "
                        "Use a new Parameter for the product and compute its values outside the circuit."
                    )
                monomial = tuple(sorted(monomial, key=_sort_key))
                terms[monomial] = terms.get(monomial, 0.0) + a * b
        return _simplest(terms)

    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        return self * -1.0

    def __pos__(self) -> Expression:
        return self

    def __sub__(self, other: Any) -> Expression:
        if isinstance(other, Expression) or _is_number(other):
            return self + other * -1.0
        return NotImplemented

    def __rsub__(self, other: Any) -> Expression:
        return -self + other if _is_number(other) else NotImplemented

    def __truediv__(self, other: Any) -> Expression:
        if not _is_number(other):
            return NotImplemented
        if other == 0:
            raise ZeroDivisionError(f"({self}) is divided by zero.")
        number = float(other)
        return _simplest({monomial: _finite(c / number) for monomial, c in self.terms.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        return dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __str__(self) -> str:
        return format_terms(self.terms)


class Parameter(Expression):
    """A named real number that is left open in a circuit; equal to any other parameter of the same name.

    Parameters
    ----------
    name : str
        Printable and not empty. A name such as `"theta[3]"` is element 3 of the vector `theta`.

    Attributes
    ----------
    name : str
    vector : str or None
        Name of the vector it belongs to.
    index : int or None
        Position in that vector.

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.Parameter("theta")
    >>> ql.Circuit(1).rx(2 * theta, 0).parameters
    (Parameter('theta'),)
    """

    __slots__ = ("_hash", "_index", "_name", "_vector")

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"`name` must be text, got {type(name).__name__}.")
        if not name.strip() or name != name.strip() or not name.isprintable():
            raise ValueError(f"`name` must be printable text without outer spaces, got {name!r}.")
        found = _ELEMENT.fullmatch(name)
        self._name = name
        self._vector = found[1] if found else None
        self._index = int(found[2]) if found else None
        self._hash = hash(name)

    @property
    def name(self) -> str:
        """The full name, such as `"x"` or `"theta[3]"`."""
        return self._name

    @property
    def vector(self) -> str | None:
        """The name of the vector it is an element of, or None."""
        return self._vector

    @property
    def index(self) -> int | None:
        """The position in its vector, or None."""
        return self._index

    @property
    def terms(self) -> Mapping[tuple[Parameter, ...], float]:
        """The single term `{(self,): 1.0}`."""
        return MappingProxyType({(self,): 1.0})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Parameter):
            return self._name == other._name
        # A polynomial is never a bare parameter: arithmetic that gives one returns the Parameter itself.
        return False if isinstance(other, Expression) else NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Parameter({self._name!r})"

    def __str__(self) -> str:
        return self._name

    def __reduce__(self) -> tuple[Any, ...]:
        return Parameter, (self._name,)


_vector_of, _index_of = attrgetter("_vector"), attrgetter("_index")


class ParameterVector(tuple[Parameter, ...]):
    """A tuple of parameters `name[0]`, `name[1]`, ..., with a name.

    Parameters
    ----------
    name : str
    length : int
        Number of elements, at least 1.

    Examples
    --------
    >>> from qlearn.circuits import ParameterVector
    >>> theta = ParameterVector("theta", 3)
    >>> theta[1], len(theta)
    (Parameter('theta[1]'), 3)
    """

    _vector_name: str

    def __new__(cls, name: str, length: int) -> ParameterVector:
        """Return a new vector of `length` parameters."""
        length = check_count("length", length, minimum=1)
        Parameter(name)
        vector = super().__new__(cls, [Parameter(f"{name}[{i}]") for i in range(length)])
        vector._vector_name = name
        return vector

    @property
    def name(self) -> str:
        """The common name of the elements."""
        return self._vector_name

    def __repr__(self) -> str:
        return f"ParameterVector({self._vector_name!r}, {len(self)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return ParameterVector, (self._vector_name, len(self))


class _Polynomial(Expression):
    """The result of arithmetic; never a bare parameter, so that hashes agree with equality."""

    __slots__ = ("_terms",)

    def __init__(self, terms: dict[tuple[Parameter, ...], float]) -> None:
        self._terms = terms

    @property
    def terms(self) -> Mapping[tuple[Parameter, ...], float]:
        """Coefficients by monomial."""
        return MappingProxyType(self._terms)

    def __repr__(self) -> str:
        return f"Expression({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _Polynomial, (self._terms,)


def parameters(name: str, length: int) -> ParameterVector:
    """Return a vector of `length` parameters named `name[0]`, `name[1]`, ...

    Parameters
    ----------
    name : str
    length : int
        At least 1.

    Returns
    -------
    ParameterVector

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 2)
    >>> ql.Circuit(2).ry(theta[0], 0).ry(theta[1], 1).n_parameters
    2
    """
    return ParameterVector(name, length)


def ordered_parameters(angles: Any) -> tuple[Parameter, ...]:
    """Return the distinct parameters of `angles` in the order that circuits use.

    Vectors and single names come in order of first appearance, elements of a vector by index. Within one expression
    the order is by (name, index), however it was written.

    Parameters
    ----------
    angles : iterable of float or Expression

    Returns
    -------
    tuple of Parameter

    Examples
    --------
    >>> from qlearn.circuits import ordered_parameters, parameters
    >>> a, b = parameters("a", 2), parameters("b", 1)
    >>> [str(p) for p in ordered_parameters([b[0], 0.5, a[1], a[0]])]
    ['b[0]', 'a[0]', 'a[1]']
    """
    angles = [angle for angle in angles if type(angle) is not float]
    found = _of_one_vector(angles)
    if found is not None:
        return found
    groups: dict[str, dict[str, Parameter]] = {}  # names hash faster than parameters
    for angle in angles:
        if type(angle) is Parameter:
            groups.setdefault(angle._vector or angle._name, {})[angle._name] = angle
        elif isinstance(angle, Expression):
            for parameter in angle.parameters:
                groups.setdefault(parameter._vector or parameter._name, {})[parameter._name] = parameter
    return tuple(p for group in groups.values() for p in sorted(group.values(), key=_sort_key))


def _of_one_vector(angles: list[Any]) -> tuple[Parameter, ...] | None:
    """Return the ordered parameters if all angles are elements of one vector, as in most circuits."""
    try:
        vectors = set(map(_vector_of, angles))
    except AttributeError:  # a number or a polynomial
        return None
    if len(vectors) != 1 or None in vectors:
        return None
    indices = list(map(_index_of, angles))
    if indices == list(range(len(angles))):
        return tuple(angles)
    elements = dict(zip(indices, angles, strict=True))
    return tuple(map(elements.__getitem__, sorted(elements)))


def value_map(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Return `values` keyed by parameter name, with vectors spread over their elements.

    Parameters
    ----------
    values : mapping
        Parameter, name or ParameterVector to a value. For a ParameterVector the last axis of the value runs over its
        elements.

    Returns
    -------
    dict of str to value

    Raises
    ------
    TypeError
        If `values` is not a mapping or a key is of another type.
    ValueError
        If a vector gets a value of the wrong length, or a parameter gets two values.

    Examples
    --------
    >>> from qlearn.circuits import parameters, value_map
    >>> value_map({parameters("a", 2): [0.1, 0.2], "b": 3.0})
    {'a[0]': 0.1, 'a[1]': 0.2, 'b': 3.0}
    """
    if not isinstance(values, Mapping):
        raise TypeError(
            "`values` must be a mapping from Parameter, name or ParameterVector to values, "
            f"got {type(values).__name__}."
        )
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(key, ParameterVector):
            items = zip((p.name for p in key), _elements(key.name, len(key), value), strict=True)
        elif isinstance(key, Parameter):
            items = [(key.name, _checked_value(key.name, value))]
        elif isinstance(key, str):
            items = [(key, _checked_value(key, value))]
        else:
            raise TypeError(
                f"Keys of `values` must be Parameter, name or ParameterVector, got {type(key).__name__} {key!r}."
            )
        for name, item in items:
            if name in found:
                raise ValueError(f"Parameter {name!r} is given two values.")
            found[name] = item
    return found


def _elements(name: str, length: int, value: Any) -> list[Any]:
    """The values of the elements of a vector: items of a sequence, or slices of the last axis of an array."""
    if isinstance(value, (list, tuple)) and any(isinstance(item, Expression) for item in value):
        items = list(value)
    else:
        array = np.asarray(value)
        if array.ndim == 0:
            raise ValueError(f"Vector {name!r} has {length} elements, got the single value {value!r}.")
        items = [array[..., i] if array.ndim > 1 else array[i] for i in range(array.shape[-1])]
    if len(items) != length:
        raise ValueError(f"Vector {name!r} has {length} elements, got {len(items)} values.")
    return [_checked_value(f"{name}[{i}]", item) for i, item in enumerate(items)]


def _checked_value(name: str, value: Any) -> Any:
    """`value` as an Expression, a float or a float array; NaN and infinities are refused."""
    if isinstance(value, Expression):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"The value of parameter {name!r} must be real numbers, got {value!r}.")
    if not np.isfinite(array).all():
        raise ValueError(f"The value of parameter {name!r} must be finite, got {value!r}.")
    return float(array) if array.ndim == 0 else array.astype(float)


def format_terms(terms: Mapping[tuple[Parameter, ...], float], digits: int | None = None) -> str:
    """Return the polynomial as text that Python reads, constant first, such as `0.5 + 2*theta[1]`.

    Parameters
    ----------
    terms : mapping
        Coefficients by monomial, as in `Expression.terms`.
    digits : int, optional
        Significant digits of the coefficients; all by default.

    Returns
    -------
    str

    Examples
    --------
    >>> from qlearn.circuits import Parameter, format_terms
    >>> x = Parameter("x")
    >>> format_terms((1 - x * x / 3).terms, digits=3)
    '1 - 0.333*x*x'
    """
    text = ""
    for monomial in sorted(terms, key=lambda m: (len(m), [_sort_key(p) for p in m])):
        coefficient = terms[monomial]
        number = _format_number(abs(coefficient), digits)
        factors = [p.name for p in monomial]
        if number != "1" or not factors:
            factors.insert(0, number)
        sign = "-" if coefficient < 0 else "+"
        text += f" {sign} " if text else sign.replace("+", "")
        text += "*".join(factors)
    return text or "0"


def _format_number(value: float, digits: int | None) -> str:
    if digits is not None:
        return f"{value:.{digits}g}"
    return str(int(value)) if value == int(value) and value < 1e15 else repr(value)


def _simplest(terms: dict[tuple[Parameter, ...], float]) -> Expression:
    """The expression with these terms, zero coefficients dropped; a bare parameter becomes the Parameter."""
    terms = {monomial: coefficient for monomial, coefficient in terms.items() if coefficient != 0.0}
    if len(terms) == 1:
        ((monomial, coefficient),) = terms.items()
        if coefficient == 1.0 and len(monomial) == 1:
            return monomial[0]
    for coefficient in terms.values():
        if not math.isfinite(coefficient):
            raise ValueError(f"A coefficient of the expression became {coefficient}; use smaller numbers.")
    return _Polynomial(terms)


def _sort_key(parameter: Parameter) -> tuple[str, int]:
    index = parameter._index
    return (parameter._name, -1) if index is None else (str(parameter._vector), index)


def _few(names: Mapping[str, Any]) -> str:
    shown = ", ".join(repr(name) for name in list(names)[:5])
    return (shown + (", ..." if len(names) > 5 else "")) or "no parameter"
