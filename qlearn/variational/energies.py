"""Energies as objectives, and the searches for ground and excited states over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit
from ..paulis import PauliSum
from .execution import ParameterShift, shifted_points
from .layer import QuantumLayer


class EnergyObjective:
    """The expectation value of one observable, as a function of all parameters of a circuit.

    Parameters
    ----------
    circuit : Circuit
    observable : PauliSum
    execution : Adjoint or ParameterShift, optional
        Exact by default.

    Attributes
    ----------
    lipschitz : float
        A bound on the second derivative by any parameter: the sum of the absolute coefficients, times the square of the
        sum of all angles' derivatives by it.
    is_sinusoidal : bool
        Whether every parameter is the angle of one Pauli rotation.
    """

    n_samples = 1

    def __init__(self, circuit: Circuit, observable: PauliSum, execution: Any = None) -> None:
        self.layer = QuantumLayer(circuit, [observable], (), circuit.parameters, execution)
        identity = ~(np.asarray(observable.x).any(axis=1) | np.asarray(observable.z).any(axis=1))
        jacobian = self.layer.weight_jacobian(np.empty(0))
        reach = float(np.abs(jacobian).sum(axis=0).max(initial=0.0))
        self.lipschitz = float(np.abs(np.asarray(observable.coefficients)[~identity]).sum()) * reach**2
        frequencies = [omega for _, omega in self.layer.rules()]
        self.is_sinusoidal = (
            jacobian.shape[0] == jacobian.shape[1]
            and bool((np.sort(jacobian, axis=0)[-1] == 1).all())
            and bool((np.count_nonzero(jacobian, axis=0) == 1).all())
            and all(omega == (1.0,) for omega in frequencies)
        )

    def value(self, parameters: np.ndarray, rows: Any = None, random: Any = None) -> float:
        """Return the energy.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : object
            Not used.
        random : numpy.random.Generator, optional
            Of shots.

        Returns
        -------
        float
        """
        return float(self.layer.forward(np.empty((1, 0)), parameters, random)[0, 0])

    def values(self, points: np.ndarray, random: Any = None) -> np.ndarray:
        """Return the energies at several points, in one engine call.

        Parameters
        ----------
        points : ndarray of shape (n_points, n_parameters)
        random : numpy.random.Generator, optional
            Of shots.

        Returns
        -------
        ndarray of shape (n_points,)
        """
        table = np.vstack([self.layer.angles(np.empty((1, 0)), point) for point in points])
        return self.layer.execution.expectation(self.layer.prepared, self.layer.observables, table, random)[:, 0]

    def value_and_gradient(self, parameters: np.ndarray, rows: Any = None, random: Any = None) -> Any:
        """Return the energy and its gradient.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : object
            Not used.
        random : numpy.random.Generator, optional
            Of shots.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        """
        value, gradient, _ = self.layer.differentiate(
            np.empty((1, 0)), parameters, lambda values: np.ones(values.shape), random_state=random
        )
        return float(value[0, 0]), gradient

    def metric(self, parameters: np.ndarray, rows: Any, approximation: str | None, n_samples: int) -> np.ndarray:
        """Return the Fubini-Study metric of the state.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : object
            Not used.
        approximation : {"block_diagonal", "diagonal", None}
        n_samples : int
            Not used.

        Returns
        -------
        ndarray of shape (n_parameters, n_parameters)
        """
        return self.layer.metric(np.empty((1, 0)), parameters, approximation)

    def fidelities(self, parameters: np.ndarray, others: np.ndarray, rows: Any = None) -> np.ndarray:
        """Return the exact overlaps of the state with those at other parameters.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        others : ndarray of shape (n_points, n_parameters)
        rows : object
            Not used.

        Returns
        -------
        ndarray of shape (n_points,)
        """
        state, *found = (self.layer.states(np.empty((1, 0)), point)[0] for point in (parameters, *others))
        return np.array([abs(np.vdot(state, other)) ** 2 for other in found])

    def shot_gradient(self, parameters: np.ndarray, shots: Sequence[int], random: Any) -> Any:
        """Return the gradient with a number of shots of its own for each component.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        shots : sequence of int
            For each shifted circuit of a component.
        random : numpy.random.Generator

        Returns
        -------
        gradient : ndarray of shape (n_parameters,)
        variance : ndarray of shape (n_parameters,)
            Of one shot: the squared standard error times the shots.
        value : float
            The energy, from as many shots as a component has at most.
        n_shots : int
            Spent in all.
        """
        if not isinstance(self.layer.execution, ParameterShift):
            raise TypeError("Shots for each component need execution=ParameterShift(...).")
        table = self.layer.angles(np.empty((1, 0)), parameters)
        jacobian = self.layer.weight_jacobian(np.empty(0))
        points, owner, coefficients = shifted_points(table, self.layer.rules())
        shots = np.asarray(shots)
        of_angle = ((jacobian != 0) * shots).max(axis=1)
        of_point = of_angle[owner]
        slopes, variances = np.zeros(len(jacobian)), np.zeros(len(jacobian))
        estimate = self.layer.execution.estimate
        for count in np.unique(of_point):
            chosen = of_point == count
            values, errors = estimate(
                self.layer.prepared, self.layer.observables, points[0, chosen], random, int(count)
            )
            np.add.at(slopes, owner[chosen], coefficients[chosen] * values[:, 0])
            np.add.at(variances, owner[chosen], coefficients[chosen] ** 2 * errors[:, 0])
        value, _ = estimate(self.layer.prepared, self.layer.observables, table, random, int(shots.max()))
        spread = (jacobian**2).T @ variances * shots
        return jacobian.T @ slopes, spread, float(value[0, 0]), int(of_point.sum() + shots.max())
