"""Samples of a decomposed error model that say which edges flipped, not only which detectors fired."""

import numba
import numpy as np

from .mechanisms import error_terms
from .problem import DecodingProblem


class EdgeSampler:
    """Draws errors of a decomposed model; an edge is flipped where an odd number of the errors made of it fire."""

    def __init__(self, problem: DecodingProblem, edges: np.ndarray) -> None:
        """Prepare for the flips of some edges, int (n_edges,), indices into ``problem.edges``."""
        self.n_detectors, self.n_edges = problem.n_detectors, len(edges)
        places = {component: place for place, component in enumerate(problem.edges.components())}
        column = np.full(len(places), -1)
        column[edges] = np.arange(len(edges))
        by_probability: dict[float, list[np.ndarray]] = {}
        for probability, parts in error_terms(problem.decomposed_model):
            detectors = [detector for part in parts for detector in part[0]]
            own = [column[places[part]] for part in parts if part in places]
            flipped = [*detectors, *(self.n_detectors + c for c in own if c >= 0)]
            if probability > 0:
                by_probability.setdefault(probability, []).append(np.array(flipped, np.int64))
        self._groups = [(p, *_flattened(errors)) for p, errors in by_probability.items()]

    def sample(self, n_shots: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return detectors and flipped edges, bool (n_shots, n_detectors) and (n_shots, n_edges)."""
        flips = np.zeros((n_shots, self.n_detectors + self.n_edges), dtype=np.uint8)
        for probability, starts, flat in self._groups:
            n_errors = len(starts) - 1
            _flip(flips, _fired(n_shots * n_errors, probability, random), n_errors, starts, flat)
        bits = flips.view(bool)
        return bits[:, : self.n_detectors], bits[:, self.n_detectors :]


def _flattened(errors: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.concatenate([[0], np.cumsum([len(error) for error in errors])]).astype(np.int64)
    return starts, np.concatenate(errors)


def _fired(n_trials: int, probability: float, random: np.random.Generator) -> np.ndarray:
    """Return which of so many independent trials succeed, int64, ascending: the gaps between them are geometric."""
    parts, last = [], -1
    while last < n_trials:
        mean = (n_trials - last) * probability
        places = last + np.cumsum(random.geometric(probability, int(mean + 4 * np.sqrt(mean)) + 16))
        parts.append(places)
        last = int(places[-1])
    fired = np.concatenate(parts)
    return fired[fired < n_trials]


@numba.njit(cache=True, nogil=True)
def _flip(flips, fired, n_errors, starts, flat):
    for trial in fired:
        shot, error = trial // n_errors, trial % n_errors
        for place in flat[starts[error] : starts[error + 1]]:
            flips[shot, place] ^= 1
