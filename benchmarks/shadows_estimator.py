"""Pauli observables times snapshots a second on one core at 50 qubits, with PennyLane beside it on the same data.

PennyLane gets fewer of both, since it needs memory for every observable times every snapshot; on those data the values
are compared, too.
"""

import numpy as np

import qlearn as ql

from .options import Options
from .results import Result, check_equal
from .timing import interleaved

THREADS = "one"
_N_QUBITS = 50


def run(options: Options):
    """Yield one result a weight, and one for 100 random states against PennyLane."""
    n_shots, n_strings = (2000, 100) if options.quick else (100_000, 5000)
    rng = np.random.default_rng(0)
    data = _random_data(rng, n_shots)
    ql.shadows.estimate_terms(data, _random_strings(rng, 1, 1))  # packs the data, once
    for weight in (2, 3, 4, 6):
        case = f"weight {weight}, {n_shots} snapshots, {n_strings} strings"
        if options.wants(case):
            yield _weight(case, data, _random_strings(rng, n_strings, weight), options)
    case = "100 states of 3 qubits, 50 strings each"
    if options.wants(case):
        yield _same_as_pennylane(case, 5 if options.quick else 100)


def _weight(case, data, strings, options):
    rng = np.random.default_rng(1)
    calls = {"qlearn": lambda: ql.shadows.estimate_terms(data, strings)}
    units = {"qlearn": strings.n_terms * data.n_shots}
    notes = []
    try:
        import pennylane as qml
    except ImportError:
        notes.append("PennyLane is not installed")
    else:
        few, some = _random_data(rng, 2000), strings[:50]
        shadow = qml.ClassicalShadow(few.outcomes.astype(int), few.bases.astype(int))
        words = [qml.pauli.string_to_pauli_word(label) for label in some.labels()]
        ours = np.nan_to_num(_mean(few, some))
        notes.append(check_equal(case, ours, {"pennylane": np.array(shadow.expval(words, k=1))}))
        calls["pennylane"] = lambda: shadow.expval(words, k=1)
        units["pennylane"] = 50 * few.n_shots
    for call in calls.values():
        call()
    times = {name: timing.per(units[name]) for name, timing in interleaved(calls, options.seconds).items()}
    rate = 1 / times["qlearn"].best
    metrics = {f"rate_weight_{int(strings.weights()[0])}": rate}
    if "pennylane" in times:
        metrics["speedup_pennylane"] = times["pennylane"].best / times["qlearn"].best
    return Result(case, options.threads, times, "observable and snapshot", metrics, notes)


def _same_as_pennylane(case, n_states):
    try:
        import pennylane as qml
    except ImportError:
        return Result(case, 1, {}, notes=["PennyLane is not installed"])
    rng, worst = np.random.default_rng(2), 0.0
    for seed in range(n_states):
        letters = rng.integers(0, 4, (50, 3))
        letters[letters.sum(axis=1) == 0, 0] = 1
        strings = ql.PauliSum.from_arrays((letters & 1).astype(bool), letters >= 2, np.ones(50))
        state = ql.sim.State.random(3, random_state=seed)
        data = ql.shadows.Uniform(random_state=seed).design(strings, 200).measure(state, random_state=seed)
        shadow = qml.ClassicalShadow(data.outcomes.astype(int), data.bases.astype(int))
        words = [qml.pauli.string_to_pauli_word(label) for label in strings.labels()]
        difference = np.abs(np.nan_to_num(_mean(data, strings)) - np.array(shadow.expval(words, k=1))).max()
        worst = max(worst, float(difference))
    return Result(case, 1, metrics={"largest_difference": worst}, notes=["on the same data, by the mean"])


def _mean(data, strings):
    return ql.shadows.estimate_terms(data, strings, ql.shadows.InverseProbability()).estimate.value


def _random_strings(rng, n_strings, weight):
    letters = np.zeros((n_strings, _N_QUBITS), dtype=int)
    for row in letters:
        row[rng.choice(_N_QUBITS, weight, replace=False)] = rng.integers(1, 4, weight)
    return ql.PauliSum.from_arrays((letters & 1).astype(bool), letters >= 2, np.ones(n_strings))


def _random_data(rng, n_shots):
    shape = (n_shots, _N_QUBITS)
    return ql.shadows.ShadowData(rng.integers(0, 3, shape, dtype=np.uint8), rng.integers(0, 2, shape, dtype=np.uint8))
