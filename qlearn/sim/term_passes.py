"""Which Pauli terms of a large state's observables are found together in one reading of the memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..paulis import PauliSum
from ._kernels import layout


class TermPass(NamedTuple):
    """Terms whose X masks, above the bits of a run of rows, lie in one subspace of dimension d.

    Attributes
    ----------
    terms : layout.Terms
        Their masks on a buffer that holds one coset: lanes, rows of a run, coordinates in the subspace.
    outer_z : ndarray of int64
        Z masks on rows; their parity with a coset's first row is a sign of the whole coset.
    offsets : ndarray of int64, shape (2**d,)
        First row of each run.
    free : ndarray of int64
        Row bits whose settings number the cosets.
    """

    terms: layout.Terms
    outer_z: np.ndarray
    offsets: np.ndarray
    free: np.ndarray


def pauli_terms(observables: Sequence[PauliSum]) -> layout.Terms:
    """Return the terms of all observables, sorted by observable and X mask.

    Parameters
    ----------
    observables : sequence of PauliSum
        Hermitian, at most 62 qubits.

    Returns
    -------
    layout.Terms
    """
    parts = [observable.masks() for observable in observables]
    x = np.concatenate([part[0] for part in parts]).astype(np.int64)
    z = np.concatenate([part[1] for part in parts]).astype(np.int64)
    owner = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    n_y = np.bitwise_count(x & z).astype(int)
    coefficients = np.concatenate([np.asarray(part[2], dtype=complex) for part in parts]) * (-1j) ** n_y
    order = np.lexsort((x, owner))
    x, z, owner, coefficients = x[order], z[order], owner[order], coefficients[order]
    new = np.ones(len(x), dtype=bool)
    new[1:] = (np.diff(x) != 0) | (np.diff(owner) != 0)
    start = np.append(np.flatnonzero(new), len(x))
    imaginary = n_y[order][start[:-1]] % 2 == 1
    return layout.Terms(x, z, coefficients.real.copy(), coefficients.imag.copy(), owner, start, imaginary)


def term_passes(terms: layout.Terms, lane_bits: int, n_row_bits: int, run_bits: int, most: int) -> list[TermPass]:
    """Return passes that together serve every term once.

    Parameters
    ----------
    terms : layout.Terms
        Sorted.
    lane_bits, n_row_bits, run_bits : int
        Index bits that are lanes; bits of a row's number, and the lowest of them that number the rows of a run.
    most : int
        Largest dimension of a subspace.

    Returns
    -------
    list of TermPass
    """
    low = lane_bits + run_bits
    high = terms.x[terms.start[:-1]] >> low
    waiting, passes = np.arange(len(high)), []
    while len(waiting):
        basis = _basis(high[waiting], n_row_bits - run_bits, most)
        inside = _coordinates(high[waiting], basis)[1] == 0
        passes.append(_pass(terms, waiting[inside], basis, lane_bits, n_row_bits, run_bits))
        waiting = waiting[~inside]
    return passes


def _basis(masks: np.ndarray, n_bits: int, most: int) -> np.ndarray:
    """Return up to `most` vectors with distinct highest bits, ascending, that span as many of the first masks."""
    basis: list[int] = []
    rest = masks.copy()
    while len(basis) < most and rest.any():
        vector = int(rest[np.flatnonzero(rest)[0]])
        basis.append(vector)
        rest = np.where(rest >> (vector.bit_length() - 1) & 1, rest ^ vector, rest)
    taken = {vector.bit_length() - 1 for vector in basis}
    # the lowest bits that are left fill the buffer, for longer runs
    basis += [1 << bit for bit in range(n_bits) if bit not in taken][: min(most, n_bits) - len(basis)]
    return np.array(sorted(basis), dtype=np.int64)


def _coordinates(masks: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates of each mask as bits, and what the basis cannot make of it."""
    coordinates, rest = np.zeros_like(masks), masks.copy()
    for place in reversed(range(len(basis))):
        has = (rest >> (int(basis[place]).bit_length() - 1) & 1).astype(bool)
        rest[has] ^= basis[place]
        coordinates[has] |= 1 << place
    return coordinates, rest


def _pass(
    terms: layout.Terms, groups: np.ndarray, basis: np.ndarray, lane_bits: int, n_row_bits: int, run_bits: int
) -> TermPass:
    """Return the pass of some groups of terms."""
    sizes = np.diff(terms.start)[groups]
    chosen = np.concatenate([np.arange(terms.start[g], terms.start[g + 1]) for g in groups])
    low, x, z = lane_bits + run_bits, terms.x[chosen], terms.z[chosen]
    below = (1 << low) - 1
    offsets = np.zeros(1, dtype=np.int64)
    local_x, local_z = x & below, z & below
    local_x |= _coordinates(x >> low, basis)[0] << low
    for place, vector in enumerate(basis):
        offsets = np.concatenate([offsets, offsets ^ vector << run_bits])
        local_z |= (np.bitwise_count(z >> low & vector).astype(np.int64) & 1) << (low + place)
    pivots = {int(vector).bit_length() - 1 + run_bits for vector in basis}
    free = np.array([b for b in range(run_bits, n_row_bits) if b not in pivots], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)])
    local = layout.Terms(
        local_x, local_z, terms.re[chosen], terms.im[chosen], terms.owner[chosen], start, terms.imaginary[groups]
    )
    return TermPass(local, z >> lane_bits, offsets, free)
