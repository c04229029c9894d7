"""ZeroNoiseExtrapolation: expectation values with the first orders of the noise of two-qubit gates taken out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ..circuits import GATES, Circuit, NoiseModel, Program
from ..estimates import Estimate
from ..paulis import PauliSum
from ..sim import AbstractEngine, DensityMatrix
from ..sim.readout import corrected, readout_of

__all__ = ["ZeroNoiseExtrapolation"]


class ZeroNoiseExtrapolation(BaseEstimator):
    """Run circuits with every two-qubit gate once, and as gate, inverse, gate, and extrapolate to none of them.

    Noise does not only raise the energies of circuits, it moves the angles where they are lowest. Angles trained on
    extrapolated energies stay nearer to the right ones. To be given to ``ParameterShift(n_shots, engine=...)``.

    Parameters
    ----------
    noise : NoiseModel, optional
        Applied to the circuits as they are run; its readout errors are corrected by their rates. Leave it out where
        `engine` is a device.
    factors : sequence of int
        How often each gate stands in the circuits, odd numbers, different. With k of them the noise of two-qubit gates
        cancels to order k - 1.
    engine : engine or callable, optional
        What runs them, as in `ParameterShift`; by default `DensityMatrix`.

    Raises
    ------
    ValueError
        If `factors` are not different odd numbers, at least one.

    Notes
    -----
    The weights are those of the polynomial of degree k - 1 through the k values, at zero: 3/2 and -1/2 for (1, 3).
    Shots are shared in proportion to their size, so that the standard error is the sum of their sizes times that of a
    plain estimate of as many shots: twice with (1, 3). The noise of one-qubit gates is taken out only as far as it is
    in the gates that stand several times.

    References
    ----------
    Temme, Bravyi, Gambetta, Phys. Rev. Lett. 119, 180509 (2017); Dumitrescu et al., Phys. Rev. Lett. 120, 210501 (2018)
    for repeated CX.

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit, energy = ql.Circuit(2).h(0).cx(0, 1), ql.PauliSum("XX + ZZ")
    >>> noise = ql.NoiseModel.depolarizing(0.0, 0.03)
    >>> round(float(ql.sim.DensityMatrix().expectation(noise.apply(circuit), energy)), 4)
    1.936
    >>> round(float(ql.search.ZeroNoiseExtrapolation(noise).expectation(circuit, energy)), 4)
    1.997
    """

    def __init__(self, noise: NoiseModel | None = None, factors: Sequence[int] = (1, 3), engine: Any = None) -> None:
        self.noise = noise
        self.factors = factors
        self.engine = engine

    def expectation(
        self,
        circuit: Circuit,
        observables: PauliSum | Sequence[PauliSum],
        values: Any = None,
        *,
        n_shots: int | None = None,
        random_state: Any = None,
    ) -> Any:
        """Return extrapolated expectation values, in the form in which the engine returns its own.

        Parameters
        ----------
        circuit : Circuit
        observables : PauliSum or sequence of PauliSum
        values : array_like of float, optional
            (n_parameters,) or (batch, n_parameters).
        n_shots : int, optional
            Of all circuits together; without it values are exact up to the engine.
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of float or Estimate
        """
        factors = tuple(self.factors)
        if not factors or len(set(factors)) < len(factors) or any(factor < 1 or factor % 2 == 0 for factor in factors):
            raise ValueError(f"`factors` must be different odd numbers such as (1, 3), got {self.factors!r}.")
        weights = [math.prod(other / (other - one) for other in factors if other != one) for one in factors]
        total = sum(map(abs, weights))
        engine = DensityMatrix() if self.engine is None else self.engine
        call = getattr(engine, "expectation", engine)
        rng = np.random.default_rng(random_state)
        mean, variance = 0.0, 0.0
        if self.noise is not None and n_shots is not None:
            observables = self._corrected(observables, circuit.n_qubits)
        for program, weight in zip(self._programs(circuit, factors, engine), weights):
            shots = None if n_shots is None else max(1, round(n_shots * abs(weight) / total))
            found = call(program, observables, values, n_shots=shots, random_state=rng)
            is_estimate = isinstance(found, Estimate)
            mean = mean + weight * np.asarray(found.value if is_estimate else found)
            variance = variance + weight**2 * np.square(found.std_error if is_estimate else 0.0)
        if n_shots is None:
            return mean
        return Estimate(mean, np.sqrt(variance), n_shots=n_shots, method=f"extrapolated from {factors}")

    def _corrected(self, observables: Any, n_qubits: int) -> Any:
        """Return the observables with the readout errors of the noise taken out of their values from shots."""
        if isinstance(observables, PauliSum):
            return self._corrected([observables], n_qubits)[0]
        measured = self.noise.apply(Circuit(n_qubits), final_measurement=True)
        errors = readout_of(Program.from_circuit(measured)).errors
        return [corrected(observable, errors) for observable in observables]

    def _programs(self, circuit: Circuit, factors: tuple[int, ...], engine: Any) -> list[Any]:
        """Return the circuits that run; those of the last call are kept, since compiling costs more than running."""
        key = (circuit.instructions, self.noise, factors)
        last = getattr(self, "_last", None)
        if last is None or last[0] != key:
            folded = [_folded(circuit, factor) for factor in factors]
            noisy = (
                folded if self.noise is None else [self.noise.apply(item, final_measurement=True) for item in folded]
            )
            last = (key, [Program.from_circuit(i) if isinstance(engine, AbstractEngine) else i for i in noisy])
            self._last = last
        return last[1]


def _folded(circuit: Circuit, factor: int) -> Circuit:
    """Return the circuit with every gate on two qubits or more `factor` times, every other time its inverse."""
    folded = Circuit(circuit.n_qubits)
    for step in circuit:
        folded.append(step)
        if len(step.qubits) > 1 and step.name in GATES:
            back = Circuit(circuit.n_qubits).append(step).inverse().instructions
            for _ in range(factor // 2):
                folded.append(back[0]).append(step)
    return folded
