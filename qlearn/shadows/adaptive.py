"""AdaptivePauli: random settings whose letters are drawn one after the other, each suited to those before it."""

import numpy as np

from .._random import RandomState, generator
from ..paulis import PauliSum
from .insertion import draw_adaptively
from .planes import PlaneRows
from .scheme import AbstractScheme, MeasurementScheme, merge_settings


class AdaptivePauli(AbstractScheme):
    """Settings drawn letter by letter, the qubits in random order, every letter by what it can still measure.

    Among the terms that agree with the letters drawn so far, a letter has the probability of the root of the sum of
    the squared coefficients of those that have it on the qubit. Cost: ``n_shots`` times the letters of all terms, some
    nanoseconds each.

    Parameters
    ----------
    random_state : int, Generator, SeedSequence or None

    References
    ----------
    Hadfield, arXiv:2105.12207, Algorithm 1 and Eq. (8).

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZI": 1.0, "IZZ": 1.0, "XXI": 0.5, "IIX": 0.5})
    >>> ql.shadows.AdaptivePauli(random_state=0).design(hamiltonian, n_shots=100)
    <MeasurementScheme: 3 qubits, 6 settings, 100 shots>
    """

    def __init__(self, random_state: RandomState = None) -> None:
        self.random_state = random_state

    def _design(self, terms: PauliSum, n_shots: int) -> MeasurementScheme:
        rng = generator(self.random_state)
        rows = PlaneRows.of(terms)
        entries = np.argsort(rows.signs, kind="stable")
        begins = np.searchsorted(rows.signs[entries], np.arange(terms.n_qubits + 1))
        term_of_entry = np.repeat(np.arange(terms.n_terms), np.diff(rows.starts))
        order = rng.permuted(np.tile(np.arange(terms.n_qubits), (n_shots, 1)), axis=1)
        bases = np.empty((n_shots, terms.n_qubits), dtype=np.uint8)
        draw_adaptively(
            terms.coefficients**2, rows.letters - 3 * rows.signs, begins, entries, term_of_entry, order,
            rng.random(bases.shape), bases,
        )  # fmt: skip
        return MeasurementScheme(*merge_settings(bases))
