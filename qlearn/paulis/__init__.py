"""Pauli sums: the one observable and Hamiltonian type, its groupings, its tapering and its exact ground state."""

from .sum import PauliSum

__all__ = ["PauliSum"]
