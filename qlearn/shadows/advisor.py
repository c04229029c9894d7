"""Which scheme to use: every design rated on the observables at hand, by the error it would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .._checks import check_count
from ..paulis import PauliSum
from ..sim import State
from .adaptive import AdaptivePauli
from .derandomised import Derandomised
from .grouped import Grouped
from .locally_biased import LocallyBiased
from .overlapped import OverlappedGrouping
from .planner import predicted_error
from .scheme import AbstractScheme, MeasurementScheme, check_hamiltonian
from .shadow_grouping import ShadowGrouping
from .uniform import Uniform
from .variance import count_matches


@dataclass(frozen=True)
class Rating:
    """How well a scheme would do.

    Attributes
    ----------
    name : str
    error : float
        Root mean square over the observables of the error of the match-ratio estimate, unmeasured terms counted as
        zero with an error of their root sum of squares.
    unmeasured : float
        Largest sum over the observables of the moduli of terms that no setting measures.
    n_settings : int
    random : bool
        Whether the settings are drawn without a look at the observables: they serve any others as well.
    """

    name: str
    error: float
    unmeasured: float
    n_settings: int
    random: bool


@dataclass(frozen=True)
class Advice:
    """Ratings, best first, and what they say.

    Attributes
    ----------
    ratings : tuple of Rating
    n_shots : int
    """

    ratings: tuple[Rating, ...]
    n_shots: int

    @property
    def best(self) -> Rating:
        """The scheme with the smallest error."""
        return self.ratings[0]

    def __str__(self) -> str:
        shadows = next(rating for rating in self.ratings if rating.random)
        width = max(len(rating.name) for rating in self.ratings)
        lines = [
            f"{rating.name:{width}}  error {rating.error:.4g}, {rating.n_settings} settings"
            + (f", terms of modulus {rating.unmeasured:.3g} unmeasured" if rating.unmeasured else "")
            for rating in self.ratings
        ]
        if self.best.random:
            lines.append("Random settings are as good as any: they serve observables thought of later, too.")
        else:
            factor = (shadows.error / self.best.error) ** 2 if self.best.error else np.inf
            lines.append(
                f"{self.best.name} needs {factor:.3g} times fewer shots than classical shadows for these observables; "
                "shadows pay for observables that are not known before the measurement."
            )
        return "\n".join(lines)


def advise(
    observables: PauliSum | Sequence[PauliSum],
    n_shots: int,
    *,
    schemes: Sequence[AbstractScheme] | None = None,
    state: State | None = None,
) -> Advice:
    """Return how the schemes compare on some observables: when grouping beats shadows, and by how much.

    Each scheme is designed for the root sum of squares of the coefficients of every term, and rated by the errors of
    the observables. For one known Hamiltonian and few shots, `PilotLeastSquares` is better than all of these.

    Parameters
    ----------
    observables : PauliSum or sequence of PauliSum
        Hermitian.
    n_shots : int
    schemes : sequence of AbstractScheme, optional
        All of the package by default; `Uniform` is always among them.
    state : State, optional
        Whose variances count; by default those of the maximally mixed state, in which no two terms vary together.

    Returns
    -------
    Advice

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("H2", 0.735, unit="angstrom")
    >>> advice = ql.shadows.advise(molecule.hamiltonian, n_shots=1000)
    >>> advice.best.random, advice.best.error < advice.ratings[-1].error
    (False, True)
    """
    sums = [observables] if isinstance(observables, PauliSum) else list(observables)
    if not sums:
        raise ValueError("`observables` must hold at least one PauliSum.")
    n_shots = check_count("n_shots", n_shots, minimum=1)
    parts = [check_hamiltonian(one) for one in sums]
    every = PauliSum.from_arrays(
        np.concatenate([one.x for one in parts]),
        np.concatenate([one.z for one in parts]),
        np.concatenate([one.coefficients**2 for one in parts]),
    ).simplify(0.0)
    weighted = PauliSum.from_arrays(every.x, every.z, np.sqrt(every.coefficients))
    if schemes is None:
        schemes = (
            Grouped(), OverlappedGrouping(), ShadowGrouping(), Derandomised(), AdaptivePauli(random_state=0),
            LocallyBiased(random_state=0),
        )  # fmt: skip
    ratings = []
    for scheme in (*schemes, Uniform(random_state=0)):
        design = scheme.design(weighted, n_shots)
        errors = [predicted_error(design, one, state) for one in parts]
        missing = [_missing_norm(design, one) for one in parts]
        error = float(np.sqrt(np.mean([e**2 + m**2 for (e, _), m in zip(errors, missing, strict=True)])))
        ratings.append(
            Rating(type(scheme).__name__, error, max(u for _, u in errors), design.n_settings, _is_random(scheme))
        )
    return Advice(tuple(sorted(ratings, key=lambda rating: rating.error)), n_shots)


def _is_random(scheme: AbstractScheme) -> bool:
    return isinstance(scheme, Uniform)


def _missing_norm(design: MeasurementScheme, terms: PauliSum) -> float:
    seen = count_matches(design, terms) > 0
    return float(np.sqrt((terms.coefficients[~seen] ** 2).sum()))
