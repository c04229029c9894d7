"""OverlappedGrouping: groups filled up with every other compatible term, shots by a convex optimum."""

import numpy as np
from numpy.typing import NDArray

from ..paulis import PauliSum
from .insertion import FREE, insert_strings
from .planes import PlaneRows
from .scheme import AbstractScheme, MeasurementScheme, round_shots
from .variance import compatible


class OverlappedGrouping(AbstractScheme):
    """Settings from sorted insertion, each filled with all further terms that fit, shots by convex optimisation.

    A term belongs to every setting that measures it. Shares q of the shots minimise ``sum_j c_j**2 / p_j``, p_j being
    the sum of the shares of the settings that measure term j.

    References
    ----------
    Wu, Sun, Huang, Yuan, Quantum 7, 896 (2023), Algorithm 1 and Eq. (15).

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZI": 1.0, "IZZ": 1.0, "XXI": 0.5, "IIX": 0.5})
    >>> scheme = ql.shadows.OverlappedGrouping().design(hamiltonian, n_shots=90)
    >>> scheme.labels(), scheme.shots_per_setting.tolist()
    (['ZZZ', 'XXX'], [60, 30])
    """

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        bases = overlapped_bases(terms)
        shares = optimal_shares(compatible(bases, terms), terms.coefficients**2)
        shots = round_shots(shares, n_shots)
        return MeasurementScheme(bases[shots > 0], shots[shots > 0])


def overlapped_bases(terms: PauliSum) -> NDArray[np.uint8]:
    """Return one setting for each sorted-insertion group, its free letters given to the next largest terms.

    Parameters
    ----------
    terms : PauliSum
    """
    groups, rows = terms.qubit_wise_groups(), PlaneRows.of(terms)
    largest_first = np.argsort(-np.abs(terms.coefficients), kind="stable")
    codes = rows.letters - 3 * rows.signs
    bases = np.full((groups.n_groups, terms.n_qubits), FREE, dtype=np.uint8)
    for basis, members in zip(bases, groups.indices, strict=True):
        insert_strings(np.concatenate((members, largest_first)), rows.starts, rows.signs, codes, basis)
    bases[bases == FREE] = 2
    return np.unique(bases, axis=0)[::-1]


def optimal_shares(measures: NDArray[np.bool_], squares: NDArray[np.float64], n_steps: int = 2000) -> NDArray:
    """Return the shares of the settings, summing to one, that minimise ``sum_j squares[j] / p_j``.

    The multiplicative algorithm of optimal design: a share grows with the square root of how fast the cost falls with
    it. Every step lowers the cost.

    Parameters
    ----------
    measures : ndarray of bool, shape (n_settings, n_terms)
        Every term is measured by a setting.
    squares : ndarray of float, shape (n_terms,)
    n_steps : int

    References
    ----------
    Yu, Ann. Stat. 38, 1593 (2010), Theorem 2 (power 1/2).
    """
    counted = measures.astype(float)
    shares = np.full(len(counted), 1 / len(counted))
    for _ in range(n_steps):
        slope = counted @ (squares / (shares @ counted) ** 2)
        new = shares * np.sqrt(slope)
        new /= new.sum()
        done = np.abs(new - shares).max() < 1e-10
        shares = new
        if done:
            break
    return shares
