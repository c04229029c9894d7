"""Pauli observables x snapshots per second on one core, with PennyLane beside it on the same data.

Target: at least 1e10 at 50 qubits, 1e5 snapshots, weights 2 to 4. PennyLane gets fewer of both, since it needs memory
for every observable times every snapshot. Usage: python benchmarks/shadows_estimator.py
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import qlearn as ql

N_QUBITS, N_SHOTS, N_STRINGS = 50, 100_000, 5_000


def random_strings(rng, n_strings, weight):
    letters = np.zeros((n_strings, N_QUBITS), dtype=int)
    for row in letters:
        row[rng.choice(N_QUBITS, weight, replace=False)] = rng.integers(1, 4, weight)
    return ql.PauliSum.from_arrays((letters & 1).astype(bool), letters >= 2, np.ones(n_strings))


def random_data(rng, n_shots):
    shape = (n_shots, N_QUBITS)
    return ql.shadows.ShadowData(rng.integers(0, 3, shape, dtype=np.uint8), rng.integers(0, 2, shape, dtype=np.uint8))


def seconds(function, repeats=5):
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - start)
    return best, result


def pennylane_rate(rng):
    """Return PennyLane's rate and the largest difference of values on equal data, or None where it is missing."""
    try:
        import pennylane as qml
    except ImportError:
        return None
    data, strings = random_data(rng, 2000), random_strings(rng, 50, 2)
    shadow = qml.ClassicalShadow(data.outcomes.astype(int), data.bases.astype(int))
    words = [qml.pauli.string_to_pauli_word(label) for label in strings.labels()]
    took, theirs = seconds(lambda: shadow.expval(words, k=1), repeats=1)
    ours = ql.shadows.estimate_terms(data, strings, ql.shadows.InverseProbability()).estimate.value
    return 50 * 2000 / took, np.abs(np.nan_to_num(ours) - theirs).max()


def main():
    rng = np.random.default_rng(0)
    data = random_data(rng, N_SHOTS)
    packing, _ = seconds(lambda: ql.shadows.ShadowData(data.bases, data.outcomes).planes, repeats=3)
    print(f"{N_QUBITS} qubits, {N_SHOTS} snapshots, {N_STRINGS} strings; packing once {packing:.3f} s")
    ql.shadows.estimate_terms(data, random_strings(rng, 10, 3))
    peer = pennylane_rate(rng)
    for weight in (2, 3, 4, 6):
        strings = random_strings(rng, N_STRINGS, weight)
        took, _ = seconds(lambda strings=strings: ql.shadows.estimate_terms(data, strings))
        rate = N_STRINGS * N_SHOTS / took
        verdict = "" if weight > 4 else f" (target 1e10: {'met' if rate >= 1e10 else 'missed'})"
        ratio = f", {rate / peer[0]:.2g} x PennyLane" if peer else ""
        print(f"weight {weight}: {rate:.2e} observables x snapshots / s{verdict}{ratio}")
    if peer:
        print(f"PennyLane: {peer[0]:.2e}; largest difference of values on the same data {peer[1]:.1e}")
    else:
        print("PennyLane is not installed: pip install pennylane")


if __name__ == "__main__":
    main()
