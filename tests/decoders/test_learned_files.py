"""Learned decoders as files, their checkpoints, and what they learn from shots of a device."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.decoders import (
    BPOSD,
    Calibrated,
    DecodingProblem,
    GapMatching,
    GapStacking,
    Lookup,
    Matching,
    MLPDecoder,
    NeuralReweighting,
    Shots,
    _checkpoint,
    mlp,
)
from qlearn.decoders import edge_reweighting as reweighting
from tests.decoders.conftest import surface_circuit

TWO_OBSERVABLES = """
error(0.1234567890123) D0 L0
error(0.07) D0 D1 ^ D2
error(0.08) D1 L1
error(0.05) D1 D2
error(0.03) D2 L0
detector(0, 0, 0) D0
detector(2, 0, 0) D1
detector(4, 0, 1) D2
"""
DECODERS = {
    "gaps": GapStacking(hidden=(8,), passes=2, random_state=0),
    "gaps and votes": GapStacking(hidden=(8,), passes=2, n_votes=3, random_state=0),
    "mlp": MLPDecoder(hidden=(8, 4), passes=1, random_state=np.int64(0)),
    "residual": MLPDecoder(hidden=(8,), residual=True, passes=1),
    "edges": NeuralReweighting(hidden=(8,), least_steps=10, n_jobs=1, random_state=0),
    "edges and votes": NeuralReweighting(hidden=(8,), least_steps=10, n_votes=3, random_state=0),
    "shared edges": NeuralReweighting(hidden=(8,), shares_weights=True, least_steps=10, random_state=0),
}


@pytest.fixture(autouse=True)
def few_shots_to_choose(monkeypatch):
    monkeypatch.setattr(reweighting, "_STACKING_ROWS", 5000)
    monkeypatch.setattr(reweighting, "_VALIDATION_ROWS", 5000)
    monkeypatch.setattr(mlp, "_LEAST_STEPS", 30)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("source", ["circuit", "model"])
def test_a_file_brings_the_same_decoder_back(name, source, tmp_path):
    if source == "circuit":
        problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))
    else:
        problem = DecodingProblem.from_dem(TWO_OBSERVABLES)
    decoder = DECODERS[name].fit(problem, n_shots=6000)
    path = tmp_path / "decoder.qlearn"
    ql.save(decoder, path)
    loaded = ql.load(path)
    detectors, _ = problem.sample(3000, random_state=1)
    assert np.array_equal(loaded.predict_probability(detectors), decoder.predict_probability(detectors))
    assert loaded.fingerprint_ == problem.fingerprint
    assert loaded.get_params() == decoder.get_params()
    ql.save(loaded, tmp_path / "again.qlearn")
    assert (tmp_path / "again.qlearn").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "decoder",
    [Lookup(random_state=0), Lookup(BPOSD(order=2), margin=0.5), Lookup(margin=1e9, random_state=0)],
    ids=["default", "on belief propagation", "without exceptions"],
)
def test_a_file_brings_the_same_table_back(decoder, tmp_path):
    if decoder.base is not None:
        pytest.importorskip("ldpc")
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))
    decoder.fit(problem, n_shots=20_000)
    path = tmp_path / "decoder.qlearn"
    ql.save(decoder, path)
    loaded = ql.load(path)
    detectors, _ = problem.sample(3000, random_state=1)
    assert np.array_equal(loaded.predict(detectors), decoder.predict(detectors))
    assert np.array_equal(loaded.syndromes_, decoder.syndromes_)
    assert repr(loaded) == repr(decoder)
    ql.save(loaded, tmp_path / "again.qlearn")
    assert (tmp_path / "again.qlearn").read_bytes() == path.read_bytes()


def test_tables_that_do_not_fit_are_refused():
    decoder = Lookup(random_state=0).fit(DecodingProblem.from_dem(TWO_OBSERVABLES), n_shots=3000)
    params, arrays = decoder._to_data()
    with pytest.raises(ValueError, match="answers"):
        Lookup._from_data(params, {**arrays, "answers": np.zeros((99, 1), np.uint8)})
    with pytest.raises(ValueError, match="more observables than 2"):
        wide = {"syndromes": np.ones((1, 1), np.uint8), "answers": np.full((1, 1), 4, np.uint8)}
        Lookup._from_data(params, {**arrays, **wide})
    other = {**params["settings"], "base": {"decoder": "mlp", "settings": {}}}
    with pytest.raises(ValueError, match="no decoder that learns nothing"):
        Lookup._from_data({**params, "settings": other}, arrays)
    with pytest.raises(ValueError, match="learns from shots"):
        Lookup(GapStacking(hidden=(8,), passes=1)).fit(decoder._problem, n_shots=1000)._to_data()


@pytest.mark.parametrize(
    "base", [None, GapMatching(), MLPDecoder((8,), passes=1, random_state=0)], ids=["default", "gaps", "mlp"]
)
def test_a_file_brings_the_same_probabilities_back(base, tmp_path):
    problem = DecodingProblem.from_dem(TWO_OBSERVABLES)
    decoder = Calibrated(base, random_state=0).fit(problem, n_shots=3000)
    path = tmp_path / "decoder.qlearn"
    ql.save(decoder, path)
    loaded = ql.load(path)
    detectors, _ = problem.sample(3000, random_state=1)
    assert np.array_equal(loaded.predict_probability(detectors), decoder.predict_probability(detectors))
    assert repr(loaded.base) == repr(decoder.base_)
    ql.save(loaded, tmp_path / "again.qlearn")
    assert (tmp_path / "again.qlearn").read_bytes() == path.read_bytes()


def test_calibrations_that_do_not_fit_are_refused():
    problem = DecodingProblem.from_dem(TWO_OBSERVABLES)
    params, arrays = Calibrated(random_state=0).fit(problem, n_shots=3000)._to_data()
    with pytest.raises(ValueError, match="scales must be positive"):
        Calibrated._from_data(params, {**arrays, "scales": -arrays["scales"]})
    with pytest.raises(ValueError, match="gives no probabilities for 3 detectors and 2 observables"):
        state = {"base": {"decoder": "matching", "settings": Matching().get_params()}}
        Calibrated._from_data({**params, "state": state}, arrays)
    with pytest.raises(ValueError, match="is no decoder that can be saved"):
        Calibrated._from_data({**params, "state": {"learned": "matching", "data": {}}}, arrays)
    elsewhere = GapMatching().fit(DecodingProblem.from_dem(TWO_OBSERVABLES.replace("0.08", "0.09")))
    with pytest.raises(ValueError, match="fitted to another problem than it was calibrated on"):
        Calibrated(elsewhere, random_state=0).fit(problem, n_shots=3000)._to_data()


def test_coordinates_from_elsewhere_are_kept(tmp_path):
    model = "\n".join(line for line in TWO_OBSERVABLES.splitlines() if "detector(" not in line)
    problem = DecodingProblem(
        DecodingProblem.from_dem(model).source, coordinates={0: [0.0, 0.0], 1: [2.0, 0.0], 2: [4.0, 1.0]}
    )
    decoder = DECODERS["shared edges"].fit(problem, n_shots=3000)
    ql.save(decoder, tmp_path / "file")
    assert np.array_equal(ql.load(tmp_path / "file")._problem.coordinates, problem.coordinates)


def test_files_that_do_not_fit_are_refused(tmp_path):
    decoder = DECODERS["edges"].fit(DecodingProblem.from_dem(TWO_OBSERVABLES), n_shots=3000)
    params, arrays = decoder._to_data()

    def load(params=params, **changed):
        return NeuralReweighting._from_data(params, {**arrays, **changed})

    load()
    with pytest.raises(ValueError, match="network0"):
        load(network0=arrays["network0"][1:])
    with pytest.raises(ValueError, match="settings are not those of NeuralReweighting"):
        load({**params, "settings": {"hidden": 3}})
    with pytest.raises(ValueError, match="its setting 'n_jobs' is 'many'"):
        load({**params, "settings": {**params["settings"], "n_jobs": "many"}})
    with pytest.raises(ValueError, match="for 2 observables what answers them"):
        load({**params, "state": {"bases": ["plain matching"], "choices": ["path sum"]}})
    with pytest.raises(ValueError, match="does not say what answers observable 0"):
        load({**params, "state": {"bases": ["nothing"] * 2, "choices": ["path sum"] * 2}})
    with pytest.raises(ql.decoders.base.NotFittedError):
        ql.save(NeuralReweighting(), tmp_path / "file")


def test_an_interrupted_perceptron_goes_on(tmp_path, monkeypatch):
    problem = DecodingProblem.from_circuit(surface_circuit(rounds=1, p=0.02))
    monkeypatch.setattr(_checkpoint, "_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(mlp, "_POOL", 1)
    detectors, _ = problem.sample(2000, random_state=1)
    whole = MLPDecoder((16,), random_state=3).fit(problem, n_shots=60_000)
    decoder = MLPDecoder((16,), checkpoint=tmp_path / "file", random_state=3)
    write = _checkpoint.CheckpointFile.write

    def interrupted(self, *args, **kwargs):
        write(self, *args, **kwargs)
        if args[0]["blocks"] == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_checkpoint.CheckpointFile, "write", interrupted)
        decoder.fit(problem, n_shots=60_000)
    for _ in range(2):  # the second time there is nothing left to do
        decoder.fit(problem, n_shots=60_000)
        assert np.array_equal(decoder.predict_probability(detectors), whole.predict_probability(detectors))


def test_a_checkpoint_in_no_folder_is_refused_before_training(tmp_path):
    problem = DecodingProblem.from_dem(TWO_OBSERVABLES)
    for kind in (MLPDecoder, NeuralReweighting):
        with pytest.raises(ValueError, match="which is no folder; make it first"):
            kind(checkpoint=tmp_path / "absent" / "file", random_state=0).fit(problem, n_shots=3000)


@pytest.mark.parametrize("name", ["mlp", "residual", "edges"])
def test_fine_tuning_adapts_to_other_noise(name):
    circuit = surface_circuit(rounds=1, p=0.02)
    decoder = DECODERS[name].fit(DecodingProblem.from_circuit(circuit), n_shots=60_000)
    # On the device the observable is flipped once more wherever the first detector fires.
    detectors, observables = DecodingProblem.from_circuit(circuit).sample(40_000, random_state=1)
    observables = observables ^ detectors[:, :1]
    before = (decoder.predict(detectors[:20_000]) != observables[:20_000]).mean()
    tuned = decoder.fine_tune(
        Shots(detectors[20_000:], observables[20_000:]), passes=8, learning_rate=0.01, random_state=0
    )
    assert tuned is decoder
    assert (decoder.predict(detectors[:20_000]) != observables[:20_000]).mean() < 0.8 * before


def test_shots_for_fine_tuning_are_checked():
    decoder = DECODERS["mlp"].fit(DecodingProblem.from_dem(TWO_OBSERVABLES), n_shots=1000)
    with pytest.raises(ValueError, match="of 3 detectors and 2 observables; got 20 of 4 and 2"):
        decoder.fine_tune(Shots(np.zeros((20, 4), bool), np.zeros((20, 2), bool)))
    with pytest.raises(TypeError, match="`shots` must be Shots"):
        decoder.fine_tune(np.zeros((20, 3), bool))
    with pytest.raises(ql.decoders.base.NotFittedError):
        MLPDecoder().fine_tune(Shots(np.zeros((20, 3), bool), np.zeros((20, 2), bool)))
