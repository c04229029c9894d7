"""ADAPT in PennyLane and Qiskit and EVQE in queasars beside ours: candidates a second, and seconds to one accuracy.

LiH at 2.2 Angstrom on six qubits with the singles and doubles of UCCSD, and H2O on eight with the generalised ones,
between any modes; qubit excitations that conserve the spin, the same for all. A candidate is a generator whose slope is
computed, for queasars and the structure search a circuit whose energy is. A search ends at 1.6 mHa; a peer also where
its patience of two minutes is out. Seconds are those of the processor, on one thread; ours include the clean-up of
every circuit and its measurement anew. Both sides run in turn, three times for four seconds at least, and the median
counts; a peer that takes longer runs once. For a peer in another environment:
``--peer-python queasars=/path/bin/python``.
"""

import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import qlearn as ql

from .options import Options
from .results import Result
from .timing import Timing

THREADS = "one"
PEERS = ("pennylane", "qiskit", "queasars")
ACCURACY = 1.6e-3  # Hartree
WINDOW = 4.0  # seconds of runs of either side in each of three turns; the median of all counts


def excitations(bits: str, spin_order: str, generalised: bool) -> list[tuple[int, ...]]:
    """Return the qubits of each single and double excitation that conserves both spins, from where to where."""
    modes = range(len(bits))
    full, empty = [q for q in modes if bits[q] == "1"], [q for q in modes if bits[q] == "0"]

    def up(*qubits: int) -> int:
        return sum(q < len(bits) // 2 if spin_order == "blocked" else q % 2 == 0 for q in qubits)

    singles, doubles = itertools.product(full, empty), itertools.combinations(full, 2)
    pairs = itertools.product(doubles, itertools.combinations(empty, 2))
    if generalised:
        singles = itertools.combinations(modes, 2)
        every = itertools.combinations(modes, 2)
        pairs = ((a, b) for a, b in itertools.combinations(every, 2) if not set(a) & set(b))
    found = [pair for pair in singles if up(pair[0]) == up(pair[1])]
    return found + [(*a, *b) for a, b in pairs if up(*a) == up(*b)]


def generator(qubits: tuple[int, ...], n: int) -> ql.PauliSum:
    """Return the Hermitian G with exp(-i t G / 2) turning the first half of the qubits into the second."""
    product = ql.PauliSum.identity(n)
    for place, qubit in enumerate(qubits):
        sign = 0.5j if place < len(qubits) // 2 else -0.5j
        x, y = (ql.PauliSum.single(f"{letter}{qubit}", n_qubits=n) for letter in "XY")
        product = product @ (0.5 * x + sign * y)
    difference = (1j * (product - product.adjoint())).simplify()
    return ql.PauliSum.from_arrays(difference.x, difference.z, difference.coefficients.real)


def run(options: Options):
    """Yield one result for each problem and peer."""
    for name, distance, generalised in (("LiH", 2.2, False), ("H2O", None, True)):
        molecule = ql.datasets.load_molecule(name, distance, unit="angstrom")
        peers = [peer for peer in PEERS if options.wants(f"{name} {peer}")]
        if peers and not (options.quick and generalised):
            yield from _case(name, molecule, generalised, peers, options)


def _case(name: str, molecule, generalised: bool, peers: list[str], options: Options):
    problem = ql.search.EnergyProblem(molecule.hamiltonian, reference=molecule.hartree_fock)
    found = excitations(molecule.hartree_fock, molecule.spin_order, generalised)
    pool = [generator(qubits, molecule.n_qubits) for qubits in found]
    target = molecule.exact_energy + ACCURACY
    task = {
        "n_qubits": molecule.n_qubits,
        "labels": molecule.hamiltonian.labels(),
        "coefficients": molecule.hamiltonian.coefficients.real.tolist(),
        "bits": [int(bit) for bit in molecule.hartree_fock],
        "excitations": found,
        "generators": [(g.labels(), g.coefficients.real.tolist()) for g in pool],
    }
    for peer in peers:
        strategy = ql.search.StructureSearch() if peer == "queasars" else ql.search.Adapt(pool=pool)
        own, other = _in_turn(
            lambda seed, strategy=strategy: _ours(problem, strategy, target, len(pool), seed),
            lambda window, peer=peer: _peer(peer, task, target, window, options),
            0.0 if options.quick else WINDOW,
        )
        yield _beside(f"{name} {peer}", own, other, molecule.exact_energy, options)


def _in_turn(ours: Callable[[int], dict], peer: Callable[[float], list[dict] | str], window: float) -> tuple:
    """Return the median runs of both sides out of three turns; of one where the peer takes longer than its window."""
    own: list[dict] = []
    others: list[dict] = []
    for _ in range(3):
        turn: list[dict] = []
        while not turn or sum(row["seconds"] for row in turn) < window:
            turn.append(ours(len(own) + len(turn)))
        found = peer(window)
        if isinstance(found, str):
            return _median(turn), found
        own, others = own + turn, others + found
        if len(found) == 1:
            break
    return _median(own), _median(others)


def _median(runs: list[dict]) -> dict:
    return sorted(runs, key=lambda row: row["seconds"])[len(runs) // 2]


def _ours(problem, strategy, target: float, n_pool: int, seed: int) -> dict:
    """Return seconds, energy and candidates of one run to the target."""
    start = time.process_time()
    budget = ql.search.Budget(evaluations=10**6, target=target)
    result = ql.search.run(problem, strategy, budget=budget, random_state=seed, progress=False)
    seconds = time.process_time() - start
    is_adapt = isinstance(strategy, ql.search.Adapt)
    circuits = result.spent.n_energies + result.spent.n_gradients
    scored = n_pool * (result.strategy.n_asked_ - 1) if is_adapt else circuits
    return {"seconds": seconds, "energy": result.best.cost, "scored": scored}


def _peer(name: str, task: dict, target: float, window: float, options: Options) -> list[dict] | str:
    """Return the runs that a peer printed, one or as many as take that many seconds, or why there are none."""
    python = options.peer_python.get(name, sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.json"
        path.write_text(json.dumps(task), encoding="utf-8")
        script = Path(__file__).with_name("search_peers_remote.py")
        command = [python, str(script), name, str(path), repr(target), "2" if options.quick else "120", repr(window)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["ended without a word"])[-1]
    return json.loads(done.stdout.strip().splitlines()[-1])


def _beside(case: str, own: dict, other: dict | str, exact: float, options: Options) -> Result:
    peer = case.split()[1]
    if isinstance(other, str):
        return Result(case, options.threads, notes=[f"left out: {other}"])
    rates = [row["scored"] / row["seconds"] for row in (own, other)]
    is_there = other["energy"] <= exact + ACCURACY
    metrics = {
        f"{case.lower().replace(' ', '_')}_candidates_ratio": rates[0] / rates[1],
        f"{case.lower().replace(' ', '_')}_time_ratio": other["seconds"] / own["seconds"],
        "candidates_per_second": rates[0],
        "peer_candidates_per_second": rates[1],
    }
    errors = [1e3 * (row["energy"] - exact) for row in (own, other)]
    notes = [
        f"errors {errors[0]:.4g} (ours) and {errors[1]:.4g} mHa, after {own['scored']} and {other['scored']} candidates"
        + ("" if is_there else "; the peer did not get there, its time is a lower bound"),
    ]
    times = {"qlearn": Timing.of([own["seconds"]]), peer: Timing.of([other["seconds"]], math.nan)}
    return Result(case, options.threads, times, "search", metrics, notes)
