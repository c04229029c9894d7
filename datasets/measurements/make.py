"""Makes the measurement data of this folder: shots of the ground state of H2O on eight qubits.

    python datasets/measurements/make.py

The file is what a device without noise would have returned for the settings that ShadowGrouping chooses.
"""

from pathlib import Path

import qlearn as ql

FOLDER = Path(__file__).parent
N_SHOTS = 4000
SEED = 20261122

molecule = ql.datasets.load_molecule("H2O", unit="angstrom")
ground = molecule.hamiltonian.ground_state()
state = ql.sim.State(ground.vectors[0])
design = ql.shadows.ShadowGrouping().design(molecule.hamiltonian, N_SHOTS)
data = design.measure(state, random_state=SEED)
ql.shadows.write_csv(data, FOLDER / "H2O.csv")
print(ql.shadows.estimate(data, molecule.hamiltonian), "Hartree; exact", ground.energies[0])
