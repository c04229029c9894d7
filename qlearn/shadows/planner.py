"""How many shots an accuracy takes: by the central limit theorem, and by a bound that no state breaks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .._checks import check_array, check_count
from ..paulis import PauliSum
from ..sim import State
from .bounds import error_bound
from .estimator import split_identity
from .scheme import AbstractScheme, MeasurementScheme, check_hamiltonian
from .variance import count_matches, scheme_variance

_FIRST_GUESS = 1000
_ROUNDS = 12


@dataclass(frozen=True)
class ShotPlan:
    """Shots after which a scheme reaches an accuracy.

    Attributes
    ----------
    error : float
        What was asked for: the half-width of the interval.
    confidence : float
    n_shots : int or None
        By the central limit theorem, for the state given or the maximally mixed one. This is the number to use.
    n_shots_bound : int or None
        After which no state whatever is estimated worse; tens of times more. None for either number where no design up
        to the limit is enough.
    """

    error: float
    confidence: float
    n_shots: int | None
    n_shots_bound: int | None


def plan_shots(
    scheme: AbstractScheme,
    hamiltonian: PauliSum,
    error: float,
    *,
    confidence: float = 0.95,
    state: State | None = None,
    max_shots: int = 10**7,
) -> ShotPlan:
    """Return how many shots an accuracy takes.

    A design is made for a number of shots, the number scaled by the square of the error it gives, and so on until the
    design is enough and one with 3 % fewer shots is not.

    Parameters
    ----------
    scheme : AbstractScheme
    hamiltonian : PauliSum
    error : float
        Half-width of the interval, in units of the coefficients.
    confidence : float
        Of the interval, between 0 and 1.
    state : State, optional
        Whose variance counts; by default that of the maximally mixed state, in which no two terms vary together.
    max_shots : int

    Returns
    -------
    ShotPlan

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XX": 0.5})
    >>> plan = ql.shadows.plan_shots(ql.shadows.Grouped(), hamiltonian, error=0.05)
    >>> plan.n_shots < plan.n_shots_bound
    True
    """
    check_hamiltonian(hamiltonian)
    error = float(check_array("error", error, ()))
    if not error > 0:
        raise ValueError(f"`error` must be positive, got {error}.")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}.")
    max_shots = check_count("max_shots", max_shots, minimum=1)
    quantile = NormalDist().inv_cdf((1 + confidence) / 2)

    def half_width(design: MeasurementScheme) -> float:
        deviation, unmeasured = predicted_error(design, hamiltonian, state)
        return quantile * deviation + unmeasured

    def bound(design: MeasurementScheme) -> float:
        return error_bound(design, hamiltonian, confidence).value

    found = [_search(scheme, hamiltonian, error, measure, max_shots) for measure in (half_width, bound)]
    return ShotPlan(error, confidence, *found)


def predicted_error(
    design: MeasurementScheme, hamiltonian: PauliSum, state: State | None = None
) -> tuple[float, float]:
    """Return the standard deviation that a design gives, and the modulus of the terms it never measures.

    Parameters
    ----------
    design : MeasurementScheme
    hamiltonian : PauliSum
    state : State, optional
        The maximally mixed state by default.

    Returns
    -------
    deviation, unmeasured : float

    Examples
    --------
    >>> import qlearn as ql
    >>> design = ql.shadows.MeasurementScheme(["ZZ"], [100])
    >>> ql.shadows.predicted_error(design, ql.PauliSum({"ZZ": 1.0, "XX": 0.5}))
    (0.1, 0.5)
    """
    _, terms = split_identity(hamiltonian)
    matches = count_matches(design, terms)
    unmeasured = float(np.abs(terms.coefficients[matches == 0]).sum())
    if state is not None:
        return math.sqrt(scheme_variance(design, hamiltonian, state)), unmeasured
    seen = matches > 0
    return float(np.sqrt((terms.coefficients[seen] ** 2 / matches[seen]).sum())), unmeasured


def _search(scheme, hamiltonian, error, measure, max_shots) -> int | None:
    enough, short, n_shots = None, 0, min(_FIRST_GUESS, max_shots)
    for _ in range(_ROUNDS):
        found = measure(scheme.design(hamiltonian, n_shots))
        if found <= error:
            enough = n_shots
        else:
            short = n_shots
        if enough == 1 or (enough is not None and enough - short <= max(1, 0.03 * enough)):
            break
        if enough is None and n_shots == max_shots:
            return None
        # An error falls with the root of the shots; never leave the interval that is still open.
        guess = math.ceil(n_shots * (found / error) ** 2) if found > 0 else 1
        low, high = short + 1, max_shots if enough is None else enough - 1
        if enough is not None and short and not low < guess < high:
            guess = (low + high) // 2
        n_shots = min(max(guess, low), high)
    return enough
