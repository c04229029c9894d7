"""Decoders of error-correcting codes, learned and classical, on one problem type and compared on identical shots."""

from .base import AbstractDecoder, AbstractSoftDecoder
from .comparison import Comparison, ComparisonRow, compare
from .gap_stacking import GapStacking
from .lookup import Lookup
from .matching import Matching
from .maximum_likelihood import MaximumLikelihood
from .mechanisms import Mechanisms
from .mlp import MLPDecoder
from .problem import DecodingProblem
from .shots import Shots

__all__ = [
    "AbstractDecoder",
    "AbstractSoftDecoder",
    "Comparison",
    "ComparisonRow",
    "DecodingProblem",
    "GapStacking",
    "Lookup",
    "MLPDecoder",
    "Matching",
    "MaximumLikelihood",
    "Mechanisms",
    "Shots",
    "compare",
]
