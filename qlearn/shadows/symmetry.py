"""Unknowns of a Hamiltonian: its terms, or classes of strings with equal expectation value in a symmetry sector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array
from ..paulis import PauliSum
from .conserved import Conserved, find_conserved
from .estimator import split_identity


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
    coset : ndarray of int64, shape (n_strings,)
        Ascending; strings of one coset differ by a conserved product of Z and agree in every shot, so that one of them
        says all. Those of other cosets of an unknown agree in the mean only.
    """

    constant: float
    coefficients: NDArray[np.float64]
    strings: PauliSum
    unknown: NDArray[np.int64]
    coset: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the strings of each unknown begin, int64 (n_unknowns + 1,)."""
        return np.searchsorted(self.unknown, np.arange(len(self.coefficients) + 1))

    @property
    def diagonal(self) -> NDArray[np.bool_]:
        """Which unknowns consist of products of Z, bool (n_unknowns,)."""
        return ~self.strings.x[self.starts[:-1]].any(axis=1)

    def without_zeros(self) -> Unknowns:
        """Return the unknowns whose coefficients are not negligible.

        Returns
        -------
        Unknowns
        """
        modulus = np.abs(self.coefficients)
        kept = modulus > 1e-12 * modulus.max(initial=0.0)
        rows = kept[self.unknown]
        number = (np.cumsum(kept) - 1)[self.unknown[rows]]
        return Unknowns(self.constant, self.coefficients[kept], self.strings[rows], number, self.coset[rows])


def unknowns_of_terms(hamiltonian: PauliSum) -> Unknowns:
    """Return every term as its own unknown.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    """
    constant, terms = split_identity(hamiltonian)
    strings = PauliSum.from_arrays(terms.x, terms.z, np.ones(terms.n_terms))
    number = np.arange(terms.n_terms)
    return Unknowns(constant, terms.coefficients, strings, number, number)


def symmetry_classes(hamiltonian: PauliSum, sector: ArrayLike | str, *, conserved: Conserved | None = None) -> Unknowns:
    """Return the terms merged into classes that have one expectation value in every state of a symmetry sector.

    A string times a conserved product of Z has the same expectation value, up to the value of the product. A conserved
    number N (of electrons of one spin, say) adds the Clifford gate ``exp(i pi/4 N)``, which leaves the states of the
    sector alone and turns XX into YY.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    sector : str or array_like of int, shape (n_qubits,)
        Bits of any basis state of the sector, such as the Hartree-Fock state.
    conserved : Conserved, optional
        What is conserved; found from the Hamiltonian by default.

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
    bits = sector_bits(sector, terms.n_qubits)
    conserved = find_conserved(hamiltonian) if conserved is None else conserved
    values = conserved.values(bits[None].astype(np.uint8))[0, : len(conserved.generators)]
    first, signs = _reduce(_Strings(terms.x, terms.z), conserved.generators, values)
    cosets, links, link_signs = _close(first, conserved, values)
    which = _index(first, cosets)
    labels, relative, empty = _signed_components(len(cosets.x), links, link_signs)
    # Classes in the order in which the terms open them.
    opened = np.unique(labels[which], return_index=True)[1]
    order = labels[which[np.sort(opened)]]
    rank = np.full(labels.max() + 1, -1)
    rank[order] = np.arange(len(order))
    head = which[np.sort(opened)]  # the coset whose sign is that of the unknown
    relative = relative * relative[head[rank[labels]]]
    coefficients = np.bincount(rank[labels[which]], terms.coefficients * signs * relative[which])
    # A class that holds the identity is a number; one that equals minus itself is zero.
    identity = ~(cosets.x | cosets.z).any(axis=1)
    constant += float((coefficients[rank[labels]] * relative)[identity].sum())
    kept = ~(np.isin(np.arange(len(order)), rank[labels[identity]]) | empty[order])
    return _expand(constant, coefficients, cosets, rank[labels], relative, kept, conserved, values)


class _Strings(NamedTuple):
    x: NDArray[np.bool_]
    z: NDArray[np.bool_]


def _expand(constant, coefficients, cosets, group, relative, kept, conserved, values) -> Unknowns:
    """Return the unknowns whose strings are all products of the cosets with the conserved products of Z."""
    use = np.flatnonzero(kept[group])
    use = use[np.argsort(group[use], kind="stable")]
    products, product_values = _span(conserved.generators, values)
    x = np.repeat(cosets.x[use], len(products), axis=0)
    first = np.repeat(cosets.z[use], len(products), axis=0)
    z = first ^ np.tile(products, (len(use), 1))
    signs = _phase(x, first, z) * np.tile(product_values, len(use)) * np.repeat(relative[use], len(products))
    number = np.cumsum(kept) - 1
    return Unknowns(
        float(constant),
        coefficients[kept],
        PauliSum.from_arrays(x, z, signs.astype(float)),
        np.repeat(number[group[use]], len(products)),
        np.repeat(np.arange(len(use)), len(products)),
    )


def sector_bits(sector: ArrayLike | str, n_qubits: int) -> NDArray[np.bool_]:
    """Return the bits of a basis state.

    Parameters
    ----------
    sector : str or array_like of int
    n_qubits : int
    """
    if isinstance(sector, str):
        if set(sector) - {"0", "1"}:
            raise ValueError(f"`sector` must consist of zeros and ones, got {sector!r}.")
        sector = [int(bit) for bit in sector]
    return check_array("sector", sector, (n_qubits,), bool)


def _span(rows: NDArray[np.bool_], values: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return all sums over GF(2) of some of the rows, the empty one first, and the products of their values."""
    span, signs = np.zeros((1, rows.shape[1]), dtype=bool), np.ones(1, dtype=np.int64)
    for row, value in zip(rows, values, strict=True):
        span, signs = np.concatenate((span, span ^ row)), np.concatenate((signs, signs * value))
    return span, signs


def _phase(x: NDArray, z: NDArray, other: NDArray) -> NDArray[np.int64]:
    """Return the sign between the string (x, other) and the product of (x, z) with the Z string between them."""
    difference = (x & z).sum(axis=1) - (x & other).sum(axis=1)
    return 1 - (difference & 2)


def _reduce(strings: _Strings, generators: NDArray[np.bool_], values: NDArray) -> tuple[_Strings, NDArray[np.int64]]:
    """Return the string of each coset without Z in the first columns of the generators, and the signs."""
    z, signs = strings.z.copy(), np.ones(len(strings.z), dtype=np.int64)
    for row, value in zip(generators, values, strict=True):
        hit = z[:, row.argmax()].copy()
        z[hit] ^= row
        signs[hit] *= value
    return _Strings(strings.x, z), signs * _phase(strings.x, strings.z, z)


def _turn(strings: _Strings, number: PauliSum) -> tuple[_Strings, NDArray[np.int64]]:
    """Return the strings conjugated with ``exp(i pi/4 number)``, and their signs.

    Every Z string s of the number that anticommutes with P turns it into ``i s P``.
    """
    odd = ((strings.x.astype(np.int64) @ number.z.T.astype(np.int64)) & 1).astype(bool)
    total = ((odd.astype(np.int64) @ number.z.astype(np.int64)) & 1).astype(bool)
    z = strings.z ^ total
    power = odd.sum(axis=1) + 2 * (strings.x & total).sum(axis=1)
    power += (strings.x & strings.z).sum(axis=1) - (strings.x & z).sum(axis=1)
    signs = (1 - (power & 2)) * np.where(odd, number.coefficients.astype(np.int64), 1).prod(axis=1)
    return _Strings(strings.x, z), signs


def _close(
    first: _Strings, conserved: Conserved, values: NDArray
) -> tuple[_Strings, NDArray[np.int64], NDArray[np.int64]]:
    """Return all cosets that the numbers turn the first ones into, pairs that are turned into each other, signs."""
    cosets = _Strings(*(column[np.sort(np.unique(_keys(first), return_index=True)[1])] for column in first))
    done, links, signs = 0, [np.empty((0, 2), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    while done < len(cosets.x):
        front = np.arange(done, len(cosets.x))
        done = len(cosets.x)
        for number in conserved.numbers:
            turned, turn_signs = _turn(_Strings(cosets.x[front], cosets.z[front]), number)
            turned, more = _reduce(turned, conserved.generators, values)
            both = _Strings(*(np.concatenate(pair) for pair in zip(cosets, turned, strict=True)))
            cosets = _Strings(*(column[np.sort(np.unique(_keys(both), return_index=True)[1])] for column in both))
            links.append(np.stack((front, _index(turned, cosets)), axis=1))
            signs.append(turn_signs * more)
    return cosets, np.concatenate(links), np.concatenate(signs)


def _keys(strings: _Strings) -> NDArray:
    packed = np.packbits(np.concatenate(strings, axis=1), axis=1)
    return np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()


def _index(strings: _Strings, cosets: _Strings) -> NDArray[np.int64]:
    place = {key: row for row, key in enumerate(_keys(cosets).tolist())}
    return np.array([place[key] for key in _keys(strings).tolist()], dtype=np.int64)


def _signed_components(
    size: int, links: NDArray[np.int64], signs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the component of each node, its sign relative to a root, and which components contradict themselves."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Two copies of every node, one for each sign: a component that holds both contradicts itself.
    (a, b), flip = links.T, signs < 0
    rows = np.concatenate((a, a + size))
    columns = np.concatenate((np.where(flip, b + size, b), np.where(flip, b, b + size)))
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(2 * size, 2 * size))
    double = connected_components(graph, directed=False)[1]
    pair = np.sort(np.stack((double[:size], double[size:]), axis=1), axis=1)
    _, labels = np.unique(pair, axis=0, return_inverse=True)
    labels = labels.ravel()
    contradicted = np.zeros(labels.max(initial=0) + 1, dtype=bool)
    contradicted[labels] = pair[:, 0] == pair[:, 1]
    return labels, np.where(double[:size] == pair[:, 0], 1, -1), contradicted
