"""Complementary gaps: how much more the best matching weighs if an observable is forced the other way."""

from collections import defaultdict

import numpy as np
import stim

from ._pymatching import MatchingGraph
from .mechanisms import Component, error_terms
from .problem import DecodingProblem

_LEAST_PROBABILITY = 1e-9


class ForcedMatching:
    """Matching with one observable forced to either value.

    Boundary edges that flip the observable get a further detector, which stands for its value. An observable that
    crosses inner edges is first moved onto the boundary by adding detectors to it; where it winds around a loop, as on
    a torus, that is impossible.
    """

    def __init__(self, problem: DecodingProblem, observable: int, *, correlated: bool) -> None:
        self.moved = detectors_to_add(problem, observable)
        model = _forced_model(problem.decomposed_model, observable, self.moved)
        self.graph = MatchingGraph(model, correlated=correlated)

    def weights(self, detectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights in nats with the observable unflipped and flipped, each float (n_shots,)."""
        value = (detectors & self.moved).sum(axis=1, keepdims=True) % 2 == 1
        low = self.graph.weights(np.hstack([detectors, value]))
        return low, self.graph.weights(np.hstack([detectors, ~value]))


def winds(problem: DecodingProblem, observable: int) -> bool:
    """Return whether an observable winds around a loop of the matching graph, so that it cannot be forced."""
    return _taken_off(problem, observable) is None


def detectors_to_add(problem: DecodingProblem, observable: int) -> np.ndarray:
    """Return a mask of detectors, bool (n_detectors,), that added to the observable takes it off all inner edges."""
    added = _taken_off(problem, observable)
    if added is None:
        raise ValueError(
            f"Observable {observable} winds around a loop of the matching graph (as on a torus, or in a colour code), "
            "so it cannot be forced by a boundary; use GapStacking, which takes votes there, Matching or Lookup."
        )
    return added


def _taken_off(problem: DecodingProblem, observable: int) -> np.ndarray | None:
    neighbours: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for detectors, observables in problem.edges.components():
        if len(detectors) == 2:
            first, second = detectors
            neighbours[first].append((second, observable in observables))
            neighbours[second].append((first, observable in observables))
    added = np.zeros(problem.n_detectors, dtype=bool)
    reached: set[int] = set()
    for root in list(neighbours):
        if root in reached:
            continue
        reached.add(root)
        todo = [root]
        while todo:
            here = todo.pop()
            for there, flips in neighbours[here]:
                if there not in reached:
                    reached.add(there)
                    added[there] = added[here] ^ flips
                    todo.append(there)
                elif added[there] != added[here] ^ flips:
                    return None
    return added


def _forced_model(model: stim.DetectorErrorModel, observable: int, added: np.ndarray) -> stim.DetectorErrorModel:
    forced = stim.target_relative_detector_id(len(added))
    result = stim.DetectorErrorModel()
    for probability, parts in error_terms(model):
        groups = [_forced_group(part, observable, added, forced) for part in parts if part[0]]
        targets = [target for group in groups for target in (stim.target_separator(), *group)]
        if targets:
            result.append("error", probability, targets[1:])
    # Where the syndrome decides the observable, its other value is still to have a weight: at most 20.7 nats more.
    result.append("error", _LEAST_PROBABILITY, [forced])
    return result


def _forced_group(part: Component, observable: int, added: np.ndarray, forced: stim.DemTarget) -> list[stim.DemTarget]:
    detectors, observables = part
    flips = (observable in observables) ^ bool(added[list(detectors)].sum() % 2)
    return [stim.target_relative_detector_id(detector) for detector in detectors] + [forced] * flips
