"""Decoding problems: merging, views, coordinates, streams, files, guards."""

import itertools

import numpy as np
import pytest
import stim

import qlearn as ql
from tests.decoders.conftest import surface_circuit

Problem = ql.decoders.DecodingProblem


def distribution(problem):
    """Return P(detectors, observables) by going through every subset of mechanisms: slow and obvious."""
    effects = np.vstack([problem.check_matrix.toarray(), problem.logical_matrix.toarray()]).T
    table = {}
    for fired in itertools.product([0, 1], repeat=len(problem.priors)):
        fired = np.array(fired)
        weight = np.prod(np.where(fired, problem.priors, 1 - problem.priors))
        outcome = tuple(fired @ effects % 2)
        table[outcome] = table.get(outcome, 0) + weight
    return table


def test_merging_keeps_the_distribution():
    text = """
        error(0.1) D0 D1 L0
        error(0.2) D1 D0 L0
        error(0.3) D0 D1
        error(0.25) D0 D0 D1
        error(0.7) D2 ^ D0 L0 ^ D2
        repeat 2 {
            error(0.05) D0
            shift_detectors 1
        }
        error(0) D1
        error(0.4) L0
        detector(1, 2) D1
    """
    problem = Problem.from_dem(text)
    assert problem.n_detectors == 4
    assert len(problem.mechanisms) == 6  # D0 D1 L0; D0 D1; D1; D0 L0; D0; L0
    shots = 200_000
    detectors, observables = problem.sample(shots, random_state=0)
    seen, counts = np.unique(np.hstack([detectors, observables]), axis=0, return_counts=True)
    exact = distribution(problem)
    for outcome, count in zip(seen, counts):
        p = exact[tuple(outcome.astype(int))]
        assert abs(count - shots * p) < 5 * np.sqrt(shots * p)


def test_two_equal_errors_merge_to_an_odd_number_of_them():
    problem = Problem.from_dem("error(0.1) D0 L0\nerror(0.2) D0 L0")
    assert problem.priors == pytest.approx([0.1 * 0.8 + 0.2 * 0.9])


def test_raw_and_decomposed_views(surface_problem):
    assert len(surface_problem.mechanisms) == 219
    assert surface_problem.check_matrix.shape == (24, 219)
    assert max(surface_problem.check_matrix.sum(axis=0)) > 2
    assert max(surface_problem.edges.check_matrix.sum(axis=0)) <= 2
    assert surface_problem.is_matchable

    def marginal(view):
        return [(1 - np.prod(1 - 2 * view.priors[row.astype(bool)])) / 2 for row in view.check_matrix.toarray()]

    detectors, _ = surface_problem.sample(100_000, random_state=1)
    assert detectors.mean(axis=0) == pytest.approx(marginal(surface_problem.mechanisms), abs=0.004)


def test_model_keeps_everything_but_separators(surface_problem):
    again = Problem.from_dem(surface_problem.model)
    assert again.n_detectors == 24
    assert np.array_equal(again.coordinates, surface_problem.coordinates)
    assert (again.check_matrix != surface_problem.check_matrix).nnz == 0
    assert np.array_equal(again.priors, surface_problem.priors)


def test_hyperedges_are_no_matching_problem():
    problem = Problem.from_dem("error(0.1) D0 D1 D2 L0")
    assert not problem.is_matchable
    with pytest.raises(ValueError, match="component of 3 detectors, so it is no matching graph"):
        _ = problem.decomposed_model


def test_rounds_come_from_the_time_coordinate(surface_problem):
    assert surface_problem.coordinates.shape == (24, 3)
    assert np.bincount(surface_problem.rounds).tolist() == [4, 8, 8, 4]
    coloured = Problem.from_dem("error(0.1) D0 L0\nerror(0.1) D1\ndetector(1, 2, 7, 3) D0\ndetector(1, 2, 5, 1) D1")
    assert coloured.rounds.tolist() == [1, 0]
    assert Problem.from_dem("error(0.1) D0 D1 L0\ndetector(4, 3) D1").rounds.tolist() == [-1, 0]
    assert Problem.from_dem("error(0.1) D0 L0").rounds.tolist() == [-1]


def test_streams_are_disjoint_and_repeatable(surface_problem):
    draws = {
        (stream, seed): surface_problem.sample(2000, stream=stream, random_state=seed)[0]
        for stream in ("train", "validation", "test")
        for seed in (0, 1)
    }
    again = surface_problem.sample(20_000, stream="train", random_state=0)[0]
    assert np.array_equal(again[:2000], draws["train", 0])
    for one, other in itertools.combinations(draws.values(), 2):
        assert (one != other).any(axis=1).mean() > 0.3
    blocks = surface_problem.blocks(stream="train", random_state=0)
    first, second = next(blocks), next(blocks)
    assert np.array_equal(np.vstack([first.detectors, second.detectors])[:20_000], again)
    with pytest.raises(ValueError, match="`stream` must be one of train, validation, test"):
        surface_problem.sample(1, stream="holdout")
    assert surface_problem.sample(0)[1].shape == (0, 1)


def test_shots_must_fit():
    with pytest.raises(ValueError, match=r"`observables` must have shape \(3, n_observables\)"):
        ql.decoders.Shots(np.zeros((3, 2), bool), np.zeros((4, 1), bool))
    with pytest.raises(ValueError, match="`recorded` must have 24 detectors and 1 observables"):
        shots = ql.decoders.Shots(np.zeros((3, 2), bool), np.zeros((3, 1), bool))
        Problem(surface_circuit(), recorded=shots)


def test_fingerprints_tell_models_apart(surface_problem):
    assert surface_problem.fingerprint == Problem.from_circuit(str(surface_circuit())).fingerprint
    assert surface_problem.fingerprint != Problem.from_circuit(surface_circuit(p=0.006)).fingerprint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("REPEAT 2 {\n" * 200_000 + "H 0\n" + "}\n" * 200_000, "nests blocks 200000 deep, over the limit of 100"),
        ("REPEAT 1000000000000 {\nM 0\nDETECTOR rec[-1]\n}", "unrolled targets, over the limit"),
        ("H 0\nM 0\nDETECTOR rec[-1]", "gives no error model"),
        ("HELLO 0", "is no stim.Circuit"),
        ("H 0", "needs detectors, got none"),
    ],
)
def test_hostile_circuits_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Problem.from_circuit(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repeat 2 {\n" * 200_000 + "error(0.1) D0\n" + "}\n" * 200_000, "nests blocks 200000 deep"),
        ("repeat 1000000000000 {\nerror(0.1) D0\nshift_detectors 1\n}", "unrolled targets, over the limit"),
        ("error(0.1) D4000000000 L0", "4000000001 detectors, over the limit"),
        ("error(0.1) D0 L4000000", "4000001 observables, over the limit"),
        ("error(1.5) D0", "is no stim.DetectorErrorModel"),
    ],
)
def test_hostile_models_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Problem.from_dem(text)


def test_wrong_types_are_refused():
    with pytest.raises(TypeError, match="`circuit` must be a stim.Circuit or its text, got PosixPath"):
        import pathlib

        Problem.from_circuit(pathlib.PosixPath("memory.stim"))


@pytest.fixture
def files(tmp_path, small_problem):
    detectors, observables = small_problem.sample(64, random_state=3)
    circuit = tmp_path / "memory.stim"
    circuit.write_text(str(small_problem.source))
    (tmp_path / "memory.dem").write_text(str(small_problem.decomposed_model))
    for format in ("01", "b8", "r8", "dets", "ptb64", "hits"):
        for name, n_detectors, data in (
            ("events", 8, detectors),
            ("flips", 0, observables),
            ("both", 8, np.hstack([detectors, observables])),
        ):
            stim.write_shot_data_file(
                data=data,
                path=str(tmp_path / f"{name}.{format}"),
                format=format,
                num_detectors=n_detectors,
                num_observables=data.shape[1] - n_detectors,
            )
    return tmp_path, detectors, observables


@pytest.mark.parametrize("format", ["01", "b8", "r8", "dets", "ptb64", "hits"])
def test_from_files_reads_every_format(files, format):
    folder, detectors, observables = files
    two = Problem.from_files(
        circuit=folder / "memory.stim",
        detectors=folder / f"events.{format}",
        observables=folder / f"flips.{format}",
        n_shots=64,
    )
    one = Problem.from_files(model=folder / "memory.dem", detectors=folder / f"both.{format}", appended=True)
    for problem in (one, two):
        assert np.array_equal(problem.recorded.detectors, detectors)
        assert np.array_equal(problem.recorded.observables, observables)


def test_from_files_checks_counts(files):
    folder, _, observables = files
    circuit = folder / "memory.stim"
    with pytest.raises(ValueError, match="events.b8 holds 64 shots, 63 were asked for"):
        Problem.from_files(circuit=circuit, detectors=folder / "events.b8", observables=folder / "flips.b8", n_shots=63)
    stim.write_shot_data_file(data=observables[:-1], path=str(folder / "few.01"), format="01", num_observables=1)
    with pytest.raises(ValueError, match="few.01 holds 63 shots, events.b8 64"):
        Problem.from_files(circuit=circuit, detectors=folder / "events.b8", observables=folder / "few.01")
    with pytest.raises(ValueError, match="Give the observables once"):
        Problem.from_files(circuit=circuit, detectors=folder / "events.b8")
    with pytest.raises(ValueError, match="give `detectors` with them"):
        Problem.from_files(circuit=circuit, observables=folder / "flips.01")
    with pytest.raises(ValueError, match="Give `circuit`"):
        Problem.from_files(detectors=folder / "events.b8")
    (folder / "other.dem").write_text("error(0.1) D0 L0")
    with pytest.raises(ValueError, match="The circuit has 8 detectors and 1 observables, the model 1 and 1"):
        Problem.from_files(circuit=circuit, model=folder / "other.dem")
    (folder / "bytes.stim").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="bytes.stim is not text"):
        Problem.from_files(circuit=folder / "bytes.stim")


def test_willow_layout(tmp_path, small_problem):
    detectors, observables = small_problem.sample(50, random_state=3)
    (tmp_path / "circuit_noisy_si1000.stim").write_text(str(small_problem.source))
    pathway = tmp_path / "decoding_results" / "tesseract"
    pathway.mkdir(parents=True)
    (pathway / "error_model.dem").write_text(str(small_problem.decomposed_model))

    def write(path, data, n):
        return stim.write_shot_data_file(
            data=data, path=str(path), format="b8", num_detectors=n, num_observables=data.shape[1] - n
        )

    write(tmp_path / "detection_events.b8", detectors, 8)
    write(tmp_path / "obs_flips_actual.b8", observables, 0)
    write(pathway / "obs_flips_predicted.b8", ~observables, 0)
    plain, chosen = Problem.from_google(tmp_path), Problem.from_google(tmp_path, model="tesseract")
    assert isinstance(plain.source, stim.Circuit)
    assert isinstance(chosen.source, stim.DetectorErrorModel)
    assert np.array_equal(chosen.recorded.predictions["tesseract"], ~observables)
    with pytest.raises(ValueError, match="no error model 'rl'; it has tesseract"):
        Problem.from_google(tmp_path, model="rl")
    (tmp_path / "obs_flips_actual.b8").unlink()
    with pytest.raises(ValueError, match="lacks obs_flips_actual.01 and obs_flips_actual.b8"):
        Problem.from_google(tmp_path)


def test_sycamore_experiment(sycamore):
    problem = Problem.from_google(sycamore / "surface_code_bX_d3_r05_center_3_5", model="pij_from_even_for_odd")
    assert (problem.n_detectors, len(problem.recorded)) == (40, 50_000)
    assert problem.recorded.observables.mean() == pytest.approx(0.28144)
    assert problem.recorded.detectors.mean() == pytest.approx(0.12905, abs=5e-6)
    assert problem.rounds.max() == 5
    assert len(problem.recorded.predictions) == 4
    odd = problem.recorded[1::2]
    assert (odd.predictions["belief_matching"] != odd.observables).mean() == pytest.approx(0.13064)


@pytest.mark.slow
def test_every_published_circuit_becomes_a_problem(data_dir):
    files = sorted((data_dir / "decoders").rglob("*.stim"))
    assert len(files) > 170
    for file in files:
        problem = Problem.from_files(circuit=file)
        assert problem.check_matrix.shape == (problem.n_detectors, len(problem.mechanisms))
        assert ((problem.priors > 0) & (problem.priors <= 1)).all()


@pytest.mark.parametrize(("build", "name"), [("from_circuit", "memory.stim"), ("from_dem", "../memory.dem\n")])
def test_names_of_files_are_not_taken_for_texts(build, name):
    with pytest.raises(ValueError, match="is the name of a file, .*, not its text; use DecodingProblem.from_files"):
        getattr(ql.decoders.DecodingProblem, build)(name)
