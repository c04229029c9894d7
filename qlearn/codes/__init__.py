"""Error-correcting codes as Stim circuits, and the noise in them."""

from .distance import Distance, circuit_distance
from .memory import repetition_memory, surface_memory
from .noise import CircuitNoise

__all__ = ["CircuitNoise", "Distance", "circuit_distance", "repetition_memory", "surface_memory"]
