"""Controlled versions of whole circuits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .._checks import check_count
from ._rules import change_pauli_basis
from .circuit import Circuit
from .decomposition import decompose_with_phase
from .gates import GATES, UNITARY_NAMES
from .instruction import Instruction
from .parameters import Expression

_PHASES = {"z": math.pi, "s": math.pi / 2, "sdg": -math.pi / 2, "t": math.pi / 4, "tdg": -math.pi / 4}


def controlled(circuit: Circuit, n_controls: int = 1) -> Circuit:
    """Return the circuit that acts as `circuit` where all controls are 1, and as the identity elsewhere.

    Parameters
    ----------
    circuit : Circuit
        Unitary; angles may hold parameters. Barriers are kept.
    n_controls : int
        At least 1. The controls are the first qubits of the result; qubit q becomes `q + n_controls`.

    Returns
    -------
    Circuit
        Exact, including the phase that a global phase becomes. Gates with a controlled form in the gate table take it;
        others are decomposed first.

    Raises
    ------
    ValueError
        If an instruction is not unitary; the message names it.

    Notes
    -----
    A gate with m controls in all costs O(3^m) gates for m > 2, without ancilla qubits: Barenco et al.,
    Phys. Rev. A 52, 3457 (1995), lemma 7.5.

    Examples
    --------
    >>> import qlearn as ql
    >>> from qlearn.circuits import controlled
    >>> controlled(ql.Circuit(1).x(0), 2).counts()
    {'ccx': 1}
    """
    n_controls = check_count("n_controls", n_controls, minimum=1)
    result = Circuit(circuit.n_qubits + n_controls)
    writer = _Writer(result, list(range(n_controls)))
    for index, step in enumerate(circuit.instructions):
        moved = step._replace(qubits=tuple(q + n_controls for q in step.qubits))
        if step.name == "barrier":
            result.append(moved)
        elif step.name in UNITARY_NAMES:
            writer.write(moved)
        else:
            raise ValueError(
                f"controlled: instruction {index}, {step.name} on qubits {step.qubits}, is not unitary; "
                "remove noise, measurements and resets first."
            )
    return result


class _Writer:
    """Writes gates under a fixed set of controls."""

    def __init__(self, circuit: Circuit, controls: list[int]) -> None:
        self.circuit = circuit
        self.controls = controls

    def write(self, step: Instruction) -> None:
        """Write one gate; its own controls join the others."""
        name, qubits, angles, data = step
        spec = GATES.get(name)
        if spec is not None and spec.n_controls:
            inner = _Writer(self.circuit, [*self.controls, *qubits[: spec.n_controls]])
            inner.write(Instruction(spec.base, qubits[spec.n_controls :], angles))
            return
        handler: Callable[..., None] | None = getattr(self, f"_{name}", None)
        if handler is not None:
            handler(*angles, *qubits) if data is None else handler(*angles, data, qubits)
        elif name in _PHASES:
            self._p(_PHASES[name], *qubits)
        elif name in ("rxx", "ryy", "rzz"):
            self._pauli_rotation(angles[0], name[1:].upper(), qubits)
        elif name != "i":
            self._write_decomposed(step)

    def _write_decomposed(self, step: Instruction) -> None:
        alone = Circuit(self.circuit.n_qubits)
        alone._instructions.append(step)
        simple, phase = decompose_with_phase(alone, {"cx", "h", "x", "rx", "ry", "rz"})
        for part in simple.instructions:
            self.write(part)
        if isinstance(phase, Expression) or phase != 0.0:
            self.phase(phase)

    def phase(self, angle: Any) -> None:
        """Write exp(i angle) where all controls are 1."""
        if len(self.controls) == 1:
            self.circuit.p(angle, self.controls[0])
        else:
            _Writer(self.circuit, self.controls[:-1])._p(angle, self.controls[-1])

    def _direct(self, base: str, angles: tuple[Any, ...], qubits: tuple[int, ...]) -> bool:
        """Write the gate with the table's controlled form, if there is one."""
        name = "c" * len(self.controls) + base
        if name not in GATES:
            return False
        getattr(self.circuit, name)(*angles, *self.controls, *qubits)
        return True

    def _p(self, angle: Any, target: int) -> None:
        if self._direct("p", (angle,), (target,)):
            return
        *rest, last = self.controls
        flip = _Writer(self.circuit, rest)
        self.circuit.cp(angle * 0.5, last, target)
        flip._x(last)
        self.circuit.cp(angle * -0.5, last, target)
        flip._x(last)
        flip._p(angle * 0.5, target)

    def _x(self, target: int) -> None:
        if not self._direct("x", (), (target,)):
            self.circuit.h(target)
            self._p(math.pi, target)
            self.circuit.h(target)

    def _y(self, target: int) -> None:
        if not self._direct("y", (), (target,)):
            self.circuit.sdg(target)
            self._x(target)
            self.circuit.s(target)

    def _z(self, target: int) -> None:
        if not self._direct("z", (), (target,)):
            self._p(math.pi, target)

    def _h(self, target: int) -> None:
        if not self._direct("h", (), (target,)):
            self.circuit.ry(-math.pi / 4, target)
            self._z(target)
            self.circuit.ry(math.pi / 4, target)

    def _sx(self, target: int) -> None:
        self._rx(math.pi / 2, target)
        self.phase(math.pi / 4)

    def _sxdg(self, target: int) -> None:
        self._rx(-math.pi / 2, target)
        self.phase(-math.pi / 4)

    def _rx(self, angle: Any, target: int) -> None:
        self._rotation("rx", angle, target, self._z)

    def _ry(self, angle: Any, target: int) -> None:
        self._rotation("ry", angle, target, self._x)

    def _rz(self, angle: Any, target: int) -> None:
        self._rotation("rz", angle, target, self._x)

    def _rotation(self, name: str, angle: Any, target: int, flip: Callable[[int], None]) -> None:
        if self._direct(name, (angle,), (target,)):
            return
        turn = getattr(self.circuit, name)
        turn(angle * 0.5, target)
        flip(target)
        turn(angle * -0.5, target)
        flip(target)

    def _u(self, theta: Any, phi: Any, lam: Any, target: int) -> None:
        self._rz(lam, target)
        self._ry(theta, target)
        self._rz(phi, target)
        self.phase((phi + lam) * 0.5)

    def _swap(self, a: int, b: int) -> None:
        if not self._direct("swap", (), (a, b)):
            self.circuit.cx(b, a)
            _Writer(self.circuit, [*self.controls, a])._x(b)
            self.circuit.cx(b, a)

    def _iswap(self, a: int, b: int) -> None:
        self._pauli_rotation(-math.pi / 2, "XX", (a, b))
        self._pauli_rotation(-math.pi / 2, "YY", (a, b))

    def _iswapdg(self, a: int, b: int) -> None:
        self._pauli_rotation(math.pi / 2, "XX", (a, b))
        self._pauli_rotation(math.pi / 2, "YY", (a, b))

    def _pauli_rotation(self, angle: Any, pauli: str, qubits: tuple[int, ...]) -> None:
        """Only the RZ in the middle needs the controls; what stands around it cancels."""
        pairs = list(zip(qubits, qubits[1:], strict=False))
        change_pauli_basis(self.circuit, qubits, pauli)
        for first, second in pairs:
            self.circuit.cx(first, second)
        self._rz(angle, qubits[-1])
        for first, second in reversed(pairs):
            self.circuit.cx(first, second)
        change_pauli_basis(self.circuit, qubits, pauli, back=True)

    def _single_excitation(self, angle: Any, a: int, b: int) -> None:
        self.circuit.cx(a, b)
        _Writer(self.circuit, [*self.controls, b])._ry(angle, a)
        self.circuit.cx(a, b)

    def _double_excitation(self, angle: Any, a: int, b: int, c: int, d: int) -> None:
        """|0011> and |1100> are brought to differ in `a` alone, where b, c, d are 0, 1, 1."""
        self.circuit.cx(a, b).cx(a, c).cx(a, d).x(b)
        _Writer(self.circuit, [*self.controls, b, c, d])._ry(angle, a)
        self.circuit.x(b).cx(a, d).cx(a, c).cx(a, b)
