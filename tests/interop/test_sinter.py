"""Decoders to and from sinter."""

import os
import pickle
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
import sinter

import qlearn as ql
from qlearn.decoders import DecodingProblem, GapStacking, Matching
from qlearn.interop.sinter import FromSinter, collect, command_line, decoders, repair_csv


@pytest.fixture(scope="module")
def circuit():
    return ql.codes.surface_memory(3, 2, noise=ql.codes.CircuitNoise.circuit_level(0.01))


class ThroughFiles(sinter.Decoder):
    """Decodes as PyMatching does, through files only."""

    def decode_via_files(self, **arguments):
        sinter.BUILT_IN_DECODERS["pymatching"].decode_via_files(**arguments)


def test_collect_counts_what_compare_counts(circuit):
    problem = DecodingProblem.from_circuit(circuit)
    learnt = GapStacking(passes=4, random_state=0).fit(problem, n_shots=20_000)
    tools = decoders({"ours": Matching(), "learnt": learnt})
    stats = sinter.collect(
        num_workers=1,
        tasks=[sinter.Task(circuit=circuit)],
        decoders=["ours", "learnt", "pymatching"],
        custom_decoders=tools,
        max_shots=20_000,
    )
    rates = {one.decoder: one.errors / one.shots for one in stats}
    assert abs(rates["ours"] - rates["pymatching"]) < 5 * np.sqrt(2 * rates["pymatching"] / 20_000)
    assert rates["learnt"] < rates["pymatching"] + 3 * np.sqrt(2 * rates["pymatching"] / 20_000)


def test_unsure_shots_are_discarded(circuit):
    problem = DecodingProblem.from_circuit(circuit)
    learnt = GapStacking(passes=4, random_state=0).fit(problem, n_shots=20_000)
    tool = pickle.loads(pickle.dumps(decoders({"a": learnt}, discard_below=0.9)["a"]))
    compiled = tool.compile_decoder_for_dem(dem=problem.decomposed_model)
    detectors, observables = problem.sample(5000, random_state=1)
    packed = np.packbits(detectors, axis=1, bitorder="little")
    answers = compiled.decode_shots_bit_packed(bit_packed_detection_event_data=packed)
    discarded = answers[:, 1] > 0
    wrong = answers[:, 0] != observables[:, 0]
    assert np.array_equal(answers[:, 0] == 1, learnt.predict(detectors)[:, 0])
    assert 0 < discarded.mean() < 0.3
    assert wrong[~discarded].mean() < 0.5 * wrong.mean()


@pytest.mark.parametrize("theirs", [sinter.BUILT_IN_DECODERS["pymatching"], ThroughFiles()])
def test_their_decoders_answer_here(circuit, theirs):
    problem = DecodingProblem.from_circuit(circuit)
    detectors, _ = problem.sample(500, random_state=1)
    bridged = FromSinter(theirs).fit(problem)
    assert np.array_equal(bridged.predict(detectors), Matching().fit(problem).predict(detectors))
    ql.testing.check_decoder(FromSinter(theirs))


def test_misuse_is_named(circuit):
    fitted = Matching().fit(DecodingProblem.from_dem("error(0.1) D0 L0"))
    model = DecodingProblem.from_circuit(circuit).decomposed_model
    with pytest.raises(ValueError, match="Matching was fitted to 1 detectors and 1 observables, the task has 16 and 1"):
        decoders({"a": fitted})["a"].compile_decoder_for_dem(dem=model)
    with pytest.raises(TypeError, match="`named` must hold decoders, got str as 'a'"):
        decoders({"a": "matching"})
    with pytest.raises(TypeError, match="Matching has no probabilities"):
        decoders({"a": Matching()}, discard_below=0.9)
    with pytest.raises(ValueError, match="`discard_below` must be a probability between 0.5 and 1"):
        decoders({"a": Matching()}, discard_below=0.3)


def test_the_module_is_loaded_on_first_use():
    script = (
        "import sys, qlearn as ql; ql.interop; a = 'sinter' in sys.modules; ql.interop.sinter.decoders; assert not a"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def foreign_decoders():
    """Return other people's decoders for sinter: one that decodes in memory, one through files only, one in Rust."""
    pytest.importorskip("ldpc", reason="needs the extra `decoders`")
    pytest.importorskip("tesseract_decoder", reason="needs the extra `decoders`")
    from ldpc.sinter_decoders import SinterBpOsdDecoder
    from tesseract_decoder import make_tesseract_sinter_decoders_dict

    return {
        "bposd": FromSinter(SinterBpOsdDecoder(max_iter=10, osd_method="OSD_0"), decomposed=False),
        "tesseract": FromSinter(next(iter(make_tesseract_sinter_decoders_dict().values())), decomposed=False),
    }


def test_other_peoples_decoders_are_compared(circuit):
    problem = DecodingProblem.from_circuit(circuit)
    theirs = foreign_decoders()
    ours = {"bposd, ours": ql.decoders.BPOSD(max_iterations=10, osd_method="OSD_0", scaling=1.0, method="product_sum"),
            "matching": Matching()}  # fmt: skip
    table = ql.decoders.compare({**theirs, **ours}, problem, n_shots=2000, random_state=0)
    rates = {row.name: row.rate.value for row in table.rows}
    assert rates["tesseract"] <= rates["matching"] + 0.005
    assert rates["bposd"] < rates["matching"] + 0.01


def test_every_fast_decoder_is_one_of_sinters(circuit):
    """All decoders that need no training and are installed, collected in one run by worker processes."""
    from qlearn.decoders import GapMatching, MatchingEnsemble, MaximumLikelihood

    tools = decoders({"gap": GapMatching(), "vote": MatchingEnsemble(3, 1), "exact": MaximumLikelihood()})
    stats = collect(num_workers=2, tasks=[sinter.Task(circuit=circuit)], decoders=[*tools, "pymatching"],
                    custom_decoders=tools, max_shots=4000)  # fmt: skip
    rates = {one.decoder: one.errors / one.shots for one in stats}
    error = np.sqrt(2 * rates["pymatching"] / 4000)
    assert rates.keys() == {"gap", "vote", "exact", "pymatching"}
    assert all(abs(rates[name] - rates["pymatching"]) < 5 * error for name in ("gap", "vote"))
    assert rates["exact"] < rates["pymatching"] + 2 * error


def test_sinters_command_line_takes_ours(circuit, tmp_path):
    """A trained decoder and one that learns nothing, by name, without a line of Python."""
    circuit.to_file(tmp_path / "memory.stim")
    learnt = GapStacking(passes=1, random_state=0).fit(DecodingProblem.from_circuit(circuit), n_shots=2000)
    ql.save(learnt, tmp_path / "trained.qlearn")
    out = tmp_path / "stats.csv"
    arguments = [
        "collect", "--circuits", tmp_path / "memory.stim", "--decoders", "trained", "correlated-matching",
        "--custom_decoders_module_function", "qlearn.interop.sinter:command_line", "--max_shots", "500",
        "--processes", "1", "--save_resume_filepath", out, "--quiet",
    ]  # fmt: skip
    environment = {**os.environ, "QLEARN_DECODERS": str(tmp_path / "trained.qlearn")}
    subprocess.run([Path(sysconfig.get_path("scripts")) / "sinter", *map(str, arguments)], check=True, env=environment)
    shots = {}
    for row in sinter.read_stats_from_csv_files(out):
        shots[row.decoder] = shots.get(row.decoder, 0) + row.shots
    assert shots == {"trained": 500, "correlated-matching": 500}


def test_decoders_of_the_command_line_are_told_apart(circuit, tmp_path, monkeypatch):
    learnt = GapStacking(passes=1, random_state=0).fit(DecodingProblem.from_circuit(circuit), n_shots=2000)
    ql.save(learnt, tmp_path / "matching.qlearn")
    ql.save(ql.PauliSum({"Z": 1.0}), tmp_path / "sum.qlearn")
    monkeypatch.setenv("QLEARN_DECODERS", str(tmp_path / "matching.qlearn"))
    with pytest.raises(ValueError, match="would be a second decoder named 'matching'; rename the file"):
        command_line()
    monkeypatch.setenv("QLEARN_DECODERS", os.pathsep + str(tmp_path / "sum.qlearn"))
    with pytest.raises(ValueError, match="holds no decoder but PauliSum"):
        command_line()


def test_a_torn_line_is_set_aside_and_the_run_goes_on(circuit, tmp_path):
    path = tmp_path / "stats.csv"
    run = {"num_workers": 1, "tasks": [sinter.Task(circuit=circuit, json_metadata={"d": 3, "note": "a,b"})],
           "decoders": ["pymatching"], "save_resume_filepath": path}  # fmt: skip
    collect(**run, max_shots=1000)
    collect(**run, max_shots=2000)
    whole = path.read_text()
    assert repair_csv(path) == 0
    assert path.read_text() == whole
    path.write_text(whole[:-9])
    with pytest.raises((ValueError, TypeError)):
        sinter.collect(**run, max_shots=2000)
    (found,) = collect(**run, max_shots=2000)
    assert found.shots >= 2000
    assert (tmp_path / "stats.csv.torn").read_text() == whole.splitlines()[-1][:-8] + "\n"
    assert sum(one.shots for one in sinter.stats_from_csv_files(path)) == found.shots


@pytest.mark.parametrize("cut", range(1, 300, 7))
def test_a_file_cut_anywhere_can_be_read(tmp_path, cut):
    record = "      1000,         7,         0,    0.05,pymatching," + "ab" * 32 + ',"{""d"":3}","{""D0"":4}"\n'
    text = sinter.CSV_HEADER + "\n" + record + record
    path = tmp_path / "stats.csv"
    path.write_text(text[:cut])
    repair_csv(path)
    assert path.read_text() == "" or path.read_text().endswith("\n")
    # A line that lacks its newline only is whole, and so seems one without its last, optional column.
    n_whole = text[: cut + 1].count("\n") - 1 + text[:cut].endswith('3}",')
    if path.read_text():
        assert sum(one.shots for one in sinter.stats_from_csv_files(path)) == 1000 * max(n_whole, 0)


def test_other_files_are_left_alone(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="notes.csv is no table of sinter's: its first line is 'a,b'"):
        repair_csv(path)
    assert path.read_text() == "a,b\n1,2\n"


def test_a_foreign_decoder_is_called_by_its_class(circuit):
    theirs = FromSinter(sinter.BUILT_IN_DECODERS["pymatching"], decomposed=False)
    assert repr(theirs) == "FromSinter(PyMatchingDecoder, decomposed=False)"
    with pytest.raises(TypeError, match="`decoder` must be one of sinter's, such as .*, got None"):
        FromSinter(None).fit(DecodingProblem.from_circuit(circuit))
