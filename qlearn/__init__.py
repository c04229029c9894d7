"""Classical learners that learn about quantum systems: estimate, decode, search, on one simulation core.

cli | testing
report
plot | interop | datasets
discovery
systems | search
shadows | variational | decoders
sim
circuits | codes
paulis
estimates | persistence
_checks | _bits | _random | _parallel | _memory

The rows above are the layers of the package, highest first: a module imports only from rows below its own, never from
its own row and never from this root. Names here are loaded on first use, so ``import qlearn`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        circuits,
        codes,
        datasets,
        decoders,
        interop,
        paulis,
        plot,
        report,
        search,
        shadows,
        sim,
        testing,
        variational,
    )
    from .circuits import Circuit, NoiseModel, Parameter, parameters
    from .estimates import Estimate
    from .paulis import PauliSum
    from .persistence import load, save

__version__ = "0.1.0.dev0"

__all__ = [
    "Circuit",
    "Estimate",
    "NoiseModel",
    "Parameter",
    "PauliSum",
    "__version__",
    "circuits",
    "codes",
    "datasets",
    "decoders",
    "interop",
    "load",
    "parameters",
    "paulis",
    "plot",
    "report",
    "save",
    "search",
    "shadows",
    "sim",
    "testing",
    "variational",
]

_SUBMODULES = frozenset(
    {
        "circuits",
        "codes",
        "datasets",
        "decoders",
        "interop",
        "paulis",
        "plot",
        "report",
        "search",
        "shadows",
        "sim",
        "testing",
        "variational",
    }
)
_HOMES = {
    "Circuit": ".circuits",
    "Estimate": ".estimates",
    "NoiseModel": ".circuits",
    "Parameter": ".circuits",
    "PauliSum": ".paulis",
    "load": ".persistence",
    "parameters": ".circuits",
    "save": ".persistence",
}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'qlearn' has no attribute {name!r}; it offers {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
