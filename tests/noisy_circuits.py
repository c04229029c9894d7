"""Random noisy circuits and Clifford circuits for the tests of engines."""

import numpy as np
from scipy.stats import unitary_group

import qlearn as ql
from tests.random_circuits import append_random_gate, random_circuit, random_sum_labels

CLIFFORD = "x y z h s sdg sx sxdg cx cy cz swap iswap iswapdg rx ry rz p rxx ryy rzz pauli_rotation".split()
CHANNELS = (
    "depolarize1", "depolarize2", "bit_flip", "phase_flip", "pauli_channel1", "pauli_channel2", "amplitude_damping",
    "phase_damping", "thermal_relaxation", "kraus", "kraus2", "reset", "measure",
)  # fmt: skip
PAULI_CHANNELS = CHANNELS[:6]
ONE_QUBIT_CHANNELS = tuple(name for name in CHANNELS if name != "kraus2")


def add_channel(rng, circuit, names=CHANNELS):
    """Append one random channel, measurement or reset."""
    n_qubits, p = circuit.n_qubits, float(rng.uniform(0, 0.4))
    name = names[int(rng.integers(len(names)))]
    if n_qubits == 1 and name in ("depolarize2", "pauli_channel2", "kraus2"):
        name = "depolarize1"
    a, b = (*(int(q) for q in rng.permutation(n_qubits)), 0)[:2]
    if name in ("depolarize2", "pauli_channel2"):
        getattr(circuit, name)(p if name == "depolarize2" else rng.dirichlet(np.ones(16))[:15], a, b)
    elif name == "pauli_channel1":
        circuit.pauli_channel1(rng.dirichlet(np.ones(4))[:3], a)
    elif name == "thermal_relaxation":
        circuit.thermal_relaxation(1.0, 1.3, p, a, excited_population=0.2)
    elif name in ("kraus", "kraus2"):
        size = 4 if name == "kraus2" else 2
        columns = unitary_group.rvs(3 * size, random_state=rng)[:, :size]
        circuit.kraus(list(columns.reshape(3, size, size)), [a, b][: size // 2])
    elif name in ("reset", "measure"):
        getattr(circuit, name)(a)
    else:
        getattr(circuit, name)(p, a)


def noisy_circuit(rng, n_qubits, n_channels, parameters=(), channels=CHANNELS):
    """Return a circuit of random gates with a random channel after every third, and a gate at the end."""
    circuit = ql.Circuit(n_qubits)
    for _ in range(n_channels):
        circuit += random_circuit(rng, n_qubits, 3, parameters)
        add_channel(rng, circuit, channels)
    return circuit + random_circuit(rng, n_qubits, 1, parameters)


def clifford_circuit(rng, n_qubits, n_gates, channels=(), channel_rate=0.3):
    """Return a circuit of random Clifford gates, rotations by multiples of pi/2 among them, with some channels."""
    circuit = ql.Circuit(n_qubits)
    while sum(1 for step in circuit if step.name in CLIFFORD) < n_gates:
        drawn = ql.Circuit(n_qubits)
        append_random_gate(drawn, str(rng.choice(CLIFFORD)), rng)
        for step in drawn:
            angles = tuple(float(rng.integers(-4, 5)) * np.pi / 2 for _ in step.angles)
            circuit.append(step._replace(angles=angles))
        if channels and rng.random() < channel_rate:
            add_channel(rng, circuit, channels)
    return circuit


def random_sum(rng, n_qubits, n_terms=3):
    """Return a random real Pauli sum."""
    return ql.PauliSum(random_sum_labels(rng, n_qubits, n_terms))
