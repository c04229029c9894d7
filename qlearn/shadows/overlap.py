"""Purity, overlap and fidelity of devices: U-statistics over pairs of shots, with jackknife errors over settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from .._bits import bits_index
from ..estimates import Estimate
from ..sim import State
from .calibration import QubitCalibration
from .data import ShadowData
from .matching import count_ones
from .randomised import (
    Readout,
    Settings,
    apply_each,
    jackknife,
    jackknife_error,
    mean_without,
    outcome_probabilities,
    prior_factor,
    uniform_settings,
)

_MAX_CALIBRATED = 16
_KERNEL = np.array([[2.0, -1.0], [-1.0, 2.0]])


class LeaveOneOut(NamedTuple):
    """A U-statistic, and its values that leave out one setting each."""

    value: float
    without: NDArray[np.float64]
    method: str


def purity(
    data: ShadowData,
    qubits: int | Sequence[int] | None = None,
    *,
    pairs: str | None = None,
    prior: State | ArrayLike | None = None,
    calibration: QubitCalibration | None = None,
) -> Estimate:
    """Return the purity ``Tr rho**2`` of some qubits, unbiased, from settings drawn uniformly at random.

    Pairs of shots of one setting are compared by their Hamming distance, or pairs of shots of different settings as
    classical shadows. Either is a U-statistic (no shot is paired with itself), and its error is the jackknife's over
    settings. The value can lie outside [2**-k, 1].

    Cost: ``n_shots**2`` times a nanosecond at most.

    Parameters
    ----------
    data : ShadowData
        Bases uniformly random; any fixed list that holds all bases of `qubits` equally often will do for pairs within
        settings.
    qubits : int or sequence of int, optional
        Up to 62; all by default.
    pairs : {"within", "between"}, optional
        By default within settings where each has two shots or more, else between them.
    prior : State of all qubits, or density matrix of `qubits`, optional
        A guess of the state (common randomised measurements): the exact values for it in the same settings are
        subtracted, their mean added. The better it is, the smaller the error, and no guess biases the result. For pairs
        within settings.
    calibration : QubitCalibration, optional
        Undoes the noise of the readout; its uncertainty enters the error. For pairs within settings, up to 16 qubits.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If settings were drawn with other probabilities, or there are too few of them.

    References
    ----------
    Brydges et al., Science 364, 260 (2019), Eq. (3); Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Eq. (S14);
    Vermersch et al., PRX Quantum 5, 010352 (2024).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(3), random_state=1)
    >>> ql.shadows.purity(data, qubits=[0, 1])
    0.54 ± 0.04 (20000 shots)
    >>> ql.shadows.purity(data, qubits=[0, 1], prior=ql.sim.State.ghz(3))
    0.508 ± 0.004 (20000 shots)
    """
    if calibration is None:
        found = leave_one_out_purity(data, qubits, pairs, prior)
        return Estimate(found.value, jackknife_error(found.without), data.n_shots, found.method)
    readout = Readout.of(calibration, data, qubits)
    found = leave_one_out_purity(data, qubits, pairs, prior, readout.factors)
    extra = readout.variance(lambda factors: leave_one_out_purity(data, qubits, pairs, prior, factors).value)
    error = np.sqrt(jackknife_error(found.without) ** 2 + extra)
    return Estimate(found.value, error, data.n_shots, found.method)


def leave_one_out_purity(
    data: ShadowData,
    qubits: int | Sequence[int] | None,
    pairs: str | None = None,
    prior: State | ArrayLike | None = None,
    factors: NDArray[np.float64] | None = None,
) -> LeaveOneOut:
    """Return the purity and the purities that leave out one setting each."""
    if pairs not in {None, "within", "between"}:
        raise ValueError(f'`pairs` must be "within", "between" or None, got {pairs!r}.')
    part = uniform_settings(data, qubits, "The purity")
    n = len(part.bases)
    enough = n > 1 and part.shots.min() > 1
    if pairs == "within" and not enough:
        raise ValueError("Pairs within settings need two settings or more, each of two shots or more.")
    if enough and pairs != "between":
        values = _values_within(part, factors)
        if prior is not None:
            values -= _prior_within(part, prior_factor(prior, data, qubits))
        return LeaveOneOut(*mean_without(values), "pairs within settings")
    if prior is not None or factors is not None:
        what = "A prior" if prior is not None else "A calibration"
        raise ValueError(f"{what} needs pairs within settings, two shots or more in each; use `moment` for others.")
    if n < 3:
        raise ValueError(f"The purity needs at least 3 settings, or 2 of at least 2 shots each; got {n}.")
    rows, columns = _sums_between(part, part, different=True)
    total, rows = float(rows.sum()), rows + columns
    return LeaveOneOut(total / (n * (n - 1)), (total - rows) / ((n - 1) * (n - 2)), "pairs between settings")


def _values_within(part: Settings, factors: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the mean of each setting over its pairs of shots; with factors, of outcomes divided by them."""
    values = np.empty(len(part.bases))
    if factors is None:
        _within(part.starts, part.outcomes, _table_within(part.n_qubits), values)
        return values
    if part.n_qubits > _MAX_CALIBRATED:
        raise ValueError(f"A calibrated purity is for up to {_MAX_CALIBRATED} qubits, got {part.n_qubits}.")
    ratio = 3 / factors**2
    kernels = 0.5 * np.array([[1 + ratio, 1 - ratio], [1 - ratio, 1 + ratio]]).transpose(2, 0, 1)
    with_itself = kernels[:, 0, 0].prod()
    for setting, shots in enumerate(part.shots):
        frequencies = part.frequencies(setting)
        total = frequencies @ apply_each(kernels, frequencies)
        values[setting] = (shots * total - with_itself) / (shots - 1)
    return values


def _prior_within(part: Settings, factor: NDArray) -> NDArray[np.float64]:
    """Return the exact purity statistic of each setting for a state, less its mean over all settings."""
    gram = factor.conj().T @ factor if factor.shape[1] < len(factor) else factor @ factor.conj().T
    truth = float(np.vdot(gram, gram).real)
    known: dict[bytes, float] = {}
    values = np.empty(len(part.bases))
    for s, basis in enumerate(part.bases):
        key = basis.tobytes()
        if key not in known:
            chances = outcome_probabilities(factor, basis)
            known[key] = float(chances @ apply_each(_KERNEL, chances)) - truth
        values[s] = known[key]
    return values


def overlap(data: ShadowData, other: ShadowData, qubits: int | Sequence[int] | None = None) -> Estimate:
    """Return the overlap ``Tr(rho sigma)`` of the states of two data sets, unbiased.

    Where both have the same list of settings, shots of equal settings are compared; otherwise those of all pairs of
    settings, as classical shadows. The first is much more precise with many shots a setting.

    Parameters
    ----------
    data, other : ShadowData
        Bases uniformly random, on as many qubits.
    qubits : int or sequence of int, optional
        All by default.

    Returns
    -------
    Estimate
        Its error is the jackknife's over settings.

    References
    ----------
    Elben et al., Phys. Rev. Lett. 124, 010504 (2020), Eq. (3).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 20_000)
    >>> first = scheme.measure(ql.sim.State.product("00"), random_state=1)
    >>> second = scheme.measure(ql.sim.State.product("0+"), random_state=2)
    >>> ql.shadows.overlap(first, second)
    0.50 ± 0.02 (40000 shots)
    """
    return _estimate_of(lambda overlap, first, second: overlap, data, other, qubits, with_purities=False)


def cross_platform_fidelity(
    data: ShadowData,
    other: ShadowData,
    qubits: int | Sequence[int] | None = None,
    *,
    normalisation: str = "geometric",
) -> Estimate:
    """Return the fidelity of the states of two data sets, ``Tr(rho sigma)`` over a mean of the purities.

    Parameters
    ----------
    data, other : ShadowData
        Bases uniformly random, two shots or more in each setting; best with the same list of settings.
    qubits : int or sequence of int, optional
        All by default.
    normalisation : {"geometric", "max"}
        Divide by the geometric mean of the purities, or by the larger one. The latter is smaller, and biased down
        where the purities are alike, as noise makes one of them the larger.

    Returns
    -------
    Estimate
        Its first-order bias removed by the jackknife over settings, which gives the error; NaN where a purity is not
        positive.

    References
    ----------
    Elben et al., Phys. Rev. Lett. 124, 010504 (2020), Eq. (1).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 20_000)
    >>> state = ql.sim.State.ghz(2)
    >>> first, second = scheme.measure(state, random_state=1), scheme.measure(state, random_state=2)
    >>> ql.shadows.cross_platform_fidelity(first, second)
    1.005 ± 0.003 (40000 shots)
    """
    if normalisation not in {"geometric", "max"}:
        raise ValueError(f'`normalisation` must be "geometric" or "max", got {normalisation!r}.')

    def fidelity(
        overlap: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        positive = (np.asarray(first) > 0) & (np.asarray(second) > 0)
        first, second = np.where(positive, first, np.nan), np.where(positive, second, np.nan)
        return overlap / (np.sqrt(first * second) if normalisation == "geometric" else np.maximum(first, second))

    return _estimate_of(fidelity, data, other, qubits, with_purities=True)


def _estimate_of(
    function: Callable[..., NDArray[np.float64]],
    data: ShadowData,
    other: ShadowData,
    qubits: int | Sequence[int] | None,
    with_purities: bool,
) -> Estimate:
    """Return a function of overlap and purities with its jackknife error."""
    first, second = (uniform_settings(item, qubits, "The overlap") for item in (data, other))
    if first.n_qubits != second.n_qubits:
        raise ValueError(f"The data sets have {first.n_qubits} and {second.n_qubits} qubits.")
    ones = [
        leave_one_out_purity(item, qubits) if with_purities else LeaveOneOut(1.0, np.ones(len(part.bases)), "")
        for item, part in ((data, first), (other, second))
    ]
    n_shots = data.n_shots + other.n_shots
    if np.array_equal(first.bases, second.bases):
        if len(first.bases) < 2:
            raise ValueError(f"The overlap needs at least 2 settings, got {len(first.bases)}.")
        values = np.empty(len(first.bases))
        table = _table_within(first.n_qubits)
        _across(first.starts, first.outcomes, second.starts, second.outcomes, table, values)
        value, without = mean_without(values)
        result = jackknife(function, (value, ones[0].value, ones[1].value), (without, ones[0].without, ones[1].without))
        return Estimate(*result, n_shots, "common settings")
    if min(len(first.bases), len(second.bases)) < 2:
        raise ValueError("The overlap needs at least 2 settings of each data set.")
    rows, columns = _sums_between(first, second, different=False)
    total, n, m = float(rows.sum()), len(rows), len(columns)
    value = total / (n * m)
    by_first = jackknife(
        function,
        (value, ones[0].value, ones[1].value),
        ((total - rows) / ((n - 1) * m), ones[0].without, np.full(n, ones[1].value)),
    )
    by_second = jackknife(
        function,
        (value, ones[0].value, ones[1].value),
        ((total - columns) / (n * (m - 1)), np.full(m, ones[0].value), ones[1].without),
    )
    plain = float(function(value, ones[0].value, ones[1].value))
    corrected = by_first[0] + by_second[0] - plain
    return Estimate(corrected, float(np.hypot(by_first[1], by_second[1])), n_shots, "independent settings")


def _table_within(n_qubits: int) -> NDArray[np.float64]:
    return 2.0**n_qubits * (-0.5) ** np.arange(n_qubits + 1)


def _sums_between(first: Settings, second: Settings, different: bool) -> tuple[NDArray, NDArray]:
    """Return, for each setting of either, the sum over those of the other of the mean overlap of their shots."""
    n_qubits = first.n_qubits
    same, opposite = np.meshgrid(np.arange(n_qubits + 1), np.arange(n_qubits + 1), indexing="ij")
    table = 0.5 ** (n_qubits - same) * 5.0 ** np.maximum(same - opposite, 0) * (-4.0) ** opposite
    rows, columns = np.zeros(len(first.bases)), np.zeros(len(second.bases))
    planes = [_letter_bits(part) for part in (first, second)]
    arguments = [(part.starts, *bits, part.outcomes) for part, bits in zip((first, second), planes, strict=True)]
    _between(*arguments[0], *arguments[1], table, different, rows, columns)
    return rows, columns


def _letter_bits(part: Settings) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    return bits_index(part.bases & 1).astype(np.uint64), bits_index(part.bases >> 1).astype(np.uint64)


@njit(nogil=True, cache=True)
def _within(starts, outcomes, table, values):
    """Write the mean of ``table[Hamming distance]`` over the pairs of different shots of each setting."""
    for s in range(len(values)):
        total = 0.0
        for i in range(starts[s], starts[s + 1]):
            for j in range(starts[s], i):
                total += table[count_ones(outcomes[i] ^ outcomes[j])]
        n = starts[s + 1] - starts[s]
        values[s] = 2 * total / (n * (n - 1))


@njit(nogil=True, cache=True)
def _across(starts, outcomes, other_starts, other_outcomes, table, values):
    """Write the mean of ``table[Hamming distance]`` over the shots of equal settings of two data sets."""
    for s in range(len(values)):
        total = 0.0
        for i in range(starts[s], starts[s + 1]):
            for j in range(other_starts[s], other_starts[s + 1]):
                total += table[count_ones(outcomes[i] ^ other_outcomes[j])]
        values[s] = total / ((starts[s + 1] - starts[s]) * (other_starts[s + 1] - other_starts[s]))


@njit(nogil=True, cache=True)
def _between(starts, low, high, outcomes, starts_b, low_b, high_b, outcomes_b, table, different, rows, columns):
    """Add to `rows` and `columns` the mean overlap of the shots of every two settings, but one with itself."""
    full = len(table) - 1
    for s in range(len(rows)):
        for r in range(len(columns)):
            if different and s == r:
                continue
            total = 0.0
            differ = (low[s] ^ low_b[r]) | (high[s] ^ high_b[r])
            same = full - count_ones(differ)
            for i in range(starts[s], starts[s + 1]):
                for j in range(starts_b[r], starts_b[r + 1]):
                    total += table[same, count_ones((outcomes[i] ^ outcomes_b[j]) & ~differ)]
            total /= (starts[s + 1] - starts[s]) * (starts_b[r + 1] - starts_b[r])
            rows[s] += total
            columns[r] += total
