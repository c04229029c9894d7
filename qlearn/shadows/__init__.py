"""Properties of quantum states from measurement data: design of measurements, data, estimates with honest errors."""

from .adaptive import AdaptivePauli
from .advisor import Advice, Rating, advise
from .blocks import Block, ShadowBlocks
from .bounds import ErrorBound, error_bound
from .calibration import (
    AbstractCalibration,
    Calibrated,
    QubitCalibration,
    ReadoutCalibration,
    SupportCalibration,
)
from .clifford_data import CliffordData
from .clifford_fidelity import clifford_expectation, clifford_fidelity
from .clifford_scheme import CliffordScheme
from .conserved import Conserved, find_conserved
from .counts_files import read_counts
from .csv_files import read_csv, scan_csv, write_csv
from .data import AbstractShadowData, ShadowData
from .derandomised import Derandomised
from .estimation import Correlators, correlators, estimate, estimate_terms
from .estimator import AbstractEstimator, AbstractLinearEstimator, TermEstimates
from .fidelity import fidelity
from .grouped import Grouped, GroupedPlan
from .intervals import joint_interval
from .inverse_probability import InverseProbability
from .locally_biased import LocallyBiased
from .match_ratio import MatchRatio
from .median_of_means import MedianOfMeans
from .moments import moment, p3_ppt, renyi_entropy
from .npz_files import read_npz, scan_npz, write_npz
from .observables_files import read_observables
from .overlap import cross_platform_fidelity, overlap, purity
from .overlapped import OverlappedGrouping
from .pilot import LeastSquaresEnergy, LeastSquaresPlan, PilotLeastSquares
from .planner import ShotPlan, plan_shots, predicted_error
from .randommeas_files import read_randommeas, write_randommeas
from .reading import read_data, scan_data
from .scheme import AbstractScheme, MeasurementScheme
from .shadow_grouping import ShadowGrouping
from .symmetry import Unknowns, symmetry_classes
from .table import EstimateTable, tabulate
from .text_files import (
    read_text,
    read_text_observables,
    read_text_scheme,
    read_text_subsystems,
    scan_text,
    write_text,
)
from .uniform import Uniform
from .variance import count_matches, one_shot_variance, scheme_variance, unmeasured_bias

__all__ = [
    "AbstractCalibration",
    "AbstractEstimator",
    "AbstractLinearEstimator",
    "AbstractScheme",
    "AbstractShadowData",
    "AdaptivePauli",
    "Advice",
    "Block",
    "Calibrated",
    "CliffordData",
    "CliffordScheme",
    "Conserved",
    "Correlators",
    "Derandomised",
    "ErrorBound",
    "EstimateTable",
    "Grouped",
    "GroupedPlan",
    "InverseProbability",
    "LeastSquaresEnergy",
    "LeastSquaresPlan",
    "LocallyBiased",
    "MatchRatio",
    "MeasurementScheme",
    "MedianOfMeans",
    "OverlappedGrouping",
    "PilotLeastSquares",
    "QubitCalibration",
    "Rating",
    "ReadoutCalibration",
    "ShadowBlocks",
    "ShadowData",
    "ShadowGrouping",
    "ShotPlan",
    "SupportCalibration",
    "TermEstimates",
    "Uniform",
    "Unknowns",
    "advise",
    "clifford_expectation",
    "clifford_fidelity",
    "correlators",
    "count_matches",
    "cross_platform_fidelity",
    "error_bound",
    "estimate",
    "estimate_terms",
    "fidelity",
    "find_conserved",
    "joint_interval",
    "moment",
    "one_shot_variance",
    "overlap",
    "p3_ppt",
    "plan_shots",
    "predicted_error",
    "purity",
    "read_counts",
    "read_csv",
    "read_data",
    "read_npz",
    "read_observables",
    "read_randommeas",
    "read_text",
    "read_text_observables",
    "read_text_scheme",
    "read_text_subsystems",
    "renyi_entropy",
    "scan_csv",
    "scan_data",
    "scan_npz",
    "scan_text",
    "scheme_variance",
    "symmetry_classes",
    "tabulate",
    "unmeasured_bias",
    "write_csv",
    "write_npz",
    "write_randommeas",
    "write_text",
]
