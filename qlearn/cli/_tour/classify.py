"""Around the jobs: a circuit trained to read handwritten digits from measurements."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...report import Report
from .chapter import Chapter, text_table

_N_EPOCHS = 60
_N_LAYERS = 12
_N_SHOTS = 1000
_N_SHOWN = 20


@dataclass(frozen=True)
class Classification:
    """Test accuracies by model, and some of the pictures."""

    n_qubits: int
    n_weights: int
    n_train: int
    n_test: int
    accuracies: dict[str, float]
    images: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray


def take(seed: np.random.SeedSequence, width: int) -> Chapter:
    """Return the chapter on classifying."""
    found = classify(seed)
    accuracies = list(found.accuracies.values())
    faults = [] if accuracies[0] > 0.9 else [f"the circuit reads only {100 * accuracies[0]:.0f} % of the digits"]
    if accuracies[0] <= accuracies[2]:
        faults.append("entanglement does not help to read digits")
    title = f"Classify: ten handwritten digits read by a circuit on {found.n_qubits} qubits"
    return Chapter(title, _data(found), _text(found), lambda report: _write(found, report), faults)


def classify(seed: np.random.SeedSequence) -> Classification:
    """Return how well a circuit reads 8 x 8 digits: exact, with shots, without its entanglers; and a linear model."""
    from sklearn.base import clone
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    from ...variational import Adam, AmplitudeEncoding, ParameterShift, StronglyEntangling, VariationalClassifier

    split_seed, fit_seed = (int(word) for word in seed.generate_state(2))
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=split_seed)
    model = VariationalClassifier(
        AmplitudeEncoding(),
        StronglyEntangling(_N_LAYERS),
        optimizer=Adam(learning_rate=0.03),
        max_epochs=_N_EPOCHS,
        patience=None,
        random_state=fit_seed,
    )
    separable = clone(model).set_params(entangled=False).fit(X_train, y_train)
    model.fit(X_train, y_train)
    predictions = model.predict(X_test)
    exact = model.score(X_test, y_test)
    model.set_params(execution=ParameterShift(n_shots=_N_SHOTS))
    accuracies = {
        "circuit, exact": exact,
        f"circuit, {_N_SHOTS} shots a picture": model.score(X_test, y_test),
        "its separable twin": separable.score(X_test, y_test),
        "logistic regression": LogisticRegression(max_iter=2000).fit(X_train / 16, y_train).score(X_test / 16, y_test),
    }
    n_qubits = AmplitudeEncoding().width(X.shape[1])
    n_weights = StronglyEntangling(_N_LAYERS).n_weights(n_qubits)
    return Classification(
        n_qubits, n_weights, len(X_train), len(X_test), accuracies,
        X_test[:_N_SHOWN].reshape(-1, 8, 8), y_test[:_N_SHOWN], predictions[:_N_SHOWN],
    )  # fmt: skip


def _error(found: Classification, accuracy: float) -> float:
    """Return the standard error that so many test pictures leave."""
    return float(np.sqrt(accuracy * (1 - accuracy) / found.n_test))


def _text(found: Classification) -> str:
    rows = [
        (name, f"{100 * accuracy:.1f} ± {100 * _error(found, accuracy):.1f} %")
        for name, accuracy in found.accuracies.items()
    ]
    return (
        f"{text_table(('', 'test accuracy'), rows)}\n\n   {found.n_train} pictures to train on, {found.n_test} to test "
        f"on; {found.n_weights} angles.\n   The twin has no gate between qubits: what it lacks, entanglement does."
    )


def _data(found: Classification) -> dict[str, Any]:
    return {"accuracies": found.accuracies, "n_test": found.n_test, "n_qubits": found.n_qubits}


def _write(found: Classification, report: Report) -> None:
    from ...estimates import Estimate
    from ...plot import ImagesDisplay

    report.text(
        f"The 64 pixels of a picture are the amplitudes of {found.n_qubits} qubits. {found.n_weights} angles are "
        "trained by adjoint gradients; what is measured decides the digit. The separable twin has no gate between "
        "qubits, and logistic regression is the classical model to beat."
    )
    rows = [(name, Estimate(a, _error(found, a), found.n_test)) for name, a in found.accuracies.items()]
    report.table(("model", "test accuracy"), rows, caption=f"On {found.n_test} pictures that no model was trained on")
    display = ImagesDisplay(found.images, found.predictions, found.labels).plot()
    report.figure(
        display, "The first test pictures and what the circuit reads; where it is wrong, the digit in brackets"
    )
