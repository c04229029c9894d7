"""Circuits read from OpenQASM 2 and 3, by a reader of our own: nothing in a text makes it open a file or run long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from .circuit import Circuit
from .instruction import Instruction
from .parameters import Parameter
from .qasm_expressions import CONSTANTS, Postfix, evaluate, parse_expression
from .qasm_gates import (
    BUILT_IN,
    FIXED_NAMES,
    HEADERS,
    MAX_CONTROLS,
    MAX_MODIFIER_DEPTH,
    Call,
    Expander,
    Gate,
    recognised,
)
from .qasm_lexer import Source, Token
from .qasm_names import parameter_name

MAX_QUBITS = 100_000
MAX_BITS = 1_000_000
MAX_PARAMETERS = 10_000
MAX_WORK = 3_000_000

_REFUSED = {
    2: frozenset("if opaque while for def".split()),
    3: frozenset(
        "if else while for def defcal defcalgrammar cal box delay let const int uint angle float bool complex duration "
        "stretch array output return extern switch case opaque pragma break continue end in readonly mutable".split()
    ),
}
_DECLARED_TYPES = ("float", "angle")


class _Register(NamedTuple):
    name: str
    start: int
    size: int
    is_quantum: bool
    is_single: bool = False


def from_qasm(text: str) -> Circuit:
    """Return a circuit read from OpenQASM 2 or 3.

    Parameters
    ----------
    text : str
        The program itself, never the name of a file. Read are: the headers `qelib1.inc` and `stdgates.inc` (from
        memory; any other include is refused), registers, gates and their definitions, `ctrl`, `negctrl`, `inv` and
        `pow` with whole exponents, broadcasting over registers, measurements in both notations, reset, barrier, and
        `input float` or `input angle` (which become parameters).

    Returns
    -------
    Circuit
        Equal up to a global phase. Qubits in the order of declaration. Records in the order of the measurements; the
        name of the classical register is the key, except `c`, which stands for none. Measurements into consecutive
        bits of one register that follow each other become one instruction. A definition that means what a gate of
        ours of the same name does becomes that gate; others are expanded. An input named `theta__3` becomes element 3
        of the vector `theta`.

    Raises
    ------
    TypeError
        If `text` is no str.
    ValueError
        With line and column: if the text is no OpenQASM of this subset, over 5 million characters, 100,000 qubits, a
        million bits, 10,000 parameters or 3 million steps when expanded, or nested deeper than 100.

    Notes
    -----
    Angles are evaluated in double precision; numbers of type `angle` are not reduced modulo 2 pi. Bits may be measured
    twice: both records are kept.

    References
    ----------
    Cross, Bishop, Smolin, Gambetta, arXiv:1707.03429 (OpenQASM 2); Cross et al., ACM Trans. Quantum Comput. 3, 12
    (2022) (OpenQASM 3).

    Examples
    --------
    >>> from qlearn.circuits.qasm_in import from_qasm
    >>> from_qasm('OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; h q; cu1(pi/2) q[0], q[1];').counts()
    {'h': 2, 'cp': 1}
    """
    return _Reader(text).read()


@dataclass
class _Measurement:
    """A measurement that the next statement may continue."""

    key: str | None
    next_bit: int
    qubits: dict[int, None]


class _Reader:
    """One pass over a text."""

    def __init__(self, text: str, version: int = 3) -> None:
        self.source = Source(text)
        self.version = version
        self.gates: dict[str, Gate] = dict(BUILT_IN)
        self.registers: dict[str, _Register] = {}
        self.inputs: dict[str, Parameter] = {}
        self.circuit = Circuit(MAX_QUBITS)  # narrowed in the end, when all registers are known
        self.n_qubits = self.n_bits = self.n_phases = self.work = 0
        self.pending: _Measurement | None = None
        self.expander = Expander(self.source, version, self.spend)

    def read(self) -> Circuit:
        self._header()
        while self.source.next.kind != "end":
            self._statement()
        if self.n_qubits == 0:
            self.source.fail(self.source.next.place, "the text declares no qubits")
        self._flush()
        result = Circuit(self.n_qubits)
        result._instructions = self.circuit._instructions
        return result

    def definitions(self) -> dict[str, Gate]:
        while self.source.next.kind != "end":
            self._define()
        return self.gates

    def spend(self, work: int, place: int) -> None:
        self.work += work
        if self.work > MAX_WORK:
            self.source.fail(place, f"the circuit expands to over {MAX_WORK} steps; write it with fewer gates")

    def _header(self) -> None:
        if not self.source.accept("OPENQASM"):
            return
        token = self.source.next
        if token.kind not in ("real", "integer") or token.text not in ("2.0", "2", "3", "3.0", "3.1"):
            self.source.fail(token.place, f"version {self.source.shown()} is not read; use 2.0, 3.0 or 3.1")
        self.source.take()
        self.source.expect(";")
        self.version = self.expander.version = int(token.text[0])

    def _statement(self) -> None:
        token = self.source.next
        handler = _STATEMENTS[self.version].get(token.text) if token.kind == "name" else None
        if handler is not None:
            handler(self)
        elif token.text in _REFUSED[self.version]:
            self.source.fail(token.place, f"{token.text!r} is not read; only circuits without classical control are")
        elif token.text == "@":
            self.source.fail(token.place, "annotations are not read; take them out")
        elif token.kind == "name" and token.text in self.registers:
            self._assign()
        elif token.kind == "name":
            self._call()
        elif not self.source.accept(";"):
            self.source.fail(token.place, f"expected a statement, got {self.source.shown()}")

    # Declarations

    def _include(self) -> None:
        self.source.take()
        token = self.source.expect_kind("text", "a header in quotes")
        name = token.text[1:-1]
        if name not in HEADERS:
            self.source.fail(
                token.place, f"include of {name[:60]!r} is refused; only {' and '.join(sorted(HEADERS))} are known"
            )
        self.source.expect(";")
        for gate_name, gate in _header_gates(name).items():
            self.gates.setdefault(gate_name, gate)

    def _old_register(self) -> None:
        kind = self.source.take().text
        name = self._new_name()
        self.source.expect("[")
        size = self._size()
        self.source.expect("]")
        self.source.expect(";")
        self._add_register(name, size, kind == "qreg")

    def _new_register(self) -> None:
        kind = self.source.take().text
        is_single = not self.source.accept("[")
        size = 1
        if not is_single:
            size = self._size()
            self.source.expect("]")
        name = self._new_name()
        self._add_register(name, size, kind == "qubit", is_single)
        if kind == "bit" and self.source.accept("="):
            self._measured_into(self.registers[name.text], None)
        self.source.expect(";")

    def _add_register(self, name: Token, size: int, is_quantum: bool, is_single: bool = False) -> None:
        used, limit, what = (self.n_qubits, MAX_QUBITS, "qubits") if is_quantum else (self.n_bits, MAX_BITS, "bits")
        if used + size > limit:
            self.source.fail(name.place, f"{used + size} {what} are over the limit of {limit}")
        self.registers[name.text] = _Register(name.text, used, size, is_quantum, is_single)
        if is_quantum:
            self.n_qubits += size
        else:
            self.n_bits += size

    def _input(self) -> None:
        self.source.take()
        token = self.source.next
        if token.text not in _DECLARED_TYPES:
            self.source.fail(token.place, f"an input must be of type float or angle, got {self.source.shown()}")
        self.source.take()
        if self.source.accept("["):
            self._size()
            self.source.expect("]")
        name = self._new_name()
        self.source.expect(";")
        if len(self.inputs) >= MAX_PARAMETERS:
            self.source.fail(name.place, f"more than {MAX_PARAMETERS} inputs are declared")
        self.inputs[name.text] = Parameter(parameter_name(name.text))

    def _new_name(self) -> Token:
        token = self.source.expect_kind("name", "a name")
        taken = token.text in self.registers or token.text in self.inputs or token.text in CONSTANTS
        if taken or self._is_word(token.text):
            self.source.fail(token.place, f"{token.text!r} is already taken; choose another name")
        return token

    def _is_word(self, text: str) -> bool:
        return text in _STATEMENTS[self.version] or text in _REFUSED[self.version]

    def _size(self) -> int:
        token = self.source.expect_kind("integer", "a whole number")
        if len(token.text) > 15:
            self.source.fail(token.place, "the number is too large")
        if int(token.text) < 1:
            self.source.fail(token.place, "a size must be at least 1")
        return int(token.text)

    # Gates

    def _define(self) -> None:
        self.source.expect("gate")
        name = self.source.expect_kind("name", "the name of a gate")
        if name.text in self.registers or (name.text in self.gates and name.text in FIXED_NAMES):
            self.source.fail(name.place, f"{name.text!r} is already defined")
        if self._is_word(name.text):
            self.source.fail(name.place, f"{name.text!r} is a word of the language; choose another name")
        angle_names: list[str] = []
        if self.source.accept("(") and not self.source.accept(")"):
            angle_names = self._names()
            self.source.expect(")")
        qubit_names = self._names()
        self.source.expect("{")
        phase_before = self.n_phases
        calls = self._body(set(angle_names), {qubit: place for place, qubit in enumerate(qubit_names)})
        gate = Gate(
            name.text,
            len(angle_names),
            len(qubit_names),
            calls=tuple(calls),
            angle_names=tuple(angle_names),
            work=1 + sum(call.work for call in calls),
            is_exact=self.n_phases == phase_before and all(call.gate.is_exact for call in calls),
            modifier_depth=max((call.gate.modifier_depth + bool(call.modifiers) for call in calls), default=0),
        )
        if gate.modifier_depth > MAX_MODIFIER_DEPTH:
            self.source.fail(name.place, f"modifiers are nested deeper than {MAX_MODIFIER_DEPTH}")
        self.gates[name.text] = recognised(gate, self.expander)

    def _names(self) -> list[str]:
        names: dict[str, None] = {}
        while True:
            token = self.source.expect_kind("name", "a name")
            if token.text in names:
                self.source.fail(token.place, f"{token.text!r} comes twice")
            names[token.text] = None
            if not self.source.accept(","):
                return list(names)

    def _body(self, angle_names: set[str], qubits: dict[str, int]) -> list[Call]:
        calls: list[Call] = []
        while not self.source.accept("}"):
            token = self.source.next
            if token.text == "barrier":
                self.source.take()
                self._names()
                self.source.expect(";")
                continue
            if token.text == "gphase" and self.version == 3:
                self._global_phase()
                continue
            if self._is_word(token.text) and token.text not in _MODIFIERS:
                self.source.fail(token.place, f"{token.text!r} cannot stand in the definition of a gate")
            modifiers, gate, angles = self._called()
            for steps in angles:
                for kind, value, place in steps:
                    if kind == "name" and value not in angle_names:
                        self.source.fail(place, f"{value!r} is no angle of this gate")
            places = []
            for operand in self._operand_tokens():
                if operand.text not in qubits:
                    self.source.fail(operand.place, f"{operand.text!r} is no qubit of this gate")
                places.append(qubits[operand.text])
            self.source.expect(";")
            self._check_operands(gate, modifiers, len(places), len(set(places)), token)
            calls.append(Call(gate, tuple(angles), tuple(places), modifiers, token.place))
        return calls

    def _operand_tokens(self) -> list[Token]:
        found = [self.source.expect_kind("name", "a qubit")]
        while self.source.accept(","):
            found.append(self.source.expect_kind("name", "a qubit"))
        return found

    def _called(self) -> tuple[tuple[tuple[str, int], ...], Gate, list[Postfix]]:
        """Modifiers (innermost first), gate and angles."""
        modifiers: list[tuple[str, int]] = []
        first = self.source.next
        while self.source.next.text in _MODIFIERS:
            modifiers.append(self._modifier())
        name = self.source.expect_kind("name", "the name of a gate")
        gate = self.gates.get(name.text)
        if gate is None:
            hint = "" if len(self.gates) > len(BUILT_IN) else '; include "qelib1.inc" or "stdgates.inc"'
            self.source.fail(name.place, f"there is no gate {name.text!r}{hint}")
        n_controls = sum(count for kind, count in modifiers if kind.endswith("ctrl"))
        if n_controls > MAX_CONTROLS:
            self.source.fail(first.place, f"{n_controls} controls are over the limit of {MAX_CONTROLS}")
        if n_controls and not gate.is_exact:
            self.source.fail(
                name.place,
                f"{name.text!r} under a control is ambiguous, as tools differ in its phase; use rx, ry, rz, p or cu",
            )
        angles: list[Postfix] = []
        if self.source.accept("(") and not self.source.accept(")"):
            angles.append(parse_expression(self.source, self.version))
            while self.source.accept(","):
                angles.append(parse_expression(self.source, self.version))
            self.source.expect(")")
        if len(angles) != gate.n_angles:
            self.source.fail(name.place, f"{name.text!r} takes {gate.n_angles} angles, got {len(angles)}")
        return tuple(reversed(modifiers)), gate, angles

    def _modifier(self) -> tuple[str, int]:
        name = self.source.take()
        count = 1
        if self.source.accept("("):
            negative = name.text == "pow" and self.source.accept("-")
            token = self.source.expect_kind("integer", "a whole number")
            if len(token.text) > 9 or (name.text != "pow" and int(token.text) < 1):
                self.source.fail(token.place, f"{name.text}({token.text}) is out of range")
            count = -int(token.text) if negative else int(token.text)
            self.source.expect(")")
        elif name.text == "pow":
            self.source.fail(name.place, "'pow' needs a whole exponent in brackets")
        self.source.expect("@")
        return name.text, count

    def _check_operands(self, gate: Gate, modifiers: Any, given: int, distinct: int, token: Token) -> None:
        wanted = gate.n_qubits + sum(count for kind, count in modifiers if kind.endswith("ctrl"))
        if given != wanted:
            self.source.fail(token.place, f"{gate.name!r} acts on {wanted} qubits here, got {given}")
        if distinct != given:
            self.source.fail(token.place, f"{gate.name!r} acts on a qubit twice")

    def _call(self) -> None:
        first = self.source.next
        modifiers, gate, postfix = self._called()
        values = [evaluate(self.source, steps, self.inputs, self.version, self.spend) for steps in postfix]
        operands = [self._operand(True)]
        while self.source.accept(","):
            operands.append(self._operand(True))
        self.source.expect(";")
        call = Call(gate, tuple(postfix), (), modifiers, first.place)
        rows = self._broadcast(operands, first)
        self.spend(call.work * len(rows), first.place)
        self._flush()
        for row in rows:
            self._check_operands(gate, modifiers, len(row), len(set(row)), first)
            try:
                if modifiers:
                    self.circuit.append(self.expander.modified(call, values), row)
                else:
                    self.expander.expand(self.circuit, gate, values, row)
            except ValueError as error:
                if str(error).startswith("OpenQASM, line"):
                    raise
                self.source.fail(first.place, str(error).rstrip("."))

    def _global_phase(self) -> None:
        """A global phase has no effect, but must be well formed; a gate that has one cannot be controlled."""
        self.source.take()
        self.source.expect("(")
        parse_expression(self.source, self.version)
        self.source.expect(")")
        self.source.expect(";")
        self.n_phases += 1

    def _broadcast(self, operands: list[tuple[int, ...] | int], token: Token) -> list[tuple[int, ...]]:
        sizes = {len(operand) for operand in operands if not isinstance(operand, int)}
        if len(sizes) > 1:
            self.source.fail(token.place, f"registers of sizes {sorted(sizes)} cannot go together")
        if not sizes:
            return [tuple(operands)]  # type: ignore[arg-type]
        (size,) = sizes
        self.spend(size, token.place)
        return [tuple(o if isinstance(o, int) else o[row] for o in operands) for row in range(size)]

    def _operand(self, is_quantum: bool) -> tuple[int, ...] | int:
        """A whole register as a tuple, one element as an int."""
        what = "qubit" if is_quantum else "bit"
        token = self.source.expect_kind("name", f"a {what}")
        register = self.registers.get(token.text)
        if register is None or register.is_quantum != is_quantum:
            self.source.fail(token.place, f"{token.text!r} is no register of {what}s")
        if not self.source.accept("["):
            if register.is_single:
                return register.start
            self.spend(register.size, token.place)
            return tuple(range(register.start, register.start + register.size))
        return register.start + self._index(register)

    def _index(self, register: _Register) -> int:
        token = self.source.expect_kind("integer", "a whole number")
        index = int(token.text) if len(token.text) <= 15 else register.size
        if index >= register.size:
            self.source.fail(token.place, f"{register.name}[{token.text[:20]}] is beyond the last, {register.size - 1}")
        self.source.expect("]")
        return index

    # Measurements, resets, barriers

    def _measure(self) -> None:
        """`measure q -> c;` and `measure q;`."""
        self.source.take()
        place = self.source.next.place
        qubits = self._operand(True)
        if self.source.accept("->"):
            token = self.source.expect_kind("name", "a bit")
            register = self.registers.get(token.text)
            if register is None or register.is_quantum:
                self.source.fail(token.place, f"{token.text!r} is no register of bits")
            index = self._index(register) if self.source.accept("[") else None
            self._record(qubits, register, index, place)
        else:
            self._flush()
            self.circuit.measure(qubits)
        self.source.expect(";")

    def _assign(self) -> None:
        """`c = measure q;`."""
        token = self.source.take()
        register = self.registers[token.text]
        if register.is_quantum:
            self.source.fail(token.place, f"{token.text!r} is a register of qubits, to which nothing can be assigned")
        index = self._index(register) if self.source.accept("[") else None
        self.source.expect("=")
        self._measured_into(register, index)
        self.source.expect(";")

    def _measured_into(self, register: _Register, index: int | None) -> None:
        self.source.expect("measure")
        place = self.source.next.place
        self._record(self._operand(True), register, index, place)

    def _record(self, qubits: tuple[int, ...] | int, register: _Register, index: int | None, place: int) -> None:
        qubits = (qubits,) if isinstance(qubits, int) else qubits
        size = register.size if index is None else 1
        if len(qubits) != size:
            self.source.fail(place, f"{len(qubits)} qubits are measured into {size} bits")
        key = None if register.name == "c" else register.name
        start = index or 0
        old = self.pending
        if old is not None and (old.key, old.next_bit) == (key, start) and old.qubits.keys().isdisjoint(qubits):
            old.qubits.update(dict.fromkeys(qubits))
            old.next_bit += size
        else:
            self._flush()
            self.pending = _Measurement(key, start + size, dict.fromkeys(qubits))

    def _flush(self) -> None:
        if self.pending is not None:
            step = Instruction("measure", tuple(self.pending.qubits), (), self.pending.key)
            self.circuit._instructions.append(step)
            self.pending = None

    def _reset(self) -> None:
        self.source.take()
        qubits = self._operand(True)
        self.source.expect(";")
        self._flush()
        for qubit in (qubits,) if isinstance(qubits, int) else qubits:
            self.circuit.reset(qubit)

    def _barrier(self) -> None:
        token = self.source.take()
        qubits: dict[int, None] = {}
        if self.source.next.text == ";":
            self.spend(self.n_qubits, token.place)
            qubits = dict.fromkeys(range(self.n_qubits))
        while self.source.next.text != ";":
            operand = self._operand(True)
            if not isinstance(operand, int):
                self.spend(3 * len(operand), token.place)
            qubits.update(dict.fromkeys((operand,) if isinstance(operand, int) else operand))
            if not self.source.accept(","):
                break
        self.source.expect(";")
        self._flush()
        if qubits:
            self.circuit._instructions.append(Instruction("barrier", tuple(qubits), (), None))


@lru_cache(maxsize=len(HEADERS))
def _header_gates(name: str) -> dict[str, Gate]:
    gates, text = HEADERS[name]
    reader = _Reader(text)
    reader.gates.update(gates)
    return reader.definitions()


_MODIFIERS = frozenset(["ctrl", "negctrl", "inv", "pow"])
_BOTH: dict[str, Callable[[_Reader], None]] = {
    "include": _Reader._include,
    "qreg": _Reader._old_register,
    "creg": _Reader._old_register,
    "gate": _Reader._define,
    "measure": _Reader._measure,
    "reset": _Reader._reset,
    "barrier": _Reader._barrier,
}
_STATEMENTS: dict[int, dict[str, Callable[[_Reader], None]]] = {
    2: _BOTH,
    3: {
        **_BOTH,
        "qubit": _Reader._new_register,
        "bit": _Reader._new_register,
        "input": _Reader._input,
        "gphase": _Reader._global_phase,
        **dict.fromkeys(_MODIFIERS, _Reader._call),
    },
}
