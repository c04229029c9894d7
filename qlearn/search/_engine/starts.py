"""What to start from: the reference, the lowest basis state of each symmetry sector, layers of interacting pairs."""

from __future__ import annotations

import numpy as np

from ...paulis import PauliSum
from .skeleton import Edge

_MOST_PAIRS = 2  # for each qubit, of those that interact: more are no lattice


def start_bits(hamiltonian: PauliSum, reference: tuple[int, ...] | None, most: int) -> list[tuple[int, ...]]:
    """Return different basis states: the reference, then the lowest of the sectors of the diagonal Z2 symmetries.

    In a stretched molecule the lowest basis state can be of another spin than the ground state, so that every sector
    deserves a start.

    Parameters
    ----------
    hamiltonian : PauliSum
    reference : tuple of int or None
    most : int
        States at most; sectors come in the order of their lowest diagonal element.

    Returns
    -------
    list of tuple of int
    """
    n = hamiltonian.n_qubits
    diagonal = np.real(hamiltonian.to_sparse().diagonal())
    signs = np.zeros(len(diagonal), dtype=np.int64)
    indices = np.arange(len(diagonal))
    for symmetry in _diagonal_symmetries(hamiltonian):
        mask = sum(1 << (n - 1 - q) for q in np.flatnonzero(symmetry))
        signs = 2 * signs + (np.bitwise_count(indices & mask) & 1)
    found = [] if reference is None else [reference]
    for index in np.argsort(diagonal, kind="stable"):
        if len(found) >= most:
            break
        bits = tuple(int(index) >> (n - 1 - q) & 1 for q in range(n))
        if signs[index] >= 0:
            signs[signs == signs[index]] = -1
            if bits not in found:
                found.append(bits)
    return found[:most]


def _diagonal_symmetries(hamiltonian: PauliSum) -> np.ndarray:
    """Return the Z masks (n_symmetries, n_qubits) that commute with every term: even overlap with all X masks."""
    rows = [
        int("".join("1" if bit else "0" for bit in row), 2) for row in np.unique(hamiltonian.x, axis=0) if row.any()
    ]
    n = hamiltonian.n_qubits
    pivots: dict[int, int] = {}
    for row in rows:
        for bit, pivot in pivots.items():
            if row >> bit & 1:
                row ^= pivot
        if row:
            top = row.bit_length() - 1
            pivots = {bit: pivot ^ row if pivot >> top & 1 else pivot for bit, pivot in pivots.items()} | {top: row}
    free = [bit for bit in range(n) if bit not in pivots]
    kernel = np.zeros((len(free), n), dtype=bool)
    for i, bit in enumerate(free):
        kernel[i, n - 1 - bit] = True
        for top, pivot in pivots.items():
            kernel[i, n - 1 - top] = pivot >> bit & 1
    return kernel


def layer(hamiltonian: PauliSum, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    """Return the edges whose qubits share a term; none where more pairs interact than twice the qubits.

    Parameters
    ----------
    hamiltonian : PauliSum
    edges : tuple of (int, int)
        Those that may be used.

    Returns
    -------
    tuple of (int, int)
    """
    support = (hamiltonian.x | hamiltonian.z).astype(np.int64)
    interacts = np.triu(support.T @ support > 0, 1)
    if interacts.sum() > _MOST_PAIRS * hamiltonian.n_qubits:
        return ()
    return tuple((a, b) for a, b in edges if interacts[a, b])


def spread(layer: tuple[Edge, ...], root: Edge) -> tuple[Edge, ...]:
    """Return the edges of a layer in the order in which they are reached from one of them.

    Parameters
    ----------
    layer : tuple of (int, int)
    root : (int, int)

    Returns
    -------
    tuple of (int, int)
    """
    order, reached = [root], set(root)
    rest = [edge for edge in layer if edge != root]
    while rest:
        near = [edge for edge in rest if reached & set(edge)] or rest[:1]
        order += near
        reached.update(*near)
        rest = [edge for edge in rest if edge not in near]
    return tuple(order)
