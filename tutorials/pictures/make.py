"""Makes the pictures of the README from what the tour computes: python tutorials/pictures/make.py"""

from pathlib import Path

import matplotlib
import numpy as np

import qlearn as ql
from qlearn.cli._tour import classify, decode, search

matplotlib.use("Agg")
FOLDER = Path(__file__).parent
SEED = 0


def save(figure, name):
    """Write a figure as PNG, cropped."""
    figure.savefig(FOLDER / f"{name}.png", dpi=110, bbox_inches="tight", metadata={"Software": None})


def estimate():
    """Return errors of the energy of H2O against the number of shots, measured and exact, for four schemes."""
    molecule = ql.datasets.load_molecule("H2O", unit="angstrom")
    state = ql.sim.State(molecule.hamiltonian.ground_state().vectors[0])
    schemes = {
        "uniform (classical shadows)": ql.shadows.Uniform(random_state=SEED),
        "groups of commuting terms": ql.shadows.Grouped(),
        "derandomised": ql.shadows.Derandomised(),
        "ShadowGrouping": ql.shadows.ShadowGrouping(),
    }
    numbers = [250, 1000, 4000, 16000]
    display = ql.plot.ShotErrorDisplay.from_schemes(
        schemes, molecule.hamiltonian, state, numbers, n_repeats=40, random_state=SEED
    ).plot()
    display.ax_.set_ylabel("error of the energy of H2O (Hartree)")
    return display.figure_


def front():
    """Return the energies of circuits for LiH against their two-qubit gates."""
    found = search.search(np.random.SeedSequence(SEED))
    ax = found.result.front.plot(baseline=found.molecule.exact_energy)
    ax.axhline(0.0016, linestyle="--", color="#555555", label="chemical accuracy")
    ax.legend(frameon=False)
    ax.set_ylabel("energy of LiH above the exact one (Hartree)")
    return ax.figure


def decoders():
    """Return the error rates of decoders of a surface code."""
    found = decode.decode(np.random.SeedSequence(SEED))
    return ql.plot.ComparisonDisplay.from_comparison(found.comparison).plot().figure_


def digits():
    """Return digits and what the circuit reads."""
    found = classify.classify(np.random.SeedSequence(SEED))
    return ql.plot.ImagesDisplay(found.images, found.predictions, found.labels).plot().figure_


if __name__ == "__main__":
    for name, picture in {"estimate": estimate, "decode": decoders, "search": front, "classify": digits}.items():
        save(picture(), name)
