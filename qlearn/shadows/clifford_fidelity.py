"""Fidelity to a stabiliser state, and expectation values, from random Clifford unitaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._checks import check_count
from ..circuits import Circuit
from ..estimates import Estimate
from ..paulis import PauliSum
from .clifford_data import CliffordData

if TYPE_CHECKING:
    import stim


def clifford_fidelity(data: CliffordData, target: Circuit, n_groups: int = 10) -> Estimate:
    """Return the fidelity ``<phi| rho |phi>`` of the measured state to a stabiliser state, by median of means.

    Its error does not grow with the number of qubits: about ``sqrt(3 / n_settings)``. Single shots have heavy tails,
    which the median tames.

    Cost: about a millisecond a shot at 50 qubits.

    Parameters
    ----------
    data : CliffordData
        Of uniformly random unitaries.
    target : Circuit
        Clifford, without noise or measurement, on as many qubits; it prepares phi from ``|0...0>``.
    n_groups : int
        Groups of settings whose means the median is taken of; 1 gives the mean.

    Returns
    -------
    Estimate
        It can lie outside [0, 1].

    Raises
    ------
    TypeError, ValueError
        If the target does not fit, or there are fewer settings than groups.

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020), Eq. (S40).

    Examples
    --------
    >>> import qlearn as ql
    >>> bell = ql.Circuit(2).h(0).cx(0, 1)
    >>> data = ql.shadows.CliffordScheme.random(2, 2000, random_state=0).measure(bell, random_state=1)
    >>> ql.shadows.clifford_fidelity(data, bell)
    1.03 ± 0.05 (2000 shots)
    """
    import stim

    _check_data(data)
    if not isinstance(target, Circuit):
        raise TypeError(f"`target` must be a Clifford Circuit, got {type(target).__name__}.")
    if target.n_qubits != data.n_qubits:
        raise ValueError(f"`target` has {target.n_qubits} qubits, the data have {data.n_qubits}.")
    if target.has_measurement or target.has_noise:
        raise ValueError("`target` must prepare a pure state: a circuit without measurement and noise.")
    state = stim.TableauSimulator()
    state.do_circuit(target.to_stim())
    n, targets = data.n_qubits, list(range(data.n_qubits))
    values, shot = np.empty(data.n_shots), 0
    for setting, n_shots in enumerate(data.shots_per_setting):
        rotated = state.copy()
        rotated.do_tableau(data.unitary(setting), targets)
        for _ in range(n_shots):
            free = _free_bits(rotated.copy(), data.outcomes[shot])
            values[shot] = -1.0 if free is None else 2.0 ** (n - free) + 2.0**-free - 1
            shot += 1
    return _median_of_means(data, values, n_groups)


def clifford_expectation(data: CliffordData, observable: PauliSum, n_groups: int = 1) -> Estimate:
    """Return the expectation value of a sum of Pauli strings.

    Its variance grows like ``2**n_qubits``: for few qubits; single-qubit bases suit local strings better.

    Parameters
    ----------
    data : CliffordData
        Of uniformly random unitaries.
    observable : PauliSum
        Hermitian, on as many qubits.
    n_groups : int
        See `clifford_fidelity`; by default the mean.

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If the observable does not fit, or there are fewer settings than groups.
    """
    import stim

    _check_data(data)
    if not isinstance(observable, PauliSum) or np.iscomplexobj(observable.coefficients):
        raise TypeError("`observable` must be a Hermitian PauliSum.")
    if observable.n_qubits != data.n_qubits:
        raise ValueError(f"`observable` has {observable.n_qubits} qubits, the data have {data.n_qubits}.")
    outcomes = np.split(data.outcomes, np.cumsum(data.shots_per_setting)[:-1])
    values = [np.zeros(len(part)) for part in outcomes]
    identity = observable.weights() == 0
    constant = observable.coefficients[identity].sum()
    strings = [(stim.PauliString(label), c) for label, c in observable[~identity].items()]
    for setting, part in enumerate(outcomes):
        unitary = data.unitary(setting)
        for string, coefficient in strings:
            rotated = unitary(string)
            x, z = rotated.to_numpy()
            if not x.any():
                parity = part[:, z].sum(axis=1) % 2
                values[setting] += coefficient * rotated.sign.real * (2.0**data.n_qubits + 1) * (1 - 2.0 * parity)
    return _median_of_means(data, constant + np.concatenate(values), n_groups)


def _free_bits(state: stim.TableauSimulator, bits: NDArray[np.uint8]) -> int | None:
    """Return k where the bits have probability ``2**-k`` in a stabiliser state, or None where they have 0."""
    free = 0
    for qubit, bit in enumerate(bits.tolist()):
        known = state.peek_z(qubit)
        if known == 0:
            free += 1
            state.postselect_z(qubit, desired_value=bool(bit))
        elif known != 1 - 2 * bit:
            return None
    return free


def _check_data(data: CliffordData) -> None:
    if not isinstance(data, CliffordData):
        raise TypeError(f"`data` must be CliffordData, got {type(data).__name__}.")


def _median_of_means(data: CliffordData, values: NDArray[np.float64], n_groups: int) -> Estimate:
    """Return the median of the means of groups of settings, each the mean of its shots."""
    shots = data.shots_per_setting[data.shots_per_setting > 0]
    check_count("n_groups", n_groups, minimum=1)
    if len(shots) < max(2, n_groups):
        raise ValueError(f"{n_groups} groups need as many settings with a shot, and two at least; got {len(shots)}.")
    means = np.add.reduceat(values, np.cumsum(shots) - shots) / shots
    if n_groups == 1:
        return Estimate(means.mean(), means.std(ddof=1) / np.sqrt(len(means)), data.n_shots, "mean of settings")
    groups = np.array([part.mean() for part in np.array_split(means, n_groups)])
    error = groups.std(ddof=1) * np.sqrt(np.pi / (2 * n_groups + np.pi - 2))
    return Estimate(np.median(groups), error, data.n_shots, f"median of {n_groups} means")
