"""The training of `variational_fit` by TensorCircuit on JAX; runs in an environment of its own, prints one line."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import tensorcircuit as tc

tc.set_backend("jax")
tc.set_dtype("complex64")


def main(path: str) -> None:
    """Train on the task in a file."""
    task = np.load(path)
    X, labels = jnp.asarray(task["X"], dtype=jnp.float32), jnp.asarray(task["labels"])
    n, n_layers, size = X.shape[1], int(task["n_layers"]), int(task["size"])
    ends = np.cumsum([n_layers * n * 2, 2 * n])
    start = jnp.asarray(task["start"], dtype=jnp.float32)

    def values(row, angles):
        circuit = tc.Circuit(n)
        for qubit in range(n):
            circuit.ry(qubit, theta=row[qubit])
        for layer in range(n_layers):
            for qubit in range(n):
                circuit.ry(qubit, theta=angles[layer, qubit, 0])
                circuit.rz(qubit, theta=angles[layer, qubit, 1])
            for qubit in range(n):
                circuit.cnot(qubit, (qubit + 1) % n)
        chances = jnp.abs(circuit.state()).reshape((2,) * n) ** 2
        others = [tuple(k for k in range(n) if k != qubit) for qubit in range(n)]
        marginals = [chances.sum(axis=axes) for axes in others]
        return jnp.stack([marginal[0] - marginal[1] for marginal in marginals])

    def loss(parameters, rows, answers):
        angles = parameters[: ends[0]].reshape(n_layers, n, 2)
        matrix, offset = parameters[ends[0] : ends[1]].reshape(2, n), parameters[ends[1] :]
        outputs = jax.vmap(values, in_axes=(0, None))(rows, angles) @ matrix.T + offset
        chosen = jnp.take_along_axis(jax.nn.log_softmax(outputs), answers[:, None], axis=1)
        return -chosen.mean()

    @jax.jit
    def step(parameters, mean, square, count, rows, answers):
        value, gradient = jax.value_and_grad(loss)(parameters, rows, answers)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        spread = jnp.sqrt(square / (1 - 0.999**count)) + 1e-8
        return parameters - 0.05 * mean / (1 - 0.9**count) / spread, mean, square, value

    def train(batches):
        parameters, mean, square, count, curve = start, jnp.zeros_like(start), jnp.zeros_like(start), 0, []
        for order in batches:
            values_, sizes = [], []
            for first in range(0, len(order), size):
                rows = order[first : first + size]
                count += 1
                parameters, mean, square, value = step(
                    parameters, mean, square, jnp.float32(count), X[rows], labels[rows]
                )
                values_.append(value)
                sizes.append(len(rows))
            curve.append(np.average(np.array(jnp.stack(values_)), weights=sizes))
        return [float(value) for value in curve]

    begin = time.perf_counter()
    train(task["batches"][:1])
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    curve = train(task["batches"])
    print(json.dumps({"losses": curve, "seconds": time.perf_counter() - begin, "compile": first}))


if __name__ == "__main__":
    main(sys.argv[1])
