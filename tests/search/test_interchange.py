"""What is asked of a search from outside: symmetries, processes, no work twice, other libraries."""

import importlib

import joblib
import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn.search import Budget, EnergyProblem, RandomSearch, run
from qlearn.search.gatelist import canonical

DIMER = ql.datasets.make_fermi_hubbard(nx.path_graph(2), 1.0, 4.0)
CHAIN = EnergyProblem(ql.datasets.make_ising_chain(3), gates=("ry", "cz"))


def number(n):
    """Return the number of ones on n qubits."""
    flips = [ql.PauliSum.identity(n) - ql.PauliSum.single(f"Z{q}", n_qubits=n) for q in range(n)]
    return 0.5 * sum(flips[1:], flips[0])


def test_symmetries_choose_the_sector():
    # one electron: -1 of the hopping, and -2 of the chemical potential
    one = EnergyProblem(DIMER, gates=("ry", "cx"), symmetries=[(number(4), 1.0)], penalty=5.0)
    result = run(one, budget=Budget(evaluations=20_000), random_state=0)
    assert result.best.cost == pytest.approx(-3.0, abs=1e-6)
    free = run(EnergyProblem(DIMER, gates=("ry", "cx")), budget=Budget(evaluations=20_000), random_state=0)
    assert free.best.cost == pytest.approx(2.0 - np.sqrt(8.0) - 4.0, abs=1e-6)
    assert float(ql.sim.Statevector().expectation(result.best.circuit, number(4))) == pytest.approx(1.0, abs=1e-6)


def test_symmetries_are_checked():
    with pytest.raises(ValueError, match="does not commute"):
        EnergyProblem(DIMER, symmetries=[(ql.PauliSum("ZIII"), 1.0)])
    with pytest.raises(TypeError, match="a PauliSum on 4 qubits"):
        EnergyProblem(DIMER, symmetries=[(ql.PauliSum("Z"), 1.0)])
    with pytest.raises(ValueError, match="`penalty` must be positive"):
        EnergyProblem(DIMER, symmetries=[(number(4), 1.0)], penalty=-1.0)


def test_random_search_draws_no_circuit_twice_while_there_are_others():
    strategy = RandomSearch(max_two_qubit_gates=2, batch=13)  # 1 + 3 + 9 orders of blocks, all different here
    strategy.start(CHAIN, np.random.SeedSequence(0))
    assert len({canonical(task.structure) for task in strategy.ask()}) >= 11  # drawn blindly, 6 or 7


@pytest.mark.slow
def test_processes_find_what_threads_find():
    options = {"budget": Budget(evaluations=6000), "random_state": 2}
    alone = run(CHAIN, **options)
    with joblib.parallel_config("loky", n_jobs=2):
        spread = run(CHAIN, **options)
    assert [c.cost for c in spread.front] == [c.cost for c in alone.front]
    assert all(one.ansatz == other.ansatz for one, other in zip(spread.front, alone.front))


@pytest.mark.parametrize("library", ["qiskit", "cirq", "pennylane"])
def test_winners_go_to_other_libraries(library):
    pytest.importorskip(library)
    best = run(CHAIN, budget=Budget(evaluations=3000), random_state=0).best
    module = importlib.import_module(f"qlearn.interop.{library}")
    assert best.two_qubit_gates >= 1
    again = module.import_circuit(module.export_circuit(best.circuit))
    energy = float(ql.sim.Statevector().expectation(again, CHAIN.hamiltonian))
    assert energy == pytest.approx(best.cost, abs=1e-9)
