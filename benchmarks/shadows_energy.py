"""Energy errors at 1000 shots: all schemes in one table, the two trivial answers first.

Targets (shot-frugal recipe, Jordan-Wigner, Hartree): pilot + least squares .035 / .023 without and .0165 / .0121 with
the symmetry sector for H2 6-31G / LiH; the best published values are .06 and .03. Fixed designs are exact, bias and
standard deviation apart; pilot rows are full simulated experiments. Integrals come from PySCF.
Usage: python benchmarks/shadows_energy.py [repeats] [H2 LiH]
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import qlearn as ql

MOLECULES = {"H2": ("H 0 0 0; H 0 0 0.7414", "6-31g"), "LiH": ("Li 0 0 0; H 0 0 1.5474", "sto-3g")}
TARGETS = {"H2": (0.035, 0.0165), "LiH": (0.023, 0.0121)}
N_SHOTS = 1000


def ladder(mode, n_modes):
    """Return the annihilator of a mode under Jordan-Wigner."""
    head, tail = "Z" * mode, "I" * (n_modes - mode - 1)
    return ql.PauliSum({head + "X" + tail: 0.5, head + "Y" + tail: 0.5j})


def electronic_hamiltonian(geometry, basis):
    """Return the Hamiltonian without nuclear repulsion, spin-up block first, the Hartree-Fock bits and energy."""
    from pyscf import ao2mo, gto, scf

    molecule = gto.M(atom=geometry, basis=basis, verbose=0)
    field = scf.RHF(molecule).run()
    orbitals = field.mo_coeff
    n = orbitals.shape[1]
    one = orbitals.T @ field.get_hcore() @ orbitals
    two = ao2mo.restore(1, ao2mo.kernel(molecule, orbitals), n)
    lower = [ladder(mode, 2 * n) for mode in range(2 * n)]
    # E_pq = sum over spins of a+_p a_q; H = sum (h_pq - sum_r (pr|rq) / 2) E_pq + sum (pq|rs) E_pq E_rs / 2.
    excite = [
        [sum((lower[p + s].adjoint() @ lower[q + s] for s in (0, n)), ql.PauliSum.zero(2 * n)) for q in range(n)]
        for p in range(n)
    ]
    total = ql.PauliSum.zero(2 * n)
    for p in range(n):
        for q in range(n):
            inner = sum(
                (0.5 * two[p, q, r, s] * excite[r][s] for r in range(n) for s in range(n)), ql.PauliSum.zero(2 * n)
            )
            total = total + excite[p][q] @ (inner + (one[p, q] - 0.5 * np.trace(two[p, :, :, q])))
    half = molecule.nelectron // 2
    bits = ("1" * half + "0" * (n - half)) * 2
    return total.simplify(1e-10), bits, field.e_tot - molecule.energy_nuc()


def exact_row(name, scheme, hamiltonian, state):
    bias = ql.shadows.unmeasured_bias(scheme, hamiltonian, state)
    deviation = np.sqrt(ql.shadows.scheme_variance(scheme, hamiltonian, state))
    print(f"  {name:34} rmse {np.hypot(bias, deviation):.4f}  bias {bias:+.4f}  sd {deviation:.4f}")


def pilot_row(name, sector, hamiltonian, state, energy, repeats, target):
    plan = ql.shadows.PilotLeastSquares(sector=sector, random_state=0).plan(hamiltonian, N_SHOTS)
    start, errors, bars = time.perf_counter(), [], []
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        found = plan.run(lambda scheme, rng=rng: scheme.measure(state, random_state=rng)).estimate
        errors.append(found.value - energy)
        bars.append(found.std_error)
    errors, bars = np.array(errors), np.array(bars)
    rmse = np.sqrt((errors**2).mean())
    noise = rmse / np.sqrt(2 * repeats)
    print(
        f"  {name:34} rmse {rmse:.4f} +- {noise:.4f}  bias {errors.mean():+.4f}  sd {errors.std():.4f}  median bar "
        f"{np.median(bars):.4f}  95 % covers {(np.abs(errors) < 1.96 * bars).mean():.3f}  "
        f"target {target}: {'met' if rmse < target + 2 * noise else 'missed'}  "
        f"({(time.perf_counter() - start) / repeats:.2f} s each)"
    )


def main(repeats=200, names=tuple(MOLECULES)):
    for name in names:
        hamiltonian, bits, hartree_fock = electronic_hamiltonian(*MOLECULES[name])
        ground = hamiltonian.ground_state()
        state = ql.sim.State(np.asarray(ground.vectors).reshape(-1))
        energy = float(state.expectation(hamiltonian))
        print(f"{name}: {hamiltonian.n_qubits} qubits, {hamiltonian.n_terms} terms, energy {energy:.6f}")
        print(f"  {'Hartree-Fock energy, no shot':34} error {hartree_fock - energy:.4f}")
        all_z = ql.shadows.MeasurementScheme(["Z" * hamiltonian.n_qubits], [N_SHOTS])
        exact_row("all-Z only, the rest zero", all_z, hamiltonian, state)
        schemes = {
            "groups, by coefficients": ql.shadows.Grouped(),
            "groups, by true variances": ql.shadows.Grouped(reference=state),
            "derandomised": ql.shadows.Derandomised(),
            "overlapped grouping": ql.shadows.OverlappedGrouping(),
            "ShadowGrouping": ql.shadows.ShadowGrouping(),
        }
        for label, scheme in schemes.items():
            exact_row(label, scheme.design(hamiltonian, N_SHOTS), hamiltonian, state)
        pilot_row("pilot + least squares", None, hamiltonian, state, energy, repeats, TARGETS[name][0])
        pilot_row("pilot + least squares, sector", bits, hamiltonian, state, energy, repeats, TARGETS[name][1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2:] or tuple(MOLECULES))
