"""Diagonal conserved quantities of a Hamiltonian, and their values in a sector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..paulis import PauliSum, Tapering

_MAX_GENERATORS = 8


@dataclass(frozen=True, eq=False)
class Conserved:
    """What a Hamiltonian conserves that every basis state has.

    Attributes
    ----------
    generators : ndarray of bool, shape (n_generators, n_qubits)
        Independent products of Z, ones where Z stands, in reduced echelon form: no other row has a one in the first
        column of a row.
    numbers : tuple of PauliSum
        Sums of products of Z with coefficients 1 or -1, such as 2 N_up - n in the Jordan-Wigner encoding.
    """

    generators: NDArray[np.bool_]
    numbers: tuple[PauliSum, ...]

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return what basis states have of each: 1 or -1 of a generator, an integer of a number.

        Parameters
        ----------
        bits : ndarray of uint8, shape (n_states, n_qubits)

        Returns
        -------
        ndarray of int64, shape (n_states, n_generators + n_numbers)
        """
        columns = [_signs(bits, self.generators)]
        columns += [_signs(bits, one.z) @ one.coefficients[:, None].astype(np.int64) for one in self.numbers]
        return np.concatenate(columns, axis=1)


def find_conserved(hamiltonian: PauliSum) -> Conserved:
    """Return the products of Z that commute with every term, at most eight, and the numbers that commute with the sum.

    Numbers are looked for among the sums of diagonal strings of the Hamiltonian and single Z: in every encoding of
    electrons these hold the numbers of electrons of each spin. Cost: the eigenvectors of one matrix whose size is the
    number of diagonal strings.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.

    Returns
    -------
    Conserved

    Examples
    --------
    >>> import qlearn as ql
    >>> found = ql.shadows.find_conserved(ql.PauliSum({"XXI": 1.0, "YYI": 1.0, "IXX": 0.5, "IYY": 0.5}))
    >>> found.generators.astype(int).tolist(), [number.labels() for number in found.numbers]
    ([[1, 1, 1]], [['ZII', 'IZI', 'IIZ']])
    """
    symmetries = Tapering.find(hamiltonian, diagonal_only=True).symmetries.z[:_MAX_GENERATORS]
    return Conserved(echelon(symmetries), tuple(_numbers(hamiltonian)))


def echelon(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the reduced echelon form over GF(2), without rows of zeros.

    Parameters
    ----------
    rows : ndarray of bool, shape (n_rows, n_columns)
    """
    rows = np.array(rows, dtype=bool)
    done = 0
    for column in range(rows.shape[1]):
        ones = np.flatnonzero(rows[done:, column])
        if not len(ones):
            continue
        rows[[done, done + ones[0]]] = rows[[done + ones[0], done]]
        others = rows[:, column].copy()
        others[done] = False
        rows[others] ^= rows[done]
        done += 1
    return rows[:done]


def _signs(bits: NDArray[np.uint8], strings: NDArray[np.bool_]) -> NDArray[np.int64]:
    return 1 - 2 * ((bits.astype(np.int64) @ strings.T.astype(np.int64)) & 1)


def _numbers(hamiltonian: PauliSum) -> list[PauliSum]:
    """Return the conserved sums of independent products of Z, two at least, with coefficients 1 or -1."""
    n_qubits = hamiltonian.n_qubits
    diagonal = ~hamiltonian.x.any(axis=1) & hamiltonian.z.any(axis=1)
    candidates = np.unique(np.concatenate((hamiltonian.z[diagonal], np.eye(n_qubits, dtype=bool))), axis=0)
    # Few letters first: the echelon form below then speaks of single occupations before their products.
    candidates = candidates[np.lexsort((*~candidates.T[::-1], candidates.sum(axis=1)))]
    found = []
    for row in _null_space(_commutators(hamiltonian[hamiltonian.x.any(axis=1)], candidates)):
        coefficients = row.round()
        used = coefficients != 0
        plain = np.abs(row - coefficients).max() < 1e-6 and np.abs(coefficients).max() == 1
        if plain and used.sum() > 1 and len(echelon(candidates[used])) == used.sum():
            x = np.zeros((used.sum(), n_qubits), dtype=bool)
            found.append(PauliSum.from_arrays(x, candidates[used], coefficients[used]))
    return found


def _commutators(terms: PauliSum, candidates: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the Gram matrix of the commutators of the terms with each product of Z."""
    from scipy.sparse import csr_array

    x, z = terms.x, terms.z
    term, candidate = np.nonzero((x.astype(np.int64) @ candidates.T.astype(np.int64)) & 1)
    product = z[term] ^ candidates[candidate]
    power = (x[term] & z[term]).sum(axis=1) - (x[term] & product).sum(axis=1)
    values = terms.coefficients[term] * (2 - (power & 3))
    keys = np.concatenate((np.packbits(x[term], axis=1), np.packbits(product, axis=1)), axis=1)
    keys = np.unique(keys.view([("", keys.dtype)] * keys.shape[1]).ravel(), return_inverse=True)[1]
    table = csr_array((values, (keys, candidate)), shape=(keys.max(initial=0) + 1, len(candidates)))
    return (table.T @ table).toarray()


def _null_space(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a basis of the null space of a Gram matrix in reduced echelon form."""
    values, vectors = np.linalg.eigh(gram)
    rows = vectors[:, values < 1e-13 * max(values[-1], 1e-300)].T.copy()
    done = 0
    for column in range(rows.shape[1]):
        if done == len(rows):
            break
        best = done + int(np.abs(rows[done:, column]).argmax())
        if abs(rows[best, column]) < 1e-6:
            continue
        rows[[done, best]] = rows[[best, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= np.outer(rows[others, column], rows[done])
        done += 1
    return rows[:done]
