"""The Hubbard model and its spin against closed forms."""

import networkx as nx
import numpy as np
import pytest

from qlearn.datasets import make_fermi_hubbard, make_spin_square


@pytest.mark.parametrize("u", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("encoding", ["jordan_wigner", "parity", "bravyi_kitaev"])
def test_the_dimer_has_its_closed_form(u, encoding):
    dimer = make_fermi_hubbard(nx.path_graph(2), 1.0, u, chemical_potential=0.0, encoding=encoding)
    energies = np.linalg.eigvalsh(dimer.to_dense())
    assert np.abs(energies - 0.5 * (u - np.sqrt(u * u + 16.0))).min() < 1e-12  # the singlet of two electrons
    assert np.abs(energies + 1.0).min() < 1e-12  # one electron
    assert energies.max() == pytest.approx(max(2 * u, 0.5 * (u + np.sqrt(u * u + 16.0))))


def test_free_electrons_fill_the_levels_of_the_graph():
    graph = nx.path_graph(4)
    levels = np.linalg.eigvalsh(nx.to_numpy_array(graph))
    free = make_fermi_hubbard(graph, 1.0, 0.0)
    assert free.ground_state().energies[0] == pytest.approx(2 * levels[levels < 0].sum())


def test_half_filling_is_lowest_by_default():
    ring = make_fermi_hubbard(nx.cycle_graph(4), 1.0, 8.0)
    state = ring.ground_state().vectors[0]
    number = sum(bin(i).count("1") * abs(state[i]) ** 2 for i in range(len(state)))
    assert number == pytest.approx(4.0, abs=1e-9)
    with pytest.raises(ValueError, match="no loops"):
        make_fermi_hubbard(nx.Graph([(0, 0)]))


@pytest.mark.parametrize("spin_order", ["blocked", "interleaved"])
@pytest.mark.parametrize("encoding", ["jordan_wigner", "parity", "bravyi_kitaev"])
def test_spin_is_conserved_and_counts_multiplets(encoding, spin_order):
    options = {"encoding": encoding, "spin_order": spin_order}
    spin = make_spin_square(3, **options)
    model = make_fermi_hubbard(nx.path_graph(3), 1.0, 4.0, **options)
    assert (model @ spin - spin @ model).simplify(1e-9).n_terms == 0
    values, counts = np.unique(np.linalg.eigvalsh(spin.to_dense()).round(9), return_counts=True)
    assert values.tolist() == [0.0, 0.75, 2.0, 3.75]
    assert counts.tolist() == [14, 28, 18, 4]  # multiplets of one to six electrons in three orbitals
