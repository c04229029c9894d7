"""Clifford circuits of any width, on Stim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import stim

from .._checks import check_count, check_qubits
from .._random import generator, seed_sequence, task_generator
from ..circuits.circuit import Circuit
from ..circuits.program import AngleMap
from ..circuits.stim_io import to_stim
from ..estimates import Estimate
from ..paulis import PauliSum
from .engine import AbstractEngine, check_observables
from .readout import misread, then_misread
from .shots import child_seed, estimate_from_shots

_NOT_UNITARY = {"measure", "reset"}


class StabilizerState:
    """A stabilizer state: the final state of a Clifford circuit without noise.

    Parameters
    ----------
    tableau : stim.Tableau
        Of the circuit that makes the state from |0...0>.

    Examples
    --------
    >>> import qlearn as ql
    >>> state = ql.sim.Stabilizer().run(ql.Circuit(2).h(0).cx(0, 1))
    >>> state.stabilizers, float(round(state.entropy([0]) / np.log(2), 12))
    (['+XX', '+ZZ'], 1.0)
    """

    def __init__(self, tableau: stim.Tableau) -> None:
        self.tableau = tableau

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return len(self.tableau)

    @property
    def stabilizers(self) -> list[str]:
        """Generators of the stabilizer group: a sign and one letter for each qubit."""
        return [str(self.tableau.z_output(q)).replace("_", "I") for q in range(self.n_qubits)]

    def __repr__(self) -> str:
        return f"<StabilizerState: {self.n_qubits} qubits>"

    def expectation(self, observables: PauliSum | Sequence[PauliSum]) -> np.ndarray | float:
        """Return exact expectation values.

        Parameters
        ----------
        observables : PauliSum or sequence of PauliSum

        Returns
        -------
        float or ndarray of shape (n_observables,)
        """
        sums, single = check_observables(observables, self.n_qubits)
        simulator = stim.TableauSimulator()
        simulator.set_inverse_tableau(self.tableau.inverse())
        values = np.array([_weighted(each, _peek(simulator, each)) for each in sums])
        return values[0] if single else values

    def entropy(self, qubits: int | Sequence[int], order: float = 1) -> float:
        """Return the entanglement entropy between some qubits and the others, natural logarithm.

        Parameters
        ----------
        qubits : int or sequence of int
        order : float
            Of the Renyi entropy; a stabilizer state has the same for all orders.

        Returns
        -------
        float

        References
        ----------
        Fattal et al., arXiv:quant-ph/0406168, equation 10: the rank of the generators cut to the qubits, less their
        number.
        """
        if not order >= 0:
            raise ValueError(f"`order` must not be negative, got {order}.")
        kept = list(check_qubits(qubits, self.n_qubits))
        rows = [self.tableau.z_output(q).to_numpy() for q in range(self.n_qubits)]
        x, z = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        return float(np.log(2) * (_rank(np.concatenate([x[:, kept], z[:, kept]], axis=1)) - len(kept)))

    def sample(self, n_shots: int, random_state: Any = None) -> np.ndarray:
        """Return measured bits of all qubits.

        Parameters
        ----------
        n_shots : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        ndarray of uint8, shape (n_shots, n_qubits)
        """
        circuit = self.tableau.to_circuit("elimination")
        circuit.append("M", range(self.n_qubits))
        return _stim_samples(circuit, check_count("n_shots", n_shots), generator(random_state))


class Stabilizer(AbstractEngine):
    """Clifford circuits with Pauli noise, measurements and resets, of any number of qubits.

    Rotations by multiples of pi/2 count as Clifford gates, and so does whatever else is one (see
    `qlearn.circuits.stim_io.to_stim`). Expectation values are exact, with noise too: each Pauli string is carried back
    through the circuit, channels multiply it by their damping. Samples come from Stim; for one seed they may differ
    between versions of Stim and kinds of processor.

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit = ql.Circuit(100).h(0)
    >>> for qubit in range(99):
    ...     circuit = circuit.cx(qubit, qubit + 1).depolarize2(0.001, qubit, qubit + 1)
    >>> engine = ql.sim.Stabilizer()
    >>> float(engine.expectation(circuit, ql.PauliSum("Z0 Z99", n_qubits=100)).round(6))
    0.899734
    """

    def __repr__(self) -> str:
        return "Stabilizer()"

    def run(self, circuit: Circuit, values: Any = None) -> StabilizerState:
        """Return the final state of a circuit without noise, measurements and resets.

        Parameters
        ----------
        circuit : Circuit
        values : array_like, mapping or None
            One row of parameter values.

        Returns
        -------
        StabilizerState

        Raises
        ------
        ValueError
            If a gate is not Clifford, the final state is not pure, or `values` has a batch axis.
        """
        checked, batched = _checked_values(circuit, values)
        if batched:
            raise ValueError("Stabilizer.run takes one row of `values`; call it for each row.")
        return self._run(circuit, checked, batched)

    def expectation(
        self,
        circuit: Circuit,
        observables: PauliSum | Sequence[PauliSum],
        values: Any = None,
        *,
        n_shots: int | None = None,
        random_state: Any = None,
    ) -> Any:
        """Return the expectation value of each observable in the final state.

        Parameters
        ----------
        circuit : Circuit
        observables : PauliSum or sequence of PauliSum
            Hermitian.
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.
        n_shots : int, optional
            Shots for each row of `values`, spread over groups of qubit-wise commuting terms; without it the result is
            exact.
        random_state : int, Generator, SeedSequence or None
            Seed of the shots.

        Returns
        -------
        ndarray or Estimate
            Shape (batch, n_observables); no batch axis without one in `values`, no last axis for a single PauliSum.

        Raises
        ------
        ValueError
            If a gate is not Clifford or a channel no mixture of Pauli strings; the message names it.

        Notes
        -----
        Exact values cost O(gates * terms) in vector operations; circuits without noise, measurements and resets
        O(gates * n + terms * n**2) on Stim's tableau.
        """
        checked, batched = _checked_values(circuit, values)
        sums, single = check_observables(observables, circuit.n_qubits)
        pick = (slice(None) if batched else 0, 0 if single else slice(None))
        if n_shots is None:
            return self._expectation(circuit, sums, checked)[pick]
        n_shots = check_count("n_shots", n_shots, minimum=1)
        means, errors = self._from_shots(circuit, sums, checked, n_shots, seed_sequence(random_state))
        return Estimate(means[pick], errors[pick], n_shots, "shots")

    def sample(self, circuit: Circuit, values: Any = None, *, n_shots: int, random_state: Any = None) -> np.ndarray:
        """Return measured bits: of the measurements in the circuit, or of all qubits at the end if it has none.

        Parameters
        ----------
        circuit : Circuit
        values : array_like, mapping or None
            (n_parameters,) or (batch, n_parameters) in the order of ``circuit.parameters``, or a dict.
        n_shots : int
        random_state : int, Generator, SeedSequence or None
            Row i of `values` uses a stream derived from (seed, i).

        Returns
        -------
        ndarray of uint8, shape (batch, n_shots, n_bits)
            Column j is qubit j, or the j-th recorded bit; no batch axis without one in `values`.

        Raises
        ------
        ValueError
            If a gate is not Clifford or a channel no mixture of Pauli strings; the message names it.
        """
        checked, batched = _checked_values(circuit, values)
        bits = self._sample(circuit, checked, check_count("n_shots", n_shots), seed_sequence(random_state))
        return bits if batched else bits[0]

    def _run(self, circuit: Circuit, values: np.ndarray, batched: bool) -> StabilizerState:  # type: ignore[override]
        if circuit.has_noise or any(step.name in _NOT_UNITARY for step in circuit):
            raise ValueError(
                "Stabilizer.run returns pure states, and this circuit has noise, measurements or resets; use "
                "expectation or sample, or DensityMatrix for the mixed state."
            )
        return StabilizerState(to_stim(_bound(circuit, values[0])).to_tableau())

    def _expectation(self, circuit: Circuit, observables: list[PauliSum], values: np.ndarray) -> np.ndarray:  # type: ignore[override]
        circuit, _ = _without_readout(circuit)
        pure = not circuit.has_noise and not any(step.name in _NOT_UNITARY for step in circuit)
        result = np.empty((len(values), len(observables)))
        for row, numbers in enumerate(values):
            written = to_stim(_bound(circuit, numbers))
            simulator = stim.TableauSimulator()
            if pure:
                simulator.do(written)
                simulator.set_num_qubits(circuit.n_qubits)
            else:
                written = written.decomposed()
            for o, each in enumerate(observables):
                strings = _peek(simulator, each) if pure else _heisenberg(written, each.x, each.z)
                result[row, o] = _weighted(each, strings)
        return result

    def _sample(self, circuit: Circuit, values: np.ndarray, n_shots: int, seed: np.random.SeedSequence) -> np.ndarray:  # type: ignore[override]
        if not circuit.n_measurements:
            circuit = circuit.copy().measure()
        circuit, errors = _without_readout(circuit)
        bits = np.empty((len(values), n_shots, circuit.n_measurements), dtype=np.uint8)
        for row, numbers in enumerate(values):
            rng = task_generator(seed, row)
            drawn = _stim_samples(to_stim(_bound(circuit, numbers)), n_shots, rng)
            bits[row] = misread(drawn, errors, rng.random(drawn.shape)) if errors.any() else drawn
        return bits

    def _from_shots(
        self, circuit: Circuit, sums: list[PauliSum], values: np.ndarray, n_shots: int, seed: np.random.SeedSequence
    ) -> tuple[np.ndarray, np.ndarray]:
        if circuit.n_measurements:
            raise ValueError(
                "The circuit measures already; an expectation value from shots adds measurements of its own."
            )

        def sample_bases(bases: list[np.ndarray], shots: list[int]) -> Iterator[np.ndarray]:
            for g, basis in enumerate(bases):
                measured = circuit.copy()
                for qubit in np.flatnonzero(basis < 2):  # codes: 0 X, 1 Y, 2 Z
                    if basis[qubit] == 1:
                        measured.sdg(int(qubit))
                    measured.h(int(qubit))
                yield self._sample(measured, values, shots[g], child_seed(seed, g))

        return estimate_from_shots(sums, n_shots, sample_bases)


def _checked_values(circuit: Any, values: Any) -> tuple[np.ndarray, bool]:
    if not isinstance(circuit, Circuit):
        raise TypeError(f"`circuit` must be a Circuit (Stabilizer takes no programs), got {type(circuit).__name__}.")
    return AngleMap([], circuit.parameters).values(values)


def _bound(circuit: Circuit, numbers: np.ndarray) -> Circuit:
    return circuit.bind(numbers) if len(numbers) else circuit


def _without_readout(circuit: Circuit) -> tuple[Circuit, np.ndarray]:
    """Return the circuit without readout errors, and those of each recorded bit, (n_bits, 2)."""
    kept, errors, waiting = Circuit(circuit.n_qubits), [], {}
    for step in circuit:
        if step.name == "readout_error":
            (qubit,) = step.qubits
            waiting[qubit] = then_misread(waiting.get(qubit), *step.data)
            continue
        kept.append(step)
        if step.name == "measure":
            errors += [waiting.pop(qubit, np.zeros(2)) for qubit in step.qubits]
    return kept, np.array(errors).reshape(-1, 2)


def _stim_samples(circuit: stim.Circuit, n_shots: int, rng: np.random.Generator) -> np.ndarray:
    """Return bits (n_shots, n_measurements), drawn in one call: Stim's streams depend on how calls are cut."""
    sampler = circuit.compile_sampler(seed=int(rng.integers(2**62)))
    return sampler.sample(n_shots).astype(np.uint8)


def _weighted(observable: PauliSum, strings: np.ndarray) -> float:
    return float(np.real(observable.coefficients) @ strings)


def _peek(simulator: stim.TableauSimulator, observable: PauliSum) -> np.ndarray:
    """Return the expectation value (-1, 0 or 1) of each Pauli string of a sum."""
    return np.array([
        simulator.peek_observable_expectation(stim.PauliString.from_numpy(xs=x, zs=z))
        for x, z in zip(observable.x, observable.z, strict=True)
    ])  # fmt: skip


def _heisenberg(circuit: stim.Circuit, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the expectation values of Pauli strings (n_terms, n_qubits) after a circuit of H, S, CX, M, R and noise.

    A string is carried back to |0...0>: gates permute strings, channels and measurements multiply them by a number.
    """
    x, z = np.array(x.T), np.array(z.T)
    values = np.ones(x.shape[1])
    for step in reversed(list(circuit)):
        rule = _RULES.get(step.name)
        if rule is None:
            continue
        arguments = step.gate_args_copy()
        for group in reversed(step.target_groups()):
            qubits = [target.value for target in group]
            for targets in _split(qubits, step.name):
                rule(x, z, values, arguments, *targets)
    values[x.any(axis=0)] = 0.0
    return values


def _split(qubits: list[int], name: str) -> Iterator[list[int]]:
    """Yield the targets of one application each, last first."""
    size = 2 if name in ("CX", "DEPOLARIZE2", "PAULI_CHANNEL_2") else 1
    for start in range(len(qubits) - size, -1, -size):
        yield qubits[start : start + size]


def _h(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], q: int) -> None:
    values[x[q] & z[q]] *= -1
    x[q], z[q] = z[q].copy(), x[q].copy()


def _s(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], q: int) -> None:
    values[x[q] & ~z[q]] *= -1  # X becomes -Y, Y becomes X
    z[q] ^= x[q]


def _cx(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], c: int, t: int) -> None:
    values[x[c] & z[t] & ~(x[t] ^ z[c])] *= -1
    x[t] ^= x[c]
    z[c] ^= z[t]


def _m(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], q: int) -> None:
    values[x[q]] = 0.0


def _r(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], q: int) -> None:
    values[x[q]] = 0.0
    z[q] = False


def _one_qubit_noise(spread: Callable[[list[float]], list[float]]) -> Callable[..., None]:
    def rule(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], q: int) -> None:
        px, py, pz = spread(arguments)
        values *= 1 - 2 * (px * z[q] + py * (x[q] ^ z[q]) + pz * x[q])

    return rule


def _depolarize2(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], a: int, b: int) -> None:
    values[x[a] | z[a] | x[b] | z[b]] *= 1 - 16 * arguments[0] / 15


def _pauli_channel_2(x: np.ndarray, z: np.ndarray, values: np.ndarray, arguments: list[float], a: int, b: int) -> None:
    letters = [(False, False), (True, False), (True, True), (False, True)]  # I, X, Y, Z
    lost = np.zeros(len(values))
    for number, probability in enumerate(arguments, start=1):
        (xa, za), (xb, zb) = letters[number // 4], letters[number % 4]
        lost += probability * ((x[a] & za) ^ (z[a] & xa) ^ (x[b] & zb) ^ (z[b] & xb))
    values *= 1 - 2 * lost


_RULES: dict[str, Callable[..., None]] = {
    "H": _h,
    "S": _s,
    "CX": _cx,
    "M": _m,
    "R": _r,
    "X_ERROR": _one_qubit_noise(lambda p: [p[0], 0.0, 0.0]),
    "Z_ERROR": _one_qubit_noise(lambda p: [0.0, 0.0, p[0]]),
    "DEPOLARIZE1": _one_qubit_noise(lambda p: [p[0] / 3] * 3),
    "PAULI_CHANNEL_1": _one_qubit_noise(lambda p: p),
    "DEPOLARIZE2": _depolarize2,
    "PAULI_CHANNEL_2": _pauli_channel_2,
}


def _rank(matrix: np.ndarray) -> int:
    """Return the rank of a bool matrix over GF(2)."""
    rows = [int.from_bytes(np.packbits(row).tobytes(), "big") for row in matrix]
    rank = 0
    while rows:
        pivot = rows.pop()
        if pivot:
            rank += 1
            low = pivot & -pivot
            rows = [row ^ pivot if row & low else row for row in rows]
    return rank
