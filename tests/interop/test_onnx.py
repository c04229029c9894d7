"""Exported networks, run by another engine."""

import pytest

from qlearn.decoders import DecodingProblem, GapStacking, MLPDecoder, NeuralReweighting, edge_reweighting
from qlearn.interop import onnx as ours
from tests.decoders.conftest import surface_circuit

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")

DECODERS = {
    "mlp": MLPDecoder((8, 4), passes=1, random_state=0),
    "residual": MLPDecoder((8,), residual=True, passes=1, random_state=0),
    "edges": NeuralReweighting((8,), least_steps=10, random_state=0),
    "shared edges": NeuralReweighting((8,), shares_weights=True, least_steps=10, random_state=0),
}


@pytest.fixture(scope="module")
def problem():
    return DecodingProblem.from_circuit(surface_circuit(rounds=2, p=0.01))


@pytest.mark.parametrize("name", DECODERS)
def test_the_file_gives_the_same_logits(problem, name, tmp_path, monkeypatch):
    monkeypatch.setattr(edge_reweighting, "_STACKING_ROWS", 2000)
    monkeypatch.setattr(edge_reweighting, "_VALIDATION_ROWS", 2000)
    decoder = DECODERS[name].fit(problem, n_shots=3000)
    path = tmp_path / "network.onnx"
    ours.export_network(decoder, path)
    detectors, _ = problem.sample(50, random_state=1)
    inputs = ours.network_inputs(decoder, detectors)
    expected = decoder._network(0).logits(inputs)
    found = reference.ReferenceEvaluator(onnx.load(path)).run(None, {"inputs": inputs})[0]
    assert found == pytest.approx(expected, abs=1e-5)
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.run(["logits"], {"inputs": inputs})[0] == pytest.approx(expected, abs=1e-4)


def test_only_networks_are_exported(problem, tmp_path):
    with pytest.raises(TypeError, match="must be an MLPDecoder or NeuralReweighting, got GapStacking"):
        ours.export_network(GapStacking(), tmp_path / "file")
    with pytest.raises(Exception, match="not fitted"):
        ours.export_network(MLPDecoder(), tmp_path / "file")
