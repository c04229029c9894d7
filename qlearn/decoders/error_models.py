"""Error models learnt from detection events: the probabilities of known mechanisms, from how detectors go together."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import stim
from scipy.optimize import lsq_linear
from scipy.sparse import csr_array, diags_array, vstack

from .mechanisms import error_terms
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["estimate_error_model"]

_WIDEST = 6  # detectors of a mechanism whose parities are all looked at
_LEAST_PROBABILITY = 1e-6
_LEAST_MEAN = 1e-3  # of a parity whose logarithm can be trusted


def estimate_error_model(
    problem: DecodingProblem, shots: Shots | None = None, *, method: str = "moments", prior_width: float = 2.0
) -> DecodingProblem:
    """Return the problem with probabilities of its errors estimated from shots; which errors there are is kept.

    Every parity of detectors T has the mean prod (1 - 2 p) over the errors that flip an odd number of T, so logarithms
    of measured means are linear in those of 1 - 2 p.

    Parameters
    ----------
    problem : DecodingProblem
        Its errors, with probabilities to begin with.
    shots : Shots, optional
        By default those recorded with the problem. Their observables are not looked at.
    method : str
        "correlations": the closed form, for each set of detectors from the parities of its subsets, larger sets taken
        off: for pairs it is the p_ij of Google's experiments, with all higher orders. Unbiased, but noisy for errors
        that flip many detectors. "moments": all these parities at once by least squares, weighed by their errors, with
        the problem's own probabilities as a prior and none below zero.
    prior_width : float
        Standard deviation of the prior, relative to each probability; for "moments".

    Returns
    -------
    DecodingProblem
        With the same recorded shots. Fit any decoder to it.

    Raises
    ------
    TypeError, ValueError
        If there are no shots, or of other widths, or the method is unknown.

    Notes
    -----
    Judge it on other shots than it was estimated from. Errors that flip equal detectors cannot be told apart; they keep
    their ratio. Cost: one pass through the shots for each set of detectors and each of its subsets.
    Google Quantum AI, Nature 595, 383 (2021), supplement, for pairs; the general formula is inclusion and exclusion.

    Examples
    --------
    >>> device = ql.decoders.DecodingProblem.from_dem("error(0.2) D0 L0\\nerror(0.1) D0 D1\\nerror(0.05) D1")
    >>> shots = ql.decoders.Shots(*device.sample(100_000, random_state=0))
    >>> guess = ql.decoders.DecodingProblem.from_dem("error(0.1) D0 L0\\nerror(0.1) D0 D1\\nerror(0.1) D1")
    >>> learnt = ql.decoders.estimate_error_model(guess, shots, method="correlations")
    >>> learnt.priors.round(2)
    array([0.2 , 0.1 , 0.05])
    """
    if method not in ("correlations", "moments"):
        raise ValueError(f'`method` must be "correlations" or "moments", got {method!r}.')
    shots = checked_shots(problem, shots)
    structure = problem.decomposed_model if problem.is_matchable else problem.model
    errors = _Errors.of(structure)
    parities = _Parities.measured(errors.sets, shots.detectors)
    if method == "correlations":
        logs = _by_inclusion_and_exclusion(errors.sets, parities)
    else:
        logs = _by_least_squares(errors, parities, prior_width)
    logs = np.minimum(logs, np.log1p(-2 * _LEAST_PROBABILITY))
    return with_probabilities(problem, structure, errors.probabilities(logs))


def checked_shots(problem: DecodingProblem, shots: Shots | None) -> Shots:
    """Return the shots to learn from, by default the recorded ones, if they have the problem's detectors."""
    shots = problem.recorded if shots is None else shots
    if not isinstance(shots, Shots):
        raise TypeError(f"`shots` must be Shots where the problem has none recorded, got {type(shots).__name__}.")
    if shots.detectors.shape[1] != problem.n_detectors or len(shots) < 2:
        raise ValueError(
            f"`shots` must be two or more of {problem.n_detectors} detectors, got {len(shots)} of "
            f"{shots.detectors.shape[1]}."
        )
    return shots


@dataclass(frozen=True)
class _Errors:
    """The sets of detectors that errors of a model flip, and for each error, which set it is, -1 for none."""

    sets: list[tuple[int, ...]]
    of_error: list[int]
    priors: list[float]
    logs: np.ndarray  # of 1 - 2 p, each set's errors together

    @classmethod
    def of(cls, model: stim.DetectorErrorModel) -> "_Errors":
        places: dict[tuple[int, ...], int] = {}
        of_error, priors, logs = [], [], []
        for probability, parts in error_terms(model):
            priors.append(probability)
            flipped: set[int] = set()
            for detectors, _ in parts:
                flipped.symmetric_difference_update(detectors)
            if not flipped or not 0 < probability < 0.5:
                of_error.append(-1)
                continue
            place = places.setdefault(tuple(sorted(flipped)), len(places))
            of_error.append(place)
            logs += [0.0] * (len(places) - len(logs))
            logs[place] += np.log1p(-2 * probability)
        return cls(list(places), of_error, priors, np.array(logs))

    def probabilities(self, logs: np.ndarray) -> np.ndarray:
        """Return each error's probability, log(1 - 2 p) of a set shared among its errors in the ratio they had."""
        probabilities = np.array(self.priors)
        for error, (place, prior) in enumerate(zip(self.of_error, self.priors)):
            if place >= 0:
                probabilities[error] = -np.expm1(np.log1p(-2 * prior) / self.logs[place] * logs[place]) / 2
        return probabilities


@dataclass(frozen=True)
class _Parities:
    """Logarithms of the means of parities, 1 for even and -1 for odd, with their standard errors."""

    logs: dict[tuple[int, ...], float]
    errors: dict[tuple[int, ...], float]

    @classmethod
    def measured(cls, sets: list[tuple[int, ...]], detectors: np.ndarray) -> "_Parities":
        """Return those of all subsets of the sets of up to six detectors, and of wider sets themselves."""
        wanted = {part for members in sets if len(members) <= _WIDEST for part in _subsets(members)} | set(sets)
        columns = np.ascontiguousarray(np.packbits(detectors, axis=0).T)  # one row of bytes a detector
        n_shots, logs, errors = len(detectors), {(): 0.0}, {(): 0.0}
        for members in wanted - {()}:
            odd = np.bitwise_xor.reduce(columns[list(members)], axis=0)
            mean = max(1 - 2 * int(np.bitwise_count(odd).sum()) / n_shots, _LEAST_MEAN)
            logs[members] = float(np.log(mean))
            errors[members] = float(np.sqrt(max(1 - mean**2, 1 / n_shots) / n_shots) / mean)
        return cls(logs, errors)


def _subsets(members: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [part for size in range(len(members) + 1) for part in combinations(members, size)]


def _by_inclusion_and_exclusion(sets: list[tuple[int, ...]], parities: _Parities) -> np.ndarray:
    """Return log(1 - 2 p) of each set: that of all errors covering it, less those of the larger sets among them."""
    found: dict[tuple[int, ...], float] = {}
    covering: dict[int, list[tuple[int, ...]]] = {}
    for members in sorted(sets, key=len, reverse=True):
        if len(members) > _WIDEST:
            raise ValueError(f'An error flips {len(members)} detectors; "correlations" takes up to {_WIDEST}.')
        total = sum((-1) ** len(part) * parities.logs[part] for part in _subsets(members)) / -(2 ** (len(members) - 1))
        larger = [other for other in covering.get(members[0], ()) if set(members) < set(other)]
        found[members] = min(total - sum(found[other] for other in larger), 0.0)
        for detector in members:
            covering.setdefault(detector, []).append(members)
    return np.array([found[members] for members in sets])


def _by_least_squares(errors: _Errors, parities: _Parities, prior_width: float) -> np.ndarray:
    """Return log(1 - 2 p) of each set, at most 0, that explain all parities and are near the prior."""
    flipping: dict[int, list[int]] = {}
    for place, members in enumerate(errors.sets):
        for detector in members:
            flipping.setdefault(detector, []).append(place)
    rows, columns = [], []
    wanted = [members for members in parities.logs if members]
    for row, members in enumerate(wanted):
        places, counts = np.unique([p for detector in members for p in flipping.get(detector, ())], return_counts=True)
        odd = places[counts % 2 == 1].astype(int)
        rows += [row] * len(odd)
        columns += odd.tolist()
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(wanted), len(errors.sets)))
    scales = 1 / np.array([parities.errors[members] for members in wanted])
    values = np.array([parities.logs[members] for members in wanted])
    prior = 1 / (prior_width * -errors.logs)
    stacked = vstack([diags_array(scales) @ matrix, diags_array(prior)]).tocsr()
    target = np.concatenate([scales * values, prior * errors.logs])
    # In units of the prior all unknowns are of one size.
    unit = -errors.logs
    solution = lsq_linear(stacked @ diags_array(unit), target, bounds=(-np.inf, 0.0), max_iter=200)
    return solution.x * unit


def with_probabilities(
    problem: DecodingProblem, structure: stim.DetectorErrorModel, probabilities: np.ndarray
) -> DecodingProblem:
    """Return the problem of a model of its errors, float (n_errors,), with its coordinates and recorded shots."""
    model, given = stim.DetectorErrorModel(), iter(probabilities.tolist())
    for part in structure:
        if part.type == "error":
            model.append("error", next(given), part.targets_copy())
    # Declared, so that indices no error reaches still count.
    for detector in range(structure.num_detectors):
        model.append("detector", [], [stim.target_relative_detector_id(detector)])
    for observable in range(structure.num_observables):
        model.append("logical_observable", [], [stim.target_logical_observable_id(observable)])
    places = {detector: place[~np.isnan(place)].tolist() for detector, place in enumerate(problem.coordinates)}
    coordinates = {detector: place for detector, place in places.items() if place}
    return DecodingProblem(model, coordinates=coordinates, recorded=problem.recorded)
