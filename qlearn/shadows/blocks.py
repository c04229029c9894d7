"""ShadowBlocks: measurement data that are read block by block, so that a file may be larger than the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_count
from .data import ShadowData, as_basis_probabilities

BLOCK_SHOTS = 2**17


class Block(NamedTuple):
    """Some settings that follow each other.

    Attributes
    ----------
    data : ShadowData
    continues : bool
        Whether the first setting goes on with the last one of the block before.
    """

    data: ShadowData
    continues: bool


class ShadowBlocks:
    """Measurement data read block by block, from the start whenever they are iterated over; at most one is in memory.

    `estimate`, `estimate_terms` and `correlators` take it in place of a `ShadowData`, read it once or twice, and give
    the same numbers. `scan_csv`, `scan_npz` and `scan_text` make one from a file.

    Parameters
    ----------
    read : callable
        Called without arguments, returns an iterator over `Block`, or over `ShadowData` that each begin a setting.
    n_qubits : int
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        See `ShadowData`.

    Examples
    --------
    >>> import qlearn as ql
    >>> days = [ql.shadows.ShadowData(["ZZ"], [[[0, 0], [1, 1]]]), ql.shadows.ShadowData(["ZX"], [[0, 1]])]
    >>> stream = ql.shadows.ShadowBlocks(lambda: iter(days), n_qubits=2)
    >>> ql.shadows.estimate_terms(stream, ql.PauliSum({"ZI": 1.0})).n_matches
    array([3])
    """

    def __init__(
        self,
        read: Callable[[], Iterator[Block | ShadowData]],
        n_qubits: int,
        *,
        basis_probabilities: ArrayLike | None = None,
    ) -> None:
        self._read = read
        self._n_qubits = check_count("n_qubits", n_qubits, minimum=1)
        self._basis_probabilities = None
        if basis_probabilities is not None:
            self._basis_probabilities = as_basis_probabilities(basis_probabilities, n_qubits)

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._n_qubits

    @property
    def basis_probabilities(self) -> NDArray[np.float64] | None:
        """Probabilities of X, Y, Z on each qubit, (n_qubits, 3), or None where settings were not drawn that way."""
        return self._basis_probabilities

    def __iter__(self) -> Iterator[Block]:
        for item in self._read():
            block = item if isinstance(item, Block) else Block(item, False)
            if block.data.n_qubits != self._n_qubits:
                raise ValueError(f"A block has {block.data.n_qubits} qubits, {self._n_qubits} are expected.")
            yield block

    def load(self) -> ShadowData:
        """Return everything as one object, in memory.

        Returns
        -------
        ShadowData
        """
        empty = np.empty((0, self._n_qubits), dtype=np.uint8)
        bases, outcomes, shots = [empty], [empty], [np.empty(0, dtype=np.int64)]
        for data, continues in self:
            counts = data.shots_per_setting
            goes_on = continues and len(shots[-1]) > 0
            if goes_on:
                shots[-1] = np.append(shots[-1][:-1], shots[-1][-1] + counts[0])
            if len(counts) > goes_on:
                bases.append(data.bases[goes_on:])
                shots.append(counts[goes_on:])
            outcomes.append(data.outcomes)
        return ShadowData(
            np.concatenate(bases),
            np.concatenate(outcomes),
            np.concatenate(shots),
            basis_probabilities=self._basis_probabilities,
        )

    def __repr__(self) -> str:
        return f"<ShadowBlocks: {self._n_qubits} qubits>"


class Facts(NamedTuple):
    """What an estimator must know of the data as a whole.

    Attributes
    ----------
    n_qubits, n_shots : int
    n_settings : int
        Those with a shot.
    one_shot_each : bool
        Whether no setting has two shots.
    basis_probabilities : ndarray or None
    """

    n_qubits: int
    n_shots: int
    n_settings: int
    one_shot_each: bool
    basis_probabilities: NDArray[np.float64] | None


def as_blocks(data: Any) -> ShadowBlocks:
    """Return data in memory as a single block, and blocks as they are."""
    if isinstance(data, ShadowBlocks):
        return data
    if not isinstance(data, ShadowData):
        raise TypeError(f"`data` must be ShadowData, got {type(data).__name__}.")
    return ShadowBlocks(lambda: iter([Block(data, False)]), data.n_qubits, basis_probabilities=data.basis_probabilities)


class SettingCount:
    """Counts settings with shots over blocks, whose ends may cut through one."""

    def __init__(self) -> None:
        self.n_shots = self.n_settings = 0
        self.one_shot_each = True

    def add(self, block: Block) -> None:
        """Count a block."""
        shots = block.data.shots_per_setting
        goes_on = block.continues and len(shots) > 0 and shots[0] > 0 and self.n_settings > 0
        self.n_shots += block.data.n_shots
        self.n_settings += int((shots > 0).sum()) - goes_on
        self.one_shot_each = self.one_shot_each and not goes_on and bool((shots <= 1).all())

    def facts(self, blocks: ShadowBlocks) -> Facts:
        """Return what was found."""
        return Facts(blocks.n_qubits, self.n_shots, self.n_settings, self.one_shot_each, blocks.basis_probabilities)


class SettingTotals:
    """Sums the values of shots over the shots of each setting, block by block.

    The last setting of a block is held back until it is known whether the next block goes on with it.
    """

    def __init__(self) -> None:
        self._held: tuple[NDArray[np.float64], int] | None = None

    def add(self, values: NDArray[np.float64], block: Block) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return totals (n_rows, n_finished) and shots (n_finished,) of the settings that are complete now.

        Parameters
        ----------
        values : ndarray of float, shape (n_rows, n_shots of the block)
        block : Block
        """
        counts = block.data.shots_per_setting
        shots = counts[counts > 0]
        if not len(shots):
            return np.empty((len(values), 0)), shots
        totals = np.add.reduceat(values, np.cumsum(shots) - shots, axis=1)
        if self._held is not None:
            held, number = self._held
            if block.continues and counts[0] > 0:
                totals[:, 0] += held
                shots = shots.copy()
                shots[0] += number
            else:
                totals, shots = np.column_stack([held, totals]), np.append(number, shots)
        self._held = totals[:, -1].copy(), int(shots[-1])
        return totals[:, :-1], shots[:-1]

    def finish(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the setting that was held back, as `add` does."""
        if self._held is None:
            return np.empty((1, 0)), np.empty(0, dtype=np.int64)
        held, number = self._held
        return held[:, None], np.array([number])
