"""Decoders to and from sinter."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import sinter

import qlearn as ql
from qlearn.decoders import DecodingProblem, GapStacking, Matching
from qlearn.interop.sinter import FromSinter, decoders


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
