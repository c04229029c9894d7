"""What every decoder is: fitted to a problem, asked for the observables that flipped."""

import time
from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from .._checks import check_array
from ._budget import Budget
from .problem import DecodingProblem
from .shots import distinct_rows, pack

__all__ = ["AbstractDecoder", "AbstractSoftDecoder"]


class AbstractDecoder(BaseEstimator, ABC):
    """Base of all decoders: the public methods check, a subclass writes `_fit` and `_predict`.

    A subclass stores its constructor's arguments under their names and nothing else; what it learns gets names that end
    in ``_``. One that learns from shots also sets `default_shots` and takes them from the budget it is handed.
    Instances can be pickled and cloned.
    """

    default_shots: ClassVar[int | None] = None

    def fit(self, problem: DecodingProblem, *, n_shots: int | None = None, seconds: float | None = None) -> Self:
        """Return the decoder, fitted to a problem.

        Parameters
        ----------
        problem : DecodingProblem
            Fresh shots are drawn from its train and validation streams.
        n_shots : int, optional
            Training shots at most; by default `default_shots` where `seconds` is not given either.
        seconds : float, optional
            Time for training, sampling included; a block of shots that has begun is finished.

        Returns
        -------
        AbstractDecoder
            The same object.

        Raises
        ------
        TypeError, ValueError
            If `problem` is none, has no observables or lacks what the decoder needs, a setting makes no sense, or the
            budget is not positive; also if a budget is given to a decoder that learns nothing from shots.
        """
        if not isinstance(problem, DecodingProblem):
            raise TypeError(
                f"`problem` must be a DecodingProblem, got {type(problem).__name__}; "
                "build one with DecodingProblem.from_circuit."
            )
        if self.default_shots is None and (n_shots is not None or seconds is not None):
            raise TypeError(f"{type(self).__name__} learns nothing from shots; call fit(problem) without a budget.")
        if problem.n_observables == 0:
            raise ValueError("The problem has no observables, so there is nothing to decode; add OBSERVABLE_INCLUDE.")
        start = time.perf_counter()
        self._fit(problem, Budget(n_shots, seconds, self.default_shots or 0))
        self.n_detectors_, self.n_observables_ = problem.n_detectors, problem.n_observables
        self.fingerprint_ = problem.fingerprint
        self.fit_seconds_ = time.perf_counter() - start
        return self

    def predict(self, detectors: np.ndarray) -> np.ndarray:
        """Return which observables flipped in each shot.

        Parameters
        ----------
        detectors : array_like
            bool (n_shots, n_detectors).

        Returns
        -------
        ndarray
            bool (n_shots, n_observables).

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            If `detectors` are no bits or of another width.
        """
        detectors = self._checked(detectors)
        if len(detectors) == 0:
            return np.zeros((0, self.n_observables_), dtype=bool)
        return self._predict(detectors)

    def predict_packed(self, packed: np.ndarray) -> np.ndarray:
        """Return which observables flipped in each shot, bits packed into bytes as Stim and sinter pack them.

        Parameters
        ----------
        packed : array_like
            uint8 (n_shots, ceil(n_detectors / 8)), little-endian in the byte.

        Returns
        -------
        ndarray
            uint8 (n_shots, ceil(n_observables / 8)).

        Raises
        ------
        NotFittedError, TypeError, ValueError
            As `predict`; also if padding bits are set.
        """
        self._check_fitted()
        width = -(-self.n_detectors_ // 8)
        packed = check_array("packed", packed, ("n_shots", width), dtype=np.uint8)
        spare = self.n_detectors_ % 8
        if spare and (packed[:, -1] >> spare).any():
            raise ValueError(f"`packed` sets padding bits past its {self.n_detectors_} detectors; check their number.")
        if len(packed) == 0:
            return np.zeros((0, -(-self.n_observables_ // 8)), dtype=np.uint8)
        return self._predict_packed(packed)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_detectors_")

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"{type(self).__name__} is not fitted; call `fit(problem)` before `predict`.")

    def _checked(self, detectors: np.ndarray) -> np.ndarray:
        self._check_fitted()
        return check_array("detectors", detectors, ("n_shots", self.n_detectors_), dtype=bool)

    @abstractmethod
    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        """Learn, and store what was learnt."""

    @abstractmethod
    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        """Return the answers, bool (n_shots, n_observables), to at least one shot."""

    def _predict_packed(self, packed: np.ndarray) -> np.ndarray:
        detectors = np.unpackbits(packed, axis=1, count=self.n_detectors_, bitorder="little")
        return pack(self._predict(detectors.view(bool)))


class AbstractSoftDecoder(AbstractDecoder):
    """Base of decoders that know how sure they are: a subclass writes `_fit` and `_log_odds`."""

    def predict_probability(self, detectors: np.ndarray) -> np.ndarray:
        """Return the probability that each observable flipped.

        Parameters
        ----------
        detectors : array_like
            bool (n_shots, n_detectors).

        Returns
        -------
        ndarray
            float (n_shots, n_observables); above 1/2 exactly where `predict` says True.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            As `predict`.
        """
        from scipy.special import expit

        detectors = self._checked(detectors)
        if len(detectors) == 0:
            return np.zeros((0, self.n_observables_))
        return expit(self._distinct_log_odds(detectors))

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        return self._distinct_log_odds(detectors) > 0

    def _distinct_log_odds(self, detectors: np.ndarray) -> np.ndarray:
        """Return the log-odds of all shots, asking once for each distinct syndrome: on small problems they repeat."""
        first, inverse = distinct_rows(pack(detectors))
        return self._log_odds(detectors[first])[inverse]

    @abstractmethod
    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        """Return log P(flipped) - log P(not flipped), float (n_shots, n_observables), for at least one shot."""
