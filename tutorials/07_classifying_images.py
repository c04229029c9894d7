# %% [markdown]
# # Classifying images with a trained circuit
#
# Ten digits, 8 x 8 pixels, on six qubits. The 64 pixels become the 64 amplitudes of the state, a circuit is trained,
# and a linear map of expectation values gives the ten classes. Then the questions that matter: does the circuit do any
# work, what is left of it with shots and with the noise of a device, and can it be trained under them?

# %%
import itertools
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlearn as ql
from qlearn.variational import (
    QCNN,
    Adam,
    AmplitudeEncoding,
    AngleEncoding,
    DataReuploadingClassifier,
    HardwareEfficient,
    ParameterShift,
    PatchEncoding,
    StronglyEntangling,
    VariationalClassifier,
)

X, y = load_digits(return_X_y=True)
train, test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=1)

# %% [markdown]
# ## 1. Pixels as amplitudes
#
# The features of the linear map are Z on each qubit and the products of two: one kind of measurement gives them all.


# %%
def pairs(n_qubits):
    single = [(q,) for q in range(n_qubits)]
    groups = [*single, *itertools.combinations(range(n_qubits), 2)]
    return [ql.PauliSum(" ".join(f"Z{q}" for q in group), n_qubits=n_qubits) for group in groups]


def classifier(ansatz, **settings):
    chosen = {"max_epochs": 40, "optimizer": Adam(0.05, decay=0.003), "alpha": 1e-5, "patience": None, **settings}
    return VariationalClassifier(AmplitudeEncoding(), ansatz, observables=pairs, random_state=0, **chosen)


start = time.perf_counter()
model = classifier(StronglyEntangling(16)).fit(train, y_train)
layer = model.model_.layer
print(f"{layer.circuit.n_qubits} qubits, {layer.n_weights} weights, trained in {time.perf_counter() - start:.0f} s")
print(f"test accuracy {model.score(test, y_test):.3f}")

# %% [markdown]
# ## 2. Does the circuit do any work?
#
# Take it away and train the linear map alone; leave it at its random start; take its entangling gates out. And ask a
# linear model of the pixels, the baseline that every picture classifier has to name: it needs 650 numbers, and wins.

# %%
without = classifier(HardwareEfficient(0)).fit(train, y_train)
print(f"no circuit, linear map alone:  {without.score(test, y_test):.3f}")
frozen = classifier(StronglyEntangling(16), max_epochs=1, optimizer=Adam(0.0)).fit(train, y_train)
head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=10))
head.fit(frozen.quantum_features(train), y_train)
print(f"circuit at its random start:   {head.score(frozen.quantum_features(test), y_test):.3f}")
twin = classifier(StronglyEntangling(16), entangled=False, max_epochs=5).fit(train, y_train)
print(f"separable twin:                {twin.score(test, y_test):.3f}")
linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(train, y_train)
print(f"logistic regression of pixels: {linear.score(test, y_test):.3f}")

# %% [markdown]
# ## 3. Shots and noise
#
# The trained model, on other executions: relative frequencies of so many shots, and a device whose gates depolarise.

# %%
some = slice(0, 100)
for n_shots in (100, 10_000):
    drawn = model.with_execution(ParameterShift(n_shots=n_shots))
    print(f"{n_shots:>6} shots an image: {drawn.score(test[some], y_test[some]):.2f}")
for error in (1e-4, 1e-3):
    noise = ql.NoiseModel.depolarizing(error / 10, error)
    noisy = model.with_execution(ParameterShift(n_shots=10_000, noise=noise))
    print(f"  two-qubit errors of {error:g}, 10000 shots: {noisy.score(test[:40], y_test[:40]):.2f}")

# %% [markdown]
# ## 4. Other encodings
#
# Principal components as angles, seen again in every layer; and patches: eight qubits, each with the pixels of one
# rectangle.

# %%
for name, reduce, encoding in (
    ("16 components", PCA(16, random_state=0), AngleEncoding(n_qubits=8)),
    ("patches", None, PatchEncoding(shape=(8, 8), patch=(4, 2))),
):
    quantum = DataReuploadingClassifier(
        encoding, n_layers=3, scaling=1 / 8, observables=pairs, optimizer=Adam(0.05, decay=0.003), max_epochs=8,
        random_state=0,
    )  # fmt: skip
    pipeline = quantum if reduce is None else make_pipeline(reduce, quantum)
    print(f"{name:<14} test accuracy {pipeline.fit(train, y_train).score(test, y_test):.3f}")

# %% [markdown]
# ## 5. Training on a noisy device
#
# Gradients by the parameter-shift rule need nothing but shots. Zeros and ones on four qubits, a hundred shots a
# circuit, depolarising noise: every step runs all shifted circuits of a batch in one call.

# %%
keep = y_train < 2
execution = ParameterShift(n_shots=100, noise=ql.NoiseModel.depolarizing(0.001, 0.01))
small = VariationalClassifier(
    AngleEncoding(), HardwareEfficient(1), execution=execution, optimizer=Adam(0.3), max_epochs=5,
    batch_size=16, random_state=0,
)  # fmt: skip
noisy = make_pipeline(PCA(4, random_state=0), small).fit(train[keep][:96], y_train[keep][:96])
ones = y_test < 2
print(f"0 or 1, trained with shots and noise: {noisy.score(test[ones], y_test[ones]):.3f}")
print("loss by epoch", np.round(small.loss_curve_, 3))

# %% [markdown]
# ## 6. Sixteen by sixteen pixels, and a task that a linear map cannot do
#
# Bars or stripes: every row, or every column, is black or white at random, with noise on every pixel. The mean picture
# of both classes is grey, so logistic regression guesses. 256 amplitudes are eight qubits; a convolutional circuit
# treats all neighbouring qubits alike and pools them until two are left.

# %%
random = np.random.default_rng(0)
lines, stripes = random.choice([-1.0, 1.0], size=(800, 16, 1)), random.integers(2, size=800)
pictures = np.repeat(lines, 16, axis=2)
pictures[stripes == 1] = pictures[stripes == 1].transpose(0, 2, 1)
flat = (pictures + 0.5 * random.normal(size=pictures.shape)).reshape(800, 256)
seen, new = slice(0, 400), slice(400, 800)
qcnn = VariationalClassifier(
    AmplitudeEncoding(), QCNN(n_readout=2), optimizer=Adam(0.03), max_epochs=15, random_state=0
)
start = time.perf_counter()
qcnn.fit(flat[seen], stripes[seen])
print(
    f"QCNN: {qcnn.model_.layer.n_weights} weights, trained in {time.perf_counter() - start:.0f} s, "
    f"test accuracy {qcnn.score(flat[new], stripes[new]):.3f}"
)
flat_line = LogisticRegression(max_iter=300).fit(flat[seen], stripes[seen])
print(f"logistic regression of pixels: test accuracy {flat_line.score(flat[new], stripes[new]):.3f}")
