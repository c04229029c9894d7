"""MedianOfMeans: the median over groups of settings of the inverse-probability mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_count
from .blocks import Facts, SettingTotals, ShadowBlocks
from .estimator import AbstractEstimator, Measured, shot_values
from .inverse_probability import InverseProbability


class MedianOfMeans(AbstractEstimator):
    """Estimates by the median of the inverse-probability means of groups of settings.

    For Pauli strings in single-qubit bases it gains nothing over `InverseProbability` and costs up to 25 % in the
    error; it is there to compare with what others publish, and for bounds that hold with certainty. Groups hold whole
    settings, their sizes differ by at most one, and no setting is dropped.
    The error is that of the median of as many normal means, ``s * sqrt(pi / (2 K + pi - 2))`` for K groups whose means
    have standard deviation s.

    Parameters
    ----------
    n_groups : int
        At most the number of settings; 1 gives the plain mean.
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        See `InverseProbability`.

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Algorithm 1.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["Z"] * 3, [[0], [0], [1]], basis_probabilities=[[0, 0, 1]])
    >>> ql.shadows.MedianOfMeans(n_groups=3).estimate(data, ql.PauliSum("1.0 * Z")).value
    1.0
    """

    def __init__(self, n_groups: int = 10, basis_probabilities: ArrayLike | None = None) -> None:
        self.n_groups = n_groups
        self.basis_probabilities = basis_probabilities

    def _estimate(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n_groups, n_settings = check_count("n_groups", self.n_groups, minimum=1), facts.n_settings
        if n_groups > n_settings:
            raise ValueError(f"{n_groups} groups need as many settings, each with a shot; got {n_settings} of them.")
        mean = InverseProbability(self.basis_probabilities)
        if n_groups == 1:
            return mean._estimate(blocks, facts, sums)
        linears = [mean._linear(facts, *pair) for pair in sums]
        trackers = [SettingTotals() for _ in sums]
        groups = [_GroupMeans(n_groups, n_settings) for _ in sums]
        for block in blocks:
            for pair, linear, tracker, group in zip(sums, linears, trackers, groups, strict=True):
                group.add(*tracker.add(shot_values(block.data, *pair, linear)[None], block))
        means = np.empty((len(sums), n_groups))
        for row, (tracker, group) in enumerate(zip(trackers, groups, strict=True)):
            group.add(*tracker.finish())
            means[row] = group.totals * facts.n_shots / group.shots
        errors = means.std(axis=1, ddof=1) * np.sqrt(np.pi / (2 * n_groups + np.pi - 2))
        return np.median(means, axis=1), errors


class _GroupMeans:
    """Totals and shots of groups of settings that follow each other, sizes differing by one at most."""

    def __init__(self, n_groups: int, n_settings: int) -> None:
        sizes = np.full(n_groups, n_settings // n_groups)
        sizes[: n_settings % n_groups] += 1
        self._ends = np.cumsum(sizes)
        self._seen = 0
        self.totals, self.shots = np.zeros(n_groups), np.zeros(n_groups)

    def add(self, totals: NDArray[np.float64], shots: NDArray[np.int64]) -> None:
        """Add the settings that come next: totals (1, n) and shots (n,)."""
        group = np.searchsorted(self._ends, self._seen + np.arange(len(shots)), side="right")
        self._seen += len(shots)
        np.add.at(self.totals, group, totals[0])
        np.add.at(self.shots, group, shots)
