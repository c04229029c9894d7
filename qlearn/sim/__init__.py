"""Engines that simulate circuits: expectation values, samples, states and gradients."""

from .engine import AbstractEngine
from .states import State
from .statevector import Statevector

__all__ = ["AbstractEngine", "State", "Statevector"]
