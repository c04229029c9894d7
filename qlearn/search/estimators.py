"""AnsatzSearchCV: the search for the circuit of an estimator, with the number of gates chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._random import seed_sequence
from ..variational import AngleEncoding
from ..variational.preparation import FeatureScaling
from .annealing import SimulatedAnnealing
from .ansatz import CircuitAnsatz
from .budget import Budget
from .linear_readout import LinearReadoutProblem
from .loop import run
from .result import SearchResult

__all__ = ["AnsatzSearchCV"]


def _estimator_has(name: str) -> Any:
    return available_if(lambda self: hasattr(self.estimator, name))


class AnsatzSearchCV(MetaEstimatorMixin, BaseEstimator):
    """Search the ansatz of a variational estimator; cross-validation says how many two-qubit gates it should have.

    Each fold has a search of its own, which sees the training rows only: it gives the front of loss (the squared error
    of the best linear map of all <Z>, see `LinearReadoutProblem`) against two-qubit gates. The estimator is trained
    with each circuit of the front and scored on the rows held out. The number of gates with the best mean score, the
    smallest of equals, is then the limit of a last search on all rows. The score for no gate is that of the best
    separable model.

    Parameters
    ----------
    estimator : VariationalClassifier, VariationalRegressor or estimator
        With the parameters `ansatz`, which is searched, `encoding` (AngleEncoding() if it is None) and `scaling`.
    strategy : Strategy, optional
        By default SimulatedAnnealing().
    budget : Budget, optional
        Of each of the ``cv + 1`` searches; 2,000 evaluations by default.
    gates : iterable of str
        What the device has.
    coupling : networkx.Graph, iterable of pairs, "line", "ring" or None
    cv : int, cross-validation generator or iterable, optional
        As in scikit-learn; five folds by default.
    scoring : str or callable, optional
        As in scikit-learn; the score of the estimator by default.
    n_jobs : int or None
        Workers of each search; the result does not depend on it.
    random_state : int, Generator, SeedSequence or None

    Attributes
    ----------
    best_estimator_ : estimator
        Trained on all rows; its `ansatz` is the circuit found.
    best_score_ : float
        Mean score on the rows held out.
    best_params_ : dict
        The limit, ``max_two_qubit_gates``.
    best_index_ : int
        Its row in `cv_results_`.
    cv_results_ : dict of str to ndarray
        A row for each limit: ``param_max_two_qubit_gates``, ``params``, ``split0_test_score`` and so on,
        ``mean_test_score``, ``std_test_score`` and ``rank_test_score``.
    search_ : SearchResult
        The last search.
    scorer_ : callable
    classes_ : ndarray
        Of a classifier.

    Examples
    --------
    >>> import qlearn as ql
    >>> X = np.random.default_rng(0).uniform(-1.5, 1.5, (60, 2))
    >>> model = ql.variational.VariationalClassifier(
    ...     ql.variational.AngleEncoding(axes="y"), scaling="none", optimizer=ql.variational.LBFGS(),
    ...     batch_size=None, max_epochs=30, random_state=0)
    >>> search = ql.search.AnsatzSearchCV(model, gates=("ry", "cz"), cv=3, random_state=0)
    >>> search = search.fit(X, X[:, 0] * X[:, 1] > 0)
    >>> search.best_params_["max_two_qubit_gates"] >= 1, search.best_score_ > 0.9
    (True, True)
    """

    def __init__(
        self,
        estimator: Any,
        *,
        strategy: Any = None,
        budget: Budget | None = None,
        gates: Iterable[str] = ("ry", "rz", "cx"),
        coupling: Any = None,
        cv: Any = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.strategy = strategy
        self.budget = budget
        self.gates = gates
        self.coupling = coupling
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Return the search, with the best estimator trained on all rows.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like, shape (n_samples,)
            Labels of a classifier, numbers of a regressor (then also (n_samples, n_targets)).

        Returns
        -------
        Self
        """
        names = self.estimator.get_params(deep=False)
        if not {"ansatz", "encoding", "scaling"} <= names.keys():
            raise TypeError(
                "`estimator` must have the parameters `ansatz`, `encoding` and `scaling`, such as "
                f"VariationalClassifier, got {type(self.estimator).__name__}."
            )
        X, y, targets = self._checked(X, y)
        seeds = seed_sequence(self.random_state).spawn(2)
        self.scorer_ = check_scoring(self.estimator, self.scoring)
        folds = list(check_cv(self.cv, y, classifier=is_classifier(self.estimator)).split(X, y))
        splits = []
        for seed, (train, test) in zip(seeds[0].spawn(len(folds)), folds):
            result = self._search(X[train], targets[train], seed)
            models = [(c.two_qubit_gates, self._trained(c, X[train], y[train])) for c in result.front]
            splits.append({n_gates: self.scorer_(model, X[test], y[test]) for n_gates, model in models})
        self.cv_results_ = _table(splits)
        self.best_index_ = int(np.argmax(self.cv_results_["mean_test_score"]))
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        self.best_params_ = self.cv_results_["params"][self.best_index_]
        self.search_ = self._search(X, targets, seeds[1])
        chosen = _within({c.two_qubit_gates: c for c in self.search_.front}, self.best_params_["max_two_qubit_gates"])
        self.best_estimator_ = self._trained(chosen, X, y)
        return self

    def _checked(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return X, y, and the targets of the search (n_samples, n_outputs): 0 or 1 for classes, else standardised."""
        if not is_classifier(self.estimator):
            X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
            table = np.asarray(y, dtype=float).reshape(len(X), -1)
            return X, y, FeatureScaling.learnt("standard", table, np.ones(len(table)))(table)
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"A search needs at least two classes, got one class: {self.classes_[0]!r}.")
        return X, y, (y[:, None] == self.classes_).astype(float)

    def _search(self, X: np.ndarray, targets: np.ndarray, seed: np.random.SeedSequence) -> SearchResult:
        encoding, scaling = self._encoding(), self.estimator.scaling
        kind = encoding.scaling if isinstance(scaling, str) and scaling == "auto" else scaling
        scaled = FeatureScaling.learnt(kind, X, np.ones(len(X)))(X)
        problem = LinearReadoutProblem(scaled, targets, encoding=encoding, gates=self.gates, coupling=self.coupling)
        strategy = SimulatedAnnealing() if self.strategy is None else self.strategy
        budget = Budget(evaluations=2000) if self.budget is None else self.budget
        return run(problem, strategy, budget=budget, random_state=seed, n_jobs=self.n_jobs, progress=False)

    def _encoding(self) -> Any:
        return AngleEncoding() if self.estimator.encoding is None else self.estimator.encoding

    def _trained(self, candidate: Any, X: np.ndarray, y: np.ndarray) -> Any:
        ansatz = CircuitAnsatz(candidate.ansatz, candidate.values)
        return clone(self.estimator).set_params(encoding=self._encoding(), ansatz=ansatz).fit(X, y)

    def _rows(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "best_estimator_")
        return validate_data(self, X, dtype=np.float64, reset=False)

    def predict(self, X: Any) -> np.ndarray:
        """Return the predictions of the best estimator.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray
        """
        X = self._rows(X)
        return self.best_estimator_.predict(X)

    @_estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes)
        """
        X = self._rows(X)
        return self.best_estimator_.predict_proba(X)

    @_estimator_has("decision_function")
    def decision_function(self, X: Any) -> np.ndarray:
        """Return the logits of the best estimator.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes), or (n_samples,) for two classes
        """
        X = self._rows(X)
        return self.best_estimator_.decision_function(X)

    def score(self, X: Any, y: Any) -> float:
        """Return the score of the best estimator on some rows.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        y : array_like

        Returns
        -------
        float
        """
        X = self._rows(X)
        return self.scorer_(self.best_estimator_, X, y)

    def __sklearn_tags__(self) -> Any:
        tags, found = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type = found.estimator_type
        tags.classifier_tags = deepcopy(found.classifier_tags)
        tags.regressor_tags = deepcopy(found.regressor_tags)
        tags.target_tags = deepcopy(found.target_tags)
        tags.non_deterministic = found.non_deterministic
        if is_classifier(self.estimator):  # searched for one label only
            tags.classifier_tags.multi_label = tags.target_tags.multi_output = False
        return tags


def _within(by_gates: dict[int, Any], limit: int) -> Any:
    """Return what belongs to the largest number of gates that keeps a limit, or to the smallest there is."""
    return by_gates[max((n_gates for n_gates in by_gates if n_gates <= limit), default=min(by_gates))]


def _table(splits: list[dict[int, float]]) -> dict[str, Any]:
    """Return `cv_results_`: at each limit the score of the largest circuit of each fold that keeps it."""
    limits = sorted({n_gates for split in splits for n_gates in split})
    scores = np.array([[_within(split, limit) for split in splits] for limit in limits])
    mean = scores.mean(axis=1)
    return {
        "params": [{"max_two_qubit_gates": limit} for limit in limits],
        "param_max_two_qubit_gates": np.array(limits),
        **{f"split{i}_test_score": scores[:, i] for i in range(len(splits))},
        "mean_test_score": mean,
        "std_test_score": scores.std(axis=1),
        "rank_test_score": np.array([1 + int((mean > value).sum()) for value in mean]),
    }
