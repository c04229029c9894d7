"""Matching against published predictions."""

import numpy as np
import pytest
import stim

from qlearn.decoders import DecodingProblem, Matching


def test_shipped_predictions_of_sycamore(sycamore):
    problem = DecodingProblem.from_google(sycamore / "surface_code_bX_d3_r05_center_3_5")
    shots = problem.recorded
    predicted = Matching().fit(problem).predict(shots.detectors)
    assert np.array_equal(predicted, shots.predictions["pymatching"])
    assert (predicted != shots.observables).mean() == pytest.approx(0.15650)


def test_learned_models_of_sycamore(sycamore):
    folder = sycamore / "surface_code_bX_d3_r05_center_3_5"
    for correlated, golden in ((False, 0.15508), (True, 0.14228)):
        problem = DecodingProblem.from_google(folder, model="pij_from_even_for_odd")
        odd = problem.recorded[1::2]
        rate = (Matching(correlated).fit(problem).predict(odd.detectors) != odd.observables).mean()
        assert rate == pytest.approx(golden, abs=2e-4)


@pytest.mark.parametrize(("correlated", "suffix"), [(False, "pymatchingv0.7_exact"), (True, "pymatching_correlated")])
def test_stored_predictions_at_distance_13(data_dir, correlated, suffix):
    folder = data_dir / "decoders" / "pymatching_data"
    name = "surface_code_rotated_memory_x_13_0.01"
    problem = DecodingProblem.from_files(
        model=folder / f"{name}.dem", detectors=folder / f"{name}_1000_shots.b8", appended=True, n_shots=1000
    )
    golden = np.loadtxt(folder / f"{name}_1000_shots_no_buckets_predictions_{suffix}.txt", dtype=int)
    predicted = Matching(correlated).fit(problem).predict(problem.recorded.detectors)
    assert np.array_equal(predicted[:, 0], golden.astype(bool))
    rate = (predicted != problem.recorded.observables).mean()
    assert rate == pytest.approx(0.015 if correlated else 0.044)


@pytest.mark.parametrize(
    ("model", "shots", "rate"),
    [
        (
            "surface_code_rotated_memory_x_13_0.01_prob_0.2_negative.dem",
            "surface_code_rotated_memory_x_13_0.01_prob_0.2_negative_1000_shots.b8",
            0.042,
        ),
        ("toric_code_unrotated_memory_x_5_0.005.dem", "toric_code_unrotated_memory_x_5_0.005_1000.b8", 0.011),
    ],
)
def test_probabilities_above_one_half_and_tori(data_dir, model, shots, rate):
    folder = data_dir / "decoders" / "pymatching_data"
    problem = DecodingProblem.from_files(model=folder / model, detectors=folder / shots, appended=True)
    predicted = Matching().fit(problem).predict(problem.recorded.detectors)
    assert (predicted != problem.recorded.observables).mean() == pytest.approx(rate, abs=0.0011)


@pytest.mark.parametrize("probability", [0.9, 1.0])
@pytest.mark.parametrize("correlated", [False, True])
def test_likely_errors_count_as_fired(probability, correlated, small_problem):
    """PyMatching refuses them where it matches twice, and certain ones always."""
    model = small_problem.decomposed_model
    chosen = [index for index, part in enumerate(model) if part.type == "error"][17]
    decoders = []
    for value in (max(1 - probability, 1e-6), probability):
        changed = stim.DetectorErrorModel()
        for index, part in enumerate(model):
            changed.append(part.type, value if index == chosen else part.args_copy(), part.targets_copy())
        decoders.append(Matching(correlated).fit(DecodingProblem.from_dem(changed)))
    rare, likely = decoders
    turned = np.zeros(model.num_detectors + 1, dtype=bool)
    for target in model[chosen].targets_copy():
        if not target.is_separator():
            turned[-1 if target.is_logical_observable_id() else target.val] ^= True
    detectors, _ = small_problem.sample(2000, random_state=0)
    predicted = likely.predict(detectors)
    assert (predicted != rare.predict(detectors ^ turned[:-1]) ^ turned[-1]).mean() < 0.01  # ties may fall otherwise
    packed = likely.predict_packed(np.packbits(detectors, axis=1, bitorder="little"))
    assert np.array_equal(packed, np.packbits(predicted, axis=1, bitorder="little"))


def test_errors_that_no_detector_sees_are_left_out():
    problem = DecodingProblem.from_dem("error(0.1) D0\nerror(0.2) L1\nerror(0.2) D0 ^ L0\nerror(0.3) D0 D1")
    for correlated in (False, True):
        predicted = Matching(correlated).fit(problem).predict([[True, False], [False, True]])
        assert predicted.tolist() == [[False, False], [False, False]]


def test_impossible_syndromes_are_named():
    decoder = Matching().fit(DecodingProblem.from_dem("error(0.1) D0 D1 L0\nerror(0.1) D0 D1"))
    with pytest.raises(ValueError, match="no matching explains it"):
        decoder.predict([[True, False]])


def test_hyperedges_are_refused():
    circuit = stim.Circuit("X_ERROR(0.1) 0\nM 0\n" + "DETECTOR rec[-1]\n" * 3 + "OBSERVABLE_INCLUDE(0) rec[-1]")
    with pytest.raises(ValueError, match="Errors of this circuit do not decompose into edges"):
        Matching().fit(DecodingProblem.from_circuit(circuit))
