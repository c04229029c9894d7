"""The two verbs most users need: expectation values of sums, and all correlators of one or two letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..estimates import Estimate
from ..paulis import PauliSum
from .blocks import ShadowBlocks
from .data import ShadowData
from .estimator import AbstractEstimator, TermEstimates
from .match_ratio import MatchRatio


def estimate(
    data: ShadowData | ShadowBlocks,
    observables: PauliSum | Sequence[PauliSum],
    estimator: AbstractEstimator | None = None,
) -> Estimate:
    """Return the expectation value of each observable with its standard error.

    Parameters
    ----------
    data : ShadowData or ShadowBlocks
    observables : PauliSum or sequence of PauliSum
        Hermitian. A sum with a term that no shot measured comes out as NaN, with a warning.
    estimator : AbstractEstimator, optional
        `MatchRatio` by default, which needs no knowledge of how the settings were chosen.

    Returns
    -------
    Estimate
        Numbers for a single PauliSum, else arrays of shape (n_observables,).

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XI": 0.5})
    >>> scheme = ql.shadows.Uniform(random_state=0).design(hamiltonian, n_shots=2000)
    >>> data = scheme.measure(ql.sim.State.product("0+"), random_state=1)
    >>> ql.shadows.estimate(data, hamiltonian)
    0.05 ± 0.07 (2000 shots)
    """
    return (MatchRatio() if estimator is None else estimator).estimate(data, observables)


def estimate_terms(
    data: ShadowData | ShadowBlocks, strings: PauliSum, estimator: AbstractEstimator | None = None
) -> TermEstimates:
    """Return the expectation value of each string of a sum on its own, with the number of shots that measured it.

    Parameters
    ----------
    data : ShadowData or ShadowBlocks
    strings : PauliSum
        Coefficients are left out.
    estimator : AbstractEstimator, optional
        `MatchRatio` by default.

    Returns
    -------
    TermEstimates

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ", "ZX"], [[0, 0], [1, 0]])
    >>> terms = ql.shadows.estimate_terms(data, ql.PauliSum({"ZI": 1.0, "XX": 1.0}))
    >>> terms.estimate.value, terms.n_matches
    (array([ 0., nan]), array([2, 0]))
    """
    return (MatchRatio() if estimator is None else estimator).estimate_terms(data, strings)


@dataclass(frozen=True, eq=False)
class Correlators:
    """All expectation values of one and of two letters, from one pass over the data.

    Attributes
    ----------
    singles : Estimate
        Arrays (n_qubits, 3): qubit, letter (X, Y, Z).
    pairs : Estimate
        Arrays (n_qubits, n_qubits, 3, 3): qubits p and q, letter on p, letter on q. A pair of a qubit with itself is 1
        for equal letters, and else NaN.
    n_matches : ndarray of int64, shape (n_qubits, n_qubits, 3, 3)
        Shots that measured both letters.
    """

    singles: Estimate
    pairs: Estimate
    n_matches: NDArray[np.int64]


def correlators(data: ShadowData | ShadowBlocks, estimator: AbstractEstimator | None = None) -> Correlators:
    """Return the expectation values of all Pauli strings of weight one and two.

    Cost: about ``9 n (n - 1) / 2 * shots / 4e10`` seconds for n qubits.

    Parameters
    ----------
    data : ShadowData or ShadowBlocks
    estimator : AbstractEstimator, optional
        `MatchRatio` by default.

    Returns
    -------
    Correlators

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ"], [[[0, 0], [1, 1], [0, 1], [0, 0]]])
    >>> float(ql.shadows.correlators(data).pairs.value[0, 1, 2, 2])
    0.5
    """
    n = data.n_qubits
    single, (first, second) = np.arange(3 * n), np.triu_indices(3 * n, 1)
    apart = first // 3 != second // 3
    first, second = first[apart], second[apart]
    rows = np.arange(3 * n, 3 * n + len(first))
    letters = np.zeros((3 * n + len(first), n), dtype=np.uint8)
    for row, letter in ((single, single), (rows, first), (rows, second)):
        letters[row, letter // 3] = 1 + letter % 3
    strings = PauliSum.from_arrays((letters == 1) | (letters == 2), letters >= 2, np.ones(len(letters)))
    found = estimate_terms(data, strings, estimator)

    def table(values: NDArray, diagonal: NDArray, filler: float) -> NDArray:
        square = np.full((3 * n, 3 * n), filler, dtype=values.dtype)
        square[first, second] = square[second, first] = values[3 * n :]
        square[single, single] = diagonal
        return square.reshape(n, 3, n, 3).transpose(0, 2, 1, 3)

    value, error = found.estimate.value, found.estimate.std_error
    shots, method = found.estimate.n_shots, found.estimate.method
    pairs = Estimate(table(value, np.ones(3 * n), np.nan), table(error, np.zeros(3 * n), np.nan), shots, method)
    singles = Estimate(value[: 3 * n].reshape(n, 3), error[: 3 * n].reshape(n, 3), shots, method)
    return Correlators(singles, pairs, table(found.n_matches, found.n_matches[: 3 * n], 0))
