"""Values and gradients of <Z0> for a batch of samples with their own angles, against lightning.qubit and TensorCircuit.

Six layers of RY, RZ and a ring of CX. Flops: each of the n merged RY-RZ pairs of a layer is a 2x2 unitary on 2^(n-1)
pairs of amplitudes; one pair costs 28 real operations forward (16 products, 12 sums), and backward 28 each for undoing
ket and bra and 24 for the three inner products that give both derivatives: 108 * layers * n * 2^(n-1) a sample.
This is the work of the gate formula, whatever is saved: RY and RZ apart cost about half of it, the product start and
CX by bookkeeping less still. GF/s above those of a matrix product are therefore possible.
"""

import math

from . import contest
from .contestants import peers
from .options import Options
from .results import Result, best_of
from .workloads import angles, ansatz, z_first

BATCHES = {4: 1024, 8: 256, 10: 128, 12: 64, 14: 64}
N_LAYERS = 6
PEER_SAMPLES = 16  # of libraries that loop over samples, for which the time a sample does not depend on the batch


def run(options: Options):
    """Yield one result for each width."""
    found, missing = peers(("lightning", "tensorcircuit"), options)
    n_layers = 2 if options.quick else N_LAYERS
    for n, batch in ({3: 8, 4: 16} if options.quick else BATCHES).items():
        case = f"n={n}, batch {batch}, {n_layers} layers"
        if options.wants(case):
            yield _case(case, n, batch, n_layers, found, missing, options)


def _case(case, n, batch, n_layers, found, missing, options) -> Result:
    workload, terms = ansatz(n, n_layers), z_first(n)
    values = angles(workload, batch)
    warm = ansatz(3, 2)  # our kernels are compiled once an installation, not for a circuit: that is not timed here
    contest.OURS.ways("gradients", warm, z_first(3), angles(warm, batch), options.threads)["qlearn"]()()
    ways = contest.OURS.ways("gradients", workload, terms, values, options.threads)
    units = dict.fromkeys(ways, batch)
    for peer in found:
        rows = values if peer.name == "tensorcircuit" else values[:PEER_SAMPLES]
        peer_ways = peer.ways("gradients", workload, terms, rows, options.threads)
        ways |= peer_ways
        units |= dict.fromkeys(peer_ways, len(rows))
    times, _, note = contest.compare(case, ways, options, contest.equal_to_ours(case), units)
    ours = times["qlearn"]
    flops = 108 * n_layers * n * 2 ** (n - 1)
    compiled = min((t.first for name, t in times.items() if name.startswith("tensorcircuit")), default=math.nan)
    metrics = {
        f"speedup_n{n}": best_of(times, "lightning", "tensorcircuit") / ours.best,
        f"gflops_a_core_n{n}": flops / ours.best / options.threads / 1e9,
        "speedup_with_compilation": compiled / ours.first,
        "speedup_lightning": best_of(times, "lightning") / ours.best,
        "speedup_tensorcircuit": best_of(times, "tensorcircuit") / ours.best,
    }
    notes = [
        *filter(None, [note]),
        f"lightning loops over samples: timed on {min(batch, PEER_SAMPLES)}, given per sample",
        "first call: building the circuit, compiling and one batch; our kernels were compiled before",
        *missing,
    ]
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    return Result(case, options.threads, times, "sample", metrics, notes)
