"""The tour: known numbers, the same numbers twice, a report, and what happens where something is wrong."""

import dataclasses
import json
import re

import numpy as np
import pytest

import qlearn as ql
from qlearn import cli
from qlearn.cli import tour as command
from qlearn.cli._tour import classify, decode, estimate, search, simulate
from qlearn.cli._tour.chapter import Chapter, text_table
from qlearn.report import Report
from tests.naive import simulator


@pytest.fixture(scope="module")
def simulation():
    """What the chapter on the core finds with seed 0."""
    return simulate.simulate(np.random.SeedSequence(0))


@pytest.fixture
def quick(monkeypatch):
    """Chapters that cost nothing."""

    def take(name, seed):
        return Chapter(f"The {name}", {"number": seed}, f"   {name} went well", lambda report: report.text(name))

    monkeypatch.setattr(command, "_take", take)


def test_the_core_reaches_the_known_energy(simulation):
    # LiH at 3.4 Angstrom, recomputed with PySCF: see tests/test_datasets.py.
    assert abs(simulation.optimum.value - -7.789089) < 1e-6
    state = simulator.statevector(simulation.circuit, simulation.optimum.values)
    assert abs(simulator.expectation(simulation.molecule.hamiltonian, state) - simulation.optimum.value) < 1e-10


def test_the_core_measures_within_its_error_bars(simulation):
    """Fixed seed: five standard errors fail only if the estimate or its error is wrong."""
    measured, noisy = simulation.measured, simulation.noisy_measured
    assert abs(measured.value - simulation.optimum.value) < 5 * measured.std_error
    assert abs(noisy.value - simulation.noisy_energy) < 5 * noisy.std_error
    assert 1e-3 < measured.std_error < 2e-2


@pytest.mark.slow
def test_the_noise_is_that_of_the_device(simulation):
    rho = simulator.density_matrix(simulation.device_circuit, simulation.optimum.values)
    assert abs(simulator.expectation(simulation.molecule.hamiltonian, rho) - simulation.noisy_energy) < 1e-9
    assert simulation.noisy_energy > simulation.optimum.value + 0.01


def test_the_circuit_starts_at_hartree_fock_and_conserves_spins():
    molecule = ql.datasets.load_molecule("LiH", distance=3.4, unit="angstrom")
    circuit = simulate.pair_circuit()
    start = ql.sim.Statevector().expectation(circuit, molecule.hamiltonian, np.zeros(5))
    assert abs(start - molecule.hartree_fock_energy) < 1e-9
    state = ql.sim.Statevector().run(circuit, np.linspace(0.3, 2.0, 5))
    for modes in ("Z0 Z1 Z2", "Z3 Z4 Z5"):  # odd: one electron of each spin
        assert abs(state.expectation(ql.PauliSum(modes, n_qubits=6)) + 1) < 1e-12


def test_the_seed_changes_the_shots_and_not_the_physics(simulation):
    other = simulate.simulate(np.random.SeedSequence(1))
    assert other.measured.value != simulation.measured.value
    assert abs(other.optimum.value - simulation.optimum.value) < 1e-6
    assert abs(other.noisy_energy - simulation.noisy_energy) < 1e-3


def test_a_wrong_energy_is_a_fault(simulation):
    wrong = dataclasses.replace(
        simulation, optimum=dataclasses.replace(simulation.optimum, value=simulation.optimum.value + 0.002)
    )
    assert simulate.chapter(simulation, 80).faults == []
    assert "the energy of LiH is 2.00 mHa off" in simulate.chapter(wrong, 80).faults


def test_water_is_estimated_within_its_error():
    found = estimate.estimate_water()
    assert found.off < 4
    assert np.all(np.abs(found.occupations.value - found.exact_occupations) < 6 * found.occupations.std_error)
    assert abs(found.exact_occupations.sum() - 4) < 1e-9  # electrons
    best, *_, worst = sorted(found.deviations, key=found.deviations.get)
    assert (best, worst) == ("ShadowGrouping (this file)", "uniform (classical shadows)")
    # The error that the data report is that which the exact variance of the scheme predicts.
    assert abs(found.energy.std_error / found.deviations[best] - 1) < 0.2


def test_decoders_stand_in_the_known_order(monkeypatch):
    monkeypatch.setattr(decode, "_N_TRAINING_SHOTS", 200_000)
    monkeypatch.setattr(decode, "_N_TEST_SHOTS", 50_000)
    chapter = decode.take(np.random.SeedSequence(0), 80)
    assert chapter.faults == []
    errors = {name: row["n_errors"] for name, row in chapter.data["decoders"].items()}
    assert errors["maximum likelihood"] < errors["gap stacking"] < errors["matching"]
    assert errors["correlated matching"] < errors["matching"]


def test_the_search_finds_accurate_circuits_that_others_can_read(monkeypatch):
    monkeypatch.setattr(search, "_N_EVALUATIONS", 300_000)
    found = search.search(np.random.SeedSequence(0))
    assert found.error(found.result.best) < 1.6
    state = simulator.statevector(ql.Circuit.from_qasm(found.chosen.circuit.to_qasm(3)))
    energy = simulator.expectation(found.molecule.hamiltonian, state)
    assert abs(energy - found.chosen.cost) < 1e-9
    assert found.error(found.chosen) == 1000 * (found.chosen.cost - found.molecule.exact_energy)


def test_the_circuit_reads_digits_and_needs_its_entanglers(monkeypatch):
    monkeypatch.setattr(classify, "_N_EPOCHS", 12)
    monkeypatch.setattr(classify, "_N_LAYERS", 8)
    found = classify.classify(np.random.SeedSequence(0))
    exact, shots, separable, linear = found.accuracies.values()
    assert exact > 0.85
    assert separable < exact - 0.05
    assert abs(shots - exact) < 0.1
    assert linear > 0.9
    assert np.mean(found.predictions == found.labels) > 0.7
    assert found.n_train + found.n_test == 1797


def test_the_report_and_the_terminal_tell_the_same(simulation, tmp_path):
    chapter = simulate.chapter(simulation, 80)
    assert [line for line in chapter.text.splitlines() if len(line) > 80 or line != line.rstrip()] == []
    assert re.search(r"^   Hartree-Fock +-7\.670060 +119\.029$", chapter.text, re.M)
    assert re.search(r"^   minimised, \d+ adjoint gradients +-7\.789089 +0\.000$", chapter.text, re.M)
    assert "q5: ─" in chapter.text
    report = Report("r")
    chapter.write(report)
    for number in ("−7.67006", "119.029", "−7.789089"):
        assert f">{number}</td>" in report.html()
    json.dumps(chapter.data, allow_nan=False)


def test_the_command_writes_the_report_and_says_where(quick, tmp_path, capsys):
    path = tmp_path / "report.html"
    assert cli.main(["tour", "--report", str(path)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "1. The simulate" in out and "   decode went well" in out
    assert str(path) in out
    assert "<h2>The estimate</h2>" in path.read_text()
    assert cli.main(["tour", "decode", "--json", "--seed", "7", "--report", str(path)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"qlearn", "seed", "decode"}
    assert data["decode"]["number"] == 7
    assert "The estimate" not in path.read_text()


def test_a_chapter_gives_the_same_numbers_twice(tmp_path, capsys):
    results = []
    for _ in range(2):
        assert cli.main(["tour", "estimate", "--json", "--report", str(tmp_path / "r.html")]) == 0
        results.append(json.loads(capsys.readouterr().out))
        results[-1]["estimate"].pop("seconds")
    assert results[0] == results[1]


def test_faults_exit_with_1(monkeypatch, tmp_path, capsys):
    chapter = Chapter("t", {}, "x", lambda report: report.text("x"), ["the moon is off"])
    monkeypatch.setattr(command, "_take", lambda name, seed: chapter)
    assert cli.main(["tour", "decode", "--report", str(tmp_path / "r.html")]) == 1
    assert capsys.readouterr().err == "qlearn: the moon is off; please report this with `qlearn info`.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["moon"], "There is no chapter 'moon'; there are simulate, estimate, decode, search, classify"),
        (["--report", "no/such/folder/r.html"], "There is no folder"),
        (["--report", "mine.html"], "mine.html is no report of a tour and would be replaced"),
        (["--report", "."], "is no report of a tour"),
    ],
)
def test_bad_arguments_cost_nothing(arguments, message, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.html").write_text("precious")
    monkeypatch.setattr(command, "_take", lambda name, seed: pytest.fail("it should not have begun"))
    assert cli.main(["tour", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert (tmp_path / "mine.html").read_text() == "precious"


def test_text_tables_align():
    assert (
        text_table(("", "n"), [("long name", "1"), ("b", "22")])
        == "               n\n   long name   1\n   b          22"
    )
