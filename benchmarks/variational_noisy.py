"""Gradients and training through 10,000 shots a circuit and a noisy device, by the parameter-shift rule.

Four principal components of the digits 0 to 3 on four qubits, depolarising noise of 0.1 % after gates on one and 1 %
after gates on two qubits. First the gradient of a fixed weighted sum of outputs, drawn many times, against the noisy
model differentiated without shots: the largest deviation of a mean in standard errors, and how often a single gradient
lies within 1.96 of its stated errors. Then a classifier is trained by nothing but shots, with Adam and with adaptive
shots, and judged on held-out digits with the same noise and shots; beside it the same circuit trained exactly and
judged exactly, and logistic regression of the same four numbers.
"""

import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlearn as ql
from qlearn.variational import ICANS, Adam, AngleEncoding, HardwareEfficient, ParameterShift, VariationalClassifier
from qlearn.variational.shot_gradients import shot_gradient

from .options import Options
from .results import Result

THREADS = "one"
N_SHOTS = 10_000


def run(options: Options):
    """Yield the result on gradients and that on training."""
    shots, draws, epochs = (100, 20, 1) if options.quick else (N_SHOTS, 200, 6)
    for case, make in ((f"gradients through {shots} shots", _gradients), (f"training through {shots} shots", _train)):
        if options.wants(case):
            yield make(case, shots, draws if make is _gradients else epochs)


def _noise() -> ql.NoiseModel:
    return ql.NoiseModel.depolarizing(0.001, 0.01)


def _data():
    X, y = load_digits(n_class=4, return_X_y=True)
    train, test, a, b = train_test_split(X, y, train_size=160, stratify=y, random_state=0)
    reduce = make_pipeline(PCA(4, random_state=0), StandardScaler()).fit(train)
    return reduce.transform(train), reduce.transform(test), a, b


def _model(execution, **settings) -> VariationalClassifier:
    chosen = {"optimizer": Adam(0.15), "batch_size": 16, "patience": None, "random_state": 0, **settings}
    return VariationalClassifier(AngleEncoding(), HardwareEfficient(2, entangler="cz"), execution=execution, **chosen)


def _gradients(case: str, n_shots: int, n_draws: int) -> Result:
    train, _, labels, _ = _data()
    begin, random = time.process_time(), np.random.default_rng(0)
    noisy = _model(ParameterShift(noise=_noise()), max_epochs=1, optimizer=Adam(0.0)).fit(train[:8], labels[:8])
    weights = noisy.model_.parts(noisy.parameters_)[0]
    inputs, upstream = train[:2], random.normal(size=(2, 4))
    exact = noisy.model_.layer.differentiate(inputs, weights, lambda _: upstream)[1]
    layer = noisy.with_execution(ParameterShift(n_shots=n_shots, noise=_noise())).model_.layer
    shots = np.full(len(weights), n_shots)
    found = [shot_gradient(layer, inputs, weights, upstream, shots, random)[:2] for _ in range(n_draws)]
    gradients, errors = np.array([g for g, _ in found]), np.sqrt(np.array([v for _, v in found]) / n_shots)
    deviations = (gradients.mean(axis=0) - exact) / (gradients.std(axis=0, ddof=1) / np.sqrt(n_draws))
    covered = np.abs(gradients - exact) < 1.96 * errors
    metrics = {"worst_deviation": float(np.abs(deviations).max()), "coverage": float(covered.mean())}
    notes = [
        f"{n_draws} gradients by {len(weights)} weights",
        f"stated error {errors.mean():.4f} for gradients of size {np.abs(exact).mean():.4f}",
        f"an unbiased gradient deviates by more than 4 standard errors once in {1 / (len(weights) * 6.3e-5):.0f} runs",
        f"{time.process_time() - begin:.0f} s",
    ]
    return Result(case, 1, {}, "gradient", metrics, notes)


def _train(case: str, n_shots: int, epochs: int) -> Result:
    train, test, a, b = _data()
    device = ParameterShift(n_shots=n_shots, noise=_noise())
    metrics, notes = {}, []
    for name, execution, settings in (
        ("accuracy", device, {}),
        ("accuracy_adaptive", device, {"optimizer": ICANS(0.5, min_shots=16, max_shots=n_shots, decay=0.9)}),
        ("accuracy_exact", None, {}),
    ):
        begin = time.process_time()
        model = _model(execution, max_epochs=epochs, **settings).fit(train, a)
        metrics[name] = model.score(test, b)
        spent = model.optimizer_state_.get("n_shots")
        if execution is not None and spent is None:
            # a step has two circuits a weight and one for the values, for each row
            spent = epochs * len(train) * (2 * model.model_.layer.n_weights + 1) * n_shots
        shots = f", {spent:.2g} shots" if spent else ""
        curve = " ".join(f"{loss:.2f}" for loss in model.loss_curve_)
        notes.append(f"{name}: loss by epoch {curve}{shots}, {time.process_time() - begin:.0f} s with judging")
    metrics["lost_to_noise"] = metrics["accuracy_exact"] - metrics["accuracy"]
    metrics["logistic_regression"] = LogisticRegression().fit(train, a).score(test, b)
    notes.append(f"{len(a)} training digits, {len(b)} test digits")
    return Result(case, 1, {}, "training", metrics, notes)
