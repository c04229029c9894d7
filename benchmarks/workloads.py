"""Circuits and Hamiltonians that every contestant reads: plain lists, no library.

Qubit 0 is the leftmost letter of a label. Angles are columns of a row of values; each is used once, in the order of
the gates, and rotations are exp(-i angle P / 2).
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Terms = list[tuple[float, str]]
ENTANGLERS = (
    "cx", "pauli_rotation2", "cz", "cry", "pauli_rotation3", "single_excitation", "ccx", "pauli_rotation4", "crz",
    "double_excitation", "crx",
)  # fmt: skip


class Gate(NamedTuple):
    """Name (of the Circuit method), qubits, column of its angle or -1, and data (Pauli letters or a probability)."""

    name: str
    qubits: tuple[int, ...]
    angle: int = -1
    data: Any = None


class Workload(NamedTuple):
    """A circuit: width, gates and number of angles."""

    n_qubits: int
    gates: list[Gate]
    n_angles: int

    @classmethod
    def of(cls, n_qubits: int, gates: list[Gate]) -> "Workload":
        return cls(n_qubits, gates, sum(gate.angle >= 0 for gate in gates))


class _Writer:
    """Collects gates and numbers their angles."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self.n_angles = 0

    def fixed(self, name: str, *qubits: int, data: Any = None) -> None:
        self.gates.append(Gate(name, qubits, -1, data))

    def rotation(self, name: str, *qubits: int, data: Any = None) -> None:
        self.gates.append(Gate(name, qubits, self.n_angles, data))
        self.n_angles += 1


def ansatz(n_qubits: int, n_layers: int) -> Workload:
    """Return layers of RY and RZ on every qubit and a ring of CX: 3 n gates and 2 n angles a layer."""
    return mixed(n_qubits, n_layers, ("cx",))


def mixed(n_qubits: int, n_layers: int, entanglers: tuple[str, ...] = ENTANGLERS) -> Workload:
    """Return the ansatz with the gates of its ring taken in turn from `entanglers`: as many gates as the ansatz."""
    writer, rng, turn = _Writer(), np.random.default_rng(7), 0
    for _ in range(n_layers):
        for q in range(n_qubits):
            writer.rotation("ry", q)
            writer.rotation("rz", q)
        for q in range(n_qubits):
            _entangle(writer, entanglers[turn % len(entanglers)], q, n_qubits, rng)
            turn += 1
    return Workload.of(n_qubits, writer.gates)


def _entangle(writer: _Writer, kind: str, q: int, n: int, rng: np.random.Generator) -> None:
    following = [(q + step) % n for step in range(4)]
    if kind.startswith("pauli_rotation"):
        weight = int(kind[-1])
        letters = "".join(rng.choice(list("XYZ"), size=weight))
        writer.rotation("pauli_rotation", *following[:weight], data=letters)
    elif kind in ("cx", "cz"):
        writer.fixed(kind, *following[:2])
    elif kind == "ccx":
        writer.fixed(kind, *following[:3])
    elif kind == "double_excitation":
        writer.rotation(kind, *following)
    else:
        writer.rotation(kind, *following[:2])


def random_structure(n_qubits: int, n_gates: int, rng: np.random.Generator) -> Workload:
    """Return a random circuit of a search: RX, RY, RZ and CX, a third of them CX, on random qubits."""
    writer = _Writer()
    for kind, a, step in zip(
        rng.integers(0, 9, n_gates).tolist(),
        rng.integers(0, n_qubits, n_gates).tolist(),
        rng.integers(1, n_qubits, n_gates).tolist(),
        strict=True,
    ):
        if kind < 3:
            writer.fixed("cx", a, (a + step) % n_qubits)
        else:
            writer.rotation(("rx", "ry", "rz")[kind % 3], a)
    return Workload.of(n_qubits, writer.gates)


def with_noise(workload: Workload, probability: float, pairs: bool = False) -> Workload:
    """Return the circuit with depolarising of every qubit after every gate on it.

    `probability` is the chance of an X, Y or Z error. With `pairs`, two-qubit gates get the two-qubit channel.
    """
    gates = []
    for gate in workload.gates:
        gates.append(gate)
        if pairs and len(gate.qubits) == 2:
            gates.append(Gate("depolarize2", gate.qubits, -1, probability))
        else:
            gates += [Gate("depolarize1", (q,), -1, probability) for q in gate.qubits]
    return workload._replace(gates=gates)


def angles(workload: Workload, batch: int, seed: int = 0) -> np.ndarray:
    """Return values in (-pi, pi), (batch, n_angles)."""
    return np.random.default_rng(seed).uniform(-np.pi, np.pi, (batch, workload.n_angles))


def z_first(n_qubits: int) -> Terms:
    """Return Z on qubit 0."""
    return [(1.0, "Z" + "I" * (n_qubits - 1))]


def random_terms(n_qubits: int, n_terms: int, seed: int = 1) -> Terms:
    """Return distinct Pauli strings with letters and coefficients at random."""
    rng = np.random.default_rng(seed)
    labels: dict[str, float] = {}
    while len(labels) < n_terms:
        labels["".join(rng.choice(list("IXYZ"), size=n_qubits))] = float(rng.normal())
    return [(coefficient, label) for label, coefficient in labels.items()]


def ising(n_qubits: int) -> Terms:
    """Return the transverse-field Ising ring: sum of Z Z on neighbours and X."""

    def at(letters: dict[int, str]) -> str:
        return "".join(letters.get(q, "I") for q in range(n_qubits))

    bonds = [(1.0, at({q: "Z", (q + 1) % n_qubits: "Z"})) for q in range(n_qubits)]
    return bonds + [(0.7, at({q: "X"})) for q in range(n_qubits)]


def water() -> Terms | None:
    """Return the 8-qubit Hamiltonian of H2O with 193 terms (file of TensorRL-QAS in $QLEARN_DATA_DIR), None without."""
    folder = Path(os.environ.get("QLEARN_DATA_DIR", "")) / "search" / "tensorrl_qas_mol_data"
    for path in sorted(folder.glob("H2O_8q*.npz")):
        with np.load(path, allow_pickle=False) as data:
            return list(zip(data["weights"].tolist(), data["paulis"].tolist(), strict=True))
    return None
