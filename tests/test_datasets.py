"""Molecules against published and recomputed energies; spin models against closed forms and enumeration."""

import itertools
import json
import re

import networkx as nx
import numpy as np
import pytest

import qlearn as ql
from qlearn import datasets
from tests import house
from tests.naive import matrices

# Recomputed with PySCF 2.14 apart from make.py, before it was written: exact and Hartree-Fock energy, number of qubits.
TABLE = [
    ("H2", 0.7414, "angstrom", "jordan_wigner", 4, -1.137270, -1.116684),
    ("H2", 0.7, "angstrom", "jordan_wigner", 4, -1.136189, -1.117349),
    ("LiH", 1.2, "angstrom", "parity", 4, -7.850698, -7.835616),
    ("LiH", 2.2, "angstrom", "parity", 4, -7.844879, -7.807994),
    ("LiH", 3.4, "angstrom", "parity", 4, -7.789089, -7.670060),
    ("LiH", 1.2, "angstrom", "jordan_wigner", 6, -7.850698, -7.835616),
    ("LiH", 2.2, "angstrom", "jordan_wigner", 6, -7.844879, -7.807994),
    ("LiH", 3.4, "angstrom", "jordan_wigner", 6, -7.789089, -7.670060),
    ("BeH2", 1.33, "angstrom", "jordan_wigner", 6, -15.563137, -15.560098),
    ("BeH2", 1.33, "bohr", "jordan_wigner", 6, -14.861589, -14.855668),
    ("H2O", None, "angstrom", "jordan_wigner", 8, -74.972336, -74.964530),
    ("H2O", None, "bohr", "jordan_wigner", 8, -73.294107, -73.291481),
]
PUBLISHED = [
    ("ostaszewski_mol_data/LiH_4q*1.2_parity.npz", ("LiH", 1.2, "angstrom", "parity")),
    ("ostaszewski_mol_data/LiH_4q*2.2_parity.npz", ("LiH", 2.2, "angstrom", "parity")),
    ("ostaszewski_mol_data/LiH_4q*3.4_parity.npz", ("LiH", 3.4, "angstrom", "parity")),
    ("ostaszewski_mol_data/LiH_6q*2.2_jordan_wigner.npz", ("LiH", 2.2, "angstrom", "jordan_wigner")),
    ("tensorrl_qas_mol_data/BEH2_6q*.npz", ("BeH2", 1.33, "bohr", "jordan_wigner")),
    ("tensorrl_qas_mol_data/H2O_8q*.npz", ("H2O", None, "bohr", "jordan_wigner")),
]


def load(name, distance, unit, mapping="jordan_wigner"):
    return datasets.load_molecule(name, distance, unit=unit, mapping=mapping)


def naive_energy(hamiltonian, bits=None):
    """Return the lowest eigenvalue, or the energy of a basis state, from Kronecker products of Pauli matrices."""
    dense = sum(
        coefficient * matrices.kron([matrices.pauli_matrix(letter) for letter in label])
        for label, coefficient in hamiltonian.items()
    )
    return np.linalg.eigvalsh(dense)[0] if bits is None else dense[int(bits, 2), int(bits, 2)].real


@pytest.mark.parametrize(("name", "distance", "unit", "mapping", "n_qubits", "exact", "hartree_fock"), TABLE)
def test_energies_of_molecules(name, distance, unit, mapping, n_qubits, exact, hartree_fock):
    molecule = load(name, distance, unit, mapping)
    assert molecule.n_qubits == len(molecule.hartree_fock) == n_qubits
    assert abs(naive_energy(molecule.hamiltonian) - exact) < 1e-6
    assert abs(naive_energy(molecule.hamiltonian, molecule.hartree_fock) - hartree_fock) < 1e-6
    # The files hold ten digits of each of up to 193 coefficients.
    assert abs(molecule.hamiltonian.ground_state().energies[0] - molecule.exact_energy) < 2e-8
    state = ql.sim.Statevector().run(molecule.hartree_fock_circuit())
    assert abs(state.expectation(molecule.hamiltonian) - molecule.hartree_fock_energy) < 2e-8
    assert bool(molecule.note) == (unit == "bohr")


def test_the_table_is_all_there_is():
    listed = {(m.name, m.distance, m.unit, m.mapping) for m in datasets.load_molecules()}
    assert listed == {row[:4] for row in TABLE}


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
    for molecule in datasets.load_molecules():
        diagonal = molecule.hamiltonian.to_dense().diagonal()
        rivals = [format(index, f"0{molecule.n_qubits}b") for index in range(len(diagonal))]
        if molecule.mapping == "jordan_wigner":
            assert spins(molecule, molecule.hartree_fock) == (molecule.n_electrons // 2,) * 2
            assert molecule.n_qubits == 2 * molecule.n_orbitals
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
        ({"name": "NH3", "unit": "bohr"}, "`name` must be one of BeH2, H2, H2O, LiH, got 'NH3'."),
        (
            {"name": "H2", "distance": 0.8, "unit": "angstrom"},
            "There is no H2 with 0.8 angstrom (jordan_wigner); there is 0.7414 angstrom (jordan_wigner), "
            "0.7 angstrom (jordan_wigner).",
        ),
        ({"name": "LiH", "unit": "angstrom"}, "There is no LiH with angstrom (jordan_wigner); there is 1.2 angstrom"),
        ({"name": "H2O", "distance": 1.0, "unit": "bohr"}, "There is no H2O with 1.0 bohr (jordan_wigner); there is "),
        ({"name": "H2", "distance": np.nan, "unit": "bohr"}, "`distance` must be finite"),
        ({"name": "H2", "distance": 0.7, "unit": "bohr", "mapping": "bk"}, "`mapping` must be one of jordan_wigner, "),
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
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "site" / "qlearn" / "datasets.py"))
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
    rows = re.findall(r"^\| `(\S+\.json)` \| (\d+) \| (\d+) \| `([01]+)` \|", (folder / "README.md").read_text(), re.M)
    assert {row[0] for row in rows} == {path.name for path in folder.glob("*.json")}
    for name, n_qubits, n_terms, bits in rows:
        record = json.loads((folder / name).read_text())
        assert (int(n_qubits), int(n_terms), bits) == (len(bits), len(record["hamiltonian"]), record["hartree_fock"])


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
