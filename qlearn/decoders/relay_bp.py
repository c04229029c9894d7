"""Belief propagation with memory, in a relay of disordered strengths, by relay-bp."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from .._checks import check_count, missing_extra
from ._hyperedges import AbstractHyperedgeDecoder

__all__ = ["RelayBP"]


class RelayBP(AbstractHyperedgeDecoder):
    """Runs of belief propagation with memory, each starting where the last ended, until some have converged.

    Parameters
    ----------
    memory : float
        Strength of the memory in the first run.
    first_iterations, iterations : int
        Of the first and of every further run.
    n_runs : int
        Further runs at most.
    n_solutions : int
        Converged runs after which the best is taken.
    memory_range : tuple of float
        Ends of the interval from which the memory of each mechanism is drawn in further runs.
    random_state : int
        Seed of those draws.

    Notes
    -----
    Needs the extra ``decoders`` (relay-bp). Müller et al., arXiv:2506.01779.

    Examples
    --------
    >>> ql.decoders.RelayBP(n_solutions=1)
    RelayBP(n_solutions=1)
    """

    def __init__(
        self,
        memory: float = 0.1,
        first_iterations: int = 80,
        iterations: int = 60,
        n_runs: int = 60,
        n_solutions: int = 5,
        memory_range: tuple[float, float] = (-0.24, 0.66),
        random_state: int = 0,
    ) -> None:
        self.memory = memory
        self.first_iterations = first_iterations
        self.iterations = iterations
        self.n_runs = n_runs
        self.n_solutions = n_solutions
        self.memory_range = memory_range
        self.random_state = random_state

    def _build(self) -> Any:
        try:
            import relay_bp
        except ImportError as error:
            raise missing_extra("RelayBP", "relay-bp", "decoders") from error
        edges = self.hyperedges_
        decoder = relay_bp.RelayDecoderF64(
            csr_matrix(edges.check_matrix),
            error_priors=edges.priors,
            gamma0=self.memory,
            pre_iter=check_count("first_iterations", self.first_iterations, 1),
            num_sets=check_count("n_runs", self.n_runs),
            set_max_iter=check_count("iterations", self.iterations, 1),
            gamma_dist_interval=tuple(self.memory_range),
            stop_nconv=check_count("n_solutions", self.n_solutions, 1),
            seed=check_count("random_state", self.random_state),
        )
        return relay_bp.ObservableDecoderRunner(decoder, csr_matrix(edges.logical_matrix), include_decode_result=False)

    def _decode(self, syndromes: np.ndarray) -> np.ndarray:
        answers = self._native.decode_observables_batch(syndromes.view(np.uint8), parallel=False, progress_bar=False)
        return np.asarray(answers).astype(bool)
