"""Generalised least squares over a pool of settings: shot counts and weights that minimise the variance together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .layout import Layout
from .symmetry import Unknowns

WIDE_PRIOR = 10.0  # standard deviation of an expectation value that is known to lie in [-1, 1]: says nothing
_CHUNK = 2**22


class Moments(NamedTuple):
    """Signs of Z strings in the outcomes of the all-Z basis, from which covariances are read.

    Attributes
    ----------
    parities : ndarray of float, shape (n_strings, n_outcomes)
        +1 or -1: the z part of each string on each distinct outcome.
    weights : ndarray of float, shape (n_outcomes,)
        Relative frequencies.
    """

    parities: NDArray[np.float64]
    weights: NDArray[np.float64]


class Pool(NamedTuple):
    """Settings, and how the strings that each of them measures vary together.

    Attributes
    ----------
    layout : Layout
    inverse_starts : ndarray of int64, shape (n_blocks + 1,)
        Where the matrix of each block begins in `inverses`.
    inverses : ndarray of float
        Inverse covariance matrices of single shots, signs such that every string estimates its unknown; flat.
    """

    layout: Layout
    inverse_starts: NDArray[np.int64]
    inverses: NDArray[np.float64]

    @property
    def n_settings(self) -> int:
        """Number of settings."""
        return len(self.layout.bases)


class Solution(NamedTuple):
    """The least-squares combination for given shot counts.

    Attributes
    ----------
    adjoint : ndarray of float, shape (n_unknowns,)
        Inverse information times coefficients.
    variance : float
        Of the energy in the model.
    """

    adjoint: NDArray[np.float64]
    variance: float


def moments(unknowns: Unknowns, outcomes: NDArray[np.uint8]) -> Moments:
    """Return the signs of all strings on the outcomes of the all-Z basis.

    Parameters
    ----------
    unknowns : Unknowns
    outcomes : ndarray of uint8, shape (n_shots, n_qubits)
    """
    distinct, counts = np.unique(outcomes, axis=0, return_counts=True)
    odd = (unknowns.strings.z.astype(np.float32) @ distinct.T.astype(np.float32)).astype(np.int64) & 1
    return Moments(1.0 - 2.0 * odd, counts / counts.sum())


def build_pool(unknowns: Unknowns, layout: Layout, pilot: Moments | None = None, regularisation: float = 0.01) -> Pool:
    """Return the inverse covariances of the strings of each setting.

    Strings of equal x part have a product of Z alone, whose mean the pilot tells; other covariances count as zero.

    Parameters
    ----------
    unknowns : Unknowns
    layout : Layout
    pilot : Moments, optional
        Without it all covariances count as zero.
    regularisation : float
        Share of the identity mixed into each covariance matrix.
    """
    sizes = np.diff(layout.block_starts)
    starts = np.append(0, np.cumsum(sizes**2))
    inverses = np.empty(starts[-1])
    sign, diagonal = unknowns.strings.coefficients, ~unknowns.strings.x.any(axis=1)
    for size in np.unique(sizes):
        blocks = np.flatnonzero(sizes == size)
        identity = np.broadcast_to(np.eye(size), (len(blocks), size, size))
        if pilot is None or size == 0:
            inverses[_places(starts[blocks], size**2)] = identity.reshape(len(blocks), -1)
            continue
        step = max(1, _CHUNK // int(size * max(len(pilot.weights), size)))
        for begin in range(0, len(blocks), step):
            some = blocks[begin : begin + step]
            rows = layout.strings[_places(layout.block_starts[some], size)]
            signs = pilot.parities[rows] * sign[rows, None]
            mean = np.where(diagonal[rows], signs @ pilot.weights, 0.0)
            covariance = (signs * pilot.weights) @ signs.transpose(0, 2, 1) - mean[:, :, None] * mean[:, None, :]
            mixed = (1 - regularisation) * covariance + regularisation * np.eye(size)
            inverses[_places(starts[some], size**2)] = np.linalg.inv(mixed).reshape(len(some), -1)
    return Pool(layout, starts, inverses)


def _places(starts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    return starts[:, None] + np.arange(length)


def solve(
    pool: Pool,
    shots: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    prior_width: float | NDArray[np.float64] = WIDE_PRIOR,
) -> Solution:
    """Return the combination of setting means that has the least variance.

    Cost: ``n_unknowns**3 / 3`` multiplications.

    Parameters
    ----------
    pool : Pool
    shots : ndarray of float, shape (n_settings,)
    coefficients : ndarray of float, shape (n_unknowns,)
    prior_width : float or ndarray of float, shape (n_unknowns,)
        Standard deviation of the unknowns about zero before any shot.
    """
    from scipy.linalg import cho_factor, cho_solve

    information = np.diag(np.broadcast_to(np.asarray(prior_width, dtype=float) ** -2.0, coefficients.shape))
    _add_information(*_arrays(pool), np.asarray(shots, dtype=float), information)
    factor = cho_factor(information, overwrite_a=True, check_finite=False)
    adjoint = cho_solve(factor, coefficients, check_finite=False)
    return Solution(adjoint, float(coefficients @ adjoint))


def slopes(pool: Pool, adjoint: NDArray[np.float64], wanted: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Return how fast the variance falls with one more shot of each setting, (n_settings,).

    Parameters
    ----------
    pool : Pool
    adjoint : ndarray of float, shape (n_unknowns,)
    wanted : ndarray of bool, shape (n_settings,), optional
        For which settings; zero elsewhere.
    """
    if wanted is None:
        wanted = np.ones(pool.n_settings, dtype=bool)
    weights, result = np.zeros(len(pool.layout.strings)), np.zeros(pool.n_settings)
    _weigh(*_arrays(pool), adjoint, wanted, weights, result)
    return np.maximum(result, 0)


def row_weights(pool: Pool, adjoint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of every string of every setting in one shot, (n_rows,).

    Parameters
    ----------
    pool : Pool
    adjoint : ndarray of float, shape (n_unknowns,)
    """
    weights, slope = np.zeros(len(pool.layout.strings)), np.zeros(pool.n_settings)
    _weigh(*_arrays(pool), adjoint, np.ones(pool.n_settings, dtype=bool), weights, slope)
    return weights


def optimal_shots(
    pool: Pool,
    coefficients: NDArray[np.float64],
    n_shots: int,
    spent: NDArray[np.float64],
    *,
    n_steps: int = 15,
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return real shot counts that minimise the variance, beside shots already spent.

    Multiplicative updates: a count grows with the square root of its slope. In the second half, settings with less
    than 1/50 of a shot are dropped.

    Parameters
    ----------
    pool : Pool
    coefficients : ndarray of float, shape (n_unknowns,)
    n_shots : int
    spent : ndarray of float, shape (n_settings,)
    n_steps : int
    start : ndarray of float, shape (n_settings,), optional
        Settings without shots get none; equal counts by default.
    """
    shots = np.full(pool.n_settings, 1.0) if start is None else start.astype(float)
    shots = shots * (n_shots / shots.sum())
    for step in range(n_steps):
        adjoint = solve(pool, shots + spent, coefficients).adjoint
        shots = shots * np.sqrt(slopes(pool, adjoint, shots > 0))
        if 2 * step >= n_steps:
            shots[shots < 0.02 * shots.sum() / n_shots] = 0
        shots *= n_shots / shots.sum()
    return shots


def _arrays(pool: Pool) -> tuple[NDArray, ...]:
    layout = pool.layout
    return layout.setting_blocks, layout.block_starts, layout.unknowns, pool.inverse_starts, pool.inverses


@njit(nogil=True, cache=True)
def _add_information(setting_blocks, block_starts, unknowns, inverse_starts, inverses, shots, information):
    for s in range(len(shots)):
        if shots[s] == 0:
            continue
        for block in range(setting_blocks[s], setting_blocks[s + 1]):
            first = block_starts[block]
            size = block_starts[block + 1] - first
            for i in range(size):
                row = unknowns[first + i]
                for j in range(size):
                    information[row, unknowns[first + j]] += shots[s] * inverses[inverse_starts[block] + i * size + j]


@njit(nogil=True, cache=True)
def _weigh(setting_blocks, block_starts, unknowns, inverse_starts, inverses, adjoint, wanted, weights, slope):
    for s in range(len(wanted)):
        if not wanted[s]:
            continue
        total = 0.0
        for block in range(setting_blocks[s], setting_blocks[s + 1]):
            first = block_starts[block]
            size = block_starts[block + 1] - first
            for i in range(size):
                weight = 0.0
                for j in range(size):
                    weight += inverses[inverse_starts[block] + i * size + j] * adjoint[unknowns[first + j]]
                weights[first + i] = weight
                total += weight * adjoint[unknowns[first + i]]
        slope[s] = total
