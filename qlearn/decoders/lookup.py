"""A table of the syndromes on which counting beats matching."""

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from sklearn.base import clone

from .._checks import check_array, check_count
from .._random import RandomState
from ._budget import Budget
from ._settings import check_positive
from .base import AbstractDecoder
from .bp_osd import BPOSD
from .learned import AbstractLearnedDecoder, Data
from .matching import Matching
from .problem import DecodingProblem
from .shots import pack

__all__ = ["Lookup"]


class Lookup(AbstractLearnedDecoder):
    """Counts what happened after each syndrome; backs off to another decoder where the counts say too little.

    Only exceptions are kept: syndromes whose commonest pattern of observables was seen over `margin` times more often
    than the pattern that the base decoder answers.

    Parameters
    ----------
    base : AbstractDecoder, optional
        Answers the rest; by default Matching(), or where errors do not decompose into edges, BPOSD(). It is cloned and
        fitted.
    margin : float
        Lead in shots that an exception needs.
    max_patterns : int
        Distinct syndromes with observables to count; where more turn up, those seen once are forgotten.
    random_state : None, int, Generator or SeedSequence
        Of the training shots.

    Notes
    -----
    Good to about 30 detectors, where syndromes repeat; harmless beyond. Cost: 1 µs a training shot.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.Lookup(random_state=0).fit(problem, n_shots=10_000)
    >>> decoder.predict([[True, False], [False, True]]).tolist()
    [[False], [True]]
    """

    default_shots = 2_000_000

    def __init__(
        self,
        base: AbstractDecoder | None = None,
        margin: float = 2.0,
        max_patterns: int = 4_000_000,
        random_state: RandomState = None,
    ) -> None:
        self.base = base
        self.margin = margin
        self.max_patterns = max_patterns
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        check_positive("margin", self.margin, or_zero=True)
        check_count("max_patterns", self.max_patterns, minimum=1)
        self._prepare(problem)
        counts: Counter[bytes] = Counter()
        for shots in budget.take(problem.blocks(stream="train", random_state=self.random_state)):
            counts.update(_rows(np.hstack([pack(shots.detectors), pack(shots.observables)])))
            if len(counts) > self.max_patterns:
                counts = Counter({pattern: count for pattern, count in counts.items() if count > 1})
        self._keep(*self._exceptions(counts, -(-problem.n_detectors // 8)))

    def _prepare(self, problem: DecodingProblem) -> None:
        """Build all that follows from the problem alone."""
        base = (Matching() if problem.is_matchable else BPOSD()) if self.base is None else self.base
        if not isinstance(base, AbstractDecoder):
            raise TypeError(f"`base` must be a decoder such as Matching(), got {base!r}.")
        self._problem = problem.with_recorded(None)
        self.base_ = clone(base).fit(problem)

    def _keep(self, syndromes: np.ndarray, answers: np.ndarray) -> None:
        self.syndromes_, self.answers_ = syndromes, answers
        self._table = dict(zip(_rows(syndromes), range(len(syndromes))))

    def _state(self) -> Data:
        return {}, {"syndromes": self.syndromes_, "answers": self.answers_}

    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        n_detectors, n_observables = problem.n_detectors, problem.n_observables
        syndromes = check_array("syndromes", arrays["syndromes"], ("n", -(-n_detectors // 8)), dtype=np.uint8)
        answers = check_array("answers", arrays["answers"], (len(syndromes), -(-n_observables // 8)), dtype=np.uint8)
        if n_observables % 8 and (answers[:, -1] >> n_observables % 8).any():
            raise ValueError(f"its answers name more observables than {n_observables}.")
        self._prepare(problem)
        self._keep(syndromes, answers)

    def _exceptions(self, counts: Counter[bytes], width: int) -> tuple[np.ndarray, np.ndarray]:
        """Return packed syndromes and the packed answers that beat the base decoder on them."""
        by_syndrome: defaultdict[bytes, dict[bytes, int]] = defaultdict(dict)
        for pattern, count in counts.items():
            by_syndrome[pattern[:width]][pattern[width:]] = count
        # A syndrome seen too rarely for any lead is left to the base decoder without asking it.
        candidates = [key for key, seen in by_syndrome.items() if max(seen.values()) > self.margin]
        packed = np.frombuffer(b"".join(candidates), np.uint8).reshape(-1, width)
        answers = _rows(self.base_.predict_packed(packed))
        kept: list[tuple[bytes, bytes]] = []
        for syndrome, answer in zip(candidates, answers):
            seen = by_syndrome[syndrome]
            best = max(seen, key=lambda pattern: (seen[pattern], pattern))
            if seen[best] > seen.get(answer, 0) + self.margin:
                kept.append((syndrome, best))
        kept.sort()
        columns = [b"".join(column) for column in zip(*kept)] if kept else [b"", b""]
        shapes = (width, -(-self.base_.n_observables_ // 8))
        return tuple(np.frombuffer(data, np.uint8).reshape(-1, size) for data, size in zip(columns, shapes))

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        packed = self._predict_packed(pack(detectors))
        return np.unpackbits(packed, axis=1, count=self.n_observables_, bitorder="little").view(bool)

    def _predict_packed(self, packed: np.ndarray) -> np.ndarray:
        answers = np.array(self.base_.predict_packed(packed))
        found = np.fromiter((self._table.get(row, -1) for row in _rows(packed)), np.int64, len(packed))
        known = found >= 0
        answers[known] = self.answers_[found[known]]
        return answers


def _rows(packed: np.ndarray) -> list[bytes]:
    """Return the rows of a byte array as bytes, which can be counted and looked up."""
    if packed.shape[1] == 0:
        return [b""] * len(packed)
    return np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel().tolist()
