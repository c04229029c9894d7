"""Decoders of error-correcting codes, learned and classical, on one problem type and compared on identical shots."""

from .base import AbstractDecoder, AbstractSoftDecoder
from .belief_matching import BeliefMatching
from .bp_lsd import BPLSD
from .bp_osd import BPOSD
from .comparison import Comparison, ComparisonRow, compare
from .edge_reweighting import NeuralReweighting
from .ensemble import MatchingEnsemble
from .gap_stacking import GapStacking
from .lookup import Lookup
from .matching import Matching
from .maximum_likelihood import MaximumLikelihood
from .mechanisms import Mechanisms
from .mlp import MLPDecoder
from .problem import DecodingProblem
from .relay_bp import RelayBP
from .shots import Shots
from .tesseract import Tesseract

__all__ = [
    "BPLSD",
    "BPOSD",
    "AbstractDecoder",
    "AbstractSoftDecoder",
    "BeliefMatching",
    "Comparison",
    "ComparisonRow",
    "DecodingProblem",
    "GapStacking",
    "Lookup",
    "MLPDecoder",
    "Matching",
    "MatchingEnsemble",
    "MaximumLikelihood",
    "Mechanisms",
    "NeuralReweighting",
    "RelayBP",
    "Shots",
    "Tesseract",
    "compare",
]
