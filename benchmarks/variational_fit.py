"""Training a classifier: 8 qubits, 6 layers, 1,000 rows, 50 epochs of Adam, against TensorCircuit-JAX and lightning.

RY of each feature, six layers of RY, RZ and a ring of CX, Z on all qubits, a linear map to two logits, cross entropy,
the same first parameters and the same batches of 32 for all, so that the losses of all epochs must agree. Ours works in
double precision; TensorCircuit in its default single precision, jitted, its compilation not counted in the speedup.
Lightning loops over samples: its gradients are timed on some and scaled, its loss is not compared.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import qlearn as ql
from qlearn.variational.hybrid import DataObjective, HybridModel, cross_entropy
from qlearn.variational.optimizers import Loop

from .options import Options
from .results import Result
from .timing import Timing

THREADS = "one"
N_QUBITS, N_LAYERS, N_ROWS, N_EPOCHS, BATCH = 8, 6, 1000, 50, 32
LIGHTNING_SAMPLES = 16


def run(options: Options):
    """Yield the one result."""
    n_qubits, n_layers, n_rows, n_epochs = (3, 2, 64, 2) if options.quick else (N_QUBITS, N_LAYERS, N_ROWS, N_EPOCHS)
    case = f"fit of {n_qubits} qubits, {n_layers} layers, {n_rows} rows, {n_epochs} epochs"
    if options.wants(case):
        yield _case(case, n_qubits, n_layers, n_rows, n_epochs, options)


def _case(case: str, n_qubits: int, n_layers: int, n_rows: int, n_epochs: int, options: Options) -> Result:
    random = np.random.default_rng(0)
    X = random.uniform(-1.5, 1.5, (n_rows, n_qubits))
    labels = (np.sin(2 * X[:, 0]) * X[:, 1] + 0.3 * X[:, 2] > 0).astype(int)
    x = ql.parameters("x", n_qubits)
    encoding, ansatz = ql.variational.AngleEncoding(n_qubits=n_qubits), ql.variational.HardwareEfficient(n_layers)
    circuit = encoding.append(ql.Circuit(n_qubits), x, n_qubits)
    weights = ql.parameters("theta", ansatz.n_weights(n_qubits))
    ansatz.append(circuit, weights)
    z = [ql.PauliSum(f"Z{q}", n_qubits=n_qubits) for q in range(n_qubits)]
    execution = ql.variational.Adjoint(n_jobs=options.threads)
    model = HybridModel(ql.variational.QuantumLayer(circuit, z, x, weights, execution), 2)
    start = model.initial(random.uniform(-np.pi, np.pi, len(weights)), random)
    objective = DataObjective(model, X, np.eye(2)[labels], np.ones(n_rows), cross_entropy)

    def fit(epochs: int):
        loop = Loop(max_epochs=epochs, batch_size=BATCH, patience=None, random_state=0)
        return ql.variational.Adam(0.05).run(objective, start, loop)

    fit(1)  # our kernels are compiled once an installation
    begin = time.perf_counter()
    losses = fit(n_epochs).loss_curve
    ours = time.perf_counter() - begin
    order = Loop(max_epochs=1, batch_size=BATCH, random_state=0)
    batches = [np.concatenate(order.batches(n_rows)) for _ in range(n_epochs)]
    times = {"qlearn": Timing.of([ours])}
    notes = [f"loss of the first and last epoch: {losses[0]:.4f}, {losses[-1]:.4f}"]
    metrics = {}
    if "tensorcircuit" in options.peer_python:
        found = _tensorcircuit(options, X, labels, start, batches, n_layers)
        difference = float(np.abs(np.array(found["losses"]) - losses).max())
        notes.append(
            f"losses of TensorCircuit agree to {difference:.1e}; its compilation took {found['compile']:.1f} s more"
        )
        times["tensorcircuit, jax"] = Timing.of([found["seconds"]])
        metrics["speedup_tensorcircuit"] = found["seconds"] / ours
        metrics["loss_difference"] = difference
    else:
        notes.append("peer tensorcircuit was skipped: pass --peer-python tensorcircuit=/path/bin/python")
    try:
        lightning = _lightning(X, start[: len(weights)], n_layers) * n_rows * n_epochs
        times["lightning (scaled)"] = Timing.of([lightning])
        metrics["speedup_lightning"] = lightning / ours
    except ImportError as error:
        notes.append(f"peer lightning is missing and was skipped: {error}")
    speedups = [metrics[name] for name in ("speedup_tensorcircuit", "speedup_lightning") if name in metrics]
    if speedups:
        metrics["speedup"] = min(speedups)
    return Result(case, options.threads, times, "fit", metrics, notes)


def _tensorcircuit(options: Options, X, labels, start, batches, n_layers: int) -> dict:
    """Return losses, seconds of the training and seconds of compiling, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.npz"
        np.savez(path, X=X, labels=labels, start=start, batches=np.stack(batches), n_layers=n_layers, size=BATCH)
        script = Path(__file__).with_name("variational_fit_peer.py")
        done = subprocess.run(
            [options.peer_python["tensorcircuit"], str(script), str(path)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise RuntimeError("the process of TensorCircuit failed")
    return json.loads(done.stdout.splitlines()[-1])


def _lightning(X, weights, n_layers: int) -> float:
    """Return seconds of the adjoint gradient of one sample: a weighted sum of Z, one backward pass."""
    import pennylane as qml

    n = X.shape[1]
    device = qml.device("lightning.qubit", wires=n)

    @qml.qnode(device, diff_method="adjoint")
    def energy(row, angles):
        for qubit in range(n):
            qml.RY(row[qubit], wires=qubit)
        for layer in range(n_layers):
            for qubit in range(n):
                qml.RY(angles[layer, qubit, 0], wires=qubit)
                qml.RZ(angles[layer, qubit, 1], wires=qubit)
            for qubit in range(n):
                qml.CNOT([qubit, (qubit + 1) % n])
        return qml.expval(qml.Hamiltonian([0.3] * n, [qml.PauliZ(q) for q in range(n)]))

    angles = qml.numpy.array(weights.reshape(n_layers, n, 2), requires_grad=True)
    gradient = qml.grad(energy, argnums=1)
    gradient(X[0], angles)
    begin = time.perf_counter()
    for row in X[:LIGHTNING_SAMPLES]:
        gradient(row, angles)
    return (time.perf_counter() - begin) / min(LIGHTNING_SAMPLES, len(X))
