"""MedianOfMeans: the median over groups of settings of the inverse-probability mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_count
from ..paulis import PauliSum
from .data import ShadowData
from .estimator import AbstractEstimator, Counts, shot_values
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

    def _estimate(self, data: ShadowData, terms: PauliSum, counts: Counts) -> tuple[float, float]:
        n_groups = check_count("n_groups", self.n_groups, minimum=1)
        shots = data.shots_per_setting
        if n_groups > len(shots) or not shots.all():
            raise ValueError(
                f"{n_groups} groups need as many settings, each with a shot; got {(shots > 0).sum()} of them."
            )
        mean = InverseProbability(self.basis_probabilities)
        if n_groups == 1:
            return mean._estimate(data, terms, counts)
        values = shot_values(data, terms, counts, mean._linear(data, terms, counts))
        sizes = np.array([shots[part].sum() for part in np.array_split(np.arange(len(shots)), n_groups)])
        means = np.add.reduceat(values, np.cumsum(sizes) - sizes) * data.n_shots / sizes
        error = means.std(ddof=1) * np.sqrt(np.pi / (2 * n_groups + np.pi - 2))
        return float(np.median(means)), float(error)
