"""The energy as a function of skeletons: the Hamiltonian in the form of the kernels, and what calls them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..budget import Allowance
from .batch import Batch
from .descent import descend, energies
from .skeleton import Edge, Operation, Skeleton, reduction
from .sweep import rotation_gradients

_SWEEP_WEIGHTS = (2, 4)  # of the Pauli strings tried, both ends included


@dataclass(frozen=True)
class Pool:
    """Pauli strings, sorted by their X mask, with what it takes to turn each into Y of one qubit."""

    masks: np.ndarray
    firsts: np.ndarray
    z_masks: np.ndarray
    n_y: np.ndarray
    costs: np.ndarray  # CZ gates of the whole rotation
    letters: list[dict[int, str]]
    reductions: dict[int, tuple[list[Operation], int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Landscape:
    """A Hermitian matrix over |0...0>, rotations and CZ on some edges; `scale` is a typical distance of eigenvalues."""

    n_qubits: int
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    edges: tuple[Edge, ...]
    scale: float
    _pool: list[Pool] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Angles of a slot."""
        return 2 if np.iscomplexobj(self.data) else 1

    @property
    def neighbours(self) -> list[list[int]]:
        """Qubits with which each shares an edge."""
        return [[b if a == q else a for a, b in self.edges if q in (a, b)] for q in range(self.n_qubits)]

    @property
    def pool(self) -> Pool:
        """The rotations that may be inserted, built at first use."""
        if not self._pool:
            self._pool.append(make_pool(self.n_qubits, self.neighbours, self.width == 2))
        return self._pool[0]

    def operations(self, string: int) -> tuple[list[Operation], int]:
        """Return the reduction of a string of the pool."""
        pool = self.pool
        if string not in pool.reductions:
            found = reduction(pool.letters[string], self.neighbours)
            if found is None:
                raise ValueError(f"The coupling graph does not connect the string {pool.letters[string]}.")
            pool.reductions[string] = found
        return pool.reductions[string]


def make_pool(n_qubits: int, neighbours: Sequence[Sequence[int]], is_complex: bool) -> Pool:
    """Return the pool: real rotations with one Y, and for complex states also those with none; weights 2 to 4."""
    n_ys = (0, 1) if is_complex else (1,)
    rows = []
    low, high = _SWEEP_WEIGHTS
    for weight in range(low, min(high, n_qubits) + 1):
        for support in itertools.combinations(range(n_qubits), weight):
            n_cz = _steps(support, neighbours)
            if n_cz is None:
                continue
            for n_y in n_ys:
                for ys in itertools.combinations(support, n_y):
                    rest = [q for q in support if q not in ys]
                    for word in itertools.product("XZ", repeat=len(rest)):
                        letters = dict(zip(rest, word)) | dict.fromkeys(ys, "Y")
                        x = sum(1 << (n_qubits - 1 - q) for q, letter in letters.items() if letter != "Z")
                        z = sum(1 << (n_qubits - 1 - q) for q, letter in letters.items() if letter != "X")
                        rows.append((x, z, n_y, n_cz, letters))
    rows.sort(key=lambda row: row[:2])
    xs = np.array([row[0] for row in rows], dtype=np.int64)
    masks, firsts = np.unique(xs, return_index=True)
    return Pool(
        masks, np.append(firsts, len(rows)), *(np.array([row[i] for row in rows], dtype=np.int64) for i in (1, 2, 3)),
        [row[4] for row in rows],
    )  # fmt: skip


def _steps(support: Sequence[int], neighbours: Sequence[Sequence[int]]) -> int | None:
    found = reduction(dict.fromkeys(support, "Y"), neighbours)
    return None if found is None else 2 * sum(name == "cz" for name, _, _ in found[0])


class Bench:
    """What one piece of work has at hand: the landscape, a generator, and a count of what it spends."""

    def __init__(self, landscape: Landscape, rng: np.random.Generator, allowance: Allowance) -> None:
        self.landscape, self.rng, self.allowance = landscape, rng, allowance
        self.spent = np.zeros(2, dtype=np.int64)  # energies, gradients
        self._work = np.empty(4 << landscape.n_qubits, dtype=landscape.data.dtype)
        self._matrix = (landscape.n_qubits, landscape.indptr, landscape.indices, landscape.data)

    @property
    def is_spent(self) -> bool:
        """Whether the allowance is used up."""
        return int(self.spent[0] + 3 * self.spent[1]) >= self.allowance.evaluations or self.allowance.is_late

    def energies(self, batch: Batch) -> np.ndarray:
        """Return the energy of each skeleton; infinity for what the allowance forbids."""
        found = np.full(batch.size, np.inf)
        size = max(0, min(batch.size, self.allowance.evaluations - int(self.spent[0] + 3 * self.spent[1])))
        energies(*self._matrix, batch.edges[:size], batch.counts[:size], batch.angles[:size], self._work, found)
        self.spent[0] += size
        return found

    def descend(
        self, batch: Batch, iterations: int, cuts: np.ndarray | None = None, free: np.ndarray | None = None
    ) -> np.ndarray:
        """Lower the energies by some iterations of BFGS, angles in place, those that are not `free` held; NaN
        for what the allowance forbids."""
        found = np.full(batch.size, np.nan)
        if self.allowance.is_late:
            return found
        free = np.ones(batch.angles.shape, dtype=np.bool_) if free is None else free
        cuts = np.full(batch.size, np.inf) if cuts is None else cuts
        descend(
            *self._matrix, *batch[:3], free, iterations, cuts, self.landscape.scale, self.allowance.evaluations,
            self._work, found, self.spent,
        )  # fmt: skip
        return found

    def descended(self, skeletons: Sequence[Skeleton], iterations: int) -> list[tuple[Skeleton, float]]:
        """Return skeletons with lower energies after BFGS; what the allowance forbids is left out."""
        if not skeletons:
            return []
        batch = Batch.of(skeletons)
        found = self.descend(batch, iterations)
        return [(batch.skeleton(b), float(found[b])) for b in np.flatnonzero(~np.isnan(found))]

    def rotation_gradients(self, skeleton: Skeleton) -> np.ndarray:
        """Return the slope of every rotation of the pool at every position, (n_edges + 1, n_strings).

        Counts as one gradient and as many energies as its arithmetic amounts to; NaN where that is not allowed.
        """
        landscape, pool, count = self.landscape, self.landscape.pool, len(skeleton.edges)
        transform = len(pool.masks) * (landscape.n_qubits + 4)  # operations for each amplitude and position
        energy = len(landscape.data) / 2**landscape.n_qubits + 8 * (count + 1)
        n_energies = -int(-(count + 1) * transform // energy)
        found = np.full((count + 1, len(pool.z_masks)), np.nan)
        if self.spent[0] + 3 * self.spent[1] + n_energies + 3 > self.allowance.evaluations:
            return found
        batch = Batch.of([skeleton])
        rotation_gradients(
            *self._matrix, batch.edges[0], batch.counts[0], batch.angles[0], pool.masks, pool.firsts, pool.z_masks,
            pool.n_y, self._work, found,
        )  # fmt: skip
        self.spent += (n_energies, 1)
        return found
