# %% [markdown]
# # Quantum kernels in a scikit-learn pipeline
#
# A quantum kernel is a measure of similarity: rows of data become quantum states, and k(x, y) is their overlap. Any
# method that works with kernels works with it. This script replaces `SVC()` by `QuantumKernelClassifier()` in a
# pipeline and a grid search, looks at what sets the result (the bandwidth, not the qubits), compares with the separable
# twin and with a classical baseline, trains a kernel, and ends with more rows than a kernel matrix can take.

# %%
import time

import numpy as np
from sklearn.datasets import load_breast_cancer, make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qlearn.variational import AlignedKernel, FidelityKernel, IQPEncoding, ProjectedKernel, QuantumKernelClassifier

# %% [markdown]
# ## 1. In place of SVC()
#
# Thirty features on eight qubits: the default encoding puts one feature on a qubit and goes round again, with a ring of
# CX between the rounds. Nothing is tuned; features are scaled as `gamma="scale"` of `SVC` does, and the result is that
# of `SVC`: near the mean of the data this kernel is a Gaussian.

# %%
X, y = load_breast_cancer(return_X_y=True)
for name, model in (("SVC", SVC()), ("quantum kernel", QuantumKernelClassifier())):
    start = time.perf_counter()
    scores = cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=5)
    print(f"{name:<15} accuracy {scores.mean():.3f} +- {scores.std():.3f}  ({time.perf_counter() - start:.1f} s)")

# %% [markdown]
# ## 2. What decides: the bandwidth
#
# Multiply the angles by a number. Too large, and all states are orthogonal: the kernel matrix is the identity, and
# nothing is learnt. Too small, and all states are the same. A grid search finds the right one, and reaches into the
# kernel by its name.

# %%
train, test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
pipeline = make_pipeline(StandardScaler(), QuantumKernelClassifier(FidelityKernel(IQPEncoding(pairs="neighbours"))))
grid = {"quantumkernelclassifier__kernel__bandwidth": [0.1, 0.3, 1.0, 3.0]}
search = GridSearchCV(pipeline, grid, cv=3).fit(train, y_train)
for setting, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True):
    print(f"bandwidth {next(iter(setting.values())):<4} accuracy {score:.3f}")
print(f"on held-out rows: {search.score(test, y_test):.3f}")

# %% [markdown]
# ## 3. Does entanglement help?
#
# Every model here has a separable twin: the same circuit without its gates on two qubits. On these data, as in most of
# the published comparisons, it does as well. Say so before you claim an advantage.

# %%
best = search.best_estimator_.set_params(quantumkernelclassifier__kernel__entangled=False)
print(f"separable twin: {best.fit(train, y_train).score(test, y_test):.3f}")
projected = make_pipeline(StandardScaler(), QuantumKernelClassifier(ProjectedKernel(IQPEncoding(pairs="neighbours"))))
print(f"projected kernel: {projected.fit(train, y_train).score(test, y_test):.3f}")
linear = make_pipeline(StandardScaler(), LogisticRegression())
print(f"logistic regression: {linear.fit(train, y_train).score(test, y_test):.3f}")

# %% [markdown]
# ## 4. A kernel that is trained
#
# The encoding may have weights. Alignment makes rows of one class alike: each step compares all pairs of a batch.

# %%
rings, inside = make_circles(80, noise=0.1, factor=0.5, random_state=0)
kernel = AlignedKernel(max_epochs=15, random_state=0).fit(rings, inside)
print(f"alignment with the labels: {kernel.alignment_curve_[0]:.2f} -> {kernel.alignment_curve_[-1]:.2f}")

# %% [markdown]
# ## 5. Shots
#
# On a device every entry is a relative frequency. A kernel machine averages over many entries, so even ten shots an
# entry are enough for this task; the matrix itself needs many more where overlaps are small.

# %%
for n_shots in (1, 10, 1000, None):
    model = make_pipeline(StandardScaler(), QuantumKernelClassifier(FidelityKernel(n_shots=n_shots, random_state=0)))
    print(f"shots {n_shots!s:<5} accuracy {model.fit(train, y_train).score(test, y_test):.3f}")

# %% [markdown]
# ## 6. Many rows
#
# A kernel matrix of N rows takes N^2 numbers. With landmarks (Nystroem) it takes N times the number of landmarks.

# %%
random = np.random.default_rng(0)
many = random.normal(size=(20_000, 4))
labels = np.sin(2 * many[:, 0]) + many[:, 1] * many[:, 2] > 0
start = time.perf_counter()
model = QuantumKernelClassifier(n_landmarks=200, C=100, random_state=0).fit(many[:15_000], labels[:15_000])
print(f"20000 rows: accuracy {model.score(many[15_000:], labels[15_000:]):.3f} in {time.perf_counter() - start:.1f} s")
