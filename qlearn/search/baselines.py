"""What every report holds a search against: simple circuits for the same problem, counted in the same way."""

from __future__ import annotations

import itertools

import numpy as np

from .._random import task_generator
from ..circuits import Circuit
from .adapt import Adapt, rotation_gates
from .budget import Allowance, Budget
from .candidate import Candidate
from .gatelist import Alphabet, Structure, bound, build, from_circuit, n_values
from .loop import run
from .optimise import Lowering
from .pools import _generator, _ladder
from .problem import SearchProblem
from .random_search import RandomSearch
from .result import SearchResult

_PRODUCT_STARTS = 20
_LAYERS = (1, 2, 3)
_PATIENCE = 20.0  # seconds that a search for comparison has at least
_MOST_UCCSD_QUBITS = 10


def baselines(result: SearchResult, random_state: int) -> list[tuple[str, Candidate | None, str]]:
    """Return (name, circuit, note) of each baseline; None as circuit where one does not apply.

    Parameters
    ----------
    result : SearchResult
        Its problem is used, and what it spent.
    random_state : int

    Returns
    -------
    list of (str, Candidate or None, str)
    """
    problem, rng = result.problem, task_generator(np.random.SeedSequence(random_state), 0)
    rows: list[tuple[str, Candidate | None, str]] = [
        ("reference", _measured(problem, problem.start_circuit()), ""),
        ("best product state", _product(problem, rng), f"{_PRODUCT_STARTS} starts"),
    ]
    rows += _doubles(problem)
    for n_layers in _LAYERS:
        rows.append((f"hardware-efficient, {n_layers}", _layered(problem, n_layers, rng), "layers; 5 starts"))
    rows.append(_uccsd(problem))
    budget = Budget(evaluations=max(1, result.spent.evaluations), seconds=max(_PATIENCE, 2 * result.spent.seconds))
    pool = "qubit" if any(problem.reference_bits or ()) else "minimal"  # excitations need something to excite
    for name, strategy in ((f"ADAPT, {pool} pool", Adapt(pool)), ("random, equal budget", RandomSearch())):
        rows += _searched(name, problem, strategy, budget, random_state, result)
    return rows


def _measured(problem: SearchProblem, circuit: Circuit) -> Candidate:
    ansatz, values = problem.tidy(circuit, np.zeros(0))
    return Candidate(ansatz, values, problem.measure(ansatz, values), problem.cost_name)


def _lowered(problem: SearchProblem, structure: Structure, starts: np.ndarray) -> Candidate:
    lowering = Lowering(problem, build(structure, problem.n_qubits), Allowance(2**62))
    for row in np.atleast_2d(starts):
        lowering.from_values(row, 200)
    return _measured(problem, bound(structure, lowering.values, problem.n_qubits))


def _product(problem: SearchProblem, rng: np.random.Generator) -> Candidate:
    alphabet = Alphabet(problem)
    structure = alphabet.structure(alphabet.first_layer())
    starts = rng.uniform(-np.pi, np.pi, (_PRODUCT_STARTS, n_values(structure)))
    starts[0] = 0.0
    starts[0, alphabet.first_axes.index("ry") :: len(alphabet.first_axes)] = np.pi * np.array(alphabet.bits)
    return _lowered(problem, structure, starts)


def _layered(problem: SearchProblem, n_layers: int, rng: np.random.Generator) -> Candidate:
    alphabet = Alphabet(problem)
    blocks = alphabet.first_layer()
    line = [(q, q + 1) for q in range(problem.n_qubits - 1)]
    edges = line if set(line) <= set(problem.edges) else problem.edges
    gates = alphabet.structure(blocks)
    for _ in range(n_layers):
        gates += [[alphabet.entangler, list(edge), None] for edge in edges]
        for gate in alphabet.structure(blocks):
            gates.append([*gate[:2], [n_values(gates), 1.0]])
    return _lowered(problem, gates, rng.uniform(-np.pi, np.pi, (5, n_values(gates))))


def _doubles(problem: SearchProblem) -> list[tuple[str, Candidate | None, str]]:
    """Return fans on the reference: RY on one qubit and CX to the others, for the best two-state mixtures."""
    name, n = "CI-guided doubles", problem.n_qubits
    hamiltonian = getattr(problem, "hamiltonian", None)
    if hamiltonian is None:
        return [(name, None, "needs a Hamiltonian")]
    if len(problem.edges) < n * (n - 1) // 2:
        return [(name, None, "needs a device that couples all pairs")]
    matrix = hamiltonian.to_sparse().tocsr()
    diagonal = np.real(matrix.diagonal())
    bits, note = problem.reference_bits, "2 or 4 qubits each, disjoint"
    if bits is None:
        lowest = int(np.argmin(diagonal))
        bits, note = tuple(lowest >> (n - 1 - q) & 1 for q in range(n)), f"{note}, on the lowest basis state"
    index = int("".join(map(str, bits)), 2)
    column = np.asarray(matrix[[index]].todense()).ravel()
    drops = []
    for size in (2, 4):
        for support in itertools.combinations(range(n), size):
            other = index ^ sum(1 << (n - 1 - q) for q in support)
            half = 0.5 * (diagonal[other] - diagonal[index])
            drop = np.hypot(half, abs(column[other])) - half
            if drop > 1e-9:
                drops.append((float(drop), support))
    taken: list[tuple[int, ...]] = []
    found: list[tuple[str, Candidate | None, str]] = []
    for _, support in sorted(drops, reverse=True):
        if any(set(support) & set(old) for old in taken):
            continue
        taken.append(support)
        gates: Structure = [["x", [q], None] for q in range(n) if bits[q] and not any(q in s for s in taken)]
        for k, (first, *rest) in enumerate(taken):
            gates.append(["ry", [first], [k, 1.0]])
            gates += [["x", [q], None] for q in rest if bits[q] != bits[first]]
            gates += [["cx", [first, q], None] for q in rest]
        starts = np.array([[np.pi * bits[s[0]] + sign * 0.1 for s in taken] for sign in (1, -1)])
        found.append((f"{name}, {len(taken)}", _lowered(problem, gates, starts), note))
        if len(found) == 3:
            break
    return found or [(name, None, "no mixture of two basis states is lower")]


def _uccsd(problem: SearchProblem) -> tuple[str, Candidate | None, str]:
    """Return Trotterised UCCSD where it applies: occupied modes, and a Hamiltonian that keeps their number."""
    hamiltonian, bits, n = getattr(problem, "hamiltonian", None), problem.reference_bits, problem.n_qubits
    name = "UCCSD, one step"
    if hamiltonian is None or bits is None or not 0 < sum(bits) < n:
        return name, None, "needs a Hamiltonian and occupied modes"
    number = sum((_ladder(q, n, True).adjoint() @ _ladder(q, n, True) for q in range(n)), 0.0 * hamiltonian)
    if (hamiltonian @ number - number @ hamiltonian).simplify(1e-8).n_terms:
        return name, None, "the Hamiltonian does not conserve the number of ones"
    if n > _MOST_UCCSD_QUBITS:
        return name, None, f"left out beyond {_MOST_UCCSD_QUBITS} qubits"
    structure: Structure = from_circuit(problem.start_circuit())
    lower = [_ladder(q, n, True) for q in range(n)]
    full, empty = [q for q in range(n) if bits[q]], [q for q in range(n) if not bits[q]]
    raisings = [lower[p].adjoint() @ lower[q] for q in full for p in empty]
    for (q, r), (p, s) in itertools.product(itertools.combinations(full, 2), itertools.combinations(empty, 2)):
        raisings.append(lower[p].adjoint() @ lower[s].adjoint() @ lower[r] @ lower[q])
    for raising in raisings:
        generator = _generator(raising)
        if generator is not None:
            structure += rotation_gates(generator, n_values(structure))
    return name, _lowered(problem, structure, np.zeros(n_values(structure))), f"{n_values(structure)} excitations"


def _searched(
    name: str, problem: SearchProblem, strategy: Adapt | RandomSearch, budget: Budget, random_state: int,
    result: SearchResult,
) -> list[tuple[str, Candidate | None, str]]:  # fmt: skip
    """Return what another strategy reaches with the same evaluations: at the sizes of the search's own front."""
    try:
        other = run(problem, strategy, budget=budget, random_state=random_state, progress=False)
    except (TypeError, ValueError) as error:
        return [(name, None, str(error))]
    note = f"{other.spent.evaluations} evaluations; {other.ended}"
    within = [c for c in other.front if c.two_qubit_gates <= result.best.two_qubit_gates]
    rows: list[tuple[str, Candidate | None, str]] = []
    if within:
        rows.append((name, min(within, key=lambda c: c.cost), f"with at most {result.best.two_qubit_gates}; {note}"))
    best = other.best
    if not within or best.cost < rows[0][1].cost - 1e-9:
        rows.append((name, best, f"its best; {note}"))
    return rows
