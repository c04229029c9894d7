"""Clifford circuits to and from Stim."""

from .stim_in import from_stim
from .stim_out import to_stim

__all__ = ["from_stim", "to_stim"]
