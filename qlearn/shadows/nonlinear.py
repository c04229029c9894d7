"""Purity and Renyi-2 entropy as U-statistics: unbiased, with jackknife errors over settings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .._bits import bits_index
from ..estimates import Estimate
from .data import ShadowData

_MAX_QUBITS = 62


def purity(data: ShadowData, qubits: int | Sequence[int] | None = None) -> Estimate:
    """Return the purity ``Tr rho**2`` of some qubits, unbiased, from settings drawn uniformly at random.

    Where every setting has two shots or more, pairs of shots of one setting are compared by their Hamming distance;
    otherwise pairs of shots of different settings, as classical shadows. Either is a U-statistic (no shot is paired
    with itself), and its error is the jackknife's over settings. The value can lie outside [2**-k, 1].

    Cost: ``n_shots**2 / 2`` times a few nanoseconds at most.

    Parameters
    ----------
    data : ShadowData
        Bases uniformly random; any fixed list that holds all bases of `qubits` equally often will do for pairs of one
        setting.
    qubits : int or sequence of int, optional
        Up to 62; all by default.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If settings were drawn with other probabilities, or there are too few of them.

    References
    ----------
    Brydges et al., Science 364, 260 (2019), Eq. (3); Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Eq. (S14).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(3), random_state=1)
    >>> ql.shadows.purity(data, qubits=[0, 1])
    0.54 ± 0.04 (20000 shots)
    """
    value, without, method = _leave_one_out(data, qubits)
    return Estimate(value, _jackknife_error(without), data.n_shots, method)


def renyi_entropy(data: ShadowData, qubits: int | Sequence[int] | None = None) -> Estimate:
    """Return the second Renyi entropy ``-ln Tr rho**2`` of some qubits, its bias removed to first order.

    The logarithm of an unbiased purity is biased; the jackknife over settings corrects it and gives the error.

    Parameters
    ----------
    data : ShadowData
        See `purity`.
    qubits : int or sequence of int, optional
        All by default.

    Returns
    -------
    Estimate
        In units of the natural logarithm; NaN, with a warning, where the purity, or one that leaves out a setting, is
        not positive: the data do not suffice then.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(3), random_state=1)
    >>> ql.shadows.renyi_entropy(data, qubits=[0, 1])
    0.62 ± 0.07 (20000 shots)
    """
    value, without, method = _leave_one_out(data, qubits)
    if value <= 0 or (without <= 0).any():
        warnings.warn("The purity is not certainly positive, so the entropy is NaN; measure more.", stacklevel=2)
        return Estimate(np.nan, np.nan, data.n_shots, method)
    logs, n = -np.log(without), len(without)
    return Estimate(-n * np.log(value) - (n - 1) * logs.mean(), _jackknife_error(logs), data.n_shots, method)


def _jackknife_error(without: NDArray[np.float64]) -> float:
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


def _leave_one_out(data: ShadowData, qubits: int | Sequence[int] | None) -> tuple[float, NDArray[np.float64], str]:
    """Return the purity, the purities that leave out one setting each, and how they were found."""
    part = data if qubits is None else data.restrict(qubits)
    probabilities = part.basis_probabilities
    if probabilities is not None and not np.allclose(probabilities, 1 / 3):
        raise ValueError("The purity needs settings drawn uniformly, and these were drawn with other probabilities.")
    if not 0 < part.n_qubits <= _MAX_QUBITS:
        raise ValueError(f"`qubits` must name 1 to {_MAX_QUBITS} qubits, got {part.n_qubits}.")
    shots = part.shots_per_setting
    if (shots == 0).any():
        part = part.subset(shots > 0)
        shots = part.shots_per_setting
    starts = np.append(0, np.cumsum(shots))
    outcomes = bits_index(part.outcomes)
    if len(shots) > 1 and shots.min() > 1:
        values = np.empty(len(shots))
        distance = np.arange(part.n_qubits + 1)
        _within(starts, outcomes, 2.0**part.n_qubits * (-0.5) ** distance, values)
        n = len(values)
        return float(values.mean()), (values.sum() - values) / (n - 1), "pairs within settings"
    if len(shots) < 3:
        raise ValueError(f"The purity needs at least 3 settings, or 2 of at least 2 shots each; got {len(shots)}.")
    same, opposite = np.meshgrid(np.arange(part.n_qubits + 1), np.arange(part.n_qubits + 1), indexing="ij")
    table = 0.5 ** (part.n_qubits - same) * 5.0 ** np.maximum(same - opposite, 0) * (-4.0) ** opposite
    bases = part.bases[part.setting_of_shot]
    rows = np.zeros(len(shots))
    _between(starts, bits_index(bases & 1), bits_index(bases >> 1), outcomes, table, rows)
    n, total = len(rows), rows.sum()
    return float(total / (n * (n - 1))), (total - 2 * rows) / ((n - 1) * (n - 2)), "pairs between settings"


@njit(nogil=True, cache=True)
def _ones(word):
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count


@njit(nogil=True, cache=True)
def _within(starts, outcomes, table, values):
    """Write the mean of ``table[Hamming distance]`` over the pairs of different shots of each setting."""
    for s in range(len(values)):
        total = 0.0
        for i in range(starts[s], starts[s + 1]):
            for j in range(starts[s], i):
                total += table[_ones(outcomes[i] ^ outcomes[j])]
        n = starts[s + 1] - starts[s]
        values[s] = 2 * total / (n * (n - 1))


@njit(nogil=True, cache=True)
def _between(starts, low, high, outcomes, table, rows):
    """Add to `rows` of each setting the means, over its pairs of shots with every other setting, of the overlap."""
    full = len(table) - 1
    for s in range(len(rows)):
        for r in range(s):
            total = 0.0
            # Bases are those of settings: the first shot of each tells them.
            differ = (low[starts[s]] ^ low[starts[r]]) | (high[starts[s]] ^ high[starts[r]])
            same = full - _ones(differ)
            for i in range(starts[s], starts[s + 1]):
                for j in range(starts[r], starts[r + 1]):
                    total += table[same, _ones((outcomes[i] ^ outcomes[j]) & ~differ)]
            total /= (starts[s + 1] - starts[s]) * (starts[r + 1] - starts[r])
            rows[s] += total
            rows[r] += total
