"""PilotLeastSquares: a few all-Z shots tell how the terms vary together; the other shots, and all weights, follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .._checks import check_count
from .._random import RandomState, generator
from ..estimates import Estimate
from ..paulis import PauliSum
from .data import ShadowData
from .insertion import FREE, insert_classes
from .least_squares import Pool, build_pool, moments, optimal_shots, row_weights, solve
from .planes import PlaneRows
from .scheme import MeasurementScheme, merge_settings, round_shots
from .shadow_grouping import greedy_bases
from .symmetry import Unknowns, symmetry_classes, unknowns_of_terms

_Z = 2
_PSEUDO_COUNT = 50


@dataclass(frozen=True, eq=False)
class LeastSquaresEnergy:
    """An energy by generalised least squares, with what one should know about it.

    Attributes
    ----------
    estimate : Estimate
        Its error comes from the residuals of the shots.
    model_error : float
        The error that the covariances of the pilot predict; far above the other one where unknowns were not measured.
    n_unmeasured : int
        Unknowns that no setting measured; they count as zero.
    unmeasured_modulus : float
        Sum of the moduli of their coefficients: a bound on the bias they cause.
    violation_rate : float or None
        Share of the all-Z shots outside the symmetry sector; None without a sector. A state that leaves its sector
        gets a biased energy: at a few per cent, estimate again without sector.
    """

    estimate: Estimate
    model_error: float
    n_unmeasured: int
    unmeasured_modulus: float
    violation_rate: float | None


class PilotLeastSquares(BaseEstimator):
    """The most accurate way to measure one known Hamiltonian with few shots.

    Part of the shots go to the all-Z basis. They give the covariances of terms with equal x part; from these, shot
    counts over a pool of settings and the weights of all outcomes are chosen together by generalised least squares.
    Nothing but the coefficients, and the symmetry sector if given, is assumed about the state.

    Parameters
    ----------
    sector : str or array_like of int, shape (n_qubits,), optional
        Bits of a basis state in the symmetry sector of the state, such as the Hartree-Fock state. Terms related by a
        symmetry then share their data. Wrong if the state, by noise say, leaves the sector; see `violation_rate`.
    n_pilot : int, optional
        All-Z shots; by default a tenth of all shots and at least 50, but never more than half of them.
    shrinkage : float
        Share of the identity mixed into covariance matrices, between 0 and 1.
    random_state : int, Generator, SeedSequence or None
        For the generated settings of the pool.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XX": 0.5, "YY": 0.5, "ZI": 0.3})
    >>> state = ql.sim.State.ghz(2)
    >>> plan = ql.shadows.PilotLeastSquares(random_state=0).plan(hamiltonian, n_shots=1000)
    >>> energy = plan.run(lambda scheme: scheme.measure(state, random_state=1))
    >>> bool(abs(energy.estimate.value - state.expectation(hamiltonian)) < 4 * energy.estimate.std_error)
    True
    """

    def __init__(
        self,
        sector: ArrayLike | str | None = None,
        n_pilot: int | None = None,
        shrinkage: float = 0.01,
        random_state: RandomState = None,
    ) -> None:
        self.sector = sector
        self.n_pilot = n_pilot
        self.shrinkage = shrinkage
        self.random_state = random_state

    def plan(self, hamiltonian: PauliSum, n_shots: int) -> LeastSquaresPlan:
        """Return the plan of an experiment: all that can be computed before the first shot.

        Cost: about a second for 12 qubits and 600 terms; grows with the cube of the number of unknowns.

        Parameters
        ----------
        hamiltonian : PauliSum
            Hermitian, with a term beside the identity.
        n_shots : int
            In all, at least 2.

        Returns
        -------
        LeastSquaresPlan
        """
        n_shots = check_count("n_shots", n_shots, minimum=2)
        n_pilot = min(max(50, n_shots // 10), n_shots // 2) if self.n_pilot is None else self.n_pilot
        n_pilot = check_count("n_pilot", n_pilot, minimum=1, maximum=n_shots - 1)
        if not 0 < self.shrinkage <= 1:
            raise ValueError(f"`shrinkage` must lie between 0 (excluded) and 1, got {self.shrinkage}.")
        if not isinstance(hamiltonian, PauliSum):
            raise TypeError(f"`hamiltonian` must be a PauliSum, got {type(hamiltonian).__name__}.")
        if np.iscomplexobj(hamiltonian.coefficients):
            raise ValueError("`hamiltonian` must be Hermitian; its coefficients are complex.")
        unknowns = unknowns_of_terms(hamiltonian)
        if self.sector is not None:
            unknowns = symmetry_classes(hamiltonian, self.sector)
        unknowns = _without_zeros(unknowns)
        if not len(unknowns.coefficients):
            raise ValueError("`hamiltonian` is a constant in this sector; there is nothing to measure.")
        bases = _pool_bases(unknowns, n_shots, generator(self.random_state))
        return LeastSquaresPlan(unknowns, bases, n_shots, n_pilot, self.shrinkage)


@dataclass(frozen=True, eq=False)
class LeastSquaresPlan:
    """A two-stage experiment: measure `pilot`, then what `second` says, then `estimate` from all data.

    Attributes
    ----------
    unknowns : Unknowns
    bases : ndarray of uint8, shape (n_settings, n_qubits)
        The pool; the all-Z basis is its first setting.
    n_shots : int
        In all.
    n_pilot : int
        All-Z shots of the first stage.
    shrinkage : float
    """

    unknowns: Unknowns
    bases: NDArray[np.uint8]
    n_shots: int
    n_pilot: int
    shrinkage: float

    @property
    def pilot(self) -> MeasurementScheme:
        """The first stage: the all-Z basis."""
        return MeasurementScheme(self.bases[:1], [self.n_pilot])

    def second(self, pilot: ShadowData) -> MeasurementScheme:
        """Return the second stage, given the data of the first.

        Parameters
        ----------
        pilot : ShadowData
            With shots in the all-Z basis.

        Returns
        -------
        MeasurementScheme
            With the shots that are left.
        """
        pool = self._pool(self.bases, pilot)
        spent = np.zeros(len(self.bases))
        spent[0] = pilot.n_shots
        left = self.n_shots - pilot.n_shots
        shots = round_shots(optimal_shots(pool, self.unknowns.coefficients, left, spent), left)
        return MeasurementScheme(self.bases[shots > 0], shots[shots > 0])

    def run(self, measure: Callable[[MeasurementScheme], ShadowData]) -> LeastSquaresEnergy:
        """Return the energy after measuring both stages.

        Parameters
        ----------
        measure : callable
            Takes a MeasurementScheme and returns its ShadowData; a device, or ``lambda s: s.measure(state)``.

        Returns
        -------
        LeastSquaresEnergy
        """
        pilot = measure(self.pilot)
        return self.estimate(ShadowData.merge([pilot, measure(self.second(pilot))]))

    def estimate(self, data: ShadowData) -> LeastSquaresEnergy:
        """Return the energy from all data; their all-Z shots give the covariances.

        The error is that of the residuals about the mean of every string: Z strings by their ratio, others by
        ``S / (N + 50)``, so that strings measured once do not look exact.

        Parameters
        ----------
        data : ShadowData
            Settings of any scheme, the all-Z basis among them.

        Returns
        -------
        LeastSquaresEnergy
        """
        bases, inverse = np.unique(data.bases, axis=0, return_inverse=True)
        setting = inverse.ravel()[data.setting_of_shot]
        shots = np.bincount(setting, minlength=len(bases)).astype(float)
        pool = self._pool(bases, data)
        solution = solve(pool, shots, self.unknowns.coefficients)
        weights = row_weights(pool, solution.adjoint)
        value, variance = self._combine(pool, weights, data.outcomes, setting)
        never = ~np.isin(np.arange(len(self.unknowns.coefficients)), pool.unknowns)
        estimate = Estimate(
            self.unknowns.constant + value, np.sqrt(variance), data.n_shots, "generalised least squares"
        )
        return LeastSquaresEnergy(
            estimate,
            float(np.sqrt(solution.variance)),
            int(never.sum()),
            float(np.abs(self.unknowns.coefficients[never]).sum()),
            self._violation_rate(data),
        )

    def _pool(self, bases: NDArray[np.uint8], data: ShadowData) -> Pool:
        return build_pool(self.unknowns, bases, moments(self.unknowns, _diagonal_outcomes(data)), self.shrinkage)

    def _combine(
        self, pool: Pool, weights: NDArray[np.float64], outcomes: NDArray[np.uint8], setting: NDArray[np.int64]
    ) -> tuple[float, float]:
        """Return the weighted sum of all outcomes, and the sum of its squared residuals."""
        strings = self.unknowns.strings
        support, sign = strings.x | strings.z, strings.coefficients
        order = np.argsort(setting, kind="stable")
        ends = np.searchsorted(setting[order], np.arange(len(pool.bases) + 1))
        sums, counts = np.zeros(strings.n_terms), np.zeros(strings.n_terms)
        signs = []
        for s in range(len(pool.bases)):
            rows = pool.strings[pool.starts[s] : pool.starts[s + 1]]
            bits = outcomes[order[ends[s] : ends[s + 1]]]
            odd = (bits.astype(np.float32) @ support[rows].T.astype(np.float32)).astype(np.int64) & 1
            signs.append((1.0 - 2.0 * odd) * sign[rows])
            sums[rows] += signs[-1].sum(axis=0)
            counts[rows] += len(bits)
        # Strings of one unknown have one mean, so their data are pooled.
        total = np.bincount(self.unknowns.unknown, sums)
        number = np.bincount(self.unknowns.unknown, counts)
        pseudo = np.where(strings.x[self.unknowns.starts[:-1]].any(axis=1), _PSEUDO_COUNT, 1e-9)
        mean = total / (number + pseudo)
        value = variance = 0.0
        for s, outcome in enumerate(signs):
            weight = weights[pool.starts[s] : pool.starts[s + 1]]
            value += float((outcome @ weight).sum())
            residual = (outcome - mean[pool.unknowns[pool.starts[s] : pool.starts[s + 1]]]) @ weight
            variance += float(residual @ residual)
        return value, variance

    def _violation_rate(self, data: ShadowData) -> float | None:
        generators = self.unknowns.generators
        if generators.n_terms == 0:
            return None
        odd = (_diagonal_outcomes(data).astype(np.int64) @ generators.z.T) & 1
        return float((1 - 2 * odd != generators.coefficients).any(axis=1).mean())


def _diagonal_outcomes(data: ShadowData) -> NDArray[np.uint8]:
    diagonal = (data.bases == _Z).all(axis=1)[data.setting_of_shot]
    if not diagonal.any():
        raise ValueError("The data hold no shot in the all-Z basis, which tells the covariances; measure `pilot`.")
    return data.outcomes[diagonal]


def _without_zeros(unknowns: Unknowns) -> Unknowns:
    """Return the unknowns whose coefficients are not negligible after merging."""
    modulus = np.abs(unknowns.coefficients)
    kept = modulus > 1e-12 * modulus.max(initial=0.0)
    rows = kept[unknowns.unknown]
    number = (np.cumsum(kept) - 1)[unknowns.unknown[rows]]
    return Unknowns(unknowns.constant, unknowns.coefficients[kept], unknowns.strings[rows], number, unknowns.generators)


def _pool_bases(unknowns: Unknowns, n_shots: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the all-Z basis, greedy settings at three scales of the diagonal terms, and 300 generated ones."""
    members, strings = unknowns.starts, unknowns.strings
    n_greedy = min(n_shots, 1000)
    diagonal = ~strings.x[members[:-1]].any(axis=1)
    found = [np.full((1, strings.n_qubits), _Z, dtype=np.uint8)]
    for scale in (1.0, 0.3, 0.03):
        weights = np.abs(unknowns.coefficients) * np.where(diagonal, scale, 1.0)
        found.append(greedy_bases(strings, members, weights, n_greedy))
    bases, _ = merge_settings(np.concatenate(found))
    pool = build_pool(unknowns, bases)
    shots = optimal_shots(pool, unknowns.coefficients, n_shots, np.zeros(len(bases)))
    adjoint = solve(pool, shots, unknowns.coefficients).adjoint
    rows = PlaneRows.of(strings)
    codes = rows.letters - 3 * rows.signs
    generated = np.full((300, strings.n_qubits), FREE, dtype=np.uint8)
    for basis in generated:
        gains = adjoint**2 * np.exp(0.7 * rng.standard_normal(len(adjoint)))
        insert_classes(np.argsort(-gains), members, rows.starts, rows.signs, codes, basis)
    used = shots > 0
    used[0] = True
    return merge_settings(np.concatenate((bases[used], generated)))[0]
