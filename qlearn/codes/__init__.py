"""Error-correcting codes, their memory experiments as Stim circuits, and the noise in them."""

from .bicycle import bivariate_bicycle_code
from .circuits import memory_circuit
from .colour import colour_code
from .distance import Distance, circuit_distance
from .memory import colour_memory, repetition_memory, surface_memory
from .noise import CircuitNoise
from .repetition import repetition_code
from .stabilizer import AbstractCode, CSSCode, StabilizerCode
from .surface import surface_code, toric_code, xzzx_code

__all__ = [
    "AbstractCode",
    "CSSCode",
    "CircuitNoise",
    "Distance",
    "StabilizerCode",
    "bivariate_bicycle_code",
    "circuit_distance",
    "colour_code",
    "colour_memory",
    "memory_circuit",
    "repetition_code",
    "repetition_memory",
    "surface_code",
    "surface_memory",
    "toric_code",
    "xzzx_code",
]
