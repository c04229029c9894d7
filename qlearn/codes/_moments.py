"""What the moments of a Stim circuit do: which qubits they operate on, measure and reset."""

from collections.abc import Iterator

import stim

RESETS = {"R": "X_ERROR", "RZ": "X_ERROR", "RX": "Z_ERROR", "RY": "X_ERROR"}
MEASURES = {"M": "X_ERROR", "MZ": "X_ERROR", "MX": "Z_ERROR", "MY": "X_ERROR"}
BOTH = {"MR": "R", "MRZ": "R", "MRX": "RX", "MRY": "RY"}
_NOT_OPERATIONS = frozenset({"DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS", "MPAD"})


def moments_of(circuit: stim.Circuit) -> Iterator[list[stim.CircuitInstruction]]:
    """Yield the instructions between two TICKs of a flat circuit."""
    moment: list[stim.CircuitInstruction] = []
    for part in circuit:
        if part.name == "TICK":
            yield moment
            moment = []
        else:
            moment.append(part)
    yield moment


def data_qubits(moments: list[list[stim.CircuitInstruction]]) -> list[int]:
    """Return the qubits that only the last measuring moment measures, and does not reset with it."""
    measured = [{q for part in moment if _measures(part) for q in qubits_of(part)} for moment in moments]
    measured = [qubits for qubits in measured if qubits]
    if not measured:
        return []
    reused = {q for moment in moments for part in moment if part.name in BOTH for q in qubits_of(part)}
    return sorted(measured[-1].difference(reused, *measured[:-1]))


def _measures(part: stim.CircuitInstruction) -> bool:
    return part.name in MEASURES or part.name in BOTH


def collapses(part: stim.CircuitInstruction) -> bool:
    """Return whether an instruction measures or resets."""
    return _measures(part) or part.name in RESETS


def operates(part: stim.CircuitInstruction) -> bool:
    """Return whether an instruction does something to qubits, noise apart."""
    return part.name not in _NOT_OPERATIONS and not (
        stim.gate_data(part.name).is_noisy_gate and not stim.gate_data(part.name).produces_measurements
    )


def gate_width(part: stim.CircuitInstruction) -> int:
    """Return 1 or 2 for unitary gates of that many qubits, else 0."""
    gate = stim.gate_data(part.name)
    return 0 if not gate.is_unitary else 2 if gate.is_two_qubit_gate else 1


def qubits_of(part: stim.CircuitInstruction) -> list[int]:
    """Return the qubits an instruction names."""
    return [target.value for target in part.targets_copy() if target.is_qubit_target]
