"""Adapt: grow a circuit by the generator of a pool with the steepest slope, all angles optimised each time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .._checks import check_count
from ..circuits import Circuit
from ..paulis import PauliSum
from ..sim import Statevector
from .budget import Allowance, Spent
from .gatelist import Gate, Structure, build, from_circuit, n_values
from .optimise import CircuitStrategy, Lowering
from .pools import POOLS, _labels, make_pool
from .problem import SearchProblem
from .slopes import PoolSlopes
from .strategy import Found, Outcome, Task

__all__ = ["Adapt"]


class Adapt(CircuitStrategy):
    """ADAPT-VQE: from the reference, append the rotation with the largest slope, optimise all angles, repeat.

    Each optimisation goes on with the inverse Hessian of the one before, which saves gradients.

    Takes problems with a Hamiltonian. The slopes of a whole pool come from one product with the Hamiltonian and an
    inner product for each string; they are counted as one gradient and as many energies as that work amounts to.

    Parameters
    ----------
    pool : str or list of PauliSum
        "fermionic", "qubit_excitation", "qubit", "minimal", "coupled_exchange" or "qaoa" (see `make_pool`), or
        Hermitian generators, each a sum of commuting strings. With "qaoa" every step first appends the evolution under
        the Hamiltonian, which must be diagonal, and the start is the uniform superposition.
    tolerance : float
        Ends where no slope is larger; in the unit of the Hamiltonian.
    max_operators : int
    max_iterations : int
        Of BFGS, after each operator.

    Notes
    -----
    Loses to random search in the gates it needs, on LiH with four and with six qubits and on the critical Ising chain
    with six, at 40,000 evaluations (``python -m benchmarks search_strategies``). Its circuits are exact sooner than
    they are short.

    References
    ----------
    Grimsley, Economou, Barnes, Mayhall, Nature Communications 10, 3007 (2019).
    Ramoa, Santos, Mayhall, Barnes, Economou, arXiv:2401.05172 (2024): the Hessian is recycled.

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    >>> problem = ql.search.EnergyProblem(molecule.hamiltonian, reference=molecule.hartree_fock)
    >>> result = ql.search.run(problem, ql.search.Adapt(), budget=ql.search.Budget(evaluations=5000), random_state=0)
    >>> abs(result.best.cost - molecule.exact_energy) < 1e-8
    True
    """

    def __init__(
        self,
        pool: str | list[PauliSum] = "qubit",
        tolerance: float = 1e-5,
        max_operators: int = 100,
        max_iterations: int = 200,
    ) -> None:
        self.pool, self.tolerance, self.max_operators, self.max_iterations = (
            pool, tolerance, max_operators, max_iterations
        )  # fmt: skip

    def _begin(self) -> None:
        hamiltonian = _hamiltonian(self.problem_, "Adapt")
        if not (0 <= self.tolerance < math.inf):
            raise ValueError(f"`tolerance` must be finite and not negative, got {self.tolerance!r}.")
        check_count("max_operators", self.max_operators, minimum=1)
        n = self.problem_.n_qubits
        self.generators_ = make_pool(self.pool, n) if isinstance(self.pool, str) else list(self.pool)
        for generator in self.generators_:
            if not isinstance(generator, PauliSum) or generator.n_qubits != n or not generator.is_hermitian():
                raise ValueError(f"`pool` must hold Hermitian PauliSum on {n} qubits or be one of {', '.join(POOLS)}.")
        if not self.generators_:
            raise ValueError("`pool` must not be empty.")
        self.slopes_ = PoolSlopes(self.generators_)
        self.phase_: PauliSum | None = None
        start = self.problem_.start_circuit()
        self.structure_: Structure = from_circuit(start)
        if self.pool == "qaoa":
            if hamiltonian.x.any():
                raise ValueError('pool="qaoa" needs a diagonal Hamiltonian, such as that of MaxCutProblem.')
            self.phase_ = hamiltonian
            self.structure_ = [["h", [q], None] for q in range(n)]
        self.values_ = np.zeros(0)
        self.inverse_: np.ndarray | None = None
        self.is_done_ = False

    def _ask(self) -> list[Task]:
        if self.is_done_ or self.n_asked_ > self.max_operators:
            return []
        grow = self.n_asked_ > 0  # the first task measures the start
        return [
            _Grow(
                self.structure_, self.values_, self.generators_ if grow else [], self.slopes_, self.phase_,
                self.tolerance, self.max_iterations, self.inverse_,
            )
        ]  # fmt: skip

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        news = list(outcomes[0].found)
        if not news:
            self.is_done_ = True
        for found in news:
            self.structure_, self.values_, self.inverse_ = found.structure, found.values, found.inverse_hessian
        return news


@dataclass(frozen=True)
class _Grow(Task):
    """Append the steepest generator and optimise; without generators, measure the cost only."""

    structure: Structure
    values: np.ndarray
    generators: list[PauliSum]
    slopes: PoolSlopes
    phase: PauliSum | None
    tolerance: float
    max_iterations: int
    inverse: np.ndarray | None

    def run(self, problem: SearchProblem, allowance: Allowance) -> Outcome:
        """Return the longer circuit, or nothing where every slope is within the tolerance."""
        structure, values, spent = self.structure, self.values, Spent()
        if self.generators:
            if self.phase is not None:
                structure = structure + rotation_gates(self.phase, n_values(structure))
                values = np.append(values, 0.01)
            state = Statevector().run(_circuit(structure, problem.n_qubits), values).amplitudes
            bra = problem.hamiltonian.apply(state)
            slopes = self.slopes(bra, state)
            spent = Spent(-(-self.slopes.n_strings // max(1, problem.hamiltonian.n_terms)), 1)
            best = int(np.argmax(np.abs(slopes)))
            if abs(slopes[best]) <= self.tolerance or spent.evaluations >= allowance.evaluations:
                return Outcome((), spent)
            structure = structure + rotation_gates(self.generators[best], n_values(structure))
            values = np.append(values, 0.0)
        left = Allowance(allowance.evaluations - spent.evaluations, allowance.deadline)
        lowered = Lowering(problem, _circuit(structure, problem.n_qubits), left)
        lowered.from_values(values, self.max_iterations, _grown(self.inverse, len(values)))
        spent += lowered.spent
        if lowered.values is None:
            return Outcome((), spent)
        return Outcome((Found(lowered.cost, structure, lowered.values, lowered.inverse),), spent)


def _grown(inverse: np.ndarray | None, size: int) -> np.ndarray | None:
    """Return the inverse Hessian of a circuit that has more angles now, each as curved as those before on average."""
    if inverse is None or not len(inverse):
        return None
    result = np.eye(size) * (np.trace(inverse) / len(inverse))
    result[: len(inverse), : len(inverse)] = inverse
    return result


def _circuit(structure: Structure, n_qubits: int) -> Circuit:
    """Return the circuit of a structure, the same object for those seen last: it keeps its bytecode."""
    gates = tuple((name, tuple(qubits), None if angle is None else tuple(angle)) for name, qubits, angle in structure)
    return _built(gates, n_qubits)


@lru_cache(maxsize=4)
def _built(gates: tuple, n_qubits: int) -> Circuit:
    return build(gates, n_qubits)


def rotation_gates(generator: PauliSum, index: int) -> list[Gate]:
    """Return the gates of exp(-i t G / 2) for a sum of commuting strings, t being value number `index`.

    Parameters
    ----------
    generator : PauliSum
    index : int

    Returns
    -------
    list
    """
    gates: list[Gate] = []
    for label, coefficient in zip(_labels(generator), generator.coefficients):
        qubits = [q for q, letter in enumerate(label) if letter != "I"]
        if qubits:
            word = "".join(label[q] for q in qubits)
            gates.append([f"pauli:{word}", qubits, [index, float(np.real(coefficient))]])
    return gates


def _hamiltonian(problem: SearchProblem, name: str) -> PauliSum:
    hamiltonian = getattr(problem, "hamiltonian", None)
    if hamiltonian is None:
        raise TypeError(f"{name} needs a problem with a Hamiltonian, such as EnergyProblem, got {problem!r}.")
    return hamiltonian
