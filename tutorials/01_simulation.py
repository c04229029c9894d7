# %% [markdown]
# # Simulating quantum circuits
#
# This script goes once through the simulation core of qlearn: circuits, observables, engines, gradients, shots,
# noise, time evolution, and a molecule at the end. Run it as a program (`python tutorials/01_simulation.py`:
# seconds, once the kernels are compiled), or cell by cell in an editor that knows `# %%`. What the text claims, the
# next cell shows with a number.

# %%
import math
import tempfile
import time
from pathlib import Path

import numpy as np

import qlearn as ql

# %% [markdown]
# ## 1. Circuits
#
# A circuit is a list of instructions, built by calls that chain. Angles come first, then qubits. One convention
# holds everywhere: **qubit 0 is the leftmost** letter of a Pauli string, column 0 of an array of bits, and the most
# significant bit of an amplitude's index. So X on qubit 0 of two gives the state |10>, which has index 2.

# %%
bell = ql.Circuit(2).h(0).cx(0, 1)
print(bell.draw())
print("counts", bell.counts(), "depth", bell.depth())

engine = ql.sim.Statevector()
print("X on qubit 0 gives index", int(np.argmax(engine.run(ql.Circuit(2).x(0)).probabilities())))

# %% [markdown]
# A circuit holds no engine: an engine runs it and returns a state, which answers questions. In a Bell state each
# qubit alone knows nothing: one bit of entropy, log 2 in natural units.

# %%
state = engine.run(bell)
print("probabilities", state.probabilities().round(3))
print(f"entropy of qubit 0: {state.entropy(0):.6f}, log 2 = {math.log(2):.6f}")
print("five shots:", ["".join(map(str, bits)) for bits in state.sample(5, random_state=1)])

# %% [markdown]
# ## 2. Parameters
#
# Angles may be expressions of parameters up to degree two, which is enough for `weight * feature + bias`. The
# values are given when the circuit runs, in the order of `circuit.parameters`, or by name.

# %%
theta = ql.parameters("theta", 3)
circuit = ql.Circuit(3)
for qubit in range(3):
    circuit.ry(theta[qubit], qubit)
circuit.rzz(2 * theta[0] * theta[1], 0, 1).cx(1, 2).rx(theta[2] + 0.5, 2)
print(circuit.draw())
print("parameters:", [str(parameter) for parameter in circuit.parameters])

values = np.array([0.4, -1.1, 0.7])
by_order = engine.run(circuit, values)
by_name = engine.run(circuit, {theta: values})
bound = engine.run(circuit.bind(values))
print(
    f"fidelity of values by order, by name and bound: {by_order.fidelity(by_name):.12f} {by_order.fidelity(bound):.12f}"
)

# %% [markdown]
# ## 3. Observables
#
# A `PauliSum` is the one type for observables and Hamiltonians. It has the algebra of operators.

# %%
hamiltonian = ql.PauliSum("0.5 * Z0 Z1 + 0.5 * Z1 Z2 - X0 - X1 - X2")
print(hamiltonian)
total_z = ql.PauliSum("Z0 + Z1 + Z2")
flips = ql.PauliSum("X0 X1 X2")
print("commutes with the sum of Z:", hamiltonian.commutator(total_z).simplify().n_terms == 0)
print("commutes with X X X:       ", hamiltonian.commutator(flips).simplify().n_terms == 0)
energies, vectors = hamiltonian.ground_state(k=2)
print("two lowest energies", energies.round(6))
print(f"energy of the circuit {engine.expectation(circuit, hamiltonian, values):.6f}, never below {energies[0]:.6f}")

# %% [markdown]
# ## 4. Batches
#
# Rows of values are a batch, and so are observables: several rows run in the lanes of the processor's vector unit.
# The engine interprets circuits and compiles nothing for them, so one that it has never seen costs little more than a
# known one. Results do not depend on how rows are grouped, nor on threads (`Statevector(n_jobs=2)`).

# %%
rng = np.random.default_rng(0)
rows = rng.uniform(-np.pi, np.pi, (2000, 3))
start = time.perf_counter()
together = engine.expectation(circuit, [hamiltonian, total_z], rows)
batch_seconds = time.perf_counter() - start
start = time.perf_counter()
one_by_one = np.array([engine.expectation(circuit, [hamiltonian, total_z], row) for row in rows])
loop_seconds = time.perf_counter() - start
print("shape", together.shape, f"largest difference {np.abs(together - one_by_one).max():.0e}")
print(
    f"a batch takes {1e6 * batch_seconds / 2000:.2f} us a row, one call for each row {1e6 * loop_seconds / 2000:.0f} us"
)
start = time.perf_counter()
for index in range(500):
    fresh = ql.Circuit(3).ry(values[0], index % 3).cx(index % 3, (index + 1) % 3).rx(values[1], 0).rzz(0.3, 1, 2)
    engine.expectation(fresh, hamiltonian)
print(f"a new circuit takes {1e6 * (time.perf_counter() - start) / 500:.0f} us, building it included")
threads = ql.sim.Statevector(n_jobs=2).expectation(circuit, [hamiltonian, total_z], rows)
print("the same with two threads, to the last bit:", np.array_equal(threads, together))

# %% [markdown]
# ## 5. Gradients, five ways
#
# 1. **Adjoint** (`value_and_gradient`): one run forward and one back, whatever the number of parameters. For
#    simulators.
# 2. **Parameter shift**: exact, from expectation values at shifted angles. This is what a device can do; the
#    executor may be any engine, or a function of yours that calls hardware.
# 3. **Parameter shift from shots**: the same, with an error bar on every component.
# 4. **Finite differences**: nearly exact without shots, poor with them.
# 5. **SPSA**: random directions, two evaluations each; cheap, noisy, unbiased up to the square of its step.

# %%
energy, adjoint = engine.value_and_gradient(circuit, hamiltonian, values)
shifted = ql.sim.parameter_shift(circuit, hamiltonian, values, executor=engine)
differences = ql.sim.finite_difference(circuit, hamiltonian, values, executor=engine)
sampled = ql.sim.parameter_shift(circuit, hamiltonian, values, executor=engine, n_shots=20_000, random_state=2)
perturbed = ql.sim.spsa_gradient(
    circuit, hamiltonian, values, executor=engine, n_directions=400, step=0.02, random_state=3
)

print("adjoint                 ", adjoint.round(6))
print("parameter shift         ", shifted.round(6), f"off by {np.abs(shifted - adjoint).max():.0e}")
print("finite differences      ", differences.round(6), f"off by {np.abs(differences - adjoint).max():.0e}")
for name, estimate in (("parameter shift, shots", sampled), ("SPSA, 400 directions", perturbed)):
    off = np.abs(estimate.value - adjoint) / estimate.std_error
    print(f"{name:24}", estimate.value.round(3), "±", estimate.std_error.round(3), f"off by {off.max():.1f} errors")

# %% [markdown]
# Second derivatives and the geometry of states come the same way: the Hessian by shifts, the Fubini-Study metric
# for the natural gradient. Both are symmetric, and the metric has no negative eigenvalue.

# %%
curvature = ql.sim.hessian(circuit, hamiltonian, values, executor=engine)
metric = ql.sim.fubini_study_metric(circuit, values)
print(f"Hessian: asymmetry {np.abs(curvature - curvature.T).max():.0e}")
print("metric: eigenvalues", np.linalg.eigvalsh(metric).round(4))

# %% [markdown]
# ## 6. Shots and honest error bars
#
# With `n_shots` an expectation value becomes an `Estimate`: the value, its standard error, and how many shots it
# took. Terms that commute qubit by qubit share shots. Is the error bar right? Repeat the experiment 300 times: an
# interval of 68 % should hold the truth about 68 times in a hundred, and the spread should be the error that each
# run states.

# %%
estimate = engine.expectation(circuit, hamiltonian, values, n_shots=1000, random_state=0)
low, high = estimate.interval(0.95)
print(f"exact {energy:.4f}, measured {estimate}, 95 % interval [{low:.3f}, {high:.3f}]")
repeats = [engine.expectation(circuit, hamiltonian, values, n_shots=1000, random_state=seed) for seed in range(300)]
held = np.mean([abs(repeat.value - energy) < repeat.std_error for repeat in repeats])
spread = np.std([repeat.value for repeat in repeats])
stated = np.mean([repeat.std_error for repeat in repeats])
print(f"one standard error holds the truth in {100 * held:.0f} % of 300 runs; spread {spread:.4f}, stated {stated:.4f}")
again = engine.expectation(circuit, hamiltonian, values, n_shots=1000, random_state=0)
print("the same seed gives the same estimate:", again == estimate)

# %% [markdown]
# ## 7. Noise
#
# A `NoiseModel` puts channels into a circuit: by rule, or from the numbers on a device's sheet. `DensityMatrix`
# simulates the result exactly, at the price of 4^n; `Trajectories` samples pure states and says how well it knows
# the answer.

# %%
noise = ql.NoiseModel.from_device(t1=100.0, t2=80.0, gate_times={1: 0.03, 2: 0.2}, gate_errors={1: 0.001, 2: 0.01})
noisy = noise.apply(circuit.decompose())
print("instructions", len(circuit), "become", len(noisy), "such as", list(noisy.counts())[:3])
exact_noisy = ql.sim.DensityMatrix().expectation(noisy, hamiltonian, values)
sampled_noisy = ql.sim.Trajectories(n_trajectories=2000).expectation(noisy, hamiltonian, values, random_state=0)
off = abs(sampled_noisy.value - exact_noisy) / sampled_noisy.std_error
print(f"without noise {energy:.4f}, density matrix {exact_noisy:.4f}")
print(f"trajectories {sampled_noisy}: off by {off:.1f} errors")
print(f"purity of the final state {ql.sim.DensityMatrix().run(noisy, values).purity():.4f}")

# %% [markdown]
# Readout errors belong to measurements. A circuit that measures returns what it recorded.

# %%
reading = ql.NoiseModel().before_measurement(ql.Circuit(1).readout_error(0.02, 0.08, 0))
ones = ql.sim.DensityMatrix().sample(reading.apply(ql.Circuit(1).x(0).measure()), n_shots=20_000, random_state=0)
print(f"a qubit in state 1 is read as 1 in {100 * ones.mean():.1f} % of shots; 92 % was asked for")

# %% [markdown]
# ## 8. Time evolution
#
# `evolve` solves the Schroedinger equation to a tolerance without building a matrix. Product formulas do it with
# gates, and their error falls with the number of steps to the power of their order. Here a quench: an Ising chain
# of ten spins, all up, feels a transverse field.

# %%
n_qubits = 10
chain = ql.datasets.make_ising_chain(n_qubits, coupling=1.0, field=1.0)
up = ql.sim.State.basis("0" * n_qubits)
times = np.linspace(0.0, 2.0, 5)
magnetisation = sum(ql.PauliSum.single(f"Z{qubit}", 1 / n_qubits, n_qubits) for qubit in range(n_qubits))
states = ql.sim.evolve(chain, times, up)
print("magnetisation", magnetisation.expectation(states).round(4))
drift = np.ptp(chain.expectation(states))
print(f"the energy is conserved to {drift:.0e}")
target = ql.sim.evolve(chain, 1.0, up)
for order in (1, 2, 4):
    products = [engine.run(ql.circuits.trotter_circuit(chain, 1.0, n_steps, order=order)) for n_steps in (10, 20)]
    coarse, fine = (np.linalg.norm(product.amplitudes - target.amplitudes) for product in products)
    print(f"order {order}: error {coarse:.1e} in 10 steps, {fine:.1e} in 20: power {math.log2(coarse / fine):.2f}")

# %% [markdown]
# ## 9. A molecule
#
# Lithium hydride with two active electrons in three orbitals: six qubits, 118 Pauli strings. The more its bond is
# stretched, the worse is Hartree-Fock. The circuit below spreads a pair of electrons over three orbitals and then
# turns the orbitals of both spins by the same angles (every state of two electrons in a singlet has that form), so
# it can be exact. All angles zero is Hartree-Fock. `minimize` feeds SciPy's L-BFGS-B with adjoint gradients.


# %%
def pair_circuit():
    """Return a circuit for two electrons in three orbitals; modes 0-2 are spin up, 3-5 spin down."""
    angle = ql.parameters("theta", 5)
    pairs = ql.Circuit(6).x(0).single_excitation(angle[0], 0, 1).single_excitation(angle[1], 1, 2)
    for mode in range(3):
        pairs.cx(mode, mode + 3)
    for turn, mode in ((angle[2], 0), (angle[3], 1), (angle[4], 0)):
        pairs.single_excitation(turn, mode, mode + 1).single_excitation(turn, mode + 3, mode + 4)
    return pairs


ansatz = pair_circuit()
print("distance   Hartree-Fock error   circuit error   adjoint gradients   time")
for distance in (1.2, 2.2, 3.4):
    molecule = ql.datasets.load_molecule("LiH", distance=distance, unit="angstrom")
    start = time.perf_counter()
    optimum = ql.sim.minimize(ansatz, molecule.hamiltonian, 0.1 * np.random.default_rng(0).normal(size=5))
    seconds = time.perf_counter() - start
    error = 1000 * (optimum.value - molecule.exact_energy)
    reference = 1000 * (molecule.hartree_fock_energy - molecule.exact_energy)
    took = f"{optimum.n_evaluations:16d} {1000 * seconds:10.0f} ms"
    print(f"{distance} A {reference:18.3f} mHa {abs(error):11.3f} mHa {took}")

measured = engine.expectation(ansatz, molecule.hamiltonian, optimum.values, n_shots=100_000, random_state=0)
print(f"at 3.4 A, from 100000 shots: {measured}; exact {molecule.exact_energy:.6f} Hartree")

# %% [markdown]
# A hundred thousand shots leave an error of a few mHa, above chemical accuracy (1.6 mHa). Spending shots better is
# the first of the three jobs that qlearn is made for.
#
# ## 10. Taking circuits elsewhere
#
# Circuits are written as OpenQASM 2 or 3 and read back, Clifford circuits also as Stim; `save` and `load` keep
# circuits, Pauli sums and results in a file of data, never of code.

# %%
found = ansatz.bind(optimum.values).decompose()
text = found.to_qasm(3)
print("\n".join(text.splitlines()[:6]))
returned = ql.Circuit.from_qasm(text)
difference = engine.expectation(returned, molecule.hamiltonian) - optimum.value
print(f"{len(text.splitlines())} lines; energy of the circuit read back differs by {abs(difference):.0e} Hartree")

print(str(ql.Circuit(2).h(0).cx(0, 1).depolarize2(0.01, 0, 1).measure().to_stim()))

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "ansatz.qlearn"
    ql.save(ansatz, path)
    print("saved and loaded, the circuit is the same:", ql.load(path) == ansatz)

# %% [markdown]
# ## Where to go from here
#
# `qlearn tour` runs a molecule with and without noise; `help(ql.Circuit)` lists the gates; every docstring has an
# example that runs. Estimating with few shots, training decoders and searching for circuits come next.
