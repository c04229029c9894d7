"""Integrals of a molecule over its orbitals: the record that a file holds, and how PySCF computes it."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._checks import missing_extra

DIGITS = 12  # of integrals and energies, in Hartree


def compute_record(
    atoms: list[tuple[str, tuple[float, float, float]]],
    unit: str,
    basis: str,
    charge: int,
    active: tuple[int, int] | None,
    orbitals: list[int] | None,
) -> dict[str, Any]:
    """Return integrals and energies of the active space of a closed-shell molecule.

    Parameters
    ----------
    atoms : list of (str, (float, float, float))
    unit, basis : str
    charge : int
    active : (int, int) or None
        Electrons and orbitals; None for all.
    orbitals : list of int or None
        The active ones, counted from 1.

    Returns
    -------
    dict
        "n_electrons", "n_orbitals", "hartree_fock_energy", "exact_energy" and "integrals", as in the files.
    """
    try:
        from pyscf import ao2mo, fci, gto, mcscf, scf
    except ImportError:
        raise missing_extra("make_molecule", "pyscf", "chem") from None
    # A symmetry group makes the orbitals of a degenerate pair definite, and with them the strings.
    molecule = gto.M(atom=atoms, unit=unit, basis=basis, charge=charge, spin=None, symmetry=True, verbose=0)
    if molecule.nelectron % 2:
        raise ValueError(f"The molecule must have an even number of electrons, it has {molecule.nelectron}.")
    field = scf.RHF(molecule)
    field.conv_tol, field.conv_tol_grad = 1e-13, 1e-9
    with warnings.catch_warnings(), contextlib.suppress(UserWarning):
        warnings.simplefilter("ignore")
        hartree_fock = field.kernel()
    if not field.converged:
        raise ValueError("The Hartree-Fock iterations of PySCF did not converge for this geometry.")
    coefficients = np.array(field.mo_coeff)
    # The sign of an orbital is arbitrary: the largest coefficient is made positive, so that a rerun gives equal files.
    largest = coefficients[np.abs(coefficients).round(6).argmax(axis=0), np.arange(coefficients.shape[1])]
    field.mo_coeff = coefficients * np.sign(largest)
    n_electrons, n_orbitals = active or (molecule.nelectron, coefficients.shape[1])
    space = mcscf.CASCI(field, n_orbitals, n_electrons)
    if orbitals is not None:
        space.mo_coeff = np.array(space.sort_mo(orbitals))
    one_body, constant = space.get_h1eff()
    two_body = ao2mo.restore(1, space.get_h2eff(), n_orbitals)
    exact, _ = fci.direct_spin1.kernel(one_body, two_body, n_orbitals, n_electrons, ecore=constant, conv_tol=1e-13)
    return {
        "n_electrons": n_electrons,
        "n_orbitals": n_orbitals,
        "hartree_fock_energy": round(float(hartree_fock), DIGITS),
        "exact_energy": round(float(exact), DIGITS),
        "integrals": pack(one_body, two_body, constant),
    }


def pack(one_body: NDArray[np.float64], two_body: NDArray[np.float64], constant: float) -> dict[str, Any]:
    """Return integrals as lists: the lower triangle of pairs p >= q, and of pairs of pairs, row by row.

    Parameters
    ----------
    one_body : ndarray of float, shape (n, n)
    two_body : ndarray of float, shape (n, n, n, n)
        (pq|rs) in chemists' notation.
    constant : float
    """
    first, second = np.tril_indices(len(one_body))
    square = two_body[first, second][:, first, second]
    return {
        "constant": round(float(constant), DIGITS),
        "one_body": _rounded(one_body[first, second]),
        "two_body": _rounded(square[np.tril_indices(len(square))]),
    }


def unpack(integrals: dict[str, Any], n_orbitals: int) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return the whole arrays of packed integrals, and the constant.

    Parameters
    ----------
    integrals : dict
        What `pack` returned.
    n_orbitals : int
    """
    pairs = _square(integrals["two_body"], n_orbitals * (n_orbitals + 1) // 2)
    number = _square(np.arange(len(pairs)), n_orbitals)
    return _square(integrals["one_body"], n_orbitals), pairs[number[:, :, None, None], number], integrals["constant"]


def _square(triangle: Any, size: int) -> NDArray:
    values = np.asarray(triangle)
    square = np.zeros((size, size), dtype=values.dtype)
    square[np.tril_indices(size)] = values
    square.T[np.tril_indices(size)] = values
    return square


def _rounded(values: NDArray[np.float64]) -> list[float | int]:
    # Zeros as 0: half of the numbers, a quarter of the file.
    return [float(value) or 0 for value in np.asarray(values).round(DIGITS)]
