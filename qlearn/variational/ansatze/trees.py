"""Hierarchies that gather information on fewer and fewer qubits."""

from __future__ import annotations

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractAnsatz, Weight


class TreeTensor(AbstractAnsatz):
    """A binary tree: RY on two qubits and CX, then on the survivors, down to the last qubit.

    Any number of qubits: one without a partner goes up a level alone.

    References
    ----------
    Huggins et al., Quantum Sci. Technol. 4, 024001 (2019); Grant et al., npj Quantum Inf. 4, 65 (2018).

    Examples
    --------
    >>> import qlearn as ql
    >>> tree = ql.variational.TreeTensor()
    >>> tree.circuit(4).counts(), tree.readout_qubits(4)
    ({'ry': 7, 'cx': 3}, (3,))
    """

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        for level in _levels(circuit.n_qubits, 1):
            for a, b in zip(level[::2], level[1::2], strict=False):
                circuit.ry(weight(), a).ry(weight(), b).cx(a, b)
        circuit.ry(weight(), circuit.n_qubits - 1)

    def readout_qubits(self, n_qubits: int) -> tuple[int, ...]:
        """Return the qubit at the root.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        tuple of int
        """
        return (n_qubits - 1,)


class MERA(AbstractAnsatz):
    """A tree with disentanglers: at each level blocks across the bonds between pairs come before the pairs.

    References
    ----------
    Vidal, Phys. Rev. Lett. 101, 110501 (2008); Grant et al., npj Quantum Inf. 4, 65 (2018).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.MERA().circuit(4).counts()
    {'ry': 9, 'cx': 4}
    """

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        for level in _levels(circuit.n_qubits, 1):
            for offset in (1, 0):
                for a, b in zip(level[offset::2], level[offset + 1 :: 2], strict=False):
                    circuit.ry(weight(), a).ry(weight(), b).cx(a, b)
        circuit.ry(weight(), circuit.n_qubits - 1)

    def readout_qubits(self, n_qubits: int) -> tuple[int, ...]:
        """Return the qubit at the top.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        tuple of int
        """
        return (n_qubits - 1,)


class QCNN(AbstractAnsatz):
    """A quantum convolutional network: convolutions with shared weights, and pooling that halves the qubits.

    A convolution turns all neighbours by one block of 15 weights (any two-qubit gate); pooling leaves every other
    qubit, turned by its neighbour through controlled rotations. All gates of a layer share their weights.

    Parameters
    ----------
    n_readout : int
        Qubits at which pooling stops.
    n_convolutions : int
        Convolutions before each pooling.

    References
    ----------
    Cong, Choi, Lukin, Nat. Phys. 15, 1273 (2019); Hur, Kim, Park, Quantum Mach. Intell. 4, 3 (2022).

    Examples
    --------
    >>> import qlearn as ql
    >>> ansatz = ql.variational.QCNN(n_readout=2)
    >>> ansatz.n_weights(8), ansatz.readout_qubits(8)
    (49, (3, 7))
    """

    def __init__(self, n_readout: int = 1, n_convolutions: int = 1) -> None:
        self.n_readout = n_readout
        self.n_convolutions = n_convolutions

    def _append(self, circuit: Circuit, weight: Weight) -> None:
        for level in _levels(circuit.n_qubits, self.n_readout):
            for _ in range(check_count("n_convolutions", self.n_convolutions, minimum=1)):
                _convolve(circuit, level, weight)
            first, second = weight(), weight()
            for a, b in zip(level[::2], level[1::2], strict=False):
                circuit.crz(first, a, b).x(a).crx(second, a, b)
        _convolve(circuit, list(self.readout_qubits(circuit.n_qubits)), weight)

    def readout_qubits(self, n_qubits: int) -> tuple[int, ...]:
        """Return the qubits that pooling leaves.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        tuple of int
        """
        kept = list(range(n_qubits))
        for level in _levels(n_qubits, self.n_readout):
            kept = _survivors(level)
        return tuple(kept)


def _survivors(level: list[int]) -> list[int]:
    return level[1::2] + ([level[-1]] if len(level) % 2 else [])


def _levels(n_qubits: int, n_last: int) -> list[list[int]]:
    """Return the qubits that are alive at each level, while more than `n_last` are."""
    alive, levels = list(range(n_qubits)), []
    while len(alive) > check_count("n_readout", n_last, minimum=1):
        levels.append(alive)
        alive = _survivors(alive)
    return levels


def _convolve(circuit: Circuit, level: list[int], weight: Weight) -> None:
    """Append the same two-qubit block on all neighbours, even bonds first; on a single qubit a rotation."""
    if len(level) == 1:
        circuit.u(weight(), weight(), weight(), level[0])
        return
    weights = [weight() for _ in range(15)]
    for i in (*range(0, len(level) - 1, 2), *range(1, len(level) - 1, 2)):
        a, b = level[i], level[i + 1]
        circuit.u(*weights[0:3], a).u(*weights[3:6], b)
        circuit.rxx(weights[6], a, b).ryy(weights[7], a, b).rzz(weights[8], a, b)
        circuit.u(*weights[9:12], a).u(*weights[12:15], b)
