"""CliffordData: measurements of all qubits after random Clifford unitaries; and the unitaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array, check_count
from .._random import RandomState, generator
from .data import AbstractShadowData, as_outcomes, read_only

if TYPE_CHECKING:
    import stim

_CHUNK = 256  # settings that are worked on together


class CliffordData(AbstractShadowData):
    """Outcomes of measuring Z on all qubits after Clifford unitaries, kept setting by setting.

    A setting is one unitary U that was drawn once. Its tableau has a row for each generator, X on qubit 0, 1, ..., then
    Z: the string ``U g U**-1``, as the bits of its x part, then those of its z part.

    Parameters
    ----------
    tableaux : array_like of bool, shape (n_settings, 2 * n_qubits, 2 * n_qubits)
    signs : array_like of bool, shape (n_settings, 2 * n_qubits)
        Whether the string has a minus sign.
    outcomes : array_like of int, shape (n_shots, n_qubits) or (n_settings, shots, n_qubits)
        0 for eigenvalue +1; the shots of a setting stand together.
    shots_per_setting : array_like of int, shape (n_settings,), optional
        How many rows of two-dimensional `outcomes` belong to each setting; one each by default.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, or a tableau keeps no commutation relations.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.CliffordScheme.random(3, n_settings=5, random_state=0)
    >>> scheme.measure(ql.Circuit(3).h(0).cx(0, 1), random_state=1)
    <CliffordData: 3 qubits, 5 settings, 5 shots>
    """

    def __init__(
        self, tableaux: ArrayLike, signs: ArrayLike, outcomes: ArrayLike, shots_per_setting: ArrayLike | None = None
    ) -> None:
        bits, signs = as_tableaux(tableaux, signs)
        n_settings, n_qubits = len(bits), bits.shape[1] // 2
        self._packed, self._signs = read_only(np.packbits(bits, axis=2)), read_only(signs)
        self._n_qubits = n_qubits
        self._outcomes, self._shots = as_outcomes(outcomes, shots_per_setting, n_settings, n_qubits)

    @property
    def tableaux(self) -> NDArray[np.bool_]:
        """Tableau of each setting, bool (n_settings, 2 * n_qubits, 2 * n_qubits)."""
        return np.unpackbits(self._packed, axis=2, count=2 * self._n_qubits).view(bool)

    @property
    def signs(self) -> NDArray[np.bool_]:
        """Signs of each tableau, bool (n_settings, 2 * n_qubits); read-only."""
        return self._signs

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._n_qubits

    @property
    def outcomes(self) -> NDArray[np.uint8]:
        """Measured bits, uint8 (n_shots, n_qubits): 0 = eigenvalue +1; read-only."""
        return self._outcomes

    @property
    def shots_per_setting(self) -> NDArray[np.int64]:
        """Shots of each setting, int64 (n_settings,); read-only."""
        return self._shots

    def unitary(self, setting: int) -> stim.Tableau:
        """Return the Clifford unitary of a setting.

        Parameters
        ----------
        setting : int

        Returns
        -------
        stim.Tableau
        """
        bits = np.unpackbits(self._packed[setting], axis=1, count=2 * self._n_qubits).view(bool)
        return as_stim(bits, self._signs[setting])

    def subset(self, settings: Any) -> CliffordData:
        """Return new data with some of the settings, all their shots included.

        Parameters
        ----------
        settings : slice, or array_like of int or bool
            Which settings, in which order.

        Returns
        -------
        CliffordData
        """
        chosen, rows = self._rows_of(settings)
        return CliffordData(self.tableaux[chosen], self._signs[chosen], self._outcomes[rows], self._shots[chosen])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CliffordData):
            return NotImplemented
        ours, theirs = self._to_data()[1], other._to_data()[1]
        return all(np.array_equal(ours[name], theirs[name]) for name in ours)

    __hash__ = None  # type: ignore[assignment]

    def _to_data(self) -> tuple[dict[str, Any], dict[str, NDArray]]:
        """Return what `qlearn.persistence` writes."""
        outcomes = np.packbits(self._outcomes, axis=1)
        arrays = {"tableaux": self._packed, "signs": self._signs, "outcomes": outcomes, "shots": self._shots}
        return {"n_qubits": self._n_qubits}, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, NDArray]) -> CliffordData:
        """Return the data that `_to_data` took apart."""
        n = check_count("n_qubits", params["n_qubits"], minimum=1)
        packed = check_array("tableaux", arrays["tableaux"], ("n_settings", 2 * n, -(-2 * n // 8)), np.uint8)
        outcomes = check_array("outcomes", arrays["outcomes"], ("n_shots", -(-n // 8)), np.uint8)
        return cls(
            np.unpackbits(packed, axis=2, count=2 * n),
            arrays["signs"],
            np.unpackbits(outcomes, axis=1, count=n),
            arrays["shots"],
        )


def as_tableaux(tableaux: ArrayLike, signs: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return tableaux and signs, checked: each tableau must keep the commutation relations of its generators."""
    bits = check_array("tableaux", tableaux, ("n_settings", "2 * n_qubits", "2 * n_qubits"), bool)
    size = bits.shape[1]
    if size == 0 or size % 2:
        raise ValueError(f"`tableaux` must have 2 rows for each qubit, got {size}.")
    signs = check_array("signs", signs, (len(bits), size), bool)
    form = np.roll(np.eye(size, dtype=np.float32), size // 2, axis=0)
    for start in range(0, len(bits), _CHUNK):
        rows = bits[start : start + _CHUNK].astype(np.float32)
        kept = (rows @ form @ rows.swapaxes(1, 2)) % 2 == form
        if not kept.all():
            setting = start + int(np.argwhere(~kept.all(axis=(1, 2)))[0, 0])
            raise ValueError(f"The tableau of setting {setting} does not keep the commutation relations.")
    return bits, signs


def as_stim(bits: NDArray[np.bool_], signs: NDArray[np.bool_]) -> stim.Tableau:
    """Return a tableau as Stim's."""
    import stim

    n = len(bits) // 2
    return stim.Tableau.from_numpy(
        x2x=bits[:n, :n].copy(),
        x2z=bits[:n, n:].copy(),
        z2x=bits[n:, :n].copy(),
        z2z=bits[n:, n:].copy(),
        x_signs=signs[:n].copy(),
        z_signs=signs[n:].copy(),
    )


def random_tableaux(
    n_qubits: int, n_settings: int, random_state: RandomState = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return tableaux and signs of uniformly random Clifford unitaries.

    Pair by pair: the image of X on a qubit is a random string among those that commute with all pairs before, that of Z
    a random one of them that anticommutes with it.

    Parameters
    ----------
    n_qubits, n_settings : int
    random_state : int, Generator, SeedSequence or None
    """
    rng, size = generator(random_state), 2 * n_qubits
    bits = np.empty((n_settings, size, size), dtype=bool)
    for start in range(0, n_settings, _CHUNK):
        bits[start : start + _CHUNK] = _random_rows(n_qubits, min(_CHUNK, n_settings - start), rng) == 1
    return bits, rng.integers(0, 2, (n_settings, size)).astype(bool)


def _random_rows(n_qubits: int, n_settings: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the rows of random tableaux as zeros and ones, (n_settings, 2 * n_qubits, 2 * n_qubits)."""
    rows = np.zeros((n_settings, 2 * n_qubits, 2 * n_qubits), dtype=np.float32)
    for qubit in range(n_qubits):
        for row in (qubit, n_qubits + qubit):
            left = np.arange(n_settings)
            while len(left):
                found = rng.integers(0, 2, (len(left), 2 * n_qubits)).astype(np.float32)
                before = rows if len(left) == n_settings else rows[left]
                found = _complement(before[:, :qubit], before[:, n_qubits : n_qubits + qubit], found)
                if row == qubit:
                    right = found.any(axis=1)
                else:
                    right = (found * _swapped(before[:, qubit])).sum(axis=1) % 2 == 1
                rows[left[right], row] = found[right]
                left = left[~right]
    return rows


def _swapped(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return strings with x and z parts exchanged: their dot product with others is the symplectic product."""
    return np.roll(rows, rows.shape[-1] // 2, axis=-1)


def _complement(
    images_x: NDArray[np.float32], images_z: NDArray[np.float32], strings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return strings projected on those that commute with all pairs: uniform ones stay uniform."""
    swapped = _swapped(strings)[:, :, None]
    with_x, with_z = (images_x @ swapped) % 2, (images_z @ swapped) % 2
    shift = with_z.swapaxes(1, 2) @ images_x + with_x.swapaxes(1, 2) @ images_z
    return (strings + shift[:, 0]) % 2
