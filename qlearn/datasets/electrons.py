"""Electrons on qubits: the Hamiltonian of integrals over orbitals, in three encodings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array
from ..paulis import PauliSum

ENCODINGS = ("jordan_wigner", "parity", "bravyi_kitaev")
SPIN_ORDERS = ("blocked", "interleaved")


def make_electronic_hamiltonian(
    one_body: ArrayLike,
    two_body: ArrayLike,
    constant: float = 0.0,
    *,
    encoding: str = "jordan_wigner",
    spin_order: str = "blocked",
) -> PauliSum:
    """Return the Hamiltonian of electrons in real orbitals, spins summed, on two qubits for each orbital.

    ``constant + sum h_pq a+_p a_q + 1/2 sum (pq|rs) a+_p a+_r a_s a_q``. Cost: ``n_orbitals**4`` products of strings,
    0.1 s for eight orbitals.

    Parameters
    ----------
    one_body : array_like of float, shape (n_orbitals, n_orbitals)
        Core Hamiltonian, symmetric.
    two_body : array_like of float, shape (n_orbitals, n_orbitals, n_orbitals, n_orbitals)
        (pq|rs) in chemists' notation, with the eightfold symmetry of real orbitals.
    constant : float
        Such as the nuclear repulsion, in the unit of the integrals.
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
        What a qubit holds: the occupation of its mode, that of all modes up to it, or that of the modes below it in
        the binary tree of Fenwick, sums modulo two.
    spin_order : {"blocked", "interleaved"}
        Of the modes: all spins up, then all down; or up, down, up, ...

    Returns
    -------
    PauliSum

    Raises
    ------
    ValueError
        If shapes differ or the integrals lack the symmetry.

    References
    ----------
    Seeley, Richard, Love, J. Chem. Phys. 137, 224109 (2012).

    Examples
    --------
    >>> import qlearn as ql
    >>> print(ql.datasets.make_electronic_hamiltonian([[-1.0]], [[[[0.5]]]]))
    -0.875 * II + 0.375 * ZI + 0.375 * IZ + 0.125 * ZZ
    """
    one = check_array("one_body", one_body, ("n_orbitals", "n_orbitals"))
    n = len(one)
    two = check_array("two_body", two_body, (n, n, n, n))
    constant = float(check_array("constant", constant, ()))
    check_encoding(encoding, spin_order)
    if not np.allclose(one, one.T, atol=1e-9):
        raise ValueError("`one_body` must be symmetric.")
    for axes in ((1, 0, 2, 3), (2, 3, 0, 1)):
        if not np.allclose(two, two.transpose(axes), atol=1e-9):
            raise ValueError("`two_body` must have (pq|rs) = (qp|rs) = (rs|pq): real orbitals, chemists' notation.")
    # With E_pq = sum over spins of a+_p a_q the two-body part is 1/2 sum (pq|rs) (E_pq E_rs - delta_qr E_ps).
    corrected = one - 0.5 * np.einsum("prrs->ps", two)
    first, second = np.tril_indices(n)
    hops = [_hop(p, q, n, spin_order) for p, q in zip(first, second, strict=True)]
    lengths = [hop.n_terms for hop in hops]
    every = _concatenate(hops)
    total = []
    for index, (p, q) in enumerate(zip(first, second, strict=True)):
        pairs = np.repeat(0.5 * two[p, q][first, second], lengths)
        other = PauliSum.from_arrays(every.x, every.z, pairs * every.coefficients).simplify(0.0)
        total.append(hops[index] @ (other + float(corrected[p, q])))
    hamiltonian = (_concatenate(total).simplify(0.0) + constant).simplify(1e-10)
    return hamiltonian.conjugate_by(encoding_gates(encoding, 2 * n)).simplify(0.0)


def encoding_gates(encoding: str, n_qubits: int) -> list[tuple[str, tuple[int, int]]]:
    """Return the CNOTs that turn the occupations of the Jordan-Wigner encoding into the bits of another.

    Parameters
    ----------
    encoding : str
    n_qubits : int
    """
    if encoding == "parity":
        return [("cx", (qubit, qubit + 1)) for qubit in range(n_qubits - 1)]
    gates, step = [], 1
    while encoding == "bravyi_kitaev" and step < n_qubits:
        gates += [("cx", (qubit - step, qubit)) for qubit in range(2 * step - 1, n_qubits, 2 * step)]
        step *= 2
    return gates


def encode_occupation(occupation: ArrayLike, encoding: str) -> NDArray[np.uint8]:
    """Return the bits that hold the occupations of modes in an encoding.

    Parameters
    ----------
    occupation : array_like of 0 and 1, shape (n_modes,)
    encoding : str
    """
    bits = np.array(occupation, dtype=np.uint8)
    for _, (control, target) in encoding_gates(encoding, len(bits)):
        bits[target] ^= bits[control]
    return bits


def occupied(n_electrons: int, n_orbitals: int, spin_order: str) -> NDArray[np.uint8]:
    """Return the occupations of the lowest modes, both spins alike.

    Parameters
    ----------
    n_electrons, n_orbitals : int
    spin_order : str
    """
    filled = np.arange(n_orbitals) < n_electrons // 2
    return (np.tile(filled, 2) if spin_order == "blocked" else np.repeat(filled, 2)).astype(np.uint8)


def check_encoding(encoding: str, spin_order: str) -> None:
    """Raise an error that lists what there is if one of the two names is unknown."""
    for name, value, known in (("encoding", encoding, ENCODINGS), ("spin_order", spin_order, SPIN_ORDERS)):
        if value not in known:
            raise ValueError(f"`{name}` must be one of {', '.join(known)}, got {value!r}.")


def _hop(p: int, q: int, n_orbitals: int, spin_order: str) -> PauliSum:
    """Return E_pq + E_qp, or E_pp, under Jordan-Wigner."""
    n_modes = 2 * n_orbitals
    modes = [(p, q), (p + n_orbitals, q + n_orbitals)]
    if spin_order == "interleaved":
        modes = [(2 * p, 2 * q), (2 * p + 1, 2 * q + 1)]
    if p == q:
        return PauliSum([("I" * n_modes, 1.0), *((f"Z{mode}", -0.5) for mode, _ in modes)], n_modes)
    terms = []
    for mode in modes:
        low, high = sorted(mode)
        between = " ".join(f"Z{k}" for k in range(low + 1, high))
        terms += [(f"{letter}{low} {between} {letter}{high}", 0.5) for letter in "XY"]
    return PauliSum(terms, n_modes)


def _concatenate(sums: list[PauliSum]) -> PauliSum:
    parts = [(np.asarray(one.x), np.asarray(one.z), np.real(one.coefficients)) for one in sums]
    return PauliSum.from_arrays(*(np.concatenate(column) for column in zip(*parts, strict=True)))
