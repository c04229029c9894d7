"""PilotLeastSquares: a few all-Z shots tell how the terms vary together; the other shots, and all weights, follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .._checks import check_count
from .._random import RandomState, seed_sequence, task_generator
from ..estimates import Estimate
from ..paulis import PauliSum
from .candidates import candidate_bases
from .combination import combine
from .conserved import Conserved, find_conserved
from .data import ShadowData
from .layout import Layout, lay_out
from .least_squares import Moments, Pool, build_pool, moments, optimal_shots, solve
from .scheme import MeasurementScheme, round_shots
from .symmetry import Unknowns, sector_bits, symmetry_classes, unknowns_of_terms

_Z = 2
_N_STEPS = 30


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
        Share of the all-Z shots outside the symmetry sector; None if no sector was asked for.
    sector_used : bool
        False without a sector, and where too many shots were outside it, so that every term was its own unknown.
    shrunk : Estimate or None
        With terms that are not diagonal shrunk towards zero, if asked for: less scatter, and a bias that its error,
        the posterior one, only covers if the prior is right. Never quote it without `estimate`.
    """

    estimate: Estimate
    model_error: float
    n_unmeasured: int
    unmeasured_modulus: float
    violation_rate: float | None
    sector_used: bool
    shrunk: Estimate | None


class PilotLeastSquares(BaseEstimator):
    """The most accurate way to measure one known Hamiltonian with few shots.

    Part of the shots go to the all-Z basis. They give the covariances of terms with equal x part; from these, shot
    counts over a pool of settings and the weights of all outcomes are chosen together by generalised least squares.
    Nothing but the coefficients, and the symmetry sector if asked for, is assumed about the state.

    Parameters
    ----------
    sector : str or array_like of int, shape (n_qubits,), optional
        Bits of a basis state in the symmetry sector of the state, such as the Hartree-Fock state; or "pilot": the
        sector of most of the pilot's shots. Terms that the conserved quantities of the Hamiltonian relate then share
        their data. That is wrong if the state, by noise say, leaves the sector; see `max_violation`.
    n_pilot : int, optional
        All-Z shots; by default a tenth of all shots and at least 50, but never more than half of them.
    max_settings : int, optional
        Of the second stage, where a change of the basis costs time; 100 lose a few per cent.
    max_violation : float
        A sector that more than this share of the all-Z shots leave is not used.
    prior_width : float, optional
        Standard deviation about zero that terms with X or Y are believed to have, 0.25 say; adds `shrunk` to the
        result. Off by default: the bias it buys is coherent.
    regularisation : float
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
        max_settings: int | None = None,
        max_violation: float = 0.02,
        prior_width: float | None = None,
        regularisation: float = 0.01,
        random_state: RandomState = None,
    ) -> None:
        self.sector = sector
        self.n_pilot = n_pilot
        self.max_settings = max_settings
        self.max_violation = max_violation
        self.prior_width = prior_width
        self.regularisation = regularisation
        self.random_state = random_state

    def plan(self, hamiltonian: PauliSum, n_shots: int) -> LeastSquaresPlan:
        """Return the plan of an experiment, with all that can be computed before the first shot.

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

        Raises
        ------
        TypeError, ValueError
            If the Hamiltonian or a parameter is wrong.
        """
        n_shots = check_count("n_shots", n_shots, minimum=2)
        n_pilot = min(max(50, n_shots // 10), n_shots // 2) if self.n_pilot is None else self.n_pilot
        n_pilot = check_count("n_pilot", n_pilot, minimum=1, maximum=n_shots - 1)
        if self.max_settings is not None:
            check_count("max_settings", self.max_settings, minimum=1)
        if not 0 < self.regularisation <= 1:
            raise ValueError(f"`regularisation` must lie between 0 (excluded) and 1, got {self.regularisation}.")
        if not 0 <= self.max_violation <= 1:
            raise ValueError(f"`max_violation` must lie between 0 and 1, got {self.max_violation}.")
        if self.prior_width is not None and not self.prior_width > 0:
            raise ValueError(f"`prior_width` must be positive or None, got {self.prior_width}.")
        if not isinstance(hamiltonian, PauliSum):
            raise TypeError(f"`hamiltonian` must be a PauliSum, got {type(hamiltonian).__name__}.")
        if np.iscomplexobj(hamiltonian.coefficients):
            raise ValueError("`hamiltonian` must be Hermitian; its coefficients are complex.")
        plan = LeastSquaresPlan(hamiltonian, n_shots, n_pilot, self, seed_sequence(self.random_state))
        plan.prepare()
        return plan


@dataclass(frozen=True, eq=False)
class LeastSquaresPlan:
    """A two-stage experiment: measure `pilot`, then what `second` says, then `estimate` from all data.

    Attributes
    ----------
    hamiltonian : PauliSum
    n_shots : int
        In all.
    n_pilot : int
        All-Z shots of the first stage.
    method : PilotLeastSquares
    seed : SeedSequence
    """

    hamiltonian: PauliSum
    n_shots: int
    n_pilot: int
    method: PilotLeastSquares
    seed: np.random.SeedSequence
    _kept: dict[bytes, tuple[Unknowns, Layout] | Conserved] = field(default_factory=dict, init=False, repr=False)

    def prepare(self) -> None:
        """Compute the unknowns and the pool of settings, so that nothing is left to wait for after the pilot."""
        if isinstance(self.method.sector, str) and self.method.sector == "pilot":
            self._conserved()
        elif self.method.sector is None:
            self._design(None)
        else:
            self._design(sector_bits(self.method.sector, self.hamiltonian.n_qubits))

    @property
    def pilot(self) -> MeasurementScheme:
        """The first stage: the all-Z basis."""
        return MeasurementScheme(np.full((1, self.hamiltonian.n_qubits), _Z), [self.n_pilot])

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
        unknowns, layout = self._design(self._sector(pilot)[0])
        bases = layout.bases
        pool = build_pool(unknowns, layout, self._moments(unknowns, pilot), self.method.regularisation)
        spent = np.zeros(len(bases))
        spent[0] = pilot.n_shots
        left = self.n_shots - pilot.n_shots
        shots = optimal_shots(pool, unknowns.coefficients, left, spent, n_steps=_N_STEPS)
        limit = self.method.max_settings
        if limit is not None and (shots > 0).sum() > limit:
            shots[np.argsort(-shots, kind="stable")[limit:]] = 0
            shots = optimal_shots(pool, unknowns.coefficients, left, spent, start=shots)
        whole = round_shots(shots, left)
        return MeasurementScheme(bases[whole > 0], whole[whole > 0])

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

        The error is that of the residuals about the mean of every unknown: diagonal ones by their ratio, others by
        ``S / (N + 50)``, so that strings measured once do not look exact.

        Parameters
        ----------
        data : ShadowData
            Settings of any scheme, the all-Z basis among them.

        Returns
        -------
        LeastSquaresEnergy
        """
        sector, violation_rate = self._sector(data)
        unknowns, _ = self._design(sector)
        bases, inverse = np.unique(data.bases, axis=0, return_inverse=True)
        setting = inverse.ravel()[data.setting_of_shot]
        shots = np.bincount(setting, minlength=len(bases)).astype(float)
        pilot = self._moments(unknowns, data)
        pool = build_pool(unknowns, lay_out(unknowns, bases), pilot, self.method.regularisation)
        solution = solve(pool, shots, unknowns.coefficients)
        value, error = combine(unknowns, pool, solution.adjoint, data.outcomes, setting)
        never = ~np.isin(np.arange(len(unknowns.coefficients)), pool.layout.unknowns)
        return LeastSquaresEnergy(
            Estimate(unknowns.constant + value, error, data.n_shots, "generalised least squares"),
            float(np.sqrt(solution.variance)),
            int(never.sum()),
            float(np.abs(unknowns.coefficients[never]).sum()),
            violation_rate,
            sector is not None,
            self._shrunk(unknowns, pool, shots, data, setting),
        )

    def _shrunk(
        self, unknowns: Unknowns, pool: Pool, shots: NDArray, data: ShadowData, setting: NDArray
    ) -> Estimate | None:
        if self.method.prior_width is None:
            return None
        width = np.where(unknowns.diagonal, 10.0, self.method.prior_width)
        solution = solve(pool, shots, unknowns.coefficients, width)
        value, _ = combine(unknowns, pool, solution.adjoint, data.outcomes, setting)
        error = float(np.sqrt(solution.variance))
        return Estimate(unknowns.constant + value, error, data.n_shots, "shrunk generalised least squares")

    def _conserved(self) -> Conserved:
        if b"" not in self._kept:
            self._kept[b""] = find_conserved(self.hamiltonian)
        return self._kept[b""]

    def _sector(self, data: ShadowData) -> tuple[NDArray[np.bool_] | None, float | None]:
        """Return the bits of the sector to use, None for none, and the share of all-Z shots outside of that asked."""
        asked = self.method.sector
        if asked is None:
            return None, None
        outcomes = _diagonal_outcomes(data)
        values = self._conserved().values(outcomes)
        if isinstance(asked, str) and asked == "pilot":
            _, first, counts = np.unique(values, axis=0, return_index=True, return_counts=True)
            bits = outcomes[first[counts.argmax()]].astype(bool)
        else:
            bits = sector_bits(asked, self.hamiltonian.n_qubits)
        wanted = self._conserved().values(bits[None].astype(np.uint8))
        rate = float((values != wanted).any(axis=1).mean())
        return (None if rate > self.method.max_violation else bits), rate

    def _design(self, sector: NDArray[np.bool_] | None) -> tuple[Unknowns, Layout]:
        """Return the unknowns in a sector and what the candidate settings measure, all-Z first; computed once."""
        key = b"terms"
        if sector is not None:
            key = b"sector" + self._conserved().values(sector[None].astype(np.uint8)).tobytes()
        if key not in self._kept:
            if sector is None:
                unknowns = unknowns_of_terms(self.hamiltonian)
            else:
                unknowns = symmetry_classes(self.hamiltonian, sector, conserved=self._conserved())
            unknowns = unknowns.without_zeros()
            if not len(unknowns.coefficients):
                raise ValueError("`hamiltonian` is a constant in this sector; there is nothing to measure.")
            rng = task_generator(self.seed, int(sector is not None))
            self._kept[key] = unknowns, lay_out(unknowns, candidate_bases(unknowns, self.n_shots, rng))
        return self._kept[key]

    @staticmethod
    def _moments(unknowns: Unknowns, data: ShadowData) -> Moments:
        return moments(unknowns, _diagonal_outcomes(data))


def _diagonal_outcomes(data: ShadowData) -> NDArray[np.uint8]:
    diagonal = (data.bases == _Z).all(axis=1)[data.setting_of_shot]
    if not diagonal.any():
        raise ValueError("The data hold no shot in the all-Z basis, which tells the covariances; measure `pilot`.")
    return data.outcomes[diagonal]
