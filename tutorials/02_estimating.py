# %% [markdown]
# # Estimating properties from measurement data
#
# A device gives bits. This tutorial turns them into numbers with error bars: expectation values from a file, the energy
# of a molecule with 1000 shots and the best way to spend them, and the entanglement of a 10-qubit state.

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
# ## The energy of a molecule with 1000 shots
#
# Which settings, and how often? Every way to choose is a scheme with one method, `design`. Before measuring anything
# the exact variance of a design on a known state tells how good it is.

# %%
molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
hamiltonian, n_shots = molecule.hamiltonian, 1000
state = ql.sim.State(np.asarray(hamiltonian.ground_state().vectors).reshape(-1))
exact = state.expectation(hamiltonian)
print(f"{hamiltonian.n_qubits} qubits, {hamiltonian.n_terms} terms, ground-state energy {exact:.4f} Hartree")
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
    print(f"{name:28} standard deviation {deviation:.4f}, bias {bias:+.4f}")

# %% [markdown]
# A pilot does better. A tenth of the shots in the all-Z basis show how the terms vary together; shot counts and weights
# then follow by least squares. Telling the symmetry sector (any basis state in it, such as the Hartree-Fock state) lets
# related terms share their data; the result says which share of the shots left the sector.

# %%
rng = np.random.default_rng(0)
for sector in (None, molecule.hartree_fock):
    plan = ql.shadows.PilotLeastSquares(sector=sector, random_state=0).plan(hamiltonian, n_shots)
    energy = plan.run(lambda scheme: scheme.measure(state, random_state=rng))
    print(f"{energy.estimate}, exact {exact:.4f}, violation rate {energy.violation_rate}")

# %% [markdown]
# The honest floor: printing the Hartree-Fock energy, without any shot, has an error of

# %%
print(f"{molecule.hartree_fock_energy - exact:.4f} Hartree")

# %% [markdown]
# ## Entanglement of a 10-qubit state
#
# For quantities that are not linear in the state, random settings are the way. Many shots for each of 300 settings give
# the purity of a part of the chain, and its second Renyi entropy, without bias.

# %%
circuit = ql.Circuit(10)
for layer in range(3):
    for qubit in range(10):
        circuit.ry(0.4 + 0.3 * qubit * (layer + 1), qubit)
    for qubit in range(layer % 2, 9, 2):
        circuit.cx(qubit, qubit + 1)
state = ql.sim.Statevector().run(circuit)
scheme = ql.shadows.Uniform(shots_per_setting=200, random_state=1).design(ql.PauliSum({"Z" * 10: 1}), n_shots=60_000)
data = scheme.measure(state, random_state=2)
for size in (1, 2, 3, 4):
    found = ql.shadows.renyi_entropy(data, range(size))
    print(f"first {size} qubits: {found}, exact {state.entropy(range(size), order=2):.3f}")
