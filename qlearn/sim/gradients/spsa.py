"""Simultaneous perturbation: a noisy gradient from two evaluations, whatever the number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._checks import check_count
from ..._random import seed_sequence, task_generator
from ...circuits.circuit import Circuit
from ...circuits.program import Program
from ...estimates import Estimate
from ...paulis import PauliSum
from .evaluation import Executor, evaluate, question


def spsa_gradient(
    circuit: Circuit | Program,
    observables: PauliSum | Sequence[PauliSum],
    values: Any = None,
    *,
    executor: Executor,
    step: float = 0.1,
    n_directions: int = 1,
    n_shots: int | None = None,
    random_state: Any = None,
) -> Estimate:
    """Return an estimate of the gradient from differences along random directions.

    Parameters
    ----------
    circuit : Circuit or Program
    observables : PauliSum or sequence of PauliSum
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    executor : engine or callable
        As for `parameter_shift`, called once with the circuit itself.
    step : float
        Length of the step in every parameter; the bias is of order step**2.
    n_directions : int
        Directions to average over, for each row; each takes two evaluations.
    n_shots : int, optional
        For each evaluation.
    random_state : int, Generator, SeedSequence or None
        Draws the directions, and seeds the executor.

    Returns
    -------
    Estimate
        Shape (batch, n_observables, n_parameters), without the axes that `values` and `observables` do not have. The
        standard error is that of the mean over directions, shots included; NaN for a single direction.

    Raises
    ------
    ValueError
        If the step is not positive.

    References
    ----------
    Spall, IEEE Transactions on Automatic Control 37, 332 (1992).

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import spsa_gradient
    >>> circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    >>> engine = ql.sim.Statevector()
    >>> gradient = spsa_gradient(circuit, ql.PauliSum("Z"), [0.5], executor=engine, n_directions=4, random_state=0)
    >>> gradient.value.round(4)
    array([-0.4786])
    """
    if not 0 < step < np.inf:
        raise ValueError(f"`step` must be positive and finite, got {step!r}.")
    n_directions = check_count("n_directions", n_directions, minimum=1)
    asked = question(circuit, observables, values)
    batch, n_parameters = asked.values.shape
    seed = seed_sequence(random_state)
    signs = np.stack([2.0 * task_generator(seed, 0, i).integers(2, size=(n_directions, n_parameters)) - 1
                      for i in range(batch)])  # fmt: skip
    steps = step * np.concatenate([signs, -signs], axis=1)
    points = asked.values[:, None, :] + steps
    found = evaluate(executor, circuit, asked.observables, points, n_shots, task_generator(seed, 1))
    slopes = (found.means[:, :n_directions] - found.means[:, n_directions:]) / (2 * step)
    # the inverse of a sign is the sign itself
    samples = np.einsum("bdo,bdp->bdop", slopes, signs)
    gradient = samples.mean(axis=1)
    spread = samples.std(axis=1, ddof=1) if n_directions > 1 else np.full_like(gradient, np.nan)
    return asked.answer(gradient, spread**2 / n_directions, found.n_shots, "SPSA")
