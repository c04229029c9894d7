"""Grouped: qubit-wise commuting groups by sorted insertion, shots by coefficients or by variances."""

import numpy as np
from numpy.typing import NDArray

from ..paulis import PauliSum
from ..sim import State
from .scheme import AbstractScheme, MeasurementScheme, round_shots
from .variance import group_variances


class Grouped(AbstractScheme):
    """One setting for each group of qubit-wise commuting terms, largest coefficients first.

    Shots go to groups in proportion to the sum of the moduli of their coefficients; or, where a state is given, to the
    standard deviation of the group in it, which is the optimum for that state. Every group gets at least one shot if
    there are enough.

    Parameters
    ----------
    reference : State, optional
        The state whose group variances decide; unknown in an experiment, hence for bounds and for pilot states.

    References
    ----------
    Crawford et al., Quantum 5, 385 (2021), Algorithm 1 and Eq. (13).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Grouped().design(ql.PauliSum({"ZZ": 2.0, "ZI": 1.0, "XX": 1.0}), n_shots=400)
    >>> scheme.labels(), scheme.shots_per_setting.tolist()
    (['ZZ', 'XX'], [300, 100])
    """

    def __init__(self, reference: State | None = None) -> None:
        self.reference = reference

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        groups = terms.qubit_wise_groups()
        if self.reference is None:
            shares = np.bincount(groups.assignment, np.abs(terms.coefficients))
        else:
            shares = np.sqrt(np.maximum(group_variances(groups, self.reference), 1e-12 * terms.norm() ** 2))
        return MeasurementScheme(groups.bases, _allocate(shares, n_shots))


def _allocate(shares: NDArray[np.float64], n_shots: int) -> NDArray[np.int64]:
    """Return shots in proportion to the shares, at least one each; the largest get one each if there are too few."""
    if n_shots <= len(shares):
        shots = np.zeros(len(shares), dtype=np.int64)
        shots[np.argsort(-shares, kind="stable")[:n_shots]] = 1
        return shots
    beyond = np.maximum(shares * (n_shots / shares.sum()) - 1, 0)
    return 1 + round_shots(beyond, n_shots - len(shares))
