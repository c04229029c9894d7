"""Complementary gaps of matching and votes of perturbed matchings as features, and a logistic regression on them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from .._checks import check_count
from ._gaps import ForcedMatching
from .ensemble import MatchingEnsemble
from .problem import DecodingProblem

N_CURVES = 5  # what `curved` adds


def voters(problem: DecodingProblem, n_votes: int) -> MatchingEnsemble | None:
    """Return an ensemble of so many matchings, fitted, or None for none."""
    n_votes = check_count("n_votes", n_votes)
    if n_votes > 0 and n_votes % 2 == 0:
        raise ValueError(f"`n_votes` must be odd, so that votes are not tied, or 0, got {n_votes}.")
    return MatchingEnsemble(n_votes, n_first=1).fit(problem) if n_votes else None


class AbstractFeatures(ABC):
    """Numbers of each shot for one observable, and which shots are unsure: a subclass writes `gap` and `of`."""

    _threshold: float

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def gap(self, detectors: np.ndarray) -> np.ndarray:
        """Return how much speaks against a flip of the observable, float (n_shots,)."""

    @abstractmethod
    def of(self, detectors: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return the features, float (n_shots, len(self)); `answers` are those of ordinary correlated matching."""

    def unsure(self, detectors: np.ndarray) -> np.ndarray:
        """Return which shots have a gap within the threshold, bool (n_shots,)."""
        return np.abs(self.gap(detectors)) < self._threshold


class GapFeatures(AbstractFeatures):
    """Forced matchings of one observable, and the seven numbers made of them; an eighth where an ensemble votes."""

    def __init__(
        self, problem: DecodingProblem, observable: int, threshold: float, ensemble: MatchingEnsemble | None = None
    ) -> None:
        self._observable, self._ensemble = observable, ensemble
        self._plain = ForcedMatching(problem, observable, correlated=False)
        self._correlated = ForcedMatching(problem, observable, correlated=True)
        self._threshold = threshold

    def __len__(self) -> int:
        return 7 + (self._ensemble is not None)

    def gap(self, detectors: np.ndarray) -> np.ndarray:
        """Return the weight of the best matching that flips the observable less that of the best that does not."""
        unflipped, flipped = self._plain.weights(detectors)
        return flipped - unflipped

    def of(self, detectors: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return the features, float (n_shots, 7 or 8); `answers` are those of ordinary correlated matching."""
        if len(detectors) == 0:
            return np.zeros((0, len(self)))
        columns = []
        for matching in (self._plain, self._correlated):
            unflipped, flipped = matching.weights(detectors)
            columns += [unflipped, flipped, flipped - unflipped]
        columns.append(np.where(answers, 1.0, -1.0))
        if self._ensemble is not None:
            columns.append(2 * self._ensemble.vote_shares(detectors)[:, self._observable] - 1)
        return np.column_stack(columns)


def curved(features: np.ndarray) -> np.ndarray:
    """Return the features with powers and bounded functions of both gaps, five columns more.

    The log-odds bend where a gap changes its sign, and where it is wide.
    """
    gaps = features[:, [2, 5]]
    return np.column_stack([features, gaps * np.abs(gaps), np.tanh(gaps / 2), np.sign(gaps[:, 0])])


@dataclass
class LinearModel:
    """A logistic regression on the features."""

    coefficients: np.ndarray
    intercept: float

    @classmethod
    def fitted(cls, inputs: np.ndarray, counts: np.ndarray, shares: np.ndarray) -> "LinearModel":
        """Return the regression of the share of flips, rows weighted by their counts."""
        mean, scale = inputs.mean(axis=0), spread_of(inputs)
        scaled = (inputs - mean) / scale
        # Each syndrome twice, flipped and not, weighted by how often it was either.
        model = LogisticRegression(max_iter=300).fit(
            np.vstack([scaled, scaled]),
            np.repeat([1, 0], len(inputs)),
            sample_weight=np.concatenate([counts * shares, counts * (1 - shares)]),
        )
        coefficients = model.coef_[0] / scale
        return cls(coefficients, float(model.intercept_[0] - coefficients @ mean))

    @classmethod
    def of(cls, parameters: np.ndarray) -> "LinearModel":
        """Return the model of coefficients with the intercept behind them."""
        return cls(parameters[:-1], float(parameters[-1]))

    @property
    def parameters(self) -> np.ndarray:
        """Coefficients with the intercept behind them."""
        return np.append(self.coefficients, self.intercept)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what a file keeps."""
        return {"linear": self.parameters}

    def log_odds(self, inputs: np.ndarray) -> np.ndarray:
        """Return the log-odds of features, float (n_shots,)."""
        return inputs @ self.coefficients + self.intercept


def spread_of(inputs: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column, 1 where it is 0."""
    spread = inputs.std(axis=0)
    return np.where(spread > 0, spread, 1.0)
