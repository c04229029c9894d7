"""Exact variances of schemes on a known state, from the Gram matrix of the strings: one product of matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._memory import require_memory
from ..paulis import Grouping, PauliSum
from ..sim import State
from .data import as_basis_probabilities
from .estimator import split_identity
from .scheme import MeasurementScheme


def scheme_variance(scheme: MeasurementScheme, hamiltonian: PauliSum, state: State) -> float:
    """Return the variance of the match-ratio estimate from the settings of a scheme.

    Settings are taken as they are, not as random. Cost: ``n_terms**2 * 2**n_qubits`` multiplications.

    Parameters
    ----------
    scheme : MeasurementScheme
    hamiltonian : PauliSum
        Hermitian; terms that no setting measures add nothing here, see `unmeasured_bias`.
    state : State

    Returns
    -------
    float

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.MeasurementScheme(["ZZ", "XX"], [10, 10])
    >>> round(ql.shadows.scheme_variance(scheme, ql.PauliSum({"ZI": 1.0, "XX": 1.0}), ql.sim.State.ghz(2)), 12)
    0.1
    """
    _, terms = split_identity(hamiltonian)
    measures = compatible(scheme.bases, terms)
    shots = measures.T.astype(float) * scheme.shots_per_setting
    matches = shots.sum(axis=1)
    terms, shots, matches, measures = (
        terms[matches > 0], shots[matches > 0], matches[matches > 0], measures[:, matches > 0],
    )  # fmt: skip
    weights = terms.coefficients / matches
    covariance = string_covariance(terms, state)
    return float(weights @ ((shots @ measures) * covariance) @ weights)


def unmeasured_bias(scheme: MeasurementScheme, hamiltonian: PauliSum, state: State | None = None) -> float:
    """Return the bias of the estimate that counts the terms no setting measures as zero.

    Parameters
    ----------
    scheme : MeasurementScheme
    hamiltonian : PauliSum
    state : State, optional
        Without it, the largest modulus the bias can have: the sum of the moduli of the coefficients.

    Returns
    -------
    float
        Estimate minus truth, in units of the coefficients.
    """
    _, terms = split_identity(hamiltonian)
    never = terms[~compatible(scheme.bases[scheme.shots_per_setting > 0], terms).any(axis=0)]
    if state is None:
        return float(np.abs(never.coefficients).sum())
    return -float(never.expectation(state)) if never.n_terms else 0.0


def one_shot_variance(hamiltonian: PauliSum, state: State, basis_probabilities: ArrayLike | None = None) -> float:
    """Return the variance of one random shot under the inverse-probability estimator.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    state : State
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        Probabilities of X, Y, Z on each qubit; uniform by default.

    Returns
    -------
    float
        Divide by the number of shots, one to a setting, for the variance of the estimate.

    References
    ----------
    Hadfield, Bravyi, Raymond, Mezzacapo, Commun. Math. Phys. 391, 951 (2022), Lemma 1 and Eq. (14).

    Examples
    --------
    >>> import qlearn as ql
    >>> round(ql.shadows.one_shot_variance(ql.PauliSum("1.0 * ZZ"), ql.sim.State.ghz(2)), 12)
    8.0
    """
    _, terms = split_identity(hamiltonian)
    if basis_probabilities is None:
        basis_probabilities = np.full((terms.n_qubits, 3), 1 / 3)
    probabilities = as_basis_probabilities(basis_probabilities, terms.n_qubits)
    gram = string_gram(terms, state)
    factor = np.ones_like(gram)
    for qubit in range(terms.n_qubits):
        x, z = terms.x[:, qubit].astype(int), terms.z[:, qubit].astype(int)
        letter = np.array([[3, 2], [0, 1]])[x, z]
        p_x, p_y, p_z = probabilities[qubit]
        table = np.zeros((4, 4))
        with np.errstate(divide="ignore", over="ignore"):
            table[np.arange(3), np.arange(3)] = 1 / np.array([p_x, p_y, p_z])
        table[3, :] = table[:, 3] = 1.0
        factor *= table[np.ix_(letter, letter)]
    mean = float(terms.coefficients @ string_means(terms, state))
    return float(terms.coefficients @ (factor * gram) @ terms.coefficients - mean**2)


def count_matches(scheme: MeasurementScheme, terms: PauliSum) -> NDArray[np.int64]:
    """Return how many shots of a scheme measure each string, (n_terms,).

    Parameters
    ----------
    scheme : MeasurementScheme
    terms : PauliSum

    Returns
    -------
    ndarray of int64, shape (n_terms,)

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.MeasurementScheme(["ZZ", "XX"], [10, 5])
    >>> ql.shadows.count_matches(scheme, ql.PauliSum({"ZI": 1.0, "IX": 1.0, "XY": 1.0})).tolist()
    [10, 5, 0]
    """
    return scheme.shots_per_setting @ compatible(scheme.bases, terms)


def group_variances(groups: Grouping, state: State) -> NDArray[np.float64]:
    """Return the variance of one shot of each group of a grouping, (n_groups,).

    Parameters
    ----------
    groups : Grouping
    state : State
    """
    return np.array([float(group.variance(state)) for group in groups])


def compatible(bases: NDArray[np.uint8], terms: PauliSum) -> NDArray[np.bool_]:
    """Return which setting measures which string, bool (n_settings, n_terms).

    Parameters
    ----------
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    terms : PauliSum
    """
    x, z = terms.x, terms.z
    letters = (x & ~z, x & z, ~x & z)
    # Count the letters that a setting gets right: all of them, or it does not measure the string.
    right = sum((bases == code).astype(np.float32) @ letters[code].T.astype(np.float32) for code in range(3))
    return right > terms.weights() - 0.5


def string_means(terms: PauliSum, state: State) -> NDArray[np.float64]:
    """Return the expectation value of every string.

    Parameters
    ----------
    terms : PauliSum
    state : State
    """
    ones = PauliSum.from_arrays(terms.x, terms.z, np.ones(terms.n_terms))
    return np.array([float(np.real(one.expectation(state))) for one in ones])


def string_gram(terms: PauliSum, state: State) -> NDArray[np.float64]:
    """Return the real parts of ``<P_i P_j>``, (n_terms, n_terms).

    Parameters
    ----------
    terms : PauliSum
    state : State
    """
    n_terms, size = terms.n_terms, len(state.amplitudes)
    require_memory(16 * n_terms * size, f"The Gram matrix of {n_terms} strings", "fewer qubits or terms")
    rows = np.empty((n_terms, 2 * size))
    ones = PauliSum.from_arrays(terms.x, terms.z, np.ones(n_terms))
    for row, one in zip(rows, ones, strict=True):
        row[:] = np.ascontiguousarray(one.apply(state.amplitudes), dtype=complex).view(float)
    return rows @ rows.T


def string_covariance(terms: PauliSum, state: State) -> NDArray[np.float64]:
    """Return ``<P_i P_j> - <P_i> <P_j>``, real parts, (n_terms, n_terms).

    Parameters
    ----------
    terms : PauliSum
    state : State
    """
    means = string_means(terms, state)
    return string_gram(terms, state) - np.outer(means, means)
