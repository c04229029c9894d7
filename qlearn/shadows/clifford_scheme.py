"""CliffordScheme: random Clifford unitaries on all qubits, as circuits for a device or simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._bits import index_bits
from .._checks import check_array, check_count
from .._random import RandomState, generator
from ..circuits import Circuit
from ..sim import State
from .clifford_data import CliffordData, as_stim, as_tableaux, random_tableaux

_MAX_DENSE = 10


class CliffordScheme:
    """Clifford unitaries to apply before all qubits are measured in Z, each so many times.

    Parameters
    ----------
    tableaux, signs : array_like of bool
        See `CliffordData`.
    shots_per_setting : array_like of int, shape (n_settings,)

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.CliffordScheme.random(50, n_settings=200, random_state=0)
    >>> ghz = ql.Circuit(50).h(0)
    >>> for qubit in range(49):
    ...     _ = ghz.cx(qubit, qubit + 1)
    >>> data = scheme.measure(ghz, random_state=1)
    >>> ql.shadows.clifford_fidelity(data, ghz)
    0.90 ± 0.12 (200 shots)
    """

    def __init__(self, tableaux: ArrayLike, signs: ArrayLike, shots_per_setting: ArrayLike) -> None:
        self._bits, self._signs = as_tableaux(tableaux, signs)
        shots = check_array("shots_per_setting", shots_per_setting, (len(self._bits),), np.int64)
        if (shots < 0).any():
            raise ValueError(f"`shots_per_setting` must not be negative, got {shots.min()}.")
        self._shots = shots

    @classmethod
    def random(
        cls, n_qubits: int, n_settings: int, shots_per_setting: int = 1, random_state: RandomState = None
    ) -> CliffordScheme:
        """Return uniformly random Clifford unitaries.

        Cost: ``n_settings * n_qubits**3 * 1e-9`` seconds.

        Parameters
        ----------
        n_qubits, n_settings : int
        shots_per_setting : int
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        CliffordScheme
        """
        n_qubits = check_count("n_qubits", n_qubits, minimum=1)
        n_settings = check_count("n_settings", n_settings, minimum=1)
        each = check_count("shots_per_setting", shots_per_setting, minimum=1)
        return cls(*random_tableaux(n_qubits, n_settings, random_state), np.full(n_settings, each))

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._bits.shape[1] // 2

    @property
    def n_settings(self) -> int:
        """Number of settings."""
        return len(self._bits)

    @property
    def n_shots(self) -> int:
        """Number of shots in all."""
        return int(self._shots.sum())

    @property
    def shots_per_setting(self) -> NDArray[np.int64]:
        """Shots of each setting, int64 (n_settings,)."""
        return self._shots

    def __repr__(self) -> str:
        return f"<CliffordScheme: {self.n_qubits} qubits, {self.n_settings} settings, {self.n_shots} shots>"

    def circuits(self, preparation: Circuit | None = None) -> list[Circuit]:
        """Return one circuit for each setting: the preparation, the unitary, the measurement of all qubits.

        Parameters
        ----------
        preparation : Circuit, optional
            On as many qubits.

        Returns
        -------
        list of Circuit
            The unitaries take about ``n_qubits**2`` gates H, S and CX.
        """
        preparation = Circuit(self.n_qubits) if preparation is None else preparation
        self._check_width("The preparation", preparation.n_qubits)
        circuits = []
        for bits, signs in zip(self._bits, self._signs, strict=True):
            unitary = Circuit.from_stim(as_stim(bits, signs).to_circuit("elimination"), self.n_qubits)
            circuits.append((preparation + unitary).measure())
        return circuits

    def measure(self, state: State | Circuit, random_state: RandomState = None) -> CliffordData:
        """Return simulated outcomes.

        Parameters
        ----------
        state : State or Circuit
            A Clifford circuit that prepares the state, Pauli noise included, which Stim runs at any width; or a pure
            state of up to 10 qubits.
        random_state : int, Generator, SeedSequence or None

        Returns
        -------
        CliffordData
        """
        rng = generator(random_state)
        if isinstance(state, Circuit):
            self._check_width("The circuit", state.n_qubits)
            outcomes = self._run_stim(state, rng)
        elif isinstance(state, State) and not state.is_batch:
            self._check_width("The state", state.n_qubits)
            outcomes = self._run_dense(state, rng)
        else:
            raise TypeError(f"`state` must be a single State or a Clifford Circuit, got {state!r:.60}.")
        return CliffordData(self._bits, self._signs, outcomes, self._shots)

    def _run_stim(self, circuit: Circuit, rng: np.random.Generator) -> NDArray[np.uint8]:
        import stim

        if circuit.has_measurement:
            raise ValueError("The circuit must only prepare the state, and it measures; leave that to the scheme.")
        preparation, targets = circuit.to_stim(), list(range(self.n_qubits))
        outcomes = np.empty((self.n_shots, self.n_qubits), dtype=np.uint8)
        shot = 0
        for bits, signs, n_shots in zip(self._bits, self._signs, self._shots, strict=True):
            unitary = as_stim(bits, signs)
            for _ in range(n_shots):
                simulator = stim.TableauSimulator(seed=int(rng.integers(2**63)))
                simulator.do_circuit(preparation)
                simulator.do_tableau(unitary, targets)
                outcomes[shot] = simulator.measure_many(*targets)
                shot += 1
        return outcomes

    def _run_dense(self, state: State, rng: np.random.Generator) -> NDArray[np.uint8]:
        if self.n_qubits > _MAX_DENSE:
            raise ValueError(
                f"A State is measured up to {_MAX_DENSE} qubits, got {self.n_qubits}; give a Clifford circuit."
            )
        amplitudes = np.asarray(state.amplitudes)
        parts = [np.empty((0, self.n_qubits), dtype=np.uint8)]
        for bits, signs, n_shots in zip(self._bits, self._signs, self._shots, strict=True):
            chances = np.abs(as_stim(bits, signs).to_unitary_matrix(endian="big") @ amplitudes) ** 2
            drawn = rng.choice(len(chances), n_shots, p=chances / chances.sum())
            parts.append(index_bits(drawn, self.n_qubits))
        return np.concatenate(parts)

    def _check_width(self, name: str, n_qubits: int) -> None:
        if n_qubits != self.n_qubits:
            raise ValueError(f"{name} has {n_qubits} qubits, the scheme has {self.n_qubits}.")
