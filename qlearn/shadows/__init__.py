"""Properties of quantum states from measurement data: design of measurements, data, estimates with honest errors."""

from .blocks import Block, ShadowBlocks
from .csv_files import read_csv, scan_csv, write_csv
from .data import ShadowData
from .derandomised import Derandomised
from .estimation import Correlators, correlators, estimate, estimate_terms
from .estimator import AbstractEstimator, AbstractLinearEstimator, TermEstimates
from .grouped import Grouped
from .inverse_probability import InverseProbability
from .locally_biased import LocallyBiased
from .match_ratio import MatchRatio
from .median_of_means import MedianOfMeans
from .nonlinear import purity, renyi_entropy
from .npz_files import read_npz, scan_npz, write_npz
from .overlapped import OverlappedGrouping
from .pilot import LeastSquaresEnergy, LeastSquaresPlan, PilotLeastSquares
from .scheme import AbstractScheme, MeasurementScheme
from .shadow_grouping import ShadowGrouping
from .symmetry import Unknowns, symmetry_classes
from .uniform import Uniform
from .variance import one_shot_variance, scheme_variance, unmeasured_bias

__all__ = [
    "AbstractEstimator",
    "AbstractLinearEstimator",
    "AbstractScheme",
    "Block",
    "Correlators",
    "Derandomised",
    "Grouped",
    "InverseProbability",
    "LeastSquaresEnergy",
    "LeastSquaresPlan",
    "LocallyBiased",
    "MatchRatio",
    "MeasurementScheme",
    "MedianOfMeans",
    "OverlappedGrouping",
    "PilotLeastSquares",
    "ShadowBlocks",
    "ShadowData",
    "ShadowGrouping",
    "TermEstimates",
    "Uniform",
    "Unknowns",
    "correlators",
    "estimate",
    "estimate_terms",
    "one_shot_variance",
    "purity",
    "read_csv",
    "read_npz",
    "renyi_entropy",
    "scan_csv",
    "scan_npz",
    "scheme_variance",
    "symmetry_classes",
    "unmeasured_bias",
    "write_csv",
    "write_npz",
]
