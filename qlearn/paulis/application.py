"""Matrix-free action of a Pauli sum on amplitudes, terms grouped by x mask, and what follows from it."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from .matrices import diagonals, entry_coefficients, require_dense

if TYPE_CHECKING:
    from .sum import PauliSum

_TILE_BITS = 6
# From this many terms on, a transform of a tile (6 passes) beats adding them one at a time.
_TRANSFORM_TERMS = 8
_CHUNK_ENTRIES = 2**20


@njit(cache=True, nogil=True)
def _parity(x):
    for shift in (32, 16, 8, 4, 2, 1):
        x ^= x >> shift
    return x & 1


@njit(cache=True, nogil=True)
def _tile_diagonal(diagonal, base, z_masks, values, signs, start, stop):
    """Fill the entries (r, r ^ x) of one group of terms for the rows r of the tile that starts at `base`."""
    width = len(diagonal)
    diagonal[:] = 0
    if stop - start < _TRANSFORM_TERMS:
        for term in range(start, stop):
            value = -values[term] if _parity(z_masks[term] & base) else values[term]
            low = z_masks[term] & (width - 1)
            for j in range(width):
                diagonal[j] += value * signs[low, j]
        return
    for term in range(start, stop):
        value = -values[term] if _parity(z_masks[term] & base) else values[term]
        diagonal[z_masks[term] & (width - 1)] += value
    half = 1
    while half < width:
        for first in range(0, width, 2 * half):
            for j in range(first, first + half):
                a, b = diagonal[j], diagonal[j + half]
                diagonal[j], diagonal[j + half] = a + b, a - b
        half *= 2


@njit(cache=True, nogil=True)
def _accumulate(out, state, x_masks, starts, z_masks, values, signs):
    """Add the action on each row of `state` to `out`; tiles outermost, so that `out` stays in the fastest cache."""
    width = signs.shape[0]
    diagonal = np.empty(width, dtype=values.dtype)
    for base in range(0, state.shape[1], width):
        for group in range(len(x_masks)):
            _tile_diagonal(diagonal, base, z_masks, values, signs, starts[group], starts[group + 1])
            source = (base ^ x_masks[group]) & ~(width - 1)
            flip = x_masks[group] & (width - 1)
            for row in range(state.shape[0]):
                for j in range(width):
                    out[row, base + j] += diagonal[j] * state[row, source + (j ^ flip)]


@lru_cache(maxsize=16)
def _sign_table(bits: int) -> NDArray[np.float64]:
    index = np.arange(2**bits)
    return 1.0 - 2.0 * (np.bitwise_count(index[:, None] & index) & 1)


class Action:
    """A Pauli sum prepared for repeated application to amplitude rows.

    Parameters
    ----------
    terms : PauliSum
        At most 62 qubits.
    """

    def __init__(self, terms: "PauliSum") -> None:
        require_dense(terms.n_qubits, 16 * 2 ** min(terms.n_qubits, 62), "A state", "fewer qubits")
        x_mask, z_mask, _ = terms.masks()
        order = np.argsort(x_mask, kind="stable")
        self.n_qubits = terms.n_qubits
        self.values = entry_coefficients(terms)[order]
        self.z_masks = z_mask[order].astype(np.int64)
        masks, first = np.unique(x_mask[order], return_index=True)
        self.x_masks = masks.astype(np.int64)
        self.starts = np.append(first, len(order)).astype(np.int64)

    @property
    def is_real(self) -> bool:
        """Whether every matrix entry is real."""
        return np.isrealobj(self.values)

    def __call__(self, rows: NDArray) -> NDArray:
        """Return the sum applied to each row: floating or complex (batch, 2**n), contiguous."""
        if not self.is_real and np.isrealobj(rows):
            rows = rows.astype(np.result_type(rows.dtype, np.complex64))
        out = np.zeros_like(rows)
        source, target, extra = rows, out, 0
        if self.is_real and np.iscomplexobj(rows):
            # Real and imaginary parts are one more qubit, the least significant, on which the sum does not act.
            source, target, extra = rows.view(rows.real.dtype), out.view(rows.real.dtype), 1
        signs = _sign_table(min(_TILE_BITS, self.n_qubits + extra))
        x_masks, z_masks = self.x_masks << extra, self.z_masks << extra
        _accumulate(target, source, x_masks, self.starts, z_masks, self.values, signs)
        return out


def apply(terms: "PauliSum", state: ArrayLike) -> NDArray:
    """Return the sum applied to amplitudes (..., 2**n), in their precision."""
    amplitudes = _amplitudes(terms, state)
    action = Action(terms)
    size = 2**terms.n_qubits
    require_dense(terms.n_qubits, 2 * amplitudes.nbytes, "The action on the amplitudes", "a smaller batch")
    return action(amplitudes.reshape(-1, size)).reshape(amplitudes.shape)


def expectation(terms: "PauliSum", state: Any) -> Any:
    """Return the expectation of each state: float for a Hermitian sum, complex otherwise."""
    amplitudes, matrices = _resolve(terms, state)
    values = _of_matrices(terms, matrices) if amplitudes is None else _of_rows(terms, amplitudes)[0]
    return values.real[()] if terms.is_hermitian() else values[()]


def variance(terms: "PauliSum", state: Any) -> Any:
    """Return <H**2> - <H>**2 of each state, computed as <(H - <H>)**2> so that it does not cancel."""
    if not terms.is_hermitian():
        raise ValueError("The variance needs a Hermitian sum; this one has complex coefficients.")
    amplitudes, matrices = _resolve(terms, state)
    return (_matrix_variance(terms, matrices) if amplitudes is None else _of_rows(terms, amplitudes)[1])[()]


def _of_rows(terms: "PauliSum", amplitudes: NDArray) -> tuple[NDArray, NDArray]:
    """Return <H> and <|H - <H>|**2> of amplitudes (..., 2**n), a few rows at a time."""
    action = Action(terms)
    size = 2**terms.n_qubits
    rows = amplitudes.reshape(-1, size)
    mean, spread = np.empty(len(rows), dtype=complex), np.empty(len(rows))
    step = max(1, _CHUNK_ENTRIES // size)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        image = action(part)
        values = np.einsum("bi,bi->b", part.conj(), image, dtype=complex)
        image = image - values.astype(image.dtype if np.iscomplexobj(image) else complex)[:, None] * part
        mean[start : start + step] = values
        spread[start : start + step] = np.einsum("bi,bi->b", image.conj(), image, dtype=complex).real
    return mean.reshape(amplitudes.shape[:-1]), spread.reshape(amplitudes.shape[:-1])


def _of_matrices(terms: "PauliSum", matrices: NDArray) -> NDArray:
    """Return tr(rho H) of matrices (..., 2**n, 2**n), one XOR diagonal at a time."""
    total = np.zeros(matrices.shape[:-2], dtype=complex)
    columns = np.arange(2**terms.n_qubits)
    for masks, entries in diagonals(terms):
        for mask, diagonal in zip(masks, entries, strict=True):
            total += matrices[..., columns ^ mask, columns] @ diagonal
    return total


def _matrix_variance(terms: "PauliSum", matrices: NDArray) -> NDArray:
    size = 2**terms.n_qubits
    mean = _of_matrices(terms, matrices)[..., None, None]
    transposed = np.ascontiguousarray(np.swapaxes(matrices, -1, -2))
    # Row j of the transpose is column j of rho, so applying the sum to rows multiplies rho by it from the left.
    image = np.swapaxes(apply(terms, transposed.reshape(-1, size)).reshape(matrices.shape), -1, -2) - mean * matrices
    trace = np.trace(image, axis1=-2, axis2=-1)
    return (_of_matrices(terms, image) - mean[..., 0, 0] * trace).real


def _amplitudes(terms: "PauliSum", state: ArrayLike) -> NDArray:
    amplitudes = np.asarray(getattr(state, "amplitudes", state))
    if amplitudes.dtype.kind not in "biufc":
        raise TypeError(f"`state` must hold amplitudes, got {type(state).__name__} of dtype {amplitudes.dtype}.")
    if amplitudes.dtype not in (np.float32, np.float64, np.complex64, np.complex128):
        amplitudes = amplitudes.astype(complex if amplitudes.dtype.kind == "c" else float)
    if amplitudes.ndim == 0 or amplitudes.shape[-1] != 2**terms.n_qubits:
        raise ValueError(
            f"`state` must have shape (..., {2**terms.n_qubits}) for {terms.n_qubits} qubits, got {amplitudes.shape}."
        )
    return np.ascontiguousarray(amplitudes)


def _resolve(terms: "PauliSum", state: Any) -> tuple[NDArray | None, NDArray | None]:
    """Return (amplitudes, None) or (None, density matrices)."""
    if hasattr(state, "amplitudes"):
        return _amplitudes(terms, state), None
    array = _amplitudes(terms, getattr(state, "matrix", state))
    square = array.ndim >= 2 and array.shape[-1] == array.shape[-2]
    if hasattr(state, "matrix"):
        if not square:
            raise ValueError(f"`state.matrix` must have shape (..., 2**n, 2**n), got {array.shape}.")
        return None, array
    return (None, array) if square and _is_density(array) else (array, None)


def _is_density(array: NDArray) -> bool:
    """Return whether a square array is density matrices: their entries' squares add up to at most 1, rows' to 2**n."""
    if array.ndim > 2 or array.shape[-1] == 1:
        return array.ndim > 2
    size = array.shape[-1]
    total = float(np.vdot(array, array).real)
    if total <= 1 + 1e-6:
        return True
    if abs(total - size) <= 1e-3 * size:
        return False
    raise ValueError(
        f"`state` of shape {array.shape} is neither a density matrix nor {size} normalised states; "
        "normalise it, or pass density matrices with a batch axis."
    )
