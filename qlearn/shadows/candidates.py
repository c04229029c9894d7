"""Candidate settings for least squares: greedy ones from the coefficients, and random ones where they would help."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .insertion import FREE, insert_classes
from .layout import lay_out
from .least_squares import build_pool, optimal_shots, solve
from .planes import PlaneRows
from .scheme import merge_settings
from .shadow_grouping import greedy_bases
from .symmetry import Unknowns

_N_GENERATED = 300
_DIAGONAL_SCALES = (1.0, 0.3, 0.03)


def candidate_bases(unknowns: Unknowns, n_shots: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the all-Z basis first, then greedy settings at three scales of the diagonal terms, then generated ones.

    Of the greedy settings those are kept that least squares would use without any knowledge of covariances; the others
    insert classes in the order of their part in the variance, times random numbers.

    Parameters
    ----------
    unknowns : Unknowns
    n_shots : int
    rng : Generator
    """
    members, strings = unknowns.starts, unknowns.strings
    n_greedy = min(n_shots, 1000)
    found = [np.full((1, strings.n_qubits), 2, dtype=np.uint8)]
    for scale in _DIAGONAL_SCALES:
        weights = np.abs(unknowns.coefficients) * np.where(unknowns.diagonal, scale, 1.0)
        found.append(greedy_bases(strings, members, weights, n_greedy))
    bases, _ = merge_settings(np.concatenate(found))
    pool = build_pool(unknowns, lay_out(unknowns, bases))
    shots = optimal_shots(pool, unknowns.coefficients, n_shots, np.zeros(len(bases)))
    adjoint = solve(pool, shots, unknowns.coefficients).adjoint
    rows = PlaneRows.of(strings)
    codes = rows.letters - 3 * rows.signs
    generated = np.full((_N_GENERATED, strings.n_qubits), FREE, dtype=np.uint8)
    for basis in generated:
        gains = adjoint**2 * np.exp(0.7 * rng.standard_normal(len(adjoint)))
        insert_classes(np.argsort(-gains), members, rows.starts, rows.signs, codes, basis)
    used = shots > 0
    used[0] = True
    return merge_settings(np.concatenate((bases[used], generated)))[0]
