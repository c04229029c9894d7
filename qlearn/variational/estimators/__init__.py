"""Estimators in the way of scikit-learn."""

from .base import AbstractVariationalModel
from .dressed import DressedClassifier, DressedRegressor
from .reuploading import DataReuploadingClassifier, DataReuploadingRegressor
from .variational import VariationalClassifier, VariationalRegressor

__all__ = [
    "AbstractVariationalModel",
    "DataReuploadingClassifier",
    "DataReuploadingRegressor",
    "DressedClassifier",
    "DressedRegressor",
    "VariationalClassifier",
    "VariationalRegressor",
]
