"""Rewriting rules: each writes one gate with simpler ones, and says the phase that is left over.

A rule takes an empty circuit to write on, the qubits, the angles and the data of the gate, and returns the phase
(radians, a number or an Expression) such that gate = exp(i phase) * what it wrote.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .gates import GATES
from .synthesis import KAK, euler_zyz, kak

PI = math.pi
HALF = math.pi / 2
Write = Callable[[Any, tuple[int, ...], tuple[Any, ...], Any], Any]


class Rule(NamedTuple):
    """How to write one kind of gate with others.

    Attributes
    ----------
    gate : str
        Name of the gate; `unitary1` and `unitary2` are the two sizes of `unitary`.
    needs : frozenset of str
        Names that it writes.
    write : callable
        Appends to a circuit and returns the phase.
    """

    gate: str
    needs: frozenset[str]
    write: Write


def _turn(name: str, angle: float, phase: float) -> Write:
    """A fixed one-qubit gate as a rotation by `angle`, with the phase that is left."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        getattr(circuit, name)(angle, qubits[0])
        return phase

    return write


def _word(*names: str, phase: float = 0.0) -> Write:
    """A fixed one-qubit gate as a word of others, first letter first."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        for name in names:
            getattr(circuit, name)(qubits[0])
        return phase

    return write


def _identity(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    return 0.0


def _rotation_as_u(name: str) -> Write:
    """A rotation about an axis as U; `p` and `rz` differ in phase only."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> Any:
        angle = angles[0]
        if name == "rx":
            circuit.u(angle, -HALF, HALF, qubits[0])
        elif name == "ry":
            circuit.u(angle, 0.0, 0.0, qubits[0])
        else:
            circuit.u(0.0, 0.0, angle, qubits[0])
        return angle * -0.5 if name == "rz" else 0.0

    return write


def _fixed_as_u(name: str) -> Write:
    """A one-qubit gate without angles as U."""
    theta, phi, lam, phase = euler_zyz(GATES[name].matrix([]))

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        circuit.u(theta, phi, lam, qubits[0])
        return phase - (phi + lam) / 2

    return write


def _conjugated(first: str, angle: float, middle: str) -> Write:
    """A rotation as the rotation `middle` between a turn `first` by `angle` and the turn back."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        getattr(circuit, first)(angle, qubits[0])
        getattr(circuit, middle)(angles[0], qubits[0])
        getattr(circuit, first)(-angle, qubits[0])
        return 0.0

    return write


def _rx_by_hadamard(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.h(qubits[0]).rz(angles[0], qubits[0]).h(qubits[0])
    return 0.0


def _by_square_roots(circuit: Any, qubit: int, theta: Any, phi: Any, lam: Any) -> None:
    """RZ(phi) RY(theta) RZ(lam) with two SX gates, as superconducting devices run it; the phase left is pi/2."""
    circuit.rz(lam, qubit).sx(qubit).rz(theta + PI, qubit).sx(qubit).rz(phi + PI, qubit)


def _rx_by_square_roots(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    _by_square_roots(circuit, qubits[0], angles[0], -HALF, HALF)
    return HALF


def _ry_by_square_roots(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    _by_square_roots(circuit, qubits[0], angles[0], 0.0, 0.0)
    return HALF


def _h_by_square_root(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.rz(HALF, qubits[0]).sx(qubits[0]).rz(HALF, qubits[0])
    return PI / 4


def _sxdg_by_square_root(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.rz(PI, qubits[0]).sx(qubits[0]).rz(-PI, qubits[0])
    return -HALF


def _h(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.rz(PI, qubits[0]).ry(HALF, qubits[0])
    return HALF


def _h_by_rx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.ry(HALF, qubits[0]).rx(PI, qubits[0])
    return HALF


def _p(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> Any:
    circuit.rz(angles[0], qubits[0])
    return angles[0] * 0.5


def _rz_by_p(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> Any:
    circuit.p(angles[0], qubits[0])
    return angles[0] * -0.5


def _u(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> Any:
    theta, phi, lam = angles
    circuit.rz(lam, qubits[0]).ry(theta, qubits[0]).rz(phi, qubits[0])
    return (phi + lam) * 0.5


def _u_by_square_roots(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> Any:
    theta, phi, lam = angles
    _by_square_roots(circuit, qubits[0], theta, phi, lam)
    return (phi + lam) * 0.5 + HALF


def _write_matrix(circuit: Any, matrix: np.ndarray, qubit: int) -> float:
    """Write a 2 x 2 unitary as RZ RY RZ, without the turns that are none; return the phase."""
    theta, phi, lam, phase = euler_zyz(matrix)
    if theta == 0.0:
        phi, lam = phi + lam, 0.0
    for name, angle in (("rz", lam), ("ry", theta), ("rz", phi)):
        turn = math.remainder(angle, 4 * PI)
        if abs(turn) > 1e-15:
            getattr(circuit, name)(turn, qubit)
    return phase


def _unitary1(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    return _write_matrix(circuit, data, qubits[0])


def _unitary1_by_u(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    theta, phi, lam, phase = euler_zyz(data)
    circuit.u(theta, phi, lam, qubits[0])
    return phase - (phi + lam) / 2


def _unitary2(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    """The fewest CX (0 to 3) for the interaction, between one-qubit matrices that are merged first."""
    found = kak(data)
    layers, phase = _interaction_layers(found)
    pending = list(found.before)
    for layer in [*layers, found.after]:
        if isinstance(layer, str):
            for place in (0, 1):
                phase += _write_matrix(circuit, pending[place], qubits[place])
            pending = [np.eye(2), np.eye(2)]
            circuit.cx(*(qubits if layer == "down" else qubits[::-1]))
        else:
            pending = [layer[place] @ pending[place] for place in (0, 1)]
    for place in (0, 1):
        phase += _write_matrix(circuit, pending[place], qubits[place])
    return phase + found.phase


def _interaction_layers(found: KAK) -> tuple[list[Any], float]:
    """exp(i (a XX + b YY + c ZZ)) as CX ("down" has the first qubit as control) between pairs of matrices.

    Three CX: Vatan, Williams, Phys. Rev. A 69, 032315 (2004), figure 6, with signs for this library's rotations.
    """
    a, b, c = found.interaction
    eye = np.eye(2)
    if max(a, b, abs(c)) < 1e-13:
        return [], 0.0
    if abs(a - PI / 4) < 1e-13 and max(b, abs(c)) < 1e-13:
        h = GATES["h"].matrix([])
        return [(h, eye), (_matrix("rz", -HALF), _matrix("rx", -HALF)), "down", (h, eye)], -PI / 4
    if abs(c) < 1e-13:
        # A quarter turn about X takes YY to ZZ, and XX, ZZ become one-qubit rotations between two CX.
        turn, back = _matrix("rx", HALF), _matrix("rx", -HALF)
        middle = (_matrix("rx", -2 * a), _matrix("rz", -2 * b))
        return [(turn, turn), "down", middle, "down", (back, back)], 0.0
    layers = [
        (eye, _matrix("rz", -HALF)),
        "up",
        (_matrix("rz", HALF - 2 * c), _matrix("ry", 2 * a - HALF)),
        "down",
        (eye, _matrix("ry", HALF - 2 * b)),
        "up",
        (_matrix("rz", HALF), eye),
    ]
    return layers, PI / 4


def _matrix(name: str, angle: float) -> np.ndarray:
    return GATES[name].matrix([angle])


def _cx_by_cz(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.h(qubits[1]).cz(*qubits).h(qubits[1])
    return 0.0


def _cx_by_ry_cz(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.ry(-HALF, qubits[1]).cz(*qubits).ry(HALF, qubits[1])
    return 0.0


def _cx_by_rxx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    """One Molmer-Sorensen gate, as ion traps run it."""
    control, target = qubits
    circuit.ry(HALF, control).rxx(-HALF, control, target).rx(HALF, control).ry(-HALF, control).rx(HALF, target)
    return PI / 4


def _cz_by_cx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.h(qubits[1]).cx(*qubits).h(qubits[1])
    return 0.0


def _cz_by_ry_cx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.ry(HALF, qubits[1]).cx(*qubits).ry(-HALF, qubits[1])
    return 0.0


def _cz_by_cp(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.cp(PI, *qubits)
    return 0.0


def _cz_by_rzz(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.rz(HALF, qubits[0]).rz(HALF, qubits[1]).rzz(-HALF, *qubits)
    return PI / 4


def _rzz_by_rxx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.h(qubits[0]).h(qubits[1]).rxx(angles[0], *qubits).h(qubits[0]).h(qubits[1])
    return 0.0


def _rzz(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.cx(*qubits).rz(angles[0], qubits[1]).cx(*qubits)
    return 0.0


def _pauli_pair(text: str) -> Write:
    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        return write_pauli_rotation(circuit, qubits, angles, text)

    return write


def write_pauli_rotation(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    """Write exp(-i angle P / 2) as basis changes, a ladder of CX and one RZ on the last qubit; return phase 0.

    Parameters
    ----------
    circuit : Circuit
        Appended to.
    qubits : tuple of int
    angles : tuple
        The one angle.
    data : str
        Pauli text without I.

    Returns
    -------
    float
    """
    change_pauli_basis(circuit, qubits, data)
    for first, second in zip(qubits, qubits[1:], strict=False):
        circuit.cx(first, second)
    circuit.rz(angles[0], qubits[-1])
    for first, second in reversed(list(zip(qubits, qubits[1:], strict=False))):
        circuit.cx(first, second)
    change_pauli_basis(circuit, qubits, data, back=True)
    return 0.0


def change_pauli_basis(circuit: Any, qubits: tuple[int, ...], pauli: str, *, back: bool = False) -> None:
    """Write the one-qubit gates that turn X and Y into Z, or back.

    Parameters
    ----------
    circuit : Circuit
        Appended to.
    qubits : tuple of int
    pauli : str
        One letter for each qubit.
    back : bool
        Write the inverse.
    """
    for letter, qubit in zip(pauli, qubits, strict=True):
        if letter == "X":
            circuit.h(qubit)
        elif letter == "Y":
            circuit.rx(-HALF if back else HALF, qubit)


def _cy(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.sdg(qubits[1]).cx(*qubits).s(qubits[1])
    return 0.0


def _ch(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.ry(PI / 4, qubits[1]).cx(*qubits).ry(-PI / 4, qubits[1])
    return 0.0


def _swap(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    a, b = qubits
    circuit.cx(a, b).cx(b, a).cx(a, b)
    return 0.0


def _iswap(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    a, b = qubits
    circuit.s(a).s(b).h(a).cx(a, b).cx(b, a).h(b)
    return 0.0


def _iswapdg(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    a, b = qubits
    circuit.h(b).cx(b, a).cx(a, b).h(a).sdg(b).sdg(a)
    return 0.0


def _crx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    control, target = qubits
    circuit.h(target).crz(angles[0], control, target).h(target)
    return 0.0


def _half_turns(rotation: str) -> Write:
    """A controlled RY or RZ as two half turns, of which CX makes one undo the other where the control is 0."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        control, target = qubits
        turn = getattr(circuit, rotation)
        turn(angles[0] * 0.5, target)
        circuit.cx(control, target)
        turn(angles[0] * -0.5, target)
        circuit.cx(control, target)
        return 0.0

    return write


def _cp(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    control, target = qubits
    half = angles[0] * 0.5
    circuit.p(half, control).p(half, target).cx(control, target).p(-half, target).cx(control, target)
    return 0.0


def _ccx(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    """Six CX: Nielsen, Chuang, Quantum Computation and Quantum Information (2010), figure 4.9."""
    a, b, c = qubits
    circuit.h(c).cx(b, c).tdg(c).cx(a, c).t(c).cx(b, c).tdg(c).cx(a, c)
    circuit.t(b).t(c).h(c).cx(a, b).t(a).tdg(b).cx(a, b)
    return 0.0


def _ccz(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    circuit.h(qubits[2]).ccx(*qubits).h(qubits[2])
    return 0.0


def _cswap(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    control, a, b = qubits
    circuit.cx(b, a).ccx(control, a, b).cx(b, a)
    return 0.0


def _doubly_controlled(gate: str) -> Write:
    """With V * V = U: Barenco et al., Phys. Rev. A 52, 3457 (1995), lemma 6.1."""

    def write(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
        a, b, target = qubits
        turn, half = getattr(circuit, gate), angles[0] * 0.5
        turn(half, b, target)
        circuit.cx(a, b)
        turn(-half, b, target)
        circuit.cx(a, b)
        turn(half, a, target)
        return 0.0

    return write


def _single_excitation(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    a, b = qubits
    circuit.cx(a, b).cry(angles[0], b, a).cx(a, b)
    return 0.0


def _double_excitation(circuit: Any, qubits: tuple[int, ...], angles: tuple[Any, ...], data: Any) -> float:
    """Eight eighth-turns and 14 CX: Anselmetti et al., New J. Phys. 23, 113010 (2021), figure 2."""
    a, b, c, d = qubits
    turn = angles[0] * 0.125
    circuit.cx(c, d).cx(a, c).h(d).h(a).cx(c, d).cx(a, b).ry(turn, b).ry(-turn, a)
    circuit.cx(a, d).h(d).cx(d, b).ry(turn, b).ry(-turn, a)
    circuit.cx(c, b).cx(c, a).ry(-turn, b).ry(turn, a)
    circuit.cx(d, b).h(d).cx(a, d).ry(-turn, b).ry(turn, a)
    circuit.cx(a, b).cx(c, a).h(a).h(d).cx(a, c).cx(c, d)
    return 0.0


def _rule(gate: str, needs: str, write: Write) -> Rule:
    return Rule(gate, frozenset(needs.split()), write)


_ONE_QUBIT = [
    _rule("i", "", _identity),
    _rule("sx", "rx", _turn("rx", HALF, PI / 4)),
    _rule("sxdg", "rx", _turn("rx", -HALF, -PI / 4)),
    _rule("x", "rx", _turn("rx", PI, HALF)),
    _rule("y", "ry", _turn("ry", PI, HALF)),
    *(
        _rule(name, "rz", _turn("rz", angle, angle / 2))
        for name, angle in (("z", PI), ("s", HALF), ("sdg", -HALF), ("t", PI / 4), ("tdg", -PI / 4))
    ),
    _rule("x", "sx", _word("sx", "sx")),
    _rule("h", "sx rz", _h_by_square_root),
    _rule("sxdg", "sx rz", _sxdg_by_square_root),
    _rule("h", "ry rz", _h),
    _rule("h", "rx ry", _h_by_rx),
    _rule("p", "rz", _p),
    _rule("rz", "p", _rz_by_p),
    _rule("u", "rz ry", _u),
    _rule("u", "rz sx", _u_by_square_roots),
    _rule("unitary1", "rz ry", _unitary1),
    *(_rule(name, "u", _fixed_as_u(name)) for name in ("x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg")),
    *(_rule(name, "u", _rotation_as_u(name)) for name in ("rx", "ry", "rz", "p")),
    _rule("unitary1", "u", _unitary1_by_u),
    _rule("rx", "h rz", _rx_by_hadamard),
    _rule("rx", "ry rz", _conjugated("rz", HALF, "ry")),
    _rule("ry", "rx rz", _conjugated("rz", -HALF, "rx")),
    _rule("rz", "rx ry", _conjugated("rx", -HALF, "ry")),
    _rule("rx", "sx rz", _rx_by_square_roots),
    _rule("ry", "sx rz", _ry_by_square_roots),
    _rule("z", "s", _word("s", "s")),
    _rule("s", "t", _word("t", "t")),
    _rule("sdg", "z s", _word("z", "s")),
    _rule("tdg", "z s t", _word("z", "s", "t")),
    _rule("x", "h z", _word("h", "z", "h")),
    _rule("z", "h x", _word("h", "x", "h")),
    _rule("y", "x z", _word("z", "x", phase=HALF)),
    _rule("sx", "h s", _word("h", "s", "h")),
    _rule("sxdg", "h sdg", _word("h", "sdg", "h")),
]
_MANY_QUBITS = [
    _rule("cx", "h cz", _cx_by_cz),
    _rule("cx", "ry cz", _cx_by_ry_cz),
    _rule("cx", "rx ry rxx", _cx_by_rxx),
    _rule("cz", "h cx", _cz_by_cx),
    _rule("cz", "ry cx", _cz_by_ry_cx),
    _rule("cz", "cp", _cz_by_cp),
    _rule("cz", "rz rzz", _cz_by_rzz),
    _rule("rzz", "cx rz", _rzz),
    _rule("rzz", "h rxx", _rzz_by_rxx),
    _rule("rxx", "cx h rz", _pauli_pair("XX")),
    _rule("ryy", "cx rx rz", _pauli_pair("YY")),
    _rule("cy", "sdg cx s", _cy),
    _rule("ch", "ry cx", _ch),
    _rule("swap", "cx", _swap),
    _rule("iswap", "s h cx", _iswap),
    _rule("iswapdg", "sdg h cx", _iswapdg),
    _rule("crx", "h crz", _crx),
    _rule("cry", "ry cx", _half_turns("ry")),
    _rule("crz", "rz cx", _half_turns("rz")),
    _rule("cp", "p cx", _cp),
    _rule("ccx", "h cx t tdg", _ccx),
    _rule("ccz", "h ccx", _ccz),
    _rule("cswap", "cx ccx", _cswap),
    *(_rule("c" + gate, f"cx {gate}", _doubly_controlled(gate)) for gate in ("crx", "cry", "crz", "cp")),
    _rule("pauli_rotation", "cx h rx rz", write_pauli_rotation),
    _rule("single_excitation", "cx cry", _single_excitation),
    _rule("double_excitation", "cx h ry", _double_excitation),
    _rule("unitary2", "rz ry cx", _unitary2),
]
RULES: tuple[Rule, ...] = (*_ONE_QUBIT, *_MANY_QUBITS)
"""All rules; of several for one gate that are equally close to the basis, the first is taken."""
