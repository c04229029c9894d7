"""Estimators in the way of scikit-learn."""

from .base import AbstractVariationalModel
from .variational import VariationalClassifier, VariationalRegressor

__all__ = ["AbstractVariationalModel", "VariationalClassifier", "VariationalRegressor"]
