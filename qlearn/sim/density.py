"""Mixed states: exact simulation of noise on density matrices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._bits import index_bits
from .._checks import check_array, check_count, check_qubits
from .._memory import require_memory
from .._parallel import thread_count
from .._random import generator, seed_sequence, task_generator
from ..circuits.program import Program
from ..paulis import PauliSum
from ..paulis.matrices import diagonals
from ._kernels import layout
from ._kernels.noisy import Outputs
from ._kernels.simd import LANES
from .engine import AbstractEngine
from .lowering import angle_rows
from .noisy import NoisyProgram, density_program, run_columns, selection
from .readout import Readout, misread, readout_of
from .sampling import sample_indices
from .shots import child_seed, rotate_bit

_PRECISIONS = {"double": np.dtype(np.float64), "single": np.dtype(np.float32)}
_TOLERANCE = {np.dtype(np.complex64): 1e-3, np.dtype(np.complex128): 1e-6}
_CHUNK_ENTRIES = 1 << 22  # of the elements that expectation values of a batch are made of


class DensityState:
    """A mixed state, or a batch of them.

    Qubit 0 is the most significant bit of both matrix indices. Entropies use the natural logarithm.

    Parameters
    ----------
    matrix : array_like of complex, shape (2**n, 2**n) or (batch, 2**n, 2**n)
        Hermitian, of trace one. complex64 and complex128 arrays are kept without a copy.

    Raises
    ------
    ValueError
        If the shape is another, or a matrix is not finite, not Hermitian or not of trace one.

    Examples
    --------
    >>> import numpy as np, qlearn as ql
    >>> state = ql.sim.DensityState(np.diag([0.75, 0.25]))
    >>> round(float(state.purity()), 4), state.probabilities().tolist()
    (0.625, [0.75, 0.25])
    """

    def __init__(self, matrix: ArrayLike) -> None:
        array = np.asarray(matrix)
        if array.dtype not in _TOLERANCE:
            array = check_array("matrix", array, dtype=complex)
        n_qubits = array.shape[-1].bit_length() - 1 if array.ndim in (2, 3) else -1
        if n_qubits < 0 or array.shape[-2:] != (1 << n_qubits, 1 << n_qubits):
            raise ValueError(f"`matrix` must have shape (2**n, 2**n) or (batch, 2**n, 2**n), got {array.shape}.")
        self._matrix, self._n_qubits = array, n_qubits
        tolerance = _TOLERANCE[array.dtype]
        traces = np.trace(self._matrices, axis1=1, axis2=2)
        wrong = np.flatnonzero(~(np.abs(traces - 1) <= tolerance))
        if wrong.size:
            raise ValueError(f"`matrix` must have trace one, got {traces[wrong[0]]:.8g}; divide by it.")
        for one in self._matrices:
            if not np.abs(one - one.conj().T).max() <= tolerance:
                raise ValueError("`matrix` must be Hermitian: it differs from its conjugate transpose.")

    @property
    def matrix(self) -> np.ndarray:
        """Complex, (2**n_qubits, 2**n_qubits) or (batch, 2**n_qubits, 2**n_qubits)."""
        return self._matrix

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._n_qubits

    @property
    def is_batch(self) -> bool:
        """Whether there is a batch axis."""
        return self._matrix.ndim == 3

    @property
    def _matrices(self) -> np.ndarray:
        return self._matrix.reshape(-1, 1 << self._n_qubits, 1 << self._n_qubits)

    def _shaped(self, result: np.ndarray) -> Any:
        return result if self.is_batch else result[0]

    def __len__(self) -> int:
        if not self.is_batch:
            raise TypeError("This DensityState is a single one, without a batch axis, and has no length.")
        return len(self._matrix)

    def __getitem__(self, index: int | slice | np.ndarray) -> DensityState:
        if not self.is_batch:
            raise TypeError("This DensityState is a single one; only a batch has members. See `.matrix`.")
        return DensityState(self._matrix[index])

    def __repr__(self) -> str:
        batch = f"batch of {len(self._matrix)}, " if self.is_batch else ""
        return f"<DensityState: {batch}{self.n_qubits} qubits, {self._matrix.dtype}>"

    def probabilities(self, qubits: int | Sequence[int] | None = None) -> np.ndarray:
        """Return the probabilities of measured bits.

        Parameters
        ----------
        qubits : int or sequence of int, optional
            Measured qubits; the first is the most significant bit of the outcome. All in order by default.

        Returns
        -------
        ndarray of float, shape (2**k,) or (batch, 2**k)
        """
        weights = np.diagonal(self._matrices, axis1=1, axis2=2).real.clip(0.0)
        if qubits is None:
            return self._shaped(weights)
        kept = check_qubits(qubits, self.n_qubits)
        rest = tuple(q for q in range(self.n_qubits) if q not in kept)
        tensor = weights.reshape(-1, *[2] * self.n_qubits).transpose(0, *[1 + q for q in (*kept, *rest)])
        return self._shaped(tensor.reshape(-1, 1 << len(kept), 1 << len(rest)).sum(axis=2))

    def reduced(self, qubits: int | Sequence[int]) -> np.ndarray:
        """Return the density matrix of some of the qubits.

        Parameters
        ----------
        qubits : int or sequence of int
            The first is the most significant bit of the matrix index.

        Returns
        -------
        ndarray of complex, shape (2**k, 2**k) or (batch, 2**k, 2**k)
        """
        kept, n = check_qubits(qubits, self.n_qubits), self.n_qubits
        rest = [q for q in range(n) if q not in kept]
        require_memory(2 * self._matrix.nbytes, f"reduced of {len(kept)} qubits", "a smaller batch")
        axes = [1 + q for q in (*kept, *rest)] + [1 + n + q for q in (*kept, *rest)]
        tensor = self._matrices.reshape(-1, *[2] * (2 * n)).transpose(0, *axes)
        size, others = 1 << len(kept), 1 << len(rest)
        return self._shaped(np.einsum("bijkj->bik", tensor.reshape(-1, size, others, size, others)))

    def purity(self) -> float | np.ndarray:
        """Return tr(rho**2): one for pure states, 2**-n for the maximally mixed one.

        Returns
        -------
        float, or ndarray of shape (batch,)
        """
        return self._shaped(np.einsum("bij,bij->b", self._matrices.conj(), self._matrices).real)

    def entropy(self, qubits: int | Sequence[int] | None = None, order: float = 1) -> float | np.ndarray:
        """Return the entropy of the state of some qubits, or of all, natural logarithm.

        Of a mixed state it is no measure of entanglement.

        Parameters
        ----------
        qubits : int or sequence of int, optional
        order : float
            Of the Renyi entropy ``log(tr rho**order) / (1 - order)``, not negative; 1 is von Neumann.

        Returns
        -------
        float or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If `order` is negative or NaN.

        Examples
        --------
        >>> import numpy as np, qlearn as ql
        >>> float((ql.sim.DensityState(np.eye(4) / 4).entropy() / np.log(2)).round(12))
        2.0
        """
        if not order >= 0:
            raise ValueError(f"`order` must not be negative, got {order}.")
        matrices = self._matrices if qubits is None else np.asarray(self.reduced(qubits))
        size = matrices.shape[-1]
        weights = np.linalg.eigvalsh(matrices.reshape(-1, size, size)).astype(float)
        weights[weights < (1e-12 if matrices.dtype == complex else 1e-5)] = 0.0
        return self._shaped(_renyi(weights / weights.sum(axis=1, keepdims=True), float(order)))

    def fidelity(self, other: Any) -> float | np.ndarray:
        """Return the fidelity ``(tr sqrt(sqrt(rho) sigma sqrt(rho)))**2`` with another state.

        Parameters
        ----------
        other : DensityState, State or array_like of complex
            One state, or as many as there are here; a bare array is a matrix, or the amplitudes (2**n,) of a state.

        Returns
        -------
        float, or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If the number of qubits or the size of the batch differs.

        Examples
        --------
        >>> import numpy as np, qlearn as ql
        >>> mixed = ql.sim.DensityState(np.eye(2) / 2)
        >>> round(float(mixed.fidelity([1.0, 0.0])), 12), round(float(mixed.fidelity(mixed)), 12)
        (0.5, 1.0)
        """
        theirs = np.asarray(getattr(other, "matrix", getattr(other, "amplitudes", other)))
        size, is_pure = 1 << self.n_qubits, hasattr(other, "amplitudes") or theirs.ndim == 1
        rows = theirs.reshape(-1, *theirs.shape[-1:]) if is_pure else theirs.reshape(-1, *theirs.shape[-2:])
        if (
            rows.shape[1:] not in ((size,), (size, size))
            or 1 not in (len(rows), len(self._matrices))
            and len(rows) != len(self._matrices)
        ):
            raise ValueError(
                f"`other` must be states of {self.n_qubits} qubits, 1 or {len(self._matrices)} of them, "
                f"got shape {theirs.shape}."
            )
        if is_pure:
            values = np.einsum("bi,bij,bj->b", rows.conj(), self._matrices, rows).real
        else:
            root = _square_root(self._matrices)
            weights = np.linalg.eigvalsh(root @ rows @ root).clip(0.0)
            values = np.sqrt(weights).sum(axis=1) ** 2
        return values if self.is_batch or len(rows) > 1 else values[0]

    def expectation(self, observables: PauliSum | Sequence[PauliSum]) -> np.ndarray | float:
        """Return exact expectation values.

        Parameters
        ----------
        observables : PauliSum or sequence of PauliSum

        Returns
        -------
        float or ndarray, shape (batch, n_observables)
            No batch axis for a single state, no last axis for a single PauliSum.
        """
        if isinstance(observables, PauliSum):
            return observables.expectation(self)
        return np.stack([observable.expectation(self) for observable in observables], axis=-1)

    def variance(self, observables: PauliSum | Sequence[PauliSum]) -> np.ndarray | float:
        """Return the variances <O**2> - <O>**2.

        Parameters
        ----------
        observables : PauliSum or sequence of PauliSum
            Hermitian.

        Returns
        -------
        float or ndarray, shape (batch, n_observables)
            No batch axis for a single state, no last axis for a single PauliSum.
        """
        if isinstance(observables, PauliSum):
            return observables.variance(self)
        return np.stack([observable.variance(self) for observable in observables], axis=-1)

    def sample(self, n_shots: int, random_state: Any = None) -> np.ndarray:
        """Return measured bits of all qubits; shots are independent.

        Parameters
        ----------
        n_shots : int
        random_state : int, Generator, SeedSequence or None
            Row i of a batch has its own stream, derived from (seed, i).

        Returns
        -------
        ndarray of uint8, shape (n_shots, n_qubits) or (batch, n_shots, n_qubits)
        """
        n_shots = check_count("n_shots", n_shots)
        weights = np.atleast_2d(self.probabilities())
        if not self.is_batch:
            return index_bits(sample_indices(weights[0], n_shots, generator(random_state)), self.n_qubits)
        seed = seed_sequence(random_state)
        draws = [sample_indices(row, n_shots, task_generator(seed, i)) for i, row in enumerate(weights)]
        return index_bits(np.array(draws, dtype=np.int64).reshape(-1, n_shots), self.n_qubits)


class DensityMatrix(AbstractEngine):
    """Exact simulation of noisy circuits on density matrices.

    Gates act on row bits and, conjugated, on column bits of a state of 2 n bits, by the kernels of `Statevector`;
    depolarising is moved behind the one-qubit gates that follow it, so that these merge. Cost O(operations * 4^n) a
    sample; a two-qubit channel of Kraus operators that is no mixture of Pauli strings takes some twenty times a gate.
    Measurements are not read: they dephase. Readout errors act on sampled bits only. There is no adjoint gradient;
    parameter shift serves.

    Parameters
    ----------
    precision : {"double", "single"}
        Of matrices and coefficients.
    n_jobs : int or None
        Threads over the samples of a batch; None means 1 (or joblib's configuration), -1 all cores. Results do not
        depend on it.

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit = ql.Circuit(2).h(0).cx(0, 1).depolarize2(0.1, 0, 1)
    >>> engine = ql.sim.DensityMatrix()
    >>> round(float(engine.expectation(circuit, ql.PauliSum("ZZ"))), 6)
    0.893333
    >>> round(float(engine.run(circuit).purity()), 6)
    0.848533
    """

    def __init__(self, precision: str = "double", n_jobs: int | None = None) -> None:
        if precision not in _PRECISIONS:
            raise ValueError(f'`precision` must be "double" or "single", got {precision!r}.')
        self.precision, self.n_jobs = precision, n_jobs
        self._dtype = _PRECISIONS[precision]

    def __repr__(self) -> str:
        return f"DensityMatrix(precision={self.precision!r}, n_jobs={self.n_jobs!r})"

    def _run(self, program: Program, values: np.ndarray, batched: bool) -> DensityState:
        n, size = program.n_qubits, 1 << program.n_qubits
        index, sign = self._plan(program, len(values), whole=True).order
        out = selection(self._dtype, len(values), layout.Order(index << n, sign), layout.Order(index, sign))
        self._fill(program, values, out)
        matrices = out.elements.reshape(len(values), size, size)
        return DensityState(matrices if batched else matrices[0])

    def _expectation(self, program: Program, observables: list[PauliSum], values: np.ndarray) -> np.ndarray:
        n = program.n_qubits
        index, sign = self._plan(program, len(values)).order
        flips = np.unique(np.concatenate([observable.masks()[0] for observable in observables])).astype(np.int64)
        q = np.arange(1 << n)
        partner = q ^ flips[:, None]
        places = layout.Order((index[partner] << n | index).ravel(), (sign[partner] * sign).ravel())
        result = np.zeros((len(values), len(observables)))
        step = max(LANES[self._dtype], _CHUNK_ENTRIES // len(places.index))
        for start in range(0, len(values), step):
            part = values[start : start + step]
            out = selection(self._dtype, len(part), places)
            self._fill(program, part, out)
            found = out.elements.reshape(len(part), len(flips), 1 << n)
            for o, observable in enumerate(observables):
                for masks, entries in diagonals(observable):
                    which = np.searchsorted(flips, masks.astype(np.int64))
                    result[start : start + step, o] += np.einsum("bgq,gq->b", found[:, which], entries).real
        return result

    def _sample(self, program: Program, values: np.ndarray, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
        readout = readout_of(program)
        if readout.disturbed >= 0:
            raise ValueError(
                f"DensityMatrix samples final measurements only, and something follows the one of qubit "
                f"{readout.disturbed}; use Trajectories."
            )
        n = program.n_qubits
        index, sign = self._plan(program, len(values)).order
        out = selection(self._dtype, len(values), layout.Order(index << n | index, sign * sign))
        self._fill(program, values, out)
        return _drawn(out.elements.real, readout, n_shots, seed)

    def _sample_bases(
        self,
        program: Program,
        values: np.ndarray,
        bases: Sequence[np.ndarray],
        n_shots: Sequence[int],
        seed: np.random.SeedSequence,
    ) -> Iterator[np.ndarray]:
        n, readout = program.n_qubits, readout_of(program)
        matrices = self._run(program, values, True).matrix
        for g, basis in enumerate(bases):
            rotated = matrices.reshape(len(values), -1)
            for qubit, letter in enumerate(basis):
                rotated = rotate_bit(rotated, qubit, letter)
                rotated = rotate_bit(rotated, n + qubit, letter, conjugate=True)
            weights = np.einsum("bii->bi", rotated.reshape(matrices.shape)).real
            yield _drawn(weights, readout, n_shots[g], child_seed(seed, g))

    def _fill(self, program: Program, parameters: np.ndarray, out: Outputs) -> None:
        """Run every row of parameters and write the selected elements."""
        noisy = self._plan(program, len(parameters))
        lanes = LANES[self._dtype] if noisy.kernel.lane_bits == 0 else 1
        angles = angle_rows(program, parameters, lanes)
        run_columns(noisy, angles, np.empty((1, 0)), out, self._dtype, self.n_jobs)

    def _plan(self, program: Program, batch: int, whole: bool = False) -> NoisyProgram:
        """Return the lowered program; with `whole`, count the memory of all final matrices."""
        n, lanes = program.n_qubits, LANES[self._dtype]
        lane_bits = lanes.bit_length() - 1
        # one matrix in the lanes: for a few samples, and where one for each lane would not fit the cache
        alone = n >= lane_bits and (batch <= lanes // 2 or 2 * n >= 13)
        copies = thread_count(self.n_jobs) * (1 if alone else lanes) + (batch if whole else 0)
        require_memory(
            copies * 2 * self._dtype.itemsize << 2 * n,
            f"DensityMatrix with {n} qubits (4**{n} entries)",
            "Trajectories",
        )
        return density_program(program, lane_bits if alone else 0, self._dtype)


def _drawn(weights: np.ndarray, readout: Readout, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Return recorded bits, uint8 (batch, n_shots, n_bits), from weights (batch, 2**n) of the measured bits."""
    n_qubits = weights.shape[1].bit_length() - 1
    bits = np.empty((len(weights), n_shots, len(readout.qubits)), dtype=np.uint8)
    for i, row in enumerate(weights.clip(0.0)):
        rng = task_generator(seed, i)
        drawn = index_bits(sample_indices(row, n_shots, rng), n_qubits)[:, readout.qubits]
        bits[i] = misread(drawn, readout.errors, rng.random(drawn.shape)) if readout.errors.any() else drawn
    return bits


def _renyi(weights: np.ndarray, order: float) -> np.ndarray:
    """Return Renyi entropies of distributions (batch, size)."""
    if order == 1:
        return -(weights * np.log(np.where(weights > 0, weights, 1.0))).sum(axis=1)
    if order == math.inf:
        return -np.log(weights.max(axis=1))
    powers = np.where(weights > 0, weights, 1.0) ** order * (weights > 0)
    return np.log(powers.sum(axis=1)) / (1 - order)


def _square_root(matrices: np.ndarray) -> np.ndarray:
    weights, vectors = np.linalg.eigh(matrices)
    return (vectors * np.sqrt(weights.clip(0.0))[:, None, :]) @ vectors.conj().swapaxes(1, 2)
