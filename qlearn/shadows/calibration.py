"""Calibrations: what noise does to measured Pauli strings, learned from known states, with its own uncertainty."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from .._checks import check_array, check_count
from .._memory import require_memory
from ..estimates import Estimate
from ..paulis import PauliSum
from .blocks import Facts, ShadowBlocks, as_blocks
from .data import ShadowData
from .estimator import AbstractEstimator, AbstractLinearEstimator, Measured, tally
from .match_ratio import MatchRatio

Variance = Callable[[NDArray[np.float64]], float]


class AbstractCalibration(BaseEstimator, ABC):
    """A model of measurement noise. A subclass gives `_expand`; `Calibrated` uses it."""

    def correct(self, observable: PauliSum) -> PauliSum:
        """Return the sum whose noisy expectation value is the noiseless one of `observable`.

        Parameters
        ----------
        observable : PauliSum
            Hermitian, on as many qubits as were calibrated.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If the widths differ or the noise leaves nothing to be corrected.
        """
        check_is_fitted(self)
        if observable.n_qubits != self.n_qubits_:
            raise ValueError(
                f"The observable has {observable.n_qubits} qubits, the calibration is of {self.n_qubits_}."
            )
        return self._expand(observable)[0].simplify()

    @abstractmethod
    def _expand(self, terms: PauliSum) -> tuple[PauliSum, Variance]:
        """Return the rows of the corrected sum, equal ones unmerged, and a function of the rows' noisy values.

        The function returns the variance of the sum that comes from the uncertainty of the calibration.
        """


class QubitCalibration(AbstractCalibration):
    """One factor for each qubit, from data of the state ``|0...0>``: noise that shrinks every letter of a qubit alike.

    Robust shadows of noise without correlations. The factor of qubit q is the mean outcome of Z on it; a string is
    divided by the product over its letters. In the literature's terms it is ``3 f_1 = 2 G - 1``.

    References
    ----------
    Chen, Yu, Zeng, Flammia, PRX Quantum 2, 030348 (2021), Algorithm 1; Vitale et al., PRX Quantum 5, 030338 (2024).

    Examples
    --------
    >>> import qlearn as ql
    >>> zero = ql.shadows.ShadowData(["ZZ"], [[[0, 0]] * 19 + [[1, 0]]])
    >>> calibration = ql.shadows.QubitCalibration().fit(zero)
    >>> calibration.factors_
    Estimate of shape (2,): [0.90 ± 0.13, 1.00 ± 0.09] (20 shots)
    >>> calibration.correct(ql.PauliSum("0.9 * XI"))
    PauliSum("1.0 * XI")
    """

    def fit(self, zero: ShadowData | ShadowBlocks) -> QubitCalibration:
        """Return the calibration, learned.

        Parameters
        ----------
        zero : ShadowData or ShadowBlocks
            Of ``|0...0>``, in any settings; those with Z tell most.

        Returns
        -------
        QubitCalibration
        """
        self.zero_, self.n_qubits_ = as_blocks(zero), as_blocks(zero).n_qubits
        self.factors_ = _z_means(self.zero_)
        _check_strength(self.factors_, "qubit")
        return self

    def propagate(self, gradient: ArrayLike) -> float:
        """Return the variance of a quantity that comes from the uncertainty of the factors.

        Parameters
        ----------
        gradient : array_like of float, shape (n_qubits,)
            Derivative of the quantity by each factor.

        Returns
        -------
        float
        """
        check_is_fitted(self)
        slopes = check_array("gradient", gradient, (self.n_qubits_,))
        return _variance(self.zero_, np.eye(self.n_qubits_, dtype=bool), slopes)

    def _expand(self, terms: PauliSum) -> tuple[PauliSum, Variance]:
        factors, support = np.asarray(self.factors_.value), terms.x | terms.z
        rows = terms.coefficients / np.where(support, factors, 1.0).prod(axis=1)

        def variance(values: NDArray[np.float64]) -> float:
            return self.propagate(-(rows * values) @ support / factors)

        return PauliSum.from_arrays(terms.x, terms.z, rows), variance


class SupportCalibration(AbstractCalibration):
    """One factor for each set of qubits, from data of the state ``|0...0>``: noise that may be correlated.

    Robust shadows. The factor of a string is the mean, on ``|0...0>``, of the product of Z on its qubits, which is
    found for those sets that are asked for. In the literature's terms it is ``3**k f_z`` for k qubits.

    Parameters
    ----------
    max_weight : int
        Largest set that may be asked for; larger ones need more data than they are worth.
    estimator : AbstractLinearEstimator, optional
        Of the factors; `MatchRatio` by default.

    References
    ----------
    Chen, Yu, Zeng, Flammia, PRX Quantum 2, 030348 (2021), Algorithm 1.

    Examples
    --------
    >>> import qlearn as ql
    >>> zero = ql.shadows.ShadowData(["ZZ"], [[[0, 0]] * 19 + [[1, 1]]])
    >>> calibration = ql.shadows.SupportCalibration().fit(zero)
    >>> calibration.correct(ql.PauliSum("0.9 * XI + 1.0 * XX"))
    PauliSum("1.0 * XI + 1.0 * XX")
    """

    def __init__(self, max_weight: int = 4, estimator: AbstractEstimator | None = None) -> None:
        self.max_weight = max_weight
        self.estimator = estimator

    def fit(self, zero: ShadowData | ShadowBlocks) -> SupportCalibration:
        """Return the calibration, learned.

        Parameters
        ----------
        zero : ShadowData or ShadowBlocks
            Of ``|0...0>``, in any settings; those with Z tell most.

        Returns
        -------
        SupportCalibration
        """
        check_count("max_weight", self.max_weight, minimum=1)
        self.zero_, self.n_qubits_ = as_blocks(zero), as_blocks(zero).n_qubits
        tally(self.zero_, [])
        return self

    def factors(self, supports: PauliSum) -> Estimate:
        """Return the factors of the sets of qubits on which strings act; that of the empty set is 1.

        Parameters
        ----------
        supports : PauliSum
            Its letters do not matter.

        Returns
        -------
        Estimate
            Of shape (n_terms,).

        Raises
        ------
        ValueError
            If a set is larger than `max_weight`.
        """
        check_is_fitted(self)
        if supports.n_terms and supports.weights().max() > self.max_weight:
            raise ValueError(
                f"A string has weight {supports.weights().max()}, `max_weight` is {self.max_weight}; raise it if the "
                "data of |0...0> suffice."
            )
        strings = _z_strings(supports.x | supports.z)
        estimator = MatchRatio() if self.estimator is None else self.estimator
        return estimator.estimate_terms(self.zero_, strings).estimate

    def _expand(self, terms: PauliSum) -> tuple[PauliSum, Variance]:
        supports, where = np.unique(terms.x | terms.z, axis=0, return_inverse=True)
        found = self.factors(_z_strings(supports))
        _check_strength(found, "set of qubits number")
        factors = np.asarray(found.value)
        rows = terms.coefficients / factors[where.ravel()]

        def variance(values: NDArray[np.float64]) -> float:
            gradient = -np.bincount(where.ravel(), rows * values, len(factors)) / factors
            return _variance(self.zero_, supports, gradient, self.estimator)

        return PauliSum.from_arrays(terms.x, terms.z, rows), variance


class ReadoutCalibration(AbstractCalibration):
    """A readout confusion matrix for each qubit, from data of ``|0...0>`` and ``|1...1>``, or given.

    With probabilities p(1|0) and p(0|1) to read a qubit wrongly, the mean of an outcome is ``a + c <P>``, where
    ``a = p(0|1) - p(1|0)`` and ``c = 1 - p(0|1) - p(1|0)``. A string is corrected by the product of ``(P - a) / c``
    over its letters, which is a sum of all strings within it.

    References
    ----------
    Bravyi, Sheldon, Kandala, Mckay, Gambetta, Phys. Rev. A 103, 042605 (2021), Section III.

    Examples
    --------
    >>> import qlearn as ql
    >>> zero = ql.shadows.ShadowData(["Z"], [[[0]] * 18 + [[1]] * 2])
    >>> one = ql.shadows.ShadowData(["Z"], [[[1]] * 16 + [[0]] * 4])
    >>> calibration = ql.shadows.ReadoutCalibration().fit(zero, one)
    >>> calibration.matrices_.round(3).tolist()
    [[[0.9, 0.2], [0.1, 0.8]]]
    >>> calibration.correct(ql.PauliSum("7.0 * Z")).coefficients.round(9).tolist()
    [-1.0, 10.0]
    """

    def fit(self, zero: ShadowData | ShadowBlocks, one: ShadowData | ShadowBlocks) -> ReadoutCalibration:
        """Return the calibration, learned.

        Parameters
        ----------
        zero, one : ShadowData or ShadowBlocks
            Of ``|0...0>`` and of ``|1...1>``, in any settings; only Z tells.

        Returns
        -------
        ReadoutCalibration
        """
        self._data = (as_blocks(zero), as_blocks(one))
        if self._data[0].n_qubits != self._data[1].n_qubits:
            raise ValueError(f"`zero` has {self._data[0].n_qubits} qubits, `one` {self._data[1].n_qubits}.")
        means = [_z_means(blocks) for blocks in self._data]
        self._set(np.array([mean.value for mean in means]))
        self._n_shots = None
        return self

    @classmethod
    def from_matrices(cls, matrices: ArrayLike, n_shots: int | None = None) -> ReadoutCalibration:
        """Return a calibration of known confusion matrices.

        Parameters
        ----------
        matrices : array_like of float, shape (n_qubits, 2, 2)
            Entry (q, r, b): probability to read r where qubit q is b. Columns sum to 1.
        n_shots : int, optional
            Shots from which each column was found; exact by default.

        Returns
        -------
        ReadoutCalibration
        """
        array = check_array("matrices", matrices, ("n_qubits", 2, 2))
        if (array < 0).any() or not np.allclose(array.sum(axis=1), 1, atol=1e-9):
            raise ValueError(
                "`matrices` must hold for each qubit a 2 x 2 matrix of probabilities, columns summing to 1."
            )
        self = cls()
        self._data = None
        self._n_shots = None if n_shots is None else check_count("n_shots", n_shots, minimum=1)
        self._set((array[:, 0] - array[:, 1]).T)
        return self

    def _set(self, means: NDArray[np.float64]) -> None:
        self.n_qubits_ = means.shape[1]
        self._means = means
        self._offset, self._slope = means.sum(axis=0) / 2, (means[0] - means[1]) / 2
        if not (self._slope > 0.01).all():
            qubit = int(np.flatnonzero(~(self._slope > 0.01))[0])
            raise ValueError(f"The outcomes of qubit {qubit} hardly depend on its state; it cannot be calibrated.")
        read_zero = (1 + means.T) / 2
        self.matrices_ = np.stack([read_zero, 1 - read_zero], axis=1)

    def _expand(self, terms: PauliSum) -> tuple[PauliSum, Variance]:
        kept, lost = 1 / self._slope, -self._offset / self._slope
        support, n_qubits = terms.x | terms.z, terms.n_qubits
        weights = support.sum(axis=1)
        require_memory(3 * n_qubits * int((2.0**weights).sum()), "The corrected sum", "strings of less weight")
        parts: list[tuple[NDArray, ...]] = []
        for weight in np.unique(weights):
            chosen = np.flatnonzero(weights == weight)
            qubits = np.nonzero(support[chosen])[1].reshape(len(chosen), weight)
            masks = (np.arange(2**weight)[:, None] >> np.arange(weight) & 1).astype(bool)
            for mask in masks:
                factors = np.where(mask, kept[qubits], lost[qubits])
                x, z = terms.x[chosen].copy(), terms.z[chosen].copy()
                gone = np.repeat(np.arange(len(chosen)), (~mask).sum()), qubits[:, ~mask].ravel()
                x[gone] = z[gone] = False
                parts.append((x, z, terms.coefficients[chosen], factors, qubits, np.broadcast_to(mask, qubits.shape)))
        rows = PauliSum.from_arrays(
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[2] * part[3].prod(axis=1) for part in parts]),
        )

        def variance(values: NDArray[np.float64]) -> float:
            return self._variance(self._gradient(parts, values))

        return rows, variance

    def _gradient(self, parts: Sequence[tuple[NDArray, ...]], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative of the corrected sum by the mean outcomes of 0 and 1, (2, n_qubits)."""
        a, c = self._offset, self._slope
        by_kept = np.array([-0.5 / c**2, 0.5 / c**2])
        by_lost = np.array([(a / c - 1) / (2 * c), -(a / c + 1) / (2 * c)])
        gradient, start = np.zeros((2, self.n_qubits_)), 0
        for _, _, coefficients, factors, qubits, mask in parts:
            scale = coefficients * values[start : start + len(coefficients)]
            start += len(coefficients)
            for place in range(factors.shape[1]):
                others = np.delete(factors, place, axis=1).prod(axis=1) * scale
                qubit = qubits[:, place]
                slope = np.where(mask[:, place], by_kept[:, qubit], by_lost[:, qubit])
                for known in (0, 1):
                    gradient[known] += np.bincount(qubit, others * slope[known], self.n_qubits_)
        return gradient

    def _variance(self, gradient: NDArray[np.float64]) -> float:
        if self._data is not None:
            eye = np.eye(self.n_qubits_, dtype=bool)
            return sum(_variance(blocks, eye, row) for blocks, row in zip(self._data, gradient, strict=True))
        if self._n_shots is None:
            return 0.0
        return float((gradient**2 * (1 - self._means**2)).sum() / self._n_shots)


class Calibrated(AbstractEstimator):
    """Estimates from noisy data by a calibration: the corrected sum is estimated, and both uncertainties add up.

    The calibration's uncertainty enters by the derivative of the result, with all correlations between qubits.

    Parameters
    ----------
    calibration : AbstractCalibration
        Learned.
    estimator : AbstractEstimator, optional
        For the corrected sum; `MatchRatio` by default.

    Examples
    --------
    >>> import qlearn as ql
    >>> zero = ql.shadows.ShadowData(["Z"], [[[0]] * 950 + [[1]] * 50])
    >>> data = ql.shadows.ShadowData(["X"], [[[0]] * 725 + [[1]] * 275])
    >>> estimator = ql.shadows.Calibrated(ql.shadows.QubitCalibration().fit(zero))
    >>> ql.shadows.estimate(data, ql.PauliSum("X"), estimator)
    0.50 ± 0.03 (1000 shots)
    """

    def __init__(self, calibration: AbstractCalibration, estimator: AbstractEstimator | None = None) -> None:
        self.calibration = calibration
        self.estimator = estimator

    def _estimate(
        self, blocks: ShadowBlocks, facts: Facts, sums: Sequence[Measured]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        calibration = self.calibration
        if not isinstance(calibration, AbstractCalibration):
            raise TypeError(f"`calibration` must be an AbstractCalibration, got {type(calibration).__name__}.")
        check_is_fitted(calibration)
        if calibration.n_qubits_ != facts.n_qubits:
            raise ValueError(f"The data have {facts.n_qubits} qubits, the calibration is of {calibration.n_qubits_}.")
        expanded = [calibration._expand(terms) for terms, _ in sums]
        merged = [_merge(rows) for rows, _ in expanded]
        _, found = tally(blocks, [terms for _, terms, _ in merged])
        inner = MatchRatio() if self.estimator is None else self.estimator
        measured = [Measured(terms, counts) for (_, terms, _), counts in zip(merged, found, strict=True)]
        value, error = inner._estimate(blocks, facts, measured)
        constants, extra = np.zeros(len(sums)), np.zeros(len(sums))
        for row, ((_, variance), (constant, _, where), counts) in enumerate(zip(expanded, merged, found, strict=True)):
            constants[row] = constant
            means = np.append((counts.matches - 2 * counts.negatives) / np.maximum(counts.matches, 1), 1.0)
            extra[row] = variance(means[where])
        return value + constants, np.sqrt(error**2 + extra)


def _merge(rows: PauliSum) -> tuple[float, PauliSum, NDArray[np.int64]]:
    """Return the constant, the different strings, and for each row which of them it is; the last is the identity."""
    bits = np.column_stack([rows.x, rows.z])
    _, first, where = np.unique(np.packbits(bits, axis=1), axis=0, return_index=True, return_inverse=True)
    where = where.ravel()
    sums = np.bincount(where, rows.coefficients, len(first))
    identity = ~bits[first].any(axis=1)
    place = np.cumsum(~identity) - 1
    place[identity] = (~identity).sum()
    kept = first[~identity]
    return float(sums[identity].sum()), PauliSum.from_arrays(rows.x[kept], rows.z[kept], sums[~identity]), place[where]


def _z_strings(supports: NDArray[np.bool_], coefficients: NDArray[np.float64] | None = None) -> PauliSum:
    weights = np.ones(len(supports)) if coefficients is None else coefficients
    return PauliSum.from_arrays(np.zeros_like(supports), supports, weights)


def _z_means(blocks: ShadowBlocks) -> Estimate:
    """Return the mean outcome of Z on each qubit."""
    means = MatchRatio().estimate_terms(blocks, _z_strings(np.eye(blocks.n_qubits, dtype=bool))).estimate
    if np.isnan(means.value).any():
        qubit = int(np.flatnonzero(np.isnan(means.value))[0])
        raise ValueError(f"No shot measured Z on qubit {qubit}, so that it cannot be calibrated.")
    return means


def _check_strength(factors: Estimate, what: str) -> None:
    weak = ~(np.asarray(factors.value) > 3 * np.asarray(factors.std_error))
    if weak.any():
        place = int(np.flatnonzero(weak)[0])
        raise ValueError(
            f"The factor of {what} {place}, {factors.value[place]:.3g}, is less than three of its standard errors; "
            "the data of |0...0> do not suffice."
        )


def _variance(
    blocks: ShadowBlocks,
    supports: NDArray[np.bool_],
    gradient: NDArray[np.float64],
    estimator: AbstractEstimator | None = None,
) -> float:
    """Return the variance of a weighted sum of mean outcomes, from the shots of the calibration."""
    used = (gradient != 0) & supports.any(axis=1)
    if not used.any():
        return 0.0
    linear = estimator if isinstance(estimator, AbstractLinearEstimator) else MatchRatio()
    return float(linear.estimate(blocks, _z_strings(supports[used], gradient[used])).std_error ** 2)
