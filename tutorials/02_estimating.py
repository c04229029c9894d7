# %% [markdown]
# # Estimating properties from measurement data
#
# A device gives bits. This tutorial turns them into numbers with error bars: expectation values from a file, and the
# energy of a molecule from 1000 shots, spent in the best way we know.

# %%
import tempfile
from pathlib import Path

import numpy as np

import qlearn as ql

# %% [markdown]
# ## From a file to numbers
#
# Measured data are *settings* (a letter X, Y or Z for every qubit) and *outcomes* (0 for eigenvalue +1). A CSV file
# needs two columns; we must say which end of its texts is qubit 0, because files differ in that.

# %%
path = Path(tempfile.mkdtemp()) / "bell.csv"
path.write_text("basis,outcome,count\nZZ,00,260\nZZ,11,240\nXX,00,255\nXX,11,245\nYY,01,251\nYY,10,249\n")
data = ql.shadows.read_csv(path, qubit_0="left")
terms = ql.shadows.estimate_terms(data, ql.PauliSum({"ZZ": 1, "XX": 1, "YY": 1, "ZI": 1, "XY": 1}))
for label, value, error, matches in zip(
    terms.strings.labels(), terms.estimate.value, terms.estimate.std_error, terms.n_matches, strict=True
):
    print(f"{label}: {value:+.3f} +- {error:.4f} from {matches} shots")

# %% [markdown]
# No shot measured XY, so its value is NaN, not zero. Outcomes that all agree still get an error: no finite number of
# shots proves that the others would agree, too.
#
# ## The energy of a molecule from 1000 shots
#
# Lithium hydride in all its orbitals: 12 qubits, 631 terms. A device gives us 1000 shots, each in a basis of one letter
# a qubit. We take the exact ground state for the device, so that we can say how wrong each answer is.

# %%
molecule = ql.datasets.load_molecule("LiH", distance=1.548, unit="angstrom")
hamiltonian, n_shots = molecule.hamiltonian, 1000
state = ql.sim.State(np.asarray(hamiltonian.ground_state().vectors).reshape(-1))
exact = molecule.exact_energy
print(f"{hamiltonian.n_qubits} qubits, {hamiltonian.n_terms} terms, ground-state energy {exact:.4f} Hartree")

# %% [markdown]
# Two answers cost nothing to think of, and whoever measures must beat them: the Hartree-Fock energy, which needs no
# shot at all, and the all-Z basis alone, every other term set to zero.

# %%
print(f"Hartree-Fock energy: error {molecule.hartree_fock_energy - exact:.4f} Hartree")
all_z = ql.shadows.MeasurementScheme(["Z" * molecule.n_qubits], [n_shots])
print(f"all-Z basis only: error {abs(ql.shadows.unmeasured_bias(all_z, hamiltonian, state)):.4f} Hartree")

# %% [markdown]
# Which settings, and how often? The advisor designs them in every way there is and rates the designs without a shot, by
# the errors they would give on the maximally mixed state. For one known Hamiltonian, classical shadows lose.

# %%
print(ql.shadows.advise(hamiltonian, n_shots))

# %% [markdown]
# On our own state we can do better than rate: the variance of a design is known exactly, and so is the bias from terms
# that it never measures.

# %%
schemes = {
    "uniform (classical shadows)": ql.shadows.Uniform(random_state=0),
    "groups of commuting terms": ql.shadows.Grouped(),
    "derandomised": ql.shadows.Derandomised(),
    "overlapped grouping": ql.shadows.OverlappedGrouping(),
    "ShadowGrouping": ql.shadows.ShadowGrouping(),
}
for name, scheme in schemes.items():
    design = scheme.design(hamiltonian, n_shots)
    deviation = np.sqrt(ql.shadows.scheme_variance(design, hamiltonian, state))
    bias = ql.shadows.unmeasured_bias(design, hamiltonian, state)
    print(f"{name:28} error {np.hypot(deviation, bias):.4f}: standard deviation {deviation:.4f}, bias {bias:+.4f}")

# %% [markdown]
# None beats Hartree-Fock. A pilot does: 100 of the shots in the all-Z basis tell how the terms vary together, and from
# that the other 900 shots and the weights of all outcomes follow by least squares. Nothing is assumed of the state.
#
# A molecule has more to give: its numbers of electrons of each spin, and the parities of its geometry, are conserved.
# They are found from the Hamiltonian, in any encoding; the pilot's own shots say which sector the state is in. Terms
# that a symmetry relates then share their data. If shots leave the sector, as noise makes them do, the result says so
# and does without.

# %%
for sector in (None, "pilot"):
    plan = ql.shadows.PilotLeastSquares(sector=sector, random_state=0).plan(hamiltonian, n_shots)
    errors, bars = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        energy = plan.run(lambda scheme, rng=rng: scheme.measure(state, random_state=rng))
        errors.append(energy.estimate.value - exact)
        bars.append(energy.estimate.std_error)
    print(f"sector {sector}: first {energy.estimate}, violation rate {energy.violation_rate}")
    print(f"  10 experiments: error {np.sqrt(np.mean(np.square(errors))):.4f}, error bar {np.median(bars):.4f}")

# %% [markdown]
# ## On a device
#
# A plan has two stages. Each gives circuits, in our form or as OpenQASM, and takes back the data.

# %%
small = ql.datasets.load_molecule("H2", distance=0.735, unit="angstrom", encoding="parity")
preparation = small.hartree_fock_circuit()
plan = ql.shadows.PilotLeastSquares(sector="pilot", random_state=0).plan(small.hamiltonian, n_shots=400)
pilot = plan.pilot.measure(preparation, random_state=0)  # your device's bits go here
second = plan.second(pilot)
print(f"pilot {plan.pilot.labels()} {plan.pilot.n_shots} shots, then {second.labels()} {second.n_shots} shots")
print(second.circuits(preparation)[-1].to_qasm(3).splitlines()[0])
data = ql.shadows.ShadowData.merge([pilot, second.measure(preparation, random_state=1)])
print(f"{plan.estimate(data).estimate}; the Hartree-Fock energy is {small.hartree_fock_energy:.4f}")

# %% [markdown]
# ## How many shots?
#
# For an accuracy of 0.05 Hartree, with a confidence of 95 %: by the central limit theorem, and by a bound that no state
# whatever can break. Use the first; the second is what can be promised without looking.

# %%
wanted = ql.shadows.plan_shots(ql.shadows.ShadowGrouping(), small.hamiltonian, error=0.05)
print(f"{wanted.n_shots} shots by the central limit theorem, {wanted.n_shots_bound} by the bound")

# %% [markdown]
# A picture of errors against shots, the exact ones dashed:

# %%
few = {"groups": ql.shadows.Grouped(), "ShadowGrouping": ql.shadows.ShadowGrouping()}
ground = ql.sim.State(np.asarray(small.hamiltonian.ground_state().vectors).reshape(-1))
display = ql.plot.ShotErrorDisplay.from_schemes(few, small.hamiltonian, ground, [100, 400, 1600], n_repeats=40).plot()
print("exact errors of groups at 100, 400 and 1600 shots:", display.theory[0].round(4))
