"""Ground states and given states, by training circuits on energies."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._random import task_generator
from ..circuits import Circuit
from ..paulis import PauliSum
from .ansatze import AbstractAnsatz
from .energies import EnergyObjective
from .optimizers import Loop
from .runs import EnergyResult, energies_of, optimizer_for, patience_for, started, zero_projector

__all__ = ["learn_state", "vqe"]

_MOST_DENSE = 7  # qubits of a projector on an arbitrary state, which has 4**n terms


def vqe(
    hamiltonian: PauliSum,
    ansatz: AbstractAnsatz | Circuit,
    *,
    initial: Any = None,
    optimizer: Any = None,
    max_epochs: int = 200,
    tolerance: float = 1e-9,
    patience: Any = "auto",
    execution: Any = None,
    callback: Any = None,
    random_state: Any = None,
) -> EnergyResult:
    """Return the state of lowest energy that an ansatz finds.

    Parameters
    ----------
    hamiltonian : PauliSum
    ansatz : AbstractAnsatz or Circuit
    initial : array_like of float, optional
        Parameters to start from; by default those of the ansatz, or small random ones for a circuit.
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default, `Adam()` with shots; `ICANS`, `SPSA` and `QNSPSA` bear shots too.
    max_epochs : int
        Steps.
    tolerance : float
        Improvement of the energy that counts for `patience`, in the unit of the Hamiltonian.
    patience : int, None or "auto"
        Steps without improvement after which it stops; None never stops. "auto" is 5, and None where energies scatter.
    execution : Adjoint or ParameterShift, optional
        Exact by default.
    callback : callable, optional
        ``callback(step, energy, parameters)``; a true answer stops.
    random_state : int, Generator, SeedSequence or None
        Of first parameters, shots and perturbations.

    Returns
    -------
    EnergyResult

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If the widths differ, the circuit has no parameters, or `initial` has another length.

    References
    ----------
    Peruzzo et al., Nat. Commun. 5, 4213 (2014).

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
    >>> result = ql.variational.vqe(molecule.hamiltonian, ql.variational.UCCSD(n_electrons=2))
    >>> bool(abs(result.energy - molecule.exact_energy) < 1e-8)
    True
    """
    circuit, start, seed = started(hamiltonian, ansatz, initial, random_state)
    objective = EnergyObjective(circuit, hamiltonian, execution)
    loop = Loop(
        max_epochs=max_epochs, tolerance=tolerance, patience=patience_for(patience, execution), callback=callback,
        random_state=task_generator(seed, 1),
    )  # fmt: skip
    found = optimizer_for(optimizer, execution).run(objective, start, loop)
    (energy,) = energies_of(objective.layer, np.empty((1, 0)), found.parameters, task_generator(seed, 2))
    return EnergyResult(energy, found.parameters, circuit, tuple(found.loss_curve), found.message)


def learn_state(
    target: Any,
    ansatz: AbstractAnsatz | Circuit,
    *,
    initial: Any = None,
    optimizer: Any = None,
    max_epochs: int = 300,
    execution: Any = None,
    random_state: Any = None,
) -> EnergyResult:
    """Return the circuit of an ansatz that comes closest to a state; `energy` is minus the fidelity.

    Parameters
    ----------
    target : Circuit, State or array_like
        A circuit without parameters (at most 12 qubits), or the amplitudes (at most 7).
    ansatz : AbstractAnsatz or Circuit
    initial : array_like of float, optional
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default, `Adam()` with shots.
    max_epochs : int
    execution : Adjoint or ParameterShift, optional
        Exact by default.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    EnergyResult

    Raises
    ------
    ValueError
        If the target has open parameters, too many qubits, or amplitudes that make no state.

    Examples
    --------
    >>> import qlearn as ql
    >>> found = ql.variational.learn_state(ql.sim.State.ghz(3), ql.variational.HardwareEfficient(2), random_state=0)
    >>> round(-found.energy, 6)
    1.0
    """
    if isinstance(target, Circuit):
        if target.n_parameters:
            raise ValueError(f"`target` has {target.n_parameters} open parameters; bind them first.")
        observable = -1.0 * zero_projector(target.n_qubits)
    else:
        amplitudes = np.asarray(getattr(target, "amplitudes", target), dtype=complex)
        n_qubits = amplitudes.size.bit_length() - 1
        if amplitudes.ndim != 1 or amplitudes.size != 1 << n_qubits or n_qubits > _MOST_DENSE:
            raise ValueError(
                f"`target` must have 2**n amplitudes, n at most {_MOST_DENSE}, got shape {amplitudes.shape}; "
                "pass a circuit for more qubits."
            )
        norm = np.linalg.norm(amplitudes)
        if not 0 < norm < np.inf:
            raise ValueError(f"`target` must have finite amplitudes that are not all zero, got norm {norm}.")
        amplitudes = amplitudes / norm
        observable = -1.0 * PauliSum.from_matrix(np.outer(amplitudes, amplitudes.conj()))
    circuit, start, seed = started(observable, ansatz, initial, random_state)
    measured = circuit + target.inverse() if isinstance(target, Circuit) else circuit
    objective = EnergyObjective(measured, observable, execution)
    loop = Loop(
        max_epochs=max_epochs,
        tolerance=1e-10,
        patience=patience_for("auto", execution),
        random_state=task_generator(seed, 1),
    )
    found = optimizer_for(optimizer, execution).run(objective, start, loop)
    (value,) = energies_of(objective.layer, np.empty((1, 0)), found.parameters, task_generator(seed, 2))
    return EnergyResult(value, found.parameters, circuit, tuple(found.loss_curve), found.message)
