"""What all estimators of Pauli expectation values share: checks, sums of terms, errors and covariance."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from .._memory import require_memory
from ..estimates import Estimate
from ..paulis import PauliSum
from .blocks import Block, Facts, SettingCount, SettingTotals, ShadowBlocks, as_blocks
from .data import ShadowData
from .intervals import joint_interval
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
        low, high = joint_interval(self.estimate, confidence)
        return np.clip(low, -1, 1), np.clip(high, -1, 1)

    def __repr__(self) -> str:
        return f"<TermEstimates: {self.strings.n_terms} strings, {self.estimate.n_shots} shots>"


class Measured(NamedTuple):
    """A sum without identity, all of whose terms were measured.

    Attributes
    ----------
    terms : PauliSum
    counts : Counts
    """

    terms: PauliSum
    counts: Counts


class Units(NamedTuple):
    """Which parts of the data are independent, and how the error of a sum comes from what each of them adds to it.

    The deviation of a unit is ``factor * (its total - its shots * centre)``; variances are sums of squared deviations.

    Attributes
    ----------
    are_settings : bool
        Whether the units are settings; else they are shots.
    centre, factor : float
    """

    are_settings: bool
    centre: float
    factor: float


class AbstractEstimator(BaseEstimator, ABC):
    """A way to turn measurement data into expectation values: a subclass gives `_estimate`, checks are here."""

    def estimate(
        self, data: ShadowData | ShadowBlocks, observables: PauliSum | Sequence[PauliSum], *, unmeasured: str = "nan"
    ) -> Estimate:
        """Return the expectation value of each observable with its standard error.

        Cost: about ``terms * shots / 5e8`` seconds, and reading the data twice where they are `ShadowBlocks`.

        Parameters
        ----------
        data : ShadowData or ShadowBlocks
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
        blocks = as_blocks(data)
        single, sums = as_sums(observables, blocks)
        constants, terms = zip(*map(split_identity, sums), strict=True) if sums else ((), ())
        facts, found = tally(blocks, terms)
        kept, never = [], np.zeros(2)
        complete = np.ones(len(sums), dtype=bool)
        for row, (one, counts) in enumerate(zip(terms, found, strict=True)):
            missing = counts.matches == 0
            complete[row] = not missing.any()
            never += missing.sum(), np.abs(one.coefficients[missing]).sum()
            kept.append(Measured(one, counts) if complete[row] else _chosen(one, counts, ~missing))
        value, std_error = self._estimate(blocks, facts, kept)
        value = value + np.array(constants)
        if unmeasured == "nan":
            value, std_error = np.where(complete, value, np.nan), np.where(complete, std_error, np.nan)
        if never[0]:
            warnings.warn(
                f"No shot measured {int(never[0])} of the terms, of total modulus {never[1]:.4g}; they count as "
                f"{'zero' if unmeasured == 'zero' else 'NaN'}.",
                stacklevel=2,
            )
        if single:
            value, std_error = value[0], std_error[0]
        return Estimate(value, std_error, facts.n_shots, type(self).__name__)

    def estimate_terms(self, data: ShadowData | ShadowBlocks, strings: PauliSum) -> TermEstimates:
        """Return the expectation value of each string on its own.

        Cost: about ``strings * shots / 4e10`` seconds, up to weight 4, where a closed form gives the errors.

        Parameters
        ----------
        data : ShadowData or ShadowBlocks
        strings : PauliSum
            Coefficients are left out.

        Returns
        -------
        TermEstimates
        """
        strings = PauliSum.from_arrays(strings.x, strings.z, np.ones(strings.n_terms))
        blocks = as_blocks(data)
        as_sums(strings, blocks)
        facts, (counts,) = tally(blocks, [strings])
        value, std_error = self._estimate_terms(blocks, facts, Measured(strings, counts))
        identity, never = strings.weights() == 0, counts.matches == 0
        value = np.where(identity, 1.0, np.where(never, np.nan, value))
        std_error = np.where(identity, 0.0, np.where(never, np.nan, std_error))
        return TermEstimates(strings, Estimate(value, std_error, facts.n_shots, type(self).__name__), counts.matches)

    def _estimate_terms(
        self, blocks: ShadowBlocks, facts: Facts, strings: Measured
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values and errors of strings, (n_terms,) each; those of the identity and the unmeasured do not count.

        Here each string is a sum of its own; a subclass may know better.
        """
        terms, counts = strings
        result = np.zeros((2, terms.n_terms))
        known = np.flatnonzero((counts.matches > 0) & (terms.weights() > 0))
        result[:, known] = self._estimate(blocks, facts, [_chosen(terms, counts, [j]) for j in known])
        return result[0], result[1]

    @abstractmethod
    def _estimate(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the values and standard errors of sums, (n_sums,) each."""


class AbstractLinearEstimator(AbstractEstimator):
    """An estimator that is a sum over shots, so that estimates from the same shots have a covariance.

    A subclass says how a string is a sum over shots (`_linear`) and which deviations make its error (`_units`).
    """

    def _estimate(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        linears = [self._linear(facts, terms, counts) for terms, counts in sums]
        values = [np.dot(terms.coefficients, linear.value) for (terms, _), linear in zip(sums, linears, strict=True)]
        return np.array(values, dtype=float), np.sqrt(self._variances(blocks, facts, sums, linears))

    def _estimate_terms(
        self, blocks: ShadowBlocks, facts: Facts, strings: Measured
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        linear = self._linear(facts, *strings)
        errors = self._closed_errors(facts, strings.counts, linear)
        if errors is None:
            return super()._estimate_terms(blocks, facts, strings)
        return linear.value, errors

    def covariance(self, data: ShadowData | ShadowBlocks, observables: Sequence[PauliSum]) -> NDArray[np.float64]:
        """Return the covariance matrix of the estimates, which come from the same shots.

        Parameters
        ----------
        data : ShadowData or ShadowBlocks
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
        blocks = as_blocks(data)
        _, sums = as_sums(observables, blocks)
        terms = [split_identity(observable)[1] for observable in sums]
        facts, found = tally(blocks, terms)
        for one, counts in zip(terms, found, strict=True):
            if not counts.matches.all():
                label = one[int(np.flatnonzero(counts.matches == 0)[0])].labels()[0]
                raise ValueError(f"No shot measured {label}; leave it out, or measure it.")
        measured = [Measured(*pair) for pair in zip(terms, found, strict=True)]
        linears = [self._linear(facts, *pair) for pair in measured]
        result = np.diag([self._unseen_variance(*pair) for pair in zip(measured, linears, strict=True)])
        for deviations in self._deviations(blocks, facts, measured, linears):
            result += deviations @ deviations.T
        return result

    def _variances(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured], linears: Sequence[Linear]
    ) -> NDArray[np.float64]:
        """Return the variance of each sum, (n_sums,)."""
        variances = np.array([self._unseen_variance(*pair) for pair in zip(sums, linears, strict=True)])
        trackers = [self._tracker(facts, *pair) for pair in zip(sums, linears, strict=True)]
        for block in blocks:
            for row, (pair, linear, tracker) in enumerate(zip(sums, linears, trackers, strict=True)):
                deviations = tracker.add(shot_values(block.data, *pair, linear)[None], block)
                variances[row] += np.vdot(deviations, deviations)
        for row, tracker in enumerate(trackers):
            deviations = tracker.finish()
            variances[row] += np.vdot(deviations, deviations)
        return variances

    def _deviations(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured], linears: Sequence[Linear]
    ) -> Iterator[NDArray[np.float64]]:
        """Yield the deviations of all sums together, (n_sums, n_units), block by block."""
        each = [self._units(facts, *pair) for pair in zip(sums, linears, strict=True)]
        centre, factor = np.array([units.centre for units in each]), np.array([units.factor for units in each])
        tracker = _Deviations(each[0].are_settings if each else False, centre, factor)
        for block in blocks:
            require_memory(16 * len(sums) * block.data.n_shots, f"The deviations of {len(sums)} sums", "smaller blocks")
            values = [shot_values(block.data, *pair, linear) for pair, linear in zip(sums, linears, strict=True)]
            yield tracker.add(np.array(values).reshape(len(sums), block.data.n_shots), block)
        yield tracker.finish()

    def _tracker(self, facts: Facts, measured: Measured, linear: Linear) -> _Deviations:
        units = self._units(facts, measured, linear)
        return _Deviations(units.are_settings, np.array([units.centre]), np.array([units.factor]))

    def _unseen_variance(self, measured: Measured, linear: Linear) -> float:
        return float(np.dot(measured.terms.coefficients**2, self._unseen(measured.counts, linear)))

    @abstractmethod
    def _linear(self, facts: Facts, terms: PauliSum, counts: Counts) -> Linear:
        """Return the estimate of each string and how it comes from the shots."""

    @abstractmethod
    def _units(self, facts: Facts, measured: Measured, linear: Linear) -> Units:
        """Return what is independent and how it makes the error of a sum."""

    @abstractmethod
    def _unseen(self, counts: Counts, linear: Linear) -> NDArray[np.float64]:
        """Return the variance of each string beyond that of its deviations, which are few or all alike."""

    @abstractmethod
    def _closed_errors(self, facts: Facts, counts: Counts, linear: Linear) -> NDArray[np.float64] | None:
        """Return the standard error of each string from the counts alone, or None where they do not tell."""


class _Deviations:
    """Turns values of shots into the deviations of units, block by block."""

    def __init__(self, are_settings: bool, centre: NDArray[np.float64], factor: NDArray[np.float64]) -> None:
        self._totals = SettingTotals() if are_settings else None
        self._centre, self._factor = centre[:, None], factor[:, None]

    def add(self, values: NDArray[np.float64], block: Block) -> NDArray[np.float64]:
        if self._totals is None:
            return self._factor * (values - self._centre)
        return self._finished(*self._totals.add(values, block))

    def finish(self) -> NDArray[np.float64]:
        if self._totals is None:
            return np.empty((len(self._centre), 0))
        return self._finished(*self._totals.finish())

    def _finished(self, totals: NDArray[np.float64], shots: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._factor * (totals - shots * self._centre)


def tally(blocks: ShadowBlocks, sums: Sequence[PauliSum]) -> tuple[Facts, list[Counts]]:
    """Return what is to know of the data, and how often each string of each sum was measured; reads the data once."""
    setting_count = SettingCount()
    found = [
        Counts(PlaneRows.of(terms), np.zeros(terms.n_terms, dtype=np.int64), np.zeros(terms.n_terms, dtype=np.int64))
        for terms in sums
    ]
    for block in blocks:
        setting_count.add(block)
        planes = block.data.planes
        for rows, *totals in found:
            here = np.zeros((2, len(totals[0])), dtype=np.int64)
            count_matches(planes.letters, planes.signs, rows.starts, rows.letters, rows.signs, *here)
            for total, part in zip(totals, here, strict=True):
                total += part
    facts = setting_count.facts(blocks)
    if facts.n_shots == 0:
        raise ValueError("`data` holds no shot; measure something first.")
    return facts, found


def _chosen(terms: PauliSum, counts: Counts, chosen: Any) -> Measured:
    """Return some of the terms with their counts."""
    part = terms[chosen]
    return Measured(part, Counts(PlaneRows.of(part), counts.matches[chosen], counts.negatives[chosen]))


def shot_values(data: ShadowData, terms: PauliSum, counts: Counts, linear: Linear) -> NDArray[np.float64]:
    """Return what each shot adds to the estimate of the sum, (n_shots,)."""
    planes, rows = data.planes, counts.rows
    values = np.zeros(64 * planes.letters.shape[1])
    scale, shift = terms.coefficients * linear.scale, terms.coefficients * linear.shift
    add_values(planes.letters, planes.signs, rows.starts, rows.letters, rows.signs, scale, shift, values)
    return values[: data.n_shots]


def split_identity(observable: PauliSum) -> tuple[float, PauliSum]:
    """Return the constant of a sum and the rest of it, equal strings merged."""
    merged = observable.simplify(0.0)
    identity = merged.weights() == 0
    return float(merged.coefficients[identity].sum()), merged[~identity]


def as_sums(observables: Any, data: ShadowBlocks) -> tuple[bool, list[PauliSum]]:
    """Return whether one sum was given, and the sums, checked."""
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
