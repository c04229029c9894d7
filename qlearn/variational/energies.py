"""Energies as objectives, and the searches for ground and excited states over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..circuits import Circuit
from ..paulis import PauliSum
from .layer import QuantumLayer
from .shot_gradients import shot_gradient


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
    curvature : float
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
        self.curvature = float(np.abs(np.asarray(observable.coefficients)[~identity]).sum()) * reach**2
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

    @property
    def n_circuit_weights(self) -> int:
        """How many parameters are weights of the circuit: all."""
        return self.layer.n_weights

    def shot_gradient(
        self, parameters: np.ndarray, shots: Sequence[int], random: Any, rows: Any = None,
        term_sampling: str = "proportional",
    ) -> Any:  # fmt: skip
        """Return the gradient with a number of shots of its own for each component.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        shots : sequence of int
            For each shifted circuit of a component.
        random : numpy.random.Generator
        rows : object
            Not used.
        term_sampling : {"proportional", "random"}
            How shots go to the terms.

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
        none, most = np.empty((1, 0)), int(np.max(shots))
        gradient, variance, spent = shot_gradient(
            self.layer, none, parameters, np.ones((1, 1)), shots, random, term_sampling
        )
        table = self.layer.angles(none, parameters)
        value, _ = self.layer.execution.estimate(self.layer.prepared, self.layer.observables, table, random, most)
        return gradient, variance, float(value[0, 0]), spent + most
