"""Codes on the square lattice: surface, toric and XZZX."""

import numpy as np

from .._checks import check_count
from .stabilizer import CSSCode, StabilizerCode

__all__ = ["surface_code", "toric_code", "xzzx_code"]

Place = tuple[int, int]
# Orders in which checks meet their qubits, those of Stim: hook errors lie across the logical operator of their kind.
_CORNERS = {"X": ((1, 1), (-1, 1), (1, -1), (-1, -1)), "Z": ((1, 1), (1, -1), (-1, 1), (-1, -1))}
_SIDES = dict.fromkeys("XZ", ((1, 0), (0, 1), (0, -1), (-1, 0)))


def surface_code(distance: int, *, rotated: bool = True) -> CSSCode:
    """Return the surface code with one logical qubit.

    Parameters
    ----------
    distance : int
        At least 2.
    rotated : bool
        Whether it has distance**2 qubits, or distance**2 + (distance - 1)**2.

    Returns
    -------
    CSSCode
        Laid out and scheduled as Stim's generated circuits.

    Examples
    --------
    >>> ql.codes.surface_code(3).parameters
    '[[9,1,3]]'
    >>> ql.codes.surface_code(3, rotated=False).parameters
    '[[13,1,3]]'
    """
    distance = check_count("distance", distance, 2)
    if rotated:
        data, checks, rows, columns = _rotated(distance)
        return _on_lattice(data, checks, _CORNERS, rows, columns)
    size = 2 * distance - 1
    places = [(x, y) for y in range(size) for x in range(size)]
    data = [(x, y) for x, y in places if (x + y) % 2 == 0]
    checks = {"X": [(x, y) for x, y in places if x % 2 and not y % 2],
              "Z": [(x, y) for x, y in places if not x % 2 and y % 2]}  # fmt: skip
    return _on_lattice(
        data, checks, _SIDES, [[(0, y) for y in range(0, size, 2)]], [[(x, 0) for x in range(0, size, 2)]]
    )


def toric_code(distance: int) -> CSSCode:
    """Return the toric code: the surface code on a torus, with two logical qubits on 2 * distance**2.

    Parameters
    ----------
    distance : int
        At least 2.

    Returns
    -------
    CSSCode
        Kitaev, arXiv:quant-ph/9707021.

    Examples
    --------
    >>> ql.codes.toric_code(3).parameters
    '[[18,2,3]]'
    """
    size = 2 * check_count("distance", distance, 2)
    places = [(x, y) for y in range(size) for x in range(size)]
    data = [(x, y) for x, y in places if (x + y) % 2]
    checks = {"X": [(x, y) for x, y in places if not x % 2 and not y % 2],
              "Z": [(x, y) for x, y in places if x % 2 and y % 2]}  # fmt: skip
    even, odd = range(0, size, 2), range(1, size, 2)
    logical_x = [[(1, y) for y in even], [(x, 1) for x in even]]
    logical_z = [[(x, 0) for x in odd], [(0, y) for y in odd]]
    return _on_lattice(data, checks, _SIDES, logical_x, logical_z, wrap=size)


def xzzx_code(distance: int) -> StabilizerCode:
    """Return the XZZX code: the rotated surface code with X and Z exchanged on every second qubit.

    Parameters
    ----------
    distance : int
        At least 2.

    Returns
    -------
    StabilizerCode
        Bonilla Ataides et al., Nat. Commun. 12, 2172 (2021). Basis "Z" keeps the logical Z operator of the surface code
        it comes from, by preparing and measuring half of the qubits in X.

    Examples
    --------
    >>> code = ql.codes.xzzx_code(3)
    >>> code.parameters, code.labels()[1]
    ('[[9,1,3]]', 'IZXIXZIII')
    """
    code = surface_code(distance)
    turned = np.array([(x // 2 + y // 2) % 2 == 1 for x, y in code.coordinates.astype(int)])
    both = np.concatenate([turned, turned])

    def turn(rows: np.ndarray) -> np.ndarray:
        return np.where(both, np.roll(rows, len(turned), axis=1), rows)

    bases = {letter: "".join(other if t else letter for t in turned) for letter, other in (("X", "Z"), ("Z", "X"))}
    return StabilizerCode(
        turn(code.checks),
        logical_x=turn(code.logical_x),
        logical_z=turn(code.logical_z),
        coordinates=code.coordinates,
        check_coordinates=code.check_coordinates,
        schedule=code.schedule,
        bases=bases,
    )


def _rotated(distance: int) -> tuple[list[Place], dict[str, list[Place]], list[list[Place]], list[list[Place]]]:
    """Return data qubits at odd places, checks at even ones, and logical operators along two sides."""
    odd = range(1, 2 * distance, 2)
    checks: dict[str, list[Place]] = {"X": [], "Z": []}
    for y in range(0, 2 * distance + 1, 2):
        for x in range(0, 2 * distance + 1, 2):
            is_x = (x + y) % 4 == 2
            on_side, on_end = x in (0, 2 * distance), y in (0, 2 * distance)
            if (on_side and is_x) or (on_end and not is_x):
                continue
            checks["X" if is_x else "Z"].append((x, y))
    return [(x, y) for y in odd for x in odd], checks, [[(1, y) for y in odd]], [[(x, 1) for x in odd]]


def _on_lattice(
    data: list[Place],
    checks: dict[str, list[Place]],
    steps: dict[str, tuple[Place, ...]],
    logical_x: list[list[Place]],
    logical_z: list[list[Place]],
    wrap: int | None = None,
) -> CSSCode:
    index = {place: qubit for qubit, place in enumerate(data)}

    def neighbour(place: Place, step: Place) -> int:
        x, y = place[0] + step[0], place[1] + step[1]
        return index.get((x, y) if wrap is None else (x % wrap, y % wrap), -1)

    slots = {kind: [[neighbour(place, step) for step in steps[kind]] for place in checks[kind]] for kind in "XZ"}
    return CSSCode(
        _rows(slots["X"], len(data)),
        _rows(slots["Z"], len(data)),
        logical_x=_rows([[index[place] for place in row] for row in logical_x], len(data)),
        logical_z=_rows([[index[place] for place in row] for row in logical_z], len(data)),
        coordinates=data,
        check_coordinates=checks["X"] + checks["Z"],
        schedule=slots["X"] + slots["Z"],
    )


def _rows(members: list[list[int]], n_qubits: int) -> np.ndarray:
    rows = np.zeros((len(members), n_qubits), dtype=bool)
    for row, qubits in zip(rows, members):
        row[[qubit for qubit in qubits if qubit >= 0]] = True
    return rows
