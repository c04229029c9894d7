"""Data sets and model Hamiltonians: `load_*` reads files that travel with the package, `make_*` computes."""

from .electrons import make_electronic_hamiltonian
from .fcidump import ElectronicProblem, load_fcidump
from .hubbard import make_fermi_hubbard
from .models import make_heisenberg_chain, make_ising_chain, make_lattice_model, make_maxcut
from .molecules import Molecule, load_molecule, load_molecules, make_molecule
from .recorded import load_measurements, load_memory_circuit
from .spin_square import make_spin_square

__all__ = [
    "ElectronicProblem",
    "Molecule",
    "load_fcidump",
    "load_measurements",
    "load_memory_circuit",
    "load_molecule",
    "load_molecules",
    "make_electronic_hamiltonian",
    "make_fermi_hubbard",
    "make_heisenberg_chain",
    "make_ising_chain",
    "make_lattice_model",
    "make_maxcut",
    "make_molecule",
    "make_spin_square",
]
