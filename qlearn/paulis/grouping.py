"""Partition of terms into groups that can be measured together, by sorted insertion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .sum import PauliSum

# Letters are coded x + 2 z; a qubit that a group leaves free is measured in Z.
_BASIS_OF_LETTER = np.array([2, 0, 2, 1], dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Grouping:
    """A partition of the terms of a sum into groups of commuting strings.

    Parameters
    ----------
    pauli_sum : PauliSum
        The sum that was partitioned.
    assignment : ndarray of int64, shape (n_terms,)
        Group of each term; groups are numbered in the order in which they were opened.
    bases : ndarray of uint8, shape (n_groups, n_qubits), or None
        Measurement basis of each qubit (0 = X, 1 = Y, 2 = Z; Z where the group leaves it free) for qubit-wise groups.
        None for general groups, which need a Clifford: see `diagonalise`.
    """

    pauli_sum: "PauliSum"
    assignment: NDArray[np.int64]
    bases: NDArray[np.uint8] | None

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.assignment.max(initial=-1)) + 1

    @property
    def indices(self) -> list[NDArray[np.int64]]:
        """Term numbers of each group, ascending."""
        order = np.argsort(self.assignment, kind="stable")
        return np.split(order, np.searchsorted(self.assignment[order], np.arange(1, self.n_groups)))[: self.n_groups]

    def __len__(self) -> int:
        return self.n_groups

    def __iter__(self) -> "Iterator[PauliSum]":
        return (self.pauli_sum[index] for index in self.indices)


def qubit_wise_groups(terms: "PauliSum") -> Grouping:
    """Return groups whose terms have, on every qubit, one letter beside I; see `PauliSum.qubit_wise_groups`."""
    from .insertion import insert_qubit_wise

    order = _largest_first(terms)
    letters = _letters(terms)
    assignment = _unsort(insert_qubit_wise(letters[order]), order)
    union = np.zeros((int(assignment.max(initial=-1)) + 1, terms.n_qubits), dtype=np.uint8)
    np.bitwise_or.at(union, assignment, letters)
    return Grouping(terms, assignment, _BASIS_OF_LETTER[union])


def commuting_groups(terms: "PauliSum") -> Grouping:
    """Return groups whose terms all commute; see `PauliSum.commuting_groups`."""
    from .insertion import insert_commuting

    order = _largest_first(terms)
    return Grouping(terms, _unsort(insert_commuting(_letters(terms)[order]), order), None)


def _letters(terms: "PauliSum") -> NDArray[np.uint8]:
    return terms.x.view(np.uint8) + 2 * terms.z.view(np.uint8)


def _largest_first(terms: "PauliSum") -> NDArray[np.int64]:
    return np.argsort(-np.abs(terms.coefficients), kind="stable")


def _unsort(assignment: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    result = np.empty(len(order), dtype=np.int64)
    result[order] = assignment
    return result
