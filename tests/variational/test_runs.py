"""Searches for states: under shots and noise, and with arguments that are wrong."""

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn.variational import (
    SPSA,
    UCCSD,
    Adam,
    HardwareEfficient,
    ParameterShift,
    learn_state,
    maxcut_cost,
    qaoa,
    ssvqe,
    vqd,
    vqe,
)

ISING = ql.datasets.make_ising_chain(2, field=0.7)
EXACT = ISING.ground_state(k=2).energies
SHOTS = ParameterShift(n_shots=1000)
NOISY = ParameterShift(noise=ql.NoiseModel.depolarizing(0.01, 0.1))


def test_shots_alone_are_enough_for_a_ground_state():
    found = vqe(ISING, HardwareEfficient(2), execution=SHOTS, max_epochs=100, random_state=0)
    assert isinstance(found.energy, ql.Estimate)
    assert found.message == "max_epochs reached"
    assert abs(found.energy.value - EXACT[0]) < 4 * found.energy.std_error + 0.05


@pytest.mark.parametrize("method", [vqd, ssvqe])
def test_excited_states_from_shots(method):
    states = method(
        ISING, HardwareEfficient(3), 2, execution=SHOTS, optimizer=Adam(0.2), n_starts=1, max_epochs=60, random_state=0
    )
    for state, exact in zip(states, EXACT, strict=True):
        assert abs(state.energy.value - exact) < 4 * state.energy.std_error + 0.1


def test_noise_keeps_a_state_from_being_learnt():
    clean, noisy = (
        learn_state(ql.Circuit(2).h(0).cx(0, 1), HardwareEfficient(1), execution=execution, random_state=0).energy
        for execution in (None, NOISY)
    )
    assert clean == pytest.approx(-1.0, abs=1e-6)
    assert -0.97 < noisy < -0.6
    assert vqd(ISING, HardwareEfficient(1), 1, optimizer=SPSA(), max_epochs=3, random_state=0)[0].message


def test_starts_differ_even_where_the_ansatz_has_one_start():
    """From Hartree-Fock alone the gradient of unitary coupled cluster never leaves the doubles."""
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    ansatz = UCCSD(2, molecule.spin_order)
    alone, several = (vqd(molecule.hamiltonian, ansatz, 2, n_starts=n, random_state=0)[1].energy for n in (1, 3))
    assert several < alone - 0.5


def test_strings_are_sampled_with_the_noise():
    graph = nx.cycle_graph(4)
    clean = qaoa(graph, 2, max_epochs=0, initial="fixed", random_state=0)
    noisy = qaoa(graph, 2, max_epochs=0, initial="fixed", execution=NOISY, random_state=0)
    drawn = qaoa(graph, 2, max_epochs=0, initial="fixed", execution=SHOTS, random_state=0)
    assert noisy.energy > clean.energy + 0.3
    assert abs(drawn.energy.value - clean.energy) < 4 * drawn.energy.std_error
    asked = []

    class Device:
        def expectation(self, circuit, observables, values, n_shots=None, random_state=None):
            return ql.sim.Statevector().expectation(circuit, observables, values)

        def sample(self, circuit, values, n_shots, random_state=None):
            asked.append(n_shots)
            return ql.sim.Statevector().sample(circuit, values, n_shots=n_shots, random_state=random_state)

    execution = ParameterShift(engine=Device())
    found = qaoa(graph, 2, max_epochs=0, initial="fixed", n_shots=50, execution=execution, random_state=0)
    assert asked == [50]
    assert found.cost == -4.0


def test_edges_from_a_node_to_itself_are_never_cut():
    graph = nx.Graph([(0, 0), (0, 1)])
    assert maxcut_cost(graph).to_text() == maxcut_cost(nx.path_graph(2)).to_text()
    with pytest.raises(ValueError, match="between two nodes"):
        maxcut_cost(nx.Graph([(0, 0)]))


def test_results_are_shown_in_a_line():
    found = vqe(ISING, HardwareEfficient(1), random_state=0, max_epochs=1)
    assert repr(found) == f"<EnergyResult: energy {found.energy:.9g}, 4 parameters, 1 steps: max_epochs reached>"
    cut = qaoa(nx.path_graph(2), max_epochs=0, random_state=0)
    assert repr(cut).endswith("max_epochs is 0; best sample 01, cost -1>")


BELL = ql.Circuit(2).h(0).cx(0, 1)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: vqe(ISING, BELL), ValueError, "has no parameters, so there is nothing to train"),
        (lambda: vqe("ZZ", HardwareEfficient()), TypeError, "must be a PauliSum, got str"),
        (lambda: vqe(ISING, HardwareEfficient), TypeError, "class HardwareEfficient, which must be called"),
        (lambda: vqe(ISING, HardwareEfficient(), optimizer="adam"), TypeError, r"such as LBFGS\(\), got 'adam'"),
        (lambda: vqe(ISING, HardwareEfficient(1), initial=[np.nan] * 4), ValueError, "`initial` must be finite"),
        (lambda: vqd(ISING, HardwareEfficient(), 2, execution=100), TypeError, "`execution` must be None or an"),
        (lambda: learn_state(HardwareEfficient(1).circuit(2), HardwareEfficient()), ValueError, "4 open parameters"),
        (lambda: learn_state(np.zeros(4), HardwareEfficient()), ValueError, "not all zero, got norm 0.0"),
        (lambda: qaoa(np.ones((3, 3))), TypeError, "a networkx.Graph or a PauliSum, got ndarray"),
        (lambda: qaoa(nx.path_graph(2), n_shots=0), ValueError, "`n_shots` must be at least 1, got 0"),
        (lambda: qaoa(nx.path_graph(2), initial=[0.1], max_epochs=0), ValueError, r"`initial` .* shape \(2,\)"),
        (lambda: qaoa(nx.path_graph(2), start=[0, 1]), ValueError, r"never leaves .* np.clip\(start, 0.25, 0.75\)"),
    ],
)
def test_what_is_wrong_is_said(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_molecule_is_not_its_hamiltonian():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    with pytest.raises(TypeError, match="got Molecule; pass its `hamiltonian`"):
        vqe(molecule, UCCSD(2))
