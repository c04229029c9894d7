"""Job one: a file of measured bits becomes numbers with error bars; where the bits should come from next time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...report import Report
from .chapter import Chapter, estimate_data, text_table

if TYPE_CHECKING:
    from ...datasets import Molecule
    from ...estimates import Estimate
    from ...shadows import ShadowData


@dataclass(frozen=True)
class Estimation:
    """What the shots say: the energy, how full each spin orbital is, and what other schemes would have given."""

    molecule: "Molecule"
    data: "ShadowData"
    energy: "Estimate"
    occupations: "Estimate"
    exact_occupations: np.ndarray
    deviations: dict[str, float]

    @property
    def off(self) -> float:
        """How many standard errors the energy is from the exact one."""
        return float(abs(self.energy.value - self.molecule.exact_energy) / self.energy.std_error)


def take(seed: np.random.SeedSequence, width: int) -> Chapter:
    """Return the chapter on estimating."""
    found = estimate_water()
    faults = [] if found.off < 6 else [f"the energy of H2O is {found.off:.1f} standard errors off"]
    title = f"Estimate: the energy of H2O from a file of {found.data.n_shots} shots"
    return Chapter(title, _data(found), _text(found), lambda report: _write(found, report), faults)


def estimate_water() -> Estimation:
    """Return what the shipped shots of H2O say; nothing is random here."""
    from ... import shadows
    from ...datasets import load_measurements, load_molecule
    from ...paulis import PauliSum
    from ...sim import State

    molecule, data = load_molecule("H2O", unit="angstrom"), load_measurements("H2O")
    hamiltonian, n_qubits = molecule.hamiltonian, data.n_qubits
    filled = [0.5 - 0.5 * PauliSum.single(f"Z{q}", n_qubits=n_qubits) for q in range(n_qubits)]
    state = State(hamiltonian.ground_state().vectors[0])
    schemes = {
        "uniform (classical shadows)": shadows.Uniform(random_state=0),
        "groups of commuting terms": shadows.Grouped(),
        "derandomised": shadows.Derandomised(),
        "ShadowGrouping (this file)": shadows.ShadowGrouping(),
    }
    designs = {name: scheme.design(hamiltonian, data.n_shots) for name, scheme in schemes.items()}
    return Estimation(
        molecule,
        data,
        shadows.estimate(data, hamiltonian),
        shadows.estimate(data, filled),
        np.array([state.expectation(operator) for operator in filled]),
        {name: float(np.sqrt(shadows.scheme_variance(d, hamiltonian, state))) for name, d in designs.items()},
    )


def _text(found: Estimation) -> str:
    energy = found.energy
    rows = [
        ("measured", str(energy).split(" (")[0], f"{1000 * (energy - found.molecule.exact_energy)}".split(" (")[0]),
        ("exact", f"{found.molecule.exact_energy:.6f}", "0.000"),
    ]
    schemes = [(name, f"{1000 * value:.1f}") for name, value in found.deviations.items()]
    return (
        f"{text_table(('', 'energy (Hartree)', 'above exact (mHa)'), rows)}\n\n"
        f"   The error of one such run, by the scheme that chooses the settings:\n\n"
        f"{text_table(('', 'error (mHa)'), schemes)}"
    )


def _data(found: Estimation) -> dict[str, Any]:
    return {
        "energy": estimate_data(found.energy),
        "exact_energy": found.molecule.exact_energy,
        "occupations": [float(value) for value in found.occupations.value],
        "occupation_errors": [float(value) for value in found.occupations.std_error],
        "exact_occupations": [float(value) for value in found.exact_occupations],
        "n_settings": found.data.n_settings,
        "scheme_errors": found.deviations,
    }


def _write(found: Estimation, report: Report) -> None:
    from ...estimates import Estimate
    from ...plot import EstimatesDisplay

    data, exact = found.data, found.molecule.exact_energy
    report.text(
        f"The file holds {data.n_shots} shots of the ground state of H2O on {data.n_qubits} qubits, taken in "
        f"{data.n_settings} settings. Every term of the Hamiltonian is estimated from the shots whose setting measured "
        "it; errors allow for terms and shots that share a setting."
    )
    above = 1000 * (found.energy - exact)
    report.facts(
        {"energy, Hartree": found.energy, "above the exact one, mHa": above, "standard errors off": round(found.off, 1)}
    )
    occupations = {
        f"spin orbital {q}": Estimate(float(value), float(error), data.n_shots)
        for q, (value, error) in enumerate(zip(found.occupations.value, found.occupations.std_error))
    }
    display = EstimatesDisplay.from_estimates(occupations, found.exact_occupations, label="occupation").plot()
    report.figure(display, "How full each spin orbital is: estimates with 95 % intervals, and the exact values")
    rows = [(name, round(1000 * value, 1)) for name, value in found.deviations.items()]
    caption = f"Standard error of the energy from {data.n_shots} shots, in mHa, by the scheme that chooses the settings"
    report.table(("scheme", "error (mHa)"), rows, caption=caption)
