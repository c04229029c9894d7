"""Optimisers: each makes steps on batches of rows, in one loop."""

from .base import AbstractOptimizer, Loop, TrainingResult
from .first_order import LBFGS, Adam

__all__ = ["LBFGS", "AbstractOptimizer", "Adam", "Loop", "TrainingResult"]
