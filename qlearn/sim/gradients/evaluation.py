"""What gradients by evaluation share: circuits whose parameters are their angles, and calls of an executor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...circuits import opcodes
from ...circuits.circuit import Circuit
from ...circuits.opcodes import OPCODES
from ...circuits.parameters import Expression, parameters
from ...circuits.program import AngleMap, Program
from ...estimates import Estimate
from ...paulis import PauliSum
from ..engine import as_program, check_observables
from .shift_rules import gate_frequencies

_NAMES = {code: name for name, code in OPCODES.items()}


class SupportsExpectation(Protocol):
    """Anything with the `expectation` method of an engine."""

    def expectation(self, circuit: Any, observables: Any, values: Any, *, n_shots: Any, random_state: Any) -> Any:
        """Return what `AbstractEngine.expectation` returns.

        Parameters
        ----------
        circuit : Circuit or Program
        observables : sequence of PauliSum
        values : ndarray of shape (batch, n_parameters)
        n_shots : int or None
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray or Estimate of shape (batch, n_observables)
        """
        ...


Executor = SupportsExpectation | Callable[..., Any]


class Question(NamedTuple):
    """Checked arguments of a gradient function.

    Attributes
    ----------
    observables : list of PauliSum
    is_single : bool
        Whether one observable came without a list.
    values : ndarray of shape (batch, n_parameters)
    is_batch : bool
    """

    observables: list[PauliSum]
    is_single: bool
    values: np.ndarray
    is_batch: bool

    def shaped(self, result: np.ndarray) -> np.ndarray:
        """Return results (batch, n_observables, ...) without the axes that the arguments did not have."""
        if self.is_single:
            result = result[:, 0]
        return result if self.is_batch else result[0]

    def answer(self, result: np.ndarray, variance: np.ndarray | None, n_shots: int, method: str) -> Any:
        """Return the results as the caller expects them: an array, or an Estimate where there is a variance."""
        if variance is None:
            return self.shaped(result)
        return Estimate(self.shaped(result), np.sqrt(self.shaped(variance)), n_shots, method)


def question(circuit: Circuit | Program, observables: PauliSum | Sequence[PauliSum], values: Any) -> Question:
    """Return the checked arguments.

    Parameters
    ----------
    circuit : Circuit or Program
    observables : PauliSum or sequence of PauliSum
    values : array_like, mapping or None

    Returns
    -------
    Question
    """
    program = as_program(circuit)
    checked, batched = program.angle_map.values(values)
    return Question(*check_observables(observables, program.n_qubits), checked, batched)


class Evaluations(NamedTuple):
    """Expectation values from an executor.

    Attributes
    ----------
    means : ndarray of shape (batch, n_points, n_observables)
    variances : ndarray or None
        Squared standard errors; None if the executor is exact.
    n_shots : int
        Spent on each row of the batch.
    """

    means: np.ndarray
    variances: np.ndarray | None
    n_shots: int

    def combined(self, weights: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """Return linear combinations of the points, (batch, n_observables, k), and their variances.

        Parameters
        ----------
        weights : ndarray or sparse array of shape (k, n_points)

        Returns
        -------
        means, variances : ndarray
        """

        def combine(matrix: Any, points: np.ndarray) -> np.ndarray:
            flat = np.moveaxis(points, 1, 0).reshape(points.shape[1], points.shape[0] * points.shape[2])
            return np.moveaxis((matrix @ flat).reshape(matrix.shape[0], len(points), points.shape[2]), 0, -1)

        return combine(weights, self.means), None if self.variances is None else combine(weights**2, self.variances)


def evaluate(
    executor: Executor, circuit: Circuit | Program, observables: list[PauliSum], points: np.ndarray,
    n_shots: int | None, random_state: Any,
) -> Evaluations:  # fmt: skip
    """Return expectation values at all points, from one call of the executor.

    Parameters
    ----------
    executor : engine or callable
    circuit : Circuit or Program
    observables : list of PauliSum
    points : ndarray of shape (batch, n_points, n_parameters)
    n_shots : int or None
        For each point.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    Evaluations

    Raises
    ------
    TypeError, ValueError
        If the executor cannot be called, or returns something else than (points, observables).
    """
    call = getattr(executor, "expectation", executor)
    if not callable(call):
        raise TypeError(f"`executor` must be callable or have `expectation`, got {type(executor).__name__}.")
    batch, n_points, n_parameters = points.shape
    shape = (batch * n_points, len(observables))
    if not shape[0]:
        empty = np.empty((batch, n_points, len(observables)))
        return Evaluations(empty, None if n_shots is None else empty, 0)
    rows = points.reshape(shape[0], n_parameters)
    result = call(circuit, observables, rows, n_shots=n_shots, random_state=random_state)
    is_estimate = isinstance(result, Estimate)
    means = np.asarray(result.value if is_estimate else result, dtype=float)
    if means.shape != shape:
        raise ValueError(f"`executor` must return shape {shape}, one row for each row of values, got {means.shape}.")
    full = (batch, n_points, len(observables))
    variances = np.asarray(result.std_error, dtype=float).reshape(full) ** 2 if is_estimate else None
    return Evaluations(means.reshape(full), variances, n_points * result.n_shots if is_estimate else 0)


class AngleForm:
    """A circuit rewritten so that each angle that depends on a parameter is a parameter of its own.

    Parameters
    ----------
    circuit : Circuit or Program

    Attributes
    ----------
    circuit : Circuit or Program
        The rewritten one, of the same kind.
    frequencies : list of tuple of float
        Of each angle.
    n_angles, n_parameters : int
    parameters : tuple of Parameter
        Those of the circuit as it was given.
    """

    def __init__(self, circuit: Circuit | Program) -> None:
        if isinstance(circuit, Circuit):
            self.circuit, expressions, self.frequencies = _freed_circuit(circuit)
            self._map = AngleMap(expressions, circuit.parameters)
            self._rows = np.arange(len(expressions))
        else:
            self._map = circuit.angle_map
            self.circuit, self._rows, self.frequencies = _freed_program(circuit)
        self.n_angles = len(self._rows)
        self.parameters = self._map.parameters
        self.n_parameters = len(self.parameters)

    def table(self, values: np.ndarray) -> np.ndarray:
        """Return the angles (batch, n_angles) at values (batch, n_parameters)."""
        return self._map.table(values)[self._rows].T

    def jacobian(self, values: np.ndarray) -> np.ndarray:
        """Return the derivatives of the angles, (batch, n_angles, n_parameters)."""
        unit = np.zeros((self._map.n_angles, self.n_angles))
        unit[self._rows, np.arange(self.n_angles)] = 1.0
        rows = [self._map.pull_back(np.broadcast_to(row, (self.n_angles, len(row))), unit) for row in values]
        return np.stack(rows)

    def curvature(self) -> np.ndarray | None:
        """Return the second derivatives of the angles, (n_angles, n_parameters, n_parameters); None if all vanish."""
        # angles are quadratic in the parameters, so differences of the Jacobian are exact
        points = np.vstack([np.zeros((1, self.n_parameters)), np.eye(self.n_parameters)])
        jacobians = self.jacobian(points)
        second = np.moveaxis(jacobians[1:] - jacobians[0], 0, 1)
        return second if second.any() else None


def _freed_circuit(circuit: Circuit) -> tuple[Circuit, list[Expression], list[tuple[float, ...]]]:
    expressions: list[Expression] = []
    frequencies: list[tuple[float, ...]] = []
    n_free = sum(isinstance(angle, Expression) for step in circuit.instructions for angle in step.angles)
    fresh = parameters("angle", n_free) if n_free else ()
    freed = Circuit(circuit.n_qubits)
    for step in circuit.instructions:
        angles = list(step.angles)
        for i, angle in enumerate(angles):
            if isinstance(angle, Expression):
                angles[i] = fresh[len(expressions)]
                expressions.append(angle)
                frequencies.append(gate_frequencies(step.name, i))
        freed.append(step._replace(angles=tuple(angles)))
    return freed, expressions, frequencies


def _freed_program(program: Program) -> tuple[Program, np.ndarray, list[tuple[float, ...]]]:
    """Return the program with an angle for each row that needs one, the old angle of each, and their frequencies."""
    old = program.bytecode[:, 5]
    rows = np.flatnonzero(old >= 0)
    rows = rows[program.angle_map.depends[old[rows]]]
    bytecode = program.bytecode.copy()
    bytecode[rows, 5] = program.n_angles + np.arange(len(rows))
    fresh = parameters("angle", len(rows)) if len(rows) else ()
    angle_map = AngleMap([*program.angle_map.constant.tolist(), *fresh], fresh)
    # the global phase is left out: no expectation value knows it
    freed = Program(
        program.n_qubits, bytecode, program.paulis, program.channels, angle_map, n_records=program.n_records
    )
    return freed, old[rows], [_opcode_frequencies(int(code)) for code in program.bytecode[rows, 0]]


def _opcode_frequencies(code: int) -> tuple[float, ...]:
    return (1.0,) if code == opcodes.PAULI_ROTATION else gate_frequencies(_NAMES[code])
