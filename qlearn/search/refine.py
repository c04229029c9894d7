"""What is done with a winner: its energy on fresh shots, and its angles trained anew, with shots and noise too."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..circuits import Program
from ..estimates import Estimate
from ..sim import Statevector, Trajectories
from ..sim.readout import corrected, readout_of
from ..variational import vqe
from .candidate import Candidate
from .energy import EnergyProblem

__all__ = ["remeasure", "retrain"]


def remeasure(problem: EnergyProblem, candidate: Candidate, *, n_shots: int, random_state: Any = None) -> Estimate:
    """Return the energy of a circuit from fresh shots, under the noise of the problem where it has some.

    The lowest of many noisy numbers is lower than it should be; a winner has to be measured again.

    Parameters
    ----------
    problem : EnergyProblem
    candidate : Candidate
    n_shots : int
        Spread over the groups of qubit-wise commuting terms; with noise each is a trajectory of its own, and its
        readout errors are corrected by their rates, at the cost of larger standard errors.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    Estimate

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.PauliSum("XX + ZZ"), noise=ql.NoiseModel.depolarizing(0.001, 0.01))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=2000), random_state=0)
    >>> fresh = ql.search.remeasure(problem, result.best, n_shots=4000, random_state=1)
    >>> abs(fresh.value - result.best.objectives["noisy_energy"]) < 4 * fresh.std_error
    True
    """
    _check(problem)
    circuit, hamiltonian = candidate.circuit, problem.hamiltonian
    if problem.noise is None:
        engine: Any = Statevector()
    else:
        engine, circuit = Trajectories(n_trajectories=n_shots), problem.noise.apply(circuit, final_measurement=True)
        hamiltonian = corrected(hamiltonian, readout_of(Program.from_circuit(circuit)).errors)
    return engine.expectation(circuit, hamiltonian, n_shots=n_shots, random_state=random_state)


def retrain(
    problem: EnergyProblem,
    candidate: Candidate,
    *,
    optimizer: Any = None,
    execution: Any = None,
    initial: Any = None,
    max_epochs: int = 200,
    callback: Any = None,
    random_state: Any = None,
) -> Candidate:
    """Return the candidate with its angles trained anew, measured as all others are.

    A search computes energies without statistical error. On a device the angles have to be found from shots, under
    noise: ``execution=ParameterShift(n_shots=1000, noise=noise)`` with SPSA, Rotosolve or iCANS does so here.

    Parameters
    ----------
    problem : EnergyProblem
    candidate : Candidate
    optimizer : AbstractOptimizer, optional
        Of `qlearn.variational`: LBFGS by default, or Adam, NaturalGradient, Rotosolve, SPSA, QNSPSA, ICANS.
    execution : Adjoint or ParameterShift, optional
        Exact by default.
    initial : array_like of float, optional
        (n_parameters,), where training starts; the values of the candidate by default.
    max_epochs : int
        Steps.
    callback : callable, optional
        ``callback(epoch, loss, parameters)`` after each step; a true answer stops.
    random_state : int, Generator, SeedSequence or None
        Of shots and perturbations.

    Returns
    -------
    Candidate
        With the noiseless energy, and the noisy one where the problem has noise.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.PauliSum("XX + ZZ"), gates=("ry", "cx"))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=2000), random_state=0)
    >>> product, optimizer = result.front[0], ql.variational.NaturalGradient()
    >>> again = ql.search.retrain(problem, product, optimizer=optimizer, initial=product.values + 0.3)
    >>> abs(again.cost - product.cost) < 1e-3
    True
    """
    _check(problem)
    values = candidate.values if initial is None else np.asarray(initial, dtype=float)
    if candidate.ansatz.n_parameters:
        values = vqe(
            problem.hamiltonian, candidate.ansatz, initial=values, optimizer=optimizer, execution=execution,
            max_epochs=max_epochs, patience=None, callback=callback, random_state=random_state,
        ).parameters  # fmt: skip
    objectives = problem.measure(candidate.ansatz, values)
    return Candidate(candidate.ansatz, values, objectives, problem.cost_name, candidate.evaluations, candidate.seconds)


def _check(problem: Any) -> None:
    if not isinstance(problem, EnergyProblem):
        raise TypeError(f"`problem` must be an EnergyProblem, got {type(problem).__name__}.")
