# %% [markdown]
# # Ground states, excited states and cuts
#
# A variational algorithm trains a circuit on an energy. This script finds the ground state of a molecule to chemical
# accuracy (1.6 mHa), trains from shots, looks at excited states, cuts a graph by QAOA, and measures how gradients
# vanish as circuits grow.

# %%
import networkx as nx
import numpy as np

import qlearn as ql
from qlearn.variational import (
    ICANS,
    UCCSD,
    Adam,
    HardwareEfficient,
    ParameterShift,
    gradient_variance,
    lie_algebra_dimension,
    qaoa,
    vqd,
    vqe,
)

# %% [markdown]
# ## 1. A molecule
#
# Lithium hydride, stretched. Unitary coupled cluster starts from the Hartree-Fock state; every excitation has one
# weight. Gradients are exact, so a quasi-Newton method is the right optimiser.

# %%
molecule = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
print(molecule)
ansatz = UCCSD(molecule.n_electrons, molecule.spin_order)
found = vqe(molecule.hamiltonian, ansatz)
print(f"{ansatz.n_weights(molecule.n_qubits)} weights, {len(found.loss_curve)} steps: {found.message}")
print(f"Hartree-Fock is {1000 * (molecule.hartree_fock_energy - molecule.exact_energy):.3f} mHa above the exact energy")
print(f"UCCSD is {1000 * abs(found.energy - molecule.exact_energy):.6f} mHa away")

# %% [markdown]
# ## 2. From shots
#
# A device gives energies with errors. `ParameterShift` makes gradients of shots; iCANS chooses how many shots each
# component of the gradient deserves. The result comes with its error bar.

# %%
ising = ql.datasets.make_ising_chain(4)
exact = float(ising.ground_state().energies[0])
circuit = HardwareEfficient(n_layers=2, rotations=("ry",), coupling="chain")
shots = ParameterShift(n_shots=2000)
for name, optimizer in (("iCANS", ICANS()), ("Adam", Adam(0.1))):
    noisy = vqe(ising, circuit, optimizer=optimizer, execution=shots, max_epochs=60, patience=None, random_state=0)
    print(f"{name:<6} energy {noisy.energy}, exact {exact:.3f}")

# %% [markdown]
# ## 3. Excited states
#
# Variational deflation adds a penalty for overlaps with the states found before.

# %%
states = vqd(ql.datasets.make_ising_chain(3, field=0.7), HardwareEfficient(4), 3, random_state=0)
spectrum = ql.datasets.make_ising_chain(3, field=0.7).ground_state(k=3).energies
for k, state in enumerate(states):
    print(f"state {k}: {state.energy:+.5f}, exact {spectrum[k]:+.5f}")

# %% [markdown]
# ## 4. Cutting a graph
#
# QAOA on a random 3-regular graph of 14 nodes. Angles known from large graphs are nearly as good as trained ones; the
# expected cut grows with the layers, and the best of a thousand samples is the largest cut.

# %%
graph = nx.random_regular_graph(3, 14, seed=3)
largest = -float(np.real(ql.variational.maxcut_cost(graph).ground_state().energies[0]))
for n_layers in (1, 3, 5):
    fixed = qaoa(graph, n_layers, initial="fixed", max_epochs=0, random_state=0)
    trained = qaoa(graph, n_layers, initial="fixed", random_state=0)
    print(
        f"{n_layers} layers: expected cut {-fixed.energy:.2f} with fixed angles, {-trained.energy:.2f} trained, "
        f"best sample {-trained.cost:.0f} of {largest:.0f}"
    )

# %% [markdown]
# ## 5. Will it train?
#
# The variance of a derivative over random parameters tells whether gradients can be seen at all. Generic circuits lose
# a constant factor with every qubit. The algebra that the gates of the Ising ansatz generate grows only as the square
# of the length, and circuits with so small an algebra keep their gradients.

# %%
for n in (2, 4, 6, 8):
    observable = ql.PauliSum("Z0 Z1", n_qubits=n)
    found = gradient_variance(HardwareEfficient(n), observable, n_samples=200, random_state=0)
    print(f"{n} qubits, {n} layers: mean variance {found.value.mean():.4f}")
for n in (3, 4):
    parts = [ql.datasets.make_ising_chain(n, 1.0, 0.0), ql.datasets.make_ising_chain(n, 0.0, 1.0)]
    print(f"{n} qubits: the algebra of the Ising ansatz has dimension {lie_algebra_dimension(parts)} of {4**n - 1}")
