"""PennyLane: circuits (tapes or lists of operations) and observables.

Wire k there is qubit k here where all wires are whole numbers; otherwise wires are numbered as they first occur, or as
`wires` lists them. The first wire is the most significant bit of an amplitude index, as here.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import check_array, missing_extra
from ..circuits import CHANNEL_NAMES, Circuit, channel_kraus, decompose
from ..paulis import PauliSum
from ._common import as_number, no_counterpart, pauli_sum, placed_letters, plain, positions, width

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..shadows import ShadowData

__all__ = [
    "export_circuit",
    "export_observable",
    "export_shadow_data",
    "import_circuit",
    "import_observable",
    "shadow_data",
]

MAX_DEPTH = 100

_NAMES: dict[str, str] = {
    "i": "Identity",
    "x": "PauliX",
    "y": "PauliY",
    "z": "PauliZ",
    "h": "Hadamard",
    "s": "S",
    "t": "T",
    "sx": "SX",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "p": "PhaseShift",
    "u": "U3",
    "cx": "CNOT",
    "cy": "CY",
    "cz": "CZ",
    "ch": "CH",
    "swap": "SWAP",
    "iswap": "ISWAP",
    "crx": "CRX",
    "cry": "CRY",
    "crz": "CRZ",
    "cp": "ControlledPhaseShift",
    "rxx": "IsingXX",
    "ryy": "IsingYY",
    "rzz": "IsingZZ",
    "ccx": "Toffoli",
    "ccz": "CCZ",
    "cswap": "CSWAP",
    "single_excitation": "SingleExcitation",
    "double_excitation": "DoubleExcitation",
}
_ADJOINTS = {"sdg": "S", "tdg": "T", "sxdg": "SX", "iswapdg": "ISWAP"}
_IMPORTED = {theirs: ours for ours, theirs in _NAMES.items()} | {
    **{f"Adjoint({theirs})": ours for ours, theirs in _ADJOINTS.items()},
    "U1": "p",
}
_CHANNELS = {
    "DepolarizingChannel": "depolarize1",
    "BitFlip": "bit_flip",
    "PhaseFlip": "phase_flip",
    "AmplitudeDamping": "amplitude_damping",
    "PhaseDamping": "phase_damping",
}


def export_circuit(circuit: Circuit, wires: Sequence[Hashable] | None = None) -> Any:
    """Return a PennyLane tape (`QuantumScript`), equal up to a global phase.

    Parameters
    ----------
    circuit : Circuit
        With every parameter bound: PennyLane has no symbols.
    wires : sequence, optional
        The wire of qubit 0, 1, ...; by default 0, 1, ...

    Returns
    -------
    pennylane.tape.QuantumScript
        Its `operations` are a plain list. Measurements become mid-circuit measurements, keys are dropped.

    Raises
    ------
    ImportError
        If PennyLane is not installed.
    ValueError
        If a parameter is open, there is a readout error, or `wires` are too few.
    """
    try:
        import pennylane as qml
    except ImportError:
        raise missing_extra("export_circuit", "pennylane", "interop") from None
    order = list(range(circuit.n_qubits)) if wires is None else list(wires)
    if len(order) != circuit.n_qubits or len(set(order)) != len(order):
        raise ValueError(f"`wires` must be {circuit.n_qubits} different labels, got {order}.")
    basis = {*_NAMES, *_ADJOINTS, "pauli_rotation", "unitary"}
    with qml.queuing.AnnotatedQueue() as queue:
        for index, step in enumerate(decompose(circuit, basis)):
            if step.name == "readout_error":
                raise no_counterpart(index, step, "PennyLane")
            angles = [as_number(step, angle, "PennyLane") for angle in step.angles]
            _write(qml, step, angles, [order[qubit] for qubit in step.qubits])
    return qml.tape.QuantumScript.from_queue(queue)


def _write(qml: Any, step: Any, angles: list[float], on: list[Hashable]) -> None:
    name = step.name
    if name == "measure":
        for wire in on:
            qml.measure(wire)
    elif name == "reset":
        qml.measure(on[0], reset=True)
    elif name == "barrier":
        qml.Barrier(wires=on)
    elif name == "unitary":
        qml.QubitUnitary(np.array(step.data), wires=on)
    elif name == "pauli_rotation":
        qml.PauliRot(angles[0], step.data, wires=on)
    elif name in CHANNEL_NAMES:
        qml.QubitChannel(channel_kraus(step), wires=on)
    elif name in _ADJOINTS:
        qml.adjoint(getattr(qml, _ADJOINTS[name])(wires=on))
    else:
        getattr(qml, _NAMES[name])(*angles, wires=on)


def import_circuit(source: Any, wires: Sequence[Hashable] | None = None) -> Circuit:
    """Return a circuit from a PennyLane tape or list of operations, equal up to a global phase.

    Parameters
    ----------
    source : QuantumScript or sequence of operations
        Any object with `operations` will do. Measurements of observables at the end are not looked at.
    wires : sequence, optional
        The wire of qubit 0, 1, ...; by default wire k is qubit k where all wires are whole numbers, else wires are
        numbered as they first occur.

    Returns
    -------
    Circuit
        Operations that are unknown here are taken by PennyLane's decomposition, or by their matrix on one or two
        wires. A mid-circuit measurement that resets becomes a reset, without a record.

    Raises
    ------
    TypeError
        If `source` is neither.
    ValueError
        If an operation has no counterpart here (conditions, postselection, batches); the message names it.
    """
    operations = list(getattr(source, "operations", source))
    for operation in operations:
        if not hasattr(operation, "wires") or not hasattr(operation, "name"):
            raise TypeError(f"import_circuit: a tape or operations of PennyLane are needed, got {operation!r}.")
    order = None if wires is None else list(wires)
    places = positions((wire for operation in operations for wire in operation.wires), order, "wires")
    n_qubits = width(places, order)
    if n_qubits < 1:
        raise ValueError("import_circuit: no wire occurs; name them by `wires`.")
    result = Circuit(n_qubits)
    for operation in operations:
        _read(result, operation, places, 0)
    return result


def _read(circuit: Circuit, operation: Any, places: Mapping[Hashable, int], depth: int) -> None:
    name = operation.name
    qubits = tuple(places[wire] for wire in operation.wires)
    if name in _IMPORTED and _IMPORTED[name] != "i":
        getattr(circuit, _IMPORTED[name])(*_angles(operation), *qubits)
    elif name == "Identity":
        for qubit in qubits:
            circuit.i(qubit)
    elif name in _CHANNELS:
        getattr(circuit, _CHANNELS[name])(*_angles(operation), *qubits)
    elif name == "QubitChannel":
        circuit.kraus([np.asarray(matrix) for matrix in operation.parameters], qubits)
    elif name == "Rot":
        first, second, third = _angles(operation)
        circuit.rz(first, *qubits).ry(second, *qubits).rz(third, *qubits)
    elif name in ("PauliRot", "MultiRZ"):
        word = operation.hyperparameters.get("pauli_word", "Z" * len(qubits))
        if set(word) != {"I"}:
            circuit.pauli_rotation(_angles(operation)[0], word, qubits)
    elif name == "Barrier":
        if qubits:
            circuit.barrier(*qubits)
    elif name in ("MidMeasure", "MidMeasureMP"):
        _measure(circuit, operation, qubits[0])
    elif name not in ("GlobalPhase", "Snapshot"):
        _unknown(circuit, operation, qubits, places, depth)


def _measure(circuit: Circuit, operation: Any, qubit: int) -> None:
    if operation.postselect is not None:
        raise ValueError(f"import_circuit: {operation} selects an outcome, which circuits here cannot.")
    if operation.reset:
        circuit.reset(qubit)
    else:
        circuit.measure(qubit)


def _unknown(
    circuit: Circuit, operation: Any, qubits: tuple[int, ...], places: Mapping[Hashable, int], depth: int
) -> None:
    if hasattr(operation, "meas_val"):
        raise ValueError(f"import_circuit: {operation} is classical control, which circuits here have not.")
    if getattr(operation, "has_matrix", False) and len(qubits) <= 2:
        circuit.unitary(operation.matrix(), qubits)
    elif getattr(operation, "has_decomposition", False) and depth < MAX_DEPTH:
        for part in operation.decomposition():
            _read(circuit, part, places, depth + 1)
    else:
        raise ValueError(f"import_circuit: {operation} has no counterpart here; decompose it in PennyLane first.")


def _angles(operation: Any) -> list[float]:
    angles = []
    for value in operation.parameters:
        if np.ndim(value) != 0:
            raise ValueError(
                f"import_circuit: {operation} has an angle of shape {np.shape(value)}; pass single values."
            )
        angles.append(float(value))
    return angles


def export_observable(observable: PauliSum, wires: Sequence[Hashable] | None = None) -> Any:
    """Return a `pennylane.Hamiltonian`.

    Parameters
    ----------
    observable : PauliSum
    wires : sequence, optional
        The wire of qubit 0, 1, ...; by default 0, 1, ...

    Returns
    -------
    pennylane.Hamiltonian
        The same terms in the same order.

    Raises
    ------
    ImportError
        If PennyLane is not installed.
    ValueError
        If `wires` are too few.
    """
    try:
        import pennylane as qml
    except ImportError:
        raise missing_extra("export_observable", "pennylane", "interop") from None
    order = list(range(observable.n_qubits)) if wires is None else list(wires)
    if len(order) != observable.n_qubits:
        raise ValueError(f"`wires` must be {observable.n_qubits} labels, got {len(order)}.")
    paulis = {"X": qml.PauliX, "Y": qml.PauliY, "Z": qml.PauliZ}
    products = []
    for label, _ in observable.items():
        factors = [paulis[letter](order[qubit]) for qubit, letter in placed_letters(label)]
        products.append(qml.prod(*factors) if len(factors) > 1 else factors[0] if factors else qml.Identity(order[0]))
    return qml.Hamiltonian([plain(coefficient) for _, coefficient in observable.items()], products)


def import_observable(source: Any, wires: Sequence[Hashable] | None = None, n_qubits: int | None = None) -> PauliSum:
    """Return a sum of Pauli strings from an operator of PennyLane.

    Parameters
    ----------
    source : operator or PauliSentence
        Any operator with a `pauli_rep`: Hamiltonians, sums and products of Pauli operators.
    wires : sequence, optional
        The wire of qubit 0, 1, ...; by default as for `import_circuit`.
    n_qubits : int, optional
        Width, at least the number of wires that occur.

    Returns
    -------
    PauliSum

    Raises
    ------
    TypeError
        If `source` is no sum of Pauli operators.
    ValueError
        If a wire is not among `wires`.
    """
    sentence = getattr(source, "pauli_rep", None)
    if sentence is None:
        sentence = source
    if not isinstance(sentence, Mapping) or not all(isinstance(word, Mapping) for word in sentence):
        raise TypeError(f"import_observable: an operator with a Pauli representation is needed, got {source!r}.")
    order = None if wires is None else list(wires)
    occurring = [wire for word in sentence for wire in word]
    occurring += [wire for wire in getattr(source, "wires", ()) if wire not in occurring]
    places = positions(occurring, order, "wires")
    terms = [([(places[wire], letter) for wire, letter in word.items()], value) for word, value in sentence.items()]
    return pauli_sum(terms, max(1, width(places, order, n_qubits)))


def shadow_data(bits: ArrayLike | Any, recipes: ArrayLike | None = None) -> ShadowData:
    """Return measurement data from what `pennylane.classical_shadow` gives.

    Parameters
    ----------
    bits : array_like of int, shape (n_snapshots, n_qubits), or ClassicalShadow
        0 for eigenvalue +1, 1 for -1; wire k of the measurement is qubit k. An array of shape (2, n_snapshots,
        n_qubits), as measured, holds the recipes, too.
    recipes : array_like of int, shape (n_snapshots, n_qubits), optional
        0 = X, 1 = Y, 2 = Z.

    Returns
    -------
    ShadowData
        Every snapshot is a setting of its own, drawn uniformly.

    Raises
    ------
    ValueError
        If shapes disagree or the recipes are missing.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.interop.pennylane.shadow_data([[0, 1], [1, 1]], [[2, 2], [0, 1]])
    <ShadowData: 2 qubits, 2 settings, 2 shots>
    """
    from ..shadows import ShadowData

    if recipes is None and hasattr(bits, "recipes"):
        bits, recipes = bits.bits, bits.recipes
    if recipes is None:
        both = check_array("bits", bits, (2, "n_snapshots", "n_qubits"), np.uint8)
        bits, recipes = both
    bits = check_array("bits", bits, ("n_snapshots", "n_qubits"), np.uint8)
    recipes = check_array("recipes", recipes, bits.shape, np.uint8)
    return ShadowData(recipes, bits, basis_probabilities=np.full((bits.shape[1], 3), 1 / 3))


def export_shadow_data(data: ShadowData) -> tuple[np.ndarray, np.ndarray]:
    """Return the arrays that `pennylane.ClassicalShadow` takes.

    Parameters
    ----------
    data : ShadowData
        Drawn uniformly, as PennyLane takes for granted. Shots of one setting become snapshots of their own.

    Returns
    -------
    bits, recipes : ndarray of int64, shape (n_shots, n_qubits)

    Raises
    ------
    ValueError
        If the settings were drawn otherwise.
    """
    probabilities = data.basis_probabilities
    if probabilities is not None and not np.allclose(probabilities, 1 / 3):
        raise ValueError("PennyLane takes settings for drawn uniformly; these have other probabilities.")
    return data.outcomes.astype(np.int64), data.bases[data.setting_of_shot].astype(np.int64)
