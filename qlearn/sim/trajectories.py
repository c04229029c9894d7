"""Noise by Monte Carlo: pure states that each draw their errors, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._bits import index_bits
from .._checks import check_count
from .._memory import require_memory
from .._parallel import thread_count
from .._random import seed_sequence
from ..circuits.circuit import Circuit
from ..circuits.program import Program
from ..estimates import Estimate
from ..paulis import PauliSum
from ._kernels.simd import LANES
from .engine import AbstractEngine, as_program, check_observables, check_weights
from .ensembles import Moments, Part, parts
from .lowering import angle_rows
from .noisy import run_columns, selection, trajectory_program
from .pauli_frames import FramedProgram, framed_program
from .readout import misread, readout_of
from .states import State
from .statevector import Statevector

_PRECISIONS = {"double": np.dtype(np.float64), "single": np.dtype(np.float32)}
_CHUNK_ENTRIES = 1 << 22  # of angles or of amplitudes kept at a time
_LEAST_COLUMNS = 8  # below, Statevector would take another path, with other rounding


class Trajectories(AbstractEngine):
    """Noisy simulation by pure-state trajectories, one in each vector lane.

    Mixtures of Pauli strings cost next to nothing: their errors become signs of angles (see `pauli_frames`), so that
    all trajectories of a circuit share one program, equal ones run once, and adjoint gradients hold. Other one-qubit
    channels, resets and measurements are drawn from the state of the trajectory. Every result is an `Estimate` over
    trajectories; readout errors act on sampled bits only.

    Parameters
    ----------
    n_trajectories : int
        For each row of `values`, in expectation values, gradients and `run`; `sample` takes one for each shot.
    precision : {"double", "single"}
        Of amplitudes and coefficients.
    n_jobs : int or None
        Threads; None means 1 (or joblib's configuration), -1 all cores. Results do not depend on it.

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit = ql.Circuit(2).h(0).cx(0, 1).depolarize2(0.1, 0, 1)
    >>> engine = ql.sim.Trajectories(n_trajectories=4000)
    >>> estimate = engine.expectation(circuit, ql.PauliSum("ZZ"), random_state=0)
    >>> abs(estimate.value - 0.893333) < 4 * estimate.std_error
    True
    """

    def __init__(self, n_trajectories: int = 1000, precision: str = "double", n_jobs: int | None = None) -> None:
        if precision not in _PRECISIONS:
            raise ValueError(f'`precision` must be "double" or "single", got {precision!r}.')
        self.n_trajectories = check_count("n_trajectories", n_trajectories, minimum=1)
        self.precision, self.n_jobs = precision, n_jobs
        self._dtype = _PRECISIONS[precision]

    def __repr__(self) -> str:
        return f"Trajectories({self.n_trajectories}, precision={self.precision!r}, n_jobs={self.n_jobs!r})"

    def run(self, circuit: Circuit | Program, values: Any = None, *, random_state: Any = None) -> State:
        """Return the final states of all trajectories; their equal mixture estimates the density matrix.

        Parameters
        ----------
        circuit : Circuit or Program
        values : array_like, mapping or None
            One row of parameter values, without a batch axis: the batch axis of the result counts trajectories.
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        State
            A batch of `n_trajectories`; global phases have no meaning.

        Raises
        ------
        ValueError
            If `values` has a batch axis.
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        if batched:
            raise ValueError("Trajectories.run takes one row of `values`: its batch axis counts trajectories.")
        self._check(program, 2 * self.n_trajectories)
        framed, table = framed_program(program), program.angle_map.table(checked)
        states = []
        for part in self._parts(program, 1, self.n_trajectories, seed_sequence(random_state)):
            angles = framed.angles(table, self._bits(framed, part))
            states += list(self._states(framed, angles, part.uniform))
        return State(np.concatenate(states))

    def expectation(
        self,
        circuit: Circuit | Program,
        observables: PauliSum | Sequence[PauliSum],
        values: Any = None,
        *,
        n_shots: int | None = None,
        random_state: Any = None,
    ) -> Estimate:
        """Return the expectation value of each observable, exact in each trajectory, averaged over trajectories.

        Parameters
        ----------
        circuit : Circuit or Program
        observables : PauliSum or sequence of PauliSum
            Hermitian.
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.
        n_shots : int, optional
            Estimate from so many shots of measured bits instead, one trajectory each, readout errors included.
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        Estimate
            Shape (batch, n_observables); no batch axis without one in `values`, no last axis for a single PauliSum.
            Its `n_shots` is the number of trajectories; observables share them, so their errors are correlated.
        """
        if n_shots is not None:
            return super().expectation(circuit, observables, values, n_shots=n_shots, random_state=random_state)
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        sums, single = check_observables(observables, program.n_qubits)
        means, errors = self._moments(program, sums, checked, seed_sequence(random_state))
        pick = (slice(None) if batched else 0, 0 if single else slice(None))
        return Estimate(means[pick], errors[pick], self.n_trajectories, "trajectories")

    def value_and_gradient(
        self, circuit: Circuit | Program, observable: PauliSum, values: Any = None, *, random_state: Any = None
    ) -> tuple[Estimate, Estimate]:
        """Return the expectation value of one observable and its gradient, from the same trajectories.

        Parameters
        ----------
        circuit : Circuit or Program
            Its channels are mixtures of Pauli strings.
        observable : PauliSum
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters).
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        value : Estimate of shape (batch,)
        gradient : Estimate of shape (batch, n_parameters)
            Both without the batch axis if `values` has none.

        Raises
        ------
        ValueError
            If errors depend on the state.
        """
        value, gradient = self.vjp(circuit, [observable], values, np.ones(1), random_state=random_state)
        return Estimate(value.value[..., 0], value.std_error[..., 0], value.n_shots, value.method), gradient

    def vjp(
        self,
        circuit: Circuit | Program,
        observables: Sequence[PauliSum],
        values: Any,
        weights: Any,
        *,
        random_state: Any = None,
    ) -> tuple[Estimate, Estimate]:
        """Return all expectation values and the gradient of their weighted sum, from the same trajectories.

        The adjoint method in each trajectory: Pauli errors do not depend on the parameters.

        Parameters
        ----------
        circuit : Circuit or Program
            Its channels are mixtures of Pauli strings.
        observables : sequence of PauliSum
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters).
        weights : array_like
            (n_observables,) or (batch, n_observables).
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        values : Estimate of shape (batch, n_observables)
        gradient : Estimate of shape (batch, n_parameters)
            Both without the batch axis if `values` has none.

        Raises
        ------
        ValueError
            If errors depend on the state.
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        sums, _ = check_observables(observables, program.n_qubits)
        weights = check_weights(weights, (len(checked), len(sums)))
        kept = framed_program(program).program.channels
        if kept:
            raise ValueError(
                f"Adjoint gradients of trajectories need noise that does not depend on the state, and this circuit has "
                f"a {kept[0].kind!r} step; use parameter shift (qlearn.sim.gradients), with DensityMatrix if it fits."
            )
        means, errors = self._moments(program, sums, checked, seed_sequence(random_state), weights)
        n, pick = len(sums), slice(None) if batched else 0
        return tuple(
            Estimate(means[pick][..., part], errors[pick][..., part], self.n_trajectories, "trajectories")
            for part in (slice(None, n), slice(n, None))
        )  # type: ignore[return-value]

    def _run(self, program: Program, values: np.ndarray, batched: bool) -> State:
        return self.run(program, values if batched else values[0])

    def _expectation(self, program: Program, observables: list[PauliSum], values: np.ndarray) -> Estimate:
        return self.expectation(program, observables, values)

    def _sample(self, program: Program, values: np.ndarray, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
        self._check(program, 0)
        framed, readout = framed_program(program), readout_of(program)
        noisy = trajectory_program(framed.program, self._dtype)
        measured = [i for i, channel in enumerate(framed.program.channels) if channel.kind == "measure"]
        bits = np.empty((len(values), n_shots, len(readout.qubits)), dtype=np.uint8)
        table = program.angle_map.table(values)
        for part in self._parts(program, len(values), n_shots, seed, len(readout.qubits)):
            n = len(part.owner)
            angles = self._padded(framed, framed.angles(table[:, part.owner], self._bits(framed, part)))
            draws = self._draws(framed, part.uniform, angles.shape[1])
            out = selection(self._dtype, 0, noisy.order)._replace(
                choices=np.zeros((len(draws), angles.shape[1]), dtype=np.uint8),
                outcomes=np.zeros(0 if measured else n, dtype=np.int64),
            )
            run_columns(noisy, angles, draws, out, self._dtype, self.n_jobs)
            found = out.choices[measured, :n].T if measured else index_bits(out.outcomes, program.n_qubits)
            found = misread(found, readout.errors, part.uniform[-len(readout.qubits) :].T)
            for row, first, columns in part.blocks:
                bits[row, first : first + columns.stop - columns.start] = found[columns]
        return bits

    def _moments(
        self,
        program: Program,
        sums: list[PauliSum],
        values: np.ndarray,
        seed: np.random.SeedSequence,
        weights: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard errors of the values and, with weights, of the gradient behind them."""
        self._check(program, 0)
        framed, table = framed_program(program), program.angle_map.table(values)
        moments = Moments(len(values), len(sums) + (len(program.angle_map.parameters) if weights is not None else 0))
        for part in self._parts(program, len(values), self.n_trajectories, seed):
            bits = self._bits(framed, part)
            if framed.program.channels:
                angles = framed.angles(table[:, part.owner], bits)
                states = self._states(framed, angles, part.uniform)
                results = np.concatenate([State(each).expectation(sums) for each in states])
            else:
                distinct, inverse = _distinct(part.owner, bits)
                bits, owner = bits[:, distinct], part.owner[distinct]
                angles = framed.angles(table[:, owner], bits)
                results = self._pure(framed, angles, sums, None if weights is None else weights[owner])
                if weights is not None:
                    derivatives = framed.pull_back(results[:, len(sums) :].T, bits, program.n_angles)
                    gradient = program.angle_map.pull_back(values[owner], derivatives)
                    results = np.concatenate([results[:, : len(sums)], gradient], axis=1)
                results = results[inverse]
            for block in part.blocks:
                moments.add(block.row, results[block.columns])
        return moments.means, moments.std_errors()

    def _pure(
        self, framed: FramedProgram, angles: np.ndarray, sums: list[PauliSum], weights: np.ndarray | None
    ) -> np.ndarray:
        """Return values and, with weights, derivatives by angle, of each column of angles."""
        n, engine = angles.shape[1], Statevector(self.precision, self.n_jobs)
        angles = _pad(angles, _LEAST_COLUMNS)
        if weights is None:
            return engine.expectation(framed.program, sums, angles.T)[:n]
        weights = _pad(weights.T, _LEAST_COLUMNS).T
        return np.concatenate(engine.vjp(framed.program, sums, angles.T, weights), axis=1)[:n]

    def _states(self, framed: FramedProgram, angles: np.ndarray, uniform: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the final amplitudes of the columns of angles, some columns at a time."""
        n, size = angles.shape[1], 1 << framed.program.n_qubits
        if not framed.program.channels:
            yield (
                Statevector(self.precision, self.n_jobs)
                .run(framed.program, _pad(angles, _LEAST_COLUMNS).T)
                .amplitudes[:n]
            )
            return
        noisy = trajectory_program(framed.program, self._dtype)
        step = max(LANES[self._dtype], _CHUNK_ENTRIES // size)
        for start in range(0, n, step):
            some = self._padded(framed, angles[:, start : start + step])
            draws = self._draws(framed, uniform[:, start : start + step], some.shape[1])
            out = selection(self._dtype, min(step, n - start), noisy.order)
            out = out._replace(choices=np.zeros((len(draws), some.shape[1]), dtype=np.uint8))
            run_columns(noisy, some, draws, out, self._dtype, self.n_jobs)
            yield out.elements

    def _parts(
        self, program: Program, n_rows: int, n_trajectories: int, seed: np.random.SeedSequence, n_read: int = 0
    ) -> Iterator[Part]:
        """Yield trajectories; each draws its Pauli errors, its choices, the final outcome and the readout errors."""
        framed = framed_program(program)
        n_draws = framed.n_draws + len(framed.program.channels) + 1 + n_read
        most = _CHUNK_ENTRIES // max(1, framed.program.n_angles + n_draws)
        return parts(n_rows, n_trajectories, n_draws, most, seed)

    @staticmethod
    def _bits(framed: FramedProgram, part: Part) -> np.ndarray:
        return framed.bits(part.uniform[: framed.n_draws])

    @staticmethod
    def _draws(framed: FramedProgram, uniform: np.ndarray, n_columns: int) -> np.ndarray:
        """Return the numbers for the choices and the final outcome."""
        return _pad(uniform[framed.n_draws : framed.n_draws + len(framed.program.channels) + 1], n_columns)

    def _padded(self, framed: FramedProgram, angles: np.ndarray) -> np.ndarray:
        """Return the angle rows that the kernels take, columns padded to whole vectors."""
        return angle_rows(framed.program, angles.T, LANES[self._dtype])

    def _check(self, program: Program, n_kept: int) -> None:
        for channel in framed_program(program).program.channels:
            if len(channel.qubits) > 1:
                raise ValueError(
                    f"Trajectories draws Kraus operators of one qubit, this circuit has some on qubits "
                    f"{channel.qubits}; use DensityMatrix."
                )
        n = program.n_qubits
        lanes = LANES[self._dtype] * thread_count(self.n_jobs)
        require_memory(
            (lanes + n_kept) * 2 * self._dtype.itemsize << n,
            f"Trajectories with {n} qubits ({lanes + n_kept} states of 2**{n} amplitudes)",
            "Stabilizer if the circuit is Clifford, or fewer trajectories",
        )


def _pad(columns: np.ndarray, n_columns: int) -> np.ndarray:
    """Return an array with at least `n_columns` columns, the last one repeated."""
    missing = n_columns - columns.shape[1]
    return columns if missing <= 0 else np.pad(columns, ((0, 0), (0, missing)), mode="edge")


def _distinct(owner: np.ndarray, bits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return columns that differ in owner or bits, and for each column its like among them."""
    packed = np.packbits(bits, axis=0).T
    keys = np.ascontiguousarray(np.concatenate([owner[:, None].view(np.uint8).reshape(len(owner), -1), packed], axis=1))
    _, distinct, inverse = np.unique(
        keys.view(np.dtype((np.void, keys.shape[1])))[:, 0], return_index=True, return_inverse=True
    )
    return distinct, inverse
