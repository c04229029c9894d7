"""LocallyBiased: random settings whose letters are drawn, qubit by qubit, with optimised probabilities."""

import numpy as np
from numpy.typing import NDArray

from .._random import RandomState, generator
from ..paulis import PauliSum
from .inverse_probability import match_probabilities
from .planes import PlaneRows
from .scheme import AbstractScheme, MeasurementScheme


class LocallyBiased(AbstractScheme):
    """Settings drawn at random with the product distribution that is best for the coefficients.

    Minimises ``sum_j c_j**2 / p_j`` over the probabilities of X, Y and Z on every qubit, a convex problem, p_j being
    the chance that a setting measures term j. The data carry the probabilities, for `InverseProbability`.

    Parameters
    ----------
    random_state : int, Generator, SeedSequence or None

    References
    ----------
    Hadfield, Bravyi, Raymond, Mezzacapo, Commun. Math. Phys. 391, 951 (2022), Eq. (22), the diagonal cost function.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.LocallyBiased(random_state=0).design(ql.PauliSum({"Z": 2.0, "X": 1.0}), n_shots=10)
    >>> scheme.basis_probabilities.round(3).tolist()
    [[0.333, 0.0, 0.667]]
    """

    def __init__(self, random_state: RandomState = None) -> None:
        self.random_state = random_state

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        probabilities = optimal_letters(terms)
        uniform = generator(self.random_state).random((n_shots, terms.n_qubits, 1))
        bases = (uniform >= np.cumsum(probabilities, axis=1)[:, :2]).sum(axis=2).astype(np.uint8)
        return MeasurementScheme(bases, np.ones(n_shots, dtype=np.int64), basis_probabilities=probabilities)


def optimal_letters(terms: PauliSum, max_iterations: int = 500) -> NDArray[np.float64]:
    """Return the probabilities (n_qubits, 3) that minimise ``sum_j c_j**2 / p_j``.

    Convex in the logarithms before normalisation, hence minimised there, by L-BFGS. A letter that no term has gets none
    of the shots; a qubit on which no term acts is measured in Z.

    Parameters
    ----------
    terms : PauliSum
    max_iterations : int
    """
    from scipy.optimize import minimize

    rows = PlaneRows.of(terms)
    term = np.repeat(np.arange(terms.n_terms), np.diff(rows.starts))
    squares = terms.coefficients**2 / np.sum(terms.coefficients**2)
    used = np.bincount(rows.letters, minlength=3 * terms.n_qubits).reshape(-1, 3) > 0
    used[~used.any(axis=1), 2] = True

    def normalised(free: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = np.full(used.shape, -np.inf)
        logits[used] = free
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def log_cost(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        beta = normalised(free)
        cost = squares / match_probabilities(terms, beta)
        share = np.bincount(rows.letters, cost[term], 3 * terms.n_qubits).reshape(-1, 3)
        slope = beta * share.sum(axis=1, keepdims=True) - share
        return float(np.log(cost.sum())), slope[used] / cost.sum()

    options = {"maxiter": max_iterations, "ftol": 1e-15, "gtol": 1e-9}
    return normalised(minimize(log_cost, np.zeros(used.sum()), jac=True, method="L-BFGS-B", options=options).x)
