"""Engines that simulate circuits: expectation values, samples, states and gradients."""

from .density import DensityMatrix, DensityState
from .engine import AbstractEngine
from .stabilizer import Stabilizer, StabilizerState
from .states import State
from .statevector import Statevector
from .trajectories import Trajectories

__all__ = [
    "AbstractEngine",
    "DensityMatrix",
    "DensityState",
    "Stabilizer",
    "StabilizerState",
    "State",
    "Statevector",
    "Trajectories",
]
