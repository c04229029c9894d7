"""Circuits, observables, states and results from and to other libraries, one module for each.

`qlearn.interop.qiskit`, `.cirq`, `.pennylane` and `.openfermion` have `import_...` functions, which take the other
library's objects, and `export_...` functions, which make them; the first three have `shadow_data`, which makes
measurement data of results; `.torch` has layers, `.sinter` decoders, `.onnx` their networks. Each bit order
is converted: what is on qubit k there is on qubit k here. A library is loaded when an object of it is made, not before.
"""

from typing import Any

from . import cirq, openfermion, pennylane, qiskit

# `torch` and `sinter` are left out: their modules extend classes of the library; `onnx` loads the decoders.
__all__ = ["cirq", "openfermion", "pennylane", "qiskit"]


def __getattr__(name: str) -> Any:
    if name == "torch":
        from .torch import __name__ as loaded  # loading a submodule makes it an attribute of its package
    elif name == "sinter":
        from .sinter import __name__ as loaded
    elif name == "onnx":
        from .onnx import __name__ as loaded
    else:
        offered = ", ".join(sorted((*__all__, "onnx", "sinter", "torch")))
        raise AttributeError(f"module 'qlearn.interop' has no attribute {name!r}; it offers {offered}.")
    return globals()[loaded.rpartition(".")[2]]


def __dir__() -> list[str]:
    return sorted({*globals(), "onnx", "sinter", "torch"})
