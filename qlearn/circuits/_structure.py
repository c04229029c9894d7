"""Methods that measure the shape of a circuit."""

from __future__ import annotations

from collections import Counter

from ._builder import AbstractBuilder
from .channels import CHANNEL_NAMES
from .gates import UNITARY_NAMES


class AbstractStructure(AbstractBuilder):
    """Counts, depth and the qubits in use."""

    __slots__ = ()

    def counts(self) -> dict[str, int]:
        """Return how often each instruction name occurs, most frequent first.

        Returns
        -------
        dict of str to int

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.Circuit(2).h(0).h(1).cx(0, 1).counts()
        {'h': 2, 'cx': 1}
        """
        return dict(Counter(step[0] for step in self._instructions).most_common())

    def depth(self, *, two_qubit: bool = False) -> int:
        """Return the number of layers of instructions that act at the same time.

        Gates, measurements and resets take one layer on each of their qubits. Noise channels take none; a barrier
        takes none but aligns its qubits.

        Parameters
        ----------
        two_qubit : bool
            Count only gates on two or more qubits; the rest takes no time.

        Returns
        -------
        int

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(3).h(0).cx(0, 1).cx(1, 2).h(0)
        >>> circuit.depth(), circuit.depth(two_qubit=True)
        (3, 2)
        """
        level = [0] * self._n_qubits
        for name, qubits, _, _ in self._instructions:
            if name in CHANNEL_NAMES:
                continue
            if two_qubit:
                step = int(name in UNITARY_NAMES and len(qubits) > 1)
            else:
                step = int(name != "barrier")
            if name == "measure":
                for qubit in qubits:
                    level[qubit] += step
                continue
            if len(qubits) == 1:
                level[qubits[0]] += step
                continue
            if len(qubits) == 2:
                a, b = qubits
                level[a] = level[b] = (level[a] if level[a] > level[b] else level[b]) + step
                continue
            top = max([level[qubit] for qubit in qubits]) + step
            for qubit in qubits:
                level[qubit] = top
        return max(level)

    @property
    def n_two_qubit_gates(self) -> int:
        """Number of unitary gates on exactly two qubits, Pauli rotations of weight two included."""
        return sum(len(step[1]) == 2 and step[0] in UNITARY_NAMES for step in self._instructions)

    @property
    def used_qubits(self) -> tuple[int, ...]:
        """The qubits that anything but a barrier acts on, in increasing order."""
        return tuple(sorted({q for step in self._instructions if step[0] != "barrier" for q in step[1]}))
