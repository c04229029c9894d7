"""The archives of the structure search: what they keep, in whose turn, when two become one; growth and pruning."""

import re

import numpy as np
import pytest

import qlearn as ql
from qlearn.search import Budget, EnergyProblem, run
from qlearn.search._engine.archive import Archive
from qlearn.search._engine.archives import Archives
from qlearn.search._engine.entering import Level
from qlearn.search._engine.landscape import Bench
from qlearn.search._engine.moves import delete_edges, grow
from qlearn.search._engine.skeleton import Skeleton, inserted
from qlearn.search._engine.starts import layer, spread
from qlearn.search._engine.tasks import LayeredStart
from qlearn.search.budget import Allowance

PAIRS = [(0, 1), (1, 2), (0, 2), (2, 3), (1, 3)]


def skeleton(pair):
    return Skeleton((pair,), np.zeros((6, 1)))


def filled(*entries, n_kept=2, most=3, worth=0.0):
    archive = Archive(n_kept, most, 1e-6, worth)
    news = [archive.add(skeleton(PAIRS[place]), energy) for place, energy in entries]
    return archive, news


def test_an_archive_keeps_the_lowest_energies_and_their_twins():
    archive, news = filled((0, -1.0), (1, -1.0), (0, -1.0), (2, -2.0), (3, -3.0), (4, -0.5))
    assert news == [True, False, False, True, True, False]
    assert [entry.energy for entry in archive.rows[1]] == [-3.0, -2.0]  # two energies, as asked
    archive, _ = filled((0, -1.0), (1, -1.0), (2, -1.0), (3, -1.0), (4, -2.0))
    assert [entry.energy for entry in archive.rows[1]] == [-2.0, -1.0, -1.0, -1.0]  # the fourth twin is one too many
    assert [entry.skeleton.edges[0] for entry in archive.elites(1)] == [PAIRS[4], PAIRS[0], PAIRS[1], PAIRS[2]]
    assert archive.level().cuts[1] == -1.0
    assert archive.level().spread == np.inf  # nothing without edges yet


def test_a_better_descent_replaces_what_it_began_from():
    archive, _ = filled((0, -1.0), (0, -1.0 - 5e-7))
    assert [entry.energy for entry in archive.rows[1]] == [-1.0 - 5e-7]


def test_archives_that_meet_become_one():
    one, _ = filled((0, -1.0), (1, -2.0))
    other, _ = filled((2, -2.0), (3, -3.0))
    far, _ = filled((4, -9.0))
    assert one.meets(other)
    assert not one.meets(far)
    one.absorb(other)
    assert [entry.energy for entry in one.rows[1]] == [-3.0, -2.0, -2.0]


def test_an_archive_that_stays_apart_meets_no_other():
    one, _ = filled((0, -2.0))
    apart = Archive(2, 3, 1e-6, stays_apart=True)
    apart.add(skeleton(PAIRS[1]), -2.0)
    archives = Archives([one, apart], 3, 1e-6)
    archives.merge()
    assert archives.members == [one, apart]
    apart.stays_apart = False
    archives.merge()
    assert archives.members == [one]
    assert len(one.rows[1]) == 2


def test_the_best_circuit_of_every_size_lacks_its_moves_once():
    archive, _ = filled((0, -1.0), (1, -2.0))
    archive.add(Skeleton((PAIRS[0], PAIRS[1]), np.zeros((8, 1))), -1.5)  # larger and no better
    archives = Archives([archive], 3, 1e-6)
    best = archive.rows[1][0]
    assert archives.unpolished() == [(0, best, "replace"), (0, best, "delete")]
    best.moved.update(["replace", "delete"])
    assert archives.unpolished() == []


def test_layers_are_for_hamiltonians_of_few_pairs():
    every = tuple((a, b) for a in range(8) for b in range(a + 1, 8))
    line = tuple((q, q + 1) for q in range(7))
    chain = ql.datasets.make_ising_chain(8)
    assert layer(chain, every) == line
    assert layer(chain, line[2:]) == line[2:]
    molecule = ql.datasets.load_molecule("H2O", unit="bohr", n_orbitals=4)
    assert layer(molecule.hamiltonian, every) == ()
    assert spread(line, (3, 4)) == ((3, 4), (2, 3), (4, 5), (1, 2), (5, 6), (0, 1), (6, 7))
    assert spread(((0, 1), (2, 3)), (2, 3)) == ((2, 3), (0, 1))  # what cannot be reached comes last


def test_a_layered_start_has_circuits_of_one_to_three_layers():
    problem = EnergyProblem(ql.datasets.make_ising_chain(7), gates=("ry", "cz"))
    edges = tuple((q, q + 1) for q in range(6))
    start = LayeredStart(problem.landscape(), (np.random.SeedSequence(0),), edges, 14)
    found = start.run(problem, Allowance(2**62)).found
    assert [len(item.structure) for item in found] == 6 * [6] + 6 * [12]  # a third layer would be too much
    exact = problem.hamiltonian.ground_state().energies[0]
    assert exact < min(item.cost for item in found) < exact + 5e-3


@pytest.mark.parametrize(("most", "evaluations"), [(3, 30_000), (None, 300), (None, 3000), (None, 30_000)])
def test_a_layer_is_left_out_where_it_does_not_fit(most, evaluations):
    problem = EnergyProblem(ql.datasets.make_ising_chain(7), gates=("ry", "cz"))
    search = ql.search.StructureSearch(max_two_qubit_gates=most)
    result = run(problem, search, budget=Budget(evaluations=evaluations), random_state=0)
    assert result.front
    assert result.spent.evaluations < evaluations + 10  # descents end with the gradient that passes the limit
    assert all(candidate.two_qubit_gates <= (most or 24) for candidate in result.front)


def test_edges_that_undo_each_other_go_in_pairs():
    problem = EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))
    landscape = problem.landscape()
    bench = Bench(landscape, np.random.default_rng(0), Allowance(2**62))
    product = bench.descended([Skeleton((), np.full((3, 1), 0.3))], 200)[0][0]
    doubled = inserted(product, 0, [(0, 1), (0, 1)])
    level = Level(np.full(4, np.inf), np.full(4, np.inf))
    found = delete_edges(bench, doubled, 0.0, level)
    sizes = {len(made.edges) for made, _ in found}
    assert sizes == {0, 1}
    best = min(energy for made, energy in found if not made.edges)
    assert best == pytest.approx(bench.descended([product], 50)[0][1], abs=1e-6)


def test_growth_adds_one_rotation_without_idle_edges():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    problem = EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    bench = Bench(problem.landscape(), np.random.default_rng(0), Allowance(2**62))
    start = Skeleton((), np.pi * np.array([[int(bit)] for bit in molecule.hartree_fock], dtype=float))
    level = Level(np.full(7, np.inf), np.full(7, np.inf))
    [(grown, energy)] = grow(bench, start, molecule.hartree_fock_energy, level)
    assert len(grown.edges) == 3  # of the six of a rotation on four qubits
    assert energy == pytest.approx(molecule.exact_energy, abs=1e-7)
    assert grow(bench, start, molecule.hartree_fock_energy, Level(level.cuts[:3], level.best[:3])) == []


def test_circuits_grow_once_and_only_where_edges_are_worth_something():
    larger = inserted(skeleton(PAIRS[1]), 1, [(0, 1)])
    for worth, grown in ((0.0, [0.0, -2.0, -2.001]), (1e-3, [0.0, -2.0])):
        archive, _ = filled((0, -1.0), (1, -2.0), worth=worth)
        archive.add(Skeleton((), np.zeros((4, 1))), 0.0)
        archive.add(larger, -2.001)
        assert [entry.energy for entry in archive.ungrown] == grown
    archive.ungrown[0].moved.add("grow")
    archive.add(larger, -3.0)
    assert [entry.energy for entry in archive.ungrown] == [-2.0, -3.0]


def test_a_state_of_another_symmetry_does_not_end_a_search():
    """The reference |1111> is an eigenstate of another spin: no slope leads away from it."""
    exchange = ql.datasets.make_heisenberg_chain(4, 1.0, periodic=True)
    result = run(
        EnergyProblem(exchange, gates=("ry", "cz"), reference="1111"), budget=Budget(evaluations=60_000), random_state=0
    )
    assert result.best.cost == pytest.approx(-8.0, abs=1e-4)


def test_a_move_counts_once_however_many_points_it_makes():
    problem = EnergyProblem(ql.datasets.make_ising_chain(5), gates=("ry", "cz"), coupling="line")
    result = run(problem, budget=Budget(evaluations=60_000), random_state=0)
    (note,) = result.strategy.notes()
    counts = [(int(made), int(tried)) for made, tried in re.findall(r"(\d+) of (\d+)", note)]
    assert any(made for made, _ in counts)
    assert all(made <= tried for made, tried in counts)
