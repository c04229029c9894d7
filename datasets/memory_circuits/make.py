"""Makes the memory experiments of this folder with qlearn's own generator.

python datasets/memory_circuits/make.py
"""

from pathlib import Path

import qlearn as ql

FOLDER = Path(__file__).parent
for distance in (3, 5):
    circuit = ql.codes.surface_memory(distance, rounds=distance, noise=ql.codes.CircuitNoise.uniform(0.005))
    circuit.to_file(FOLDER / f"rotated_surface_d{distance}_r{distance}_p0.005.stim")
