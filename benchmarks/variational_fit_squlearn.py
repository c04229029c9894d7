"""Gradients of the circuit of `variational_fit` by sQUlearn; runs in an environment of its own, prints one line.

sQUlearn takes one row after another: processor seconds a row are printed for each of its simulators.
"""

import json
import sys
import time

import numpy as np
from qc_executor import QuantumCircuit
from squlearn import Executor
from squlearn.encoding_circuit.encoding_circuit_base import EncodingCircuitBase
from squlearn.observables import SummedPaulis
from squlearn.qnn.lowlevel_qnn import LowLevelQNN

FRAMEWORKS = ("qulacs", "pennylane")


class Layers(EncodingCircuitBase):
    """RY of each feature, then layers of RY, RZ and a ring of CX."""

    def __init__(self, num_qubits: int, n_layers: int) -> None:
        super().__init__(num_qubits)
        self.n_layers = n_layers

    @property
    def num_parameters(self) -> int:
        """Two angles for each qubit and layer."""
        return 2 * self.n_layers * self.num_qubits

    @property
    def num_encoding_slots(self) -> int:
        """One feature for each qubit."""
        return self.num_qubits

    def get_circuit(self, features, parameters) -> QuantumCircuit:
        """Return the circuit."""
        circuit, angles = QuantumCircuit(self.num_qubits), iter(parameters)
        for qubit in range(self.num_qubits):
            circuit.ry(qubit, features[qubit])
        for _ in range(self.n_layers):
            for qubit in range(self.num_qubits):
                circuit.ry(qubit, next(angles))
                circuit.rz(qubit, next(angles))
            for qubit in range(self.num_qubits):
                circuit.cx(qubit, (qubit + 1) % self.num_qubits)
        return circuit


def main(path: str, n_rows: int) -> None:
    """Print processor seconds a row, least of three, for each simulator that is there."""
    task = np.load(path)
    X, n_layers = task["X"], int(task["n_layers"])
    n = X.shape[1]
    weights = task["start"][: 2 * n_layers * n]
    # one observable, so that one backward pass does, as in the others
    observable, coefficients = SummedPaulis(n, op_str="Z", include_identity=False), np.full(n, 0.3)
    found, gradients = {}, {}
    for framework in FRAMEWORKS:
        network = LowLevelQNN(Layers(n, n_layers), observable, Executor(framework), n, caching=False)
        seconds = []
        for start in range(0, 3 * n_rows, n_rows):
            begin = time.process_time()
            result = network.evaluate(X[start : start + n_rows], weights, coefficients, "dfdp")
            seconds.append((time.process_time() - begin) / n_rows)
        found[framework], gradients[framework] = min(seconds), np.asarray(result["dfdp"]).tolist()
    print(json.dumps({"seconds": found, "gradients": gradients, "rows": [2 * n_rows, 3 * n_rows]}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
