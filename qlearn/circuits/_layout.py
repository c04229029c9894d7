"""Where the instructions of a circuit stand in a drawing, and what is written on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from .channels import CHANNEL_NAMES
from .circuit import Circuit
from .gates import GATES
from .instruction import Instruction
from .parameters import Expression, Parameter

MAX_LABEL = 18
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
)
_GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεζηθικλμνξπρστφχψω", strict=True))
_NAMES = {
    "i": "I", "sdg": "S†", "tdg": "T†", "sx": "√X", "sxdg": "√X†", "iswap": "iSWAP", "iswapdg": "iSWAP†",
}  # fmt: skip
_CHANNELS = {
    "depolarize1": "dep", "depolarize2": "dep", "bit_flip": "X?", "phase_flip": "Z?", "pauli_channel1": "pauli",
    "pauli_channel2": "pauli", "amplitude_damping": "damp", "phase_damping": "dephase", "thermal_relaxation": "relax",
    "readout_error": "readout", "kraus": "kraus",
}  # fmt: skip


class Mark(NamedTuple):
    """What stands on one wire: `box` with text, or one of `control`, `not`, `swap`, `measure`, `reset`, `barrier`."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Element:
    """One instruction in the drawing: marks by qubit in a column; `family` picks its colour and lines."""

    column: int
    marks: dict[int, Mark]
    family: str
    title: str

    @property
    def span(self) -> tuple[int, int]:
        """First and last qubit that it touches or crosses."""
        return min(self.marks), max(self.marks)

    @property
    def is_joined(self) -> bool:
        """Whether its marks are joined by a line."""
        return len(self.marks) > 1 and self.family != "barrier"


def elements(circuit: Circuit) -> list[Element]:
    """Return the elements of a drawing, each in the first column where its wires, and those it crosses, are free."""
    free = [0] * circuit.n_qubits
    placed = []
    for step in circuit.instructions:
        groups = [(qubit,) for qubit in step.qubits] if step.name == "measure" else [step.qubits]
        for qubits in groups:
            marks, family = _marks(step, qubits)
            rows = qubits if family == "barrier" else range(min(qubits), max(qubits) + 1)
            column = max(free[row] for row in rows)
            for row in rows:
                free[row] = column + 1
            placed.append(Element(column, marks, family, _title(step, qubits)))
    return placed


def _marks(step: Instruction, qubits: tuple[int, ...]) -> tuple[dict[int, Mark], str]:
    name = step.name
    if name == "barrier":
        return {qubit: Mark("barrier") for qubit in qubits}, "barrier"
    if name == "measure":
        return {qubits[0]: Mark("measure", shortened(str(step.data)) if step.data else "")}, "measure"
    if name == "reset":
        return {qubits[0]: Mark("reset", "|0⟩")}, "measure"
    if name in CHANNEL_NAMES:
        text = _channel_text(step)
        return {qubit: Mark("box", text) for qubit in qubits}, "noise"
    if name == "pauli_rotation" or name in ("rxx", "ryy", "rzz"):
        pauli = str(step.data) if step.data else name[1:].upper()
        return _boxes(qubits, f"R({angle_text(step.angles[0])})", list(pauli)), "rotation"
    if name in ("single_excitation", "double_excitation"):
        return _boxes(qubits, f"G({angle_text(step.angles[0])})", "abcd"[: len(qubits)]), "rotation"
    if name == "unitary":
        return _boxes(qubits, "U", "" if len(qubits) == 1 else "ab"), "unitary"
    return _gate_marks(step, qubits)


def _gate_marks(step: Instruction, qubits: tuple[int, ...]) -> tuple[dict[int, Mark], str]:
    spec = GATES[step.name]
    family = "rotation" if spec.n_angles else "fixed"
    marks = {qubit: Mark("control") for qubit in qubits[: spec.n_controls]}
    targets = qubits[spec.n_controls :]
    if spec.n_controls and spec.base == "x":
        marks[targets[0]] = Mark("not")
    elif spec.n_controls and spec.base == "z":
        marks[targets[0]] = Mark("control")
    elif spec.base == "swap":
        marks.update(dict.fromkeys(targets, Mark("swap")))
    else:
        text = _NAMES.get(spec.base, spec.base.upper())
        if step.angles:
            text += f"({', '.join(angle_text(angle) for angle in step.angles)})"
        marks.update(dict.fromkeys(targets, Mark("box", text)))
    return marks, family


def _boxes(qubits: tuple[int, ...], head: str, letters: Any) -> dict[int, Mark]:
    """One box a qubit with its letter; the topmost says what they are together."""
    top = min(qubits)
    return {
        qubit: Mark("box", f"{head} {letter}".strip() if qubit == top else letter)
        for qubit, letter in zip(qubits, letters or [""], strict=True)
    }


def _channel_text(step: Instruction) -> str:
    data: Any = step.data
    text = _CHANNELS[step.name]
    if step.name == "kraus":
        return text
    if step.name == "thermal_relaxation":
        data = data[2:3]
    if len(data) > 3:
        return f"{text} {sum(data):.2g}"
    return shortened(f"{text} {' '.join(f'{value:.2g}' for value in data)}")


def _title(step: Instruction, qubits: tuple[int, ...]) -> str:
    """The whole instruction in words, for tooltips."""
    angles = ", ".join(str(angle) for angle in step.angles)
    text = f"{step.name}({angles})" if angles else step.name
    if isinstance(step.data, str):
        text += f" {step.data}"
    elif isinstance(step.data, tuple) and step.name != "kraus":
        text += f" {step.data}"
    return f"{text} on {', '.join(str(qubit) for qubit in qubits)}"


def angle_text(angle: float | Expression) -> str:
    """Return an angle as short text: multiples of pi by name, three digits otherwise, parameters with subscripts."""
    if not isinstance(angle, Expression):
        return _number_text(angle)
    text = ""
    for monomial, coefficient in sorted(angle.terms.items(), key=lambda item: -len(item[0])):
        number = _number_text(abs(coefficient))
        factors = [parameter_text(parameter) for parameter in monomial]
        body = "·".join(factors)
        if number != "1" or not factors:
            body = f"{number}{body}" if factors else number
        sign = "-" if coefficient < 0 else "+"
        text += sign + body if text or sign == "-" else body
    return shortened(text)


def parameter_text(parameter: Parameter) -> str:
    """Return the name of a parameter with Greek letters and subscripts, such as θ₁₂."""
    base = parameter.name if parameter.vector is None else parameter.vector
    base = _GREEK.get(base, base)
    return base if parameter.index is None else base + str(parameter.index).translate(_SUBSCRIPTS)


def shortened(text: str) -> str:
    """Return the text, cut with an ellipsis where it is longer than a drawing wants."""
    return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1] + "…"


def _number_text(value: float) -> str:
    for denominator in (1, 2, 3, 4, 6, 8):
        multiple = value * denominator / math.pi
        whole = round(multiple)
        if whole and abs(whole) <= 16 and abs(multiple - whole) < 1e-9:
            text = {1: "π", -1: "-π"}.get(whole, f"{whole}π")
            return text if denominator == 1 else f"{text}/{denominator}"
    return f"{value:.3g}"
