"""A fully connected network from detectors to observables, trained on streamed shots without torch."""

import os
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import RandomState, generator, seed_sequence, task_generator
from ._budget import Budget
from ._checkpoint import CheckpointFile, prefixed, without_prefix
from ._network import Adam, Network, n_parameters
from ._pymatching import MatchingGraph
from ._settings import check_positive, check_widths
from ._syndrome_table import SyndromeTable
from ._training import outcome_gradient, train
from .learned import LEAST_TUNING_STEPS, AbstractNeuralDecoder, Data, network_parameters
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["MLPDecoder"]

_LEAST_STEPS = 500
_POOL = 32  # blocks, half a million shots on small problems


class MLPDecoder(AbstractNeuralDecoder):
    """A multilayer perceptron on the detectors, for problems of up to some forty of them.

    Parameters
    ----------
    hidden : tuple of int
        Widths of the hidden layers.
    residual : bool
        Whether to learn where plain matching is wrong, given its answer, rather than the observables themselves.
    learning_rate : float
        Peak of the schedule.
    batch_size : int
        Syndromes a step.
    passes : int
        How often the syndromes seen so far are gone through for each half million new shots; at least 500 steps.
    max_rows : int
        Distinct syndromes kept at a time.
    checkpoint : path, optional
        A file that is written about every minute, and from which an interrupted fit goes on: call `fit` again with the
        same arguments and an integer `random_state`.
    random_state : None, int, Generator or SeedSequence
        Of the training shots, the initial weights and the order of training.

    Notes
    -----
    Equal syndromes are trained on once, with their counts, which makes a small problem some ten times cheaper. The
    parameters are an exponential average over steps. It fails where matching graphs are large: flat networks learn
    nothing beyond matching at distance 5; take `GapStacking` there.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.MLPDecoder(hidden=(16,), random_state=0).fit(problem, n_shots=20_000)
    >>> decoder.predict([[True, False], [False, True]]).tolist()
    [[False], [True]]
    """

    default_shots = 4_000_000

    def __init__(
        self,
        hidden: tuple[int, ...] = (128, 128, 128),
        residual: bool = False,
        learning_rate: float = 2e-3,
        batch_size: int = 512,
        passes: int = 8,
        max_rows: int = 1 << 19,
        checkpoint: str | os.PathLike[str] | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.hidden = hidden
        self.residual = residual
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.passes = passes
        self.max_rows = max_rows
        self.checkpoint = checkpoint
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        from threadpoolctl import threadpool_limits

        self._check_settings()
        seed = seed_sequence(self.random_state)
        file = CheckpointFile.of(self, problem, budget)
        self._prepare(problem)
        network = Network.random(self._sizes(problem), task_generator(seed, 3))  # 0 to 2 are the streams of shots
        optimiser = Adam(network, self.learning_rate)
        table = SyndromeTable(problem.n_detectors, problem.n_observables, self.max_rows)
        reached, n_blocks = 0.0, 0
        if (found := file.read()) is not None:
            reached, n_blocks = found.params["progress"], found.params["blocks"]
            budget.restore(found.params["budget"])
            optimiser.restore(without_prefix("optimiser", found.arrays))
            table.restore(without_prefix("table", found.arrays))
        blocks = budget.take(problem.blocks(stream="train", random_state=seed, first=n_blocks))
        with threadpool_limits(1):  # matrices are too small to share between threads
            while reached < 1 and (pool := list(islice(blocks, _POOL))):
                table.add(pool)
                n_blocks += len(pool)
                reached, before = budget.progress, reached
                self._train(optimiser, table, budget, (before, reached), task_generator(seed, 4, n_blocks))
                state = {"progress": reached, "blocks": n_blocks, "budget": budget.state()}
                arrays = prefixed("optimiser", optimiser.state()) | prefixed("table", table.state())
                file.write(state, arrays, at_once=reached >= 1)
        self.network_ = optimiser.averaged()

    def _check_settings(self) -> None:
        check_widths("hidden", self.hidden)
        check_positive("learning_rate", self.learning_rate)
        for name in ("batch_size", "passes", "max_rows"):
            check_count(name, getattr(self, name), minimum=1)

    def _prepare(self, problem: DecodingProblem) -> None:
        self._problem = problem.with_recorded(None)
        self.graph_ = MatchingGraph(problem.decomposed_model, correlated=False) if self.residual else None

    def _sizes(self, problem: DecodingProblem) -> tuple[int, ...]:
        width = problem.n_detectors + (problem.n_observables if self.residual else 0)
        return (width, *self.hidden, problem.n_observables)

    def _train(
        self,
        optimiser: Adam,
        table: SyndromeTable,
        budget: Budget,
        span: tuple[float, float],
        random: np.random.Generator,
    ) -> None:
        """Go through the table, while the training proceeds over `span`, or faster where the time is short."""
        train(
            optimiser,
            self._gradient(optimiser, table),
            table.counts,
            n_steps=max(self.passes * len(table) // self.batch_size, _LEAST_STEPS),
            batch_size=self.batch_size,
            progress=lambda done: max(span[0] + (span[1] - span[0]) * done, budget.time_progress),
            random=random,
        )

    def _gradient(self, optimiser: Adam, table: SyndromeTable) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        inputs, answers = self._inputs(table.detectors)
        shares = table.shares
        if answers is not None:
            shares = np.where(answers, 1 - shares, shares)
        return outcome_gradient(optimiser, inputs, shares.astype(np.float32))

    def _fine_tune(self, shots: Shots, passes: int, learning_rate: float, random_state: RandomState) -> None:
        optimiser = Adam(self.network_, learning_rate, decay=1e-4, averaging=0.99)
        table = SyndromeTable(self.n_detectors_, self.n_observables_, len(shots))
        table.add([shots])
        train(
            optimiser,
            self._gradient(optimiser, table),
            table.counts,
            n_steps=max(passes * len(shots) // self.batch_size, LEAST_TUNING_STEPS),
            batch_size=self.batch_size,
            progress=lambda done: done,
            random=generator(random_state),
        )
        self.network_ = optimiser.averaged()

    def _network(self, observable: int) -> Network:
        return self.network_

    def _network_inputs(self, detectors: np.ndarray, observable: int) -> np.ndarray:
        return self._inputs(detectors)[0]

    def _state(self) -> Data:
        return {}, {"network": self.network_.parameters}

    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self._prepare(problem)
        sizes = self._sizes(problem)
        self.network_ = Network(sizes, network_parameters("network", arrays, n_parameters(sizes)))

    def _inputs(self, detectors: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return what the network sees, float32, and matching's answers where it learns their faults."""
        if self.graph_ is None:
            return detectors.astype(np.float32), None
        answers = self.graph_.decode(detectors)
        return np.hstack([detectors, answers]).astype(np.float32), answers

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        inputs, answers = self._inputs(detectors)
        logits = self.network_.logits(inputs).astype(float)
        return logits if answers is None else np.where(answers, -logits, logits)
