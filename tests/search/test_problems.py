"""Problems against closed forms and matrices; tidying against what a circuit is."""

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn.search import (
    Budget,
    ClassificationProblem,
    CustomProblem,
    EnergyProblem,
    Evolution,
    MaxCutProblem,
    RandomSearch,
    RegressionProblem,
    SearchProblem,
    SimulatedAnnealing,
    StatePreparation,
    StructureSearch,
    UnitarySynthesis,
    run,
)
from qlearn.search.tidy import tidy


def drawn_state(rng, n):
    state = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
    return state / np.linalg.norm(state)


def test_infidelity_of_states(rng):
    target = drawn_state(rng, 3)
    problem = StatePreparation(target)
    circuit = ql.Circuit(3).ry(0.3, 0).cx(0, 2).rz(0.7, 2).ry(1.1, 1)
    state = ql.sim.Statevector().run(circuit).amplitudes
    assert problem.cost(circuit, np.zeros(0)) == pytest.approx(1 - abs(np.vdot(target, state)) ** 2, abs=1e-12)


def test_two_entanglers_prepare_a_state_of_three_qubits(rng):
    # GHZ needs two, W two real ones beside rotations; |000> none
    ghz = np.zeros(8)
    ghz[[0, 7]] = np.sqrt(0.5)
    result = run(StatePreparation(ghz, gates=("ry", "cx")), budget=Budget(evaluations=20_000), random_state=0)
    assert result.front.best(two_qubit_gates=2).cost < 1e-9
    assert result.front.best(two_qubit_gates=1).cost == pytest.approx(0.5, abs=1e-6)


def test_infidelity_of_unitaries(rng):
    target = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))[0]
    problem = UnitarySynthesis(target)
    circuit = ql.Circuit(2).ry(0.3, 0).cx(0, 1).rz(0.7, 1)
    overlap = np.trace(target.conj().T @ ql.circuits.circuit_matrix(circuit))
    assert problem.cost(circuit, np.zeros(0)) == pytest.approx(1 - abs(overlap) ** 2 / 16, abs=1e-12)


def test_two_qubit_unitaries_take_three_entanglers(rng):
    target = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))[0]
    problem = UnitarySynthesis(target)
    budget = Budget(evaluations=40_000, target=1e-8)
    result = run(problem, RandomSearch(max_two_qubit_gates=3), budget=budget, random_state=1)
    assert result.best.cost < 1e-8
    assert result.best.two_qubit_gates == 3  # as many as a generic unitary needs
    found = ql.circuits.circuit_matrix(result.best.circuit)
    assert abs(np.trace(target.conj().T @ found)) == pytest.approx(4.0, abs=1e-6)
    with pytest.raises(TypeError, match="StructureSearch needs the cost to be the energy"):
        run(problem, StructureSearch(), budget=budget)


def test_drawn_three_qubit_unitaries_take_fourteen_entanglers(rng):
    # the lower bound: 63 dimensions, nine angles at first and four more after each entangler
    target = np.linalg.qr(rng.normal(size=(8, 8)) + 1j * rng.normal(size=(8, 8)))[0]
    strategy = SimulatedAnnealing(14, n_chains=1, max_iterations=1000)
    budget = Budget(evaluations=60_000, target=1e-8)
    result = run(UnitarySynthesis(target), strategy, budget=budget, random_state=0)
    assert result.best.cost < 1e-8
    assert result.best.two_qubit_gates == 14
    found = ql.circuits.circuit_matrix(result.best.circuit)
    assert abs(np.trace(target.conj().T @ found)) == pytest.approx(8.0, abs=1e-6)


def test_maxcut_counts_edges():
    graph = nx.Graph([(0, 1, {"w": 2.0}), (1, 2, {"w": 1.0}), (0, 2, {"w": 0.5}), (2, 3, {"w": 1.5})])
    problem = MaxCutProblem(graph, weight="w")
    best = max(
        sum(data["w"] for a, b, data in graph.edges(data=True) if (bits >> a & 1) != (bits >> b & 1))
        for bits in range(16)
    )
    result = run(problem, budget=Budget(evaluations=2000), random_state=0)
    bits, weight = problem.cut(result.best)
    assert -result.best.cost == pytest.approx(best)
    assert weight == best
    assert sum(data["w"] for a, b, data in graph.edges(data=True) if bits[a] != bits[b]) == best


@pytest.mark.parametrize("kind", [ClassificationProblem, RegressionProblem])
def test_gradients_of_data_losses_are_finite_differences(kind, rng):
    X = rng.uniform(-2, 2, (9, 3))
    y = X[:, 0] > 0 if kind is ClassificationProblem else np.sin(X[:, 0])
    problem = kind(X, y, n_qubits=2)
    theta = ql.parameters("theta", 3)
    circuit = ql.Circuit(2).ry(theta[0], 0).cx(0, 1).ry(theta[1], 1).cx(1, 0).rx(theta[2], 0)
    values = np.array([0.3, -0.5, 0.9])
    cost, slopes = problem.cost_and_gradient(circuit, values)
    assert cost == pytest.approx(problem.cost(circuit, values))
    assert slopes == pytest.approx(SearchProblem.cost_and_gradient(problem, circuit, values)[1], abs=1e-7)
    # the output, sample by sample and by matrices
    for x, output in zip(X, problem.output(circuit, values)):
        whole = ql.Circuit(2).ry(x[0], 0).ry(x[1], 1).ry(x[2], 0).append(circuit.bind(values))
        state = ql.circuits.circuit_matrix(whole)[:, 0]
        assert output == pytest.approx(np.vdot(state, np.diag([1, 1, -1, -1]) @ state).real, abs=1e-12)


def test_classification_learns_a_product_of_signs(rng):
    X = rng.uniform(-3, 3, (60, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
    problem = ClassificationProblem(X, y, gates=("ry", "cz"))
    result = run(problem, Evolution(n_population=6), budget=Budget(evaluations=5000), random_state=0)
    fresh = rng.uniform(-3, 3, (300, 2))
    labels = np.where(fresh[:, 0] * fresh[:, 1] > 0, "same", "other")
    assert (problem.predict(result.best, fresh) == labels).mean() > 0.9
    assert result.best.two_qubit_gates >= 1
    product = result.front.best(two_qubit_gates=0)
    assert (problem.predict(product, fresh) == labels).mean() < 0.8  # qubit 0 alone cannot know


def all_ones(circuit, values):
    return 1.0 - float(abs(ql.sim.Statevector().run(circuit, values).amplitudes[-1]) ** 2)


def test_a_cost_of_ones_own():
    result = run(CustomProblem(all_ones, 2), RandomSearch(), budget=Budget(evaluations=600), random_state=0, n_jobs=2)
    assert result.best.cost < 1e-6
    broken = CustomProblem(lambda circuit, values: float("nan"), 2)
    with pytest.raises(ValueError, match="must be finite"):
        run(broken, RandomSearch(), budget=Budget(evaluations=100), random_state=0)
    with pytest.raises(TypeError, match="`cost` must be callable"):
        CustomProblem(3, 2)


@pytest.mark.parametrize("starts_at_zero", [True, False])
@pytest.mark.parametrize("gates", [("ry", "rz", "cx"), ("rz", "sx", "cz"), ("rx", "rz", "cz")])
def test_tidying_leaves_what_a_circuit_does(gates, starts_at_zero):
    rng = np.random.default_rng(11)
    for _ in range(6):
        circuit = ql.Circuit(3)
        for _ in range(14):
            a, b = (int(q) for q in rng.choice(3, 2, replace=False))
            kind = rng.integers(6)
            if kind < 2:
                circuit.cx(a, b).cx(a, b) if kind else circuit.cz(a, b)
            elif kind == 2:
                circuit.h(a).s(b)
            elif kind == 3:
                circuit.rx(float(rng.normal()), a).x(b)
            else:
                circuit.ry(float(rng.choice([0.0, np.pi, -np.pi, 1.3])), a).rz(float(rng.choice([np.pi, 0.4])), b)
        ansatz, values = tidy(circuit, frozenset(gates), starts_at_zero=starts_at_zero)
        found, exact = ql.circuits.circuit_matrix(ansatz.bind(values)), ql.circuits.circuit_matrix(circuit)
        if starts_at_zero:
            assert abs(np.vdot(found[:, 0], exact[:, 0])) == pytest.approx(1.0, abs=1e-9)
        else:
            assert abs(np.trace(found.conj().T @ exact)) == pytest.approx(8.0, abs=1e-8)
        assert set(ansatz.counts()) <= set(gates)
        assert ansatz.n_two_qubit_gates <= circuit.n_two_qubit_gates


def test_noise_chooses_smaller_circuits():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    options = {"gates": ("ry", "rz", "cx"), "reference": molecule.hartree_fock}
    noise = ql.NoiseModel.depolarizing(0.0005, 0.08)
    noisy = EnergyProblem(molecule.hamiltonian, noise=noise, **options)
    result = run(noisy, budget=Budget(evaluations=15_000), random_state=0)
    assert noisy.objectives == ("noisy_energy", "two_qubit_gates")
    for candidate in result.front:
        applied = noise.apply(candidate.circuit)
        exact = ql.sim.DensityMatrix().expectation(applied, molecule.hamiltonian)
        assert candidate.objectives["noisy_energy"] == pytest.approx(float(exact), abs=1e-10)
    assert result.best.two_qubit_gates == 0  # three noisy gates cost more than correlation wins
    weak = EnergyProblem(molecule.hamiltonian, noise=ql.NoiseModel.depolarizing(1e-5, 1e-4), **options)
    assert run(weak, budget=Budget(evaluations=15_000), random_state=0).best.two_qubit_gates >= 2
    same = EnergyProblem(molecule.hamiltonian, noise=ql.NoiseModel.depolarizing(0.0005, 0.08), **options)
    assert same.fingerprint() == noisy.fingerprint() != weak.fingerprint()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: StatePreparation([1, 0, 0]), "2\\*\\*n amplitudes"),
        (lambda: StatePreparation([1, 1]), "must be normalised"),
        (lambda: UnitarySynthesis(np.ones((2, 2))), "must be unitary"),
        (lambda: UnitarySynthesis(np.eye(16)), "n from 1 to 3"),
        (lambda: MaxCutProblem(nx.empty_graph(3)), "no edge"),
        (lambda: ClassificationProblem([[0.1]], [1]), "two different labels, got 1"),
        (lambda: RegressionProblem([[0.1]], [3.0]), "between -1 and 1"),
        (lambda: RegressionProblem([[0.1]], [0.3, 0.2]), "equal lengths"),
    ],
)
def test_errors_say_what_was_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()
