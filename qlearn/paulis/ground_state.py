"""The lowest eigenvalues and eigenvectors of a Pauli sum."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._checks import check_count
from .._random import RandomState, generator
from .matrices import diagonals, require_dense, to_dense

if TYPE_CHECKING:
    from .sum import PauliSum

_DENSE_QUBITS = 8


class GroundState(NamedTuple):
    """The lowest eigenpairs of a Hermitian sum.

    Parameters
    ----------
    energies : ndarray of float64, shape (k,)
        Ascending.
    vectors : ndarray of float64 or complex128, shape (k, 2**n_qubits)
        Row j belongs to ``energies[j]``.
    """

    energies: NDArray[np.float64]
    vectors: NDArray


def ground_state(terms: "PauliSum", k: int, random_state: RandomState) -> GroundState:
    """Return the k lowest eigenpairs; see `PauliSum.ground_state`."""
    size = 2**terms.n_qubits
    k = check_count("k", k, minimum=1, maximum=min(size, 2**62))
    if not terms.is_hermitian():
        raise ValueError("The ground state needs a Hermitian sum; this one has complex coefficients.")
    terms = terms.simplify(0.0)
    if np.iscomplexobj(terms.coefficients):
        terms = terms.from_arrays(terms.x, terms.z, terms.coefficients.real)
    n_vectors = max(2 * k + 1, 20) + k + 2 if terms.x.any() else k + 2
    require_dense(terms.n_qubits, 16 * n_vectors * size, "Exact diagonalisation", "a variational method")
    if not terms.x.any():
        energies, vectors = _diagonal(terms, k)
    elif terms.n_qubits <= _DENSE_QUBITS or 4 * k > size:
        energies, vectors = _dense(terms, k)
    else:
        energies, vectors = _lanczos(terms, k, random_state)
    return GroundState(energies, _fix_phase(vectors))


def _diagonal(terms: "PauliSum", k: int) -> tuple[NDArray, NDArray]:
    diagonal = np.zeros(2**terms.n_qubits)
    for _, entries in diagonals(terms):
        diagonal = entries[0]
    lowest = np.flatnonzero(diagonal <= np.partition(diagonal, k - 1)[k - 1])
    lowest = lowest[np.argsort(diagonal[lowest], kind="stable")][:k]
    vectors = np.zeros((k, len(diagonal)))
    vectors[np.arange(k), lowest] = 1.0
    return diagonal[lowest], vectors


def _dense(terms: "PauliSum", k: int) -> tuple[NDArray, NDArray]:
    from scipy.linalg import eigh

    energies, vectors = eigh(to_dense(terms), subset_by_index=(0, k - 1))
    return energies, np.ascontiguousarray(vectors.T)


def _lanczos(terms: "PauliSum", k: int, random_state: RandomState) -> tuple[NDArray, NDArray]:
    """Return k pairs, searching again in the complement of what was found until nothing lower turns up.

    A Krylov space holds one vector of each degenerate level, the others enter only by rounding; the second search
    makes sure that none was skipped.
    """
    from .application import Action

    action = Action(terms)
    rng = generator(random_state)
    scale = max(terms.norm(), np.finfo(float).tiny)
    energies, vectors = _lowest(action, k, np.zeros((0, 2**terms.n_qubits)), 0.0, rng)
    while k > 1:
        missed, vector = _lowest(action, 1, vectors, 2 * scale, rng)
        if missed[0] >= energies[k - 1] - 1e-9 * scale:
            break
        energies, vectors = np.append(energies, missed), np.concatenate((vectors, vector))
        order = np.argsort(energies, kind="stable")
        energies, vectors = energies[order], vectors[order]
    return energies[:k], vectors[:k]


def _lowest(action, k: int, above: NDArray, shift: float, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Return the k lowest pairs of H + shift * (projector on the rows of `above`)."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    size = 2**action.n_qubits
    dtype = np.float64 if action.is_real else np.complex128

    def multiply(vector: NDArray) -> NDArray:
        vector = np.ascontiguousarray(vector, dtype=dtype).reshape(1, size)
        image = action(vector)[0]
        return image + shift * ((above.conj() @ vector[0]) @ above) if len(above) else image

    start = rng.normal(size=size)
    operator = LinearOperator((size, size), matvec=multiply, dtype=dtype)
    try:
        energies, vectors = eigsh(operator, k=k, which="SA", v0=start.astype(dtype))
    except ArpackNoConvergence as error:
        raise RuntimeError(
            f"Lanczos found {len(error.eigenvalues)} of {k} states; ask for more states (k) where levels crowd."
        ) from error
    order = np.argsort(energies, kind="stable")
    return energies[order], np.ascontiguousarray(vectors.T[order])


def _fix_phase(vectors: NDArray) -> NDArray:
    """Return the rows with their largest entry real and positive, which makes the answer reproducible."""
    largest = np.take_along_axis(vectors, np.argmax(np.abs(vectors), axis=1)[:, None], axis=1)
    return vectors * (np.abs(largest) / largest)
