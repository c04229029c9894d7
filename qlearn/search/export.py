"""Skeletons as circuits in the gates of a problem."""

from __future__ import annotations

import math

import numpy as np

from ..circuits import Circuit
from ._engine.skeleton import Skeleton, copied, flip, slot_before, turn
from .problem import SearchProblem, entangler

_QUARTER = 0.5 * math.pi
_CLOSE = 1e-7


def skeleton_circuit(skeleton: Skeleton, problem: SearchProblem) -> Circuit:
    """Return the circuit of a skeleton, with numbers for angles.

    Parameters
    ----------
    skeleton : Skeleton
    problem : SearchProblem
        Its gates are used; a CX points where it leaves fewest rotations.

    Returns
    -------
    Circuit
    """
    skeleton = copied(skeleton)
    targets = [None] * len(skeleton.edges) if entangler(problem.gates) == "cz" else _directed(skeleton)
    circuit = Circuit(skeleton.n_qubits)
    n = skeleton.n_qubits
    for qubit in range(n):
        _rotate(circuit, skeleton.angles[qubit], qubit)
    for k, ((a, b), target) in enumerate(zip(skeleton.edges, targets)):
        if target is None:
            circuit.cz(a, b)
        else:
            circuit.cx(b if target == a else a, target)
        _rotate(circuit, skeleton.angles[n + 2 * k], a)
        _rotate(circuit, skeleton.angles[n + 2 * k + 1], b)
    return circuit


def _rotate(circuit: Circuit, angles: np.ndarray, qubit: int) -> None:
    circuit.ry(float(angles[0]), qubit)
    if len(angles) == 2:
        circuit.rz(float(angles[1]), qubit)


def _directed(skeleton: Skeleton) -> list[int]:
    """Turn every CZ into a CX, last first, changing the angles in place; return the targets.

    CZ(a, b) = RY_b(pi/2) CX(a, b) RY_b(-pi/2) Z_a, and Z_a is pushed to the start.
    """
    n = skeleton.n_qubits
    targets = [0] * len(skeleton.edges)
    for k in range(len(skeleton.edges) - 1, -1, -1):
        slots = (n + 2 * k, n + 2 * k + 1)
        removed = []
        for i in (0, 1):
            after = skeleton.angles[slots[i], 0] + _QUARTER
            before = skeleton.angles[slot_before(skeleton, k, skeleton.edges[k][i]), 0] - _QUARTER
            was = _is_zero(skeleton.angles[slots[i], 0]) + _is_zero(before + _QUARTER)
            removed.append(_is_zero(after) + _is_zero(before) - was)
        i = int(removed[1] >= removed[0])
        target, control = skeleton.edges[k][i], skeleton.edges[k][1 - i]
        targets[k] = target
        skeleton.angles[slots[i], 0] += _QUARTER
        flip(skeleton, k, control)
        turn(skeleton, k, "ry", target, -_QUARTER)
    return targets


def _is_zero(angle: float) -> bool:
    return abs(math.remainder(angle, 2.0 * math.pi)) < _CLOSE
