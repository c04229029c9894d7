"""Uniform: every setting drawn at random, every letter with probability 1/3."""

import numpy as np

from .._checks import check_count
from .._random import RandomState, generator
from ..paulis import PauliSum
from .scheme import AbstractScheme, MeasurementScheme


class Uniform(AbstractScheme):
    """Settings drawn uniformly at random: classical shadows. Looks at no coefficient, so it serves any observable.

    Parameters
    ----------
    shots_per_setting : int
        Shots of each drawn setting; the last one takes the remainder.
    random_state : int, Generator, SeedSequence or None

    References
    ----------
    Huang, Kueng, Preskill, Nat. Phys. 16, 1050 (2020).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.shadows.Uniform(shots_per_setting=10, random_state=0).design(ql.PauliSum({"ZZZ": 1.0}), n_shots=95)
    <MeasurementScheme: 3 qubits, 10 settings, 95 shots>
    """

    def __init__(self, shots_per_setting: int = 1, random_state: RandomState = None) -> None:
        self.shots_per_setting = shots_per_setting
        self.random_state = random_state

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        each = check_count("shots_per_setting", self.shots_per_setting, minimum=1)
        n_settings = -(-n_shots // each)
        bases = generator(self.random_state).integers(0, 3, (n_settings, terms.n_qubits), dtype=np.uint8)
        shots = np.full(n_settings, each)
        shots[-1] -= n_settings * each - n_shots
        return MeasurementScheme(bases, shots, basis_probabilities=np.full((terms.n_qubits, 3), 1 / 3))
