"""most_trainable: which of several good circuits training finds its way into, seen in simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._checks import check_count
from ..circuits import Circuit
from ..sim import Statevector
from ..variational import Adam
from ..variational.optimizers.base import Loop
from .candidate import Candidate
from .device_training import DECAY, STEPS, near_half_turns
from .energy import EnergyProblem

__all__ = ["most_trainable"]


def most_trainable(
    problem: EnergyProblem,
    candidates: Sequence[Candidate],
    *,
    n_kept: int = 3,
    n_starts: int = 16,
    max_epochs: int = 100,
    random_state: Any = None,
) -> list[Candidate]:
    """Return the circuits whose training ends lowest on average, the best first.

    Two circuits of equal size and equal lowest energy may differ in how often training finds it: short circuits have
    plateaus. Here each is trained as `train_on_device` begins to, from random starts near half turns, but with exact
    gradients: what does not work in simulation will not on a device.

    Parameters
    ----------
    problem : EnergyProblem
    candidates : sequence of Candidate
        Such as `SearchResult.near_best`.
    n_kept : int
        How many to return at most.
    n_starts : int
        A quarter of them for every circuit, the others for the better quarter of the circuits.
    max_epochs : int
        Steps of Adam.
    random_state : int, Generator, SeedSequence or None
        Of the starts.

    Returns
    -------
    list of Candidate
        As given, with the angles of the search.

    Notes
    -----
    Costs max_epochs gradients for each start, all starts of a circuit in one batch.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.datasets.make_heisenberg_chain(4), gates=("ry", "cx"))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=20_000), random_state=0)
    >>> chosen = ql.search.most_trainable(problem, result.near_best(0.01), n_kept=2, random_state=0)
    >>> len(chosen)
    2
    """
    for name, value in (("n_kept", n_kept), ("n_starts", n_starts), ("max_epochs", max_epochs)):
        check_count(name, value, minimum=1)
    if not isinstance(problem, EnergyProblem):
        raise TypeError(f"`problem` must be an EnergyProblem, got {type(problem).__name__}.")
    if not len(candidates):
        raise ValueError("`candidates` must hold at least one circuit.")
    rng = np.random.default_rng(random_state)
    first = max(1, n_starts // 4)
    ends = {i: _ends(problem, candidate, first, max_epochs, rng) for i, candidate in enumerate(candidates)}
    order = sorted(ends, key=lambda i: ends[i].mean())[: max(n_kept, len(candidates) // 4)]
    if n_starts > first:
        more = {i: _ends(problem, candidates[i], n_starts - first, max_epochs, rng) for i in order}
        order.sort(key=lambda i: np.concatenate([ends[i], more[i]]).mean())
    return [candidates[i] for i in order[:n_kept]]


def _ends(
    problem: EnergyProblem, candidate: Candidate, n_starts: int, max_epochs: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the energies at which training ends, from several starts."""
    starts = near_half_turns(candidate, n_starts, rng)
    objective = _SumOfEnergies(candidate.ansatz, problem, starts.shape)
    if not starts.size:
        return objective.energies(starts)
    loop = Loop(max_epochs=max_epochs, patience=None)
    trained = Adam(STEPS[0], decay=DECAY).run(objective, starts.ravel(), loop)
    return objective.energies(trained.parameters)


class _SumOfEnergies:
    """The energies of one circuit at several rows of angles, added: Adam moves each row as if it were alone."""

    n_samples = 1

    def __init__(self, circuit: Circuit, problem: EnergyProblem, shape: tuple[int, int]) -> None:
        self.circuit, self.observable, self.shape = circuit, problem.hamiltonian, shape
        self.engine = Statevector()

    def energies(self, parameters: np.ndarray) -> np.ndarray:
        return self.engine.expectation(self.circuit, self.observable, parameters.reshape(self.shape))

    def value_and_gradient(self, parameters: np.ndarray, rows: Any, random: Any) -> tuple[float, np.ndarray]:
        values, gradient = self.engine.value_and_gradient(self.circuit, self.observable, parameters.reshape(self.shape))
        return float(values.sum()), gradient.ravel()
