"""8 x 8 digits, ten classes, six qubits: a trained circuit, and the same model with its parts taken away.

Pixels as amplitudes, sixteen strongly entangling layers, Z and ZZ on all qubits, a linear map. Settings were chosen on
another split than those judged here.
"""

import itertools
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
SPLITS = (11, 12, 13)


def run(options: Options):
    """Yield the one result."""
    splits, epochs = (SPLITS[:1], 2) if options.quick else (SPLITS, 40)
    case = f"digits, 6 qubits, {epochs} epochs, {len(splits)} splits"
    if options.wants(case):
        yield _case(case, splits, epochs)


def _pairs(n_qubits: int):
    groups = [*((q,) for q in range(n_qubits)), *itertools.combinations(range(n_qubits), 2)]
    return [ql.PauliSum(" ".join(f"Z{q}" for q in group), n_qubits=n_qubits) for group in groups]


def _model(n_layers: int, epochs: int, seed: int, **settings):
    chosen = {"optimizer": ql.variational.Adam(0.05, decay=0.003), "max_epochs": epochs, **settings}
    return ql.variational.VariationalClassifier(
        ql.variational.AmplitudeEncoding(), ql.variational.StronglyEntangling(n_layers), observables=_pairs, alpha=1e-5,
        patience=None, random_state=seed, **chosen,
    )  # fmt: skip


def _case(case: str, splits, epochs: int) -> Result:
    X, y = load_digits(return_X_y=True)
    scores = {name: [] for name in ("trained", "untrained", "no_circuit", "separable", "logistic_regression")}
    seconds = []
    for seed in splits:
        train, test, a, b = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
        start = time.perf_counter()
        scores["trained"].append(_model(16, epochs, seed).fit(train, a).score(test, b))
        seconds.append(time.perf_counter() - start)
        frozen = _model(16, 1, seed, optimizer=ql.variational.Adam(0.0)).fit(train, a)
        none = _model(0, 1, seed, optimizer=ql.variational.Adam(0.0)).fit(train, a)
        for name, features in (("untrained", frozen.quantum_features), ("no_circuit", none.quantum_features)):
            head = make_pipeline(StandardScaler(), LogisticRegression(C=10, max_iter=500))
            scores[name].append(head.fit(features(train), a).score(features(test), b))
        scores["separable"].append(_model(16, epochs, seed, entangled=False).fit(train, a).score(test, b))
        linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        scores["logistic_regression"].append(linear.fit(train, a).score(test, b))
    means = {name: float(np.mean(found)) for name, found in scores.items()}
    metrics = {
        "accuracy": means["trained"],
        "gain_of_training": means["trained"] - means["untrained"],
        "fit_seconds": float(np.max(seconds)),
    }
    notes = [f"{name}: {means[name]:.4f} +- {np.std(found):.4f}" for name, found in scores.items()]
    return Result(case, 1, {}, "fit", metrics, notes)
