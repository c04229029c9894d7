"""Does the circuit help, and does its entanglement? A model beside its separable twin and classical baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier

from .kernels import FidelityKernel, QuantumKernelClassifier, QuantumKernelRegressor

__all__ = ["BaselineComparison", "compare_baselines", "separable_twin"]


@dataclass(frozen=True, eq=False, repr=False)
class BaselineComparison:
    """Scores of several models on the same folds; printing it shows the table.

    Attributes
    ----------
    scores : dict of str to ndarray of float, shape (n_folds,)
        By name, the model first.
    """

    scores: dict[str, np.ndarray]

    def difference(self, name: str) -> tuple[float, float]:
        """Return by how much the model beats another one, and the standard error of that over the folds.

        Parameters
        ----------
        name : str

        Returns
        -------
        mean, std_error : float
            Folds share rows of training, so the error is on the small side.
        """
        gain = next(iter(self.scores.values())) - self.scores[name]
        return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))

    def __repr__(self) -> str:
        width = max(map(len, self.scores))
        lines = [f"{'model':<{width}}  score  +-     model better by"]
        for k, (name, row) in enumerate(self.scores.items()):
            line = f"{name:<{width}}  {row.mean():.3f}  {row.std(ddof=1) / np.sqrt(len(row)):.3f}"
            if k:
                mean, error = self.difference(name)
                line += f"  {mean:+.3f} +- {error:.3f}"
            lines.append(line)
        return "\n".join(lines)


def separable_twin(model: BaseEstimator) -> BaseEstimator:
    """Return an unfitted copy of a model whose circuits have no gates on two and more qubits.

    Parameters
    ----------
    model : estimator
        Any with a setting `entangled`, its own or that of a part: a pipeline or a kernel machine.

    Returns
    -------
    estimator

    Raises
    ------
    TypeError
        If nothing in it has that setting.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.separable_twin(ql.variational.QuantumKernelClassifier())
    QuantumKernelClassifier(kernel=FidelityKernel(entangled=False))
    """
    twin = clone(model)
    for name, part in {"": twin, **twin.get_params()}.items():
        if isinstance(part, (QuantumKernelClassifier, QuantumKernelRegressor)) and part.kernel is None:
            twin.set_params(**{f"{name}__kernel" if name else "kernel": FidelityKernel()})
    found = [name for name in twin.get_params() if name.split("__")[-1] == "entangled"]
    if not found:
        raise TypeError(f"{type(model).__name__} has no setting `entangled`, in none of its parts.")
    return twin.set_params(**dict.fromkeys(found, False))


def compare_baselines(
    model: BaseEstimator, X: Any, y: Any, *, cv: Any = 5, scoring: Any = None, n_jobs: int | None = None
) -> BaselineComparison:
    """Return the cross-validated scores of a model, of its separable twin, and of a linear and a kernel baseline.

    The baselines are logistic regression and `SVC` for a classifier, ridge regression and `SVR` for a regressor, as
    scikit-learn has them by default. They get the steps before the last of a pipeline, or a `StandardScaler`. Kernel
    machines of circuits take features as they are, as `SVC` does: where units differ, give a pipeline with a scaler.

    Parameters
    ----------
    model : estimator
        A classifier or regressor with a setting `entangled` in some part.
    X : array_like of float, shape (n_samples, n_features)
    y : array_like
    cv : int, cross-validator or iterable
        As for `sklearn.model_selection.cross_val_score`; all models get the same folds, at least two.
    scoring : str or callable, optional
        By default accuracy, or R^2 for a regressor.
    n_jobs : int, optional
        Processes.

    Returns
    -------
    BaselineComparison

    Raises
    ------
    TypeError
        If the model has no separable twin.

    References
    ----------
    Bowles, Ahmed, Schuld, arXiv:2403.07059: classical models at their defaults, and circuits without entanglement, are
    often as good.

    Examples
    --------
    >>> import qlearn as ql
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> table = ql.variational.compare_baselines(ql.variational.QuantumKernelClassifier(), X, y)
    >>> list(table.scores)
    ['QuantumKernelClassifier', 'separable twin', 'logistic regression', 'support vectors']
    """
    from sklearn.model_selection import check_cv, cross_val_score

    splits = list(check_cv(cv, y, classifier=is_classifier(model)).split(X, y))
    if len(splits) < 2:
        raise ValueError(f"`cv` must give at least two folds, got {len(splits)}.")
    steps = [step for _, step in model.steps] if hasattr(model, "steps") else [model]
    models = {type(steps[-1]).__name__: model, "separable twin": separable_twin(model), **_classical(steps, y)}
    return BaselineComparison(
        {name: cross_val_score(m, X, y, cv=splits, scoring=scoring, n_jobs=n_jobs) for name, m in models.items()}
    )


def _classical(steps: list[Any], y: Any) -> dict[str, BaseEstimator]:
    """Return the baselines behind the steps before the last, by name."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC, SVR

    if is_classifier(steps[-1]):
        ends, several = {"logistic regression": LogisticRegression(max_iter=1000)}, OneVsRestClassifier
        ends["support vectors"] = SVC()
    else:
        ends, several = {"ridge regression": Ridge(), "support vectors": SVR()}, MultiOutputRegressor
    before = steps[:-1] or [StandardScaler()]
    return {
        name: make_pipeline(*map(clone, before), several(end) if np.ndim(y) == 2 else end) for name, end in ends.items()
    }
