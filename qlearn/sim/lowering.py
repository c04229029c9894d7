"""Lowered programs, Pauli tables and work buffers: what the statevector kernels take, made and kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from ..circuits.program import Program
from ..paulis import PauliSum
from ._kernels import layout
from ._kernels.interpreter import N_ENTRIES
from ._kernels.lowering import lower
from ._kernels.observables import frame_permutation, pauli_tables
from ._kernels.phases import N_PLACES
from ._kernels.simd import LANES, aligned_empty

_KEPT = threading.local()
_LARGEST_KEPT = 2**22  # bytes
_MOST_REQUESTS = 1000
_STATES = {"ket", "bra", "standard", "standard_bra"}
CONSTANT_ANGLES = np.array([np.pi, np.pi / 2, -np.pi / 2, np.pi / 4, -np.pi / 4])


class LoweredProgram(NamedTuple):
    """A lowered program with the order of its state in the buffer."""

    kernel: layout.Lowered
    order: layout.Order


class _KeptWork(NamedTuple):
    dtype: np.dtype
    sizes: dict[str, int]
    work: layout.Work
    requests: set[tuple]  # that are known to fit


def lowered(program: Program, lane_bits: int) -> LoweredProgram:
    """Return the lowered form of a whole program, made once for each number of lane bits.

    Parameters
    ----------
    program : Program
    lane_bits : int
        0 for a batch (lanes are samples), else log2 of the number of lanes (one state).

    Returns
    -------
    LoweredProgram
    """
    key = ("lowered", lane_bits)
    if key not in program.cache:
        n = program.n_qubits
        trainable = np.zeros(program.n_angles + layout.N_CONSTANTS, dtype=np.bool_)
        trainable[: program.n_angles] = program.angle_map.depends
        position = np.arange(n - 1, -1, -1, dtype=np.int64)
        table, chain, frame, n_start = lower(
            program.bytecode, program.paulis, program.n_angles, trainable, position, 0, True, lane_bits
        )
        kernel = layout.Lowered(table, chain, n_start, n, lane_bits)
        program.cache[key] = LoweredProgram(kernel, layout.Order(*frame_permutation(frame, position)))
    return program.cache[key]


def angle_rows(program: Program, values: np.ndarray, multiple: int) -> np.ndarray:
    """Return the angle table with the constant angles below it, columns padded to a multiple.

    Parameters
    ----------
    program : Program
    values : ndarray of shape (batch, n_parameters)
    multiple : int

    Returns
    -------
    ndarray of shape (n_angles + 5, padded batch)
    """
    table = program.angle_map.table(values)
    n_angles, batch = table.shape
    rows = np.zeros((n_angles + layout.N_CONSTANTS, -(-batch // multiple) * multiple))
    rows[:n_angles, :batch] = table
    rows[n_angles:] = CONSTANT_ANGLES[:, None]
    return rows


class PauliTables:
    """Pauli sums as tables by group of equal X mask; the last few are kept, since optimisers ask again and again.

    Parameters
    ----------
    dtype : dtype
        Of the tables.
    """

    _KEPT = 8

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype
        self._made: dict[tuple[int, ...], tuple[list[PauliSum], layout.Groups]] = {}

    def of(self, observables: Sequence[PauliSum]) -> layout.Groups:
        """Return the tables of some observables.

        Parameters
        ----------
        observables : sequence of PauliSum
            All on the same number n of qubits.

        Returns
        -------
        layout.Groups
            Memory 2 * n_groups * 2**n numbers.
        """
        key = tuple(map(id, observables))  # the observables are kept beside their tables, so ids stay theirs
        found = self._made.get(key)
        if found is None:
            found = (list(observables), pauli_groups(observables, self.dtype))
            if len(self._made) >= self._KEPT:
                self._made.pop(next(iter(self._made)), None)
            self._made[key] = found
        return found[1]


def pauli_groups(observables: Sequence[PauliSum], dtype: np.dtype) -> layout.Groups:
    """Return Pauli sums as tables by group of equal X mask, see `layout.Groups`.

    Parameters
    ----------
    observables : sequence of PauliSum
    dtype : dtype
        Of the tables.

    Returns
    -------
    layout.Groups
    """
    n_qubits = observables[0].n_qubits
    x_parts, owners, re_parts, im_parts = [], [], [], []
    for owner, observable in enumerate(observables):
        x, z, coefficients = observable.masks()
        coefficients = np.asarray(coefficients, dtype=complex)
        group_x, group = np.unique(x.astype(np.int64), return_inverse=True)
        re, im = pauli_tables(
            x.astype(np.int64), z.astype(np.int64), coefficients.real.copy(), coefficients.imag.copy(),
            group.astype(np.int64), len(group_x), n_qubits,
        )  # fmt: skip
        x_parts.append(group_x)
        owners.append(np.full(len(group_x), owner, dtype=np.int64))
        re_parts.append(re)
        im_parts.append(im)
    re, im = np.concatenate(re_parts).astype(dtype), np.concatenate(im_parts).astype(dtype)
    return layout.Groups(np.concatenate(x_parts), np.concatenate(owners), im.any(axis=1), re, im)


@cache
def lane_patterns(dtype: np.dtype) -> np.ndarray:
    """Return the vectors (-1)**parity(lane & mask) for every lane mask, flat and aligned."""
    lanes = LANES[dtype]
    patterns = aligned_empty(lanes * lanes, dtype)
    lane = np.arange(lanes)
    patterns[:] = (1.0 - 2.0 * (np.bitwise_count(lane[:, None] & lane).astype(int) & 1)).ravel()
    return patterns


def work_buffers(
    kernel: layout.Lowered, n_angle_rows: int, n_values: int, gradient: bool, dtype: np.dtype
) -> layout.Work:
    """Return the buffers of one thread, at least as large as asked; small ones are kept for the thread's next call.

    Parameters
    ----------
    kernel : layout.Lowered
    n_angle_rows : int
    n_values : int
        Number of observables.
    gradient : bool
        Whether a bra is needed.
    dtype : dtype
        float64 or float32.

    Returns
    -------
    layout.Work
    """
    request = (kernel.n_bits, kernel.lane_bits, len(kernel.table), n_angle_rows, n_values, gradient, dtype)
    kept = getattr(_KEPT, "work", None)
    if kept is not None and request in kept.requests:
        return kept.work
    w = LANES[dtype]
    state = (1 << (kernel.n_bits - kernel.lane_bits)) * 2 * w
    bra, one_state = (state if gradient else 0), (state if kernel.lane_bits else 0)
    sizes = {
        "ket": state,
        "gap": 128,  # equal rows of ket and bra fall into different cache sets
        "bra": bra,
        "standard": one_state,
        "standard_bra": min(one_state, bra),
        "half": 2 * n_angle_rows * w,
        "coefficients": len(kernel.table) * 4 * w,
        "entries": N_ENTRIES * w,
        "products": 4 * w,
        "gradients": n_angle_rows * w,
        "values": n_values * w,
        "weights": n_values * w,
    }
    if kept is not None and kept.dtype == dtype and all(sizes[name] <= kept.sizes[name] for name in sizes):
        if len(kept.requests) < _MOST_REQUESTS:
            kept.requests.add(request)
        return kept.work
    sizes = {name: size if name in _STATES else 1 << max(size - 1, 7).bit_length() for name, size in sizes.items()}
    arena, parts, start = aligned_empty(sum(sizes.values()), dtype), {}, 0
    for name, size in sizes.items():
        parts[name] = arena[start : start + size]
        start += size
    del parts["gap"]
    angles = aligned_empty(sizes["half"] // 2, np.float64)
    work = layout.Work(
        angles=angles, patterns=lane_patterns(dtype), places=np.empty(N_PLACES, np.int64), **parts
    )  # fmt: skip
    if arena.nbytes <= _LARGEST_KEPT:
        _KEPT.work = _KeptWork(dtype, sizes, work, {request})
    return work
