"""Memory experiments that Stim generates, with noise of our own."""

import stim

from .._checks import check_count
from .noise import CircuitNoise

__all__ = ["colour_memory", "repetition_memory", "surface_memory"]


def colour_memory(distance: int, rounds: int, *, noise: CircuitNoise) -> stim.Circuit:
    """Return Stim's circuit that keeps a logical qubit in a triangular colour code, checks turning from X to Y to Z.

    Parameters
    ----------
    distance : int
        Odd, at least 3.
    rounds : int
        Of syndrome measurement, at least 2.
    noise : CircuitNoise
        Added to the ideal circuit.

    Returns
    -------
    stim.Circuit
        One ancilla a face; for one check of X and one of Z a face, see `memory_circuit` of `colour_code`. Under noise
        on gates its distance is (distance + 1) / 2, 2 for 3 and 3 for 5: an ancilla's error spreads to several qubits.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, `distance` is even or `noise` is none.
    """
    if check_count("distance", distance, 3) % 2 == 0:
        raise ValueError(f"`distance` of a colour code must be odd, got {distance}.")
    return _generated("color_code:memory_xyz", distance, check_count("rounds", rounds, 2), noise)


def repetition_memory(distance: int, rounds: int, *, noise: CircuitNoise) -> stim.Circuit:
    """Return the circuit that keeps a bit in a repetition code.

    Parameters
    ----------
    distance : int
        Data qubits, at least 2.
    rounds : int
        Of syndrome measurement, at least 1.
    noise : CircuitNoise
        Added to the ideal circuit.

    Returns
    -------
    stim.Circuit
        With detectors, their coordinates and one observable.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range or `noise` is none.

    Examples
    --------
    >>> circuit = ql.codes.repetition_memory(5, 3, noise=ql.codes.CircuitNoise.uniform(0.01))
    >>> ql.decoders.DecodingProblem.from_circuit(circuit).n_detectors
    16
    """
    return _generated("repetition_code:memory", check_count("distance", distance, 2), rounds, noise)


def surface_memory(
    distance: int, rounds: int, *, basis: str = "Z", rotated: bool = True, noise: CircuitNoise
) -> stim.Circuit:
    """Return the circuit that keeps a logical qubit in a surface code.

    Parameters
    ----------
    distance : int
        At least 2.
    rounds : int
        Of syndrome measurement, at least 1.
    basis : str
        "Z" or "X": the logical operator that is kept.
    rotated : bool
        Whether the code is rotated (distance**2 data qubits) or not (distance**2 + (distance - 1)**2).
    noise : CircuitNoise
        Added to the ideal circuit.

    Returns
    -------
    stim.Circuit
        With detectors, their coordinates and one observable; entangling gates in the order that keeps the distance.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, `basis` is another or `noise` is none.

    Examples
    --------
    >>> circuit = ql.codes.surface_memory(3, 3, noise=ql.codes.CircuitNoise.si1000(0.001))
    >>> ql.codes.circuit_distance(circuit)
    Distance(value=3, is_exact=True)
    """
    if basis not in ("X", "Z"):
        raise ValueError(f"`basis` must be 'X' or 'Z', got {basis!r}.")
    task = f"surface_code:{'rotated' if rotated else 'unrotated'}_memory_{basis.lower()}"
    return _generated(task, check_count("distance", distance, 2), rounds, noise)


def _generated(task: str, distance: int, rounds: int, noise: CircuitNoise) -> stim.Circuit:
    if not isinstance(noise, CircuitNoise):
        raise TypeError(f"`noise` must be a CircuitNoise such as CircuitNoise.uniform(0.001), got {noise!r}.")
    ideal = stim.Circuit.generated(task, distance=distance, rounds=check_count("rounds", rounds, 1))
    return noise.apply(ideal)
