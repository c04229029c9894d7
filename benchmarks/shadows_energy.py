"""Energy errors of molecules at 1,000 shots: every scheme in one table, the trivial answers first.

Three cases a cell (molecule and encoding): "fixed designs" are exact, bias and standard deviation apart, no shot drawn;
"coefficients" and "sector" are 200 full simulated experiments each of pilot + least squares, whose estimator knows the
Hamiltonian alone, or the symmetry sector too, and no reference state. Published are the better of derandomisation
(arXiv:2103.07510) and adaptive Pauli shadows (arXiv:2105.12207), about ten runs each, hence known to a fifth.

A cell takes up to six minutes on one core: choose by ``--case "H2O parity sector"``.
"""

import time

import numpy as np

import qlearn as ql
from benchmarks.options import Options
from benchmarks.results import Result

THREADS = "one"
N_SHOTS = 1000
REPEATS = 200
MOLECULES = {
    "H2": (0.7462, "6-31g"), "LiH": (1.548, "sto-3g"), "BeH2": (1.3038, "sto-3g"), "H2O": (1.0285, "sto-3g"),
    "NH3": (1.0701, "sto-3g"),
}  # fmt: skip
ENCODINGS = ("jordan_wigner", "parity", "bravyi_kitaev")
PUBLISHED = {
    "H2": (0.06, 0.03, 0.06), "LiH": (0.03, 0.03, 0.04), "BeH2": (0.06, 0.06, 0.06), "H2O": (0.11, 0.11, 0.10),
    "NH3": (0.13, 0.14, 0.11),
}  # fmt: skip


def load(name, encoding):
    distance, basis = MOLECULES[name]
    return ql.datasets.load_molecule(name, distance, unit="angstrom", basis=basis, encoding=encoding)


def ground_state(molecule):
    return ql.sim.State(np.asarray(molecule.hamiltonian.ground_state().vectors).reshape(-1))


def fixed_designs(state):
    """Return the schemes whose settings do not depend on outcomes."""
    shadows = ql.shadows
    return {
        "groups, shots by coefficients": shadows.Grouped(),
        "groups, shots by true variances (oracle)": shadows.Grouped(reference=state),
        "derandomised": shadows.Derandomised(),
        "adaptive Pauli": shadows.AdaptivePauli(random_state=0),
        "overlapped grouping": shadows.OverlappedGrouping(),
        "ShadowGrouping": shadows.ShadowGrouping(),
    }


def run_fixed(name, encoding):
    molecule = load(name, encoding)
    state, hamiltonian = ground_state(molecule), molecule.hamiltonian
    shadows, metrics, notes = ql.shadows, {}, []
    metrics["Hartree-Fock energy, no shot"] = molecule.hartree_fock_energy - molecule.exact_energy
    for label, probabilities in (
        ("uniform (classical shadows)", None),
        ("locally biased", shadows.LocallyBiased(random_state=0).design(hamiltonian, 1).basis_probabilities),
    ):
        metrics[label] = np.sqrt(shadows.one_shot_variance(hamiltonian, state, probabilities) / N_SHOTS)
    schemes = {"all-Z only, the rest zero": shadows.MeasurementScheme(["Z" * molecule.n_qubits], [N_SHOTS])}
    schemes |= {label: scheme.design(hamiltonian, N_SHOTS) for label, scheme in fixed_designs(state).items()}
    for label, scheme in schemes.items():
        bias = shadows.unmeasured_bias(scheme, hamiltonian, state)
        deviation = np.sqrt(shadows.scheme_variance(scheme, hamiltonian, state))
        metrics[label] = float(np.hypot(bias, deviation))
        notes.append(f"{label}: bias {bias:+.4f}, standard deviation {deviation:.4f}, {scheme.n_settings} settings")
    return metrics, notes


def run_pilot(name, encoding, with_sector, repeats):
    molecule = load(name, encoding)
    state = ground_state(molecule)
    start = time.perf_counter()
    method = ql.shadows.PilotLeastSquares(sector=molecule.hartree_fock if with_sector else None, random_state=0)
    plan = method.plan(molecule.hamiltonian, N_SHOTS)
    planned, start = time.perf_counter() - start, time.perf_counter()
    errors, bars, unmeasured, settings = [], [], [], []
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        pilot = plan.pilot.measure(state, random_state=rng)
        second = plan.second(pilot)
        found = plan.estimate(ql.shadows.ShadowData.merge([pilot, second.measure(state, random_state=rng)]))
        errors.append(found.estimate.value - molecule.exact_energy)
        bars.append(found.estimate.std_error)
        unmeasured.append(found.n_unmeasured)
        settings.append(second.n_settings)
    errors, bars = np.array(errors), np.array(bars)
    league = "sector" if with_sector else "coefficients"
    rmse = float(np.sqrt((errors**2).mean()))
    covered = (np.abs(errors) < 1.96 * bars).mean()
    note = (
        f"{repeats} repeats: RMSE +- {rmse / np.sqrt(2 * repeats):.4f}, bias {errors.mean():+.4f} +- "
        f"{errors.std() / np.sqrt(repeats):.4f}, standard deviation {errors.std():.4f}, median error bar "
        f"{np.median(bars):.4f}, 95 % intervals cover {covered:.3f}; median {np.median(settings):.0f} settings, "
        f"{np.median(unmeasured):.0f} unknowns never measured; {planned:.1f} s before the shots, "
        f"{(time.perf_counter() - start) / repeats:.2f} s a repeat"
    )
    return {f"{league}_{name}_{encoding}": rmse}, [note]


def run(options: Options):
    for name in ("H2",) if options.quick else MOLECULES:
        for index, encoding in enumerate(ENCODINGS):
            published = f"published {PUBLISHED[name][index]:.2f}, Hartree"
            if options.wants(f"{name} {encoding} fixed designs"):
                yield Result(f"{name} {encoding} fixed designs", options.threads, {}, "", *run_fixed(name, encoding))
            for league in ("coefficients", "sector"):
                case = f"{name} {encoding} {league}"
                # 2,256 unknowns: each repeat takes half a minute
                if options.wants(case) and case != f"NH3 {encoding} coefficients":
                    metrics, notes = run_pilot(name, encoding, league == "sector", 3 if options.quick else REPEATS)
                    yield Result(case, options.threads, {}, "", metrics, [*notes, published])
