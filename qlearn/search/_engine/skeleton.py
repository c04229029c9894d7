"""Skeletons and the ways to change one without losing its angles.

A skeleton is a list of undirected edges, each a block CZ(a, b) followed by rotations of a and b, after a first layer of
rotations. CX and CZ, in either direction, are one and the same move here: they differ by rotations and by Paulis, and a
Pauli can always be pushed to the start, where it acts on |0...0> as a sign.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

Edge = tuple[int, int]
Operation = tuple[str, tuple[int, ...], float]  # ("ry" | "rz" | "cz", qubits, angle), in the order of time
_QUARTER = 0.5 * math.pi


class Skeleton(NamedTuple):
    """Edges in the order of time, and angles (n_qubits + 2 * n_edges, width): RY, and RZ where states are complex."""

    edges: tuple[Edge, ...]
    angles: np.ndarray

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return len(self.angles) - 2 * len(self.edges)


def slot_before(skeleton: Skeleton, position: int, qubit: int) -> int:
    """Return the last slot of a qubit before the block at `position`."""
    edges, n = skeleton.edges, skeleton.n_qubits
    for k in range(position - 1, -1, -1):
        if qubit in edges[k]:
            return n + 2 * k + (qubit == edges[k][1])
    return qubit


def turn(skeleton: Skeleton, position: int, axis: str, qubit: int, angle: float) -> None:
    """Put a rotation in front of the block at `position`: into the slot before it, in place."""
    angles = skeleton.angles
    slot = slot_before(skeleton, position, qubit)
    if angles.shape[1] == 1:
        angles[slot, 0] += angle
    elif axis == "rz":
        angles[slot, 1] += angle
    else:
        lead, angles[slot, 0], angles[slot, 1] = _euler(angles[slot, 0], angles[slot, 1], angle)
        _lead(skeleton, slot, qubit, lead)


def _lead(skeleton: Skeleton, slot: int, qubit: int, angle: float) -> None:
    """Push an RZ that acts before a slot through the CZ into the slot before; on |0> it is nothing."""
    n = skeleton.n_qubits
    if slot >= n:
        skeleton.angles[slot_before(skeleton, (slot - n) // 2, qubit), 1] += angle


def _euler(first: float, twist: float, second: float) -> tuple[float, float, float]:
    """Return (a, b, c) with RZ(c) RY(b) RZ(a) = RY(second) RZ(twist) RY(first) up to a phase."""
    c, s = math.cos(0.5 * first), math.sin(0.5 * first)
    z = cmath.exp(-0.5j * twist)
    zero, one = c * z, s / z
    c, s = math.cos(0.5 * second), math.sin(0.5 * second)
    zero, one = c * zero - s * one, s * zero + c * one
    angle = 2.0 * math.atan2(abs(one), abs(zero))
    phase_zero, phase_one = cmath.phase(zero), cmath.phase(one)
    return -phase_one - phase_zero, angle, phase_one - phase_zero


def inserted(skeleton: Skeleton, position: int, edges: Sequence[Edge]) -> Skeleton:
    """Return the skeleton with blocks of zero angles put in at a position."""
    at = skeleton.n_qubits + 2 * position
    angles = skeleton.angles
    new = np.zeros((2 * len(edges), angles.shape[1]))
    edges = (*skeleton.edges[:position], *edges, *skeleton.edges[position:])
    return Skeleton(edges, np.concatenate([angles[:at], new, angles[at:]]))


def flip(skeleton: Skeleton, position: int, qubit: int) -> None:
    """Push a Z in front of the block at `position` to the start, in place: every RY it meets changes sign."""
    edges, angles, n = skeleton.edges, skeleton.angles, skeleton.n_qubits
    angles[qubit, 0] *= -1.0
    for k in range(position):
        if qubit in edges[k]:
            angles[n + 2 * k + (qubit == edges[k][1]), 0] *= -1.0


def ordered(skeleton: Skeleton) -> Skeleton:
    """Return the skeleton with commuting blocks in the order of (layer, a, b), which many of its kind share."""
    edges, n = skeleton.edges, skeleton.n_qubits
    level = [0] * n
    keys = []
    for k, (a, b) in enumerate(edges):
        level[a] = level[b] = max(level[a], level[b]) + 1
        keys.append((level[a], a, b, k))
    keys.sort()
    order = [key[3] for key in keys]
    if order == list(range(len(edges))):
        return skeleton
    slots = [*range(n), *(n + 2 * k + i for k in order for i in (0, 1))]
    return Skeleton(tuple(edges[k] for k in order), skeleton.angles[slots])


def with_operations(skeleton: Skeleton, position: int, operations: Iterable[Operation]) -> tuple[Skeleton, int]:
    """Return the skeleton with operations put in at a position, and the position after them."""
    for name, qubits, angle in operations:
        if name == "cz":
            skeleton = inserted(skeleton, position, [(min(qubits), max(qubits))])
            position += 1
        else:
            turn(skeleton, position, name, qubits[0], angle)
    return skeleton, position


def copied(skeleton: Skeleton) -> Skeleton:
    """Return the skeleton with angles of its own."""
    return Skeleton(skeleton.edges, skeleton.angles.copy())


def inverse(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that undo others."""
    return [(name, qubits, -angle) for name, qubits, angle in reversed(operations)]


def reduction(letters: dict[int, str], neighbours: Sequence[Sequence[int]]) -> tuple[list[Operation], int] | None:
    """Return operations that turn a Pauli string into Y of one qubit, up to its sign, and that qubit.

    Parameters
    ----------
    letters : dict of int to str
        Letter of each qubit of the support.
    neighbours : sequence of sequence of int
        Qubits with which each may have a CZ.

    Returns
    -------
    (list of Operation, int) or None
        None where the coupling graph does not connect the support.
    """
    letters = dict(letters)
    root = min(letters, key=lambda qubit: ("YXZ".index(letters[qubit]), qubit))
    parent = _tree(root, letters, neighbours)
    if parent is None:
        return None
    operations = _change(letters, root, "Y")
    for qubit in reversed(parent):  # from the leaves: a qubit comes after its parent
        above = parent[qubit]
        if above < 0:
            continue
        edge = ("cz", (qubit, above), 0.0)
        operations += _change(letters, qubit, "Z")
        if above != root:
            if above not in letters:
                operations += [*_change(letters, qubit, "X"), edge]
                letters[above] = "Z"
                operations += _change(letters, qubit, "Z")
            operations += _change(letters, above, "X")
        operations.append(edge)
        del letters[qubit]
    return operations, root


def _tree(root: int, letters: dict[int, str], neighbours: Sequence[Sequence[int]]) -> dict[int, int] | None:
    """Return the parents of a tree over the support, in an order where parents come first; None if there is none."""
    parent = {root: -1}
    while not letters.keys() <= parent.keys():
        reached = dict.fromkeys(parent, -1)
        frontier = list(parent)
        target = None
        while frontier and target is None:
            following = []
            for qubit in frontier:
                for other in neighbours[qubit]:
                    if other not in reached:
                        reached[other] = qubit
                        following.append(other)
                        if target is None and other in letters:
                            target = other
            frontier = following
        if target is None:
            return None
        path = [target]
        while reached[path[-1]] not in parent:
            path.append(reached[path[-1]])
        for qubit in reversed(path):
            parent[qubit] = reached[qubit]
    return parent


def _change(letters: dict[int, str], qubit: int, wanted: str) -> list[Operation]:
    """Return rotations that turn the letter of a qubit into another, up to a sign, and note it."""
    steps: list[Operation] = []
    if letters[qubit] == wanted:
        return steps
    if letters[qubit] == "Y":
        steps.append(("rz", (qubit,), _QUARTER))
        letters[qubit] = "X"
    if letters[qubit] != wanted and "Y" not in (letters[qubit], wanted):
        steps.append(("ry", (qubit,), _QUARTER))
        letters[qubit] = wanted
    if letters[qubit] != wanted:  # from X or Z to Y
        if letters[qubit] == "Z":
            steps.append(("ry", (qubit,), _QUARTER))
        steps.append(("rz", (qubit,), _QUARTER))
        letters[qubit] = wanted
    return steps
