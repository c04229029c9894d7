# %% [markdown]
# # Searching a circuit for a noisy device
#
# A device has its own gates, couples some pairs of qubits only, and every gate costs fidelity. A search that knows the
# device returns circuits that can run on it as they are, and says how many gates are worth having.

# %%
import networkx as nx

import qlearn as ql

# %% [markdown]
# ## The device
#
# The numbers are those of a data sheet: times in microseconds, average gate infidelities, and the two errors of the
# readout. Here they are of the size of a five-qubit device of 2020; four of its qubits are used, in the shape of a T.

# %%
coupling = nx.Graph([(0, 1), (1, 2), (1, 3)])


def device(improvement=1.0):
    """Return the noise model of the device, or of one that many times better."""
    return ql.NoiseModel.from_device(
        coupling,
        t1=90.0 * improvement,
        t2=60.0 * improvement,
        gate_times={1: 0.036, 2: 0.4, "rz": 0.0},
        gate_errors={1: 4e-4 / improvement, 2: 8e-3 / improvement, "rz": 0.0},
        readout_errors=(0.01, 0.03),
    )


# %% [markdown]
# ## Which circuit pays?
#
# With a noise model the first objective is the energy *under noise*. Hydrogen wins 20.6 mHa by correlation, for which
# the coupling allows three CX. On the device as it is they cost more than that; the search says so and keeps to
# Hartree-Fock. On a device that is three times better, correlation pays.

# %%
hydrogen = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
gates = {"gates": ("rz", "sx", "cx"), "coupling": coupling, "reference": hydrogen.hartree_fock}
results = {}
for improvement in (1, 3, 10):
    problem = ql.search.EnergyProblem(hydrogen.hamiltonian, noise=device(improvement), **gates)
    budget = ql.search.Budget(evaluations=30_000)
    found = results[improvement] = ql.search.run(problem, budget=budget, random_state=0)
    best = found.best
    under = 1e3 * (best.objectives["noisy_energy"] - hydrogen.exact_energy)
    free = 1e3 * (best.cost - hydrogen.exact_energy)
    print(
        f"{improvement:2} x better: {best.two_qubit_gates} CX, {under:6.2f} mHa above exact, {free:6.3f} without noise"
    )

# %% [markdown]
# ## Angles from shots
#
# The search computes energies without statistical error. On the device the angles come from shots, through its noise.
# `retrain` does that with any optimiser of `qlearn.variational`: here Rotosolve, from angles that are off by 0.3.

# %%
good, problem = results[10].best, results[10].problem
execution = ql.variational.ParameterShift(n_shots=4000, noise=device(10))
trained = ql.search.retrain(
    problem,
    good,
    optimizer=ql.variational.Rotosolve(),
    execution=execution,
    initial=good.values + 0.3,
    max_epochs=10,
    random_state=1,
)
for name, candidate in (("as found", good), ("from noisy shots", trained)):
    print(f"{name:17}{1e3 * (candidate.cost - hydrogen.exact_energy):8.3f} mHa above exact, measured without noise")

# %% [markdown]
# Where no computer can find the angles, `train_on_device` begins at the half turns nearest to those of the search,
# trains from several starts near them on shots alone, corrects the readout by its rates, and extrapolates what two
# strengths of the noise show to none. Short circuits have plateaus, on which training stays. The search knows more good
# circuits than its front, and `most_trainable` tries them in simulation. Even on the device as it is, on which no
# correlated circuit paid, that finds the energy of hydrogen.

# %%
problem = results[1].problem
near = results[10].near_best(1e-4)
chosen = ql.search.most_trainable(problem, near, n_kept=1, random_state=0)
print(f"{len(near)} circuits within .1 mHa of the best, of {near[0].two_qubit_gates} CX and more")
alone = ql.search.train_on_device(problem, chosen, n_starts=2, max_epochs=40, random_state=0)
print(f"Hartree-Fock     {1e3 * (hydrogen.hartree_fock_energy - hydrogen.exact_energy):8.3f} mHa above exact")
print(f"from shots alone {1e3 * (alone.cost - hydrogen.exact_energy):8.3f} mHa above exact, measured without noise")

# %% [markdown]
# ## Fresh shots for the winner
#
# The lowest of many noisy numbers is lower than it should be. So the winner is measured again, on shots that played no
# part in choosing it; each is a noisy trajectory of its own.

# %%
fresh = ql.search.remeasure(results[10].problem, trained, n_shots=20_000, random_state=2)
deviation = abs(fresh.value - trained.objectives["noisy_energy"]) / fresh.std_error
print(f"on fresh shots {fresh}, {deviation:.1f} standard errors from the density matrix")

# %% [markdown]
# ## More qubits
#
# Density matrices of ten qubits and more are slow. To first order in the noise each faulty place is looked at by
# itself, with state vectors; what is left out is two faults at once.

# %%
lithium = ql.datasets.load_molecule("LiH", distance=2.2, unit="angstrom")
line = {"gates": ("ry", "cx"), "coupling": "line", "reference": lithium.hartree_fock}
better = ql.NoiseModel.depolarizing(2e-5, 2e-4)
large = ql.search.EnergyProblem(lithium.hamiltonian, noise=better, noise_method="first_order", **line)
found = ql.search.run(large, budget=ql.search.Budget(evaluations=150_000), random_state=0)
winner = found.best
exact = ql.sim.DensityMatrix().expectation(better.apply(winner.circuit), lithium.hamiltonian)
print(f"LiH on a line: {winner.two_qubit_gates} CX, {1e3 * (winner.cost - lithium.exact_energy):.2f} mHa without noise")
loss = winner.objectives["noisy_energy"] - winner.cost
print(f"noise costs {1e3 * loss:.3f} mHa to first order, {1e3 * (float(exact) - winner.cost):.3f} in all")

# %% [markdown]
# The circuit is ready for the device: its gates, its pairs, its angles.

# %%
print(trained.circuit.to_qasm(3))
