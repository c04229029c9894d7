"""Checks of what users pass in: each returns the clean value or says what was asked, what arrived and what to do."""

import operator
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

__all__ = ["check_array", "check_count", "check_probability", "check_qubits", "missing_extra"]


def _integer(value: Any) -> int | None:
    """Return `value` as an int, or None where it is not one (a bool is not)."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def check_count(name: str, value: Any, minimum: int = 0, maximum: int | None = None) -> int:
    """Return `value` as an int.

    Parameters
    ----------
    name : str
        What the caller calls it, for the message.
    value : int or numpy integer
        A bool or a float is refused, even a whole one.
    minimum, maximum : int
        Allowed range, both ends included; None as `maximum` means no upper end.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If it lies outside the range.
    """
    count = _integer(value)
    if count is None:
        raise TypeError(f"`{name}` must be an integer, got {value!r} of type {type(value).__name__}.")
    if maximum is None and count < minimum:
        raise ValueError(f"`{name}` must be at least {minimum}, got {count}.")
    if maximum is not None and not minimum <= count <= maximum:
        raise ValueError(f"`{name}` must lie between {minimum} and {maximum}, got {count}.")
    return count


def check_qubits(qubits: int | Iterable[int], n_qubits: int, *, distinct: bool = True) -> tuple[int, ...]:
    """Return `qubits` as a tuple of ints, each in ``range(n_qubits)``.

    Parameters
    ----------
    qubits : int or iterable of int
        One index or several; negative indices are refused.
    n_qubits : int
        Width of the thing they index.
    distinct : bool
        Whether a repeated qubit is an error.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError
        If an index is not an integer.
    ValueError
        If an index is out of range, or repeated while `distinct`; the message names it.
    """
    single = _integer(qubits)
    if single is None and (isinstance(qubits, (str, bytes)) or not isinstance(qubits, Iterable)):
        raise TypeError(f"Qubits must be an integer or a sequence of integers, got {qubits!r}.")
    given = (qubits,) if single is not None else tuple(qubits)  # type: ignore[arg-type]
    indices = []
    for item in given:
        index = _integer(item)
        if index is None:
            raise TypeError(f"A qubit must be an integer, got {item!r} of type {type(item).__name__}.")
        if not 0 <= index < n_qubits:
            raise ValueError(f"Qubit {index} does not exist among {n_qubits} qubits; use 0 to {n_qubits - 1}.")
        if distinct and index in indices:
            raise ValueError(f"Qubit {index} is named twice in {tuple(given)}; name each qubit once.")
        indices.append(index)
    return tuple(indices)


def check_probability(name: str, value: Any) -> float:
    """Return `value` as a float between 0 and 1.

    Parameters
    ----------
    name : str
        What the caller calls it, for the message.
    value : float
        Dimensionless; NaN is refused.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If it is NaN or outside [0, 1].
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"`{name}` must be a probability, got {value!r} of type {type(value).__name__}.")
    probability = float(value)
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"`{name}` must be a probability between 0 and 1, got {probability}.")
    return probability


def check_array(
    name: str,
    value: ArrayLike,
    shape: Sequence[int | str | None] | None = None,
    dtype: DTypeLike = float,
    finite: bool = True,
) -> np.ndarray:
    """Return `value` as an array of the asked dtype and shape, without a copy where it already is one.

    Parameters
    ----------
    name : str
        What the caller calls it, for the message.
    value : array_like
        Numbers; ragged, text and object arrays are refused.
    shape : sequence of int, str or None
        One entry an axis: an int is a fixed size, None a free one, a text a free one with a name (two axes of one
        name must agree in size). None for the whole means any shape.
    dtype : dtype
        Conversion must lose nothing: complex to float, fractions to integers and values other than 0 and 1 to bool
        are refused. Rounding between float widths is allowed.
    finite : bool
        Whether NaN and infinity are errors.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError
        If `value` holds no numbers, or numbers that do not fit the dtype.
    ValueError
        If the shape is another, or a value is not finite.
    """
    array = _numbers(name, value)
    if shape is not None:
        _check_shape(name, array, shape)
    converted = _convert(name, array, np.dtype(dtype))
    if finite and converted.dtype.kind in "fc" and not np.isfinite(converted).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        at = f" at index {place}" if place else ""
        raise ValueError(f"`{name}` must be finite, got {converted[place]}{at}.")
    return converted


def _numbers(name: str, value: ArrayLike) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"`{name}` must be a rectangular array of numbers, got rows of unequal length.") from error
    if array.dtype.kind not in "biufc":
        raise TypeError(f"`{name}` must hold numbers, got {type(value).__name__} of dtype {array.dtype}.")
    return array


def _check_shape(name: str, array: np.ndarray, shape: Sequence[int | str | None]) -> None:
    sizes: dict[str, int] = {}
    fits = array.ndim == len(shape)
    for asked, size in zip(shape, array.shape, strict=False):
        if isinstance(asked, str):
            fits = fits and sizes.setdefault(asked, size) == size
        elif asked is not None:
            fits = fits and asked == size
    if not fits:
        inner = ", ".join("any" if asked is None else str(asked) for asked in shape)
        text = f"({inner},)" if len(shape) == 1 else f"({inner})"
        raise ValueError(f"`{name}` must have shape {text}, got {array.shape}.")


def _convert(name: str, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if array.dtype == dtype:
        return array
    if dtype.kind in "fc":
        if array.dtype.kind == "c" and dtype.kind == "f":
            raise TypeError(f"`{name}` must be real, got complex numbers; take .real if their imaginary part is noise.")
        return array.astype(dtype)
    with np.errstate(invalid="ignore"):
        converted = array.astype(dtype) if array.dtype.kind != "c" else None
    if converted is None or not np.array_equal(converted, array):
        asked = "0 or 1" if dtype.kind == "b" else f"integers that fit {dtype}"
        raise TypeError(f"`{name}` must hold {asked}, got {array.dtype} values that are not.")
    return converted


def missing_extra(feature: str, package: str, extra: str) -> ImportError:
    """Return the error to raise where `feature` needs a package that is not installed.

    Parameters
    ----------
    feature : str
        What the user asked for, such as "TorchLayer".
    package : str
        The import name of what is missing.
    extra : str
        The extra of qlearn that installs it.

    Returns
    -------
    ImportError
    """
    return ImportError(f'{feature} needs {package}: pip install "qlearn[{extra}]".', name=package)
