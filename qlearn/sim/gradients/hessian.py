"""Hessians from expectation values at doubly shifted angles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...circuits.circuit import Circuit
from ...circuits.program import Program
from ...paulis import PauliSum
from .evaluation import AngleForm, Evaluations, Executor, evaluate, question
from .shift_rules import ShiftRule, shift_rule


def hessian(
    circuit: Circuit | Program,
    observables: PauliSum | Sequence[PauliSum],
    values: Any = None,
    *,
    executor: Executor,
    n_shots: int | None = None,
    random_state: Any = None,
) -> Any:
    """Return the second derivatives of expectation values, exact up to what the executor returns.

    Pairs of angles are shifted by the product of their rules, single angles by the rule for second derivatives.

    Parameters
    ----------
    circuit : Circuit or Program
    observables : PauliSum or sequence of PauliSum
    values : array_like, mapping or None
        (n_parameters,) or (batch, n_parameters).
    executor : engine or callable
        As for `parameter_shift`: called once.
    n_shots : int, optional
        For each shifted circuit: all get the same number.
    random_state : int, Generator, SeedSequence or None
        Handed to the executor.

    Returns
    -------
    ndarray or Estimate
        Shape (batch, n_observables, n_parameters, n_parameters), without the axes that `values` and `observables` do
        not have. Standard errors account for evaluations that several entries share.

    Notes
    -----
    About two evaluations for every squared number of angles, eight where all gates have two frequencies.

    References
    ----------
    Mari, Bromley, Killoran, Phys. Rev. A 103, 012405 (2021); diagonal for several frequencies: Wierichs et
    al., Quantum 6, 677 (2022), Section 3.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.sim.gradients import hessian
    >>> a = ql.parameters("a", 2)
    >>> circuit = ql.Circuit(1).ry(a[0] + 2 * a[1], 0)
    >>> hessian(circuit, ql.PauliSum("Z"), [0.0, 0.0], executor=ql.sim.Statevector()).round(9)
    array([[-1., -2.],
           [-2., -4.]])
    """
    asked = question(circuit, observables, values)
    form = AngleForm(circuit)
    curvature = form.curvature()
    plan = _Plan(form, with_gradient=curvature is not None)
    points = form.table(asked.values)[:, None, :] + plan.shifts
    found = evaluate(executor, form.circuit, asked.observables, points, n_shots, random_state)
    parts = [plan.contract(found, i, jacobian, curvature) for i, jacobian in enumerate(form.jacobian(asked.values))]
    result = np.stack([mean for mean, _ in parts])
    variance = None if found.variances is None else np.stack([spread for _, spread in parts])
    return asked.answer(result, variance, found.n_shots, "parameter shift")


class _Plan:
    """All shifted points of a Hessian: pairs of angles first, then points of single angles, then the unshifted one."""

    def __init__(self, form: AngleForm, with_gradient: bool) -> None:
        first = [shift_rule(omega) for omega in form.frequencies]
        second = [shift_rule(omega, order=2) for omega in form.frequencies]
        self.n_angles = form.n_angles
        rows, columns, weights, shifts = [], [], [], [np.empty((0, form.n_angles))]
        for k, left in enumerate(first):
            for other, right in enumerate(first[k + 1 :], start=k + 1):
                block = np.zeros((len(left.shifts), len(right.shifts), form.n_angles))
                block[:, :, k], block[:, :, other] = left.shifts[:, None], right.shifts
                shifts.append(block.reshape(-1, form.n_angles))
                weights.append(np.multiply.outer(left.coefficients, right.coefficients).ravel())
                rows += [k] * weights[-1].size
                columns += [other] * weights[-1].size
        self.rows, self.columns = np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp)
        self.pair_weights = np.concatenate([np.empty(0), *weights])
        self.second = _Singles([_without_zero(rule) for rule in second], form.n_angles)
        self.zero_weights = np.array([rule.coefficients[rule.shifts == 0].sum() for rule in second])
        self.first = _Singles(first if with_gradient else [], form.n_angles)
        unshifted = np.zeros((1, form.n_angles))
        self.shifts = np.concatenate([*shifts, self.second.shifts, self.first.shifts, unshifted])

    def contract(
        self, found: Evaluations, row: int, jacobian: np.ndarray, curvature: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the Hessian (n_observables, n_parameters, n_parameters) and its variance for one row of values."""
        tensors = self._single_tensors(jacobian, curvature)
        n_pairs = len(self.rows)
        means = found.means[row]
        pairs = self._pairs(self.pair_weights[:, None] * means[:n_pairs])
        mean = np.einsum("okl,kp,lq->opq", pairs, jacobian, jacobian, optimize=True)
        mean += np.einsum("epq,eo->opq", tensors, means[n_pairs:])
        if found.variances is None:
            return mean, None
        spread = found.variances[row]
        pairs = self._pairs(self.pair_weights[:, None] ** 2 * spread[:n_pairs])
        squares = jacobian**2
        variance = np.einsum("okl,kp,lq->opq", pairs, squares, squares, optimize=True)
        # entry (p, q) holds J_kp J_lq + J_lp J_kq times each pair: the square has this product besides
        products = np.einsum("kp,kq->kpq", jacobian, jacobian)
        variance += np.einsum("okl,kpq,lpq->opq", pairs, products, products, optimize=True)
        return mean, variance + np.einsum("epq,eo->opq", tensors**2, spread[n_pairs:])

    def _pairs(self, weighted: np.ndarray) -> np.ndarray:
        """Return symmetric matrices (n_observables, n_angles, n_angles) with sums over the points of each pair."""
        matrix = np.zeros((self.n_angles, self.n_angles, weighted.shape[1]))
        np.add.at(matrix, (self.rows, self.columns), weighted)
        return np.moveaxis(matrix + matrix.swapaxes(0, 1), -1, 0)

    def _single_tensors(self, jacobian: np.ndarray, curvature: np.ndarray | None) -> np.ndarray:
        """Return what each point of a single angle, and the unshifted one, adds to the Hessian: (points, p, q)."""
        products = np.einsum("kp,kq->kpq", jacobian, jacobian)
        parts = [self.second.coefficients[:, None, None] * products[self.second.owner]]
        if curvature is not None:
            parts.append(self.first.coefficients[:, None, None] * curvature[self.first.owner])
        parts.append(np.einsum("k,kpq->pq", self.zero_weights, products)[None])
        return np.concatenate(parts)


class _Singles:
    """Points that shift one angle each."""

    def __init__(self, rules: list[ShiftRule], n_angles: int) -> None:
        self.owner = np.repeat(np.arange(len(rules)), [len(rule.shifts) for rule in rules]).astype(np.intp)
        self.coefficients = np.concatenate([np.empty(0), *[rule.coefficients for rule in rules]])
        self.shifts = np.zeros((len(self.owner), n_angles))
        self.shifts[np.arange(len(self.owner)), self.owner] = np.concatenate(
            [np.empty(0), *[rule.shifts for rule in rules]]
        )


def _without_zero(rule: ShiftRule) -> ShiftRule:
    kept = rule.shifts != 0
    return ShiftRule(rule.shifts[kept], rule.coefficients[kept])
