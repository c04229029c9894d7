"""Makes the molecular integrals of this folder with PySCF: one JSON file each.

    python datasets/molecules/make.py          # needs PySCF: pip install "qlearn[chem]"

Every record is checked before it is written: the lowest eigenvalue of its Hamiltonian against the full configuration
interaction (FCI) of PySCF in the same active space, and the energy of its Hartree-Fock bits against the mean field, in
each encoding. Up to 14 qubits the lowest eigenvalue is that of the whole matrix.
"""

import json
from pathlib import Path

import numpy as np

from qlearn.datasets.integrals import compute_record
from qlearn.datasets.molecules import _molecule

FOLDER = Path(__file__).parent
WATER = [("H", (-0.021, -0.002, 0.0)), ("O", (0.835, 0.452, 0.0)), ("H", (1.477, -0.273, 0.0))]
LEGACY = (
    "Legacy: these numbers are Angstrom read as Bohr, a slip that published circuit searches share. The molecule is "
    "squeezed and Hartree-Fock nearly exact; use it only to compare with those papers."
)

SQUARE = "The ground state has another symmetry than the Hartree-Fock state: `tapered=True` does not hold it."


def diatomic(first, second, distance):
    """Return two atoms on the z axis."""
    return [(first, (0.0, 0.0, 0.0)), (second, (0.0, 0.0, distance))]


def beryllium_hydride(distance):
    """Return the linear molecule with both bonds of the same length."""
    return [("H", (0.0, 0.0, -distance)), ("Be", (0.0, 0.0, 0.0)), ("H", (0.0, 0.0, distance))]


def hydride(centre, n_hydrogens, distance, angle):
    """Return a molecule whose equal bonds make equal angles (in degrees) with each other, all on one side."""
    sine = np.sin(np.radians(angle / 2)) / np.sin(np.pi / n_hydrogens)
    turns = 2 * np.pi * np.arange(n_hydrogens) / n_hydrogens
    places = distance * np.stack((sine * np.cos(turns), sine * np.sin(turns), 0 * turns - np.sqrt(1 - sine**2)), axis=1)
    return [(centre, (0.0, 0.0, 0.0)), *(("H", tuple((place.round(15) + 0.0).tolist())) for place in places)]


def recipes():
    """Yield one dict for each file.

    `orbitals` are the active ones counted from 1, None for the lowest after the frozen core. For LiH they leave out
    the two pi orbitals, which the default choice would take instead of the antibonding sigma orbital.
    """
    for distance in (0.7, 0.7414):
        yield {"name": "H2", "distance": distance, "atoms": diatomic("H", "H", distance)}
    for distance in (1.2, 2.2, 3.4):
        yield {"name": "LiH", "distance": distance, "atoms": diatomic("Li", "H", distance), "active": (2, 3),
               "orbitals": [2, 3, 6], "spin_order": "blocked"}  # fmt: skip
    for unit in ("angstrom", "bohr"):
        yield {"name": "BeH2", "distance": 1.33, "atoms": beryllium_hydride(1.33), "active": (4, 3), "unit": unit}
        yield {"name": "H2O", "atoms": WATER, "active": (4, 4), "unit": unit}
    # All electrons in all orbitals, as in the tables on measurement schemes.
    for name, distance, atoms, basis in (
        ("H2", 0.735, diatomic("H", "H", 0.735), "sto-3g"),
        ("H2", 0.7462, diatomic("H", "H", 0.7462), "6-31g"),
        ("LiH", 1.548, diatomic("Li", "H", 1.548), "sto-3g"),
        ("BeH2", 1.3038, beryllium_hydride(1.3038), "sto-3g"),
        ("H2O", 1.0285, hydride("O", 2, 1.0285, 96.8366), "sto-3g"),
        ("NH3", 1.0701, hydride("N", 3, 1.0701, 100.0), "sto-3g"),
    ):
        yield {"name": name, "distance": distance, "atoms": atoms, "basis": basis, "spin_order": "blocked"}

    # Orbitals of circuit searches beyond eight qubits, and molecules stretched until Hartree-Fock is far off.
    yield {"name": "H2O", "atoms": WATER, "active": (4, 5), "unit": "bohr", "basis": "6-31g"}
    yield {"name": "LiH", "distance": 3.4, "atoms": diatomic("Li", "H", 3.4), "unit": "bohr", "spin_order": "blocked"}
    square = [("H", (x, y, 0.0)) for x in (0.0, 1.5) for y in (0.0, 1.5)]
    yield {"name": "H4 square", "distance": 1.5, "atoms": square, "spin_order": "blocked", "note": SQUARE}
    for name, distance, atoms, active in (
        ("LiH", 2.2, diatomic("Li", "H", 2.2), None),
        ("H4", 2.0, chain("H", 4, 2.0), None),
        ("H6", 1.5, chain("H", 6, 1.5), None),
        ("H2O", 2.0, hydride("O", 2, 2.0, 104.5), (4, 4)),
        ("N2", 1.8, diatomic("N", "N", 1.8), (4, 4)),
        ("N2", 1.8, diatomic("N", "N", 1.8), (6, 6)),
    ):
        yield {"name": name, "distance": distance, "atoms": atoms, "active": active, "spin_order": "blocked"}


def chain(symbol, n_atoms, distance):
    """Return equal atoms in a row on the z axis."""
    return [(symbol, (0.0, 0.0, distance * index)) for index in range(n_atoms)]


def make(recipe):
    """Return the record of one molecule, checked against FCI and the mean field."""
    recipe = {"unit": "angstrom", "basis": "sto-3g", "active": None, "orbitals": None, "distance": None} | recipe
    computed = compute_record(recipe["atoms"], recipe["unit"], recipe["basis"], 0, recipe["active"], recipe["orbitals"])
    record = {
        "name": recipe["name"],
        "distance": recipe["distance"],
        "unit": recipe["unit"],
        "geometry": [" ".join(map(str, (symbol, *place))) for symbol, place in recipe["atoms"]],
        "basis": recipe["basis"],
        "spin_order": recipe.get("spin_order", "interleaved"),
        "note": recipe.get("note", LEGACY if recipe["unit"] == "bohr" else ""),
        **computed,
    }
    for encoding in ("jordan_wigner", "parity", "bravyi_kitaev"):
        molecule = _molecule(record, encoding, record["note"] != SQUARE)
        bits = int("0" + molecule.hartree_fock, 2)
        vector = np.zeros(2**molecule.n_qubits)
        vector[bits] = 1
        mean_field = float(np.real(molecule.hamiltonian.apply(vector)[bits]))
        lowest = float(molecule.hamiltonian.ground_state().energies[0])
        if abs(lowest - record["exact_energy"]) > 1e-8 or abs(mean_field - record["hartree_fock_energy"]) > 1e-8:
            raise ValueError(f"{record['name']}, {encoding}: {lowest} and {mean_field}, PySCF has {record}.")
    return record


def file_name(record, taken):
    """Return such as "LiH_3.4_angstrom_sto-3g.json", with the number of orbitals where that name is taken."""
    parts = [record["name"].replace(" ", "-"), record["distance"], record["unit"], record["basis"]]
    name = "_".join(str(part) for part in parts if part is not None)
    return f"{name}_{record['n_orbitals']}-orbitals.json" if f"{name}.json" in taken else f"{name}.json"


def main():
    """Write every file and print its line of the table in README.md."""
    taken = set()
    for recipe in recipes():
        record = make(recipe)
        name = file_name(record, taken)
        taken.add(name)
        (FOLDER / name).write_text(json.dumps(record) + "\n", encoding="utf-8")
        molecule = _molecule(record, "jordan_wigner", False)
        tapered = _molecule(record, "jordan_wigner", True)
        print(
            f"| `{name}` | {molecule.n_qubits} | {tapered.n_qubits} | {molecule.hamiltonian.n_terms} "
            f"| `{molecule.hartree_fock}` | {record['exact_energy']:.6f} | {record['hartree_fock_energy']:.6f} "
            f"| {1000 * (record['hartree_fock_energy'] - record['exact_energy']):.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
