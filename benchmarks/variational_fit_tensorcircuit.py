"""The training of `variational_fit` by TensorCircuit on JAX; runs in an environment of its own, prints one line.

Two ways: the circuit gate by gate, which XLA compiles whole, and a scan over its layers, which compiles faster.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import tensorcircuit as tc

RATE = 0.05


def main(path: str, way: str, precision: str) -> None:
    """Train on the task in a file; print losses and processor seconds of every epoch and those of compiling."""
    tc.set_backend("jax")
    tc.set_dtype("complex128" if precision == "double" else "complex64")
    real = jnp.float64 if precision == "double" else jnp.float32
    task = np.load(path)
    X, labels = jnp.asarray(task["X"], dtype=real), jnp.asarray(task["labels"])
    n, n_layers, size = X.shape[1], int(task["n_layers"]), int(task["size"])
    shape = (n_layers, n, 2)
    ends = np.cumsum([n_layers * n * 2, 2 * n])
    start = jnp.asarray(task["start"], dtype=real)
    state_of = scanned if way == "scan" else gate_by_gate

    def loss(parameters, rows, answers):
        angles = parameters[: ends[0]].reshape(shape)
        matrix, offset = parameters[ends[0] : ends[1]].reshape(2, n), parameters[ends[1] :]
        values = jax.vmap(lambda row: z_values(state_of(row, angles), n))(rows)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(values @ matrix.T + offset), answers[:, None], axis=1)
        return -chosen.mean()

    @jax.jit
    def step(parameters, mean, square, count, rows, answers):
        value, gradient = jax.value_and_grad(loss)(parameters, rows, answers)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        spread = jnp.sqrt(square / (1 - 0.999**count)) + 1e-8
        return parameters - RATE * mean / (1 - 0.9**count) / spread, mean, square, value

    def train(batches):
        parameters, mean, square, count = start, jnp.zeros_like(start), jnp.zeros_like(start), 0
        curve, stamps = [], [time.process_time()]
        for order in batches:
            found, sizes = [], []
            for first in range(0, len(order), size):
                rows = order[first : first + size]
                count += 1
                parameters, mean, square, value = step(parameters, mean, square, real(count), X[rows], labels[rows])
                found.append(value)
                sizes.append(len(rows))
            curve.append(float(np.average(np.array(jnp.stack(found)), weights=sizes)))
            stamps.append(time.process_time())
        return curve, np.diff(stamps).tolist()

    _, compiling = train(task["batches"][:1])
    curve, seconds = train(task["batches"])
    print(json.dumps({"losses": curve, "seconds": seconds, "compile": compiling[0] - min(seconds)}))


def layer(circuit: tc.Circuit, angles) -> tc.Circuit:
    """Append a layer: RY, RZ, a ring of CX."""
    n = len(angles)
    for qubit in range(n):
        circuit.ry(qubit, theta=angles[qubit, 0])
        circuit.rz(qubit, theta=angles[qubit, 1])
    for qubit in range(n):
        circuit.cnot(qubit, (qubit + 1) % n)
    return circuit


def encoded(row) -> tc.Circuit:
    """Return RY of each feature."""
    circuit = tc.Circuit(len(row))
    for qubit in range(len(row)):
        circuit.ry(qubit, theta=row[qubit])
    return circuit


def gate_by_gate(row, angles):
    """Return the state, every gate in one circuit."""
    circuit = encoded(row)
    for part in angles:
        layer(circuit, part)
    return circuit.state()


def scanned(row, angles):
    """Return the state by a scan over layers."""

    def advance(state, part):
        return layer(tc.Circuit(len(row), inputs=state), part).state(), None

    return jax.lax.scan(advance, encoded(row).state(), angles)[0]


def z_values(state, n: int):
    """Return Z of every qubit, from the probabilities."""
    chances = jnp.abs(state.reshape((2,) * n)) ** 2
    others = [tuple(k for k in range(n) if k != qubit) for qubit in range(n)]
    marginals = [chances.sum(axis=axes) for axes in others]
    return jnp.stack([marginal[0] - marginal[1] for marginal in marginals])


if __name__ == "__main__":
    main(*sys.argv[1:])
