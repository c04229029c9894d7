"""Predicts how likely each edge of one observable flipped, and sums over matchings; with the gradients to learn it."""

import numpy as np

from ._edge_inputs import EdgeInputs
from ._local_network import LocalNetwork, kinds_of
from ._network import Network, sigmoid
from ._observable_graph import ObservableGraph
from ._training import split_gradient
from .problem import DecodingProblem
from .shots import Shots

_CHUNK = 1024


class EdgeModel:
    """A network from detectors to the log-odds of edges, and the sum over matchings with those odds."""

    def __init__(
        self,
        problem: DecodingProblem,
        observable: int,
        hidden: tuple[int, ...],
        threshold: float | None = None,
        *,
        shares_weights: bool = False,
    ) -> None:
        self.graph = ObservableGraph.of(problem, observable)
        self.inputs = EdgeInputs(problem, self.graph)
        self.path_sum = self.graph.path_sum()
        self.matching = self.graph.gap_matching() if len(self.graph.edges) else None
        self.hidden = hidden
        self.threshold = self.graph.threshold() if threshold is None else threshold
        self.kinds = kinds_of(problem, self.graph, self.inputs) if shares_weights else None
        self.network: Network | LocalNetwork | None = None

    @property
    def is_local(self) -> bool:
        """Whether there are detectors beside those of the observable, from which edges can be learnt on their own."""
        return len(self.inputs.others) > 0 and len(self.graph.edges) > 0

    def random_network(self, random: np.random.Generator) -> "Network | LocalNetwork":
        """Return a network that gives nearly the prior log-odds and takes nothing from the observable's detectors."""
        if self.kinds is not None:
            return LocalNetwork.random(self.kinds, self.hidden[0], self.graph.prior_logits, random)
        network = Network.random((len(self.inputs), *self.hidden, len(self.graph.edges)), random)
        network.layers[-1][1][...] = self.graph.prior_logits
        if len(network.layers) > 1:
            network.layers[0][0][len(self.inputs) - len(self.inputs.own) :] = 0
        return network

    def gap(self, detectors: np.ndarray) -> np.ndarray:
        """Return the plain complementary gap in nats, negative where the flipped matching weighs less."""
        if self.matching is None:  # nothing that is seen flips the observable
            return np.full(len(detectors), np.inf)
        unflipped, flipped = self.matching.weights(detectors[:, self.graph.detectors])
        return np.where(self.graph.flips(detectors), -1, 1) * (flipped - unflipped)

    def log_odds(self, detectors: np.ndarray) -> np.ndarray:
        """Return log P(flipped) - log P(not flipped), float (n_shots,)."""
        result = np.empty(len(detectors))
        for start in range(0, len(detectors), _CHUNK):
            part = detectors[start : start + _CHUNK]
            logits = self.network.logits(self.inputs.of(part, with_own=True))
            result[start : start + _CHUNK] = self.path_sum.log_odds(part[:, self.graph.detectors], logits)
        return np.where(self.graph.flips(detectors), -1, 1) * result

    def is_unsure(self, detectors: np.ndarray, share: float = 1.0) -> np.ndarray:
        """Return where the plain gap is within this share of the threshold, bool (n_shots,)."""
        return np.abs(self.gap(detectors)) < share * self.threshold

    def unsure_shots(self, shots: Shots, observable: int, share: float = 1.0) -> Shots:
        """Return the shots whose plain gap is within this share of the threshold, with this observable alone."""
        unsure = self.is_unsure(shots.detectors, share)
        return Shots(shots.detectors[unsure], shots.observables[unsure, observable : observable + 1])

    def edge_gradient(
        self, network: Network | LocalNetwork, inputs: np.ndarray, flips: np.ndarray, n_jobs: int | None = None
    ) -> np.ndarray:
        """Return the gradient of the cross-entropy of all edges, a shot's mean, from inputs without own detectors."""
        weights = np.full(len(inputs), 1 / len(inputs), np.float32)

        def of_rows(rows: np.ndarray) -> np.ndarray:
            return network.gradient(inputs[rows], flips[rows], weights[rows])

        return split_gradient(of_rows, len(inputs), n_jobs)

    def outcome_gradient(
        self,
        network: Network | LocalNetwork,
        detectors: np.ndarray,
        shares: np.ndarray,
        weights: np.ndarray,
        n_jobs: int | None = None,
    ) -> np.ndarray:
        """Return the gradient of the weighted cross-entropy of the observable, given the share of flips of each row."""
        inputs = self.inputs.of(detectors, with_own=True)  # not in threads: matching has one state
        own = detectors[:, self.graph.detectors]
        shares = np.where(self.graph.flips(detectors), 1 - shares, shares)

        def of_rows(rows: np.ndarray) -> np.ndarray:
            activations, logits = network.forward(inputs[rows])
            odds, slopes = self.path_sum.gradient(own[rows], logits)
            slopes *= ((sigmoid(odds) - shares[rows]) * weights[rows])[:, None]
            return network.backward(activations, slopes.astype(np.float32))

        return split_gradient(of_rows, len(inputs), n_jobs)
