# %% [markdown]
# # Entanglement of a 10-qubit state from randomised measurements
#
# Purities, entropies and negativities are no expectation values of the state: no single observable has them as its
# mean. But settings drawn at random, the same data that classical shadows are made of, give them without bias and with
# an error bar, and no circuit beyond single-qubit rotations. This script measures a 10-qubit state in simulation, and
# compares every number with the exact one.

# %%
import numpy as np

import qlearn as ql

# %% [markdown]
# ## The state and its data
#
# A spin chain in a transverse field starts from all spins up and evolves: entanglement spreads. (Brydges and others
# measured such a quench with ten ions in 2019, with about as many settings and shots as here.) The device applies
# slightly wrong angles; what we want to know is the entanglement of what it really prepares.

# %%
n_qubits = 10


def quench(error):
    circuit = ql.Circuit(n_qubits)
    rng = np.random.default_rng(3)
    for _ in range(4):
        for qubit in range(n_qubits - 1):
            circuit.rzz(0.5 + error * rng.normal(), qubit, qubit + 1)
        for qubit in range(n_qubits):
            circuit.rx(0.6 + error * rng.normal(), qubit)
    return circuit


engine = ql.sim.Statevector()
planned, prepared = engine.run(quench(0.0)), engine.run(quench(0.03))
print(f"fidelity of the prepared state to the planned one: {prepared.fidelity(planned):.3f}")

# %% [markdown]
# 500 settings with 150 shots each. `Uniform` looks at no coefficients; it needs an observable for its width only.

# %%
width = ql.PauliSum({"Z" * n_qubits: 1.0})
scheme = ql.shadows.Uniform(shots_per_setting=150, random_state=1).design(width, n_shots=75_000)
data = scheme.measure(prepared, random_state=2)
print(data)

# %% [markdown]
# ## Purity, and the trap of comparing a shot with itself
#
# Within a setting, pairs of shots that agree on many qubits speak for a pure state. Only pairs of *different* shots
# count: the textbook formula with frequencies squared pairs every shot with itself, too, which on ten qubits adds
# several units to a number that cannot exceed 1.

# %%
purity = ql.shadows.purity(data)
naive = (purity.value * 149 + 2**n_qubits) / 150
print(f"purity of all ten qubits: {purity}; exact 1; with the shots paired with themselves {naive:.1f}")

# %% [markdown]
# The error of a global purity is large, as it grows exponentially with the number of qubits. Parts are easier, and a
# guess of the state helps: the exact statistic of the *planned* state in the same 500 settings is subtracted, its mean
# added ("common randomised measurements"). The settings' share of the error goes away, that of the shots stays, and no
# guess, however bad, biases the result. For the first two qubits:

# %%
alone, helped = ql.shadows.purity(data, [0, 1]), ql.shadows.purity(data, [0, 1], prior=planned)
truth = np.exp(-prepared.entropy([0, 1], order=2))
print(f"purity of two qubits: {alone}, with the prior {helped}, exact {truth:.3f}")
print(f"the prior shrinks the error {alone.std_error / helped.std_error:.1f} times")

# %% [markdown]
# ## Entropy of a growing part
#
# The second Renyi entropy is minus the logarithm of the purity. The logarithm bends, so that the entropy of an unbiased
# purity is biased; the jackknife over settings corrects that and gives the error. The entropies hardly depend on the
# size of the part: after a short time entanglement sits at the cut (an "area law").

# %%
sizes = range(1, 6)
entropies = {f"first {size}": ql.shadows.renyi_entropy(data, range(size), prior=planned) for size in sizes}
exact = [prepared.entropy(range(size), order=2) for size in sizes]
for (name, entropy), truth in zip(entropies.items(), exact, strict=True):
    print(f"{name}: {entropy}, exact {truth:.3f}")
display = ql.plot.EstimatesDisplay.from_estimates(entropies, exact, label="second Renyi entropy").plot()

# %% [markdown]
# Higher orders come from products of the shadows of three or more different settings. For two qubits:

# %%
for order in (2, 3, 4):
    entropy = ql.shadows.renyi_entropy(data, [4, 5], order=order)
    print(f"order {order}: {entropy}, exact {prepared.entropy([4, 5], order=order):.3f}")

# %% [markdown]
# ## Are two spins entangled with each other?
#
# The entropy of a part counts what it shares with everything else. Whether two spins in a *mixed* state are entangled
# is told by the partial transpose: if its moments have p3 < p2 squared, they are (Elben and others, 2020). Moments are
# U-statistics over settings, so three different settings meet in every product.


# %%
def exact_p3_ppt(state, first, second):
    density = state.reduced([first, second]).reshape(2, 2, 2, 2)
    turned = density.transpose(2, 1, 0, 3).reshape(4, 4)
    p2, p3 = (np.trace(np.linalg.matrix_power(turned, order)).real for order in (2, 3))
    return p2**2 - p3


for first, second in ((0, 1), (4, 5), (0, 9)):
    witness = ql.shadows.p3_ppt(data, transposed=first, qubits=[first, second])
    sure = "entangled" if witness.value > 3 * witness.std_error else "not shown to be entangled"
    print(f"spins {first}, {second}: p2^2 - p3 = {witness}, exact {exact_p3_ppt(prepared, first, second):.4f}: {sure}")

# %% [markdown]
# ## Do two devices prepare the same state?
#
# A second device, with other faults, measures *the same list of settings*. Their shots are compared setting by setting;
# nobody has to know the state.

# %%
other = scheme.measure(engine.run(quench(-0.05)), random_state=5)
for qubits in (range(3), range(5)):
    fidelity = ql.shadows.cross_platform_fidelity(data, other, qubits)
    print(f"fidelity of the two devices on {len(qubits)} qubits: {fidelity}")

# %% [markdown]
# And the fidelity to the planned state, with that state as its own prior:

# %%
fidelity = ql.shadows.fidelity(data, planned, prior=planned)
print(f"fidelity to the plan: {fidelity}, exact {prepared.fidelity(planned):.3f}")
