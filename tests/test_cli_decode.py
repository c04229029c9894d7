"""`qlearn decode`: pipes in Stim's formats, tables with both baselines, training into a file."""

import csv
import io
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import stim

import qlearn as ql
from qlearn import cli
from qlearn.cli._decoding import named_decoder

N_SHOTS = 3000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A circuit, its model and recorded shots in files."""
    folder = tmp_path_factory.mktemp("decode")
    circuit = ql.codes.surface_memory(3, 2, noise=ql.codes.CircuitNoise.circuit_level(0.01))
    circuit.to_file(str(folder / "memory.stim"))
    circuit.detector_error_model(decompose_errors=True).to_file(str(folder / "memory.dem"))
    detectors, observables = circuit.compile_detector_sampler(seed=1).sample(N_SHOTS, separate_observables=True)
    for name, data, kind in (("events", detectors, "num_detectors"), ("flips", observables, "num_observables")):
        for format in ("01", "b8", "dets"):
            path = str(folder / f"{name}.{format}")
            stim.write_shot_data_file(data=data, path=path, format=format, **{kind: data.shape[1]})
    both = np.hstack([detectors, observables])
    stim.write_shot_data_file(data=both, path=str(folder / "both.b8"), format="b8", num_detectors=17)
    np.savez(folder / "shots.npz", detectors=detectors, observables=observables)
    return folder


def expected(folder, decoder=None):
    """Return detectors, observables and the library's own predictions."""
    arrays = np.load(folder / "shots.npz")
    problem = ql.decoders.DecodingProblem.from_files(circuit=folder / "memory.stim")
    predicted = (decoder or ql.decoders.Matching()).fit(problem).predict(arrays["detectors"])
    return arrays["detectors"], arrays["observables"], predicted


@pytest.mark.parametrize("problem", ["memory.stim", "memory.dem"])
@pytest.mark.parametrize(("given", "written"), [("01", "b8"), ("b8", "dets"), ("dets", "01")])
def test_files_are_decoded_in_any_format(folder, tmp_path, problem, given, written):
    out = tmp_path / f"flips.{written}"
    arguments = ["--problem", str(folder / problem), "--in", str(folder / f"events.{given}"), "--out", str(out)]
    assert cli.main(["decode", "predict", *arguments]) == 0
    found = stim.read_shot_data_file(path=str(out), format=written, num_observables=1)
    assert np.array_equal(found, expected(folder)[2])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_pipe_from_stim(folder):
    """`stim detect | qlearn decode predict` as processes, both in their default format."""
    stim_command = shutil.which("stim", path=str(shutil.os.path.dirname(sys.executable)))
    if stim_command is None:
        pytest.skip("no stim command beside this Python")
    detect = [stim_command, "detect", "--in", str(folder / "memory.stim"), "--shots", "500", "--seed", "3"]
    events = subprocess.run(detect, capture_output=True, check=True).stdout
    command = [sys.executable, "-m", "qlearn", "decode", "predict", "--problem", str(folder / "memory.stim")]
    done = subprocess.run(command, input=events, capture_output=True, check=True)
    bits = np.array([[char == "1" for char in line] for line in events.decode().split()])
    problem = ql.decoders.DecodingProblem.from_files(circuit=folder / "memory.stim")
    answers = ql.decoders.Matching().fit(problem).predict(bits)
    assert done.stdout.decode().split() == ["1" if flipped else "0" for flipped in answers[:, 0]]
    assert done.stderr == b""


def test_appended_observables_are_counted(folder, tmp_path, capsys):
    out = tmp_path / "flips.01"
    arguments = ["--problem", str(folder / "memory.stim"), "--in", str(folder / "both.b8"), "--out", str(out)]
    assert cli.main(["decode", "predict", *arguments, "--appended", "--json"]) == 0
    _, observables, predicted = expected(folder)
    summary = json.loads(capsys.readouterr().out)
    assert summary == {"decoder": "Matching()", "shots": N_SHOTS, "errors": int((observables != predicted).sum())}


def test_recorded_shots_are_compared(folder, capsys):
    arguments = [str(folder / "memory.stim"), "--in", str(folder / "events.b8"), "--observables",
                 str(folder / "flips.01"), "--decoder", "lookup:margin=3", "--half", "odd", "--json"]  # fmt: skip
    assert cli.main(["decode", "compare", *arguments]) == 0
    table = json.loads(capsys.readouterr().out)
    _, observables, predicted = expected(folder)
    rows = {row["decoder"]: row for row in table["decoders"]}
    assert list(rows) == ["matching", "matching:correlated=true", "maximum-likelihood", "lookup:margin=3"]
    assert rows["matching"]["errors"] == int((observables != predicted)[1::2].sum())
    assert table["shots"] == N_SHOTS // 2
    assert rows["maximum-likelihood"]["gap_closed"] == 1


def test_fresh_shots_follow_the_seed(folder, capsys):
    tables = []
    for number in ("5", "5", "6"):
        assert cli.main(["decode", "compare", str(folder / "memory.dem"), "--shots", "2000", "--seed", number,
                         "--format", "csv", "--latency", "3"]) == 0  # fmt: skip
        tables.append([row["errors"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))])
    assert tables[0] == tables[1] != tables[2]


def test_google_folders_bring_their_shots(sycamore_d3, capsys):
    arguments = [str(sycamore_d3), "--model", "pij_from_even_for_odd", "--half", "odd", "--json"]
    assert cli.main(["decode", "compare", *arguments]) == 0
    rows = {row["decoder"]: row["rate"] for row in json.loads(capsys.readouterr().out)["decoders"]}
    assert rows["matching"] == pytest.approx(0.15508)
    assert rows["matching:correlated=true"] == pytest.approx(0.14228)
    assert rows["tensor_network_contraction (shipped)"] == pytest.approx(0.12720)


@pytest.fixture
def sycamore_d3(data_dir):
    return data_dir / "decoders/sycamore_qec3v5/surface_code_bX_d3_r05_center_3_5"


def test_training_saves_what_predict_loads(folder, tmp_path, capsys):
    out = tmp_path / "learnt.qlearn"
    arguments = [str(folder / "memory.stim"), "--decoder", "gap-stacking:passes=2", "--shots", "20000", "--out",
                 str(out), "--test-shots", "5000", "--json"]  # fmt: skip
    assert cli.main(["decode", "train", *arguments]) == 0
    trained = json.loads(capsys.readouterr().out)
    names = [row["decoder"] for row in trained["comparison"]["decoders"]]
    assert names[-1] == "gap-stacking:passes=2"
    assert cli.main(["decode", "predict", "--decoder", str(out), "--in", str(folder / "events.b8"), "--out",
                     str(tmp_path / "flips.b8")]) == 0  # fmt: skip
    found = stim.read_shot_data_file(path=str(tmp_path / "flips.b8"), format="b8", num_observables=1)
    detectors, _, _ = expected(folder)
    assert np.array_equal(found, ql.load(out).predict(detectors))


def test_tuning_learns_from_one_half_and_is_shown_on_the_other(folder, tmp_path, capsys):
    """The device flips the observable once more wherever the first detector fires."""
    detectors, observables, _ = expected(folder)
    for name, data, kind in (("events", detectors, "num_detectors"),
                             ("flips", observables ^ detectors[:, :1], "num_observables")):  # fmt: skip
        stim.write_shot_data_file(data=data, path=str(tmp_path / f"{name}.b8"), format="b8", **{kind: data.shape[1]})
    learnt, tuned = tmp_path / "learnt.qlearn", tmp_path / "tuned.qlearn"
    assert cli.main(["decode", "train", str(folder / "memory.stim"), "--decoder", "mlp:hidden=[16]:passes=1", "--shots",
                     "20000", "--test-shots", "0", "--out", str(learnt)]) == 0  # fmt: skip
    recorded = [str(learnt), str(folder / "memory.stim"), "--in", str(tmp_path / "events.b8"), "--observables",
                str(tmp_path / "flips.b8"), "--passes", "20", "--learning-rate", "0.02", "--out",
                str(tuned)]  # fmt: skip
    capsys.readouterr()
    assert cli.main(["decode", "tune", *recorded, "--half", "even", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    errors = {row["decoder"]: row["errors"] for row in found["comparison"]["decoders"]}
    assert found["shots"] == found["comparison"]["shots"] == N_SHOTS // 2
    assert errors[str(tuned)] < 0.7 * errors[str(learnt)]
    held = (ql.load(tuned).predict(detectors) != (observables ^ detectors[:, :1]))[1::2]
    assert held.sum() == errors[str(tuned)]
    assert cli.main(["decode", "tune", *recorded]) == 0
    assert "Tune on one --half to see how it does on the other." in capsys.readouterr().out


def test_what_cannot_be_saved_is_said_before_training(folder, tmp_path, capsys):
    arguments = [str(folder / "memory.stim"), "--decoder", "tesseract", "--out", str(tmp_path / "a.qlearn")]
    assert cli.main(["decode", "train", *arguments]) == 1
    assert "Tesseract cannot be saved" in capsys.readouterr().err


def test_names_are_found_by_walking_the_package(capsys):
    assert cli.main(["decode", "list", "--json"]) == 0
    names = json.loads(capsys.readouterr().out)
    assert {"matching", "mlp", "gap-stacking", "bposd", "relay-bp", "maximum-likelihood"} <= set(names)
    assert names["matching"] == {"correlated": False}
    assert repr(named_decoder("mlp:hidden=[8,4]:residual=true", 3)) == (
        "MLPDecoder(hidden=(8, 4), random_state=3, residual=True)"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "--json"], "--json needs --out"),
        (["predict"], "the decoder matching needs --problem, a .stim or .dem file"),
        (["compare", "x.stim", "--observables", "f"], "--observables needs --in"),
        (["compare", "x.stim", "--in", "e.b8", "--shots", "5"], "give one of them"),
        (["predict", "--in-format", "b9"], "invalid choice: 'b9'"),
        (["train", "x.stim", "--shots", "many", "--out", "y"], "must be an integer >= 0, got 'many'"),
        (["train", "x.stim"], "the following arguments are required: --out"),
        (["tune", "x.qlearn", "x.stim"], "the following arguments are required: --out"),
        ([], "the following arguments are required: VERB"),
    ],
)
def test_what_is_not_understood_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main(["decode", *arguments])
    assert leaving.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "{}/memory.stim", "--decoder", "mwpm"], "There is no decoder file or name 'mwpm'; names are"),
        (["compare", "{}/memory.stim", "--decoder", "matching:corelated=true"], "'corelated=true' is no setting of"),
        (["compare", "{}/events.b8"], "PROBLEM must be a .stim file, a .dem file or a folder"),
        (["compare", "{}/missing.stim"], "missing.stim"),
        (["compare", "{}"], "is no experiment of Google's layouts"),
        (["compare", "{}/memory.stim", "--model", "pij"], "--model names an error model of a Google folder"),
        (["predict", "--problem", "{}/memory.dem", "--in", "{}/flips.01", "--out", "{}/x.01"], "is no 01 file of 16"),
        (["train", "{}/memory.stim", "--out", "{}/none/x.qlearn"], "is no folder, so the decoder could not be saved"),
        (["train", "{}/memory.stim", "--decoder", "mlp:hidden=8", "--out", "{}/x"], "must be a sequence of widths"),
        (["tune", "matching", "{}/memory.stim", "--out", "{}/x"], "is not made of networks, so it cannot be tuned"),
        (["tune", "mlp", "{}/memory.stim", "--in", "{}/both.b8", "--out", "{}/x"], "mlp is not trained; give a file"),
        (["tune", "mlp", "{}/memory.stim", "--out", "{}/none/x"], "is no folder, so the decoder could not be saved"),
        (["compare", "{}/memory.stim", "--shots", "0"], "`n_shots` must be at least 1, got 0"),
        (["predict", "--problem", "{}/memory.dem", "--in", "{}/events.01", "--out", "{}/none/x.01"], "is no folder"),
    ],
)  # fmt: skip
def test_what_fails_exits_with_1_and_leaves_no_file(arguments, message, folder, capsys):
    before = sorted(folder.iterdir())
    assert cli.main(["decode", *(text.format(folder) for text in arguments)]) == 1
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
    assert sorted(folder.iterdir()) == before


def test_a_problem_without_baseline_asks_for_a_decoder(tmp_path, capsys):
    code = ql.codes.bivariate_bicycle_code(3, 3)
    circuit = ql.codes.memory_circuit(code, 1, noise=ql.codes.CircuitNoise.code_capacity(0.01))
    circuit.to_file(tmp_path / "bicycle.stim")
    with pytest.raises(SystemExit):
        cli.main(["decode", "compare", str(tmp_path / "bicycle.stim")])
    assert "do not decompose for matching; give a --decoder, such as bposd" in capsys.readouterr().err


def test_tuning_without_recorded_shots_is_refused(folder, tmp_path, capsys):
    with pytest.raises(SystemExit):
        cli.main(["decode", "tune", "mlp", str(folder / "memory.stim"), "--out", str(tmp_path / "x")])
    assert "tuning needs recorded shots: give --in" in capsys.readouterr().err


def test_help_shows_examples(capsys):
    for verb in ("train", "tune", "compare", "predict"):
        with pytest.raises(SystemExit) as leaving:
            cli.main(["decode", verb, "--help"])
        assert leaving.value.code == 0
        assert "examples:\n  " in capsys.readouterr().out
