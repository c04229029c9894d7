"""Samples of a decomposed error model that say which edges flipped, and may have more errors than it would give."""

from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np

from .._random import task_generator
from .mechanisms import error_terms
from .problem import DecodingProblem
from .shots import STREAMS, Shots, block_length

_LEAST_ERRORS, _LARGEST_BOOST = 2.0, 3.0  # errors a shot, and the factor on their odds to get there
_BOOSTED_STREAM = 6


@dataclass(frozen=True)
class EdgeShots:
    """Fresh shots.

    Attributes
    ----------
    detectors, observables, edges : ndarray
        bool (n_shots, n_detectors), (n_shots, n_observables) and (n_shots, n_edges).
    log_weights : ndarray
        float (n_shots,): how much likelier each is in the model than where it was drawn, up to a constant.
    """

    detectors: np.ndarray
    observables: np.ndarray
    edges: np.ndarray
    log_weights: np.ndarray

    @classmethod
    def of(cls, shots: Shots) -> "EdgeShots":
        """Return shots that say nothing of edges."""
        return cls(shots.detectors, shots.observables, np.zeros((len(shots), 0), bool), np.zeros(len(shots)))

    def __len__(self) -> int:
        return len(self.detectors)

    def __getitem__(self, index: slice | np.ndarray) -> "EdgeShots":
        return EdgeShots(self.detectors[index], self.observables[index], self.edges[index], self.log_weights[index])


class EdgeSampler:
    """Draws errors of a decomposed model; an edge is flipped where an odd number of the errors made of it fire.

    Parameters
    ----------
    problem : DecodingProblem
    edges : ndarray
        int (n_edges,), those to report, as indices into ``problem.edges``.
    boost : float
        Factor on the odds of every error below one half. Where errors are rare, most shots teach nothing; a shot of n
        errors then stands for ``boost**-n`` shots.
    """

    def __init__(self, problem: DecodingProblem, edges: np.ndarray, boost: float = 1.0) -> None:
        self.sizes = (problem.n_detectors, problem.n_observables, len(edges))
        self.boost = boost
        places = {component: place for place, component in enumerate(problem.edges.components())}
        column = np.full(len(places), -1)
        column[edges] = np.arange(len(edges))
        offset = problem.n_detectors + problem.n_observables
        by_probability: dict[float, list[np.ndarray]] = {}
        for probability, parts in error_terms(problem.decomposed_model):
            flipped = [d for detectors, _ in parts for d in detectors]
            flipped += [problem.n_detectors + o for _, observables in parts for o in observables]
            own = [column[places[part]] for part in parts if part in places]
            flipped += [offset + c for c in own if c >= 0]
            if probability > 0:
                by_probability.setdefault(probability, []).append(np.array(flipped, np.int64))
        self._groups = [(p, *_flattened(errors)) for p, errors in by_probability.items()]

    def sample(self, n_shots: int, random: np.random.Generator) -> EdgeShots:
        """Return fresh shots."""
        flips = np.zeros((n_shots, sum(self.sizes)), dtype=np.uint8)
        log_weights = np.zeros(n_shots)
        for probability, starts, flat in self._groups:
            n_errors = len(starts) - 1
            drawn = probability
            if self.boost > 1 and probability < 0.5:
                drawn = self.boost * probability / (1 - probability + self.boost * probability)
            fired = _fired(n_shots * n_errors, drawn, random)
            _flip(flips, fired, n_errors, starts, flat)
            if drawn != probability:
                log_weights -= np.log(self.boost) * np.bincount(fired // n_errors, minlength=n_shots)
        detectors, observables, edges = np.split(flips.view(bool), np.cumsum(self.sizes[:2]), axis=1)
        return EdgeShots(detectors, observables, edges, log_weights)


def boosted_blocks(
    problem: DecodingProblem, stream: str, seed: np.random.SeedSequence, first: int = 0
) -> Iterator[EdgeShots]:
    """Yield blocks of fresh shots as `DecodingProblem.blocks`; where errors are rare, of more errors, and weighed."""
    boost = min(_LEAST_ERRORS / max(problem.priors.sum(), 1e-9), _LARGEST_BOOST)
    if boost <= 1:
        yield from map(EdgeShots.of, problem.blocks(stream=stream, random_state=seed, first=first))
    sampler = EdgeSampler(problem, np.zeros(0, np.int64), boost)
    size, number = block_length(problem.n_detectors), first
    while True:
        yield sampler.sample(size, task_generator(seed, _BOOSTED_STREAM, STREAMS.index(stream), number))
        number += 1


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
