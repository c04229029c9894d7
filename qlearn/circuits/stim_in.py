"""Circuits read from Stim, behind a guard: Stim's own parser crashes on deep nesting and its loops can be endless."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import stim

from .._checks import check_count
from ._builder import new
from .circuit import Circuit
from .instruction import Instruction

HALF = math.pi / 2
MAX_CHARACTERS = 20_000_000
MAX_NESTING = 100
MAX_TARGETS = 10_000_000
MAX_QUBITS = 1_000_000

_TAG_OR_COMMENT = re.compile(r"\[[^\]\n]*\]|#[^\n]*")
_DROPPED = frozenset(
    ["DETECTOR", "OBSERVABLE_INCLUDE", "SHIFT_COORDS", "QUBIT_COORDS", "I_ERROR", "II_ERROR", "II"]
)  # fmt: skip

# Stim's unitary gates as words of ours: (method, angles, places among the targets).
_ONE = {
    "I": "i",
    "X": "x",
    "Y": "y",
    "Z": "z",
    "H": "h",
    "S": "s",
    "S_DAG": "sdg",
    "SQRT_X": "sx",
    "SQRT_X_DAG": "sxdg",
    "SQRT_Y": "ry+",
    "SQRT_Y_DAG": "ry-",
    "C_XYZ": "h sxdg",
    "C_ZYX": "h s",
    "C_NXYZ": "sx sdg",
    "C_NZYX": "sdg sx",
    "C_XNYZ": "h sx",
    "C_XYNZ": "sxdg s",
    "C_ZNYX": "h sdg",
    "C_ZYNX": "s sxdg",
    "H_XY": "s y",
    "H_YZ": "y sx",
    "H_NXY": "s x",
    "H_NXZ": "h y",
    "H_NYZ": "y sxdg",
}
_TWO = {
    "CX": "cx01",
    "CY": "cy01",
    "CZ": "cz01",
    "SWAP": "swap01",
    "ISWAP": "iswap01",
    "ISWAP_DAG": "iswapdg01",
    "SQRT_XX": "rxx+01",
    "SQRT_XX_DAG": "rxx-01",
    "SQRT_YY": "ryy+01",
    "SQRT_YY_DAG": "ryy-01",
    "SQRT_ZZ": "rzz+01",
    "SQRT_ZZ_DAG": "rzz-01",
    "CXSWAP": "cx01 swap01",
    "SWAPCX": "swap01 cx01",
    "CZSWAP": "cz01 swap01",
    "XCX": "h0 cx01 h0",
    "XCY": "h0 cy01 h0",
    "XCZ": "cx10",
    "YCX": "sx0 cx01 sxdg0",
    "YCY": "sx0 cy01 sxdg0",
    "YCZ": "cy10",
}
_WORD = re.compile(r"([a-z]+)([+-]?)([01]*)")

# Gates that turn a Pauli operator into Z, and back.
_TO_Z = {"X": ("h", "h"), "Y": ("sx", "sxdg"), "Z": (None, None)}


def from_stim(source: stim.Circuit | str, n_qubits: int | None = None) -> Circuit:
    """Return a circuit read from Stim; qubits keep their index and records their order.

    Parameters
    ----------
    source : stim.Circuit or str
        The circuit, or its text. Text is never taken as the name of a file.
    n_qubits : int, optional
        Width; by default the largest qubit that is named, plus one.

    Returns
    -------
    Circuit
        Equal up to a global phase. REPEAT blocks are unrolled, TICK becomes a barrier on all qubits, measurements of
        other Pauli operators become basis changes around a measurement. What only annotates is dropped: DETECTOR,
        OBSERVABLE_INCLUDE, coordinates, tags; so are I_ERROR, II_ERROR and II.

    Raises
    ------
    TypeError
        If `source` is neither a Stim circuit nor text.
    ValueError
        If the text is over 20 million characters, nested deeper than 100 or no Stim circuit; if the unrolled circuit
        has over 10 million targets or a qubit beyond a million; or if an instruction has no counterpart here
        (feedback from records or sweep bits, MPAD, heralded and ELSE_CORRELATED errors, correlated errors on three or
        more qubits). The message names it.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits.stim_io import from_stim
    >>> [step.name for step in from_stim("H 0\\nCX 0 1\\nX_ERROR(0.01) 0\\nM 0 1")]
    ['h', 'cx', 'bit_flip', 'measure']
    """
    parsed = _parsed(source)
    n_targets = _count_targets(parsed, 0)
    if n_targets > MAX_TARGETS:
        raise ValueError(
            f"from_stim: the circuit unrolls to {n_targets} targets, over the limit of {MAX_TARGETS}; "
            "lower its repeat counts, or sample it with Stim."
        )
    width = parsed.num_qubits if n_qubits is None else check_count("n_qubits", n_qubits, minimum=1)
    if not 1 <= parsed.num_qubits <= MAX_QUBITS and n_qubits is None:
        raise ValueError(
            f"from_stim: a circuit needs 1 to {MAX_QUBITS} qubits, this one names {parsed.num_qubits}; "
            "pass `n_qubits` for a circuit that names none."
        )
    if parsed.num_qubits > width:
        raise ValueError(f"from_stim: the circuit names qubit {parsed.num_qubits - 1}, but `n_qubits` is {width}.")
    reader = _Reader(Circuit(width))
    reader.block(parsed)
    return reader.circuit


def _parsed(source: Any) -> stim.Circuit:
    if isinstance(source, stim.Circuit):
        return source
    if not isinstance(source, str):
        raise TypeError(f"from_stim: `source` must be a stim.Circuit or its text, got {type(source).__name__}.")
    if len(source) > MAX_CHARACTERS:
        raise ValueError(f"from_stim: the text has {len(source)} characters, over the limit of {MAX_CHARACTERS}.")
    if "\0" in source:
        raise ValueError("from_stim: the text holds a NUL character; it is not Stim.")
    nesting = _nesting(source)
    if nesting > MAX_NESTING:
        raise ValueError(f"from_stim: blocks are nested {nesting} deep, over the limit of {MAX_NESTING}.")
    try:
        return stim.Circuit(source)
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError(f"from_stim: Stim cannot read the text: {str(error).strip()}") from None


def _nesting(text: str) -> int:
    """How deep blocks may be nested at most, found without recursion; tags and comments may hold braces."""
    depth = deepest = 0
    for brace in re.findall(r"[{}]", _TAG_OR_COMMENT.sub("", text)):
        depth = depth + 1 if brace == "{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _count_targets(block: stim.Circuit, depth: int) -> int:
    """Targets of the unrolled circuit, counted without unrolling it."""
    if depth > MAX_NESTING:
        raise ValueError(f"from_stim: blocks are nested deeper than {MAX_NESTING}.")
    total = 0
    for part in block:
        if isinstance(part, stim.CircuitRepeatBlock):
            total += part.repeat_count * max(1, _count_targets(part.body_copy(), depth + 1))
        else:
            total += 1 + len(part.targets_copy())
    return total


class _Reader:
    """Appends what it is given to a circuit."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._barrier = new(Instruction, ("barrier", tuple(range(circuit.n_qubits)), (), None))

    def block(self, block: stim.Circuit) -> None:
        """Append a block; a repeated one is read once, and its instructions, being immutable, appended again."""
        instructions = self.circuit._instructions
        for part in block:
            if isinstance(part, stim.CircuitRepeatBlock):
                start = len(instructions)
                self.block(part.body_copy())
                instructions.extend(instructions[start:] * (part.repeat_count - 1))
            elif part.name not in _DROPPED:
                self._instruction(part)

    def _instruction(self, part: stim.CircuitInstruction) -> None:
        name = part.name
        handler = _HANDLERS.get(name)
        if handler is None:
            raise ValueError(f"from_stim: {name} has no counterpart in a Circuit; take it out, or sample with Stim.")
        for group in part.target_groups():
            if any(t.is_measurement_record_target or t.is_sweep_bit_target for t in group):
                raise ValueError(f"from_stim: `{part}` depends on a record or a sweep bit, which gates here cannot.")
        try:
            handler(self, part)
        except ValueError as error:
            raise ValueError(f"from_stim: `{part}`: {error}") from None

    def word(self, part: stim.CircuitInstruction) -> None:
        for group in part.target_groups():
            for name, angles, places in _WORDS[part.name]:
                getattr(self.circuit, name)(*angles, *(group[place].value for place in places))

    def tick(self, part: stim.CircuitInstruction) -> None:
        self.circuit._instructions.append(self._barrier)  # one shared tuple, however wide the circuit

    def noise(self, part: stim.CircuitInstruction) -> None:
        arguments = part.gate_args_copy()
        name, spread = _NOISE[part.name]
        for group in part.target_groups():
            qubits = [target.value for target in group]
            getattr(self.circuit, name)(spread(arguments), *qubits)

    def correlated_error(self, part: stim.CircuitInstruction) -> None:
        places, letters, _ = _product(part.targets_copy())
        (probability,) = part.gate_args_copy()
        if len(places) > 2:
            raise ValueError(f"the error acts on {len(places)} qubits; channels here act on one or two.")
        if not places:
            return
        index = 0
        for letter in letters:
            index = 4 * index + "IXYZ".index(letter)
        chances = [0.0] * (4 ** len(places) - 1)
        chances[index - 1] = probability
        getattr(self.circuit, f"pauli_channel{len(places)}")(chances, *places)

    def rotation(self, part: stim.CircuitInstruction) -> None:
        sign = 1 if part.name == "SPP" else -1
        for group in part.target_groups():
            places, letters, inverted = _hermitian_product(group)
            if places:
                self.circuit.pauli_rotation(sign * (-HALF if inverted else HALF), letters, places)

    def reset(self, part: stim.CircuitInstruction) -> None:
        _, after = _TO_Z[_axis(part.name)]
        for target in part.targets_copy():
            self.circuit.reset(target.value)
            self._turn(after, target.value)

    def measure_z(self, part: stim.CircuitInstruction) -> None:
        """As few measurements as may be: a qubit that comes again, or is inverted, starts a new one."""
        flip = _flip(part)
        waiting: list[int] = []
        for target in part.targets_copy():
            qubit, inverted = target.value, target.is_inverted_result_target
            if qubit in waiting or inverted:
                self._record(waiting, flip)
                waiting = []
            if inverted:
                self.circuit.x(qubit)
                self._record([qubit], flip)
                self.circuit.x(qubit)
            else:
                waiting.append(qubit)
        self._record(waiting, flip)

    def measure_one(self, part: stim.CircuitInstruction) -> None:
        before, after = _TO_Z[_axis(part.name)]
        flip = _flip(part)
        for target in part.targets_copy():
            qubit, inverted = target.value, target.is_inverted_result_target
            self._turn(before, qubit)
            self._turn("x" if inverted else None, qubit)
            self._record([qubit], flip)
            if part.name.startswith("MR"):
                self.circuit.reset(qubit)
            else:
                self._turn("x" if inverted else None, qubit)
            self._turn(after, qubit)

    def measure_product(self, part: stim.CircuitInstruction) -> None:
        flip = _flip(part)
        for group in part.target_groups():
            if part.name == "MPP":
                places, letters, inverted = _hermitian_product(group)
            else:
                places = [target.value for target in group]
                letters, inverted = part.name[1:], sum(t.is_inverted_result_target for t in group) % 2 == 1
            if not places:
                raise ValueError("a product that is the identity cannot be measured here.")
            self._measure_product(places, letters, inverted, flip)

    def _measure_product(self, places: list[int], letters: str, inverted: bool, flip: float) -> None:
        """Turn each letter into Z, add all parities onto the last qubit, measure it, and undo."""
        *others, last = places
        turns = [(_TO_Z[letter], qubit) for letter, qubit in zip(letters, places, strict=True)]
        for (before, _), qubit in turns:
            self._turn(before, qubit)
        for qubit in others:
            self.circuit.cx(qubit, last)
        self._turn("x" if inverted else None, last)
        self._record([last], flip)
        self._turn("x" if inverted else None, last)
        for qubit in reversed(others):
            self.circuit.cx(qubit, last)
        for (_, after), qubit in turns:
            self._turn(after, qubit)

    def _turn(self, name: str | None, qubit: int) -> None:
        if name is not None:
            getattr(self.circuit, name)(qubit)

    def _record(self, qubits: list[int], flip: float) -> None:
        if not qubits:
            return
        if flip:
            for qubit in qubits:
                self.circuit.readout_error(flip, flip, qubit)
        self.circuit.measure(qubits)


def _axis(name: str) -> str:
    return name[-1] if name[-1] in "XY" else "Z"


def _flip(part: stim.CircuitInstruction) -> float:
    return next(iter(part.gate_args_copy()), 0.0)


def _product(group: Iterable[stim.GateTarget]) -> tuple[list[int], str, int]:
    """Qubits, letters and power of i of a product of Pauli operators, in which a qubit may come more than once."""
    codes: dict[int, int] = {}
    power = 0
    for target in group:
        if target.is_combiner:
            continue
        code = "IXYZ".index(target.pauli_type)
        before = codes.get(target.value, 0)
        if before and before != code:
            power += 1 if (code - before) % 3 == 1 else 3  # XY = iZ and so on in a circle
        codes[target.value] = before ^ code
        power += 2 * target.is_inverted_result_target
    places = [place for place, code in codes.items() if code]
    return places, "".join("IXYZ"[codes[place]] for place in places), power % 4


def _hermitian_product(group: Iterable[stim.GateTarget]) -> tuple[list[int], str, bool]:
    """Qubits, letters, and whether the product has a minus."""
    places, letters, power = _product(group)
    if power % 2:
        raise ValueError("the product is anti-Hermitian: it holds a factor i.")
    return places, letters, power == 2


def _words() -> dict[str, list[tuple[str, tuple[float, ...], tuple[int, ...]]]]:
    signs = {"": (), "+": (HALF,), "-": (-HALF,)}
    return {
        name: [
            (word, signs[sign], tuple(map(int, places or "0"))) for word, sign, places in _WORD.findall(text) if word
        ]
        for name, text in (_ONE | _TWO).items()
    }


_WORDS = _words()
_NOISE: dict[str, tuple[str, Callable[[list[float]], Any]]] = {
    "X_ERROR": ("bit_flip", lambda p: p[0]),
    "Y_ERROR": ("pauli_channel1", lambda p: (0.0, p[0], 0.0)),
    "Z_ERROR": ("phase_flip", lambda p: p[0]),
    "DEPOLARIZE1": ("depolarize1", lambda p: p[0]),
    "DEPOLARIZE2": ("depolarize2", lambda p: p[0]),
    "PAULI_CHANNEL_1": ("pauli_channel1", tuple),
    "PAULI_CHANNEL_2": ("pauli_channel2", tuple),
}
_HANDLERS: dict[str, Callable[[_Reader, stim.CircuitInstruction], None]] = {
    **dict.fromkeys(_WORDS, _Reader.word),
    **dict.fromkeys(_NOISE, _Reader.noise),
    "TICK": _Reader.tick,
    "E": _Reader.correlated_error,
    "SPP": _Reader.rotation,
    "SPP_DAG": _Reader.rotation,
    "M": _Reader.measure_z,
    **dict.fromkeys(["MX", "MY", "MR", "MRX", "MRY"], _Reader.measure_one),
    **dict.fromkeys(["MPP", "MXX", "MYY", "MZZ"], _Reader.measure_product),
    **dict.fromkeys(["R", "RX", "RY"], _Reader.reset),
}
