"""Circuit-level noise added to an ideal Stim circuit."""

import math
from dataclasses import dataclass, fields, replace
from itertools import product
from numbers import Real

import stim

from .._checks import check_probability
from ._moments import BOTH, MEASURES, RESETS, collapses, data_qubits, gate_width, moments_of, operates, qubits_of

__all__ = ["CircuitNoise"]


@dataclass(frozen=True)
class CircuitNoise:
    """Probabilities of Pauli errors in a circuit whose moments are separated by TICK.

    Parameters
    ----------
    one_qubit, two_qubit : float
        Depolarising after unitary gates.
    reset : float
        Flip after a reset.
    measure : float
        Flip before a measurement.
    idle : float
        Depolarising of qubits that a moment leaves alone.
    waiting : float
        Depolarising, on top of `idle`, of qubits that wait while others are measured or reset.
    data : float
        Depolarising of data qubits, those measured in the last moment only, at the start of each round.
    bias : float, optional
        Makes every depolarising channel one with Z errors (on two qubits ZI, IZ and ZZ) this many times as likely as
        all other errors together; 0.5 is depolarising for one qubit, infinity leaves Z only. Flips stay. Stim analyses
        such channels only with ``approximate_disjoint_errors=True``, which `DecodingProblem` sets.

    Raises
    ------
    TypeError, ValueError
        If one of them is no probability, or `bias` is negative.

    Examples
    --------
    >>> import stim
    >>> ideal = stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2)
    >>> noisy = ql.codes.CircuitNoise.si1000(0.001).apply(ideal)
    >>> noisy.num_detectors == ideal.num_detectors
    True
    """

    one_qubit: float = 0.0
    two_qubit: float = 0.0
    reset: float = 0.0
    measure: float = 0.0
    idle: float = 0.0
    waiting: float = 0.0
    data: float = 0.0
    bias: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "bias":
                object.__setattr__(self, field.name, check_probability(field.name, getattr(self, field.name)))
        is_number = isinstance(self.bias, Real) and not isinstance(self.bias, bool)
        if self.bias is not None and not (is_number and self.bias >= 0):
            raise ValueError(f"`bias` must be a number from 0 to infinity, got {self.bias!r}.")

    @classmethod
    def circuit_level(cls, p: float) -> "CircuitNoise":
        """Return the noise of Stim's generated circuits with all four knobs at `p`: nothing on idle qubits.

        Parameters
        ----------
        p : float
            Probability.

        Returns
        -------
        CircuitNoise
        """
        return cls(one_qubit=p, two_qubit=p, reset=p, measure=p, data=p)

    @classmethod
    def uniform(cls, p: float) -> "CircuitNoise":
        """Return equal noise on gates, resets, measurements and idle qubits.

        Parameters
        ----------
        p : float
            Probability.

        Returns
        -------
        CircuitNoise
        """
        return replace(cls.circuit_level(p), data=0.0, idle=p)

    @classmethod
    def si1000(cls, p: float) -> "CircuitNoise":
        """Return noise in the proportions of superconducting qubits: Gidney et al., arXiv:2108.10457, table 2.

        Parameters
        ----------
        p : float
            Probability of a two-qubit gate; at most 0.2, as measurements err five times as often.

        Returns
        -------
        CircuitNoise
        """
        return cls(one_qubit=p / 10, two_qubit=p, reset=2 * p, measure=5 * p, idle=p / 10, waiting=2 * p)

    @classmethod
    def biased(cls, p: float, bias: float) -> "CircuitNoise":
        """Return uniform noise whose gate and idle errors are mostly Z.

        Parameters
        ----------
        p : float
            Probability of any error.
        bias : float
            How many times as likely errors made of Z are as all others; infinity leaves Z only.

        Returns
        -------
        CircuitNoise
        """
        return replace(cls.uniform(p), bias=bias)

    @classmethod
    def phenomenological(cls, p: float) -> "CircuitNoise":
        """Return noise on data qubits before each round and on measurements.

        Parameters
        ----------
        p : float
            Probability.

        Returns
        -------
        CircuitNoise
        """
        return replace(cls.code_capacity(p), measure=p)

    @classmethod
    def code_capacity(cls, p: float) -> "CircuitNoise":
        """Return noise on data qubits alone, before each round; take one round.

        Parameters
        ----------
        p : float
            Probability.

        Returns
        -------
        CircuitNoise
        """
        return cls(data=p)

    def apply(self, circuit: stim.Circuit) -> stim.Circuit:
        """Return the circuit with this noise.

        Parameters
        ----------
        circuit : stim.Circuit
            Loops are unrolled. Noise that is there stays.

        Returns
        -------
        stim.Circuit
        """
        moments = list(moments_of(circuit.flattened()))
        everything = {q for moment in moments for part in moment if operates(part) for q in qubits_of(part)}
        data = data_qubits(moments)
        noisy = stim.Circuit()
        at_start = False
        for index, moment in enumerate(moments):
            if index:
                noisy.append("TICK")
            if at_start and any(gate_width(part) for part in moment):
                self._depolarise(noisy, data, self.data)
            self._append_moment(noisy, moment, everything)
            at_start = any(collapses(part) for part in moment)
        return noisy

    def _append_moment(self, noisy: stim.Circuit, moment: list[stim.CircuitInstruction], everything: set[int]) -> None:
        busy: set[int] = set()
        for part in moment:
            qubits = qubits_of(part) if operates(part) else []
            busy.update(qubits)
            measured = BOTH.get(part.name, part.name)
            if part.name in MEASURES or part.name in BOTH:
                _append(noisy, MEASURES.get(part.name, RESETS.get(measured, "")), qubits, self.measure)
            noisy.append(part)
            if measured in RESETS:
                _append(noisy, RESETS[measured], qubits, self.reset)
            width = gate_width(part)
            if width == 1:
                self._depolarise(noisy, qubits, self.one_qubit)
            elif width == 2:
                self._depolarise(noisy, qubits, self.two_qubit, n_qubits=2)
        left = sorted(everything - busy)
        if busy:
            self._depolarise(noisy, left, self.idle)
        if any(collapses(part) for part in moment):
            self._depolarise(noisy, left, self.waiting)

    def _depolarise(self, noisy: stim.Circuit, qubits: list[int], probability: float, n_qubits: int = 1) -> None:
        if self.bias is None:
            _append(noisy, f"DEPOLARIZE{n_qubits}", qubits, probability)
        elif probability:
            _append(noisy, f"PAULI_CHANNEL_{n_qubits}", qubits, self._shares(probability, n_qubits))

    def _shares(self, probability: float, n_qubits: int) -> list[float]:
        """Return the probabilities of the Paulis other than the identity, in Stim's order."""
        names = ["".join(letters) for letters in product("IXYZ", repeat=n_qubits)][1:]
        n_phases = 2**n_qubits - 1
        phases = probability * (1.0 if self.bias == math.inf else self.bias / (1 + self.bias))
        others = (probability - phases) / (len(names) - n_phases)
        return [others if set(name) & {"X", "Y"} else phases / n_phases for name in names]


def _append(noisy: stim.Circuit, name: str, qubits: list[int], probability: float | list[float]) -> None:
    if qubits and probability:
        noisy.append(name, qubits, probability)
