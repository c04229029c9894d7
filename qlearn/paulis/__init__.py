"""Pauli sums: the one observable and Hamiltonian type, its groupings, its tapering and its exact ground state."""

from .ground_state import GroundState
from .grouping import Grouping
from .sum import PauliSum
from .tapering import Tapering

__all__ = ["GroundState", "Grouping", "PauliSum", "Tapering"]
