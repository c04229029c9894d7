"""Grouped: qubit-wise commuting groups, shots by coefficients, by known variances or by those of a pilot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._checks import check_count
from ..estimates import Estimate
from ..paulis import Grouping, PauliSum
from ..sim import State
from .data import ShadowData
from .estimation import estimate
from .scheme import AbstractScheme, MeasurementScheme, check_hamiltonian, round_shots
from .variance import group_variances

_ORDERS = ("magnitude", "degree")


class Grouped(AbstractScheme):
    """One setting for each group of qubit-wise commuting terms.

    Shots go to groups in proportion to the sum of the moduli of their coefficients; or, where a state is given, to the
    standard deviation of the group in it, which is the optimum for that state. Every group gets at least one shot if
    there are enough. `plan` finds the standard deviations by a pilot round instead.

    Parameters
    ----------
    reference : State, optional
        The state whose group variances decide; unknown in an experiment, hence for bounds and for pilot states.
    order : {"magnitude", "degree"}
        Which terms open groups first: large coefficients (sorted insertion), or those that fit together with the
        fewest others (largest degree first), ties by coefficient.

    References
    ----------
    Crawford et al., Quantum 5, 385 (2021), Algorithm 1 and Eq. (13); Verteletskyi, Yen, Izmaylov, J. Chem. Phys. 152,
    124114 (2020), for the largest degree first.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Grouped().design(ql.PauliSum({"ZZ": 2.0, "ZI": 1.0, "XX": 1.0}), n_shots=400)
    >>> scheme.labels(), scheme.shots_per_setting.tolist()
    (['ZZ', 'XX'], [300, 100])
    """

    def __init__(self, reference: State | None = None, order: str = "magnitude") -> None:
        self.reference = reference
        self.order = order

    def plan(self, hamiltonian: PauliSum, n_shots: int, n_pilot: int | None = None) -> GroupedPlan:
        """Return an experiment in two rounds: the first tells the variances of the groups, by which the second goes.

        Parameters
        ----------
        hamiltonian : PauliSum
            Hermitian, with a term beside the identity.
        n_shots : int
            In all.
        n_pilot : int, optional
            Shots of the first round, allocated by coefficients; a fifth of all by default.

        Returns
        -------
        GroupedPlan

        Examples
        --------
        >>> import qlearn as ql
        >>> hamiltonian, state = ql.PauliSum({"ZZ": 2.0, "XX": 1.0, "YI": 1.0}), ql.sim.State.ghz(2)
        >>> plan = ql.shadows.Grouped().plan(hamiltonian, n_shots=1000)
        >>> plan.second(plan.pilot.measure(state, random_state=0))
        <MeasurementScheme: 2 qubits, 3 settings, 800 shots>
        """
        terms = check_hamiltonian(hamiltonian)
        n_shots = check_count("n_shots", n_shots, minimum=2)
        n_pilot = max(1, n_shots // 5) if n_pilot is None else n_pilot
        n_pilot = check_count("n_pilot", n_pilot, minimum=1, maximum=n_shots - 1)
        return GroupedPlan(hamiltonian, self.groups(terms), n_shots, n_pilot)

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        groups = self.groups(terms)
        if self.reference is None:
            shares = _moduli(groups)
        else:
            shares = np.sqrt(np.maximum(group_variances(groups, self.reference), 1e-12 * terms.norm() ** 2))
        return MeasurementScheme(groups.bases, _allocate(shares, n_shots))

    def groups(self, terms: PauliSum) -> Grouping:
        """Return the groups, each with the setting that measures it.

        Parameters
        ----------
        terms : PauliSum
            Distinct strings, without the identity.

        Returns
        -------
        Grouping

        Examples
        --------
        >>> import qlearn as ql
        >>> terms = ql.PauliSum({"ZI": 3.0, "XX": 2.0, "XI": 1.0, "YI": 1.0, "IX": 0.5})
        >>> [ql.shadows.Grouped(order=order).groups(terms).assignment.tolist() for order in ("magnitude", "degree")]
        [[0, 1, 1, 2, 0], [0, 2, 2, 1, 0]]
        """
        if self.order not in _ORDERS:
            raise ValueError(f"`order` must be one of {', '.join(_ORDERS)}, got {self.order!r}.")
        if self.order == "magnitude":
            return terms.qubit_wise_groups()
        rank = np.argsort(np.lexsort((-np.abs(terms.coefficients), -_degrees(terms))))
        # Sorted insertion, given coefficients in the order of the ranks.
        sorted_terms = PauliSum.from_arrays(terms.x, terms.z, 1.0 + terms.n_terms - rank)
        groups = sorted_terms.qubit_wise_groups()
        return Grouping(terms, groups.assignment, groups.bases)


@dataclass(frozen=True, eq=False)
class GroupedPlan:
    """A two-stage experiment: measure `pilot`, then what `second` says, then `estimate` from all data.

    Attributes
    ----------
    hamiltonian : PauliSum
    groups : Grouping
    n_shots : int
        In all.
    n_pilot : int
        Shots of the first stage.
    """

    hamiltonian: PauliSum
    groups: Grouping
    n_shots: int
    n_pilot: int

    @property
    def pilot(self) -> MeasurementScheme:
        """The first stage: all groups, shots by coefficients."""
        shots = _allocate(_moduli(self.groups), self.n_pilot)
        return MeasurementScheme(self.groups.bases[shots > 0], shots[shots > 0])

    def second(self, pilot: ShadowData) -> MeasurementScheme:
        """Return the second stage: the shots that are left, so that all together follow the standard deviations.

        The variance of a group is that of its shots, with the sum of its squared coefficients, which uncorrelated terms
        of mean zero would give, counted as two shots more.

        Parameters
        ----------
        pilot : ShadowData

        Returns
        -------
        MeasurementScheme
        """
        bases = self.groups.bases
        left = self.n_shots - pilot.n_shots
        spent, deviations = np.zeros(len(bases)), np.empty(len(bases))
        row = {basis.tobytes(): index for index, basis in enumerate(bases)}
        outcomes: list[list[NDArray]] = [[] for _ in bases]
        ends = np.append(0, np.cumsum(pilot.shots_per_setting))
        for basis, low, high in zip(pilot.bases, ends[:-1], ends[1:], strict=True):
            if (index := row.get(basis.tobytes())) is not None:
                outcomes[index].append(pilot.outcomes[low:high])
        for index, group in enumerate(self.groups):
            squares, n_free = 2 * float((group.coefficients**2).sum()), 2
            if outcomes[index]:
                bits = np.concatenate(outcomes[index]).astype(np.int64)
                values = (1 - 2 * ((bits @ (group.x | group.z).T.astype(np.int64)) & 1)) @ group.coefficients
                squares, n_free = squares + float(((values - values.mean()) ** 2).sum()), n_free + len(values) - 1
                spent[index] = len(values)
            deviations[index] = np.sqrt(squares / n_free)
        wanted = np.maximum(deviations * self.n_shots / deviations.sum() - spent, 0)
        shots = round_shots(wanted, left) if wanted.any() else _allocate(deviations, left)
        return MeasurementScheme(bases[shots > 0], shots[shots > 0])

    def run(self, measure: Callable[[MeasurementScheme], ShadowData]) -> Estimate:
        """Return the energy after measuring both stages.

        Parameters
        ----------
        measure : callable
            Takes a MeasurementScheme and returns its ShadowData; a device, or ``lambda s: s.measure(state)``.

        Returns
        -------
        Estimate
        """
        pilot = measure(self.pilot)
        return self.estimate(ShadowData.merge([pilot, measure(self.second(pilot))]))

    def estimate(self, data: ShadowData) -> Estimate:
        """Return the energy from the shots of both stages, by the ratio of matches.

        Parameters
        ----------
        data : ShadowData

        Returns
        -------
        Estimate
        """
        return estimate(data, self.hamiltonian)


def _moduli(groups: Grouping) -> NDArray[np.float64]:
    return np.bincount(groups.assignment, np.abs(groups.pauli_sum.coefficients))


def _degrees(terms: PauliSum) -> NDArray[np.int64]:
    """Return with how many others each term cannot be measured in one setting."""
    letters = np.concatenate((terms.x & ~terms.z, terms.x & terms.z, ~terms.x & terms.z), axis=1).astype(np.float32)
    acting = (terms.x | terms.z).astype(np.float32)
    return (acting @ acting.T - letters @ letters.T > 0.5).sum(axis=1)


def _allocate(shares: NDArray[np.float64], n_shots: int) -> NDArray[np.int64]:
    """Return shots in proportion to the shares, at least one each; the largest get one each if there are too few."""
    if n_shots <= len(shares):
        shots = np.zeros(len(shares), dtype=np.int64)
        shots[np.argsort(-shares, kind="stable")[:n_shots]] = 1
        return shots
    beyond = np.maximum(shares * (n_shots / shares.sum()) - 1, 0)
    return 1 + round_shots(beyond, n_shots - len(shares))
