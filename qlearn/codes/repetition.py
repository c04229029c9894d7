"""The repetition code."""

import numpy as np

from .._checks import check_count
from .stabilizer import CSSCode

__all__ = ["repetition_code"]


def repetition_code(distance: int) -> CSSCode:
    """Return the code that repeats a bit: Z checks on neighbours.

    Parameters
    ----------
    distance : int
        Qubits, at least 2. Flips of fewer than half of them are corrected; a single phase flip is not.

    Returns
    -------
    CSSCode

    Examples
    --------
    >>> code = ql.codes.repetition_code(5)
    >>> code.distance("X").value, code.distance("Z").value
    (5, 1)
    """
    distance = check_count("distance", distance, 2)
    qubits = np.arange(distance)
    pairs = (qubits == qubits[:-1, None]) | (qubits == qubits[:-1, None] + 1)
    return CSSCode(
        np.zeros((0, distance), dtype=bool),
        pairs,
        logical_x=np.ones((1, distance), dtype=bool),
        logical_z=qubits[None] == 0,
        coordinates=np.column_stack([2 * qubits, 0 * qubits]),
        check_coordinates=np.column_stack([2 * qubits[:-1] + 1, 0 * qubits[:-1]]),
    )
