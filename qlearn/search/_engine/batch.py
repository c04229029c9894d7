"""Many skeletons in rectangular arrays, as the kernels take them, and the two ways in which many are made at once."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numba import njit

from .dtypes import entry
from .skeleton import Edge, Skeleton

N_VARIANTS = 3  # a CZ is deleted as the identity, Z on its first qubit, or Z on its second


class Batch(NamedTuple):
    """Skeletons: edges (batch, most, 2), numbers of edges (batch,), angles (batch, most angles), qubits and width."""

    edges: np.ndarray
    counts: np.ndarray
    angles: np.ndarray
    n_qubits: int
    width: int

    @classmethod
    def of(cls, skeletons: Sequence[Skeleton]) -> Self:
        """Return the batch of some skeletons, at least one."""
        counts = np.array([len(skeleton.edges) for skeleton in skeletons], dtype=np.int64)
        edges = np.zeros((len(skeletons), max(1, counts.max()), 2), dtype=np.uint8)
        angles = np.zeros((len(skeletons), max(skeleton.angles.size for skeleton in skeletons)))
        for b, skeleton in enumerate(skeletons):
            if skeleton.edges:
                edges[b, : counts[b]] = skeleton.edges
            angles[b, : skeleton.angles.size] = skeleton.angles.ravel()
        return cls(edges, counts, angles, skeletons[0].n_qubits, skeletons[0].angles.shape[1])

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Self:
        """Return one batch of several with equal numbers of edges."""
        first = batches[0]
        arrays = (np.concatenate([batch[i] for batch in batches]) for i in range(3))
        return cls(*arrays, first.n_qubits, first.width)

    @property
    def size(self) -> int:
        """Number of skeletons."""
        return len(self.counts)

    def take(self, indices: np.ndarray) -> Self:
        """Return some of the skeletons, with arrays of their own."""
        return self._replace(edges=self.edges[indices], counts=self.counts[indices], angles=self.angles[indices])

    def skeleton(self, index: int) -> Skeleton:
        """Return one of the skeletons."""
        count = int(self.counts[index])
        angles = self.angles[index, : (self.n_qubits + 2 * count) * self.width].reshape(-1, self.width)
        return Skeleton(tuple((int(a), int(b)) for a, b in self.edges[index, :count]), angles.copy())


def deletions(skeleton: Skeleton) -> Batch:
    """Return the skeleton without one edge, for each edge in three variants, edge by edge.

    Rotations of the block join those before it. Z on the first qubit takes the second to be 1.
    """
    n, width, count = skeleton.n_qubits, skeleton.angles.shape[1], len(skeleton.edges)
    size = N_VARIANTS * count
    edges = np.zeros((size, max(1, count - 1), 2), dtype=np.uint8)
    angles = np.empty((size, skeleton.angles.size - 2 * width))
    given = np.array(skeleton.edges, dtype=np.uint8).reshape(-1, 2)
    _delete(n, width, given, skeleton.angles.ravel(), edges, angles)
    return Batch(edges, np.full(size, count - 1, dtype=np.int64), angles, n, width)


def insertions(skeleton: Skeleton, places: Sequence[tuple[int, Edge]], rng: np.random.Generator) -> Batch:
    """Return the skeleton with one more edge at each (position, edge): old angles jittered, those beside it redrawn."""
    n, width, count = skeleton.n_qubits, skeleton.angles.shape[1], len(skeleton.edges)
    before = _last_slots(skeleton)
    size = len(places)
    edges = np.zeros((size, count + 1, 2), dtype=np.uint8)
    angles = rng.normal(0.0, 0.03, (size, n + 2 * count + 2, width))
    fresh = rng.normal(0.0, 0.4, (size, 4, width))
    given = np.array(skeleton.edges, dtype=np.uint8).reshape(-1, 2)
    for b, (position, edge) in enumerate(places):
        at = n + 2 * position
        edges[b, :position], edges[b, position], edges[b, position + 1 :] = given[:position], edge, given[position:]
        angles[b, :at] += skeleton.angles[:at]
        angles[b, at + 2 :] += skeleton.angles[at:]
        for i, qubit in enumerate(edge):
            angles[b, before[position][qubit]] += fresh[b, i]
            angles[b, at + i] += fresh[b, 2 + i]
    return Batch(edges, np.full(size, count + 1, dtype=np.int64), angles.reshape(size, -1), n, width)


def _last_slots(skeleton: Skeleton) -> list[list[int]]:
    """Return for each position the last slot of every qubit before it."""
    n = skeleton.n_qubits
    before = [list(range(n))]
    for k, (a, b) in enumerate(skeleton.edges):
        row = before[-1].copy()
        row[a], row[b] = n + 2 * k, n + 2 * k + 1
        before.append(row)
    return before


@njit(nogil=True)
def _slot(n, edges, position, qubit):
    """Return the last slot of a qubit before a position."""
    for k in range(position - 1, -1, -1):
        if edges[k, 0] == qubit:
            return n + 2 * k
        if edges[k, 1] == qubit:
            return n + 2 * k + 1
    return np.int64(qubit)


@njit(nogil=True)
def _turn(n, width, edges, angles, slot, qubit, angle):
    """Add RY(angle) to a slot; an RZ that this leaves in front goes to the slot before."""
    if width == 1:
        angles[slot] += angle
        return
    c, s = math.cos(0.5 * angles[2 * slot]), math.sin(0.5 * angles[2 * slot])
    z = cmath.exp(-0.5j * angles[2 * slot + 1])
    zero, one = c * z, s / z
    c, s = math.cos(0.5 * angle), math.sin(0.5 * angle)
    zero, one = c * zero - s * one, s * zero + c * one
    phase_zero, phase_one = cmath.phase(zero), cmath.phase(one)
    angles[2 * slot] = 2.0 * math.atan2(abs(one), abs(zero))
    angles[2 * slot + 1] = phase_one - phase_zero
    if slot >= n:
        angles[2 * _slot(n, edges, (slot - n) // 2, qubit) + 1] -= phase_one + phase_zero


@entry
def _delete(n, width, edges, angles, short_edges, short_angles):
    """Write all deletions; see `deletions`."""
    count = edges.shape[0]
    for k in range(count):
        for variant in range(3):
            row = 3 * k + variant
            new, target = short_angles[row], short_edges[row]
            cut = (n + 2 * k) * width
            new[:cut] = angles[:cut]
            new[cut:] = angles[cut + 2 * width :]
            for j in range(count):
                if j != k:
                    target[j - (j > k)] = edges[j]
            if variant > 0:
                qubit = edges[k, variant - 1]
                new[np.int64(qubit) * width] *= -1.0
                for j in range(k):
                    for i in range(2):
                        if edges[j, i] == qubit:
                            new[(n + 2 * j + i) * width] *= -1.0
            for i in range(2):
                qubit = edges[k, i]
                slot = _slot(n, edges, k, qubit)
                _turn(n, width, target, new, slot, qubit, angles[cut + i * width])
                if width == 2:
                    new[2 * slot + 1] += angles[cut + i * width + 1]
