"""The energy of a noisy circuit to first order in its noise: one noisy place at a time."""

from __future__ import annotations

import numpy as np

from .._memory import require_memory
from ..circuits import CHANNEL_NAMES, Circuit, Instruction, channel_kraus, gate_matrix
from ..paulis import PauliSum

__all__ = ["first_order_energy"]


def first_order_energy(circuit: Circuit, hamiltonian: PauliSum) -> float:
    """Return the energy without noise plus what each channel changes when it is the only one.

    The error is of the order of the squared number of faults: two faults at once are left out. On more than about eight
    qubits this is far cheaper than density matrices, and unlike trajectories it has no statistical error.

    Parameters
    ----------
    circuit : Circuit
        Gates with numbers for angles, and channels; readout errors, which act on no state, are passed over.
    hamiltonian : PauliSum

    Returns
    -------
    float

    Notes
    -----
    Cost: a state vector for each Kraus operator of each channel, all sent through the gates that follow.

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit = ql.Circuit(2).h(0).depolarize1(0.001, 0).cx(0, 1).depolarize2(0.01, 0, 1)
    >>> round(first_order_energy(circuit, ql.PauliSum("ZZ")), 6)
    0.989333
    """
    n = circuit.n_qubits
    steps = [step for step in circuit if step.name not in ("barrier", "readout_error")]
    kraus = [channel_kraus(step) if step.name in CHANNEL_NAMES else [] for step in steps]
    n_states = 1 + sum(map(len, kraus))
    require_memory(3 * 16 * n_states * 2**n, f"{n_states} states of {n} qubits", "fewer gates or trajectories")
    states = np.zeros((n_states, *(2,) * n), dtype=complex)
    states[(0,) * (n + 1)] = 1.0
    n_live, sizes = 1, []
    for step, operators in zip(steps, kraus):
        if operators:
            for operator in operators:
                states[n_live] = _applied(operator, states[:1], step)[0]
                n_live += 1
            sizes.append(len(operators))
        else:
            states[:n_live] = _applied(gate_matrix(step), states[:n_live], step)
    rows = states.reshape(n_states, -1)
    energies = np.einsum("bi,bi->b", rows.conj(), hamiltonian.apply(rows)).real
    changes = [part.sum() - energies[0] for part in np.split(energies[1:], np.cumsum(sizes)[:-1])] if sizes else []
    return float(energies[0] + sum(changes))


def _applied(matrix: np.ndarray, states: np.ndarray, step: Instruction) -> np.ndarray:
    """Return states (batch, 2, ..., 2) with a matrix applied to the qubits of an instruction."""
    k = len(step.qubits)
    axes = [1 + qubit for qubit in step.qubits]
    moved = np.tensordot(np.asarray(matrix).reshape((2,) * (2 * k)), states, axes=(list(range(k, 2 * k)), axes))
    return np.moveaxis(moved, list(range(k)), axes)
