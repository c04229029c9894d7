"""`qlearn tour`: simulate, optimise and measure a molecule in seconds."""

import argparse
import math
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ._terminal import Timer, bold, print_json, seed, terminal_width

if TYPE_CHECKING:
    from ..circuits import Circuit, NoiseModel
    from ..datasets import Molecule
    from ..estimates import Estimate
    from ..sim import OptimizationResult

EXAMPLES = """  qlearn tour                  simulate, optimise and measure a molecule in seconds
  qlearn tour --json           the same as data
"""
_CHEMICAL_ACCURACY = 1.6e-3  # Hartree: 1 kcal/mol
_N_SHOTS = 10_000
_DEVICE = "T1 200 us, T2 150 us; CX 70 ns, 0.2 % error; rotation 25 ns, 0.02 %"


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "tour",
        help="simulate, optimise and measure a molecule in seconds",
        description="Draw a circuit, minimise the energy of LiH with it by adjoint gradients, then measure that energy "
        "with shots, without and with the noise of a device. The same seed gives the same numbers.",
    )
    parser.add_argument("--seed", type=seed, default=0, help="of the start values and the shots (default 0)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.set_defaults(run=_run_tour)


class _Tour(NamedTuple):
    """What the tour found."""

    molecule: "Molecule"
    circuit: "Circuit"
    device_circuit: "Circuit"
    optimum: "OptimizationResult"
    measured: "Estimate"
    noisy_energy: float
    noisy_measured: "Estimate"
    seconds: dict[str, float]

    @property
    def error(self) -> float:
        """Energy of the circuit above the exact one, in Hartree."""
        return self.optimum.value - self.molecule.exact_energy


def _run_tour(options: argparse.Namespace) -> int:
    tour = _take_tour(options.seed)
    if options.json:
        print_json(_tour_data(tour, options.seed))
    else:
        _print_tour(tour, options.seed)
    # The tour also checks the installation: both numbers are known.
    off = abs(tour.measured.value - tour.optimum.value) / tour.measured.std_error
    if abs(tour.error) > _CHEMICAL_ACCURACY or off > 6:
        print("qlearn: the tour missed the known energies; please report this with `qlearn info`.", file=sys.stderr)
        return 1
    return 0


def _take_tour(seed: int) -> _Tour:
    timed = Timer()
    engines = timed("kernels", "loading kernels (the first time compiles them, up to a minute)", _warm_engines)
    statevector, density_matrix = engines
    import numpy as np

    from ..datasets import load_molecule
    from ..sim import minimize

    molecule = load_molecule("LiH", distance=3.4, unit="angstrom")
    circuit = _pair_circuit()
    start_seed, shots_seed, noise_seed = np.random.SeedSequence(seed).spawn(3)
    start = 0.1 * np.random.default_rng(start_seed).normal(size=circuit.n_parameters)
    optimum = timed("optimise", "minimising the energy", lambda: minimize(
        circuit, molecule.hamiltonian, start, engine=statevector,
    ))  # fmt: skip
    measured = timed("shots", "measuring", lambda: statevector.expectation(
        circuit, molecule.hamiltonian, optimum.values, n_shots=_N_SHOTS, random_state=shots_seed,
    ))  # fmt: skip
    device_circuit = _device().apply(circuit.decompose())
    noisy_energy = timed("noise", "simulating the device", lambda: density_matrix.expectation(
        device_circuit, molecule.hamiltonian, optimum.values,
    ))  # fmt: skip
    noisy_measured = timed("noisy_shots", "measuring on the device", lambda: density_matrix.expectation(
        device_circuit, molecule.hamiltonian, optimum.values, n_shots=_N_SHOTS, random_state=noise_seed,
    ))  # fmt: skip
    return _Tour(
        molecule, circuit, device_circuit, optimum, measured, float(noisy_energy), noisy_measured, timed.seconds
    )


def _warm_engines() -> tuple[Any, Any]:
    """Return engines whose kernels are loaded, or compiled if they never were."""
    from ..circuits import Circuit, parameters
    from ..paulis import PauliSum
    from ..sim import DensityMatrix, Statevector

    angle = parameters("theta", 1)
    circuit, observable = Circuit(2).ry(angle[0], 0).cx(0, 1), PauliSum("Z0 Z1 + X0")
    statevector, density_matrix = Statevector(), DensityMatrix()
    statevector.value_and_gradient(circuit, observable, [0.1])
    statevector.expectation(circuit, observable, [0.1], n_shots=4, random_state=0)
    density_matrix.expectation(circuit, observable, [0.1], n_shots=4, random_state=0)
    return statevector, density_matrix


def _pair_circuit() -> "Circuit":
    """Return a circuit that reaches every singlet of two electrons in three orbitals (modes: up 0-2, down 3-5).

    A pair is spread over the three orbitals, and the same rotations then turn the orbitals of both spins: the natural
    orbitals of Loewdin and Shull, Phys. Rev. 101, 1730 (1956). With all angles zero it prepares the Hartree-Fock state.
    """
    from ..circuits import Circuit, parameters

    theta = parameters("theta", 5)
    circuit = Circuit(6).x(0).single_excitation(theta[0], 0, 1).single_excitation(theta[1], 1, 2)
    for mode in range(3):
        circuit.cx(mode, mode + 3)
    for angle, mode in ((theta[2], 0), (theta[3], 1), (theta[4], 0)):
        circuit.single_excitation(angle, mode, mode + 1).single_excitation(angle, mode + 3, mode + 4)
    return circuit


def _device() -> "NoiseModel":
    """Return the noise of a good superconducting device; times in microseconds."""
    from ..circuits import NoiseModel

    return NoiseModel.from_device(t1=200.0, t2=150.0, gate_times={1: 0.025, 2: 0.07}, gate_errors={1: 0.0002, 2: 0.002})


def _tour_data(tour: _Tour, seed: int) -> dict[str, Any]:
    molecule = tour.molecule
    return {
        "qlearn": __version__,
        "seed": seed,
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
            "n_instructions": len(tour.circuit),
            "n_parameters": tour.circuit.n_parameters,
            "counts": tour.circuit.counts(),
            "n_cx_on_device": tour.device_circuit.counts()["cx"],
        },
        "optimised": {
            "energy": float(tour.optimum.value),
            "error": float(tour.error),
            "n_evaluations": tour.optimum.n_evaluations,
            "values": [float(value) for value in tour.optimum.values],
        },
        "measured": _estimate_data(tour.measured),
        "noisy": {"device": _DEVICE, "energy": tour.noisy_energy, "measured": _estimate_data(tour.noisy_measured)},
        "seconds": {name: round(value, 6) for name, value in tour.seconds.items()},
    }


def _estimate_data(estimate: "Estimate") -> dict[str, Any]:
    return {"energy": estimate.value, "std_error": estimate.std_error, "n_shots": estimate.n_shots}


def _print_tour(tour: _Tour, seed: int) -> None:
    molecule, seconds = tour.molecule, tour.seconds
    width = min(terminal_width(), 100)
    print(bold(f"qlearn {__version__}: a tour of the simulation core (seed {seed})"))
    print()
    print(bold("1. A circuit: a pair of electrons spread over orbitals, which are then turned"))
    print()
    print(tour.circuit.draw(width=width))
    print()
    place = f"{molecule.name} at {molecule.distance} {molecule.unit}"
    print(bold(f"2. Its energy for {place}: {molecule.n_qubits} qubits, {molecule.hamiltonian.n_terms} Pauli terms"))
    print()
    _print_columns("", "energy (Hartree)", "above exact (mHa)", "time")
    _print_row(tour, "Hartree-Fock", molecule.hartree_fock_energy)
    found = f"minimised, {tour.optimum.n_evaluations} adjoint gradients"
    _print_row(tour, found, tour.optimum.value, seconds["optimise"])
    _print_row(tour, f"measured, {_N_SHOTS} shots", tour.measured, seconds["shots"])
    _print_row(tour, "with device noise, exact", tour.noisy_energy, seconds["noise"])
    _print_row(tour, f"with device noise, {_N_SHOTS} shots", tour.noisy_measured, seconds["noisy_shots"])
    _print_row(tour, "exact", molecule.exact_energy)
    print()
    reached = "is reached" if abs(tour.error) <= _CHEMICAL_ACCURACY else "is NOT reached"
    print(f"   Chemical accuracy, {1000 * _CHEMICAL_ACCURACY:.1f} mHa, {reached} without noise.")
    print(f"   Device: {_DEVICE};")
    print(f"   {tour.device_circuit.counts()['cx']} CX once decomposed. After ± stands one standard error.")
    print()
    total = sum(value for name, value in seconds.items() if name != "kernels")
    print(f"Computed in {total:.1f} s, after {seconds['kernels']:.1f} s to load the kernels.")
    print("Next: tutorials/01_simulation.py, or `qlearn info` for this installation.")


def _print_row(tour: _Tour, name: str, energy: Any, seconds: float | None = None) -> None:
    exact = tour.molecule.exact_energy
    if hasattr(energy, "std_error"):
        digits = max(0, 1 - math.floor(math.log10(energy.std_error)))
        value = f"{energy.value:.{digits}f} ± {energy.std_error:.{digits}f}"
        above = f"{1000 * (energy.value - exact):.0f} ± {1000 * energy.std_error:.0f}"
    else:
        # Adding zero turns a negative zero into zero.
        value, above = f"{energy:.6f}", f"{round(1000 * (energy - exact), 3) + 0.0:.3f}"
    took = "" if seconds is None else f"{1000 * seconds:.0f} ms"
    _print_columns(name, value, above, took)


def _print_columns(name: str, energy: str, above: str, took: str) -> None:
    print(f"   {name:32}{energy:>18}{above:>18}{took:>9}".rstrip())
