"""Decoders of error-correcting codes, learned and classical, on one problem type and compared on identical shots."""

from .base import AbstractDecoder, AbstractSoftDecoder
from .belief_matching import BeliefMatching
from .bp_lsd import BPLSD
from .bp_osd import BPOSD
from .calibrated import Calibrated
from .comparison import Comparison, ComparisonRow, compare
from .confidence import Confidence, PostSelection, Reliability, assess_confidence
from .edge_reweighting import NeuralReweighting
from .ensemble import MatchingEnsemble
from .error_models import estimate_error_model
from .error_refinement import refine_error_model
from .gap_matching import GapMatching
from .gap_stacking import GapStacking
from .learned import AbstractLearnedDecoder, AbstractNeuralDecoder
from .lookup import Lookup
from .matching import Matching
from .maximum_likelihood import MaximumLikelihood
from .mechanisms import Mechanisms
from .mlp import MLPDecoder
from .per_round import RoundsFit, fit_rounds, rate_per_round
from .problem import DecodingProblem
from .relay_bp import RelayBP
from .shots import Shots
from .suppression import SuppressionFit, fit_suppression
from .tesseract import Tesseract
from .threshold import ThresholdFit, fit_threshold

__all__ = [
    "BPLSD",
    "BPOSD",
    "AbstractDecoder",
    "AbstractLearnedDecoder",
    "AbstractNeuralDecoder",
    "AbstractSoftDecoder",
    "BeliefMatching",
    "Calibrated",
    "Comparison",
    "ComparisonRow",
    "Confidence",
    "DecodingProblem",
    "GapMatching",
    "GapStacking",
    "Lookup",
    "MLPDecoder",
    "Matching",
    "MatchingEnsemble",
    "MaximumLikelihood",
    "Mechanisms",
    "NeuralReweighting",
    "PostSelection",
    "RelayBP",
    "Reliability",
    "RoundsFit",
    "Shots",
    "SuppressionFit",
    "Tesseract",
    "ThresholdFit",
    "assess_confidence",
    "compare",
    "estimate_error_model",
    "fit_rounds",
    "fit_suppression",
    "fit_threshold",
    "rate_per_round",
    "refine_error_model",
]
