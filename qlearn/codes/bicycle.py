"""Bivariate bicycle codes."""

from collections.abc import Sequence

import numpy as np

from .._checks import check_count
from .stabilizer import CSSCode

__all__ = ["bivariate_bicycle_code"]

Monomials = Sequence[tuple[int, int]]
# Time slots of the syndrome circuit of the paper (its table 5): which term of A or B each check meets, 1-based, with
# X checks on the left qubits by A and the right by B, Z checks on the left by B and the right by A, transposed.
_X_SLOTS = ("", "A2", "B2", "B1", "B3", "A1", "A3")
_Z_SLOTS = ("A1", "A3", "B1", "B2", "B3", "A2", "")


def bivariate_bicycle_code(
    l: int, m: int, a: Monomials = ((3, 0), (0, 1), (0, 2)), b: Monomials = ((0, 3), (1, 0), (2, 0))
) -> CSSCode:
    """Return the bivariate bicycle code of two polynomials in x and y with x**l = y**m = 1.

    Parameters
    ----------
    l, m : int
        Orders of x and y, at least 1; the code has 2 * l * m qubits.
    a, b : sequence of (int, int)
        Exponents of x and y in the terms of A and B; by default A = x^3 + y + y^2 and B = y^3 + x + x^2.

    Returns
    -------
    CSSCode
        X checks (A | B) and Z checks (B^T | A^T), scheduled in seven time slots where both have three terms. Bravyi et
        al., Nature 627, 778 (2024).

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, or terms of a polynomial cancel.

    Examples
    --------
    >>> ql.codes.bivariate_bicycle_code(6, 6).parameters
    '[[72,12,6]]'
    >>> ql.codes.bivariate_bicycle_code(12, 6)
    CSSCode(144 qubits, 144 checks, 12 logical)
    """
    l, m = check_count("l", l, 1), check_count("m", m, 1)
    left, right = (_terms(name, monomials, l, m) for name, monomials in (("a", a), ("b", b)))
    size = l * m
    x_checks, z_checks = np.zeros((2, size, 2 * size), dtype=bool)
    rows = np.arange(size)
    for term in left:
        x_checks[rows, term] = True
        z_checks[term, size + rows] = True
    for term in right:
        x_checks[rows, size + term] = True
        z_checks[term, rows] = True
    x, y = np.divmod(rows, m)
    places = np.column_stack([x, y])
    return CSSCode(
        x_checks,
        z_checks,
        coordinates=np.concatenate([places, places + 0.5]),
        check_coordinates=np.concatenate([np.add(places, (0, 0.5)), np.add(places, (0.5, 0))]),
        schedule=_schedule(left, right) if len(left) == len(right) == 3 else None,
    )


def _terms(name: str, monomials: Monomials, l: int, m: int) -> list[np.ndarray]:
    """Return, for each term, the column of its one in every row of the permutation matrix."""
    exponents = [(i % l, j % m) for i, j in monomials]
    if not exponents or len(set(exponents)) < len(exponents):
        raise ValueError(f"`{name}` must have distinct terms modulo x^{l} and y^{m}, got {list(monomials)}.")
    x, y = np.divmod(np.arange(l * m), m)
    return [(x + i) % l * m + (y + j) % m for i, j in exponents]


def _schedule(left: list[np.ndarray], right: list[np.ndarray]) -> np.ndarray:
    size = len(left[0])
    slots = np.full((2 * size, len(_X_SLOTS)), -1)
    for slot, (for_x, for_z) in enumerate(zip(_X_SLOTS, _Z_SLOTS)):
        if for_x:
            term = (left if for_x[0] == "A" else right)[int(for_x[1]) - 1]
            slots[:size, slot] = term + (size if for_x[0] == "B" else 0)
        if for_z:
            term = np.argsort((left if for_z[0] == "A" else right)[int(for_z[1]) - 1])
            slots[size:, slot] = term + (size if for_z[0] == "A" else 0)
    return slots
