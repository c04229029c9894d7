"""The command line: what is printed where, exit codes, the same numbers twice, and a light start."""

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

import qlearn as ql
from qlearn import cli
from qlearn.cli import _terminal, info
from qlearn.cli import tour as tour_command
from tests import house
from tests.naive import simulator

HEAVY = {"numpy", "scipy", "sklearn", "numba", "stim", "torch", "matplotlib", "networkx", "joblib"}


def run(*arguments):
    """Return the finished process of ``python -m qlearn``."""
    command = [sys.executable, "-m", "qlearn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=house.ROOT.parent, check=False)


@pytest.fixture(scope="module")
def tour():
    """The results of the tour with seed 0."""
    return tour_command._take_tour(0)


@pytest.fixture
def taken(tour, monkeypatch):
    """Let the command use those results instead of computing them again."""
    monkeypatch.setattr(tour_command, "_take_tour", lambda seed: tour)
    return tour


def numbers(data):
    """Return the results without the times, the only thing that may change."""
    return {key: value for key, value in data.items() if key != "seconds"}


def test_tour_reaches_the_known_energy(tour):
    data = tour_command._tour_data(tour, 0)
    # LiH at 3.4 Angstrom, recomputed with PySCF: see tests/test_datasets.py.
    assert abs(data["optimised"]["energy"] - -7.789089) < 1e-6
    assert abs(data["molecule"]["hartree_fock_energy"] - -7.670060) < 1e-6
    state = simulator.statevector(tour.circuit, data["optimised"]["values"])
    assert abs(simulator.expectation(tour.molecule.hamiltonian, state) - data["optimised"]["energy"]) < 1e-10


def test_tour_measures_within_its_error_bars(tour):
    """Fixed seed: five standard errors fail only if the estimate or its error is wrong."""
    state = simulator.statevector(tour.circuit, tour.optimum.values)
    operator = simulator.pauli_sum_matrix(tour.molecule.hamiltonian)
    assert abs(tour.measured.value - tour.optimum.value) < 5 * tour.measured.std_error
    assert abs(tour.noisy_measured.value - tour.noisy_energy) < 5 * tour.noisy_measured.std_error
    # A direct measurement of H would have the error 0 on its eigenstate; measuring terms in groups costs more.
    assert np.vdot(state, operator @ operator @ state).real - tour.optimum.value**2 < 1e-6
    assert 1e-3 < tour.measured.std_error < 2e-2


@pytest.mark.slow
def test_tour_noise_is_that_of_the_device(tour):
    rho = simulator.density_matrix(tour.device_circuit, tour.optimum.values)
    assert abs(simulator.expectation(tour.molecule.hamiltonian, rho) - tour.noisy_energy) < 1e-9
    assert tour.noisy_energy > tour.optimum.value + 0.01


def test_the_circuit_of_the_tour_starts_at_hartree_fock_and_conserves_spins():
    molecule = ql.datasets.load_molecule("LiH", distance=3.4, unit="angstrom")
    circuit = tour_command._pair_circuit()
    start = ql.sim.Statevector().expectation(circuit, molecule.hamiltonian, np.zeros(5))
    assert abs(start - molecule.hartree_fock_energy) < 1e-9
    state = ql.sim.Statevector().run(circuit, np.linspace(0.3, 2.0, 5))
    for modes in ("Z0 Z1 Z2", "Z3 Z4 Z5"):  # odd: one electron of each spin
        assert abs(state.expectation(ql.PauliSum.single(modes, n_qubits=6)) + 1) < 1e-12


def test_tour_prints_the_same_numbers_twice(tour, capsys):
    assert cli.main(["tour", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert numbers(second) == numbers(tour_command._tour_data(tour, 0))
    assert set(second["seconds"]) == {"kernels", "optimise", "shots", "noise", "noisy_shots"}


def test_seed_changes_the_shots_and_not_the_physics(tour):
    other = tour_command._take_tour(1)
    assert other.measured.value != tour.measured.value
    assert other.noisy_measured.value != tour.noisy_measured.value
    assert abs(other.optimum.value - tour.optimum.value) < 1e-6
    assert abs(other.noisy_energy - tour.noisy_energy) < 1e-3


def test_tour_reads_well_where_there_is_no_terminal(taken, capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert cli.main(["tour"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\033" not in out and "\r" not in out
    assert [line for line in out.splitlines() if len(line) > 80 or line != line.rstrip()] == []
    assert re.search(r"^   Hartree-Fock +-7\.670060 +119\.029$", out, re.M)
    assert re.search(r"^   minimised, \d+ adjoint gradients +-7\.789089 +0\.000 +\d+ ms$", out, re.M)
    assert re.search(r"^   measured, 10000 shots +-7\.\d+ ± 0\.\d+ +-?\d+ ± \d+ +\d+ ms$", out, re.M)
    assert "q5: ─" in out
    assert "seed 0" in out


def test_tour_says_so_and_fails_where_the_numbers_are_off(tour, monkeypatch, capsys):
    wrong = dataclasses.replace(tour.optimum, value=tour.optimum.value + 0.002)
    monkeypatch.setattr(tour_command, "_take_tour", lambda seed: tour._replace(optimum=wrong))
    assert cli.main(["tour"]) == 1
    out, err = capsys.readouterr()
    assert "is NOT reached" in out
    assert err == "qlearn: the tour missed the known energies; please report this with `qlearn info`.\n"


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self):
        return True


def test_progress_shows_on_terminals_only_and_cleans_up(monkeypatch):
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    with _terminal.progress("working"):
        assert quiet.getvalue() == ""
    assert quiet.getvalue() == ""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with pytest.raises(ZeroDivisionError), _terminal.progress("working"):
        assert shown.getvalue() == "working ..."
        _ = 1 / 0
    assert shown.getvalue() == "working ...\r" + " " * 11 + "\r"


def test_headings_are_bold_on_terminals_that_can(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert _terminal.bold("x") == "\033[1mx\033[0m"
    monkeypatch.setenv("TERM", "dumb")
    assert _terminal.bold("x") == "x"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert _terminal.bold("x") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert _terminal.bold("x") == "x"


def test_info_tells_what_is_there(capsys):
    assert cli.main(["info", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["qlearn"] == ql.__version__
    assert data["versions"]["numpy"] == np.__version__
    assert data["cores"] >= 1
    assert data["memory"]["available"] > 2**20
    assert data["kernels"]["n_cached"] >= 0
    assert cli.main(["info"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert {"qlearn", "python", "needs", "processor", "kernels", "memory"} <= {
        line.split()[0] for line in out.splitlines()
    }


def test_info_reads_the_extras_from_the_metadata(monkeypatch):
    lines = [
        "numpy>=2.0",
        "torch>=2.4; extra == 'torch'",
        'ldpc>=2.2; extra == "decoders"',
        'beliefmatching>=0.1; extra == "decoders"',
        'qlearn[test]; extra == "dev"',
        'build>=1.2; extra == "dev"',
    ]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: lines)
    monkeypatch.setattr(info, "_version", lambda name: "1.0" if name in {"torch", "ldpc"} else None)
    assert info._extras() == {"torch": [], "decoders": ["beliefmatching"], "dev": ["build"]}
    assert info._extra_text("torch", []) == "installed"
    assert info._extra_text("dev", ["build"]) == 'without build: pip install "qlearn[dev]"'


def test_info_names_the_memory_limit(monkeypatch, capsys):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e9")
    assert cli.main(["info"]) == 0
    assert "memory      0.9 GiB may be used (QLEARN_MAX_MEMORY=1e9)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["toor"], "invalid choice: 'toor'"),
        (["tour", "--seed", "-1"], "argument --seed: must be an integer >= 0, got '-1'"),
        (["tour", "--seed", "x"], "argument --seed: must be an integer >= 0, got 'x'"),
        (["tour", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_what_is_not_understood_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert leaving.value.code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize("error", [ValueError("no such thing"), MemoryError("no such thing"), OSError("no such thing")])
def test_what_fails_exits_with_1_and_one_line(error, monkeypatch, capsys):
    monkeypatch.setattr(tour_command, "_take_tour", lambda seed: (_ for _ in ()).throw(error))
    assert cli.main(["tour"]) == 1
    assert capsys.readouterr() == ("", "qlearn: no such thing\n")


def test_an_interrupt_exits_with_1_without_a_trace(monkeypatch, capsys):
    monkeypatch.setattr(tour_command, "_take_tour", lambda seed: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert cli.main(["tour"]) == 1
    assert capsys.readouterr() == ("", "qlearn: interrupted\n")


def test_help_and_version(capsys):
    for arguments in (["--help"], ["tour", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as leaving:
            cli.main(arguments)
        assert leaving.value.code == 0
    assert f"qlearn {ql.__version__}\n" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom qlearn.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=house.ROOT.parent
    )
    assert "tour" in result.stdout
    assert HEAVY & set(re.findall(r"'(\w+)'", result.stderr)) == set()


@pytest.mark.bench
def test_help_is_quick():
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run("--help")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.15


def test_as_a_process():
    done = run("info", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["qlearn"] == ql.__version__
    assert run("nothing").returncode == 2


def test_a_closed_pipe_is_no_error():
    """As in ``qlearn info | head -1``."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run_patched("print('gone')", stdout=writer)
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 1


def test_terminals_without_greek_letters_get_question_marks():
    done = run_patched("print('theta \\u03b8')", stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stdout == b"theta ?" + os.linesep.encode()
    assert done.stderr == b""


def run_patched(action, stdout):
    """Return the process of ``qlearn info`` in an ASCII terminal, with an action in place of the work."""
    lines = [
        "import sys",
        "from qlearn.cli import info, main",
        f"info._run_info = lambda _: {action} or 0",
        "sys.exit(main(['info']))",
    ]
    script = "\n".join(lines)
    return subprocess.run(
        [sys.executable, "-c", script], stdout=stdout, stderr=subprocess.PIPE, cwd=house.ROOT.parent, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
