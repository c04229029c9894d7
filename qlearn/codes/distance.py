"""Distances of circuits: the fewest errors that flip an observable unseen."""

from typing import NamedTuple

import stim

from ._exact_distance import MOST_MECHANISMS, WIDEST, count_mechanisms, lightest_unseen
from ._information_sets import lightest_found

__all__ = ["Distance", "circuit_distance"]


class Distance(NamedTuple):
    """A distance, and whether it is exact.

    Attributes
    ----------
    value : int
        The distance, or an upper bound on it.
    is_exact : bool
        False for an upper bound.
    """

    value: int
    is_exact: bool


def circuit_distance(circuit: stim.Circuit) -> Distance:
    """Return the fewest error mechanisms of a noisy circuit that flip an observable and no detector.

    Parameters
    ----------
    circuit : stim.Circuit
        With noise, detectors and observables.

    Returns
    -------
    Distance
        Exact where every mechanism flips at most two detectors. Where some flip more, the shortest error found among
        edges and by a limited search of hyperedges (up to six detectors) is an upper bound; where they do not decompose
        into edges, as in bicycle codes, the lightest error of random information sets, which may be far above the
        distance of large circuits. Up to 4000 mechanisms, all sets of up to four are looked at too, so that a distance
        of at most 5 is exact.

    Raises
    ------
    ValueError
        If there is no such error, as in a circuit without noise.
    """
    found = []
    # Stim's search of hyperedges need not end where errors do not decompose.
    for search in (_among_edges, _among_hyperedges if _decomposes(circuit) else lightest_found):
        try:
            found.append(search(circuit))
        except ValueError:
            continue
    if not found:
        raise ValueError("No errors flip an observable unseen; the circuit needs noise and observables.")
    if _is_graph(circuit):
        return Distance(min(found), True)
    if count_mechanisms(circuit) > MOST_MECHANISMS:
        return Distance(min(found), False)
    lightest = lightest_unseen(circuit, min(found)) or min(found)
    return Distance(lightest, lightest <= WIDEST + 1)


def _decomposes(circuit: stim.Circuit) -> bool:
    try:
        circuit.detector_error_model(decompose_errors=True, flatten_loops=True, approximate_disjoint_errors=True)
    except ValueError:
        return False
    return True


def _is_graph(circuit: stim.Circuit) -> bool:
    model = circuit.detector_error_model(flatten_loops=True, approximate_disjoint_errors=True)
    return all(
        sum(target.is_relative_detector_id() for target in part.targets_copy()) <= 2
        for part in model
        if part.type == "error"
    )


def _among_edges(circuit: stim.Circuit) -> int:
    return len(circuit.shortest_graphlike_error(ignore_ungraphlike_errors=True))


def _among_hyperedges(circuit: stim.Circuit) -> int:
    return len(
        circuit.search_for_undetectable_logical_errors(
            dont_explore_detection_event_sets_with_size_above=6,
            dont_explore_edges_with_degree_above=6,
            dont_explore_edges_increasing_symptom_degree=True,
        )
    )
