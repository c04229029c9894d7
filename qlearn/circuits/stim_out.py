"""Circuits of Clifford gates, Pauli noise, measurements and resets, written for Stim."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import stim
from numpy.typing import ArrayLike

from .channels import CHANNEL_NAMES, PAULI_CHANNEL_NAMES, channel_kraus
from .circuit import Circuit
from .gates import gate_matrix, pauli_text_matrix
from .instruction import Instruction
from .parameters import Expression

TOLERANCE = 1e-9
HALF = math.pi / 2

STIM_NAMES: dict[str, str] = {
    "i": "I",
    "x": "X",
    "y": "Y",
    "z": "Z",
    "h": "H",
    "s": "S",
    "sdg": "S_DAG",
    "sx": "SQRT_X",
    "sxdg": "SQRT_X_DAG",
    "cx": "CX",
    "cy": "CY",
    "cz": "CZ",
    "swap": "SWAP",
    "iswap": "ISWAP",
    "iswapdg": "ISWAP_DAG",
}
"""Gates that both sides have: our name to Stim's."""

_QUARTER_TURNS = {
    "X": ("SQRT_X", "X", "SQRT_X_DAG"),
    "Y": ("SQRT_Y", "Y", "SQRT_Y_DAG"),
    "Z": ("S", "Z", "S_DAG"),
    "XX": ("SQRT_XX", None, "SQRT_XX_DAG"),
    "YY": ("SQRT_YY", None, "SQRT_YY_DAG"),
    "ZZ": ("SQRT_ZZ", None, "SQRT_ZZ_DAG"),
}
_AXES = {"rx": "X", "ry": "Y", "rz": "Z", "p": "Z", "rxx": "XX", "ryy": "YY", "rzz": "ZZ", "pauli_rotation": None}
_BASIS = frozenset(STIM_NAMES) | frozenset(_AXES)
_DIRECT_CHANNELS = {
    "depolarize1": "DEPOLARIZE1",
    "depolarize2": "DEPOLARIZE2",
    "bit_flip": "X_ERROR",
    "phase_flip": "Z_ERROR",
    "pauli_channel1": "PAULI_CHANNEL_1",
    "pauli_channel2": "PAULI_CHANNEL_2",
}


def to_stim(circuit: Circuit, values: Mapping[Any, Any] | ArrayLike | None = None) -> stim.Circuit:
    """Return the circuit in Stim's language; qubits keep their index and records their order.

    Parameters
    ----------
    circuit : Circuit
        Clifford gates (rotations by multiples of pi/2 and anything else that is Clifford to 1e-9 included), channels
        that are mixtures of Pauli strings, measurements, resets, readout errors that flip 0 and 1 equally often.
    values : mapping or array_like, optional
        Numbers for the parameters, as for `Circuit.bind`.

    Returns
    -------
    stim.Circuit
        Equal up to a global phase. A barrier, on whichever qubits, becomes a TICK; keys of measurements are dropped.
        If the last qubit is never used, a QUBIT_COORDS without coordinates keeps the width.

    Raises
    ------
    ValueError
        If a parameter is unbound, a gate is not Clifford, a channel is no mixture of Pauli strings, or a readout error
        is asymmetric; the message names the instruction.

    Notes
    -----
    Costs O(instructions). Controlled rotations by multiples of pi and doubly controlled ones by multiples of 2 pi are
    Clifford and are written as products of Pauli rotations (Stim's SPP).

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits.stim_io import to_stim
    >>> print(to_stim(ql.Circuit(2).h(0).cx(0, 1).depolarize2(0.01, 0, 1).measure()))
    H 0
    CX 0 1
    DEPOLARIZE2(0.01) 0 1
    M 0 1
    """
    bound = circuit if values is None else circuit.bind(values)
    writer = _Writer()
    for index, step in enumerate(bound.instructions):
        try:
            writer.write(step)
        except ValueError as error:
            raise ValueError(f"to_stim: instruction {index}, {step.name} on {step.qubits}, {error}") from None
    result = stim.Circuit("\n".join(writer.lines))
    if result.num_qubits < bound.n_qubits:
        result.insert(0, stim.CircuitInstruction("QUBIT_COORDS", [bound.n_qubits - 1]))
    return result


class _Writer:
    """Lines of Stim, and the readout errors that wait for the next measurement of their qubit."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._waiting: dict[int, np.ndarray] = {}

    def write(self, step: Instruction) -> None:
        name, qubits, _, data = step
        if name in STIM_NAMES:
            self._line(STIM_NAMES[name], qubits)
        elif name == "measure":
            self._measure(qubits)
        elif name == "reset":
            self._line("R", qubits)
        elif name == "barrier":
            self.lines.append("TICK")
        elif name == "readout_error":
            self._wait(qubits[0], data)
        elif name in CHANNEL_NAMES:
            self._channel(step)
        elif any(isinstance(angle, Expression) for angle in step.angles):
            names = ", ".join(str(angle) for angle in step.angles)
            raise ValueError(f"has the unbound angle {names}; pass `values` or call `bind` first.")
        elif name in ("unitary", "u"):
            self._matrix(step)
        elif name in _AXES:
            self._rotation(step.data if name == "pauli_rotation" else _AXES[name], qubits, step.angles[0])
        else:
            self._parts(step)

    def _line(self, name: str, qubits: tuple[int, ...] | list[int], arguments: tuple[float, ...] = ()) -> None:
        inside = f"({','.join(map(repr, arguments))})" if arguments else ""
        self.lines.append(f"{name}{inside} {' '.join(map(str, qubits))}")

    def _wait(self, qubit: int, data: Any) -> None:
        """Column: the bit there is; row: the bit read. A second error acts on what the first would have read."""
        p01, p10 = data
        flips = np.array([[1 - p01, p10], [p01, 1 - p10]])
        self._waiting[qubit] = flips @ self._waiting.get(qubit, np.eye(2))

    def _measure(self, qubits: tuple[int, ...]) -> None:
        chances = [_flip_chance(self._waiting.pop(qubit, None), qubit) for qubit in qubits]
        start = 0
        for stop in range(1, len(qubits) + 1):
            if stop == len(qubits) or chances[stop] != chances[start]:
                self._line("M", qubits[start:stop], (chances[start],) if chances[start] else ())
                start = stop

    def _channel(self, step: Instruction) -> None:
        name, qubits, _, data = step
        if name in PAULI_CHANNEL_NAMES:
            self._line(_DIRECT_CHANNELS[name], qubits, data)  # type: ignore[arg-type]
            return
        probabilities = _pauli_probabilities(channel_kraus(step), len(qubits))
        if probabilities is None:
            raise ValueError(
                "is no mixture of Pauli strings, and Stim has no other noise; simulate it with DensityMatrix or "
                "Trajectories, or put a Pauli channel in its place."
            )
        self._line(f"PAULI_CHANNEL_{len(qubits)}", qubits, probabilities)

    def _matrix(self, step: Instruction) -> None:
        tableau = _tableau(gate_matrix(step), len(step.qubits))
        if tableau is None:
            raise ValueError("is no Clifford gate; use Statevector for general gates.")
        name = _named_tableaus().get(str(tableau))
        if name is not None:
            self._line(name, step.qubits)
            return
        for part in tableau.to_circuit("elimination"):
            places = [step.qubits[target.value] for target in part.targets_copy()]
            self._line(part.name, places)

    def _parts(self, step: Instruction) -> None:
        """A gate as its textbook circuit of rotations; where that is not Clifford, neither is the gate."""
        alone = Circuit(max(step.qubits) + 1).append(step).decompose(_BASIS)
        for part in alone.instructions:
            try:
                self.write(part)
            except ValueError:
                angle = f"at the angle {step.angles[0]!r}" if step.angles else "at all"
                raise ValueError(f"is no Clifford gate {angle}; use Statevector for general gates.") from None

    def _rotation(self, pauli: Any, qubits: tuple[int, ...], angle: Any) -> None:
        """exp(-i angle/2 P), nothing if it is the identity."""
        turns = round(angle / HALF)
        if abs(angle - turns * HALF) > TOLERANCE:
            raise ValueError(
                f"has the angle {angle!r}, at which it is no Clifford gate; use a multiple of pi/2, or Statevector "
                "for general angles."
            )
        turns %= 4
        if turns == 0:
            return
        name = _QUARTER_TURNS.get(pauli, (None, None, None))[turns - 1]
        if name is not None:
            self._line(name, qubits)
        elif turns == 2:
            self.lines.extend(f"{letter} {qubit}" for letter, qubit in zip(pauli, qubits, strict=True))
        else:
            product = "*".join(f"{letter}{qubit}" for letter, qubit in zip(pauli, qubits, strict=True))
            self.lines.append(f"{'SPP' if turns == 1 else 'SPP_DAG'} {product}")


def _flip_chance(flips: np.ndarray | None, qubit: int) -> float:
    if flips is None:
        return 0.0
    p01, p10 = float(flips[1, 0]), float(flips[0, 1])
    if abs(p01 - p10) > TOLERANCE:
        raise ValueError(
            f"reads qubit {qubit} with p01={p01:.6g} and p10={p10:.6g}, but Stim flips 0 and 1 equally often; "
            f"use readout_error({(p01 + p10) / 2:.6g}, {(p01 + p10) / 2:.6g}, {qubit}), or Trajectories."
        )
    return p01


def _pauli_texts(n_qubits: int) -> list[str]:
    return ["".join(letters) for letters in itertools.product("IXYZ", repeat=n_qubits)]


def _pauli_probabilities(kraus: list[np.ndarray], n_qubits: int) -> tuple[float, ...] | None:
    """The probabilities of X, Y, Z (or IX, ..., ZZ) if the channel is a mixture of Pauli strings, else None."""
    paulis = np.array([pauli_text_matrix(text) for text in _pauli_texts(n_qubits)])
    weights = np.einsum("pij,kji->kp", paulis, np.array(kraus)) / 2**n_qubits
    chi = weights.conj().T @ weights
    if abs(chi - np.diag(np.diag(chi))).max() > TOLERANCE:
        return None
    rest = np.clip(np.diag(chi).real[1:], 0.0, 1.0)
    rest[rest < 1e-15] = 0.0
    return tuple((rest / max(1.0, rest.sum())).tolist())


def _tableau(matrix: np.ndarray, n_qubits: int) -> stim.Tableau | None:
    """What the matrix does to Pauli strings, or None if it is not Clifford to the tolerance."""
    texts = _pauli_texts(n_qubits)
    paulis = np.array([pauli_text_matrix(text) for text in texts])
    images: dict[str, list[stim.PauliString]] = {"X": [], "Z": []}
    for letter, found in images.items():
        for qubit in range(n_qubits):
            generator = pauli_text_matrix("I" * qubit + letter + "I" * (n_qubits - 1 - qubit))
            image = matrix @ generator @ matrix.conj().T
            weights = np.einsum("pij,ji->p", paulis, image).real / 2**n_qubits
            best = int(np.argmax(abs(weights)))
            if abs(abs(weights[best]) - 1) > TOLERANCE:
                return None
            found.append(stim.PauliString(("-" if weights[best] < 0 else "+") + texts[best]))
    return stim.Tableau.from_conjugated_generators(xs=images["X"], zs=images["Z"])


@lru_cache(maxsize=1)
def _named_tableaus() -> dict[str, str]:
    """Stim's own gates on one and two qubits by tableau."""
    named: dict[str, str] = {}
    for name, data in stim.gate_data().items():
        if data.is_unitary and (data.is_single_qubit_gate or data.is_two_qubit_gate):
            named.setdefault(str(data.tableau), name)
    return named
