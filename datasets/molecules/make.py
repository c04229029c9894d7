"""Makes the molecular Hamiltonians of this folder with PySCF: one JSON file each.

    python datasets/molecules/make.py          # needs PySCF: pip install "qlearn[chem]"

Integrals come from PySCF; the fermion-to-qubit mappings are written out below. Every Hamiltonian is checked before it
is written: its lowest eigenvalue against the full configuration interaction (FCI) of PySCF in the same active space,
and the energy of its Hartree-Fock bit string against the mean field.
"""

import json
from pathlib import Path

import numpy as np
from pyscf import ao2mo, fci, gto, mcscf, scf

import qlearn as ql

FOLDER = Path(__file__).parent
DIGITS = 10  # of coefficients and energies, in Hartree: what a rerun reproduces
WATER = [("H", (-0.021, -0.002, 0.0)), ("O", (0.835, 0.452, 0.0)), ("H", (1.477, -0.273, 0.0))]
LEGACY = (
    "Legacy: these numbers are Angstrom read as Bohr, a slip that published circuit searches share. The molecule is "
    "squeezed and Hartree-Fock nearly exact; use it only to compare with those papers."
)


def diatomic(first, second, distance):
    """Return two atoms on the z axis."""
    return [(first, (0.0, 0.0, 0.0)), (second, (0.0, 0.0, distance))]


def beryllium_hydride(distance):
    """Return the linear molecule with both bonds of the same length."""
    return [("H", (0.0, 0.0, -distance)), ("Be", (0.0, 0.0, 0.0)), ("H", (0.0, 0.0, distance))]


def recipes():
    """Yield one dict for each file.

    `orbitals` are the active ones counted from 1, None for the lowest after the frozen core. For LiH they leave out
    the two pi orbitals, which the default choice would take instead of the antibonding sigma orbital.
    """
    for distance in (0.7, 0.7414):
        atoms = diatomic("H", "H", distance)
        yield {"name": "H2", "distance": distance, "atoms": atoms, "active": (2, 2), "spin_order": "interleaved"}
    for distance in (1.2, 2.2, 3.4):
        for mapping in ("jordan_wigner", "parity"):
            atoms = diatomic("Li", "H", distance)
            yield {"name": "LiH", "distance": distance, "atoms": atoms, "active": (2, 3), "orbitals": [2, 3, 6],
                   "spin_order": "blocked", "mapping": mapping}  # fmt: skip
    for unit in ("angstrom", "bohr"):
        yield {"name": "BeH2", "distance": 1.33, "atoms": beryllium_hydride(1.33), "active": (4, 3),
               "spin_order": "interleaved", "unit": unit}  # fmt: skip
        yield {"name": "H2O", "distance": None, "atoms": WATER, "active": (4, 4), "spin_order": "interleaved",
               "unit": unit}  # fmt: skip


def active_space(atoms, unit, active, orbitals):
    """Return the integrals of the active space, its constant energy, and the Hartree-Fock and FCI energies.

    Returns
    -------
    one_body : ndarray (n, n)
        Core Hamiltonian of spatial orbitals, the mean field of the frozen electrons included.
    two_body : ndarray (n, n, n, n)
        (pq|rs) in chemists' notation.
    constant, hartree_fock, exact : float
        In Hartree, nuclear repulsion and frozen electrons included.
    """
    molecule = gto.M(atom=atoms, unit=unit, basis="sto-3g", verbose=0)
    mean_field = scf.RHF(molecule)
    mean_field.conv_tol, mean_field.conv_tol_grad = 1e-13, 1e-9
    hartree_fock = mean_field.kernel()
    # The sign of an orbital is arbitrary: the largest coefficient is made positive, so that a rerun gives equal files.
    coefficients = mean_field.mo_coeff
    largest = coefficients[np.abs(coefficients).round(6).argmax(axis=0), np.arange(coefficients.shape[1])]
    mean_field.mo_coeff = coefficients * np.sign(largest)
    n_electrons, n_orbitals = active
    cas = mcscf.CASCI(mean_field, n_orbitals, n_electrons)
    if orbitals is not None:
        cas.mo_coeff = cas.sort_mo(orbitals)
    one_body, constant = cas.get_h1eff()
    two_body = ao2mo.restore(1, cas.get_h2eff(), n_orbitals)
    exact, _ = fci.direct_spin1.kernel(one_body, two_body, n_orbitals, n_electrons, ecore=constant, conv_tol=1e-13)
    return one_body, two_body, constant, hartree_fock, exact


def annihilator(mode, n_modes):
    """Return the Jordan-Wigner image of a_mode: Z on all modes before it, times (X + iY) / 2."""
    strings = "Z" * mode
    rest = "I" * (n_modes - mode - 1)
    return ql.PauliSum({f"{strings}X{rest}": 0.5, f"{strings}Y{rest}": 0.5j})


def jordan_wigner(one_body, two_body, constant, spin_order):
    """Return sum h_pq a+_p a_q + 1/2 sum (pq|rs) a+_p a+_r a_s a_q + constant, spins summed, as a PauliSum."""
    n_orbitals = len(one_body)
    n_modes = 2 * n_orbitals

    def mode(orbital, spin):
        return orbital + spin * n_orbitals if spin_order == "blocked" else 2 * orbital + spin

    lower = [annihilator(index, n_modes) for index in range(n_modes)]
    # E_pq = sum over spins of a+_p a_q turns the two-body part into 1/2 sum (pq|rs) (E_pq E_rs - delta_qr E_ps).
    excitation = {
        (p, q): sum(lower[mode(p, spin)].adjoint() @ lower[mode(q, spin)] for spin in (0, 1))
        for p in range(n_orbitals)
        for q in range(n_orbitals)
    }
    total = ql.PauliSum(float(constant), n_modes)
    corrected = one_body - 0.5 * np.einsum("prrs->ps", two_body)
    for (p, q), operator in excitation.items():
        pair = corrected[p, q] * ql.PauliSum.identity(n_modes)
        for (r, s), other in excitation.items():
            pair = pair + 0.5 * two_body[p, q, r, s] * other
        total = total + operator @ pair
    return total.simplify(1e-10)


def two_qubit_reduction(hamiltonian, occupation):
    """Return the parity mapping of a blocked Jordan-Wigner Hamiltonian without its two conserved qubits.

    Qubit j of the parity mapping holds the number of electrons in modes 0 to j, modulo two: a chain of CNOTs. The last
    qubit of each spin block then holds the parity of conserved numbers; Z on it becomes the sign that `occupation`
    (the Hartree-Fock bits) gives it.
    """
    n_qubits = hamiltonian.n_qubits
    parity = hamiltonian.conjugate_by([("cx", (qubit, qubit + 1)) for qubit in range(n_qubits - 1)])
    bits = np.cumsum(occupation) % 2
    conserved = [n_qubits // 2 - 1, n_qubits - 1]
    kept = [qubit for qubit in range(n_qubits) if qubit not in conserved]
    if parity.x[:, conserved].any():
        raise ValueError("The Hamiltonian does not conserve the number of electrons of each spin.")
    signs = np.prod(np.where(parity.z[:, conserved], 1 - 2 * bits[conserved], 1), axis=1)
    reduced = ql.PauliSum.from_arrays(parity.x[:, kept], parity.z[:, kept], parity.coefficients * signs)
    return reduced.simplify(1e-10), bits[kept]


def occupied(n_electrons, n_orbitals, spin_order):
    """Return the Hartree-Fock bits of the Jordan-Wigner mapping."""
    if spin_order == "interleaved":
        return np.array([1] * n_electrons + [0] * (2 * n_orbitals - n_electrons))
    block = [1] * (n_electrons // 2) + [0] * (n_orbitals - n_electrons // 2)
    return np.array(block + block)


def make(recipe):
    """Return the record of one molecule, checked against FCI and the mean field."""
    recipe = {"unit": "angstrom", "mapping": "jordan_wigner", "orbitals": None} | recipe
    n_electrons, n_orbitals = recipe["active"]
    *integrals, hartree_fock, exact = active_space(
        recipe["atoms"], recipe["unit"], recipe["active"], recipe["orbitals"]
    )
    hamiltonian = jordan_wigner(*integrals, recipe["spin_order"])
    bits = occupied(n_electrons, n_orbitals, recipe["spin_order"])
    if recipe["mapping"] == "parity":
        hamiltonian, bits = two_qubit_reduction(hamiltonian, bits)
    diagonal = hamiltonian.to_dense()[(index := int("".join(map(str, bits)), 2)), index]
    lowest = hamiltonian.ground_state().energies[0]
    if abs(lowest - exact) > 1e-9 or abs(diagonal - hartree_fock) > 1e-9:
        raise ValueError(f"{recipe['name']}: {lowest} and {diagonal}, PySCF has {exact} and {hartree_fock}.")
    order = np.argsort(hamiltonian.labels(), kind="stable")
    terms = list(hamiltonian.items())
    return {
        "name": recipe["name"],
        "distance": recipe["distance"],
        "unit": recipe["unit"],
        "geometry": [" ".join(map(str, (symbol, *place))) for symbol, place in recipe["atoms"]],
        "basis": "sto-3g",
        "n_electrons": n_electrons,
        "n_orbitals": n_orbitals,
        "mapping": recipe["mapping"],
        "spin_order": recipe["spin_order"],
        "hartree_fock": "".join(map(str, bits)),
        "hartree_fock_energy": round(float(hartree_fock), DIGITS),
        "exact_energy": round(float(exact), DIGITS),
        "note": LEGACY if recipe["unit"] == "bohr" else "",
        "hamiltonian": {terms[i][0]: round(float(np.real(terms[i][1])), DIGITS) for i in order},
    }


def file_name(record):
    """Return such as "LiH_3.4_angstrom_jordan_wigner.json"."""
    parts = [record["name"], record["distance"], record["unit"], record["mapping"]]
    return "_".join(str(part) for part in parts if part is not None) + ".json"


def main():
    """Write every file and print its line of the table in README.md."""
    for recipe in recipes():
        record = make(recipe)
        (FOLDER / file_name(record)).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(
            f"| `{file_name(record)}` | {len(record['hartree_fock'])} | {len(record['hamiltonian'])} "
            f"| `{record['hartree_fock']}` | {record['exact_energy']:.6f} | {record['hartree_fock_energy']:.6f} "
            f"| {1000 * (record['hartree_fock_energy'] - record['exact_energy']):.3f} |"
        )


if __name__ == "__main__":
    main()
