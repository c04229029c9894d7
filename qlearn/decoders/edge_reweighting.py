"""Neural edge reweighting: a network gives edges their odds, an exact sum over matchings the observable's."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._checks import check_array, check_count, check_probability
from .._random import RandomState, seed_sequence, task_generator
from ._budget import Budget, affordable
from ._checkpoint import CheckpointFile
from ._edge_model import EdgeModel
from ._edge_samples import EdgeShots, boosted_blocks
from ._edge_training import EdgeTraining, TrainingSettings, learn_outcomes
from ._gap_features import GapFeatures, LinearModel, voters
from ._local_network import LocalNetwork
from ._network import Adam, Network
from ._pymatching import MatchingGraph
from ._selection import BASES, base_log_odds, select
from ._settings import check_positive, check_widths
from ._syndrome_table import SyndromeTable
from .learned import LEAST_TUNING_STEPS, AbstractNeuralDecoder, Data, network_parameters
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["NeuralReweighting"]

_STACKING_ROWS, _VALIDATION_ROWS = 200_000, 100_000  # distinct syndromes to choose by
_MOST_SHOTS = 2_000_000  # where syndromes repeat
_CHOICE_SHARE, _TIMED = 0.1, 2048  # of the seconds, and shots on which features are timed
_POOL = 8  # blocks that are merged at a time
_LEAST_TO_CHOOSE = 20_000
_SMALL_UP_TO, _SHARED_FROM = 40, 100  # detectors
_VOTES_FROM, _N_VOTES = 200, 15  # detectors, and members of the ensemble
_PATHS, _STACK = "path sum", "stacked path sum"


class NeuralReweighting(AbstractNeuralDecoder):
    """Matching with a network's edge weights, all paths and pairings summed: near the optimum at distance 3.

    Of each observable's matching graph, a network predicts the log-odds that each edge flipped, from the detectors
    elsewhere, which tell of the same errors. With these odds, the weights of all ways to pair the detection events are
    summed, those that flip the observable and those that do not, over all paths: minimum-weight matching with sums in
    the place of minima, exact to a millionth, and differentiable. So the network learns first, from sampled errors,
    which edges flipped: hundreds of labels a shot, where the observable is one. Then it learns the observable through
    the sum, now from all detectors, on the shots where plain matching is unsure. A logistic regression may add the
    complementary gaps of matching and, on many detectors, votes of perturbed matchings. Validation shots decide between
    these and matching itself, so the result is never worse there.

    Parameters
    ----------
    hidden : tuple of int, optional
        Widths of the hidden layers; by default (128, 128) up to 40 detectors, (512, 512) beyond, and (32, 32) where
        weights are shared.
    shares_weights : bool, optional
        Whether edges that are translations of each other in space and time share a network that sees what is near, or
        one network sees everything; shared from 100 detectors on by default. Shared weights also learn more from a
        device's few shots of many rounds, for `fine_tune`. Needs coordinates of the detectors.
    threshold : float, optional
        Shots whose plain complementary gap is at least this many nats are left to matching; by default 1.8 times
        the middle weight of an edge.
    edge_share : float
        Share of the budget for learning edges.
    edge_rate : float
        Peak of the learning rate for edges.
    outcome_rate : float, optional
        The same for outcomes; by default 1e-3 for 128 units a layer, and less in proportion to a larger width.
    edge_batch, outcome_batch : int
        Shots a step.
    passes : int
        How often the training on outcomes goes through the unsure shots.
    least_steps : int
        Least steps for every pool of 32 blocks of shots, at most half a million: small problems repeat their syndromes.
    n_votes : int, optional
        Members of a `MatchingEnsemble` whose share of votes joins the gaps in the logistic regression: an odd number,
        or 0 for none; by default 15 from 200 detectors on, where sums over matchings alone are further from the
        optimum.
    n_jobs : int, optional
        Threads; the result does not depend on them.
    checkpoint : path, optional
        A file that is written about every minute, and from which an interrupted fit goes on: call `fit` again with the
        same arguments and an integer `random_state`.
    random_state : None, int, Generator or SeedSequence
        Of shots, initial weights and the order of training.

    Attributes
    ----------
    bases_, choices_ : list of str
        The better matching, and what answers the unsure shots, of each observable.

    Notes
    -----
    Takes every problem that decomposes into edges, unless an observable winds around a loop of its graph (a torus, a
    colour code): that raises ValueError; take `GapStacking` there. Without other detectors to learn edges from (a
    repetition code) all of the budget goes to outcomes. Needs no torch. Memory: one block of shots, and half a million
    distinct syndromes.

    Cost on one core: at distance 3, 2 million shots and a minute of training close nine tenths of the gap from
    matching to the optimum; at distance 5, 9 million shots take a quarter of an hour and save correlated matching 21 %
    of its errors; at distance 7, 8 million take 25 minutes and save 22 %. Prediction at p = 0.005, for an unsure shot:
    10 µs at distance 3, 0.2 ms at distance 5, 2 ms at distance 7, half of that the votes; one shot in three or four is
    unsure.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.NeuralReweighting(hidden=(8,), random_state=0).fit(problem, n_shots=5000)
    >>> decoder.predict([[True, False], [False, True]]).tolist()
    [[False], [True]]
    """

    default_shots = 8_000_000

    def __init__(
        self,
        hidden: tuple[int, ...] | None = None,
        shares_weights: bool | None = None,
        threshold: float | None = None,
        edge_share: float = 0.25,
        edge_rate: float = 2e-3,
        outcome_rate: float | None = None,
        edge_batch: int = 1024,
        outcome_batch: int = 512,
        passes: int = 2,
        least_steps: int = 400,
        n_votes: int | None = None,
        n_jobs: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.hidden = hidden
        self.shares_weights = shares_weights
        self.threshold = threshold
        self.edge_share = edge_share
        self.edge_rate = edge_rate
        self.outcome_rate = outcome_rate
        self.edge_batch = edge_batch
        self.outcome_batch = outcome_batch
        self.passes = passes
        self.least_steps = least_steps
        self.n_votes = n_votes
        self.n_jobs = n_jobs
        self.checkpoint = checkpoint
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        from threadpoolctl import threadpool_limits

        self._check_settings()
        seed = seed_sequence(self.random_state)
        file = CheckpointFile.of(self, problem, budget)
        reserve = budget.reserve(_CHOICE_SHARE)
        self._prepare(problem)
        for k, model in enumerate(self._models):
            model.network = model.random_network(task_generator(seed, 3, k))
        with threadpool_limits(1):  # threads of our own take chunks of a batch
            training = EdgeTraining(problem, self._models, self._settings(), budget, seed, file)
            training.run()
            fresh = boosted_blocks(problem, "train", seed, training.n_blocks)
            held = boosted_blocks(problem, "validation", seed)
            most = min(max(int(budget.state()[0]) // 4, _LEAST_TO_CHOOSE), _MOST_SHOTS)
            most = min(most, self._affordable(next(boosted_blocks(problem, "validation", seed)), reserve / 2))
            self._choose(_table(fresh, problem, _STACKING_ROWS, most), _table(held, problem, _VALIDATION_ROWS, most))

    def _check_settings(self) -> None:
        if self.hidden is not None:
            check_widths("hidden", self.hidden)
        if check_probability("edge_share", self.edge_share) == 1:
            raise ValueError("`edge_share` must be below 1: the rest of the budget is for outcomes.")
        for name in ("threshold", "edge_rate", "outcome_rate"):
            if (value := getattr(self, name)) is not None:
                check_positive(name, value)
        for name in ("edge_batch", "outcome_batch", "passes", "least_steps"):
            check_count(name, getattr(self, name), minimum=1)

    def _prepare(self, problem: DecodingProblem) -> None:
        """Build all that follows from the problem alone."""
        self._problem = problem.with_recorded(None)
        shares = self.shares_weights
        if shares is None:
            shares = problem.n_detectors >= _SHARED_FROM and not np.isnan(problem.coordinates).any()
        small = (32, 32) if shares else (128, 128)
        hidden = self.hidden or (small if shares or problem.n_detectors <= _SMALL_UP_TO else (512, 512))
        self.graph_ = MatchingGraph(problem.decomposed_model, correlated=True)
        observables = range(problem.n_observables)
        self._models = [EdgeModel(problem, k, hidden, self.threshold, shares_weights=shares) for k in observables]
        n_votes = (_N_VOTES if problem.n_detectors >= _VOTES_FROM else 0) if self.n_votes is None else self.n_votes
        ensemble = voters(problem, n_votes)
        self._features = [GapFeatures(problem, k, 0.0, ensemble) for k in observables]

    def _settings(self) -> TrainingSettings:
        width = max(self._models[0].hidden, default=0)
        rate = 1e-3 * min(1.0, 128 / max(width, 1)) if self.outcome_rate is None else self.outcome_rate
        return TrainingSettings(
            self.edge_share, self.edge_rate, rate, self.edge_batch, self.outcome_batch, self.passes, self.least_steps,
            self.n_jobs,
        )  # fmt: skip

    def _affordable(self, shots: EdgeShots, seconds: float) -> int:
        """Return for how many shots there is time to make the features that are chosen by."""
        part = shots.detectors[:_TIMED]

        def work() -> None:
            answers = self.graph_.decode(part)
            for k, model in enumerate(self._models):
                unsure = model.is_unsure(part)
                self._stacked(k, part[unsure], answers[unsure, k])

        return max(int(min(affordable(work, len(part), seconds), _MOST_SHOTS)), _TIMED)

    def _choose(self, fresh: SyndromeTable, held: SyndromeTable) -> None:
        """Fit the stacks on fresh shots, and choose on held-out ones what answers the unsure shots."""
        self.stacks_: list[LinearModel | None] = []
        self.bases_, self.choices_ = [], []
        for k, model in enumerate(self._models):
            stack = self._fitted_stack(k, fresh)
            gap, correlated = model.gap(held.detectors), self.graph_.decode(held.detectors)[:, k]
            unsure = np.abs(gap) < model.threshold
            features = self._stacked(k, held.detectors[unsure], correlated[unsure])
            tried = {_PATHS: features[:, 0]} | ({} if stack is None else {_STACK: stack.log_odds(features)})
            base, best = select(gap, correlated, tried, unsure, held.counts, held.shares[:, k])
            self.stacks_.append(stack)
            self.bases_.append(base)
            self.choices_.append(best or base)

    def _fitted_stack(self, k: int, fresh: SyndromeTable) -> LinearModel | None:
        """Return the regression on the sum over matchings and the gaps, None where all outcomes are the same."""
        detectors = fresh.detectors
        unsure = self._models[k].is_unsure(detectors)
        counts, shares = fresh.counts[unsure], fresh.shares[unsure, k]
        if not 0 < counts @ shares < counts.sum():
            return None
        detectors = detectors[unsure]
        inputs = self._stacked(k, detectors, self.graph_.decode(detectors)[:, k])
        return LinearModel.fitted(inputs, counts, shares)

    def _fine_tune(self, shots: Shots, passes: int, learning_rate: float, random_state: RandomState) -> None:
        from threadpoolctl import threadpool_limits

        seed = seed_sequence(random_state)
        taught, held = shots[: -len(shots) // 5], shots[-len(shots) // 5 :]
        with threadpool_limits(1):
            for k, model in enumerate(self._models):
                unsure = model.unsure_shots(taught, k)
                optimiser = Adam(model.network, learning_rate, decay=1e-4, averaging=0.99)
                table = SyndromeTable(self.n_detectors_, 1, len(shots))
                table.add([unsure])
                learn_outcomes(
                    model,
                    optimiser,
                    table,
                    self._settings(),
                    n_steps=max(passes * len(unsure) // self.outcome_batch, LEAST_TUNING_STEPS),
                    progress=lambda done: done,
                    random=task_generator(seed, k),
                )
                model.network = optimiser.averaged() if optimiser.has_stepped else model.network
            sides = (iter([EdgeShots.of(side)]) for side in (taught, held))
            self._choose(*(_table(side, self._problem, 1, 1) for side in sides))

    def _network(self, observable: int) -> Network | LocalNetwork:
        return self._models[observable].network

    def _network_inputs(self, detectors: np.ndarray, observable: int) -> np.ndarray:
        return self._models[observable].inputs.of(detectors, with_own=True)

    def _state(self) -> Data:
        arrays = {f"network{k}": model.network.parameters for k, model in enumerate(self._models)}
        arrays |= {f"stack{k}": stack.parameters for k, stack in enumerate(self.stacks_) if stack is not None}
        return {"bases": self.bases_, "choices": self.choices_}, arrays

    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self._prepare(problem)
        n_observables = len(self._models)
        self.bases_, self.choices_, self.stacks_ = list(params["bases"]), list(params["choices"]), []
        known = {*BASES, _PATHS, _STACK}
        if not (len(self.bases_) == len(self.choices_) == n_observables and set(self.choices_) <= known):
            raise ValueError(f"it must say for {n_observables} observables what answers them.")
        for k, model in enumerate(self._models):
            network = model.random_network(np.random.default_rng(0))
            model.network = network.with_parameters(network_parameters(f"network{k}", arrays, len(network.parameters)))
            stack = arrays.get(f"stack{k}")
            self.stacks_.append(
                None if stack is None else LinearModel.of(check_array("stack", stack, (len(self._features[k]) + 2,)))
            )
            if self.bases_[k] not in BASES or (self.choices_[k] == _STACK and stack is None):
                raise ValueError(f"it does not say what answers observable {k}.")

    def _stacked(self, k: int, detectors: np.ndarray, correlated: np.ndarray) -> np.ndarray:
        """Return the log-odds of the sum over matchings, and the gaps and votes, float (n_shots, 8 or 9)."""
        if len(detectors) == 0:
            return np.zeros((0, 1 + len(self._features[k])))
        return np.column_stack([self._models[k].log_odds(detectors), self._features[k].of(detectors, correlated)])

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        correlated = self.graph_.decode(detectors)
        odds = np.empty(correlated.shape)
        for k, (model, base, choice) in enumerate(zip(self._models, self.bases_, self.choices_)):
            gap = model.gap(detectors)
            odds[:, k] = base_log_odds(base, gap, correlated[:, k])
            unsure = np.abs(gap) < model.threshold
            if choice == base or not unsure.any():
                continue
            if choice == _PATHS:
                odds[unsure, k] = model.log_odds(detectors[unsure])
            else:
                odds[unsure, k] = self.stacks_[k].log_odds(self._stacked(k, detectors[unsure], correlated[unsure, k]))
        return odds


def _table(blocks: Iterator[EdgeShots], problem: DecodingProblem, n_rows: int, n_shots: int) -> SyndromeTable:
    """Return so many distinct syndromes of a stream of blocks, or those of so many shots, at least."""
    table = SyndromeTable(problem.n_detectors, problem.n_observables, _MOST_SHOTS)
    while len(table) < n_rows and table.n_taken < n_shots:
        pool = [next(blocks)]
        while len(pool) < _POOL and sum(map(len, pool)) < min(n_shots - table.n_taken, n_rows):
            pool.append(next(blocks))
        weights = np.exp(np.concatenate([shots.log_weights for shots in pool]))
        table.add([Shots(shots.detectors, shots.observables) for shots in pool], weights)
    return table
