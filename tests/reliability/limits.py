"""More than the machine has: row G1."""

import resource

import qlearn as ql
from tests.reliability.outcome import Outcome

_MOST_NEW_MEMORY = 512 * 2**20


def memory_guard(count, rng, folder):
    """G1: whatever does not fit is refused before it is allocated, at once, with the size in the message."""
    outcome = Outcome()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for index in range(count):
        n_qubits = int(rng.integers(40, 61))
        name, action = _GREEDY[index % len(_GREEDY)]
        outcome.attempt(f"{name} of {n_qubits} qubits", _refused, action, n_qubits)
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    if grown > _MOST_NEW_MEMORY:
        outcome.faults.append(f"memory grew by {grown / 2**20:.0f} MiB")
    return outcome


_GREEDY = (
    ("state", lambda n: ql.sim.Statevector().run(ql.Circuit(n).h(0))),
    ("density matrix", lambda n: ql.sim.DensityMatrix().run(ql.Circuit(n // 2 + 2).h(0))),
    ("samples", lambda n: ql.sim.Statevector().sample(ql.Circuit(4).h(0), n_shots=n * 10**12)),
    ("matrix", lambda n: ql.PauliSum("Z0 Z1", n_qubits=n // 2 + 2).to_dense()),
)


def _refused(action, n_qubits):
    try:
        action(n_qubits)
    except MemoryError as error:
        if not any(unit in str(error) for unit in ("GiB", "TiB", "PiB", "EiB")):
            raise RuntimeError(f"the message names no size: {error}") from error
        raise
