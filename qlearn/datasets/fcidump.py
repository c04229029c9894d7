"""FCIDUMP files, in which quantum chemistry programs exchange integrals."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..paulis import PauliSum
from .electrons import check_encoding, encode_occupation, make_electronic_hamiltonian

_MAX_BYTES = 200_000_000
_MAX_ORBITALS = 30  # n**4 integrals; the Hamiltonian has twice as many qubits
_END = re.compile(r"^\s*(?:[&$]END|/)\s*$|/\s*$|[&$]END\s*$", re.IGNORECASE)
_KEY = re.compile(r"([A-Z0-9]+)\s*=\s*([^=]*?)(?=,?\s*[A-Z0-9]+\s*=|$)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, eq=False, repr=False)
class ElectronicProblem:
    """The Hamiltonian of electrons whose integrals came from elsewhere.

    Attributes
    ----------
    hamiltonian : PauliSum
        In Hartree; what the file adds as a constant (nuclear repulsion, frozen electrons) is included.
    reference : str
        Bits of the determinant that fills the lowest orbitals of each spin, qubit 0 first.
    n_electrons, n_orbitals : int
        Spatial orbitals; there are twice as many qubits.
    n_unpaired : int
        Electrons of spin up less those of spin down: MS2 of the file.
    """

    hamiltonian: PauliSum
    reference: str
    n_electrons: int
    n_orbitals: int
    n_unpaired: int

    def __repr__(self) -> str:
        return (
            f"<ElectronicProblem: {self.n_electrons} electrons in {self.n_orbitals} orbitals, "
            f"{self.hamiltonian.n_terms} terms>"
        )


def load_fcidump(
    path: str | os.PathLike[str], *, encoding: str = "jordan_wigner", spin_order: str = "blocked"
) -> ElectronicProblem:
    """Return the problem in an FCIDUMP file of real orbitals, the same for both spins.

    Parameters
    ----------
    path : str or path-like
        Written by PySCF, Molpro, Psi4, NWChem and others.
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    spin_order : {"blocked", "interleaved"}
        Of the modes: all spins up, then all down; or up, down, up, ...

    Returns
    -------
    ElectronicProblem

    Raises
    ------
    ValueError
        If the file is too large, breaks off, contradicts itself, or has orbitals that differ by spin; the message names
        the line.
    OSError
        If it cannot be read.

    References
    ----------
    Knowles, Handy, Comput. Phys. Commun. 54, 75 (1989).

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "FCIDUMP")
    >>> with open(path, "w") as file:
    ...     _ = file.write("&FCI NORB=1,NELEC=2,MS2=0,\\n&END\\n 0.5 1 1 1 1\\n -1.0 1 1 0 0\\n 0.25 0 0 0 0\\n")
    >>> ql.datasets.load_fcidump(path)
    <ElectronicProblem: 2 electrons in 1 orbitals, 4 terms>
    """
    check_encoding(encoding, spin_order)
    name, text = Path(path).name, _text(path)
    try:
        header, lines, first = _split(text)
        n_orbitals, n_electrons, n_unpaired = _counts(header)
        one, two, constant = _integrals(lines, first, n_orbitals)
    except ValueError as error:
        raise ValueError(f"{name} is no FCIDUMP file that can be read: {error}") from error
    hamiltonian = make_electronic_hamiltonian(one, two, constant, encoding=encoding, spin_order=spin_order)
    up, down = (np.arange(n_orbitals) < (n_electrons + sign * n_unpaired) // 2 for sign in (1, -1))
    modes = np.concatenate([up, down]) if spin_order == "blocked" else np.stack([up, down], axis=1).ravel()
    reference = "".join(map(str, encode_occupation(modes, encoding)))
    return ElectronicProblem(hamiltonian, reference, n_electrons, n_orbitals, n_unpaired)


def _text(path: str | os.PathLike[str]) -> str:
    size = os.stat(path).st_size
    if size > _MAX_BYTES:
        raise ValueError(f"{Path(path).name} has {size} bytes, over the limit of {_MAX_BYTES}.")
    return Path(path).read_text(encoding="ascii", errors="replace")


def _split(text: str) -> tuple[str, list[str], int]:
    """Return the header without its marks, the lines after it, and the number of the first of them."""
    lines = text.splitlines()
    if not lines or not re.match(r"\s*[&$]FCI\b", lines[0], re.IGNORECASE):
        raise ValueError("it does not begin with &FCI.")
    for number, line in enumerate(lines[:1000]):
        if _END.search(line):
            header = " ".join([*lines[:number], _END.sub("", line)])
            return re.sub(r"^\s*[&$]FCI\b", "", header, flags=re.IGNORECASE), lines[number + 1 :], number + 2
    raise ValueError("its header has no end (&END or /).")


def _counts(header: str) -> tuple[int, int, int]:
    keys = {key.upper(): value.strip(" ,\t") for key, value in _KEY.findall(header)}
    if keys.get("UHF", "").upper().strip(".") in {"TRUE", "T"} or keys.get("IUHF", "0") != "0":
        raise ValueError("its orbitals differ by spin (UHF); write one with restricted orbitals.")
    counts = []
    for key, default in (("NORB", None), ("NELEC", None), ("MS2", "0")):
        value = keys.get(key, default)
        if value is None or not re.fullmatch(r"\d{1,6}", value):
            raise ValueError(f"its header has {key}={value}, a count is needed.")
        counts.append(int(value))
    n_orbitals, n_electrons, n_unpaired = counts
    if not 1 <= n_orbitals <= _MAX_ORBITALS:
        raise ValueError(f"it has {n_orbitals} orbitals; 1 to {_MAX_ORBITALS} can be read.")
    if (n_electrons + n_unpaired) % 2 or n_unpaired > n_electrons or n_electrons + n_unpaired > 2 * n_orbitals:
        raise ValueError(f"{n_electrons} electrons with MS2={n_unpaired} do not fit {n_orbitals} orbitals.")
    return n_orbitals, n_electrons, n_unpaired


def _integrals(lines: list[str], first: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    one, two, constant = np.full((n, n), np.nan), np.full((n, n, n, n), np.nan), np.nan
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        value, (p, q, r, s) = _entry(line, number, n)
        if p and q and r and s:
            known = two[p - 1, q - 1, r - 1, s - 1]
            for a, b, c, d in ((p, q, r, s), (q, p, r, s), (p, q, s, r), (q, p, s, r)):
                two[a - 1, b - 1, c - 1, d - 1] = two[c - 1, d - 1, a - 1, b - 1] = value
        elif p and q and not r and not s:
            known = one[p - 1, q - 1]
            one[p - 1, q - 1] = one[q - 1, p - 1] = value
        elif not (p or q or r or s):
            known, constant = constant, value
        elif p and not (q or r or s):
            continue  # an orbital energy, which the Hamiltonian does not need
        else:
            raise ValueError(f"line {number} has the indices {p} {q} {r} {s}, which name no integral.")
        if abs(known - value) > 1e-8:
            raise ValueError(f"line {number} gives {value} to an integral that was {known}.")
    if np.isnan(constant):
        raise ValueError("its last line, the constant (indices 0 0 0 0), is missing: the file breaks off.")
    return np.nan_to_num(one), np.nan_to_num(two), constant


def _entry(line: str, number: int, n: int) -> tuple[float, list[int]]:
    words = line.split()
    try:
        value, indices = float(words[0].upper().replace("D", "E")), [int(word) for word in words[1:]]
    except ValueError:
        value, indices = np.nan, []
    if len(indices) != 4 or not np.isfinite(value) or not all(0 <= index <= n for index in indices):
        raise ValueError(f"line {number} is {line.strip()[:60]!r}; a number and four indices of 0 to {n} are needed.")
    return value, indices
