"""16 x 16 pictures on eight qubits: by amplitudes, patches and principal components, with convolutional circuits.

Bars and stripes with noise, made as in qml_benchmarks; and pieces of two photographs that come with scikit-learn, a
Chinese temple and a flower, in grey. Pixels as 256 amplitudes, or as rotations of the qubit that holds their patch, or
eight principal components as angles that every layer sees. Beside the models: the amplitudes with the linear map but
no circuit, the separable twin of the patches, and classical baselines. Settings were not tuned to the test pictures;
means over three splits.
"""

import time

import numpy as np
from sklearn.datasets import load_sample_images
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qlearn.variational import (
    QCNN,
    Adam,
    AmplitudeEncoding,
    DataReuploadingClassifier,
    PatchEncoding,
    StronglyEntangling,
    VariationalClassifier,
)

from .options import Options
from .results import Result

THREADS = "one"
SIZE, N_TRAIN, N_TEST = 16, 480, 400
PUBLISHED = {"bars and stripes": "published: CNN 1.000, quanvolutional 1.000, WeiNet 0.561"}
CLASSICAL = ("logistic regression", "SVC", "SVC on 8 components")


def run(options: Options):
    """Yield one result for each kind of picture."""
    for name, make in (("bars and stripes", _bars_and_stripes), ("pieces of photographs", _photographs)):
        case = f"{name}, {SIZE} x {SIZE}"
        if options.wants(case):
            yield _case(case, name, make, 1 if options.quick else 3, 1 if options.quick else 20)


def _bars_and_stripes(random: np.random.Generator):
    """Return pictures whose rows (or columns) are each +1 or -1, with normal noise of 0.5 on every pixel."""
    n = N_TRAIN + N_TEST
    lines, y = random.choice([-1.0, 1.0], size=(n, SIZE, 1)), random.integers(2, size=n)
    pictures = np.repeat(lines, SIZE, axis=2)
    pictures[y == 1] = pictures[y == 1].transpose(0, 2, 1)
    return (pictures + 0.5 * random.normal(size=pictures.shape)).reshape(n, -1), y


def _photographs(random: np.random.Generator):
    """Return pieces of two photographs, each brought to mean zero and standard deviation one."""
    found, labels = [], []
    for label, image in enumerate(load_sample_images().images):
        grey = image.mean(axis=2)
        rows, columns = (length // SIZE for length in grey.shape)
        blocks = grey[: rows * SIZE, : columns * SIZE].reshape(rows, SIZE, columns, SIZE).transpose(0, 2, 1, 3)
        found.append(blocks.reshape(-1, SIZE * SIZE))
        labels += [label] * rows * columns
    X = np.vstack(found)
    X = (X - X.mean(axis=1, keepdims=True)) / (X.std(axis=1, keepdims=True) + 1.0)
    chosen = random.permutation(len(X))[: N_TRAIN + N_TEST]
    return X[chosen], np.array(labels)[chosen]


def _models(seed: int, epochs: int) -> dict:
    shared = {"max_epochs": epochs, "optimizer": Adam(0.03), "random_state": seed}
    amplitudes, patches = AmplitudeEncoding(), PatchEncoding((SIZE, SIZE), (8, 4), "y")
    qcnn = QCNN(n_readout=2)
    angles = {"n_layers": 4, **shared}
    return {
        "amplitudes, QCNN": VariationalClassifier(amplitudes, qcnn, **shared),
        "amplitudes, entangling": VariationalClassifier(amplitudes, StronglyEntangling(8), **shared),
        "amplitudes, no circuit": VariationalClassifier(amplitudes, StronglyEntangling(0), **shared),
        "patches, QCNN": VariationalClassifier(patches, qcnn, scaling=0.1, **shared),
        "patches, reuploading": DataReuploadingClassifier(patches, scaling=0.1, **angles),
        "patches, separable": DataReuploadingClassifier(patches, scaling=0.1, entangled=False, **angles),
        "8 components, reuploading": make_pipeline(PCA(8, whiten=True), DataReuploadingClassifier(**angles)),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "SVC": make_pipeline(StandardScaler(), SVC(C=10)),
        "SVC on 8 components": make_pipeline(PCA(8, whiten=True), SVC(C=10)),
    }


def _case(case: str, name: str, make, n_splits: int, epochs: int) -> Result:
    scores: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    for seed in range(n_splits):
        X, y = make(np.random.default_rng(seed))
        train, test, a, b = train_test_split(X, y, train_size=N_TRAIN, test_size=N_TEST, stratify=y, random_state=seed)
        for model, estimator in _models(seed, epochs).items():
            begin = time.process_time()
            scores.setdefault(model, []).append(estimator.fit(train, a).score(test, b))
            seconds[model] = time.process_time() - begin
    means = {model: float(np.mean(found)) for model, found in scores.items()}
    notes = [f"{m:<26} {means[m]:.3f} +- {np.std(found):.3f}   {seconds[m]:.1f} s" for m, found in scores.items()]
    notes += [PUBLISHED[name]] if name in PUBLISHED else []
    notes.append(f"{N_TRAIN} training pictures, {N_TEST} test pictures")
    metrics = {
        "best_quantum": max(mean for model, mean in means.items() if model not in CLASSICAL),
        "best_classical": max(means[model] for model in CLASSICAL),
        "gain_of_circuit": means["amplitudes, entangling"] - means["amplitudes, no circuit"],
    }
    return Result(case, 1, {}, "fit", metrics, notes)
