"""Moments of a state and of its partial transpose, from products of the shadows of different settings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb, factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_count, check_qubits
from ..estimates import Estimate
from ..sim import State
from .calibration import QubitCalibration
from .data import ShadowData
from .overlap import LeaveOneOut, leave_one_out_purity
from .randomised import (
    Readout,
    Settings,
    jackknife,
    jackknife_error,
    outcome_probabilities,
    prior_factor,
    require_dense,
    uniform_settings,
)

_MAX_QUBITS = 12
_MOST_BATCHES = 30
_TABLE_BYTES = 2**26
# The inverse of the measurement channel, 3 |b><b| - 1, for each letter and outcome.
_SNAPSHOTS = np.array(
    [
        [[[0.5, 1.5], [1.5, 0.5]], [[0.5, -1.5], [-1.5, 0.5]]],
        [[[0.5, -1.5j], [1.5j, 0.5]], [[0.5, 1.5j], [-1.5j, 0.5]]],
        [[[2, 0], [0, -1]], [[-1, 0], [0, 2]]],
    ]
)


def moment(
    data: ShadowData,
    order: int,
    qubits: int | Sequence[int] | None = None,
    *,
    transposed: int | Sequence[int] = (),
    n_batches: int | None = None,
    prior: State | ArrayLike | None = None,
    calibration: QubitCalibration | None = None,
) -> Estimate:
    """Return ``Tr rho**order`` of some qubits, or of the partial transpose of their state, unbiased.

    A U-statistic: every product is one of shadows of `order` different settings, or batches of settings. Its error is
    the jackknife's over them.

    Cost: for orders 2 and 3, about ``n_settings * 8**k * 1e-10`` seconds for k qubits, or so for `n_batches`; for
    others ``binomial(n_batches, order - 1) * order * 8**k * 1e-10``.

    Parameters
    ----------
    data : ShadowData
        Bases uniformly random.
    order : int
        From 2.
    qubits : int or sequence of int, optional
        Up to 12; all by default.
    transposed : int or sequence of int
        Those of `qubits` whose part of the state is transposed; none by default.
    n_batches : int, optional
        The shadows of the settings of each batch are averaged first. By default, orders 2 and 3 have a setting each,
        higher orders as many batches as 64 MiB hold tables for, at most 30. An error from few batches is itself
        uncertain, by ``1 / sqrt(2 * n_batches)``.
    prior : State of all qubits, or density matrix of `qubits`, optional
        A guess of the state (common randomised measurements): its exact shadow in each setting is subtracted, the guess
        added. The better it is, the smaller the error, and no guess biases the result.
    calibration : QubitCalibration, optional
        Undoes the noise of the readout; its uncertainty enters the error.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If settings were drawn with other probabilities, or there are too few of them.

    References
    ----------
    Elben et al., Phys. Rev. Lett. 125, 200501 (2020), Eq. (4); Rath et al., PRX Quantum 4, 010318 (2023), for batches;
    Vermersch et al., PRX Quantum 5, 010352 (2024), for the prior.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(2), random_state=1)
    >>> ql.shadows.moment(data, 3, transposed=[1])
    0.25 ± 0.02 (20000 shots)
    """
    if calibration is None:
        found = leave_one_out_moment(data, order, qubits, transposed, n_batches, prior)
        return Estimate(found.value, jackknife_error(found.without), data.n_shots, found.method)
    readout = Readout.of(calibration, data, qubits)

    def calibrated(factors: NDArray[np.float64]) -> LeaveOneOut:
        return leave_one_out_moment(data, order, qubits, transposed, n_batches, prior, factors)

    found = calibrated(readout.factors)
    extra = readout.variance(lambda factors: calibrated(factors).value)
    error = np.sqrt(jackknife_error(found.without) ** 2 + extra)
    return Estimate(found.value, error, data.n_shots, found.method)


def p3_ppt(
    data: ShadowData,
    transposed: int | Sequence[int],
    qubits: int | Sequence[int] | None = None,
    *,
    n_batches: int | None = None,
    prior: State | ArrayLike | None = None,
) -> Estimate:
    """Return ``p2**2 - p3`` of the moments of the partial transpose: above 0, the two parts are entangled.

    Parameters
    ----------
    data : ShadowData
        Bases uniformly random.
    transposed : int or sequence of int
        One part of `qubits`; the others are the other part.
    qubits : int or sequence of int, optional
        Up to 12; all by default.
    n_batches, prior : optional
        See `moment`.

    Returns
    -------
    Estimate
        Its first-order bias removed by the jackknife.

    References
    ----------
    Elben et al., Phys. Rev. Lett. 125, 200501 (2020), Eq. (2).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(2), random_state=1)
    >>> ql.shadows.p3_ppt(data, [0])
    0.47 ± 0.15 (20000 shots)
    """
    second = leave_one_out_moment(data, 2, qubits, transposed, n_batches, prior)
    third = leave_one_out_moment(data, 3, qubits, transposed, n_batches, prior)
    value, error = jackknife(lambda p2, p3: p2**2 - p3, (second.value, third.value), (second.without, third.without))
    return Estimate(value, error, data.n_shots, third.method)


def renyi_entropy(
    data: ShadowData,
    qubits: int | Sequence[int] | None = None,
    order: int = 2,
    *,
    n_batches: int | None = None,
    prior: State | ArrayLike | None = None,
    calibration: QubitCalibration | None = None,
) -> Estimate:
    """Return the Renyi entropy ``ln(Tr rho**order) / (1 - order)`` of some qubits, its bias removed to first order.

    The logarithm of an unbiased moment is biased; the jackknife over settings corrects it and gives the error.

    Parameters
    ----------
    data : ShadowData
        See `purity` for order 2, `moment` for others.
    qubits : int or sequence of int, optional
        All by default.
    order : int
        From 2.
    n_batches : int, optional
        See `moment`; not for order 2.
    prior : State of all qubits, or density matrix of `qubits`, optional
        See `purity`.
    calibration : QubitCalibration, optional
        See `purity`.

    Returns
    -------
    Estimate
        In units of the natural logarithm; NaN, with a warning, where the moment, or one that leaves out a setting, is
        not positive: the data do not suffice then.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 20_000)
    >>> data = scheme.measure(ql.sim.State.ghz(3), random_state=1)
    >>> ql.shadows.renyi_entropy(data, qubits=[0, 1])
    0.62 ± 0.07 (20000 shots)
    """
    check_count("order", order, minimum=2)

    def find(factors: NDArray[np.float64] | None) -> LeaveOneOut:
        if order == 2 and n_batches is None:
            return leave_one_out_purity(data, qubits, None, prior, factors)
        return leave_one_out_moment(data, order, qubits, (), n_batches, prior, factors)

    readout = None if calibration is None else Readout.of(calibration, data, qubits)
    found = find(None if readout is None else readout.factors)
    if found.value <= 0 or (found.without <= 0).any():
        warnings.warn("The moment is not certainly positive, so the entropy is NaN; measure more.", stacklevel=2)
        return Estimate(np.nan, np.nan, data.n_shots, found.method)
    value, error = jackknife(lambda m: np.log(m) / (1 - order), (found.value,), (found.without,))
    if readout is not None:
        slope = 1 / (found.value * (order - 1))
        error = float(np.sqrt(error**2 + slope**2 * readout.variance(lambda factors: find(factors).value)))
    return Estimate(value, error, data.n_shots, found.method)


def leave_one_out_moment(
    data: ShadowData,
    order: int,
    qubits: int | Sequence[int] | None,
    transposed: int | Sequence[int],
    n_batches: int | None,
    prior: State | ArrayLike | None,
    factors: NDArray[np.float64] | None = None,
) -> LeaveOneOut:
    """Return a moment and the moments that leave out one batch each."""
    check_count("order", order, minimum=2)
    part = uniform_settings(data, qubits, "A moment", _MAX_QUBITS)
    turned = _positions(transposed, data, qubits)
    number = len(part.bases)
    if n_batches is None:
        n_batches = number if order < 4 else min(number, _default_batches(order, part.n_qubits))
    check_count("n_batches", n_batches, minimum=1)
    if not order < n_batches <= number:
        raise ValueError(
            f"A moment of order {order} needs {order + 1} settings or batches, and no more batches than settings; got "
            f"{number} settings, {n_batches} batches."
        )
    guess = None if prior is None else prior_factor(prior, data, qubits)
    batches = _Batches(part, n_batches, turned, guess, factors)
    if order == 2:
        value, without = _second(batches)
    elif order == 3:
        value, without = _third(batches)
    else:
        value, without = _higher(batches, order)
    return LeaveOneOut(value, without, f"products of {'settings' if n_batches == number else 'batches'}")


def _positions(transposed: int | Sequence[int], data: ShadowData, qubits: int | Sequence[int] | None) -> list[int]:
    """Return where the transposed qubits stand among the chosen ones."""
    kept = list(range(data.n_qubits) if qubits is None else check_qubits(qubits, data.n_qubits))
    turned = check_qubits(transposed, data.n_qubits)
    for qubit in turned:
        if qubit not in kept:
            raise ValueError(f"Qubit {qubit} is transposed, but not among the chosen qubits {kept}.")
    return [kept.index(qubit) for qubit in turned]


def _default_batches(order: int, n_qubits: int) -> int:
    size = 16 * 4**n_qubits
    fitting = [b for b in range(order + 1, _MOST_BATCHES + 1) if comb(b, order - 1) * size <= _TABLE_BYTES]
    return max(fitting, default=order + 1)


class _Batches:
    """The mean shadow of each batch of settings, made anew whenever they are iterated over."""

    def __init__(
        self,
        part: Settings,
        n_batches: int,
        transposed: list[int],
        prior: NDArray | None,
        factors: NDArray[np.float64] | None,
    ) -> None:
        require_dense(part.n_qubits, 8, "Moments")
        self.part, self.n_batches, self.prior = part, n_batches, prior
        self._exact = np.tile(_SNAPSHOTS, (part.n_qubits, 1, 1, 1, 1))
        for qubit in transposed:
            self._exact[qubit] = self._exact[qubit].swapaxes(-1, -2)
        scale = np.ones(part.n_qubits) if factors is None else factors
        self._measured = np.eye(2) / 2 + (self._exact - np.eye(2) / 2) / scale[:, None, None, None, None]
        self._added = None if prior is None else _partial_transpose(prior @ prior.conj().T, transposed)

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[NDArray[np.complex128]]:
        for settings in np.array_split(np.arange(len(self.part.bases)), self.n_batches):
            total = sum(self._shadow(setting) for setting in settings) / len(settings)
            yield total if self._added is None else total + self._added

    def _shadow(self, setting: int) -> NDArray[np.complex128]:
        basis = self.part.bases[setting]
        shadow = _inverted(self.part.frequencies(setting), basis, self._measured)
        if self.prior is None:
            return shadow
        return shadow - _inverted(outcome_probabilities(self.prior, basis), basis, self._exact)


def _inverted(chances: NDArray[np.float64], basis: NDArray[np.uint8], snapshots: NDArray) -> NDArray[np.complex128]:
    """Return the sum over outcomes of their chances times the products of the snapshots of their bits."""
    tensor = chances.astype(complex)
    for qubit, letter in enumerate(basis):  # replaces the bit in front by row and column at the end
        tensor = np.tensordot(tensor.reshape(2, -1), snapshots[qubit, letter], axes=(0, 0)).reshape(-1)
    return _matrix(tensor, len(basis))


def _matrix(tensor: NDArray, n_qubits: int) -> NDArray:
    """Return a matrix from a tensor whose axes are row 0, column 0, row 1, ..."""
    split = tensor.reshape((2,) * (2 * n_qubits))
    axes = [*range(0, 2 * n_qubits, 2), *range(1, 2 * n_qubits, 2)]
    return split.transpose(axes).reshape(2**n_qubits, 2**n_qubits)


def _partial_transpose(matrix: NDArray, qubits: list[int]) -> NDArray:
    n_qubits = len(matrix).bit_length() - 1
    axes = list(range(2 * n_qubits))
    for qubit in qubits:
        axes[qubit], axes[n_qubits + qubit] = n_qubits + qubit, qubit
    return matrix.reshape((2,) * (2 * n_qubits)).transpose(axes).reshape(matrix.shape)


def _trace(left: NDArray, right: NDArray) -> float:
    """Return the real part of Tr(left right)."""
    return float(np.einsum("ij,ji->", left, right).real)


def _second(batches: _Batches) -> tuple[float, NDArray[np.float64]]:
    total, n = sum(batches), len(batches)
    squares, rows = np.empty(n), np.empty(n)
    for i, shadow in enumerate(batches):
        squares[i], rows[i] = _trace(shadow, shadow), _trace(shadow, total)
    whole = _trace(total, total) - squares.sum()
    return whole / (n * (n - 1)), (whole - 2 * (rows - squares)) / ((n - 1) * (n - 2))


def _third(batches: _Batches) -> tuple[float, NDArray[np.float64]]:
    """All triples of different batches, by inclusion and exclusion: ``Tr S^3 - 3 Tr(A S) + 2 C``.

    S is the sum of the shadows, A that of their squares, C that of the traces of their cubes.
    """
    n = len(batches)
    total, squares, cubes = 0.0, 0.0, np.empty(n)
    for i, shadow in enumerate(batches):
        square = shadow @ shadow
        total, squares, cubes[i] = total + shadow, squares + square, _trace(square, shadow)
    whole = _trace(total @ total, total) - 3 * _trace(squares, total) + 2 * cubes.sum()
    without = np.empty(n)
    for i, shadow in enumerate(batches):
        rest = total - shadow
        others = squares - shadow @ shadow
        without[i] = _trace(rest @ rest, rest) - 3 * _trace(others, rest) + 2 * (cubes.sum() - cubes[i])
    return whole / (n * (n - 1) * (n - 2)), without / ((n - 1) * (n - 2) * (n - 3))


def _higher(batches: _Batches, order: int) -> tuple[float, NDArray[np.float64]]:
    """All ordered products of different batches, by a table over sets: the last factor of a set is each of it once."""
    shadows, n = list(batches), len(batches)
    require_dense(batches.part.n_qubits, comb(n, order - 1) + comb(n, order - 2), f"Moments of order {order}")
    products = {(i,): shadow for i, shadow in enumerate(shadows)}
    for size in range(2, order):
        products = {
            chosen: sum(products[chosen[:k] + chosen[k + 1 :]] @ shadows[i] for k, i in enumerate(chosen))
            for chosen in combinations(range(n), size)
        }
    whole, of_batch = 0.0, np.zeros(n)
    for chosen in combinations(range(n), order):
        # Traces are cyclic: the product that ends in one factor stands for all its turns.
        value = order * _trace(products[chosen[:-1]], shadows[chosen[-1]])
        whole += value
        of_batch[list(chosen)] += value
    scale = factorial(order)
    return whole / (scale * comb(n, order)), (whole - of_batch) / (scale * comb(n - 1, order))
