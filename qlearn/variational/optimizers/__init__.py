"""Optimisers: each makes steps on batches of rows, in one loop."""

from .base import AbstractOptimizer, Loop, TrainingResult
from .coordinates import ICANS, Rotosolve
from .first_order import LBFGS, Adam
from .natural import NaturalGradient
from .stochastic import QNSPSA, SPSA

__all__ = [
    "ICANS",
    "LBFGS",
    "QNSPSA",
    "SPSA",
    "AbstractOptimizer",
    "Adam",
    "Loop",
    "NaturalGradient",
    "Rotosolve",
    "TrainingResult",
]
