"""Exact gradients from expectation values at shifted angles: what a device can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from ...circuits.circuit import Circuit
from ...circuits.parameters import Parameter
from ...circuits.program import Program
from ...paulis import PauliSum
from .evaluation import AngleForm, Executor, evaluate, question
from .shift_rules import ShiftRule, shift_rule


def parameter_shift(
    circuit: Circuit | Program,
    observables: PauliSum | Sequence[PauliSum],
    values: Any = None,
    *,
    executor: Executor,
    n_shots: int | None = None,
    random_state: Any = None,
    frequencies: Mapping[Any, Any] | None = None,
) -> Any:
    """Return the gradient of expectation values, exact up to what the executor returns.

    Every angle is shifted on its own, by the rule for its gate: two evaluations for rotations about Pauli strings,
    phases and the angles of `u`, four for controlled rotations and excitations. The chain rule then leads to the
    parameters, however often and in whatever expression they occur. Holds with noise and measurements in the circuit.

    Parameters
    ----------
    circuit : Circuit or Program
    observables : PauliSum or sequence of PauliSum
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    executor : engine or callable
        Called once, as ``executor.expectation(circuit, observables, values, n_shots=..., random_state=...)`` or
        without the ``.expectation``, on the circuit with its angles as parameters (of the kind that was given, Circuit
        or Program) and all shifted points in `values`; returns (n_points, n_observables), an ndarray or an Estimate.
    n_shots : int, optional
        For each shifted circuit: all get the same number.
    random_state : int, Generator, SeedSequence or None
        Handed to the executor.
    frequencies : mapping, optional
        From parameters (or their names) to frequencies: these parameters are shifted as a whole, which takes fewer
        evaluations where one parameter sits in many commuting gates, such as integers up to the number of edges for
        an angle of QAOA. Must hold every frequency that the parameter brings in; missing ones give wrong gradients.

    Returns
    -------
    ndarray or Estimate
        Shape (batch, n_observables, n_parameters), without the axes that `values` and `observables` do not have. An
        Estimate where the executor returns one; its `n_shots` counts those of all shifted circuits for one row.

    Raises
    ------
    ValueError
        If the executor returns another shape, or `frequencies` names an unknown parameter.

    References
    ----------
    Mitarai et al., Phys. Rev. A 98, 032309 (2018); Schuld et al., Phys. Rev. A 99, 032331 (2019); several
    frequencies: Wierichs et al., Quantum 6, 677 (2022), Section 3; the four-term rule: Anselmetti et al., New J. Phys.
    23, 113010 (2021).

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import parameter_shift
    >>> theta = ql.parameters("theta", 2)
    >>> circuit = ql.Circuit(2).ry(2 * theta[0], 0).crx(theta[1], 0, 1)
    >>> parameter_shift(circuit, ql.PauliSum("ZI"), [0.3, 0.1], executor=ql.sim.Statevector()).round(6)
    array([-1.129285,  0.      ])
    """
    asked = question(circuit, observables, values)
    form = AngleForm(circuit)
    whole = _whole_rules(form.parameters, frequencies or {})
    kept = np.array([p not in whole for p in range(form.n_parameters)], dtype=bool)
    shifted = _angles_of(form, kept)
    rules = [shift_rule(form.frequencies[k]) for k in shifted]
    table = form.table(asked.values)
    blocks = [_shifted(table, k, rule.shifts) for k, rule in zip(shifted, rules, strict=True)]
    for parameter, rule in whole.items():
        moved = _shifted(asked.values, parameter, rule.shifts)
        blocks.append(form.table(moved.reshape(-1, form.n_parameters)).reshape(*moved.shape[:2], form.n_angles))
    points = np.concatenate([np.empty((len(table), 0, form.n_angles)), *blocks], axis=1)
    found = evaluate(executor, form.circuit, asked.observables, points, n_shots, random_state)
    gradient, variance = found.combined(_weights([*rules, *whole.values()]))
    jacobian = form.jacobian(asked.values)[:, shifted]
    gradient = _chain(gradient, jacobian, list(whole))
    if variance is not None:
        variance = _chain(variance, jacobian**2, list(whole))
    return asked.answer(gradient, variance, found.n_shots, "parameter shift")


def _whole_rules(parameters: tuple[Parameter, ...], frequencies: Mapping[Any, Any]) -> dict[int, ShiftRule]:
    """Return the rules of the parameters that are shifted as a whole, by column."""
    columns = {parameter.name: i for i, parameter in enumerate(parameters)}
    rules = {}
    for key, omega in frequencies.items():
        name = getattr(key, "name", key)
        if name not in columns:
            raise ValueError(f"`frequencies` names {name!r}, which is no parameter of the circuit.")
        rules[columns[name]] = shift_rule(omega)
    return rules


def _angles_of(form: AngleForm, parameters: np.ndarray) -> np.ndarray:
    """Return the numbers of the angles that depend on any of the chosen parameters."""
    if parameters.all():
        return np.arange(form.n_angles)
    # a derivative that is not zero everywhere is not zero at a point without special relations
    generic = np.random.default_rng(0).standard_normal((1, form.n_parameters))
    return np.flatnonzero((form.jacobian(generic)[0][:, parameters] != 0).any(axis=1))


def _shifted(rows: np.ndarray, column: int, shifts: np.ndarray) -> np.ndarray:
    """Return (batch, n_shifts, n_columns): the rows with one column shifted."""
    moved = np.repeat(rows[:, None, :], len(shifts), axis=1)
    moved[:, :, column] += shifts
    return moved


def _weights(rules: list[ShiftRule]) -> sparse.csr_array:
    """Return the matrix from evaluations, rule after rule, to derivatives."""
    owner = np.repeat(np.arange(len(rules)), [len(rule.shifts) for rule in rules])
    coefficients = np.concatenate([np.empty(0), *[rule.coefficients for rule in rules]])
    return sparse.csr_array((coefficients, (owner, np.arange(len(owner)))), shape=(len(rules), len(owner)))


def _chain(derivatives: np.ndarray, jacobian: np.ndarray, whole: list[int]) -> np.ndarray:
    """Return derivatives by parameters from those by angles, followed by those of parameters shifted as a whole."""
    n_angles = jacobian.shape[1]
    result = np.einsum("bok,bkp->bop", derivatives[:, :, :n_angles], jacobian)
    result[:, :, whole] = derivatives[:, :, n_angles:]
    return result
