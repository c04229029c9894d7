"""Generalised least squares over a pool of settings: shot counts and weights that minimise the variance together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .symmetry import Unknowns
from .variance import compatible

_PRIOR = 1e-2  # of the information: a prior of standard deviation 10, which only keeps the matrix invertible


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
    """Settings, which strings each of them measures, and how these vary together.

    Attributes
    ----------
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    starts : ndarray of int64, shape (n_settings + 1,)
        Where the strings of each setting begin in `strings`.
    strings : ndarray of int64, shape (n_rows,)
        At most one string of each unknown in a setting.
    unknowns : ndarray of int64, shape (n_rows,)
        The unknown each of them tells.
    blocks : ndarray of int64, shape (n_settings + 1,)
        Where the matrix of each setting begins in `inverses`.
    inverses : ndarray of float
        Inverse covariance matrices of single shots, signs such that every string estimates its unknown; flat.
    """

    bases: NDArray[np.uint8]
    starts: NDArray[np.int64]
    strings: NDArray[np.int64]
    unknowns: NDArray[np.int64]
    blocks: NDArray[np.int64]
    inverses: NDArray[np.float64]


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


def build_pool(
    unknowns: Unknowns, bases: NDArray[np.uint8], pilot: Moments | None = None, shrinkage: float = 0.01
) -> Pool:
    """Return the strings of each setting and their inverse covariances.

    Strings of equal x part have a product of Z alone, whose mean the pilot tells; other covariances count as zero.

    Parameters
    ----------
    unknowns : Unknowns
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    pilot : Moments, optional
        Without it all covariances count as zero.
    shrinkage : float
        Share of the identity mixed into each covariance matrix.
    """
    measured = compatible(bases, unknowns.strings)
    pattern = np.unique(np.packbits(unknowns.strings.x, axis=1), axis=0, return_inverse=True)[1].ravel()
    diagonal = ~unknowns.strings.x.any(axis=1)
    sign = unknowns.strings.coefficients
    strings, inverses = [], []
    for row in measured:
        found = np.flatnonzero(row)
        found = found[np.unique(unknowns.unknown[found], return_index=True)[1]]
        strings.append(found)
        inverse = np.eye(len(found))
        if pilot is not None and len(found):
            signs = pilot.parities[found] * sign[found, None]
            mean = np.where(diagonal[found], signs @ pilot.weights, 0.0)
            covariance = (signs * pilot.weights) @ signs.T * (pattern[found, None] == pattern[found])
            inverse = np.linalg.inv((1 - shrinkage) * (covariance - np.outer(mean, mean)) + shrinkage * inverse)
        inverses.append(inverse.ravel())
    sizes = np.array([len(found) for found in strings], dtype=np.int64)
    flat = np.concatenate(strings) if strings else np.empty(0, dtype=np.int64)
    starts, blocks = np.append(0, np.cumsum(sizes)), np.append(0, np.cumsum(sizes**2))
    return Pool(bases, starts, flat, unknowns.unknown[flat], blocks, np.concatenate([*inverses, np.empty(0)]))


def solve(pool: Pool, shots: NDArray[np.float64], coefficients: NDArray[np.float64]) -> Solution:
    """Return the combination of setting means that has the least variance.

    Cost: ``n_unknowns**3 / 3`` multiplications.

    Parameters
    ----------
    pool : Pool
    shots : ndarray of float, shape (n_settings,)
    coefficients : ndarray of float, shape (n_unknowns,)
    """
    from scipy.linalg import cho_factor, cho_solve

    information = _PRIOR * np.eye(len(coefficients))
    _add_information(pool.starts, pool.unknowns, pool.blocks, pool.inverses, shots, information)
    adjoint = cho_solve(cho_factor(information, check_finite=False), coefficients, check_finite=False)
    return Solution(adjoint, float(coefficients @ adjoint))


def slopes(pool: Pool, adjoint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how fast the variance falls with one more shot of each setting, (n_settings,).

    Parameters
    ----------
    pool : Pool
    adjoint : ndarray of float, shape (n_unknowns,)
    """
    result = np.empty(len(pool.bases))
    _slopes(pool.starts, pool.unknowns, pool.blocks, pool.inverses, adjoint, result)
    return result


def row_weights(pool: Pool, adjoint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of every string of every setting in one shot, (n_rows,).

    Parameters
    ----------
    pool : Pool
    adjoint : ndarray of float, shape (n_unknowns,)
    """
    result = np.empty(len(pool.strings))
    _row_weights(pool.starts, pool.unknowns, pool.blocks, pool.inverses, adjoint, result)
    return result


def optimal_shots(
    pool: Pool, coefficients: NDArray[np.float64], n_shots: int, spent: NDArray[np.float64], n_steps: int = 15
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
    """
    shots = np.full(len(pool.bases), n_shots / len(pool.bases))
    for step in range(n_steps):
        shots = shots * np.sqrt(slopes(pool, solve(pool, shots + spent, coefficients).adjoint))
        if 2 * step >= n_steps:
            shots[shots < 0.02 * shots.sum() / n_shots] = 0
        shots *= n_shots / shots.sum()
    return shots


@njit(nogil=True, cache=True)
def _add_information(starts, unknowns, blocks, inverses, shots, information):
    for s in range(len(shots)):
        if shots[s] == 0:
            continue
        size = starts[s + 1] - starts[s]
        for i in range(size):
            row = unknowns[starts[s] + i]
            for j in range(size):
                information[row, unknowns[starts[s] + j]] += shots[s] * inverses[blocks[s] + i * size + j]


@njit(nogil=True, cache=True)
def _row_weights(starts, unknowns, blocks, inverses, adjoint, result):
    for s in range(len(starts) - 1):
        size = starts[s + 1] - starts[s]
        for i in range(size):
            total = 0.0
            for j in range(size):
                total += inverses[blocks[s] + i * size + j] * adjoint[unknowns[starts[s] + j]]
            result[starts[s] + i] = total


@njit(nogil=True, cache=True)
def _slopes(starts, unknowns, blocks, inverses, adjoint, result):
    weights = np.empty(starts[-1])
    _row_weights(starts, unknowns, blocks, inverses, adjoint, weights)
    for s in range(len(starts) - 1):
        total = 0.0
        for i in range(starts[s], starts[s + 1]):
            total += weights[i] * adjoint[unknowns[i]]
        result[s] = max(total, 0.0)
