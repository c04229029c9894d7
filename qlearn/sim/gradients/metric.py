"""The Fubini-Study metric of parametrised states, and the natural gradient."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..._memory import require_memory
from ...circuits import opcodes as op
from ...circuits.circuit import Circuit
from ...circuits.gates import GATES
from ...circuits.opcodes import OPCODES
from ...circuits.program import Program
from ...paulis import PauliSum
from ..engine import as_program
from ..statevector import Statevector
from .evaluation import AngleForm
from .layers import generator, parametrised_layers
from .shift_rules import ShiftRule, shift_rule

_NAMES = {code: name for name, code in OPCODES.items()}
_APPROXIMATIONS = (None, "block_diagonal", "diagonal")
_CHUNK_BYTES = 2**26


def fubini_study_metric(
    circuit: Circuit | Program,
    values: Any = None,
    *,
    approximation: str | None = None,
    engine: Statevector | None = None,
) -> np.ndarray:
    """Return the Fubini-Study metric, a quarter of the quantum Fisher information.

    ``g[p, q] = Re(<d_p psi|d_q psi> - <d_p psi|psi><psi|d_q psi>)``: the fidelity of states at parameters that differ
    by d is ``1 - d g d`` to second order.

    Parameters
    ----------
    circuit : Circuit or Program
        Unitary.
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    approximation : {None, "block_diagonal", "diagonal"}
        None is exact. "block_diagonal" keeps pairs of gates in one layer of commuting gates, which a device can measure
        at the start of the layer; parameters that occur in several layers get the sum of their blocks. "diagonal"
        keeps the diagonal of that.
    engine : Statevector, optional
        Double precision by default.

    Returns
    -------
    ndarray of shape (batch, n_parameters, n_parameters)
        Symmetric, positive semidefinite; no batch axis without one in `values`.

    Raises
    ------
    ValueError
        If the approximation is another, or the circuit is not unitary.
    MemoryLimitError
        If the derivatives (one state for each parameter) do not fit.

    Notes
    -----
    Exact: one or two runs of the circuit for each angle. Blocks: one run of a part of the circuit for each layer.

    References
    ----------
    Stokes, Izaac, Killoran, Carleo, Quantum 4, 269 (2020): the metric is their real part of the quantum geometric
    tensor, the blocks are the covariances of generators in the state before a layer.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import fubini_study_metric
    >>> theta = ql.parameters("theta", 2)
    >>> fubini_study_metric(ql.Circuit(1).ry(theta[0], 0).rz(theta[1], 0), [0.5, 0.2]).round(6)
    array([[0.25    , 0.      ],
           [0.      , 0.057462]])
    """
    if approximation not in _APPROXIMATIONS:
        raise ValueError(f'`approximation` must be None, "block_diagonal" or "diagonal", got {approximation!r}.')
    engine = Statevector() if engine is None else engine
    program = as_program(circuit)
    checked, batched = program.angle_map.values(values)
    form = AngleForm(program)
    jacobian = form.jacobian(checked)
    angles = form.table(checked)
    if approximation is None:
        metric = np.stack([_exact(engine, form, *row) for row in zip(angles, jacobian, strict=True)])
    else:
        metric = _by_layers(engine, form.circuit, angles, jacobian)
    if approximation == "diagonal":
        metric = metric * np.eye(form.n_parameters)
    return metric if batched else metric[0]


def natural_gradient(
    circuit: Circuit | Program,
    observable: PauliSum,
    values: Any = None,
    *,
    approximation: str | None = None,
    regularisation: float = 1e-4,
    engine: Statevector | None = None,
) -> np.ndarray:
    """Return the gradient of an expectation value with the metric taken out: (g + regularisation)**-1 gradient.

    Parameters
    ----------
    circuit : Circuit or Program
    observable : PauliSum
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    approximation : {None, "block_diagonal", "diagonal"}
        Of the metric.
    regularisation : float
        Added to the diagonal of the metric (Tikhonov), dimensionless and not negative. At 0 directions that do not
        change the state are left out.
    engine : Statevector, optional

    Returns
    -------
    ndarray of shape (batch, n_parameters)
        No batch axis without one in `values`.

    Raises
    ------
    ValueError
        If the regularisation is negative.

    References
    ----------
    Stokes, Izaac, Killoran, Carleo, Quantum 4, 269 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import natural_gradient
    >>> circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    >>> natural_gradient(circuit, ql.PauliSum("Z"), [0.5], regularisation=0.0).round(6)
    array([-1.917702])
    """
    if not 0 <= regularisation < np.inf:
        raise ValueError(f"`regularisation` must be finite and not negative, got {regularisation!r}.")
    engine = Statevector() if engine is None else engine
    metric = fubini_study_metric(circuit, values, approximation=approximation, engine=engine)
    _, gradient = engine.value_and_gradient(circuit, observable, values)
    if regularisation == 0:
        return (np.linalg.pinv(metric, rcond=1e-10, hermitian=True) @ gradient[..., None])[..., 0]
    return np.linalg.solve(metric + regularisation * np.eye(metric.shape[-1]), gradient[..., None])[..., 0]


def _trained_codes(program: Program) -> np.ndarray:
    """Return the opcodes of the gates of a freed program that have parameters, in order."""
    angle = program.bytecode[:, 5]
    rows = np.flatnonzero(angle >= 0)
    return program.bytecode[rows[program.angle_map.depends[angle[rows]]], 0]


@cache
def _state_rule(code: int) -> ShiftRule:
    """Return the rule that differentiates the state itself by the angle of a gate."""
    # the bytecode leaves out the phase that makes P of RZ
    name = "rz" if code in (op.P, op.PAULI_ROTATION) else _NAMES[code]
    eigenvalues = np.angle(np.linalg.eigvals(GATES[name].matrix([1.0]))).round(9)
    if set(np.abs(eigenvalues)) == {0.5}:
        # half a turn multiplies the gate by -2i times its generator
        return ShiftRule(np.array([np.pi]), np.array([0.5]))
    return shift_rule(sorted({float(size) for size in np.abs(eigenvalues)} - {0.0}))


def _exact(engine: Statevector, form: AngleForm, angles: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
    """Return the metric at one row of angles, from the derivatives of the state."""
    program = form.circuit
    size, n_parameters = 1 << program.n_qubits, form.n_parameters
    require_memory(16 * size * (n_parameters + 1), "The derivatives of the state", 'approximation="block_diagonal"')
    psi = engine.run(program, angles).amplitudes
    derivatives = np.zeros((n_parameters, size), dtype=psi.dtype)
    rules = [_state_rule(int(code)) for code in _trained_codes(program)]
    owner = np.repeat(np.arange(len(rules)), [len(rule.shifts) for rule in rules])
    shifts = np.concatenate([np.empty(0), *[rule.shifts for rule in rules]])
    weights = np.concatenate([np.empty(0), *[rule.coefficients for rule in rules]])[:, None] * jacobian[owner]
    step = max(1, _CHUNK_BYTES // (16 * size))
    for start in range(0, len(owner), step):
        part = slice(start, start + step)
        points = np.repeat(angles[None], len(owner[part]), axis=0)
        points[np.arange(len(points)), owner[part]] += shifts[part]
        derivatives += (weights[part].T @ engine.run(program, points).amplitudes).astype(psi.dtype, copy=False)
    along = derivatives.conj() @ psi
    return (derivatives.conj() @ derivatives.T - np.outer(along, along.conj())).real


def _by_layers(engine: Statevector, program: Program, angles: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
    """Return the sum over layers of the covariances of their generators, (batch, n_parameters, n_parameters)."""
    n_parameters = jacobian.shape[-1]
    metric = np.zeros((len(angles), n_parameters, n_parameters))
    first = 0
    for layer in parametrised_layers(program):
        last = first + len(layer.rows)
        before = Program(
            program.n_qubits, program.bytecode[: layer.start], program.paulis, (), program.angle_map
        )  # fmt: skip
        states = engine.run(before, angles).amplitudes
        covariance = _covariance(states, [generator(program, row) for row in layer.rows])
        block = jacobian[:, first:last]
        metric += block.swapaxes(1, 2) @ covariance @ block
        first = last
    return metric


def _covariance(states: np.ndarray, observables: list[PauliSum]) -> np.ndarray:
    """Return Re <A B> - <A><B> for all pairs, (batch, n, n)."""
    images = np.stack([observable.apply(states) for observable in observables], axis=1)
    means = (images @ states.conj()[:, :, None])[..., 0].real
    images = images - means[:, :, None] * states[:, None, :]
    return (images.conj() @ images.swapaxes(1, 2)).real
