"""FCIDUMP files: the Hamiltonian of the molecules we know, and what is damaged."""

import json

import numpy as np
import pytest

import qlearn as ql
from qlearn.datasets.folders import data_folder
from qlearn.datasets.integrals import unpack


def dump(one, two, constant, n_electrons, header="&FCI NORB={n},NELEC={e},MS2=0,\n  ORBSYM={s}\n  ISYM=1,\n&END\n"):
    """Return the text of a file with the lower triangles, the constant last."""
    n = len(one)
    lines = [header.format(n=n, e=n_electrons, s="1," * n)]
    pairs = [(p, q) for p in range(n) for q in range(p + 1)]
    for i, (p, q) in enumerate(pairs):
        lines += [f" {two[p, q, r, s]:.16E} {p + 1} {q + 1} {r + 1} {s + 1}\n" for r, s in pairs[: i + 1]]
    lines += [f" {one[p, q]:.16E} {p + 1} {q + 1} 0 0\n" for p, q in pairs]
    return "".join([*lines, " -0.5 1 0 0 0\n", f" {constant:.16E} 0 0 0 0\n"])


@pytest.fixture
def lithium_hydride():
    """The integrals of LiH at 2.2 Angstrom, as the package keeps them."""
    record = json.loads((data_folder("molecules") / "LiH_2.2_angstrom_sto-3g.json").read_text())
    return (*unpack(record["integrals"], record["n_orbitals"]), record["n_electrons"])


@pytest.mark.parametrize("encoding", ["jordan_wigner", "parity", "bravyi_kitaev"])
def test_a_known_molecule_comes_back(lithium_hydride, encoding, tmp_path):
    path = tmp_path / "FCIDUMP"
    path.write_text(dump(*lithium_hydride).replace("E+", "D+"))
    found = ql.datasets.load_fcidump(path, encoding=encoding)
    molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom", encoding=encoding)
    assert found.hamiltonian.is_close(molecule.hamiltonian)
    assert found.reference == molecule.hartree_fock
    assert (found.n_electrons, found.n_orbitals, found.n_unpaired) == (2, 3, 0)


def test_an_open_shell_has_its_reference(tmp_path):
    path = tmp_path / "FCIDUMP"
    path.write_text(" &FCI NORB=2, NELEC=3, MS2=1,\n /\n 0.0 0 0 0 0\n")
    assert ql.datasets.load_fcidump(path, spin_order="interleaved").reference == "1110"
    assert ql.datasets.load_fcidump(path).reference == "1110"
    path.write_text(" &FCI NORB=2, NELEC=2, MS2=2 /\n 0.0 0 0 0 0\n")
    assert ql.datasets.load_fcidump(path, spin_order="interleaved").reference == "1010"
    assert ql.datasets.load_fcidump(path).reference == "1100"


HEAD = "&FCI NORB=2,NELEC=2,MS2=0,\n&END\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with &FCI"),
        ("&FCI NORB=2,NELEC=2,\n 0.5 1 1 0 0\n", "its header has no end"),
        ("&FCI NELEC=2,\n&END\n", "NORB=None, a count is needed"),
        ("&FCI NORB=-2,NELEC=2,\n&END\n", "NORB=-2, a count is needed"),
        ("&FCI NORB=1000,NELEC=2,\n&END\n", "it has 1000 orbitals; 1 to 30 can be read"),
        ("&FCI NORB=2,NELEC=5,MS2=1\n&END\n", "5 electrons with MS2=1 do not fit 2 orbitals"),
        ("&FCI NORB=2,NELEC=3,MS2=0\n&END\n", "3 electrons with MS2=0 do not fit"),
        ("&FCI NORB=2,NELEC=2,MS2=0,IUHF=1,\n&END\n", "differ by spin"),
        ("&FCI NORB=2,NELEC=2,UHF=.TRUE.,\n&END\n", "differ by spin"),
        (HEAD + " 0.5 1 1 1\n", "line 3 is '0.5 1 1 1'; a number and four indices of 0 to 2"),
        (HEAD + " 0.5 1 1 1 3\n", "line 3"),
        (HEAD + " nan 1 1 1 1\n", "line 3"),
        (HEAD + " 0.5 1 0 1 1\n", "line 3 has the indices 1 0 1 1, which name no integral"),
        (HEAD + " 0.5 1 2 0 0\n 0.6 2 1 0 0\n", "line 4 gives 0.6 to an integral that was 0.5"),
        (HEAD + " 0.5 1 2 0 0\n", "the constant .* is missing: the file breaks off"),
    ],
)
def test_damage_is_named(text, message, tmp_path):
    path = tmp_path / "FCIDUMP"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        ql.datasets.load_fcidump(path)


def test_every_cut_is_found(lithium_hydride, tmp_path, rng):
    text, path = dump(*lithium_hydride), tmp_path / "FCIDUMP"
    for stop in rng.integers(0, len(text) - 10, 60):
        path.write_text(text[:stop])
        with pytest.raises(ValueError, match="no FCIDUMP"):
            ql.datasets.load_fcidump(path)


def test_files_of_pyscf_are_read(tmp_path):
    gto = pytest.importorskip("pyscf.gto")
    from pyscf import fci, scf
    from pyscf.tools import fcidump

    molecule = gto.M(atom="O 0 0 0; H 0 0 1.0; H 0 0.95 -0.3", basis="sto-3g", symmetry=True, verbose=0)
    field = scf.RHF(molecule).run()
    path = tmp_path / "FCIDUMP"
    fcidump.from_scf(field, str(path))
    found = ql.datasets.load_fcidump(path)
    assert abs(found.hamiltonian.ground_state().energies[0] - fci.FCI(field).kernel()[0]) < 1e-8
    circuit = ql.Circuit(14)
    for qubit, bit in enumerate(found.reference):
        if bit == "1":
            circuit.x(qubit)
    assert abs(ql.sim.Statevector().expectation(circuit, found.hamiltonian) - field.e_tot) < 1e-8
    assert np.isreal(found.hamiltonian.coefficients).all()
