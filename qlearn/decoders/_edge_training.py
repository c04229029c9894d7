"""The training of edge reweighting: edges first, from sampled errors, then outcomes, through the sum over matchings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from .._random import task_generator
from ._budget import Budget
from ._checkpoint import CheckpointFile, prefixed, without_prefix
from ._edge_model import EdgeModel
from ._edge_samples import EdgeSampler, EdgeShots, boosted_blocks
from ._network import Adam
from ._syndrome_table import SyndromeTable
from ._training import train
from .problem import DecodingProblem
from .shots import Shots

_POOL = 32  # blocks of shots between trainings on outcomes
_MAX_ROWS = 1 << 19
_TRAINED_SHARE = 0.7  # of the threshold: nearer to it, outcomes teach little
_EDGE_STREAM, _OUTCOME_STREAM = 4, 5


@dataclass(frozen=True)
class TrainingSettings:
    """What a training is given: see `NeuralReweighting`."""

    edge_share: float
    edge_rate: float
    outcome_rate: float
    edge_batch: int
    outcome_batch: int
    passes: int
    least_steps: int
    n_jobs: int | None


class EdgeTraining:
    """Trains the models of all observables of a problem on one budget, and can go on from a checkpoint."""

    def __init__(
        self,
        problem: DecodingProblem,
        models: list[EdgeModel],
        settings: TrainingSettings,
        budget: Budget,
        seed: np.random.SeedSequence,
        file: CheckpointFile,
    ) -> None:
        self.problem, self.models, self.settings = problem, models, settings
        self.budget, self.seed, self.file = budget, seed, file
        self.edge_share = settings.edge_share if any(model.is_local for model in models) else 0.0
        self.n_edge_blocks = self.n_blocks = 0
        self.tables = [SyndromeTable(problem.n_detectors, 1, _MAX_ROWS) for _ in models]
        self.optimisers = [Adam(model.network, settings.edge_rate, clip=5.0, averaging=0.995) for model in models]
        self.phase = "edges"

    def run(self) -> None:
        """Train; each model ends with the average of its last parameters."""
        found = self.file.read()
        if found is not None:
            self._restore(found.params, found.arrays)
        if self.phase == "edges":
            if self.edge_share > 0:
                self._learn_edges()
            self._begin_outcomes()
        if self.phase == "outcomes":
            self._learn_outcomes()
            self._average()
            self.phase = "done"
            self.file.write(*self._state(), at_once=True)

    def _learn_edges(self) -> None:
        """Learn from blocks of fresh errors how likely each edge is, given the detectors of the other observables."""
        generators = [self._edge_blocks(k) for k in range(len(self.models))]
        for shots in self.budget.take(generators[0], self.edge_share):
            progress = self.budget.progress / self.edge_share
            for k, (model, optimiser) in enumerate(zip(self.models, self.optimisers)):
                fresh = shots if k == 0 else next(generators[k])[: len(shots)]
                if model.is_local:
                    self._learn_block(model, optimiser, fresh, progress)
            self.n_edge_blocks += 1
            self.file.write(*self._state())

    def _edge_blocks(self, k: int) -> Iterator[EdgeShots]:
        """Yield fresh shots with the flips of the edges of one observable."""
        sampler = EdgeSampler(self.problem, self.models[k].graph.edges)
        number = self.n_edge_blocks
        while True:
            random = task_generator(self.seed, _EDGE_STREAM, k, number)
            yield sampler.sample(8 * self.settings.edge_batch, random)
            number += 1

    def _learn_block(self, model: EdgeModel, optimiser: Adam, shots: EdgeShots, progress: float) -> None:
        inputs = model.inputs.of(shots.detectors, with_own=False)
        for start in range(0, len(shots), self.settings.edge_batch):
            part = slice(start, start + self.settings.edge_batch)
            flips = shots.edges[part].astype(np.float32)
            gradient = model.edge_gradient(optimiser.network, inputs[part], flips, self.settings.n_jobs)
            optimiser.step(gradient, progress)

    def _begin_outcomes(self) -> None:
        self._average()
        self.optimisers = [self._outcome_optimiser(model) for model in self.models]
        self.phase = "outcomes"

    def _outcome_optimiser(self, model: EdgeModel) -> Adam:
        return Adam(model.network, self.settings.outcome_rate, decay=1e-3, averaging=0.99)

    def _average(self) -> None:
        for model, optimiser in zip(self.models, self.optimisers):
            model.network = optimiser.averaged() if optimiser.has_stepped else optimiser.network

    def _learn_outcomes(self) -> None:
        """Learn from fresh shots, those where matching is unsure, what each observable did."""
        blocks = self.budget.take(boosted_blocks(self.problem, "train", self.seed, self.n_blocks))
        while self.budget.progress < 1 and (pool := list(islice(blocks, _POOL))):
            before = self._outcome_progress(self.n_blocks)
            self.n_blocks += len(pool)
            reached = self._outcome_progress(self.n_blocks)
            for k, (model, optimiser, table) in enumerate(zip(self.models, self.optimisers, self.tables)):
                kept = [shots[model.is_unsure(shots.detectors, _TRAINED_SHARE)] for shots in pool]
                weights = np.exp(np.concatenate([shots.log_weights for shots in kept]))
                kept_shots = [Shots(shots.detectors, shots.observables[:, k : k + 1]) for shots in kept]
                table.add(kept_shots, weights)
                n_steps = max(
                    self.settings.passes * len(weights) // self.settings.outcome_batch, self.settings.least_steps
                )
                if not table.repeats:  # syndromes seen once are soon learnt by heart
                    table.restart(kept_shots, weights)
                    n_steps = max(len(weights) // self.settings.outcome_batch, 1)
                learn_outcomes(
                    model,
                    optimiser,
                    table,
                    self.settings,
                    n_steps=n_steps,
                    progress=lambda done, span=(before, reached): max(
                        span[0] + (span[1] - span[0]) * done, self.budget.time_progress
                    ),
                    random=task_generator(self.seed, _OUTCOME_STREAM, k, self.n_blocks),
                )
            self.file.write(*self._state())

    def _outcome_progress(self, n_blocks: int) -> float:
        """Return the share of the training on outcomes that is behind once so many blocks are used."""
        if n_blocks == 0:
            return 0.0
        return max(self.budget.progress - self.edge_share, 0) / (1 - self.edge_share)

    def _state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        params = {
            "phase": self.phase,
            "budget": self.budget.state(),
            "blocks": [self.n_edge_blocks, self.n_blocks],
        }
        arrays: dict[str, np.ndarray] = {}
        for k, (model, optimiser, table) in enumerate(zip(self.models, self.optimisers, self.tables)):
            if self.phase == "done":
                arrays[f"network{k}"] = model.network.parameters
                continue
            arrays |= prefixed(f"optimiser{k}", optimiser.state()) | prefixed(f"table{k}", table.state())
        return params, arrays

    def _restore(self, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.phase = params["phase"]
        self.budget.restore(params["budget"])
        self.n_edge_blocks, self.n_blocks = params["blocks"]
        if self.phase == "done":
            for k, model in enumerate(self.models):
                model.network = model.network.with_parameters(arrays[f"network{k}"])
            return
        if self.phase == "outcomes":
            self.optimisers = [self._outcome_optimiser(model) for model in self.models]
        for k, (optimiser, table) in enumerate(zip(self.optimisers, self.tables)):
            optimiser.restore(without_prefix(f"optimiser{k}", arrays))
            table.restore(without_prefix(f"table{k}", arrays))


def learn_outcomes(
    model: EdgeModel,
    optimiser: Adam,
    table: SyndromeTable,
    settings: TrainingSettings,
    *,
    n_steps: int,
    progress: Callable[[float], float],
    random: np.random.Generator,
) -> None:
    """Make steps on rows of a table; `progress` maps the share of these that is done to that of the training."""
    if len(table) == 0:
        return
    detectors, shares = table.detectors, table.shares[:, 0]
    train(
        optimiser,
        lambda rows, weights: model.outcome_gradient(
            optimiser.network, detectors[rows], shares[rows], weights, settings.n_jobs
        ),
        table.counts,
        n_steps=n_steps,
        batch_size=settings.outcome_batch,
        progress=progress,
        random=random,
    )
