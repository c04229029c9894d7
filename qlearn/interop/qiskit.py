"""Qiskit: circuits, observables, states and measured bits.

Qubit k there is qubit k here. Qiskit writes qubit 0 last: rightmost in labels and count strings, least significant in
an amplitude index; here it comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import check_array, missing_extra
from ..circuits import CHANNEL_NAMES, Circuit, Expression, decompose
from ..paulis import PauliSum
from . import _qiskit_shadows
from ._common import append_joined, no_counterpart, polynomial

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..shadows import ShadowData
    from ..sim.states import State

__all__ = [
    "export_circuit",
    "export_observable",
    "export_shadow_data",
    "export_state",
    "import_bits",
    "import_circuit",
    "import_observable",
    "import_state",
    "shadow_data",
]

MAX_DEPTH = 100

_SAME = (
    "x y z h s sdg t tdg sx sxdg rx ry rz p u cx cy cz ch swap iswap crx cry crz cp rxx ryy rzz ccx ccz cswap".split()
)
_METHODS: dict[str, str] = {**{name: name for name in _SAME}, "i": "id"}
_IMPORTED: dict[str, str] = {theirs: ours for ours, theirs in _METHODS.items()} | {"u1": "p", "u3": "u", "cu1": "cp"}


def export_circuit(circuit: Circuit) -> Any:
    """Return a `qiskit.QuantumCircuit`, equal up to a global phase.

    Parameters
    ----------
    circuit : Circuit
        Parameters may be open: they become Qiskit parameters of the same names, vectors become parameter vectors.

    Returns
    -------
    qiskit.QuantumCircuit
        Gates that Qiskit lacks are decomposed. Measurements go to a classical register named by their key, `c`
        without one, bit by bit in the order of the records.

    Raises
    ------
    ImportError
        If Qiskit is not installed.
    ValueError
        If there is noise; the message names the instruction.
    """
    try:
        from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
    except ImportError:
        raise missing_extra("export_circuit", "qiskit", "interop") from None
    for index, step in enumerate(circuit):
        if step.name in CHANNEL_NAMES:
            raise no_counterpart(index, step, "Qiskit")
    sizes: dict[Any, int] = {}
    for step in circuit:
        if step.name == "measure":
            sizes[step.data] = sizes.get(step.data, 0) + len(step.qubits)
    registers = {key: ClassicalRegister(size, "c" if key is None else key) for key, size in sizes.items()}
    result = QuantumCircuit(QuantumRegister(circuit.n_qubits, "q"), *registers.values())
    angle = _angle_writer(circuit)
    used = dict.fromkeys(sizes, 0)
    for name, qubits, angles, data in decompose(circuit, {*_METHODS, "unitary"}):
        if name == "measure":
            bits = registers[data][used[data] : used[data] + len(qubits)]
            used[data] += len(qubits)
            result.measure(list(qubits), bits)
        elif name == "barrier":
            result.barrier(list(qubits))
        elif name == "reset":
            result.reset(qubits[0])
        elif name == "unitary":
            result.unitary(data, list(reversed(qubits)))  # Qiskit's first qubit is the least significant
        else:
            getattr(result, _METHODS[name])(*map(angle, angles), *qubits)
    return result


def _angle_writer(circuit: Circuit) -> Callable[[Any], Any]:
    """A function from our angles to Qiskit's, all on the same Parameter objects."""
    from qiskit.circuit import Parameter, ParameterVector

    sizes: dict[str, int] = {}
    for parameter in circuit.parameters:
        if parameter.vector is not None:
            sizes[parameter.vector] = max(sizes.get(parameter.vector, 0), int(parameter.index or 0) + 1)
    vectors = {name: ParameterVector(name, size) for name, size in sizes.items()}
    symbols = {
        parameter.name: Parameter(parameter.name)
        if parameter.vector is None
        else vectors[parameter.vector][int(parameter.index or 0)]
        for parameter in circuit.parameters
    }

    def write(angle: float | Expression) -> Any:
        if not isinstance(angle, Expression):
            return angle
        total: Any = 0.0
        for monomial, coefficient in angle.terms.items():
            product: Any = coefficient
            for parameter in monomial:
                product = product * symbols[parameter.name]
            total = total + product
        return total

    return write


def import_circuit(source: Any) -> Circuit:
    """Return a circuit from a `qiskit.QuantumCircuit`, equal up to a global phase.

    Parameters
    ----------
    source : qiskit.QuantumCircuit
        Any object with its `data`, `num_qubits`, `find_bit` and `cregs` will do. Parameters may be open, in polynomials
        of degree at most two.

    Returns
    -------
    Circuit
        Records in the order of the measurements; the name of the classical register is the key, except `c`, which
        stands for none; measurements that follow each other into consecutive bits become one instruction. Gates that
        are unknown here are taken by their definition, or by their matrix on one or two qubits. Delays are dropped.

    Raises
    ------
    TypeError
        If `source` is no circuit.
    ValueError
        If it has classical control or a gate without definition; the message names it.
    """
    for attribute in ("data", "num_qubits", "find_bit", "cregs"):
        if not hasattr(source, attribute):
            raise TypeError(f"import_circuit: a qiskit.QuantumCircuit is needed, got {type(source).__name__}.")
    result = Circuit(source.num_qubits)
    reader = _Reader(result)
    reader.read(source, tuple(range(source.num_qubits)), 0)
    reader.flush()
    return result


class _Reader:
    """Appends what it reads to a circuit."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.measured: list[tuple[int, str | None, int]] = []

    def flush(self) -> None:
        append_joined(self.circuit, self.measured)
        self.measured = []

    def read(self, source: Any, places: tuple[int, ...], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ValueError(f"import_circuit: definitions are nested deeper than {MAX_DEPTH}.")
        for item in source.data:
            operation = item.operation
            qubits = tuple(places[source.find_bit(qubit).index] for qubit in item.qubits)
            if getattr(operation, "_condition", None) is not None or hasattr(operation, "blocks"):
                raise ValueError(
                    f"import_circuit: {operation.name} on qubits {qubits} is classical control, which circuits here "
                    "have not."
                )
            if operation.name == "measure":
                self.measured.append((qubits[0], *_register_of(source, item.clbits[0])))
                continue
            self.flush()
            self.operation(operation, qubits, depth)

    def operation(self, operation: Any, qubits: tuple[int, ...], depth: int) -> None:
        name = operation.name
        if name in _IMPORTED:
            angles = [_angle(name, value) for value in operation.params]
            getattr(self.circuit, _IMPORTED[name])(*angles, *qubits)
        elif name == "barrier":
            if qubits:
                self.circuit.barrier(*qubits)
        elif name == "reset":
            self.circuit.reset(qubits[0])
        elif name == "unitary" and len(qubits) <= 2:
            self.circuit.unitary(operation.params[0], qubits[::-1])
        elif name not in ("delay", "global_phase"):
            self.unknown(operation, qubits, depth)

    def unknown(self, operation: Any, qubits: tuple[int, ...], depth: int) -> None:
        definition = getattr(operation, "definition", None)
        if definition is not None:
            self.read(definition, qubits, depth + 1)
            return
        if len(qubits) <= 2 and hasattr(operation, "to_matrix"):
            self.circuit.unitary(operation.to_matrix(), qubits[::-1])
            return
        raise ValueError(
            f"import_circuit: {operation.name} on qubits {qubits} has no definition; decompose it in Qiskit first."
        )


def _register_of(source: Any, bit: Any) -> tuple[str | None, int]:
    location = source.find_bit(bit)
    if not location.registers:
        return None, location.index
    register, place = location.registers[0]
    return None if register.name == "c" else register.name, place


def _angle(name: str, value: Any) -> Any:
    """A Qiskit parameter value as a number or an expression, from its derivatives at zero."""
    symbols = sorted(getattr(value, "parameters", ()), key=lambda symbol: symbol.name)
    if not symbols:
        return float(value)
    if hasattr(value, "name"):
        return polynomial([([value.name], 1.0)])
    try:
        terms: list[tuple[list[str], float]] = [([], _at_zero(value))]
        for place, first in enumerate(symbols):
            slope = value.gradient(first)
            terms.append(([first.name], _at_zero(slope)))
            for second in symbols[place:]:
                bend = slope.gradient(second) if hasattr(slope, "gradient") else 0.0
                if getattr(bend, "parameters", ()):
                    raise ValueError("it is no polynomial of degree two")
                factor = 0.5 if second is first else 1.0
                terms.append(([first.name, second.name], factor * float(bend)))
    except (ValueError, TypeError, ArithmeticError, RuntimeError) as error:
        raise ValueError(
            f"import_circuit: {name} has the angle {value}, but angles here are polynomials of degree at most two in "
            f"their parameters ({error}); bind it, or compute it outside."
        ) from None
    return polynomial(terms)


def _at_zero(value: Any) -> float:
    symbols = getattr(value, "parameters", ())
    return float(value.bind(dict.fromkeys(symbols, 0.0))) if symbols else float(value)


def export_observable(observable: PauliSum) -> Any:
    """Return a `qiskit.quantum_info.SparsePauliOp`.

    Parameters
    ----------
    observable : PauliSum

    Returns
    -------
    qiskit.quantum_info.SparsePauliOp
        The same terms in the same order; its labels read from the last qubit to the first.

    Raises
    ------
    ImportError
        If Qiskit is not installed.
    """
    try:
        from qiskit.quantum_info import SparsePauliOp
    except ImportError:
        raise missing_extra("export_observable", "qiskit", "interop") from None
    terms = [(label[::-1], coefficient) for label, coefficient in observable.items()]
    return SparsePauliOp.from_list(terms, num_qubits=observable.n_qubits)


def import_observable(source: Any) -> PauliSum:
    """Return a sum of Pauli strings from a `qiskit.quantum_info.SparsePauliOp`.

    Parameters
    ----------
    source : SparsePauliOp
        Any object with its `paulis` and `coeffs` will do.

    Returns
    -------
    PauliSum
        The same terms in the same order.

    Raises
    ------
    TypeError
        If `source` is no such operator, or has open parameters as coefficients.
    """
    paulis, coefficients = getattr(source, "paulis", None), getattr(source, "coeffs", None)
    if paulis is None or coefficients is None:
        raise TypeError(f"import_observable: a SparsePauliOp is needed, got {type(source).__name__}.")
    numbers = check_array("coeffs", coefficients, (len(paulis),), complex) * (-1j) ** np.asarray(paulis.phase)
    real = numbers.real if not numbers.imag.any() else numbers
    return PauliSum.from_arrays(np.asarray(paulis.x), np.asarray(paulis.z), real)


def export_state(state: State | Any) -> Any:
    """Return a `qiskit.quantum_info.Statevector`.

    Parameters
    ----------
    state : State or array_like
        Pure, not a batch: amplitudes of shape (2**n,).

    Returns
    -------
    qiskit.quantum_info.Statevector

    Raises
    ------
    ImportError
        If Qiskit is not installed.
    ValueError
        If it is a batch, or the number of amplitudes is no power of two.
    """
    try:
        from qiskit.quantum_info import Statevector
    except ImportError:
        raise missing_extra("export_state", "qiskit", "interop") from None
    return Statevector(_reversed(getattr(state, "amplitudes", state)))


def import_state(source: Any) -> State:
    """Return a state from a `qiskit.quantum_info.Statevector`.

    Parameters
    ----------
    source : Statevector or array_like
        Its `data`, or amplitudes in Qiskit's order, shape (2**n,).

    Returns
    -------
    State

    Raises
    ------
    ValueError
        If the number of amplitudes is no power of two.
    """
    from ..sim.states import State

    data = source if isinstance(source, np.ndarray) else getattr(source, "data", source)
    return State(_reversed(data))


def _reversed(amplitudes: Any) -> np.ndarray:
    """The amplitudes with the bits of their index in reverse."""
    array = check_array("amplitudes", amplitudes, ("2**n_qubits",), complex)
    n_qubits = array.size.bit_length() - 1
    if array.size != 1 << n_qubits:
        raise ValueError(f"`amplitudes` must have 2**n entries, got {array.size}.")
    return array.reshape([2] * n_qubits).transpose().reshape(-1).copy()


def import_bits(source: Any, n_bits: int | None = None) -> np.ndarray:
    """Return measured bits from counts or from a `BitArray`.

    Parameters
    ----------
    source : mapping of str to int, or BitArray
        Counts by bit text ("0 11", "0x3"; registers apart by spaces), as results give them; or what a sampler holds
        for one register, an object with `to_bool_array`.
    n_bits : int, optional
        Needed for hexadecimal counts, which do not say.

    Returns
    -------
    ndarray of uint8, shape (n_shots, n_bits)
        Column j is classical bit j: Qiskit writes bit 0 last, here it comes first. Registers follow each other in the
        order of the circuit. Rows of counts are sorted, as counts do not keep the order of shots.

    Raises
    ------
    TypeError
        If `source` is neither.
    ValueError
        If a text is no bit text, texts differ in length, a count is negative, or `n_bits` is missing or too small.
    """
    if hasattr(source, "to_bool_array"):
        return np.asarray(source.to_bool_array(order="little"), dtype=np.uint8).reshape(-1, source.num_bits)
    if not isinstance(source, Mapping):
        raise TypeError(f"import_bits: counts or a BitArray are needed, got {type(source).__name__}.")
    rows: dict[str, int] = {}
    for key, count in source.items():
        text = _bit_text(key, n_bits)
        if not isinstance(count, (int, np.integer)) or count < 0:
            raise ValueError(f"import_bits: the count of {key!r} must be a whole number from 0, got {count!r}.")
        rows[text] = rows.get(text, 0) + int(count)
    lengths = {len(text) for text in rows}
    if len(lengths) > 1 or (n_bits is not None and lengths - {n_bits}):
        raise ValueError(f"import_bits: texts of {sorted(lengths)} bits, where {n_bits or 'one length'} was expected.")
    texts = sorted(rows)
    bits = np.array([[int(bit) for bit in reversed(text)] for text in texts], dtype=np.uint8)
    bits = bits.reshape(len(texts), lengths.pop() if lengths else n_bits or 0)
    return np.repeat(bits, [rows[text] for text in texts], axis=0)


def _bit_text(key: Any, n_bits: int | None) -> str:
    if not isinstance(key, str):
        raise TypeError(f"import_bits: counts must have texts of bits as keys, got {key!r}.")
    if key.startswith("0x"):
        if n_bits is None:
            raise ValueError(f"import_bits: {key!r} is hexadecimal; say how many bits there are by `n_bits`.")
        text = format(int(key, 16), f"0{n_bits}b")
    else:
        text = key.replace(" ", "")
    if set(text) - {"0", "1"} or not text:
        raise ValueError(f"import_bits: {key!r} is no text of bits.")
    return text


def shadow_data(
    source: Any,
    bases: Any,
    *,
    qubit_0: str | None = None,
    register: str | None = None,
    qubits: Sequence[int] | None = None,
    basis_probabilities: ArrayLike | None = None,
) -> ShadowData:
    """Return measurement data from results of Qiskit, one for each basis.

    Parameters
    ----------
    source : result, or sequence of results
        The `PrimitiveResult` of a sampler, its `PubResult`s, `BitArray`s (an array of them counts one setting an
        element), counts, or a `Result` with `get_counts`; settings in the order of `bases`.
    bases : MeasurementScheme, array_like of int (n_settings, n_qubits), or sequence of str
        What was measured: 0 = X, 1 = Y, 2 = Z with qubit k in column k; or texts such as "XYZ".
    qubit_0 : {"left", "right"}, optional
        Which end of the texts in `bases` is qubit 0: "right" for labels in Qiskit's order. Needed for texts. Counts
        always have Qiskit's order.
    register : str, optional
        Which classical register holds the outcomes, where there are several.
    qubits : sequence of int, optional
        The qubit that was measured into classical bit 0, 1, ...; by default qubit k into bit k.
    basis_probabilities : array_like of float, shape (n_qubits, 3), optional
        With what probability X, Y and Z were drawn on each qubit, where they were; a `MeasurementScheme` knows.

    Returns
    -------
    ShadowData
        Shots in order, except for counts, which have none.

    Raises
    ------
    TypeError
        If `source` is no such result.
    ValueError
        If the numbers of settings or of qubits differ, or an order is ambiguous.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.interop.qiskit.shadow_data([{"01": 7}, {"11": 2, "01": 1}], ["ZZ", "XZ"], qubit_0="right")
    <ShadowData: 2 qubits, 2 settings, 10 shots>
    """
    return _qiskit_shadows.shadow_data(
        source,
        bases,
        qubit_0=qubit_0,
        register=register,
        qubits=qubits,
        basis_probabilities=basis_probabilities,
        import_bits=import_bits,
    )


def export_shadow_data(data: ShadowData) -> list[tuple[str, dict[str, int]]]:
    """Return the basis label and the counts of every setting, both with qubit 0 on the right, as Qiskit writes them.

    Parameters
    ----------
    data : ShadowData

    Returns
    -------
    list of (str, dict of str to int)

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.interop.qiskit.export_shadow_data(ql.shadows.ShadowData(["XZ"], [[0, 1], [0, 1]], [2]))
    [('ZX', {'10': 2})]
    """
    return _qiskit_shadows.export_shadow_data(data)
