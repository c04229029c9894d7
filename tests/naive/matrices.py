"""Matrices of gates and Kraus operators of channels, each written from its definition."""

import math
from functools import reduce

import numpy as np
from scipy.linalg import expm

ZERO = np.array([[1, 0], [0, 0]], dtype=complex)
ONE = np.array([[0, 0], [0, 1]], dtype=complex)
RAISE = np.array([[0, 0], [1, 0]], dtype=complex)  # |1><0|
LOWER = np.array([[0, 1], [0, 0]], dtype=complex)  # |0><1|
PAULIS = {
    "I": ZERO + ONE,
    "X": RAISE + LOWER,
    "Y": 1j * RAISE - 1j * LOWER,
    "Z": ZERO - ONE,
}


def kron(matrices):
    """Return the Kronecker product, the first factor most significant."""
    return reduce(np.kron, matrices, np.eye(1, dtype=complex))


def pauli_matrix(label):
    """Return the matrix of a Pauli string such as "XIZ": the leftmost letter acts on qubit 0."""
    return kron(PAULIS[letter] for letter in label)


def rotation(label, angle):
    """Return exp(-i angle P / 2) by the exponential series."""
    return expm(-0.5j * angle * pauli_matrix(label))


def controlled(matrix):
    """Return "if the first qubit is 1, do this to the others"."""
    return np.kron(ZERO, np.eye(len(matrix))) + np.kron(ONE, matrix)


def permutation(n_qubits, image):
    """Return the matrix that sends the basis state of bits b to the one of bits image(*b)."""
    matrix = np.zeros((2**n_qubits, 2**n_qubits), dtype=complex)
    for column in range(2**n_qubits):
        bits = [int(letter) for letter in format(column, f"0{n_qubits}b")]
        row = int("".join(str(bit) for bit in image(*bits)), 2)
        matrix[row, column] = 1
    return matrix


def phase(angle):
    """Return diag(1, exp(i angle))."""
    return np.diag([1, np.exp(1j * angle)])


def euler(theta, phi, lam):
    """Return U(theta, phi, lambda) of the OpenQASM 3 standard library and Qiskit: its first entry is cos(theta/2)."""
    c, s = math.cos(theta / 2), math.sin(theta / 2)
    return np.array([[c, -np.exp(1j * lam) * s], [np.exp(1j * phi) * s, np.exp(1j * (phi + lam)) * c]])


def exchange(low, high, angle):
    """Return the turn by angle/2 in the plane of two basis states given as bit texts: low -> c low + s high."""
    matrix = np.eye(2 ** len(low), dtype=complex)
    i, j = int(low, 2), int(high, 2)
    matrix[i, i] = matrix[j, j] = math.cos(angle / 2)
    matrix[j, i], matrix[i, j] = math.sin(angle / 2), -math.sin(angle / 2)
    return matrix


HADAMARD = np.array([[1, 1], [1, -1]], dtype=complex) / math.sqrt(2)
ROOT_OF_X = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
SWAP = permutation(2, lambda a, b: (b, a))
ISWAP = SWAP @ np.diag([1, 1j, 1j, 1])

FIXED = {
    "i": PAULIS["I"],
    "x": PAULIS["X"],
    "y": PAULIS["Y"],
    "z": PAULIS["Z"],
    "h": HADAMARD,
    "s": phase(math.pi / 2),
    "sdg": phase(-math.pi / 2),
    "t": phase(math.pi / 4),
    "tdg": phase(-math.pi / 4),
    "sx": ROOT_OF_X,
    "sxdg": ROOT_OF_X.conj().T,
    "cx": permutation(2, lambda a, b: (a, a ^ b)),
    "cy": controlled(PAULIS["Y"]),
    "cz": np.diag([1, 1, 1, -1]).astype(complex),
    "ch": controlled(HADAMARD),
    "swap": SWAP,
    "iswap": ISWAP,
    "iswapdg": ISWAP.conj().T,
    "ccx": permutation(3, lambda a, b, c: (a, b, c ^ (a & b))),
    "ccz": np.diag([1, 1, 1, 1, 1, 1, 1, -1]).astype(complex),
    "cswap": permutation(3, lambda a, b, c: (a, c, b) if a else (a, b, c)),
}
TURNED = {
    "rx": lambda t: rotation("X", t),
    "ry": lambda t: rotation("Y", t),
    "rz": lambda t: rotation("Z", t),
    "p": phase,
    "u": euler,
    "crx": lambda t: controlled(rotation("X", t)),
    "cry": lambda t: controlled(rotation("Y", t)),
    "crz": lambda t: controlled(rotation("Z", t)),
    "cp": lambda t: controlled(phase(t)),
    "rxx": lambda t: rotation("XX", t),
    "ryy": lambda t: rotation("YY", t),
    "rzz": lambda t: rotation("ZZ", t),
    "ccrx": lambda t: controlled(controlled(rotation("X", t))),
    "ccry": lambda t: controlled(controlled(rotation("Y", t))),
    "ccrz": lambda t: controlled(controlled(rotation("Z", t))),
    "ccp": lambda t: controlled(controlled(phase(t))),
    "single_excitation": lambda t: exchange("01", "10", t),
    "double_excitation": lambda t: exchange("0011", "1100", t),
}
GATE_NAMES = (*FIXED, *TURNED, "pauli_rotation", "unitary")


def unitary_of(name, angles=(), data=None):
    """Return the unitary of a gate; its first qubit is the most significant bit of the index."""
    if name in FIXED:
        return FIXED[name]
    if name in TURNED:
        return TURNED[name](*angles)
    if name == "pauli_rotation":
        return rotation(data, *angles)
    if name == "unitary":
        return np.asarray(data)
    raise KeyError(f"the naive simulator knows no gate {name!r}")


def dephasing(factor):
    """Return the Kraus operators of "coherences shrink by this factor"."""
    return [math.sqrt((1 + factor) / 2) * PAULIS["I"], math.sqrt((1 - factor) / 2) * PAULIS["Z"]]


def generalized_damping(gamma, excited):
    """Return the Kraus operators of decay towards a mixture with this probability of 1."""
    shrink = math.sqrt(1 - gamma)
    down = [ZERO + shrink * ONE, math.sqrt(gamma) * LOWER]
    up = [shrink * ZERO + ONE, math.sqrt(gamma) * RAISE]
    return [math.sqrt(1 - excited) * k for k in down] + [math.sqrt(excited) * k for k in up]


def thermal_relaxation(t1, t2, duration, excited):
    """Return generalised damping followed by the dephasing that is left: exp(-t/T2) = exp(-t/2T1) times that."""
    factor = min(1.0, math.exp(duration / (2 * t1) - duration / t2))
    damping = generalized_damping(1 - math.exp(-duration / t1), excited)
    return [late @ early for late in dephasing(factor) for early in damping]


def pauli_mixture(probabilities):
    """Return the Kraus operators of Pauli strings with probabilities, the rest being the identity."""
    identity = "I" * len(next(iter(probabilities)))
    mixture = {identity: max(0.0, 1 - sum(probabilities.values())), **probabilities}
    return [math.sqrt(p) * pauli_matrix(label) for label, p in mixture.items()]


ONE_QUBIT_ERRORS = ["X", "Y", "Z"]
TWO_QUBIT_ERRORS = [a + b for a in "IXYZ" for b in "IXYZ" if a + b != "II"]  # Stim's order
CHANNELS = {
    "depolarize1": lambda p: pauli_mixture(dict.fromkeys(ONE_QUBIT_ERRORS, p / 3)),
    "depolarize2": lambda p: pauli_mixture(dict.fromkeys(TWO_QUBIT_ERRORS, p / 15)),
    "bit_flip": lambda p: pauli_mixture({"X": p}),
    "phase_flip": lambda p: pauli_mixture({"Z": p}),
    "pauli_channel1": lambda *p: pauli_mixture(dict(zip(ONE_QUBIT_ERRORS, p, strict=True))),
    "pauli_channel2": lambda *p: pauli_mixture(dict(zip(TWO_QUBIT_ERRORS, p, strict=True))),
    "amplitude_damping": lambda gamma: generalized_damping(gamma, 0.0)[:2],
    "phase_damping": lambda lam: dephasing(math.sqrt(1 - lam)),
    "thermal_relaxation": thermal_relaxation,
    "kraus": lambda *operators: list(operators),
}
CHANNEL_NAMES = tuple(CHANNELS)


def kraus_of(name, data):
    """Return the Kraus operators of a channel that acts on the state (a readout error does not)."""
    return CHANNELS[name](*data)
