"""Classical shadows as matrices, from their definition, and U-statistics by loops over tuples."""

from itertools import permutations

import numpy as np

from .matrices import PAULIS, kron


def snapshot(basis, bits):
    """Return the Kronecker product of ``3 |b><b| - 1`` = ``(1 + 3 s P) / 2`` for letters "XYZ" and bits."""
    return kron((PAULIS["I"] + 3 * (1 - 2 * int(bit)) * PAULIS["XYZ"[letter]]) / 2 for letter, bit in zip(basis, bits))


def chance(density, basis, bits):
    """Return the probability of an outcome."""
    signs = [1 - 2 * int(bit) for bit in bits]
    projectors = [(PAULIS["I"] + sign * PAULIS["XYZ"[letter]]) / 2 for letter, sign in zip(basis, signs)]
    return np.trace(density @ kron(projectors)).real


def setting_shadows(data):
    """Return the mean snapshot of every setting."""
    ends = np.cumsum(data.shots_per_setting)
    return [
        np.mean([snapshot(basis, bits) for bits in data.outcomes[end - shots : end]], axis=0)
        for basis, end, shots in zip(data.bases, ends, data.shots_per_setting)
    ]


def moment(shadows, order):
    """Return the mean of Tr(A B ...) over all ordered tuples of different shadows."""
    values = []
    for chosen in permutations(range(len(shadows)), order):
        product = np.eye(len(shadows[0]))
        for index in chosen:
            product = product @ shadows[index]
        values.append(np.trace(product).real)
    return np.mean(values)


def partial_transpose(matrix, qubits):
    """Return the transpose of some qubits of a matrix."""
    n_qubits = len(matrix).bit_length() - 1
    result = np.empty_like(matrix)
    for row in range(len(matrix)):
        for column in range(len(matrix)):
            r, c = (list(format(index, f"0{n_qubits}b")) for index in (row, column))
            for qubit in qubits:
                r[qubit], c[qubit] = c[qubit], r[qubit]
            result[int("".join(r), 2), int("".join(c), 2)] = matrix[row, column]
    return result


def within(data, kernel_pairs):
    """Return the mean over settings of the mean over `kernel_pairs(shots)` of ``2**n (-2)**-distance``."""
    values, ends = [], np.cumsum(data.shots_per_setting)
    for end, shots in zip(ends, data.shots_per_setting):
        rows = data.outcomes[end - shots : end].astype(int)
        values.append(
            np.mean([2.0 ** len(rows[0]) * (-2.0) ** -np.abs(rows[i] - rows[j]).sum() for i, j in kernel_pairs(shots)])
        )
    return np.mean(values)


def jackknife(function, n):
    """Return the corrected value and the error of ``function(kept units)`` by leaving each unit out."""
    whole = function(np.arange(n))
    without = np.array([function(np.delete(np.arange(n), unit)) for unit in range(n)])
    return n * whole - (n - 1) * without.mean(), np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
