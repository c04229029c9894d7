"""What decoders of whole mechanisms share: priors of at most one half, and native objects that are built again."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import stim
from scipy.sparse import csc_array

from ._budget import Budget
from .base import AbstractDecoder
from .problem import DecodingProblem
from .shots import distinct_rows, pack

_LEAST_PRIOR, _LARGEST_PRIOR = 1e-12, 0.499


@dataclass(frozen=True)
class Hyperedges:
    """Mechanisms that detectors see, each with a probability below one half.

    One that is likelier than not counts as fired: `detectors` and `observables` are what those flip in every shot.
    """

    check_matrix: csc_array
    logical_matrix: csc_array
    priors: np.ndarray
    detectors: np.ndarray
    observables: np.ndarray

    @classmethod
    def of(cls, problem: DecodingProblem) -> "Hyperedges":
        """Return those of a problem; mechanisms that no detector sees count if they are likely, and are left out."""
        checks, logicals, priors = problem.check_matrix, problem.logical_matrix, problem.priors
        likely = priors > 0.5
        seen = np.diff(checks.indptr) > 0
        return cls(
            check_matrix=checks[:, np.flatnonzero(seen)],
            logical_matrix=logicals[:, np.flatnonzero(seen)],
            priors=np.clip(np.minimum(priors, 1 - priors), _LEAST_PRIOR, _LARGEST_PRIOR)[seen],
            detectors=checks.astype(np.int64) @ likely % 2 == 1,
            observables=logicals.astype(np.int64) @ likely % 2 == 1,
        )

    def flipped(self, errors: np.ndarray) -> np.ndarray:
        """Return the observables that patterns of mechanisms, uint8 (n_shots, n_mechanisms), flip."""
        return (self.logical_matrix.astype(np.int64) @ errors.T.astype(np.int64)).T % 2 == 1

    def model(self) -> stim.DetectorErrorModel:
        """Return the mechanisms as an error model."""
        model = stim.DetectorErrorModel()
        for j, prior in enumerate(self.priors):
            targets = [stim.target_relative_detector_id(d) for d in _rows(self.check_matrix, j)]
            targets += [stim.target_logical_observable_id(o) for o in _rows(self.logical_matrix, j)]
            model.append("error", prior, targets)
        for detector in range(self.check_matrix.shape[0]):
            model.append("detector", [], [stim.target_relative_detector_id(detector)])
        for observable in range(self.logical_matrix.shape[0]):
            model.append("logical_observable", [], [stim.target_logical_observable_id(observable)])
        return model


def _rows(matrix: csc_array, column: int) -> list[int]:
    return matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]].tolist()


class AbstractHyperedgeDecoder(AbstractDecoder):
    """Base of decoders by another library, whose native object cannot be pickled: a subclass writes how it is built."""

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        self.hyperedges_ = Hyperedges.of(problem)
        self._native = self._build()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_native"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "hyperedges_"):
            self._native = self._build()

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        first, inverse = distinct_rows(pack(detectors))
        found = self._decode(detectors[first] ^ self.hyperedges_.detectors)
        return (found ^ self.hyperedges_.observables)[inverse]

    @abstractmethod
    def _build(self) -> Any:
        """Return the native decoder of `hyperedges_`; an ImportError where its library is missing."""

    @abstractmethod
    def _decode(self, syndromes: np.ndarray) -> np.ndarray:
        """Return the flipped observables, bool (n_shots, n_observables), of distinct syndromes, bool."""
