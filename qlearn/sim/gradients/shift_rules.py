"""Shift rules: derivatives of trigonometric polynomials as sums of their values at shifted arguments.

As a function of one angle of a gate exp(-i angle G), an expectation value is a trigonometric polynomial whose
frequencies are the positive differences of eigenvalues of G, whatever else is in the circuit, noise included.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..._checks import check_array, check_count
from ...circuits.gates import GATES


class ShiftRule(NamedTuple):
    """A derivative at x as ``sum(coefficients * f(x + shifts))``.

    Attributes
    ----------
    shifts : ndarray of float
        Radians.
    coefficients : ndarray of float
        Per radian, or per squared radian for the second derivative.
    """

    shifts: np.ndarray
    coefficients: np.ndarray


@cache
def gate_frequencies(name: str, angle: int = 0) -> tuple[float, ...]:
    """Return the frequencies that one angle of a gate brings into expectation values.

    Parameters
    ----------
    name : str
        Of a gate with angles; "pauli_rotation" included.
    angle : int
        Which of its angles.

    Returns
    -------
    tuple of float
        Ascending, dimensionless: (1.0,) for Pauli rotations, (0.5, 1.0) for controlled rotations and excitations.

    Raises
    ------
    ValueError
        If there is no such gate or angle.

    Examples
    --------
    >>> from qlearn.sim.gradients import gate_frequencies
    >>> gate_frequencies("rzz"), gate_frequencies("crx")
    ((1.0,), (0.5, 1.0))
    """
    if name == "pauli_rotation":
        return (1.0,)
    n_angles = GATES[name].n_angles if name in GATES else 0
    if not 0 <= angle < n_angles:
        raise ValueError(f"`name` must be a gate with an angle number {angle}, got {name!r} with {n_angles} angles.")
    # the generators have eigenvalues of size at most 1, so one radian loses no multiple of 2 pi
    phases = np.angle(np.linalg.eigvals(GATES[name].matrix([float(i == angle) for i in range(n_angles)])))
    differences = np.abs(phases[:, None] - phases).ravel().round(9)
    return tuple(sorted({float(value) for value in differences if value > 0}))


def shift_rule(frequencies: ArrayLike, order: int = 1) -> ShiftRule:
    """Return the rule for the first or second derivative of a trigonometric polynomial with these frequencies.

    Parameters
    ----------
    frequencies : array_like of float, shape (R,)
        Positive and distinct, dimensionless.
    order : int
        1 or 2.

    Returns
    -------
    ShiftRule
        With 2R shifts for equidistant frequencies ``w, 2w, ..., Rw`` and for all first derivatives, 2R + 1 for second
        derivatives with others.

    Raises
    ------
    ValueError
        If a frequency is not positive or repeated, or the order is another.

    Notes
    -----
    Equidistant frequencies have closed forms: the first derivative uses the shifts ``x = (2m - 1) pi / (2R)``,
    m = 1 .. 2R, with coefficients ``(-1)**(m - 1) / (4 R sin(x / 2)**2)``; the second ``x = m pi / R`` with
    ``(-1)**(m - 1) / (2 sin(x / 2)**2)`` and ``-(2 R**2 + 1) / 6`` at 0. Others solve a linear system whose shifts are
    chosen for small coefficients, hence small errors from shots.

    References
    ----------
    Wierichs, Izaac, Wang, Lin, Quantum 6, 677 (2022), Section 3 (arXiv:2107.12390).

    Examples
    --------
    >>> from qlearn.sim.gradients import shift_rule
    >>> rule = shift_rule([1.0])
    >>> rule.shifts.round(4), rule.coefficients.round(4)
    (array([ 1.5708, -1.5708]), array([ 0.5, -0.5]))
    """
    order = check_count("order", order, minimum=1, maximum=2)
    omega = np.sort(check_array("frequencies", frequencies, shape=("frequencies",)))
    if not len(omega) or omega[0] <= 0 or (np.diff(omega) < 1e-9 * omega[-1]).any():
        raise ValueError(f"`frequencies` must be positive and distinct, got {omega.tolist()}.")
    return _rule(tuple(omega.tolist()), order)


@cache
def _rule(omega: tuple[float, ...], order: int) -> ShiftRule:
    multiples = omega[0] * np.arange(1, len(omega) + 1)
    if np.allclose(omega, multiples, rtol=1e-9, atol=0):
        rule = _equidistant(omega[0], len(omega), order)
    else:
        rule = _general(np.array(omega), order)
    for part in rule:
        part.setflags(write=False)
    return rule


def _equidistant(unit: float, n: int, order: int) -> ShiftRule:
    m = np.arange(1, 2 * n + 1)
    if order == 1:
        x = (2 * m - 1) * np.pi / (2 * n)
        coefficients = (-1.0) ** (m - 1) / (4 * n * np.sin(x / 2) ** 2)
    else:
        m = m - 1
        x = m * np.pi / n
        coefficients = np.full(2 * n, -(2 * n**2 + 1) / 6)
        coefficients[1:] = (-1.0) ** (m[1:] - 1) / (2 * np.sin(x[1:] / 2) ** 2)
    x = np.where(x > np.pi, x - 2 * np.pi, x)
    return ShiftRule(x / unit, coefficients * unit**order)


def _general(omega: np.ndarray, order: int) -> ShiftRule:
    """Solve for symmetric shifts, at the scale that gives the smallest sum of absolute coefficients."""
    scales = np.geomspace(np.pi / omega[-1], np.pi / np.diff(omega, prepend=0.0).min(), 64)
    candidates = [_symmetric(omega, order, scale) for scale in scales]
    _, _, shifts, half = min(candidates, key=lambda candidate: candidate[:2])
    if order == 1:
        return ShiftRule(np.concatenate([shifts, -shifts]), np.concatenate([half, -half]))
    return ShiftRule(np.concatenate([[0.0], shifts, -shifts]), np.concatenate([[-2 * half.sum()], half, half]))


def _symmetric(omega: np.ndarray, order: int, scale: float) -> tuple[float, float, np.ndarray, np.ndarray]:
    """Return error (rounded), size of the coefficients, positive shifts and their coefficients."""
    m = np.arange(1, len(omega) + 1)
    shifts = (2 * m - 1) / 2 * scale if order == 1 else m * scale
    phases = np.multiply.outer(omega, shifts)
    matrix, right = (2 * np.sin(phases), omega) if order == 1 else (2 * np.cos(phases) - 2, -(omega**2))
    half = np.linalg.lstsq(matrix, right)[0]
    error = np.abs(matrix @ half - right).max() / omega[-1] ** order
    return float(np.round(error, 10)), float(np.abs(half).sum()), shifts, half
