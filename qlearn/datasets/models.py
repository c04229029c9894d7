"""Spin models on chains and graphs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from ..paulis import PauliSum

if TYPE_CHECKING:
    import networkx as nx

_LETTERS = frozenset("XYZ")


def make_ising_chain(n_qubits: int, coupling: float = 1.0, field: float = 1.0, *, periodic: bool = False) -> PauliSum:
    """Return the transverse-field Ising chain, -coupling * sum Z_i Z_{i+1} - field * sum X_i.

    Parameters
    ----------
    n_qubits : int
        At least 1; at least 3 for a ring.
    coupling, field : float
        Dimensionless. The chain is critical where they are equal.
    periodic : bool
        Couple the last qubit to the first.

    Returns
    -------
    PauliSum

    Examples
    --------
    >>> import qlearn as ql
    >>> print(ql.datasets.make_ising_chain(3, coupling=1.0, field=0.5))
    -1.0 * ZZI - 1.0 * IZZ - 0.5 * XII - 0.5 * IXI - 0.5 * IIX
    """
    bonds = _chain(n_qubits, periodic)
    return _spin_model(n_qubits, bonds, {"ZZ": -_number("coupling", coupling)}, {"X": -_number("field", field)})


def make_heisenberg_chain(
    n_qubits: int,
    coupling: float | Sequence[float] = 1.0,
    field: float = 0.0,
    *,
    periodic: bool = False,
) -> PauliSum:
    """Return the Heisenberg chain, sum (Jx X X + Jy Y Y + Jz Z Z) on neighbours + field * sum Z_i.

    Parameters
    ----------
    n_qubits : int
        At least 1; at least 3 for a ring.
    coupling : float or sequence of float
        One for all, or (Jx, Jy, Jz) for the XXZ and XYZ chains. Dimensionless; positive is antiferromagnetic. These
        are Pauli matrices: divide by 4 for spins 1/2.
    field : float
    periodic : bool
        Couple the last qubit to the first.

    Returns
    -------
    PauliSum

    Examples
    --------
    >>> import qlearn as ql
    >>> chain = ql.datasets.make_heisenberg_chain(5, field=1.0)
    >>> chain.n_terms, round(float(chain.ground_state().energies[0]), 6)
    (17, -8.711545)
    """
    strengths = check_array("coupling", coupling)
    if strengths.shape not in ((), (3,)):
        raise ValueError(f"`coupling` must be a number or three, (Jx, Jy, Jz), got shape {strengths.shape}.")
    pairs = dict(zip(("XX", "YY", "ZZ"), np.broadcast_to(strengths, 3).tolist(), strict=True))
    return _spin_model(n_qubits, _chain(n_qubits, periodic), pairs, {"Z": _number("field", field)})


def make_lattice_model(
    graph: "nx.Graph",
    pairs: Mapping[str, float],
    sites: Mapping[str, float] | None = None,
    *,
    weight: str | None = None,
) -> PauliSum:
    """Return a spin model on a graph: one term for each pair on every edge, one for each letter on every node.

    Parameters
    ----------
    graph : networkx.Graph
        Nodes named 0 to n-1 are the qubits; otherwise qubit i is the i-th of ``graph.nodes``.
    pairs : mapping of str to float
        Such as ``{"XX": 1.0, "YY": 1.0, "ZZ": 0.5}``; the first letter acts on the qubit with the smaller number.
    sites : mapping of str to float, optional
        Such as ``{"Z": 0.3}``.
    weight : str, optional
        Name of the edge attribute that multiplies the pairs of that edge.

    Returns
    -------
    PauliSum
        Terms with coefficient zero left out.

    Raises
    ------
    ValueError, TypeError
        If the graph is directed, empty, has a loop or an edge without the attribute, or a key is no Pauli string.

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> square = nx.grid_2d_graph(2, 2)
    >>> print(ql.datasets.make_lattice_model(square, {"ZZ": -1.0}, {"X": -0.5}))
    -1.0 * ZIZI - 1.0 * ZZII - 1.0 * IZIZ - 1.0 * IIZZ - 0.5 * XIII - 0.5 * IXII - 0.5 * IIXI - 0.5 * IIIX
    """
    n_qubits, bonds = _bonds(graph, weight)
    return _spin_model(n_qubits, bonds, _strengths("pairs", pairs, 2), _strengths("sites", sites or {}, 1))


def make_maxcut(graph: "nx.Graph", *, weight: str | None = None) -> PauliSum:
    """Return the Hamiltonian whose ground states are the largest cuts: sum over edges of w (Z_i Z_j - 1) / 2.

    Parameters
    ----------
    graph : networkx.Graph
        Nodes as in `make_lattice_model`.
    weight : str, optional
        Name of the edge attribute with w; 1 by default.

    Returns
    -------
    PauliSum
        Diagonal; the energy of a bit string is minus the weight of the edges that it cuts.

    Raises
    ------
    ValueError, TypeError
        As `make_lattice_model`.

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> energies, _ = ql.datasets.make_maxcut(nx.cycle_graph(5)).ground_state()
    >>> round(float(energies[0]), 9)
    -4.0
    """
    n_qubits, bonds = _bonds(graph, weight)
    total = 0.5 * sum(factor for *_, factor in bonds)
    return _spin_model(n_qubits, bonds, {"ZZ": 0.5}, {}) - total


def _number(name: str, value: ArrayLike) -> float:
    return float(check_array(name, value, shape=()))


def _chain(n_qubits: int, periodic: bool) -> list[tuple[int, int, float]]:
    n_qubits = check_count("n_qubits", n_qubits, minimum=3 if periodic else 1)
    bonds = [(qubit, qubit + 1, 1.0) for qubit in range(n_qubits - 1)]
    return [*bonds, (0, n_qubits - 1, 1.0)] if periodic else bonds


def _bonds(graph: "nx.Graph", weight: str | None) -> tuple[int, list[tuple[int, int, float]]]:
    """Return the number of qubits and (smaller qubit, larger qubit, weight) for every edge."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise TypeError(f"`graph` must be a networkx.Graph, got {type(graph).__name__}.")
    if graph.is_directed() or not len(graph):
        raise ValueError(f"`graph` must be undirected and have a node, got {graph}.")
    nodes = list(graph.nodes)
    if set(nodes) == set(range(len(nodes))):
        nodes = sorted(nodes)
    qubit = {node: index for index, node in enumerate(nodes)}
    bonds = []
    for first, second, data in graph.edges(data=True):
        if first == second:
            raise ValueError(f"`graph` has a loop at node {first!r}; remove it.")
        if weight is not None and weight not in data:
            raise ValueError(f"The edge {first!r}, {second!r} has no attribute {weight!r}.")
        factor = 1.0 if weight is None else _number(f"{weight} of the edge {first!r}, {second!r}", data[weight])
        bonds.append((*sorted((qubit[first], qubit[second])), factor))
    return len(nodes), bonds


def _strengths(name: str, table: Mapping[str, float], length: int) -> dict[str, float]:
    if not isinstance(table, Mapping):
        raise TypeError(f"`{name}` must map Pauli letters to numbers, got {type(table).__name__}.")
    for key in table:
        if not isinstance(key, str) or len(key) != length or not set(key) <= _LETTERS:
            raise ValueError(f"Keys of `{name}` must be {length} of the letters X, Y, Z, got {key!r}.")
    return {key: _number(f"{name}[{key!r}]", value) for key, value in table.items()}


def _spin_model(
    n_qubits: int, bonds: list[tuple[int, int, float]], pairs: Mapping[str, float], sites: Mapping[str, float]
) -> PauliSum:
    terms = [
        (f"{letters[0]}{first} {letters[1]}{second}", strength * factor)
        for first, second, factor in bonds
        for letters, strength in pairs.items()
        if strength * factor
    ]
    terms += [
        (f"{letter}{qubit}", strength) for letter, strength in sites.items() if strength for qubit in range(n_qubits)
    ]
    return PauliSum(terms, n_qubits)
