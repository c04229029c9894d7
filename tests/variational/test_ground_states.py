"""Ground and excited states, QAOA and state learning against exact diagonalisation and brute force."""

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

import qlearn as ql
from qlearn import variational
from tests.naive.matrices import pauli_matrix
from tests.naive.simulator import statevector


def test_uccsd_is_the_exponential_of_excitations():
    """One double excitation of H2 against the matrix exponential of fermionic operators."""
    n = 4
    lower = []
    for mode in range(n):
        tail = "I" * (n - mode - 1)
        lower.append((pauli_matrix("Z" * mode + "X" + tail) + 1j * pauli_matrix("Z" * mode + "Y" + tail)) / 2)
    up = [a.conj().T for a in lower]
    hartree_fock = np.eye(16)[0b1100]
    ansatz = variational.UCCSD(n_electrons=2)
    theta = [0.0, 0.0, 0.37]
    T = up[2] @ up[3] @ lower[1] @ lower[0]
    expected = expm(0.37 * (T - T.conj().T)) @ hartree_fock
    assert np.allclose(statevector(ansatz.circuit(4), theta), expected)
    single = up[2] @ lower[0]
    expected = expm(-0.6 * (single - single.conj().T)) @ hartree_fock
    assert np.allclose(statevector(ansatz.circuit(4), [-0.6, 0.0, 0.0]), expected)


def test_uccsd_counts_and_orders():
    assert variational.UCCSD(n_electrons=4).n_weights(12) == 92
    blocked = variational.UCCSD(n_electrons=2, spin_order="blocked").circuit(6)
    assert [step.qubits[0] for step in blocked if step.name == "x"] == [0, 3]
    with pytest.raises(ValueError, match="`n_electrons` must be even, got 3"):
        variational.UCCSD(n_electrons=3).circuit(4)
    with pytest.raises(ValueError, match="come in pairs; the circuit has 3 qubits"):
        variational.UCCSD().circuit(3)
    with pytest.raises(ValueError, match="`spin_order` must be"):
        variational.UCCSD(spin_order="mixed").circuit(4)


@pytest.mark.parametrize("distance", [1.2, 2.2])
def test_vqe_reaches_the_exact_energy_of_lithium_hydride(distance):
    molecule = ql.datasets.load_molecule("LiH", distance=distance, unit="angstrom")
    ansatz = variational.UCCSD(molecule.n_electrons, molecule.spin_order)
    found = variational.vqe(molecule.hamiltonian, ansatz)
    assert abs(found.energy - molecule.exact_energy) < 1e-6
    state = ql.sim.Statevector().run(found.bound_circuit)
    assert state.expectation(molecule.hamiltonian) == pytest.approx(found.energy, abs=1e-10)


def test_hamiltonian_variational_solves_the_ising_chain():
    """Half the length in layers reaches the ground state of the critical ring (Ho and Hsieh 2019)."""
    ising = ql.datasets.make_ising_chain(6, periodic=True)
    ansatz = variational.HamiltonianVariational(ising, n_layers=3)
    found = variational.vqe(ising, ansatz, max_epochs=500, patience=20, random_state=1)
    assert found.energy == pytest.approx(ising.ground_state().energies[0], abs=1e-6)
    with pytest.raises(ValueError, match='`start` must be "plus" or "zero"'):
        variational.HamiltonianVariational(ising, start="one").circuit(6)


def test_excited_states_two_ways():
    hamiltonian = ql.PauliSum("0.7 * ZZ + 0.4 * XI - 0.3 * IX + 0.2 * ZI")
    exact = np.linalg.eigvalsh(hamiltonian.to_dense())
    deflated = variational.vqd(hamiltonian, variational.HardwareEfficient(3), 3, random_state=0)
    assert np.allclose([state.energy for state in deflated], exact[:3], atol=1e-5)
    together = variational.ssvqe(hamiltonian, variational.HardwareEfficient(4), 3, random_state=0)
    assert np.allclose([state.energy for state in together], exact[:3], atol=1e-4)
    states = [statevector(state.circuit, state.parameters) for state in together]
    assert np.allclose(np.abs(np.conj(states) @ np.transpose(states)), np.eye(3), atol=1e-10)


def test_states_are_learnt_from_amplitudes_and_circuits():
    target = ql.sim.State.random(3, random_state=0)
    found = variational.learn_state(target, variational.Brickwork(6), random_state=0)
    assert found.energy == pytest.approx(-1.0, abs=1e-6)
    reached = statevector(found.circuit, found.parameters)
    assert abs(np.vdot(reached, target.amplitudes)) ** 2 == pytest.approx(-found.energy, abs=1e-9)
    circuit = ql.Circuit(3).h(0).cx(0, 1).t(1).cx(1, 2)
    found = variational.learn_state(circuit, variational.HardwareEfficient(3), random_state=1)
    assert abs(np.vdot(statevector(found.circuit, found.parameters), statevector(circuit))) ** 2 > 0.999
    with pytest.raises(ValueError, match=r"`target` must have 2\*\*n amplitudes, n at most 7, got shape \(3,\)"):
        variational.learn_state(np.ones(3), variational.HardwareEfficient())


def brute_force(graph):
    nodes = list(graph.nodes)
    best = 0
    for word in range(2 ** (len(nodes) - 1)):
        side = {node: word >> i & 1 for i, node in enumerate(nodes)}
        best = max(best, sum(data.get("weight", 1.0) for a, b, data in graph.edges(data=True) if side[a] != side[b]))
    return best


def test_maxcut_against_brute_force():
    graph = nx.random_regular_graph(3, 10, seed=5)
    for i, (a, b) in enumerate(graph.edges):
        graph[a][b]["weight"] = 1.0 + 0.1 * i
    found = variational.qaoa(graph, n_layers=3, random_state=0)
    assert found.cost == pytest.approx(-brute_force(graph))
    cut = sum(d["weight"] for a, b, d in graph.edges(data=True) if len({found.bits[a], found.bits[b]}) == 2)
    assert cut == pytest.approx(-found.cost)
    assert found.energy < -0.8 * brute_force(graph)


def test_one_layer_on_a_ring_is_three_quarters():
    """Farhi, Goldstone, Gutmann: (2 p + 1) / (2 p + 2) of the edges of a long ring."""
    for n_layers in (1, 2):
        found = variational.qaoa(nx.cycle_graph(8), n_layers=n_layers, random_state=0)
        assert found.energy == pytest.approx(-8 * (2 * n_layers + 1) / (2 * n_layers + 2), abs=1e-6)


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4, 5])
def test_fixed_angles_are_nearly_optimal(n_layers):
    graph = nx.random_regular_graph(3, 12, seed=1)
    fixed = variational.qaoa(graph, n_layers, initial="fixed", max_epochs=0, random_state=0)
    trained = variational.qaoa(graph, n_layers, initial="fixed", random_state=0)
    assert trained.energy <= fixed.energy < 0.96 * trained.energy
    with pytest.raises(ValueError, match="Fixed angles are known for 1 to 5 layers, got 6"):
        variational.qaoa(graph, 6, initial="fixed")


def test_warm_starts_begin_where_they_say():
    graph = nx.path_graph(4)
    start = np.array([0.9, 0.2, 0.7, 0.1])
    ansatz = variational.QAOA(variational.maxcut_cost(graph), n_layers=1, start=start)
    z = [ql.PauliSum(f"Z{q}", n_qubits=4) for q in range(4)]
    still = ql.sim.Statevector().expectation(ansatz.circuit(4), z, [0.0, 0.7])
    # the mixer turns about the start, which therefore stays
    assert np.allclose(still, 1 - 2 * start)


def test_the_xy_mixer_keeps_the_number_of_ones():
    cost = ql.PauliSum("Z0 + 2 * Z1 - Z2 + Z0 Z3")
    found = variational.qaoa(cost, n_layers=3, mixer="xy", start=[1, 1, 0, 0], random_state=0)
    assert found.bits.sum() == 2
    drawn = ql.sim.Statevector().sample(found.circuit, found.parameters, n_shots=200, random_state=1)
    assert set(drawn.sum(axis=1)) == {2}
    # the best of the six strings with two ones, -2 - 1 + 1 + ...: 1100 has Z = (-1, -1, 1, 1)
    z = 1 - 2 * np.array([[int(bit) for bit in f"{word:04b}"] for word in range(16) if word.bit_count() == 2])
    assert found.cost == (z[:, 0] + 2 * z[:, 1] - z[:, 2] + z[:, 0] * z[:, 3]).min()


def test_faults_are_named():
    with pytest.raises(ValueError, match="`cost` must be diagonal"):
        variational.qaoa(ql.PauliSum("XX"))
    with pytest.raises(ValueError, match='mixer="xy" keeps the number of ones, so it needs `start`'):
        variational.qaoa(ql.PauliSum("ZZ"), mixer="xy")
    with pytest.raises(ValueError, match='`initial` must be "ramp", "fixed" or angles'):
        variational.qaoa(nx.path_graph(3), initial="best")
    with pytest.raises(ValueError, match="at least one edge"):
        variational.maxcut_cost(nx.empty_graph(3))
    with pytest.raises(ValueError, match="The circuit has 3 qubits, the observable 2"):
        variational.vqe(ql.PauliSum("ZZ"), ql.Circuit(3))
    with pytest.raises(ValueError, match=r"`initial` must have shape \(1,\), got \(2,\)"):
        variational.vqe(ql.PauliSum("Z"), ql.Circuit(1).ry(ql.Parameter("a"), 0), initial=[0, 0])
