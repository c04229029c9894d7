"""The networks of neural decoders as ONNX files, for inference engines on other hardware."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .._checks import check_count, missing_extra
from ..decoders import AbstractNeuralDecoder
from ..decoders._local_network import LocalNetwork

__all__ = ["export_network", "network_inputs"]

_OPSET, _IR = 13, 8  # old enough for engines in the field


def export_network(decoder: AbstractNeuralDecoder, path: str | os.PathLike[str], *, observable: int = 0) -> None:
    """Write a decoder's network to an ONNX file.

    The graph maps ``inputs``, float32 (n_shots, n_inputs), to ``logits``, float32 (n_shots, n_outputs): for
    `MLPDecoder` log-odds of the observables, for `NeuralReweighting` of the edges of the one observable. What surrounds
    the network, matching and the sum over matchings, is not in the file.

    Parameters
    ----------
    decoder : MLPDecoder or NeuralReweighting
        Fitted.
    path : path
        Usually with the suffix ``.onnx``.
    observable : int
        Whose network, for decoders with one each.

    Raises
    ------
    ImportError
        Without the package onnx: ``pip install "qlearn[onnx]"``.
    NotFittedError, TypeError, ValueError
        If the decoder is not fitted, is no network, or has fewer observables.
    """
    network = _checked(decoder, observable)._network(observable)
    try:
        import onnx
    except ImportError as error:
        raise missing_extra("Writing ONNX files", "onnx", "onnx") from error
    graph = _Graph(onnx)
    if isinstance(network, LocalNetwork):
        n_inputs, n_outputs = network.n_inputs, network.n_outputs
        output = _local(graph, network)
    else:
        n_inputs, n_outputs = network.sizes[0], network.sizes[-1]
        output = _dense(graph, network)
    graph.add("Identity", output, name="logits")
    onnx.save(graph.model(n_inputs, n_outputs), os.fspath(path))


def network_inputs(decoder: AbstractNeuralDecoder, detectors: np.ndarray, *, observable: int = 0) -> np.ndarray:
    """Return what the exported network takes for these shots.

    Parameters
    ----------
    decoder : MLPDecoder or NeuralReweighting
        Fitted.
    detectors : array_like
        bool (n_shots, n_detectors).
    observable : int
        As in `export_network`.

    Returns
    -------
    ndarray
        float32 (n_shots, n_inputs).

    Raises
    ------
    NotFittedError, TypeError, ValueError
        As `export_network`; also if `detectors` are no bits or of another width.
    """
    return _checked(decoder, observable)._network_inputs(decoder._checked(detectors), observable)


def _checked(decoder: Any, observable: int) -> AbstractNeuralDecoder:
    if not isinstance(decoder, AbstractNeuralDecoder):
        raise TypeError(f"`decoder` must be an MLPDecoder or NeuralReweighting, got {type(decoder).__name__}.")
    decoder._check_fitted()
    check_count("observable", observable, maximum=decoder.n_observables_ - 1)
    return decoder


class _Graph:
    """Nodes and constants of an ONNX graph, named as they come."""

    def __init__(self, onnx: Any) -> None:
        self.onnx, self.nodes, self.constants = onnx, [], []

    def constant(self, values: np.ndarray) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, name: str | None = None, **attributes: int) -> str:
        name = name or f"value{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def affine(self, inputs: str, weights: np.ndarray, bias: np.ndarray) -> str:
        return self.add("Add", self.add("MatMul", inputs, self.constant(weights)), self.constant(bias))

    def model(self, n_inputs: int, n_outputs: int) -> Any:
        helper, float32 = self.onnx.helper, self.onnx.TensorProto.FLOAT
        ends = [
            [helper.make_tensor_value_info(name, float32, ["n_shots", width])]
            for name, width in (("inputs", n_inputs), ("logits", n_outputs))
        ]
        graph = helper.make_graph(self.nodes, "qlearn", *ends, initializer=self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
        self.onnx.checker.check_model(model)
        return model


def _dense(graph: _Graph, network: Any) -> str:
    hidden = "inputs"
    for weights, bias in network.layers[:-1]:
        hidden = graph.add("Relu", graph.affine(hidden, weights, bias))
    skip = graph.add("MatMul", "inputs", graph.constant(network.skip))
    return graph.add("Add", graph.affine(hidden, *network.layers[-1]), skip)


def _local(graph: _Graph, network: Any) -> str:
    """Add the network of each kind of edge on what it sees, and put the edges in order."""
    first_input = graph.add("Gather", "inputs", graph.constant(np.array([0])), axis=1)
    nothing = graph.add("Mul", first_input, graph.constant(np.float32(0)))
    padded = graph.add("Concat", "inputs", nothing, axis=1)
    outputs = []
    for kind, (first, first_bias, second, second_bias, last, skip, bias) in zip(network.kinds, network.layers):
        near = graph.add("Gather", padded, graph.constant(kind.seen), axis=1)
        low = graph.add("Relu", graph.affine(near, first, first_bias))
        high = graph.add("Relu", graph.affine(low, second, second_bias))
        direct = graph.add("MatMul", near, graph.constant(skip))
        outputs.append(graph.add("Add", graph.affine(high, last, bias), direct))
    order = np.argsort(np.concatenate([kind.edges for kind in network.kinds]))
    return graph.add("Gather", graph.add("Concat", *outputs, axis=1), graph.constant(order), axis=1)
