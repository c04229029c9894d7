"""What all estimators of Pauli expectation values share: checks, sums of terms, errors and covariance."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from .._memory import require_memory
from ..estimates import Estimate
from ..paulis import PauliSum
from .data import ShadowData
from .matching import add_values, count_matches
from .planes import PlaneRows


class Counts(NamedTuple):
    """How often Pauli strings were measured.

    Attributes
    ----------
    rows : PlaneRows
    matches, negatives : ndarray of int64, shape (n_terms,)
        Shots that measured all letters of a string, and those among them with eigenvalue -1.
    """

    rows: PlaneRows
    matches: NDArray[np.int64]
    negatives: NDArray[np.int64]


class Linear(NamedTuple):
    """An estimate of strings as a sum over shots: every shot that matches j adds ``scale[j] * outcome + shift[j]``.

    Attributes
    ----------
    value, scale, shift : ndarray of float, shape (n_terms,)
        `value` is NaN for a string that was never measured.
    """

    value: NDArray[np.float64]
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TermEstimates:
    """The expectation value of each string of a sum, its coefficients left out.

    Attributes
    ----------
    strings : PauliSum
    estimate : Estimate
        Arrays of shape (n_terms,); NaN for strings that no shot measured.
    n_matches : ndarray of int64, shape (n_terms,)
        Shots that measured all letters of the string.
    """

    strings: PauliSum
    estimate: Estimate
    n_matches: NDArray[np.int64]

    def joint_interval(self, confidence: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return intervals that hold all true values at once, by the union bound over the measured strings.

        Parameters
        ----------
        confidence : float
            Probability that none of the intervals misses, for normal errors.

        Returns
        -------
        low, high : ndarray of float, shape (n_terms,)
            Within [-1, 1], where expectation values lie.
        """
        if not 0.0 < confidence < 1.0:
            raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}.")
        n_measured = max(1, int((self.n_matches > 0).sum()))
        low, high = self.estimate.interval(1 - (1 - confidence) / n_measured)
        return np.clip(low, -1, 1), np.clip(high, -1, 1)

    def __repr__(self) -> str:
        return f"<TermEstimates: {self.strings.n_terms} strings, {self.estimate.n_shots} shots>"


class AbstractEstimator(BaseEstimator, ABC):
    """A way to turn measurement data into expectation values: a subclass gives `_estimate`, checks are here."""

    def estimate(
        self, data: ShadowData, observables: PauliSum | Sequence[PauliSum], *, unmeasured: str = "nan"
    ) -> Estimate:
        """Return the expectation value of each observable with its standard error.

        Cost: about ``terms * shots / 5e8`` seconds.

        Parameters
        ----------
        data : ShadowData
        observables : PauliSum or sequence of PauliSum
            Hermitian, on the qubits of `data`.
        unmeasured : {"nan", "zero"}
            What a term adds that no shot measured: NaN, or zero, which is a bias of up to its coefficient. Either
            comes with a warning that names the number and the total modulus of such terms.

        Returns
        -------
        Estimate
            Numbers for a single PauliSum, else arrays of shape (n_observables,).

        Raises
        ------
        ValueError
            If the widths differ, an observable is not Hermitian, or there is no shot.
        """
        if unmeasured not in {"nan", "zero"}:
            raise ValueError(f'`unmeasured` must be "nan" or "zero", got {unmeasured!r}.')
        single, sums = _as_sums(observables, data)
        results = np.empty((len(sums), 2))
        never = np.zeros(2)
        for row, observable in enumerate(sums):
            constant, terms = split_identity(observable)
            counts = count(data, terms)
            measured = counts.matches > 0
            if not measured.all():
                never += (~measured).sum(), np.abs(terms.coefficients[~measured]).sum()
                terms, counts = terms[measured], count(data, terms[measured])
            results[row] = self._estimate(data, terms, counts)
            results[row, 0] += constant
            if unmeasured == "nan" and not measured.all():
                results[row] = np.nan
        if never[0]:
            warnings.warn(
                f"No shot measured {int(never[0])} of the terms, of total modulus {never[1]:.4g}; they count as "
                f"{'zero' if unmeasured == 'zero' else 'NaN'}.",
                stacklevel=2,
            )
        value, std_error = results[0] if single else results.T
        return Estimate(value, std_error, data.n_shots, type(self).__name__)

    @abstractmethod
    def _estimate(self, data: ShadowData, terms: PauliSum, counts: Counts) -> tuple[float, float]:
        """Return value and standard error of a sum without identity, all of whose terms were measured."""


class AbstractLinearEstimator(AbstractEstimator):
    """An estimator that is a sum over shots, so that estimates from the same shots have a covariance.

    A subclass says how a string is a sum over shots (`_linear`) and which deviations make its error (`_deviations`).
    """

    def _estimate(self, data: ShadowData, terms: PauliSum, counts: Counts) -> tuple[float, float]:
        linear = self._linear(data, terms, counts)
        deviations = self._deviations(data, shot_values(data, terms, counts, linear))
        variance = np.dot(deviations, deviations) + np.dot(terms.coefficients**2, self._unseen(counts, linear))
        return float(np.dot(terms.coefficients, linear.value)), float(np.sqrt(variance))

    def estimate_terms(self, data: ShadowData, strings: PauliSum) -> TermEstimates:
        """Return the expectation value of each string on its own.

        Cost: about ``strings * shots / 4e10`` seconds, up to weight 4, where a closed form gives the errors.

        Parameters
        ----------
        data : ShadowData
        strings : PauliSum
            Coefficients are left out.

        Returns
        -------
        TermEstimates
        """
        strings = PauliSum.from_arrays(strings.x, strings.z, np.ones(strings.n_terms))
        _as_sums(strings, data)
        counts = count(data, strings)
        linear = self._linear(data, strings, counts)
        identity, never = strings.weights() == 0, counts.matches == 0
        value = np.where(identity, 1.0, np.where(never, np.nan, linear.value))
        std_error = np.where(identity, 0.0, np.where(never, np.nan, self._term_errors(data, strings, counts, linear)))
        return TermEstimates(strings, Estimate(value, std_error, data.n_shots, type(self).__name__), counts.matches)

    def covariance(self, data: ShadowData, observables: Sequence[PauliSum]) -> NDArray[np.float64]:
        """Return the covariance matrix of the estimates, which come from the same shots.

        Parameters
        ----------
        data : ShadowData
        observables : sequence of PauliSum
            Every term measured at least once.

        Returns
        -------
        ndarray of float, shape (n_observables, n_observables)
            The square roots of its diagonal are the standard errors of `estimate`.

        Raises
        ------
        ValueError
            If a term was never measured.
        """
        _, sums = _as_sums(observables, data)
        require_memory(8 * len(sums) * data.n_shots, f"The deviations of {len(sums)} sums", "fewer observables")
        deviations, unseen = [], []
        for observable in sums:
            _, terms = split_identity(observable)
            counts = count(data, terms)
            if not counts.matches.all():
                label = terms[int(np.flatnonzero(counts.matches == 0)[0])].labels()[0]
                raise ValueError(f"No shot measured {label}; leave it out, or measure it.")
            linear = self._linear(data, terms, counts)
            deviations.append(self._deviations(data, shot_values(data, terms, counts, linear)))
            unseen.append(np.dot(terms.coefficients**2, self._unseen(counts, linear)))
        return np.stack(deviations) @ np.stack(deviations).T + np.diag(unseen)

    def _term_errors(self, data: ShadowData, strings: PauliSum, counts: Counts, linear: Linear) -> NDArray[np.float64]:
        """Return the standard error of each string on its own."""
        closed = self._closed_errors(data, counts, linear)
        if closed is not None:
            return closed
        errors = np.empty(strings.n_terms)
        for j in range(strings.n_terms):
            one = Linear(*(column[j : j + 1] for column in linear))
            deviations = self._deviations(data, shot_values(data, strings[j], count(data, strings[j]), one))
            errors[j] = np.sqrt(np.dot(deviations, deviations))
        return errors

    @abstractmethod
    def _linear(self, data: ShadowData, terms: PauliSum, counts: Counts) -> Linear:
        """Return the estimate of each string and how it comes from the shots."""

    @abstractmethod
    def _deviations(self, data: ShadowData, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return independent deviations whose squares add up to the variance of the sum of `values`."""

    @abstractmethod
    def _unseen(self, counts: Counts, linear: Linear) -> NDArray[np.float64]:
        """Return the variance of each string beyond that of its deviations, which are few or all alike."""

    @abstractmethod
    def _closed_errors(self, data: ShadowData, counts: Counts, linear: Linear) -> NDArray[np.float64] | None:
        """Return the standard error of each string from the counts alone, or None where they do not tell."""


def shot_values(data: ShadowData, terms: PauliSum, counts: Counts, linear: Linear) -> NDArray[np.float64]:
    """Return what each shot adds to the estimate of the sum, (n_shots,)."""
    planes, rows = data.planes, counts.rows
    values = np.zeros(64 * planes.letters.shape[1])
    scale, shift = terms.coefficients * linear.scale, terms.coefficients * linear.shift
    add_values(planes.letters, planes.signs, rows.starts, rows.letters, rows.signs, scale, shift, values)
    return values[: data.n_shots]


def count(data: ShadowData, terms: PauliSum) -> Counts:
    """Return how often each string was measured, and with which sign."""
    rows = PlaneRows.of(terms)
    matches, negatives = np.zeros(terms.n_terms, dtype=np.int64), np.zeros(terms.n_terms, dtype=np.int64)
    planes = data.planes
    count_matches(planes.letters, planes.signs, rows.starts, rows.letters, rows.signs, matches, negatives)
    return Counts(rows, matches, negatives)


def split_identity(observable: PauliSum) -> tuple[float, PauliSum]:
    """Return the constant of a sum and the rest of it, equal strings merged."""
    merged = observable.simplify(0.0)
    identity = merged.weights() == 0
    return float(merged.coefficients[identity].sum()), merged[~identity]


def _as_sums(observables: Any, data: ShadowData) -> tuple[bool, list[PauliSum]]:
    if not isinstance(data, ShadowData):
        raise TypeError(f"`data` must be ShadowData, got {type(data).__name__}.")
    if data.n_shots == 0:
        raise ValueError("`data` holds no shot; measure something first.")
    single = isinstance(observables, PauliSum)
    sums = [observables] if single else list(observables)
    for index, observable in enumerate(sums):
        name = "The observable" if single else f"Observable {index}"
        if not isinstance(observable, PauliSum):
            raise TypeError(f"{name} must be a PauliSum, got {type(observable).__name__}.")
        if observable.n_qubits != data.n_qubits:
            raise ValueError(
                f"{name} has {observable.n_qubits} qubits, the data have {data.n_qubits}; use `extend` or `restrict`."
            )
        if np.iscomplexobj(observable.coefficients):
            raise ValueError(f"{name} must be Hermitian; its coefficients are complex.")
    return single, sums
