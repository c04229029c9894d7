"""Unknowns of a Hamiltonian: its terms, or classes of strings with equal expectation value in a symmetry sector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array
from ..paulis import PauliSum, Tapering
from .estimator import split_identity

_MAX_GENERATORS = 8


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What an estimate of an energy needs: ``constant + sum_j coefficients[j] * theta[j]``.

    Attributes
    ----------
    constant : float
    coefficients : ndarray of float, shape (n_unknowns,)
    strings : PauliSum
        Strings that tell an unknown, each with coefficient 1 or -1: its expectation value is that sign times theta.
        Strings of an unknown stand together.
    unknown : ndarray of int64, shape (n_strings,)
        Which unknown a string tells, ascending.
    generators : PauliSum
        Z strings whose coefficients, 1 or -1, are their values in the sector; none without a sector.
    """

    constant: float
    coefficients: NDArray[np.float64]
    strings: PauliSum
    unknown: NDArray[np.int64]
    generators: PauliSum

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the strings of each unknown begin, int64 (n_unknowns + 1,)."""
        return np.searchsorted(self.unknown, np.arange(len(self.coefficients) + 1))


def unknowns_of_terms(hamiltonian: PauliSum) -> Unknowns:
    """Return every term as its own unknown.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    """
    constant, terms = split_identity(hamiltonian)
    strings = PauliSum.from_arrays(terms.x, terms.z, np.ones(terms.n_terms))
    return Unknowns(constant, terms.coefficients, strings, np.arange(terms.n_terms), PauliSum.zero(terms.n_qubits))


def symmetry_classes(hamiltonian: PauliSum, sector: ArrayLike | str) -> Unknowns:
    """Return the terms merged into classes that have one expectation value in every state of a symmetry sector.

    The symmetries are all products of Z that commute with every term; a string times such a product has the same
    expectation value up to the product's sign in the sector. At most eight generators are used.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    sector : str or array_like of int, shape (n_qubits,)
        Bits of any basis state of the sector, such as the Hartree-Fock state.

    Returns
    -------
    Unknowns

    Raises
    ------
    ValueError
        If `sector` is not one bit for each qubit.

    Examples
    --------
    >>> import qlearn as ql
    >>> classes = ql.shadows.symmetry_classes(ql.PauliSum({"XX": 0.5, "YY": 0.25, "ZI": 0.2, "IZ": 0.1}), "01")
    >>> classes.coefficients.round(12).tolist(), classes.strings.labels()
    ([0.75, -0.1], ['XX', 'YY', 'IZ', 'ZI'])
    """
    constant, terms = split_identity(hamiltonian)
    bits = _sector_bits(sector, terms.n_qubits)
    generators = Tapering.find(terms, diagonal_only=True).symmetries[:_MAX_GENERATORS]
    products = _span(generators.z)
    values = 1 - 2 * ((products & bits).sum(axis=1) & 1)
    first, sign = _canonical(terms, products, values)
    _, opened, inverse = np.unique(first, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    rank = np.empty(len(opened), dtype=np.int64)
    rank[np.argsort(opened)] = np.arange(len(opened))
    group, opened = rank[inverse], np.sort(opened)
    coefficients = np.bincount(group, terms.coefficients * sign)
    x, z = terms.x[opened], first[opened, terms.n_qubits :]
    all_x = np.repeat(x, len(products), axis=0)
    all_z = (z[:, None, :] ^ products[None]).reshape(all_x.shape)
    signs = _phase(np.repeat(x, len(products), axis=0), np.repeat(z, len(products), axis=0), all_z)
    signs = signs * np.tile(values, len(x))
    unknown = np.repeat(np.arange(len(x)), len(products))
    weight = (all_x | all_z).any(axis=1)
    # A class that holds the identity is a number: its coefficient belongs to the constant.
    fixed = np.flatnonzero(np.bincount(unknown[~weight], minlength=len(x)))
    for j in fixed:
        constant += coefficients[j] * signs[(unknown == j) & ~weight][0]
    kept = ~np.isin(unknown, fixed)
    renumbered = np.cumsum(~np.isin(np.arange(len(x)), fixed)) - 1
    strings = PauliSum.from_arrays(all_x[kept], all_z[kept], signs[kept].astype(float))
    known = PauliSum.from_arrays(generators.x, generators.z, 1.0 - 2 * ((generators.z & bits).sum(axis=1) & 1))
    return Unknowns(float(constant), np.delete(coefficients, fixed), strings, renumbered[unknown[kept]], known)


def _sector_bits(sector: ArrayLike | str, n_qubits: int) -> NDArray[np.bool_]:
    if isinstance(sector, str):
        if set(sector) - {"0", "1"}:
            raise ValueError(f"`sector` must consist of zeros and ones, got {sector!r}.")
        sector = [int(bit) for bit in sector]
    return check_array("sector", sector, (n_qubits,), bool)


def _span(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return all sums over GF(2) of some of the rows, the empty one first."""
    span = np.zeros((1, rows.shape[1]), dtype=bool)
    for row in rows:
        span = np.concatenate((span, span ^ row))
    return span


def _phase(x: NDArray, z: NDArray, other: NDArray) -> NDArray[np.int64]:
    """Return the sign between the string (x, other) and the product of (x, z) with the Z string between them."""
    difference = (x & z).sum(axis=1) - (x & other).sum(axis=1)
    return 1 - (difference & 2)


def _canonical(terms: PauliSum, products: NDArray, values: NDArray) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return for each term the first string of its class as bits (x, z), and the sign between the two."""
    n_terms, n_qubits = terms.n_terms, terms.n_qubits
    candidates = terms.z[:, None, :] ^ products[None]
    keys = np.packbits(candidates, axis=2)
    order = [np.lexsort(rows.T[::-1])[0] for rows in keys]
    z = candidates[np.arange(n_terms), order]
    sign = _phase(terms.x, terms.z, z) * values[order]
    return np.concatenate((terms.x, z), axis=1).reshape(n_terms, 2 * n_qubits), sign
