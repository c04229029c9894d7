"""Tapering: Pauli symmetries of a Hamiltonian, and the smaller Hamiltonian of each symmetry sector.

Bravyi, Gambetta, Mezzacapo, Temme, arXiv:1701.08213: a symmetry tau becomes the one-qubit Pauli sigma under the
Clifford U = (sigma + tau) / sqrt(2) (their equation 9), after which that qubit is a number, +1 or -1.
"""

from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array
from . import words
from .sum import PauliSum
from .symmetries import find_symmetries, solve_gf2

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tapering:
    """Removal of one qubit for each of a set of commuting Pauli symmetries.

    Parameters
    ----------
    symmetries : PauliSum
        Independent, commuting Pauli strings, one a term; coefficients are ignored. Find them with `Tapering.find`.

    Attributes
    ----------
    symmetries : PauliSum
        The strings, each with coefficient 1.
    qubits : tuple of int
        The qubit that each symmetry removes.
    n_qubits : int
        Number of qubits that remain.

    Raises
    ------
    ValueError
        If the strings do not commute or are not independent.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum("Z0 Z1 + 0.5 * X0 X1")
    >>> tapering = ql.paulis.Tapering.find(hamiltonian)
    >>> tapering.symmetries.labels()
    ['ZZ', 'XX']
    >>> [float(tapering.taper(hamiltonian, sector).identity_coefficient()) for sector in tapering.sectors()]
    [1.5, 0.5, -0.5, -1.5]
    """

    def __init__(self, symmetries: PauliSum) -> None:
        self.symmetries = symmetries._from_words(
            symmetries.n_qubits, symmetries._x_words, symmetries._z_words, np.ones(symmetries.n_terms)
        )
        if not self.symmetries.commutes().all():
            raise ValueError("The symmetries must commute with each other.")
        self._pairs: list[tuple[PauliSum, PauliSum]] = []
        self._letters: list[str] = []
        qubits: list[int] = []
        for index in range(symmetries.n_terms):
            qubits.append(self._add(index, qubits))
        self.qubits = tuple(qubits)
        self._kept = [q for q in range(symmetries.n_qubits) if q not in qubits]
        self.n_qubits = len(self._kept)
        image = self._rotate(self.symmetries)
        self._signs = image.coefficients.real < 0
        self._mixing = (image.x | image.z)[:, qubits]

    @classmethod
    def find(cls, hamiltonian: PauliSum, *, diagonal_only: bool = False) -> Self:
        """Return the tapering by a largest set of commuting Pauli symmetries.

        Parameters
        ----------
        hamiltonian : PauliSum
        diagonal_only : bool
            True keeps to symmetries made of Z, which every basis state obeys, so that bit strings can be tapered.
            Others are added after those.

        Returns
        -------
        Tapering

        Notes
        -----
        Gaussian elimination over GF(2) on packed rows: 2 n passes over the terms.
        """
        return cls(find_symmetries(hamiltonian, diagonal_only))

    def _add(self, index: int, used: list[int]) -> int:
        """Prepare the rotation of one symmetry and return the qubit that it removes."""
        image = self._rotate(self.symmetries[index])
        x, z = image.x[0].copy(), image.z[0].copy()
        # It commutes with the one-qubit Paulis of the earlier ones, so there it is those or I: multiply them away.
        x[used], z[used] = False, False
        if not (x | z).any():
            raise ValueError(
                f"Symmetry {index} ({self.symmetries[index].labels()[0]}) is a product of those before it."
            )
        qubit = int(np.flatnonzero(x | z)[0])
        if (x | z).sum() == 1:
            self._letters.append("Y" if x[qubit] and z[qubit] else "X" if x[qubit] else "Z")
            return qubit
        self._letters.append("X" if z[qubit] else "Z")
        sigma = PauliSum(f"{self._letters[-1]}{qubit}", self.symmetries.n_qubits)
        self._pairs.append((sigma, PauliSum.from_arrays(x[None], z[None], [1.0])))
        return qubit

    def _rotate(self, operator: PauliSum) -> PauliSum:
        for sigma, tau in self._pairs:
            operator = _conjugate(operator, sigma, tau)
        return operator

    def sectors(self) -> "Iterator[NDArray[np.uint8]]":
        """Return an iterator over all 2**k sectors, the first symmetry slowest.

        Returns
        -------
        iterator of ndarray of uint8, shape (k,)
        """
        k = self.symmetries.n_terms
        return (np.array([index >> (k - 1 - i) & 1 for i in range(k)], dtype=np.uint8) for index in range(2**k))

    def sector_of(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return the sector of basis states, such as the Hartree-Fock state.

        Parameters
        ----------
        bits : array_like of 0 and 1, shape (..., n_qubits of the symmetries)

        Returns
        -------
        ndarray of uint8, shape (..., k)
            0 where the symmetry has eigenvalue +1, 1 where it has -1.

        Raises
        ------
        ValueError
            If a symmetry is not made of Z, so that basis states have no definite sector.
        """
        bits = self._check_bits(bits, self.symmetries.n_qubits)
        return (bits.astype(np.int64) @ self.symmetries.z.T.astype(np.int64) & 1).astype(np.uint8)

    def taper(self, operator: PauliSum, sector: ArrayLike) -> PauliSum:
        """Return the operator inside one sector, on the qubits that remain.

        Parameters
        ----------
        operator : PauliSum
            Each term must commute with the symmetries: the Hamiltonian, or another conserved observable.
        sector : array_like of 0 and 1, shape (k,)

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If a term does not commute with a symmetry; the message names both.
        """
        sector = self._check_sector(sector)
        if operator.n_qubits != self.symmetries.n_qubits:
            raise ValueError(
                f"The operator has {operator.n_qubits} qubits, the symmetries have {self.symmetries.n_qubits}."
            )
        allowed = operator.commutes(self.symmetries)
        if not allowed.all():
            term, index = np.argwhere(~allowed)[0].tolist()
            raise ValueError(
                f"Term {term} ({operator[term].labels(sparse=True)[0]}) does not commute with symmetry {index} "
                f"({self.symmetries[index].labels(sparse=True)[0]}), so it leaves the sector."
            )
        image = self._rotate(operator)
        present = (image.x | image.z)[:, list(self.qubits)]
        flips = (present & (self._values(sector) == 1)).sum(axis=1) & 1
        reduced = PauliSum.from_arrays(
            image.x[:, self._kept], image.z[:, self._kept], np.where(flips, -image.coefficients, image.coefficients)
        )
        return reduced.simplify(0.0)

    def taper_bits(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return the basis states, less the removed qubits, that basis states become (up to a sign).

        Parameters
        ----------
        bits : array_like of 0 and 1, shape (..., n_qubits of the symmetries)

        Returns
        -------
        ndarray of uint8, shape (..., n_qubits)

        Raises
        ------
        ValueError
            If a symmetry is not made of Z.
        """
        return self._check_bits(bits, self.symmetries.n_qubits)[..., self._kept].astype(np.uint8)

    def expand_bits(self, bits: ArrayLike, sector: ArrayLike) -> NDArray[np.uint8]:
        """Return the basis states of the sector that `taper_bits` takes to `bits`.

        Parameters
        ----------
        bits : array_like of 0 and 1, shape (..., n_qubits)
        sector : array_like of 0 and 1, shape (k,)

        Returns
        -------
        ndarray of uint8, shape (..., n_qubits of the symmetries)

        Raises
        ------
        ValueError
            If a symmetry is not made of Z.
        """
        bits = self._check_bits(bits, self.n_qubits)
        full = np.zeros((*bits.shape[:-1], self.symmetries.n_qubits), dtype=np.uint8)
        full[..., self._kept] = bits
        missing = (self.sector_of(full) ^ self._check_sector(sector)).astype(bool)
        columns = self.symmetries.z[:, list(self.qubits)]
        full[..., list(self.qubits)] = solve_gf2(columns, missing.reshape(-1, len(columns)).T).T.reshape(missing.shape)
        return full

    def taper_state(self, state: ArrayLike, sector: ArrayLike) -> NDArray:
        """Return amplitudes inside the sector, on the qubits that remain.

        Parameters
        ----------
        state : array_like of float or complex, shape (..., 2**n_qubits of the symmetries)
        sector : array_like of 0 and 1, shape (k,)

        Returns
        -------
        ndarray, shape (..., 2**n_qubits)

        Raises
        ------
        ValueError
            If the state has weight in other sectors.
        """
        amplitudes = np.asarray(getattr(state, "amplitudes", state))
        rotated = amplitudes
        for sigma, tau in self._pairs:
            rotated = (sigma + tau).apply(rotated) / np.sqrt(2)
        values = self._values(self._check_sector(sector))
        for position in np.argsort(self.qubits)[::-1]:
            rotated = _project(
                rotated, self.symmetries.n_qubits, self.qubits[position], self._eigenvector(position, values)
            )
        before, after = (np.linalg.norm(a, axis=-1) for a in (amplitudes, rotated))
        if np.any(np.abs(before - after) > 1e-6 * before):
            raise ValueError("The state has weight outside the sector; project it first, or use `sector_of`.")
        return rotated

    def expand_state(self, state: ArrayLike, sector: ArrayLike) -> NDArray:
        """Return amplitudes on all qubits: the inverse of `taper_state`.

        Parameters
        ----------
        state : array_like of float or complex, shape (..., 2**n_qubits)
        sector : array_like of 0 and 1, shape (k,)

        Returns
        -------
        ndarray, shape (..., 2**n_qubits of the symmetries)
        """
        full = np.asarray(getattr(state, "amplitudes", state))
        if full.shape[-1:] != (2**self.n_qubits,):
            raise ValueError(f"`state` must have shape (..., {2**self.n_qubits}), got {full.shape}.")
        values = self._values(self._check_sector(sector))
        for position in np.argsort(self.qubits):
            vector, before = self._eigenvector(position, values), 2 ** self.qubits[position]
            parts = full.reshape(*full.shape[:-1], before, 1, -1)
            full = (parts * vector[:, None]).reshape(*full.shape[:-1], -1)
        for sigma, tau in reversed(self._pairs):
            full = (sigma + tau).apply(full) / np.sqrt(2)
        return full

    def _values(self, sector: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return the eigenvalue bit of each removed qubit's Pauli, from those of the symmetries."""
        return solve_gf2(self._mixing, (sector.astype(bool) ^ self._signs)[:, None])[:, 0]

    def _eigenvector(self, position: int, values: NDArray[np.bool_]) -> NDArray:
        sign = -1.0 if values[position] else 1.0
        if self._letters[position] == "Z":
            return np.array([0.0, 1.0] if values[position] else [1.0, 0.0])
        return np.array([1.0, sign * (1j if self._letters[position] == "Y" else 1.0)]) / np.sqrt(2)

    def _check_sector(self, sector: ArrayLike) -> NDArray[np.uint8]:
        return check_array("sector", sector, (self.symmetries.n_terms,), bool).astype(np.uint8)

    def _check_bits(self, bits: ArrayLike, width: int) -> NDArray[np.bool_]:
        if self.symmetries.x.any():
            index = int(np.flatnonzero(self.symmetries.x.any(axis=1))[0])
            raise ValueError(
                f"Basis states have no sector of symmetry {index} ({self.symmetries[index].labels(sparse=True)[0]}), "
                "which is not made of Z; use Tapering.find(hamiltonian, diagonal_only=True)."
            )
        array = check_array("bits", bits, None, bool)
        if array.ndim == 0 or array.shape[-1] != width:
            raise ValueError(f"`bits` must have shape (..., {width}), got {array.shape}.")
        return array


def _project(amplitudes: NDArray, n_qubits: int, qubit: int, vector: NDArray) -> NDArray:
    """Contract a qubit with the conjugate of a vector; qubits after it may be gone already, those before are not."""
    parts = amplitudes.reshape(*amplitudes.shape[:-1], 2**qubit, 2, -1)
    return np.einsum("...asb,s->...ab", parts, vector.conj()).reshape(*amplitudes.shape[:-1], -1)


def _conjugate(operator: PauliSum, sigma: PauliSum, tau: PauliSum) -> PauliSum:
    """Return U P U for U = (sigma + tau) / sqrt(2), sigma and tau anticommuting strings, for every term P.

    P stays if it commutes with both, turns into -P if it anticommutes with both, into tau sigma P if with tau only and
    into sigma tau P if with sigma only.
    """
    x, z, coefficients = operator._x_words, operator._z_words, operator.coefficients
    with_sigma, with_tau = (words.anticommute(x, z, p._x_words, p._z_words) for p in (sigma, tau))
    turn = tau @ sigma
    phase = turn.coefficients[0] * words.PHASES[words.product_phase(turn._x_words, turn._z_words, x, z)]
    moved = (with_sigma ^ with_tau)[:, None]
    factor = np.where(with_sigma, np.where(with_tau, -1.0, -phase), np.where(with_tau, phase, 1.0))
    return operator._from_words(
        operator.n_qubits,
        np.where(moved, x ^ turn._x_words, x),
        np.where(moved, z ^ turn._z_words, z),
        coefficients * factor,
    )
