"""`qlearn estimate` and `qlearn design`: from files to tables, exit codes, and files that must be refused."""

import csv
import io
import json

import numpy as np
import pytest

import qlearn as ql
from qlearn import cli
from qlearn.shadows import ShadowData, write_csv, write_npz, write_text

STATE = ql.sim.State.product("01+")
OBSERVABLES = "energy: 0.5 * Z0 Z1 - X2 + 1\nIZI\n"
SCHEME = ql.shadows.MeasurementScheme(["ZZX", "ZXX"], [300, 200])


@pytest.fixture
def files(tmp_path):
    """The folder, with data in every format and observables."""
    data = SCHEME.measure(STATE, random_state=0)
    write_csv(data, tmp_path / "data.csv")
    write_npz(data, tmp_path / "data.npz")
    write_text(data, tmp_path / "data.txt")
    counts = dict(ql.interop.qiskit.export_shadow_data(data))
    (tmp_path / "data.json").write_text(json.dumps(counts))
    ql.save(data, tmp_path / "data.qlearn")
    (tmp_path / "observables.txt").write_text(OBSERVABLES)
    return tmp_path


def run(capsys, *arguments):
    """Return exit code, stdout and stderr."""
    try:
        code = cli.main([str(argument) for argument in arguments])
    except SystemExit as left:
        code = left.code
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("name", "order"), [("csv", "left"), ("json", "right"), ("npz", None), ("txt", None), ("qlearn", None)]
)
def test_every_format_gives_the_same_table(files, capsys, name, order):
    options = () if order is None else ("--qubit-0", order)
    code, out, err = run(
        capsys, "estimate", files / f"data.{name}", *options, "--observables", files / "observables.txt", "--json"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["n_qubits"], found["n_shots"], found["estimator"]) == (3, 500, "MatchRatio")
    values = {row["observable"]: row for row in found["observables"]}
    assert values["energy"]["value"] == -0.5
    assert values["IZI"]["value"] == -1.0
    assert values["energy"]["n_matches"] == 300
    assert 0 < values["energy"]["std_error"] < 0.02


def test_the_wrong_order_gives_other_values(files, capsys):
    _, out, _ = run(
        capsys, "estimate", files / "data.csv", "--qubit-0", "right", "--observable", "IZI", "--observable", "ZII",
        "--unmeasured", "zero", "--csv",
    )  # fmt: skip
    assert [row["value"] for row in csv.DictReader(io.StringIO(out))] == ["-1.0", "0.0"]


def test_five_lines_of_python(files):
    data = ql.shadows.read_data(files / "data.csv", qubit_0="left")
    observables = ql.shadows.read_observables(files / "observables.txt", data.n_qubits)
    table = ql.shadows.tabulate(data, observables)
    assert str(table).splitlines()[1].startswith("energy")


def test_the_table_for_people(files, capsys):
    code, out, err = run(capsys, "estimate", files / "data.npz", "--observables", files / "observables.txt",
                         "--observable", "YYY")  # fmt: skip
    assert code == 0
    assert err == "qlearn: No shot measured 1 of the terms, of total modulus 1; they count as NaN.\n"
    lines = out.splitlines()
    assert lines[0].split() == ["observable", "value", "joint", "95", "%", "interval", "matches", "unmeasured"]
    assert lines[3].split()[:2] == ["YYY", "nan"]


@pytest.mark.parametrize("estimator", ["inverse-probability", "median-of-means"])
def test_other_estimators(tmp_path, capsys, estimator):
    string = ql.PauliSum("1.0 * ZII")
    data = ql.shadows.Uniform(random_state=0).design(string, 2000).measure(STATE, random_state=1)
    write_npz(data, tmp_path / "a.npz")
    _, out, _ = run(capsys, "estimate", tmp_path / "a.npz", "--observable", "Z0", "--estimator", estimator, "--groups",
                    "4", "--json")  # fmt: skip
    kind = {"inverse-probability": ql.shadows.InverseProbability(), "median-of-means": ql.shadows.MedianOfMeans(4)}
    expected = kind[estimator].estimate(data, string)
    row = json.loads(out)["observables"][0]
    assert (row["value"], row["std_error"]) == (expected.value, expected.std_error)


def test_calibration_from_the_shell(tmp_path, capsys):
    rng = np.random.default_rng(0)
    zero = ShadowData(["Z"], (rng.random((1, 2000, 1)) < 0.1).astype(int))
    one = ShadowData(["Z"], (rng.random((1, 2000, 1)) < 0.8).astype(int))
    for name, data in (("zero", zero), ("one", one), ("data", zero)):
        write_npz(data, tmp_path / f"{name}.npz")
    options = ("estimate", tmp_path / "data.npz", "--observable", "Z0", "--json", "--zero", tmp_path / "zero.npz")
    for further in ((), ("--one", tmp_path / "one.npz")):
        code, out, _ = run(capsys, *options, *further)
        assert code == 0
        assert json.loads(out)["observables"][0]["value"] == pytest.approx(1)


def test_numbers_that_json_does_not_know(files, capsys):
    _, out, _ = run(capsys, "estimate", files / "data.npz", "--observable", "YYY", "--json")
    assert json.loads(out)["observables"][0]["value"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("data.npz",), "give --observables FILE or --observable TEXT"),
        (("data.csv", "--observable", "Z0"), "which end of the texts in data.csv is qubit 0"),
        (("data.npz", "--qubit-0", "left", "--observable", "Z0"), "--qubit-0 is for .csv and .json"),
        (("data.npz", "--observable", "Z0", "--one", "data.npz"), "--one needs --zero"),
        (("data.npz", "--observable", "Z0", "--confidence", "2"), "--confidence must lie between 0 and 1"),
        (("data.npz", "--observable", "Z0", "--json", "--csv"), "not allowed with"),
    ],
)
def test_what_is_not_understood(files, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(files)
    code, out, err = run(capsys, "estimate", *arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "basis,outcome\nZZX,010\nZZX,0100\n", "line 3"),
        ("a.csv", "rubbish", "line 1"),
        ("a.json", '{"ZZX": {"010": 1e400}}', "whole number"),
        ("a.txt", "3\nZ 1 Z 1\n", "line 2"),
        ("a.npz", "no archive", "cannot be read"),
        ("a.qlearn", "no archive", "Cannot load"),
        ("a.dat", "", "the suffix must be"),
    ],
)
def test_hostile_data_are_refused(tmp_path, capsys, name, content, message):
    (tmp_path / name).write_text(content)
    order = ("--qubit-0", "left") if name.endswith(("csv", "json")) else ()
    code, out, err = run(capsys, "estimate", tmp_path / name, *order, "--observable", "Z0")
    assert (code, out) == (1, "")
    assert err.startswith("qlearn: ")
    assert message in err
    assert "Traceback" not in err


def test_hostile_observables_are_refused(files, capsys):
    (files / "bad.txt").write_text("ZZZ\nQ1\n")
    code, _, err = run(capsys, "estimate", files / "data.npz", "--observables", files / "bad.txt")
    assert code == 1
    assert "line 2" in err
    code, _, err = run(capsys, "estimate", files / "data.npz", "--observable", "Z9")
    assert code == 1
    assert "qubit 9" in err
    assert run(capsys, "estimate", files / "none.npz", "--observable", "Z0")[0] == 1


def read_design(text):
    return {row["basis"]: int(row["shots"]) for row in csv.DictReader(io.StringIO(text))}


def test_design_to_every_file(files, capsys):
    options = ("design", files / "observables.txt", "--shots", "60")
    code, out, err = run(capsys, *options)
    assert code == 0
    found = read_design(out)
    assert sum(found.values()) == 60
    assert "every term is measured" in err
    for name in ("a.csv", "a.json", "a.txt"):
        assert run(capsys, *options, "--out", files / name)[:2] == (0, "")
    assert read_design((files / "a.csv").read_text()) == found
    assert {item["basis"]: item["shots"] for item in json.loads((files / "a.json").read_text())} == found
    assert ql.shadows.read_text_scheme(files / "a.txt").n_shots == 60


def test_designed_circuits_measure_the_state(files, capsys):
    (files / "state.qasm").write_text(ql.Circuit(3).x(1).h(2).to_qasm(3))
    code, _, _ = run(
        capsys, "design", files / "observables.txt", "--shots", "30", "--scheme", "grouped",
        "--out", files / "circuits", "--preparation", files / "state.qasm",
    )  # fmt: skip
    assert code == 0
    settings = read_design((files / "circuits" / "settings.csv").read_text())
    texts = [path.read_text() for path in sorted((files / "circuits").glob("*.qasm"))]
    assert len(texts) == len(settings)
    for text, (basis, shots) in zip(texts, settings.items(), strict=True):
        bits = ql.Circuit.from_qasm(text).to_stim().compile_sampler(seed=0).sample(shots)
        data = ShadowData([basis], bits.astype(int), [shots])
        if basis[2] == "X":
            assert ql.shadows.estimate(data, ql.PauliSum("IIX")).value == 1
        if basis[1] == "Z":
            assert ql.shadows.estimate(data, ql.PauliSum("IZI")).value == -1


def test_seeds_of_random_schemes(files, capsys):
    options = ("design", files / "observables.txt", "--shots", "20", "--scheme", "uniform")
    first, second, other = (run(capsys, *options, "--seed", seed)[1] for seed in (1, 1, 2))
    assert first == second != other


def test_all_schemes_are_listed(capsys):
    code, out, _ = run(capsys, "design", "--list-schemes")
    assert code == 0
    assert {"uniform", "grouped", "shadow-grouping", "locally-biased", "derandomised", "overlapped-grouping"} <= {
        line.split()[0] for line in out.splitlines()
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--shots", "10", "--scheme", "best"), 2, "--scheme must be one of"),
        (("--shots", "0"), 2, "--shots must be at least 1"),
        ((), 2, "--shots"),
        (("--shots", "10", "--preparation", "x.qasm"), 2, "let --out be a folder"),
        (("--shots", "10", "--out", "."), 1, "exists; name a folder that does not"),
        (("--shots", "10", "--n-qubits", "7"), 1, "line 2"),
    ],
)
def test_designs_that_are_refused(files, capsys, monkeypatch, arguments, code, message):
    monkeypatch.chdir(files)
    found, out, err = run(capsys, "design", files / "observables.txt", *arguments)
    assert (found, out) == (code, "")
    assert message in err
