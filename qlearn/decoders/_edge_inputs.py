"""What a network sees that predicts the edges of one observable: detectors, and how matching pairs the others."""

from typing import Any

import numpy as np
import pymatching

from ._observable_graph import ObservableGraph
from .problem import DecodingProblem


class EdgeInputs:
    """Bits for the network: the other detectors, the edges that plain matching takes between them, and the own ones.

    While edges are learnt from the other detectors, the own ones stay dark: they tell of the same flips as the sum over
    paths, and would count twice.
    """

    def __init__(self, problem: DecodingProblem, graph: ObservableGraph) -> None:
        self.own, self.others = graph.detectors, graph.others
        place = np.full(problem.n_detectors, -1)
        place[self.others] = np.arange(len(self.others))
        priors: dict[tuple[int, ...], float] = {}
        for prior, (detectors, _) in zip(problem.edges.priors.tolist(), problem.edges.components()):
            if detectors and place[detectors[0]] >= 0:
                ends = tuple(place[list(detectors)].tolist())
                before = priors.get(ends, 0.0)
                priors[ends] = before * (1 - prior) + prior * (1 - before)
        self.ends, self.priors = list(priors), np.clip(list(priors.values()), 1e-12, 1 - 1e-12)
        self._matching = self._build()

    def __len__(self) -> int:
        return len(self.others) + len(self.ends) + len(self.own)

    def _build(self) -> pymatching.Matching | None:
        if not self.ends:
            return None
        matching = pymatching.Matching()
        for edge, (ends, prior) in enumerate(zip(self.ends, self.priors)):
            add = matching.add_edge if len(ends) == 2 else matching.add_boundary_edge
            add(*ends, weight=float(np.log((1 - prior) / prior)), fault_ids=edge)
        return matching

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_matching": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._matching = self._build()

    def of(self, detectors: np.ndarray, *, with_own: bool) -> np.ndarray:
        """Return the inputs, float32 (n_shots, n_inputs), of detectors, bool (n_shots, n_all)."""
        inputs = np.zeros((len(detectors), len(self)), dtype=np.float32)
        others = np.ascontiguousarray(detectors[:, self.others])
        start = len(self.others)
        inputs[:, :start] = others
        if self._matching is not None:
            inputs[:, start : start + len(self.ends)] = self._matching.decode_batch(
                others[:, : self._matching.num_detectors]
            )
        if with_own:
            inputs[:, start + len(self.ends) :] = detectors[:, self.own]
        return inputs
