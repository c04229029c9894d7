"""Layers of commuting parametrised gates in a program, and the generators of its gates."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ...circuits import opcodes as op
from ...circuits.gates import GATES
from ...circuits.opcodes import OPCODES
from ...circuits.program import Program
from ...paulis import PauliSum

_NAMES = {code: name for name, code in OPCODES.items()}

# For each qubit of a gate the Pauli letter with which it commutes, "*" for none.
_COMMUTING = {
    op.RX: "X", op.RY: "Y", op.RZ: "Z", op.P: "Z", op.X: "X", op.Y: "Y", op.Z: "Z", op.H: "*", op.S: "Z", op.SDG: "Z",
    op.T: "Z", op.TDG: "Z", op.SX: "X", op.SXDG: "X", op.CX: "ZX", op.CY: "ZY", op.CZ: "ZZ", op.CH: "Z*",
    op.SWAP: "**", op.ISWAP: "**", op.ISWAPDG: "**", op.CRX: "ZX", op.CRY: "ZY", op.CRZ: "ZZ", op.CP: "ZZ",
    op.RXX: "XX", op.RYY: "YY", op.RZZ: "ZZ", op.CCX: "ZZX", op.CCZ: "ZZZ", op.CSWAP: "Z**", op.CCRX: "ZZX",
    op.CCRY: "ZZY", op.CCRZ: "ZZZ", op.CCP: "ZZZ", op.SINGLE_EXCITATION: "**", op.DOUBLE_EXCITATION: "****",
}  # fmt: skip


class Layer(NamedTuple):
    """Rows of bytecode whose gates have parameters and commute with all that lies between them.

    Attributes
    ----------
    start : int
        Number of rows before the layer.
    rows : list of int
    """

    start: int
    rows: list[int]


def parametrised_layers(program: Program) -> list[Layer]:
    """Return the layers of a program, each as long as it can be.

    Every gate of a layer could act at its start: on each of its qubits, all gates since then are diagonal in the basis
    of one Pauli letter, the same as its own.

    Parameters
    ----------
    program : Program
        Without channels.

    Returns
    -------
    list of Layer
    """
    layers: list[Layer] = []
    letters: dict[int, str] = {}
    for row, angle in enumerate(program.bytecode[:, 5].tolist()):
        acts = _letters(program, row)
        if angle >= 0 and program.angle_map.depends[angle]:
            if not layers or any(q in letters and not letters[q] == letter != "*" for q, letter in acts.items()):
                layers.append(Layer(row, []))
                letters = {}
            layers[-1].rows.append(row)
        for q, letter in acts.items():
            letters[q] = letter if letters.get(q, letter) == letter else "*"
    return layers


def _letters(program: Program, row: int) -> dict[int, str]:
    code, *qubits, _ = program.bytecode[row].tolist()
    if code == op.PAULI_ROTATION:
        return _pauli_letters(*program.paulis[qubits[0]].tolist())
    return dict(zip(qubits, _COMMUTING[code], strict=False))


def _pauli_letters(x: int, z: int) -> dict[int, str]:
    support = x | z
    found = {q: "IXZY"[(x >> q & 1) + 2 * (z >> q & 1)] for q in range(support.bit_length())}
    return {q: letter for q, letter in found.items() if letter != "I"}


def generator(program: Program, row: int) -> PauliSum:
    """Return G of the gate exp(-i angle G) in a row of bytecode, up to a multiple of the identity.

    Parameters
    ----------
    program : Program
    row : int

    Returns
    -------
    PauliSum
    """
    code, *qubits, _ = program.bytecode[row].tolist()
    if code == op.PAULI_ROTATION:
        letters = _pauli_letters(*program.paulis[qubits[0]].tolist())
        return _placed(PauliSum({"".join(letters.values()): 0.5}), list(letters), program.n_qubits)
    return _placed(_small_generator(code), qubits[: op.QUBITS[code]], program.n_qubits)


@cache
def _small_generator(code: int) -> PauliSum:
    from scipy.linalg import logm

    matrix = 1j * logm(GATES[_NAMES[code]].matrix([1.0]))
    return PauliSum.from_matrix((matrix + matrix.conj().T) / 2)


def _placed(small: PauliSum, qubits: list[int], n_qubits: int) -> PauliSum:
    x = np.zeros((small.n_terms, n_qubits), dtype=bool)
    z = x.copy()
    x[:, qubits], z[:, qubits] = small.x, small.z
    return PauliSum.from_arrays(x, z, small.coefficients)
