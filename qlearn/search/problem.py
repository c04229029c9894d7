"""SearchProblem: what is searched for, with which gates, on which device."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import check_qubits
from ..circuits import GATES, Circuit, Instruction, NoiseModel
from .tidy import check_gates, tidy

if TYPE_CHECKING:
    from ._engine.landscape import Landscape

__all__ = ["SearchProblem"]

SHAPE_OBJECTIVES = ("two_qubit_gates", "depth", "n_parameters")


class SearchProblem(ABC):
    """Base of all problems: a cost of circuits to be made small, and the circuits that are allowed.

    A subclass implements `cost` and, where it can, `cost_and_gradient`, and names its cost in `cost_name`. No method of
    a problem, and hence no strategy, ever sees the exact answer. The constructor takes `n_qubits`; `gates`, names of
    `Circuit` methods; `coupling`, pairs of qubits that share a gate (a networkx graph, pairs, "line", "ring" or None
    for all); `noise`, a NoiseModel or None; and `objectives`, the axes of the front, a cost first.
    """

    cost_name = "cost"
    starts_at_zero = True  # else a gate may not be left out for being a phase on |0...0>

    def __init__(
        self,
        n_qubits: int,
        *,
        gates: Iterable[str],
        coupling: Any = None,
        noise: NoiseModel | None = None,
        objectives: Sequence[str] | None = None,
    ) -> None:
        self.n_qubits = n_qubits
        self.gates = check_gates(gates, n_qubits)
        self.edges = check_coupling(coupling, n_qubits)
        if noise is not None and not isinstance(noise, NoiseModel):
            raise TypeError(f"`noise` must be a NoiseModel or None, got {type(noise).__name__}.")
        self.noise = noise
        self.objectives = self._checked_objectives(objectives)

    def _checked_objectives(self, objectives: Sequence[str] | None) -> tuple[str, ...]:
        allowed = (self.cost_name, *SHAPE_OBJECTIVES, *([f"noisy_{self.cost_name}"] if self.noise else []))
        if objectives is None:
            lead = f"noisy_{self.cost_name}" if self.noise else self.cost_name
            return (lead, "two_qubit_gates")
        if isinstance(objectives, str):
            raise TypeError(f"`objectives` must be a sequence of names, got the text {objectives!r}.")
        found = tuple(objectives)
        unknown = [name for name in found if name not in allowed]
        if unknown or len(set(found)) != len(found) or not found:
            raise ValueError(f"`objectives` must be different names out of {', '.join(allowed)}, got {found}.")
        if self.cost_name not in found[0]:
            raise ValueError(f"The first of `objectives` must be a cost, such as {self.cost_name!r}, got {found[0]!r}.")
        return found

    @property
    def name(self) -> str:
        """A few words for tables."""
        return f"{type(self).__name__} on {self.n_qubits} qubits"

    @property
    def resolution(self) -> float:
        """Gains in cost that do not justify a larger circuit."""
        return 1e-9

    @property
    def reference_bits(self) -> tuple[int, ...] | None:
        """A basis state to start from, None where there is none."""
        return None

    @property
    def wants_complex(self) -> bool:
        """Whether complex states can have a lower cost than real ones."""
        return True

    @abstractmethod
    def cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the noiseless cost of a circuit.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """

    def cost_and_gradient(self, circuit: Circuit, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the cost and its gradient; by central differences unless a subclass knows better.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        (float, ndarray of shape (n_parameters,))
        """
        step = 1e-5
        shifts = step * np.eye(len(values))
        slope = [self.cost(circuit, values + shift) - self.cost(circuit, values - shift) for shift in shifts]
        return self.cost(circuit, values), np.array(slope) / (2 * step)

    def noisy_cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the cost of a circuit under the noise of the problem.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        raise NotImplementedError(f"{type(self).__name__} has no cost under noise; leave `noise` out.")

    def start_circuit(self) -> Circuit:
        """Return the circuit that a search may start from: that of the reference, else an empty one.

        Returns
        -------
        Circuit
        """
        return Circuit(self.n_qubits)

    def exact_cost(self) -> float | None:
        """Return the lowest cost there is, for reports only; None where nobody knows.

        Returns
        -------
        float or None
        """
        return None

    def landscape(self) -> Landscape:
        """Return the problem in the form of the compiled structure search.

        Returns
        -------
        Landscape
        """
        raise TypeError(
            f"StructureSearch needs the cost to be the energy of a Hamiltonian, which {type(self).__name__} is not; "
            "use another strategy, such as Evolution."
        )

    def fingerprint(self) -> str:
        """Return a text that differs between problems that differ.

        Returns
        -------
        str
        """
        noise = None if self.noise is None else self.noise.apply(self._probe(), check_coupling=False).instructions
        text = [type(self).__name__, sorted(self.gates), self.edges, self.objectives, noise, *self._identity()]
        return hashlib.sha256(repr(text).encode()).hexdigest()[:16]

    def _probe(self) -> Circuit:
        """Return a circuit with every gate wherever it may stand: its noise tells noise models apart."""
        circuit = Circuit(self.n_qubits)
        for name in sorted(self.gates):
            size = GATES[name].n_qubits if name in GATES else 0
            places = [(q,) for q in range(self.n_qubits)] if size == 1 else self.edges if size == 2 else ()
            for place in places:
                circuit.append(Instruction(name, tuple(place), (0.5,) * GATES[name].n_angles))
                circuit.barrier()
        return circuit.measure()

    def _identity(self) -> tuple[Any, ...]:
        """Return what else tells one problem from another, with a full repr."""
        return ()

    def measure(self, circuit: Circuit, values: np.ndarray) -> dict[str, float]:
        """Return the noiseless cost, the cost under noise where there is some, and the shape of a circuit.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        dict of str to float
        """
        found = {self.cost_name: float(self.cost(circuit, values))}
        if self.noise is not None:
            found[f"noisy_{self.cost_name}"] = float(self.noisy_cost(circuit, values))
        return found | {
            "two_qubit_gates": sum([len(qubits) >= 2 for _, qubits, _, _ in circuit]),
            "depth": circuit.depth(),
            "n_parameters": circuit.n_parameters,
        }

    def tidy(self, circuit: Circuit, values: np.ndarray) -> tuple[Circuit, np.ndarray]:
        """Return the circuit after the one clean-up pass that every circuit gets before it is counted.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        circuit : Circuit
            In the gates of the problem; parameters where angles are free, numbers where they are multiples of pi / 2.
        values : ndarray of float
            Of its parameters.
        """
        numbers = circuit.bind(values) if circuit.n_parameters else circuit
        return tidy(numbers, self.gates, starts_at_zero=self.starts_at_zero)

    def __repr__(self) -> str:
        return f"<{self.name}: gates {', '.join(sorted(self.gates))}>"


def check_coupling(coupling: Any, n_qubits: int) -> tuple[tuple[int, int], ...]:
    """Return the pairs of a coupling graph, smaller qubit first, sorted.

    Parameters
    ----------
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    n_qubits : int

    Returns
    -------
    tuple of (int, int)
    """
    if coupling is None:
        return tuple((a, b) for a in range(n_qubits) for b in range(a + 1, n_qubits))
    if isinstance(coupling, str):
        if coupling not in ("line", "ring"):
            raise ValueError(f'`coupling` must be "line", "ring", pairs of qubits or a graph, got {coupling!r}.')
        pairs: Iterable[Any] = [(q, q + 1) for q in range(n_qubits - 1)]
        if coupling == "ring" and n_qubits > 2:
            pairs = [*pairs, (0, n_qubits - 1)]
    else:
        pairs = list(coupling.edges() if hasattr(coupling, "edges") else coupling)
    found = set()
    for pair in pairs:
        checked = check_qubits(pair, n_qubits)
        if len(checked) != 2:
            raise ValueError(f"`coupling` must hold pairs of qubits, got {pair!r}.")
        found.add((min(checked), max(checked)))
    if n_qubits > 1 and not found:
        raise ValueError("`coupling` has no pair of qubits: nothing could ever be entangled.")
    return tuple(sorted(found))


def entangler(gates: Iterable[str]) -> str:
    """Return the two-qubit gate in which skeletons are written: a CX, a CZ, or a CX to be rewritten.

    Parameters
    ----------
    gates : iterable of str

    Returns
    -------
    str
    """
    return "cz" if "cz" in gates and "cx" not in gates else "cx"
