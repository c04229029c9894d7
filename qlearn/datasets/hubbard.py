"""The Fermi-Hubbard model on graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array
from ..paulis import PauliSum
from .electrons import make_electronic_hamiltonian

if TYPE_CHECKING:
    import networkx as nx


def make_fermi_hubbard(
    graph: nx.Graph,
    hopping: float = 1.0,
    interaction: float = 4.0,
    *,
    chemical_potential: float | None = None,
    encoding: str = "jordan_wigner",
    spin_order: str = "blocked",
) -> PauliSum:
    """Return the Hubbard model, -hopping * sum a+_i a_j + interaction * sum n_up n_down - potential * sum n.

    Parameters
    ----------
    graph : networkx.Graph
        Sites and bonds; site i is the i-th of the sorted nodes. Two qubits a site.
    hopping, interaction : float
        In one unit, usually that of `hopping`.
    chemical_potential : float, optional
        By default half of the interaction: on a bipartite graph the ground state of the whole matrix is then at half
        filling, so that a search needs no constraint.
    encoding : {"jordan_wigner", "parity", "bravyi_kitaev"}
    spin_order : {"blocked", "interleaved"}
        As of `make_electronic_hamiltonian`.

    Returns
    -------
    PauliSum

    Raises
    ------
    ValueError
        If the graph has no site, or a loop.

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> dimer = ql.datasets.make_fermi_hubbard(nx.path_graph(2), interaction=4.0)
    >>> round(float(dimer.ground_state().energies[0]) + 4.0, 6)  # the potential counts -2 for each of two electrons
    -0.828427
    """
    sites = sorted(graph.nodes)
    if not sites or any(a == b for a, b in graph.edges):
        raise ValueError(f"`graph` must have sites and no loops, got {graph}.")
    values = [check_array("hopping", hopping, ()), check_array("interaction", interaction, ())]
    t, u = (float(value) for value in values)
    potential = (
        u / 2 if chemical_potential is None else float(check_array("chemical_potential", chemical_potential, ()))
    )
    place = {site: index for index, site in enumerate(sites)}
    one_body = -potential * np.eye(len(sites))
    for a, b in graph.edges:
        one_body[place[a], place[b]] = one_body[place[b], place[a]] = -t
    two_body = np.zeros((len(sites),) * 4)
    for index in range(len(sites)):
        two_body[(index,) * 4] = u
    return make_electronic_hamiltonian(one_body, two_body, encoding=encoding, spin_order=spin_order)
