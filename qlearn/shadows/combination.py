"""The weighted sum of all outcomes that least squares asks for, and its error from the residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .least_squares import Pool, row_weights
from .symmetry import Unknowns

_PSEUDO_COUNT = 50


def combine(
    unknowns: Unknowns,
    pool: Pool,
    adjoint: NDArray[np.float64],
    outcomes: NDArray[np.uint8],
    setting: NDArray[np.int64],
) -> tuple[float, float]:
    """Return the weighted sum of all outcomes and its standard error.

    Residuals are taken about the mean of each unknown: diagonal ones by their ratio, others by ``S / (N + 50)``, so
    that strings measured once do not look exact.

    Parameters
    ----------
    unknowns : Unknowns
    pool : Pool
        Of the settings that were measured.
    adjoint : ndarray of float, shape (n_unknowns,)
        The solution of the least-squares problem.
    outcomes : ndarray of uint8, shape (n_shots, n_qubits)
    setting : ndarray of int64, shape (n_shots,)
        Of each shot, in the pool.
    """
    strings, layout = unknowns.strings, pool.layout
    support, sign = (strings.x | strings.z).astype(np.float32), strings.coefficients
    weights = row_weights(pool, adjoint)
    order = np.argsort(setting, kind="stable")
    ends = np.searchsorted(setting[order], np.arange(pool.n_settings + 1))
    total, number = np.zeros(len(unknowns.coefficients)), np.zeros(len(unknowns.coefficients))
    signs = []
    for s in range(pool.n_settings):
        rows = slice(layout.starts[s], layout.starts[s + 1])
        bits = outcomes[order[ends[s] : ends[s + 1]]].astype(np.float32)
        odd = (bits @ support[layout.strings[rows]].T).astype(np.int64) & 1
        signs.append((1.0 - 2.0 * odd) * sign[layout.strings[rows]])
        # Strings of one unknown have one mean, so their data are pooled.
        np.add.at(total, layout.unknowns[rows], signs[-1].sum(axis=0))
        np.add.at(number, layout.unknowns[rows], len(bits))
    mean = total / (number + np.where(unknowns.diagonal, 1e-9, _PSEUDO_COUNT))
    value = variance = 0.0
    for s, outcome in enumerate(signs):
        rows = slice(layout.starts[s], layout.starts[s + 1])
        value += float((outcome @ weights[rows]).sum())
        residual = (outcome - mean[layout.unknowns[rows]]) @ weights[rows]
        variance += float(residual @ residual)
    return value, float(np.sqrt(variance))
