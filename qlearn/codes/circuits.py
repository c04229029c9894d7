"""Memory experiments of any stabiliser code as Stim circuits."""

import networkx as nx
import numpy as np
import stim

from .._checks import check_count
from . import _linear
from .noise import CircuitNoise
from .stabilizer import AbstractCode

__all__ = ["memory_circuit"]

_CONTROLLED = {"X": "CX", "Y": "CY", "Z": "CZ"}
Moment = list[tuple[int, int]]


def memory_circuit(code: AbstractCode, rounds: int, *, basis: str = "Z", noise: CircuitNoise) -> stim.Circuit:
    """Return the circuit that keeps the logical qubits of a code.

    One ancilla a check, prepared and measured in X, controls the check's Paulis. Checks follow the code's schedule; one
    without is coloured: commuting groups of checks after each other, each in as few moments as its busiest qubit needs.

    Parameters
    ----------
    code : AbstractCode
        Such as from `surface_code`.
    rounds : int
        Of syndrome measurement, at least 1.
    basis : str
        "Z" or "X": which logical operators are kept; or a letter X, Y or Z for each data qubit, in which it is prepared
        and measured.
    noise : CircuitNoise
        Added to the ideal circuit.

    Returns
    -------
    stim.Circuit
        With detectors, their coordinates (place, then round, then what else the code gives) and n_logical observables:
        any basis keeps as many.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, `noise` is none, the basis is no such text or keeps no logical operator.

    Notes
    -----
    An error of an ancilla amid its gates spreads to several data qubits. The schedules of surface, toric and XZZX codes
    keep the distance nevertheless; colouring need not (colour codes of distance 3 and 5 fall to 2 and 3), so ask
    `circuit_distance`.

    Examples
    --------
    >>> circuit = ql.codes.memory_circuit(ql.codes.toric_code(3), 3, noise=ql.codes.CircuitNoise.phenomenological(0.01))
    >>> circuit.num_observables
    2
    """
    if not isinstance(code, AbstractCode):
        raise TypeError(f"`code` must be a code such as surface_code(3), got {type(code).__name__}.")
    if not isinstance(noise, CircuitNoise):
        raise TypeError(f"`noise` must be a CircuitNoise such as CircuitNoise.uniform(0.001), got {noise!r}.")
    letters = _letters(code, basis)
    return noise.apply(_ideal(code, check_count("rounds", rounds, 1), letters))


def _letters(code: AbstractCode, basis: str) -> str:
    letters = code.bases.get(basis, basis)
    if not isinstance(letters, str) or len(letters) != code.n_qubits or set(letters) - set("XYZ"):
        raise ValueError(f"`basis` must be 'X', 'Z' or {code.n_qubits} letters X, Y or Z, got {basis!r}.")
    return letters


def _ideal(code: AbstractCode, rounds: int, letters: str) -> stim.Circuit:
    n, n_checks = code.n_qubits, len(code.checks)
    kept = _made_of(code.checks, letters)
    observables = kept_logicals(code, letters)
    if len(observables) == 0:
        raise ValueError("The code has no logical qubit to keep; give one with fewer checks.")
    ancillas = list(range(n, n + n_checks))
    circuit = stim.Circuit()
    for qubit, place in enumerate([*code.coordinates, *code.check_coordinates[:, :2]]):
        circuit.append("QUBIT_COORDS", [qubit], place)
    for letter in sorted(set(letters)):
        circuit.append(f"R{letter}", [q for q in range(n) if letters[q] == letter])
    circuit.append("RX", ancillas)
    gates = _gate_moments(code)
    for turn in range(rounds):
        for moment in gates:
            circuit.append("TICK")
            circuit += moment
        circuit.append("TICK")
        circuit.append("MRX", ancillas)
        for check in range(n_checks):
            here = stim.target_rec(check - n_checks)
            if turn:
                _detector(circuit, code, check, turn, [here, stim.target_rec(check - 2 * n_checks)])
            elif kept[check]:
                _detector(circuit, code, check, turn, [here])
    last = _measure_data(circuit, letters)
    for check in np.flatnonzero(kept):
        support = np.flatnonzero(code.x[check] | code.z[check])
        targets = [stim.target_rec(last[q] - n) for q in support]
        _detector(circuit, code, int(check), rounds, [*targets, stim.target_rec(int(check) - n_checks - n)])
    for number, row in enumerate(observables):
        circuit.append("OBSERVABLE_INCLUDE", [stim.target_rec(last[q] - n) for q in np.flatnonzero(row)], number)
    return circuit


def _measure_data(circuit: stim.Circuit, letters: str) -> dict[int, int]:
    """Append the measurement of all data qubits in their letters; return the place of each in the record."""
    order: list[int] = []
    for letter in sorted(set(letters)):
        qubits = [q for q in range(len(letters)) if letters[q] == letter]
        circuit.append(f"M{letter}", qubits)
        order += qubits
    return {qubit: place for place, qubit in enumerate(order)}


def _detector(circuit: stim.Circuit, code: AbstractCode, check: int, turn: int, targets: list) -> None:
    place = code.check_coordinates[check]
    circuit.append("DETECTOR", targets, [*place[:2], turn, *place[2:]])


def _made_of(operators: np.ndarray, letters: str) -> np.ndarray:
    """Return which operators hold no other letters than the given ones, bool (n_operators,)."""
    x, z = np.split(operators, 2, axis=1)
    is_x, is_z = (np.array([letter in kinds for letter in letters]) for kinds in ("XY", "YZ"))
    return (((x & is_x) == x) & ((z & is_z) == z) & ((x == z) | ~(is_x & is_z))).all(axis=1)


def kept_logicals(code: AbstractCode, letters: str) -> np.ndarray:
    """Return the independent logical operators made of the given letters, n_logical of them, as qubit sets."""
    known = np.concatenate([code.logical_z, code.logical_x])
    x, z = np.split(known[_made_of(known, letters)], 2, axis=1)
    # Products of the letters that commute with all checks, those that are products of checks apart.
    is_x, is_z = (np.diag([letter in kinds for letter in letters]) for kinds in ("XY", "YZ"))
    frame = np.concatenate([is_x, is_z], axis=1)
    overlaps = _linear.multiply(frame, np.roll(code.checks, code.n_qubits, axis=1).T)
    candidates = np.concatenate([x | z, _linear.null_space(overlaps.T)])
    as_operators = _linear.multiply(candidates, frame)
    fresh = _linear.fresh_rows(as_operators, code.checks)
    return fresh[:, : code.n_qubits] | fresh[:, code.n_qubits :]


def _gate_moments(code: AbstractCode) -> list[stim.Circuit]:
    moments = _scheduled(code) if code.schedule is not None else _coloured(code)
    circuits = []
    for moment in moments:
        circuit = stim.Circuit()
        for letter, name in _CONTROLLED.items():
            pairs = [(code.n_qubits + check, qubit) for check, qubit in moment if _letter(code, check, qubit) == letter]
            if pairs:
                circuit.append(name, [target for pair in pairs for target in pair])
        circuits.append(circuit)
    return circuits


def _letter(code: AbstractCode, check: int, qubit: int) -> str:
    return " XZY"[int(code.x[check, qubit]) + 2 * int(code.z[check, qubit])]


def _scheduled(code: AbstractCode) -> list[Moment]:
    slots = code.schedule.T.tolist()
    return [[(check, qubit) for check, qubit in enumerate(column) if qubit >= 0] for column in slots]


def _coloured(code: AbstractCode) -> list[Moment]:
    """Checks join a group where they agree with its letters on all shared qubits, so that their gates commute."""
    groups: list[tuple[np.ndarray, np.ndarray, list[int]]] = []
    for check in range(len(code.checks)):
        x, z = code.x[check], code.z[check]
        for group_x, group_z, members in groups:
            shared = (x | z) & (group_x | group_z)
            if not (shared & ((x != group_x) | (z != group_z))).any():
                group_x |= x
                group_z |= z
                members.append(check)
                break
        else:
            groups.append((x.copy(), z.copy(), [check]))
    return [moment for _, _, members in groups for moment in _edge_colours(code, members)]


def _edge_colours(code: AbstractCode, members: list[int]) -> list[Moment]:
    """Split the gates of checks into perfect matchings of their busiest vertices: König's edge colouring."""
    graph = nx.Graph()
    for check in members:
        graph.add_edges_from(
            (("check", check), ("qubit", int(q))) for q in np.flatnonzero(code.x[check] | code.z[check])
        )
    moments = []
    while graph.number_of_edges():
        chosen = _matching_of_busiest(graph)
        moments.append(sorted((check, qubit) for check, qubit in chosen))
        graph.remove_edges_from((("check", check), ("qubit", qubit)) for check, qubit in chosen)
    return moments


def _matching_of_busiest(graph: nx.Graph) -> Moment:
    """Return a matching that covers every vertex of largest degree, which then falls by one."""
    degree = dict(graph.degree)
    busiest = max(degree.values())
    weighted = nx.Graph()
    for first, second in graph.edges:
        weighted.add_edge(
            first, second, weight=1 + (len(degree) + 1) * sum(degree[v] == busiest for v in (first, second))
        )
    pairs = (sorted(pair) for pair in nx.max_weight_matching(weighted))
    return [(first[1], second[1]) for first, second in pairs]
