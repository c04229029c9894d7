"""Circuits, observables, states and results from and to other libraries, one module for each.

`qlearn.interop.qiskit`, `.cirq`, `.pennylane` and `.openfermion` have `import_...` functions, which take the other
library's objects, and `export_...` functions, which make them; `.torch` has layers. Each bit order is converted: what
is on qubit k there is on qubit k here. A library is loaded when an object of it is made, not before.
"""

from typing import Any

from . import cirq, openfermion, pennylane, qiskit

# `torch` is left out: its module cannot be loaded without the library, whose classes it extends.
__all__ = ["cirq", "openfermion", "pennylane", "qiskit"]


def __getattr__(name: str) -> Any:
    if name == "torch":
        from .torch import __name__ as loaded  # loading a submodule makes it an attribute of its package

        return globals()[loaded.rpartition(".")[2]]
    raise AttributeError(f"module 'qlearn.interop' has no attribute {name!r}; it offers {', '.join(__all__)}, torch.")


def __dir__() -> list[str]:
    return sorted({*globals(), "torch"})
