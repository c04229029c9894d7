"""Engines that simulate circuits, states, gradients, time evolution, and a minimiser of expectation values."""

from .density import DensityMatrix
from .density_state import DensityState
from .dynamics import evolve
from .engine import AbstractEngine
from .gradients import (
    finite_difference,
    fubini_study_metric,
    hessian,
    natural_gradient,
    parameter_shift,
    spsa_gradient,
)
from .optimize import OptimizationResult, minimize
from .stabilizer import Stabilizer, StabilizerState
from .states import State
from .statevector import Statevector
from .trajectories import Trajectories

__all__ = [
    "AbstractEngine",
    "DensityMatrix",
    "DensityState",
    "OptimizationResult",
    "Stabilizer",
    "StabilizerState",
    "State",
    "Statevector",
    "Trajectories",
    "evolve",
    "finite_difference",
    "fubini_study_metric",
    "hessian",
    "minimize",
    "natural_gradient",
    "parameter_shift",
    "spsa_gradient",
]
