"""Training a classifier: 8 qubits, 6 layers, 1,000 rows, 50 epochs of Adam, against TensorCircuit-JAX and others.

RY of each feature, six layers of RY, RZ and a ring of CX, Z on all qubits, a linear map to two logits, cross entropy,
the same first parameters and the same batches of 32 for ours and TensorCircuit, so that the losses of all epochs must
agree: in double precision to many digits. In single precision rounding sends both ways apart after some epochs, so
there the mean losses of the last ten epochs are compared. TensorCircuit is jitted, gate by gate and as a scan over
layers; its compilation is not counted in the speedup. TorchQuantum has single precision only. Lightning, Qiskit Machine
Learning and sQUlearn take one row after another: their gradients are timed on some, the fastest is scaled, their losses
are not compared.

All seconds are of the processor, for one epoch, so that other work on the machine counts less; the best epoch counts.
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
from .results import Result, best_of
from .timing import Timing

THREADS = "one"
N_QUBITS, N_LAYERS, N_ROWS, N_EPOCHS, BATCH = 8, 6, 1000, 50, 32
PEER_SAMPLES = {"lightning": 16, "qiskit": 3, "squlearn": 8}
WAYS = ("scan", "gates")  # of TensorCircuit


def run(options: Options):
    """Yield a result for each precision."""
    n_qubits, n_layers, n_rows, n_epochs = (3, 2, 64, 2) if options.quick else (N_QUBITS, N_LAYERS, N_ROWS, N_EPOCHS)
    for precision in ("double", "single"):
        case = f"fit of {n_qubits} qubits, {n_layers} layers, {n_rows} rows, {n_epochs} epochs, {precision}"
        if options.wants(case):
            yield _case(case, precision, _Task(n_qubits, n_layers, n_rows), n_epochs, options)


class _Task:
    """The data, the circuit and where training starts."""

    def __init__(self, n_qubits: int, n_layers: int, n_rows: int) -> None:
        random = np.random.default_rng(0)
        self.n_qubits, self.n_layers, self.n_rows = n_qubits, n_layers, n_rows
        self.X = random.uniform(-1.5, 1.5, (n_rows, n_qubits))
        self.labels = (np.sin(2 * self.X[:, 0]) * self.X[:, 1] + 0.3 * self.X[:, 2] > 0).astype(int)
        self.inputs = ql.parameters("x", n_qubits)
        encoding, ansatz = ql.variational.AngleEncoding(n_qubits=n_qubits), ql.variational.HardwareEfficient(n_layers)
        self.circuit = encoding.append(ql.Circuit(n_qubits), self.inputs, n_qubits)
        self.weights = ql.parameters("theta", ansatz.n_weights(n_qubits))
        ansatz.append(self.circuit, self.weights)
        self.z = [ql.PauliSum(f"Z{q}", n_qubits=n_qubits) for q in range(n_qubits)]
        self.start = self.model().initial(random.uniform(-np.pi, np.pi, len(self.weights)), random)

    def model(self, precision: str = "double", n_jobs: int = 1) -> HybridModel:
        """Return the model that is trained."""
        execution = ql.variational.Adjoint(precision, n_jobs)
        layer = ql.variational.QuantumLayer(self.circuit, self.z, self.inputs, self.weights, execution)
        return HybridModel(layer, 2)

    def fit(self, precision: str, n_jobs: int, n_epochs: int) -> tuple[list[float], list[float]]:
        """Return the loss and the processor seconds of every epoch."""
        model = self.model(precision, n_jobs)
        objective = DataObjective(model, self.X, np.eye(2)[self.labels], np.ones(self.n_rows), cross_entropy)
        stamps = [time.process_time()]

        def stamp(*_) -> None:
            stamps.append(time.process_time())

        loop = Loop(max_epochs=n_epochs, batch_size=BATCH, patience=None, callback=stamp, random_state=0)
        losses = ql.variational.Adam(0.05).run(objective, self.start, loop).loss_curve
        return losses, np.diff(stamps).tolist()

    def save(self, path: Path, n_epochs: int) -> None:
        """Write what another process needs."""
        order = Loop(max_epochs=1, batch_size=BATCH, random_state=0)
        batches = np.stack([np.concatenate(order.batches(self.n_rows)) for _ in range(n_epochs)])
        np.savez(
            path, X=self.X, labels=self.labels, start=self.start, batches=batches, n_layers=self.n_layers, size=BATCH
        )  # fmt: skip


def _case(case: str, precision: str, task: _Task, n_epochs: int, options: Options) -> Result:
    task.fit(precision, options.threads, 1)  # our kernels are compiled once an installation
    losses, seconds = task.fit(precision, options.threads, n_epochs)
    times = {"qlearn": Timing.of(seconds)}
    notes = [f"loss of the first and last epoch: {losses[0]:.4f}, {losses[-1]:.4f}"]
    metrics = {}
    if "tensorcircuit" in options.peer_python:
        for way in WAYS[: 1 if options.quick or precision == "double" else 2]:
            found = _tensorcircuit(options, task, way, precision, n_epochs)
            times[f"tensorcircuit, {way}"] = Timing.of(found["seconds"])
            theirs = np.array(found["losses"])
            every, last = float(np.abs(theirs - losses).max()), float(theirs[-10:].mean() - np.mean(losses[-10:]))
            worst = every if precision == "double" else abs(last)
            metrics["loss_difference"] = max(worst, metrics.get("loss_difference", 0.0))
            notes.append(
                f"TensorCircuit, {way}: losses differ by at most {every:.1e}, the mean of the last ten epochs by "
                f"{last:.1e}; compiling took {found['compile']:.1f} s more"
            )
        metrics["speedup_tensorcircuit"] = best_of(times, "tensorcircuit") / times["qlearn"].best
    else:
        notes.append("peer tensorcircuit was skipped: pass --peer-python tensorcircuit=/path/bin/python")
    if precision == "double":
        for name, peer in (("lightning", _lightning), ("qiskit", _qiskit)):
            try:
                times[f"{name} (scaled)"] = Timing.of([peer(task) * task.n_rows])
                metrics[f"speedup_{name}"] = times[f"{name} (scaled)"].best / times["qlearn"].best
            except ImportError as error:
                notes.append(f"peer {name} is missing and was skipped: {error}")
        if "squlearn" in options.peer_python:
            found = _squlearn(options, task, n_epochs)
            times |= {f"squlearn, {way} (scaled)": Timing.of([s * task.n_rows]) for way, s in found.items()}
            metrics["speedup_squlearn"] = best_of(times, "squlearn") / times["qlearn"].best
        else:
            notes.append("peer squlearn was skipped: pass --peer-python squlearn=/path/bin/python")
    elif "torchquantum" in options.peer_python:
        found = _peer_process(options, task, "torchquantum", "variational_fit_torchquantum.py", n_epochs, str(n_epochs))
        times["torchquantum"] = Timing.of(found["seconds"])
        metrics["speedup_torchquantum"] = best_of(times, "torchquantum") / times["qlearn"].best
        last = float(np.mean(found["losses"][-10:]) - np.mean(losses[-10:]))
        metrics["loss_difference"] = max(abs(last), metrics.get("loss_difference", 0.0))
        notes.append(f"TorchQuantum: the mean losses of the last ten epochs differ by {last:.1e}")
    else:
        notes.append("peer torchquantum was skipped: pass --peer-python torchquantum=/path/bin/python")
    if "speedup_tensorcircuit" in metrics:  # the fastest so far
        metrics["speedup"] = min(value for name, value in metrics.items() if name.startswith("speedup"))
    return Result(case, options.threads, times, "epoch", metrics, notes)


def _tensorcircuit(options: Options, task: _Task, way: str, precision: str, n_epochs: int) -> dict:
    """Return losses and processor seconds of all epochs and those of compiling, from a process of its own."""
    return _peer_process(options, task, "tensorcircuit", "variational_fit_tensorcircuit.py", n_epochs, way, precision)


def _squlearn(options: Options, task: _Task, n_epochs: int) -> dict[str, float]:
    """Return processor seconds of the gradient of one row on each of its simulators, from a process of its own."""
    n_rows = min(PEER_SAMPLES["squlearn"], task.n_rows // 3)
    found = _peer_process(options, task, "squlearn", "variational_fit_squlearn.py", n_epochs, str(n_rows))
    layer = task.model().layer
    total = [0.3 * sum(task.z[1:], task.z[0])]
    first, last = found["rows"]
    angles = layer.angles(task.X[first:last], task.start[: len(task.weights)])
    _, by_angles = ql.sim.Statevector().vjp(layer.freed_circuit, total, angles, np.ones(1))
    for theirs in found["gradients"].values():
        np.testing.assert_allclose(theirs, by_angles[:, layer.n_inputs :], atol=1e-8)
    return found["seconds"]


def _peer_process(options: Options, task: _Task, peer: str, script: str, n_epochs: int, *arguments: str) -> dict:
    """Return what a script prints in the peer's own environment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.npz"
        task.save(path, n_epochs)
        command = [options.peer_python[peer], str(Path(__file__).with_name(script)), str(path), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise RuntimeError(f"the process of {peer} failed")
    return json.loads(done.stdout.splitlines()[-1])


def _lightning(task: _Task) -> float:
    """Return processor seconds of the adjoint gradient of one row: a weighted sum of Z, one backward pass."""
    import pennylane as qml

    n = task.n_qubits
    device = qml.device("lightning.qubit", wires=n)

    @qml.qnode(device, diff_method="adjoint")
    def energy(row, angles):
        for qubit in range(n):
            qml.RY(row[qubit], wires=qubit)
        for layer in range(task.n_layers):
            for qubit in range(n):
                qml.RY(angles[layer, qubit, 0], wires=qubit)
                qml.RZ(angles[layer, qubit, 1], wires=qubit)
            for qubit in range(n):
                qml.CNOT([qubit, (qubit + 1) % n])
        return qml.expval(qml.Hamiltonian([0.3] * n, [qml.PauliZ(q) for q in range(n)]))

    angles = qml.numpy.array(task.start[: len(task.weights)].reshape(task.n_layers, n, 2), requires_grad=True)
    gradient = qml.grad(energy, argnums=1)
    return _seconds_a_row(lambda row: gradient(row, angles), task.X[: PEER_SAMPLES["lightning"]])


def _qiskit(task: _Task) -> float:
    """Return processor seconds of the Jacobian of one row by EstimatorQNN, with Qiskit's reverse-mode gradients."""
    from qiskit.circuit import ParameterVector, QuantumCircuit
    from qiskit.primitives import StatevectorEstimator
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_algorithms.gradients import ReverseEstimatorGradient
    from qiskit_machine_learning.neural_networks import EstimatorQNN

    n = task.n_qubits
    x, theta = ParameterVector("x", n), ParameterVector("theta", len(task.weights))
    circuit, angles = QuantumCircuit(n), iter(theta)
    for qubit in range(n):
        circuit.ry(x[qubit], qubit)
    for _ in range(task.n_layers):
        for qubit in range(n):
            circuit.ry(next(angles), qubit)
            circuit.rz(next(angles), qubit)
        for qubit in range(n):
            circuit.cx(qubit, (qubit + 1) % n)
    # one observable, so that one backward pass does, as in the others
    observable = SparsePauliOp.from_sparse_list([("Z", [q], 0.3) for q in range(n)], num_qubits=n)
    network = EstimatorQNN(
        circuit=circuit, observables=observable, input_params=list(x), weight_params=list(theta),
        estimator=StatevectorEstimator(), gradient=ReverseEstimatorGradient(),
    )  # fmt: skip
    weights = task.start[: len(task.weights)]
    return _seconds_a_row(lambda row: network.backward(row, weights), task.X[: PEER_SAMPLES["qiskit"]])


def _seconds_a_row(gradient, rows: np.ndarray) -> float:
    gradient(rows[0])
    stamps = [time.process_time()]
    for row in rows:
        gradient(row)
        stamps.append(time.process_time())
    return float(np.diff(stamps).min())
