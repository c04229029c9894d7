"""Circuits as plain data: what strategies that build circuits gate by gate pass around, store and compare.

A structure is a list of gates ``[name, qubits, angle]``. The angle is None, or ``[index, factor]``: `factor` times
value number `index`; several gates may share a value. A Pauli rotation has the name ``pauli:XYZ``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._checks import check_count
from ..circuits import Circuit, Expression, decompose, parameters
from .pauli_gates import has_complex_gates, put
from .problem import SearchProblem, entangler

Gate = list[Any]
Structure = list[Gate]


def build(structure: Structure, n_qubits: int) -> Circuit:
    """Return the circuit of a structure, with the parameters theta[0], theta[1], ...

    Parameters
    ----------
    structure : list
    n_qubits : int

    Returns
    -------
    Circuit
    """
    size = n_values(structure)
    theta = parameters("theta", max(1, size))
    multiples: dict[tuple[int, float], Expression] = {}  # the strings of one generator share them
    circuit = Circuit(n_qubits)
    for name, qubits, angle in structure:
        angles: tuple[Expression, ...] = ()
        if angle is not None:
            index, factor = angle
            multiple = multiples.get((index, factor))
            if multiple is None:
                multiple = multiples[index, factor] = factor * theta[index]
            angles = (multiple,)
        data = None
        if name.startswith("pauli:"):
            name, data = "pauli_rotation", name[6:]
        put(circuit, name, qubits, angles, data)
    return circuit


def bound(structure: Structure, values: np.ndarray, n_qubits: int) -> Circuit:
    """Return the circuit of a structure with numbers.

    Parameters
    ----------
    structure : list
    values : ndarray of float
    n_qubits : int

    Returns
    -------
    Circuit
    """
    circuit = Circuit(n_qubits)
    for name, qubits, angle in structure:
        angles = () if angle is None else (float(angle[1] * values[angle[0]]),)
        data = None
        if name.startswith("pauli:"):
            name, data = "pauli_rotation", name[6:]
        put(circuit, name, qubits, angles, data)
    return circuit


def n_values(structure: Structure) -> int:
    """Return how many values a structure has.

    Parameters
    ----------
    structure : list

    Returns
    -------
    int
    """
    return 1 + max((gate[2][0] for gate in structure if gate[2] is not None), default=-1)


def from_circuit(circuit: Circuit) -> Structure:
    """Return the structure of a circuit without parameters; its angles become fixed multiples of nothing but numbers.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    list
        Only gates without angles: others are refused.
    """
    plain = decompose(circuit, {"x", "y", "z", "h", "s", "sdg", "cx", "cz", "swap"})
    return [[step.name, list(step.qubits), None] for step in plain]


def n_two_qubit(structure: Structure) -> int:
    """Return the gates on two qubits or more.

    Parameters
    ----------
    structure : list

    Returns
    -------
    int
    """
    return sum(len(qubits) > 1 for _, qubits, _ in structure)


def canonical(structure: Structure) -> str:
    """Return a text that structures share which differ by the order of gates on different qubits only.

    Parameters
    ----------
    structure : list

    Returns
    -------
    str
    """
    level: dict[int, int] = {}
    keys = []
    for name, qubits, angle in structure:
        top = 1 + max((level.get(q, 0) for q in qubits), default=0)
        for qubit in qubits:
            level[qubit] = top
        order = sorted(qubits) if name in ("cz", "rzz", "rxx", "ryy", "swap") else list(qubits)
        keys.append((top, order, name, None if angle is None else angle[1]))
    return repr(sorted(keys, key=repr))


class Alphabet:
    """The blocks from which strategies build: rotations of one qubit, and an entangler with rotations after it.

    Parameters
    ----------
    problem : SearchProblem
        RY is used where its gates can make it, RZ too where they can leave the real states.
    """

    def __init__(self, problem: SearchProblem) -> None:
        self.n_qubits = problem.n_qubits
        self.axes = rotation_axes(problem)
        self.first_axes = self.axes if problem.starts_at_zero or self.axes == ("ry",) else ("rz", *self.axes)
        self.entangler = entangler(problem.gates)
        self.bits = problem.reference_bits or (0,) * problem.n_qubits
        pairs = list(problem.edges)
        self.edges = pairs if self.entangler == "cz" else [*pairs, *((b, a) for a, b in pairs)]

    def first_layer(self) -> list[list[int]]:
        """Return the blocks of a rotation on every qubit.

        Returns
        -------
        list of block
        """
        return [[q] for q in range(self.n_qubits)]

    def random_block(self, rng: np.random.Generator) -> list[int]:
        """Return an entangling block.

        Parameters
        ----------
        rng : numpy.random.Generator

        Returns
        -------
        list of int
            The control and the target.
        """
        return list(self.edges[int(rng.integers(len(self.edges)))])

    def most_blocks(self, asked: int | None) -> int:
        """Return how many entangling blocks a circuit may have.

        Parameters
        ----------
        asked : int or None
            By default twice the number of qubits; none where no two qubits are coupled.

        Returns
        -------
        int
        """
        most = 2 * self.n_qubits if asked is None else check_count("max_two_qubit_gates", asked)
        return most if self.edges else 0

    @property
    def width(self) -> int:
        """Values of one qubit's rotation after an entangler."""
        return len(self.axes)

    def axes_of(self, block: list[int]) -> tuple[str, ...]:
        """Return the rotations of each qubit of a block.

        Parameters
        ----------
        block : list of int

        Returns
        -------
        tuple of str
            In the first layer three where a rotation about Z does something before all gates: after an entangler it
            can be pushed to an earlier block.
        """
        return self.axes if len(block) == 2 else self.first_axes

    def block_size(self, block: list[int]) -> int:
        """Return how many values a block has.

        Parameters
        ----------
        block : list of int

        Returns
        -------
        int
        """
        return len(block) * len(self.axes_of(block))

    def structure(self, blocks: list[list[int]]) -> Structure:
        """Return the gates of blocks.

        Parameters
        ----------
        blocks : list of list of int
            One qubit: its rotations. Two: the entangler, then rotations of both.

        Returns
        -------
        list
        """
        gates: Structure = []
        index = 0
        for block in blocks:
            if len(block) == 2:
                gates.append([self.entangler, list(block), None])
            for qubit in block:
                for axis in self.axes_of(block):
                    gates.append([axis, [qubit], [index, 1.0]])
                    index += 1
        return gates


def rotation_axes(problem: SearchProblem) -> tuple[str, ...]:
    """Return the rotations that generate what the gates of a problem can do on one qubit.

    Parameters
    ----------
    problem : SearchProblem

    Returns
    -------
    tuple of str
    """
    return ("ry", "rz") if has_complex_gates(problem.gates) and problem.wants_complex else ("ry",)
