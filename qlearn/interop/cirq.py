"""Cirq: circuits, observables and measured bits.

Qubits are numbered in Cirq's own order (sorted), or as `qubits` lists them. Cirq's first qubit is the most significant
bit of an amplitude index, as here, so state vectors need no conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import missing_extra
from ..circuits import CHANNEL_NAMES, Circuit, Expression, channel_kraus, decompose
from ..paulis import PauliSum
from ._common import PI, matches, no_counterpart, pauli_sum, placed_letters, plain, polynomial, positions
from ._shadow_data import gather

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..shadows import ShadowData

__all__ = [
    "export_circuit",
    "export_observable",
    "export_shadow_data",
    "import_bits",
    "import_circuit",
    "import_observable",
    "shadow_data",
]

MAX_DEPTH = 100


def _cirq(feature: str) -> Any:
    try:
        import cirq
    except ImportError:
        raise missing_extra(feature, "cirq", "interop") from None
    return cirq


def export_circuit(circuit: Circuit, qubits: Sequence[Any] | None = None) -> Any:
    """Return a `cirq.Circuit`, equal up to a global phase.

    Parameters
    ----------
    circuit : Circuit
        Parameters may be open: they become sympy symbols of the same names.
    qubits : sequence of cirq.Qid, optional
        Cirq's qubit for qubit 0, 1, ...; by default `cirq.LineQubit(0)`, `cirq.LineQubit(1)`, ...

    Returns
    -------
    cirq.Circuit
        Barriers are dropped. Measurements without a key get `m0`, `m1`, ...; an unused qubit gets an identity, so that
        none is lost.

    Raises
    ------
    ImportError
        If Cirq is not installed.
    ValueError
        If there is a readout error, or `qubits` are too few.
    """
    cirq = _cirq("export_circuit")
    line = list(cirq.LineQubit.range(circuit.n_qubits) if qubits is None else qubits)
    if len(line) != circuit.n_qubits or len(set(line)) != len(line):
        raise ValueError(f"`qubits` must be {circuit.n_qubits} different qubits, got {line}.")
    makers = _makers(cirq)
    operations, n_unnamed = [], 0
    for index, step in enumerate(decompose(circuit, {*makers, "unitary"})):
        on = [line[qubit] for qubit in step.qubits]
        if step.name == "barrier":
            continue
        if step.name == "measure":
            key = step.data
            if key is None:
                key, n_unnamed = f"m{n_unnamed}", n_unnamed + 1
            operations.append(cirq.measure(*on, key=key))
        elif step.name == "readout_error":
            raise no_counterpart(index, step, "Cirq")
        elif step.name in CHANNEL_NAMES:
            operations.append(_channel(cirq, step).on(*on))
        elif step.name == "reset":
            operations.append(cirq.reset(on[0]))
        elif step.name == "unitary":
            operations.append(cirq.MatrixGate(np.array(step.data)).on(*on))
        else:
            operations.append(makers[step.name](*map(_symbolic, step.angles)).on(*on))
    unused = set(range(circuit.n_qubits)) - set(circuit.used_qubits)
    return cirq.Circuit(operations, [cirq.I(line[qubit]) for qubit in sorted(unused)])


def _makers(cirq: Any) -> dict[str, Callable[..., Any]]:
    """Cirq's gate for each of ours, given the angles."""
    fixed = {
        "i": cirq.I,
        "x": cirq.X,
        "y": cirq.Y,
        "z": cirq.Z,
        "h": cirq.H,
        "s": cirq.S,
        "sdg": cirq.S**-1,
        "t": cirq.T,
        "tdg": cirq.T**-1,
        "sx": cirq.X**0.5,
        "sxdg": cirq.X**-0.5,
        "cx": cirq.CNOT,
        "cy": cirq.ControlledGate(cirq.Y),
        "cz": cirq.CZ,
        "ch": cirq.ControlledGate(cirq.H),
        "swap": cirq.SWAP,
        "iswap": cirq.ISWAP,
        "iswapdg": cirq.ISWAP**-1,
        "ccx": cirq.CCX,
        "ccz": cirq.CCZ,
        "cswap": cirq.CSWAP,
    }
    turned: dict[str, Callable[..., Any]] = {
        "rx": cirq.rx,
        "ry": cirq.ry,
        "rz": cirq.rz,
        "p": lambda angle: cirq.ZPowGate(exponent=angle / PI),
        "cp": lambda angle: cirq.CZPowGate(exponent=angle / PI),
        "ccp": lambda angle: cirq.CCZPowGate(exponent=angle / PI),
        "rxx": lambda angle: cirq.XXPowGate(exponent=angle / PI, global_shift=-0.5),
        "ryy": lambda angle: cirq.YYPowGate(exponent=angle / PI, global_shift=-0.5),
        "rzz": lambda angle: cirq.ZZPowGate(exponent=angle / PI, global_shift=-0.5),
    }
    for name in ("rx", "ry", "rz"):
        for n_controls in (1, 2):
            turned["c" * n_controls + name] = lambda angle, base=turned[name], n=n_controls: cirq.ControlledGate(
                base(angle), num_controls=n
            )
    return {**{name: lambda gate=gate: gate for name, gate in fixed.items()}, **turned}


def _channel(cirq: Any, step: Any) -> Any:
    named = {
        "depolarize1": cirq.depolarize,
        "bit_flip": cirq.bit_flip,
        "phase_flip": cirq.phase_flip,
        "amplitude_damping": cirq.amplitude_damp,
        "phase_damping": cirq.phase_damp,
        "pauli_channel1": cirq.asymmetric_depolarize,
    }
    if step.name in named:
        return named[step.name](*step.data)
    if step.name == "depolarize2":
        return cirq.depolarize(*step.data, n_qubits=2)
    return cirq.KrausChannel(channel_kraus(step))


def _symbolic(angle: float | Expression) -> Any:
    if not isinstance(angle, Expression):
        return angle
    import sympy

    total: Any = sympy.Integer(0)
    for monomial, coefficient in angle.terms.items():
        product: Any = coefficient
        for parameter in monomial:
            product = product * sympy.Symbol(parameter.name)
        total = total + product
    return total


def import_circuit(source: Any, qubits: Sequence[Any] | None = None) -> Circuit:
    """Return a circuit from a `cirq.Circuit`, equal up to a global phase.

    Parameters
    ----------
    source : cirq.Circuit
        Exponents may hold sympy symbols, in polynomials of degree at most two.
    qubits : sequence of cirq.Qid, optional
        Cirq's qubit for qubit 0, 1, ...; by default those of the circuit, sorted, as Cirq orders them.

    Returns
    -------
    Circuit
        Keys of measurements are kept. Gates that are unknown here are taken by their matrix on one or two qubits, else
        by Cirq's decomposition; channels by their Kraus operators.

    Raises
    ------
    TypeError
        If `source` is no circuit of Cirq.
    ValueError
        If an operation has no counterpart here (classical control, inverted readout, qudits); the message names it.
    """
    if not hasattr(source, "all_operations") or not hasattr(source, "all_qubits"):
        raise TypeError(f"import_circuit: a cirq.Circuit is needed, got {type(source).__name__}.")
    order = sorted(source.all_qubits()) if qubits is None else list(qubits)
    if not order:
        raise ValueError("import_circuit: the circuit has no qubits; name them by `qubits`.")
    places = positions(source.all_qubits(), order, "qubits")
    for qubit in order:
        if getattr(qubit, "dimension", 2) != 2:
            raise ValueError(f"import_circuit: {qubit} has {qubit.dimension} levels; only qubits are known here.")
    result = Circuit(len(order))
    for operation in source.all_operations():
        _read(result, operation, places, 0)
    return result


def _read(circuit: Circuit, operation: Any, places: Any, depth: int) -> None:
    cirq = _cirq("import_circuit")
    if getattr(operation, "classical_controls", None):
        raise ValueError(f"import_circuit: {operation} is classical control, which circuits here have not.")
    qubits = tuple(places[qubit] for qubit in operation.qubits)
    gate = operation.untagged.gate
    handler = _READERS.get(type(gate).__name__)
    if handler is not None and handler(circuit, gate, qubits):
        return
    is_open = cirq.is_parameterized(operation)
    if not is_open and len(qubits) <= 2 and cirq.has_unitary(operation):
        circuit.unitary(cirq.unitary(operation), qubits)
        return
    if not is_open and gate is not None and not cirq.has_unitary(operation) and len(qubits) <= 2:
        if cirq.has_kraus(operation) and not cirq.is_measurement(operation):
            circuit.kraus(cirq.kraus(operation), qubits)
            return
    parts = cirq.decompose_once(operation, None) if depth < MAX_DEPTH else None
    if not parts:
        raise ValueError(f"import_circuit: {operation} has no counterpart here; decompose it in Cirq first.")
    for part in parts:
        _read(circuit, part, places, depth + 1)


def _angle(exponent: Any, scale: float = PI) -> Any:
    """`scale` times an exponent, which is a number or a sympy expression."""
    if not hasattr(exponent, "free_symbols"):
        return float(exponent) * scale
    import sympy

    symbols = sorted(exponent.free_symbols, key=str)
    if not symbols:
        return float(exponent) * scale
    try:
        terms = sympy.Poly(sympy.expand(exponent * scale), *symbols).terms()
    except sympy.PolynomialError:
        raise ValueError(f"import_circuit: the exponent {exponent} is no polynomial in its symbols.") from None
    names = [str(symbol) for symbol in symbols]
    return polynomial(
        ([name for name, power in zip(names, powers, strict=True) for _ in range(power)], float(coefficient))
        for powers, coefficient in terms
    )


def _pauli_power(rotation: str, words: dict[float, str]) -> Callable[..., bool]:
    def read(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
        for exponent, word in words.items():
            if matches(gate.exponent, exponent) and gate.global_shift == 0:
                getattr(circuit, word)(*qubits)
                return True
        name = "rz" if rotation == "p" and gate.global_shift == -0.5 else rotation
        getattr(circuit, name)(_angle(gate.exponent), *qubits)
        return True

    return read


def _controlled_power(word: str, rotation: str) -> Callable[..., bool]:
    """Powers under controls: X**e is RX(pi e) times a phase, which the controls turn into a phase of their own."""

    def read(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
        if matches(gate.exponent, 1.0):
            getattr(circuit, word)(*qubits)
            return True
        if rotation.endswith("rx"):
            phase = circuit.p if len(qubits) == 2 else circuit.cp
            phase(_angle(gate.exponent, PI / 2), *qubits[:-1])
        getattr(circuit, rotation)(_angle(gate.exponent), *qubits)
        return True

    return read


def _only_whole(words: dict[float, str]) -> Callable[..., bool]:
    def read(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
        for exponent, word in words.items():
            if matches(getattr(gate, "exponent", 1.0), exponent):
                getattr(circuit, word)(*qubits)
                return True
        return False

    return read


def _controlled_gate(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
    """Rotations and a few gates under one or two controls; other controlled gates are left to Cirq."""
    n_controls = len(qubits) - 1
    plain_controls = list(gate.control_values.expand()) == [(1,) * n_controls]
    base = {"Rx": "rx", "Ry": "ry", "Rz": "rz"}.get(type(gate.sub_gate).__name__)
    if base is not None and n_controls in (1, 2) and plain_controls:
        getattr(circuit, "c" * n_controls + base)(_angle(gate.sub_gate.exponent), *qubits)
        return True
    for name, word in (("_PauliY", "cy"), ("HPowGate", "ch")):
        is_whole = matches(getattr(gate.sub_gate, "exponent", 1.0), 1.0)
        if type(gate.sub_gate).__name__ == name and n_controls == 1 and plain_controls and is_whole:
            getattr(circuit, word)(*qubits)
            return True
    return False


def _iswap(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
    if _only_whole({1.0: "iswap", -1.0: "iswapdg"})(circuit, gate, qubits):
        return True
    angle = _angle(gate.exponent, -PI / 2)
    circuit.rxx(angle, *qubits).ryy(angle, *qubits)
    return True


def _measure(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
    if any(gate.invert_mask) or gate.confusion_map:
        raise ValueError("import_circuit: a measurement with inverted or confused bits has no counterpart here.")
    circuit.measure(qubits, key=str(gate.key))
    return True


def _channel_with(name: str, attribute: str) -> Callable[..., bool]:
    def read(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
        if len(qubits) == 1:
            getattr(circuit, name)(float(getattr(gate, attribute)), *qubits)
            return True
        if name == "depolarize1" and len(qubits) == 2:
            circuit.depolarize2(float(gate.p), *qubits)
            return True
        return False

    return read


def _reset(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
    circuit.reset(qubits[0])
    return True


def _identity(circuit: Circuit, gate: Any, qubits: tuple[int, ...]) -> bool:
    for qubit in qubits:
        circuit.i(qubit)
    return True


_Z_WORDS = {1.0: "z", 0.5: "s", -0.5: "sdg", 0.25: "t", -0.25: "tdg"}
_READERS: dict[str, Callable[..., bool]] = {
    "_PauliX": _pauli_power("rx", {1.0: "x"}),
    "_PauliY": _pauli_power("ry", {1.0: "y"}),
    "_PauliZ": _pauli_power("p", {1.0: "z"}),
    "XPowGate": _pauli_power("rx", {1.0: "x", 0.5: "sx", -0.5: "sxdg"}),
    "YPowGate": _pauli_power("ry", {1.0: "y"}),
    "ZPowGate": _pauli_power("p", _Z_WORDS),
    "Rx": _pauli_power("rx", {}),
    "Ry": _pauli_power("ry", {}),
    "Rz": _pauli_power("p", {}),
    "XXPowGate": _pauli_power("rxx", {}),
    "YYPowGate": _pauli_power("ryy", {}),
    "ZZPowGate": _pauli_power("rzz", {}),
    "HPowGate": _only_whole({1.0: "h"}),
    "CXPowGate": _controlled_power("cx", "crx"),
    "CZPowGate": _controlled_power("cz", "cp"),
    "CCXPowGate": _controlled_power("ccx", "ccrx"),
    "CCZPowGate": _controlled_power("ccz", "ccp"),
    "SwapPowGate": _only_whole({1.0: "swap"}),
    "CSwapGate": _only_whole({1.0: "cswap"}),
    "ISwapPowGate": _iswap,
    "ControlledGate": _controlled_gate,
    "IdentityGate": _identity,
    "MeasurementGate": _measure,
    "ResetChannel": _reset,
    "DepolarizingChannel": _channel_with("depolarize1", "p"),
    "BitFlipChannel": _channel_with("bit_flip", "p"),
    "PhaseFlipChannel": _channel_with("phase_flip", "p"),
    "AmplitudeDampingChannel": _channel_with("amplitude_damping", "gamma"),
    "PhaseDampingChannel": _channel_with("phase_damping", "gamma"),
}


def export_observable(observable: PauliSum, qubits: Sequence[Any] | None = None) -> Any:
    """Return a `cirq.PauliSum`.

    Parameters
    ----------
    observable : PauliSum
        Equal strings are added up.
    qubits : sequence of cirq.Qid, optional
        Cirq's qubit for qubit 0, 1, ...; by default line qubits.

    Returns
    -------
    cirq.PauliSum

    Raises
    ------
    ImportError
        If Cirq is not installed.
    ValueError
        If `qubits` are too few.
    """
    cirq = _cirq("export_observable")
    line = list(cirq.LineQubit.range(observable.n_qubits) if qubits is None else qubits)
    if len(line) != observable.n_qubits:
        raise ValueError(f"`qubits` must be {observable.n_qubits} qubits, got {len(line)}.")
    strings = [
        cirq.PauliString({line[q]: letter for q, letter in placed_letters(label)}, coefficient=plain(coefficient))
        for label, coefficient in observable.items()
    ]
    return cirq.PauliSum.from_pauli_strings(strings) if strings else cirq.PauliSum()


def import_observable(source: Any, qubits: Sequence[Any] | None = None) -> PauliSum:
    """Return a sum of Pauli strings from a `cirq.PauliSum` or `cirq.PauliString`.

    Parameters
    ----------
    source : cirq.PauliSum or cirq.PauliString
    qubits : sequence of cirq.Qid, optional
        Cirq's qubit for qubit 0, 1, ...; by default those that occur, sorted. Identities are not seen, so name the
        qubits where some may be idle.

    Returns
    -------
    PauliSum

    Raises
    ------
    TypeError
        If `source` is neither.
    ValueError
        If a qubit is not among `qubits`, or there is none.
    """
    strings = [source] if hasattr(source, "coefficient") else source
    if not hasattr(source, "qubits") or not all(hasattr(s, "coefficient") and hasattr(s, "items") for s in strings):
        raise TypeError(f"import_observable: a cirq.PauliSum or PauliString is needed, got {type(source).__name__}.")
    order = sorted(source.qubits) if qubits is None else list(qubits)
    if not order:
        raise ValueError("import_observable: no qubit occurs; name them by `qubits`.")
    places = positions(source.qubits, order, "qubits")
    terms = [([(places[q], str(pauli)) for q, pauli in string.items()], string.coefficient) for string in strings]
    return pauli_sum(terms, len(order))


def import_bits(source: Any, keys: Sequence[str] | None = None) -> np.ndarray:
    """Return measured bits from a `cirq.Result`.

    Parameters
    ----------
    source : cirq.Result
        Any object with its `measurements` will do.
    keys : sequence of str, optional
        Which measurements, in which order; all by default, in the order of the result.

    Returns
    -------
    ndarray of uint8, shape (n_shots, n_bits)
        The bits of each measurement in the order of its qubits.

    Raises
    ------
    TypeError
        If `source` is no result.
    ValueError
        If a key is missing.
    """
    measurements = getattr(source, "measurements", None)
    if measurements is None:
        raise TypeError(f"import_bits: a cirq.Result is needed, got {type(source).__name__}.")
    names = list(measurements) if keys is None else list(keys)
    for name in names:
        if name not in measurements:
            raise ValueError(f"import_bits: there is no measurement {name!r}; the result has {list(measurements)}.")
    if not names:
        raise ValueError("import_bits: the result has no measurements.")
    return np.concatenate([np.asarray(measurements[name], dtype=np.uint8) for name in names], axis=1)


def shadow_data(
    source: Any,
    bases: Any,
    *,
    qubit_0: str | None = None,
    keys: Sequence[str] | None = None,
    qubits: Sequence[int] | None = None,
    basis_probabilities: ArrayLike | None = None,
) -> ShadowData:
    """Return measurement data from results of Cirq, one for each basis.

    Parameters
    ----------
    source : cirq.Result, or sequence of them
        Settings in the order of `bases`; lists in lists, as `run_batch` returns them, are flattened.
    bases : MeasurementScheme, array_like of int (n_settings, n_qubits), or sequence of str
        What was measured: 0 = X, 1 = Y, 2 = Z with qubit k in column k; or texts such as "XYZ".
    qubit_0 : {"left", "right"}, optional
        Which end of the texts in `bases` is qubit 0; needed for texts.
    keys : sequence of str, optional
        Which measurements hold the outcomes, in which order; all by default, in the order of the result.
    qubits : sequence of int, optional
        The qubit of each measured bit; in order by default.
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        With what probability X, Y and Z were drawn on each qubit, where they were; a `MeasurementScheme` knows.

    Returns
    -------
    ShadowData

    Raises
    ------
    TypeError
        If `source` holds what is no result.
    ValueError
        If the numbers of settings or of qubits differ, or an order is ambiguous.
    """
    results: list[Any] = [source]
    while any(isinstance(item, (list, tuple)) for item in results):
        results = [part for item in results for part in (item if isinstance(item, (list, tuple)) else [item])]
    bits = [import_bits(result, keys) for result in results]
    return gather(bits, bases, qubit_0=qubit_0, qubits=qubits, basis_probabilities=basis_probabilities)


def export_shadow_data(data: ShadowData, key: str = "m") -> list[Any]:
    """Return a `cirq.ResultDict` for every setting, the bits of all qubits under one key.

    Parameters
    ----------
    data : ShadowData
    key : str
        Of the measurement.

    Returns
    -------
    list of cirq.ResultDict
        In the order of ``data.bases``, which they do not hold.

    Raises
    ------
    ImportError
        If Cirq is not installed.
    """
    cirq = _cirq("export_shadow_data")
    parts = np.split(data.outcomes, np.cumsum(data.shots_per_setting)[:-1])
    return [cirq.ResultDict(params=cirq.ParamResolver({}), measurements={key: part.astype(np.uint8)}) for part in parts]
