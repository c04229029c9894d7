"""The qml_benchmarks data sets: our models, their separable twins and classical baselines, five seeds.

Settings are fixed before, none is tuned to a data set: the published numbers, where there are any, are those of the
best of many settings. Reads ``search/qml_benchmarks/datasets`` under the folder that QLEARN_DATA_DIR names.
"""

import os
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qlearn.variational import (
    DataReuploadingClassifier,
    DressedClassifier,
    FidelityKernel,
    IQPEncoding,
    ProjectedKernel,
    QuantumKernelClassifier,
    VariationalClassifier,
)

from .options import Options
from .results import Result

THREADS = "one"
SETS = (
    "linearly_separable_2d", "linearly_separable_10d", "hidden_manifold-6manifold-2d", "hidden_manifold-6manifold-10d",
    "two_curves-5degree-0.1offset-2d", "two_curves-5degree-0.1offset-10d", "hyperplanes-2d-from2d-5n",
    "mnist_3-5_2d-250", "mnist_3-5_10d-250",
)  # fmt: skip
N_SEEDS = 5


def run(options: Options):
    """Yield one result for each data set."""
    folder = Path(os.environ.get("QLEARN_DATA_DIR", "")) / "search" / "qml_benchmarks" / "datasets"
    for name in SETS[:1] if options.quick else SETS:
        if options.wants(name):
            yield _case(folder, name, 1 if options.quick else N_SEEDS, 2 if options.quick else 60)


def _models(seed: int, epochs: int) -> dict:
    settings = {"max_epochs": epochs, "random_state": seed}
    iqp = IQPEncoding(pairs="neighbours", n_qubits=10)
    return {
        "SVC": SVC(C=10),
        "MLP": MLPClassifier((64, 64), max_iter=500, random_state=seed),
        "reuploading": DataReuploadingClassifier(n_layers=4, **settings),
        "reuploading, separable": DataReuploadingClassifier(n_layers=4, entangled=False, **settings),
        "variational": VariationalClassifier(**settings),
        "variational, separable": VariationalClassifier(entangled=False, **settings),
        "dressed": DressedClassifier(**settings),
        "dressed, separable": DressedClassifier(entangled=False, **settings),
        "fidelity kernel": QuantumKernelClassifier(C=10),
        "IQP kernel": QuantumKernelClassifier(FidelityKernel(iqp, bandwidth=0.5), C=10),
        "IQP kernel, separable": QuantumKernelClassifier(FidelityKernel(iqp, bandwidth=0.5, entangled=False), C=10),
        "projected kernel": QuantumKernelClassifier(ProjectedKernel(iqp, bandwidth=0.5), C=10),
    }


def _case(folder: Path, name: str, n_seeds: int, epochs: int) -> Result:
    train, test = (np.loadtxt(folder / f"{name}_{part}.csv", delimiter=",") for part in ("train", "test"))
    scores: dict[str, list[float]] = {}
    for seed in range(n_seeds):
        for model, estimator in _models(seed, epochs).items():
            pipeline = make_pipeline(StandardScaler(), estimator).fit(train[:, :-1], train[:, -1])
            scores.setdefault(model, []).append(pipeline.score(test[:, :-1], test[:, -1]))
    error = float(np.sqrt(0.25 / len(test)))
    notes = [f"{model:<24} {np.mean(found):.3f} +- {np.std(found):.3f}" for model, found in scores.items()]
    notes.append(f"{len(train)} training rows, {len(test)} test rows: an accuracy of one half scatters by {error:.3f}")
    quantum = [np.mean(found) for model, found in scores.items() if model not in ("SVC", "MLP")]
    classical = max(np.mean(scores["SVC"]), np.mean(scores["MLP"]))
    metrics = {"best_quantum": float(max(quantum)), "best_classical": float(classical)}
    return Result(name, 1, {}, "fit", metrics, notes)
