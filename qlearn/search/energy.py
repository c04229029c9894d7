"""EnergyProblem: the ground state of a Hamiltonian."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit, NoiseModel
from ..paulis import PauliSum
from ..sim import DensityMatrix, Statevector, Trajectories
from ._engine.landscape import Landscape
from .first_order import first_order_energy
from .pauli_gates import has_complex_gates
from .problem import SearchProblem

__all__ = ["EnergyProblem"]

_MOST_EXACT = 14  # qubits
_NOISE_METHODS = ("density_matrix", "first_order", "trajectories")
_N_TRAJECTORIES = 2000


class EnergyProblem(SearchProblem):
    """Find circuits whose state has a low energy.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian; energies are in its unit.
    gates : iterable of str
        What the device has, by the names of `Circuit` methods. Circuits of ``("ry", "cx")`` are real.
    reference : str, array_like of 0 and 1, Circuit or None
        A state to start from and to compare with, such as that of Hartree-Fock: bits, qubit 0 first, or a circuit.
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
        Pairs of qubits that share a gate, in either direction; None for all pairs.
    symmetries : sequence of (PauliSum, float)
        Operators that commute with the Hamiltonian, such as a number of electrons, with the value the state shall have.
        The energy of a search is then that of the Hamiltonian plus ``penalty * (operator - value)**2`` for each.
    penalty : float, optional
        By default the `scale` of the Hamiltonian.
    noise : NoiseModel, optional
        Of the device; circuits are then chosen by their energy under it. Readout errors are taken as corrected: they
        cost shots (`remeasure`), not energy.
    noise_method : {"density_matrix", "first_order", "trajectories"}
        How that is computed: exactly (to about eight qubits), to first order in the noise (`first_order_energy`), or
        as the mean of 2,000 trajectories, the same random numbers for every circuit.
    objectives : sequence of str, optional
        Axes of the front: "energy" or "noisy_energy" first, then any of "two_qubit_gates", "depth", "n_parameters".
        By default the energy and the two-qubit gates.
    name : str, optional
        For tables.

    Raises
    ------
    ValueError, TypeError
        If the Hamiltonian is not Hermitian, or the gates cannot make every real circuit, or anything else is off.

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
    >>> ql.search.EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    <energy on 6 qubits: gates cx, ry>
    """

    cost_name = "energy"

    def __init__(
        self,
        hamiltonian: PauliSum,
        *,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        reference: Any = None,
        coupling: Any = None,
        symmetries: Sequence[tuple[PauliSum, float]] = (),
        penalty: float | None = None,
        noise: NoiseModel | None = None,
        noise_method: str = "density_matrix",
        objectives: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        if not isinstance(hamiltonian, PauliSum):
            raise TypeError(f"`hamiltonian` must be a PauliSum, got {type(hamiltonian).__name__}.")
        if not hamiltonian.is_hermitian():
            raise ValueError("`hamiltonian` must be Hermitian; this one has complex coefficients.")
        if noise_method not in _NOISE_METHODS:
            raise ValueError(f"`noise_method` must be one of {', '.join(_NOISE_METHODS)}, got {noise_method!r}.")
        self.noise_method = noise_method
        super().__init__(hamiltonian.n_qubits, gates=gates, coupling=coupling, noise=noise, objectives=objectives)
        self.hamiltonian = hamiltonian.simplify(0.0)
        for operator, value in symmetries:
            self.hamiltonian = self.hamiltonian + _penalised(hamiltonian, operator, value, penalty or self.scale)
        self.reference = _checked_reference(reference, self.n_qubits)
        self._name = name
        self._engine = Statevector()

    @property
    def name(self) -> str:
        """A few words for tables."""
        return self._name or f"energy on {self.n_qubits} qubits"

    @property
    def wants_complex(self) -> bool:
        """Whether complex states can have a lower energy than real ones: not where the Hamiltonian is real."""
        return bool(((self.hamiltonian.x & self.hamiltonian.z).sum(axis=1) % 2).any())

    @property
    def scale(self) -> float:
        """A typical distance of energies: the root of the sum of squared coefficients, without the identity."""
        is_identity = ~(self.hamiltonian.x.any(axis=1) | self.hamiltonian.z.any(axis=1))
        return float(np.linalg.norm(np.asarray(self.hamiltonian.coefficients)[~is_identity])) or 1.0

    @property
    def resolution(self) -> float:
        """Gains in energy that do not justify a larger circuit: 1e-7 of the scale."""
        return 1e-7 * self.scale

    def _identity(self) -> tuple[Any, ...]:
        reference = self.reference.instructions if isinstance(self.reference, Circuit) else self.reference
        terms = (self.hamiltonian.x, self.hamiltonian.z, self.hamiltonian.coefficients)
        return (reference, self.noise_method, *(np.asarray(array).tobytes() for array in terms))

    @property
    def reference_bits(self) -> tuple[int, ...] | None:
        """The reference as bits, None where it is a circuit or there is none."""
        return self.reference if isinstance(self.reference, tuple) else None

    def start_circuit(self) -> Circuit:
        """Return the circuit of the reference, X on its ones; an empty circuit without one.

        Returns
        -------
        Circuit
        """
        if isinstance(self.reference, Circuit):
            return self.reference.copy()
        circuit = Circuit(self.n_qubits)
        for qubit, bit in enumerate(self.reference or ()):
            if bit:
                circuit.x(qubit)
        return circuit

    def cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the energy of a circuit's state, by the Statevector engine.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        return float(self._engine.expectation(circuit, self.hamiltonian, values))

    def cost_and_gradient(self, circuit: Circuit, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the energy and its adjoint gradient.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        (float, ndarray of shape (n_parameters,))
        """
        value, gradient = self._engine.value_and_gradient(circuit, self.hamiltonian, values)
        return float(value), gradient

    def noisy_cost(self, circuit: Circuit, values: np.ndarray) -> float:
        """Return the energy under the noise of the problem, by its `noise_method`.

        Parameters
        ----------
        circuit : Circuit
        values : ndarray of float, shape (n_parameters,)

        Returns
        -------
        float
        """
        if self.noise is None:
            raise ValueError("This problem has no noise; give EnergyProblem a `noise`.")
        if self.noise_method == "first_order":
            bound = circuit.bind(values) if circuit.n_parameters else circuit
            return first_order_energy(self.noise.apply(bound, final_measurement=True), self.hamiltonian)
        noisy = self.noise.apply(circuit, final_measurement=True)
        if self.noise_method == "trajectories":
            engine = Trajectories(_N_TRAJECTORIES)
            return float(engine.expectation(noisy, self.hamiltonian, values, random_state=0).value)
        return float(DensityMatrix().expectation(noisy, self.hamiltonian, values))

    def exact_cost(self) -> float | None:
        """Return the ground-state energy, for reports only; None beyond 14 qubits.

        Returns
        -------
        float or None
        """
        return float(self.hamiltonian.ground_state().energies[0]) if self.n_qubits <= _MOST_EXACT else None

    def landscape(self) -> Landscape:
        """Return the problem in the form of the compiled structure search.

        States are real where the gates are, or the Hamiltonian is and loses nothing by it.

        Returns
        -------
        Landscape
        """
        matrix = self.hamiltonian.to_sparse().tocsr()
        if not (self.wants_complex and has_complex_gates(self.gates)):
            matrix = matrix.real.tocsr()  # real states have no use for the imaginary part
        matrix.eliminate_zeros()
        matrix.sort_indices()
        indptr, indices = matrix.indptr.astype(np.uint32), matrix.indices.astype(np.uint32)
        data = np.ascontiguousarray(matrix.data)
        return Landscape(self.n_qubits, indptr, indices, data, self.edges, self.scale)


def _penalised(hamiltonian: PauliSum, operator: Any, value: float, penalty: float) -> PauliSum:
    """Return penalty * (operator - value)**2, if the operator is a symmetry."""
    if not isinstance(operator, PauliSum) or operator.n_qubits != hamiltonian.n_qubits:
        raise TypeError(f"`symmetries` must hold a PauliSum on {hamiltonian.n_qubits} qubits, got {operator!r}.")
    if (hamiltonian @ operator - operator @ hamiltonian).simplify(1e-8).n_terms:
        raise ValueError("`symmetries` holds an operator that does not commute with the Hamiltonian.")
    if not penalty > 0:
        raise ValueError(f"`penalty` must be positive, got {penalty!r}.")
    shifted = operator - float(value)
    square = (penalty * (shifted @ shifted)).simplify(1e-12)
    return PauliSum.from_arrays(square.x, square.z, np.real(square.coefficients))


def _checked_reference(reference: Any, n_qubits: int) -> tuple[int, ...] | Circuit | None:
    if reference is None:
        return None
    if isinstance(reference, Circuit):
        if reference.n_qubits != n_qubits or not reference.is_unitary or reference.n_parameters:
            raise ValueError(f"`reference` must be a unitary circuit on {n_qubits} qubits without parameters.")
        return reference.copy()
    bits = tuple(int(bit) if str(bit) in ("0", "1") else -1 for bit in reference)
    if len(bits) != n_qubits or -1 in bits:
        raise ValueError(f"`reference` must be {n_qubits} bits, qubit 0 first, or a circuit, got {reference!r}.")
    return bits
