"""The loop: budgets, seeds, workers, store, front, export, and what it refuses."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn.search import (
    Budget,
    EnergyProblem,
    Found,
    Outcome,
    ParetoFront,
    Proposal,
    Spent,
    Strategy,
    StructureSearch,
    StudyStore,
    Task,
    run,
)

CHAIN = ql.datasets.make_ising_chain(4)


def problem(**options):
    return EnergyProblem(CHAIN, **{"gates": ("ry", "cz"), **options})


def same(one, other):
    assert one.spent.evaluations == other.spent.evaluations
    assert len(one.front) == len(other.front)
    for left, right in zip(one.front, other.front):
        assert left.ansatz == right.ansatz
        assert left.values.tobytes() == right.values.tobytes()
        assert left.cost == right.cost


def test_equal_seeds_give_equal_results_for_any_number_of_workers():
    results = [run(problem(), budget=Budget(evaluations=30_000), random_state=5, n_jobs=jobs) for jobs in (1, 1, 3)]
    same(results[0], results[1])
    same(results[0], results[2])
    other = run(problem(), budget=Budget(evaluations=30_000), random_state=6)
    assert [c.cost for c in other.front] != [c.cost for c in results[0].front]


@pytest.mark.parametrize("evaluations", [1, 50, 2000, 12345])
def test_the_budget_is_kept(evaluations):
    result = run(problem(), budget=Budget(evaluations=evaluations), random_state=0)
    assert evaluations <= result.spent.evaluations <= evaluations + 60  # two tasks, and a sweep or line search each
    assert result.ended == "the evaluations were spent"
    assert result.spent.evaluations == result.spent.n_energies + 3 * result.spent.n_gradients


def test_time_and_target_end_a_search():
    start = time.perf_counter()
    result = run(problem(), budget=Budget(seconds=0.3), random_state=0)
    assert result.ended == "the time was over"
    assert time.perf_counter() - start < 10
    result = run(problem(), budget=Budget(evaluations=10**7, target=-4.7), random_state=0)
    assert result.ended == "the target was reached"
    assert result.best.cost <= -4.7
    result = run(problem(), budget=Budget(evaluations=10**7), random_state=0, callback=lambda now: len(now.front) > 1)
    assert result.ended == "the callback said so"


def test_the_front_is_right_by_an_independent_simulator():
    from tests.naive.simulator import statevector

    exact = CHAIN.ground_state().energies[0]
    result = run(problem(gates=("rz", "sx", "cx")), budget=Budget(evaluations=40_000), random_state=1)
    costs = [c.cost for c in result.front]
    assert costs == sorted(costs, reverse=True)
    matrix = CHAIN.to_dense()
    for candidate in result.front:
        state = statevector(candidate.circuit)
        assert np.vdot(state, matrix @ state).real == pytest.approx(candidate.cost, abs=1e-9)
        assert candidate.cost >= exact - 1e-9
        assert set(candidate.circuit.counts()) <= {"rz", "sx", "cx"}
        assert candidate.two_qubit_gates == candidate.circuit.counts().get("cx", 0)
        assert candidate.depth == candidate.circuit.depth()
        again = ql.Circuit.from_qasm(candidate.circuit.to_qasm(3))
        assert ql.sim.Statevector().expectation(again, CHAIN) == pytest.approx(candidate.cost, abs=1e-9)
    assert result.best.cost == pytest.approx(exact, abs=1e-3)
    best = [step.best for step in result.history]
    assert max(np.diff(best)) <= result.problem.resolution  # a circuit with fewer angles may give way by that much


def test_coupling_is_kept():
    graph = nx.star_graph(3)
    result = run(problem(coupling=graph), budget=Budget(evaluations=20_000), random_state=1)
    pairs = {tuple(sorted(step.qubits)) for c in result.front for step in c.circuit if len(step.qubits) == 2}
    assert pairs <= {(0, 1), (0, 2), (0, 3)}
    assert result.best.cost < -4.7


def test_a_complex_hamiltonian_needs_complex_gates():
    hamiltonian = ql.PauliSum({"XY": 1.0, "YZ": 0.5, "ZI": 0.3, "IY": 0.2})
    exact = float(hamiltonian.ground_state().energies[0])
    budget = Budget(evaluations=20_000)
    result = run(EnergyProblem(hamiltonian, gates=("ry", "rz", "cx")), budget=budget, random_state=0)
    assert result.best.cost == pytest.approx(exact, abs=1e-7)
    real = np.linalg.eigvalsh(hamiltonian.to_dense().real)[0]  # what a real state can reach
    result = run(EnergyProblem(hamiltonian, gates=("ry", "cx")), budget=budget, random_state=0)
    assert result.best.cost == pytest.approx(real, abs=1e-7)


def test_a_store_resumes_to_the_same_result(tmp_path):
    path = tmp_path / "study.db"
    whole = run(problem(), budget=Budget(evaluations=20_000), random_state=3)
    run(problem(), budget=Budget(evaluations=5_000), random_state=3, store=path)
    resumed = run(problem(), budget=Budget(evaluations=20_000), store=path)
    same(whole, resumed)
    start = time.perf_counter()
    same(whole, run(problem(), budget=Budget(evaluations=20_000), store=path))
    assert time.perf_counter() - start < 5.0
    with pytest.raises(ValueError, match="another search"):
        run(problem(gates=("ry", "cx")), budget=Budget(evaluations=100), store=path)
    with pytest.raises(ValueError, match="has begun"):
        run(problem(), budget=Budget(evaluations=100), store=path, resume=False)
    (tmp_path / "text").write_text("no database, but long enough to be read as one by nobody" * 20)
    with pytest.raises(ValueError, match="no study store"):
        run(problem(), budget=Budget(evaluations=100), store=tmp_path / "text")


def test_a_killed_search_loses_nothing_that_was_finished(tmp_path):
    path = tmp_path / "study.db"
    script = f"""
    import qlearn as ql
    problem = ql.search.EnergyProblem(ql.datasets.make_ising_chain(4), gates=("ry", "cz"))
    ql.search.run(problem, budget=ql.search.Budget(evaluations=10**8), random_state=3, store={str(path)!r})
    """
    root = os.path.dirname(os.path.dirname(ql.__file__))
    environment = {**os.environ, "PYTHONPATH": root}
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], env=environment)
    n_rows = 0
    try:
        for _ in range(600):
            time.sleep(0.1)
            n_rows = _count(path)
            if n_rows > 10:
                break
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    kept = _count(path)
    assert kept >= n_rows > 10
    resumed = run(problem(), budget=Budget(evaluations=25_000), store=path)
    same(resumed, run(problem(), budget=Budget(evaluations=25_000), random_state=3))


def _count(path):
    if not path.exists():
        return 0
    try:
        connection = sqlite3.connect(path)
        count = connection.execute("SELECT COUNT(*) FROM outcomes").fetchone()[0]
        connection.close()
        return count
    except sqlite3.Error:
        return 0


def test_a_store_holds_data_only(tmp_path):
    run(problem(), budget=Budget(evaluations=500), random_state=3, store=tmp_path / "s.db")
    connection = sqlite3.connect(tmp_path / "s.db")
    for (data,) in connection.execute("SELECT data FROM outcomes"):
        outcome = Outcome.from_data(json.loads(data))
        assert Outcome.from_data(outcome.to_data()).to_data() == outcome.to_data()
    connection.close()
    assert StudyStore.known_seed(tmp_path / "s.db").entropy == 3
    assert StudyStore.known_seed(tmp_path / "none.db") is None


class Liar(Strategy):
    """Reports a cost that is not true."""

    def _start(self):
        pass

    def _ask(self):
        return [LyingTask()]

    def _tell(self, outcomes):
        return list(outcomes[0].found)

    def proposal(self, found):
        return Proposal(ql.Circuit(4), np.zeros(0))


class LyingTask(Task):
    def run(self, problem, allowance):
        return Outcome((Found(-100.0, [], np.zeros(0)),), Spent(1, 0))


def test_a_cost_that_is_not_true_is_found_out():
    with pytest.raises(RuntimeError, match="Liar reports the cost -100.0 for a circuit that has"):
        run(problem(), Liar(), budget=Budget(evaluations=10))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Budget(), "needs `seconds` or `evaluations`"),
        (lambda: Budget(seconds=-1), "`seconds` must be a positive number, got -1"),
        (lambda: Budget(evaluations=1.5), "`evaluations` must be an integer"),
        (lambda: Budget(evaluations=10, target=float("nan")), "`target` must be a finite number"),
        (lambda: EnergyProblem("ZZ"), "`hamiltonian` must be a PauliSum, got str"),
        (lambda: EnergyProblem(ql.PauliSum({"Z": 1j})), "must be Hermitian"),
        (lambda: problem(gates="ry"), "`gates` must be several names"),
        (lambda: problem(gates=("ry",)), "needs a two-qubit gate"),
        (lambda: problem(gates=("rz", "cx")), "cannot make every real circuit"),
        (lambda: problem(gates=("ry", "cnot")), "'cnot', which is no gate"),
        (lambda: problem(coupling=[(0, 9)]), "Qubit 9 does not exist"),
        (lambda: problem(coupling="lines"), "`coupling` must be"),
        (lambda: problem(coupling=[]), "no pair of qubits"),
        (lambda: problem(reference="01"), "`reference` must be 4 bits"),
        (lambda: problem(objectives=("energy", "beauty")), "different names out of energy, two_qubit_gates"),
        (lambda: problem(objectives=("depth",)), "first of `objectives` must be a cost"),
        (lambda: run(CHAIN, budget=Budget(evaluations=1)), "`problem` must be a SearchProblem"),
        (lambda: run(problem(), budget=100), "`budget` must be a Budget"),
        (lambda: run(problem(), "random", budget=Budget(evaluations=1)), "`strategy` must be a Strategy"),
        (
            lambda: run(problem(), StructureSearch(n_kept=0), budget=Budget(evaluations=1)),
            "`n_kept` must be at least 1",
        ),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call()


def point(cost, size, depth=0):
    shape = {"two_qubit_gates": size, "depth": depth, "n_parameters": 0}
    return ql.search.Candidate(ql.Circuit(1), np.zeros(0), {"energy": cost, **shape}, "energy")


def test_a_front_keeps_what_nothing_beats():
    front = ParetoFront(("energy", "two_qubit_gates"), [point(0.0, 3), point(-1.0, 5), point(0.5, 3), point(-1.0, 6)])
    assert [(c.cost, c.two_qubit_gates) for c in front] == [(0.0, 3), (-1.0, 5)]
    assert not front.add(point(-1.0 - 1e-12, 6))  # within the resolution of a smaller one
    assert front.add(point(-1.0, 2))
    assert [(c.cost, c.two_qubit_gates) for c in front] == [(-1.0, 2)]
    assert front.best(two_qubit_gates=2).cost == -1.0
    with pytest.raises(ValueError, match="No circuit of the front keeps"):
        front.best(two_qubit_gates=1)
    front = ParetoFront(("energy", "two_qubit_gates"), [point(-1.0, 4), point(-1.0 + 5e-10, 3)])
    assert [c.two_qubit_gates for c in front] == [3]  # whichever came first


def test_the_hypervolume_is_that_of_a_sum_over_cells(rng):
    points = rng.integers(0, 10, (12, 3))
    front = ParetoFront(("energy", "two_qubit_gates", "depth"), [point(float(a), int(b), int(c)) for a, b, c in points])
    cells = np.stack(np.meshgrid(*[np.arange(10)] * 3, indexing="ij"), -1).reshape(-1, 3)
    beaten = (points[None] <= cells[:, None]).all(-1).any(1).sum()
    assert front.hypervolume([10, 10, 10]) == pytest.approx(float(beaten))


def test_a_front_draws_itself():
    import matplotlib

    matplotlib.use("Agg")
    result = run(problem(), budget=Budget(evaluations=5000), random_state=0)
    ax = result.front.plot(baseline=-4.7587704831436)
    assert ax.get_xlabel() == "two-qubit gates"
    assert ax.get_yscale() == "log"
    assert result.front.plot(ax, against="depth") is ax


def test_adapt_moves_from_an_empty_reference():
    result = run(problem(), budget=Budget(evaluations=5000), random_state=0)
    found = {name: candidate for name, candidate, _ in result.report().baselines}
    adapt = min(found[name].cost for name in found if name.startswith("ADAPT"))
    assert adapt < found["best product state"].cost - 1e-3  # excitations of |0000> do not get there


def test_a_report_holds_the_front_against_baselines():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    task = EnergyProblem(molecule.hamiltonian, gates=("ry", "rz", "cx"), reference=molecule.hartree_fock, name="H2")
    result = run(task, budget=Budget(evaluations=8000), random_state=0)
    report = result.report()
    found = {name: candidate for name, candidate, _ in report.baselines}
    assert report.exact == pytest.approx(molecule.exact_energy, abs=1e-9)
    assert found["reference"].cost == pytest.approx(molecule.hartree_fock_energy, abs=1e-9)
    assert found["best product state"].cost == pytest.approx(molecule.hartree_fock_energy, abs=1e-7)
    double = found["CI-guided doubles, 1"]
    assert double.cost == pytest.approx(molecule.exact_energy, abs=1e-9)  # one double is all there is
    assert double.two_qubit_gates == 3
    assert found["UCCSD, one step"].cost == pytest.approx(molecule.exact_energy, abs=1e-7)
    assert {"ADAPT, qubit pool", "random, equal budget"} <= set(found)
    assert {f"hardware-efficient, {k}" for k in (1, 2, 3)} <= set(found)
    assert result.best.cost == pytest.approx(molecule.exact_energy, abs=1e-7)
    text = str(report)
    assert "H2: StructureSearch" in text
    assert "above exact" in text
    data = json.loads(report.to_json())
    again = ql.Circuit.from_qasm(data["front"][-1]["qasm"])
    assert ql.sim.Statevector().expectation(again, molecule.hamiltonian) == pytest.approx(result.best.cost, abs=1e-9)


def test_doubles_stand_in_a_report_without_a_reference_or_say_why_not():
    molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    budget = Budget(evaluations=2000)
    for coupling in (None, "line"):
        task = EnergyProblem(molecule.hamiltonian, gates=("ry", "rz", "cx"), coupling=coupling)
        rows = run(task, budget=budget, random_state=0).report().baselines
        [(candidate, note)] = [(candidate, note) for name, candidate, note in rows if name.startswith("CI-guided")]
        if coupling is None:
            assert candidate.cost == pytest.approx(molecule.exact_energy, abs=1e-9)
            assert "on the lowest basis state" in note
        else:
            assert candidate is None
            assert "couples all pairs" in note
