"""train_on_device: angles of several circuits found from shots alone, as on a device, and the best circuit of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._checks import check_count
from ..variational import Adam, ParameterShift
from .candidate import Candidate
from .energy import EnergyProblem
from .extrapolation import ZeroNoiseExtrapolation
from .refine import retrain

__all__ = ["train_on_device"]

STEPS, DECAY = (0.1, 0.05, 0.02), 0.02  # of Adam in each round, radians
_WIDTH = 0.3  # radians, of the first angles about half turns
_MORE = 4  # times the shots in each round
_KEPT = (4, 2, 1)  # of so many angles one is kept after each round, the lowest first
_FRESH = 512  # times the shots of a circuit of the round, to tell the lowest: a sixth of what training takes


def train_on_device(
    problem: EnergyProblem,
    candidates: Sequence[Candidate],
    *,
    n_starts: int = 4,
    n_shots: int = 1024,
    max_epochs: int = 100,
    engine: Any = None,
    random_state: Any = None,
) -> Candidate:
    """Return the circuit whose angles, trained on shots alone, have the lowest measured energy.

    A search computes energies without statistical error, which a device cannot. Here the circuits are taken from it,
    and of their angles only the nearest multiples of a half turn, where states are basis states. Each circuit is
    trained from several random starts near those for a few steps; the lowest quarter, on fresh shots, is trained on
    with four times the shots, and the lower half of those once more, where the mean of the later half of the angles
    counts. The lowest of these is returned.

    Parameters
    ----------
    problem : EnergyProblem
    candidates : sequence of Candidate
        Such as some of the front of a search. Those with more gates find the way to low energies more easily, and have
        more noise.
    n_starts : int
        Of each circuit.
    n_shots : int
        Of each circuit that runs in the first round; 4 and 16 times as many in the others.
    max_epochs : int
        Steps of Adam in each round.
    engine : engine or callable, optional
        What runs the circuits, as in `ParameterShift`. By default the noise of the problem, if it has some, with
        two-qubit gates once and three times, extrapolated (`ZeroNoiseExtrapolation`).
    random_state : int, Generator, SeedSequence or None
        Of starts and shots.

    Returns
    -------
    Candidate
        With the noiseless energy, and the noisy one where the problem has noise; it was chosen by neither.

    Notes
    -----
    A step runs two circuits for every angle and one more, with each basis of the Hamiltonian.

    References
    ----------
    Polyak and Juditsky, SIAM J. Control Optim. 30, 838 (1992): the mean of the angles.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.PauliSum("XX + ZZ"), noise=ql.NoiseModel.depolarizing(0.001, 0.01))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=2000), random_state=0)
    >>> trained = ql.search.train_on_device(problem, result.front[-1:], n_starts=2, max_epochs=30, random_state=0)
    >>> abs(trained.cost - result.front[-1].cost) < 0.05
    True
    """
    check_count("n_starts", n_starts, minimum=1)
    if not len(candidates):
        raise ValueError("`candidates` must hold at least one circuit.")
    rng = np.random.default_rng(random_state)
    if engine is None and problem.noise is not None:
        engine = ZeroNoiseExtrapolation(problem.noise)
    trained = [(candidate, start) for candidate in candidates for start in near_half_turns(candidate, n_starts, rng)]
    for i, step in enumerate(STEPS):
        execution = ParameterShift(n_shots=n_shots * _MORE**i, engine=engine)
        trails: list[list[np.ndarray]] = [[] for _ in trained]
        for trail, (candidate, values) in zip(trails, trained):
            retrain(
                problem, candidate, optimizer=Adam(step, decay=DECAY), execution=execution, initial=values,
                max_epochs=max_epochs, callback=lambda *at, trail=trail: trail.append(at[-1].copy()), random_state=rng,
            )  # fmt: skip
        n_last = max(1, max_epochs // 2) if i == len(STEPS) - 1 else 1
        trained = [
            (candidate, np.mean(trail[-n_last:], axis=0) if trail else values)
            for trail, (candidate, values) in zip(trails, trained)
        ]
        if len(trained) > 1:
            fresh = ParameterShift(n_shots=_FRESH * n_shots * _MORE**i, engine=engine)
            energies = [_measured(problem, candidate, values, fresh, rng) for candidate, values in trained]
            trained = [trained[k] for k in np.argsort(energies, kind="stable")[: -(-len(trained) // _KEPT[i])]]
    candidate, values = trained[0]
    objectives = problem.measure(candidate.ansatz, values)
    return Candidate(candidate.ansatz, values, objectives, problem.cost_name, candidate.evaluations, candidate.seconds)


def near_half_turns(candidate: Candidate, n_starts: int, rng: np.random.Generator) -> np.ndarray:
    """Return random angles about the half turns nearest to those of a circuit.

    Parameters
    ----------
    candidate : Candidate
    n_starts : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float, shape (n_starts, n_parameters)
    """
    shape = (n_starts, len(candidate.values))
    return np.pi * np.round(candidate.values / np.pi) + rng.normal(0.0, _WIDTH, shape)


def _measured(
    problem: EnergyProblem,
    candidate: Candidate,
    values: np.ndarray,
    execution: ParameterShift,
    rng: np.random.Generator,
) -> float:
    """Return the energy from shots."""
    circuit = candidate.ansatz.bind(values) if len(values) else candidate.ansatz
    table = np.zeros((1, 0))
    return float(execution.expectation(execution.prepared(circuit), [problem.hamiltonian], table, rng)[0, 0])
