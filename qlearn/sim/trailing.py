"""Trailing Clifford gates, which need no pass over the state where only expectation values are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..circuits import opcodes
from ..circuits.program import Program
from ..paulis import PauliSum

_INVERSES = {  # names of the inverse gates
    opcodes.X: "x", opcodes.Y: "y", opcodes.Z: "z", opcodes.H: "h", opcodes.S: "sdg", opcodes.SDG: "s",
    opcodes.CX: "cx", opcodes.CZ: "cz", opcodes.SWAP: "swap",
}  # fmt: skip


def index_masks(program: Program) -> np.ndarray:
    """Return, for every instruction, the mask of the amplitude-index bits it touches, int64.

    Parameters
    ----------
    program : Program

    Returns
    -------
    ndarray of int64, shape (n_instructions,)
    """
    n = program.n_qubits
    bytecode = program.bytecode
    masks = np.zeros(len(bytecode), dtype=np.int64)
    is_pauli = bytecode[:, 0] == opcodes.PAULI_ROTATION
    for column in range(1, 5):
        q = bytecode[:, column].astype(np.int64)
        used = (q >= 0) & ~is_pauli
        masks[used] |= np.int64(1) << (n - 1 - q[used])
    for row in np.flatnonzero(is_pauli):
        x, z = program.paulis[bytecode[row, 1]]
        masks[row] = sum(1 << (n - 1 - q) for q in range(n) if (x | z) >> q & 1)
    return masks


def move_trailing(program: Program, observables: Sequence[PauliSum]) -> tuple[Program, Sequence[PauliSum]]:
    """Return the program without its last Clifford gates V, and V^-1 O V for every observable O.

    Parameters
    ----------
    program : Program
        Unitary.
    observables : sequence of PauliSum

    Returns
    -------
    program : Program
        Made once for each program.
    observables : list of PauliSum
        Of as many terms; the expectation values are the same.
    """
    if "without trailing gates" not in program.cache:
        program.cache["without trailing gates"] = _cut(program)
    shorter, gates = program.cache["without trailing gates"]
    return shorter, [observable.conjugate_by(gates) for observable in observables] if gates else observables


def _cut(program: Program) -> tuple[Program, list[tuple[str, tuple[int, ...]]]]:
    """Return the shorter program, and the inverses of the gates it lacks, last gate first."""
    blocked, kept, gates = 0, [], []
    for row, mask in reversed(list(enumerate(index_masks(program).tolist()))):
        code, *qubits = program.bytecode[row, :5].tolist()
        if code in _INVERSES and not mask & blocked:
            gates.append((_INVERSES[code], tuple(q for q in qubits if q >= 0)))
        else:
            blocked |= mask
            kept.append(row)
    if not gates:
        return program, gates
    return Program(program.n_qubits, program.bytecode[kept[::-1]], program.paulis, (), program.angle_map), gates
