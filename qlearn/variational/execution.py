"""How expectation values and gradients are obtained: exactly by adjoint differentiation, or by shifted circuits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator

from .._checks import check_count
from ..circuits import Circuit, NoiseModel, Program
from ..estimates import Estimate
from ..paulis import PauliSum
from ..sim import AbstractEngine, DensityMatrix, Statevector
from ..sim.gradients import shift_rule
from ..sim.readout import as_read, readout_of

_MAX_POINTS = 1 << 15  # shifted circuits of one engine call

__all__ = ["Adjoint", "ParameterShift"]


class Prepared(NamedTuple):
    """A circuit ready to run.

    Attributes
    ----------
    engine : engine or callable
    program : Circuit or Program
    """

    engine: Any
    program: Any


class AbstractExecution(BaseEstimator, ABC):
    """Base of executions: how a prepared circuit gives expectation values and gradients at rows of angles."""

    @property
    @abstractmethod
    def is_stochastic(self) -> bool:
        """Whether repeated runs differ."""

    @abstractmethod
    def _prepared(self, circuit: Circuit) -> Prepared:
        """Return what `prepared` returns."""

    @abstractmethod
    def _expectation(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, random_state: Any
    ) -> np.ndarray:
        """Return what `expectation` returns."""

    @abstractmethod
    def _differentiate(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, upstream_of: Any, rules: Any,
        random_state: Any,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """Return what `differentiate` returns."""

    def prepared(self, circuit: Circuit) -> Prepared:
        """Return the circuit, with its noise and compiled for engines of this package, and its engine.

        Parameters
        ----------
        circuit : Circuit

        Returns
        -------
        Prepared
        """
        return self._prepared(circuit)

    def expectation(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, random_state: Any = None
    ) -> np.ndarray:
        """Return expectation values at rows of angles.

        Parameters
        ----------
        prepared : Prepared
        observables : sequence of PauliSum
        table : ndarray of shape (batch, n_angles)
        random_state : int, Generator, SeedSequence or None
            Of the shots.

        Returns
        -------
        ndarray of shape (batch, n_observables)
        """
        return self._expectation(prepared, observables, table, random_state)

    def differentiate(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, upstream_of: Any,
        rules: Any = None, random_state: Any = None,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """Return expectation values and the gradient of a function of them by the angles.

        Parameters
        ----------
        prepared : Prepared
        observables : sequence of PauliSum
        table : ndarray of shape (batch, n_angles)
        upstream_of : callable
            From expectation values (batch, n_observables) to the derivatives of the function by them.
        rules : sequence of (int, tuple of float), optional
            Angles to differentiate by, with their frequencies; needed where circuits are shifted.
        random_state : int, Generator, SeedSequence or None
            Of the shots.

        Returns
        -------
        values : ndarray of shape (batch, n_observables)
        gradient : ndarray of shape (batch, n_angles)
        """
        return self._differentiate(prepared, observables, table, upstream_of, rules, random_state)


class Adjoint(AbstractExecution):
    """Exact values, and gradients by one backward sweep over the circuit.

    Parameters
    ----------
    precision : {"double", "single"}
        Single is up to twice as fast; gradients are then good to about five digits.
    n_jobs : int, optional
        Threads over the samples of a batch; results do not depend on it.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.Adjoint(precision="single")
    Adjoint(precision='single')
    """

    is_stochastic = False

    def __init__(self, precision: str = "double", n_jobs: int | None = None) -> None:
        self.precision = precision
        self.n_jobs = n_jobs

    def _prepared(self, circuit: Circuit) -> Prepared:
        return Prepared(Statevector(self.precision, self.n_jobs), Program.from_circuit(circuit))

    def _expectation(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, random_state: Any
    ) -> np.ndarray:
        return prepared.engine.expectation(prepared.program, observables, table)

    def _differentiate(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, upstream_of: Any, rules: Any,
        random_state: Any,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        engine, program = prepared
        if len(observables) == 1:
            value, gradient = engine.value_and_gradient(program, observables[0], table)
            return value[:, None], gradient * upstream_of(value[:, None])
        return engine.vjp(program, observables, table, upstream_of)


class ParameterShift(AbstractExecution):
    """Values from shots, noisy circuits or any device, and exact-rule gradients from shifted circuits.

    Parameters
    ----------
    n_shots : int, optional
        For every circuit, shifted ones included; without it values are exact (up to the engine).
    noise : NoiseModel, optional
        Applied to the circuit before it runs. Its readout errors shrink the values, with and without shots.
    engine : engine or callable, optional
        By default `Statevector`, or `DensityMatrix` with noise. Anything that is called as
        ``engine.expectation(circuit, observables, values, n_shots=..., random_state=...)`` will do, so also a device;
        it gets circuits as a `Circuit` whose parameters are its angles, all shifted points in one call.

    Notes
    -----
    Two circuits for every angle that depends on a weight (four for controlled rotations); gradients of expectation
    values are unbiased whatever the number of shots. Losses that are not linear or quadratic in them, such as the cross
    entropy, have a bias of order 1 / n_shots, since derivatives are taken at noisy values.

    References
    ----------
    Mitarai et al., Phys. Rev. A 98, 032309 (2018); Schuld et al., Phys. Rev. A 99, 032331 (2019).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.ParameterShift(n_shots=1000)
    ParameterShift(n_shots=1000)
    """

    def __init__(self, n_shots: int | None = None, noise: NoiseModel | None = None, engine: Any = None) -> None:
        self.n_shots = n_shots
        self.noise = noise
        self.engine = engine

    @property
    def is_stochastic(self) -> bool:
        """Whether repeated runs differ: with shots, or on an engine of one's own."""
        return self.n_shots is not None or self.engine is not None

    def _prepared(self, circuit: Circuit) -> Prepared:
        if self.n_shots is not None:
            check_count("n_shots", self.n_shots, minimum=1)
        if self.noise is not None:
            if not isinstance(self.noise, NoiseModel):
                raise TypeError(
                    f"`noise` must be a NoiseModel, such as NoiseModel.depolarizing(0.001, 0.01), got {self.noise!r}."
                )
            circuit = self.noise.apply(circuit, final_measurement=True)
        engine = self.engine
        if engine is not None and not callable(getattr(engine, "expectation", engine)):
            raise TypeError(f"`engine` must have `expectation` or be callable itself, got {engine!r}.")
        if engine is None:
            engine = Statevector() if self.noise is None else DensityMatrix()
        return Prepared(engine, Program.from_circuit(circuit) if isinstance(engine, AbstractEngine) else circuit)

    def _expectation(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, random_state: Any
    ) -> np.ndarray:
        return self.estimate(prepared, observables, table, random_state, self.n_shots)[0]

    def estimate(
        self,
        prepared: Prepared,
        observables: Sequence[PauliSum],
        table: np.ndarray,
        random_state: Any,
        n_shots: int | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return expectation values and their variances at rows of angles.

        Parameters
        ----------
        prepared : Prepared
        observables : sequence of PauliSum
        table : ndarray of shape (batch, n_angles)
        random_state : int, Generator, SeedSequence or None
        n_shots : int or None

        Returns
        -------
        values, variances : ndarray of shape (batch, n_observables)
            Variances are squared standard errors, zero without shots.
        """
        engine, program = prepared
        call = getattr(engine, "expectation", engine)
        if n_shots is None and self.noise is not None and isinstance(program, Program):
            errors = readout_of(program).errors  # shots are misread by the engine
            observables = [as_read(observable, errors) for observable in observables] if errors.any() else observables
        values, variances = [], []
        for start in range(0, max(len(table), 1), _MAX_POINTS):
            rows = table[start : start + _MAX_POINTS]
            found = call(program, observables, rows, n_shots=n_shots, random_state=random_state)
            is_estimate = isinstance(found, Estimate)
            values.append(np.asarray(found.value if is_estimate else found, dtype=float))
            if values[-1].shape != (len(rows), len(observables)):
                raise ValueError(
                    f"{engine!r} must return expectation values of shape {(len(rows), len(observables))}, a row for "
                    f"each set of angles, got {values[-1].shape}."
                )
            variances.append(np.square(found.std_error) if is_estimate else np.zeros(values[-1].shape))
        return np.concatenate(values), np.concatenate(variances)

    def _differentiate(
        self, prepared: Prepared, observables: Sequence[PauliSum], table: np.ndarray, upstream_of: Any, rules: Any,
        random_state: Any,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        values = self.expectation(prepared, observables, table, random_state)
        upstream = upstream_of(values)
        points, owner, coefficients = shifted_points(table, rules)
        flat = points.reshape(-1, table.shape[1])
        found = self.expectation(prepared, observables, flat, random_state).reshape(*points.shape[:2], -1)
        slopes = np.einsum("bpo,bo->bp", found, upstream) * coefficients
        gradient = np.zeros(table.shape)
        np.add.at(gradient, (slice(None), owner), slopes)
        return values, gradient


def shifted_points(
    table: np.ndarray, rules: Sequence[tuple[int, tuple[float, ...]]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the shifted rows (batch, n_points, n_angles), the angle of each point and its coefficient."""
    pairs = [(angle, *pair) for angle, omega in rules for pair in zip(*shift_rule(omega), strict=True)]
    owner = np.array([pair[0] for pair in pairs], dtype=np.intp)
    shifts, coefficients = (np.array([pair[i] for pair in pairs], dtype=float) for i in (1, 2))
    points = np.repeat(table[:, None, :], len(pairs), axis=1)
    points[:, np.arange(len(pairs)), owner] += shifts
    return points, owner, coefficients
