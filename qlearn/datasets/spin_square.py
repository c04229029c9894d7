"""The total spin of electrons on qubits."""

from __future__ import annotations

import numpy as np

from .._checks import check_count
from ..paulis import PauliSum
from .electrons import check_encoding, encoding_gates


def make_spin_square(n_orbitals: int, *, encoding: str = "jordan_wigner", spin_order: str = "blocked") -> PauliSum:
    """Return the operator S**2, whose eigenvalues are s (s + 1): 0 for singlets, 2 for triplets.

    It commutes with every Hamiltonian of `make_electronic_hamiltonian`; a search with the symmetry ``(S**2, 0)`` does
    not end in a low state of high spin, of which stretched molecules have many.

    Parameters
    ----------
    n_orbitals : int
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    spin_order : {"blocked", "interleaved"}
        As of the Hamiltonian.

    Returns
    -------
    PauliSum
        On two qubits for each orbital; its spectrum needs none tapered away.

    Examples
    --------
    >>> import qlearn as ql
    >>> sorted({round(float(value), 6) for value in np.linalg.eigvalsh(ql.datasets.make_spin_square(2).to_dense())})
    [0.0, 0.75, 2.0]
    """
    n = check_count("n_orbitals", n_orbitals, minimum=1)
    check_encoding(encoding, spin_order)
    ups, downs = (range(n), range(n, 2 * n)) if spin_order == "blocked" else (range(0, 2 * n, 2), range(1, 2 * n, 2))
    raising = PauliSum.zero(2 * n)
    difference = PauliSum.zero(2 * n)
    for up, down in zip(ups, downs):
        raising = raising + _annihilator(up, 2 * n).adjoint() @ _annihilator(down, 2 * n)
        for qubit, sign in ((up, -0.25), (down, 0.25)):  # Sz counts (1 - Z) / 2, times a half
            difference = difference + sign * PauliSum.single(f"Z{qubit}", n_qubits=2 * n)
    square = (raising.adjoint() @ raising + difference @ difference + difference).simplify(1e-12)
    real = PauliSum.from_arrays(square.x, square.z, np.real(square.coefficients))
    return real.conjugate_by(encoding_gates(encoding, 2 * n)).simplify(0.0)


def _annihilator(mode: int, n_modes: int) -> PauliSum:
    head, tail = "Z" * mode, "I" * (n_modes - mode - 1)
    return PauliSum({head + "X" + tail: 0.5, head + "Y" + tail: 0.5j})
