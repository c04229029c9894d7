"""Job three: a front of circuits found for a Hamiltonian on a budget, and one of them exported."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...report import Report
from .chapter import Chapter, text_table

if TYPE_CHECKING:
    from ...datasets import Molecule
    from ...search import Candidate, SearchResult

_N_EVALUATIONS = 1_500_000
_MOST_GATES = 8
_CHEMICAL_ACCURACY = 1.6  # mHa: 1 kcal/mol


@dataclass(frozen=True)
class Finding:
    """The front that a search found, and its smallest circuit of chemical accuracy, if there is one."""

    molecule: "Molecule"
    result: "SearchResult"

    def error(self, candidate: "Candidate") -> float:
        """Return the energy above the exact one in mHa, which the search never saw."""
        return 1000 * (candidate.cost - self.molecule.exact_energy)

    @property
    def chosen(self) -> "Candidate":
        """The smallest circuit within chemical accuracy, or else the best."""
        accurate = [c for c in self.result.front if self.error(c) < _CHEMICAL_ACCURACY]
        return min(accurate, key=lambda c: c.two_qubit_gates, default=self.result.best)


def take(seed: np.random.SeedSequence, width: int) -> Chapter:
    """Return the chapter on searching."""
    found = search(seed)
    faults = []
    if found.error(found.chosen) > _CHEMICAL_ACCURACY or found.chosen.two_qubit_gates > _MOST_GATES:
        faults.append(f"the search found no accurate circuit for LiH of at most {_MOST_GATES} two-qubit gates")
    title = f"Search: circuits for {found.molecule.name} from RY and CX"
    return Chapter(title, _data(found), _text(found, width), lambda report: _write(found, report), faults)


def search(seed: np.random.SeedSequence) -> Finding:
    """Return the front of circuits for LiH that a fixed number of evaluations finds."""
    from ...datasets import load_molecule
    from ...search import Budget, EnergyProblem, StructureSearch, run

    molecule = load_molecule("LiH", distance=2.2, unit="angstrom")
    problem = EnergyProblem(molecule.hamiltonian, gates=("ry", "cx"), reference=molecule.hartree_fock)
    result = run(
        problem, StructureSearch(), budget=Budget(evaluations=_N_EVALUATIONS), random_state=seed, progress=False
    )
    return Finding(molecule, result)


def _rows(found: Finding) -> list[tuple[int, int, int, float]]:
    return [(c.two_qubit_gates, c.depth, c.n_parameters, found.error(c)) for c in found.result.front]


def _text(found: Finding, width: int) -> str:
    rows = [(str(n), str(depth), str(angles), f"{error:.3f}") for n, depth, angles, error in _rows(found)]
    table = text_table(("two-qubit gates", "depth", "angles", "above exact (mHa)"), rows)
    chosen = found.chosen
    return (
        f"{table}\n\n   {found.result.spent.evaluations} evaluations; the search never saw the exact energy. "
        f"The circuit of\n   {chosen.two_qubit_gates} gates, ready to export as OpenQASM:\n\n"
        f"{chosen.circuit.draw(width=width)}"
    )


def _data(found: Finding) -> dict[str, Any]:
    front = [
        {"two_qubit_gates": n, "depth": depth, "n_parameters": angles, "error_mHa": error}
        for n, depth, angles, error in _rows(found)
    ]
    return {"front": front, "evaluations": found.result.spent.evaluations, "qasm": found.chosen.circuit.to_qasm(3)}


def _write(found: Finding, report: Report) -> None:
    molecule, chosen = found.molecule, found.chosen
    report.text(
        f"Every circuit below prepares a state of {molecule.name} at {molecule.distance} {molecule.unit} from RY and "
        "CX gates alone, with the lowest energy found for its number of two-qubit gates. The search knows the "
        "Hamiltonian and the Hartree-Fock bits, nothing else; the exact energy enters here, after it."
    )
    ax = found.result.front.plot(baseline=molecule.exact_energy)
    ax.axhline(_CHEMICAL_ACCURACY / 1000, linestyle="--", color="#555555", label="chemical accuracy")
    ax.legend(frameon=False)
    report.figure(ax.figure, "Energy above the exact one (Hartree) against the number of two-qubit gates")
    rows = [(n, depth, angles, round(error, 4)) for n, depth, angles, error in _rows(found)]
    report.table(("two-qubit gates", "depth", "angles", "above exact (mHa)"), rows)
    report.figure(chosen.circuit.draw("svg"), f"The circuit of {chosen.two_qubit_gates} two-qubit gates")
    report.text("The same circuit as OpenQASM 3:").code(chosen.circuit.to_qasm(3))
