"""Circuits written as OpenQASM 2 or 3."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._checks import check_count
from .channels import CHANNEL_NAMES
from .circuit import Circuit
from .decomposition import decompose
from .gates import GATES
from .instruction import Instruction
from .parameters import Expression, Parameter
from .qasm_names import RESERVED, identifiers

_SAME = "x y z h s sdg t tdg rx ry rz cx cy cz ch ccx crz".split()
_LATER = "sx swap crx cry cswap p cp".split()
NAMES: dict[int, dict[str, str]] = {
    2: {**{name: name for name in _SAME}, "i": "id", "p": "u1", "cp": "cu1", "u": "u3"},
    3: {**{name: name for name in _SAME + _LATER}, "i": "id", "u": "U"},
}
"""Gates that the header of each version has: our name to its name. Later editions of `qelib1.inc` have more gates, but
strict readers hold to the first, and lenient ones accept a definition of what they know."""

_HEADERS = {2: 'OPENQASM 2.0;\ninclude "qelib1.inc";', 3: 'OPENQASM 3.0;\ninclude "stdgates.inc";'}
_PARTS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64)


def to_qasm(circuit: Circuit, version: int = 3) -> str:
    """Return the circuit as OpenQASM text.

    Parameters
    ----------
    circuit : Circuit
        Gates, measurements, resets and barriers. Open parameters need version 3.
    version : {2, 3}
        2 uses `qelib1.inc`, 3 uses `stdgates.inc`.

    Returns
    -------
    str
        Equal up to a global phase, and exact to the last digit of every angle. Gates that the header lacks get a
        definition; Pauli rotations and unitary matrices are written out. Parameters become `input float[64]` (not
        `angle`, whose values are modulo 2 pi, which would change gates of period 4 pi); an element `theta[3]` of a
        vector is called `theta__3`. Measurements go to a register named by their key, `c` without one.

    Raises
    ------
    ValueError
        If there is noise, or a parameter is open and the version is 2; the message names the instruction.

    Notes
    -----
    Costs O(instructions).

    References
    ----------
    Cross, Bishop, Smolin, Gambetta, arXiv:1707.03429 (OpenQASM 2); Cross et al., ACM Trans. Quantum Comput. 3, 12
    (2022) (OpenQASM 3).

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits.qasm_out import to_qasm
    >>> print(to_qasm(ql.Circuit(2).h(0).cp(np.pi / 4, 0, 1).measure()))
    OPENQASM 3.0;
    include "stdgates.inc";
    qubit[2] q;
    bit[2] c;
    h q[0];
    cp(pi/4) q[0], q[1];
    c = measure q;
    """
    version = check_count("version", version, minimum=2, maximum=3)
    for index, step in enumerate(circuit.instructions):
        if step.name in CHANNEL_NAMES:
            raise ValueError(
                f"to_qasm: instruction {index}, {step.name} on {step.qubits}, is noise, which OpenQASM has not; "
                "take the noise out, or store the circuit with `ql.save`."
            )
        if version == 2 and any(isinstance(angle, Expression) for angle in step.angles):
            shown = ", ".join(str(angle) for angle in step.angles)
            raise ValueError(
                f"to_qasm: instruction {index}, {step.name} on {step.qubits}, has the unbound angle {shown}, which "
                "OpenQASM 2 cannot express; call `bind` first, or use version 3."
            )
    return _Writer(circuit, version).text()


class _Writer:
    """The lines of one circuit."""

    def __init__(self, circuit: Circuit, version: int) -> None:
        self.version = version
        self.names = NAMES[version]
        self.defined = sorted({step.name for step in circuit if step.name in GATES and step.name not in self.names})
        self.circuit = decompose(circuit, {*self.names, *self.defined})
        self.inputs = identifiers((parameter.name for parameter in circuit.parameters), RESERVED)
        self.bits: dict[Any, int] = {}
        for step in circuit:
            if step.name == "measure":
                self.bits[step.data] = self.bits.get(step.data, 0) + len(step.qubits)
        taken = RESERVED | frozenset(self.inputs.values())
        keys = [key for key in self.bits if key is not None]
        self.registers = {None: "c", **identifiers(keys, taken, lowercase=version == 2)}

    def text(self) -> str:
        lines = [_HEADERS[self.version]]
        lines += [f"input float[64] {name};" for name in self.inputs.values()]
        lines += [self._definition(name) for name in self.defined]
        lines.append(self._declaration("qreg" if self.version == 2 else "qubit", "q", self.circuit.n_qubits))
        for key, size in self.bits.items():
            lines.append(self._declaration("creg" if self.version == 2 else "bit", self.registers[key], size))
        next_bits = dict.fromkeys(self.bits, 0)
        for step in self.circuit:
            if step.name == "measure":
                lines += self._measurement(step, next_bits[step.data])
                next_bits[step.data] += len(step.qubits)
            else:
                lines.append(self._line(step))
        return "\n".join(lines) + "\n"

    def _declaration(self, kind: str, name: str, size: int) -> str:
        return f"{kind} {name}[{size}];" if self.version == 2 else f"{kind}[{size}] {name};"

    def _definition(self, name: str) -> str:
        spec = GATES[name]
        angles = [Parameter("theta")][: spec.n_angles]
        alone = Circuit(spec.n_qubits)
        getattr(alone, name)(*angles, *range(spec.n_qubits))
        letters = "abcd"[: spec.n_qubits]
        names = {"theta": "theta"}
        body = " ".join(
            f"{self._call(part, names)} {', '.join(letters[qubit] for qubit in part.qubits)};"
            for part in decompose(alone, self.names)
        )
        return f"gate {name}{'(theta)' * len(angles)} {', '.join(letters)} {{ {body} }}"

    def _call(self, step: Instruction, names: Mapping[str, str]) -> str:
        angles = ", ".join(angle_text(angle, names) for angle in step.angles)
        name = self.names.get(step.name, step.name)
        return f"{name}({angles})" if angles else name

    def _line(self, step: Instruction) -> str:
        whole = step.qubits == tuple(range(self.circuit.n_qubits))
        if step.name == "barrier" and whole:
            return "barrier q;"
        word = step.name if step.name in ("barrier", "reset") else self._call(step, self.inputs)
        return f"{word} {', '.join(f'q[{qubit}]' for qubit in step.qubits)};"

    def _measurement(self, step: Instruction, start: int) -> list[str]:
        register: Any = self.registers[step.data]  # type: ignore[index]
        if step.qubits == tuple(range(self.circuit.n_qubits)) and self.bits[step.data] == len(step.qubits):
            pairs = [("q", register)]
        else:
            pairs = [(f"q[{qubit}]", f"{register}[{bit}]") for bit, qubit in enumerate(step.qubits, start)]
        arrow = self.version == 2
        return [f"measure {qubit} -> {bit};" if arrow else f"{bit} = measure {qubit};" for qubit, bit in pairs]


def angle_text(angle: float | Expression, names: Mapping[str, str]) -> str:
    """Return an angle as OpenQASM that evaluates to the same double.

    Parameters
    ----------
    angle : float or Expression
    names : mapping of str to str
        Identifiers of the parameters.

    Returns
    -------
    str
        A fraction of pi where it is one to the last digit.
    """
    if not isinstance(angle, Expression):
        return _number_text(angle)
    text = ""
    for monomial, coefficient in angle.terms.items():
        factors = [names[parameter.name] for parameter in monomial]
        if abs(coefficient) != 1.0 or not factors:
            factors.insert(0, _number_text(abs(coefficient)))
        sign = "-" if coefficient < 0 else "+"
        text += f" {sign} " if text else sign.replace("+", "")
        text += "*".join(factors)
    return text


def _number_text(value: float) -> str:
    for part in _PARTS:
        turns = round(value * part / math.pi)
        if turns and abs(turns) <= 4 * part and turns * math.pi / part == value:
            times = "" if abs(turns) == 1 else f"{abs(turns)}*"
            return f"{'-' if turns < 0 else ''}{times}pi{f'/{part}' if part > 1 else ''}"
    text = repr(float(value))
    return text if "." in text else text.replace("e", ".0e")  # version 2 wants a point in every real number
