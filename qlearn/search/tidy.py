"""The clean-up pass: a circuit with numbers in the asked gates, without what can be merged, cancelled or left out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

import numpy as np

from ..circuits import (
    GATES,
    UNITARY_NAMES,
    Circuit,
    Instruction,
    Parameter,
    decompose,
    euler_zyz,
    gate_matrix,
    parameters,
)
from .pauli_gates import without_pauli_rotations

_CLOSE = 1e-7  # radians
_QUARTER = 0.5 * math.pi
_SELF_INVERSE = {"cx", "cz", "cy", "ch", "swap"}
_SYMMETRIC = {"cz", "swap", "rzz", "rxx", "ryy", "cp", "iswap"}
_DIAGONAL = {"z", "s", "sdg", "t", "tdg", "rz", "p"}


def check_gates(gates: Iterable[str], n_qubits: int) -> frozenset[str]:
    """Return the set of gates, if circuits can be written with it.

    Parameters
    ----------
    gates : iterable of str
    n_qubits : int

    Returns
    -------
    frozenset of str
    """
    if isinstance(gates, str):
        raise TypeError(f'`gates` must be several names, such as ("ry", "cx"), got the text {gates!r}.')
    found = frozenset(gates)
    for name in sorted(found, key=str):
        if name not in UNITARY_NAMES:
            raise ValueError(f"`gates` holds {name!r}, which is no gate; use names of Circuit methods.")
    if n_qubits > 1 and not any(GATES[name].n_qubits == 2 for name in found if name in GATES):
        raise ValueError(f"`gates` needs a two-qubit gate such as cx or cz, got {', '.join(sorted(found))}.")
    probe = Circuit(2).ry(0.3, 0)
    if n_qubits > 1 and not found & {"cx", "cz"}:
        probe.cx(0, 1)
    try:
        decompose(probe, found)
    except ValueError as error:
        raise ValueError(f"`gates` cannot make every real circuit: {error}") from error
    return found


def tidy(circuit: Circuit, gates: frozenset[str], *, starts_at_zero: bool = True) -> tuple[Circuit, np.ndarray]:
    """Return the circuit in the given gates, free angles as parameters, and the values of those.

    Pauli rotations are written out, runs of one-qubit gates become the fewest rotations, on fresh qubits what acts on
    |0> as a phase is left out, and pairs of equal self-inverse two-qubit gates cancel, until nothing changes.

    Parameters
    ----------
    circuit : Circuit
        Unitary, all angles numbers.
    gates : frozenset of str
    starts_at_zero : bool
        Whether it acts on |0...0> only, on which a diagonal gate is nothing.

    Returns
    -------
    (Circuit, ndarray of float)
    """
    steps = without_pauli_rotations(circuit, gates)
    while True:
        steps = _merged(steps, circuit.n_qubits, starts_at_zero)
        shorter = _cancelled(steps, circuit.n_qubits)
        if len(shorter) == len(steps):
            break
        steps = shorter
    if any(step.name not in gates for step in steps):
        steps = _in_gates(steps, circuit.n_qubits, gates, starts_at_zero)
    return _parametrised(steps, circuit.n_qubits)


def _merged(steps: list[Instruction], n_qubits: int, starts_at_zero: bool) -> list[Instruction]:
    """Return the steps with every run of one-qubit gates written as few rotations."""
    waiting: list[np.ndarray | None] = [None] * n_qubits
    fresh = [starts_at_zero] * n_qubits
    result: list[Instruction] = []

    def write(qubits: Iterable[int]) -> None:
        for qubit in qubits:
            matrix = waiting[qubit]
            if matrix is not None:
                result.extend(_rotations(matrix.tobytes(), qubit, fresh[qubit]))
                waiting[qubit] = None
            fresh[qubit] = False

    for step in steps:
        name, qubits, angles, data = step
        if name == "barrier":
            continue
        if len(qubits) == 1:
            (qubit,) = qubits
            matrix = _matrix(name, angles) if data is None else gate_matrix(step)
            before = waiting[qubit]
            waiting[qubit] = matrix if before is None else matrix @ before
            continue
        write(qubits)
        result.append(step)
    write(range(n_qubits))
    return result


@lru_cache(maxsize=4096)
def _matrix(name: str, angles: tuple[float, ...]) -> np.ndarray:
    return gate_matrix(Instruction(name, (0,), angles))


@lru_cache(maxsize=4096)
def _rotations(matrix: bytes, qubit: int, is_fresh: bool) -> tuple[Instruction, ...]:
    """Return RZ, RY, RZ with what is zero left out; what |0> takes as a phase is nothing on a fresh qubit.

    The matrix (2, 2) of complex numbers comes as bytes: few of them occur often.
    """
    angle, last, first, _ = euler_zyz(np.frombuffer(matrix, dtype=complex).reshape(2, 2))
    if angle < _CLOSE:
        first, angle, last = 0.0, 0.0, first + last
    elif math.pi - angle < _CLOSE:
        first, angle, last = 0.0, math.pi, last - first
    if is_fresh:
        first = 0.0
        last = 0.0 if angle in (0.0, math.pi) else last
    first, last = _wrapped(first), _wrapped(last)
    if math.pi - abs(first) < _CLOSE:
        first, angle, last = 0.0, -angle, _wrapped(last + math.pi)  # RY(t) Z = Z RY(-t)
    elif math.pi - abs(last) < _CLOSE and (is_fresh or abs(first) > _CLOSE):
        first, angle, last = 0.0 if is_fresh else _wrapped(first + math.pi), -angle, 0.0
    steps = (("rz", first), ("ry", _wrapped(angle)), ("rz", last))
    return tuple(Instruction(name, (qubit,), (value,)) for name, value in steps if abs(value) > _CLOSE)


def _wrapped(angle: float) -> float:
    """Return the angle in (-pi, pi]; a turn of 2 pi is a phase."""
    return math.pi - (math.pi - angle) % (2.0 * math.pi)


def _cancelled(steps: list[Instruction], n_qubits: int) -> list[Instruction]:
    """Return the steps without pairs of equal self-inverse gates that meet."""
    result: list[Instruction | None] = []
    places: list[list[int]] = [[] for _ in range(n_qubits)]  # of the steps that are left on each qubit
    for step in steps:
        name, qubits, *_ = step
        if name in _SELF_INVERSE:
            a, b = (places[qubit] for qubit in qubits)
            other = result[a[-1]] if a and b and a[-1] == b[-1] else None
            if other is not None and _same(step, other):
                result[a.pop()] = None
                b.pop()
                continue
        for qubit in qubits:
            places[qubit].append(len(result))
        result.append(step)
    return [step for step in result if step is not None]


def _same(step: Instruction, other: Instruction) -> bool:
    if step.name != other.name:
        return False
    return step.qubits == other.qubits or (step.name in _SYMMETRIC and step.qubits == other.qubits[::-1])


def _in_gates(
    steps: list[Instruction], n_qubits: int, gates: frozenset[str], starts_at_zero: bool
) -> list[Instruction]:
    """Return the steps in the given gates; what they cannot write raises."""
    circuit = Circuit(n_qubits)
    for step in steps:
        circuit.append(step)
    return _summed(list(decompose(circuit, gates).instructions), n_qubits, starts_at_zero)


def _summed(steps: list[Instruction], n_qubits: int, starts_at_zero: bool) -> list[Instruction]:
    """Return the steps with neighbouring rotations about one axis added, and RZ in front of it all left out."""
    result: list[Instruction] = []
    last: list[int] = [-1] * n_qubits
    for step in steps:
        if len(step.qubits) == 1 and step.name in ("rx", "ry", "rz", "p"):
            (qubit,) = step.qubits
            index = last[qubit]
            if index >= 0 and result[index].name == step.name and result[index].qubits == step.qubits:
                angle = _wrapped(float(result[index].angles[0]) + float(step.angles[0]))
                result[index] = Instruction(step.name, step.qubits, (angle,))
                continue
            if index < 0 and starts_at_zero and step.name in _DIAGONAL:
                continue
            step = Instruction(step.name, step.qubits, (_wrapped(float(step.angles[0])),))
        for qubit in step.qubits:
            last[qubit] = len(result)
        result.append(step)
    return [s for s in result if not (s.name in ("rx", "ry", "rz", "p") and abs(float(s.angles[0])) < _CLOSE)]


def _parametrised(steps: list[Instruction], n_qubits: int) -> tuple[Circuit, np.ndarray]:
    """Return the circuit with a parameter for every angle that is no multiple of a quarter turn."""
    angles = np.array([float(angle) for step in steps for angle in step.angles])
    quarters = np.rint(angles / _QUARTER)
    is_free = np.abs(angles - _QUARTER * quarters) > _CLOSE
    written: list[float | Parameter] = (_QUARTER * quarters).tolist()
    places = np.flatnonzero(is_free).tolist()
    for place, parameter in zip(places, parameters("theta", max(1, len(places)))):
        written[place] = parameter
    left = iter(written)
    result = [
        Instruction(name, qubits, tuple(islice(left, len(old))), data) if old else step
        for step in steps
        for name, qubits, old, data in (step,)
    ]
    return Circuit(n_qubits)._made(result), angles[is_free]
