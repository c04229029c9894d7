"""The compiled skeletons against circuits run by the Statevector engine."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.search import EnergyProblem
from qlearn.search._engine.batch import N_VARIANTS, Batch, deletions, insertions
from qlearn.search._engine.landscape import Bench
from qlearn.search._engine.rotations import promising_rotations
from qlearn.search._engine.skeleton import Skeleton, inverse, ordered, reduction, turn, with_operations
from qlearn.search._engine.starts import start_bits
from qlearn.search.budget import Allowance
from qlearn.search.export import skeleton_circuit

N = 4
REAL = ql.PauliSum({"XXII": 0.7, "IZZI": -0.4, "YYXI": 0.3, "IIZX": 0.9, "ZIIZ": 0.2, "IXIZ": -0.5})
COMPLEX = REAL + ql.PauliSum({"YIII": 0.6, "XYII": 0.35, "IIYZ": -0.45, "IZIY": 0.8})


def bench(hamiltonian, coupling=None, limit=2**62):
    problem = EnergyProblem(hamiltonian, gates=("ry", "rz", "cx"), coupling=coupling)
    return Bench(problem.landscape(), np.random.default_rng(3), Allowance(limit))


def skeleton(rng, width, n_edges=5):
    edges = [tuple(sorted(int(q) for q in rng.choice(N, 2, replace=False))) for _ in range(n_edges)]
    return Skeleton(tuple(edges), rng.normal(size=(N + 2 * n_edges, width)))


def plain(item):
    """Return a skeleton as the circuit that its definition says."""
    circuit = ql.Circuit(N)

    def rotate(slot, qubit):
        circuit.ry(item.angles[slot, 0], qubit)
        if item.angles.shape[1] == 2:
            circuit.rz(item.angles[slot, 1], qubit)

    for qubit in range(N):
        rotate(qubit, qubit)
    for k, (a, b) in enumerate(item.edges):
        circuit.cz(a, b)
        rotate(N + 2 * k, a)
        rotate(N + 2 * k + 1, b)
    return circuit


def put_rotation(circuit, angle, letters):
    support = [q for q in range(N) if letters[q] != "I"]
    circuit.pauli_rotation(angle, "".join(letters[q] for q in support), support)


def energy(circuit, hamiltonian):
    return float(ql.sim.Statevector().expectation(circuit, hamiltonian))


CASES = [(REAL, 1), (COMPLEX, 2)]


@pytest.mark.parametrize(("hamiltonian", "width"), CASES)
def test_energies_are_those_of_the_circuit(hamiltonian, width, rng):
    items = [skeleton(rng, width, n) for n in (0, 1, 5)]
    found = bench(hamiltonian).energies(Batch.of(items))
    assert np.allclose(found, [energy(plain(item), hamiltonian) for item in items], atol=1e-12)


@pytest.mark.parametrize(("hamiltonian", "width"), CASES)
def test_descent_ends_where_the_gradient_vanishes(hamiltonian, width, rng):
    tool = bench(hamiltonian)
    batch = Batch.of([skeleton(rng, width, n) for n in (0, 3, 5)])
    before = tool.energies(batch)
    found = tool.descend(batch, 400)
    assert (found < before - 0.1).all()
    assert np.allclose(found, tool.energies(batch), atol=1e-12)
    for b in range(batch.size):
        item = batch.skeleton(b)
        for slot, place in np.ndindex(item.angles.shape):
            shifted = [item.angles.copy(), item.angles.copy()]
            shifted[0][slot, place] += 1e-3
            shifted[1][slot, place] -= 1e-3
            above, below = (energy(plain(item._replace(angles=a)), hamiltonian) for a in shifted)
            assert abs(above - below) / 2e-3 < 2e-4


def test_descent_stops_at_the_allowance(rng):
    tool = bench(REAL, limit=100)
    batch = Batch.of([skeleton(rng, 1) for _ in range(50)])
    found = tool.descend(batch, 40)
    assert tool.is_spent
    assert 100 <= tool.spent[0] + 3 * tool.spent[1] <= 103 + 12
    assert np.isnan(found[-1])
    assert not np.isnan(found[0])


@pytest.mark.parametrize(("hamiltonian", "width"), CASES)
def test_slopes_of_rotations_are_finite_differences(hamiltonian, width, rng):
    tool = bench(hamiltonian)
    item = skeleton(rng, width, 3)
    slopes = tool.rotation_gradients(item)
    pool = tool.landscape.pool
    full = plain(item).instructions
    ends = [k for k, step in enumerate(full) if step.name == "cz"] + [len(full)]
    for string in rng.choice(len(pool.letters), 25, replace=False):
        letters = "".join(pool.letters[string].get(q, "I") for q in range(N))
        for position, end in enumerate(ends):
            ups = []
            for angle in (1e-4, -1e-4):
                circuit = ql.Circuit(N)
                for step in full[:end]:
                    circuit.append(step)
                put_rotation(circuit, angle, letters)
                for step in full[end:]:
                    circuit.append(step)
                ups.append(energy(circuit, hamiltonian))
            assert slopes[position, string] == pytest.approx((ups[0] - ups[1]) / 2e-4, abs=1e-6)


@pytest.mark.parametrize("coupling", [None, "line", "ring"])
@pytest.mark.parametrize("letters", ["YX", "XYZ", "ZZIX", "XIIZ", "YIXI", "XXYZ", "ZIIX", "YYYY"])
def test_a_reduced_rotation_is_that_rotation(coupling, letters, rng):
    letters = letters.ljust(N, "I")
    problem = EnergyProblem(COMPLEX, gates=("ry", "rz", "cx"), coupling=coupling)
    support = {q: letter for q, letter in enumerate(letters) if letter != "I"}
    item = skeleton(rng, 2, 3)
    operations, root = reduction(support, problem.landscape().neighbours)
    longer, middle = with_operations(item._replace(angles=item.angles.copy()), 2, operations)
    longer, _ = with_operations(longer, middle, inverse(operations))
    assert set(longer.edges) - set(item.edges) <= set(problem.edges)
    turn(longer, middle, "ry", root, 0.7)
    steps = plain(item).instructions
    place = [k for k, step in enumerate(steps) if step.name == "cz"][2]
    expected = []
    for angle in (0.7, -0.7):  # the sign of a reduction is free
        circuit = ql.Circuit(N)
        for step in steps[:place]:
            circuit.append(step)
        put_rotation(circuit, angle, letters)
        for step in steps[place:]:
            circuit.append(step)
        expected.append(energy(circuit, COMPLEX))
    assert min(abs(energy(plain(longer), COMPLEX) - value) for value in expected) < 1e-10


def test_a_string_that_the_coupling_does_not_connect_has_no_reduction():
    assert reduction({0: "Y", 3: "X"}, [[1], [0], [3], [2]]) is None


@pytest.mark.parametrize(("hamiltonian", "width"), CASES)
def test_deletions_are_circuits_with_a_pauli_for_the_cz(hamiltonian, width, rng):
    item = skeleton(rng, width)
    batch = deletions(item)
    found = bench(hamiltonian).energies(batch)
    steps = plain(item).instructions
    places = [k for k, step in enumerate(steps) if step.name == "cz"]
    for k, place in enumerate(places):
        for variant in range(N_VARIANTS):
            circuit = ql.Circuit(N)
            for index, step in enumerate(steps):
                if index != place:
                    circuit.append(step)
                elif variant:
                    circuit.z(item.edges[k][variant - 1])
            row = N_VARIANTS * k + variant
            assert found[row] == pytest.approx(energy(circuit, hamiltonian), abs=1e-10)
            assert batch.skeleton(row).edges == item.edges[:k] + item.edges[k + 1 :]


def test_insertions_keep_the_rest(rng):
    item = skeleton(rng, 1)
    batch = insertions(item, [(0, (0, 1)), (5, (2, 3)), (2, (1, 3))], rng)
    for b, (position, edge) in enumerate([(0, (0, 1)), (5, (2, 3)), (2, (1, 3))]):
        made = batch.skeleton(b)
        assert made.edges == (*item.edges[:position], edge, *item.edges[position:])
        at = N + 2 * position
        rest = np.delete(made.angles, [at, at + 1], axis=0)
        assert np.sort(np.abs(rest - item.angles).ravel())[:-2].max() < 0.2  # all but the two slots before the edge


@pytest.mark.parametrize(("hamiltonian", "width"), CASES)
def test_order_and_export_leave_the_energy(hamiltonian, width, rng):
    for gates in (("ry", "rz", "cx"), ("ry", "rz", "cz"), ("rz", "sx", "cx"), ("rx", "rz", "rzz")):
        problem = EnergyProblem(hamiltonian, gates=gates)
        item = skeleton(rng, width, 6)
        expected = energy(plain(item), hamiltonian)
        assert energy(plain(ordered(item)), hamiltonian) == pytest.approx(expected, abs=1e-12)
        circuit = skeleton_circuit(item, problem)
        assert energy(circuit, hamiltonian) == pytest.approx(expected, abs=1e-10)
        ansatz, values = problem.tidy(circuit, np.zeros(0))
        assert problem.cost(ansatz, values) == pytest.approx(expected, abs=1e-9)
        assert set(ansatz.counts()) <= set(gates)
        assert ansatz.n_two_qubit_gates == 6


def test_promised_drops_are_exact(rng):
    tool = bench(REAL)
    item = skeleton(rng, 1, 2)
    before = energy(plain(item), REAL)
    found = promising_rotations(tool, item, before)
    assert len(found) > 10
    for drop, made, position, n_edges in found[:20]:
        assert before - drop == pytest.approx(energy(plain(made), REAL), abs=1e-10)
        assert made.edges[:position] + made.edges[position + n_edges :] == item.edges
        assert drop >= -1e-12


def test_starts_are_the_lowest_of_each_sector():
    hamiltonian = ql.PauliSum({"ZII": -1.0, "IZI": -0.5, "IIZ": -0.25, "XXI": 0.3})
    # the symmetries are ZZI and IIZ: four sectors
    assert start_bits(hamiltonian, None, 9) == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]
    assert start_bits(hamiltonian, (1, 1, 1), 2) == [(1, 1, 1), (0, 0, 0)]
