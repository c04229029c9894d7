"""What a device sheet says about its gates, as channels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from .._checks import check_probability
from .circuit import Circuit
from .instruction import Instruction


class DeviceSheet:
    """Numbers of a device, looked up for one gate on its qubits at a time.

    Parameters
    ----------
    t1, t2, gate_times, gate_errors, readout_errors : object
        As for `NoiseModel.from_device`.
    """

    def __init__(self, t1: Any, t2: Any, gate_times: Any, gate_errors: Any, readout_errors: Any) -> None:
        self.t1, self.t2 = t1, t2
        self.gate_times = _checked_table("gate_times", gate_times)
        self.gate_errors = _checked_table("gate_errors", gate_errors)
        self.readout_errors = readout_errors
        self._after: dict[tuple[str, tuple[int, ...]], tuple[Instruction, ...]] = {}
        # Single numbers can be checked at once; tables are read where a circuit needs an entry.
        if all(value is None or isinstance(value, Real) for value in (t1, t2)):
            self.relaxation(0)
        if isinstance(readout_errors, Real) or _is_pair(readout_errors):
            self.before_measurement(0)

    def relaxation(self, qubit: int) -> tuple[float, float]:
        """T1 and T2 of a qubit; infinite where the sheet has none, T2 = 2 T1 where only T2 is missing."""
        t1 = math.inf if self.t1 is None else _positive(f"t1 of qubit {qubit}", _of_qubit("t1", self.t1, qubit))
        t2 = 2 * t1 if self.t2 is None else _positive(f"t2 of qubit {qubit}", _of_qubit("t2", self.t2, qubit))
        if t2 > 2 * t1 * (1 + 1e-12):
            raise ValueError(f"t2 of qubit {qubit} must be at most 2 * t1, got t1={t1}, t2={t2}; lower t2 to 2 * t1.")
        return t1, t2

    def duration(self, name: str, qubits: tuple[int, ...]) -> float:
        """The time a gate, measurement or reset takes; 0 for measurements and resets that the sheet leaves out."""
        if self.gate_times is None:
            return 0.0
        required = name not in ("measure", "reset")
        value = _lookup("gate_times", self.gate_times, name, qubits, required)
        if not isinstance(value, Real) or not 0 <= value < math.inf:
            raise ValueError(f"The time of {name} on {qubits} must be a finite number, not negative, got {value!r}.")
        return float(value)

    def after(self, name: str, qubits: tuple[int, ...]) -> tuple[Instruction, ...]:
        """Depolarising and thermal relaxation after a gate."""
        key = (name, qubits)
        if key not in self._after:
            self._after[key] = self._channels(name, qubits)
        return self._after[key]

    def wait(self, qubit: int, duration: float) -> tuple[Instruction, ...]:
        """Thermal relaxation of a qubit that waits."""
        t1, t2 = self.relaxation(qubit)
        if duration <= 0 or (math.isinf(t1) and math.isinf(t2)):
            return ()
        return Circuit(qubit + 1).thermal_relaxation(t1, t2, duration, qubit).instructions

    def before_measurement(self, qubit: int) -> tuple[Instruction, ...]:
        """Readout error of a qubit."""
        if self.readout_errors is None:
            return ()
        value = self.readout_errors
        if isinstance(value, Mapping) or (isinstance(value, (Sequence, np.ndarray)) and not _is_pair(value)):
            value = _of_qubit("readout_errors", value, qubit)
        p01, p10 = value if _is_pair(value) else (value, value)
        return Circuit(qubit + 1).readout_error(p01, p10, qubit).instructions

    def _channels(self, name: str, qubits: tuple[int, ...]) -> tuple[Instruction, ...]:
        duration = self.duration(name, qubits)
        result = Circuit(max(qubits) + 1)
        error = 0.0
        if self.gate_errors is not None and name != "reset":
            value = _lookup("gate_errors", self.gate_errors, name, qubits, True)
            error = check_probability(f"error of {name} on {qubits}", value)
        probability = depolarizing_probability(error, duration, [self.relaxation(qubit) for qubit in qubits])
        if probability > 0.0:
            if len(qubits) == 1:
                result.depolarize1(probability, *qubits)
            else:
                result.depolarize2(probability, *qubits)
        waits = [step for qubit in qubits for step in self.wait(qubit, duration)]
        return (*result.instructions, *waits)


def depolarizing_probability(error: float, duration: float, relaxation: Sequence[tuple[float, float]]) -> float:
    """Return the depolarising strength that, with thermal relaxation, gives a gate its average infidelity.

    Parameters
    ----------
    error : float
        Average gate infidelity of the whole gate.
    duration : float
        Time of the gate, in the unit of the relaxation times.
    relaxation : sequence of (float, float)
        T1 and T2 of each of its qubits.

    Returns
    -------
    float
        Total probability of a random non-identity Pauli (as `depolarize1`, `depolarize2`). It is 0 where relaxation
        alone costs more than `error`: the sheet contradicts itself, and relaxation is kept.

    Raises
    ------
    ValueError
        If the error is beyond what a depolarising channel can do.

    Notes
    -----
    With d = 2**k, the average infidelity r belongs to the entanglement fidelity F = 1 - r (d + 1) / d (Horodecki,
    Horodecki, Horodecki, Phys. Rev. A 60, 1888 (1999), equation 42). The Pauli transfer matrix of relaxation has the
    trace d**2 F_T = product over qubits of (1 + 2 exp(-t/T2) + exp(-t/T1)); depolarising multiplies all of it but the
    leading 1 by f = 1 - p d**2 / (d**2 - 1). So f = (d**2 F - 1) / (d**2 F_T - 1).
    """
    dimension = 2 ** len(relaxation)
    square = dimension**2
    wanted = square * (1 - error * (dimension + 1) / dimension)
    relaxed = math.prod(1 + 2 * math.exp(-duration / t2) + math.exp(-duration / t1) for t1, t2 in relaxation)
    shrink = (wanted - 1) / (relaxed - 1)
    probability = (1 - shrink) * (square - 1) / square
    if probability > 1.0:
        raise ValueError(f"A gate error of {error} on {len(relaxation)} qubits is more than depolarising can cause.")
    return max(0.0, probability)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(item, Real) for item in value)


def _of_qubit(name: str, value: Any, qubit: int) -> Any:
    if isinstance(value, Real):
        return value
    try:
        return value[qubit]
    except (KeyError, IndexError):
        raise ValueError(f"`{name}` has no entry for qubit {qubit}.") from None
    except TypeError:
        raise TypeError(f"`{name}` must be a number, a sequence or a mapping by qubit, got {value!r}.") from None


def _positive(name: str, value: Any) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not value > 0:
        raise ValueError(f"{name} must be a positive time, got {value!r}.")
    return float(value)


def _checked_table(name: str, table: Any) -> Mapping[Any, Any] | None:
    if table is None:
        return None
    if isinstance(table, Real):
        return {1: table, 2: table}
    if not isinstance(table, Mapping):
        raise TypeError(f"`{name}` must be a number or a mapping by gate name or number of qubits, got {table!r}.")
    for key in table:
        if not isinstance(key, str) and key not in (1, 2):
            raise ValueError(f"Keys of `{name}` must be gate names, 1 or 2, got {key!r}.")
    return table


def _lookup(table_name: str, table: Mapping[Any, Any], name: str, qubits: tuple[int, ...], required: bool) -> Any:
    """The entry for a gate: by name, else by number of qubits; a nested mapping goes by qubit or edge."""
    if name in table:
        value = table[name]
    elif required and len(qubits) in table:
        value = table[len(qubits)]
    elif required:
        raise ValueError(f"`{table_name}` has no entry for {name!r} and none for {len(qubits)}-qubit gates; add one.")
    else:
        return 0.0
    if isinstance(value, Real):
        return value
    if len(qubits) == 1:
        return _of_qubit(f"{table_name}[{name!r}]", value, qubits[0])
    if not isinstance(value, Mapping):
        raise TypeError(f"`{table_name}` for {name!r} must be a number or a mapping by edge, got {value!r}.")
    for edge in (qubits, qubits[::-1]):
        if edge in value:
            return value[edge]
    raise ValueError(f"`{table_name}` has no entry for {name!r} on the edge {qubits}.")
