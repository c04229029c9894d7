"""Pauli sums: the one observable and Hamiltonian type, its groupings, its tapering and its exact ground state."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .sum import PauliSum

if TYPE_CHECKING:
    from .ground_state import GroundState
    from .grouping import Grouping
    from .tapering import Tapering

__all__ = ["GroundState", "Grouping", "PauliSum", "Tapering"]

# Loaded on first use, because the grouping brings in numba.
_HOMES = {"GroundState": ".ground_state", "Grouping": ".grouping", "Tapering": ".tapering"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
