"""Action of exp(-i H t) on one state by short Lanczos recursions with an error bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal

from .._memory import available_bytes, require_memory
from ..paulis import PauliSum
from ..paulis.application import Action

_LARGEST, _SMALLEST = 32, 6
_FIRST_CHECK, _CHECK_EVERY = 4, 3
_ROUNDING = 1e-15
_SINGLE_THREAD = 2**14
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


class _Subspace(NamedTuple):
    """An orthonormal Krylov basis with the eigenvectors of H in it."""

    vectors: np.ndarray
    energies: np.ndarray
    modes: np.ndarray
    coupling: float  # to the vector that would come next; 0 if the subspace is closed

    def amplitudes(self, times: np.ndarray) -> np.ndarray:
        """Return coefficients (n_times, dimension) of exp(-i H t) applied to the first vector."""
        phases = np.exp(-1j * np.multiply.outer(times, self.energies))
        return (phases * self.modes[0]) @ self.modes.T

    def error(self, time: float) -> float:
        """Return the bound coupling * integral of |last amplitude| from 0 to `time`."""
        if self.coupling == 0:
            return 0.0
        nodes = 0.5 * time * (_NODES + 1)
        phases = np.exp(-1j * np.multiply.outer(nodes, self.energies))
        last = np.abs((phases * self.modes[0]) @ self.modes[-1])
        return float(self.coupling * 0.5 * abs(time) * (_WEIGHTS @ last))


def subspace_limit(n_qubits: int) -> int:
    """Return how many Krylov vectors may be kept.

    Parameters
    ----------
    n_qubits : int

    Returns
    -------
    int
        At most 32; fewer where memory is short.

    Raises
    ------
    MemoryLimitError
        If not even six fit.
    """
    state = 16 << min(n_qubits, 62)
    require_memory((_SMALLEST + 4) * state, f"Time evolution of {n_qubits} qubits", "fewer qubits")
    if (_LARGEST + 4) * state <= 2**24:
        return min(_LARGEST, 1 << n_qubits)
    return max(_SMALLEST, min(_LARGEST, available_bytes() // state - 4))


def propagate(hamiltonian: PauliSum, psi: np.ndarray, times: np.ndarray, rate: float) -> np.ndarray:
    """Return exp(-i H t) psi at each time.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian.
    psi : ndarray of complex, shape (2**n,)
        Normalised.
    times : ndarray of float, shape (n_times,)
        Of one sign and in order of growing size.
    rate : float
        Error allowed per unit of time, as the norm of the difference of states.

    Returns
    -------
    ndarray of complex, shape (n_times, 2**n)

    Notes
    -----
    A step takes as many Lanczos vectors as its error bound asks for, up to a limit, and then is as long as the bound
    allows; times inside a step come from its basis at the cost of one linear combination.
    """
    action = Action(hamiltonian)
    limit = subspace_limit(hamiltonian.n_qubits)
    buffer = np.empty((limit, len(psi)), dtype=complex)
    states = np.empty((len(times), len(psi)), dtype=complex)
    now, done = 0.0, 0
    while done < len(times):
        remaining = times[-1] - now
        space = _krylov(action, psi, buffer, remaining, rate)
        step = _allowed_step(space, remaining, rate)
        last = len(times)
        if step != remaining:
            last = done + int(np.count_nonzero(np.abs(times[done:]) <= np.abs(now + step)))
        if last > done:
            np.matmul(space.amplitudes(times[done:last] - now), space.vectors, out=states[done:last])
        if last < len(times):
            psi = space.amplitudes(np.array([step]))[0] @ space.vectors
        now, done = now + step, last
    return states


def _krylov(action: Action, psi: np.ndarray, buffer: np.ndarray, time: float, rate: float) -> _Subspace:
    """Return a Krylov space of psi that is good for `time`, or the largest one allowed."""
    limit, size = buffer.shape
    buffer[0] = psi
    diagonal, off = [], []
    scale = 0.0
    for k in range(1, limit + 1):
        vector = buffer[k - 1]
        image = action(vector[None])[0]
        scale = max(scale, float(np.linalg.norm(image)))
        diagonal.append(float(np.vdot(vector, image).real))
        image -= diagonal[-1] * vector
        if k > 1:
            image -= off[-1] * buffer[k - 2]
        # a second look at all vectors keeps the basis orthogonal, hence the evolution unitary
        image -= _projection(buffer[:k], image)
        norm = float(np.linalg.norm(image))
        is_closed = k == size or norm <= 1e-14 * scale
        if is_closed or k == limit or (k >= _FIRST_CHECK and (k - _FIRST_CHECK) % _CHECK_EVERY == 0):
            energies, modes = eigh_tridiagonal(np.array(diagonal), np.array(off))
            space = _Subspace(buffer[:k], energies, modes, 0.0 if is_closed else norm)
            if is_closed or k == limit or space.error(time) <= max(rate * abs(time), _ROUNDING):
                break
        off.append(norm)
        np.divide(image, norm, out=buffer[k])
    return space


def _projection(vectors: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return the part of a vector in the span of orthonormal rows."""
    if image.size > _SINGLE_THREAD:
        return (vectors @ image.conj()).conj() @ vectors
    # BLAS would start threads for what takes less time than they need to meet on a busy machine
    return np.einsum("k,ki->i", np.einsum("ki,i->k", vectors, image.conj()).conj(), vectors)


def _allowed_step(space: _Subspace, remaining: float, rate: float) -> float:
    """Return the longest step, at most `remaining`, whose error bound keeps to the rate."""
    step = remaining
    while (error := space.error(step)) > (allowed := max(rate * abs(step), _ROUNDING)):
        # the error grows as the power `dimension` of the step
        step *= min(0.95, max(0.1, (allowed / error) ** (1 / len(space.vectors))))
    return step
