"""Estimate: a number known from finitely many shots, with its standard error."""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from ._checks import check_array, check_count

__all__ = ["Estimate"]

Number = float | np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """A value with its standard error, or an array of them.

    Sums and differences of estimates take them as independent, which two numbers from the same shots are not.

    Parameters
    ----------
    value : float or ndarray of float
        The estimate, any shape.
    std_error : float or ndarray of float
        Standard error (one standard deviation of `value` over repetitions), same shape and unit; NaN where it is
        unknown, as after a single shot.
    n_shots : int
        Shots it was obtained from.
    method : str
        How it was obtained, in words.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, a number is missing, or an error is negative.

    Examples
    --------
    >>> import qlearn as ql
    >>> energy = ql.Estimate(-1.1368, 0.0042, n_shots=1000)
    >>> energy
    -1.137 ± 0.004 (1000 shots)
    >>> 2 * energy + 1
    -1.274 ± 0.008 (1000 shots)
    >>> low, high = energy.interval(0.95)
    >>> round(low, 4), round(high, 4)
    (-1.145, -1.1286)
    """

    value: Number
    std_error: Number
    n_shots: int
    method: str = ""

    # NumPy arrays and scalars on the left leave the arithmetic to this class.
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        value = check_array("value", self.value, finite=False)
        std_error = check_array("std_error", self.std_error, shape=value.shape, finite=False)
        if (std_error < 0).any():
            raise ValueError(f"`std_error` must not be negative, got {std_error.min()}.")
        object.__setattr__(self, "value", _frozen(value))
        object.__setattr__(self, "std_error", _frozen(std_error))
        object.__setattr__(self, "n_shots", check_count("n_shots", self.n_shots))

    def interval(self, confidence: float = 0.95) -> tuple[Number, Number]:
        """Return the two ends of the normal confidence interval.

        Parameters
        ----------
        confidence : float
            Probability that the interval covers the truth when the errors are normal, between 0 and 1 exclusive.

        Returns
        -------
        low, high : float or ndarray of float
            Shape of `value`.

        Raises
        ------
        ValueError
            If `confidence` is not between 0 and 1.
        """
        if not 0.0 < confidence < 1.0:
            raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}.")
        half_width = NormalDist().inv_cdf((1 + confidence) / 2) * self.std_error
        return self.value - half_width, self.value + half_width

    def __float__(self) -> float:
        raise TypeError("float() of an Estimate would lose its error; use .value where that is meant.")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Estimate):
            return NotImplemented
        return (
            (self.n_shots, self.method) == (other.n_shots, other.method)
            and np.array_equal(self.value, other.value, equal_nan=True)
            and np.array_equal(self.std_error, other.std_error, equal_nan=True)
        )

    def __neg__(self) -> "Estimate":
        return replace(self, value=-self.value)

    def __add__(self, other: Any) -> "Estimate":
        return self._plus(other, 1.0)

    def __radd__(self, other: Any) -> "Estimate":
        return self._plus(other, 1.0)

    def __sub__(self, other: Any) -> "Estimate":
        return self._plus(other, -1.0)

    def __rsub__(self, other: Any) -> "Estimate":
        return (-self)._plus(other, 1.0)

    def __mul__(self, factor: Any) -> "Estimate":
        if not _is_number(factor):
            return NotImplemented
        return replace(self, value=self.value * factor, std_error=self.std_error * np.abs(factor))

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> "Estimate":
        if not _is_number(divisor):
            return NotImplemented
        return replace(self, value=self.value / divisor, std_error=self.std_error / np.abs(divisor))

    def _plus(self, other: Any, sign: float) -> "Estimate":
        if _is_number(other):
            value = self.value + sign * other
            return replace(self, value=value, std_error=self.std_error + np.zeros_like(value))
        if not isinstance(other, Estimate):
            return NotImplemented
        if other is self:
            raise ValueError("An Estimate is not independent of itself; write 2 * estimate for the sum.")
        return Estimate(
            value=self.value + sign * other.value,
            std_error=np.hypot(self.std_error, other.std_error),
            n_shots=self.n_shots + other.n_shots,
            method=", ".join(dict.fromkeys(text for text in (self.method, other.method) if text)),
        )

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        arrays = {"value": np.asarray(self.value), "std_error": np.asarray(self.std_error)}
        return {"n_shots": self.n_shots, "method": self.method}, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Estimate":
        return cls(arrays["value"], arrays["std_error"], params["n_shots"], params["method"])

    def __repr__(self) -> str:
        shots = "1 shot" if self.n_shots == 1 else f"{self.n_shots} shots"
        if np.ndim(self.value) == 0:
            return f"{_rounded(float(self.value), float(self.std_error))} ({shots})"
        pairs = list(zip(np.ravel(self.value), np.ravel(self.std_error), strict=True))
        shown = [_rounded(float(value), float(error)) for value, error in pairs[:6]]
        more = ", ..." if len(pairs) > len(shown) else ""
        return f"Estimate of shape {np.shape(self.value)}: [{', '.join(shown)}{more}] ({shots})"


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float, np.ndarray, np.integer, np.floating)) and np.asarray(value).dtype.kind in "iuf"
    )


def _frozen(array: np.ndarray) -> Number:
    """Return a float for a single number, else a copy that cannot be written to."""
    if array.ndim == 0:
        return float(array)
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _rounded(value: float, std_error: float) -> str:
    """Return "value ± error" with the error to one digit, two when the first is a 1, and the value to match."""
    if not (math.isfinite(value) and math.isfinite(std_error)) or std_error == 0:
        return f"{value:.12g} ± {std_error:.12g}"
    exponent = math.floor(math.log10(std_error))
    digits = 1 - exponent if std_error < 2 * 10.0**exponent else -exponent
    if digits < 0 or digits > 12:
        return f"{value:.12g} ± {std_error:.2g}"
    return f"{value:.{digits}f} ± {std_error:.{digits}f}"
