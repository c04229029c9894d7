"""Circuits found for data: test accuracy and two-qubit gates, beside the best separable circuit and classical models.

The 300 x 3 set is that of the supernet of Du et al. (npj Quantum Inf. 8, 62, 2022; test accuracy 1.00 with three layers
of up to three CX each), split at random into 200 rows for training, in which all choices are made, and 100 for testing.
The sets of Bowles et al. (arXiv:2403.07059) have their own split. Data are read from the folder QLEARN_DATA_DIR.
"""

import os
import time
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
N_SEEDS = 5
SETS = ("linearly_separable_2d", "two_curves-5degree-0.1offset-2d", "hidden_manifold-6manifold-2d")


def supernet(folder: Path, seed: int) -> tuple[np.ndarray, ...]:
    """Return training rows, test rows, training labels, test labels."""
    X = np.load(folder / "qas_supernet" / "binary_mnist_data.npy", allow_pickle=False)
    y = np.load(folder / "qas_supernet" / "binary_mnist_label.npy", allow_pickle=False).astype(int)
    return tuple(train_test_split(X, y, test_size=100, stratify=y, random_state=seed))


def published(folder: Path, name: str) -> tuple[np.ndarray, ...]:
    """Return a set with its own split."""
    tables = [np.loadtxt(folder / "qml_benchmarks" / "datasets" / f"{name}_{part}.csv", delimiter=",")
              for part in ("train", "test")]  # fmt: skip
    return tables[0][:, :-1], tables[1][:, :-1], tables[0][:, -1].astype(int), tables[1][:, -1].astype(int)


def run(options: Options):
    """Yield one result for each data set."""
    root = os.environ.get("QLEARN_DATA_DIR")
    if root is None:
        yield Result("all", options.threads, notes=["left out: QLEARN_DATA_DIR is not set"])
        return
    folder = Path(root) / "search"
    for name in ("supernet", *SETS):
        if options.wants(name) and not (options.quick and name != "supernet"):
            yield _measure(name, folder, options)


def _search(name: str, seed: int, options: Options) -> ql.search.AnsatzSearchCV:
    axes, scaling = ("y", "none") if name == "supernet" else ("y", "standard")
    model = ql.variational.VariationalClassifier(
        ql.variational.AngleEncoding(axes=axes, min_qubits=3), scaling=scaling, optimizer=ql.variational.LBFGS(),
        batch_size=None, max_epochs=60, random_state=seed,
    )  # fmt: skip
    budget = ql.search.Budget(evaluations=300 if options.quick else 3000)
    return ql.search.AnsatzSearchCV(model, budget=budget, gates=("ry", "rz", "cx"), random_state=seed)


def _measure(name: str, folder: Path, options: Options) -> Result:
    accuracies, twins, gates, classical, notes = [], [], [], [], []
    start = time.process_time()
    for seed in range(1 if options.quick else N_SEEDS):
        X, X_test, y, y_test = supernet(folder, seed) if name == "supernet" else published(folder, name)
        found = _search(name, seed, options).fit(X, y)
        model = found.best_estimator_
        accuracies.append(found.score(X_test, y_test))
        gates.append(model.ansatz.template.n_two_qubit_gates)
        separable = found.search_.front.best(two_qubit_gates=0)
        twins.append(found._trained(separable, X, y).score(X_test, y_test))
        classical.append(make_pipeline(StandardScaler(), SVC()).fit(X, y).score(X_test, y_test))
        means = found.cv_results_["mean_test_score"]
        curve = ", ".join(f"{p}: {m:.3f}" for p, m in zip(found.cv_results_["param_max_two_qubit_gates"], means))
        notes.append(f"seed {seed}: {accuracies[-1]:.3f} with {gates[-1]} CX; validation by gates {curve}")
    label = name.split("-", maxsplit=1)[0]
    metrics = {
        f"{label}_accuracy": float(np.mean(accuracies)),
        f"{label}_gates": float(np.mean(gates)),
        f"{label}_separable_accuracy": float(np.mean(twins)),
        "support_vector_accuracy": float(np.mean(classical)),
        "cpu_seconds_per_search": (time.process_time() - start) / len(gates),
    }
    return Result(name, options.threads, {}, "search", metrics, notes)
