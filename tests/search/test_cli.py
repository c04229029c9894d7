"""`qlearn search`: from a file of terms to a report and circuits."""

import json

import pytest

import qlearn as ql
from qlearn.cli import main
from qlearn.cli._hamiltonian import read_hamiltonian

TERMS = "# a chain\n-1.0 ZZII\n-1.0 IZZI\n-1.0 IIZZ\n\n-1.0 X0\n-1 X1\n-1 X2   # field\n-1e0 X3\n"


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "terms.txt"
    path.write_text(TERMS)
    return path


def test_a_file_of_terms_gives_a_front_a_report_and_circuits(terms, tmp_path, capsys):
    arguments = ["search", str(terms), "--gates", "rz,sx,cx", "--coupling", "0-1,1-2,2-3", "--budget", "8000"]
    out, plot, store = tmp_path / "circuits", tmp_path / "front.png", tmp_path / "study.db"
    options = ["--output", str(out), "--plot", str(plot), "--json", "--no-baselines", "--store", str(store)]
    assert main([*arguments, *options]) == 0
    first = capsys.readouterr().out
    data = json.loads(first)
    chain = ql.datasets.make_ising_chain(4)
    assert data["exact"] == pytest.approx(chain.ground_state().energies[0])
    files = sorted(out.glob("*.qasm"))
    assert len(files) == len(data["front"])
    for path, row in zip(files, data["front"]):
        circuit = ql.Circuit.from_qasm(path.read_text())
        assert set(circuit.counts()) <= {"rz", "sx", "cx"}
        assert {tuple(sorted(s.qubits)) for s in circuit if len(s.qubits) == 2} <= {(0, 1), (1, 2), (2, 3)}
        assert ql.sim.Statevector().expectation(circuit, chain) == pytest.approx(row["energy"], abs=1e-9)
    assert plot.stat().st_size > 1000
    assert main([*arguments, *options]) == 1
    assert "has begun; resume it" in capsys.readouterr().err
    assert main([*arguments, *options, "--resume"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert [row["energy"] for row in again["front"]] == [row["energy"] for row in data["front"]]


def test_the_report_is_readable(capsys):
    arguments = ["search", "H2:0.7414:angstrom", "--budget", "3000", "--strategy", "adapt", "--seed", "1"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    for word in ("H2", "Adapt", "baselines", "UCCSD", "random, equal budget", "exact", "-1.1372", "best circuit"):
        assert word in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.txt"], "PROBLEM must be a file"),
        (["LiH:x:angstrom"], "must be a number, got 'x'"),
        (["LiH:2.2:feet"], '`unit` must be "angstrom" or "bohr"'),
        (["ising:3", "--resume"], "--resume needs --store"),
        (["ising:3", "--store", "no.db", "--resume"], "There is no no.db to resume"),
        (["ising:3", "--coupling", "0:1"], "--coupling must be"),
        (["ising:3", "--gates", "ry"], "needs a two-qubit gate"),
        (["ising:3", "--reference", "01"], "`reference` must be 3 bits"),
    ],
)
def test_errors_leave_with_1(arguments, message, capsys):
    assert main(["search", *arguments, "--budget", "100"]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0s", "s", "-5", "1.5", "ten"])
def test_a_budget_that_is_none_leaves_with_2(text, capsys):
    with pytest.raises(SystemExit) as error:
        main(["search", "ising:3", f"--budget={text}"])
    assert error.value.code == 2


H2 = "0.5 * ZI + 0.25 * XX - 1.5 * II"


@pytest.mark.parametrize(
    "text",
    [
        "0.5 ZI\n0.25 X0 X1\n-1.5 II\n",
        "energy: 0.5 * Z0 + 0.25 * X0 X1 - 1.5\n",
        "-1.5 [] +\n0.5 [Z0] +\n0.25 [X0 X1]\n",
        '{"ZI": 0.5, "XX": 0.25, "II": -1.5}',
        '{"paulis": [{"label": "ZI", "coeff": {"real": 0.5, "imag": 0.0}}, {"label": "XX", "coeff": {"real": 0.25, '
        '"imag": 0}}, {"label": "II", "coeff": {"real": -1.5, "imag": 0}}]}',
    ],
)
def test_hamiltonians_are_read_from_what_people_have(text, tmp_path):
    path = tmp_path / "hamiltonian"
    path.write_text(text)
    found, reference = read_hamiltonian(path)
    assert reference is None
    assert (found - ql.PauliSum(H2)).simplify().n_terms == 0


def test_integrals_bring_their_determinant(tmp_path):
    path = tmp_path / "FCIDUMP"
    path.write_text("&FCI NORB=1,NELEC=2,MS2=0,\n&END\n 0.5 1 1 1 1\n -1.0 1 1 0 0\n 0.25 0 0 0 0\n")
    found, reference = read_hamiltonian(path)
    assert reference == "11"
    assert found.expectation(ql.sim.State.basis("11")) == pytest.approx(2 * -1.0 + 0.5 + 0.25)


def test_several_observables_are_no_hamiltonian(tmp_path, capsys):
    path = tmp_path / "several.txt"
    path.write_text("ZZ\nXX\n")
    assert main(["search", str(path), "--budget", "100"]) == 1
    assert "holds 2 observables" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ZZ 1.0", "line 1"),
        ("1.0 ZZ\nZZ 1.0", "Line 2 of"),
        ("1.0 ZZ\n1.0", "has no Pauli"),
        ("# nothing", "has no term"),
    ],
)
def test_files_that_are_wrong_say_where(text, message, tmp_path, capsys):
    path = tmp_path / "terms.txt"
    path.write_text(text)
    assert main(["search", str(path), "--budget", "100"]) == 1
    assert message in capsys.readouterr().err
