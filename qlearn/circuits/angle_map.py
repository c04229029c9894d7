"""The map from the parameters of a circuit to the angles of its gates."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from .._checks import check_array
from .parameters import Expression, Parameter, value_map


class AngleMap:
    """The angles of a program as polynomials of degree two in its parameters.

    Parameters
    ----------
    angles : sequence of float or Expression
        One for each column of the angle table.
    parameters : sequence of Parameter
        Order of the columns of `values`.
    """

    def __init__(self, angles: Sequence[float | Expression], parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.n_angles = len(angles)
        self.constant = np.zeros(self.n_angles)
        self._is_identity = len(angles) == len(self.parameters) and all(map(operator.is_, angles, self.parameters))
        if self._is_identity:
            self.depends = np.ones(self.n_angles, dtype=bool)
            return
        index = {parameter.name: i for i, parameter in enumerate(self.parameters)}
        linear: list[tuple[int, int, float]] = []
        quadratic: list[tuple[int, int, int, float]] = []
        for row, angle in enumerate(angles):
            if type(angle) is float:
                self.constant[row] = angle
            elif type(angle) is Parameter:
                linear.append((row, index[angle.name], 1.0))
            else:
                for monomial, coefficient in angle.terms.items():  # type: ignore[union-attr]
                    if not monomial:
                        self.constant[row] = coefficient
                    elif len(monomial) == 1:
                        linear.append((row, index[monomial[0].name], coefficient))
                    else:
                        first, second = monomial
                        quadratic.append((row, index[first.name], index[second.name], coefficient))
        self._linear, self._quadratic = linear, quadratic
        self.depends = np.zeros(self.n_angles, dtype=bool)
        self.depends[[entry[0] for entry in linear] + [entry[0] for entry in quadratic]] = True

    @staticmethod
    @lru_cache(maxsize=64)
    def identity(n_angles: int) -> AngleMap:
        """Return the map of a program whose parameters are its angles, in order.

        Parameters
        ----------
        n_angles : int

        Returns
        -------
        AngleMap
        """
        angles = [Parameter(f"angle[{i}]") for i in range(n_angles)]
        return AngleMap(angles, angles)

    @cached_property
    def _entries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows, columns and coefficients of the linear terms."""
        rows, columns, coefficients = zip(*self._linear, strict=True) if self._linear else ((), (), ())
        return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp), np.array(coefficients, dtype=float)

    @cached_property
    def _has_single_terms(self) -> bool:
        """Whether no angle has two linear terms."""
        return len({entry[0] for entry in self._linear}) == len(self._linear)

    @cached_property
    def _jacobian(self) -> sparse.csr_array:
        rows, columns, coefficients = self._entries
        return sparse.csr_array((coefficients, (rows, columns)), shape=(self.n_angles, len(self.parameters)))

    @cached_property
    def _products(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        rows, first, second, coefficients = zip(*self._quadratic, strict=True)
        return np.array(rows), np.array(first), np.array(second), np.array(coefficients)

    def values(self, values: Any) -> tuple[np.ndarray, bool]:
        """Return `values` as a float array (batch, n_parameters), and whether they had a batch axis.

        Parameters
        ----------
        values : array_like, mapping or None
            (n_parameters,), (batch, n_parameters), or {Parameter, name or ParameterVector: number or array}.

        Returns
        -------
        values : ndarray
        batched : bool

        Raises
        ------
        ValueError
            If the number of values is wrong, one is missing, or one is not finite.
        """
        n = len(self.parameters)
        if values is None:
            if n:
                names = ", ".join(p.name for p in self.parameters[:5]) + (", ..." if n > 5 else "")
                raise ValueError(f"The circuit has {n} unbound parameters ({names}); pass `values` for them.")
            return np.empty((1, 0)), False
        if isinstance(values, Mapping):
            return self._from_mapping(values)
        array_ = check_array("values", values)
        if array_.ndim not in (1, 2) or array_.shape[-1] != n:
            raise ValueError(
                f"`values` must have shape ({n},) or (batch, {n}), one column for each parameter, got {array_.shape}."
            )
        return np.atleast_2d(array_), array_.ndim == 2

    def _from_mapping(self, values: Mapping[Any, Any]) -> tuple[np.ndarray, bool]:
        known = value_map(values)
        missing = [p.name for p in self.parameters if p.name not in known]
        if missing:
            raise ValueError(f"No value for {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''} in `values`.")
        columns = [check_array(p.name, known[p.name]) for p in self.parameters]
        if not columns:
            return np.empty((1, 0)), False
        batched = any(column.ndim for column in columns)
        return np.stack(np.broadcast_arrays(*[np.atleast_1d(column) for column in columns]), axis=-1), batched

    def table(self, values: np.ndarray) -> np.ndarray:
        """Return the angles at some parameter values.

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)

        Returns
        -------
        ndarray of shape (n_angles, batch)
        """
        if self._is_identity:
            return values.T
        if self._has_single_terms:
            rows, columns, coefficients = self._entries
            table = np.empty((self.n_angles, len(values)))
            table[:] = self.constant[:, None]
            table[rows] += coefficients[:, None] * values.T[columns]
        else:
            table = self._jacobian @ values.T + self.constant[:, None]
        if self._quadratic:
            rows, first, second, coefficients = self._products
            np.add.at(table, rows, coefficients[:, None] * values.T[first] * values.T[second])
        return table

    def pull_back(self, values: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the parameters, (batch, n_parameters).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
        gradients : ndarray of shape (n_angles, batch)
            Derivatives with respect to the angles.

        Returns
        -------
        ndarray
        """
        if self._is_identity:
            return np.ascontiguousarray(gradients.T)
        if gradients.shape[1] == 1:  # a matrix is not worth while
            rows, columns, coefficients = self._entries
            result = np.bincount(columns, coefficients * gradients[rows, 0], len(self.parameters))[None]
        else:
            result = np.ascontiguousarray((self._jacobian.T @ gradients).T)
        if self._quadratic:
            rows, first, second, coefficients = self._products
            weighted = (coefficients[:, None] * gradients[rows]).T
            np.add.at(result, (slice(None), first), weighted * values[:, second])
            np.add.at(result, (slice(None), second), weighted * values[:, first])
        return result
