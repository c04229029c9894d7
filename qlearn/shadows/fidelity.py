"""Fidelity to a pure state from settings of single-qubit bases."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..estimates import Estimate
from ..sim import State
from .data import ShadowData
from .randomised import (
    apply_each,
    jackknife_error,
    mean_without,
    outcome_probabilities,
    prior_factor,
    uniform_settings,
)

_MAX_QUBITS = 24
_INVERSE = np.array([[2.0, -1.0], [-1.0, 2.0]])


def fidelity(data: ShadowData, target: State, *, prior: State | ArrayLike | None = None) -> Estimate:
    """Return the fidelity ``<psi| rho |psi>`` of the measured state to a pure one, unbiased.

    Cost: ``n_settings * n * 2**n * 1e-8`` seconds for n qubits. The error grows exponentially in n: for
    stabiliser states of many qubits `clifford_fidelity` needs far fewer shots.

    Parameters
    ----------
    data : ShadowData
        Bases uniformly random.
    target : State
        On as many qubits, up to 24.
    prior : State or density matrix, optional
        A guess of the measured state (common randomised measurements), often the target itself: its exact values in the
        same settings are subtracted, its fidelity added. The better it is, the smaller the error, and no guess biases
        the result.

    Returns
    -------
    Estimate
        The mean over settings of the mean over their shots, with the error over settings. It can lie outside [0, 1].
        With the target as prior the error of a stabiliser state that was measured is 0: no shot showed a fault.

    Raises
    ------
    TypeError, ValueError
        If the target is no single state of as many qubits, or settings were drawn with other probabilities.

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Eq. (S44); Vermersch et al., PRX Quantum 5, 010352 (2024).

    Examples
    --------
    >>> import qlearn as ql
    >>> state = ql.sim.State.random(3, random_state=0)
    >>> scheme = ql.shadows.Uniform(shots_per_setting=50, random_state=0).design(ql.PauliSum("1.0 * ZZZ"), 20_000)
    >>> data = scheme.measure(state, random_state=1)
    >>> ql.shadows.fidelity(data, state)
    1.03 ± 0.03 (20000 shots)
    >>> ql.shadows.fidelity(data, state, prior=state)
    1.007 ± 0.010 (20000 shots)
    """
    if not isinstance(target, State) or target.is_batch:
        raise TypeError(f"`target` must be a single State, got {target!r:.60}.")
    part = uniform_settings(data, None, "The fidelity", _MAX_QUBITS)
    if target.n_qubits != part.n_qubits:
        raise ValueError(f"`target` has {target.n_qubits} qubits, the data have {part.n_qubits}.")
    n = len(part.bases)
    if n < 2:
        raise ValueError(f"The fidelity needs at least 2 settings, got {n}.")
    amplitudes = np.asarray(target.amplitudes, dtype=complex)
    guess = None if prior is None else prior_factor(prior, data, None)
    truth = 0.0 if guess is None else float((np.abs(amplitudes.conj() @ guess) ** 2).sum())
    values = np.empty(n)
    for setting, basis in enumerate(part.bases):
        of_outcome = apply_each(_INVERSE, outcome_probabilities(amplitudes[:, None], basis))
        shots = part.outcomes[part.starts[setting] : part.starts[setting + 1]].astype(np.int64)
        values[setting] = of_outcome[shots].mean()
        if guess is not None:
            values[setting] += truth - of_outcome @ outcome_probabilities(guess, basis)
    value, without = mean_without(values)
    return Estimate(value, jackknife_error(without), data.n_shots, "shadows of settings")
