"""Coverage of 95 % intervals over 1,000 experiments each: uniform, thrifty, pilot + least squares.

"Thrifty" data have twenty shots in every random setting, whose errors a formula for independent shots makes too small.
"""

import numpy as np

import qlearn as ql
from benchmarks.options import Options
from benchmarks.results import Result

THREADS = "one"
REPEATS = 1000


def load(encoding, tapered):
    """Return a molecule and its ground state."""
    molecule = ql.datasets.load_molecule("LiH", 2.2, unit="angstrom", encoding=encoding, tapered=tapered)
    return molecule, ql.sim.State(np.asarray(molecule.hamiltonian.ground_state().vectors).reshape(-1))


def experiments():
    """Return for each case a function of a random generator that gives an estimate of the energy.

    Random settings on four qubits, where each string is measured often enough; the others on six, with a sector.
    """
    shadows = ql.shadows
    (small, small_state), (whole, whole_state) = load("parity", True), load("jordan_wigner", False)

    def uniform(shots_per_setting, n_shots, estimator):
        def run(rng):
            scheme = shadows.Uniform(shots_per_setting, random_state=rng).design(small.hamiltonian, n_shots)
            return shadows.estimate(scheme.measure(small_state, random_state=rng), small.hamiltonian, estimator)

        return run

    def pilot(sector):
        plan = shadows.PilotLeastSquares(sector=sector, random_state=0).plan(whole.hamiltonian, 1000)
        return lambda rng: plan.run(lambda scheme: scheme.measure(whole_state, random_state=rng)).estimate

    def grouped(rng):
        plan = shadows.Grouped().plan(whole.hamiltonian, 2000)
        return plan.run(lambda scheme: scheme.measure(whole_state, random_state=rng))

    return {
        "uniform": uniform(1, 4000, shadows.MatchRatio()),
        "uniform, inverse probability": uniform(1, 4000, shadows.InverseProbability()),
        "thrifty": uniform(20, 20_000, shadows.MatchRatio()),
        "thrifty, inverse probability": uniform(20, 20_000, shadows.InverseProbability()),
        "groups, two rounds": grouped,
        "pilot and least squares": pilot(None),
        "pilot and least squares, sector": pilot(whole.hartree_fock),
    }


def run(options: Options):
    truth = float(load("parity", True)[0].exact_energy)
    repeats = 20 if options.quick else REPEATS
    for case, experiment in experiments().items():
        if not options.wants(f"LiH: {case}"):
            continue
        found = [experiment(np.random.default_rng(seed)) for seed in range(repeats)]
        errors = np.array([one.value - truth for one in found])
        bars = np.array([one.std_error for one in found])
        coverage = float((np.abs(errors) < 1.959964 * bars).mean())
        key = case.replace(",", "").replace(" ", "_")
        metrics = {f"coverage_{key}": coverage, f"off_95_percent_{key}": abs(coverage - 0.95)}
        note = (
            f"{repeats} repeats: coverage +- {np.sqrt(0.95 * 0.05 / repeats):.3f}, RMSE "
            f"{np.sqrt((errors**2).mean()):.4f}, bias {errors.mean():+.4f}, median bar {np.median(bars):.4f} Hartree"
        )
        yield Result(f"LiH: {case}", options.threads, {}, "", metrics, [note])
