"""How long importing takes on warm files, and compiling all kernels with a cold cache; each in processes of its own."""

import json
import os
import subprocess
import sys
import tempfile

from .contestants import peers
from .options import Options
from .results import Result
from .timing import Timing

THREADS = "one"
PEER_MODULES = {"lightning": "pennylane", "qulacs": "qulacs", "aer": "qiskit_aer"}

# Every kernel set once, in the order a user meets them; the time of a set is what the ones before have not compiled.
_SETS = """
import json, sys, time
start = time.perf_counter()
import numpy as np
import qlearn as ql
dtype = sys.argv[1]
from numba.core import event
class Passes(event.Listener):
    # processor seconds of each of the passes of Numba, without those that ran inside them
    def __init__(self):
        self.open, self.seconds, self.n_lowered = [], {}, 0
    def on_start(self, found):
        self.open.append([time.process_time(), 0.0])
    def on_end(self, found):
        began, inside = self.open.pop()
        taken, name = time.process_time() - began, found.data["name"].split()[0]
        self.seconds[name] = self.seconds.get(name, 0.0) + taken - inside
        self.n_lowered += name == "native_lowering"
        if self.open:
            self.open[-1][1] += taken
passes = Passes()
event.register("numba:run_pass", passes)
engine = ql.sim.Statevector(dtype)
theta = ql.parameters("theta", 4)
def circuit(n):
    return ql.Circuit(n).ry(theta[0], 0).rz(theta[1], 0).cx(0, 1).rzz(theta[2], 0, 1).crx(theta[3], 1, 0).h(n - 1)
values = np.linspace(0, 1, 4)
noisy = circuit(3).depolarize1(0.1, 0).amplitude_damping(0.1, 1)
z = ql.PauliSum("ZXI")
large = 16
wide = ql.PauliSum("Z" * large)
sets = {
    "batch, value and gradient": lambda: engine.value_and_gradient(circuit(3), z, np.tile(values, (8, 1))),
    "one state, value and gradient": lambda: engine.value_and_gradient(circuit(3), z, values),
    "states of a batch": lambda: engine.run(circuit(3), np.tile(values, (8, 1))),
    "samples": lambda: engine.sample(circuit(3), values, n_shots=10_000, random_state=0),
    "large state, value and gradient": lambda: engine.value_and_gradient(circuit(large), wide, values),
    "large state, amplitudes": lambda: engine.run(circuit(large), values),
}
if hasattr(ql.sim, "DensityMatrix"):
    sets["density matrix"] = lambda: ql.sim.DensityMatrix(dtype).expectation(noisy, z, values)
if hasattr(ql.sim, "Trajectories"):
    sets["trajectories"] = lambda: ql.sim.Trajectories(16, precision=dtype).expectation(noisy, z, values)
times = {"import": (time.perf_counter() - start, time.process_time())}
for name, call in sets.items():
    start, cpu = time.perf_counter(), time.process_time()
    call()
    times[name] = time.perf_counter() - start, time.process_time() - cpu
print(json.dumps({"times": times, "passes": passes.seconds, "n_lowered": passes.n_lowered}))
"""
_IMPORT = "import time; s = time.perf_counter(); import {}; print(time.perf_counter() - s)"


def run(options: Options):
    """Yield import times, then compile times."""
    n_runs = 2 if options.quick else 7
    case = "import on warm files"
    if options.wants(case):
        yield _imports(case, n_runs, options)
    for precision in ("double",) if options.quick else ("double", "single"):
        case = f"first use of every kernel set, {precision}"
        if options.wants(case):
            yield _compilation(case, precision, options)


def _python(code: str, *arguments: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip


def _imports(case: str, n_runs: int, options: Options) -> Result:
    found, missing = peers(tuple(PEER_MODULES), options)
    modules = {"qlearn": "qlearn", "qlearn (with its engines)": "qlearn; qlearn.sim.Statevector"}
    modules |= {PEER_MODULES[peer.name]: PEER_MODULES[peer.name] for peer in found}
    taken: dict[str, list[float]] = {name: [] for name in modules}
    for turn in range(n_runs + 1):
        for name, module in modules.items():
            seconds = float(_python(_IMPORT.format(module)))
            if turn:  # the first warms the files
                taken[name].append(seconds)
    times = {name: Timing.of(seconds) for name, seconds in taken.items()}
    return Result(case, 1, times, "import", {"import_seconds": times["qlearn"].best}, missing)


def _compilation(case: str, precision: str, options: Options) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        runs = [json.loads(_python(_SETS, precision, NUMBA_CACHE_DIR=folder).splitlines()[-1]) for _ in range(2)]
    cold, warm = ({name: seconds for name, (seconds, _) in run["times"].items()} for run in runs)
    processor = sum(seconds for name, (_, seconds) in runs[0]["times"].items() if name != "import")
    passes = runs[0]["passes"]
    lowering, inference = passes.pop("native_lowering"), passes.pop("nopython_type_inference")
    times = {f"qlearn ({name})": Timing.of([seconds]) for name, seconds in cold.items()}
    # the claim is about the default precision
    metrics = {
        "compile_seconds" if precision == "double" else "compile_seconds (single)": sum(cold.values()) - cold["import"],
        "of processor time": processor,
        "in LLVM and its input": lowering,
        "in type inference": inference,
        "in all other passes": sum(passes.values()),
        "compiled functions": runs[0]["n_lowered"],
        "with the cache filled, seconds": sum(warm.values()) - warm["import"],
    }
    notes = [
        "one cold run in a fresh NUMBA_CACHE_DIR; running included",
        "processor time well below the seconds says that the machine was busy with something else",
    ]
    return Result(case, 1, times, "first use", metrics, notes)
