"""The contract of all decoders: checks, cloning, pickling, empty batches, budgets."""

import importlib
import inspect
import pickle
import pkgutil

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import qlearn as ql
from qlearn.decoders import AbstractDecoder, DecodingProblem, Matching

DECODERS = {
    "matching": Matching(),
    "correlated": Matching(correlated=True),
    "exact": ql.decoders.MaximumLikelihood(),
    "lookup": ql.decoders.Lookup(random_state=0),
    "gaps": ql.decoders.GapStacking(passes=2, random_state=0),
    "mlp": ql.decoders.MLPDecoder((32,), random_state=0),
    "residual": ql.decoders.MLPDecoder((32,), residual=True, random_state=0),
}
LEARNERS = [name for name, decoder in DECODERS.items() if decoder.default_shots]
TWO_OBSERVABLES = "error(0.1) D0 L0\nerror(0.12) D0 D1 L1\nerror(0.08) D1 D2\nerror(0.06) D2 L0 L1\nerror(0.05) L1"


def fitted(name, problem):
    decoder = clone(DECODERS[name])
    return decoder.fit(problem, n_shots=20_000) if decoder.default_shots else decoder.fit(problem)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("model", ["surface", TWO_OBSERVABLES])
def test_contract(name, model, small_problem):
    problem = small_problem if model == "surface" else DecodingProblem.from_dem(model)
    detectors, observables = problem.sample(5000, random_state=1)
    decoder = clone(DECODERS[name])
    with pytest.raises(NotFittedError, match=r"is not fitted; call `fit\(problem\)` before `predict`"):
        decoder.predict(detectors)
    before = decoder.get_params()
    decoder = fitted(name, problem)
    assert decoder.get_params().keys() == before.keys()
    predicted = decoder.predict(detectors)
    assert predicted.dtype == bool
    assert predicted.shape == observables.shape
    assert np.array_equal(decoder.predict(detectors[::-1])[::-1], predicted)
    assert np.array_equal(decoder.predict(np.asfortranarray(detectors)), predicted)
    assert np.array_equal(decoder.predict(detectors.astype(int)), predicted)
    assert np.array_equal(np.vstack([decoder.predict(detectors[i : i + 1]) for i in range(50)]), predicted[:50])
    packed = decoder.predict_packed(np.packbits(detectors, axis=1, bitorder="little"))
    assert np.array_equal(np.packbits(predicted, axis=1, bitorder="little"), packed)
    assert np.array_equal(pickle.loads(pickle.dumps(decoder)).predict(detectors), predicted)
    assert decoder.predict(detectors[:0]).shape == (0, problem.n_observables)
    assert decoder.predict_packed(np.zeros((0, 1), np.uint8)).shape == (0, 1)
    never = observables.any(axis=1).mean()
    assert (predicted != observables).any(axis=1).mean() < never
    if isinstance(decoder, ql.decoders.AbstractSoftDecoder):
        probability = decoder.predict_probability(detectors)
        assert np.array_equal(probability > 0.5, predicted)


@pytest.mark.parametrize("name", LEARNERS)
def test_learning_is_deterministic_by_seed(name, small_problem):
    detectors, _ = small_problem.sample(5000, random_state=1)
    first, second = (fitted(name, small_problem).predict(detectors) for _ in range(2))
    assert np.array_equal(first, second)


def concrete_decoders():
    """Return every final decoder class defined in the package, found by walking it."""
    found = {}
    for info in pkgutil.walk_packages(ql.decoders.__path__, "qlearn.decoders."):
        for name, value in vars(importlib.import_module(info.name)).items():
            is_own = inspect.isclass(value) and value.__module__ == info.name
            if is_own and issubclass(value, AbstractDecoder) and not inspect.isabstract(value):
                found[name] = value
    return found


def test_every_decoder_is_exported():
    missing = [name for name in concrete_decoders() if name not in ql.decoders.__all__]
    assert missing == [], f"add to qlearn/decoders/__init__.py: {missing}"


@pytest.mark.parametrize("name", concrete_decoders())
def test_conformance(name):
    cls = concrete_decoders()[name]
    try:
        ql.testing.check_decoder(cls(random_state=0) if cls.default_shots else cls())
    except ImportError as error:
        pytest.skip(str(error))


class Broken(AbstractDecoder):
    """Breaks the contract in one way."""

    def __init__(self, fault="none"):
        self.fault = fault

    def _fit(self, problem, budget):
        if self.fault == "parameters":
            self.fault = "changed"

    def _predict(self, detectors):
        answers = np.zeros((len(detectors), self.n_observables_), bool)
        if self.fault == "dtype":
            return answers.astype(int)
        if self.fault == "shape":
            return answers[:, :1]
        if self.fault == "quality":
            return ~answers
        if self.fault == "order":
            answers[:1] = True
        if self.fault == "seed":
            return np.random.default_rng().random(answers.shape) < 0.003  # few enough not to lose to no flip
        return answers


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("parameters", "fit leaves the parameters"),
        ("dtype", "predictions are bool, not int64"),
        ("shape", "one prediction a shot"),
        ("quality", "does not lose to predicting no flip"),
        ("order", "shots are independent"),
        ("seed", "shots are independent"),
    ],
)
def test_conformance_finds_faults(fault, message):
    ql.testing.check_decoder(Broken())
    with pytest.raises(AssertionError, match=f"Broken: expected that .*{message}"):
        ql.testing.check_decoder(Broken(fault))


def test_predict_checks_its_input(small_problem):
    decoder = Matching().fit(small_problem)
    with pytest.raises(ValueError, match=r"`detectors` must have shape \(n_shots, 8\), got \(3, 5\)"):
        decoder.predict(np.zeros((3, 5), bool))
    with pytest.raises(TypeError, match="`detectors` must hold 0 or 1"):
        decoder.predict(np.full((3, 8), 2))
    with pytest.raises(ValueError, match=r"`packed` must have shape \(n_shots, 1\)"):
        decoder.predict_packed(np.zeros((3, 2), np.uint8))
    odd = Matching().fit(DecodingProblem.from_dem(TWO_OBSERVABLES))
    with pytest.raises(ValueError, match="sets padding bits past its 3 detectors"):
        odd.predict_packed(np.array([[8]], np.uint8))


def test_fit_checks_its_input(small_problem):
    with pytest.raises(TypeError, match="`problem` must be a DecodingProblem, got Circuit"):
        Matching().fit(small_problem.source)
    with pytest.raises(TypeError, match=r"Matching learns nothing from shots; call fit\(problem\) without a budget"):
        Matching().fit(small_problem, n_shots=10)
    lookup = ql.decoders.Lookup()
    with pytest.raises(ValueError, match="`n_shots` must be at least 1, got 0"):
        lookup.fit(small_problem, n_shots=0)
    for seconds in (0, -1, float("nan"), float("inf"), True, "1"):
        with pytest.raises(ValueError, match="`seconds` must be a positive number"):
            lookup.fit(small_problem, seconds=seconds)


def test_budget_in_seconds_is_kept(small_problem):
    decoder = ql.decoders.Lookup(random_state=0).fit(small_problem, seconds=0.2)
    assert 0.15 < decoder.fit_seconds_ < 5


class Counting(AbstractDecoder):
    """Remembers the sizes of its training blocks."""

    default_shots = 40_000

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, problem, budget):
        self.sizes_, self.progress_ = [], []
        for shots in budget.take(problem.blocks(random_state=self.random_state)):
            self.sizes_.append(len(shots))
            self.progress_.append(budget.progress)

    def _predict(self, detectors):
        return np.zeros((len(detectors), self.n_observables_), bool)


def test_budget_in_shots_is_exact(small_problem):
    decoder = Counting().fit(small_problem)
    assert decoder.sizes_ == [16384, 16384, 7232]
    assert decoder.progress_ == pytest.approx([0.4096, 0.8192, 1.0])
    assert Counting().fit(small_problem, n_shots=5).sizes_ == [5]
    assert sum(Counting().fit(small_problem, n_shots=10**9, seconds=0.05).sizes_) < 10**9


@pytest.mark.parametrize(
    ("decoder", "message"),
    [
        (ql.decoders.MLPDecoder(hidden=8), r"`hidden` must be a sequence of widths such as \(64, 64\), got 8"),
        (ql.decoders.MLPDecoder(hidden="[8, 8"), "`hidden` must be a sequence of widths"),
        (ql.decoders.MLPDecoder(hidden=(8, 0)), "`hidden` must be at least 1, got 0"),
        (ql.decoders.MLPDecoder(learning_rate=-0.1), "`learning_rate` must be above 0, got -0.1"),
        (ql.decoders.MLPDecoder(batch_size=0), "`batch_size` must be at least 1"),
        (ql.decoders.MLPDecoder(passes=-1), "`passes` must be at least 1"),
        (ql.decoders.GapStacking(threshold=float("nan")), "`threshold` must be above 0, got nan"),
        (ql.decoders.GapStacking(threshold="abc"), "`threshold` must be a number, got 'abc' of type str"),
        (ql.decoders.GapStacking(hidden=(64, "a")), "`hidden` must be an integer"),
        (ql.decoders.NeuralReweighting(hidden=8), "`hidden` must be a sequence of widths"),
        (ql.decoders.NeuralReweighting(edge_share=1.0), "`edge_share` must be below 1"),
        (ql.decoders.NeuralReweighting(edge_share=2.0), "`edge_share` must be a probability between 0 and 1"),
        (ql.decoders.NeuralReweighting(outcome_rate=0), "`outcome_rate` must be above 0"),
        (ql.decoders.NeuralReweighting(edge_batch=0), "`edge_batch` must be at least 1"),
        (ql.decoders.Lookup(margin=-1), "`margin` must be at least 0, got -1"),
        (ql.decoders.Lookup(max_patterns=0), "`max_patterns` must be at least 1"),
    ],
    ids=repr,
)
def test_settings_are_checked_before_training(small_problem, decoder, message):
    with pytest.raises((TypeError, ValueError), match=message):
        decoder.fit(small_problem, n_shots=100)


def test_problems_without_observables_are_refused():
    problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0")
    for decoder in (ql.decoders.Matching(), ql.decoders.GapMatching(), ql.decoders.NeuralReweighting()):
        with pytest.raises(ValueError, match="no observables, so there is nothing to decode"):
            decoder.fit(problem)
