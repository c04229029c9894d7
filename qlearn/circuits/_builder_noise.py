"""Builder methods of noise channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_probability
from ._builder import AbstractBuilder, named_qubits, new, one_qubit
from .instruction import Instruction

COMPLETENESS_TOLERANCE = 1e-8
_SUM_SLACK = 1e-12


class AbstractNoise(AbstractBuilder):
    """Noise channels, each method appending one instruction."""

    __slots__ = ()

    def depolarize1(self, probability: float, qubit: int) -> Self:
        """Append a uniformly random X, Y or Z with total probability `probability`; returns the circuit.

        Parameters
        ----------
        probability : float
            As in Stim: the chance of any of the three errors; 3/4 mixes the qubit completely.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).depolarize1(0.01, 0)
        """
        return self._one("depolarize1", (_probability("depolarize1", "probability", probability),), qubit)

    def depolarize2(self, probability: float, a: int, b: int) -> Self:
        """Append one of the 15 two-qubit Pauli errors with total probability `probability`; returns the circuit.

        Parameters
        ----------
        probability : float
            As in Stim: the chance of any of the 15 errors; 15/16 mixes the pair completely.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).depolarize2(0.01, 0, 1)
        """
        qubits = named_qubits("depolarize2", (a, b), self._n_qubits)
        data = (_probability("depolarize2", "probability", probability),)
        self._instructions.append(new(Instruction, ("depolarize2", qubits, (), data)))
        return self

    def bit_flip(self, probability: float, qubit: int) -> Self:
        """Append X with the given probability; returns the circuit.

        Parameters
        ----------
        probability : float
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).bit_flip(0.01, 0)
        """
        return self._one("bit_flip", (_probability("bit_flip", "probability", probability),), qubit)

    def phase_flip(self, probability: float, qubit: int) -> Self:
        """Append Z with the given probability; returns the circuit.

        Parameters
        ----------
        probability : float
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).phase_flip(0.01, 0)
        """
        return self._one("phase_flip", (_probability("phase_flip", "probability", probability),), qubit)

    def pauli_channel1(self, probabilities: Sequence[float], qubit: int) -> Self:
        """Append X, Y or Z with their own probabilities; returns the circuit.

        Parameters
        ----------
        probabilities : sequence of float
            Those of X, Y, Z; their sum is at most 1.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).pauli_channel1((0.01, 0.02, 0.03), 0)
        """
        return self._one("pauli_channel1", _distribution("pauli_channel1", probabilities, 3), qubit)

    def pauli_channel2(self, probabilities: Sequence[float], a: int, b: int) -> Self:
        """Append one of the 15 two-qubit Pauli errors with their own probabilities; returns the circuit.

        Parameters
        ----------
        probabilities : sequence of float
            15 numbers in Stim's order IX, IY, IZ, XI, XX, ..., ZZ (first letter on `a`); their sum is at most 1.
        a, b : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(2).pauli_channel2([0.001] * 15, 0, 1)
        """
        qubits = named_qubits("pauli_channel2", (a, b), self._n_qubits)
        data = _distribution("pauli_channel2", probabilities, 15)
        self._instructions.append(new(Instruction, ("pauli_channel2", qubits, (), data)))
        return self

    def amplitude_damping(self, gamma: float, qubit: int) -> Self:
        """Append the decay of 1 to 0 with probability `gamma`; returns the circuit.

        Parameters
        ----------
        gamma : float
            Between 0 and 1.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).amplitude_damping(0.1, 0)
        """
        return self._one("amplitude_damping", (_probability("amplitude_damping", "gamma", gamma),), qubit)

    def phase_damping(self, lam: float, qubit: int) -> Self:
        """Append the loss of phase that multiplies coherences by sqrt(1 - lam); returns the circuit.

        Parameters
        ----------
        lam : float
            Between 0 and 1.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).phase_damping(0.1, 0)
        """
        return self._one("phase_damping", (_probability("phase_damping", "lam", lam),), qubit)

    def thermal_relaxation(
        self, t1: float, t2: float, duration: float, qubit: int, excited_population: float = 0.0
    ) -> Self:
        """Append relaxation towards equilibrium for a time; returns the circuit.

        Populations approach equilibrium by exp(-duration / t1), coherences shrink by exp(-duration / t2).

        Parameters
        ----------
        t1, t2 : float
            Relaxation and coherence time, positive, in one unit with `duration`; infinity is allowed; t2 <= 2 t1.
        duration : float
            Not negative, same unit.
        qubit : int
        excited_population : float
            Probability of 1 in equilibrium.

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If a time is not positive, or t2 > 2 t1, which no channel has.

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).thermal_relaxation(100.0, 80.0, 0.05, 0)
        """
        name = "thermal_relaxation"
        first, second, wait = _time(name, "t1", t1), _time(name, "t2", t2), _time(name, "duration", duration)
        if first <= 0 or second <= 0:
            raise ValueError(f"{name}: t1 and t2 must be positive, got t1={first}, t2={second}.")
        if not math.isfinite(wait):
            raise ValueError(f"{name}: `duration` must be finite, got {wait}.")
        if second > 2 * first * (1 + 1e-12):
            raise ValueError(f"{name}: t2 must be at most 2 * t1, got t1={first}, t2={second}.")
        population = _probability(name, "excited_population", excited_population)
        return self._one(name, (first, second, wait, population), qubit)

    def readout_error(self, p01: float, p10: float, qubit: int) -> Self:
        """Append a classical flip of the next measured bit of the qubit; returns the circuit.

        The state is not touched; the error waits for the next measurement of `qubit` and is then used up.

        Parameters
        ----------
        p01 : float
            Probability to read 1 where the bit is 0.
        p10 : float
            Probability to read 0 where the bit is 1.
        qubit : int

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).readout_error(0.01, 0.03, 0).measure(0)
        """
        data = (_probability("readout_error", "p01", p01), _probability("readout_error", "p10", p10))
        return self._one("readout_error", data, qubit)

    def kraus(self, operators: Sequence[ArrayLike], qubits: Any) -> Self:
        """Append an arbitrary channel rho -> sum of K rho K^dagger; returns the circuit.

        Parameters
        ----------
        operators : sequence of array_like
            Complex matrices of shape (2, 2) or (4, 4), copied; the first qubit is the most significant bit.
        qubits : int or sequence of int
            One or two.

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If shapes do not fit the qubits, or the sum of K^dagger K is not the identity to 1e-8.

        Examples
        --------
        >>> import qlearn as ql
        >>> circuit = ql.Circuit(1).kraus([[[1, 0], [0, 0]], [[0, 0], [0, 1]]], 0)
        """
        checked = named_qubits("kraus", qubits, self._n_qubits)
        data = _kraus_matrices(operators, len(checked))
        self._instructions.append(new(Instruction, ("kraus", checked, (), data)))
        return self

    def _one(self, name: str, data: tuple[float, ...], qubit: Any) -> Self:
        if type(qubit) is not int or not 0 <= qubit < self._n_qubits:
            qubit = one_qubit(name, qubit, self._n_qubits)
        self._instructions.append(new(Instruction, (name, (qubit,), (), data)))
        return self


def _probability(name: str, argument: str, value: Any) -> float:
    if type(value) is float and 0.0 <= value <= 1.0:
        return value
    try:
        return check_probability(argument, value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def _distribution(name: str, probabilities: Any, count: int) -> tuple[float, ...]:
    try:
        values = tuple(probabilities)
    except TypeError:
        raise TypeError(f"{name}: `probabilities` must be {count} numbers, got {probabilities!r}.") from None
    if len(values) != count:
        raise ValueError(f"{name}: `probabilities` must be {count} numbers, got {len(values)}.")
    checked = tuple(_probability(name, f"probabilities[{i}]", value) for i, value in enumerate(values))
    total = math.fsum(checked)
    if total > 1.0 + _SUM_SLACK:
        raise ValueError(f"{name}: the probabilities must sum to at most 1, got {total}.")
    return checked


def _time(name: str, argument: str, value: Any) -> float:
    if not isinstance(value, Real) or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: `{argument}` must be a time, got {value!r}.")
    number = float(value)
    if not number >= 0.0:
        raise ValueError(f"{name}: `{argument}` must be a time that is not negative, got {number}.")
    return number


def _kraus_matrices(operators: Any, n_qubits: int) -> tuple[np.ndarray, ...]:
    if n_qubits not in (1, 2):
        raise ValueError(f"kraus: it acts on 1 or 2 qubits, got {n_qubits}.")
    size = 2**n_qubits
    try:
        matrices = tuple(np.array(operator, dtype=complex) for operator in operators)
    except (TypeError, ValueError):
        raise TypeError(f"kraus: `operators` must be a sequence of complex matrices, got {operators!r}.") from None
    if not matrices:
        raise ValueError("kraus: at least one operator is needed, got none.")
    for matrix in matrices:
        if matrix.shape != (size, size):
            raise ValueError(
                f"kraus: operators on {n_qubits} qubits must have shape ({size}, {size}), got {matrix.shape}."
            )
        if not np.isfinite(matrix).all():
            raise ValueError("kraus: operators must be finite, got NaN or infinity.")
        matrix.setflags(write=False)
    deviation = float(abs(sum(k.conj().T @ k for k in matrices) - np.eye(size)).max())
    if deviation > COMPLETENESS_TOLERANCE:
        raise ValueError(
            f"kraus: the operators are incomplete: the sum of K^dagger K differs from the identity by "
            f"{deviation:.2g} (at most {COMPLETENESS_TOLERANCE:g})."
        )
    return matrices
