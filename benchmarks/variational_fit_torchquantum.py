"""The training of `variational_fit` by TorchQuantum; runs in an environment of its own, prints one line.

Its states are of single precision. A batch is one state tensor; gates are applied one after another.
"""

import json
import sys
import time

import numpy as np
import torch
import torchquantum as tq
import torchquantum.functional as tqf

RATE = 0.05


def main(path: str, n_epochs: int) -> None:
    """Train on the task in a file; print losses and processor seconds of every epoch."""
    torch.set_num_threads(1)
    task = np.load(path)
    X, labels = torch.tensor(task["X"], dtype=torch.float32), torch.tensor(task["labels"])
    n, n_layers, size = X.shape[1], int(task["n_layers"]), int(task["size"])
    ends = np.cumsum([n_layers * n * 2, 2 * n])
    parameters = torch.tensor(task["start"], dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.Adam([parameters], lr=RATE, eps=1e-8)
    measure = tq.MeasureAll(tq.PauliZ)

    def loss(rows):
        angles = parameters[: ends[0]].reshape(n_layers, n, 2)
        matrix, offset = parameters[ends[0] : ends[1]].reshape(2, n), parameters[ends[1] :]
        state = tq.QuantumDevice(n_wires=n, bsz=len(rows))
        for qubit in range(n):
            tqf.ry(state, wires=qubit, params=X[rows, qubit : qubit + 1])
        for layer in range(n_layers):
            for qubit in range(n):
                tqf.ry(state, wires=qubit, params=angles[layer, qubit, :1])
                tqf.rz(state, wires=qubit, params=angles[layer, qubit, 1:])
            for qubit in range(n):
                tqf.cnot(state, wires=[qubit, (qubit + 1) % n])
        return torch.nn.functional.cross_entropy(measure(state) @ matrix.T + offset, labels[rows])

    curve, stamps = [], [time.process_time()]
    for order in task["batches"][:n_epochs]:
        found, sizes = [], []
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            optimizer.zero_grad()
            value = loss(rows)
            value.backward()
            optimizer.step()
            found.append(value.item())
            sizes.append(len(rows))
        curve.append(float(np.average(found, weights=sizes)))
        stamps.append(time.process_time())
    print(json.dumps({"losses": curve, "seconds": np.diff(stamps).tolist()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
