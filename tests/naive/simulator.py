"""A dense simulator that multiplies full matrices: the twin every engine is held against.

It reads `circuit.n_qubits`, `circuit.instructions` and `circuit.parameters`, and `pauli_sum.items()`, nothing else.
"""

import math
from numbers import Number

import numpy as np

from .matrices import CHANNEL_NAMES, kraus_of, pauli_matrix, unitary_of


def embed(matrix, qubits, n_qubits):
    """Return the matrix on all qubits that does `matrix` to `qubits` (first one most significant)."""
    index = np.arange(2**n_qubits)
    local, rest = np.zeros_like(index), index.copy()
    for qubit in qubits:
        bit = (index >> (n_qubits - 1 - qubit)) & 1
        local = 2 * local + bit
        rest -= bit << (n_qubits - 1 - qubit)
    # An entry lives where the other qubits agree.
    return np.where(rest[:, None] == rest[None, :], np.asarray(matrix)[local[:, None], local[None, :]], 0)


def evaluate(expression, values):
    """Return the number that an angle stands for, given a number for every parameter name."""
    if isinstance(expression, Number):
        return float(expression)
    total = 0.0
    for factors, coefficient in expression.terms.items():
        total += coefficient * math.prod(values[parameter.name] for parameter in factors)
    return total


def named_values(circuit, values):
    """Return {parameter name: number} from None, a dict by parameter or name, or numbers in the circuit's order."""
    if values is None:
        return {}
    if isinstance(values, dict):
        return {getattr(key, "name", key): float(value) for key, value in values.items()}
    return {parameter.name: float(value) for parameter, value in zip(circuit.parameters, values, strict=True)}


def gate(instruction, values):
    """Return the unitary of one instruction on its own qubits."""
    angles = [evaluate(angle, values) for angle in instruction.angles]
    return unitary_of(instruction.name, angles, instruction.data)


def statevector(circuit, values=None):
    """Return the amplitudes, complex of shape (2**n,), of a circuit of gates started in 0...0."""
    values = named_values(circuit, values)
    state = np.zeros(2**circuit.n_qubits, dtype=complex)
    state[0] = 1
    for instruction in circuit.instructions:
        if instruction.name != "barrier":
            state = embed(gate(instruction, values), instruction.qubits, circuit.n_qubits) @ state
    return state


def unitary(circuit, values=None):
    """Return the matrix of a circuit of gates."""
    values = named_values(circuit, values)
    matrix = np.eye(2**circuit.n_qubits, dtype=complex)
    for instruction in circuit.instructions:
        if instruction.name != "barrier":
            matrix = embed(gate(instruction, values), instruction.qubits, circuit.n_qubits) @ matrix
    return matrix


def density_matrix(circuit, values=None):
    """Return the state of shape (2**n, 2**n) when nobody looks at the records: measurements only dephase."""
    return sum(rho for rho in branches(circuit, values).values())


def record_distribution(circuit, values=None):
    """Return {bits of all measurements in order: probability}, exactly, readout errors included."""
    return {record: rho.trace().real for record, rho in branches(circuit, values).items()}


def branches(circuit, values=None):
    """Return {record: density matrix weighted by the probability of the record}."""
    values, n_qubits = named_values(circuit, values), circuit.n_qubits
    zero = np.zeros((2**n_qubits, 2**n_qubits), dtype=complex)
    zero[0, 0] = 1
    found, misread = {(): zero}, {}
    for instruction in circuit.instructions:
        name, qubits = instruction.name, instruction.qubits
        if name == "barrier":
            continue
        if name == "measure":
            for qubit in qubits:
                found = measured(found, qubit, n_qubits, misread.pop(qubit, np.eye(2)))
            continue
        if name == "readout_error":
            p01, p10 = instruction.data
            # Column: the bit there is. Row: the bit read. A second error acts on what the first would have read.
            flips = np.array([[1 - p01, p10], [p01, 1 - p10]])
            misread[qubits[0]] = flips @ misread.get(qubits[0], np.eye(2))
            continue
        if name == "reset":
            operators = [np.array([[1, 0], [0, 0]]), np.array([[0, 1], [0, 0]])]
        elif name in CHANNEL_NAMES:
            operators = kraus_of(name, instruction.data)
        else:
            operators = [gate(instruction, values)]
        full = [embed(operator, qubits, n_qubits) for operator in operators]
        found = {record: sum(k @ rho @ k.conj().T for k in full) for record, rho in found.items()}
    return found


def measured(found, qubit, n_qubits, flips):
    """Return the branches after one qubit is measured and the bit read through `flips`."""
    after = {}
    for record, rho in found.items():
        for bit in (0, 1):
            projector = embed(np.diag([1 - bit, bit]), [qubit], n_qubits)
            for read in (0, 1):
                longer = (*record, read)
                after[longer] = after.get(longer, 0) + flips[read, bit] * (projector @ rho @ projector)
    return after


def pauli_sum_matrix(pauli_sum):
    """Return the dense matrix of a sum of Pauli strings: a PauliSum or a dict {label: coefficient}."""
    terms = [coefficient * pauli_matrix(label) for label, coefficient in pauli_sum.items()]
    return sum(terms) if terms else np.zeros((2**pauli_sum.n_qubits, 2**pauli_sum.n_qubits), dtype=complex)


def expectation(pauli_sum, state):
    """Return <state| sum |state>, or the trace with a density matrix: complex, real up to rounding if Hermitian."""
    matrix = pauli_sum_matrix(pauli_sum)
    return np.vdot(state, matrix @ state) if state.ndim == 1 else np.trace(matrix @ state)


def reduced(state, qubits):
    """Return the density matrix of `qubits`, in the order given, by summing over all bits of the others."""
    rho = np.outer(state, state.conj()) if state.ndim == 1 else state
    n_qubits = len(rho).bit_length() - 1
    others = [qubit for qubit in range(n_qubits) if qubit not in qubits]
    result = np.zeros((2 ** len(qubits), 2 ** len(qubits)), dtype=complex)
    for i in range(len(rho)):
        for j in range(len(rho)):
            row, column = format(i, f"0{n_qubits}b"), format(j, f"0{n_qubits}b")
            if all(row[qubit] == column[qubit] for qubit in others):
                kept = ["".join(bits[qubit] for qubit in qubits) or "0" for bits in (row, column)]
                result[int(kept[0], 2), int(kept[1], 2)] += rho[i, j]
    return result
