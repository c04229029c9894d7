"""Stabiliser codes: checks, logical operators, parameters and distances."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array
from ..paulis.parsing import labels_to_bits
from . import _linear
from ._least_weight import least_logical
from .distance import Distance

__all__ = ["AbstractCode", "CSSCode", "StabilizerCode"]

_LETTERS = np.array(["I", "X", "Z", "Y"])


class AbstractCode(ABC):
    """Base of codes given by commuting Pauli checks.

    A code has `n_qubits` data qubits; `checks`, bool (n_checks, 2 * n_qubits), X bits before Z bits, which may depend
    on each other; `coordinates` of data qubits, float (n_qubits, 2), and `check_coordinates`, float (n_checks, 2 or 3),
    whose third column circuits put behind the time; a `schedule`, int (n_checks, n_slots), of the data qubit each check
    meets in each time slot (-1 for none), or None; and `bases`, the letters in which data qubits are prepared and
    measured to keep a logical operator, by name of the basis.
    """

    def __init__(
        self,
        checks: np.ndarray,
        *,
        coordinates: ArrayLike | None,
        check_coordinates: ArrayLike | None,
        schedule: ArrayLike | None,
        bases: Mapping[str, str] | None,
    ) -> None:
        n_checks, self.n_qubits = len(checks), checks.shape[1] // 2
        if self.n_qubits == 0:
            raise ValueError("A code needs qubits, got checks on none.")
        self.checks = checks
        self._check_commuting()
        self.coordinates = _places("coordinates", coordinates, self.n_qubits)
        self.check_coordinates = _places("check_coordinates", check_coordinates, n_checks)
        self.schedule = None if schedule is None else self._checked_schedule(schedule)
        self.bases = dict(bases or {letter: letter * self.n_qubits for letter in "XZ"})

    @property
    def x(self) -> np.ndarray:
        """X bits of the checks, bool (n_checks, n_qubits)."""
        return self.checks[:, : self.n_qubits]

    @property
    def z(self) -> np.ndarray:
        """Z bits of the checks, bool (n_checks, n_qubits)."""
        return self.checks[:, self.n_qubits :]

    @cached_property
    def n_logical(self) -> int:
        """Logical qubits: data qubits less independent checks."""
        return self.n_qubits - _linear.rank(self.checks)

    @cached_property
    def logical_x(self) -> np.ndarray:
        """Logical X operators, bool (n_logical, 2 * n_qubits); number i anticommutes with logical Z number i only."""
        return self._logicals[0]

    @cached_property
    def logical_z(self) -> np.ndarray:
        """Logical Z operators, bool (n_logical, 2 * n_qubits)."""
        return self._logicals[1]

    @cached_property
    def _logicals(self) -> tuple[np.ndarray, np.ndarray]:
        return self._find_logicals()

    @abstractmethod
    def _find_logicals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return logical X and Z operators in pairs."""

    @abstractmethod
    def distance(self) -> Distance:
        """Return the least weight of a logical operator, and whether that is exact or a bound."""

    @property
    def parameters(self) -> str:
        """The code as [[n, k, d]]; a bound on the distance is marked by <=, and d left out where k is 0."""
        if self.n_logical == 0:
            return f"[[{self.n_qubits},0]]"
        found = self.distance()
        return f"[[{self.n_qubits},{self.n_logical},{'' if found.is_exact else '<='}{found.value}]]"

    def labels(self) -> list[str]:
        """Return the checks as Pauli strings.

        Returns
        -------
        list of str
        """
        return ["".join(_LETTERS[row]) for row in self.x + 2 * self.z.astype(int)]

    def syndrome(self, errors: Sequence[str]) -> np.ndarray:
        """Return which checks each error flips.

        Parameters
        ----------
        errors : sequence of str
            Pauli strings on the data qubits, such as "IXIII" or "X1".

        Returns
        -------
        ndarray
            bool (n_errors, n_checks).

        Raises
        ------
        ValueError
            If a string is no Pauli string on these qubits.
        """
        x, z = labels_to_bits(list(errors), self.n_qubits)
        return _linear.multiply(np.concatenate([z, x], axis=1), self.checks.T)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_qubits} qubits, {len(self.checks)} checks, {self.n_logical} logical)"

    def _check_commuting(self) -> None:
        overlaps = commutation(self.checks, self.checks)
        if overlaps.any():
            first, second = (int(i) for i in np.argwhere(overlaps)[0])
            raise ValueError(f"Checks {first} and {second} anticommute; a stabiliser code needs commuting checks.")

    def _checked_schedule(self, schedule: ArrayLike) -> np.ndarray:
        slots = check_array("schedule", schedule, (len(self.checks), None), dtype=np.int64)
        for check, row in enumerate(slots):
            if sorted(row[row >= 0]) != np.flatnonzero(self.x[check] | self.z[check]).tolist():
                raise ValueError(f"`schedule` row {check} must name each qubit of check {check} once, got {row}.")
        for slot, column in enumerate(slots.T):
            busy = column[column >= 0]
            if len(set(busy.tolist())) < len(busy):
                raise ValueError(f"`schedule` slot {slot} uses a qubit twice.")
        return slots


class StabilizerCode(AbstractCode):
    """A stabiliser code of any kind, such as the five-qubit or the XZZX code.

    Parameters
    ----------
    checks : sequence of str or array_like
        Commuting Pauli strings, or bits bool (n_checks, 2 * n_qubits), X bits first. Signs do not matter.
    logical_x, logical_z : array_like, optional
        Logical operators bool (n_logical, 2 * n_qubits) in pairs; found if not given.
    coordinates, check_coordinates : array_like, optional
        Of data qubits (n_qubits, 2) and of checks (n_checks, 2 or 3).
    schedule : array_like, optional
        int (n_checks, n_slots), the qubit that each check meets in each slot, -1 for none.
    bases : dict of str to str, optional
        Letters that data qubits are prepared and measured in to keep logical operators.

    Raises
    ------
    TypeError, ValueError
        If checks anticommute or sizes do not fit.

    Examples
    --------
    >>> code = ql.codes.StabilizerCode(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
    >>> code.parameters
    '[[5,1,3]]'
    >>> code.syndrome(["XIIII"]).astype(int)
    array([[0, 0, 0, 1]])
    """

    def __init__(
        self,
        checks: Sequence[str] | ArrayLike,
        *,
        logical_x: ArrayLike | None = None,
        logical_z: ArrayLike | None = None,
        coordinates: ArrayLike | None = None,
        check_coordinates: ArrayLike | None = None,
        schedule: ArrayLike | None = None,
        bases: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            _as_bits(checks),
            coordinates=coordinates,
            check_coordinates=check_coordinates,
            schedule=schedule,
            bases=bases,
        )
        if logical_x is not None or logical_z is not None:
            width = 2 * self.n_qubits
            given = [check_array(n, v, (self.n_logical, width), dtype=bool)
                     for n, v in (("logical_x", logical_x), ("logical_z", logical_z))]  # fmt: skip
            check_pairs(given[0], given[1], self.checks)
            self._logicals = (given[0], given[1])

    def _find_logicals(self) -> tuple[np.ndarray, np.ndarray]:
        centraliser = _swapped(_linear.null_space(self.checks))
        remaining = _linear.fresh_rows(centraliser, self.checks)
        found: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        while len(remaining):
            first, others = remaining[0], remaining[1:]
            partner = int(np.argmax(commutation(others, first[None])[:, 0]))
            second, others = others[partner], np.delete(others, partner, axis=0)
            # Gram-Schmidt for commutation: the rest is made to commute with the pair.
            with_first = commutation(others, first[None])
            with_second = commutation(others, second[None])
            remaining = others ^ (with_first & second) ^ (with_second & first)
            found[0].append(first)
            found[1].append(second)
        shape = (len(found[0]), 2 * self.n_qubits)
        return np.array(found[0], dtype=bool).reshape(shape), np.array(found[1], dtype=bool).reshape(shape)

    def distance(self) -> Distance:
        """Return the least weight of a logical operator.

        Returns
        -------
        Distance
            Exact where half its weight can be enumerated (some four million errors), else the least found by random
            information sets: an upper bound.

        Raises
        ------
        ValueError
            If the code has no logical qubit.
        """
        logicals = np.concatenate([self.logical_x, self.logical_z])
        identity = np.eye(self.n_qubits, dtype=bool)
        nothing = np.zeros_like(identity)
        paulis = [np.concatenate(pair, axis=1) for pair in ((identity, nothing), (nothing, identity), (identity,) * 2)]
        return least_logical(np.stack(paulis, axis=1), _swapped(self.checks), _swapped(logicals))


class CSSCode(AbstractCode):
    """A code whose checks are made of X alone or of Z alone.

    Parameters
    ----------
    x_checks, z_checks : array_like
        bool (n_checks, n_qubits): the qubits of each check. The X checks come first in `checks`.
    logical_x, logical_z : array_like, optional
        bool (n_logical, n_qubits), in pairs; found if not given.
    coordinates, check_coordinates : array_like, optional
        Of data qubits (n_qubits, 2) and of all checks (n_checks, 2 or 3).
    schedule : array_like, optional
        int (n_checks, n_slots), the qubit that each check meets in each slot, -1 for none.

    Raises
    ------
    TypeError, ValueError
        If an X and a Z check share an odd number of qubits, or sizes do not fit.

    Examples
    --------
    >>> hamming = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
    >>> ql.codes.CSSCode(hamming, hamming).parameters
    '[[7,1,3]]'
    """

    def __init__(
        self,
        x_checks: ArrayLike,
        z_checks: ArrayLike,
        *,
        logical_x: ArrayLike | None = None,
        logical_z: ArrayLike | None = None,
        coordinates: ArrayLike | None = None,
        check_coordinates: ArrayLike | None = None,
        schedule: ArrayLike | None = None,
    ) -> None:
        self.x_checks = check_array("x_checks", x_checks, ("n_checks", "n_qubits"), dtype=bool)
        n_qubits = self.x_checks.shape[1]
        self.z_checks = check_array("z_checks", z_checks, ("n_checks", n_qubits), dtype=bool)
        super().__init__(
            _side_by_side(self.x_checks, self.z_checks),
            coordinates=coordinates,
            check_coordinates=check_coordinates,
            schedule=schedule,
            bases=None,
        )
        if logical_x is not None or logical_z is not None:
            shape = (self.n_logical, n_qubits)
            x = check_array("logical_x", logical_x, shape, dtype=bool)
            z = check_array("logical_z", logical_z, shape, dtype=bool)
            self._logicals = self._paired(x, z)

    def _find_logicals(self) -> tuple[np.ndarray, np.ndarray]:
        x = _linear.fresh_rows(_linear.null_space(self.z_checks), self.x_checks)
        z = _linear.fresh_rows(_linear.null_space(self.x_checks), self.z_checks)
        pairing = _linear.multiply(x, z.T)
        return self._paired(_linear.multiply(_linear.invert(pairing), x) if len(x) else x, z)

    def _paired(self, x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        both = _side_by_side(x, z)
        pair = (both[: len(x)], both[len(x) :])
        check_pairs(*pair, self.checks)
        return pair

    def distance(self, kind: str | None = None) -> Distance:
        """Return the least weight of a logical operator.

        Parameters
        ----------
        kind : str, optional
            "X" or "Z" for operators made of that letter; the lesser of both by default.

        Returns
        -------
        Distance
            Exact where each qubit is in at most two checks of a kind (a shortest path), and where half the weight can
            be enumerated; else the least found by random information sets: an upper bound.

        Raises
        ------
        ValueError
            If `kind` is another or the code has no logical qubit.
        """
        if kind is None:
            found = [self.distance(each) for each in "XZ"]
            best = min(each.value for each in found)
            return Distance(best, all(each.is_exact or each.value > best for each in found))
        if kind not in ("X", "Z"):
            raise ValueError(f"`kind` must be 'X' or 'Z', got {kind!r}.")
        n = self.n_qubits
        checks, logicals = (self.z_checks, self.logical_z[:, n:]) if kind == "X" else (
            self.x_checks, self.logical_x[:, :n]
        )  # fmt: skip
        return least_logical(np.eye(n, dtype=bool)[:, None], checks, logicals)


def commutation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return where operators anticommute, bool (n_first, n_second)."""
    return _linear.multiply(first, _swapped(second).T)


def check_pairs(logical_x: np.ndarray, logical_z: np.ndarray, checks: np.ndarray) -> None:
    """Raise where logical operators do not commute with the checks or do not come in pairs."""
    both = np.concatenate([logical_x, logical_z])
    if commutation(both, checks).any():
        raise ValueError("A logical operator anticommutes with a check.")
    wanted = np.roll(np.eye(len(both), dtype=bool), len(logical_x), axis=1)
    if not np.array_equal(commutation(both, both), wanted):
        raise ValueError("Logical X number i must anticommute with logical Z number i and commute with all others.")


def _swapped(rows: np.ndarray) -> np.ndarray:
    return np.roll(rows, rows.shape[1] // 2, axis=1)


def _side_by_side(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.block([[x, np.zeros_like(x)], [np.zeros_like(z), z]]).astype(bool)


def _as_bits(checks: Sequence[str] | ArrayLike) -> np.ndarray:
    if len(checks) and isinstance(checks[0], str):
        return np.concatenate(labels_to_bits(list(checks), None), axis=1)
    bits = check_array("checks", checks, ("n_checks", "2 n_qubits"), dtype=bool)
    if bits.shape[1] % 2:
        raise ValueError(f"`checks` must have X bits and Z bits for every qubit, got {bits.shape[1]} columns.")
    return bits


def _places(name: str, given: ArrayLike | None, count: int) -> np.ndarray:
    if given is None:
        return np.column_stack([np.arange(count), np.zeros(count)]).astype(float)
    places = check_array(name, given, (count, None), dtype=float)
    if places.shape[1] not in (2, 3):
        raise ValueError(f"`{name}` must have 2 or 3 columns, got {places.shape[1]}.")
    return places
