"""Circuits with other gates mixed in: time a gate against that of the pure ansatz of the other benchmarks, ours alone.

The ring of a layer takes its gates in turn from CX, CZ, Pauli rotations of weight 2 to 4, CRX, CRY, CRZ, single and
double excitations (Givens gates) and CCX instead of CX only: as many gates as the ansatz, so that the ratio of times is
the ratio of times a gate. CX costs this simulator nothing, which makes the comparison a strict one. For each kind alone
there is a number without a goal.
"""

from . import contest
from .contestants import peers
from .options import Options
from .results import OURS, Result
from .workloads import ENTANGLERS, angles, ansatz, mixed, z_first

GRADIENTS = {4: 1024, 8: 256, 10: 128, 12: 64, 14: 64}
LARGE = (20, 22, 24)


def run(options: Options):
    """Yield gradients of batches, forward passes and a gradient of large states, and every kind alone."""
    found, missing = peers(("lightning",), options)
    for n, batch in ({4: 8} if options.quick else GRADIENTS).items():
        yield from _case(
            f"gradients, n={n}, batch {batch}", "gradients", n, 6, batch, ENTANGLERS, found, missing, options
        )
    for n in (16,) if options.quick else LARGE:
        for n_layers in (1,) if options.quick else (2, 10):
            yield from _case(f"forward, n={n}", "energies", n, n_layers, 0, ENTANGLERS, found, missing, options)
    n = 15 if options.quick else 20
    yield from _case(f"gradient, n={n}", "gradients", n, 2, 1, ENTANGLERS, found, missing, options)
    for kind in ENTANGLERS[1:]:
        if not options.quick:
            yield from _case(f"gradients, n=10, batch 128, {kind}", "gradients", 10, 6, 128, (kind,), [], [], options)
            yield from _case(f"forward, n=20, {kind}", "energies", 20, 2, 0, (kind,), [], [], options)


def _case(case, task, n, n_layers, batch, kinds, found, missing, options):
    case = f"{case}, {n_layers} layers"
    if not options.wants(case):
        return
    pure, other = ansatz(n, n_layers), mixed(n, n_layers, kinds)
    label = "mixed" if len(kinds) > 1 else kinds[0]
    ways = {}
    for name, workload in (("pure ansatz", pure), (label, other)):
        values = angles(workload, batch) if batch else angles(workload, 1)[0]
        (way,) = contest.OURS.ways(task, workload, z_first(n), values, options.threads).values()
        ways[f"{OURS} ({name})"] = way
    checked = _checked(case, task, other, n, batch, found, options)
    times, _, _ = contest.compare(case, ways, options, lambda results: "")
    slowdown = times[f"{OURS} ({label})"].best / times[f"{OURS} (pure ansatz)"].best
    metric = "slowdown" if len(kinds) > 1 else f"slowdown of {kinds[0]}"
    gates = f"{len(pure.gates)} gates each"
    yield Result(case, options.threads, times, "call", {metric: slowdown}, [gates, *checked, *missing])


def _checked(case, task, workload, n, batch, found, options) -> list[str]:
    """Return a note on the comparison with the peers, on one sample."""
    if not found:
        return []
    row = angles(workload, 1)
    arguments = (workload, z_first(n), row if batch else row[0], options.threads)
    results = {name: way()() for name, way in contest.OURS.ways(task, *arguments).items()}
    for peer in found:
        way = next(iter(peer.ways(task, *arguments).items()))
        results[way[0]] = way[1]()()
    return [f"one sample: {contest.equal_to_ours(case)(results)} with {', '.join(list(results)[1:])}"]
