"""Appending an instruction that comes as data, through the public builder methods and all their checks."""

from __future__ import annotations

from typing import Any

from .channels import CHANNEL_NAMES
from .gates import GATES, UNITARY_NAMES
from .instruction import Instruction

INSTRUCTION_NAMES: frozenset[str] = UNITARY_NAMES | CHANNEL_NAMES | {"measure", "reset", "barrier"}
"""Names of everything a circuit can hold."""

_N_NUMBERS = {
    "depolarize1": 1,
    "depolarize2": 1,
    "bit_flip": 1,
    "phase_flip": 1,
    "amplitude_damping": 1,
    "phase_damping": 1,
    "readout_error": 2,
    "thermal_relaxation": 4,
}


def append_checked(circuit: Any, instruction: Instruction) -> None:
    """Append `instruction` by calling the builder method of its name.

    Parameters
    ----------
    circuit : Circuit
        Unchanged if anything is wrong.
    instruction : Instruction
        Checked in full, whatever made it.

    Raises
    ------
    ValueError, TypeError
        If the name is unknown, or anything about it is wrong.
    """
    name, qubits, angles, data = instruction
    if not isinstance(name, str) or name not in INSTRUCTION_NAMES:
        raise ValueError(f"There is no instruction named {name!r}; use one of {', '.join(sorted(INSTRUCTION_NAMES))}.")
    if not isinstance(qubits, (tuple, list)) or not isinstance(angles, (tuple, list)):
        raise TypeError(f"{name}: qubits and angles must be tuples, got {qubits!r} and {angles!r}.")
    n_angles = GATES[name].n_angles if name in GATES else int(name == "pauli_rotation")
    if len(angles) != n_angles:
        raise ValueError(f"{name}: it takes {n_angles} angles, got {len(angles)}.")
    method = getattr(circuit, name)
    if name in GATES:
        _check_count(name, qubits, GATES[name].n_qubits)
        method(*angles, *qubits)
    elif name == "pauli_rotation":
        method(angles[0], data, tuple(qubits))
    elif name == "measure":
        method(tuple(qubits), key=data)
    elif name in ("unitary", "kraus"):
        method(data, tuple(qubits))
    elif name == "barrier":
        if not qubits:
            raise ValueError("barrier: name at least one qubit.")
        method(*qubits)
    else:
        _check_count(name, qubits, 2 if name in ("depolarize2", "pauli_channel2") else 1)
        _append_with_numbers(method, name, qubits, data)


def _append_with_numbers(method: Any, name: str, qubits: Any, data: Any) -> None:
    if name == "reset":
        method(qubits[0])
        return
    if not isinstance(data, (tuple, list)):
        raise TypeError(f"{name}: data must be a tuple of numbers, got {data!r}.")
    if name in ("pauli_channel1", "pauli_channel2"):
        method(data, *qubits)
        return
    if len(data) != _N_NUMBERS[name]:
        raise ValueError(f"{name}: data must hold {_N_NUMBERS[name]} numbers, got {len(data)}.")
    if name == "thermal_relaxation":
        method(*data[:3], qubits[0], data[3])
    else:
        method(*data, *qubits)


def _check_count(name: str, qubits: Any, count: int) -> None:
    if len(qubits) != count:
        raise ValueError(f"{name}: it acts on {count} qubits, got {len(qubits)}: {tuple(qubits)}.")
