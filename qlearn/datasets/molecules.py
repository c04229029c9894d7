"""Molecular Hamiltonians: from files that travel with the package, or from PySCF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import check_array, check_count
from ..circuits import Circuit
from ..paulis import PauliSum, Tapering
from .electrons import check_encoding, encode_occupation, make_electronic_hamiltonian, occupied
from .folders import data_folder
from .integrals import compute_record, unpack

_ANGSTROM = {"angstrom": 1.0, "bohr": 0.529177210903}  # CODATA 2018
_SAME_LENGTH = 5e-4  # Angstrom: 1.401 bohr means the 0.7414 A of a file

Atoms = str | Sequence[tuple[str, Sequence[float]]]


@dataclass(frozen=True, eq=False, repr=False)
class Molecule:
    """The electronic Hamiltonian of a molecule on qubits, with the energies to compare with.

    Attributes
    ----------
    name : str
    distance : float or None
        Bond length in `unit`, None for a fixed geometry.
    unit : str
        Of `distance` and `geometry`: "angstrom" or "bohr".
    geometry : tuple of (str, (float, float, float))
        Symbol and coordinates of each atom.
    basis : str
    n_electrons, n_orbitals : int
        Of the active space: spatial orbitals, the other electrons frozen.
    encoding : str
        "jordan_wigner", "parity" or "bravyi_kitaev".
    tapered : bool
        Whether the qubits that symmetries fix were taken out.
    spin_order : str
        Of the modes: "interleaved" (up, down, up, ...) or "blocked" (all up, then all down).
    hamiltonian : PauliSum
        In Hartree; nuclear repulsion and frozen electrons included, so its eigenvalues are total energies.
    hartree_fock : str
        Bits of the Hartree-Fock state, qubit 0 first.
    hartree_fock_energy, exact_energy : float
        In Hartree: restricted Hartree-Fock, and full configuration interaction in the active space.
    note : str
        A warning, such as on geometries kept only for comparison with papers.
    """

    name: str
    distance: float | None
    unit: str
    geometry: tuple[tuple[str, tuple[float, float, float]], ...]
    basis: str
    n_electrons: int
    n_orbitals: int
    encoding: str
    tapered: bool
    spin_order: str
    hamiltonian: PauliSum
    hartree_fock: str
    hartree_fock_energy: float
    exact_energy: float
    note: str

    @property
    def n_qubits(self) -> int:
        """Number of qubits of the Hamiltonian."""
        return self.hamiltonian.n_qubits

    def hartree_fock_circuit(self) -> Circuit:
        """Return the circuit that prepares the Hartree-Fock state: X on its ones.

        Returns
        -------
        Circuit

        Examples
        --------
        >>> import qlearn as ql
        >>> molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
        >>> energy = ql.sim.Statevector().expectation(molecule.hartree_fock_circuit(), molecule.hamiltonian)
        >>> round(float(energy), 6) == round(molecule.hartree_fock_energy, 6)
        True
        """
        circuit = Circuit(self.n_qubits)
        for qubit, bit in enumerate(self.hartree_fock):
            if bit == "1":
                circuit.x(qubit)
        return circuit

    def __repr__(self) -> str:
        place = "" if self.distance is None else f" at {self.distance} {self.unit}"
        return (
            f"<Molecule: {self.name}{place}, {self.basis}, {self.n_electrons} electrons in {self.n_orbitals} orbitals, "
            f"{self.n_qubits} qubits ({self.encoding}{', tapered' * self.tapered}), {self.hamiltonian.n_terms} terms>"
        )


def load_molecule(
    name: str,
    distance: float | None = None,
    *,
    unit: str,
    basis: str = "sto-3g",
    n_orbitals: int | None = None,
    encoding: str = "jordan_wigner",
    tapered: bool = False,
) -> Molecule:
    """Return a molecular Hamiltonian that travels with the package.

    Parameters
    ----------
    name : str
        "H2", "LiH", "BeH2", "H2O", "NH3", or one far from equilibrium: "H4" and "H6" (chains), "H4 square", "N2".
    distance : float, optional
        Bond length in `unit`, one of those there are; None for a molecule with one geometry (H2O).
    unit : str
        "angstrom" or "bohr". There is no default, because published benchmarks got it wrong: `unit="bohr"` with the
        numbers of an Angstrom geometry of BeH2 or H2O gives the squeezed molecule of those papers, with a `note`.
    basis : str
        "sto-3g", or "6-31g" for H2 at 0.7462 Angstrom and H2O in Bohr.
    n_orbitals : int, optional
        Of the active space, where there are several, by default the fewest: LiH at 2.2 Angstrom has 3 or 6, N2 4 or 6.
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    tapered : bool
        Take out one qubit for each product of Z that commutes with the Hamiltonian, in the sector of the Hartree-Fock
        state: the parities of the two spins, and those of the geometry.

    Returns
    -------
    Molecule

    Raises
    ------
    ValueError
        If there is no such molecule; the message lists what there is.

    Notes
    -----
    The files hold integrals, twelve digits of each, made by `make_molecule`; encoding them takes up to 0.1 s.

    Examples
    --------
    >>> import qlearn as ql
    >>> molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
    >>> molecule
    <Molecule: LiH at 2.2 angstrom, sto-3g, 2 electrons in 3 orbitals, 6 qubits (jordan_wigner), 118 terms>
    >>> molecule.hartree_fock, round(molecule.hartree_fock_energy, 6), round(molecule.exact_energy, 6)
    ('100100', -7.807994, -7.844879)
    >>> ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom", encoding="parity", tapered=True).n_qubits
    4
    """
    _check_unit(unit)
    records = _records()
    named = [record for record in records if record["name"] == name]
    if not named:
        raise ValueError(f"`name` must be one of {', '.join(sorted({r['name'] for r in records}))}, got {name!r}.")
    wanted = None if distance is None else float(check_array("distance", distance, shape=())) * _ANGSTROM[unit]
    fitting = [record for record in named if record["basis"] == basis and _same_geometry(record, wanted, unit)]
    if n_orbitals is not None:
        fitting = [record for record in fitting if record["n_orbitals"] == n_orbitals]
    if fitting:
        return _molecule(min(fitting, key=lambda record: record["n_orbitals"]), encoding, tapered)
    asked = _described({"distance": distance, "unit": unit, "basis": basis, "n_orbitals": n_orbitals})
    raise ValueError(f"There is no {name} with {asked}; there is {', '.join(map(_described, named))}.")


def load_molecules(*, encoding: str = "jordan_wigner", tapered: bool = False) -> tuple[Molecule, ...]:
    """Return every molecular Hamiltonian that travels with the package.

    Parameters
    ----------
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    tapered : bool
        As of `load_molecule`.

    Returns
    -------
    tuple of Molecule

    Examples
    --------
    >>> import qlearn as ql
    >>> sorted({molecule.name for molecule in ql.datasets.load_molecules()})
    ['BeH2', 'H2', 'H2O', 'H4', 'H4 square', 'H6', 'LiH', 'N2', 'NH3']
    """
    return tuple(_molecule(record, encoding, tapered) for record in _records())


def make_molecule(
    atoms: Atoms,
    *,
    unit: str,
    basis: str = "sto-3g",
    charge: int = 0,
    active: tuple[int, int] | None = None,
    orbitals: Sequence[int] | None = None,
    encoding: str = "jordan_wigner",
    tapered: bool = False,
    spin_order: str = "blocked",
    name: str | None = None,
) -> Molecule:
    """Return the Hamiltonian of a closed-shell molecule, its integrals computed with PySCF.

    Needs the extra `chem`. Orbitals are those of restricted Hartree-Fock, adapted to the symmetry of the geometry.

    Parameters
    ----------
    atoms : str or sequence of (str, (float, float, float))
        Such as "Li 0 0 0; H 0 0 1.6" or [("Li", (0, 0, 0)), ("H", (0, 0, 1.6))].
    unit : str
        Of the coordinates: "angstrom" or "bohr". There is no default, because published benchmarks got it wrong.
    basis : str
        A basis set that PySCF knows.
    charge : int
    active : (int, int), optional
        Electrons and spatial orbitals that are kept, the other electrons frozen; all by default.
    orbitals : sequence of int, optional
        Numbers of the active orbitals, from 1 in order of energy; by default the lowest above the frozen ones.
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    tapered : bool
        Take out one qubit for each product of Z that commutes with the Hamiltonian, in the sector of the Hartree-Fock
        state.
    spin_order : {"blocked", "interleaved"}
        Of the modes: all spins up, then all down; or up, down, up, ...
    name : str, optional
        The sum formula by default.

    Returns
    -------
    Molecule

    Raises
    ------
    ImportError
        Without PySCF.
    ValueError
        If the unit or a name is unknown, the number of electrons odd, or Hartree-Fock does not converge.

    Notes
    -----
    The exact energy is full configuration interaction in the active space: seconds up to ten orbitals.
    """
    _check_unit(unit)
    check_encoding(encoding, spin_order)
    geometry = _as_geometry(atoms)
    if active is not None:
        n_orbitals = check_count("n_orbitals of `active`", active[1], minimum=1)
        active = (check_count("n_electrons of `active`", active[0], minimum=0, maximum=2 * n_orbitals), n_orbitals)
        if orbitals is not None and len(orbitals) != n_orbitals:
            raise ValueError(f"`orbitals` must name {n_orbitals} orbitals, as `active` says, got {len(orbitals)}.")
    elif orbitals is not None:
        raise ValueError("`orbitals` needs `active`: how many electrons they hold.")
    record = {
        "name": _formula(geometry) if name is None else name,
        "distance": None,
        "unit": unit,
        "geometry": [" ".join(map(str, (symbol, *place))) for symbol, place in geometry],
        "basis": basis,
        "spin_order": spin_order,
        "note": "",
    }
    record |= compute_record(geometry, unit, basis, charge, active, None if orbitals is None else list(orbitals))
    return _molecule(record, encoding, tapered)


def _molecule(record: dict[str, Any], encoding: str, tapered: bool) -> Molecule:
    geometry = []
    for line in record["geometry"]:
        symbol, x, y, z = line.split()
        geometry.append((symbol, (float(x), float(y), float(z))))
    integrals = unpack(record["integrals"], record["n_orbitals"])
    hamiltonian = make_electronic_hamiltonian(*integrals, encoding=encoding, spin_order=record["spin_order"])
    bits = encode_occupation(occupied(record["n_electrons"], record["n_orbitals"], record["spin_order"]), encoding)
    if tapered:
        tapering = Tapering.find(hamiltonian, diagonal_only=True)
        hamiltonian = tapering.taper(hamiltonian, tapering.sector_of(bits))
        bits = tapering.taper_bits(bits)
    kept = {key: value for key, value in record.items() if key not in ("integrals", "geometry")}
    return Molecule(
        **kept, geometry=tuple(geometry), encoding=encoding, tapered=bool(tapered), hamiltonian=hamiltonian,
        hartree_fock="".join(map(str, bits)),
    )  # fmt: skip


def _records() -> list[dict[str, Any]]:
    paths = sorted(data_folder("molecules").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _check_unit(unit: str) -> None:
    if unit not in _ANGSTROM:
        raise ValueError(f'`unit` must be "angstrom" or "bohr", got {unit!r}.')


def _same_geometry(record: dict[str, Any], length: float | None, unit: str) -> bool:
    if record["distance"] is None or length is None:
        return record["distance"] is None and length is None and record["unit"] == unit
    return abs(record["distance"] * _ANGSTROM[record["unit"]] - length) < _SAME_LENGTH


def _described(record: dict[str, Any]) -> str:
    distance = "" if record["distance"] is None else f"{record['distance']} "
    orbitals = "" if record["n_orbitals"] is None else f", {record['n_orbitals']} orbitals"
    return f"{distance}{record['unit']} ({record['basis']}{orbitals})"


def _as_geometry(atoms: Atoms) -> list[tuple[str, tuple[float, float, float]]]:
    if isinstance(atoms, str):
        lines = [line.split() for line in atoms.replace("\n", ";").split(";") if line.strip()]
        if any(len(line) != 4 for line in lines):
            raise ValueError(f'`atoms` must look like "Li 0 0 0; H 0 0 1.6", got {atoms!r}.')
        atoms = [(symbol, place) for symbol, *place in lines]
    geometry = []
    for index, (symbol, place) in enumerate(atoms):
        x, y, z = check_array(f"coordinates of atom {index}", np.asarray(place, dtype=float), (3,)).tolist()
        geometry.append((str(symbol), (x, y, z)))
    if not geometry:
        raise ValueError("`atoms` must name at least one atom.")
    return geometry


def _formula(geometry: list[tuple[str, tuple[float, float, float]]]) -> str:
    symbols = [symbol for symbol, _ in geometry]
    return "".join(f"{s}{symbols.count(s) if symbols.count(s) > 1 else ''}" for s in dict.fromkeys(symbols))
