"""TensorCircuit (the maintained fork, -ng) on JAX, in double precision."""

import math

import jax
import numpy as np
import tensorcircuit as tc

from ..machine import available_bytes
from ..workloads import Terms, Workload, ansatz

REQUIRES = ("tensorcircuit", "jax")

jax.config.update("jax_enable_x64", True)
tc.set_backend("jax")
tc.set_dtype("complex128")


def _apply(circuit: tc.Circuit, gates: list, row) -> None:
    for name, qubits, angle, _ in gates:
        if angle >= 0:
            getattr(circuit, name)(*qubits, theta=row[angle])
        else:
            getattr(circuit, name)(*qubits)


def _expectation(circuit: tc.Circuit, terms: Terms):
    total = 0.0
    for coefficient, label in terms:
        places = {letter.lower(): [q for q, p in enumerate(label) if p == letter] for letter in "XYZ"}
        total = total + coefficient * tc.backend.real(circuit.expectation_ps(**places))
    return total


def _unrolled(workload: Workload, terms: Terms):
    def value(row):
        circuit = tc.Circuit(workload.n_qubits)
        _apply(circuit, workload.gates, row)
        return _expectation(circuit, terms)

    return value


def _scanned(workload: Workload, terms: Terms, n_layers: int):
    """Compile one layer only and loop over layers: the library's advice against long compilation."""
    n = workload.n_qubits
    layer = ansatz(n, 1)

    def step(state, row):
        circuit = tc.Circuit(n, inputs=state)
        _apply(circuit, layer.gates, row)
        return circuit.state(), None

    def value(row):
        start = tc.Circuit(n).state()
        state, _ = jax.lax.scan(step, start, row.reshape(n_layers, -1))
        return _expectation(tc.Circuit(n, inputs=state), terms)

    return value


def gradients(workload: Workload, terms: Terms, values: np.ndarray, threads: int) -> dict:
    batch = len(values)
    state_bytes = 16 << workload.n_qubits
    fitting = available_bytes() // (4 * 2 * state_bytes * len(workload.gates))  # a quarter of what is free
    chunk = max(1, min(batch, 1 << max(0, math.floor(math.log2(max(fitting, 1))))))
    suffix = "" if chunk == batch else f", chunks of {chunk}"

    def prepare(value):
        run = jax.jit(jax.vmap(jax.value_and_grad(value)))
        parts = [values[i : i + chunk] for i in range(0, batch, chunk)]

        def call():
            results = [jax.block_until_ready(run(part)) for part in parts]
            energies, slopes = zip(*results, strict=True)
            return np.concatenate(energies), np.concatenate(slopes)

        return call

    ways = {f"tensorcircuit (jit+vmap{suffix})": lambda: prepare(_unrolled(workload, terms))}
    n_layers = workload.n_angles // (2 * workload.n_qubits)
    if n_layers > 1 and workload == ansatz(workload.n_qubits, n_layers):
        ways[f"tensorcircuit (scan over layers{suffix})"] = lambda: prepare(_scanned(workload, terms, n_layers))
    return ways
