"""Gates of OpenQASM: the standard headers, served from memory, and what definitions in a text expand to."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .circuit import Circuit
from .dense import circuit_matrix
from .gates import GATES
from .qasm_expressions import Postfix, evaluate
from .qasm_lexer import Source

MAX_CONTROLS = 8
MAX_MODIFIER_DEPTH = 20

Native = Callable[[Circuit, list[Any], tuple[int, ...]], None]
Modifier = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Gate:
    """A gate that a text may call.

    Attributes
    ----------
    name : str
    n_angles, n_qubits : int
    native : callable or None
        Appends it to a circuit, given angles and qubits; None for a gate that expands to `calls`.
    calls : tuple of Call
    angle_names : tuple of str
    work : int
        Steps to expand it, the bound that keeps bombs away.
    is_exact : bool
        Whether its global phase is certain. Control makes that phase matter, and headers differ in it for U.
    modifier_depth : int
        How deep modifiers are nested in its definition.
    """

    name: str
    n_angles: int
    n_qubits: int
    native: Native | None = None
    calls: tuple[Call, ...] = ()
    angle_names: tuple[str, ...] = ()
    work: int = 1
    is_exact: bool = True
    modifier_depth: int = 0


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a gate in a definition.

    Attributes
    ----------
    gate : Gate
    angles : tuple
        Postfix expressions.
    places : tuple of int
        Positions among the qubits of the definition.
    modifiers : tuple of (str, int)
        Innermost first: `("inv", 1)`, `("pow", k)`, `("ctrl", n)`, `("negctrl", n)`.
    place : int
        Index in the text.
    """

    gate: Gate
    angles: tuple[Postfix, ...]
    places: tuple[int, ...]
    modifiers: tuple[Modifier, ...]
    place: int

    @property
    def work(self) -> int:
        """Steps to carry it out."""
        work = self.gate.work
        for name, count in self.modifiers:
            if name == "pow":
                work *= max(1, abs(count))
            elif name in ("ctrl", "negctrl"):
                work *= 40 * 3**count
        return work + 1 + sum(len(angle) for angle in self.angles)


def _method(name: str) -> Native:
    def native(circuit: Circuit, angles: list[Any], qubits: tuple[int, ...]) -> None:
        getattr(circuit, name)(*angles, *qubits)

    return native


def _u2(circuit: Circuit, angles: list[Any], qubits: tuple[int, ...]) -> None:
    circuit.u(math.pi / 2, angles[0], angles[1], qubits[0])


def _idle(circuit: Circuit, angles: list[Any], qubits: tuple[int, ...]) -> None:
    circuit.i(qubits[0])


def known_gate(name: str, method: str | None = None, *, is_exact: bool = True) -> Gate:
    """Return a gate that a circuit has.

    Parameters
    ----------
    name : str
        In the text.
    method : str, optional
        Of the circuit; the same by default.
    is_exact : bool

    Returns
    -------
    Gate
    """
    spec = GATES[method or name]
    return Gate(name, spec.n_angles, spec.n_qubits, _method(spec.name), is_exact=is_exact)


BUILT_IN: dict[str, Gate] = {"U": known_gate("U", "u", is_exact=False), "CX": known_gate("CX", "cx")}
"""What needs no header."""

_PAPER = "x y z h s sdg t tdg rx ry rz cx cy cz ch ccx crz".split()
_COMMON: dict[str, Gate] = {
    **{name: known_gate(name) for name in _PAPER},
    "id": known_gate("id", "i"),
    "u1": known_gate("u1", "p"),
    "u2": Gate("u2", 2, 1, _u2, is_exact=False),
    "u3": known_gate("u3", "u", is_exact=False),
}
_LATER: dict[str, Gate] = {
    **{name: known_gate(name) for name in "p sx swap cswap cp crx cry".split()},
}

_CU_TEXT = """
gate cu3(a, b, c) q, r { u1((c+b)/2) q; u1((c-b)/2) r; cx q,r; u3(-a/2,0,-(b+c)/2) r; cx q,r; u3(a/2,b,0) r; }
gate cu(a, b, c, d) q, r { u1(d) q; cu3(a, b, c) q, r; }
"""
_MORE_TEXT = """
gate csx q, r { ctrl @ sx q, r; }
gate c3x a, b, c, d { ctrl(3) @ x a, b, c, d; }
gate c3sqrtx a, b, c, d { ctrl(3) @ sx a, b, c, d; }
gate c4x a, b, c, d, e { ctrl(4) @ x a, b, c, d, e; }
gate rccx a, b, c {
    u2(0,pi) c; u1(pi/4) c; cx b,c; u1(-pi/4) c; cx a,c; u1(pi/4) c; cx b,c; u1(-pi/4) c; u2(0,pi) c; }
gate rc3x a, b, c, d {
    u2(0,pi) d; u1(pi/4) d; cx c,d; u1(-pi/4) d; u2(0,pi) d; cx a,d; u1(pi/4) d; cx b,d; u1(-pi/4) d; cx a,d;
    u1(pi/4) d; cx b,d; u1(-pi/4) d; u2(0,pi) d; u1(pi/4) d; cx c,d; u1(-pi/4) d; u2(0,pi) d; }
"""

HEADERS: dict[str, tuple[dict[str, Gate], str]] = {
    "qelib1.inc": (
        {
            **_COMMON,
            **_LATER,
            "u": known_gate("u", is_exact=False),
            "u0": Gate("u0", 1, 1, _idle),
            "sxdg": known_gate("sxdg"),
            "cu1": known_gate("cu1", "cp"),
            "rxx": known_gate("rxx", is_exact=False),
            "rzz": known_gate("rzz", is_exact=False),
        },
        _CU_TEXT + _MORE_TEXT,
    ),
    "stdgates.inc": (
        {**_COMMON, **_LATER, "phase": known_gate("phase", "p"), "cphase": known_gate("cphase", "cp")},
        _CU_TEXT,
    ),
}
"""The two headers that may be included: gates that circuits have, and the text of the others."""

FIXED_NAMES: frozenset[str] = frozenset(_COMMON) | frozenset(BUILT_IN)
"""Gates that a text may not define anew. What later editions of the headers added, older texts define themselves."""


class Expander:
    """Appends calls of gates to circuits.

    Parameters
    ----------
    source : Source
        For messages.
    version : int
    spend : callable
        Told the work and the place; raises when it has been enough.
    """

    def __init__(self, source: Source, version: int, spend: Callable[[int, int], None]) -> None:
        self.source = source
        self.version = version
        self.spend = spend

    def expand(self, circuit: Circuit, gate: Gate, angles: list[Any], qubits: tuple[int, ...]) -> None:
        """Append a gate, with a stack in place of recursion: definitions may be nested deep.

        Parameters
        ----------
        circuit : Circuit
        gate : Gate
        angles : list of float or Expression
        qubits : tuple of int
        """
        waiting: list[tuple[Gate, list[Any], tuple[int, ...], Call | None]] = [(gate, angles, qubits, None)]
        while waiting:
            gate, angles, qubits, call = waiting.pop()
            if call is not None and call.modifiers:
                circuit.append(self.modified(call, angles), qubits)
            elif gate.native is not None:
                gate.native(circuit, angles, qubits)
            else:
                names = dict(zip(gate.angle_names, angles, strict=True))
                for inner in reversed(gate.calls):
                    values = [evaluate(self.source, a, names, self.version, self.spend) for a in inner.angles]
                    waiting.append((inner.gate, values, tuple(qubits[place] for place in inner.places), inner))

    def modified(self, call: Call, angles: list[Any]) -> Circuit:
        """Return the circuit of a gate under its modifiers, on as many qubits as the call names.

        Parameters
        ----------
        call : Call
        angles : list of float or Expression

        Returns
        -------
        Circuit
        """
        local = Circuit(call.gate.n_qubits)
        self.expand(local, call.gate, angles, tuple(range(call.gate.n_qubits)))
        for name, count in call.modifiers:
            if name == "inv":
                local = local.inverse()
            elif name == "pow":
                once = local if count >= 0 else local.inverse()
                local = once.repeat(abs(count)) if count else Circuit(local.n_qubits)
            else:
                local = local.controlled(count)
                if name == "negctrl":
                    flips = Circuit(local.n_qubits)
                    for qubit in range(count):
                        flips.x(qubit)
                    local = flips + local + flips
        return local


def recognised(gate: Gate, expander: Expander) -> Gate:
    """Return the circuit's own gate in place of a definition of the same name that means the same, else the definition.

    Parameters
    ----------
    gate : Gate
        Just defined.
    expander : Expander

    Returns
    -------
    Gate
    """
    spec = GATES.get(gate.name)
    if spec is None or (spec.n_angles, spec.n_qubits) != (gate.n_angles, gate.n_qubits) or gate.work > 1000:
        return gate
    is_exact = gate.is_exact
    for trial in (0.7, -2.3, 5.1):  # three angles, beyond one period of a half-angle
        angles = [trial * (1 + 0.37 * place) for place in range(gate.n_angles)]
        circuit = Circuit(gate.n_qubits)
        try:
            expander.expand(circuit, gate, list(angles), tuple(range(gate.n_qubits)))
        except ValueError:  # it has no value at these angles, so it is another gate
            return gate
        found, wanted = circuit_matrix(circuit), spec.matrix(angles)
        overlap = np.vdot(wanted, found) / len(wanted)
        if abs(abs(overlap) - 1) > 1e-9:
            return gate
        is_exact = is_exact and abs(overlap - 1) < 1e-9
    return known_gate(gate.name, is_exact=is_exact)
