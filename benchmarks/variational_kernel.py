"""A fidelity kernel of 1,000 rows at 10 qubits, against PennyLane, Qiskit Machine Learning and the plain product.

The ZZ feature map with nearest neighbours, two repetitions; times are given for one entry of the matrix. PennyLane runs
a circuit for each entry, so that fewer rows tell its time; Qiskit's kernel simulates each row once, as ours, and gets
all rows. The plain product is one complex matrix product of the finished states.
"""

import math

import numpy as np

import qlearn as ql

from . import contest
from .options import Options
from .results import DisagreementError, Result, best_of

THREADS = "one"
N_QUBITS, N_ROWS, PEER_ROWS = 10, 1000, {"pennylane": 24, "qiskit-machine-learning": 1000}


def run(options: Options):
    """Yield the one result."""
    n_qubits, n_rows, peer_rows = (
        (4, 50, dict.fromkeys(PEER_ROWS, 6)) if options.quick else (N_QUBITS, N_ROWS, PEER_ROWS)
    )
    case = f"{n_rows} x {n_rows} fidelity kernel, {n_qubits} qubits"
    if options.wants(case):
        yield _case(case, np.random.default_rng(0).uniform(0, 1, (n_rows, n_qubits)), peer_rows, options)


def _case(case: str, X: np.ndarray, peer_rows: dict[str, int], options: Options) -> Result:
    width = X.shape[1]
    encoding = ql.variational.ZZEncoding(n_repeats=2, pairs="neighbours", n_qubits=width)
    kernel = ql.variational.FidelityKernel(encoding, scaling="none", n_jobs=options.threads)
    kernel.fit(X[:40])  # our kernels are compiled once an installation
    states = kernel.fit(X).features_

    def ours():
        return lambda: kernel.matrix(X)

    def product():
        def call():
            overlaps = states @ states.conj().T
            return overlaps.real**2 + overlaps.imag**2

        return call

    ways = {"qlearn": ours, "plain product of the states": product}
    units = dict.fromkeys(ways, len(X) ** 2)
    missing = []
    for name, prepare in (("pennylane", _pennylane), ("qiskit-machine-learning", _qiskit)):
        try:
            ways[name] = prepare(X[: peer_rows[name]], encoding)
            units[name] = peer_rows[name] ** 2
        except ImportError as error:
            missing.append(f"peer {name} is missing and was skipped: {error}")

    def check(results):
        expected = results["qlearn"]
        worst = 0.0
        for name, found in results.items():
            n = len(found)
            worst = max(worst, float(np.abs(expected[:n, :n] - found).max()))
            if worst > 1e-6:
                raise DisagreementError(f"{name} differs by {worst:.1e}.")
        return f"matrices agree to {worst:.1e}"

    times, _, note = contest.compare(case, ways, options, check, units)
    metrics = {
        "speedup_pennylane": best_of(times, "pennylane") / times["qlearn"].best,
        "speedup_qiskit": best_of(times, "qiskit") / times["qlearn"].best,
        "of_plain_product": times["qlearn"].best / times["plain product of the states"].best,
    }
    notes = [note, f"rows of the peers: {peer_rows}; times are for one entry", *missing]
    return Result(case, options.threads, times, "entry", {k: v for k, v in metrics.items() if math.isfinite(v)}, notes)


def _pennylane(X: np.ndarray, encoding):
    import pennylane as qml

    width = X.shape[1]
    device = qml.device("lightning.qubit", wires=width)

    def feature_map(row):
        inputs = encoding.inputs(row[None])[0]
        for _ in range(2):
            for qubit in range(width):
                qml.Hadamard(qubit)
            for qubit in range(width):
                qml.RZ(inputs[qubit], qubit)
            for qubit in range(width - 1):
                qml.IsingZZ(inputs[width + qubit], [qubit, qubit + 1])

    @qml.qnode(device)
    def overlap(a, b):
        feature_map(a)
        qml.adjoint(feature_map)(b)
        return qml.probs(wires=range(width))

    def prepare():
        return lambda: qml.kernels.square_kernel_matrix(X, lambda a, b: overlap(a, b)[0], assume_normalized_kernel=True)

    return prepare


def _qiskit(X: np.ndarray, encoding):
    from qiskit.circuit import QuantumCircuit
    from qiskit.circuit.library import zz_feature_map
    from qiskit_machine_learning.kernels import FidelityStatevectorKernel

    width = X.shape[1]
    circuit: QuantumCircuit = zz_feature_map(width, reps=2, entanglement="linear")

    def prepare():
        def call():
            # a fresh kernel each time: it caches the states of rows it has seen
            return FidelityStatevectorKernel(feature_map=circuit).evaluate(X)

        return call

    return prepare
