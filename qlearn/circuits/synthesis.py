"""Exact decompositions of one- and two-qubit unitaries."""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .gates import PAULI_MATRICES, pauli_text_matrix

_QUARTER = math.pi / 4
# The magic basis: columns are Bell states with phases that make SU(2) x SU(2) real.
_MAGIC = np.array([[1, 0, 0, 1j], [0, 1j, 1, 0], [0, 1j, -1, 0], [1, 0, 0, -1j]]) * math.sqrt(0.5)
_MAGIC_DAGGER = _MAGIC.conj().T
# Row k holds the eigenvalues of XX, YY, ZZ and the identity on magic state k.
_EIGENVALUES = np.array(
    [np.diag(_MAGIC_DAGGER @ pauli_text_matrix(text) @ _MAGIC).real.round() for text in ("XX", "YY", "ZZ", "II")]
).T
# Mixing angles for the common eigenvectors of two commuting matrices: a degeneracy of one mixture, if it is not one
# of both matrices, is none of another.
_MIXTURES = (0.3, 1.1, 2.0, 2.7, 0.7)


class KAK(NamedTuple):
    """A two-qubit unitary as exp(i phase) (A0 x A1) exp(i (a XX + b YY + c ZZ)) (B0 x B1).

    Attributes
    ----------
    before : tuple of ndarray
        B0, B1, which act first; complex, shape (2, 2), determinant 1.
    interaction : tuple of float
        a, b, c in the Weyl chamber: pi/4 >= a >= b >= abs(c), and c >= 0 if a = pi/4.
    after : tuple of ndarray
        A0, A1, which act last.
    phase : float
        Radians.
    """

    before: tuple[np.ndarray, np.ndarray]
    interaction: tuple[float, float, float]
    after: tuple[np.ndarray, np.ndarray]
    phase: float

    def matrix(self) -> np.ndarray:
        """Return the unitary again, complex of shape (4, 4).

        Returns
        -------
        ndarray
        """
        core = np.diag(np.exp(1j * (_EIGENVALUES @ np.array([*self.interaction, self.phase]))))
        return np.kron(*self.after) @ _MAGIC @ core @ _MAGIC_DAGGER @ np.kron(*self.before)


def euler_zyz(matrix: ArrayLike) -> tuple[float, float, float, float]:
    """Return theta, phi, lam, phase with matrix = exp(i phase) RZ(phi) RY(theta) RZ(lam).

    Parameters
    ----------
    matrix : array_like
        Complex, shape (2, 2), unitary.

    Returns
    -------
    tuple of float
        Radians, 0 <= theta <= pi. Where only phi + lam or phi - lam matters, lam is 0.

    Raises
    ------
    ValueError
        If the matrix is not a 2 x 2 unitary to 1e-8.

    Examples
    --------
    >>> from qlearn.circuits import euler_zyz
    >>> theta, phi, lam, phase = euler_zyz([[0, 1], [1, 0]])
    >>> round(theta, 6)
    3.141593
    """
    unitary = _checked_unitary("matrix", matrix, 2)
    a, b, c, d = (complex(entry) for entry in unitary.flat)
    phase = cmath.phase(a * d - b * c) / 2
    back = cmath.exp(-1j * phase)
    theta = 2 * math.atan2(abs(c), abs(d))
    total, difference = 2 * cmath.phase(d * back), 2 * cmath.phase(c * back)
    # Entries this small hold no phase worth keeping; their angle is free, and zero keeps circuits short.
    if abs(c) < 1e-15:
        theta, difference = 0.0, total
    elif abs(d) < 1e-15:
        theta, total = math.pi, difference
    return theta, (total + difference) / 2, (total - difference) / 2, phase


def kak(matrix: ArrayLike) -> KAK:
    """Return the canonical (Cartan) decomposition of a two-qubit unitary, exact including the global phase.

    Parameters
    ----------
    matrix : array_like
        Complex, shape (4, 4), unitary; the first qubit is the most significant bit of the index.

    Returns
    -------
    KAK
        `before` pair, `interaction` (a, b, c), `after` pair, `phase`.

    Raises
    ------
    ValueError
        If the matrix is not a 4 x 4 unitary to 1e-8.

    References
    ----------
    Kraus, Cirac, Phys. Rev. A 63, 062309 (2001), appendix A; Zhang, Vala, Sastry, Whaley, Phys. Rev. A 67, 042313
    (2003), section III, for the Weyl chamber.

    Examples
    --------
    >>> import numpy as np
    >>> from qlearn.circuits import kak
    >>> swap = np.eye(4)[[0, 2, 1, 3]]
    >>> np.allclose(kak(swap).interaction, np.pi / 4)
    True
    """
    unitary = _checked_unitary("matrix", matrix, 4)
    phase = cmath.phase(np.linalg.det(unitary)) / 4
    special = _MAGIC_DAGGER @ unitary @ _MAGIC * cmath.exp(-1j * phase)
    right = _common_eigenvectors(special.T @ special)
    half = np.angle(np.diag(right.T @ special.T @ special @ right)) / 2
    left = (special @ right * np.exp(-1j * half)).real
    if np.linalg.det(left) < 0:
        left[:, 0] = -left[:, 0]
        half[0] += math.pi
    a, b, c, rest = np.linalg.solve(_EIGENVALUES, half)
    before = _tensor_factors(_MAGIC @ right.T @ _MAGIC_DAGGER)
    after = _tensor_factors(_MAGIC @ left @ _MAGIC_DAGGER)
    return _Chamber(before, [a, b, c], after, phase + rest).result()


def _common_eigenvectors(symmetric: np.ndarray) -> np.ndarray:
    """A real rotation that diagonalises a symmetric unitary, whose real and imaginary parts commute."""
    best, least = np.eye(4), math.inf
    for angle in _MIXTURES:
        mixture = math.cos(angle) * symmetric.real + math.sin(angle) * symmetric.imag
        vectors = np.linalg.eigh((mixture + mixture.T) / 2)[1]
        rotated = vectors.T @ symmetric @ vectors
        residual = float(abs(rotated - np.diag(np.diag(rotated))).max())
        if residual < least:
            best, least = vectors, residual
        if least < 1e-14:
            break
    if np.linalg.det(best) < 0:
        best[:, 0] = -best[:, 0]
    return best


def _tensor_factors(product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors of determinant 1 of a tensor product of determinant 1."""
    blocks = product.reshape(2, 2, 2, 2)
    weights = abs(blocks).sum(axis=(1, 3))
    row, column = np.unravel_index(int(weights.argmax()), (2, 2))
    second = blocks[row, :, column, :]
    second = second / np.sqrt(np.linalg.det(second))
    first = np.einsum("iajb,ab->ij", blocks, second.conj()) / 2
    return first, second


class _Chamber:
    """Moves an interaction into the Weyl chamber, keeping the product unchanged."""

    def __init__(self, before: tuple[np.ndarray, ...], interaction: list[float], after: tuple[np.ndarray, ...], phase):
        self.before, self.after = list(before), list(after)
        self.interaction, self.phase = interaction, phase

    def result(self) -> KAK:
        for axis in range(3):
            self.shift(axis, round(self.interaction[axis] / (2 * _QUARTER)))
        for first, second in ((0, 1), (1, 2), (0, 1)):
            if abs(self.interaction[first]) < abs(self.interaction[second]):
                self.exchange(first, second)
        for axis in (0, 1):
            if self.interaction[axis] < 0:
                self.negate(axis, 2)
        a, _, c = self.interaction
        if c < 0 and a > _QUARTER - 1e-13:
            # At a = pi/4 the points c and -c are the same class: -pi/4 is pi/4 shifted.
            self.negate(0, 2)
            self.shift(0, -1)
        a, b, c = (float(value) for value in self.interaction)
        return KAK(
            (self.before[0], self.before[1]),
            (a, b, c),
            (self.after[0], self.after[1]),
            math.remainder(self.phase, math.tau),
        )

    def shift(self, axis: int, turns: int) -> None:
        """Take `turns` times pi/2 from one coordinate: exp(i pi/2 PP) = i PP = i (iP)(iP)(-1)."""
        self.interaction[axis] -= turns * 2 * _QUARTER
        generator = 1j * PAULI_MATRICES["XYZ"[axis]]
        # Four turns are the identity.
        for _ in range(turns % 4):
            self.after = [factor @ generator for factor in self.after]
            self.phase += -math.pi / 2

    def negate(self, first: int, second: int) -> None:
        """Change the sign of two coordinates by conjugation with the third Pauli on one qubit."""
        pauli = 1j * PAULI_MATRICES["XYZ"[3 - first - second]]
        self.after[0] = self.after[0] @ pauli
        self.before[0] = pauli.conj().T @ self.before[0]
        self.interaction[first] *= -1
        self.interaction[second] *= -1

    def exchange(self, first: int, second: int) -> None:
        """Exchange two coordinates by a quarter turn about the third axis on both qubits."""
        pauli = PAULI_MATRICES["XYZ"[3 - first - second]]
        turn = (PAULI_MATRICES["I"] + 1j * pauli) * math.sqrt(0.5)
        self.after = [factor @ turn for factor in self.after]
        self.before = [turn.conj().T @ factor for factor in self.before]
        values = self.interaction
        values[first], values[second] = values[second], values[first]


def _checked_unitary(name: str, matrix: ArrayLike, size: int) -> np.ndarray:
    unitary = np.asarray(matrix, dtype=complex)
    if unitary.shape != (size, size):
        raise ValueError(f"`{name}` must have shape ({size}, {size}), got {unitary.shape}.")
    deviation = abs(unitary.conj().T @ unitary - np.eye(size)).max()
    if not deviation < 1e-8:
        raise ValueError(f"`{name}` is not unitary: U^dagger U differs from the identity by {deviation:.2g}.")
    return unitary
