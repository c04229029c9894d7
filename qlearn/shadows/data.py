"""ShadowData: single-qubit Pauli measurements, setting by setting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array, check_count, check_qubits
from .planes import Planes

LETTERS = "XYZ"


class AbstractShadowData(ABC):
    """Outcomes of settings, whatever a setting is: a subclass says what was done before the measurement in Z."""

    @property
    @abstractmethod
    def n_qubits(self) -> int:
        """Number of qubits."""

    @property
    @abstractmethod
    def outcomes(self) -> NDArray[np.uint8]:
        """Measured bits, uint8 (n_shots, n_qubits): 0 = eigenvalue +1; read-only."""

    @property
    @abstractmethod
    def shots_per_setting(self) -> NDArray[np.int64]:
        """Shots of each setting, int64 (n_settings,); read-only."""

    @abstractmethod
    def subset(self, settings: Any) -> AbstractShadowData:
        """Return new data with some of the settings, all their shots included.

        Parameters
        ----------
        settings : slice, or array_like of int or bool
            Which settings, in which order.

        Returns
        -------
        AbstractShadowData
        """

    @property
    def n_settings(self) -> int:
        """Number of settings."""
        return len(self.shots_per_setting)

    @property
    def n_shots(self) -> int:
        """Number of shots in all."""
        return len(self.outcomes)

    @property
    def setting_of_shot(self) -> NDArray[np.int64]:
        """Setting of each shot, int64 (n_shots,)."""
        return np.repeat(np.arange(self.n_settings), self.shots_per_setting)

    def __len__(self) -> int:
        return self.n_shots

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.n_qubits} qubits, {self.n_settings} settings, {self.n_shots} shots>"

    def _rows_of(self, settings: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the chosen settings, and the rows of their shots."""
        shots = self.shots_per_setting
        chosen = np.atleast_1d(np.arange(len(shots))[settings])
        counts = shots[chosen]
        first = (np.cumsum(shots) - shots)[chosen]
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return chosen, np.repeat(first, counts) + offset


class ShadowData(AbstractShadowData):
    """Outcomes of measurements in single-qubit Pauli bases, kept setting by setting.

    A *setting* is one basis string that was chosen once and measured one or more times. Two settings may have the same
    basis string: where bases were drawn at random, every draw is a setting of its own, and errors depend on that.

    Parameters
    ----------
    bases : array_like of int, shape (n_settings, n_qubits), or sequence of str
        0 = X, 1 = Y, 2 = Z; or texts such as "XYZ". Qubit 0 is column 0 and the leftmost letter.
    outcomes : array_like of int, shape (n_shots, n_qubits) or (n_settings, shots, n_qubits)
        0 for eigenvalue +1, 1 for -1; the shots of a setting stand together, settings in the order of `bases`.
    shots_per_setting : array_like of int, shape (n_settings,), optional
        How many rows of two-dimensional `outcomes` belong to each setting; one each by default.
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        With what probability X, Y and Z were drawn on each qubit, independently, where settings were drawn at random.
        Only estimators by inverse probability need it.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, or a basis or an outcome is none; the message names the place.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ", "XX"], [[[0, 0], [1, 1]], [[0, 1], [1, 0]]])
    >>> data
    <ShadowData: 2 qubits, 2 settings, 4 shots>
    >>> data.shots_per_setting.tolist()
    [2, 2]
    """

    def __init__(
        self,
        bases: ArrayLike | Sequence[str],
        outcomes: ArrayLike,
        shots_per_setting: ArrayLike | None = None,
        *,
        basis_probabilities: ArrayLike | None = None,
    ) -> None:
        bases = as_bases(bases)
        outcomes, shots = as_outcomes(outcomes, shots_per_setting, *bases.shape)
        self._parts = [(bases, outcomes, shots)]
        self._basis_probabilities = None
        if basis_probabilities is not None:
            self._basis_probabilities = as_basis_probabilities(basis_probabilities, bases.shape[1])
        self._planes: Planes | None = None

    def _joined(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
        if len(self._parts) > 1:
            self._parts = [tuple(read_only(np.concatenate(column)) for column in zip(*self._parts, strict=True))]
        return self._parts[0]

    @property
    def bases(self) -> NDArray[np.uint8]:
        """Measured letters, uint8 (n_settings, n_qubits): 0 = X, 1 = Y, 2 = Z; read-only."""
        return self._joined()[0]

    @property
    def outcomes(self) -> NDArray[np.uint8]:
        """Measured bits, uint8 (n_shots, n_qubits): 0 = eigenvalue +1; read-only."""
        return self._joined()[1]

    @property
    def shots_per_setting(self) -> NDArray[np.int64]:
        """Shots of each setting, int64 (n_settings,); read-only."""
        return self._joined()[2]

    @property
    def basis_probabilities(self) -> NDArray[np.float64] | None:
        """Probabilities of X, Y, Z on each qubit, (n_qubits, 3), or None where settings were not drawn that way."""
        return self._basis_probabilities

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._parts[0][0].shape[1]

    @property
    def n_settings(self) -> int:
        """Number of settings."""
        return sum(len(part[0]) for part in self._parts)

    @property
    def n_shots(self) -> int:
        """Number of shots in all."""
        return sum(len(part[1]) for part in self._parts)

    @property
    def planes(self) -> Planes:
        """The data as bit planes, built on first use."""
        if self._planes is None:
            self._planes = Planes.pack(self.bases, self.outcomes, self.shots_per_setting)
        return self._planes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ShadowData):
            return NotImplemented
        ours, theirs = self._basis_probabilities, other._basis_probabilities
        same = (ours is None) == (theirs is None) and (ours is None or np.array_equal(ours, theirs))
        return same and all(np.array_equal(a, b) for a, b in zip(self._joined(), other._joined(), strict=True))

    __hash__ = None  # type: ignore[assignment]

    def append(self, other: ShadowData) -> ShadowData:
        """Return this object after adding the settings of `other` to it, in place.

        Cost: constant; arrays are joined once, when they are next read.

        Parameters
        ----------
        other : ShadowData
            On as many qubits, its settings drawn with the same probabilities.

        Returns
        -------
        ShadowData

        Raises
        ------
        ValueError
            If the number of qubits or the probabilities differ.
        """
        self._check_mergeable(other)
        self._parts.extend(other._parts if other is not self else list(other._parts))
        self._planes = None
        return self

    def _check_mergeable(self, other: ShadowData) -> None:
        if not isinstance(other, ShadowData):
            raise TypeError(f"Only ShadowData can be added to ShadowData, got {type(other).__name__}.")
        if other.n_qubits != self.n_qubits:
            raise ValueError(
                f"Cannot join data on {self.n_qubits} and on {other.n_qubits} qubits; `restrict` one first."
            )
        ours, theirs = self._basis_probabilities, other._basis_probabilities
        if (ours is None) != (theirs is None) or (ours is not None and not np.allclose(ours, theirs)):
            raise ValueError(
                "Cannot join data whose settings were drawn differently; set both `basis_probabilities` to None, "
                "and estimate by match ratio."
            )

    @classmethod
    def merge(cls, parts: Iterable[ShadowData]) -> ShadowData:
        """Return new data with the settings of all parts, in order.

        Parameters
        ----------
        parts : iterable of ShadowData
            At least one.

        Returns
        -------
        ShadowData
        """
        parts = list(parts)
        if not parts:
            raise ValueError("There is nothing to merge; give at least one ShadowData.")
        first, *rest = parts
        merged = first.subset(slice(None))
        for part in rest:
            merged.append(part)
        return merged

    def subset(self, settings: Any) -> ShadowData:
        """Return new data with some of the settings, all their shots included.

        Parameters
        ----------
        settings : slice, or array_like of int or bool
            Which settings, in which order.

        Returns
        -------
        ShadowData
        """
        bases, outcomes, shots = self._joined()
        chosen, rows = self._rows_of(settings)
        return self._like(bases[chosen], outcomes[rows], shots[chosen], self._basis_probabilities)

    def restrict(self, qubits: int | Sequence[int]) -> ShadowData:
        """Return new data with some of the qubits, in the order given.

        Parameters
        ----------
        qubits : int or sequence of int

        Returns
        -------
        ShadowData
        """
        columns = list(check_qubits(qubits, self.n_qubits))
        bases, outcomes, shots = self._joined()
        probabilities = None if self._basis_probabilities is None else self._basis_probabilities[columns]
        return self._like(bases[:, columns], outcomes[:, columns], shots, probabilities)

    @classmethod
    def _like(cls, bases: NDArray, outcomes: NDArray, shots: NDArray, probabilities: NDArray | None) -> ShadowData:
        """Return data from arrays that need no check."""
        self = object.__new__(cls)
        self._parts = [(read_only(bases), read_only(outcomes), read_only(shots))]
        self._basis_probabilities = probabilities
        self._planes = None
        return self

    def _to_data(self) -> tuple[dict[str, Any], dict[str, NDArray]]:
        """Return what `qlearn.persistence` writes."""
        arrays = {"bases": self.bases, "outcomes": np.packbits(self.outcomes, axis=1), "shots": self.shots_per_setting}
        if self._basis_probabilities is not None:
            arrays["basis_probabilities"] = self._basis_probabilities
        return {"n_qubits": self.n_qubits}, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, NDArray]) -> ShadowData:
        """Return the data that `_to_data` took apart."""
        n_qubits = check_count("n_qubits", params["n_qubits"], minimum=1)
        packed = check_array("outcomes", arrays["outcomes"], ("n_shots", -(-n_qubits // 8)), np.uint8)
        outcomes = np.unpackbits(packed, axis=1, count=n_qubits)
        return cls(arrays["bases"], outcomes, arrays["shots"], basis_probabilities=arrays.get("basis_probabilities"))


def as_bases(bases: ArrayLike | Sequence[str], n_qubits: int | None = None) -> NDArray[np.uint8]:
    """Return basis letters as codes, uint8 (n_settings, n_qubits), checked and read-only."""
    if isinstance(bases, str):
        bases = [bases]
    if isinstance(bases, (list, tuple)) and bases and isinstance(bases[0], str):
        bases = _text_bases(bases)
    codes = check_array("bases", bases, ("n_settings", "n_qubits"), np.uint8)
    if codes.shape[1] == 0:
        raise ValueError("`bases` must have at least one qubit, got none.")
    if n_qubits is not None and codes.shape[1] != n_qubits:
        raise ValueError(f"`bases` must have {n_qubits} qubits, got {codes.shape[1]}.")
    _check_below("bases", codes, 3, "0 (X), 1 (Y) or 2 (Z)", "setting")
    return read_only(codes)


def _text_bases(texts: Sequence[str]) -> NDArray[np.uint8]:
    for row, text in enumerate(texts):
        wrong = [letter for letter in text if letter not in LETTERS]
        if wrong or len(text) != len(texts[0]):
            what = f"the letter {wrong[0]!r}" if wrong else f"{len(text)} letters after {len(texts[0])}"
            raise ValueError(f"`bases` must be texts of X, Y, Z of one length, got {what} in setting {row}.")
    flat = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
    return (flat - ord("X")).reshape(len(texts), -1)


def as_basis_probabilities(value: ArrayLike, n_qubits: int) -> NDArray[np.float64]:
    """Return probabilities of X, Y, Z on each qubit, each row summing to one."""
    array = check_array("basis_probabilities", value, (n_qubits, 3))
    if (array < 0).any() or not np.allclose(array.sum(axis=1), 1, atol=1e-9):
        raise ValueError("`basis_probabilities` must hold for each qubit three probabilities that sum to 1.")
    return read_only(array.copy())


def as_outcomes(
    outcomes: ArrayLike, shots: ArrayLike | None, n_settings: int, n_qubits: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return outcomes (n_shots, n_qubits) and the shots of each setting, checked and read-only."""
    array = check_array("outcomes", outcomes, None, np.uint8)
    if array.ndim == 3 and shots is None:
        array = check_array("outcomes", array, (n_settings, "shots", n_qubits), np.uint8)
        shots = np.full(n_settings, array.shape[1], dtype=np.int64)
        array = array.reshape(-1, n_qubits)
    else:
        array = check_array("outcomes", array, ("n_shots", n_qubits), np.uint8)
        shots = np.ones(n_settings, dtype=np.int64) if shots is None else shots
    counts = check_array("shots_per_setting", shots, (n_settings,), np.int64)
    if (counts < 0).any() or counts.sum() != len(array):
        raise ValueError(
            f"`outcomes` has {len(array)} shots, `shots_per_setting` asks for {counts.sum()} in {n_settings} settings; "
            "give one row of `bases` for each shot, or how many shots each setting has."
        )
    _check_below("outcomes", array, 2, "0 (eigenvalue +1) or 1 (-1)", "shot")
    return read_only(array), read_only(counts)


def _check_below(name: str, array: NDArray[np.uint8], bound: int, asked: str, row_name: str) -> None:
    if array.size and array.max() >= bound:
        row, qubit = np.argwhere(array >= bound)[0]
        raise ValueError(f"`{name}` must hold {asked}, got {array[row, qubit]} in {row_name} {row}, qubit {qubit}.")


def read_only(array: NDArray) -> NDArray:
    """Return a view that cannot be written to, in C order."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
