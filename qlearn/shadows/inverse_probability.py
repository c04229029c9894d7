"""InverseProbability: the Horvitz-Thompson mean of randomly chosen settings, the textbook classical shadow."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..paulis import PauliSum
from .blocks import Facts
from .data import as_basis_probabilities
from .estimator import AbstractLinearEstimator, Counts, Linear, Measured, Units


class InverseProbability(AbstractLinearEstimator):
    """Estimates each string by the sum of its outcomes over the number of matches that was to be expected.

    Unbiased for settings drawn at random, letter by letter, with known probabilities. Settings, not shots, are the
    independent units: errors are those of the totals of settings ("cluster-robust"), hence right when many shots share
    one. With uniform letters, weight k, G settings of m shots, the variance of a string is
    ``(3**k (t**2 + (1 - t**2) / m) - t**2) / G`` at true value t.

    Parameters
    ----------
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        Probabilities of X, Y, Z on each qubit; by default those that the data carry, else uniform.

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Eq. (S36); Hadfield, Bravyi, Raymond, Mezzacapo, Commun. Math.
    Phys. 391, 951 (2022), Algorithm 1.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ", "XZ", "ZZ"], [[0, 0], [1, 0], [0, 1]])
    >>> ql.shadows.InverseProbability().estimate(data, ql.PauliSum("1.0 * IZ")).value
    1.0
    """

    def __init__(self, basis_probabilities: ArrayLike | None = None) -> None:
        self.basis_probabilities = basis_probabilities

    def _linear(self, facts: Facts, terms: PauliSum, counts: Counts) -> Linear:
        probabilities = match_probabilities(terms, self._letters(facts))
        if not probabilities.all():
            label = terms[int(np.flatnonzero(probabilities == 0)[0])].labels()[0]
            raise ValueError(f"{label} has probability 0 of being measured; estimate it by MatchRatio from other data.")
        scale = 1 / (probabilities * facts.n_shots)
        return Linear((counts.matches - 2 * counts.negatives) * scale, scale, np.zeros_like(scale))

    def _letters(self, facts: Facts) -> NDArray[np.float64]:
        given = self.basis_probabilities
        if given is None:
            given = facts.basis_probabilities
        if given is None:
            return np.full((facts.n_qubits, 3), 1 / 3)
        return as_basis_probabilities(given, facts.n_qubits)

    def _unseen(self, counts: Counts, linear: Linear) -> NDArray[np.float64]:
        return np.zeros(len(counts.matches))

    def _closed_errors(self, facts: Facts, counts: Counts, linear: Linear) -> NDArray[np.float64] | None:
        n_shots = facts.n_shots
        if n_shots < 2 or not facts.one_shot_each:
            return None
        squares = counts.matches * linear.scale**2 - linear.value**2 / n_shots
        return np.sqrt(n_shots / (n_shots - 1) * np.maximum(squares, 0))

    def _units(self, facts: Facts, measured: Measured, linear: Linear) -> Units:
        n_settings = facts.n_settings
        factor = np.sqrt(n_settings / (n_settings - 1)) if n_settings > 1 else np.nan
        mean = np.dot(measured.terms.coefficients, linear.value) / facts.n_shots
        return Units(are_settings=True, centre=mean, factor=factor)


def match_probabilities(terms: PauliSum, basis_probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that a random setting measures each string.

    Parameters
    ----------
    terms : PauliSum
    basis_probabilities : ndarray of float, shape (n_qubits, 3)
    """
    x, z = terms.x, terms.z
    p_x, p_y, p_z = (np.broadcast_to(column, x.shape) for column in basis_probabilities.T)
    return np.where(x, np.where(z, p_y, p_x), np.where(z, p_z, 1.0)).prod(axis=1)
