"""The core: a circuit drawn, optimised with adjoint gradients, measured with shots, and put on a noisy device."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...report import Report
from .chapter import Chapter, estimate_data, text_table

if TYPE_CHECKING:
    from ...circuits import Circuit, NoiseModel
    from ...datasets import Molecule
    from ...estimates import Estimate
    from ...sim import OptimizationResult

_CHEMICAL_ACCURACY = 1.6e-3  # Hartree: 1 kcal/mol
_N_SHOTS = 10_000
_DEVICE = "T1 200 us, T2 150 us; CX 70 ns, 0.2 % error; rotation 25 ns, 0.02 %"


@dataclass(frozen=True)
class Simulation:
    """What the core found."""

    molecule: "Molecule"
    circuit: "Circuit"
    device_circuit: "Circuit"
    optimum: "OptimizationResult"
    measured: "Estimate"
    noisy_energy: float
    noisy_measured: "Estimate"

    @property
    def error(self) -> float:
        """Energy of the circuit above the exact one, in Hartree."""
        return float(self.optimum.value - self.molecule.exact_energy)


def take(seed: np.random.SeedSequence, width: int) -> Chapter:
    """Return the chapter on the core."""
    return chapter(simulate(seed), width)


def simulate(seed: np.random.SeedSequence) -> Simulation:
    """Return the optimum of a circuit for LiH, measured without and with the noise of a device."""
    from ...datasets import load_molecule
    from ...sim import DensityMatrix, Statevector, minimize

    molecule, circuit = load_molecule("LiH", distance=3.4, unit="angstrom"), pair_circuit()
    hamiltonian, statevector, density_matrix = molecule.hamiltonian, Statevector(), DensityMatrix()
    start_seed, shots_seed, noise_seed = seed.spawn(3)
    start = 0.1 * np.random.default_rng(start_seed).normal(size=circuit.n_parameters)
    optimum = minimize(circuit, hamiltonian, start, engine=statevector)
    angles, device_circuit = optimum.values, device().apply(circuit.decompose())
    return Simulation(
        molecule,
        circuit,
        device_circuit,
        optimum,
        statevector.expectation(circuit, hamiltonian, angles, n_shots=_N_SHOTS, random_state=shots_seed),
        float(density_matrix.expectation(device_circuit, hamiltonian, angles)),
        density_matrix.expectation(device_circuit, hamiltonian, angles, n_shots=_N_SHOTS, random_state=noise_seed),
    )


def pair_circuit() -> "Circuit":
    """Return a circuit that reaches every singlet of two electrons in three orbitals (modes: up 0-2, down 3-5).

    A pair is spread over the three orbitals, and the same rotations then turn the orbitals of both spins: the natural
    orbitals of Loewdin and Shull, Phys. Rev. 101, 1730 (1956). With all angles zero it prepares the Hartree-Fock state.
    """
    from ...circuits import Circuit, parameters

    theta = parameters("theta", 5)
    circuit = Circuit(6).x(0).single_excitation(theta[0], 0, 1).single_excitation(theta[1], 1, 2)
    for mode in range(3):
        circuit.cx(mode, mode + 3)
    for angle, mode in ((theta[2], 0), (theta[3], 1), (theta[4], 0)):
        circuit.single_excitation(angle, mode, mode + 1).single_excitation(angle, mode + 3, mode + 4)
    return circuit


def device() -> "NoiseModel":
    """Return the noise of a good superconducting device; times in microseconds."""
    from ...circuits import NoiseModel

    return NoiseModel.from_device(t1=200.0, t2=150.0, gate_times={1: 0.025, 2: 0.07}, gate_errors={1: 0.0002, 2: 0.002})


def chapter(found: Simulation, width: int) -> Chapter:
    """Return the chapter that tells what was found."""
    molecule, off = found.molecule, abs(found.measured.value - found.optimum.value) / found.measured.std_error
    faults = []
    if abs(found.error) > _CHEMICAL_ACCURACY:
        faults.append(f"the energy of LiH is {1000 * found.error:.2f} mHa off")
    if off > 6:
        faults.append(f"the shots are {off:.1f} standard errors off")
    title = f"Simulate: {molecule.name} on {molecule.n_qubits} qubits, optimised by adjoint gradients"
    return Chapter(title, _data(found), _text(found, width), lambda report: _write(found, report), faults)


def _rows(found: Simulation) -> list[tuple[str, Any]]:
    return [
        ("Hartree-Fock", found.molecule.hartree_fock_energy),
        (f"minimised, {found.optimum.n_evaluations} adjoint gradients", float(found.optimum.value)),
        (f"measured, {_N_SHOTS} shots", found.measured),
        ("with device noise, exact", found.noisy_energy),
        (f"with device noise, {_N_SHOTS} shots", found.noisy_measured),
        ("exact", found.molecule.exact_energy),
    ]


def _above(energy: Any, exact: float) -> Any:
    """Return how far an energy is above the exact one in mHa, with its error where it has one."""
    above = 1000 * (energy - exact)
    return above if hasattr(above, "std_error") else round(above, 3) + 0.0  # adding zero turns -0.0 into 0.0


def _text(found: Simulation, width: int) -> str:
    exact, lines = found.molecule.exact_energy, []
    for name, energy in _rows(found):
        if hasattr(energy, "std_error"):
            value, above = str(energy).split(" (")[0], str(_above(energy, exact)).split(" (")[0]
        else:
            value, above = f"{energy:.6f}", f"{_above(energy, exact):.3f}"
        lines.append((name, value, above))
    table = text_table(("", "energy (Hartree)", "above exact (mHa)"), lines)
    n_cx = found.device_circuit.counts()["cx"]
    return (
        f"{found.circuit.draw(width=width)}\n\n{table}\n\n   Device: {_DEVICE};\n   {n_cx} CX once decomposed. "
        "After ± stands one standard error."
    )


def _data(found: Simulation) -> dict[str, Any]:
    molecule = found.molecule
    return {
        "molecule": {
            "name": molecule.name,
            "distance": molecule.distance,
            "unit": molecule.unit,
            "n_qubits": molecule.n_qubits,
            "n_terms": molecule.hamiltonian.n_terms,
            "hartree_fock_energy": molecule.hartree_fock_energy,
            "exact_energy": molecule.exact_energy,
        },
        "circuit": {
            "n_instructions": len(found.circuit),
            "n_parameters": found.circuit.n_parameters,
            "counts": found.circuit.counts(),
            "n_cx_on_device": found.device_circuit.counts()["cx"],
        },
        "optimised": {
            "energy": float(found.optimum.value),
            "error": found.error,
            "n_evaluations": found.optimum.n_evaluations,
            "values": [float(value) for value in found.optimum.values],
        },
        "measured": estimate_data(found.measured),
        "noisy": {"device": _DEVICE, "energy": found.noisy_energy, "measured": estimate_data(found.noisy_measured)},
    }


def _write(found: Simulation, report: Report) -> None:
    molecule, exact = found.molecule, found.molecule.exact_energy
    report.text(
        f"The Hamiltonian of {molecule.name} at {molecule.distance} {molecule.unit} has {molecule.hamiltonian.n_terms} "
        f"Pauli terms on {molecule.n_qubits} qubits. The circuit spreads a pair of electrons over three orbitals and "
        "then turns the orbitals; its angles are found by adjoint gradients."
    )
    report.figure(found.circuit.draw("svg"), "The circuit")
    rows = [
        (name, energy if hasattr(energy, "std_error") else round(energy, 6), _above(energy, exact))
        for name, energy in _rows(found)
    ]
    report.table(("", "energy (Hartree)", "above exact (mHa)"), rows, caption=f"After ± one standard error. {_DEVICE}.")
