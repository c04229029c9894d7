"""Molecules against published and recomputed energies; spin models against closed forms and enumeration."""

import itertools
import json
import re

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn import datasets
from qlearn.datasets import folders
from tests import house
from tests.naive import matrices

# Recomputed with PySCF 2.14 apart from make.py, before it was written: exact and Hartree-Fock energy, number of qubits.
SMALL = [
    ("H2", 0.7414, "angstrom", "jordan_wigner", False, 4, -1.137270, -1.116684),
    ("H2", 0.7, "angstrom", "jordan_wigner", False, 4, -1.136189, -1.117349),
    ("LiH", 1.2, "angstrom", "parity", True, 4, -7.850698, -7.835616),
    ("LiH", 2.2, "angstrom", "parity", True, 4, -7.844879, -7.807994),
    ("LiH", 3.4, "angstrom", "parity", True, 4, -7.789089, -7.670060),
    ("LiH", 1.2, "angstrom", "jordan_wigner", False, 6, -7.850698, -7.835616),
    ("LiH", 2.2, "angstrom", "jordan_wigner", False, 6, -7.844879, -7.807994),
    ("LiH", 3.4, "angstrom", "jordan_wigner", False, 6, -7.789089, -7.670060),
    ("BeH2", 1.33, "angstrom", "jordan_wigner", False, 6, -15.563137, -15.560098),
    ("BeH2", 1.33, "bohr", "jordan_wigner", False, 6, -14.861589, -14.855668),
    ("H2O", None, "angstrom", "jordan_wigner", False, 8, -74.972336, -74.964530),
    ("H2O", None, "bohr", "jordan_wigner", False, 8, -73.294107, -73.291481),
]
# Exact electronic energies of arXiv:2103.07510 and the qubits and terms of its Hamiltonians, where orbitals agree.
ELECTRONIC = [
    ("H2", 0.7462, "6-31g", 8, 185, -1.860861),
    ("LiH", 1.548, "sto-3g", 12, 631, -8.908299),
    ("BeH2", 1.3038, "sto-3g", 14, 666, -19.045050),
    ("H2O", 1.0285, "sto-3g", 14, 1086, -83.599430),
    ("NH3", 1.0701, "sto-3g", 16, None, -66.881299),
]
# Larger spaces of the circuit searches, by an earlier PySCF script, and stretched molecules: exact and Hartree-Fock.
LARGER = [
    ("H2O", None, "bohr", "6-31g", 5, -74.568075, -74.563386),
    ("LiH", 3.4, "bohr", "sto-3g", 6, -7.874569, -7.850083),
    ("LiH", 2.2, "angstrom", "sto-3g", 6, -7.845684, -7.807994),
    ("H4", 2.0, "angstrom", "sto-3g", 4, -1.897781, -1.575616),
    ("H4 square", 1.5, "angstrom", "sto-3g", 4, -1.955125, -1.627301),
    ("H6", 1.5, "angstrom", "sto-3g", 6, -2.995565, -2.750150),
    ("H2O", 2.0, "angstrom", "sto-3g", 4, -74.757616, -74.401172),
    ("N2", 1.8, "angstrom", "sto-3g", 4, -107.376599, -107.017327),
    ("N2", 1.8, "angstrom", "sto-3g", 6, -107.459506, -107.017327),
]
PUBLISHED = [
    ("ostaszewski_mol_data/LiH_4q*1.2_parity.npz", ("LiH", 1.2, "angstrom", "parity", True)),
    ("ostaszewski_mol_data/LiH_4q*2.2_parity.npz", ("LiH", 2.2, "angstrom", "parity", True)),
    ("ostaszewski_mol_data/LiH_4q*3.4_parity.npz", ("LiH", 3.4, "angstrom", "parity", True)),
    ("ostaszewski_mol_data/LiH_6q*2.2_jordan_wigner.npz", ("LiH", 2.2, "angstrom", "jordan_wigner", False)),
    ("tensorrl_qas_mol_data/BEH2_6q*.npz", ("BeH2", 1.33, "bohr", "jordan_wigner", False)),
    ("tensorrl_qas_mol_data/H2O_8q*.npz", ("H2O", None, "bohr", "jordan_wigner", False)),
]


def load(name, distance, unit, encoding="jordan_wigner", tapered=False):
    return datasets.load_molecule(name, distance, unit=unit, encoding=encoding, tapered=tapered)


def small_molecules():
    """Return those whose dense matrices are cheap."""
    return [molecule for molecule in datasets.load_molecules() if molecule.n_qubits <= 8]


def naive_energy(hamiltonian, bits=None):
    """Return the lowest eigenvalue, or the energy of a basis state, from Kronecker products of Pauli matrices."""
    dense = sum(
        coefficient * matrices.kron([matrices.pauli_matrix(letter) for letter in label])
        for label, coefficient in hamiltonian.items()
    )
    return np.linalg.eigvalsh(dense)[0] if bits is None else dense[int(bits, 2), int(bits, 2)].real


@pytest.mark.parametrize(("name", "distance", "unit", "encoding", "tapered", "n_qubits", "exact", "mean"), SMALL)
def test_energies_of_molecules(name, distance, unit, encoding, tapered, n_qubits, exact, mean):
    molecule = load(name, distance, unit, encoding, tapered)
    assert molecule.n_qubits == len(molecule.hartree_fock) == n_qubits
    assert abs(naive_energy(molecule.hamiltonian) - exact) < 1e-6
    assert abs(naive_energy(molecule.hamiltonian, molecule.hartree_fock) - mean) < 1e-6
    # The files hold twelve digits of each integral.
    assert abs(molecule.hamiltonian.ground_state().energies[0] - molecule.exact_energy) < 1e-9
    state = ql.sim.Statevector().run(molecule.hartree_fock_circuit())
    assert abs(state.expectation(molecule.hamiltonian) - molecule.hartree_fock_energy) < 1e-9
    assert bool(molecule.note) == (unit == "bohr")


def test_the_tables_are_all_there_is():
    listed = {(m.name, m.distance, m.unit, m.basis) for m in datasets.load_molecules()}
    small = {(*row[:3], "sto-3g") for row in SMALL}
    others = {(*row[:2], "angstrom", row[2]) for row in ELECTRONIC} | {row[:4] for row in LARGER}
    assert listed == small | others | {("H2", 0.735, "angstrom", "sto-3g")}


@pytest.mark.parametrize(("name", "distance", "unit", "basis", "n_orbitals", "exact", "mean"), LARGER)
def test_molecules_far_from_equilibrium_and_larger_spaces(name, distance, unit, basis, n_orbitals, exact, mean):
    molecule = datasets.load_molecule(name, distance, unit=unit, basis=basis, n_orbitals=n_orbitals)
    assert (molecule.n_orbitals, molecule.n_qubits) == (n_orbitals, 2 * n_orbitals)
    assert abs(molecule.exact_energy - exact) < 1e-6
    assert abs(molecule.hartree_fock_energy - mean) < 1e-6
    assert abs(molecule.hamiltonian.ground_state().energies[0] - molecule.exact_energy) < 1e-8
    state = ql.sim.Statevector().run(molecule.hartree_fock_circuit())
    assert abs(state.expectation(molecule.hamiltonian) - molecule.hartree_fock_energy) < 1e-8


def test_of_several_active_spaces_the_smallest_is_the_default():
    assert datasets.load_molecule("N2", 1.8, unit="angstrom").n_orbitals == 4
    with pytest.raises(ValueError, match=r"no N2 with 1.8 angstrom \(sto-3g, 5 orbitals\); there is .*6 orbitals"):
        datasets.load_molecule("N2", 1.8, unit="angstrom", n_orbitals=5)


@pytest.mark.parametrize(("name", "distance", "basis", "n_qubits", "n_terms", "electronic"), ELECTRONIC)
def test_molecules_of_the_tables_on_schemes(name, distance, basis, n_qubits, n_terms, electronic):
    """Taken apart from the repulsion of the nuclei, which the geometry gives."""
    molecule = datasets.load_molecule(name, distance, unit="angstrom", basis=basis)
    charges = np.array([{"H": 1, "Li": 3, "Be": 4, "N": 7, "O": 8}[symbol] for symbol, _ in molecule.geometry])
    places = np.array([place for _, place in molecule.geometry]) / 0.529177210903
    repulsion = sum(
        charges[i] * charges[j] / np.linalg.norm(places[i] - places[j])
        for i, j in itertools.combinations(range(len(charges)), 2)
    )
    assert abs(molecule.exact_energy - repulsion - electronic) < (2e-6 if n_terms else 2e-4)
    assert molecule.n_qubits == n_qubits
    assert n_terms is None or molecule.hamiltonian.n_terms == n_terms
    tapered = datasets.load_molecule(name, distance, unit="angstrom", basis=basis, tapered=True)
    if tapered.n_qubits <= 10:
        assert abs(tapered.hamiltonian.ground_state().energies[0] - molecule.exact_energy) < 1e-8


@pytest.mark.parametrize("encoding", ["parity", "bravyi_kitaev"])
def test_encodings_turn_into_each_other(encoding):
    """By the bits they hold, written out: permuted rows and columns of the Jordan-Wigner matrix."""
    first, other = load("H2O", None, "angstrom"), load("H2O", None, "angstrom", encoding)
    n = first.n_qubits
    below = {
        "parity": [range(q + 1) for q in range(n)],
        # The tree of Fenwick on eight leaves.
        "bravyi_kitaev": [[0], [0, 1], [2], range(4), [4], [4, 5], [6], range(8)],
    }[encoding]
    images = []
    for bits in itertools.product((0, 1), repeat=n):
        image = "".join(str(sum(bits[m] for m in modes) % 2) for modes in below)
        images.append(int(image, 2))
        if "".join(map(str, bits)) == first.hartree_fock:
            assert image == other.hartree_fock
    np.testing.assert_allclose(
        other.hamiltonian.to_dense()[np.ix_(images, images)], first.hamiltonian.to_dense(), atol=1e-12
    )


@pytest.mark.parametrize("spin_order", ["blocked", "interleaved"])
def test_electronic_hamiltonian_is_that_of_ladder_operators(rng, spin_order):
    """Three orbitals with random integrals against dense creation and annihilation operators."""
    n = 3
    one, two = rng.normal(size=(n, n)), rng.normal(size=(n, n, n, n))
    one = one + one.T
    two = two + two.transpose(1, 0, 2, 3)
    two = two + two.transpose(0, 1, 3, 2)
    two = two + two.transpose(2, 3, 0, 1)
    lower, z = np.array([[0.0, 1.0], [0.0, 0.0]]), np.diag([1.0, -1.0])
    ladder = [matrices.kron([z] * m + [lower] + [np.eye(2)] * (2 * n - m - 1)).real for m in range(2 * n)]

    def mode(p, spin):
        return ladder[p + n * spin if spin_order == "blocked" else 2 * p + spin]

    dense = 0.7 * np.eye(4**n)
    for p, q, a in itertools.product(range(n), range(n), (0, 1)):
        dense += one[p, q] * mode(p, a).T @ mode(q, a)
        for r, s, b in itertools.product(range(n), range(n), (0, 1)):
            dense += 0.5 * two[p, q, r, s] * mode(p, a).T @ mode(r, b).T @ mode(s, b) @ mode(q, a)
    ours = datasets.make_electronic_hamiltonian(one, two, 0.7, spin_order=spin_order)
    np.testing.assert_allclose(ours.to_dense(), dense, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0, 2.0], [0.0, 1.0]], np.zeros((2, 2, 2, 2))), "`one_body` must be symmetric"),
        ((np.eye(2), np.arange(16.0).reshape(2, 2, 2, 2)), "chemists' notation"),
        ((np.eye(2), np.zeros((2, 2, 2))), "`two_body` must have shape (2, 2, 2, 2)"),
    ],
)
def test_wrong_integrals_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.make_electronic_hamiltonian(*arguments)


def test_made_molecules_are_those_of_the_files():
    pytest.importorskip("pyscf")
    made = datasets.make_molecule("H 0 0 0; H 0 0 0.735", unit="angstrom", encoding="parity", tapered=True)
    loaded = load("H2", 0.735, "angstrom", "parity", True)
    assert (made.name, made.n_qubits, made.hartree_fock) == ("H2", 1, loaded.hartree_fock)
    assert (made.hamiltonian - loaded.hamiltonian).simplify(1e-9).n_terms == 0
    cation = datasets.make_molecule([("He", (0, 0, 0)), ("H", (0, 0, 1.4632))], unit="bohr", charge=1)
    assert cation.exact_energy < cation.hartree_fock_energy < -2.8
    space = datasets.make_molecule("Li 0 0 0; H 0 0 2.2", unit="angstrom", active=(2, 3), orbitals=[2, 3, 6])
    assert abs(space.exact_energy - load("LiH", 2.2, "angstrom").exact_energy) < 1e-9
    with pytest.raises(ValueError, match="an even number of electrons, it has 3"):
        datasets.make_molecule("Li 0 0 0", unit="angstrom")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"atoms": "H 0 0 0", "unit": "pm"}, '`unit` must be "angstrom" or "bohr"'),
        ({"atoms": "H 0 0", "unit": "bohr"}, '`atoms` must look like "Li 0 0 0; H 0 0 1.6"'),
        ({"atoms": [], "unit": "bohr"}, "`atoms` must name at least one atom"),
        ({"atoms": [("H", (0, 0))], "unit": "bohr"}, "`coordinates of atom 0` must have shape (3,)"),
        ({"atoms": "H 0 0 0", "unit": "bohr", "encoding": "bk"}, "`encoding` must be one of jordan_wigner, parity"),
        ({"atoms": "H 0 0 0", "unit": "bohr", "orbitals": [1]}, "`orbitals` needs `active`"),
        ({"atoms": "H 0 0 0", "unit": "bohr", "active": (2, 2), "orbitals": [1]}, "must name 2 orbitals"),
        ({"atoms": "H 0 0 0", "unit": "bohr", "active": (9, 2)}, "`n_electrons of `active`` must"),
    ],
)
def test_molecules_that_cannot_be_made(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.make_molecule(**arguments)


@pytest.mark.parametrize(("pattern", "key"), PUBLISHED)
def test_spectra_are_those_of_published_files(data_dir, pattern, key):
    """The whole spectrum: signs of orbitals and the order of modes change the matrix, not its eigenvalues."""
    (path,) = (data_dir / "search").glob(pattern)
    with np.load(path, allow_pickle=False) as file:
        published = np.linalg.eigvalsh(file["hamiltonian"].astype(complex)) + float(file["energy_shift"])
    ours = np.linalg.eigvalsh(load(*key).hamiltonian.to_dense())
    # The files of LiH are single precision.
    assert np.abs(np.sort(published) - ours).max() < 1e-5
    assert abs(published.min() - ours[0]) < 5e-7


def up_modes(molecule):
    """Return the qubits of the spin-up modes of a Jordan-Wigner Hamiltonian."""
    n = molecule.n_qubits
    return range(n // 2) if molecule.spin_order == "blocked" else range(0, n, 2)


def spins(molecule, bits):
    """Return the numbers of electrons with spin up and down in a bit string."""
    ups = sum(bits[mode] == "1" for mode in up_modes(molecule))
    return ups, bits.count("1") - ups


def test_hartree_fock_is_the_lowest_determinant_of_its_spins():
    """Only of its spins: two parallel electrons lie lower in LiH at 3.4 Angstrom."""
    for molecule in small_molecules():
        diagonal = molecule.hamiltonian.to_dense().diagonal()
        rivals = [format(index, f"0{molecule.n_qubits}b") for index in range(len(diagonal))]
        assert spins(molecule, molecule.hartree_fock) == (molecule.n_electrons // 2,) * 2
        assert molecule.n_qubits == 2 * molecule.n_orbitals
        if molecule.hartree_fock_energy - molecule.exact_energy > 0.2:
            continue  # stretched until other determinants lie lower
        rivals = [bits for bits in rivals if spins(molecule, bits) == spins(molecule, molecule.hartree_fock)]
        assert min(rivals, key=lambda bits: diagonal[int(bits, 2)]) == molecule.hartree_fock


@pytest.mark.parametrize("key", [("LiH", 3.4, "angstrom"), ("H2O", None, "angstrom"), ("BeH2", 1.33, "bohr")])
def test_electrons_of_each_spin_are_conserved(key):
    """This is where the order of the modes shows: the wrong one does not commute."""
    molecule = load(*key)
    n = molecule.n_qubits
    ups = up_modes(molecule)
    for modes in (ups, sorted(set(range(n)) - set(ups))):
        number = sum(ql.PauliSum.single(f"Z{mode}", -0.5, n) for mode in modes)
        assert molecule.hamiltonian.commutator(number).simplify(1e-9).n_terms == 0


def test_distances_convert_between_units():
    assert load("H2", 1.401, "bohr").distance == 0.7414
    assert load("LiH", 2.2 / 0.529177210903, "bohr").unit == "angstrom"
    assert load("BeH2", 1.33, "bohr").exact_energy != load("BeH2", 1.33, "angstrom").exact_energy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "LiH", "distance": 2.2, "unit": "nm"}, '`unit` must be "angstrom" or "bohr", got \'nm\'.'),
        (
            {"name": "CH4", "unit": "bohr"},
            "`name` must be one of BeH2, H2, H2O, H4, H4 square, H6, LiH, N2, NH3, got 'CH4'.",
        ),
        (
            {"name": "H2", "distance": 0.8, "unit": "angstrom"},
            "There is no H2 with 0.8 angstrom (sto-3g); there is 0.735 angstrom (sto-3g, 2 orbitals), "
            "0.7414 angstrom (sto-3g, 2 orbitals), "
            "0.7462 angstrom (6-31g, 4 orbitals), 0.7 angstrom (sto-3g, 2 orbitals).",
        ),
        ({"name": "LiH", "unit": "angstrom"}, "There is no LiH with angstrom (sto-3g); there is 1.2 angstrom"),
        ({"name": "H2O", "distance": 1.0, "unit": "bohr"}, "There is no H2O with 1.0 bohr (sto-3g); there is "),
        ({"name": "H2", "distance": np.nan, "unit": "bohr"}, "`distance` must be finite"),
        ({"name": "H2", "distance": 0.7, "unit": "angstrom", "encoding": "bk"}, "`encoding` must be one of jordan_wi"),
    ],
)
def test_molecules_that_are_not_there(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.load_molecule(**arguments)


def test_unit_has_no_default():
    with pytest.raises(TypeError, match="unit"):
        datasets.load_molecule("LiH", 2.2)


def test_molecules_print_in_a_line_and_cannot_be_changed():
    molecule = load("H2O", None, "angstrom")
    expected = "<Molecule: H2O, sto-3g, 4 electrons in 4 orbitals, 8 qubits (jordan_wigner), 193 terms>"
    assert repr(molecule) == expected
    assert [symbol for symbol, _ in molecule.geometry] == ["H", "O", "H"]
    with pytest.raises(AttributeError):
        molecule.exact_energy = 0.0


def test_data_is_found_in_an_installed_package(tmp_path, monkeypatch):
    """In the wheel the folder lies inside the package, and wins over one beside it."""
    inside = tmp_path / "site" / "qlearn" / "_datasets" / "molecules"
    beside = tmp_path / "site" / "datasets" / "molecules"
    monkeypatch.setattr(folders, "__file__", str(tmp_path / "site" / "qlearn" / "datasets" / "folders.py"))
    with pytest.raises(FileNotFoundError, match="'molecules' is neither in"):
        datasets.load_molecules()
    beside.mkdir(parents=True)
    assert datasets.load_molecules() == ()
    inside.mkdir(parents=True)
    record = next((house.ROOT.parent / "datasets" / "molecules").glob("H2_*.json"))
    (inside / record.name).write_text(record.read_text())
    assert len(datasets.load_molecules()) == 1


def test_the_readme_lists_every_file():
    folder = house.ROOT.parent / "datasets" / "molecules"
    pattern = r"^\| `(\S+\.json)` \| (\d+) \| (\d+) \| (\d+) \| `([01]+)` \|"
    rows = re.findall(pattern, (folder / "README.md").read_text(), re.M)
    assert {row[0] for row in rows} == {path.name for path in folder.glob("*.json")}
    for name, *numbers, bits in rows:
        record = json.loads((folder / name).read_text())
        found = [
            datasets.load_molecule(
                record["name"],
                record["distance"],
                unit=record["unit"],
                basis=record["basis"],
                n_orbitals=record["n_orbitals"],
                tapered=tapered,
            )
            for tapered in (False, True)
        ]
        counts = [found[0].n_qubits, found[1].n_qubits, found[0].hamiltonian.n_terms]
        assert (list(map(int, numbers)), bits) == (counts, found[0].hartree_fock)


@pytest.mark.parametrize(("n_qubits", "field"), [(1, 0.7), (4, 0.3), (7, 1.0), (9, 2.5)])
def test_ising_chain_is_free_fermions(n_qubits, field):
    """Open chain: minus the sum of the singular values of a bidiagonal matrix (Lieb, Schultz, Mattis 1961)."""
    modes = field * np.eye(n_qubits) + 1.3 * np.eye(n_qubits, k=1)
    energy = datasets.make_ising_chain(n_qubits, coupling=1.3, field=field).ground_state().energies[0]
    assert abs(energy + np.linalg.svd(modes, compute_uv=False).sum()) < 1e-9


def test_ising_ring():
    momenta = np.pi * (2 * np.arange(6) + 1) / 6
    exact = -np.sqrt(1 + 0.8**2 - 2 * 0.8 * np.cos(momenta)).sum()
    energy = datasets.make_ising_chain(6, field=0.8, periodic=True).ground_state().energies[0]
    assert abs(energy - exact) < 1e-9


def test_heisenberg_chain():
    # A pair: the singlet at -3. A ring of four: -8 (Bethe), -2 in units of spins 1/2.
    assert abs(datasets.make_heisenberg_chain(2).ground_state().energies[0] + 3) < 1e-12
    assert abs(datasets.make_heisenberg_chain(4, periodic=True).ground_state().energies[0] + 8) < 1e-12
    # The problem of the circuit searches: five qubits in a field.
    assert abs(datasets.make_heisenberg_chain(5, field=1.0).ground_state().energies[0] + 8.711545) < 1e-6
    xyz = datasets.make_heisenberg_chain(2, (1.0, 2.0, 0.0), field=-0.5)
    assert xyz == ql.PauliSum("X0 X1 + 2 * Y0 Y1 - 0.5 * Z0 - 0.5 * Z1")


def test_lattice_model_follows_edges_and_weights():
    graph = nx.Graph()
    graph.add_edge(2, 0, strength=2.0)
    graph.add_edge(1, 2, strength=-1.0)
    model = datasets.make_lattice_model(graph, {"XY": 0.5, "ZZ": 0.0}, {"Z": 3.0}, weight="strength")
    assert model == ql.PauliSum("1.0 * X0 Y2 - 0.5 * X1 Y2 + 3 * Z0 + 3 * Z1 + 3 * Z2")
    named = nx.relabel_nodes(graph, {0: "a", 1: "b", 2: "c"})
    assert list(named) == ["c", "a", "b"]
    assert datasets.make_lattice_model(named, {"ZZ": 1.0}) == ql.PauliSum("Z0 Z1 + Z0 Z2")
    assert datasets.make_lattice_model(nx.empty_graph(3), {"ZZ": 1.0}).n_terms == 0


def test_maxcut_counts_cut_edges():
    graph = nx.gnp_random_graph(6, 0.6, seed=3)
    rng = np.random.default_rng(5)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.integers(1, 9)) / 2
    diagonal = datasets.make_maxcut(graph, weight="weight").to_dense().diagonal()
    for index, bits in enumerate(itertools.product((0, 1), repeat=6)):
        cut = sum(data["weight"] for a, b, data in graph.edges(data=True) if bits[a] != bits[b])
        assert abs(diagonal[index] + cut) < 1e-12


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: datasets.make_ising_chain(2, periodic=True), ValueError, "`n_qubits` must be"),
        (lambda: datasets.make_ising_chain(2, field=np.inf), ValueError, "`field` must be finite"),
        (lambda: datasets.make_heisenberg_chain(3, (1.0, 2.0)), ValueError, "a number or three, (Jx, Jy, Jz), got sha"),
        (lambda: datasets.make_lattice_model([(0, 1)], {"ZZ": 1.0}), TypeError, "must be a networkx.Graph, got list"),
        (lambda: datasets.make_maxcut(nx.DiGraph([(0, 1)])), ValueError, "`graph` must be undirected"),
        (lambda: datasets.make_maxcut(nx.Graph()), ValueError, "and have a node"),
        (lambda: datasets.make_maxcut(nx.Graph([(0, 0)])), ValueError, "`graph` has a loop at node 0"),
        (
            lambda: datasets.make_maxcut(nx.Graph([(0, 1)]), weight="w"),
            ValueError,
            "The edge 0, 1 has no attribute 'w'",
        ),
        (lambda: datasets.make_lattice_model(nx.Graph([(0, 1)]), {"ZI": 1}), ValueError, "Keys of `pairs` must be 2"),
        (lambda: datasets.make_lattice_model(nx.Graph([(0, 1)]), "ZZ"), TypeError, "`pairs` must map Pauli letters"),
        (
            lambda: datasets.make_lattice_model(nx.Graph([(0, 1)]), {}, {"XX": 1}),
            ValueError,
            "Keys of `sites` must be 1",
        ),
    ],
)
def test_spin_models_refuse(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_the_shots_of_water_are_those_of_its_ground_state():
    """Six standard errors in one of 192 terms happen by chance once in a million."""
    data = ql.datasets.load_measurements("H2O")
    molecule = ql.datasets.load_molecule("H2O", unit="angstrom")
    energy = ql.shadows.estimate(data, molecule.hamiltonian)
    assert (data.n_qubits, data.n_shots) == (8, 4000)
    assert abs(energy.value - molecule.exact_energy) < 4 * energy.std_error
    assert energy.std_error < 0.01
    terms = ql.shadows.estimate_terms(data, molecule.hamiltonian)
    ground = molecule.hamiltonian.ground_state().vectors[0]
    exact = np.array([string.expectation(ground) for string in map(ql.PauliSum, terms.strings.labels())]).ravel()
    deviation = (terms.estimate.value - exact) / np.sqrt(np.maximum(1 - exact**2, 1e-2) / terms.n_matches)
    assert np.max(np.abs(deviation)) < 6


def test_memory_circuits_are_what_their_script_makes():
    for distance in (3, 5):
        noise = ql.codes.CircuitNoise.uniform(0.005)
        made = ql.codes.surface_memory(distance, distance, noise=noise)
        assert ql.datasets.load_memory_circuit(distance) == made
        assert len(made.shortest_graphlike_error()) == distance


def test_unknown_recordings_are_named():
    with pytest.raises(ValueError, match="must be one of H2O, got 'D2O'"):
        ql.datasets.load_measurements("D2O")
    with pytest.raises(ValueError, match="must be one of 3, 5, got 4"):
        ql.datasets.load_memory_circuit(4)
