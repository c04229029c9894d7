"""Optimisation over bit strings: QAOA for graphs and for any diagonal cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from .._checks import check_count
from ..paulis import PauliSum
from ..sim import Statevector
from .ansatze import QAOA
from .ground_states import EnergyResult, vqe

__all__ = ["CutResult", "maxcut_cost", "qaoa"]


@dataclass(frozen=True)
class CutResult(EnergyResult):
    """Where QAOA ended.

    Attributes
    ----------
    energy : float or Estimate
        Expected cost.
    parameters : ndarray of float
        gamma_1, beta_1, gamma_2, ...
    circuit : Circuit
    loss_curve : tuple of float
    message : str
    bits : ndarray of uint8, shape (n_qubits,)
        The best of the sampled strings.
    cost : float
        Its cost.
    """

    bits: np.ndarray
    cost: float


def maxcut_cost(graph: nx.Graph, weight: str | None = "weight") -> PauliSum:
    """Return the cost whose least value is minus the largest cut: sum over edges of w (Z_i Z_j - 1) / 2.

    Parameters
    ----------
    graph : networkx.Graph
        Qubit i is the i-th node.
    weight : str, optional
        Name of the edge attribute with w, 1 where it is missing.

    Returns
    -------
    PauliSum

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> print(ql.variational.maxcut_cost(nx.path_graph(2)))
    0.5 * ZZ - 0.5 * II
    """
    if not isinstance(graph, nx.Graph) or not graph.number_of_edges():
        raise ValueError("`graph` must be a networkx.Graph with at least one edge.")
    place = {node: i for i, node in enumerate(graph.nodes)}
    terms, total = [], 0.0
    for a, b, data in graph.edges(data=True):
        w = float(data.get(weight, 1.0)) if weight else 1.0
        terms.append((f"Z{place[a]} Z{place[b]}", 0.5 * w))
        total -= 0.5 * w
    return PauliSum([*terms, ("I", total)], n_qubits=len(place))


def qaoa(
    problem: nx.Graph | PauliSum,
    n_layers: int = 1,
    *,
    mixer: str = "x",
    start: Any = None,
    initial: Any = None,
    optimizer: Any = None,
    max_epochs: int = 200,
    n_shots: int = 1000,
    execution: Any = None,
    random_state: Any = None,
) -> CutResult:
    """Return a bit string of low cost by QAOA.

    Parameters
    ----------
    problem : networkx.Graph or PauliSum
        A graph means MaxCut; else a diagonal cost.
    n_layers : int
    mixer : {"x", "xy"}
        As for `QAOA`.
    start : array_like of float, optional
        Probability of one for each qubit, to warm-start from a relaxed solution.
    initial : array_like of float, "ramp" or "fixed", optional
        Angles to start from. "fixed" are angles known to be good for MaxCut on regular graphs, up to five layers;
        "ramp", the default, turns the cost on and the mixer off.
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default.
    max_epochs : int
        0 keeps the angles as they are.
    n_shots : int
        Strings to sample at the end.
    execution : Adjoint or ParameterShift, optional
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    CutResult

    Examples
    --------
    >>> import networkx as nx
    >>> import qlearn as ql
    >>> result = ql.variational.qaoa(nx.cycle_graph(6), n_layers=3, random_state=0)
    >>> result.cost, round(result.energy, 3)
    (-6.0, -6.0)
    """
    cost = maxcut_cost(problem) if isinstance(problem, nx.Graph) else problem
    ansatz = QAOA(cost, check_count("n_layers", n_layers, minimum=1), mixer, start)
    if isinstance(initial, str):
        if initial not in ("ramp", "fixed"):
            raise ValueError(f'`initial` must be "ramp", "fixed" or angles, got {initial!r}.')
        if initial == "fixed" and not isinstance(problem, nx.Graph):
            raise ValueError('initial="fixed" is for MaxCut on a graph.')
        is_fixed = initial == "fixed"
        initial = ansatz.fixed_weights(2 * problem.number_of_edges() / len(problem)) if is_fixed else None
    if max_epochs == 0:
        circuit = ansatz.circuit(cost.n_qubits)
        point = ansatz.initial_weights(cost.n_qubits, random_state) if initial is None else np.asarray(initial)
        energy = float(Statevector().expectation(circuit, cost, point))
        found = EnergyResult(energy, point, circuit, (energy,), "max_epochs is 0")
    else:
        found = vqe(
            cost, ansatz, initial=initial, optimizer=optimizer, max_epochs=max_epochs, execution=execution,
            random_state=random_state,
        )  # fmt: skip
    drawn = Statevector().sample(found.circuit, found.parameters, n_shots=n_shots, random_state=random_state)
    strings = np.unique(drawn, axis=0)
    costs = _costs(cost, strings)
    best = int(costs.argmin())
    return CutResult(**vars(found), bits=strings[best], cost=float(costs[best]))


def _costs(cost: PauliSum, strings: np.ndarray) -> np.ndarray:
    """Return the cost of each bit string."""
    total = np.zeros(len(strings))
    for label, coefficient in zip(cost.labels(), cost.coefficients.real, strict=True):
        members = [qubit for qubit, letter in enumerate(label) if letter == "Z"]
        total += coefficient * (1.0 - 2.0 * (strings[:, members].sum(axis=1) % 2))
    return total
