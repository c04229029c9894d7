"""Optimisation over bit strings: QAOA for graphs and for any diagonal cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from .._checks import check_count
from .._random import task_generator
from ..paulis import PauliSum
from ..sim import Statevector
from .ansatze import QAOA
from .energies import EnergyObjective
from .ground_states import vqe
from .runs import EnergyResult, energies_of, started

__all__ = ["CutResult", "maxcut_cost", "qaoa"]


@dataclass(frozen=True, repr=False)
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
        The best of the sampled strings, in the order of the nodes of a graph.
    cost : float
        Its cost.
    """

    bits: np.ndarray
    cost: float

    def __repr__(self) -> str:
        bits = "".join(map(str, self.bits))
        return f"{super().__repr__()[:-1]}; best sample {bits}, cost {self.cost:g}>"


def maxcut_cost(graph: nx.Graph, weight: str | None = "weight") -> PauliSum:
    """Return the cost whose least value is minus the largest cut: sum over edges of w (Z_i Z_j - 1) / 2.

    Parameters
    ----------
    graph : networkx.Graph
        Qubit i is the i-th node. An edge from a node to itself is never cut, and left out.
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
    if not isinstance(graph, nx.Graph) or graph.number_of_edges() == nx.number_of_selfloops(graph):
        raise ValueError("`graph` must be a networkx.Graph with at least one edge between two nodes.")
    place = {node: i for i, node in enumerate(graph.nodes)}
    terms, total = [], 0.0
    for a, b, data in graph.edges(data=True):
        if a == b:
            continue
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
        Probability of one for each qubit, to warm-start from a relaxed solution. The mixer "x" leaves bits as they
        are, so keep away from 0 and 1: ``np.clip(start, 0.25, 0.75)``.
    initial : array_like of float, "ramp" or "fixed", optional
        Angles to start from. "fixed" are angles known to be good for MaxCut on regular graphs, up to five layers;
        "ramp", the default, turns the cost on and the mixer off.
    optimizer : AbstractOptimizer, optional
        `LBFGS()` by default, `Adam()` with shots.
    max_epochs : int
        0 keeps the angles as they are.
    n_shots : int
        Strings to sample at the end.
    execution : Adjoint or ParameterShift, optional
        Exact by default. Strings are sampled with its noise and on its engine too; on an exact state if that engine
        cannot sample.
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
    if not isinstance(cost, PauliSum):
        raise TypeError(f"`problem` must be a networkx.Graph or a PauliSum, got {type(problem).__name__}.")
    n_shots = check_count("n_shots", n_shots, minimum=1)
    ansatz = QAOA(cost, check_count("n_layers", n_layers, minimum=1), mixer, start)
    if isinstance(initial, str):
        if initial not in ("ramp", "fixed"):
            raise ValueError(f'`initial` must be "ramp", "fixed" or angles, got {initial!r}.')
        if initial == "fixed" and not isinstance(problem, nx.Graph):
            raise ValueError('initial="fixed" is for MaxCut on a graph.')
        is_fixed = initial == "fixed"
        initial = ansatz.fixed_weights(2 * problem.number_of_edges() / len(problem)) if is_fixed else None
    if max_epochs == 0:
        circuit, point, seed = started(cost, ansatz, initial, random_state)
        layer = EnergyObjective(circuit, cost, execution).layer
        (energy,) = energies_of(layer, np.empty((1, 0)), point, task_generator(seed, 2))
        found = EnergyResult(energy, point, circuit, (), "max_epochs is 0")
    else:
        found = vqe(
            cost, ansatz, initial=initial, optimizer=optimizer, max_epochs=max_epochs, execution=execution,
            random_state=random_state,
        )  # fmt: skip
    strings = np.unique(_sampled(found, cost, execution, n_shots, random_state), axis=0)
    costs = _costs(cost, strings)
    best = int(costs.argmin())
    return CutResult(**vars(found), bits=strings[best], cost=float(costs[best]))


def _sampled(found: EnergyResult, cost: PauliSum, execution: Any, n_shots: int, random_state: Any) -> np.ndarray:
    """Return bit strings (n_shots, n_qubits), drawn as the execution runs circuits where its engine can sample."""
    layer = EnergyObjective(found.circuit, cost, execution).layer
    engine, program = layer.prepared
    if not hasattr(engine, "sample"):
        engine, program = Statevector(), layer.freed_circuit
    table = layer.angles(np.empty((1, 0)), found.parameters)
    return engine.sample(program, table, n_shots=n_shots, random_state=random_state)[0]


def _costs(cost: PauliSum, strings: np.ndarray) -> np.ndarray:
    """Return the cost of each bit string."""
    total = np.zeros(len(strings))
    for label, coefficient in zip(cost.labels(), cost.coefficients.real, strict=True):
        members = [qubit for qubit, letter in enumerate(label) if letter == "Z"]
        total += coefficient * (1.0 - 2.0 * (strings[:, members].sum(axis=1) % 2))
    return total
