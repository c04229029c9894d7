"""Properties of quantum states from measurement data: design of measurements, data, estimates with honest errors."""

from .data import ShadowData
from .estimation import Correlators, correlators, estimate, estimate_terms
from .estimator import AbstractEstimator, AbstractLinearEstimator, TermEstimates
from .files import read_csv, read_npz, write_csv, write_npz
from .inverse_probability import InverseProbability
from .match_ratio import MatchRatio
from .median_of_means import MedianOfMeans
from .scheme import AbstractScheme, MeasurementScheme
from .uniform import Uniform

__all__ = [
    "AbstractEstimator",
    "AbstractLinearEstimator",
    "AbstractScheme",
    "Correlators",
    "InverseProbability",
    "MatchRatio",
    "MeasurementScheme",
    "MedianOfMeans",
    "ShadowData",
    "TermEstimates",
    "Uniform",
    "correlators",
    "estimate",
    "estimate_terms",
    "read_csv",
    "read_npz",
    "write_csv",
    "write_npz",
]
