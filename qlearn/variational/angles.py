"""From inputs and weights to the angles of a circuit, and gradients back, for whole batches at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..circuits import Circuit, Parameter
from ..circuits.parameters import Expression

_LARGEST_DENSE = 2**16  # entries of a matrix


class _Products(NamedTuple):
    """Terms coefficient * left * right of angles: rows of the table and columns of the two factors."""

    rows: np.ndarray
    left: np.ndarray
    right: np.ndarray
    coefficients: np.ndarray


class AngleTable:
    """The angles of a circuit that depend on parameters, as polynomials in inputs and weights.

    Inputs differ from sample to sample, weights are shared: gradients by weights are summed over the batch before the
    chain rule, which makes it cost next to nothing.

    Parameters
    ----------
    circuit : Circuit
    inputs, weights : sequence of Parameter
        Between them all parameters of the circuit; some may be missing in it.

    Attributes
    ----------
    n_angles : int
    of_weights : ndarray of bool, shape (n_angles,)
        Which angles depend on weights.
    """

    def __init__(self, circuit: Circuit, inputs: Sequence[Parameter], weights: Sequence[Parameter]) -> None:
        self.n_inputs, self.n_weights = len(inputs), len(weights)
        column = {parameter.name: i for i, parameter in enumerate([*inputs, *weights])}
        unknown = [parameter.name for parameter in circuit.parameters if parameter.name not in column]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is a parameter of the circuit, but neither an input nor a weight.")
        angles = [angle for step in circuit.instructions for angle in step.angles if isinstance(angle, Expression)]
        self.n_angles = len(angles)
        self.constant = np.zeros(self.n_angles)
        linear, products = [], []
        for row, angle in enumerate(angles):
            for monomial, coefficient in angle.terms.items():
                places = sorted(column[parameter.name] for parameter in monomial)
                if not places:
                    self.constant[row] = coefficient
                elif len(places) == 1:
                    linear.append((row, places[0], coefficient))
                else:
                    products.append((row, *places, coefficient))
        rows, columns, coefficients = zip(*linear, strict=True) if linear else ((), (), ())
        shape = (self.n_angles, self.n_inputs + self.n_weights)
        matrix = sparse.csr_array((np.array(coefficients, dtype=float), (rows, columns)), shape=shape)
        made = sparse.csr_array
        if shape[0] * shape[1] <= _LARGEST_DENSE:  # a small dense product costs less than the call of a sparse one
            matrix, made = matrix.toarray(), np.ascontiguousarray
        self._by_input, self._by_weight = made(matrix[:, : self.n_inputs]), made(matrix[:, self.n_inputs :])
        self._to_input, self._to_weight = made(self._by_input.T), made(self._by_weight.T)
        self._mixed = self._kind(products, lambda a, b: a < self.n_inputs <= b)
        self._squares = self._kind(products, lambda a, b: b < self.n_inputs)
        self._pairs = self._kind(products, lambda a, b: a >= self.n_inputs)
        self.of_weights = np.zeros(self.n_angles, dtype=bool)
        self.of_weights[self._by_weight.nonzero()[0]] = True
        self.of_weights[self._mixed.rows] = True
        self.of_weights[self._pairs.rows] = True

    def _kind(self, products: list[tuple[int, int, int, float]], wanted: Any) -> _Products:
        chosen = [entry for entry in products if wanted(entry[1], entry[2])]
        rows, left, right, coefficients = zip(*chosen, strict=True) if chosen else ((), (), (), ())
        n = self.n_inputs
        columns = [np.array([c - n if c >= n else c for c in side], dtype=np.intp) for side in (left, right)]
        return _Products(np.array(rows, dtype=np.intp), *columns, np.array(coefficients, dtype=float))

    def table(self, inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the angles for each sample.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n_inputs)
        weights : ndarray of shape (n_weights,)

        Returns
        -------
        ndarray of shape (batch, n_angles)
        """
        shared = self.constant + self._by_weight @ weights
        products = self._pairs
        if len(products.rows):
            np.add.at(shared, products.rows, products.coefficients * weights[products.left] * weights[products.right])
        table = self._by_input @ inputs.T
        table += shared[:, None]
        products = self._mixed
        if len(products.rows):
            scale = products.coefficients * weights[products.right]
            np.add.at(table, products.rows, scale[:, None] * inputs.T[products.left])
        products = self._squares
        if len(products.rows):
            found = products.coefficients[:, None] * inputs.T[products.left] * inputs.T[products.right]
            np.add.at(table, products.rows, found)
        return table.T

    def weight_gradient(self, inputs: np.ndarray, weights: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient by the weights, summed over the samples.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n_inputs)
        weights : ndarray of shape (n_weights,)
        gradient : ndarray of shape (batch, n_angles)
            By the angles.

        Returns
        -------
        ndarray of shape (n_weights,)
        """
        total = gradient.sum(axis=0)
        result = self._to_weight @ total
        products = self._mixed
        if len(products.rows):
            sums = np.einsum("bk,bk->k", gradient[:, products.rows], inputs[:, products.left])
            np.add.at(result, products.right, products.coefficients * sums)
        products = self._pairs
        if len(products.rows):
            scaled = products.coefficients * total[products.rows]
            np.add.at(result, products.left, scaled * weights[products.right])
            np.add.at(result, products.right, scaled * weights[products.left])
        return result

    def input_gradient(self, inputs: np.ndarray, weights: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient by the inputs of each sample.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n_inputs)
        weights : ndarray of shape (n_weights,)
        gradient : ndarray of shape (batch, n_angles)
            By the angles.

        Returns
        -------
        ndarray of shape (batch, n_inputs)
        """
        result = self._to_input @ gradient.T
        products = self._mixed
        if len(products.rows):
            scale = products.coefficients * weights[products.right]
            np.add.at(result, products.left, scale[:, None] * gradient.T[products.rows])
        products = self._squares
        if len(products.rows):
            scaled = products.coefficients[:, None] * gradient.T[products.rows]
            np.add.at(result, products.left, scaled * inputs.T[products.right])
            np.add.at(result, products.right, scaled * inputs.T[products.left])
        return result.T

    def weight_jacobian(self, sample: np.ndarray) -> np.ndarray:
        """Return the derivatives of the angles by the weights for one sample, where angles are linear in the weights.

        Parameters
        ----------
        sample : ndarray of shape (n_inputs,)

        Returns
        -------
        ndarray of shape (n_angles, n_weights)
        """
        result = self._by_weight.toarray() if sparse.issparse(self._by_weight) else self._by_weight.copy()
        products = self._mixed
        np.add.at(result, (products.rows, products.right), products.coefficients * sample[products.left])
        return result
