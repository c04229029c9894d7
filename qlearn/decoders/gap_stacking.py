"""Learning on the complementary gaps of matching: the quick default at any distance."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from .._checks import check_array, check_count
from .._random import RandomState, seed_sequence, task_generator
from ._budget import Budget, affordable
from ._gap_features import N_CURVES, LinearModel, curved, spread_of
from ._network import Adam, Network, n_parameters
from ._pymatching import MatchingGraph
from ._selection import BASES, base_log_odds, select
from ._settings import check_positive, check_widths
from ._syndrome_table import SyndromeTable
from ._training import outcome_gradient, train
from ._vote_features import features_of
from .base import AbstractSoftDecoder
from .learned import AbstractLearnedDecoder, Data, network_parameters
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["GapStacking"]

_BATCH = 512
_LEAST_STEPS = 1000
_LEAST_VALIDATION = 20_000
_MAX_ROWS = 1 << 22
_POOL = 32
_TIMED = 2048  # shots on which features are timed, where the time is short
_SHOTS_END, _FEATURES_SHARE, _END = 0.15, 0.25, 0.95  # of the time: shots drawn, features made, networks trained


class GapStacking(AbstractLearnedDecoder, AbstractSoftDecoder):
    """Weighs the complementary gaps of plain and correlated matching against each other where matching is unsure.

    For each observable, the weights of the best plain and correlated matchings with the observable forced either way,
    and the answer of ordinary correlated matching, are features of (a) a logistic regression and (b) with the detectors
    beside them, a small network. Shots of the validation stream choose the better matching as a base (``bases_``), and
    for unsure shots the best of the base and the two models (``choices_``), so the result is never worse there.

    Parameters
    ----------
    threshold : float
        Shots whose plain gap is at least this many nats are left to matching: it depends on the syndrome alone.
    hidden : tuple of int
        Widths of the network's hidden layers.
    passes : int
        How often the network goes through the distinct syndromes.
    n_votes : int
        Members of a `MatchingEnsemble` whose share of votes is a feature too: an odd number, 0 for none.
    random_state : None, int, Generator or SeedSequence
        Of the training and validation shots, the initial weights and the order of training.

    Notes
    -----
    Probabilities are those of the chosen model; outside the threshold the plain gap is taken for the log-odds.
    Takes every problem that decomposes into edges. An observable that winds around a loop of the matching graph, on a
    torus or in a colour code, has no such gap: the votes of fifteen perturbed matchings of each kind stand for it, at
    some thirty times the cost of matching. Cost otherwise: at distance 3, 10 µs a training shot and some seconds of
    training; at distance 5, 30 µs a shot. Gaps: Gidney, Newman, Brooks and Jones, arXiv:2312.04522.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoder = ql.decoders.GapStacking(random_state=0).fit(problem, n_shots=5000)
    >>> decoder.predict([[True, False], [False, True]]).tolist()
    [[False], [True]]
    """

    default_shots = 500_000

    def __init__(
        self,
        threshold: float = 8.0,
        hidden: tuple[int, ...] = (64, 64),
        passes: int = 40,
        n_votes: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.threshold = threshold
        self.hidden = hidden
        self.passes = passes
        self.n_votes = n_votes
        self.random_state = random_state

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        from threadpoolctl import threadpool_limits

        check_positive("threshold", self.threshold)
        check_widths("hidden", self.hidden)
        check_count("passes", self.passes, minimum=1)
        seed = seed_sequence(self.random_state)
        self._prepare(problem)
        table = SyndromeTable(problem.n_detectors, problem.n_observables, _MAX_ROWS)
        n_shots = 0
        blocks = budget.take(problem.blocks(stream="train", random_state=seed))
        n_most = self._affordable(next(problem.blocks(stream="train", random_state=seed))[:_TIMED], budget)
        n_pool = _POOL if budget.seconds is None else 1
        while len(table) < n_most and (pool := list(islice(blocks, n_pool))):
            table.add(pool)
            n_shots += sum(map(len, pool))
            if budget.time_progress > _SHOTS_END:
                break
        n_validation = max(n_shots // 4, _LEAST_VALIDATION)
        validation = SyndromeTable(problem.n_detectors, problem.n_observables, n_validation)
        validation.add([Shots(*problem.sample(n_validation, stream="validation", random_state=seed))])
        with threadpool_limits(1):
            chosen = [
                self._choose(k, table, validation, task_generator(seed, 3, k), budget)
                for k in range(problem.n_observables)
            ]
        self.bases_ = [base for base, _ in chosen]
        self.models_ = [model for _, model in chosen]

    def _prepare(self, problem: DecodingProblem) -> None:
        """Build all that follows from the problem alone."""
        self._problem = problem.with_recorded(None)
        self.graph_ = MatchingGraph(problem.decomposed_model, correlated=True)
        self._features = features_of(problem, self.threshold, self.n_votes)

    def _affordable(self, shots: Shots, budget: Budget) -> float:
        """Return for how many distinct syndromes there is time to make features and still to train."""

        def work() -> None:
            answers = self.graph_.decode(shots.detectors)
            for features, flipped in zip(self._features, answers.T):
                unsure = features.unsure(shots.detectors)
                features.of(shots.detectors[unsure], flipped[unsure])

        return affordable(work, len(shots), math.inf if budget.seconds is None else _FEATURES_SHARE * budget.seconds)

    def _progress(self, k: int, budget: Budget) -> Callable[[float], float]:
        """Return the progress of the k-th network's training, given the share of its steps that is done."""
        start = budget.time_progress
        span = (_END - start) / (len(self._features) - k)
        return lambda done: max(done, (budget.time_progress - start) / span if span > 0 else 1.0)

    def _state(self) -> Data:
        arrays = {}
        for k, model in enumerate(self.models_):
            arrays |= {} if model is None else {f"{name}{k}": array for name, array in model.arrays().items()}
        return {"bases": self.bases_, "choices": self.choices_}, arrays

    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self._prepare(problem)
        self.bases_, self.models_ = list(params["bases"]), []
        if len(params["choices"]) != problem.n_observables or not set(self.bases_) <= set(BASES):
            raise ValueError(f"it must say for {problem.n_observables} observables what answers them.")
        for k, (base, choice) in enumerate(zip(self.bases_, params["choices"], strict=True)):
            n_features = len(self._features[k])
            n_curved = n_features + N_CURVES
            sizes = (n_features + problem.n_detectors, *self.hidden, 1)
            if choice == _Curved.name:
                model = _Curved(LinearModel.of(check_array("linear", arrays[f"linear{k}"], (n_curved + 1,))))
            elif choice == _Flexible.name:
                network = Network(sizes, network_parameters(f"network{k}", arrays, n_parameters(sizes)))
                spans = [check_array(name, arrays[f"{name}{k}"], (n_features,)) for name in ("mean", "scale")]
                model = _Flexible(*spans, network)
            elif choice == base:
                model = None
            else:
                raise ValueError(f"{choice!r} is nothing that answers an observable.")
            self.models_.append(model)

    @property
    def choices_(self) -> list[str]:
        """What answers the unsure shots of each observable."""
        return [base if model is None else model.name for base, model in zip(self.bases_, self.models_)]

    def _choose(
        self, k: int, table: SyndromeTable, validation: SyndromeTable, random: np.random.Generator, budget: Budget
    ) -> tuple[str, "_Curved | _Flexible | None"]:
        """Return the better matching for one observable, and the model that improves most on it, by validation."""
        features = self._features[k]
        detectors, counts, shares = validation.detectors, validation.counts, validation.shares[:, k]
        correlated, gap = self.graph_.decode(detectors)[:, k], features.gap(detectors)
        unsure = np.abs(gap) < self.threshold

        tried = features.of(detectors[unsure], correlated[unsure])
        models = {model.name: model for model in self._candidates(k, table, random, budget)}
        odds = {name: model.log_odds(tried, detectors[unsure]) for name, model in models.items()}
        base, best = select(gap, correlated, odds, unsure, counts, shares)
        return base, None if best is None else models[best]

    def _candidates(
        self, k: int, table: SyndromeTable, random: np.random.Generator, budget: Budget
    ) -> list["_Curved | _Flexible"]:
        """Return models fitted to the unsure part of the training shots; none where it knows one outcome only."""
        features, detectors = self._features[k], table.detectors
        unsure = features.unsure(detectors)
        detectors, counts, shares = detectors[unsure], table.counts[unsure], table.shares[unsure, k]
        if not 0 < (counts * shares).sum() < counts.sum():
            return []
        inputs = features.of(detectors, self.graph_.decode(detectors)[:, k])
        linear = _Curved(LinearModel.fitted(curved(inputs), counts, shares))
        settings = {"hidden": self.hidden, "passes": self.passes, "random": random}
        progress = self._progress(k, budget)
        return [linear, _Flexible.fitted(inputs, detectors, counts, shares, progress=progress, **settings)]

    def _log_odds(self, detectors: np.ndarray) -> np.ndarray:
        correlated = self.graph_.decode(detectors)
        odds = np.empty(correlated.shape)
        for k, (features, model, base) in enumerate(zip(self._features, self.models_, self.bases_)):
            gap = features.gap(detectors)
            odds[:, k] = base_log_odds(base, gap, correlated[:, k])
            unsure = np.abs(gap) < self.threshold
            if model is not None and unsure.any():
                inputs = features.of(detectors[unsure], correlated[unsure, k])
                odds[unsure, k] = model.log_odds(inputs, detectors[unsure])
        return odds


@dataclass
class _Curved:
    """A logistic regression on the features and functions of the gaps."""

    name: ClassVar[str] = "logistic regression"
    linear: LinearModel

    def arrays(self) -> dict[str, np.ndarray]:
        return self.linear.arrays()

    def log_odds(self, inputs: np.ndarray, detectors: np.ndarray) -> np.ndarray:
        return self.linear.log_odds(curved(inputs))


@dataclass
class _Flexible:
    """A network on the features and the detectors."""

    name: ClassVar[str] = "network"
    mean: np.ndarray
    scale: np.ndarray
    network: Network

    @classmethod
    def fitted(
        cls,
        inputs: np.ndarray,
        detectors: np.ndarray,
        counts: np.ndarray,
        shares: np.ndarray,
        *,
        hidden: tuple[int, ...],
        passes: int,
        random: np.random.Generator,
        progress: Callable[[float], float],
    ) -> "_Flexible":
        mean, scale = inputs.mean(axis=0), spread_of(inputs)
        network = Network.random((inputs.shape[1] + detectors.shape[1], *hidden, 1), random)
        optimiser = Adam(network, 3e-3, averaging=0.995)
        seen, flipped = _standard(inputs, detectors, mean, scale), shares[:, None].astype(np.float32)
        train(
            optimiser,
            outcome_gradient(optimiser, seen, flipped),
            counts,
            n_steps=max(passes * len(counts) // _BATCH, _LEAST_STEPS),
            batch_size=_BATCH,
            progress=progress,
            random=random,
        )
        return cls(mean, scale, optimiser.averaged())

    def arrays(self) -> dict[str, np.ndarray]:
        return {"mean": self.mean, "scale": self.scale, "network": self.network.parameters}

    def log_odds(self, inputs: np.ndarray, detectors: np.ndarray) -> np.ndarray:
        return self.network.logits(_standard(inputs, detectors, self.mean, self.scale))[:, 0]


def _standard(inputs: np.ndarray, detectors: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return what the network sees: standardised features and detectors, float32."""
    return np.hstack([(inputs - mean) / scale, detectors]).astype(np.float32)
