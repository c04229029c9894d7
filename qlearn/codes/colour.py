"""The triangular colour code on the hexagonal lattice."""

import numpy as np

from .._checks import check_count
from .stabilizer import CSSCode

__all__ = ["colour_code"]

_AROUND = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))


def colour_code(distance: int) -> CSSCode:
    """Return the 6.6.6 colour code with one logical qubit on (3 * distance**2 + 1) / 4 qubits.

    Parameters
    ----------
    distance : int
        Odd, at least 3; distance 3 is the Steane code.

    Returns
    -------
    CSSCode
        With an X and a Z check on every face. Check coordinates are x, y and the colour from 0 to 2, by 3 more for Z:
        the convention of Stim's sample circuits and of Chromobius. Memory circuits keep the distance under noise on
        data and measurements, and (distance + 1) / 2 of it under noise on gates: no flag qubits catch an ancilla's
        errors. Bombin and Martin-Delgado, PRL 97, 180501 (2006).

    Raises
    ------
    ValueError
        If `distance` is even.

    Examples
    --------
    >>> ql.codes.colour_code(5).parameters
    '[[19,1,5]]'
    """
    distance = check_count("distance", distance, 3)
    if distance % 2 == 0:
        raise ValueError(f"`distance` of a colour code must be odd, got {distance}.")
    size = (3 * distance - 1) // 2
    places = [(x, y) for y in range(size) for x in range(size - y)]
    data = [(x, y) for x, y in places if (x + 2 * y) % 3 != 2]
    faces = [(x, y) for x, y in places if (x + 2 * y) % 3 == 2]
    index = {place: qubit for qubit, place in enumerate(data)}
    checks = np.zeros((len(faces), len(data)), dtype=bool)
    for row, (x, y) in zip(checks, faces):
        row[[index[x + dx, y + dy] for dx, dy in _AROUND if (x + dx, y + dy) in index]] = True
    side = np.array([[y == 0 for _, y in data]])
    # On axes at 60 degrees, as in Stim.
    centres = [(x + y / 2, y, x % 3) for x, y in faces]
    return CSSCode(
        checks,
        checks,
        logical_x=side,
        logical_z=side,
        coordinates=[(x + y / 2, y) for x, y in data],
        check_coordinates=centres + [(x, y, colour + 3) for x, y, colour in centres],
    )
