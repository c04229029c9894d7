"""One large state in cache-sized blocks: few passes over memory instead of one for each gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .._parallel import map_threads
from ..circuits import opcodes
from ..circuits.program import Program
from ..paulis import PauliSum
from ._kernels import layout
from ._kernels.blocks import (
    backward_blocks,
    forward_blocks,
    prepare_angles,
    prepare_operations,
    start_block,
)
from ._kernels.cosets import observe_cosets
from ._kernels.lowering import lower
from ._kernels.observables import frame_permutation
from ._kernels.schedule import schedule
from ._kernels.simd import LANES, aligned_empty
from .lowering import CONSTANT_ANGLES, lane_patterns, work_buffers
from .term_passes import pauli_terms, term_passes
from .trailing import index_masks

_BLOCK_BYTES = 2**18  # half of a common second-level cache
_N_CHUNKS = 16  # of blocks; fixed, so that sums do not depend on the number of threads
_RUN_ROW_BITS = 5  # expectation values read runs of so many rows
_RUN_BITS = 2  # lowest row bits in every block: blocks are runs of at least four rows


class _Group(NamedTuple):
    kernel: layout.BlockGroup
    coefficients: np.ndarray


class LargePlan:
    """A program cut into groups that run on blocks; made once for a program.

    Parameters
    ----------
    program : Program
        Unitary.
    dtype : dtype
        float64 or float32.
    """

    def __init__(self, program: Program, dtype: np.dtype) -> None:
        self.program, self.dtype = program, dtype
        self.lanes = LANES[dtype]
        self.lane_bits = self.lanes.bit_length() - 1
        self.n_row_bits = program.n_qubits - self.lane_bits
        row_bytes = 2 * self.lanes * dtype.itemsize
        self.block_bits = min(self.n_row_bits, (_BLOCK_BYTES // row_bytes).bit_length() - 1)
        self.trainable = np.zeros(program.n_angles + layout.N_CONSTANTS, dtype=np.bool_)
        self.trainable[: program.n_angles] = program.angle_map.depends
        masks = index_masks(program)
        leading = _leading(masks, program.bytecode)
        self.first_gates = np.flatnonzero(leading)
        rest = np.flatnonzero(~leading)
        groups, bits = schedule(masks[rest], self.lane_bits, self.n_row_bits, self.block_bits, _RUN_BITS)
        if not len(bits):  # a product state: one empty group writes it
            bits = np.array([(1 << self.block_bits) - 1])
        self.groups = [self._group(rest[groups == g], int(mask)) for g, mask in enumerate(bits)]
        if self.groups[0].direct:
            self.groups.insert(0, self._group(rest[:0], (1 << self.block_bits) - 1))
        self.start_groups = self._start_groups()

    @property
    def sign_phase(self) -> float:
        """Global phase (0 or pi) of the CX gates that were rewritten with CZ because they touch lanes."""
        lane_qubits = range(self.program.n_qubits - self.lane_bits, self.program.n_qubits)
        n_rewritten = 0
        for code, a, b, c, *_ in self.program.bytecode:
            if code in (opcodes.CX, opcodes.CY):
                n_rewritten += a in lane_qubits or b in lane_qubits
            elif code in (opcodes.SWAP, opcodes.ISWAP, opcodes.ISWAPDG):
                n_rewritten += 3 * (a in lane_qubits or b in lane_qubits)
            elif code == opcodes.CSWAP:
                n_rewritten += 2 * (b in lane_qubits or c in lane_qubits)
        return np.pi * (n_rewritten % 2)

    def _group(self, instructions: np.ndarray, row_mask: int, from_zero: bool = False) -> layout.BlockGroup:
        """Lower some instructions on the lanes and the row bits of `row_mask` (0: on all of them, in place)."""
        n, direct = self.program.n_qubits, row_mask == 0
        row_bits = [b for b in range(self.n_row_bits) if direct or row_mask >> b & 1]
        index_bits = [*range(self.lane_bits), *(b + self.lane_bits for b in row_bits)]
        position = np.full(n, 62, dtype=np.int64)
        for place, bit in enumerate(index_bits):
            position[n - 1 - bit] = place
        table, chain, frame, _ = lower(
            self.program.bytecode[instructions], self.program.paulis, self.program.n_angles, self.trainable, position,
            self.lane_bits, from_zero, self.lane_bits,
        )  # fmt: skip
        outer = np.array([b for b in range(self.n_row_bits) if b not in row_bits], dtype=np.int64)
        if direct:
            empty = np.zeros(0, dtype=np.int64)
            return layout.BlockGroup(table, chain, empty, empty, empty, False, outer, True)
        qubits = [n - 1 - bit for bit in reversed(index_bits)]
        index, sign = frame_permutation(np.ascontiguousarray(frame[:, qubits]), position[qubits])
        source = index[:: self.lanes] >> self.lane_bits
        negative = (sign.reshape(-1, self.lanes) < 0) @ (1 << np.arange(self.lanes))
        offset = np.zeros(1, dtype=np.int64)
        for bit in row_bits:
            offset = np.concatenate([offset, offset | 1 << bit])
        return layout.BlockGroup(table, chain, offset, source, negative, bool(negative.any()), outer, False)

    def _start_groups(self) -> list[layout.BlockGroup]:
        """Return groups that cover the leading one-qubit gates, for the backward pass."""
        bits = range(self.n_row_bits)
        masks = index_masks(self.program)[self.first_gates] >> self.lane_bits
        groups, done = [], np.zeros(len(masks), dtype=bool)
        free = self.block_bits - min(_RUN_BITS, self.block_bits)
        low = (1 << (self.block_bits - free)) - 1
        for start in range(self.block_bits - free, max(self.n_row_bits, self.block_bits - free + 1), max(free, 1)):
            mask = low | sum(1 << b for b in bits[start : start + free])
            for b in reversed(bits):
                if mask.bit_count() < self.block_bits and not mask >> b & 1:
                    mask |= 1 << b
            inside = (masks & ~mask == 0) & ~done
            done |= inside
            if inside.any():
                groups.append(self._group(self.first_gates[inside], mask, True))
        return groups


def large_plan(program: Program, dtype: np.dtype) -> LargePlan:
    """Return the plan of a program, made once.

    Parameters
    ----------
    program : Program
    dtype : dtype

    Returns
    -------
    LargePlan
    """
    key = ("large", dtype)
    if key not in program.cache:
        program.cache[key] = LargePlan(program, dtype)
    return program.cache[key]


class LargeState:
    """The buffers and passes of one sample.

    Parameters
    ----------
    plan : LargePlan
    values : ndarray of shape (1, n_parameters)
    n_jobs : int or None
        Threads over blocks.
    memory : ndarray of shape (2 * 2**n_qubits,), optional
        Where the state lies.
    """

    def __init__(
        self, plan: LargePlan, values: np.ndarray, n_jobs: int | None, memory: np.ndarray | None = None
    ) -> None:
        self.plan, self.n_jobs, self.dtype = plan, n_jobs, plan.dtype
        angles = np.concatenate([plan.program.angle_map.table(values)[:, 0], CONSTANT_ANGLES])
        self.n_half = len(angles) * plan.lanes
        self.half = aligned_empty(2 * self.n_half, self.dtype)
        prepare_angles(np.repeat(angles, plan.lanes), self.half)
        self.state = aligned_empty(2 << plan.program.n_qubits, self.dtype) if memory is None else memory
        self.patterns = lane_patterns(self.dtype)
        masks = np.arange(1 << plan.lanes)[:, None] >> np.arange(plan.lanes) & 1
        self.signs = aligned_empty(masks.size, self.dtype)
        self.signs[:] = (1.0 - 2.0 * masks).ravel()

    def _coefficients(self, table: np.ndarray, chain: np.ndarray) -> np.ndarray:
        coefficients = aligned_empty(max(1, len(table)) * 4 * self.plan.lanes, self.dtype)
        prepare_operations(table, chain, self.half, self.n_half, coefficients)
        return coefficients

    def _work(self, group: layout.BlockGroup, gradient: bool) -> layout.Work:
        """Return buffers for one chunk of blocks."""
        bits = 0 if group.direct else len(group.offset).bit_length() - 1
        shape = layout.Lowered(group.table[:0], group.chain, 0, bits, 0)
        work = work_buffers(shape, self.n_half // self.plan.lanes, 1, gradient, self.dtype)
        work.gradients[: self.n_half] = 0.0
        return work

    def _over_blocks(self, group: layout.BlockGroup, task: Callable[[int, int], object]) -> list:
        chunks = _chunks(1 if group.direct else 1 << len(group.outer))
        return map_threads(lambda chunk: task(*chunk), chunks, self.n_jobs)

    def run(self) -> None:
        """Run the program forward."""
        plan = self.plan
        template, outer_amplitudes = self._template(plan.groups[0])
        for group in plan.groups:
            coefficients = self._coefficients(group.table, group.chain)

            def task(first: int, last: int, group=group, coefficients=coefficients, template=template) -> None:
                work = self._work(group, False)
                forward_blocks(
                    *group, coefficients, first, last, plan.lane_bits, self.state, work.ket, work.entries,
                    self.patterns, work.places, self.signs, template, outer_amplitudes,
                )  # fmt: skip

            self._over_blocks(group, task)
            template = template[:0]

    def _template(self, group: layout.BlockGroup) -> tuple[np.ndarray, np.ndarray]:
        """Return the product state of a block's bits, and the amplitudes (bit, value, re | im) of the outer bits."""
        plan, n = self.plan, self.plan.program.n_qubits
        position = np.arange(n - 1, -1, -1, dtype=np.int64)
        table, chain, _, n_start = lower(
            plan.program.bytecode[plan.first_gates], plan.program.paulis, plan.program.n_angles, plan.trainable,
            position, plan.lane_bits, True, plan.lane_bits,
        )  # fmt: skip
        coefficients = self._coefficients(table, chain)
        outer_amplitudes = np.zeros((len(group.outer), 2, 2))
        outer_amplitudes[:, 0, 0] = 1.0
        vectors = coefficients.reshape(-1, 4, plan.lanes)[:, :, 0]
        for i, bit in enumerate(group.outer + plan.lane_bits):
            for row in np.flatnonzero(table[:, layout.R] == 1 << bit):
                ar, ai, br, bi = vectors[row]
                outer_amplitudes[i] = (ar, ai), (-br, bi)
        inner = table.copy()
        row_bits = [b for b in range(plan.n_row_bits) if b not in set(group.outer.tolist())]
        for place, bit in enumerate(row_bits):
            inner[table[:, layout.R] == 1 << (bit + plan.lane_bits), layout.R] = 1 << (place + plan.lane_bits)
        keep = ~np.isin(table[:, layout.R], 1 << (group.outer + plan.lane_bits))
        kept = np.ascontiguousarray(vectors[keep].repeat(plan.lanes).astype(self.dtype))
        template = aligned_empty(len(group.offset) * 2 * plan.lanes, self.dtype)
        n_bits = len(row_bits) + plan.lane_bits
        start_block(template, n_bits, plan.lane_bits, np.ascontiguousarray(inner[keep]), kept, int(keep.sum()))
        return template, outer_amplitudes

    def observe(self, observables: Sequence[PauliSum], weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return expectation values (n_observables,) and, with weights, the bra ``sum_o weights[o] O_o |state>``."""
        plan = self.plan
        run_bits = min(plan.block_bits, _RUN_ROW_BITS)
        most = min(plan.n_row_bits, plan.block_bits + 1) - run_bits
        bra = aligned_empty(self.state.size if weights is not None else 0, self.dtype)
        scale = np.zeros(len(observables)) if weights is None else weights
        terms = pauli_terms(observables)
        values = np.zeros(len(observables))
        if not len(terms.x):
            bra[:] = 0.0
        for number, one in enumerate(term_passes(terms, plan.lane_bits, plan.n_row_bits, run_bits, most)):
            size = (len(one.offsets) << run_bits) * 2 * plan.lanes

            def task(chunk: tuple[int, int], one=one, number=number, size=size) -> np.ndarray:
                found = np.zeros(plan.lanes + len(observables), self.dtype)
                ket, part = (aligned_empty(n, self.dtype) for n in (size, 0 if weights is None else size))
                observe_cosets(
                    *one.terms, one.outer_z, one.offsets, one.free, 1 << run_bits, *chunk, number == 0, plan.lane_bits,
                    self.state, bra, self.patterns, self.signs, scale, found, ket, part, weights is not None,
                )  # fmt: skip
                return found[plan.lanes :].astype(float)

            values += np.sum(map_threads(task, _chunks(1 << len(one.free)), self.n_jobs), axis=0)
        return values, bra

    def gradient(self, bra: np.ndarray) -> np.ndarray:
        """Return the derivatives (n_angles,) of Re <bra|state>; consumes state and bra."""
        plan = self.plan
        total = np.zeros(self.n_half // plan.lanes)
        for group, keep in [(g, True) for g in reversed(plan.groups)] + [(g, False) for g in plan.start_groups]:
            coefficients = self._coefficients(group.table, group.chain)

            def task(first: int, last: int, group=group, coefficients=coefficients, keep=keep) -> np.ndarray:
                work = self._work(group, True)
                backward_blocks(
                    *group, coefficients, first, last, plan.lane_bits, self.state, bra, work.ket, work.bra,
                    work.entries, self.patterns, work.places, self.signs, self.half, self.n_half, work.products,
                    work.gradients, keep,
                )  # fmt: skip
                return work.gradients[: self.n_half : plan.lanes].astype(float)

            total += np.sum(self._over_blocks(group, task), axis=0)
        return total[: plan.program.n_angles]

    def amplitudes(self, out: np.ndarray) -> None:
        """Write the amplitudes, complex (2**n,), up to the program's global phase."""
        rows, target = self.state.reshape(-1, 2, self.plan.lanes), out.reshape(-1, self.plan.lanes)
        target.real, target.imag = rows[:, 0], rows[:, 1]


def _chunks(n_blocks: int) -> list[tuple[int, int]]:
    """Return the first block and the end of every chunk."""
    edges = np.linspace(0, n_blocks, min(n_blocks, _N_CHUNKS) + 1).astype(int).tolist()
    return list(zip(edges[:-1], edges[1:], strict=True))


def _leading(masks: np.ndarray, bytecode: np.ndarray) -> np.ndarray:
    """Return which instructions are one-qubit gates before anything else on their qubit."""
    leading, blocked = np.zeros(len(masks), dtype=bool), 0
    for i, mask in enumerate(masks.tolist()):
        if mask & (mask - 1) or mask & blocked:
            blocked |= mask
        else:
            leading[i] = True
    return leading
