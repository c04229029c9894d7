"""Decoders of error-correcting codes, learned and classical, on one problem type and compared on identical shots."""

from .mechanisms import Mechanisms
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["DecodingProblem", "Mechanisms", "Shots"]
