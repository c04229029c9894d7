"""The compiled part of the structure search: skeletons, their energies, descent, Pauli sweeps."""
