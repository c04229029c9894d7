"""A small fully connected network in NumPy with its training: enough for decoders of a few dozen detectors."""

import math
from collections.abc import Sequence

import numpy as np


class Network:
    """Layers of rectifiers beside a linear skip from input to output; parameters are views of one float32 vector."""

    def __init__(self, sizes: Sequence[int], parameters: np.ndarray) -> None:
        self.sizes = tuple(sizes)
        self.parameters = parameters
        self.layers, self.skip = _views(self.sizes, parameters)

    @classmethod
    def random(cls, sizes: Sequence[int], random: np.random.Generator) -> "Network":
        """Return a network with He's initial weights, the last layer and the skip at zero."""
        network = cls(sizes, np.zeros(n_parameters(sizes), dtype=np.float32))
        for weights, _ in network.layers[:-1]:
            weights[...] = random.normal(0, math.sqrt(2 / len(weights)), weights.shape)
        last = network.layers[-1][0]
        last[...] = random.normal(0, 0.1 / math.sqrt(len(last)), last.shape)
        return network

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, float32 (n, n_outputs), for float32 inputs (n, n_inputs)."""
        hidden = inputs
        for weights, bias in self.layers[:-1]:
            hidden = hidden @ weights
            hidden += bias
            np.maximum(hidden, 0, out=hidden)
        weights, bias = self.layers[-1]
        return hidden @ weights + bias + inputs @ self.skip

    def gradient(self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the gradient of the weighted sum of cross-entropies, as a vector like the parameters.

        Row i has the weight ``weights[i]``; it stands for shots of which the share ``targets[i]`` flipped each output.
        """
        activations, logits = self.forward(inputs)
        return self.backward(activations, (sigmoid(logits) - targets) * weights[:, None])

    def forward(self, inputs: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Return what `backward` needs, and the outputs."""
        activations = [inputs]
        for weights, bias in self.layers[:-1]:
            hidden = activations[-1] @ weights
            hidden += bias
            activations.append(np.maximum(hidden, 0, out=hidden))
        weights, bias = self.layers[-1]
        return activations, activations[-1] @ weights + bias + inputs @ self.skip

    def backward(self, activations: list[np.ndarray], error: np.ndarray) -> np.ndarray:
        """Return the gradient by the parameters, given that by the outputs, float32 (n, n_outputs)."""
        flat = np.empty_like(self.parameters)
        layers, skip = _views(self.sizes, flat)
        np.matmul(activations[0].T, error, out=skip)
        for index in range(len(layers) - 1, -1, -1):
            np.matmul(activations[index].T, error, out=layers[index][0])
            layers[index][1][...] = error.sum(axis=0)
            if index:
                error = error @ self.layers[index][0].T
                error *= activations[index] > 0
        return flat

    def with_parameters(self, parameters: np.ndarray) -> "Network":
        """Return the same network with other parameters."""
        return Network(self.sizes, parameters)


class Adam:
    """Adam with decoupled weight decay, warm-up, cosine decay, clipping, and an average over steps."""

    def __init__(
        self, network: Network, rate: float, decay: float = 1e-5, clip: float = 1.0, averaging: float = 0.999
    ) -> None:
        self.network, self.rate, self.decay, self.clip, self.averaging = network, rate, decay, clip, averaging
        self.average = np.zeros_like(network.parameters)
        self._first = np.zeros_like(network.parameters)
        self._second = np.zeros_like(network.parameters)
        self._weight = 0.0
        self._steps = 0

    def step(self, gradient: np.ndarray, progress: float) -> None:
        """Make one step along a gradient, which is overwritten; `progress` runs from 0 to 1 over the training."""
        norm = float(np.sqrt(gradient @ gradient))
        if norm > self.clip:
            gradient *= self.clip / norm
        self._steps += 1
        self._first += 0.1 * (gradient - self._first)
        gradient *= gradient
        self._second += 0.001 * (gradient - self._second)
        scale = np.sqrt(self._second / (1 - 0.999**self._steps))
        scale += 1e-8
        rate = self.rate * _schedule(progress)
        self.network.parameters *= 1 - rate * self.decay
        self.network.parameters -= rate / (1 - 0.9**self._steps) * self._first / scale
        self.average += (1 - self.averaging) * (self.network.parameters - self.average)
        self._weight += (1 - self.averaging) * (1 - self._weight)

    def state(self) -> dict[str, np.ndarray]:
        """Return everything a later run needs to go on as if there had been no interruption."""
        arrays = {"parameters": self.network.parameters, "average": self.average}
        arrays |= {"first": self._first, "second": self._second}
        return {name: array.copy() for name, array in arrays.items()} | {
            "counters": np.array([self._weight, self._steps], dtype=float)
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a state of the same network."""
        self.network.parameters[...] = state["parameters"]
        self.average[...] = state["average"]
        self._first[...], self._second[...] = state["first"], state["second"]
        self._weight, self._steps = float(state["counters"][0]), int(state["counters"][1])

    @property
    def has_stepped(self) -> bool:
        """Whether there is anything to average."""
        return self._steps > 0

    def averaged(self) -> Network:
        """Return the network of averaged parameters, the zero start of the average taken out."""
        return self.network.with_parameters((self.average / max(self._weight, 1e-12)).astype(np.float32))


def n_parameters(sizes: Sequence[int]) -> int:
    """Return how many parameters a network of these sizes has."""
    return sum(a * b + b for a, b in zip(sizes, sizes[1:])) + sizes[0] * sizes[-1]


def _views(sizes: Sequence[int], flat: np.ndarray) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Return (weights, bias) of each layer and the weights of the skip, as views of a vector."""
    layers, start = [], 0
    for rows, columns in zip(sizes, sizes[1:]):
        end = start + rows * columns
        layers.append((flat[start:end].reshape(rows, columns), flat[end : end + columns]))
        start = end + columns
    return layers, flat[start:].reshape(sizes[0], sizes[-1])


def _schedule(progress: float) -> float:
    """Return the share of the peak rate: up over the first twentieth, then down a cosine to a hundredth."""
    if progress < 0.05:
        return 0.05 + 0.95 * progress / 0.05
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min((progress - 0.05) / 0.95, 1.0)))


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-values))."""
    return 0.5 * (1 + np.tanh(0.5 * values))
