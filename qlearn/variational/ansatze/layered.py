"""Layers of rotations and entangling gates."""

from __future__ import annotations

from typing import Any

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractAnsatz, Weight, coupled_pairs


class HardwareEfficient(AbstractAnsatz):
    """Layers of single-qubit rotations and a fixed two-qubit gate on every edge of a coupling graph.

    Parameters
    ----------
    n_layers : int
    rotations : tuple of str
        Gates with one angle on every qubit, in order: "rx", "ry", "rz".
    entangler : {"cx", "cz", "rzz", "crx", "cry", "crz"}
        The last four have a weight of their own.
    coupling : {"ring", "chain", "full"}, networkx.Graph or sequence of pairs

    References
    ----------
    Kandala et al., Nature 549, 242 (2017).

    Examples
    --------
    >>> import qlearn as ql
    >>> ansatz = ql.variational.HardwareEfficient(n_layers=2, coupling="chain")
    >>> ansatz.n_weights(3), ansatz.circuit(3).counts()
    (12, {'ry': 6, 'rz': 6, 'cx': 4})
    """

    def __init__(
        self,
        n_layers: int = 3,
        rotations: tuple[str, ...] = ("ry", "rz"),
        entangler: str = "cx",
        coupling: Any = "ring",
    ) -> None:
        self.n_layers = n_layers
        self.rotations = rotations
        self.entangler = entangler
        self.coupling = coupling

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        pairs = coupled_pairs(self.coupling, circuit.n_qubits)
        for _ in range(check_count("n_layers", self.n_layers)):
            _rotate_all(circuit, self.rotations, weight)
            for a, b in pairs:
                _entangle(circuit, self.entangler, a, b, weight)


class StronglyEntangling(AbstractAnsatz):
    """Layers of general rotations and a ring of CX whose reach grows with the layer.

    Parameters
    ----------
    n_layers : int

    References
    ----------
    Schuld, Bocharov, Svore, Wiebe, Phys. Rev. A 101, 032308 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.StronglyEntangling(n_layers=2).n_weights(4)
    24
    """

    def __init__(self, n_layers: int = 3) -> None:
        self.n_layers = n_layers

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        n = circuit.n_qubits
        for layer in range(check_count("n_layers", self.n_layers)):
            _rotate_all(circuit, ("rz", "ry", "rz"), weight)
            reach = 1 + layer % max(n - 1, 1)
            for qubit in range(n if n > 2 else n - 1):
                circuit.cx(qubit, (qubit + reach) % n)


class Brickwork(AbstractAnsatz):
    """Layers of two-qubit blocks on even and odd bonds in turn: RY and RZ on both qubits, then RXX, RYY, RZZ.

    Parameters
    ----------
    n_layers : int

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.Brickwork(n_layers=2).circuit(4).counts()["rzz"]
    3
    """

    def __init__(self, n_layers: int = 4) -> None:
        self.n_layers = n_layers

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        for layer in range(check_count("n_layers", self.n_layers)):
            _rotate_all(circuit, ("ry", "rz"), weight)
            for qubit in range(layer % 2, circuit.n_qubits - 1, 2):
                for gate in ("rxx", "ryy", "rzz"):
                    getattr(circuit, gate)(weight(), qubit, qubit + 1)


class Equivariant(AbstractAnsatz):
    """Layers that treat all qubits alike: they commute with every permutation of the qubits.

    One angle for RX, one for RY on all qubits, one for RZZ on all pairs.

    Parameters
    ----------
    n_layers : int

    References
    ----------
    Schatzki, Larocca, Nguyen, Sauvage, Cerezo, npj Quantum Inf. 10, 12 (2024), S_n-equivariant networks.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.Equivariant(n_layers=2).n_weights(5)
    6
    """

    def __init__(self, n_layers: int = 4) -> None:
        self.n_layers = n_layers

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        for _ in range(check_count("n_layers", self.n_layers)):
            for gate in ("rx", "ry"):
                angle = weight()
                for qubit in range(circuit.n_qubits):
                    getattr(circuit, gate)(angle, qubit)
            if circuit.n_qubits > 1:
                angle = weight()
                for a, b in coupled_pairs("full", circuit.n_qubits):
                    circuit.rzz(angle, a, b)


def _rotate_all(circuit: Circuit, gates: tuple[str, ...], weight: Weight) -> None:
    for qubit in range(circuit.n_qubits):
        for gate in gates:
            if gate not in ("rx", "ry", "rz"):
                raise ValueError(f'`rotations` must be "rx", "ry" or "rz", got {gate!r}.')
            getattr(circuit, gate)(weight(), qubit)


def _entangle(circuit: Circuit, gate: str, a: int, b: int, weight: Weight) -> None:
    if gate in ("cx", "cz"):
        getattr(circuit, gate)(a, b)
    elif gate in ("rzz", "crx", "cry", "crz"):
        getattr(circuit, gate)(weight(), a, b)
    else:
        raise ValueError(f'`entangler` must be "cx", "cz", "rzz", "crx", "cry" or "crz", got {gate!r}.')
