"""Pure states: the batched interpreter with adjoint gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .._memory import require_memory
from .._parallel import map_threads, thread_count
from .._random import task_generator
from ..circuits.circuit import Circuit
from ..circuits.program import Program
from ..paulis import PauliSum
from ._kernels.drivers import evaluate, run_states
from ._kernels.simd import LANES
from .engine import AbstractEngine, as_program, check_observables, check_weights
from .large import LargePlan, LargeState, large_plan
from .lowering import LoweredProgram, PauliTables, angle_rows, lowered, work_buffers
from .shots import child_seed, rotate_bit
from .spare_memory import SpareMemory
from .states import State
from .trailing import move_trailing

_LARGE = 15  # qubits from which a state runs block by block
_CACHED = 2**21  # bytes of two states in every lane, beyond which samples run one by one, each in a cache of its core
_LARGEST_KEPT = 2**26  # bytes of final states kept between the values and the gradient
_PRECISIONS = {"double": np.dtype(np.float64), "single": np.dtype(np.float32)}
_Weights = np.ndarray | Callable[[np.ndarray], np.ndarray] | None  # of the observables for each row


class Statevector(AbstractEngine):
    """Exact simulation of unitary circuits on pure states, with adjoint gradients.

    Programs are interpreted, never compiled: a new structure costs microseconds. Vector lanes hold samples of a batch,
    or the last qubits of a single state. Cost O(gates * 2^n) a sample, gradients about four times that whatever the
    number of parameters; memory of a batch is two states per lane and thread.

    Parameters
    ----------
    precision : {"double", "single"}
        Of amplitudes and coefficients.
    n_jobs : int or None
        Threads over the samples of a batch; None means 1 (or joblib's configuration), -1 all cores. Results do not
        depend on it.

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 2)
    >>> circuit = ql.Circuit(2).ry(theta[0], 0).cx(0, 1).rz(theta[1], 1)
    >>> engine = ql.sim.Statevector()
    >>> value, gradient = engine.value_and_gradient(circuit, ql.PauliSum("ZI"), [0.3, 0.1])
    >>> print(value.round(6), gradient.round(6))
    0.955336 [-0.29552  0.     ]
    """

    def __init__(self, precision: str = "double", n_jobs: int | None = None) -> None:
        if precision not in _PRECISIONS:
            raise ValueError(f'`precision` must be "double" or "single", got {precision!r}.')
        self.precision, self.n_jobs = precision, n_jobs
        self._dtype = _PRECISIONS[precision]
        self._tables = PauliTables(self._dtype)
        self._spare = SpareMemory()

    def __repr__(self) -> str:
        return f"Statevector(precision={self.precision!r}, n_jobs={self.n_jobs!r})"

    def value_and_gradient(
        self, circuit: Circuit | Program, observable: PauliSum, values: Any = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the expectation value of one observable and its gradient.

        Parameters
        ----------
        circuit : Circuit or Program
        observable : PauliSum
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters).

        Returns
        -------
        value : ndarray of shape (batch,), or float without a batch axis
        gradient : ndarray of shape (batch, n_parameters)

        References
        ----------
        Jones and Gacon, arXiv:2009.02823, Algorithm 1 (the adjoint method).
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        sums, _ = check_observables([observable], program.n_qubits)
        result, gradients = self._evaluate(program, sums, checked, np.ones((len(checked), 1)))
        gradient = program.angle_map.pull_back(checked, gradients)
        return (result[:, 0], gradient) if batched else (result[0, 0], gradient[0])

    def vjp(
        self, circuit: Circuit | Program, observables: Sequence[PauliSum], values: Any, weights: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return all expectation values, and the gradient of their weighted sum in one backward pass.

        Parameters
        ----------
        circuit : Circuit or Program
        observables : sequence of PauliSum
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters).
        weights : array_like or callable
            (n_observables,) or (batch, n_observables), or what returns them from the values as returned here: a loss
            can so be differentiated without running the circuits twice, where the final states fit into 64 MiB.

        Returns
        -------
        values : ndarray of shape (batch, n_observables)
        gradient : ndarray of shape (batch, n_parameters)
            Of ``sum_o weights[o] * values[o]``; both without the batch axis if `values` has none.

        Examples
        --------
        The gradient of the squared value:

        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
        >>> values, gradient = ql.sim.Statevector().vjp(circuit, [ql.PauliSum("Z")], [0.3], lambda z: 2 * z)
        >>> bool(np.isclose(gradient[0], -np.sin(0.6)))
        True
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        sums, _ = check_observables(observables, program.n_qubits)
        shape = (len(checked), len(sums))
        if callable(weights):

            def weights_of(found: np.ndarray) -> np.ndarray:
                return check_weights(weights(found if batched else found[0]), shape)

            result, gradients = self._evaluate(program, sums, checked, weights_of)
        else:
            result, gradients = self._evaluate(program, sums, checked, check_weights(weights, shape))
        gradient = program.angle_map.pull_back(checked, gradients)
        return (result, gradient) if batched else (result[0], gradient[0])

    def jacobian(
        self, circuit: Circuit | Program, observables: Sequence[PauliSum], values: Any = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return all expectation values and their Jacobian, one backward pass for each observable.

        Parameters
        ----------
        circuit : Circuit or Program
        observables : sequence of PauliSum
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters).

        Returns
        -------
        values : ndarray of shape (batch, n_observables)
        jacobian : ndarray of shape (batch, n_observables, n_parameters)
            Both without the batch axis if `values` has none.
        """
        sums = list(observables)
        parts = [self.vjp(circuit, [observable], values, np.ones(1)) for observable in sums]
        result = np.concatenate([value for value, _ in parts], axis=-1)
        return result, np.stack([gradient for _, gradient in parts], axis=-2)

    def _expectation(self, program: Program, observables: list[PauliSum], values: np.ndarray) -> np.ndarray:
        return self._evaluate(program, observables, values, None)[0]

    def _run(self, program: Program, values: np.ndarray, batched: bool) -> State:
        self._check(program, len(values))
        amplitudes = np.empty((len(values), 1 << program.n_qubits), dtype=np.result_type(self._dtype, np.complex64))
        phases = program.phase + program.phase_coefficients @ program.angle_map.table(values)
        if self._is_large(program):
            plan = large_plan(program, self._dtype)
            for row, value in zip(amplitudes, values, strict=True):
                state = self._large_state(plan, value)
                state.run()
                state.amplitudes(row)
                self._spare.give(state.state)
            phases = phases + plan.sign_phase
        else:
            plan = self._plan(program, len(values))
            angles = angle_rows(program, values, plan.stride)

            def task(columns: tuple[int, int]) -> None:
                work = work_buffers(plan.program.kernel, len(angles), 0, False, self._dtype)
                run_states(
                    *plan.program.kernel, angles, *columns, *work, *plan.program.order, amplitudes
                )  # fmt: skip

            map_threads(task, plan.chunks(angles.shape[1], self.n_jobs), self.n_jobs)
        amplitudes *= np.exp(1j * phases)[:, None].astype(amplitudes.dtype)
        return State(amplitudes if batched else amplitudes[0])

    def _sample(self, program: Program, values: np.ndarray, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
        state = self._run(program, values, True)
        return np.stack([State(row).sample(n_shots, task_generator(seed, i)) for i, row in enumerate(state.amplitudes)])

    def _sample_bases(
        self,
        program: Program,
        values: np.ndarray,
        bases: Sequence[np.ndarray],
        n_shots: Sequence[int],
        seed: np.random.SeedSequence,
    ) -> Iterator[np.ndarray]:
        for g, rotated in enumerate(self._in_bases(program, values, bases)):
            rows = enumerate(rotated)
            yield np.stack([State(row).sample(n_shots[g], task_generator(child_seed(seed, g), i)) for i, row in rows])

    def _basis_probabilities(
        self, program: Program, values: np.ndarray, bases: Sequence[np.ndarray]
    ) -> Iterator[np.ndarray]:
        for rotated in self._in_bases(program, values, bases):
            yield (rotated.real**2 + rotated.imag**2).astype(float)

    def _in_bases(self, program: Program, values: np.ndarray, bases: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the amplitudes (batch, 2**n_qubits), turned so that each Pauli basis becomes Z."""
        amplitudes = self._run(program, values, True).amplitudes
        for basis in bases:
            rotated = amplitudes
            for qubit, letter in enumerate(basis):
                rotated = rotate_bit(rotated, qubit, letter)
            yield rotated

    def _evaluate(
        self, program: Program, observables: list[PauliSum], values: np.ndarray, weights: _Weights
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return values (batch, n_observables) and, with weights, gradients (n_angles, batch)."""
        self._check(program, 0)
        if self._is_large(program):
            return self._evaluate_large(program, observables, values, weights)
        groups = self._tables.of(observables)
        plan = self._plan(program, len(values))
        angles = angle_rows(program, values, plan.stride)
        batch, columns = len(values), angles.shape[1]
        padded = np.zeros((len(observables), columns))
        result = np.empty((len(observables), columns))
        gradients = np.empty((program.n_angles, columns if weights is not None else 0))
        kept = plan.kept_states(columns, self._dtype) if callable(weights) else np.empty((0, 0), self._dtype)

        def sweep(with_gradient: bool, is_kept: bool) -> None:
            def task(chunk: tuple[int, int]) -> None:
                work = work_buffers(plan.program.kernel, len(angles), len(observables), with_gradient, self._dtype)
                evaluate(
                    *plan.program.kernel, angles, *chunk, *work, *plan.program.order, *groups, padded,
                    result, gradients, with_gradient, kept, is_kept,
                )  # fmt: skip

            map_threads(task, plan.chunks(columns, self.n_jobs), self.n_jobs)

        if callable(weights):
            sweep(False, False)
            weights = weights(result[:, :batch].T)
        if weights is not None:
            padded[:, :batch] = weights.T
        sweep(weights is not None, len(kept) > 0)
        return result[:, :batch].T, gradients[:, :batch]

    def _evaluate_large(
        self, program: Program, observables: list[PauliSum], values: np.ndarray, weights: _Weights
    ) -> tuple[np.ndarray, np.ndarray]:
        if callable(weights):
            weights = weights(self._evaluate_large(program, observables, values, None)[0])
        program, observables = move_trailing(program, observables)
        plan = large_plan(program, self._dtype)
        result = np.empty((len(values), len(observables)))
        gradients = np.empty((program.n_angles, len(values) if weights is not None else 0))
        for i, value in enumerate(values):
            state = self._large_state(plan, value)
            state.run()
            result[i], bra = state.observe(observables, None if weights is None else weights[i])
            if weights is not None:
                gradients[:, i] = state.gradient(bra)
            self._spare.give(state.state)
        return result, gradients

    def _large_state(self, plan: LargePlan, value: np.ndarray) -> LargeState:
        memory = self._spare.take(2 << plan.program.n_qubits, self._dtype)
        return LargeState(plan, value[None], self.n_jobs, memory)

    def _check(self, program: Program, n_kept: int) -> None:
        """Refuse what is not unitary, and states that do not fit: two at work and `n_kept` to return."""
        if program.channels:
            raise ValueError(
                f"Statevector simulates unitary circuits only, this one has a {program.channels[0].kind!r} step; "
                "use Trajectories or DensityMatrix."
            )
        n = program.n_qubits
        if n < _LARGE and not n_kept:
            return
        require_memory(
            (2 + n_kept) * 2 * self._dtype.itemsize << n,
            f"Statevector with {n} qubits (2**{n} amplitudes)",
            "Stabilizer if the circuit is Clifford, or fewer rows of `values`",
        )

    def _is_large(self, program: Program) -> bool:
        return program.n_qubits >= _LARGE

    def _plan(self, program: Program, batch: int) -> _Plan:
        lanes = LANES[self._dtype]
        lane_bits = lanes.bit_length() - 1
        spilt = 4 * self._dtype.itemsize * lanes << program.n_qubits > _CACHED
        alone = program.n_qubits > lane_bits and (batch <= lanes // 2 or spilt)  # one state in the lanes
        return _Plan(lowered(program, lane_bits if alone else 0), 1 if alone else lanes)


class _Plan:
    """How a batch is spread over lanes and threads."""

    def __init__(self, program: LoweredProgram, stride: int) -> None:
        self.program, self.stride = program, stride

    def chunks(self, columns: int, n_jobs: int | None) -> list[tuple[int, int]]:
        """Return ranges of columns, a few for each thread."""
        if columns == self.stride or thread_count(n_jobs) == 1:
            return [(0, columns)]
        n_groups = columns // self.stride
        n_chunks = min(n_groups, 4 * thread_count(n_jobs))
        edges = np.linspace(0, n_groups, max(n_chunks, 1) + 1).astype(int) * self.stride
        return [(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a]

    def kept_states(self, columns: int, dtype: np.dtype) -> np.ndarray:
        """Return room for the final states of all lane groups, or of none where they are too large."""
        kernel, lanes = self.program.kernel, LANES[dtype]
        shape = (columns // self.stride, (2 * lanes) << (kernel.n_bits - kernel.lane_bits))
        return np.empty(shape if shape[0] * shape[1] * dtype.itemsize <= _LARGEST_KEPT else (0, 0), dtype)
