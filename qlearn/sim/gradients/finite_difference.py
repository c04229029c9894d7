"""Gradients by finite differences: for checks, and for what has no shift rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...circuits.circuit import Circuit
from ...circuits.program import Program
from ...paulis import PauliSum
from .evaluation import Executor, evaluate, question

# Points in steps and coefficients of the central differences of error step**2 and step**4.
_STENCILS = {2: ((1, -1), (1 / 2, -1 / 2)), 4: ((1, -1, 2, -2), (2 / 3, -2 / 3, -1 / 12, 1 / 12))}


def finite_difference(
    circuit: Circuit | Program,
    observables: PauliSum | Sequence[PauliSum],
    values: Any = None,
    *,
    executor: Executor,
    step: float = 1e-3,
    accuracy: int = 4,
    n_shots: int | None = None,
    random_state: Any = None,
) -> Any:
    """Return the gradient of expectation values by central differences in each parameter.

    Parameters
    ----------
    circuit : Circuit or Program
    observables : PauliSum or sequence of PauliSum
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    executor : engine or callable
        As for `parameter_shift`, called once with the circuit itself.
    step : float
        In the unit of the parameters. The default suits exact executors in double precision; with shots take tenths,
        since their error is divided by it.
    accuracy : int
        2 (two points a parameter, error step**2) or 4 (four points, error step**4).
    n_shots : int, optional
        For each point: all get the same number.
    random_state : int, Generator, SeedSequence or None
        Handed to the executor.

    Returns
    -------
    ndarray or Estimate
        Shape (batch, n_observables, n_parameters), without the axes that `values` and `observables` do not have. The
        standard errors of an Estimate leave out the systematic error of the step.

    Raises
    ------
    ValueError
        If the step is not positive, or the accuracy another.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import finite_difference
    >>> circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    >>> finite_difference(circuit, ql.PauliSum("Z"), [0.5], executor=ql.sim.Statevector()).round(8)
    array([-0.47942554])
    """
    if accuracy not in _STENCILS:
        raise ValueError(f"`accuracy` must be 2 or 4, got {accuracy!r}.")
    if not 0 < step < np.inf:
        raise ValueError(f"`step` must be positive and finite, got {step!r}.")
    asked = question(circuit, observables, values)
    n_parameters = asked.values.shape[1]
    offsets, coefficients = (np.array(part) for part in _STENCILS[accuracy])
    shifts = np.kron(np.eye(n_parameters), step * offsets[:, None])
    points = asked.values[:, None, :] + shifts
    found = evaluate(executor, circuit, asked.observables, points, n_shots, random_state)
    gradient, variance = found.combined(np.kron(np.eye(n_parameters), coefficients / step))
    return asked.answer(gradient, variance, found.n_shots, f"central differences, step {step:g}")
