"""The command `qlearn`: results go to stdout, progress to stderr, and only where that is a terminal.

Exit codes: 0 done, 1 failed (the reason is on stderr), 2 not understood. Everything heavy is imported by the command
that needs it, so that ``qlearn --help`` answers at once.
"""

import argparse
import contextlib
import json
import math
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import __version__

if TYPE_CHECKING:
    from .circuits import Circuit, NoiseModel
    from .datasets import Molecule
    from .estimates import Estimate
    from .sim import OptimizationResult

__all__ = ["main"]

_CHEMICAL_ACCURACY = 1.6e-3  # Hartree: 1 kcal/mol
_N_SHOTS = 10_000
_DEVICE = "T1 200 us, T2 150 us; CX 70 ns, 0.2 % error; rotation 25 ns, 0.02 %"
_INNER = {"test", "dev", "bench"}  # extras that users do not need
_EXAMPLES = """examples:
  qlearn tour                  simulate, optimise and measure a molecule in seconds
  qlearn tour --json           the same as data
  qlearn info                  versions, processor, compiled kernels, extras
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the name of the program; those of the process by default.

    Returns
    -------
    int
        0 if all went well, 1 if the command failed; argparse leaves with 2 by itself.

    Examples
    --------
    >>> from qlearn.cli import main
    >>> main(["info", "--json"])  # doctest: +ELLIPSIS
    {
      "qlearn": ...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters shows question marks
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("qlearn: interrupted", file=sys.stderr)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; the interpreter must not complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError) as error:
        print(f"qlearn: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qlearn",
        description="Classical learners that learn about quantum systems.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"qlearn {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    tour = commands.add_parser(
        "tour",
        help="simulate, optimise and measure a molecule in seconds",
        description="Draw a circuit, minimise the energy of LiH with it by adjoint gradients, then measure that energy "
        "with shots, without and with the noise of a device. The same seed gives the same numbers.",
    )
    tour.add_argument("--seed", type=_seed, default=0, help="of the start values and the shots (default 0)")
    tour.add_argument("--json", action="store_true", help="print the results as JSON")
    tour.set_defaults(run=_run_tour)
    info = commands.add_parser("info", help="versions, processor, compiled kernels, extras, memory")
    info.add_argument("--json", action="store_true", help="print as JSON")
    info.set_defaults(run=_run_info)
    return parser


def _seed(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be an integer >= 0, got {text!r}")
    return value


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False))


def _bold(text: str) -> str:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return f"\033[1m{text}\033[0m" if colour else text


@contextlib.contextmanager
def _progress(text: str) -> Iterator[None]:
    """Show a line on stderr while the block runs, if someone is there to see it."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"{text} ...", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(f"\r{' ' * (len(text) + 4)}\r", end="", file=sys.stderr, flush=True)


class _Timer:
    """Collects the seconds of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, text: str, work: Callable[[], Any]) -> Any:
        with _progress(text):
            start = time.perf_counter()
            result = work()
            self.seconds[name] = time.perf_counter() - start
        return result


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
        _print_json(_tour_data(tour, options.seed))
    else:
        _print_tour(tour, options.seed)
    # The tour also checks the installation: both numbers are known.
    off = abs(tour.measured.value - tour.optimum.value) / tour.measured.std_error
    if abs(tour.error) > _CHEMICAL_ACCURACY or off > 6:
        print("qlearn: the tour missed the known energies; please report this with `qlearn info`.", file=sys.stderr)
        return 1
    return 0


def _take_tour(seed: int) -> _Tour:
    timed = _Timer()
    engines = timed("kernels", "loading kernels (the first time compiles them, up to a minute)", _warm_engines)
    statevector, density_matrix = engines
    import numpy as np

    from .datasets import load_molecule
    from .sim import minimize

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
    from .circuits import Circuit, parameters
    from .paulis import PauliSum
    from .sim import DensityMatrix, Statevector

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
    from .circuits import Circuit, parameters

    theta = parameters("theta", 5)
    circuit = Circuit(6).x(0).single_excitation(theta[0], 0, 1).single_excitation(theta[1], 1, 2)
    for mode in range(3):
        circuit.cx(mode, mode + 3)
    for angle, mode in ((theta[2], 0), (theta[3], 1), (theta[4], 0)):
        circuit.single_excitation(angle, mode, mode + 1).single_excitation(angle, mode + 3, mode + 4)
    return circuit


def _device() -> "NoiseModel":
    """Return the noise of a good superconducting device; times in microseconds."""
    from .circuits import NoiseModel

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
    width = min(_terminal_width(), 100)
    print(_bold(f"qlearn {__version__}: a tour of the simulation core (seed {seed})"))
    print()
    print(_bold("1. A circuit: a pair of electrons spread over orbitals, which are then turned"))
    print()
    print(tour.circuit.draw(width=width))
    print()
    place = f"{molecule.name} at {molecule.distance} {molecule.unit}"
    print(_bold(f"2. Its energy for {place}: {molecule.n_qubits} qubits, {molecule.hamiltonian.n_terms} Pauli terms"))
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


def _terminal_width() -> int:
    import shutil

    return max(40, shutil.get_terminal_size().columns)


def _run_info(options: argparse.Namespace) -> int:
    data = _info_data()
    if options.json:
        _print_json(data)
        return 0
    kernels, memory = data["kernels"], data["memory"]
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    limit = "QLEARN_MAX_MEMORY not set" if memory["limit"] is None else f"QLEARN_MAX_MEMORY={memory['limit']}"
    compiled = f"{kernels['n_cached']} compiled" if kernels["n_cached"] else "none compiled yet (the first use does)"
    rows = [
        ("qlearn", f"{data['qlearn']} in {data['location']}"),
        ("python", f"{data['python']} on {data['platform']}"),
        ("needs", versions),
        ("processor", f"{data['processor']}, {data['cores']} cores, SIMD {' '.join(data['simd']) or 'unknown'}"),
        ("kernels", f"{compiled}, cache in {kernels['folder']}"),
        ("memory", f"{memory['available'] / 2**30:.1f} GiB may be used ({limit})"),
        *((f"[{name}]", _extra_text(name, missing)) for name, missing in data["extras"].items() if name not in _INNER),
    ]
    for name, text in rows:
        print(f"{_bold(name.ljust(12))}{text}")
    return 0


def _extra_text(name: str, missing: list[str]) -> str:
    if not missing:
        return "installed"
    return f'without {", ".join(missing)}: pip install "qlearn[{name}]"'


def _info_data() -> dict[str, Any]:
    import llvmlite.binding

    from ._memory import available_bytes
    from ._parallel import thread_count
    from .sim._kernels.drivers import evaluate
    from .sim._kernels.simd import host_features

    folder = Path(evaluate.stats.cache_path)
    shown = ("sse2", "avx", "avx2", "fma", "avx512f", "neon", "sve")
    return {
        "qlearn": __version__,
        "location": str(Path(__file__).parent),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "versions": {name: _version(name) for name in ("numpy", "scipy", "numba", "scikit-learn", "stim")},
        "processor": llvmlite.binding.get_host_cpu_name(),
        "cores": thread_count(-1),
        "simd": [name for name in shown if name in host_features()],
        "kernels": {"folder": str(folder), "n_cached": len(list(folder.glob("*.nbi")))},
        "memory": {"available": available_bytes(), "limit": os.environ.get("QLEARN_MAX_MEMORY")},
        "extras": _extras(),
    }


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _extras() -> dict[str, list[str]]:
    """Return what is missing for each extra, as the metadata of the installed distribution lists them."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("qlearn") or []
    except PackageNotFoundError:
        return {}  # run from a source tree
    missing: dict[str, list[str]] = {}
    for line in lines:
        found = re.match(r"([A-Za-z0-9._-]+).*extra == ['\"](\w+)['\"]", line)
        if found and found[1] != "qlearn":
            absent = missing.setdefault(found[2], [])
            if _version(found[1]) is None:
                absent.append(found[1])
    return missing
