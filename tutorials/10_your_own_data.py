# %% [markdown]
# # Bringing your own data
#
# Circuits from OpenQASM, Stim, Qiskit, Cirq and PennyLane; integrals from a chemistry program; counts from a device.
# Everything here is written as those programs write it, so the script runs without any of them installed. The one thing
# that goes wrong in practice is the order of qubits: each section says whose order is whose.

# %%
import json
import tempfile
from pathlib import Path

import numpy as np
import stim

import qlearn as ql

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. Counts of Qiskit
#
# Qiskit writes qubit 0 on the right. In qlearn qubit 0 is on the left, in Pauli strings as in bit arrays, and whoever
# reads texts says which end they mean. The state below is 1 on qubit 0 and 0 on qubits 1 and 2.

# %%
counts = {"001": 500}
data = ql.interop.qiskit.shadow_data([counts], ["ZZZ"], qubit_0="right")
values = [float(ql.shadows.estimate(data, ql.PauliSum(f"Z{qubit}", n_qubits=3)).value) for qubit in range(3)]
print("Z on qubits 0, 1, 2:", values)

# %% [markdown]
# Files go the same way: counts by basis in JSON, with the order said once, in Python or in the shell.

# %%
path = folder / "counts.json"
path.write_text(json.dumps({"ZZ": {"00": 480, "11": 520}, "XX": {"00": 507, "11": 493}, "YY": {"01": 498, "10": 502}}))
bell = ql.shadows.read_counts(path, qubit_0="right")
fidelity = ql.shadows.estimate(bell, ql.PauliSum("0.25 * II + 0.25 * XX - 0.25 * YY + 0.25 * ZZ"))
print("fidelity with a Bell state:", fidelity)
print(f'or: qlearn estimate {path.name} --qubit-0 right --observable "Z0 Z1"')

# %% [markdown]
# ## 2. Classical shadows of PennyLane
#
# `pennylane.classical_shadow` gives two arrays, bits and recipes (0 = X, 1 = Y, 2 = Z), with wire k in column k. Here
# they come from a simulation of three qubits, `cos(0.3)|000> + sin(0.3)|111>`.

# %%
circuit = ql.Circuit(3).ry(0.6, 0).cx(0, 1).cx(1, 2)
state = ql.sim.Statevector().run(circuit)
shadow = ql.shadows.Uniform(random_state=1).design(ql.PauliSum("ZZI"), n_shots=20_000).measure(state, random_state=2)
bits, recipes = ql.interop.pennylane.export_shadow_data(shadow)
print("bits", bits.shape, "recipes", recipes.shape)
again = ql.interop.pennylane.shadow_data(bits, recipes)
observables = [ql.PauliSum("ZZI"), ql.PauliSum("XXX"), ql.PauliSum("IIZ")]
found = ql.shadows.estimate(again, observables)
for observable, value, error in zip(observables, found.value, found.std_error):
    exact = float(state.expectation(observable))
    off = abs(value - exact) / error
    print(f"{observable}: {value:+.3f} +- {error:.3f}, exact {exact:+.3f}, off by {off:.1f} errors")

# %% [markdown]
# ## 3. Circuits
#
# OpenQASM 2 and 3 are read by a reader of our own: nothing in a file runs, and no other file is opened. Circuits leave
# the same way, and as Stim where they are Clifford. With the other library installed, `ql.interop.qiskit`, `.cirq` and
# `.pennylane` take and make its circuits (`import_circuit`, `export_circuit`) without a detour over text.

# %%
text = 'OPENQASM 3; include "stdgates.inc"; input float theta; qubit[2] q; h q[0]; crx(2 * theta) q[0], q[1];'
read = ql.Circuit.from_qasm(text)
print(read.draw())
energy, slope = ql.sim.Statevector().value_and_gradient(read, ql.PauliSum("IZ"), [0.4])
print(f"Z on qubit 1: {energy:.6f}, by hand {(1 + np.cos(0.8)) / 2:.6f}; slope {slope[0]:.6f}")
print(ql.Circuit.from_qasm('OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; h q[0]; cx q[0], q[1];').to_stim())

# %% [markdown]
# ## 4. A molecule from a chemistry program
#
# PySCF, Molpro, Psi4 and NWChem write integrals as FCIDUMP. These are those of H2 at 0.7414 Angstrom.

# %%
(folder / "FCIDUMP").write_text(
    """ &FCI NORB=2,NELEC=2,MS2=0,
  ORBSYM=1,5,
  ISYM=1,
 &END
 0.674488766357  1 1 1 1
 0.181288808211  2 1 2 1
 0.663468096424  2 2 1 1
 0.697393767423  2 2 2 2
-1.252463573565  1 1 0 0
-0.475948715221  2 2 0 0
 0.713753993688  0 0 0 0
"""
)
hydrogen = ql.datasets.load_fcidump(folder / "FCIDUMP", spin_order="interleaved")
reference = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")
print(hydrogen, "reference", hydrogen.reference)
exact = hydrogen.hamiltonian.ground_state().energies[0]
print(f"ground state {exact:.4f} Hartree; in the data sets of qlearn {reference.exact_energy:.4f}")

# %% [markdown]
# From here on it is a problem like any other: search a circuit for it.

# %%
problem = ql.search.EnergyProblem(hydrogen.hamiltonian, gates=("ry", "cx"), reference=hydrogen.reference)
result = ql.search.run(problem, budget=ql.search.Budget(evaluations=5_000), random_state=0)
best = result.front.best(two_qubit_gates=3)
print(f"{best.two_qubit_gates} two-qubit gates, {1000 * (best.cost - exact):.4f} mHa above the ground state")

# %% [markdown]
# ## 5. A circuit of Stim with recorded detection events
#
# Any `.stim` file with detectors and observables is a decoding problem; files of detection events in Stim's formats
# come with it. From the shell: `stim detect ... | qlearn decode predict ...`.

# %%
memory = stim.Circuit.generated("repetition_code:memory", distance=5, rounds=5, before_round_data_depolarization=0.04)
memory.to_file(folder / "memory.stim")
shots, flips = memory.compile_detector_sampler(seed=3).sample(20_000, separate_observables=True)
stim.write_shot_data_file(
    data=np.hstack([shots, flips]), path=folder / "events.b8", format="b8", num_detectors=memory.num_detectors,
    num_observables=1,
)  # fmt: skip
problem = ql.decoders.DecodingProblem.from_files(
    circuit=folder / "memory.stim", detectors=folder / "events.b8", appended=True
)
decoder = ql.decoders.Matching().fit(problem)
wrong = (decoder.predict(problem.recorded.detectors) != problem.recorded.observables).any(axis=1)
print(f"matching is wrong on {wrong.sum()} of {len(wrong)} recorded shots; doing nothing on {int(flips.sum())}")
