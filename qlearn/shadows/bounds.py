"""Error bounds of a scheme that hold for every state and any number of shots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..paulis import PauliSum
from .estimator import split_identity
from .scheme import MeasurementScheme
from .variance import compatible


@dataclass(frozen=True)
class ErrorBound:
    """How far the match-ratio estimate of a sum can be off, whatever the state, with some confidence.

    Attributes
    ----------
    hoeffding : float
        From the range of what each shot adds.
    bernstein : float
        Theorem 2 of the ShadowGrouping paper: from the variances that the counts allow at most.
    unmeasured : float
        Sum of the moduli of the coefficients that no setting measures, which is in both.
    confidence : float
    """

    hoeffding: float
    bernstein: float
    unmeasured: float
    confidence: float

    @property
    def value(self) -> float:
        """The smaller of the two."""
        return min(self.hoeffding, self.bernstein)


def error_bound(scheme: MeasurementScheme, hamiltonian: PauliSum, confidence: float = 0.95) -> ErrorBound:
    """Return bounds on the error of the match-ratio estimate that hold for every state.

    Each shot adds at most a_t = sum of |c_j| / N_j over the terms it matches. Hoeffding's inequality gives
    ``sqrt(2 log(2 / (1 - confidence)) sum_t a_t**2)``; the vector Bernstein inequality
    ``2 (1 + 2 sqrt(log(1 / (1 - confidence)))) sum_j |c_j| / sqrt(N_j)``, with terms of few matches counted by their
    modulus instead, of which it takes at least ``4 (1 + 2 sqrt(log ...))**2``. Unmeasured terms count as zero.

    Parameters
    ----------
    scheme : MeasurementScheme
        Its settings are taken as chosen before the shots.
    hamiltonian : PauliSum
    confidence : float
        Probability that the error stays below, between 0 and 1.

    Returns
    -------
    ErrorBound

    References
    ----------
    Gresch, Kliesch, Nat. Commun. 16, 689 (2025), Theorem 2 and its truncation criterion.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XX": 0.5})
    >>> scheme = ql.shadows.ShadowGrouping().design(hamiltonian, n_shots=10_000)
    >>> bound = ql.shadows.error_bound(scheme, hamiltonian)
    >>> round(bound.hoeffding, 4), round(bound.bernstein, 4)
    (0.041, 0.1857)
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}.")
    _, terms = split_identity(hamiltonian)
    modulus = np.abs(terms.coefficients)
    measures = compatible(scheme.bases, terms)
    matches = scheme.shots_per_setting @ measures
    unmeasured = float(modulus[matches == 0].sum())
    parts = measures @ np.where(matches > 0, modulus / np.maximum(matches, 1), 0.0)
    spread = float(scheme.shots_per_setting @ parts**2)
    factor = 1 + 2 * np.sqrt(-np.log(1 - confidence))
    enough = matches >= 4 * factor**2
    statistical = 2 * factor * float((modulus[enough] / np.sqrt(matches[enough])).sum())
    return ErrorBound(
        float(np.sqrt(2 * np.log(2 / (1 - confidence)) * spread)) + unmeasured,
        float(statistical + modulus[~enough].sum()),
        unmeasured,
        confidence,
    )
