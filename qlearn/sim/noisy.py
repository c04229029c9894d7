"""Lower programs with channels to what the noisy kernels take, and run them over the columns of an angle table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._parallel import map_threads, thread_count
from ..circuits import opcodes
from ..circuits.program import Channel, Program
from ._kernels import channels as step
from ._kernels import layout
from ._kernels.interpreter import N_ENTRIES
from ._kernels.lowering import lower
from ._kernels.noisy import NoisyWork, Outputs, Steps, run_noisy
from ._kernels.observables import frame_permutation
from ._kernels.phases import N_PLACES
from ._kernels.simd import LANES, aligned_empty
from .lowering import lane_patterns

_RESET = (np.diag([1.0 + 0j, 0.0]), np.array([[0.0, 1.0 + 0j], [0.0, 0.0]]))
_MEASURE = (np.diag([1.0 + 0j, 0.0]), np.diag([0.0, 1.0 + 0j]))
_SCRATCH_VECTORS = 12
_CHUNKS_PER_THREAD = 4


class NoisyProgram(NamedTuple):
    """A lowered program with channels.

    Attributes
    ----------
    kernel : layout.Lowered
    order : layout.Order
        Of the 2**n basis states.
    steps : Steps
    """

    kernel: layout.Lowered
    order: layout.Order
    steps: Steps


def kraus_operators(channel: Channel) -> Sequence[np.ndarray]:
    """Return the Kraus operators of a channel that is not a Pauli mixture.

    Parameters
    ----------
    channel : Channel
        Of kind "kraus", "measure" or "reset".

    Returns
    -------
    sequence of ndarray
    """
    return {"measure": _MEASURE, "reset": _RESET}.get(channel.kind) or channel.data


def density_program(program: Program, lane_bits: int, dtype: np.dtype) -> NoisyProgram:
    """Return a program lowered for density matrices: every operation on row bits, its conjugate on column bits.

    Parameters
    ----------
    program : Program
    lane_bits : int
        0 for a batch (lanes are samples), else log2 of the number of lanes (one matrix).
    dtype : dtype
        float64 or float32.

    Returns
    -------
    NoisyProgram
        Made once for each number of lane bits.
    """
    key = ("density", lane_bits, dtype)
    if key not in program.cache:
        bytecode, channels = _gathered_depolarising(program)
        n = program.n_qubits
        table, chain, order = _lower(program, bytecode, False)
        rows = table[table[:, layout.KIND] == layout.CHANNEL]
        parts = [_density_step(channels[row[layout.AUX]], row, n, lane_bits, LANES[dtype]) for row in rows]
        kernel = layout.Lowered(_doubled(table, n), chain, 0, 2 * n, lane_bits)
        program.cache[key] = NoisyProgram(kernel, order, _steps(rows[:, layout.AUX], parts, dtype))
    return program.cache[key]


def trajectory_program(program: Program, dtype: np.dtype) -> NoisyProgram:
    """Return a program without Pauli channels lowered for trajectories, one in each lane.

    Parameters
    ----------
    program : Program
        Its channels act on one qubit each; channel i takes row i of the random draws.
    dtype : dtype
        float64 or float32.

    Returns
    -------
    NoisyProgram
        Made once.
    """
    key = ("trajectories", dtype)
    if key not in program.cache:
        table, chain, order = _lower(program, program.bytecode, True)
        operators = [np.array(kraus_operators(channel), dtype=complex) for channel in program.channels]
        parts = [(step.CHOOSE, len(each), [], each.ravel().view(float)) for each in operators]
        kernel = layout.Lowered(table, chain, 0, program.n_qubits, 0)
        program.cache[key] = NoisyProgram(kernel, order, _steps(np.arange(len(parts)), parts, dtype))
    return program.cache[key]


def selection(dtype: np.dtype, n_samples: int, rows: layout.Order, columns: layout.Order | None = None) -> Outputs:
    """Return outputs that ask for some elements of the final states.

    Parameters
    ----------
    dtype : dtype
        float64 or float32, the precision of states.
    n_samples : int
    rows, columns : layout.Order
        Element (i, j) lies at the XOR of their places; without columns there is one for each row.

    Returns
    -------
    Outputs
    """
    if columns is None:
        columns = layout.Order(np.zeros(1, dtype=np.int64), np.ones(1))
    size = len(rows.index) * len(columns.index)
    elements = np.empty((n_samples, size), dtype=np.result_type(dtype, np.complex64))
    choices, outcomes = np.empty((0, 0), dtype=np.uint8), np.empty(0, dtype=np.int64)
    return Outputs(*rows, *columns, elements, choices, outcomes)


def run_columns(
    noisy: NoisyProgram, angles: np.ndarray, draws: np.ndarray, out: Outputs, dtype: np.dtype, n_jobs: int | None
) -> None:
    """Run every column of an angle table and write the arrays of `out`, spread over threads.

    Parameters
    ----------
    noisy : NoisyProgram
    angles : ndarray of float64, shape (n_rows, columns)
        Columns padded to a multiple of the number of lanes in a batch.
    draws : ndarray of float64, shape (n_channels + 1, columns)
        Uniform numbers in [0, 1) for trajectories; the last row for the final measurement.
    out : Outputs
    dtype : dtype
        float64 or float32.
    n_jobs : int or None
    """
    stride = LANES[dtype] if noisy.kernel.lane_bits == 0 else 1
    n_groups = angles.shape[1] // stride
    n_threads = thread_count(n_jobs)
    n_chunks = max(1, min(n_groups, 1 if n_threads == 1 else _CHUNKS_PER_THREAD * n_threads))
    edges = [int(edge) * stride for edge in np.linspace(0, n_groups, n_chunks + 1)]

    def task(columns: tuple[int, int]) -> None:
        work = _work(noisy.kernel, len(angles), dtype)
        run_noisy(noisy.kernel, noisy.steps, angles, *columns, draws, work, out)

    map_threads(task, [(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a], n_jobs)


def _lower(program: Program, bytecode: np.ndarray, group: bool) -> tuple[np.ndarray, np.ndarray, layout.Order]:
    n = program.n_qubits
    position = np.arange(n - 1, -1, -1, dtype=np.int64)
    trainable = np.zeros(program.n_angles + layout.N_CONSTANTS, dtype=np.bool_)
    bytecode.setflags(write=False)  # as in every program: for Numba another kind of array is another compilation
    table, chain, frame, _ = lower(bytecode, program.paulis, program.n_angles, trainable, position, 0, False, 0, group)
    return table, chain, layout.Order(*frame_permutation(frame, position))


def _doubled(table: np.ndarray, n: int) -> np.ndarray:
    """Return the table with every operation on the row bits followed by its conjugate on the column bits."""
    is_channel = table[:, layout.KIND] == layout.CHANNEL
    source = np.repeat(np.arange(len(table)), np.where(is_channel, 1, 2))
    doubled = table[source]
    on_rows = np.ones(len(doubled), dtype=bool)
    on_rows[1:] = source[1:] != source[:-1]
    gate = ~is_channel[source]
    for column in (layout.V, layout.R, layout.S, layout.C1, layout.C2, layout.C3):
        doubled[gate & on_rows, column] <<= n
    doubled[gate & ~on_rows, layout.FLAGS] |= layout.CONJUGATE
    return doubled


def _gathered_depolarising(program: Program) -> tuple[np.ndarray, list[Channel]]:
    """Return bytecode and channels with depolarising moved behind the one-qubit gates that follow it, and merged.

    Depolarising commutes with every unitary of its qubit, so gates between two such channels become one operation.
    """
    rows: list[list[int]] = []
    channels: list[Channel] = []
    waiting: dict[int, float] = {}  # by qubit: factor on everything but the trace

    def add(channel: Channel) -> None:
        rows.append([opcodes.CHANNEL, *(*channel.qubits, -1)[:2], len(channels), -1, -1])
        channels.append(channel)

    def release(qubit: int) -> None:
        chance = (1.0 - waiting.pop(qubit)) / 4
        add(Channel("pauli", (qubit,), {"X": chance, "Y": chance, "Z": chance}))

    for row in program.bytecode.tolist():
        channel = program.channels[row[3]] if row[0] == opcodes.CHANNEL else None
        if channel is not None and channel.kind == "readout":
            continue
        if channel is not None and _is_depolarising(channel):
            factor = 1.0 - 4.0 * channel.data["X"]
            waiting[channel.qubits[0]] = waiting.get(channel.qubits[0], 1.0) * factor
            continue
        if channel is not None or opcodes.QUBITS[row[0]] != 1:
            for qubit in touched_qubits(program, row):
                if qubit in waiting:
                    release(qubit)
        if channel is not None:
            add(channel)
        else:
            rows.append(row)
    for qubit in sorted(waiting):
        release(qubit)
    return np.array(rows, dtype=np.int32).reshape(-1, opcodes.N_COLUMNS), channels


def touched_qubits(program: Program, row: Sequence[int]) -> list[int]:
    """Return the qubits that a row of bytecode acts on.

    Parameters
    ----------
    program : Program
    row : sequence of int

    Returns
    -------
    list of int
    """
    if row[0] == opcodes.CHANNEL:
        return [qubit for qubit in row[1:3] if qubit >= 0]
    if row[0] == opcodes.PAULI_ROTATION:
        mask = int(program.paulis[row[1], 0] | program.paulis[row[1], 1])
        return [qubit for qubit in range(program.n_qubits) if mask >> qubit & 1]
    return [qubit for qubit in row[1:5] if qubit >= 0]


def _is_depolarising(channel: Channel) -> bool:
    if channel.kind != "pauli" or len(channel.qubits) != 1 or len(channel.data) != 3:
        return False
    return len(set(channel.data.values())) == 1


def _density_step(
    channel: Channel, row: np.ndarray, n: int, lane_bits: int, lanes: int
) -> tuple[int, int, list[int], np.ndarray]:
    """Return kind, count, masks and numbers of a channel as an exact map; `row` is its lowered operation."""
    row = row.astype(object)  # Python integers: shifts by n must not overflow
    if channel.kind == "pauli" and len(channel.qubits) == 2:
        return step.MIX_TWO, 0, *_two_qubit_mixture(channel.data, row, n, lane_bits, lanes)
    if channel.kind == "pauli":
        px, py, pz = (channel.data.get(letter, 0.0) for letter in "XYZ")
        flip, keep = px + py, 1.0 - px - py
        return step.MIX, 0, *_mixture([keep, flip, flip, keep, keep - 2.0 * pz, px - py], row, n, lane_bits, lanes)
    operators = np.array(kraus_operators(channel))
    size = operators.shape[1]
    matrix = np.einsum("kac,kbd->abcd", operators, operators.conj()).reshape(size * size, size * size)
    if size == 2 and _mixes_pairs(matrix):
        weights = [*matrix[np.ix_([0, 3], [0, 3])].real.ravel(), *matrix[1, 1:3].real]
        return step.MIX, 0, *_mixture(weights, row, n, lane_bits, lanes)
    return step.SUPER, size * size, _orbit(row, n, len(channel.qubits)), matrix.ravel().view(float)


def _mixes_pairs(matrix: np.ndarray) -> bool:
    """Return whether a one-qubit super-operator is real and keeps populations and coherences apart."""
    rest = matrix.copy()
    rest[np.ix_([0, 3], [0, 3])] = 0
    rest[np.ix_([1, 2], [1, 2])] = 0
    return not (np.abs(rest).max() > 1e-15 or np.abs(matrix.imag).max() > 1e-15)


def _parity(masked: int) -> int:
    return masked.bit_count() & 1


def _mixture(weights: Sequence[float], row: np.ndarray, n: int, lane_bits: int, lanes: int) -> tuple[list[int], Any]:
    """Return masks and numbers of a MIX step.

    weights: a00 a01 a10 a11 turn (rho00, rho11), and (alpha, beta), (beta, alpha) turn (rho01, rho10).
    """
    v, r, s = int(row[layout.V]), int(row[layout.R]), int(row[layout.S])
    both, sign, low = v << n | v, s << n | s, (1 << lane_bits) - 1
    parts = [r << n, r, sign]
    rows = [part >> lane_bits for part in parts]
    step_entry = sum(_parity((both >> lane_bits) & part) << i for i, part in enumerate(rows))
    masks = [both >> lane_bits, both & low, *rows, step_entry]
    table = np.empty((8, 2, lanes))
    for entry, lane in np.ndindex(8, lanes):
        i, j, odd = ((entry >> k & 1) ^ _parity(lane & low & parts[k]) for k in range(3))
        stay, come = (weights[3 * i], weights[1 + i]) if i == j else weights[4:]
        table[entry, :, lane] = stay, -come if odd else come
    return masks, table.ravel()


def _two_qubit_mixture(
    paulis: dict[str, float], row: np.ndarray, n: int, lane_bits: int, lanes: int
) -> tuple[list[int], np.ndarray]:
    """Return masks and numbers of a MIX_TWO step."""
    doubled = [int(row[column]) << n | int(row[column]) for column in (layout.V, layout.C1, layout.R, layout.C2)]
    va, vb, ra, rb = doubled
    sa, sb = (int(row[column]) << n | int(row[column]) for column in (layout.S, layout.C3))
    low, parts = (1 << lane_bits) - 1, [ra, rb, sa, sb]
    rows = [part >> lane_bits for part in parts]
    wide_a, wide_b = va >> lane_bits, vb >> lane_bits
    step_a, step_b = (sum(_parity(v & part) << i for i, part in enumerate(rows)) for v in (wide_a, wide_b))
    high = wide_a.bit_length() - 1
    other = (wide_b ^ wide_a if wide_b >> high & 1 else wide_b).bit_length() - 1
    masks = [wide_a, wide_b, va & low, vb & low, *rows, step_a, step_b, min(high, other), max(high, other)]
    weights = _class_weights(paulis)
    table = np.empty((16, 4, lanes))
    for entry, flips, lane in np.ndindex(16, 4, lanes):
        a, b, odd_a, odd_b = ((entry >> k & 1) ^ _parity(lane & low & parts[k]) for k in range(4))
        odd = (odd_a & flips >> 1) ^ (odd_b & flips)
        table[entry, flips, lane] = weights[flips, 2 * a + b] * (-1.0 if odd & 1 else 1.0)
    return masks, table.ravel()


def _class_weights(paulis: dict[str, float]) -> np.ndarray:
    """Return the weight [x, t] with which the element flipped by x comes in, for elements of class t; bits 2 a + b."""
    weights = np.zeros((4, 4))
    weights[0, 0] = max(0.0, 1.0 - sum(paulis.values()))
    for text, probability in paulis.items():
        x = 2 * (text[0] in "XY") + (text[1] in "XY")
        z = 2 * (text[0] in "YZ") + (text[1] in "YZ")
        weights[x, z] += probability
    return weights @ np.array([[1.0 - 2.0 * _parity(z & t) for t in range(4)] for z in range(4)])


def _orbit(row: np.ndarray, n: int, n_qubits: int) -> list[int]:
    """Return the masks of a SUPER step: role masks, then flip, sign mask and sign of each member of an orbit.

    A member is the all-zero element of the orbit acted on by virtual X of its set bits, the last qubit first.
    """
    columns = [(layout.V, layout.R, layout.S, layout.SIGN), (layout.C1, layout.C2, layout.C3, layout.WANT)]
    qubits = [[int(row[column]) for column in names] for names in columns[:n_qubits]]
    roles = [qubit[1] << shift for shift in (n, 0) for qubit in qubits]
    masks = [len(roles), *roles]
    for member in range(1 << 2 * n_qubits):
        flip, sign_mask, odd = 0, 0, 0
        for side, shift in ((member >> n_qubits, n), (member & (1 << n_qubits) - 1, 0)):
            moved = 0
            for i in range(n_qubits - 1, -1, -1):
                if side >> (n_qubits - 1 - i) & 1:
                    v, _, s, sign = qubits[i]
                    odd ^= sign ^ _parity(moved & s)
                    sign_mask ^= s << shift
                    moved ^= v
            flip |= moved << shift
        masks += [flip, sign_mask, odd]
    return masks


def _steps(numbering: np.ndarray, parts: Sequence[tuple[int, int, Sequence[int], Any]], dtype: np.dtype) -> Steps:
    """Return the steps of numbered channels; numbers begin at multiples of a vector."""
    lanes = LANES[dtype]
    table = np.zeros((len(parts), 4), dtype=np.int64)
    masks: list[int] = []
    n_numbers = 0
    for index, (kind, count, own, values) in zip(numbering, parts, strict=True):
        table[index] = kind, n_numbers, len(masks), count
        masks += own
        n_numbers += -(-len(values) // lanes) * lanes
    numbers = aligned_empty(max(1, n_numbers), dtype)
    for index, part in zip(numbering, parts, strict=True):
        start = table[index, step.STEP_NUMBERS]
        numbers[start : start + len(part[3])] = part[3]
    return Steps(table, np.array([*masks, 0], dtype=np.int64), numbers)


def _work(kernel: layout.Lowered, n_angle_rows: int, dtype: np.dtype) -> NoisyWork:
    w = LANES[dtype]
    return NoisyWork(
        ket=aligned_empty((1 << (kernel.n_bits - kernel.lane_bits)) * 2 * w, dtype),
        angles=aligned_empty(n_angle_rows * w, np.float64),
        half=aligned_empty(2 * n_angle_rows * w, dtype),
        coefficients=aligned_empty(max(1, len(kernel.table)) * 4 * w, dtype),
        entries=aligned_empty(N_ENTRIES * w, dtype),
        patterns=lane_patterns(dtype),
        places=np.empty(N_PLACES, np.int64),
        scratch=aligned_empty(_SCRATCH_VECTORS * w, dtype),
    )
