"""What nonlinear quantities from uniformly random settings share: preparation, jackknife, exact probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from .._bits import bits_index
from .._checks import check_array, check_qubits
from .._memory import require_memory
from ..sim import State
from .calibration import QubitCalibration
from .data import ShadowData

_ROOT = np.sqrt(0.5)
_STEP = 1e-5
# What is applied before Z is measured, for X, Y and Z.
ROTATIONS = np.array([[[_ROOT, _ROOT], [_ROOT, -_ROOT]], [[_ROOT, -1j * _ROOT], [_ROOT, 1j * _ROOT]], np.eye(2)])


class Settings(NamedTuple):
    """Uniformly random settings of some qubits, each with a shot at least.

    Attributes
    ----------
    bases : ndarray of uint8, shape (n_settings, n_qubits)
    starts : ndarray of int64, shape (n_settings + 1,)
        Shots ``starts[s]`` to ``starts[s + 1]`` are those of setting s.
    outcomes : ndarray of uint64, shape (n_shots,)
        The bits of each shot as a number, qubit 0 most significant.
    """

    bases: NDArray[np.uint8]
    starts: NDArray[np.int64]
    outcomes: NDArray[np.uint64]

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self.bases.shape[1]

    @property
    def shots(self) -> NDArray[np.int64]:
        """Shots of each setting."""
        return np.diff(self.starts)

    def frequencies(self, setting: int) -> NDArray[np.float64]:
        """Return how often each outcome occurred among the shots of a setting, (2**n_qubits,), summing to one."""
        outcomes = self.outcomes[self.starts[setting] : self.starts[setting + 1]].astype(np.int64)
        return np.bincount(outcomes, minlength=2**self.n_qubits) / len(outcomes)


def uniform_settings(
    data: ShadowData, qubits: int | Sequence[int] | None, quantity: str, max_qubits: int = 62
) -> Settings:
    """Return the settings of some qubits.

    Parameters
    ----------
    data : ShadowData
    qubits : int or sequence of int, optional
    quantity : str
        For messages.
    max_qubits : int

    Raises
    ------
    TypeError, ValueError
        If settings were not drawn uniformly, or there are too many qubits.
    """
    if not isinstance(data, ShadowData):
        raise TypeError(f"`data` must be ShadowData, got {type(data).__name__}.")
    part = data if qubits is None else data.restrict(qubits)
    probabilities = part.basis_probabilities
    if probabilities is not None and not np.allclose(probabilities, 1 / 3):
        raise ValueError(f"{quantity} needs settings drawn uniformly, and these were drawn with other probabilities.")
    if not 0 < part.n_qubits <= max_qubits:
        raise ValueError(f"`qubits` must name 1 to {max_qubits} qubits, got {part.n_qubits}.")
    shots = part.shots_per_setting
    if (shots == 0).any():
        part = part.subset(shots > 0)
        shots = part.shots_per_setting
    return Settings(part.bases, np.append(0, np.cumsum(shots)), bits_index(part.outcomes).astype(np.uint64))


def jackknife_error(without: NDArray[np.float64]) -> float:
    """Return the standard error from the values that leave out one unit each."""
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


def jackknife(
    function: Callable[..., NDArray[np.float64]], values: Sequence[float], without: Sequence[NDArray[np.float64]]
) -> tuple[float, float]:
    """Return a smooth function of unbiased values, its bias removed to first order, and its standard error.

    Parameters
    ----------
    function : callable
        Of as many arrays as there are values.
    values : sequence of float
    without : sequence of ndarray, shape (n,)
        The values that leave out one of n units each.
    """
    left, n = np.asarray(function(*without)), len(without[0])
    return float(n * function(*values) - (n - 1) * left.mean()), jackknife_error(left)


def mean_without(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the mean, and the means that leave out one value each."""
    n = len(values)
    return float(values.mean()), (values.sum() - values) / max(1, n - 1)


def prior_factor(prior: State | ArrayLike, data: ShadowData, qubits: int | Sequence[int] | None) -> NDArray:
    """Return a matrix F (2**k, rank) with ``F F+`` the density matrix of some qubits in a prior state.

    The state is given as one of all qubits, or as the density matrix itself.
    """
    kept = list(range(data.n_qubits) if qubits is None else check_qubits(qubits, data.n_qubits))
    if isinstance(prior, State):
        if prior.is_batch or prior.n_qubits != data.n_qubits:
            raise ValueError(f"`prior` must be one state of {data.n_qubits} qubits, got {prior!r:.60}.")
        rest = [qubit for qubit in range(data.n_qubits) if qubit not in kept]
        tensor = np.asarray(prior.amplitudes, dtype=complex).reshape((2,) * data.n_qubits)
        return tensor.transpose(kept + rest).reshape(2 ** len(kept), -1)
    size = 2 ** len(kept)
    density = check_array("prior", prior, (size, size), complex)
    values, vectors = np.linalg.eigh(density)
    if not np.allclose(density, density.conj().T) or abs(values.sum() - 1) > 1e-6 or values[0] < -1e-9:
        raise ValueError("`prior` must be a State, or a Hermitian matrix of trace 1 without negative eigenvalues.")
    return vectors * np.sqrt(np.maximum(values, 0))


class Readout(NamedTuple):
    """The factors of chosen qubits by which noise shrinks their outcomes, and how their uncertainty propagates.

    Attributes
    ----------
    calibration : QubitCalibration
    qubits : tuple of int
    factors : ndarray of float, shape (n_chosen,)
    """

    calibration: QubitCalibration
    qubits: tuple[int, ...]
    factors: NDArray[np.float64]

    @classmethod
    def of(cls, calibration: QubitCalibration, data: ShadowData, qubits: int | Sequence[int] | None) -> Readout:
        """Return the factors of some qubits of data."""
        if not isinstance(calibration, QubitCalibration):
            raise TypeError(f"`calibration` must be a QubitCalibration, got {type(calibration).__name__}.")
        check_is_fitted(calibration)
        if calibration.n_qubits_ != data.n_qubits:
            raise ValueError(f"The data have {data.n_qubits} qubits, the calibration is of {calibration.n_qubits_}.")
        kept = tuple(range(data.n_qubits)) if qubits is None else check_qubits(qubits, data.n_qubits)
        return cls(calibration, kept, np.asarray(calibration.factors_.value)[list(kept)])

    def variance(self, quantity: Callable[[NDArray[np.float64]], float]) -> float:
        """Return the variance of a quantity of the factors that comes from their uncertainty."""
        gradient = np.zeros(self.calibration.n_qubits_)
        for place, qubit in enumerate(self.qubits):
            ends = []
            for step in (_STEP, -_STEP):
                moved = self.factors.copy()
                moved[place] += step
                ends.append(quantity(moved))
            gradient[qubit] = (ends[0] - ends[1]) / (2 * _STEP)
        return self.calibration.propagate(gradient)


def rotate(tensor: NDArray, basis: NDArray[np.uint8]) -> NDArray:
    """Return amplitudes (2**n, ...) after the change to a basis, qubit by qubit."""
    shape = tensor.shape
    for qubit, letter in enumerate(basis):
        if letter != 2:
            split = tensor.reshape(2**qubit, 2, -1)
            tensor = np.matmul(ROTATIONS[letter], split)
    return tensor.reshape(shape)


def outcome_probabilities(factor: NDArray, basis: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the probabilities of all outcomes in a basis, (2**n,), of the density matrix ``F F+``."""
    return (np.abs(rotate(factor, basis)) ** 2).sum(axis=1)


def apply_each(matrix: NDArray[np.float64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vector (2**n,) with a 2 x 2 matrix applied to each qubit: the same, or one each (n, 2, 2)."""
    n_qubits = vector.size.bit_length() - 1
    matrices = np.broadcast_to(matrix, (n_qubits, 2, 2))
    for qubit in range(n_qubits):
        vector = np.matmul(matrices[qubit], vector.reshape(2**qubit, 2, -1))
    return vector.reshape(-1)


def require_dense(n_qubits: int, n_matrices: int, quantity: str) -> None:
    """Raise MemoryLimitError where so many density matrices do not fit."""
    require_memory(16 * 4**n_qubits * n_matrices, f"{quantity} of {n_qubits} qubits", "fewer qubits or batches")
