"""Random circuits with every gate, for the tests of the engines."""

from scipy.stats import unitary_group

from qlearn.circuits import GATES, Circuit

GATE_NAMES = (*GATES, "pauli_rotation", "unitary")


def random_angle(rng, parameters):
    """Return a number, or an expression of degree one or two in the parameters."""
    kind = rng.integers(5)
    if not len(parameters) or kind == 0:
        return float(rng.uniform(-7, 7))
    a, b = (parameters[i] for i in rng.integers(len(parameters), size=2))
    return (a, 2.0 * a - 0.3, -0.7 * a + 0.5 * b, 0.4 * a * b - b + 0.1)[kind - 1]


def append_random_gate(circuit, name, rng, parameters=()):
    """Append the named gate on random qubits with random angles, if the circuit is wide enough."""
    n_qubits = circuit.n_qubits
    if name in GATES:
        size = GATES[name].n_qubits
    else:
        size = int(rng.integers(1, min(n_qubits, 4 if name == "pauli_rotation" else 2) + 1))
    if size > n_qubits:
        return
    qubits = tuple(int(q) for q in rng.permutation(n_qubits)[:size])
    if name == "pauli_rotation":
        circuit.pauli_rotation(random_angle(rng, parameters), "".join(rng.choice(list("XYZ"), size)), qubits)
    elif name == "unitary":
        circuit.unitary(unitary_group.rvs(2**size, random_state=rng), qubits)
    else:
        getattr(circuit, name)(*[random_angle(rng, parameters) for _ in range(GATES[name].n_angles)], *qubits)


def random_circuit(rng, n_qubits, n_gates, parameters=(), names=GATE_NAMES):
    """Return a circuit of random gates among `names`, whose angles are numbers or expressions of the parameters."""
    circuit = Circuit(n_qubits)
    while len(circuit) < n_gates:
        append_random_gate(circuit, str(rng.choice(names)), rng, parameters)
    return circuit


def every_gate_circuit(rng, n_qubits, parameters=(), names=GATE_NAMES):
    """Return a circuit with each gate that fits once, in random order, after a random rotation of every qubit."""
    circuit = Circuit(n_qubits)
    for qubit in range(n_qubits):
        circuit.u(*rng.uniform(-3, 3, 3).tolist(), qubit)
    for name in rng.permutation(names):
        append_random_gate(circuit, str(name), rng, parameters)
    return circuit


def random_sum_labels(rng, n_qubits, n_terms):
    """Return {label: coefficient} of random Pauli strings."""
    return {"".join(rng.choice(list("IXYZ"), n_qubits)): float(rng.normal()) for _ in range(n_terms)}
