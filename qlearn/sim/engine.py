"""What every engine offers: states, expectation values (exact or from shots) and samples, for batches of values.

The public methods do all checks; an engine implements the private ones on checked arguments. An engine that lacks
something raises and names the engine that has it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import seed_sequence
from ..circuits.circuit import Circuit
from ..circuits.program import Program
from ..estimates import Estimate
from ..paulis import PauliSum
from .shots import child_seed, estimate_from_shots, with_basis


def as_program(circuit: Any) -> Program:
    """Return the program of a circuit, or the program itself.

    Parameters
    ----------
    circuit : Circuit or Program

    Returns
    -------
    Program

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(circuit, Program):
        return circuit
    if isinstance(circuit, Circuit):
        return Program.from_circuit(circuit)
    raise TypeError(f"`circuit` must be a Circuit or a Program, got {type(circuit).__name__}.")


def check_observables(observables: Any, n_qubits: int) -> tuple[list[PauliSum], bool]:
    """Return the observables as a list, and whether there was just one outside a list.

    Parameters
    ----------
    observables : PauliSum or sequence of PauliSum
        Hermitian, on `n_qubits` qubits.
    n_qubits : int

    Returns
    -------
    observables : list of PauliSum
    single : bool

    Raises
    ------
    TypeError
        If one is not a PauliSum.
    ValueError
        If one is not Hermitian or acts on another number of qubits, or the list is empty.
    """
    single = isinstance(observables, PauliSum)
    checked = [observables] if single else list(observables)
    if not checked:
        raise ValueError("`observables` is empty; pass at least one PauliSum.")
    for observable in checked:
        if not isinstance(observable, PauliSum):
            raise TypeError(f"`observables` must be PauliSum objects, got {type(observable).__name__}.")
        if observable.n_qubits != n_qubits:
            raise ValueError(
                f"An observable acts on {observable.n_qubits} qubits but the circuit has {n_qubits}; "
                f"write PauliSum(..., n_qubits={n_qubits})."
            )
        if observable.coefficients.dtype.kind == "c" and not observable.is_hermitian():
            raise ValueError("An observable is not Hermitian: its coefficients must be real.")
    return checked, single


def check_weights(weights: Any, shape: tuple[int, int]) -> np.ndarray:
    """Return the weights of the observables for each row.

    Parameters
    ----------
    weights : array_like
        (n_observables,) or (batch, n_observables).
    shape : tuple of int
        (batch, n_observables).

    Returns
    -------
    ndarray of float, shape (batch, n_observables)

    Raises
    ------
    ValueError
        If the shape is another, or a weight is not finite.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.shape not in (shape[1:], shape) or not np.isfinite(weights).all():
        raise ValueError(f"`weights` must be finite, of shape ({shape[1]},) or {shape}, got shape {weights.shape}.")
    return weights if weights.shape == shape else np.broadcast_to(weights, shape)


class AbstractEngine(ABC):
    """A simulator of circuits; see `Statevector`, `DensityMatrix`, `Trajectories` and `Stabilizer`."""

    def run(self, circuit: Circuit | Program, values: Any = None) -> Any:
        """Return the final state.

        Parameters
        ----------
        circuit : Circuit or Program
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.

        Returns
        -------
        State or DensityState
            With a batch axis if `values` has one.
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        return self._run(program, checked, batched)

    def expectation(
        self,
        circuit: Circuit | Program,
        observables: PauliSum | Sequence[PauliSum],
        values: Any = None,
        *,
        n_shots: int | None = None,
        random_state: Any = None,
    ) -> Any:
        """Return the expectation value of each observable in the final state.

        Parameters
        ----------
        circuit : Circuit or Program
        observables : PauliSum or sequence of PauliSum
            Hermitian.
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.
        n_shots : int, optional
            Shots for each row of `values`, spread over groups of qubit-wise commuting terms in proportion to their
            coefficients. Without it the result is exact (up to the engine).
        random_state : int, Generator, SeedSequence or None
            Seed of the shots.

        Returns
        -------
        ndarray or Estimate
            Shape (batch, n_observables); no batch axis without one in `values`, no last axis for a single PauliSum.
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        sums, single = check_observables(observables, program.n_qubits)
        if n_shots is None:
            result = self._expectation(program, sums, checked)
            if isinstance(result, Estimate):
                return Estimate(
                    _squeeze(result.value, batched, single), _squeeze(result.std_error, batched, single),
                    result.n_shots, result.method,
                )  # fmt: skip
            return _squeeze(result, batched, single)
        n_shots = check_count("n_shots", n_shots, minimum=1)
        if program.n_records:
            raise ValueError(
                "The circuit measures already; an expectation value from shots adds measurements of its own."
            )
        seed = seed_sequence(random_state)
        means, errors = estimate_from_shots(
            sums, n_shots, lambda bases, shots: self._sample_bases(program, checked, bases, shots, seed),
            None if self._basis_probabilities is None else partial(self._basis_probabilities, program, checked), seed,
        )  # fmt: skip
        return Estimate(_squeeze(means, batched, single), _squeeze(errors, batched, single), n_shots, "shots")

    def sample(
        self, circuit: Circuit | Program, values: Any = None, *, n_shots: int, random_state: Any = None
    ) -> np.ndarray:
        """Return measured bits: of the measurements in the circuit, or of all qubits at the end if it has none.

        Parameters
        ----------
        circuit : Circuit or Program
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.
        n_shots : int
        random_state : int, Generator, SeedSequence or None
            Row i of `values` uses a stream derived from (seed, i): results do not depend on threads or chunks.

        Returns
        -------
        ndarray of uint8, shape (batch, n_shots, n_bits)
            Column j is qubit j, or the j-th recorded bit; no batch axis without one in `values`.
        """
        program = as_program(circuit)
        checked, batched = program.angle_map.values(values)
        n_shots = check_count("n_shots", n_shots, minimum=0)
        bits = self._sample(program, checked, n_shots, seed_sequence(random_state))
        return bits if batched else bits[0]

    # From (program, values, bases) to probabilities (batch, 2**n_qubits) of what is read in each Pauli basis, one after
    # the other (0 = X, 1 = Y, 2 = Z); None where shots have to be drawn one by one.
    _basis_probabilities: Callable[..., Iterator[np.ndarray]] | None = None

    @abstractmethod
    def _run(self, program: Program, values: np.ndarray, batched: bool) -> Any:
        """Return the state; values (batch, n_parameters)."""

    @abstractmethod
    def _expectation(self, program: Program, observables: list[PauliSum], values: np.ndarray) -> Any:
        """Return (batch, n_observables), or an Estimate of that shape where the engine itself is stochastic."""

    @abstractmethod
    def _sample(self, program: Program, values: np.ndarray, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:
        """Return uint8 (batch, n_shots, n_bits)."""

    def _sample_bases(
        self,
        program: Program,
        values: np.ndarray,
        bases: Sequence[np.ndarray],
        n_shots: Sequence[int],
        seed: np.random.SeedSequence,
    ) -> Iterator[np.ndarray]:
        """Yield uint8 (batch, n_shots[g], n_qubits) measured in each Pauli basis (0 = X, 1 = Y, 2 = Z)."""
        for g, basis in enumerate(bases):
            yield self._sample(with_basis(program, basis), values, n_shots[g], child_seed(seed, g))


def _squeeze(result: np.ndarray, batched: bool, single: bool) -> Any:
    if single:
        result = result[..., 0]
    return result if batched else result[0]
