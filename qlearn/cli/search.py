"""`qlearn search PROBLEM`: the front of circuits for a Hamiltonian, on a gate set and a coupling graph."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._device import NOISE, read_coupling, read_noise
from ._hamiltonian import FORMATS, SYMMETRY, read_hamiltonian, read_symmetry
from ._terminal import bold, progress, seed

if TYPE_CHECKING:
    from ..paulis import PauliSum

EXAMPLES = """  qlearn search LiH:2.2:angstrom --budget 60s --store lih.db --output circuits
  qlearn search terms.txt --gates rz,sx,cx --coupling 0-1,1-2,2-3 --noise device.json --budget 100000
  qlearn search LiH:3.4:angstrom --symmetry S2:blocked=0 --penalty 0.05
"""
_MOST_DENSE = 8  # qubits whose noise is computed by the density matrix
_STRATEGIES = {
    "structure": "StructureSearch",
    "adapt": "Adapt",
    "annealing": "SimulatedAnnealing",
    "evolution": "Evolution",
    "random": "RandomSearch",
    "rotoselect": "Rotoselect",
    "tree": "TreeSearch",
}
_MODELS = ("ising", "heisenberg")


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "search",
        help="search circuits for a Hamiltonian within a budget",
        description="Search the Pareto front of energy against two-qubit gates. Progress goes to stderr, the report "
        "with its baselines to stdout.",
        epilog="PROBLEM is a molecule NAME:DISTANCE:UNIT (LiH:2.2:angstrom; NAME::UNIT without a distance; a fourth "
        f"part names the encoding), ising:QUBITS, heisenberg:QUBITS, or a file of a Hamiltonian: {FORMATS}. "
        f"--symmetry takes {SYMMETRY}. --noise takes {NOISE}.",
    )
    parser.add_argument("problem", metavar="PROBLEM", help="file, molecule or model; see below")
    parser.add_argument("--strategy", choices=sorted(_STRATEGIES), default="structure", help="default structure")
    parser.add_argument("--budget", type=_budget, default={"seconds": 60.0}, help="60s, or evaluations; default 60s")
    parser.add_argument("--gates", default="ry,rz,cx", help="what the device has, default ry,rz,cx")
    parser.add_argument("--coupling", help="line, ring or pairs such as 0-1,1-2; default all pairs")
    parser.add_argument("--reference", help="bits of a state to start from, qubit 0 first; a molecule brings its own")
    parser.add_argument(
        "--symmetry", action="append", default=[], metavar="OPERATOR=VALUE",
        help="what the state must have, such as S2:blocked=0; may be repeated; see below",
    )  # fmt: skip
    parser.add_argument("--penalty", type=float, help="energy for each square of a symmetry missed; by default large")
    parser.add_argument(
        "--noise", type=Path, metavar="FILE",
        help="noise of the device, see below: circuits are chosen by their energy under it, computed exactly up to "
        f"{_MOST_DENSE} qubits, beyond to first order in the noise",
    )  # fmt: skip
    parser.add_argument("--store", type=Path, help="file that keeps every finished task; a killed search can go on")
    parser.add_argument("--resume", action="store_true", help="go on with the search in --store")
    parser.add_argument("--seed", type=seed, help="equal seeds and evaluations give equal results")
    parser.add_argument("--jobs", type=int, default=1, help="threads, -1 for all cores; default 1")
    parser.add_argument("--output", type=Path, help="folder for the circuits of the front, as OpenQASM 3")
    parser.add_argument("--plot", type=Path, help="file for a picture of the front, such as front.png")
    parser.add_argument("--no-baselines", action="store_true", help="leave the baselines out of the report")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=_run_search)


def _run_search(options: argparse.Namespace) -> int:
    from .. import search

    if options.resume and options.store is None:
        raise ValueError("--resume needs --store, the file of the search to go on with.")
    if options.resume and not options.store.exists():
        raise ValueError(f"There is no {options.store} to resume; leave --resume out to begin it.")
    hamiltonian, reference, name = _problem(options.problem)
    problem = search.EnergyProblem(
        hamiltonian,
        gates=options.gates.split(","),
        reference=options.reference or reference,
        coupling=read_coupling(options.coupling),
        symmetries=[read_symmetry(text, hamiltonian.n_qubits) for text in options.symmetry],
        penalty=options.penalty,
        noise=None if options.noise is None else read_noise(options.noise),
        noise_method="density_matrix" if hamiltonian.n_qubits <= _MOST_DENSE else "first_order",
        name=name,
    )
    result = search.run(
        problem,
        getattr(search, _STRATEGIES[options.strategy])(),
        budget=search.Budget(**options.budget),
        random_state=_random_state(options),
        store=options.store,
        resume=options.resume,
        n_jobs=options.jobs,
    )
    if not len(result.front):
        raise ValueError(f"Nothing was found ({result.ended}); give a larger --budget.")
    if options.output is not None:
        _write_circuits(result, options.output)
    with progress("computing the baselines, a strategy taking up to twice the time of the search"):
        report = result.report(baselines=not options.no_baselines)
    if options.plot is not None:
        axes = result.front.plot(baseline=report.exact, baseline_name="exact")
        axes.figure.savefig(options.plot, bbox_inches="tight")
    if options.json:
        print(report.to_json())
    else:
        print(bold(report.title) + str(report)[len(report.title) :])
        print(f"\nbest circuit with {result.best.two_qubit_gates} two-qubit gates:\n{result.best.circuit.draw()}")
    return 0


def _random_state(options: argparse.Namespace) -> int | None:
    """Return the seed: the one given, that of a store to resume (None), else 0."""
    if options.seed is None and not options.resume:
        return 0
    return options.seed


def _budget(text: str) -> dict[str, float]:
    match = re.fullmatch(r"([0-9]*\.?[0-9]+)(s|m|h)", text)
    if match and float(match[1]) > 0:
        return {"seconds": float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]}
    if re.fullmatch(r"[0-9_]+", text) and int(text) > 0:
        return {"evaluations": int(text)}
    raise argparse.ArgumentTypeError(f'must be a time such as "60s" or "5m", or a number of evaluations, got {text!r}')


def _problem(text: str) -> "tuple[PauliSum, str | None, str]":
    """Return Hamiltonian, reference and name."""
    if Path(text).is_file():
        return *read_hamiltonian(Path(text)), Path(text).name
    kind, *rest = text.split(":")
    from .. import datasets

    if kind in _MODELS and len(rest) == 1 and rest[0].isdigit():
        make = {"ising": datasets.make_ising_chain, "heisenberg": datasets.make_heisenberg_chain}[kind]
        return make(int(rest[0])), None, text
    if len(rest) in (2, 3):
        distance = _distance(rest[0], text)
        encoding = {"encoding": rest[2]} if len(rest) == 3 else {}
        molecule = datasets.load_molecule(kind, distance, unit=rest[1], **encoding)
        if molecule.note:
            print(f"qlearn: {molecule.note}", file=sys.stderr)
        return molecule.hamiltonian, molecule.hartree_fock, f"{molecule.name} ({text})"
    raise ValueError(
        f"PROBLEM must be a file, NAME:DISTANCE:UNIT such as LiH:2.2:angstrom, {' or '.join(_MODELS)}:QUBITS; "
        f"got {text!r}."
    )


def _distance(text: str, problem: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"The distance in {problem!r} must be a number, got {text!r}.") from None


def _write_circuits(result: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for candidate in result.front:
        path = folder / f"{candidate.two_qubit_gates:03}.qasm"
        path.write_text(candidate.circuit.to_qasm(3), encoding="utf-8")
