"""Encodings: how rows of features become circuits."""

from .amplitude import AmplitudeEncoding, BasisEncoding
from .angle import AngleEncoding, DenseAngleEncoding, PatchEncoding, default_encoding, ring_encoding
from .base import AbstractEncoding
from .chebyshev import ChebyshevEncoding
from .entangling import HamiltonianEncoding, IQPEncoding, ZZEncoding

__all__ = [
    "AbstractEncoding",
    "AmplitudeEncoding",
    "AngleEncoding",
    "BasisEncoding",
    "ChebyshevEncoding",
    "DenseAngleEncoding",
    "HamiltonianEncoding",
    "IQPEncoding",
    "PatchEncoding",
    "ZZEncoding",
    "default_encoding",
    "ring_encoding",
]
