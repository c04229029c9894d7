"""Outside libraries load on first use, and what is missing is named with the line that installs it."""

import subprocess
import sys

import pytest

from qlearn import interop
from qlearn.circuits import Circuit
from qlearn.paulis import PauliSum
from qlearn.sim import State


def test_nothing_outside_is_loaded():
    script = (
        "import sys, qlearn as ql; ql.interop.qiskit, ql.interop.cirq, ql.interop.pennylane, ql.interop.openfermion; "
        "print(sorted({'torch', 'qiskit', 'cirq', 'pennylane', 'openfermion', 'sympy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("qiskit", lambda: interop.qiskit.export_circuit(Circuit(1))),
        ("qiskit", lambda: interop.qiskit.export_observable(PauliSum("Z"))),
        ("qiskit", lambda: interop.qiskit.export_state(State([1.0, 0.0]))),
        ("cirq", lambda: interop.cirq.export_circuit(Circuit(1))),
        ("cirq", lambda: interop.cirq.export_observable(PauliSum("Z"))),
        ("pennylane", lambda: interop.pennylane.export_circuit(Circuit(1))),
        ("pennylane", lambda: interop.pennylane.export_observable(PauliSum("Z"))),
        ("openfermion", lambda: interop.openfermion.export_observable(PauliSum("Z"))),
    ],
)
def test_missing_libraries_are_named_with_the_line_that_installs_them(library, call, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf'needs {library}: pip install "qlearn\[interop\]"'):
        call()


def test_missing_torch(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "torch" or name == "qlearn.interop.torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(vars(interop), "torch", raising=False)
    with pytest.raises(ImportError, match=r'TorchLayer needs torch: pip install "qlearn\[torch\]"'):
        _ = interop.torch


def test_unknown_names():
    with pytest.raises(
        AttributeError,
        match="no attribute 'braket'; it offers cirq, onnx, openfermion, pennylane, qiskit, sinter, torch",
    ):
        _ = interop.braket
    assert {"torch", "qiskit"} <= set(dir(interop))
