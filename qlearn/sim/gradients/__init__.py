"""Gradients of anything that can evaluate expectation values, Hessians, and the metric of quantum states."""

from .finite_difference import finite_difference
from .hessian import hessian
from .metric import fubini_study_metric, natural_gradient
from .parameter_shift import parameter_shift
from .shift_rules import ShiftRule, gate_frequencies, shift_rule
from .spsa import spsa_gradient

__all__ = [
    "ShiftRule",
    "finite_difference",
    "fubini_study_metric",
    "gate_frequencies",
    "hessian",
    "natural_gradient",
    "parameter_shift",
    "shift_rule",
    "spsa_gradient",
]
