"""Every strategy against the contract, and pools, closed forms and selections against their definitions."""

import numpy as np
import pytest
import scipy.linalg

import qlearn as ql
from qlearn.search import (
    Adapt,
    Budget,
    EnergyProblem,
    Evolution,
    RandomSearch,
    Rotoselect,
    SimulatedAnnealing,
    StructureSearch,
    TreeSearch,
    make_pool,
    run,
)
from qlearn.search.adapt import rotation_gates
from qlearn.search.evolution import _Member, _rank_and_crowding
from qlearn.search.gatelist import bound, build, canonical
from qlearn.search.pools import POOLS
from qlearn.search.slopes import PoolSlopes

STRATEGIES = [
    StructureSearch(),
    RandomSearch(),
    SimulatedAnnealing(n_chains=2),
    Evolution(n_population=6),
    TreeSearch(batch=2),
    Rotoselect(max_layers=2),
    Adapt(),
    Adapt(pool="minimal"),
]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: str(strategy))
def test_contract(strategy):
    ql.testing.check_strategy(strategy, evaluations=400)


def test_every_strategy_is_held_to_the_contract():
    everything = {value for value in vars(ql.search).values() if isinstance(value, type)}
    final = {value for value in everything if issubclass(value, ql.search.Strategy) and value is not ql.search.Strategy}
    assert final == {type(strategy) for strategy in STRATEGIES}


@pytest.mark.parametrize("name", POOLS)
def test_rotations_of_a_pool_are_matrix_exponentials(name):
    n = 4
    generators = make_pool(name, n)
    rng = np.random.default_rng(0)
    for index in rng.choice(len(generators), min(8, len(generators)), replace=False):
        generator = generators[index]
        assert generator.is_hermitian()
        assert generator.commutes().all()
        gates = rotation_gates(generator, 0)
        found = ql.circuits.circuit_matrix(bound(gates, np.array([0.37]), n))
        assert np.allclose(found, scipy.linalg.expm(-0.5j * 0.37 * generator.to_dense()), atol=1e-12)


def test_fermionic_generators_are_those_of_ladder_operators():
    n = 4
    size = 2**n

    def lower(mode):
        """Return the annihilator of a mode by its definition on occupation numbers."""
        matrix = np.zeros((size, size))
        for index in range(size):
            bits = [index >> (n - 1 - q) & 1 for q in range(n)]
            if bits[mode]:
                matrix[index ^ (1 << (n - 1 - mode)), index] = (-1) ** sum(bits[:mode])
        return matrix

    single = lower(2).T @ lower(0)
    double = lower(0).T @ lower(1).T @ lower(3) @ lower(2)
    pool = [scipy.linalg.expm(-0.5j * 0.3 * g.to_dense()) for g in make_pool("fermionic", n)]
    for operator in (single, double):
        exact = scipy.linalg.expm(0.3 * (operator - operator.T))
        assert min(min(np.abs(p - exact).max(), np.abs(p - exact.T).max()) for p in pool) < 1e-12


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_minimal_pool_reaches_every_real_state(n):
    """The Lie algebra it generates moves any real state in every direction."""
    basis = [(1j * g.to_dense()).real for g in make_pool("minimal", n)]
    assert len(basis) == 2 * n - 2
    span = np.zeros((0, 4**n))

    def grows(matrix):
        nonlocal span
        row = matrix.ravel() - span.T @ (span @ matrix.ravel())
        if np.linalg.norm(row) < 1e-8:
            return False
        span = np.vstack([span, row / np.linalg.norm(row)])
        return True

    algebra = [matrix for matrix in basis if grows(matrix)]
    for left in algebra:
        for right in basis:
            bracket = left @ right - right @ left
            if np.abs(bracket).max() > 1e-9 and grows(bracket):
                algebra.append(bracket / np.linalg.norm(bracket))
    state = np.random.default_rng(0).normal(size=2**n)
    assert np.linalg.matrix_rank(np.stack([matrix @ state for matrix in algebra]), tol=1e-8) == 2**n - 1


def test_adapt_finds_the_one_double_excitation_of_hydrogen():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    problem = EnergyProblem(molecule.hamiltonian, reference=molecule.hartree_fock)
    result = run(problem, Adapt(pool="fermionic"), budget=Budget(evaluations=5000), random_state=0)
    assert result.best.cost == pytest.approx(molecule.exact_energy, abs=1e-9)
    assert len(result.strategy.values_) == 1
    assert result.ended == "the strategy had nothing left to try"
    assert result.front[0].cost == pytest.approx(molecule.hartree_fock_energy, abs=1e-9)


def test_adapt_goes_on_from_the_curvature_it_knows(monkeypatch, tmp_path):
    molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
    problem = EnergyProblem(molecule.hamiltonian, reference=molecule.hartree_fock)

    def searched(**options):
        strategy = Adapt(max_operators=12)
        return run(problem, strategy, budget=Budget(evaluations=options.pop("evaluations", 4000)), **options)

    knowing = searched(random_state=0)
    stored = {"store": tmp_path / "study.db", "random_state": 0}
    searched(evaluations=60, **stored)
    resumed = searched(**stored)  # curvatures come back from the file with every bit
    assert resumed.best.cost == knowing.best.cost
    assert resumed.spent.n_gradients == knowing.spent.n_gradients
    monkeypatch.setattr("qlearn.search.adapt._grown", lambda inverse, size: None)
    forgetting = searched(random_state=0)
    assert forgetting.best.cost == pytest.approx(knowing.best.cost, abs=1e-9)
    assert knowing.spent.n_gradients < 0.75 * forgetting.spent.n_gradients


def test_adapt_qaoa_cuts_a_ring():
    import networkx as nx

    hamiltonian = ql.datasets.make_maxcut(nx.cycle_graph(4))
    result = run(EnergyProblem(hamiltonian), Adapt(pool="qaoa"), budget=Budget(evaluations=8000), random_state=0)
    assert result.best.cost == pytest.approx(-4.0, abs=1e-6)
    with pytest.raises(ValueError, match="needs a diagonal Hamiltonian"):
        run(EnergyProblem(ql.PauliSum("XX")), Adapt(pool="qaoa"), budget=Budget(evaluations=8000))
    with pytest.raises(ValueError, match="`pool` must be one of fermionic"):
        run(EnergyProblem(hamiltonian), Adapt(pool="bosonic"), budget=Budget(evaluations=8000))


def test_rotoselect_chooses_the_axis():
    # |0> is turned into the ground state of X only by Y, into that of Y only by X
    for letter in "XY":
        hamiltonian = ql.PauliSum({letter + "I": 1.0, "IZ": 0.5})
        problem = EnergyProblem(hamiltonian + 0.01 * ql.PauliSum("YZ"), gates=("ry", "rz", "cx"))
        result = run(problem, Rotoselect(max_layers=1), budget=Budget(evaluations=3000), random_state=0)
        assert result.best.cost == pytest.approx(problem.hamiltonian.ground_state().energies[0], abs=1e-3)


def test_structures_equal_up_to_commuting_gates_share_a_form():
    one = [["ry", [0], [0, 1.0]], ["cz", [0, 1], None], ["ry", [2], [1, 1.0]]]
    other = [["ry", [2], [0, 1.0]], ["ry", [0], [1, 1.0]], ["cz", [1, 0], None]]
    assert canonical(one) == canonical(other)
    assert canonical(one) != canonical(one[1:])
    assert build(one, 3).n_parameters == 2


def test_ranks_and_crowding():
    class Sized:
        def __init__(self, size):
            self.size = size

    points = [(0.0, 3), (1.0, 1), (0.5, 2), (2.0, 3), (0.4, 2), (5.0, 0)]
    order = _rank_and_crowding([_Member(Sized(size), cost) for cost, size in points])
    assert set(order[:4]) == {0, 1, 4, 5}  # nothing beats these
    assert set(order[:2]) == {0, 5}  # the ends come first
    assert list(order[4:]) == [2, 3]


@pytest.mark.parametrize("name", ["qubit", "fermionic", "coupled_exchange"])
def test_slopes_of_a_pool_are_inner_products(name, rng):
    pool = make_pool(name, 4)
    state, bra = (rng.normal(size=16) + 1j * rng.normal(size=16) for _ in range(2))
    exact = [np.vdot(bra, generator.to_dense() @ state).imag for generator in pool]
    assert PoolSlopes(pool)(bra, state) == pytest.approx(np.array(exact), abs=1e-12)


def test_annealing_leaves_a_reference_that_small_circuits_cannot_improve():
    molecule = ql.datasets.load_molecule("LiH", 2.2, unit="angstrom")
    problem = ql.search.EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    budget = ql.search.Budget(evaluations=6000)
    result = ql.search.run(problem, SimulatedAnnealing(n_chains=2), budget=budget, random_state=0, progress=False)
    assert result.best.cost < molecule.hartree_fock_energy - 0.005
    assert result.front[0].two_qubit_gates == 0
    assert result.front[0].cost <= molecule.hartree_fock_energy + 1e-6
