"""Simulated single-qubit measurements: qubit by qubit on state vectors, or through Stim on stabilizer states."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .._memory import require_memory
from ..circuits import Circuit
from ..sim import DensityState, StabilizerState, State

# Rows are the bras of outcomes 0 and 1 in X, Y, Z.
_R = np.sqrt(0.5)
_BRAS = np.array([[[_R, _R], [_R, -_R]], [[_R, -1j * _R], [_R, 1j * _R]], [[1, 0], [0, 1]]], dtype=np.complex128)


def measure_state(
    state: State, bases: NDArray[np.uint8], shots: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return outcomes of a pure state, uint8 (n_shots, n_qubits), settings one after the other.

    Shots whose letters and outcomes agree on the first qubits share the projected state, so that 1000 random settings
    of 14 qubits cost a few times a thousand passes over 2**8 amplitudes, not over 2**14.
    """
    n_qubits = state.n_qubits
    letters = np.repeat(bases, shots, axis=0)
    require_memory(10 * letters.size + 2**n_qubits * 32, "The outcomes", "fewer shots at a time")
    outcomes = np.empty_like(letters)
    amplitudes = np.ascontiguousarray(state.amplitudes, dtype=np.complex128)
    _measure(amplitudes, letters, rng.random(letters.shape), _BRAS, outcomes)
    return outcomes


@njit(nogil=True, cache=True)
def _norms(source, size, bras):
    """Return the squared norms of the two projections of the first qubit of `source[:2 * size]`."""
    a, b = bras[0], bras[1]
    zero, one = 0.0, 0.0
    for i in range(size):
        u = a[0] * source[i] + a[1] * source[i + size]
        v = b[0] * source[i] + b[1] * source[i + size]
        zero += u.real * u.real + u.imag * u.imag
        one += v.real * v.real + v.imag * v.imag
    return zero, one


@njit(nogil=True, cache=True)
def _split(order, low, high, keys, value):
    """Move the shots of ``order[low:high]`` with ``keys == value`` to the front; return where the others begin."""
    middle = low
    for i in range(low, high):
        shot = order[i]
        if keys[shot] == value:
            order[i] = order[middle]
            order[middle] = shot
            middle += 1
    return middle


@njit(nogil=True, cache=True)
def _measure(amplitudes, letters, uniform, bras, outcomes):
    """Depth first over the tree of letters and outcomes; level q holds the state after q qubits were projected."""
    n_shots, n_qubits = letters.shape
    size = len(amplitudes)
    buffer = np.empty(2 * size, dtype=np.complex128)  # level q begins at 2 * size - (2 * size >> q)
    for i in range(size):
        buffer[i] = amplitudes[i]
    order = np.arange(n_shots)
    stack = np.empty((6 * n_qubits + 6, 5), dtype=np.int64)  # level, low, high, letter, outcome
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, 0, n_shots
    depth = 1 if n_shots > 0 else 0
    while depth > 0:
        depth -= 1
        level, low, high = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        here = buffer[2 * size - (2 * size >> level) :]
        if level > 0:
            bra = bras[stack[depth, 3], stack[depth, 4]]
            above = buffer[2 * size - (2 * size >> (level - 1)) :]
            half = size >> level
            for i in range(half):
                here[i] = bra[0] * above[i] + bra[1] * above[i + half]
        if level == n_qubits:
            continue
        for letter in range(3):
            end = _split(order, low, high, letters[:, level], letter)
            if end == low:
                continue
            zero, one = _norms(here, size >> (level + 1), bras[letter])
            for i in range(low, end):
                outcomes[order[i], level] = uniform[order[i], level] * (zero + one) >= zero
            middle = _split(order, low, end, outcomes[:, level], 0)
            for outcome, start, stop in ((0, low, middle), (1, middle, end)):
                if stop > start:
                    stack[depth, 0], stack[depth, 1], stack[depth, 2] = level + 1, start, stop
                    stack[depth, 3], stack[depth, 4] = letter, outcome
                    depth += 1
            low = end


def measure_density(
    state: DensityState, bases: NDArray[np.uint8], shots: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return outcomes of a mixed state, uint8 (n_shots, n_qubits): every shot is one of its eigenvectors."""
    weights, vectors = np.linalg.eigh(state.matrix)
    weights = np.maximum(weights, 0)
    setting = np.repeat(np.arange(len(bases)), shots)
    drawn = rng.choice(len(weights), size=len(setting), p=weights / weights.sum())
    outcomes = np.empty((len(setting), state.n_qubits), dtype=np.uint8)
    for index in np.unique(drawn):
        rows = np.flatnonzero(drawn == index)
        counts = np.bincount(setting[rows], minlength=len(bases))
        outcomes[rows] = measure_state(State(vectors[:, index]), bases, counts, rng)
    return outcomes


def measure_stabilizer(
    state: Circuit | StabilizerState, bases: NDArray[np.uint8], shots: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return outcomes of a stabilizer state, or of what a Clifford circuit, perhaps noisy, prepares.

    uint8 (n_shots, n_qubits).
    """
    import stim

    if isinstance(state, StabilizerState):
        preparation = state.tableau.to_circuit()
    elif state.has_measurement:
        raise ValueError("The circuit must only prepare the state, and it measures; leave that to the scheme.")
    else:
        preparation = state.to_stim()
    parts = []
    for basis, n_shots in zip(bases, shots, strict=True):
        measured = preparation.copy()
        for name, code in (("MX", 0), ("MY", 1), ("MZ", 2)):
            measured.append(name, np.flatnonzero(basis == code).tolist())
        order = np.argsort(np.argsort(basis, kind="stable"))
        seed = int(rng.integers(2**63))
        sampler: stim.CompiledMeasurementSampler = measured.compile_sampler(seed=seed)
        parts.append(sampler.sample(int(n_shots))[:, order].astype(np.uint8))
    return np.concatenate(parts) if parts else np.empty((0, state.n_qubits), dtype=np.uint8)
