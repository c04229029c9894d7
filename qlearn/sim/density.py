"""Mixed states: exact simulation of noise on density matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .._bits import index_bits
from .._memory import require_memory
from .._parallel import thread_count
from .._random import task_generator
from ..circuits.program import Program
from ..paulis import PauliSum
from ..paulis.matrices import diagonals, walsh_hadamard
from ._kernels import layout
from ._kernels.noisy import Outputs
from ._kernels.simd import LANES
from .density_state import DensityState
from .engine import AbstractEngine
from .lowering import angle_rows
from .noisy import NoisyProgram, density_program, run_columns, selection
from .readout import Readout, misread, misread_strings, readout_of
from .sampling import sample_indices
from .shots import child_seed

_PRECISIONS = {"double": np.dtype(np.float64), "single": np.dtype(np.float32)}
_CHUNK_ENTRIES = 1 << 22  # of the elements that expectation values of a batch are made of


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
        readout = readout_of(program)
        for g, weights in enumerate(self._in_bases(program, values, bases)):
            yield _drawn(weights, readout, n_shots[g], child_seed(seed, g))

    def _basis_probabilities(
        self, program: Program, values: np.ndarray, bases: Sequence[np.ndarray]
    ) -> Iterator[np.ndarray]:
        yield from self._in_bases(program, values, bases, readout_of(program).errors)

    def _in_bases(
        self, program: Program, values: np.ndarray, bases: Sequence[np.ndarray], errors: np.ndarray | None = None
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities (batch, 2**n_qubits) of outcomes in each Pauli basis, read with errors or without."""
        n = program.n_qubits
        strings = _string_values(self._run(program, values, True).matrix)
        if errors is not None and errors.any():
            strings = misread_strings(strings, errors)
        subsets = index_bits(np.arange(1 << n), n) * 4 ** np.arange(n - 1, -1, -1)
        step = max(1, _CHUNK_ENTRIES // (len(values) << n))
        for start in range(0, len(bases), step):
            letters = np.array(bases[start : start + step], dtype=np.int64) + 1
            yield from np.moveaxis(walsh_hadamard(strings[:, letters @ subsets.T]) / (1 << n), 1, 0)

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


def _string_values(matrices: np.ndarray) -> np.ndarray:
    """Return the expectation values (batch, 4**n) of all Pauli strings; I, X, Y, Z are digits, qubit 0 first."""
    parts, half = matrices, matrices.shape[-1]
    while half > 1:
        half //= 2
        (a, b), (c, d) = np.moveaxis(parts.reshape(-1, 2, half, 2, half), (1, 3), (0, 1))
        parts = np.stack([a + d, b + c, 1j * (b - c), a - d], axis=1)
    return parts.real.reshape(len(matrices), -1)


def _drawn(weights: np.ndarray, readout: Readout, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Return recorded bits, uint8 (batch, n_shots, n_bits), from weights (batch, 2**n) of the measured bits."""
    n_qubits = weights.shape[1].bit_length() - 1
    bits = np.empty((len(weights), n_shots, len(readout.qubits)), dtype=np.uint8)
    for i, row in enumerate(weights.clip(0.0)):
        rng = task_generator(seed, i)
        drawn = index_bits(sample_indices(row, n_shots, rng), n_qubits)[:, readout.qubits]
        bits[i] = misread(drawn, readout.errors, rng.random(drawn.shape)) if readout.errors.any() else drawn
    return bits
